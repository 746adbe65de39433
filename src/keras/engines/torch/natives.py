"""Composites that torch has as one function, where that is faster and the numbers are the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.nn import functional as F

from keras.core.tensor import Spec
from keras.engines.base import or_body
from keras.engines.torch import convolution, fused, optimizers
from keras.engines.torch.dtypes import NAMES

Tensor = torch.Tensor


def _is_float(x: Any) -> bool:
    return isinstance(x, Tensor) and x.dtype.is_floating_point


def _along_one_axis(function: Callable[..., Tensor]) -> Callable[..., Any]:
    return lambda x, axis=-1: function(x, axis) if _is_float(x) and isinstance(axis, int) else NotImplemented


def _softmax_gradient(g: Tensor, y: Tensor, axis: Any) -> Any:
    return torch._softmax_backward_data(g, y, axis, y.dtype) if isinstance(axis, int) else NotImplemented


def _normalize_last(operands: Sequence[Tensor], epsilon: float, scaled: bool, centred: bool) -> Tensor:
    x, *factors = operands
    return F.layer_norm(x, x.shape[-1:], factors[0] if scaled else None, factors[-1] if centred else None, epsilon)


def _attention(
    query: Any, key: Any, value: Any, bias: Any = None, mask: Any = None, scale: Any = None, is_causal: bool = False, flash_attention: Any = None,
    attn_logits_soft_cap: Any = None,
) -> Any:  # fmt: skip
    given = (query, key, value)
    is_plain = bias is None and mask is None and attn_logits_soft_cap is None
    fits = is_plain and all(_is_float(x) and x.ndim == 4 and x.dtype == query.dtype and x.numel() for x in given)
    if not fits or query.shape[2] != key.shape[2] or key.shape != value.shape:
        return NotImplemented
    heads_first = (x.transpose(1, 2) for x in given)
    return F.scaled_dot_product_attention(*heads_first, is_causal=bool(is_causal), scale=scale).transpose(1, 2)


def _max_pool_gradient(g: Tensor, x: Tensor, y: Tensor, window: Any, strides: Any, padding: Any) -> Any:
    if not fused.pools_natively(Spec(tuple(x.shape), NAMES[x.dtype]), window, strides, padding):
        return NotImplemented
    places = fused.max_pool(x, window, strides, padding)[1]
    return fused.max_pool_gradient(g, x, places, window, strides, padding)


_MAY_REFUSE: dict[str, Callable[..., Any]] = {
    "softmax": _along_one_axis(torch.softmax),
    "log_softmax": _along_one_axis(torch.log_softmax),
    "softmax_gradient": _softmax_gradient,
    "silu": lambda x: F.silu(x) if _is_float(x) else NotImplemented,
    "dot_product_attention": _attention,
    "max_pool_channels_last": convolution.max_pool,
    "max_pool_gradient": _max_pool_gradient,
}

NATIVES: dict[str, Callable[..., Any]] = {
    **{name: or_body(name, function) for name, function in _MAY_REFUSE.items()},
    "normalize_last": _normalize_last,
    "normalize_by_batch": fused.normalize_by_batch,
    "lstm_sequence": fused.lstm_sequence,
    "gru_sequence": fused.gru_sequence,
    "adam_update": optimizers.adam_update,
}
