"""Updates in the variables' own memory: TensorFlow's training kernels, one per parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

Tensor = Any


def adam(
    variables: Sequence[Any], moments: Sequence[tuple[Any, Any]], gradients: Sequence[Tensor], rate: Any, step: Tensor, beta_1: float, beta_2: float,
    epsilon: float,
) -> None:  # fmt: skip
    """Adam's step for each variable, as `keras.optimizers.Adam.update` calculates it."""
    numbers: dict[str, dict[str, Tensor]] = {}
    for variable, (momentum, velocity), gradient in zip(variables, moments, gradients, strict=True):
        dtype = variable.dtype
        if dtype not in numbers:
            number = tf.cast(step, dtype)
            powers = {f"beta{i}_power": tf.pow(tf.constant(beta, dtype), number) for i, beta in ((1, beta_1), (2, beta_2))}
            constants = {"beta1": beta_1, "beta2": beta_2, "epsilon": epsilon}
            numbers[dtype] = {"lr": tf.cast(rate, dtype), **powers, **{k: tf.constant(v, dtype) for k, v in constants.items()}}
        handles = {name: v._value.handle for name, v in (("var", variable), ("m", momentum), ("v", velocity))}
        tf.raw_ops.ResourceApplyAdam(**handles, **numbers[dtype], grad=gradient)
