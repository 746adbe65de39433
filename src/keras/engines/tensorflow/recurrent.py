"""The steps of an LSTM as a loop that keeps its gates, so that the gradient's loop computes nothing anew.

`tf.raw_ops.BlockLSTMV2`, TensorFlow's own kernel for that, takes 1.7 times as long on CPUs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from keras.core.op import as_operand
from keras.core.tensor import REGISTRY
from keras.engines.tensorflow.control import differentiates

Tensor = Any


def lstm_steps(projected: Tensor, h: Tensor, c: Tensor, recurrent_kernel: Tensor, reverse: bool = False) -> tuple[Tensor, ...]:
    """See `keras.ops.recurrent.lstm_steps`. The gates are there for the gradient, and none goes through them."""
    body, backwards = _definition("lstm_steps", reverse), _definition("lstm_steps_gradient", reverse)
    operands = [tf.convert_to_tensor(as_operand(x)) for x in (projected, h, c, recurrent_kernel)]
    if not differentiates.get() or len({x.dtype for x in operands}) > 1:
        return body(*operands)

    @tf.custom_gradient
    def steps(*operands: Tensor) -> Any:
        made = body(*operands)

        @tf.custom_gradient
        def gradient(*given: Tensor) -> Any:
            return backwards(*given[4:], *made, *given[1:4]), lambda *g: _second_gradient(body, given, g)

        return made, lambda g_outputs, g_memories, _: gradient(*operands, g_outputs, g_memories)

    return steps(*operands)


def _definition(name: str, reverse: bool) -> Callable[..., tuple[Tensor, ...]]:
    return lambda *operands: REGISTRY[name].record.body(*operands, reverse=reverse)  # type: ignore[attr-defined]


def _second_gradient(body: Callable[..., tuple[Tensor, ...]], given: tuple[Tensor, ...], cotangents: tuple[Tensor, ...]) -> list[Tensor]:
    """The gradient of the gradient, which reaches the gates as well: by the definition."""
    operands = given[:4]
    with tf.GradientTape() as outer:
        outer.watch(given)
        with tf.GradientTape() as inner:
            inner.watch(operands)
            made = body(*operands)[:2]
        slopes = inner.gradient(made, operands, given[4:])
    return outer.gradient(slopes, given, cotangents)


NATIVES = {"lstm_steps": lstm_steps}
