"""Composites that torch has as one function, where that is faster and the numbers are the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.nn import functional as F

from keras.core.op import as_operand
from keras.core.tensor import REGISTRY, Spec
from keras.engines.torch import convolution, fused, optimizers
from keras.engines.torch.dtypes import NAMES

Tensor = torch.Tensor


def _along_one_axis(name: str, function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def native(x: Any, axis: Any = -1) -> Tensor:
        x = as_operand(x)
        if not isinstance(axis, int) or not isinstance(x, Tensor) or not x.dtype.is_floating_point:
            return REGISTRY[name].record.body(x, axis)
        return function(x, axis)

    return native


def _for_floats(name: str, function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The function for float tensors that are its one operand; the op's body for anything else."""

    def native(x: Any, *args: Any, **attributes: Any) -> Tensor:
        x = as_operand(x)
        if not isinstance(x, Tensor) or not x.dtype.is_floating_point:
            return REGISTRY[name].record.body(x, *args, **attributes)
        return function(x, *args, **attributes)

    return native


def _softmax_gradient(g: Tensor, y: Tensor, axis: Any) -> Tensor:
    if not isinstance(axis, int):
        return REGISTRY["softmax_gradient"].record.body(g, y, axis)
    return torch._softmax_backward_data(g, y, axis, y.dtype)


def _normalize_last(operands: Sequence[Tensor], epsilon: float, scaled: bool, centred: bool) -> Tensor:
    x, *factors = operands
    return F.layer_norm(x, x.shape[-1:], factors[0] if scaled else None, factors[-1] if centred else None, epsilon)


def _attention(
    query: Any, key: Any, value: Any, bias: Any = None, mask: Any = None, scale: Any = None, is_causal: bool = False, flash_attention: Any = None,
    attn_logits_soft_cap: Any = None,
) -> Tensor:  # fmt: skip
    given = (query, key, value)
    fits = all(isinstance(x, Tensor) and x.ndim == 4 and x.dtype == query.dtype and x.dtype.is_floating_point and x.numel() for x in given)
    if (
        bias is not None
        or mask is not None
        or attn_logits_soft_cap is not None
        or not fits
        or query.shape[2] != key.shape[2]
        or key.shape != value.shape
    ):
        body = REGISTRY["dot_product_attention"].record.body
        return body(query, key, value, bias, mask, scale, is_causal, flash_attention, attn_logits_soft_cap)
    heads_first = (x.transpose(1, 2) for x in given)
    return F.scaled_dot_product_attention(*heads_first, is_causal=bool(is_causal), scale=scale).transpose(1, 2)


def _max_pool_gradient(g: Tensor, x: Tensor, y: Tensor, window: Any, strides: Any, padding: Any) -> Tensor:
    if not fused.pools_natively(Spec(tuple(x.shape), NAMES[x.dtype]), window, strides, padding):
        return REGISTRY["max_pool_gradient"].record.body(g, x, y, window, strides, padding)
    places = fused.max_pool(x, window, strides, padding)[1]
    return fused.max_pool_gradient(g, x, places, window, strides, padding)


NATIVES: dict[str, Callable[..., Any]] = {
    "softmax": _along_one_axis("softmax", torch.softmax),
    "log_softmax": _along_one_axis("log_softmax", torch.log_softmax),
    "softmax_gradient": _softmax_gradient,
    "silu": _for_floats("silu", F.silu),
    "normalize_last": _normalize_last,
    "dot_product_attention": _attention,
    "max_pool_channels_last": convolution.max_pool,
    "max_pool_gradient": _max_pool_gradient,
    "normalize_by_batch": fused.normalize_by_batch,
    "lstm_sequence": fused.lstm_sequence,
    "gru_sequence": fused.gru_sequence,
    "adam_update": optimizers.adam_update,
}
