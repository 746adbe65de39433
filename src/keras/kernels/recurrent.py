"""LSTM sequences: every step's calls bound beforehand, gates kept for the gradient, the weights' gradient as one product.

Against the op's definition as a scan: sigmoid(x) is (1 + tanh(x / 2)) / 2, so that one tanh makes all four gates; the gradient reads
the gates instead of computing them again, and finds its factors for a block of steps at once.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras.kernels.buffers import aligned_empty
from keras.kernels.products import bind_matmul
from keras.kernels.threads import Steps, run

Array = np.ndarray

_BLOCK_ELEMENTS = 32768
"""Elements of a state over the steps whose factors are found together: a few such arrays stay in the second-level cache."""


def _gates(z: Array) -> list[Array]:
    units = z.shape[-1] // 4
    return [z[..., i * units : (i + 1) * units] for i in range(4)]


def bind_lstm(xs: Sequence[Array], outs: Sequence[Array], reverse: bool) -> Steps:
    """Calls that fill outputs, memories and gates from (projected, h, c, recurrent_kernel)."""
    projected, h, c, kernel = xs
    outputs, memories, gates = outs
    steps, batch, width = projected.shape
    z = aligned_empty((batch, width), projected.dtype)
    product = aligned_empty(h.shape, h.dtype)
    half = np.full((batch, width), 0.5, z.dtype)  # tanh(x / 2) / 2 + 1 / 2, and for the candidate tanh(x)
    shift = half.copy()
    _gates(half)[2][...] = 1
    _gates(shift)[2][...] = 0
    calls: Steps = []
    for t in range(steps - 1, -1, -1) if reverse else range(steps):
        i, f, g, o = _gates(gates[t])
        calls += [
            (np.matmul, (h, kernel, z)),
            (np.add, (z, projected[t], z)),
            (np.multiply, (z, half, z)),
            (np.tanh, (z, z)),
            (np.multiply, (z, half, z)),
            (np.add, (z, shift, gates[t])),
            (np.multiply, (f, c, memories[t])),
            (np.multiply, (i, g, product)),
            (np.add, (memories[t], product, memories[t])),
            (np.tanh, (memories[t], product)),
            (np.multiply, (o, product, outputs[t])),
        ]
        h, c = outputs[t], memories[t]
    return calls


def bind_lstm_gradient(xs: Sequence[Array], outs: Sequence[Array], reverse: bool) -> Steps:
    """Calls that fill the cotangents of (projected, h, c, recurrent_kernel)."""
    g_outputs, g_memories, outputs, memories, gates, h, c, kernel = xs
    g_z, g_h, g_c, g_kernel = outs
    steps, batch, units = memories.shape
    back = aligned_empty(kernel.shape[::-1], kernel.dtype)
    through = aligned_empty(h.shape, h.dtype)
    block = max(1, min(steps, _BLOCK_ELEMENTS // max(batch * units, 1)))
    bent, factor = (aligned_empty((block, batch, units), h.dtype) for _ in range(2))
    calls: Steps = [(np.copyto, (back, kernel.T)), (g_h.fill, (0,)), (g_c.fill, (0,))]
    starts = range(0, steps, block) if reverse else range((steps - 1) // block * block, -1, -block)
    for start in starts:
        stop = min(start + block, steps)
        calls += _factors(gates, memories, c, g_z, slice(start, stop), (bent[: stop - start], factor[: stop - start]), reverse)
        for t in range(start, stop) if reverse else range(stop - 1, start - 1, -1):
            rows = g_z[t].reshape(batch, 4, units)
            calls += [
                (np.add, (g_h, g_outputs[t], g_h)),
                (np.multiply, (g_h, bent[t - start], through)),
                (np.add, (g_c, through, g_c)),
                (np.add, (g_c, g_memories[t], g_c)),
                (np.multiply, (rows[:, :3], g_c[:, None], rows[:, :3])),
                (np.multiply, (rows[:, 3], g_h, rows[:, 3])),
                (np.matmul, (g_z[t], back, g_h)),
                (np.multiply, (g_c, _gates(gates[t])[1], g_c)),
            ]
    return calls + _kernel_gradient(outputs, h, g_z, g_kernel, reverse)


def _factors(gates: Array, memories: Array, c: Array, g_z: Array, block: slice, scratch: Any, reverse: bool) -> Steps:
    """What the cotangents of memory and output are multiplied by at each step: for the gates into `g_z`, for the memory into `bent`."""
    i, f, g, o = _gates(gates[block])
    to_i, to_f, to_g, to_o = _gates(g_z[block])
    bent, factor = scratch
    one = gates.dtype.type(1)
    calls: Steps = [(np.tanh, (memories[block], bent))]
    for gate, other, place in ((o, bent, to_o), (i, g, to_i)):
        calls += [(np.multiply, (gate, gate, factor)), (np.subtract, (gate, factor, factor)), (np.multiply, (other, factor, place))]
    for value, gate, place in ((bent, o, bent), (g, i, to_g)):
        calls += [(np.multiply, (value, value, factor)), (np.subtract, (one, factor, factor)), (np.multiply, (gate, factor, place))]
    calls += [(np.multiply, (f, f, factor)), (np.subtract, (f, factor, factor))]
    start, stop = block.start, block.stop
    first = memories.shape[0] - 1 if reverse else 0
    if start <= first < stop:  # before the loop's first step stands the given memory
        calls.append((np.multiply, (c, factor[first - start], to_f[first - start])))
    low, high = (start, min(stop, first)) if reverse else (max(start, 1), stop)
    if low < high:
        before = memories[low + 1 : high + 1] if reverse else memories[low - 1 : high - 1]
        calls.append((np.multiply, (before, factor[low - start : high - start], to_f[low - start : high - start])))
    return calls


def _kernel_gradient(outputs: Array, h: Array, g_z: Array, g_kernel: Array, reverse: bool) -> Steps:
    """The sum over the steps of (output before).T @ cotangent, as one product over all steps but the first."""
    steps, _, units = outputs.shape
    first, rest = (steps - 1, slice(0, steps - 1)) if reverse else (0, slice(1, steps))
    before = outputs[1:] if reverse else outputs[:-1]
    start = aligned_empty(g_kernel.shape, g_kernel.dtype)
    return [
        *bind_matmul(before.reshape(-1, units).T, g_z[rest].reshape(-1, 4 * units), g_kernel),
        (np.matmul, (h.T, g_z[first], start)),
        (np.add, (g_kernel, start, g_kernel)),
    ]


def _at_once(bind: Callable[..., Steps], xs: Sequence[Array], shapes: Sequence[tuple[int, ...]], reverse: bool) -> tuple[Array, ...]:
    """The results as new arrays; narrow floats are computed as float32."""
    dtype = xs[0].dtype
    wide = dtype if dtype in (np.float32, np.float64) else np.dtype(np.float32)
    outs = [np.empty(shape, wide) for shape in shapes]
    with np.errstate(all="ignore"):
        run(bind([x.astype(wide, copy=False) for x in xs], outs, reverse))
    return tuple(out.astype(dtype, copy=False) for out in outs)


def lstm_steps(projected: Array, h: Array, c: Array, recurrent_kernel: Array, reverse: bool = False) -> tuple[Array, ...]:
    """Outputs, memories and gates of every step."""
    states = (projected.shape[0], *h.shape)
    return _at_once(bind_lstm, (projected, h, c, recurrent_kernel), (states, states, projected.shape), reverse)


def lstm_steps_gradient(*operands: Array, reverse: bool = False) -> tuple[Array, ...]:
    """Cotangents of projected, h, c and the kernel."""
    gates, h, c, kernel = operands[4:]
    return _at_once(bind_lstm_gradient, operands, [x.shape for x in (gates, h, c, kernel)], reverse)
