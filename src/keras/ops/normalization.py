"""Normalizations by the numbers' own statistics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core import config, dtypes
from keras.core.families import axes_of, floating, unary
from keras.core.op import op
from keras.ops.elementwise import abs, add, cast, divide, dtype_of, maximum, multiply, power, rsqrt, square, subtract
from keras.ops.reduction import max, mean, sum, var
from keras.ops.shaping import reshape, shape_of

Tensor = Any


def _spread(v: Tensor, x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """A factor or offset in a shape that broadcasts along `axes` of `x`."""
    sizes = shape_of(x)
    if axes == (len(sizes) - 1,) or len(shape_of(v)) == len(sizes):
        return cast(v, dtype_of(x))
    return cast(reshape(v, tuple(n if i in axes else 1 for i, n in enumerate(sizes))), dtype_of(x))


@op(category="nn", family=unary(floating))
def layer_normalization(
    x: Tensor, gamma: Tensor | None = None, beta: Tensor | None = None, axis: Any = -1, epsilon: float | None = None, **kwargs: Any
) -> Tensor:
    """Zero mean and unit variance over `axis`, then scaled and shifted.

    y = (x - mean(x)) / sqrt(var(x) + epsilon) * gamma + beta      (biased variance; narrow floats are computed in float32)
    Arguments:
        gamma, beta: tensors in the shape of the axes. Default None: no scale, no shift.
        axis: int, or several that are normalized together.
        **kwargs: `rms_scaling=True` leaves the mean in and takes no `beta`: x / sqrt(var(x) + epsilon) * gamma.
    Source: Ba, Kiros and Hinton 2016, equation 4.
    >>> keras.ops.layer_normalization([[1.0, 3.0], [5.0, 5.0]])
    array([[-1.,  1.],
           [ 0.,  0.]], dtype=float32)"""
    epsilon = config.epsilon() if epsilon is None else epsilon
    own = dtypes.to_floating(dtype_of(x))
    axes = axes_of("layer_normalization", axis, len(shape_of(x)))
    x = cast(x, "float32" if own in ("float16", "bfloat16") else own)
    if kwargs.pop("rms_scaling", False):
        y = multiply(x, rsqrt(add(var(x, axis=axes, keepdims=True), epsilon)))
        return cast(y if gamma is None else multiply(y, _spread(gamma, y, axes)), own)
    if axes == (len(shape_of(x)) - 1,) and all(v is None or (dtype_of(v) == dtype_of(x) and len(shape_of(v)) == 1) for v in (gamma, beta)):
        factors = [v for v in (gamma, beta) if v is not None]
        return cast(normalize_last([x, *factors], epsilon=epsilon, scaled=gamma is not None, centred=beta is not None), own)
    y = _standardized(x, axes, epsilon)
    y = y if gamma is None else multiply(y, _spread(gamma, y, axes))
    y = y if beta is None else add(y, _spread(beta, y, axes))
    return cast(y, own)


def _standardized(x: Tensor, axes: tuple[int, ...], epsilon: float) -> Tensor:
    centred = subtract(x, mean(x, axis=axes, keepdims=True))
    return multiply(centred, rsqrt(add(mean(square(centred), axis=axes, keepdims=True), epsilon)))


@op(category="internal", operands="list")
def normalize_last(operands: Sequence[Tensor], epsilon: float, scaled: bool, centred: bool) -> Tensor:
    """`operands[0]` with zero mean and unit variance over its last axis; the others are the scale, if `scaled`, and the offset, if `centred`."""
    x, *factors = operands
    y = _standardized(x, (len(shape_of(x)) - 1,), epsilon)
    y = multiply(y, factors[0]) if scaled else y
    return add(y, factors[-1]) if centred else y


@op(category="nn", family=unary(floating))
def rms_normalization(x: Tensor, scale: Tensor | None = None, axis: Any = -1, epsilon: float | None = None) -> Tensor:
    """Unit mean square over `axis`, then scaled: x / sqrt(mean(x^2) + epsilon) * scale.
    Arguments:
        scale: tensor in the shape of the axes. Default None: no scale.
        axis: int, or several that are normalized together.
    Source: Zhang and Sennrich 2019, equation 4.
    >>> keras.ops.rms_normalization([[3.0, 4.0]])
    array([[0.8485, 1.1314]], dtype=float32)"""
    epsilon = config.epsilon() if epsilon is None else epsilon
    own = dtypes.to_floating(dtype_of(x))
    axes = axes_of("rms_normalization", axis, len(shape_of(x)))
    x = cast(x, "float32" if own in ("float16", "bfloat16") else own)
    y = multiply(x, rsqrt(add(mean(square(x), axis=axes, keepdims=True), epsilon)))
    return cast(y if scale is None else multiply(y, _spread(scale, y, axes)), own)


@op(category="nn", family=unary(floating))
def normalize(x: Tensor, axis: Any = -1, order: Any = 2, epsilon: float | None = None) -> Tensor:
    """`x` over its norm along `axis`: x / max((sum |x|^order)^(1 / order), epsilon).
    Arguments:
        axis: int, or several that are normalized together.
        order: number >= 1, or infinity for the largest |x|.
        epsilon: float > 0, the least norm to divide by. Default None: `keras.config.epsilon()`.
    Raises: ValueError if `order` is less than 1.
    >>> keras.ops.normalize([[3.0, 4.0]]), keras.ops.normalize([[3.0, 4.0]], order=1)
    (array([[0.6, 0.8]], dtype=float32), array([[0.4286, 0.5714]], dtype=float32))"""
    if not isinstance(order, (int, float)) or not order >= 1:
        raise ValueError(f"keras.ops.normalize(order): got {order!r}. Accepted: a number >= 1, or infinity.")
    epsilon = config.epsilon() if epsilon is None else epsilon
    x = cast(x, dtypes.to_floating(dtype_of(x)))
    if order == 2:
        return multiply(x, rsqrt(maximum(sum(square(x), axis=axis, keepdims=True), epsilon**2)))
    if order == float("inf"):
        size = max(abs(x), axis=axis, keepdims=True)
    elif order == 1:
        size = sum(abs(x), axis=axis, keepdims=True)
    else:
        size = power(sum(power(abs(x), float(order)), axis=axis, keepdims=True), 1.0 / order)
    return divide(x, maximum(size, epsilon))
