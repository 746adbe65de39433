"""Composites on tensors that are there, by torch's own functions: one dispatch and one node for its gradient instead of many.

What one of them does not take, it refuses by NotImplemented or by torch's error: the composite's own body then does the work, or says
what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from keras.engines.torch.dtypes import NAMES, UNSIGNED
from keras.engines.torch.kernels import KERNELS

Tensor = torch.Tensor

_FLOATS = frozenset({torch.float32, torch.float64})
_INTEGERS = frozenset({torch.int32, torch.int64})
_ORDERED = _FLOATS | _INTEGERS
_BOOL = frozenset({torch.bool})
_ANY = frozenset(dtype for dtype, name in NAMES.items() if name not in UNSIGNED)


def _over_axes(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function of (x, axes or None, keepdims), for axes that torch reads as the table does: () are all of them to it."""

    def reduction(x: Tensor, axis: Any = None, keepdims: bool = False) -> Any:
        return function(x, axis, keepdims) if axis is None or type(axis) is int or (type(axis) is tuple and axis) else NotImplemented

    return reduction


def _var(x: Tensor, axis: Any, keepdims: bool) -> Any:
    if not x.numel():
        raise ValueError("torch warns")
    return torch.var(x, axis, correction=0, keepdim=keepdims)


def _logsumexp(x: Tensor, axis: Any, keepdims: bool) -> Any:
    if not x.ndim or not x.numel():
        return NotImplemented
    return torch.logsumexp(x, tuple(range(x.ndim)) if axis is None else axis, keepdim=keepdims)


def _extremum(function: Callable[..., Tensor]) -> Callable[..., Any]:
    def extremum(x: Tensor, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
        if initial is not None or not (axis is None or type(axis) is int or type(axis) is tuple):
            return NotImplemented
        return function(x, () if axis is None else axis, keepdims)

    return extremum


def clip(x: Tensor, x_min: Any, x_max: Any) -> Any:
    """min(max(x, x_min), x_max), where no gradient is asked for: at the ends torch's is not that of `min` and `max`."""
    if type(x_min) not in (float, int) or type(x_max) not in (float, int) or x.requires_grad:
        return NotImplemented
    return torch.clamp(x, x_min, x_max)


def split(x: Tensor, indices_or_sections: Any, axis: int = 0) -> Any:
    """The tensor cut into equal parts along `axis`."""
    size = x.shape[axis]
    if type(indices_or_sections) is not int or indices_or_sections < 1 or not size or size % indices_or_sections:
        return NotImplemented
    return list(torch.split(x, size // indices_or_sections, axis))


def squeeze(x: Tensor, axis: Any = None) -> Any:
    """Without an axis of size 1."""
    return x.squeeze(axis) if type(axis) is int and x.ndim and x.shape[axis] == 1 else NotImplemented


def take(x: Tensor, indices: Tensor, axis: int | None = None) -> Any:
    """The slices at the indices along `axis`."""
    if type(axis) is not int or type(indices) is not Tensor or indices.dtype not in _INTEGERS:
        return NotImplemented
    return KERNELS["take_along"](x, indices, axis)


def where(condition: Tensor, x1: Any = None, x2: Any = None) -> Any:
    """x1 where the condition holds, else x2."""
    if not (isinstance(x1, Tensor) and isinstance(x2, Tensor)) or x1.dtype != x2.dtype:
        return NotImplemented
    return torch.where(condition, x1, x2)


EAGER: dict[str, tuple[frozenset[Any], Callable[..., Any]]] = {
    "stack": (_ANY, lambda x, axis=0: torch.stack(x, axis)),
    "expand_dims": (_ANY, lambda x, axis: torch.unsqueeze(x, axis)),
    "where": (_BOOL, where),
    "max": (_ORDERED, _extremum(torch.amax)),
    "min": (_ORDERED, _extremum(torch.amin)),
    "mean": (_FLOATS, _over_axes(torch.mean)),
    "var": (_FLOATS, _over_axes(_var)),
    "std": (_FLOATS, _over_axes(lambda *arguments: torch.sqrt(_var(*arguments)))),
    "logsumexp": (_FLOATS, _over_axes(_logsumexp)),
    "softplus": (_FLOATS, lambda x: torch.nn.functional.softplus(x, threshold=50.0)),  # from 50 on it is x to the last bit of a float64
    "clip": (_FLOATS, clip),
    **{f.__name__: (_ANY, f) for f in (split, squeeze, take)},
}
