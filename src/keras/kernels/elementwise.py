"""Elementwise functions whose fastest or most exact NumPy form is not the obvious one."""

import functools

import numpy as np

Array = np.ndarray

_INTEGER = {np.dtype(np.float32): np.int32, np.dtype(np.float64): np.int64, np.dtype(np.float16): np.int16}


def relu_gradient(g: Array, y: Array) -> Array:
    """g where y > 0, else 0 (also where g is infinite); y is relu's value or its argument. Shapes are equal.

    Choosing by a random mask with np.where costs 5 ns a value (a branch per value), the bit operations 0.7 ns.

    Example:
        >>> import numpy as np
        >>> relu_gradient(np.array([1.0, np.inf, 3.0]), np.array([2.0, -1.0, 0.0])).tolist()
        [1.0, 0.0, 0.0]
    """
    mask, integer = np.greater(y, y.dtype.type(0)), _INTEGER.get(g.dtype)
    if integer is None:
        return np.where(mask, g, g.dtype.type(0))
    out = np.empty(g.shape, g.dtype)
    bits = out.view(integer)
    np.negative(mask.view(np.int8), out=bits)  # all ones where set
    np.bitwise_and(g.view(integer), bits, out=bits)
    return out


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), exact to the last bits also far below zero (0.5 + 0.5 * tanh(x / 2) is not)."""
    out = np.negative(x, out=np.empty(x.shape, x.dtype))
    with np.errstate(over="ignore"):
        np.exp(out, out=out)
    np.add(out, x.dtype.type(1), out=out)
    return np.reciprocal(out, out=out)


@functools.lru_cache(maxsize=64)
def _ones(size: int, dtype: np.dtype) -> Array:
    ones = np.ones((size, 1), dtype)
    ones.flags.writeable = False
    return ones


def _last_axis_max(x: Array) -> Array:
    """Maximum over the last axis, kept as length 1. Short rows are compared as columns: the loop then runs over the rows."""
    if x.shape[-1] <= 64 and x.ndim == 2:
        return np.maximum.reduce(np.ascontiguousarray(x.T), axis=0)[:, None]
    return np.maximum.reduce(x, axis=-1, keepdims=True)


def _last_axis_sum(x: Array) -> Array:
    """Sum over the last axis, kept as length 1, as a product with ones: three to four times as fast as np.sum."""
    if x.dtype not in (np.float32, np.float64) or x.shape[-1] > 4096:
        return np.add.reduce(x, axis=-1, keepdims=True)
    return np.matmul(x, _ones(x.shape[-1], x.dtype))


def softmax(x: Array, out: Array | None = None) -> Array:
    """exp(x - max) / sum(exp(x - max)) over the last axis.

    Example:
        >>> import numpy as np
        >>> softmax(np.zeros((1, 4))).tolist()
        [[0.25, 0.25, 0.25, 0.25]]
    """
    out = np.empty(x.shape, x.dtype) if out is None else out
    if x.size == 0:
        return out
    np.subtract(x, _last_axis_max(x), out=out)
    np.exp(out, out=out)
    return np.divide(out, _last_axis_sum(out), out=out)


def log_softmax(x: Array, out: Array | None = None) -> Array:
    """x - max - log(sum(exp(x - max))) over the last axis."""
    out = np.empty(x.shape, x.dtype) if out is None else out
    if x.size == 0:
        return out
    np.subtract(x, _last_axis_max(x), out=out)
    total = _last_axis_sum(np.exp(out))
    return np.subtract(out, np.log(total, out=total), out=out)
