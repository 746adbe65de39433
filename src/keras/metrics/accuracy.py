"""Accuracies: how often predictions match targets."""

from __future__ import annotations

from typing import Any

from keras.core import config
from keras.core import dims as D
from keras.losses.alignment import as_tensor, differ, matched
from keras.metrics.reduction import FunctionMetric
from keras.ops.elementwise import cast, dtype_of, equal, greater
from keras.ops.reduction import any, argmax
from keras.ops.shaping import expand_dims, reshape, shape_of, squeeze
from keras.ops.sorting import in_top_k

Tensor = Any


def _as_number(matches: Tensor) -> Tensor:
    return cast(matches, config.floatx())


def accuracy(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """1 where prediction and target are equal, else 0.

    Arguments:
        y_true: targets. y_pred: predictions, same shape.
    Returns: float tensor of that shape.
    Raises: ValueError if the shapes differ.
    Example:
        >>> accuracy([1, 2, 3], [1, 2, 0]).tolist()
        [1.0, 1.0, 0.0]
    """
    return _as_number(equal(*matched("accuracy", y_true, y_pred)))


def binary_accuracy(y_true: Tensor, y_pred: Tensor, threshold: float = 0.5) -> Tensor:
    """1 where the prediction is on the target's side of the threshold, else 0.

    Arguments:
        y_true: targets 0 or 1, shape (..., d). A last axis of size 1 may be missing.
        y_pred: probabilities, same shape.
        threshold: float in [0, 1]; predictions above it count as 1. Default 0.5.
    Returns: float tensor, shape of `y_pred`.
    Raises: ValueError if the shapes differ.
    Example:
        >>> binary_accuracy([[1.0, 0.0]], [[0.9, 0.6]]).tolist()
        [[1.0, 0.0]]

    Source: keras.metrics.binary_accuracy of Keras 3; Keras 2 returned the mean over the last axis.
    """
    y_true, y_pred = matched("binary_accuracy", y_true, y_pred)
    return _as_number(equal(y_true, cast(greater(y_pred, threshold), dtype_of(y_true))))


def categorical_accuracy(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """1 where the largest prediction is that of the target's class, else 0.

    Arguments:
        y_true: one-hot targets, shape (..., classes). y_pred: probabilities or logits, same shape.
    Returns: float tensor of shape (...).
    Raises: ValueError if the shapes differ.
    Example:
        >>> categorical_accuracy([[0.0, 1.0]], [[0.3, 0.7]]).tolist()
        [1.0]

    Source: keras.metrics.categorical_accuracy.
    """
    y_true, y_pred = matched("categorical_accuracy", y_true, y_pred)
    return _as_number(equal(argmax(y_true, axis=-1), argmax(y_pred, axis=-1)))


def _class_indices(name: str, y_true: Any, y_pred: Any) -> tuple[Tensor, Tensor]:
    """Targets of shape (...) for predictions of shape (..., classes); a last axis of size 1 is dropped."""
    y_true, y_pred = as_tensor(y_true), as_tensor(y_pred)
    found, sizes = shape_of(y_true), shape_of(y_pred)
    if len(found) == len(sizes) and found and found[-1] == 1:
        y_true = squeeze(y_true, axis=-1)
    if differ(shape_of(y_true), sizes[:-1]):
        hint = " The targets look one-hot: write 'categorical_accuracy' or y.argmax(-1)." if not differ(found, sizes) else ""
        raise ValueError(
            f"{name}(y_true, y_pred): y_true has shape {D.display(found)}, y_pred has shape {D.display(sizes)}. "
            f"Accepted: class indices of shape {D.display(sizes[:-1])}.{hint}"
        )
    return y_true, y_pred


def sparse_categorical_accuracy(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """1 where the largest prediction is that of the target's class, else 0.

    Arguments:
        y_true: class indices, shape (...) or (..., 1). y_pred: probabilities or logits, shape (..., classes).
    Returns: float tensor of shape (...).
    Raises: ValueError if the targets do not fit the predictions.
    Example:
        >>> sparse_categorical_accuracy([1], [[0.3, 0.7]]).tolist()
        [1.0]

    Source: keras.metrics.sparse_categorical_accuracy.
    """
    y_true, y_pred = _class_indices("sparse_categorical_accuracy", y_true, y_pred)
    return _as_number(equal(y_true, argmax(y_pred, axis=-1)))


def top_k_categorical_accuracy(y_true: Tensor, y_pred: Tensor, k: int = 5) -> Tensor:
    """1 where the target's class is among the `k` largest predictions, else 0.

    Arguments:
        y_true: one-hot targets, shape (..., classes). y_pred: probabilities or logits, same shape.
        k: int > 0. Default 5.
    Returns: float tensor of shape (...).
    Raises: ValueError if the shapes differ.
    Example:
        >>> top_k_categorical_accuracy([[0.0, 1.0, 0.0]], [[0.5, 0.3, 0.2]], k=2).tolist()
        [1.0]

    Source: keras.metrics.top_k_categorical_accuracy.
    """
    y_true, y_pred = matched("top_k_categorical_accuracy", y_true, y_pred)
    return sparse_top_k_categorical_accuracy(argmax(y_true, axis=-1), y_pred, k=k)


def sparse_top_k_categorical_accuracy(y_true: Tensor, y_pred: Tensor, k: int = 5, from_sorted_ids: bool = False) -> Tensor:
    """1 where the target's class is among the `k` largest predictions, else 0.

    Arguments:
        y_true: class indices, shape (...) or (..., 1). y_pred: probabilities or logits, shape (..., classes).
        k: int > 0. Default 5.
        from_sorted_ids: whether `y_pred` holds class indices, the most probable first, of which the first `k` count. Default False.
    Returns: float tensor of shape (...).
    Raises: ValueError if the targets do not fit the predictions.
    Example:
        >>> sparse_top_k_categorical_accuracy([1], [[0.5, 0.3, 0.2]], k=2).tolist()
        [1.0]

    Source: keras.metrics.sparse_top_k_categorical_accuracy.
    """
    y_true, y_pred = _class_indices("sparse_top_k_categorical_accuracy", y_true, y_pred)
    if from_sorted_ids:
        return _as_number(any(equal(expand_dims(y_true, -1), y_pred[..., :k]), axis=-1))
    sizes = shape_of(y_true)
    flat = in_top_k(reshape(y_true, (-1,)), reshape(y_pred, (-1, shape_of(y_pred)[-1])), k=k)
    return reshape(_as_number(flat), sizes)


class Accuracy(FunctionMetric):
    """How often predictions equal targets.

    Arguments:
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
    Example:
        >>> float(Accuracy()([1, 2, 3, 4], [1, 2, 3, 0]))
        0.75

    Source: keras.metrics.Accuracy.
    """

    function = staticmethod(accuracy)

    def __init__(self, name: str = "accuracy", dtype: Any = None) -> None:
        super().__init__(name, dtype)


class BinaryAccuracy(FunctionMetric):
    """How often predictions are on the target's side of the threshold.

    Arguments:
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
        threshold: float in [0, 1]; predictions above it count as 1. Default 0.5.
    Raises: ValueError if `threshold` is outside [0, 1].
    Example:
        >>> float(BinaryAccuracy()([[1], [0]], [[0.9], [0.6]]))
        0.5

    Source: keras.metrics.BinaryAccuracy.
    """

    function = staticmethod(binary_accuracy)

    def __init__(self, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5) -> None:
        if not 0 <= threshold <= 1:
            raise ValueError(
                f"BinaryAccuracy(threshold): got {threshold!r}. Accepted: a float in the range [0, 1]. Write BinaryAccuracy(threshold=0.5)."
            )
        super().__init__(name, dtype, threshold=threshold)


class CategoricalAccuracy(FunctionMetric):
    """How often the largest prediction is that of the one-hot target's class.

    Arguments:
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
    Example:
        >>> float(CategoricalAccuracy()([[0, 1], [1, 0]], [[0.3, 0.7], [0.4, 0.6]]))
        0.5

    Source: keras.metrics.CategoricalAccuracy.
    """

    function = staticmethod(categorical_accuracy)

    def __init__(self, name: str = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(name, dtype)


class SparseCategoricalAccuracy(FunctionMetric):
    """How often the largest prediction is that of the target's class index.

    Arguments:
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
    Example:
        >>> float(SparseCategoricalAccuracy()([1, 0], [[0.3, 0.7], [0.4, 0.6]]))
        0.5

    Source: keras.metrics.SparseCategoricalAccuracy.
    """

    function = staticmethod(sparse_categorical_accuracy)
    integer_targets = True

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(name, dtype)


class TopKCategoricalAccuracy(FunctionMetric):
    """How often the one-hot target's class is among the `k` largest predictions.

    Arguments:
        k: int > 0. Default 5.
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
    Example:
        >>> float(TopKCategoricalAccuracy(k=1)([[0, 1], [1, 0]], [[0.3, 0.7], [0.4, 0.6]]))
        0.5

    Source: keras.metrics.TopKCategoricalAccuracy.
    """

    function = staticmethod(top_k_categorical_accuracy)

    def __init__(self, k: int = 5, name: str = "top_k_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(name, dtype, k=k)


class SparseTopKCategoricalAccuracy(FunctionMetric):
    """How often the target's class index is among the `k` largest predictions.

    Arguments:
        k: int > 0. Default 5.
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
        from_sorted_ids: whether predictions are class indices, the most probable first. Default False.
    Example:
        >>> float(SparseTopKCategoricalAccuracy(k=1)([1, 0], [[0.3, 0.7], [0.4, 0.6]]))
        0.5

    Source: keras.metrics.SparseTopKCategoricalAccuracy.
    """

    function = staticmethod(sparse_top_k_categorical_accuracy)
    integer_targets = True

    def __init__(
        self, k: int = 5, name: str = "sparse_top_k_categorical_accuracy", dtype: Any = None, from_sorted_ids: bool = False
    ) -> None:
        super().__init__(name, dtype, k=k, from_sorted_ids=from_sorted_ids)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; `from_sorted_ids` only where it is set, because Keras below 3.8 does not know it."""
        found = super().get_config()
        if not found["from_sorted_ids"]:
            del found["from_sorted_ids"]
        return found
