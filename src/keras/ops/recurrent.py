"""Recurrent layers over whole sequences as one op: an engine that has a kernel for that runs it, the definition says what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core.autodiff import vjp_graph
from keras.core.graph import Traced, trace
from keras.core.op import op
from keras.core.tensor import Spec
from keras.ops.activations import sigmoid, tanh
from keras.ops.contraction import matmul
from keras.ops.control import scan
from keras.ops.elementwise import add, multiply, subtract
from keras.ops.shaping import concatenate, expand_dims, reshape, shape_of, slice_along, squeeze, transpose, zeros_like

Tensor = Any


def _parts(z: Tensor, count: int = 4) -> list[Tensor]:
    size = shape_of(z)[-1] // count
    return [slice_along(z, -1, i * size, (i + 1) * size) for i in range(count)]


def _projected(x: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
    """x @ kernel + bias for all steps as one product."""
    steps, batch, features = shape_of(x)
    flat = matmul(reshape(x, (steps * batch, features)), kernel)
    return reshape(add(flat, bias), (steps, batch, shape_of(kernel)[1]))


def _before(sequence: Tensor, first: Tensor, reverse: bool) -> Tensor:
    """For every step, the value of the step before it: `sequence` moved by one, with `first` where the loop begins."""
    steps = shape_of(sequence)[0]
    first = expand_dims(first, 0)
    if reverse:
        return concatenate([slice_along(sequence, 0, 1, steps), first], axis=0)
    return concatenate([first, slice_along(sequence, 0, 0, steps - 1)], axis=0)


def _lstm_gradient(g: Any, y: Any, projected: Tensor, h: Tensor, c: Tensor, recurrent_kernel: Tensor, reverse: bool) -> Any:
    if isinstance(g[2], Traced):  # a second gradient reaches the gates as well: by the gradient of the definition
        operands = (projected, h, c, recurrent_kernel)
        body, _, _ = trace(lambda *xs: list(lstm_steps.record.body(*xs, reverse=reverse)), [Spec(x.dims, x.dtype) for x in operands])
        return vjp_graph(body, list(range(4))).call(*operands, *g)
    return lstm_steps_gradient(g[0], g[1], *y, h, c, recurrent_kernel, reverse=reverse)


@op(category="internal", operands=4, vjp=_lstm_gradient)
def lstm_steps(projected: Tensor, h: Tensor, c: Tensor, recurrent_kernel: Tensor, reverse: bool = False) -> tuple[Tensor, ...]:
    """Outputs, memories and gates of every step of an LSTM with tanh and sigmoid.

    i, f, g, o = sigmoid, sigmoid, tanh, sigmoid of (projected + h @ recurrent_kernel); c = f * c + i * g; h = o * tanh(c)

    Arguments:
        projected: float tensor, shape (time, batch, 4 * units): the inputs' part of the gates, in the order i, f, g, o.
        h, c: tensors, shape (batch, units): the first states. recurrent_kernel: shape (units, 4 * units).
        reverse: whether the loop goes from the last step to the first.
    Returns: outputs (time, batch, units), memories (time, batch, units), gates (time, batch, 4 * units).
    Source: Hochreiter and Schmidhuber 1997.
    """

    def step(carry: Any, x: Tensor) -> Any:
        before, memory = carry
        i, f, g, o = _parts(add(x, matmul(before, recurrent_kernel)))
        i, f, g, o = sigmoid(i), sigmoid(f), tanh(g), sigmoid(o)
        memory = add(multiply(f, memory), multiply(i, g))
        output = multiply(o, tanh(memory))
        return (output, memory), (output, memory, concatenate([i, f, g, o], axis=-1))

    outputs, memories, gates = scan(step, (h, c), projected, reverse=reverse)[1]
    return outputs, memories, gates


@op(category="internal", operands=8)
def lstm_steps_gradient(
    g_outputs: Tensor, g_memories: Tensor, outputs: Tensor, memories: Tensor, gates: Tensor, h: Tensor, c: Tensor,
    recurrent_kernel: Tensor, reverse: bool = False,
) -> tuple[Tensor, ...]:  # fmt: skip
    """Cotangents of the operands of `lstm_steps` from those of its outputs and memories.

    Nothing is computed anew, and the factors of all steps are found at once, before the loop.
    """
    back = transpose(recurrent_kernel)
    i, f, g, o = _parts(gates)
    bent = tanh(memories)
    slopes = [
        multiply(g, multiply(i, subtract(1.0, i))),
        multiply(_before(memories, c, reverse), multiply(f, subtract(1.0, f))),
        multiply(i, subtract(1.0, multiply(g, g))),
        multiply(bent, multiply(o, subtract(1.0, o))),
    ]
    through = multiply(o, subtract(1.0, multiply(bent, bent)))

    def step(carry: Any, slices: Any) -> Any:
        g_h, g_c = carry
        g_output, g_memory, slope, into, kept = slices
        g_h = add(g_h, g_output)
        g_c = add(add(g_c, g_memory), multiply(g_h, into))
        g_z = multiply(concatenate([g_c, g_c, g_c, g_h], axis=-1), slope)
        return (matmul(g_z, back), multiply(g_c, kept)), g_z

    xs = (g_outputs, g_memories, concatenate(slopes, axis=-1), through, f)
    (g_h, g_c), g_projected = scan(step, (zeros_like(h), zeros_like(c)), xs, reverse=not reverse)
    units = shape_of(h)[-1]
    before = reshape(_before(outputs, h, reverse), (-1, units))
    return g_projected, g_h, g_c, matmul(transpose(before), reshape(g_projected, (-1, 4 * units)))


@op(category="internal", operands="list")
def lstm_sequence(operands: Sequence[Tensor], reverse: bool) -> tuple[Tensor, Tensor, Tensor]:
    """All outputs of an LSTM over a sequence, and its last output and memory.

    `operands` are the sequence (time, batch, features), the first output and memory (batch, units), kernel, recurrent kernel and bias,
    the gates in the order input, forget, candidate, output. With `reverse` the last step comes first; outputs stay in their places.
    """
    x, h, c, kernel, recurrent_kernel, bias = operands
    projected = _projected(x, kernel, bias)
    outputs, memories, _ = lstm_steps(projected, h, c, recurrent_kernel, reverse=reverse)
    last = 0 if reverse else shape_of(x)[0] - 1
    h, c = (squeeze(slice_along(values, 0, last, last + 1), axis=0) for values in (outputs, memories))
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
        x_update, x_reset, x_candidate = _parts(projected, 3)
        h_update, h_reset, h_candidate = _parts(add(matmul(output, recurrent_kernel), recurrent_bias), 3)
        update, reset = sigmoid(add(x_update, h_update)), sigmoid(add(x_reset, h_reset))
        candidate = tanh(add(x_candidate, multiply(reset, h_candidate)))
        output = add(multiply(update, subtract(output, candidate)), candidate)
        return output, output

    h, outputs = scan(step, h, _projected(x, kernel, own), reverse=reverse)
    return outputs, h
