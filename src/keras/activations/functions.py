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
        x: tensor of any shape.
        negative_slope: float, the slope below the threshold. Default 0.0.
        max_value: float, the largest value that comes out. Default None: no limit.
        threshold: float, below it the value is damped. Default 0.0.
    Returns: tensor in the shape and of the dtype of `x`; a float for integers if slope or threshold are given.
    Example:
        >>> keras.activations.relu([-2.0, 1.0, 9.0], negative_slope=0.5, max_value=6.0)
        array([-1.,  1.,  6.], dtype=float32)
    Source: Nair and Hinton 2010; keras.activations.relu of Keras 3.
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
    """The rectified linear unit with a slope below 0: x where x > 0, else negative_slope * x.

    Arguments:
        x: tensor of any shape; integers are computed in the default float.
        negative_slope: float, the slope for x < 0. Default 0.2.
    Returns: float tensor in the shape of `x`.
    Example:
        >>> keras.activations.leaky_relu([-1.0, 1.0], negative_slope=0.5)
        array([-0.5,  1. ], dtype=float32)
    Source: Maas, Hannun, Ng 2013; keras.activations.leaky_relu of Keras 3.
    """
    return ops.leaky_relu(as_operand(x), negative_slope)


def gelu(x: Tensor, approximate: bool = False) -> Tensor:
    """The Gaussian error linear unit: x * P(X <= x) for a standard normal X.

    Arguments:
        x: tensor of any shape; integers are computed in the default float.
        approximate: bool, whether to use the approximation by tanh. Default False (the default of `keras.ops.gelu` is True).
    Returns: float tensor in the shape of `x`.
    Example:
        >>> keras.activations.gelu([-1.0, 0.0, 1.0])
        array([-0.1587,  0.    ,  0.8413], dtype=float32)
    Source: Hendrycks and Gimpel 2016; keras.activations.gelu of Keras 3.
    """
    return ops.gelu(as_operand(x), approximate=approximate)


def softmax(x: Tensor, axis: Any = -1) -> Tensor:
    """Positive numbers that sum to 1 over `axis`: exp(x) / sum(exp(x)).

    Arguments:
        x: tensor of any shape; integers are computed in the default float.
        axis: int, or tuple of int that are normalized together. Default -1.
    Returns: float tensor in the shape of `x`.
    Example:
        >>> keras.activations.softmax([[0.0, 0.0], [0.0, 1.0]])
        array([[0.5   , 0.5   ],
               [0.2689, 0.7311]], dtype=float32)
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
    """e to the power of each element: e^x.

    Arguments:
        x: tensor of any shape; integers are computed in the default float.
    Returns: float tensor in the shape of `x`.
    Example:
        >>> keras.activations.exponential([0.0, 1.0])
        array([1.    , 2.7183], dtype=float32)
    Source: keras.activations.exponential of Keras 2.
    """
    return exp(x)


def linear(x: Tensor) -> Tensor:
    """What comes in, unchanged: x.

    Arguments:
        x: anything.
    Returns: `x`.
    Example:
        >>> keras.activations.linear(3)
        3
    Source: keras.activations.linear of Keras 1.
    """
    return x


def mish(x: Tensor) -> Tensor:
    """A smooth unit that is not monotonic: x * tanh(softplus(x)).

    Arguments:
        x: tensor of any shape; integers are computed in the default float.
    Returns: float tensor in the shape of `x`.
    Example:
        >>> keras.activations.mish([-1.0, 0.0, 1.0])
        array([-0.3034,  0.    ,  0.8651], dtype=float32)
    Source: Misra 2019; keras.activations.mish of Keras 3.
    """
    x = ops.to_float(as_operand(x))
    return multiply(x, tanh(ops.softplus(x)))
