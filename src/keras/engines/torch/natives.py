"""Composites that torch has as one function, where that is faster and the numbers are the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

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


def _max_pool_gradient(g: Tensor, x: Tensor, y: Tensor, window: Any, strides: Any, padding: Any) -> Tensor:
    if not fused.pools_natively(Spec(tuple(x.shape), NAMES[x.dtype]), window, strides, padding):
        return REGISTRY["max_pool_gradient"].record.body(g, x, y, window, strides, padding)
    places = fused.max_pool(x, window, strides, padding)[1]
    return fused.max_pool_gradient(g, x, places, window, strides, padding)


NATIVES: dict[str, Callable[..., Any]] = {
    "softmax": _along_one_axis("softmax", torch.softmax),
    "log_softmax": _along_one_axis("log_softmax", torch.log_softmax),
    "max_pool_channels_last": convolution.max_pool,
    "max_pool_gradient": _max_pool_gradient,
    "normalize_by_batch": fused.normalize_by_batch,
    "lstm_sequence": fused.lstm_sequence,
    "gru_sequence": fused.gru_sequence,
    "adam_update": optimizers.adam_update,
}
