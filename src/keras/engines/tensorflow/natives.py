"""Composites that TensorFlow has as one kernel, where that is faster and the numbers are the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from keras.core.op import as_operand
from keras.engines.base import or_body
from keras.engines.tensorflow import convolution, optimizers, recurrent

Tensor = Any


def normalize_by_batch(operands: Sequence[Tensor], axis: int, epsilon: float, scaled: bool, centred: bool) -> Any:
    """Of images, by the fused kernel. It gives the unbiased variance, and the definition has the biased one."""
    x, *factors = (tf.convert_to_tensor(v) for v in operands)
    if len(x.shape) != 4 or axis != 3 or any(v.dtype != tf.float32 for v in (x, *factors)) or None in x.shape or 0 in x.shape:
        return NotImplemented
    channels, count = x.shape[-1:], x.shape.num_elements() // x.shape[-1]
    scale = factors[0] if scaled else tf.ones(channels)
    offset = factors[-1] if centred else tf.zeros(channels)
    outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(x, scale, offset, epsilon=epsilon)
    return outputs, tf.stop_gradient(mean), tf.stop_gradient(variance) * ((count - 1) / count)


def gelu(x: Tensor, approximate: bool = True) -> Tensor:
    """The exact form without the longer way that `erfc` takes for its last digits: they are lost to x / sqrt(2) anyway."""
    x = tf.convert_to_tensor(as_operand(x))
    if approximate or not x.dtype.is_floating:
        return NotImplemented
    return x * 0.5 * tf.math.erfc(x * -0.7071067811865476)


NATIVES: dict[str, Callable[..., Any]] = {
    "gelu": or_body("gelu", gelu),
    "max_pool_channels_last": convolution.max_pool,
    "normalize_by_batch": or_body("normalize_by_batch", normalize_by_batch),
    "adam_update": or_body("adam_update", optimizers.adam_update),
    **recurrent.NATIVES,
}
