"""Intersection over union of predicted and true regions, from a confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras.core import config
from keras.core import dims as D
from keras.core.dtypes import numpy_dtype
from keras.losses.alignment import as_tensor, differ
from keras.metrics.metric import Metric
from keras.ops.elementwise import (
    add,
    cast,
    divide,
    divide_no_nan,
    dtype_of,
    equal,
    greater,
    multiply,
    not_equal,
    select,
    subtract,
    zeros_of,
)
from keras.ops.indexing import add_at, take
from keras.ops.reduction import argmax, sum
from keras.ops.shaping import reshape, shape_of

Tensor = Any


def confusion_update(matrix: Tensor, y_true: Tensor, y_pred: Tensor, weights: Tensor | None) -> Tensor:
    """The confusion matrix (targets down, predictions across) with class indices counted in."""
    classes = shape_of(matrix)[0]
    flat = reshape(matrix, (-1,))
    place = add(multiply(y_true, classes), y_pred)
    ones = as_tensor(np.ones(1, numpy_dtype(dtype_of(matrix))))
    values = reshape(cast(equal(place, place), dtype_of(matrix)), (-1,)) if weights is None else multiply(weights, ones)
    return reshape(add_at(flat, place, values, axis=0), (classes, classes))


def intersection_over_union(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Per class the intersection divided by the union, and which classes occur at all."""
    matrix = cast(matrix, config.floatx())
    classes = shape_of(matrix)[0]
    hits = take(reshape(matrix, (-1,)), as_tensor(np.arange(classes, dtype=np.int32) * (classes + 1)), axis=0)  # the diagonal
    union = subtract(add(sum(matrix, axis=0), sum(matrix, axis=1)), hits)
    return divide(hits, add(union, config.epsilon())), greater(union, 0)


class _ConfusionMatrix(Metric):
    """Base: a confusion matrix of class indices. The default dtype is int32, which drops the fractions of sample weights, as Keras does."""

    def __init__(
        self, num_classes: int, name: str | None, dtype: Any, ignore_class: int | None, sparse_y_true: bool, sparse_y_pred: bool, axis: int
    ) -> None:
        super().__init__(name=name, dtype=dtype or "int32")
        if num_classes < 1:
            raise ValueError(f"{type(self).__name__}(num_classes): got {num_classes!r}. Accepted: an int > 0.")
        self.num_classes = num_classes
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        self.total_confusion_matrix = self.add_variable((num_classes, num_classes), "zeros", name="total_confusion_matrix")

    def _class_indices(self, y: Any, sparse: bool) -> Tensor:
        y = as_tensor(y)
        return reshape(cast(y if sparse else argmax(y, axis=self.axis), "int32"), (-1,))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count in a batch.

        Arguments:
            y_true: class indices, or one-hot with `sparse_y_true=False`. y_pred: class indices, or scores with `sparse_y_pred=False`.
            sample_weight: one weight per target. Default None: all 1.
        """
        true, predicted = self._class_indices(y_true, self.sparse_y_true), self._class_indices(y_pred, self.sparse_y_pred)
        if differ(shape_of(true), shape_of(predicted)):
            raise ValueError(
                f"{type(self).__name__}: y_true holds {D.display(shape_of(true))} class indices, y_pred {D.display(shape_of(predicted))}. "
                f"Accepted: equally many. Write sparse_y_pred=False for scores of shape (..., classes)."
            )
        weights = None if sample_weight is None else reshape(as_tensor(sample_weight, self.dtype), (-1,))
        if self.ignore_class is not None:
            counts = not_equal(true, self.ignore_class)
            true = select(counts, true, zeros_of(true))
            kept = cast(counts, self.dtype)
            weights = kept if weights is None else multiply(weights, kept)
        self.total_confusion_matrix.assign(confusion_update(self.total_confusion_matrix.value, true, predicted, weights))

    def _over(self, target_class_ids: Sequence[int]) -> Tensor:
        ratios, occurs = intersection_over_union(self.total_confusion_matrix.value)
        counts = cast(occurs, dtype_of(ratios))
        indices = as_tensor(np.asarray(list(target_class_ids), np.int32))
        ratios, counts = take(ratios, indices, axis=0), take(counts, indices, axis=0)
        return divide_no_nan(sum(multiply(ratios, counts)), sum(counts))


def _check_class_ids(owner: str, target_class_ids: Sequence[int], num_classes: int) -> list[int]:
    if any(not 0 <= i < num_classes for i in target_class_ids):
        raise ValueError(f"{owner}(target_class_ids): got {list(target_class_ids)}. Accepted: class indices from 0 to {num_classes - 1}.")
    return list(target_class_ids)


class IoU(_ConfusionMatrix):
    """The mean over chosen classes of intersection / union of targets and predictions.

    Arguments:
        num_classes: int > 0.
        target_class_ids: the classes of the mean.
        name: text shown in logs.
        dtype: dtype of the confusion matrix. Default: int32; a float dtype keeps fractions of sample weights.
        ignore_class: int, targets with this index do not count. Default None.
        sparse_y_true: whether targets are class indices (default) or one-hot.
        sparse_y_pred: whether predictions are class indices (default) or scores.
        axis: int, the axis of the classes where they are not indices. Default -1.
    Raises: ValueError if a class index is outside the range.
    Example:
        >>> round(float(IoU(num_classes=2, target_class_ids=[0])([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333

    Source: keras.metrics.IoU.
    """

    def __init__(
        self, num_classes: int, target_class_ids: Sequence[int], name: str | None = None, dtype: Any = None,
        ignore_class: int | None = None, sparse_y_true: bool = True, sparse_y_pred: bool = True, axis: int = -1,
    ) -> None:  # fmt: skip
        super().__init__(num_classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)
        self.target_class_ids = _check_class_ids(type(self).__name__, target_class_ids, num_classes)

    def result(self) -> Tensor:
        """The mean over the chosen classes that occurred."""
        return self._over(self.target_class_ids)


class BinaryIoU(_ConfusionMatrix):
    """The mean over classes 0 and 1 of intersection / union, for probabilities cut at a threshold.

    Arguments:
        target_class_ids: the classes of the mean. Default (0, 1).
        threshold: float in [0, 1]; predictions from it on are class 1. Default 0.5.
        name: text shown in logs.
        dtype: dtype of the confusion matrix. Default: int32; a float dtype keeps fractions of sample weights.
    Raises: ValueError if a class index is not 0 or 1.
    Example:
        >>> round(float(BinaryIoU()([0, 0, 1, 1], [0.1, 0.7, 0.2, 0.9])), 4)
        0.3333

    Source: keras.metrics.BinaryIoU.
    """

    def __init__(
        self, target_class_ids: Sequence[int] = (0, 1), threshold: float = 0.5, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(2, name, dtype, None, True, True, -1)
        self.target_class_ids = _check_class_ids("BinaryIoU", target_class_ids, 2)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count in a batch of targets 0 or 1 and probabilities."""
        from_scores = as_tensor(y_pred)
        above = subtract(1, cast(greater(as_tensor(self.threshold, dtype_of(from_scores)), from_scores), "int32"))
        super().update_state(y_true, above, sample_weight)

    def result(self) -> Tensor:
        """The mean over the chosen classes that occurred."""
        return self._over(self.target_class_ids)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"target_class_ids": self.target_class_ids, "threshold": self.threshold, **self._base_config()}


class MeanIoU(_ConfusionMatrix):
    """The mean over all classes of intersection / union of targets and predictions.

    Arguments:
        num_classes: int > 0.
        name: text shown in logs.
        dtype: dtype of the confusion matrix. Default: int32; a float dtype keeps fractions of sample weights.
        ignore_class: int, targets with this index do not count. Default None.
        sparse_y_true: whether targets are class indices (default) or one-hot.
        sparse_y_pred: whether predictions are class indices (default) or scores.
        axis: int, the axis of the classes where they are not indices. Default -1.
    Example:
        >>> round(float(MeanIoU(num_classes=2)([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333

    Source: keras.metrics.MeanIoU.
    """

    def __init__(
        self, num_classes: int, name: str | None = None, dtype: Any = None, ignore_class: int | None = None, sparse_y_true: bool = True,
        sparse_y_pred: bool = True, axis: int = -1,
    ) -> None:  # fmt: skip
        super().__init__(num_classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)

    def result(self) -> Tensor:
        """The mean over the classes that occurred."""
        return self._over(range(self.num_classes))


class OneHotIoU(_ConfusionMatrix):
    """`IoU` of one-hot targets and scores.

    Arguments:
        num_classes: int > 0.
        target_class_ids: the classes of the mean.
        name: text shown in logs.
        dtype: dtype of the confusion matrix. Default: int32; a float dtype keeps fractions of sample weights.
        ignore_class: int, targets with this index do not count. Default None.
        sparse_y_pred: whether predictions are class indices. Default False: scores.
        axis: int, the axis of the classes. Default -1.
    Raises: ValueError if a class index is outside the range.
    Example:
        >>> float(OneHotIoU(num_classes=2, target_class_ids=[0])([[1, 0], [0, 1]], [[0.2, 0.8], [0.1, 0.9]]))
        0.0

    Source: keras.metrics.OneHotIoU.
    """

    def __init__(
        self, num_classes: int, target_class_ids: Sequence[int], name: str | None = None, dtype: Any = None,
        ignore_class: int | None = None, sparse_y_pred: bool = False, axis: int = -1,
    ) -> None:  # fmt: skip
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)
        self.target_class_ids = _check_class_ids(type(self).__name__, target_class_ids, num_classes)

    def result(self) -> Tensor:
        """The mean over the chosen classes that occurred."""
        return self._over(self.target_class_ids)


class OneHotMeanIoU(_ConfusionMatrix):
    """`MeanIoU` of one-hot targets and scores.

    Arguments:
        num_classes: int > 0.
        name: text shown in logs.
        dtype: dtype of the confusion matrix. Default: int32; a float dtype keeps fractions of sample weights.
        ignore_class: int, targets with this index do not count. Default None.
        sparse_y_pred: whether predictions are class indices. Default False: scores.
        axis: int, the axis of the classes. Default -1.
    Example:
        >>> float(OneHotMeanIoU(num_classes=2)([[1, 0], [0, 1]], [[0.2, 0.8], [0.8, 0.2]]))
        0.0

    Source: keras.metrics.OneHotMeanIoU.
    """

    def __init__(
        self, num_classes: int, name: str | None = None, dtype: Any = None, ignore_class: int | None = None, sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:  # fmt: skip
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def result(self) -> Tensor:
        """The mean over the classes that occurred."""
        return self._over(range(self.num_classes))
