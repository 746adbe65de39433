"""F-scores of classes, and the coefficient of determination."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core import config
from keras.core import dims as D
from keras.losses.alignment import as_tensor, matched
from keras.metrics.metric import Metric
from keras.ops.elementwise import (
    abs,
    add,
    cast,
    divide,
    divide_no_nan,
    dtype_of,
    equal,
    greater,
    greater_equal,
    logical_and,
    multiply,
    select,
    square,
    subtract,
    zeros_of,
)
from keras.ops.reduction import max, mean, sum
from keras.ops.shaping import expand_dims, shape_of

Tensor = Any

_AVERAGES = (None, "micro", "macro", "weighted")


def _columns(owner: str, sizes: Sequence[Any]) -> int:
    """The number of columns of two-dimensional predictions."""
    if len(sizes) != 2 or not isinstance(sizes[1], int):
        raise ValueError(
            f"{owner}: got predictions of shape {D.display(tuple(sizes))}. Accepted: shape (samples, columns). "
            f"Write y[:, None] for one column."
        )
    return sizes[1]


def f_beta(hits: Tensor, false_alarms: Tensor, missed: Tensor, beta: float) -> Tensor:
    """(1 + beta^2) * precision * recall / (beta^2 * precision + recall)."""
    precision = divide(hits, add(add(hits, false_alarms), config.epsilon()))
    recall = divide(hits, add(add(hits, missed), config.epsilon()))
    weighted = add(add(multiply(precision, beta**2), recall), config.epsilon())
    return divide(multiply(multiply(precision, recall), 1.0 + beta**2), weighted)


class FBetaScore(Metric):
    """The weighted harmonic mean of precision and recall of each class.

    score = (1 + beta^2) * precision * recall / (beta^2 * precision + recall)

    Arguments:
        average: None: one score per class (default). 'micro': of all counts together. 'macro': the mean over classes. 'weighted': the mean
            weighed by how often a class occurs.
        beta: float > 0, how much recall counts more than precision. Default 1.
        threshold: float; predictions above it are positive. Default None: the largest prediction of a row is.
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
    Raises: ValueError if an argument is none of these, or if predictions are not of shape (samples, classes).
    Example:
        >>> [round(float(x), 4) for x in FBetaScore(beta=2.0)([[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8]])]
        [1.0, 1.0]

    Source: keras.metrics.FBetaScore.
    """

    def __init__(
        self, average: str | None = None, beta: float = 1.0, threshold: float | None = None, name: str = "fbeta_score", dtype: Any = None
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        owner = type(self).__name__
        if average not in _AVERAGES:
            raise ValueError(f"{owner}(average): got {average!r}. Accepted: {', '.join(map(repr, _AVERAGES))}. Write average='macro'.")
        if not isinstance(beta, float) or beta <= 0:
            raise ValueError(f"{owner}(beta): got {beta!r}. Accepted: a float > 0. Write beta=1.0.")
        if threshold is not None and (not isinstance(threshold, float) or not 0 < threshold <= 1):
            raise ValueError(f"{owner}(threshold): got {threshold!r}. Accepted: a float in the range (0, 1], or None. Write threshold=0.5.")
        self.average = average
        self.beta = beta
        self.threshold = threshold

    def build(self, y_true_shape: Sequence[int | None], y_pred_shape: Sequence[int | None]) -> None:
        """Make the counts, one per class, unless they are there."""
        if self._variables:
            return
        shape = () if self.average == "micro" else (_columns(type(self).__name__, y_pred_shape),)
        for name in ("true_positives", "false_positives", "false_negatives", "intermediate_weights"):
            setattr(self, name, self.add_variable(shape, "zeros", name=name))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count in a batch: one-hot (or several 0 and 1) targets and predictions, shape (samples, classes)."""
        true, scores = matched(self.name, y_true, as_tensor(y_pred, self.dtype))
        self.build(shape_of(true), shape_of(scores))
        if self.threshold is None:
            largest = max(scores, axis=-1, keepdims=True)
            positive = logical_and(greater_equal(scores, largest), greater(abs(scores), 1e-9))
        else:
            positive = greater(scores, self.threshold)
        chosen = cast(positive, self.dtype)
        axis = None if self.average == "micro" else 0
        weights = None if sample_weight is None else expand_dims(as_tensor(sample_weight, self.dtype), 1)

        def total(x: Tensor) -> Tensor:
            return sum(x if weights is None else multiply(x, weights), axis=axis)

        self.true_positives.assign(add(self.true_positives.value, total(multiply(chosen, true))))
        self.false_positives.assign(add(self.false_positives.value, total(multiply(chosen, subtract(1.0, true)))))
        self.false_negatives.assign(add(self.false_negatives.value, total(multiply(subtract(1.0, chosen), true))))
        self.intermediate_weights.assign(add(self.intermediate_weights.value, total(true)))

    def result(self) -> Tensor:
        """The score so far: one number, or one per class."""
        scores = f_beta(self.true_positives.value, self.false_positives.value, self.false_negatives.value, self.beta)
        if self.average == "weighted":
            weights = self.intermediate_weights.value
            return sum(multiply(scores, divide(weights, add(sum(weights), config.epsilon()))))
        return mean(scores) if self.average == "macro" else scores


class F1Score(FBetaScore):
    """The harmonic mean of precision and recall of each class: `FBetaScore` with beta 1.

    Arguments:
        average: None: one score per class (default). 'micro': of all counts together. 'macro': the mean over classes. 'weighted': the mean
            weighed by how often a class occurs.
        threshold: float; predictions above it are positive. Default None: the largest prediction of a row is.
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
    Raises: ValueError if an argument is none of these, or if predictions are not of shape (samples, classes).
    Example:
        >>> [round(float(x), 4) for x in F1Score()([[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8]])]
        [1.0, 1.0]

    Source: keras.metrics.F1Score.
    """

    def __init__(self, average: str | None = None, threshold: float | None = None, name: str = "f1_score", dtype: Any = None) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)


_AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


class R2Score(Metric):
    """The coefficient of determination: the share of the targets' variance that the predictions explain.

    score = 1 - sum((y_true - y_pred) ** 2) / sum((y_true - mean(y_true)) ** 2)

    Arguments:
        class_aggregation: 'uniform_average': the mean over columns (default). 'variance_weighted_average': weighed by their
            variance. None: one score per column.
        num_regressors: int >= 0, the number of inputs of the model, for the adjusted score. Default 0: not adjusted.
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
    Raises: ValueError if an argument is none of these, or if predictions are not of shape (samples, columns).
    Example:
        >>> round(float(R2Score()([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])), 4)
        0.5714

    Source: keras.metrics.R2Score.
    """

    def __init__(
        self, class_aggregation: str | None = "uniform_average", num_regressors: int = 0, name: str = "r2_score", dtype: Any = None
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if class_aggregation not in _AGGREGATIONS:
            accepted = ", ".join(map(repr, _AGGREGATIONS))
            raise ValueError(
                f"R2Score(class_aggregation): got {class_aggregation!r}. Accepted: {accepted}. Write class_aggregation='uniform_average'."
            )
        if num_regressors < 0:
            raise ValueError(f"R2Score(num_regressors): got {num_regressors!r}. Accepted: an int >= 0.")
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), "zeros", name="num_samples")

    def build(self, y_true_shape: Sequence[int | None], y_pred_shape: Sequence[int | None]) -> None:
        """Make the sums, one per column, unless they are there."""
        if len(self._variables) > 1:
            return
        columns = _columns("R2Score", y_pred_shape)
        for name in ("squared_sum", "sum", "total_mse", "count"):
            setattr(self, name, self.add_variable((columns,), "zeros", name=name))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count in a batch of targets and predictions of shape (samples, columns)."""
        true, predicted = matched(self.name, y_true, as_tensor(y_pred, self.dtype))
        self.build(shape_of(true), shape_of(predicted))
        weights = as_tensor(1.0 if sample_weight is None else sample_weight, self.dtype)
        weights = expand_dims(weights, 1) if len(shape_of(weights)) == 1 else weights
        weighted = multiply(true, weights)
        self.sum.assign(add(self.sum.value, sum(weighted, axis=0)))
        self.squared_sum.assign(add(self.squared_sum.value, sum(multiply(true, weighted), axis=0)))
        self.total_mse.assign(add(self.total_mse.value, sum(multiply(square(subtract(true, predicted)), weights), axis=0)))
        self.count.assign(add(self.count.value, sum(multiply(cast(equal(true, true), self.dtype), weights), axis=0)))
        elements = D.product(shape_of(true))  # columns count as samples, as in Keras, also in the adjusted score
        self.num_samples.assign(add(self.num_samples.value, float(elements)))

    def result(self) -> Tensor:
        """The score so far; a column whose targets are all equal counts as 0."""
        average = divide_no_nan(self.sum.value, self.count.value)
        total = subtract(self.squared_sum.value, multiply(self.sum.value, average))
        score = select(equal(total, 0), zeros_of(total), subtract(1.0, divide_no_nan(self.total_mse.value, total)))
        if self.class_aggregation == "uniform_average":
            score = mean(score)
        elif self.class_aggregation == "variance_weighted_average":
            score = divide_no_nan(sum(multiply(score, total)), sum(total))
        return self._adjusted(score) if self.num_regressors else score

    def _adjusted(self, score: Tensor) -> Tensor:
        """The score with a penalty for each input of the model, where there are enough samples for it."""
        samples = self.num_samples.value
        left = subtract(samples, float(self.num_regressors + 1))
        adjusted = subtract(1.0, divide_no_nan(multiply(subtract(1.0, score), subtract(samples, 1.0)), left))
        return select(greater(left, 0), adjusted, cast(score, dtype_of(adjusted)))
