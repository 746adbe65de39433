"""Composites on tensors that are there, by torch's own functions: one dispatch and one node for its gradient instead of many.

Each returns NotImplemented for operands that it does not take: the composite's own body then does the work, or says what is wrong.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch

Tensor = torch.Tensor

_FLOATS = frozenset({torch.float32, torch.float64})
_WRONG = (ValueError, TypeError, IndexError, RuntimeError)
_ORDERED = _FLOATS | {torch.int32, torch.int64}
_AXES = frozenset({int, tuple, type(None)})


def _for_floats(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function for tensors of float32 and float64 that are not empty."""

    @functools.wraps(function)
    def call(x: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(x, Tensor) or x.dtype not in _FLOATS or not x.numel():
            return NotImplemented
        try:
            return function(x, *args, **kwargs)
        except _WRONG:
            return NotImplemented

    return call


@_for_floats
def mean(x: Tensor, axis: Any = None, keepdims: bool = False) -> Any:
    """sum(x) / n."""
    return torch.mean(x, axis, keepdim=keepdims) if type(axis) in _AXES and axis != () else NotImplemented


@_for_floats
def var(x: Tensor, axis: Any = None, keepdims: bool = False) -> Any:
    """mean((x - mean(x))^2)."""
    return torch.var(x, axis, correction=0, keepdim=keepdims) if type(axis) in _AXES and axis != () else NotImplemented


@_for_floats
def std(x: Tensor, axis: Any = None, keepdims: bool = False) -> Any:
    """sqrt(mean((x - mean(x))^2))."""
    return torch.sqrt(torch.var(x, axis, correction=0, keepdim=keepdims)) if type(axis) in _AXES and axis != () else NotImplemented


@_for_floats
def logsumexp(x: Tensor, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x - max(x)))) + max(x)."""
    if type(axis) not in _AXES or axis == () or not x.ndim:
        return NotImplemented
    return torch.logsumexp(x, tuple(range(x.ndim)) if axis is None else axis, keepdim=keepdims)


def stack(x: Sequence[Tensor], axis: int = 0) -> Any:
    """The tensors joined along a new axis."""
    if type(x) not in (list, tuple) or not x or type(axis) is not int:
        return NotImplemented
    dtype = getattr(x[0], "dtype", None)
    for item in x:
        if not isinstance(item, Tensor) or item.dtype != dtype:
            return NotImplemented
    try:
        return torch.stack(tuple(x), axis)
    except _WRONG:
        return NotImplemented


def expand_dims(x: Tensor, axis: Any) -> Any:
    """A new axis of size 1."""
    if not isinstance(x, Tensor) or type(axis) is not int or not -x.ndim - 1 <= axis <= x.ndim:
        return NotImplemented
    return torch.unsqueeze(x, axis)


def where(condition: Tensor, x1: Any = None, x2: Any = None) -> Any:
    """x1 where the condition holds, else x2."""
    if not (isinstance(condition, Tensor) and isinstance(x1, Tensor) and isinstance(x2, Tensor)):
        return NotImplemented
    if condition.dtype != torch.bool or x1.dtype != x2.dtype:
        return NotImplemented
    try:
        return torch.where(condition, x1, x2)
    except _WRONG:
        return NotImplemented


@_for_floats
def softplus(x: Tensor) -> Any:
    """log(1 + exp(x)); from 50 on it is x to the last bit of a float64."""
    return torch.nn.functional.softplus(x, threshold=50.0)


@_for_floats
def softmax(x: Tensor, axis: Any = -1) -> Any:
    """exp(x) / sum(exp(x)) along one axis."""
    return torch.softmax(x, axis) if type(axis) is int else NotImplemented


@_for_floats
def log_softmax(x: Tensor, axis: Any = -1) -> Any:
    """log(softmax(x)) along one axis."""
    return torch.log_softmax(x, axis) if type(axis) is int else NotImplemented


def _extremum(function: Callable[..., Tensor]) -> Callable[..., Any]:
    def extremum(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
        if not isinstance(x, Tensor) or initial is not None or not x.numel() or type(axis) not in _AXES or x.dtype not in _ORDERED:
            return NotImplemented
        try:
            return function(x, () if axis is None else axis, keepdim=keepdims)
        except _WRONG:
            return NotImplemented

    return extremum


EAGER: dict[str, Callable[..., Any]] = {
    "max": _extremum(torch.amax),
    "min": _extremum(torch.amin),
    **{f.__name__: f for f in (mean, var, std, logsumexp, stack, expand_dims, where, softplus, softmax, log_softmax)},
}
