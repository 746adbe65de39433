"""Composites on arrays that are there, in one go: dispatching their parts would take longer than computing them.

What one of them does not take, it refuses by NotImplemented or by NumPy's error: the composite's own body then does the work, or says
what is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = np.ndarray

_SMALL = 4096
"""Up to so many numbers, the plain form beats the one that reads large arrays in the best order."""
_FLOATS = frozenset({np.dtype(np.float32), np.dtype(np.float64)})
_NUMBERS = _FLOATS | {np.dtype(name) for name in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")}
_BOOL = frozenset({np.dtype(bool)})
_quiet = np.errstate(all="ignore")


@_quiet
def mean(x: Array, axis: Any = None, keepdims: bool = False) -> Any:
    """sum(x) / n."""
    total = np.add.reduce(x, axis=axis, keepdims=keepdims)
    return total / (x.size // (total.size or 1))


def _variance(x: Array, axis: Any, keepdims: bool) -> Any:
    total = np.add.reduce(x, axis=axis, keepdims=True)
    count = x.size // (total.size or 1)
    deviation = x - total / count
    return np.add.reduce(np.multiply(deviation, deviation, out=deviation), axis=axis, keepdims=keepdims) / count


@_quiet
def var(x: Array, axis: Any = None, keepdims: bool = False) -> Any:
    """mean((x - mean(x))^2)."""
    return _variance(x, axis, keepdims)


@_quiet
def std(x: Array, axis: Any = None, keepdims: bool = False) -> Any:
    """sqrt(mean((x - mean(x))^2))."""
    return np.sqrt(_variance(x, axis, keepdims))


@_quiet
def logsumexp(x: Array, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x - max(x)))) + max(x)."""
    largest = np.maximum.reduce(x, axis=axis, keepdims=True)
    if not (math.isfinite(largest.item()) if largest.size == 1 else np.isfinite(largest).all()):
        return NotImplemented
    total = np.log(np.add.reduce(np.exp(x - largest), axis=axis, keepdims=keepdims))
    return total + largest if keepdims else total + largest.reshape(total.shape)


def _extremum(function: np.ufunc) -> Callable[..., Any]:
    def extremum(x: Array, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
        return function.reduce(x, axis=axis, keepdims=keepdims) if initial is None and x.ndim else NotImplemented

    return extremum


@_quiet
def clip(x: Array, x_min: Any, x_max: Any) -> Any:
    """min(max(x, x_min), x_max)."""
    if type(x_min) is not float or type(x_max) is not float:
        return NotImplemented
    return np.minimum(np.maximum(x, x_min), x_max)


@_quiet
def softmax(x: Array, axis: Any = -1) -> Any:
    """exp(x) / sum(exp(x)) along one axis."""
    if type(axis) is not int or x.size > _SMALL:
        return NotImplemented
    made = np.exp(x - np.maximum.reduce(x, axis=axis, keepdims=True))
    return np.divide(made, np.add.reduce(made, axis=axis, keepdims=True), out=made)


@_quiet
def log_softmax(x: Array, axis: Any = -1) -> Any:
    """log(softmax(x)) along one axis."""
    if type(axis) is not int or x.size > _SMALL:
        return NotImplemented
    moved = x - np.maximum.reduce(x, axis=axis, keepdims=True)
    return np.subtract(moved, np.log(np.add.reduce(np.exp(moved), axis=axis, keepdims=True)), out=moved)


def stack(x: Sequence[Array], axis: int = 0) -> Any:
    """The arrays joined along a new axis."""
    ndim = x[0].ndim
    if type(axis) is not int or not -ndim - 1 <= axis <= ndim:
        return NotImplemented
    place = (slice(None),) * (axis % (ndim + 1)) + (None,)
    return np.concatenate([item[place] for item in x], axis=axis)


def split(x: Array, indices_or_sections: Any, axis: int = 0) -> Any:
    """The array cut into equal parts along `axis`."""
    size = x.shape[axis]
    if type(indices_or_sections) is not int or type(axis) is not int or indices_or_sections < 1 or not size or size % indices_or_sections:
        return NotImplemented
    part, before = size // indices_or_sections, (slice(None),) * (axis % x.ndim)
    return [x[(*before, slice(start, start + part))] for start in range(0, size, part)]


def expand_dims(x: Array, axis: Any) -> Any:
    """A new axis of size 1."""
    if type(axis) is not int or not -x.ndim - 1 <= axis <= x.ndim:
        return NotImplemented
    return x[(slice(None),) * (axis % (x.ndim + 1)) + (None,)]


def squeeze(x: Array, axis: Any = None) -> Any:
    """Without axes of size 1."""
    return x.squeeze(axis) if axis is None or type(axis) is int else NotImplemented


def take(x: Array, indices: Array, axis: int | None = None) -> Any:
    """The slices at the indices along `axis`."""
    return x.take(indices, axis) if type(indices) is Array and indices.dtype.kind in "iu" else NotImplemented


def where(condition: Array, x1: Any = None, x2: Any = None) -> Any:
    """x1 where the condition holds, else x2."""
    if type(x1) is not Array or type(x2) is not Array or x1.dtype != x2.dtype:
        return NotImplemented
    return np.where(condition, x1, x2)


EAGER: dict[str, tuple[frozenset[Any], Callable[..., Any]]] = {
    "where": (_BOOL, where),
    "max": (_NUMBERS, _extremum(np.maximum)),
    "min": (_NUMBERS, _extremum(np.minimum)),
    **{f.__name__: (_FLOATS, f) for f in (mean, var, std, logsumexp, softmax, log_softmax, clip)},
    **{f.__name__: (_NUMBERS | _BOOL, f) for f in (stack, split, expand_dims, squeeze, take)},
}
