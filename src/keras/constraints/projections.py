"""Constraints: what a weight is projected to after each update."""

from __future__ import annotations

from typing import Any

from keras.core import config
from keras.core.configurable import Configurable
from keras.ops.elementwise import add, clip, convert_to_tensor, divide, maximum, minimum, multiply, sqrt, square
from keras.ops.reduction import sum

Tensor = Any


class Constraint(Configurable):
    """Base of constraints: a subclass writes `__call__(self, w)`, which returns what the weight becomes after an update.

    Example:
        >>> class Whole(keras.constraints.Constraint):
        ...     def __call__(self, w):
        ...         return keras.ops.round(w)
        >>> Whole()([0.4, 1.7])
        array([0., 2.], dtype=float32)
    Source: keras.constraints.Constraint of Keras 3.
    """

    def __call__(self, w: Tensor) -> Tensor:
        """The weight, projected."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(self, w), which returns the projected weight.")


def _lengths(w: Tensor, axis: Any) -> Tensor:
    return sqrt(sum(square(w), axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=True))


class MaxNorm(Constraint):
    """Vectors of a weight shortened to a length of at most `max_value`: w * min(|w|, max_value) / |w|.

    Arguments:
        max_value: float, the greatest length. Default 2.
        axis: int or tuple of int, the axes of a vector: 0 for `Dense` (inputs of a unit), (0, 1, 2) for `Conv2D`. Default 0.
    Example:
        >>> keras.constraints.MaxNorm(5)([6.0, 8.0])
        array([3., 4.], dtype=float32)
    Source: Srivastava et al. 2014; keras.constraints.MaxNorm of Keras 3.
    """

    def __init__(self, max_value: float = 2, axis: Any = 0) -> None:
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Tensor) -> Tensor:
        """The weight, projected."""
        w = convert_to_tensor(w)
        length = _lengths(w, self.axis)
        return multiply(w, divide(minimum(length, self.max_value), add(length, config.epsilon())))


class NonNeg(Constraint):
    """Negative elements set to 0: max(w, 0).

    Example:
        >>> keras.constraints.NonNeg()([-1.0, 2.0])
        array([0., 2.], dtype=float32)
    Source: keras.constraints.NonNeg of Keras 3.
    """

    def __call__(self, w: Tensor) -> Tensor:
        """The weight, projected."""
        return maximum(convert_to_tensor(w), 0)


class UnitNorm(Constraint):
    """Vectors of a weight scaled to length 1: w / |w|.

    Arguments:
        axis: int or tuple of int, the axes of a vector. Default 0.
    Example:
        >>> keras.constraints.UnitNorm()([3.0, 4.0])
        array([0.6, 0.8], dtype=float32)
    Source: keras.constraints.UnitNorm of Keras 3.
    """

    def __init__(self, axis: Any = 0) -> None:
        self.axis = axis

    def __call__(self, w: Tensor) -> Tensor:
        """The weight, projected."""
        w = convert_to_tensor(w)
        return divide(w, add(_lengths(w, self.axis), config.epsilon()))


class MinMaxNorm(Constraint):
    """Vectors of a weight brought to a length between `min_value` and `max_value`, a part `rate` of the way.

    w * (rate * clip(|w|, min_value, max_value) + (1 - rate) * |w|) / |w|

    Arguments:
        min_value: float, the smallest length. Default 0.0.
        max_value: float, the greatest length. Default 1.0.
        rate: float in [0, 1], how much of the way is gone in one update. Default 1.0.
        axis: int or tuple of int, the axes of a vector. Default 0.
    Example:
        >>> keras.constraints.MinMaxNorm(0.0, 1.0, rate=0.5)([3.0, 4.0])
        array([1.8, 2.4], dtype=float32)
    Source: keras.constraints.MinMaxNorm of Keras 3.
    """

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Any = 0) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Tensor) -> Tensor:
        """The weight, projected."""
        w = convert_to_tensor(w)
        length = _lengths(w, self.axis)
        wanted = add(multiply(clip(length, self.min_value, self.max_value), self.rate), multiply(length, 1 - self.rate))
        return multiply(w, divide(wanted, add(length, config.epsilon())))
