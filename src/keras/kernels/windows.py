"""Pooling and window reductions, N-dimensional, channels last.

A reduction over a window is done one spatial dimension at a time, the last one first: w0 + w1 passes instead of w0 * w1, and among equal
maxima the gradient then finds the first one in row-major order. The work is cut into blocks of images that stay in the cache.

A geometry is `window` and `strides`, ints, one per spatial dimension, and `padding`, a pair (low, high) for each of them.
"""

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from keras.kernels import threads
from keras.kernels.buffers import aligned_empty, aligned_zeros
from keras.kernels.threads import Steps, ranges, run, shared

Array = np.ndarray
Ints = tuple[int, ...]

BLOCK_BYTES = 1 << 20  # of one block of the input: smaller ones make calls so short that threads wait for the interpreter lock
PARALLEL_ELEMENTS = 1 << 18  # of the input for each thread: waking one takes 50 to 100 microseconds


class Axis(NamedTuple):
    """Windows along one spatial dimension."""

    axis: int  # of the array
    size: int
    window: int
    stride: int
    low: int
    high: int

    @property
    def out(self) -> int:
        return max(0, (self.size + self.low + self.high - self.window) // self.stride + 1)

    @property
    def is_identity(self) -> bool:
        return self.window == 1 and self.stride == 1 and self.low == 0 and self.high == 0

    @property
    def is_partition(self) -> bool:
        """Windows lie side by side inside the input."""
        return self.window == self.stride and self.low == 0 and self.high <= 0

    def place(self, index: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
        """(outputs, inputs): outputs whose window holds an input at place `index`, and those inputs."""
        first = max(0, -((index - self.low) // self.stride))
        last = min(self.out, (self.size - 1 - index + self.low) // self.stride + 1)
        count = max(0, last - first)
        begin = first * self.stride + index - self.low
        before = (slice(None),) * self.axis
        if not count:
            return (*before, slice(0, 0)), (*before, slice(0, 0))
        return (*before, slice(first, last)), (*before, slice(begin, begin + (count - 1) * self.stride + 1, self.stride))

    def counts(self) -> Array:
        """Number of inputs in each window."""
        result = np.zeros(self.out, np.int64)
        for index in range(self.window):
            result[self.place(index)[0][self.axis]] += 1
        return result


def plan_windows(
    shape: Sequence[int], window: Sequence[int], strides: Sequence[int], padding: Sequence[tuple[int, int]]
) -> tuple[tuple[Axis, ...], Ints]:
    """Windows of each spatial dimension of an array (batch, *spatial, channels), and the shape of the result."""
    rank = len(shape) - 2
    if rank < 1 or not len(window) == len(strides) == len(padding) == rank:
        raise ValueError(
            f"pooling: an array of shape {tuple(shape)} has {rank} spatial dimensions (batch, *spatial, channels); "
            f"window {tuple(window)}, strides {tuple(strides)} and padding {tuple(padding)} must have as many."
        )
    axes = tuple(
        Axis(index + 1, size, width, stride, low, high)
        for index, (size, width, stride, (low, high)) in enumerate(zip(shape[1:-1], window, strides, padding, strict=True))
    )
    return axes, (shape[0], *(axis.out for axis in axes), shape[-1])


def _check(name: str, array: Array, expected: Ints) -> None:
    if array.shape != expected:
        raise ValueError(f"{name} has shape {array.shape}, the windows give {expected}.")


def _reduced_shape(shape: Ints, axis: Axis) -> Ints:
    return (*shape[: axis.axis], axis.out, *shape[axis.axis + 1 :])


def _blocks(x: Array, images: int) -> tuple[list[tuple[int, int]], int]:
    """Ranges of images, and the number of threads that share them."""
    lanes = max(1, min(threads.workers(), x.shape[0], x.size // PARALLEL_ELEMENTS))
    return ranges(0, x.shape[0], min(images, -(-x.shape[0] // lanes))), lanes


def _images(x: Array) -> int:
    return max(1, BLOCK_BYTES // max(1, x.itemsize * math.prod(x.shape[1:])))


# ---------------------------------------------------------------------------------------------------------------------------------
# reductions


def _identity(function: np.ufunc, dtype: np.dtype) -> float:
    """The result for a window without inputs: 0 for np.add, the lowest number for np.maximum."""
    if function is np.add or dtype.kind in "bu":
        return 0
    return np.iinfo(dtype).min if dtype.kind == "i" else -np.inf


def _reduce_axis(function: np.ufunc, source: Array, target: Array, axis: Axis, steps: Steps) -> None:
    """Steps that reduce the windows of one dimension by np.maximum or np.add."""
    places = [axis.place(index) for index in range(axis.window)]
    whole = [index for index, (outputs, _) in enumerate(places) if outputs[axis.axis] == slice(0, axis.out)]
    if len(whole) >= 2:
        first, second = whole[:2]
        steps.append((functools.partial(function, out=target), (source[places[first][1]], source[places[second][1]])))
        started = {first, second}
    elif whole:
        steps.append((np.copyto, (target, source[places[whole[0]][1]])))
        started = {whole[0]}
    else:
        steps.append((target.fill, (_identity(function, target.dtype),)))
        started = set()
    for index, (outputs, inputs) in enumerate(places):
        part = target[outputs]
        if index not in started and part.size:
            steps.append((functools.partial(function, out=part), (part, source[inputs])))


def _stages(axes: Sequence[Axis]) -> list[Axis]:
    return [axis for axis in reversed(axes) if not axis.is_identity]


def _reductions(function: np.ufunc, x: Array, out: Array, stages: Sequence[Axis], scratch: list[Array], steps: Steps) -> None:
    """Steps that reduce every dimension."""
    source = x
    for axis, buffer in zip(stages, [*(buffer[: x.shape[0]] for buffer in scratch), out], strict=bool(stages)):
        _reduce_axis(function, source, buffer, axis, steps)
        source = buffer
    if not stages:
        steps.append((np.copyto, (out, x)))


def _between(shape: Ints, stages: Sequence[Axis], dtype: np.dtype) -> list[Array]:
    """Scratch arrays between the reductions of the dimensions, for a block of the given shape."""
    buffers = []
    for axis in stages[:-1]:
        shape = _reduced_shape(shape, axis)
        buffers.append(aligned_empty(shape, dtype))
    return buffers


def _bind_reduction(function: np.ufunc, x: Array, out: Array, geometry: Any, finish: Callable[[Array], Steps] = lambda block: []) -> Steps:
    axes, shape = plan_windows(x.shape, **geometry)
    _check("pooling: out", out, shape)
    if 0 in out.shape:
        return []
    if 0 in x.shape:
        return [(out.fill, (_identity(function, out.dtype),))]
    stages, (blocks, lanes) = _stages(axes), _blocks(x, _images(x))
    result = []
    for _ in range(lanes):
        scratch, lane = _between((blocks[0][1], *x.shape[1:]), stages, x.dtype), []
        for a, b in blocks:
            steps: Steps = []
            _reductions(function, x[a:b], out[a:b], stages, scratch, steps)
            lane.append(steps + finish(out[a:b]))
        result.append(lane)
    return shared(result)


def bind_max_pool(x: Array, out: Array, **geometry: Any) -> Steps:
    """Steps that write the maximum of every window of x into `out`, of x's dtype; padded places do not take part."""
    return _bind_reduction(np.maximum, x, out, geometry)


def _counts(axes: Sequence[Axis], dtype: np.dtype) -> Array:
    """Number of inputs per window, (*out_spatial, 1), or one number where all are equal."""
    counts: Array = np.ones((), dtype)
    for axis in axes:
        counts = counts[..., None] * axis.counts().astype(dtype)
    if counts.size and (counts == counts.flat[0]).all():
        return counts.reshape(-1)[0]
    return np.maximum(counts, dtype.type(1))[..., None]


def bind_average_pool(x: Array, out: Array, **geometry: Any) -> Steps:
    """Steps that write the mean of the inputs in every window of x into `out`: padded places do not count."""
    counts = _counts(plan_windows(x.shape, **geometry)[0], x.dtype)
    return _bind_reduction(np.add, x, out, geometry, lambda block: [(np.divide, (block, counts, block))])


# ---------------------------------------------------------------------------------------------------------------------------------
# the gradient


def bind_max_pool_gradient(g: Array, x: Array, y: Array, out: Array, **geometry: Any) -> Steps:
    """Steps that write into `out` the gradient of x, given g, the gradient of y = max_pool(x).

    Each window's gradient goes to its first maximum in row-major order.
    """
    axes, shape = plan_windows(x.shape, **geometry)
    _check("max_pool_gradient: g", g, shape)
    _check("max_pool_gradient: y", y, shape)
    _check("max_pool_gradient: out", out, x.shape)
    if 0 in shape or 0 in x.shape:
        return [(out.fill, (0,))]
    is_partition = all(axis.is_partition for axis in axes) and x.dtype in (np.float32, np.float64)
    build = _partition_gradient if is_partition else _overlapping_gradient
    blocks, lanes = _blocks(x, max(1, _images(x) // 2))
    return shared([build(g, x, y, out, axes, blocks) for _ in range(lanes)])


def _partition_gradient(g: Array, x: Array, y: Array, out: Array, axes: Sequence[Axis], blocks: Sequence[tuple[int, int]]) -> list[Steps]:
    """Windows side by side: one dimension at a time the gradient's bits go to the place that equals the reduced value."""
    stages, lane = _stages(axes), []
    block_shape = (blocks[0][1], *x.shape[1:])
    integer = np.int32 if x.dtype == np.float32 else np.int64
    reduced = _between(block_shape, stages, x.dtype)
    gradients = [aligned_zeros(buffer.shape, integer) for buffer in reduced]  # places after the last window stay zero
    largest = math.prod(_reduced_shape(block_shape, stages[0])) if stages else 0
    scratch = aligned_empty((largest,), bool), aligned_empty((largest,), integer), aligned_empty((largest,), integer)
    has_rest = any(axis.size != axis.out * axis.window for axis in axes)
    for a, b in blocks:
        steps: Steps = [(out[a:b].fill, (0,))] if has_rest else []  # places after the last window
        values = [x[a:b], *(buffer[: b - a] for buffer in reduced), y[a:b]]
        if len(stages) > 1:
            _reductions(np.maximum, values[0], values[-2], stages[:-1], reduced[:-1], steps)
        targets = [out[a:b].view(integer), *(buffer[: b - a] for buffer in gradients)]
        incoming = g[a:b].view(integer)
        if not stages:
            steps.append((np.copyto, (targets[0], incoming)))
        for depth in reversed(range(len(stages))):
            _expand(incoming, values[depth], values[depth + 1], targets[depth], stages[depth], scratch, steps)
            incoming = targets[depth]
        lane.append(steps)
    return lane


def _expand(
    incoming: Array, values: Array, reduced: Array, target: Array, axis: Axis, scratch: tuple[Array, Array, Array], steps: Steps
) -> None:
    """Gives each gradient (as bits) to the first of the window's places whose value is the reduced one, and zero to the others."""
    equal, mask, rest = (buffer[: incoming.size].reshape(incoming.shape) for buffer in scratch)
    remaining = incoming
    for index in range(axis.window):
        _, inputs = axis.place(index)
        place = target[inputs]
        if index == axis.window - 1:
            if index == 0:
                steps.append((np.copyto, (place, remaining)))
            break
        steps.append((np.equal, (values[inputs], reduced, equal)))
        steps.append((np.negative, (equal.view(np.int8), mask)))  # all ones where equal
        steps.append((np.bitwise_and, (remaining, mask, place)))
        left = target[axis.place(index + 1)[1]] if index == axis.window - 2 else rest
        steps.append((np.bitwise_xor, (remaining, place, left)))
        remaining = left


def _overlapping_gradient(g: Array, x: Array, y: Array, out: Array, axes: Sequence[Axis], blocks: Sequence[tuple[int, int]]) -> list[Steps]:
    """Place by place in row-major order: g is added where x is the maximum and no earlier place of the window was."""
    lane, shape = [], (blocks[0][1], *y.shape[1:])
    free, equal, part = np.empty(shape, bool), np.empty(shape, bool), np.empty(shape, g.dtype)
    for a, b in blocks:
        steps: Steps = [(out[a:b].fill, (0,)), (free[: b - a].fill, (True,))]
        for place in np.ndindex(*(axis.window for axis in axes)):
            pairs = [axis.place(index) for axis, index in zip(axes, place, strict=True)]
            outputs = (slice(a, b), *(pair[0][-1] for pair in pairs))
            inputs = (slice(a, b), *(pair[1][-1] for pair in pairs))
            inner = (slice(0, b - a), *outputs[1:])
            if not part[inner].size:
                continue
            steps.append((np.equal, (x[inputs], y[outputs], equal[inner])))
            steps.append((np.logical_and, (equal[inner], free[inner], equal[inner])))
            steps.append((np.logical_xor, (free[inner], equal[inner], free[inner])))
            steps.append((np.multiply, (g[outputs], equal[inner], part[inner])))
            steps.append((np.add, (out[inputs], part[inner], out[inputs])))
        lane.append(steps)
    return lane


# ---------------------------------------------------------------------------------------------------------------------------------
# plain forms


def max_pool(x: Array, **geometry: Any) -> Array:
    """The maximum of every window of x.

    Example:
        >>> import numpy as np
        >>> max_pool(np.arange(6.0).reshape(1, 6, 1), window=(2,), strides=(2,), padding=((0, 0),))[0, :, 0].tolist()
        [1.0, 3.0, 5.0]
    """
    out = np.empty(plan_windows(x.shape, **geometry)[1], x.dtype)
    run(bind_max_pool(x, out, **geometry))
    return out


def average_pool(x: Array, **geometry: Any) -> Array:
    """The mean of every window of x; padded places do not count."""
    out = np.empty(plan_windows(x.shape, **geometry)[1], x.dtype)
    run(bind_average_pool(x, out, **geometry))
    return out


def max_pool_gradient(g: Array, x: Array, y: Array, **geometry: Any) -> Array:
    """Gradient of x given the gradient g of y = max_pool(x)."""
    out = np.empty(x.shape, x.dtype)
    run(bind_max_pool_gradient(g, x, y, out, **geometry))
    return out


def extract_windows(x: Array, window: Ints, strides: Ints, padding: Sequence[tuple[int, int]], value: float) -> Array:
    """Every window of x, (batch, *places, *window, channels); `value` stands in padded places."""
    if any(pair != (0, 0) for pair in padding):
        x = np.pad(x, ((0, 0), *padding, (0, 0)), constant_values=np.asarray(value).astype(x.dtype))
    count = len(window)
    view = np.lib.stride_tricks.sliding_window_view(x, window, axis=tuple(range(1, 1 + count)))
    return np.ascontiguousarray(np.moveaxis(view[(slice(None), *(slice(None, None, step) for step in strides))], count + 1, -1))


def add_windows(g: Array, window: Ints, strides: Ints, padding: Sequence[tuple[int, int]], x_shape: Ints) -> Array:
    """Windows added back to their places in an array of shape `x_shape`."""
    axes, _ = plan_windows(x_shape, window, strides, padding)
    out = np.zeros(x_shape, g.dtype)
    for tap in np.ndindex(*window):
        pairs = [axis.place(index) for axis, index in zip(axes, tap, strict=True)]
        outputs, inputs = ((slice(None), *(pair[side][-1] for pair in pairs)) for side in (0, 1))
        out[inputs] += g[outputs][(slice(None),) * (1 + len(window)) + tap]
    return out
