"""Losses of margins."""

from __future__ import annotations

from typing import Any

from keras.losses.alignment import matched
from keras.losses.loss import FunctionLoss
from keras.ops.elementwise import add, equal, logical_or, maximum, multiply, select, square, subtract
from keras.ops.reduction import all, max, mean, sum

Tensor = Any


def _as_signs(y_true: Tensor) -> Tensor:
    """Labels 0 and 1 as -1 and 1; labels that are not all 0 or 1 stay."""
    binary = all(logical_or(equal(y_true, 0), equal(y_true, 1)))
    return select(binary, subtract(multiply(y_true, 2), 1), y_true)


def hinge(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """How far predictions stay behind a margin of 1 on the target's side.

    loss = mean(max(1 - y_true * y_pred, 0), axis=-1)

    Arguments:
        y_true: -1 and 1, shape (..., d); labels that are all 0 or 1 are taken as -1 and 1.
        y_pred: scores, same shape.
    Returns: tensor of shape (...).
    Raises: ValueError if the shapes differ.
    Example:
        >>> hinge([[-1.0, 1.0]], [[1.0, 3.0]]).tolist()
        [1.0]

    Source: keras.losses.hinge.
    """
    y_true, y_pred = matched("hinge", y_true, y_pred)
    return mean(maximum(subtract(1.0, multiply(_as_signs(y_true), y_pred)), 0.0), axis=-1)


def squared_hinge(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """The squared distance by which predictions stay behind a margin of 1 on the target's side.

    loss = mean(max(1 - y_true * y_pred, 0) ** 2, axis=-1)

    Arguments:
        y_true: -1 and 1, shape (..., d); labels that are all 0 or 1 are taken as -1 and 1.
        y_pred: scores, same shape.
    Returns: tensor of shape (...).
    Raises: ValueError if the shapes differ.
    Example:
        >>> squared_hinge([[-1.0, 1.0]], [[1.0, 3.0]]).tolist()
        [2.0]

    Source: keras.losses.squared_hinge.
    """
    y_true, y_pred = matched("squared_hinge", y_true, y_pred)
    return mean(square(maximum(subtract(1.0, multiply(_as_signs(y_true), y_pred)), 0.0)), axis=-1)


def categorical_hinge(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """How far the score of the true class stays behind a margin of 1 above the best other class.

    loss = max(max((1 - y_true) * y_pred) - sum(y_true * y_pred) + 1, 0), over the last axis

    Arguments:
        y_true: one-hot targets, shape (..., classes).
        y_pred: scores, same shape.
    Returns: tensor of shape (...).
    Raises: ValueError if the shapes differ.
    Example:
        >>> categorical_hinge([[0.0, 1.0]], [[0.5, 0.5]]).tolist()
        [1.0]

    Source: keras.losses.categorical_hinge.
    """
    y_true, y_pred = matched("categorical_hinge", y_true, y_pred)
    score = sum(multiply(y_true, y_pred), axis=-1)
    best_other = max(multiply(subtract(1.0, y_true), y_pred), axis=-1)
    return maximum(add(subtract(best_other, score), 1.0), 0.0)


class Hinge(FunctionLoss):
    """The mean distance by which predictions stay behind a margin of 1.

    Example:
        >>> float(Hinge()([[-1.0, 1.0]], [[1.0, 3.0]]))
        1.0
    """

    function = staticmethod(hinge)

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "hinge", dtype: Any = None) -> None:
        super().__init__(name, reduction, dtype)


class SquaredHinge(FunctionLoss):
    """The mean squared distance by which predictions stay behind a margin of 1.

    Example:
        >>> float(SquaredHinge()([[-1.0, 1.0]], [[1.0, 3.0]]))
        2.0
    """

    function = staticmethod(squared_hinge)

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(name, reduction, dtype)


class CategoricalHinge(FunctionLoss):
    """The mean distance by which the true class stays behind a margin of 1 above the best other class.

    Example:
        >>> float(CategoricalHinge()([[0.0, 1.0]], [[0.5, 0.5]]))
        1.0
    """

    function = staticmethod(categorical_hinge)

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(name, reduction, dtype)
