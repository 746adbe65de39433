"""The area under a curve over thresholds, and points on such curves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from keras.core import config
from keras.core.dtypes import numpy_dtype
from keras.losses.alignment import as_tensor
from keras.metrics.confusion import as_columns, counts_at, counts_at_even, even_thresholds, prepared, standardize_thresholds
from keras.metrics.metric import Metric
from keras.ops.elementwise import (
    add,
    divide_no_nan,
    greater,
    greater_equal,
    log,
    logical_and,
    maximum,
    minimum,
    multiply,
    select,
    sigmoid,
    subtract,
    zeros_of,
)
from keras.ops.reduction import max, mean, sum
from keras.ops.shaping import expand_dims, reshape, shape_of, slice_along, stack

Tensor = Any

CURVES = ("ROC", "PR", "PRGAIN")
SUMMATIONS = ("interpolation", "minoring", "majoring")
_COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


def _ends(x: Tensor) -> tuple[Tensor, Tensor]:
    """The values at the lower and at the upper threshold of each pair of neighbours."""
    return slice_along(x, 0, 0, -1), slice_along(x, 0, 1, None)


def interpolated_precision_area(true_positives: Tensor, false_positives: Tensor, false_negatives: Tensor) -> Tensor:
    """The area under the precision-recall curve, between neighbours with precision (slope * positives + intercept) / positives.

    Source: Davis and Goadrich 2006: true and false positives change linearly, so precision does not.
    """
    hits, next_hits = _ends(true_positives)
    positives, next_positives = _ends(add(true_positives, false_positives))
    gained = subtract(hits, next_hits)
    slope = divide_no_nan(gained, maximum(subtract(positives, next_positives), 0.0))
    intercept = subtract(next_hits, multiply(slope, next_positives))
    both = logical_and(greater(positives, 0.0), greater(next_positives, 0.0))
    ratio = select(both, divide_no_nan(positives, maximum(next_positives, 0.0)), as_tensor(1.0))
    total = maximum(add(next_hits, slice_along(false_negatives, 0, 1, None)), 0.0)
    return sum(divide_no_nan(multiply(slope, add(gained, multiply(intercept, log(ratio)))), total), axis=0)


def _gains(hits: Tensor, false_alarms: Tensor, rejected: Tensor, missed: Tensor) -> tuple[Tensor, Tensor]:
    """Recall and precision measured against those of always saying yes: 1 - odds * error / hits, the recall gain at least 0.

    Source: Flach and Kull 2015; without hits Keras takes recall gain 0 and precision gain 1.
    """
    odds = divide_no_nan(add(hits, missed), add(false_alarms, rejected))
    recall = subtract(1.0, multiply(odds, divide_no_nan(missed, hits)))
    precision = subtract(1.0, multiply(odds, divide_no_nan(false_alarms, hits)))
    return maximum(select(greater(hits, 0.0), recall, zeros_of(recall)), 0.0), precision


def curve_area(
    true_positives: Tensor, false_positives: Tensor, true_negatives: Tensor, false_negatives: Tensor, curve: str, summation: str
) -> Tensor:
    """The area under a curve from the counts at rising thresholds (axis 0)."""
    if curve == "PR" and summation == "interpolation":
        return interpolated_precision_area(true_positives, false_positives, false_negatives)
    recall = divide_no_nan(true_positives, add(true_positives, false_negatives))
    if curve == "ROC":
        x, y = divide_no_nan(false_positives, add(false_positives, true_negatives)), recall
    elif curve == "PR":
        x, y = recall, divide_no_nan(true_positives, add(true_positives, false_positives))
    else:
        x, y = _gains(true_positives, false_positives, true_negatives, false_negatives)
    (x0, x1), (y0, y1) = _ends(x), _ends(y)
    if summation == "interpolation":
        heights = multiply(add(y0, y1), 0.5)
    else:
        heights = minimum(y0, y1) if summation == "minoring" else maximum(y0, y1)
    return sum(multiply(subtract(x0, x1), heights), axis=0)


class _OverThresholds(Metric):
    """Base of metrics that keep the four counts at many thresholds."""

    _limits: list[float]
    _even: bool

    def _set_thresholds(self, thresholds: Sequence[float], even: bool) -> None:
        self._limits = list(thresholds)
        self._even = even

    def _add_counts(self, shape: tuple[int, ...]) -> None:
        for name in _COUNTS:
            setattr(self, name, self.add_variable(shape, "zeros", name=name))

    def _count_in(self, y_true: Tensor, y_pred: Tensor, weights: Tensor | None) -> None:
        """Counts of (rows, labels) predictions."""
        labels = shape_of(y_pred)[1]
        if self._even:
            counts: Any = counts_at_even(y_true, y_pred, weights, len(self._limits), below_zero=self._limits[0] < 0)
        else:
            columns = [(y_true[:, i], y_pred[:, i], None if weights is None else weights[:, i]) for i in range(labels)]
            counts = [stack(parts, axis=1) for parts in zip(*(counts_at(*column, self._limits) for column in columns), strict=True)]
        for name, count in zip(_COUNTS, counts, strict=True):
            variable = getattr(self, name)
            variable.assign(add(variable.value, reshape(count, variable.shape)))

    def _counts(self) -> list[Tensor]:
        return [getattr(self, name).value for name in _COUNTS]


class AUC(_OverThresholds):
    """The area under the ROC or precision-recall curve, from counts at thresholds.

    Arguments:
        num_thresholds: int > 1, thresholds at equal distances from 0 to 1. Default 200.
        curve: 'ROC' (recall over false positive rate, default), 'PR' (precision over recall) or 'PRGAIN' (their gains).
        summation_method: 'interpolation' (default), 'minoring' or 'majoring': the height between two neighbouring thresholds.
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
        thresholds: list of floats in [0, 1], instead of `num_thresholds`; 0 and 1 are added outside. Default None.
        multi_label: whether each column is a task of its own, and the result the mean of their areas. Default False.
        num_labels: int, the number of columns with `multi_label`; None: seen at the first batch.
        label_weights: list with one weight per column. Default None: all 1.
        from_logits: whether predictions are logits. Default False: probabilities.
    Raises: ValueError if an argument is none of these.
    Example:
        >>> round(float(AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])), 4)
        0.75

    Source: keras.metrics.AUC.
    """

    def __init__(
        self, num_thresholds: int = 200, curve: str = "ROC", summation_method: str = "interpolation", name: str | None = None,
        dtype: Any = None, thresholds: Sequence[float] | None = None, multi_label: bool = False, num_labels: int | None = None,
        label_weights: Any = None, from_logits: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(name=name, dtype=dtype)
        _check_choice("curve", curve, CURVES)
        _check_choice("summation_method", summation_method, SUMMATIONS)
        if num_labels is not None and not multi_label:
            raise ValueError(
                f"AUC(num_labels): got {num_labels} with multi_label=False. Write AUC(multi_label=True, num_labels={num_labels})."
            )
        self.curve = curve
        self.summation_method = summation_method
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = None if label_weights is None else [float(w) for w in label_weights]
        self._from_logits = from_logits
        self._own_thresholds = thresholds
        if thresholds is None:
            if num_thresholds < 2:
                raise ValueError(f"AUC(num_thresholds): got {num_thresholds}. Accepted: an int > 1. Write AUC(num_thresholds=200).")
            inner = even_thresholds(num_thresholds)[1:-1]
        else:
            inner = sorted(standardize_thresholds(thresholds, 0.5))
        limits = [0.0 - config.epsilon(), *inner, 1.0 + config.epsilon()]
        self._set_thresholds(limits, even=np.allclose(limits, even_thresholds(len(limits)), atol=1e-6))
        self.num_thresholds = len(limits)
        if not multi_label or num_labels:
            self.build(None, (None, num_labels or 1))

    @property
    def thresholds(self) -> np.ndarray:
        """All thresholds, rising."""
        return np.asarray(self._limits, numpy_dtype(self.dtype))

    def build(self, y_true_shape: Any, y_pred_shape: Sequence[int | None]) -> None:
        """Make the counts, one column per label with `multi_label`, unless they are there."""
        if self._variables:
            return
        labels = y_pred_shape[-1]
        if self.label_weights is not None and self.multi_label and labels != len(self.label_weights):
            raise ValueError(
                f"AUC(label_weights): got {len(self.label_weights)} weights for {labels} labels. Accepted: one weight per label."
            )
        self._add_counts((len(self._limits), labels) if self.multi_label else (len(self._limits),))  # type: ignore[arg-type]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count in a batch: targets 0 or 1, predictions in [0, 1] of the same shape."""
        y_pred = as_tensor(y_pred, self.dtype)
        if self._from_logits:
            y_pred = sigmoid(y_pred)
        self.build(None, shape_of(y_pred))
        if self.multi_label and len(shape_of(y_pred)) != 2:
            raise ValueError(
                f"AUC(multi_label=True): got predictions with {len(shape_of(y_pred))} axes. Accepted: shape (samples, labels)."
            )
        if self.label_weights is not None and not self.multi_label:
            of_labels = as_tensor(self.label_weights, self.dtype)
            rows = as_tensor(1.0 if sample_weight is None else sample_weight, self.dtype)
            sample_weight = multiply(expand_dims(rows, -1) if len(shape_of(rows)) == len(shape_of(y_pred)) - 1 else rows, of_labels)
        operands = prepared(self.name, y_true, y_pred, sample_weight, self.dtype)
        shaped: Callable[[Tensor], Tensor] = as_columns if self.multi_label else lambda x: reshape(x, (-1, 1))
        self._count_in(*(None if x is None else shaped(x) for x in operands))  # type: ignore[arg-type]

    def result(self) -> Tensor:
        """The area so far."""
        area = curve_area(*self._counts(), self.curve, self.summation_method)
        if not self.multi_label:
            return area
        if self.label_weights is None:
            return mean(area)
        weights = as_tensor(self.label_weights, self.dtype)
        return divide_no_nan(sum(multiply(area, weights)), sum(weights))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        names = ("num_thresholds", "curve", "summation_method", "multi_label", "num_labels", "label_weights")
        found = {**self._base_config(), **{name: getattr(self, name) for name in names}, "from_logits": self._from_logits}
        if self._own_thresholds is not None:
            found["thresholds"] = self._limits[1:-1]
        return found


def _check_choice(argument: str, value: Any, accepted: Sequence[str]) -> None:
    if value not in accepted:
        raise ValueError(
            f"AUC({argument}): got {value!r}. Accepted: {', '.join(map(repr, accepted))}. Write AUC({argument}={accepted[0]!r})."
        )


def best_where(constrained: Tensor, limit: float, wanted: Tensor) -> Tensor:
    """The largest of `wanted` at thresholds where `constrained` reaches the limit, 0 if it never does."""
    return max(select(greater_equal(constrained, limit), wanted, as_tensor(0.0)))


def _rates(counts: Sequence[Tensor]) -> dict[str, Tensor]:
    hits, false_alarms, rejected, missed = counts
    return {
        "sensitivity": divide_no_nan(hits, add(hits, missed)),
        "specificity": divide_no_nan(rejected, add(rejected, false_alarms)),
        "precision": divide_no_nan(hits, add(hits, false_alarms)),
        "recall": divide_no_nan(hits, add(hits, missed)),
    }


class _BestAt(_OverThresholds):
    """Base of metrics that give the best of one rate where another reaches a limit."""

    wanted: ClassVar[str]
    given: ClassVar[str]

    def __init__(self, limit: float, num_thresholds: int, class_id: int | None, name: str | None, dtype: Any) -> None:
        super().__init__(name=name, dtype=dtype)
        owner = type(self).__name__
        if not 0 <= limit <= 1:
            raise ValueError(
                f"{owner}({self.given}): got {limit!r}. Accepted: a float in the range [0, 1]. Write {owner}({self.given}=0.5)."
            )
        if num_thresholds < 1:
            raise ValueError(
                f"{owner}(num_thresholds): got {num_thresholds}. Accepted: an int > 0. Write {owner}(..., num_thresholds=200)."
            )
        setattr(self, self.given, limit)
        self.num_thresholds = num_thresholds
        self.class_id = class_id
        self._set_thresholds([0.5] if num_thresholds == 1 else even_thresholds(num_thresholds), even=num_thresholds > 1)
        self._add_counts((num_thresholds,))

    @property
    def thresholds(self) -> list[float]:
        """All thresholds, rising."""
        return self._limits

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count in a batch: targets 0 or 1, predictions in [0, 1] of the same shape."""
        operands = prepared(self.name, y_true, y_pred, sample_weight, self.dtype, class_id=self.class_id)
        self._count_in(*(None if x is None else reshape(x, (-1, 1)) for x in operands))  # type: ignore[arg-type]

    def result(self) -> Tensor:
        """The best rate so far."""
        rates = _rates(self._counts())
        return best_where(rates[self.given], getattr(self, self.given), rates[self.wanted])

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **self._base_config(),
            "class_id": self.class_id,
            "num_thresholds": self.num_thresholds,
            self.given: getattr(self, self.given),
        }


class SensitivityAtSpecificity(_BestAt):
    """The best sensitivity (recall) at thresholds where the specificity reaches `specificity`.

    Arguments:
        specificity: float in [0, 1], true negatives / (true negatives + false positives).
    Example:
        >>> float(SensitivityAtSpecificity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    wanted, given = "sensitivity", "specificity"

    def __init__(
        self, specificity: float, num_thresholds: int = 200, class_id: int | None = None, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(specificity, num_thresholds, class_id, name, dtype)


class SpecificityAtSensitivity(_BestAt):
    """The best specificity at thresholds where the sensitivity (recall) reaches `sensitivity`.

    Arguments:
        sensitivity: float in [0, 1], true positives / (true positives + false negatives).
    Example:
        >>> round(float(SpecificityAtSensitivity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])), 4)
        0.6667
    """

    wanted, given = "specificity", "sensitivity"

    def __init__(
        self, sensitivity: float, num_thresholds: int = 200, class_id: int | None = None, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)


class PrecisionAtRecall(_BestAt):
    """The best precision at thresholds where the recall reaches `recall`.

    Arguments:
        recall: float in [0, 1], true positives / (true positives + false negatives).
    Example:
        >>> float(PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    wanted, given = "precision", "recall"

    def __init__(
        self, recall: float, num_thresholds: int = 200, class_id: int | None = None, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(recall, num_thresholds, class_id, name, dtype)


class RecallAtPrecision(_BestAt):
    """The best recall at thresholds where the precision reaches `precision`.

    Arguments:
        precision: float in [0, 1], true positives / (true positives + false positives).
    Example:
        >>> float(RecallAtPrecision(0.8)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
        0.5
    """

    wanted, given = "recall", "precision"

    def __init__(
        self, precision: float, num_thresholds: int = 200, class_id: int | None = None, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(precision, num_thresholds, class_id, name, dtype)


_REST = """        num_thresholds: int > 0, thresholds at equal distances from 0 to 1. Default 200.
        class_id: int, only this column counts. Default None: all.
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
    Raises: ValueError if the limit is outside [0, 1].
    Example:"""

for _class in (SensitivityAtSpecificity, SpecificityAtSensitivity, PrecisionAtRecall, RecallAtPrecision):
    _class.__doc__ = (_class.__doc__ or "").replace(
        "    Example:", _REST, 1
    ).rstrip() + f"\n\n    Source: keras.metrics.{_class.__name__}.\n    "
