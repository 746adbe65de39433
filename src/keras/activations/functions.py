"""Activation functions that differ from the op of their name in arguments, defaults or checks. The others are the ops themselves."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from typing import Any

from keras.core import hooks
from keras.core.op import as_operand
from keras.ops import activations as ops
from keras.ops import elementwise
from keras.ops.elementwise import exp, greater, greater_equal, minimum, multiply, select, subtract, tanh, zeros_of
from keras.ops.shaping import shape_of

Tensor = Any


def _reads_old_spellings(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, asking the older generations about keyword arguments that it does not have."""
    accepted = frozenset(inspect.signature(function).parameters)

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if kwargs.keys() - accepted:
            kwargs = hooks.translate_arguments(wrapper, kwargs, accepted)  # type: ignore[arg-type]
        return function(*args, **kwargs)

    return wrapper


@_reads_old_spellings
def relu(x: Tensor, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Tensor:
    """The rectified linear unit, with an optional slope, ceiling and threshold.

    max_value where x >= max_value; x where threshold < x < max_value; negative_slope * (x - threshold) elsewhere

    Arguments:
        x: tensor.
        negative_slope: float, the slope below the threshold. Default 0.0.
        max_value: float, the largest value that comes out. Default None: no limit.
        threshold: float, below it the value is damped. Default 0.0.
    Returns: tensor of the shape and dtype of `x`.
    Example:
        >>> relu([-2.0, 1.0, 9.0], negative_slope=0.5, max_value=6.0).tolist()
        [-1.0, 1.0, 6.0]
    Source: keras.activations.relu of Keras 3.
    """
    x = as_operand(x)
    if threshold == 0 and negative_slope == 0:
        if max_value == 6:
            return ops.relu6(x)
        y = elementwise.relu(x)
        return y if max_value is None else minimum(y, max_value)
    x = ops.to_float(x)
    if threshold == 0:
        damped = multiply(x, negative_slope)
        y = select(greater_equal(x, 0), x, damped)
    else:
        below = multiply(elementwise.relu(subtract(threshold, x)), -negative_slope) if negative_slope else zeros_of(x)
        y = select(greater(x, threshold), x, below)
    return y if max_value is None else minimum(y, max_value)


@_reads_old_spellings
def leaky_relu(x: Tensor, negative_slope: float = 0.2) -> Tensor:
    """x where x > 0, else negative_slope * x.

    Example:
        >>> leaky_relu([-1.0, 1.0], negative_slope=0.5).tolist()
        [-0.5, 1.0]
    Source: Maas, Hannun, Ng 2013; keras.activations.leaky_relu of Keras 3.
    """
    return ops.leaky_relu(as_operand(x), negative_slope)


def gelu(x: Tensor, approximate: bool = False) -> Tensor:
    """x times the probability that a standard normal number is below x.

    Arguments:
        x: float tensor.
        approximate: bool, whether to use the approximation by tanh. Default False (the op's default is True).
    Returns: tensor of the shape and dtype of `x`.
    Example:
        >>> [round(float(y), 4) for y in gelu([-1.0, 0.0, 1.0])]
        [-0.1587, 0.0, 0.8413]
    Source: Hendrycks and Gimpel 2016; keras.activations.gelu of Keras 3.
    """
    return ops.gelu(as_operand(x), approximate=approximate)


def softmax(x: Tensor, axis: Any = -1) -> Tensor:
    """exp(x) / sum(exp(x)): positive numbers that sum to 1 over `axis`.

    Arguments:
        x: float tensor.
        axis: int or tuple of int, the axes of the sum. Default -1.
    Returns: tensor of the shape and dtype of `x`.
    Example:
        >>> softmax([0.0, 0.0]).tolist()
        [0.5, 0.5]
    Source: keras.activations.softmax of Keras 3.
    """
    x = as_operand(x)
    if isinstance(axis, int):
        sizes = shape_of(x)
        if -len(sizes) <= axis < len(sizes) and sizes[axis] == 1:
            shape = tuple(n if isinstance(n, int) else None for n in sizes)
            warnings.warn(
                f"You are using a softmax over axis {axis} of a tensor of shape {shape}. This axis has size 1, so every output is 1 "
                "and nothing is learned. Did you mean to use a sigmoid instead? Write activation='sigmoid'.",
                stacklevel=2,
            )
    return ops.softmax(x, axis=axis)


def exponential(x: Tensor) -> Tensor:
    """exp(x).

    Example:
        >>> exponential([0.0]).tolist()
        [1.0]
    """
    return exp(x)


def linear(x: Tensor) -> Tensor:
    """x itself.

    Example:
        >>> linear(3)
        3
    """
    return x


def mish(x: Tensor) -> Tensor:
    """x * tanh(softplus(x)).

    Example:
        >>> [round(float(y), 4) for y in mish([-1.0, 0.0, 1.0])]
        [-0.3034, 0.0, 0.8651]
    Source: Misra 2019; keras.activations.mish of Keras 3.
    """
    x = ops.to_float(as_operand(x))
    return multiply(x, tanh(ops.softplus(x)))
