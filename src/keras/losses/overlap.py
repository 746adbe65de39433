"""Losses of overlapping regions: Dice and Tversky."""

from __future__ import annotations

from typing import Any

from keras.core import config
from keras.losses.alignment import matched
from keras.losses.loss import FunctionLoss
from keras.ops.elementwise import add, divide, multiply, subtract
from keras.ops.reduction import sum

Tensor = Any


def dice(y_true: Tensor, y_pred: Tensor, axis: Any = None) -> Tensor:
    """One minus twice the overlap of two regions divided by the sum of their sizes.

    loss = 1 - (2 * sum(y_true * y_pred) + epsilon) / (sum(y_true) + sum(y_pred) + epsilon)

    Arguments:
        y_true: regions, 0 or 1.
        y_pred: probabilities, same shape.
        axis: int or tuple, the axes of a region. Default None: all, also the batch, and the loss is one number.
    Returns: tensor without `axis`.
    Raises: ValueError if the shapes differ.
    Example:
        >>> round(float(dice([[1.0, 0.0]], [[1.0, 1.0]])), 4)
        0.3333

    Source: Milletari et al. 2016; keras.losses.dice.
    """
    y_true, y_pred = matched("dice", y_true, y_pred)
    overlap = multiply(sum(multiply(y_true, y_pred), axis=axis), 2.0)
    sizes = add(sum(y_true, axis=axis), sum(y_pred, axis=axis))
    return subtract(1.0, divide(add(overlap, config.epsilon()), add(sizes, config.epsilon())))


def tversky(y_true: Tensor, y_pred: Tensor, alpha: float = 0.5, beta: float = 0.5, axis: Any = None) -> Tensor:
    """The Dice loss with one weight for what is missed and one for what is predicted too much.

    loss = 1 - (overlap + epsilon) / (overlap + alpha * missed + beta * too much + epsilon)

    Arguments:
        y_true: regions, 0 or 1.
        y_pred: probabilities, same shape.
        alpha: float >= 0, the weight of what is missed, sum(y_true * (1 - y_pred)). Default 0.5.
        beta: float >= 0, the weight of what is too much, sum((1 - y_true) * y_pred). Default 0.5.
        axis: int or tuple, the axes of a region. Default None: all, also the batch, and the loss is one number.
    Returns: tensor without `axis`.
    Raises: ValueError if the shapes differ.
    Example:
        >>> round(float(tversky([[1.0, 0.0]], [[1.0, 1.0]])), 4)
        0.3333

    Source: Salehi et al. 2017; keras.losses.tversky of Keras 3, whose documentation names the two weights the other way round.
    """
    y_true, y_pred = matched("tversky", y_true, y_pred)
    overlap = sum(multiply(y_true, y_pred), axis=axis)
    too_much = multiply(sum(multiply(subtract(1.0, y_true), y_pred), axis=axis), float(beta))
    missed = multiply(sum(multiply(y_true, subtract(1.0, y_pred)), axis=axis), float(alpha))
    return subtract(1.0, divide(add(overlap, config.epsilon()), add(add(add(overlap, too_much), missed), config.epsilon())))


class Dice(FunctionLoss):
    """One minus the Dice coefficient of predicted and true regions.

    Example:
        >>> round(float(Dice()([[1.0, 0.0]], [[1.0, 1.0]])), 4)
        0.3333
    """

    function = staticmethod(dice)

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "dice", axis: Any = None, dtype: Any = None) -> None:
        super().__init__(name, reduction, dtype)
        self.axis = axis


class Tversky(FunctionLoss):
    """One minus the Tversky index of predicted and true regions.

    Example:
        >>> round(float(Tversky()([[1.0, 0.0]], [[1.0, 1.0]])), 4)
        0.3333
    """

    function = staticmethod(tversky)

    def __init__(
        self, alpha: float = 0.5, beta: float = 0.5, reduction: str | None = "sum_over_batch_size", name: str = "tversky",
        axis: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(name, reduction, dtype)
        self.alpha = alpha
        self.beta = beta
        self.axis = axis
