"""Losses of distributions: Kullback-Leibler divergence and Poisson counts."""

from __future__ import annotations

from typing import Any

from keras.core import config
from keras.losses.alignment import matched
from keras.losses.loss import FunctionLoss
from keras.ops.elementwise import add, clip, divide, log, multiply, subtract
from keras.ops.reduction import mean, sum

Tensor = Any


def kl_divergence(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """The Kullback-Leibler divergence of the predictions from the targets.

    loss = sum(y_true * log(y_true / y_pred), axis=-1), both clipped to [epsilon, 1]

    Arguments:
        y_true: probabilities, shape (..., d).
        y_pred: probabilities, same shape.
    Returns: tensor of shape (...).
    Raises: ValueError if the shapes differ.
    Example:
        >>> kl_divergence([[0.5, 0.5]], [[0.5, 0.5]]).tolist()
        [0.0]

    Source: Kullback and Leibler 1951; keras.losses.kl_divergence.
    """
    y_true, y_pred = (clip(y, config.epsilon(), 1.0) for y in matched("kl_divergence", y_true, y_pred))
    return sum(multiply(y_true, log(divide(y_true, y_pred))), axis=-1)


def poisson(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """The negative log-likelihood of counts under Poisson distributions, up to a constant.

    loss = mean(y_pred - y_true * log(y_pred + epsilon), axis=-1)

    Arguments:
        y_true: counts >= 0, shape (..., d).
        y_pred: expected counts > 0, same shape.
    Returns: tensor of shape (...).
    Raises: ValueError if the shapes differ.
    Example:
        >>> poisson([[0.0, 0.0]], [[1.0, 2.0]]).tolist()
        [1.5]

    Source: keras.losses.poisson.
    """
    y_true, y_pred = matched("poisson", y_true, y_pred)
    return mean(subtract(y_pred, multiply(y_true, log(add(y_pred, config.epsilon())))), axis=-1)


class KLDivergence(FunctionLoss):
    """The mean Kullback-Leibler divergence of the predictions from the targets.

    Example:
        >>> float(KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]))
        0.0
    """

    function = staticmethod(kl_divergence)

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "kl_divergence", dtype: Any = None) -> None:
        super().__init__(name, reduction, dtype)


class Poisson(FunctionLoss):
    """The mean negative log-likelihood of counts under Poisson distributions.

    Example:
        >>> float(Poisson()([[0.0, 0.0]], [[1.0, 2.0]]))
        1.5
    """

    function = staticmethod(poisson)

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "poisson", dtype: Any = None) -> None:
        super().__init__(name, reduction, dtype)
