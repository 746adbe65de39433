"""The torch engine's primitives: tables first, then functions for what torch spells differently."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from keras.core.dtypes import standardize
from keras.engines.base import no_such_index, slices_of
from keras.engines.torch import convolution, linalg, random
from keras.engines.torch.dtypes import TORCH_DTYPES

Tensor = torch.Tensor

ELEMENTWISE: dict[str, Callable[..., Tensor]] = {
    "negative": torch.neg, "abs": torch.abs, "sign": torch.sign, "square": torch.square, "sqrt": torch.sqrt, "rsqrt": torch.rsqrt,
    "reciprocal": torch.reciprocal, "exp": torch.exp, "expm1": torch.expm1, "log": torch.log, "log1p": torch.log1p, "sin": torch.sin, "cos": torch.cos,
    "tan": torch.tan, "arcsin": torch.asin, "arccos": torch.acos, "arctan": torch.atan, "sinh": torch.sinh, "cosh": torch.cosh, "tanh": torch.tanh,
    "erf": torch.erf, "erfc": torch.erfc, "erfinv": torch.erfinv, "isnan": torch.isnan, "isinf": torch.isinf, "isfinite": torch.isfinite,
    "relu": torch.relu, "sigmoid": torch.sigmoid, "logical_not": torch.logical_not, "stop_gradient": torch.detach, "copy": torch.clone,
    "divide": torch.true_divide, "arctan2": torch.atan2, "logical_and": torch.logical_and, "logical_or": torch.logical_or,
    "logical_xor": torch.logical_xor, "choose": torch.where, "arcsinh": torch.asinh, "arccosh": torch.acosh, "arctanh": torch.atanh,
    "exp2": torch.exp2, "log2": torch.log2, "log10": torch.log10, "signbit": torch.signbit, "bitwise_not": torch.bitwise_not, "hypot": torch.hypot,
    "add": torch.add, "subtract": torch.sub, "multiply": torch.mul, "floor_divide": torch.floor_divide, "mod": torch.remainder, "power": torch.pow,
    "maximum": torch.maximum, "minimum": torch.minimum, "equal": torch.eq, "not_equal": torch.ne, "less": torch.lt, "less_equal": torch.le,
    "greater": torch.gt, "greater_equal": torch.ge, "matmul": torch.matmul, "bitwise_and": torch.bitwise_and,
    "bitwise_or": torch.bitwise_or, "bitwise_xor": torch.bitwise_xor, "left_shift": torch.bitwise_left_shift, "right_shift": torch.bitwise_right_shift,
    "gcd": torch.gcd, "lcm": torch.lcm, "fmod": torch.fmod,
}  # fmt: skip


def by_int64(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """A kernel for unsigned integers of more than 8 bits; the low bits of what int64 gives are the right ones."""

    refused = False  # finding out takes longer than computing

    def run(x: Tensor, *others: Any, **attributes: Any) -> Any:
        nonlocal refused
        if not refused:
            with contextlib.suppress(RuntimeError):
                return kernel(x, *others, **attributes)
        made = kernel(*(y.to(torch.int64) if isinstance(y, Tensor) else y for y in (x, *others)), **attributes)
        refused = True
        narrow = [y.to(x.dtype) if y.dtype is torch.int64 else y for y in (made if isinstance(made, tuple) else (made,))]
        return tuple(narrow) if isinstance(made, tuple) else narrow[0]

    return run


def _floats_only(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return lambda x: function(x) if x.dtype.is_floating_point else x.clone()


def _reduction(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def kernel(x: Tensor, axis: Any, keepdims: bool) -> Tensor:
        axes = tuple(range(x.ndim)) if axis is None else tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
        if axes and not x.ndim:
            raise IndexError("axis")  # torch gives a scalar an axis
        return function(x, axes, keepdims) if axes else x  # torch takes "no axes" for "all axes"

    return kernel


def _prod(x: Tensor, axes: Any, keepdims: bool) -> Tensor:
    if not all(-x.ndim <= a < x.ndim for a in axes):
        raise IndexError("axis")
    for axis in sorted((a % x.ndim for a in axes), reverse=True):
        x = torch.prod(x, axis, keepdim=keepdims, dtype=x.dtype)
    return x


def _argument(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def kernel(x: Tensor, axis: int | None, keepdims: bool) -> Tensor:
        found = function(x.to(torch.uint8) if x.dtype is torch.bool else x, axis, keepdims and axis is not None).int()
        return found.reshape((1,) * x.ndim) if keepdims and axis is None else found

    return kernel


def _place_slice(x: Tensor, shape: Any, starts: Any, stops: Any, steps: Any) -> Tensor:
    out = x.new_zeros(tuple(shape))
    out[slices_of(starts, stops, steps)] = x
    return out


def _pad(x: Tensor, pad_width: Any, value: Any) -> Tensor:
    pairs = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2))[::-1].reshape(-1).tolist()
    return F.pad(x, pairs, value=value.item() if hasattr(value, "item") else value)


def _wrapped(name: str, indices: Tensor, size: int) -> Tensor:
    """Indices as torch takes them, negative ones counted from the end; out-of-range ones are refused by name."""
    indices = indices.to(torch.int64)
    if type(indices) is Tensor and indices.device.type == "cpu" and indices.numel():  # not a fake one
        low, high = (int(v) for v in torch.aminmax(indices))
        if low < -size or high >= size:
            raise no_such_index(name, high if high >= size else low, size)
        if low >= 0:
            return indices
    return torch.where(indices < 0, indices + size, indices)


def _take(x: Tensor, indices: Tensor, axis: int) -> Tensor:
    flat = indices if indices.ndim == 1 else indices.reshape(-1)
    try:
        if x.device.type != "cpu":  # only there does torch look at the indices first
            raise IndexError("indices")
        found = torch.index_select(x, axis, flat)
    except (IndexError, RuntimeError):
        found = torch.index_select(x, axis, _wrapped("take", flat, x.shape[axis]))
    if flat is indices:
        return found
    axis = axis % x.ndim
    return found.reshape(*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])


def _add_at(x: Tensor, indices: Tensor, updates: Tensor, axis: int) -> Tensor:
    axis = axis % x.ndim
    flat = _wrapped("scatter", indices, x.shape[axis]).reshape(-1)
    return torch.index_add(x, axis, flat, updates.reshape(*x.shape[:axis], flat.numel(), *x.shape[axis + 1 :]))


def _gather_along_axis(x: Tensor, indices: Tensor, axis: int) -> Tensor:
    return torch.take_along_dim(x, _wrapped("take_along_axis", indices, x.shape[axis]), dim=axis)


def _add_along_axis(x: Tensor, indices: Tensor, updates: Tensor, axis: int) -> Tensor:
    axis = axis % x.ndim
    places = [
        torch.arange(n if n == m else 1, device=x.device) for n, m in zip(updates.shape, x.shape, strict=True)
    ]  # sizes of 1 stand for all
    grid: list[Tensor] = [place.reshape(tuple(-1 if i == j else 1 for j in range(x.ndim))) for i, place in enumerate(places)]
    grid[axis] = _wrapped("take_along_axis", indices, x.shape[axis])
    return torch.index_put(x, tuple(grid), updates, accumulate=True)


def _place(x: Tensor, starts: Tensor, sizes: Sequence[int]) -> tuple[slice, ...]:
    begins = [min(max(s, 0), n - k) for s, n, k in zip(starts.tolist(), x.shape, sizes, strict=True)]
    return tuple(slice(b, b + k) for b, k in zip(begins, sizes, strict=True))


def _dynamic_update(x: Tensor, starts: Tensor, updates: Tensor) -> Tensor:
    out = x.clone()
    out[_place(x, starts, updates.shape)] = updates
    return out


def _reduce_at(x: Tensor, indices: Tensor, updates: Tensor, kind: str) -> Tensor:
    rows = _wrapped("scatter", indices, x.shape[0]).reshape(-1, *(1,) * (x.ndim - 1)).expand(updates.shape)
    return torch.scatter_reduce(x, 0, rows, updates, {"max": "amax", "min": "amin", "prod": "prod"}[kind])


def _replace_at(x: Tensor, indices: Tensor, updates: Tensor) -> Tensor:
    rows = _wrapped("scatter_update", indices, x.shape[0])
    if updates.requires_grad:  # of equal rows only the last one counts, also for the gradient
        numbers = torch.arange(rows.numel(), device=x.device)
        last = torch.zeros(x.shape[0], dtype=numbers.dtype, device=x.device).index_copy(0, rows, numbers)[rows] == numbers
        updates = torch.where(last.reshape(-1, *(1,) * (updates.ndim - 1)), updates, updates.detach())
    return torch.index_copy(x, 0, rows, updates)


def _complex(x: Tensor, y: Tensor) -> Tensor:
    wide = torch.float64 if x.dtype is torch.float64 else torch.float32
    return torch.complex(*torch.broadcast_tensors(x.to(wide), y.to(wide)))


def _fourier(real: Tensor, imag: Tensor, inverse: bool) -> tuple[Tensor, Tensor]:
    transformed = (torch.fft.ifft if inverse else torch.fft.fft)(_complex(real, imag))
    return transformed.real.to(real.dtype), transformed.imag.to(real.dtype)


def _largest(x: Tensor, k: int) -> tuple[Tensor, Tensor]:
    values, indices = torch.sort(x, dim=-1, descending=True, stable=True)  # topk leaves the order of equal elements open
    return values[..., :k], indices[..., :k].to(torch.int32)


def _strided_slice(x: Tensor, starts: Any, stops: Any, steps: Any) -> Tensor:
    return x[slices_of(starts, stops, steps)]


def _cast(x: Tensor, dtype: str) -> Tensor:
    return x.to(TORCH_DTYPES.get(dtype) or TORCH_DTYPES[standardize(dtype)])


KERNELS: dict[str, Callable[..., Any]] = {
    **ELEMENTWISE,
    **{
        name: _floats_only(function)
        for name, function in (("floor", torch.floor), ("ceil", torch.ceil), ("trunc", torch.trunc), ("rint", torch.round))
    },
    "floor_divide": lambda x, y: torch.floor_divide(x.detach(), y.detach()),
    "nextafter": lambda x, y: torch.nextafter(x.detach(), y.detach()),
    "cbrt": lambda x: torch.sign(x) * torch.pow(torch.abs(x), 1 / 3),
    "relu_gradient": lambda g, y: g * (y > 0).to(g.dtype),
    "cast": _cast,
    "sum": _reduction(lambda x, axes, keepdims: torch.sum(x, axes, keepdim=keepdims, dtype=x.dtype)),
    "product_over": _reduction(_prod),
    "max_over": _reduction(torch.amax),
    "min_over": _reduction(torch.amin),
    "any": _reduction(torch.any),
    "all": _reduction(torch.all),
    "argmax": _argument(torch.argmax),
    "argmin": _argument(torch.argmin),
    "running_sum": lambda x, axis: torch.cumsum(x, axis, dtype=x.dtype),
    "running_product": lambda x, axis: torch.cumprod(x, axis, dtype=x.dtype),
    "searchsorted": lambda sequence, values, side: torch.searchsorted(sequence, values.contiguous(), right=side == "right").to(torch.int32),
    "real": lambda x: torch.real(x) if x.is_complex() else x,
    "imag": lambda x: torch.imag(x) if x.is_complex() else torch.zeros_like(x),
    "complex_of": _complex,
    "view": lambda x, dtype: x.contiguous().view(x.dtype if dtype is None else TORCH_DTYPES[dtype]),
    "fourier": _fourier,
    "reshape": lambda x, newshape: torch.reshape(
        x, newshape if isinstance(newshape, tuple) else (newshape,) if isinstance(newshape, int) else tuple(newshape)
    ),
    "transpose": lambda x, axes: torch.permute(x, tuple(reversed(range(x.ndim))) if axes is None else tuple(axes)),
    "broadcast_to": lambda x, shape: torch.broadcast_to(x, tuple(shape)),
    "filled_like": lambda x, value, dtype: torch.full(x.shape, value, dtype=TORCH_DTYPES[dtype], device=x.device),
    "concatenate": lambda *xs, axis: torch.cat(xs, axis),
    "strided_slice": _strided_slice,
    "place_slice": _place_slice,
    "reverse": lambda x, axis: torch.flip(x, (axis,)),
    "pad_constant": _pad,
    "take_along": _take,
    "add_at": _add_at,
    "reduce_at": _reduce_at,
    "replace_at": _replace_at,
    "gather_along_axis": _gather_along_axis,
    "add_along_axis": _add_along_axis,
    "dynamic_slice": lambda x, starts, shape: x[_place(x, starts, shape)],
    "dynamic_update": _dynamic_update,
    "contract": lambda *operands, subscripts: torch.einsum(subscripts, *operands),
    **linalg.KERNELS,
    "order": lambda x, axis: torch.argsort(x, dim=axis, stable=True).to(torch.int32),
    "sorted_along": lambda x, axis: torch.sort(x, dim=axis, stable=True).values,
    "largest": _largest,
    "conv_channels_last": convolution.conv,
    "conv_input_gradient": convolution.conv_input_gradient,
    "conv_filter_gradient": convolution.conv_filter_gradient,
    "extract_windows": convolution.extract_windows,
    "add_windows": convolution.add_windows,
    "draw_uniform": random.uniform,
    "draw_normal": random.normal,
    "draw_truncated_normal": random.truncated_normal,
    "draw_mask": random.mask,
    "draw_integers": random.integers,
}
