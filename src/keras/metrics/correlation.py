"""Correlations of predictions with targets."""

from __future__ import annotations

from typing import Any

from keras.core import config
from keras.losses.alignment import matched
from keras.metrics.reduction import FunctionMetric
from keras.ops.elementwise import add, divide, multiply, sqrt, square, subtract
from keras.ops.reduction import mean

Tensor = Any


def _centered(x: Tensor, axis: Any) -> Tensor:
    return subtract(x, mean(x, axis=axis, keepdims=True))


def pearson_correlation(y_true: Tensor, y_pred: Tensor, axis: Any = -1) -> Tensor:
    """Pearson's correlation of predictions with targets.

    r = covariance / (deviation of y_true * deviation of y_pred)

    Arguments:
        y_true: targets, shape (..., d). y_pred: predictions, same shape.
        axis: int or tuple, the axes of the samples that are correlated; None: all. Default -1.
    Returns: tensor without `axis`, from -1 to 1; NaN where one side is constant.
    Raises: ValueError if the shapes differ.
    Example:
        >>> round(float(pearson_correlation([[0.0, 1.0, 2.0]], [[1.0, 3.0, 5.0]])[0]), 4)
        1.0

    Source: keras.metrics.pearson_correlation.
    """
    y_true, y_pred = matched("pearson_correlation", y_true, y_pred)
    true, predicted = _centered(y_true, axis), _centered(y_pred, axis)
    deviations = multiply(sqrt(mean(square(true), axis=axis)), sqrt(mean(square(predicted), axis=axis)))
    return divide(mean(multiply(true, predicted), axis=axis), deviations)


def concordance_correlation(y_true: Tensor, y_pred: Tensor, axis: Any = -1) -> Tensor:
    """Lin's concordance correlation: 1 only where predictions equal targets, not just follow them.

    c = 2 * covariance / (variance of y_true + variance of y_pred + (difference of means) ** 2 + epsilon)

    Arguments:
        y_true: targets, shape (..., d). y_pred: predictions, same shape.
        axis: int or tuple, the axes of the samples that are correlated; None: all. Default -1.
    Returns: tensor without `axis`, from -1 to 1.
    Raises: ValueError if the shapes differ.
    Example:
        >>> round(float(concordance_correlation([[0.0, 1.0, 2.0]], [[0.0, 1.0, 2.0]])[0]), 4)
        1.0

    Source: Lin 1989; keras.metrics.concordance_correlation.
    """
    y_true, y_pred = matched("concordance_correlation", y_true, y_pred)
    true, predicted = _centered(y_true, axis), _centered(y_pred, axis)
    shift = subtract(mean(y_true, axis=axis), mean(y_pred, axis=axis))
    variances = add(mean(square(true), axis=axis), mean(square(predicted), axis=axis))
    spread = add(add(variances, square(shift)), config.epsilon())
    return divide(multiply(mean(multiply(true, predicted), axis=axis), 2.0), spread)


class PearsonCorrelation(FunctionMetric):
    """The mean of Pearson's correlation of each sample's predictions with its targets.

    Arguments:
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
        axis: int or tuple, the axes that are correlated; None: all. Default -1.
    Example:
        >>> round(float(PearsonCorrelation()([[0.0, 1.0, 2.0]], [[1.0, 3.0, 5.0]])), 4)
        1.0

    Source: keras.metrics.PearsonCorrelation.
    """

    function = staticmethod(pearson_correlation)

    def __init__(self, name: str = "pearson_correlation", dtype: Any = None, axis: Any = -1) -> None:
        super().__init__(name, dtype, axis=axis)


class ConcordanceCorrelation(FunctionMetric):
    """The mean of the concordance correlation of each sample's predictions with its targets.

    Arguments:
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
        axis: int or tuple, the axes that are correlated; None: all. Default -1.
    Example:
        >>> round(float(ConcordanceCorrelation()([[0.0, 1.0, 2.0]], [[0.0, 1.0, 2.0]])), 4)
        1.0

    Source: keras.metrics.ConcordanceCorrelation.
    """

    function = staticmethod(concordance_correlation)

    def __init__(self, name: str = "concordance_correlation", dtype: Any = None, axis: Any = -1) -> None:
        super().__init__(name, dtype, axis=axis)
