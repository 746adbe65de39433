"""Updates in the variables' own memory: TensorFlow's training kernels, one per parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from keras.engines.base import may_be_written


def adam_update(operands: Sequence[Any], beta_1: float, beta_2: float, epsilon: float) -> Any:
    """Adam's step for each variable, as `keras.optimizers.Adam` calculates it."""
    rate, step, *values = operands
    count = len(values) // 4
    written = values[: 3 * count]
    if not may_be_written(written):
        return NotImplemented
    dtype = written[0].dtype
    numbers = {name: tf.constant(value, dtype) for name, value in (("beta1", beta_1), ("beta2", beta_2), ("epsilon", epsilon))}
    powers = {f"{name}_power": tf.pow(numbers[name], step) for name in ("beta1", "beta2")}
    for i, gradient in enumerate(values[3 * count :]):
        handles = {name: written[i + place * count]._value.handle for place, name in enumerate(("var", "m", "v"))}
        tf.raw_ops.ResourceApplyAdam(**handles, **numbers, **powers, lr=rate, grad=gradient)
    return written
