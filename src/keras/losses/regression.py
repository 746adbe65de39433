"""Losses of numbers against numbers."""

from __future__ import annotations

import math
from typing import Any

from keras.core import config
from keras.losses.alignment import matched
from keras.losses.loss import FunctionLoss
from keras.ops.activations import softplus
from keras.ops.elementwise import abs, add, divide, less_equal, log, maximum, multiply, rsqrt, select, square, subtract
from keras.ops.reduction import mean, sum

Tensor = Any


def mean_squared_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """The mean squared difference over the last axis.

    loss = mean((y_true - y_pred) ** 2, axis=-1)

    Arguments:
        y_true: targets, shape (..., d). A last axis of size 1 may be missing.
        y_pred: predictions, same shape.
    Returns: tensor of shape (...).
    Raises: ValueError if the shapes differ.
    Example:
        >>> mean_squared_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
        [2.5]

    Source: keras.losses.mean_squared_error.
    """
    y_true, y_pred = matched("mean_squared_error", y_true, y_pred)
    return mean(square(subtract(y_true, y_pred)), axis=-1)


def mean_absolute_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """The mean absolute difference over the last axis.

    loss = mean(|y_true - y_pred|, axis=-1)

    Arguments:
        y_true: targets, shape (..., d). A last axis of size 1 may be missing.
        y_pred: predictions, same shape.
    Returns: tensor of shape (...).
    Raises: ValueError if the shapes differ.
    Example:
        >>> mean_absolute_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
        [1.5]

    Source: keras.losses.mean_absolute_error.
    """
    y_true, y_pred = matched("mean_absolute_error", y_true, y_pred)
    return mean(abs(subtract(y_true, y_pred)), axis=-1)


def mean_absolute_percentage_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """The mean absolute difference in percent of the target.

    loss = 100 * mean(|y_true - y_pred| / max(|y_true|, epsilon), axis=-1)

    Arguments:
        y_true: targets, shape (..., d); near 0 the percentage is huge.
        y_pred: predictions, same shape.
    Returns: tensor of shape (...), percent.
    Raises: ValueError if the shapes differ.
    Example:
        >>> mean_absolute_percentage_error([[2.0, 4.0]], [[3.0, 4.0]]).tolist()
        [25.0]

    Source: keras.losses.mean_absolute_percentage_error.
    """
    y_true, y_pred = matched("mean_absolute_percentage_error", y_true, y_pred)
    share = divide(abs(subtract(y_true, y_pred)), maximum(abs(y_true), config.epsilon()))
    return multiply(mean(share, axis=-1), 100.0)


def mean_squared_logarithmic_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """The mean squared difference of the logarithms; numbers below 0 count as 0.

    loss = mean((log(y_true + 1) - log(y_pred + 1)) ** 2, axis=-1)

    Arguments:
        y_true: targets >= 0, shape (..., d).
        y_pred: predictions >= 0, same shape.
    Returns: tensor of shape (...).
    Raises: ValueError if the shapes differ.
    Example:
        >>> mean_squared_logarithmic_error([[0.0]], [[0.0]]).tolist()
        [0.0]

    Source: keras.losses.mean_squared_logarithmic_error.
    """
    y_true, y_pred = matched("mean_squared_logarithmic_error", y_true, y_pred)
    log_true, log_pred = (log(add(maximum(y, config.epsilon()), 1.0)) for y in (y_true, y_pred))
    return mean(square(subtract(log_true, log_pred)), axis=-1)


def huber(y_true: Tensor, y_pred: Tensor, delta: float = 1.0) -> Tensor:
    """Squared for small differences, linear for large ones.

    loss = mean(0.5 * e ** 2 where |e| <= delta, else delta * |e| - 0.5 * delta ** 2, axis=-1), e = y_pred - y_true

    Arguments:
        y_true: targets, shape (..., d). A last axis of size 1 may be missing.
        y_pred: predictions, same shape.
        delta: float > 0, the difference at which the loss turns linear. Default 1.
    Returns: tensor of shape (...).
    Raises: ValueError if the shapes differ.
    Example:
        >>> huber([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
        [1.5]

    Source: Huber 1964; keras.losses.huber.
    """
    y_true, y_pred = matched("huber", y_true, y_pred)
    error = subtract(y_pred, y_true)
    distance = abs(error)
    values = select(less_equal(distance, delta), multiply(square(error), 0.5), subtract(multiply(distance, delta), 0.5 * delta * delta))
    return mean(values, axis=-1)


def log_cosh(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """log(cosh(y_pred - y_true)): near e ** 2 / 2 for small differences e, near |e| - log(2) for large ones.

    loss = mean(e + softplus(-2 e) - log(2), axis=-1), e = y_pred - y_true

    Arguments:
        y_true: targets, shape (..., d). A last axis of size 1 may be missing.
        y_pred: predictions, same shape.
    Returns: tensor of shape (...).
    Raises: ValueError if the shapes differ.
    Example:
        >>> log_cosh([[1.0]], [[1.0]]).tolist()
        [0.0]

    Source: keras.losses.log_cosh.
    """
    y_true, y_pred = matched("log_cosh", y_true, y_pred)
    error = subtract(y_pred, y_true)
    return mean(subtract(add(error, softplus(multiply(error, -2.0))), math.log(2.0)), axis=-1)


def unit_length(x: Tensor, axis: Any) -> Tensor:
    """`x` divided by its Euclidean length over `axis`; vectors shorter than epsilon are divided by epsilon."""
    return multiply(x, rsqrt(maximum(sum(square(x), axis=axis, keepdims=True), config.epsilon() ** 2)))


def cosine_similarity(y_true: Tensor, y_pred: Tensor, axis: int = -1) -> Tensor:
    """Minus the cosine of the angle between targets and predictions: -1 for one direction, 0 for right angles, 1 for opposite ones.

    loss = -sum(y_true / |y_true| * y_pred / |y_pred|, axis)

    Arguments:
        y_true: targets, shape (..., d).
        y_pred: predictions, same shape.
        axis: int, the axis of the vectors. Default -1.
    Returns: tensor without `axis`.
    Raises: ValueError if the shapes differ.
    Example:
        >>> cosine_similarity([[3.0, 0.0]], [[2.0, 0.0]]).tolist()
        [-1.0]

    Source: keras.losses.cosine_similarity; `cosine_proximity` of Keras 1 and 2.
    """
    y_true, y_pred = matched("cosine_similarity", y_true, y_pred)
    return multiply(sum(multiply(unit_length(y_true, axis), unit_length(y_pred, axis)), axis=axis), -1.0)


class MeanSquaredError(FunctionLoss):
    """The mean squared difference: mean((y_true - y_pred) ** 2).

    Example:
        >>> float(MeanSquaredError()([[0.0], [0.0]], [[1.0], [3.0]]))
        5.0
    """

    function = staticmethod(mean_squared_error)

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, reduction, dtype)


class MeanAbsoluteError(FunctionLoss):
    """The mean absolute difference: mean(|y_true - y_pred|).

    Example:
        >>> float(MeanAbsoluteError()([[0.0], [0.0]], [[1.0], [3.0]]))
        2.0
    """

    function = staticmethod(mean_absolute_error)

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(name, reduction, dtype)


class MeanAbsolutePercentageError(FunctionLoss):
    """The mean absolute difference in percent: 100 * mean(|y_true - y_pred| / |y_true|).

    Example:
        >>> float(MeanAbsolutePercentageError()([[2.0], [4.0]], [[3.0], [4.0]]))
        25.0
    """

    function = staticmethod(mean_absolute_percentage_error)

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "mean_absolute_percentage_error", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


class MeanSquaredLogarithmicError(FunctionLoss):
    """The mean squared difference of logarithms: mean((log(y_true + 1) - log(y_pred + 1)) ** 2).

    Example:
        >>> float(MeanSquaredLogarithmicError()([[1.0]], [[1.0]]))
        0.0
    """

    function = staticmethod(mean_squared_logarithmic_error)

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "mean_squared_logarithmic_error", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


class CosineSimilarity(FunctionLoss):
    """Minus the cosine of the angle between targets and predictions.

    Example:
        >>> float(CosineSimilarity()([[3.0, 0.0]], [[2.0, 0.0]]))
        -1.0
    """

    function = staticmethod(cosine_similarity)

    def __init__(
        self, axis: int = -1, reduction: str | None = "sum_over_batch_size", name: str = "cosine_similarity", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.axis = axis


class Huber(FunctionLoss):
    """Squared for differences up to `delta`, linear beyond.

    Example:
        >>> float(Huber()([[0.0, 0.0]], [[1.0, 3.0]]))
        1.5
    """

    function = staticmethod(huber)

    def __init__(
        self, delta: float = 1.0, reduction: str | None = "sum_over_batch_size", name: str = "huber_loss", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.delta = delta


class LogCosh(FunctionLoss):
    """The mean of log(cosh(y_pred - y_true)).

    Example:
        >>> float(LogCosh()([[1.0]], [[1.0]]))
        0.0
    """

    function = staticmethod(log_cosh)

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "log_cosh", dtype: Any = None) -> None:
        super().__init__(name, reduction, dtype)
