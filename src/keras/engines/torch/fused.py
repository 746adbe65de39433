"""Natives of compiled steps: torch's own kernels with their gradients, called below autograd.

A native composite whose gradient follows in the step runs as a pair: `recorded` gives its results and what the gradient needs,
`backward` the cotangents. `FORWARD` and `BACKWARD` name the pairs that torch has as kernels; the others go through autograd.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.nn import functional as F

from keras.engines.torch.convolution import channels_second
from keras.engines.torch.kernels import KERNELS

Tensor = torch.Tensor
_aten = torch.ops.aten
_threshold_backward = _aten.threshold_backward.default
_threshold_backward_out = _aten.threshold_backward.grad_input
_pool_backward = _aten.max_pool2d_with_indices_backward.default
_embedding_backward = _aten.embedding_dense_backward.default
_batch_norm_backward = _aten.native_batch_norm_backward.default


def recorded(native: Callable[..., Any], as_list: bool) -> Callable[..., Any]:
    """A native that runs under autograd: (*tensors, **attributes) -> (results, what `backward` needs)."""

    def run(*inputs: Tensor, **attributes: Any) -> tuple[tuple[Tensor, ...], Any]:
        with torch.enable_grad():
            leaves = [x.detach().requires_grad_() if x.is_floating_point() else x for x in inputs]
            made = native(leaves, **attributes) if as_list else native(*leaves, **attributes)
            results = made if isinstance(made, tuple) else (made,)
        return tuple(y.detach() for y in results), (results, leaves)

    return run


def backward(residual: Any, cotangents: Sequence[Tensor | None], wrt: Sequence[int]) -> tuple[Tensor, ...]:
    """The cotangents of the operands numbered `wrt`."""
    results, leaves = residual
    pairs = [(y, g) for y, g in zip(results, cotangents, strict=True) if g is not None]
    wanted = [leaves[i] for i in wrt]
    found = torch.autograd.grad([y for y, _ in pairs], wanted, [g for _, g in pairs], allow_unused=True)
    return tuple(torch.zeros_like(x) if g is None else g for x, g in zip(wanted, found, strict=True))


def relu_gradient(g: Tensor, y: Tensor) -> Tensor:
    """g where y > 0, else 0."""
    return _threshold_backward(g, y, 0)


def relu_gradient_in_place(g: Tensor, y: Tensor) -> Tensor:
    """As `relu_gradient`, in the memory of g."""
    return _threshold_backward_out(g, y, 0, grad_input=g)


# --------------------------------------------------------------------------------------------------------------------- lookups


def rows_gradient(g: Tensor, indices: Tensor, count: int) -> Tensor:
    """The rows of g added up in a matrix of `count` rows."""
    if indices.device.type == "cpu" and indices.numel() and int(indices.min()) < 0:
        return KERNELS["add_at"](g.new_zeros((count, g.shape[-1])), indices, g, axis=0)
    return _embedding_backward(g.contiguous(), indices, count, -1, False)


# --------------------------------------------------------------------------------------------------------------------- pooling


def pools_natively(x: Any, window: Sequence[int], strides: Sequence[int], padding: Any) -> bool:
    """Whether torch's two-dimensional pooling computes this: padding is the same on both sides and at most half of the window."""
    fits = all(low == high and 2 * low <= k for (low, high), k in zip(padding, window, strict=True))
    return len(window) == 2 and fits and x.dtype in ("float32", "float64") and all(n for n in x.dims)


def max_pool(x: Tensor, window: Any, strides: Any, padding: Any) -> tuple[Tensor, Tensor]:
    """The largest elements of the windows of x (batch, height, width, channels), and where they are."""
    y, places = F.max_pool2d_with_indices(channels_second(x), window, strides, [low for low, _ in padding])
    return torch.movedim(y, 1, -1), places


def max_pool_gradient(g: Tensor, x: Tensor, places: Tensor, window: Any, strides: Any, padding: Any) -> Tensor:
    """Each window's cotangent at the place of its largest element."""
    lows = [low for low, _ in padding]
    dx = _pool_backward(channels_second(g), channels_second(x), window, strides, lows, [1, 1], False, places)
    return torch.movedim(dx, 1, -1)


# ----------------------------------------------------------------------------------------------------------------- normalization


def normalize_by_batch_recorded(x: Tensor, *factors: Tensor, axis: int, epsilon: float, scaled: bool, centred: bool) -> Any:
    """As the native, with the saved statistics for the gradient."""
    outputs, saved = _by_batch(x, factors, axis, epsilon, scaled, centred)
    return outputs, (x, axis, epsilon, scaled, *saved)


def _by_batch(x: Tensor, factors: Sequence[Tensor], axis: int, epsilon: float, scaled: bool, centred: bool) -> Any:
    scale = factors[0] if scaled else None
    offset = factors[-1] if centred else None
    size = x.shape[axis]
    count = x.numel() // size
    mean, variance = x.new_zeros(size), x.new_zeros(size)
    y, saved_mean, inverse = torch.native_batch_norm(torch.movedim(x, axis, 1), scale, offset, mean, variance, True, 1.0, epsilon)
    variance = variance * ((count - 1) / count) if count > 1 else torch.zeros_like(variance)  # torch keeps the unbiased one
    return (torch.movedim(y, 1, axis), mean, variance), (scale, saved_mean, inverse)


def normalize_by_batch_gradient(residual: Any, cotangents: Sequence[Tensor | None], wrt: Sequence[int]) -> tuple[Tensor, ...]:
    """The cotangents of x, scale and offset; none comes from the statistics."""
    x, axis, epsilon, scaled, scale, mean, inverse = residual
    g = torch.zeros_like(x) if cotangents[0] is None else cotangents[0]
    moved = torch.movedim(g, axis, 1), torch.movedim(x, axis, 1)
    found = _batch_norm_backward(*moved, scale, None, None, mean, inverse, True, epsilon, [True, True, True])
    dx = torch.movedim(found[0], 1, axis)
    return (dx, *([found[1]] if scaled else []), found[2])[: len(wrt)]


def normalize_by_batch(operands: Sequence[Tensor], axis: int, epsilon: float, scaled: bool, centred: bool) -> tuple[Tensor, ...]:
    """Normalized by the batch's statistics, which are returned as well."""
    return _by_batch(operands[0], operands[1:], axis, epsilon, scaled, centred)[0]


# ---------------------------------------------------------------------------------------------------------- recurrent layers


def lstm_sequence(operands: Sequence[Tensor], reverse: bool) -> tuple[Tensor, Tensor, Tensor]:
    """All outputs, the last output and memory, by torch's kernel (oneDNN's or cuDNN's); the order of the gates is Keras' own."""
    x, h, c, kernel, recurrent_kernel, bias = operands
    weights = [kernel.t(), recurrent_kernel.t(), bias, torch.zeros_like(bias)]
    x = x.flip(0) if reverse else x
    y, h, c = torch._VF.lstm(x, (h.unsqueeze(0), c.unsqueeze(0)), weights, True, 1, 0.0, torch.is_grad_enabled(), False, False)
    return y.flip(0) if reverse else y, h.squeeze(0), c.squeeze(0)


def gru_sequence(operands: Sequence[Tensor], reverse: bool) -> tuple[Tensor, Tensor]:
    """All outputs and the last one, by torch's kernel, which has the reset gate before the update gate."""
    x, h, *parameters = operands
    kernel, recurrent_kernel, bias = (torch.cat([r, z, n], -1) for z, r, n in (w.chunk(3, -1) for w in parameters))
    x = x.flip(0) if reverse else x
    weights = [kernel.t(), recurrent_kernel.t(), bias[0], bias[1]]
    y, h = torch._VF.gru(x, h.unsqueeze(0), weights, True, 1, 0.0, torch.is_grad_enabled(), False, False)
    return y.flip(0) if reverse else y, h.squeeze(0)


FORWARD: dict[str, Callable[..., Any]] = {"normalize_by_batch": normalize_by_batch_recorded}
BACKWARD: dict[str, Callable[..., Any]] = {"normalize_by_batch": normalize_by_batch_gradient}
