"""Composites on arrays that are there, in one go: dispatching their parts would take longer than computing them.

Each returns NotImplemented for operands that it does not take: the composite's own body then does the work, or says what is wrong.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = np.ndarray

_FLOATS = frozenset({np.dtype(np.float32), np.dtype(np.float64)})
_WRONG = (ValueError, TypeError, IndexError)


def _for_floats(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function for arrays of float32 and float64 that are not empty, without NumPy's warnings."""
    quiet = np.errstate(all="ignore")(function)

    @functools.wraps(function)
    def call(x: Any, *args: Any, **kwargs: Any) -> Any:
        if type(x) is not Array or x.dtype not in _FLOATS or not x.size:
            return NotImplemented
        try:
            return quiet(x, *args, **kwargs)
        except _WRONG:
            return NotImplemented

    return call


@_for_floats
def mean(x: Array, axis: Any = None, keepdims: bool = False) -> Any:
    """sum(x) / n."""
    total = np.add.reduce(x, axis=axis, keepdims=keepdims)
    return total / (x.size // total.size)


@_for_floats
def var(x: Array, axis: Any = None, keepdims: bool = False) -> Any:
    """mean((x - mean(x))^2)."""
    total = np.add.reduce(x, axis=axis, keepdims=True)
    count = x.size // total.size
    deviation = x - total / count
    return np.add.reduce(np.multiply(deviation, deviation, out=deviation), axis=axis, keepdims=keepdims) / count


@_for_floats
def std(x: Array, axis: Any = None, keepdims: bool = False) -> Any:
    """sqrt(mean((x - mean(x))^2))."""
    return np.sqrt(var.__wrapped__(x, axis, keepdims))  # type: ignore[attr-defined]


@_for_floats
def logsumexp(x: Array, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x - max(x)))) + max(x)."""
    largest = np.maximum.reduce(x, axis=axis, keepdims=True)
    if not (math.isfinite(largest.item()) if largest.size == 1 else np.isfinite(largest).all()):
        return NotImplemented
    total = np.log(np.add.reduce(np.exp(x - largest), axis=axis, keepdims=keepdims))
    return total + largest if keepdims else total + largest.reshape(total.shape)


def _largest(x: Array, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The largest element."""
    if type(x) is not Array or initial is not None or not x.size:
        return NotImplemented
    try:
        return np.maximum.reduce(x, axis=axis, keepdims=keepdims)
    except _WRONG:
        return NotImplemented


def _smallest(x: Array, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The smallest element."""
    if type(x) is not Array or initial is not None or not x.size:
        return NotImplemented
    try:
        return np.minimum.reduce(x, axis=axis, keepdims=keepdims)
    except _WRONG:
        return NotImplemented


_SMALL = 4096
"""Up to so many numbers, the plain form beats the one that reads large arrays in the best order."""


@_for_floats
def softmax(x: Array, axis: Any = -1) -> Any:
    """exp(x) / sum(exp(x)) along one axis."""
    if type(axis) is not int or x.size > _SMALL:
        return NotImplemented
    made = np.exp(x - np.maximum.reduce(x, axis=axis, keepdims=True))
    return np.divide(made, np.add.reduce(made, axis=axis, keepdims=True), out=made)


@_for_floats
def log_softmax(x: Array, axis: Any = -1) -> Any:
    """log(softmax(x)) along one axis."""
    if type(axis) is not int or x.size > _SMALL:
        return NotImplemented
    moved = x - np.maximum.reduce(x, axis=axis, keepdims=True)
    return np.subtract(moved, np.log(np.add.reduce(np.exp(moved), axis=axis, keepdims=True)), out=moved)


def stack(x: Sequence[Array], axis: int = 0) -> Any:
    """The arrays joined along a new axis."""
    if type(x) not in (list, tuple) or not x or type(x[0]) is not Array or type(axis) is not int:
        return NotImplemented
    dtype, shape = x[0].dtype, x[0].shape
    for item in x:
        if type(item) is not Array or item.dtype != dtype or item.shape != shape:
            return NotImplemented
    if not -len(shape) - 1 <= axis <= len(shape):
        return NotImplemented
    place = (slice(None),) * (axis % (len(shape) + 1)) + (None,)
    return np.concatenate([item[place] for item in x], axis=axis)


def expand_dims(x: Array, axis: Any) -> Any:
    """A new axis of size 1."""
    if type(x) is not Array or type(axis) is not int or not -x.ndim - 1 <= axis <= x.ndim:
        return NotImplemented
    return x[(slice(None),) * (axis % (x.ndim + 1)) + (None,)]


def squeeze(x: Array, axis: Any = None) -> Any:
    """Without axes of size 1."""
    if type(x) is not Array or type(axis) not in (int, type(None)):
        return NotImplemented
    try:
        return x.squeeze(axis)
    except _WRONG:
        return NotImplemented


def where(condition: Array, x1: Any = None, x2: Any = None) -> Any:
    """x1 where the condition holds, else x2."""
    if type(condition) is not Array or condition.dtype != np.bool_ or type(x1) is not Array or type(x2) is not Array:
        return NotImplemented
    if x1.dtype != x2.dtype:
        return NotImplemented
    try:
        return np.where(condition, x1, x2)
    except _WRONG:
        return NotImplemented


EAGER: dict[str, Callable[..., Any]] = {
    "max": _largest,
    "min": _smallest,
    **{f.__name__: f for f in (mean, var, std, logsumexp, softmax, log_softmax, stack, expand_dims, squeeze, where)},
}
