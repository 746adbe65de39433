"""Counts of true and false positives and negatives at thresholds, precision and recall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from keras.core import dims as D
from keras.core.dtypes import numpy_dtype
from keras.losses.alignment import as_tensor, matched, weights_for
from keras.metrics.metric import Metric
from keras.ops.elementwise import add, cast, ceil, clip, divide_no_nan, dtype_of, greater, logical_not, multiply, subtract
from keras.ops.indexing import add_at, one_hot
from keras.ops.reduction import running_sum, sum
from keras.ops.shaping import arange, broadcast_to, expand_dims, reshape, reverse, shape_of, slice_along
from keras.ops.sorting import top_k as largest_of

Tensor = Any
Counts = tuple[Tensor, Tensor, Tensor, Tensor]

_BELOW_ALL = -1e10
"""A prediction that no threshold lets through."""


def standardize_thresholds(thresholds: Any, default: float) -> list[float]:
    """The thresholds as a list; `default` alone for None."""
    found = [default] if thresholds is None else list(thresholds) if isinstance(thresholds, (Sequence, np.ndarray)) else [thresholds]
    wrong = [t for t in found if t is None or (not 0 <= t <= 1 and t != _BELOW_ALL)]
    if wrong or not found:
        raise ValueError(
            f"thresholds: got {thresholds!r}. Accepted: floats in the range [0, 1]. Write thresholds=0.5 or thresholds=[0.3, 0.5]."
        )
    return [float(t) for t in found]


def even_thresholds(count: int, margin: float = 0.0) -> list[float]:
    """`count` thresholds from 0 to 1 at equal distances; the first and the last moved outwards by `margin`."""
    return [0.0 - margin, *((i + 1) / (count - 1) for i in range(count - 2)), 1.0 + margin]


def only_top_k(x: Tensor, k: int) -> Tensor:
    """`x` where it is among the `k` largest of its row, else a number below every threshold."""
    chosen = sum(one_hot(largest_of(x, k=k)[1], shape_of(x)[-1], dtype=dtype_of(x)), axis=-2)
    return add(multiply(x, chosen), multiply(subtract(1.0, chosen), _BELOW_ALL))


def prepared(
    name: str, y_true: Any, y_pred: Any, weights: Any, dtype: str, top_k: int | None = None, class_id: int | None = None
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Targets, predictions and weights of one shape, restricted to the top predictions and to one class where asked."""
    y_true, y_pred = matched(name, y_true, as_tensor(y_pred, dtype))
    weights = None if weights is None else as_tensor(weights, dtype)
    if top_k is not None:
        y_pred = only_top_k(y_pred, top_k)
    if class_id is not None:
        classes = shape_of(y_pred)[-1] if shape_of(y_pred) else 0
        if isinstance(classes, int) and not -classes <= class_id < classes:
            raise ValueError(f"{name}(class_id): got {class_id} for predictions of {classes} classes. Accepted: 0 to {classes - 1}.")
        y_true, y_pred = y_true[..., class_id], y_pred[..., class_id]
    if weights is not None:
        y_pred, weights = weights_for(y_pred, weights)
        weights = broadcast_to(weights, shape_of(y_pred))
    return y_true, y_pred, weights


def counts_at(y_true: Tensor, y_pred: Tensor, weights: Tensor | None, thresholds: Sequence[float]) -> Counts:
    """True positives, false positives, true negatives and false negatives at each threshold: four tensors of shape (thresholds,)."""
    dtype = dtype_of(y_pred)
    true = reshape(cast(cast(y_true, "bool"), dtype), (1, -1))
    false = subtract(1.0, true)
    if weights is not None:
        row = reshape(weights, (1, -1))
        true, false = multiply(true, row), multiply(false, row)
    limits = reshape(as_tensor(np.asarray(thresholds, numpy_dtype(dtype))), (-1, 1))
    positive = greater(reshape(y_pred, (1, -1)), limits)
    hit = cast(positive, dtype)
    missed = cast(logical_not(positive), dtype)
    return (
        sum(multiply(hit, true), axis=1),
        sum(multiply(hit, false), axis=1),
        sum(multiply(missed, false), axis=1),
        sum(multiply(missed, true), axis=1),
    )


def counts_at_even(y_true: Tensor, y_pred: Tensor, weights: Tensor | None, count: int, below_zero: bool) -> Counts:
    """`counts_at` for `count` thresholds at equal distances from 0 to 1, label by label: four tensors of shape (count, labels).

    Each prediction falls into the bucket of how many thresholds it exceeds, so one histogram and a running sum from above give the
    counts at all thresholds, without a table of thresholds times predictions. With `below_zero` the first threshold lies just below 0.
    """
    dtype = dtype_of(y_pred)
    rows, labels = shape_of(y_pred)
    weights = as_tensor(1.0, dtype) if weights is None else weights
    true = multiply(as_tensor(y_true, dtype), weights)
    false = multiply(subtract(1.0, as_tensor(y_true, dtype)), weights)
    exceeded = clip(ceil(multiply(y_pred, float(count - 1))), float(below_zero), float(count))
    bucket = cast(exceeded, "int32")
    place = reshape(add(multiply(bucket, labels), expand_dims(arange(labels, dtype="int32"), 0)), (-1,))
    empty = as_tensor(np.zeros((count + 1) * labels, numpy_dtype(dtype)))

    def above(values: Tensor) -> Tensor:
        histogram = reshape(add_at(empty, place, reshape(values, (-1,)), axis=0), (count + 1, labels))
        return reverse(running_sum(reverse(slice_along(histogram, 0, 1, None), axis=0), axis=0), axis=0)

    true_positives, false_positives = above(true), above(false)
    all_true, all_false = sum(true, axis=0, keepdims=True), sum(false, axis=0, keepdims=True)
    return true_positives, false_positives, subtract(all_false, false_positives), subtract(all_true, true_positives)


class _Count(Metric):
    """Base of the four counts: `which` is the place in `Counts`."""

    which: ClassVar[int]

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self._limits = standardize_thresholds(thresholds, 0.5)
        self.accumulator = self.add_variable((len(self._limits),), "zeros", name="accumulator")

    @property
    def thresholds(self) -> list[float]:
        """The thresholds that count."""
        return self._limits

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count in a batch: targets 0 or 1, predictions in [0, 1] of the same shape."""
        counts = counts_at(*prepared(self.name, y_true, y_pred, sample_weight, self.dtype), self._limits)
        self.accumulator.assign(add(self.accumulator.value, counts[self.which]))

    def result(self) -> Tensor:
        """The count so far: one number, or one per threshold."""
        return _single(self.accumulator.value, self._limits)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**self._base_config(), "thresholds": self.init_thresholds}


def _single(values: Tensor, thresholds: Sequence[float]) -> Tensor:
    return reshape(values, ()) if len(thresholds) == 1 else values


_COUNT_ARGUMENTS = """
    Arguments:
        thresholds: float or list of floats in [0, 1]; a prediction above is positive. Default None: 0.5. A list gives one count each.
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
    Raises: ValueError if a threshold is outside [0, 1].
    Source: keras.metrics.{name}.
    """


class TruePositives(_Count):
    """The number (or weight) of targets 1 that are predicted as 1.

    Example:
        >>> float(TruePositives()([1, 1, 0], [0.9, 0.2, 0.7]))
        1.0
    """

    which = 0


class FalsePositives(_Count):
    """The number (or weight) of targets 0 that are predicted as 1.

    Example:
        >>> float(FalsePositives()([1, 1, 0], [0.9, 0.2, 0.7]))
        1.0
    """

    which = 1


class TrueNegatives(_Count):
    """The number (or weight) of targets 0 that are predicted as 0.

    Example:
        >>> float(TrueNegatives()([1, 1, 0], [0.9, 0.2, 0.7]))
        0.0
    """

    which = 2


class FalseNegatives(_Count):
    """The number (or weight) of targets 1 that are predicted as 0.

    Example:
        >>> float(FalseNegatives()([1, 1, 0], [0.9, 0.2, 0.7]))
        1.0
    """

    which = 3


for _class in (TruePositives, FalsePositives, TrueNegatives, FalseNegatives):
    _class.__doc__ = (_class.__doc__ or "").rstrip() + "\n" + _COUNT_ARGUMENTS.format(name=_class.__name__)


class _Ratio(Metric):
    """Base of precision and recall: true positives divided by themselves and one kind of error."""

    wrong: ClassVar[str]
    which: ClassVar[int]

    def __init__(
        self, thresholds: Any = None, top_k: int | None = None, class_id: int | None = None, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.top_k = top_k
        self.class_id = class_id
        self._limits = standardize_thresholds(thresholds, 0.5 if top_k is None else _BELOW_ALL)
        self.true_positives = self.add_variable((len(self._limits),), "zeros", name="true_positives")
        setattr(self, self.wrong, self.add_variable((len(self._limits),), "zeros", name=self.wrong))

    @property
    def thresholds(self) -> list[float]:
        """The thresholds that count."""
        return self._limits

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count in a batch: targets 0 or 1, predictions in [0, 1] of the same shape."""
        operands = prepared(self.name, y_true, y_pred, sample_weight, self.dtype, self.top_k, self.class_id)
        counts = counts_at(*operands, self._limits)
        wrong = getattr(self, self.wrong)
        self.true_positives.assign(add(self.true_positives.value, counts[0]))
        wrong.assign(add(wrong.value, counts[self.which]))

    def result(self) -> Tensor:
        """The ratio so far (0 before the first positive): one number, or one per threshold."""
        hits = self.true_positives.value
        return _single(divide_no_nan(hits, add(hits, getattr(self, self.wrong).value)), self._limits)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**self._base_config(), "thresholds": self.init_thresholds, "top_k": self.top_k, "class_id": self.class_id}


_RATIO_ARGUMENTS = """
    Arguments:
        thresholds: float or list of floats in [0, 1]; a prediction above is positive. Default None: 0.5, or none with `top_k`.
        top_k: int, only the `top_k` largest predictions of a row can be positive. Default None: all.
        class_id: int, only this column counts. Default None: all.
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
    Raises: ValueError if a threshold is outside [0, 1].
    Source: keras.metrics.{name}.
    """


class Precision(_Ratio):
    """How many of the positive predictions are right: true positives / (true positives + false positives).

    Example:
        >>> float(Precision()([1, 1, 0], [0.9, 0.2, 0.7]))
        0.5
    """

    wrong = "false_positives"
    which = 1


class Recall(_Ratio):
    """How many of the targets 1 are found: true positives / (true positives + false negatives).

    Example:
        >>> float(Recall()([1, 1, 0], [0.9, 0.2, 0.7]))
        0.5
    """

    wrong = "false_negatives"
    which = 3


for _class in (Precision, Recall):
    _class.__doc__ = (_class.__doc__ or "").rstrip() + "\n" + _RATIO_ARGUMENTS.format(name=_class.__name__)


def as_columns(x: Tensor) -> Tensor:
    """`x` with the shape (rows, labels): a vector is one label."""
    sizes = shape_of(x)
    return reshape(x, (-1, 1)) if len(sizes) < 2 else reshape(x, (D.product(sizes[:-1]), sizes[-1]))
