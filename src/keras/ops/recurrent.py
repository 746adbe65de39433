"""Recurrent layers over whole sequences as one op: engines that have a kernel for that run it, the definition says what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core.op import op
from keras.ops.contraction import matmul
from keras.ops.control import scan
from keras.ops.elementwise import add, multiply, sigmoid, subtract, tanh
from keras.ops.shaping import shape_of, slice_along, squeeze

Tensor = Any


def _blocks(x: Tensor, count: int) -> list[Tensor]:
    size = shape_of(x)[-1] // count
    return [slice_along(x, -1, i * size, (i + 1) * size) for i in range(count)]


@op(category="internal", operands="list")
def lstm_sequence(operands: Sequence[Tensor], reverse: bool) -> tuple[Tensor, Tensor, Tensor]:
    """All outputs of an LSTM over a sequence, and its last output and memory.

    `operands` are the sequence (time, batch, features), the first output and memory (batch, units), kernel, recurrent kernel and bias,
    the gates in the order input, forget, candidate, output. With `reverse` the last step comes first; outputs stay in their places.
    """
    x, h, c, kernel, recurrent_kernel, bias = operands

    def step(carry: Any, projected: Tensor) -> tuple[Any, Tensor]:
        output, memory = carry
        i, f, candidate, o = _blocks(add(projected, matmul(output, recurrent_kernel)), 4)
        memory = add(multiply(sigmoid(f), memory), multiply(sigmoid(i), tanh(candidate)))
        output = multiply(sigmoid(o), tanh(memory))
        return (output, memory), output

    (h, c), outputs = scan(step, (h, c), add(matmul(x, kernel), bias), reverse=reverse)
    return outputs, h, c


@op(category="internal", operands="list")
def gru_sequence(operands: Sequence[Tensor], reverse: bool) -> tuple[Tensor, Tensor]:
    """All outputs of a GRU whose reset gate acts after the product, over a sequence, and its last output.

    `operands` are the sequence (time, batch, features), the first output (batch, units), kernel, recurrent kernel and bias (2, 3 units),
    the gates in the order update, reset, candidate. `reverse` as in `lstm_sequence`.
    """
    x, h, kernel, recurrent_kernel, bias = operands
    own, recurrent_bias = (squeeze(slice_along(bias, 0, row, row + 1), axis=0) for row in (0, 1))

    def step(output: Tensor, projected: Tensor) -> tuple[Tensor, Tensor]:
        x_update, x_reset, x_candidate = _blocks(projected, 3)
        h_update, h_reset, h_candidate = _blocks(add(matmul(output, recurrent_kernel), recurrent_bias), 3)
        update, reset = sigmoid(add(x_update, h_update)), sigmoid(add(x_reset, h_reset))
        candidate = tanh(add(x_candidate, multiply(reset, h_candidate)))
        output = add(multiply(update, subtract(output, candidate)), candidate)
        return output, output

    h, outputs = scan(step, h, add(matmul(x, kernel), own), reverse=reverse)
    return outputs, h
