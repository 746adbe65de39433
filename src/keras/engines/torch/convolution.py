"""Convolutions and windows in Keras' layout on torch's functions, which want channels second (the memory stays channels last)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

Tensor = torch.Tensor
_CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
_TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
_conv_backward = torch.ops.aten.convolution_backward.default
_MAX_POOL = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}


def channels_second(x: Tensor) -> Tensor:
    """(batch, *spatial, channels) as (batch, channels, *spatial), the same memory."""
    return torch.movedim(x, -1, 1)


def _flat(padding: Any) -> list[int]:
    return [n for pair in reversed(list(padding)) for n in pair]


def _kernel(w: Tensor) -> Tensor:
    return w.permute(w.ndim - 1, w.ndim - 2, *range(w.ndim - 2))


def conv(
    x: Tensor, w: Tensor, strides: Any, padding: Any, dilation: Any, groups: int = 1, same: bool = False, bias: Tensor | None = None
) -> Tensor:
    """The convolution of x (batch, *spatial, channels) with w (*kernel, channels / groups, filters)."""
    x, lows = _padded(channels_second(x), padding)
    return torch.movedim(_CONV[x.ndim - 2](x, _kernel(w), bias, strides, lows, dilation, groups), 1, -1)


def _padded(x: Tensor, padding: Any) -> tuple[Tensor, list[int]]:
    """x and the padding that torch adds; what differs between both sides of an axis is added to x."""
    if all(low == high for low, high in padding):
        return x, [low for low, _ in padding]
    return F.pad(x, _flat(padding)), [0] * len(padding)


def gradients(g: Tensor, x: Tensor, w: Tensor, strides: Any, padding: Any, dilation: Any, groups: int, of_input: bool = True) -> Any:
    """The gradients of a convolution with respect to its input (or None, if that is not asked for) and to its kernel."""
    x, lows = _padded(channels_second(x), padding)
    none = [0] * len(lows)
    dx, dw, _ = _conv_backward(
        channels_second(g), x, _kernel(w), None, strides, lows, dilation, False, none, groups, [of_input, True, False]
    )
    if of_input:
        if any(low != high for low, high in padding):
            for axis, (low, high) in enumerate(padding):
                dx = dx.narrow(axis + 2, low, dx.shape[axis + 2] - low - high)
        dx = torch.movedim(dx, 1, -1)
    return dx, dw.permute(*range(2, w.ndim), 1, 0)


def conv_input_gradient(g: Tensor, w: Tensor, strides: Any, padding: Any, dilation: Any, groups: int, x_shape: Any) -> Tensor:
    """The gradient with respect to the input; also the transposed convolution."""
    whole = _TRANSPOSED[g.ndim - 2](channels_second(g), _kernel(w), None, tuple(strides), 0, 0, groups, tuple(dilation))
    # cut off the padding of the convolution; rows that no window reached are 0
    cut = [(-low, low + n - size) for (low, _), n, size in zip(padding, x_shape[1:-1], whole.shape[2:], strict=True)]
    return torch.movedim(F.pad(whole, _flat(cut)), 1, -1)


def conv_filter_gradient(x: Tensor, g: Tensor, strides: Any, padding: Any, dilation: Any, groups: int, w_shape: Any) -> Tensor:
    """The gradient with respect to the kernel."""
    like = x.new_zeros(()).expand(tuple(w_shape))  # torch asks for the kernel, of which this gradient takes the shape
    return gradients(g, x, like, strides, padding, dilation, groups, of_input=False)[1]  # type: ignore[no-any-return]


def _taps(x: Tensor, window: Any, strides: Any, padding: Any, dilation: Any, value: float = 0.0) -> Iterator[Tensor]:
    """For each tap of the window, the elements it meets: (batch, *places, channels)."""
    if any(p != (0, 0) for p in padding):
        x = F.pad(x, [0, 0, *_flat(padding)], value=value)
    places = [max((n - (k - 1) * d - 1) // s + 1, 0) for n, k, s, d in zip(x.shape[1:-1], window, strides, dilation, strict=True)]
    for tap in np.ndindex(*window):
        yield x[
            (
                slice(None),
                *(slice(t * d, t * d + max((p - 1) * s + 1, 0), s) for t, d, p, s in zip(tap, dilation, places, strides, strict=True)),
            )
        ]


def extract_windows(x: Tensor, window: Any, strides: Any, padding: Any, value: float = 0.0) -> Tensor:
    """Every window of x: (batch, *places, *window, channels)."""
    stacked = torch.stack(list(_taps(x, window, strides, padding, (1,) * len(window), value)), dim=-2)
    return stacked.reshape(*stacked.shape[:-2], *window, stacked.shape[-1])


def add_windows(g: Tensor, window: Any, strides: Any, padding: Any, x_shape: Any) -> Tensor:
    """Windows added back to their places."""
    count = len(window)
    out = g.new_zeros((x_shape[0], *(n + low + high for n, (low, high) in zip(x_shape[1:-1], padding, strict=True)), x_shape[-1]))
    for tap in np.ndindex(*window):
        region = tuple(slice(t, t + max(s * (p - 1) + 1, 0), s) for t, s, p in zip(tap, strides, g.shape[1 : 1 + count], strict=True))
        out[(slice(None), *region)] += g[(slice(None),) * (1 + count) + tap]
    return out[(slice(None), *(slice(low, low + n) for n, (low, _) in zip(x_shape[1:-1], padding, strict=True)))]


def max_pool(x: Tensor, window: Any, strides: Any, padding: Any) -> Any:
    """The largest element of every window of floats."""
    if not x.dtype.is_floating_point or 0 in x.shape:
        return NotImplemented
    x = channels_second(x)
    if any(p != (0, 0) for p in padding):
        x = F.pad(x, _flat(padding), value=float("-inf"))
    return torch.movedim(_MAX_POOL[x.ndim - 2](x, tuple(window), tuple(strides)), 1, -1)
