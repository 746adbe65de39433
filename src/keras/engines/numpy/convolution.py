"""N-dimensional convolution, channels last, as matrix products over blocks that stay in the cache.

Every kernel has a bound form: `bind_conv(x, w, out, ...)` prepares views, scratch buffers and block lists once and returns a callable
that only copies and multiplies. The plain form allocates, binds and calls once.

    out[n, o, f] = sum over k, c of  padded[n, o * stride + k * dilation, c] * w[k, c, f]

where `padded` is x with `lhs_dilation - 1` zeros between its places and (low, high) places of padding around it (negative: cropped).
"""

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from . import threads
from .threads import Bound, Steps, bound, ranges, split

Array = np.ndarray
Ints = tuple[int, ...]
Pairs = tuple[tuple[int, int], ...]

BLOCK_BYTES = 1 << 20  # of one block's patches: half of a common second-level cache
PARALLEL_FLOPS = 2_000_000  # below this, handing over to a second thread costs more than it saves


# ---------------------------------------------------------------------------------------------------------------------------------
# plan


@dataclass(frozen=True)
class ConvPlan:
    """Geometry of one convolution: plain numbers, no arrays."""

    batch: int
    spatial: Ints
    kernel: Ints
    out_spatial: Ints
    in_channels: int
    out_channels: int
    strides: Ints
    padding: Pairs
    dilation: Ints
    lhs_dilation: Ints
    groups: int

    @property
    def out_shape(self) -> Ints:
        return (self.batch, *self.out_spatial, self.out_channels)

    @property
    def kernel_shape(self) -> Ints:
        return (*self.kernel, self.in_channels // self.groups, self.out_channels)

    @property
    def flops(self) -> int:
        return 2 * math.prod(self.out_shape) * math.prod(self.kernel) * (self.in_channels // self.groups)

    @property
    def is_scattered(self) -> bool:
        """Whether x has holes (transposed convolution): adding each place's products into the output skips the zeros."""
        return max(self.lhs_dilation) > 1 and max(self.strides) == 1


def plan_conv(
    x_shape: Sequence[int],
    w_shape: Sequence[int],
    strides: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int] | None = None,
    lhs_dilation: Sequence[int] | None = None,
    groups: int = 1,
) -> ConvPlan:
    """Geometry of a convolution; raises ValueError where the shapes do not fit together."""
    ones = (1,) * (len(x_shape) - 2)
    return _plan_conv(
        tuple(x_shape), tuple(w_shape), tuple(strides), tuple((low, high) for low, high in padding),
        tuple(dilation or ones), tuple(lhs_dilation or ones), groups,
    )  # fmt: skip


@functools.lru_cache(maxsize=1024)
def _plan_conv(x_shape: Ints, w_shape: Ints, strides: Ints, padding: Pairs, dilation: Ints, lhs_dilation: Ints, groups: int) -> ConvPlan:
    rank = len(x_shape) - 2
    if rank < 1 or not len(w_shape) - 2 == len(strides) == len(padding) == len(dilation) == len(lhs_dilation) == rank:
        raise ValueError(
            f"conv: x of shape {x_shape} has {rank} spatial dimensions (batch, *spatial, channels); kernel {w_shape}, strides {strides}, "
            f"padding {padding}, dilation {dilation} and lhs_dilation {lhs_dilation} must have as many."
        )
    if x_shape[-1] != w_shape[-2] * groups or w_shape[-1] % groups:
        raise ValueError(
            f"conv: x has {x_shape[-1]} channels; a kernel of shape {w_shape} with {groups} group(s) takes {w_shape[-2] * groups}, "
            f"and its {w_shape[-1]} filters must be divisible by the groups."
        )
    out_spatial = tuple(
        max(0, (_dilated(size, hole) + low + high - _dilated(width, step)) // stride + 1)
        for size, width, stride, (low, high), step, hole in zip(
            x_shape[1:-1], w_shape[:-2], strides, padding, dilation, lhs_dilation, strict=True
        )
    )
    return ConvPlan(
        x_shape[0], x_shape[1:-1], w_shape[:-2], out_spatial, x_shape[-1], w_shape[-1], strides, padding, dilation, lhs_dilation, groups
    )  # fmt: skip


def _dilated(size: int, step: int) -> int:
    return (size - 1) * step + 1 if size else 0


def _input_gradient_geometry(plan: ConvPlan) -> dict[str, Any]:
    """Attributes of the convolution of g with the flipped kernel that gives the gradient of x."""
    padding = []
    for size, width, out, (low, _), stride, step, hole in zip(
        plan.spatial, plan.kernel, plan.out_spatial, plan.padding, plan.strides, plan.dilation, plan.lhs_dilation, strict=True
    ):
        reach = (width - 1) * step
        before = reach - low
        padding.append((before, _dilated(size, hole) + reach - _dilated(out, stride) - before))
    return {
        "strides": plan.lhs_dilation, "padding": tuple(padding), "dilation": plan.dilation, "lhs_dilation": plan.strides,
        "groups": plan.groups,
    }  # fmt: skip


def _lanes(flops: int, blocks: int) -> int:
    return max(1, min(threads.workers(), blocks, flops // PARALLEL_FLOPS))


# ---------------------------------------------------------------------------------------------------------------------------------
# padding and patches


def _needs_padding(plan: ConvPlan) -> bool:
    return any(low > 0 or high > 0 for low, high in plan.padding) or max(plan.lhs_dilation) > 1


def _padded_spatial(plan: ConvPlan) -> Ints:
    return tuple(_dilated(n, hole) + low + high for n, hole, (low, high) in zip(plan.spatial, plan.lhs_dilation, plan.padding, strict=True))


def _inner_slices(plan: ConvPlan) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Places of the padded array that hold values, and the places of x that they come from."""
    inside, source = [], []
    for size, hole, (low, high) in zip(plan.spatial, plan.lhs_dilation, plan.padding, strict=True):
        first = -(min(low, 0) // hole)  # first place of x that negative padding leaves
        begin = low + first * hole
        end = _dilated(size, hole) + low + min(high, 0)
        count = max(0, -((begin - end) // hole))
        inside.append(slice(begin, begin + max(0, (count - 1) * hole + 1) if count else begin, hole))
        source.append(slice(first, first + count))
    return tuple(inside), tuple(source)


def _cropped(x: Array, plan: ConvPlan) -> Array:
    """View of x without the places that negative padding takes off (for plans that need no zeros)."""
    return x[(slice(None), *(slice(-low, size + high) for size, (low, high) in zip(plan.spatial, plan.padding, strict=True)))]


def _windows(padded: Array, plan: ConvPlan) -> Array:
    """View (batch, *out_spatial, *kernel, channels) of every window."""
    batch, *inner, channel = padded.strides
    return as_strided(
        padded,
        (padded.shape[0], *plan.out_spatial, *plan.kernel, padded.shape[-1]),
        (
            batch,
            *(s * stride for s, stride in zip(inner, plan.strides, strict=True)),
            *(s * step for s, step in zip(inner, plan.dilation, strict=True)),
            channel,
        ),
    )


class _Source:
    """Padded input by blocks of images: a view of x where nothing must be padded, else a buffer that `fill` fills."""

    def __init__(self, x: Array, plan: ConvPlan, images: int) -> None:
        self.plan, self.x = plan, x
        self.buffer: Array | None = None
        if _needs_padding(plan):
            self.buffer = np.zeros((images, *_padded_spatial(plan), plan.in_channels), x.dtype)
            self.inside, self.source = _inner_slices(plan)

    def block(self, first: int, last: int, steps: Steps) -> Array:
        if self.buffer is None:
            return _cropped(self.x[first:last], self.plan)
        padded = self.buffer[: last - first]
        steps.append((np.copyto, (padded[(slice(None), *self.inside)], self.x[(slice(first, last), *self.source)])))
        return padded


@dataclass(frozen=True)
class _Blocks:
    """Cutting of the work: images per block, and rows (first spatial dimension of the output) per block."""

    images: int
    rows: int


def _blocks(plan: ConvPlan, row_bytes: int) -> _Blocks:
    rows = plan.out_spatial[0]
    images = max(1, BLOCK_BYTES // max(1, rows * row_bytes))
    if images == 1:
        rows = max(1, min(rows, BLOCK_BYTES // max(1, row_bytes)))
    return _Blocks(min(images, max(1, plan.batch)), rows)


def _weights(w: Array, shape: Ints, before: Steps) -> Array:
    """w in the given shape: a view if its memory allows, else a buffer refilled by every call."""
    if w.flags.c_contiguous:
        return w.reshape(shape)
    buffer = np.empty(w.shape, w.dtype)
    before.append((np.copyto, (buffer, w)))
    return buffer.reshape(shape)


# ---------------------------------------------------------------------------------------------------------------------------------
# forward


def bind_conv(
    x: Array,
    w: Array,
    out: Array,
    *,
    strides: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int] | None = None,
    lhs_dilation: Sequence[int] | None = None,
    groups: int = 1,
    bias: Array | None = None,
    activation: str | None = None,
) -> Bound:
    """Callable without arguments that writes the convolution of `x` with `w` into `out`.

    Arguments:
        x: float array, shape (batch, *spatial, channels).
        w: array of the same dtype, shape (*kernel, channels // groups, filters).
        out: array of the same dtype, shape (batch, *out_spatial, filters); shares no memory with `x` or `w`.
        strides: ints, one per spatial dimension.
        padding: (low, high) pairs, one per spatial dimension; negative values crop.
        dilation: ints, distance between the kernel's places. None is 1.
        lhs_dilation: ints, distance between x's places (transposed convolution). None is 1.
        groups: int, channels and filters are cut into so many independent convolutions.
        bias: array (filters,), added; None adds nothing.
        activation: None or "relu".
    """
    plan = plan_conv(x.shape, w.shape, strides, padding, dilation, lhs_dilation, groups)
    if out.shape != plan.out_shape:
        raise ValueError(f"conv: out has shape {out.shape}, the convolution gives {plan.out_shape}.")
    epilogue = _epilogue(bias, activation)
    if 0 in out.shape:
        return bound([], [], [])
    if 0 in x.shape or 0 in w.shape:
        return bound([(out.fill, (0,)), *epilogue(out)], [], [])
    if not out.flags.c_contiguous:
        buffer = np.empty(out.shape, out.dtype)
        return bound([*_conv_steps(x, w, buffer, plan, epilogue), (np.copyto, (out, buffer))], [], [])
    return bound(_conv_steps(x, w, out, plan, epilogue), [], [])


def _conv_steps(x: Array, w: Array, out: Array, plan: ConvPlan, epilogue: Callable[[Array], Steps]) -> Steps:
    if plan.groups > 1 and plan.in_channels == plan.groups:
        build = _depthwise
    elif plan.is_scattered:
        build = _scattered
    else:
        build = _gathered
    before: Steps = []
    lanes = build(x, w, out, plan, epilogue, before)
    return [(bound(before, lanes, []), ())]


def _epilogue(bias: Array | None, activation: str | None) -> Callable[[Array], Steps]:
    """Steps that add the bias and activate a block in place."""
    if activation not in (None, "relu"):
        raise ValueError(f'conv: activation must be None or "relu", got {activation!r}.')

    def steps(block: Array) -> Steps:
        result: Steps = []
        if bias is not None:
            result.append((np.add, (block, bias, block)))
        if activation == "relu":
            result.append((functools.partial(np.maximum, out=block), (block, block.dtype.type(0))))
        return result

    return steps


def _gathered(x: Array, w: Array, out: Array, plan: ConvPlan, epilogue: Callable[[Array], Steps], before: Steps) -> list[Steps]:
    """Patches of a block of outputs, then one matrix product (one per group)."""
    width = math.prod(plan.kernel) * plan.in_channels
    blocks = _blocks(plan, math.prod(plan.out_spatial[1:]) * width * x.itemsize)
    count = _lanes(plan.flops, plan.batch)
    if plan.groups == 1:
        weights = _weights(w, (width, plan.out_channels), before)
    else:
        shape = (width // plan.groups, plan.groups, plan.out_channels // plan.groups)
        weights = _weights(w, shape, before).transpose(1, 0, 2)
    lanes = []
    for first, last in split(plan.batch, count):
        steps: Steps = []
        images = min(blocks.images, last - first)
        source = _Source(x, plan, images)
        scratch = _Patches(plan, images, blocks.rows, x.dtype)
        for a, b in ranges(first, last, images):
            windows = _windows(source.block(a, b, steps), plan)
            for top, bottom in ranges(0, plan.out_spatial[0], blocks.rows):
                scratch.product(windows[:, top:bottom], weights, out[a:b, top:bottom], steps)
                steps.extend(epilogue(out[a:b, top:bottom]))
        lanes.append(steps)
    return lanes


class _Patches:
    """Scratch for one thread: the patches of a block as a matrix (positions, kernel places * channels), per group if there are groups."""

    def __init__(self, plan: ConvPlan, images: int, rows: int, dtype: np.dtype) -> None:
        self.plan = plan
        self.rank = len(plan.kernel)
        self.positions = images * rows * math.prod(plan.out_spatial[1:])
        self.width = math.prod(plan.kernel) * plan.in_channels
        self.is_plain = self.width == plan.in_channels and plan.groups == 1
        # With few channels a copy along the positions is longer than one along the channels: build the matrix transposed.
        self.is_transposed = plan.in_channels // plan.groups < 8 and not self.is_plain
        self.flat = np.empty(self.positions * self.width, dtype)
        self.products = np.empty((plan.groups, self.positions, plan.out_channels // plan.groups), dtype) if plan.groups > 1 else None

    def matrix(self, windows: Array, steps: Steps) -> Array:
        """Matrix (groups, positions, width / groups), without the first dimension for one group; `steps` gets the copy that fills it."""
        plan, rank = self.plan, self.rank
        positions = math.prod(windows.shape[: 1 + rank])
        if self.is_plain:
            whole = windows.reshape(*windows.shape[: 1 + rank], plan.in_channels)
            matrix = whole.reshape(positions, self.width)
            if np.may_share_memory(matrix, windows):
                return matrix
        grouped = windows.reshape(*windows.shape[:-1], plan.groups, plan.in_channels // plan.groups)
        outer, kernel, group, channel = range(1 + rank), range(1 + rank, 1 + 2 * rank), 1 + 2 * rank, 2 + 2 * rank
        order = (group, *kernel, channel, *outer) if self.is_transposed else (group, *outer, *kernel, channel)
        view = grouped.transpose(order)
        filled = self.flat[: view.size].reshape(view.shape)
        steps.append((np.copyto, (filled, view)))
        width = self.width // plan.groups
        if self.is_transposed:
            matrix = filled.reshape(plan.groups, width, positions).swapaxes(1, 2)
        else:
            matrix = filled.reshape(plan.groups, positions, width)
        return matrix if plan.groups > 1 else matrix[0]

    def product(self, windows: Array, weights: Array, out: Array, steps: Steps) -> None:
        matrix = self.matrix(windows, steps)
        groups, filters = self.plan.groups, self.plan.out_channels
        if self.products is None:
            steps.append((np.matmul, (matrix, weights, out.reshape(-1, filters))))
            return
        products = self.products[:, : matrix.shape[1]]
        steps.append((np.matmul, (matrix, weights, products)))
        steps.append((np.copyto, (out.reshape(-1, groups, filters // groups), products.transpose(1, 0, 2))))


def _depthwise(x: Array, w: Array, out: Array, plan: ConvPlan, epilogue: Callable[[Array], Steps], before: Steps) -> list[Steps]:
    """One channel per group: multiply and accumulate elementwise, kernel place by kernel place."""
    multiplier = plan.out_channels // plan.groups
    blocks = _blocks(plan, 2 * math.prod(plan.out_spatial[1:]) * plan.out_channels * x.itemsize)
    weights = _weights(w, (*plan.kernel, plan.groups, multiplier), before)
    lanes = []
    for first, last in split(plan.batch, _lanes(8 * plan.flops, plan.batch)):
        steps: Steps = []
        images = min(blocks.images, last - first)
        source = _Source(x, plan, images)
        scratch = np.empty((images, blocks.rows, *plan.out_spatial[1:], plan.groups, multiplier), x.dtype)
        for a, b in ranges(first, last, images):
            windows = _windows(source.block(a, b, steps), plan)
            for top, bottom in ranges(0, plan.out_spatial[0], blocks.rows):
                block = out[a:b, top:bottom]
                total = block.reshape(*block.shape[:-1], plan.groups, multiplier)
                product = scratch[: b - a, : bottom - top]
                for index, place in enumerate(np.ndindex(*plan.kernel)):
                    values = windows[(slice(None), slice(top, bottom), *(slice(None),) * (len(plan.kernel) - 1), *place)][..., None]
                    steps.append((np.multiply, (values, weights[place], product if index else total)))
                    if index:
                        steps.append((np.add, (total, product, total)))
                steps.extend(epilogue(block))
        lanes.append(steps)
    return lanes


def _scattered(x: Array, w: Array, out: Array, plan: ConvPlan, epilogue: Callable[[Array], Steps], before: Steps) -> list[Steps]:
    """x has holes: products of x with every kernel place, added into the places of the output that they reach."""
    groups, places = plan.groups, math.prod(plan.kernel)
    width, filters = plan.in_channels // groups, plan.out_channels // groups
    weights = _weights(w, (places, width, groups, filters), before)
    blocks = _scatter_blocks(plan, x.itemsize)
    lanes = []
    for first, last in split(plan.batch, _lanes(plan.flops, plan.batch)):
        steps: Steps = []
        images = min(blocks.images, last - first)
        positions = images * blocks.rows * math.prod(plan.spatial[1:])
        products = np.empty((groups, positions, filters), x.dtype)
        values = np.empty((groups, positions, width), x.dtype)
        for a, b in ranges(first, last, images):
            target = out[a:b]
            steps.append((target.fill, (0,)))
            for top, bottom in ranges(0, plan.spatial[0], blocks.rows):
                block = x[a:b, top:bottom]
                count = math.prod(block.shape[:-1])
                grouped = block.reshape(*block.shape[:-1], groups, width)
                matrix = values[:, :count]
                if groups == 1 and block.flags.c_contiguous:
                    matrix = block.reshape(1, count, width)
                else:
                    shaped = matrix.reshape(groups, *block.shape[:-1], width) if count == positions else None
                    if shaped is None:
                        matrix = np.empty((groups, count, width), x.dtype)
                        shaped = matrix.reshape(groups, *block.shape[:-1], width)
                    steps.append((np.copyto, (shaped, np.moveaxis(grouped, -2, 0))))
                for index, place in enumerate(np.ndindex(*plan.kernel)):
                    reached, taken = _scatter_slices(plan, place, top, bottom)
                    for group in range(groups):
                        product = products[group, :count]
                        steps.append((np.matmul, (matrix[group], weights[index, :, group], product)))
                        part = target[(slice(None), *reached, slice(group * filters, (group + 1) * filters))]
                        addend = product.reshape(*block.shape[:-1], filters)[(slice(None), *taken)]
                        if part.size:
                            steps.append((np.add, (part, addend, part)))
            steps.extend(epilogue(target))
        lanes.append(steps)
    return lanes


def _scatter_blocks(plan: ConvPlan, itemsize: int) -> _Blocks:
    row_bytes = math.prod(plan.spatial[1:]) * (plan.in_channels + plan.out_channels) * itemsize
    rows = plan.spatial[0]
    images = max(1, BLOCK_BYTES // max(1, rows * row_bytes))
    if images == 1:
        rows = max(1, min(rows, BLOCK_BYTES // max(1, row_bytes)))
    return _Blocks(min(images, max(1, plan.batch)), rows)


def _scatter_slices(plan: ConvPlan, place: Ints, top: int, bottom: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Places of the output that x[top:bottom] reaches through one kernel place, and the places of that block that reach them."""
    reached, taken = [], []
    for axis, (size, out, hole, (low, _), step) in enumerate(
        zip(plan.spatial, plan.out_spatial, plan.lhs_dilation, plan.padding, plan.dilation, strict=True)
    ):
        begin, end = (top, bottom) if axis == 0 else (0, size)
        offset = low - place[axis] * step  # place o of x reaches o * hole + offset
        first = max(begin, -(offset // hole))
        last = min(end, (out - 1 - offset) // hole + 1)
        count = max(0, last - first)
        reached.append(slice(first * hole + offset, (first + count - 1) * hole + offset + 1, hole) if count else slice(0, 0))
        taken.append(slice(first - begin, first - begin + count) if count else slice(0, 0))
    return tuple(reached), tuple(taken)


# ---------------------------------------------------------------------------------------------------------------------------------
# gradients


def bind_conv_input_gradient(
    g: Array,
    w: Array,
    out: Array,
    *,
    strides: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int] | None = None,
    lhs_dilation: Sequence[int] | None = None,
    groups: int = 1,
) -> Bound:
    """Callable that writes into `out` the gradient of conv(x, w) with respect to x, given the output's gradient `g`.

    `out` has x's shape; the other arguments are those of the convolution.
    """
    plan = plan_conv(out.shape, w.shape, strides, padding, dilation, lhs_dilation, groups)
    if g.shape != plan.out_shape:
        raise ValueError(f"conv_input_gradient: g has shape {g.shape}, the convolution gives {plan.out_shape}.")
    if 0 in g.shape or 0 in w.shape:
        return bound([(out.fill, (0,))], [], [])
    rank, width = len(plan.kernel), plan.in_channels // groups
    flipped = np.empty((*plan.kernel, plan.out_channels // groups, groups, width), w.dtype)
    view = w[(slice(None, None, -1),) * rank]
    steps: Steps = []
    if groups == 1:
        steps.append((np.copyto, (flipped[..., 0, :], view.swapaxes(-1, -2))))
    else:
        filters = plan.out_channels // groups
        for group in range(groups):
            steps.append((np.copyto, (flipped[..., group, :], view[..., group * filters : (group + 1) * filters].swapaxes(-1, -2))))
    kernel = flipped.reshape(*plan.kernel, plan.out_channels // groups, plan.in_channels)
    convolution = bind_conv(g, kernel, out, **_input_gradient_geometry(plan))
    return bound([*steps, (convolution, ())], [], [])


def bind_conv_filter_gradient(
    x: Array,
    g: Array,
    out: Array,
    *,
    strides: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int] | None = None,
    lhs_dilation: Sequence[int] | None = None,
    groups: int = 1,
) -> Bound:
    """Callable that writes into `out` the gradient of conv(x, w) with respect to w, given the output's gradient `g`.

    `out` has w's shape; the other arguments are those of the convolution.
    """
    plan = plan_conv(x.shape, out.shape, strides, padding, dilation, lhs_dilation, groups)
    if g.shape != plan.out_shape:
        raise ValueError(f"conv_filter_gradient: g has shape {g.shape}, the convolution gives {plan.out_shape}.")
    if 0 in g.shape or 0 in x.shape or 0 in out.shape:
        return bound([(out.fill, (0,))], [], [])
    if groups > 1 and plan.in_channels == groups:
        lanes, after = _depthwise_filter_gradient(x, g, out, plan)
    else:
        lanes, after = _patches_filter_gradient(x, g, out, plan)
    return bound([], lanes, after)


def _patches_filter_gradient(x: Array, g: Array, out: Array, plan: ConvPlan) -> tuple[list[Steps], Steps]:
    """Transposed patches of a block times the block of g, added up."""
    groups, width = plan.groups, math.prod(plan.kernel) * plan.in_channels // plan.groups
    filters = plan.out_channels // groups
    blocks = _blocks(plan, math.prod(plan.out_spatial[1:]) * width * groups * x.itemsize)
    lanes, totals = [], []
    for first, last in split(plan.batch, _lanes(plan.flops, plan.batch)):
        steps: Steps = []
        images = min(blocks.images, last - first)
        source = _Source(x, plan, images)
        scratch = _Patches(plan, images, blocks.rows, x.dtype)
        shape = (groups, width, filters) if groups > 1 else (width, filters)
        total, part = np.empty(shape, x.dtype), np.empty(shape, x.dtype)
        is_first = True
        for a, b in ranges(first, last, images):
            windows = _windows(source.block(a, b, steps), plan)
            for top, bottom in ranges(0, plan.out_spatial[0], blocks.rows):
                matrix = scratch.matrix(windows[:, top:bottom], steps)
                block = _gradient_block(g[a:b, top:bottom], groups, filters, steps)
                steps.append((np.matmul, (matrix.swapaxes(-1, -2), block, total if is_first else part)))
                if not is_first:
                    steps.append((np.add, (total, part, total)))
                is_first = False
        lanes.append(steps)
        totals.append(total)
    after: Steps = [(np.add, (totals[0], total, totals[0])) for total in totals[1:]]
    shape = (*plan.kernel, plan.in_channels // groups, groups, filters)
    total = totals[0].transpose(1, 0, 2).reshape(width, groups * filters) if groups > 1 else totals[0]
    if groups > 1:
        for group in range(groups):
            target = out[..., group * filters : (group + 1) * filters]
            after.append((np.copyto, (target, totals[0][group].reshape(target.shape))))
    else:
        after.append((np.copyto, (out, total.reshape(out.shape))))
    return lanes, after


def _gradient_block(g: Array, groups: int, filters: int, steps: Steps) -> Array:
    """Matrix (positions, filters) of a block of g, per group if there are groups."""
    positions = math.prod(g.shape[:-1])
    if groups > 1:
        buffer = np.empty((groups, *g.shape[:-1], filters), g.dtype)
        steps.append((np.copyto, (buffer, np.moveaxis(_split_channels(g, groups, filters), -2, 0))))
        return buffer.reshape(groups, positions, filters)
    if g.flags.c_contiguous:
        return g.reshape(positions, filters)
    buffer = np.empty(g.shape, g.dtype)
    steps.append((np.copyto, (buffer, g)))
    return buffer.reshape(positions, filters)


def _split_channels(array: Array, groups: int, width: int) -> Array:
    """View with the last dimension cut into (groups, width), whatever the strides."""
    return as_strided(array, (*array.shape[:-1], groups, width), (*array.strides[:-1], width * array.strides[-1], array.strides[-1]))


def _depthwise_filter_gradient(x: Array, g: Array, out: Array, plan: ConvPlan) -> tuple[list[Steps], Steps]:
    multiplier = plan.out_channels // plan.groups
    gradient = _split_channels(g, plan.groups, multiplier)
    lanes, totals = [], []
    for first, last in split(plan.batch, _lanes(8 * plan.flops, plan.batch)):
        steps: Steps = []
        source = _Source(x, plan, 1)
        total = np.empty((*plan.kernel, plan.groups, multiplier), x.dtype)
        part = np.empty((plan.groups, multiplier), x.dtype)
        product = np.empty((*plan.out_spatial, plan.groups, multiplier), x.dtype)
        steps.append((total.fill, (0,)))
        for image in range(first, last):
            windows = _windows(source.block(image, image + 1, steps), plan)[0]
            for place in np.ndindex(*plan.kernel):
                values = windows[(*(slice(None),) * len(plan.kernel), *place)][..., None]
                steps.append((np.multiply, (values, gradient[image], product)))
                steps.append((np.sum, (product.reshape(-1, plan.groups, multiplier), 0, None, part)))
                steps.append((np.add, (total[place], part, total[place])))
        lanes.append(steps)
        totals.append(total)
    after: Steps = [(np.add, (totals[0], total, totals[0])) for total in totals[1:]]
    after.append((np.copyto, (out, totals[0].reshape(out.shape))))
    return lanes, after


# ---------------------------------------------------------------------------------------------------------------------------------
# plain forms


def conv(
    x: Array,
    w: Array,
    *,
    strides: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int] | None = None,
    lhs_dilation: Sequence[int] | None = None,
    groups: int = 1,
    out: Array | None = None,
) -> Array:
    """Convolution of x with w; the arguments are those of `bind_conv`.

    Example:
        >>> import numpy as np
        >>> conv(np.arange(4.0).reshape(1, 4, 1), np.ones((2, 1, 1)), strides=(1,), padding=((0, 0),))[0, :, 0].tolist()
        [1.0, 3.0, 5.0]
    """
    attributes: dict[str, Any] = {
        "strides": strides,
        "padding": padding,
        "dilation": dilation,
        "lhs_dilation": lhs_dilation,
        "groups": groups,
    }
    if out is None:
        out = np.empty(plan_conv(x.shape, w.shape, **attributes).out_shape, x.dtype)
    bind_conv(x, w, out, **attributes)()
    return out


def conv_input_gradient(g: Array, w: Array, *, x_shape: Sequence[int], out: Array | None = None, **attributes: Any) -> Array:
    """Gradient of conv(x, w) with respect to x, shape `x_shape`; the attributes are those of `bind_conv_input_gradient`."""
    if out is None:
        out = np.empty(tuple(x_shape), g.dtype)
    bind_conv_input_gradient(g, w, out, **attributes)()
    return out


def conv_filter_gradient(x: Array, g: Array, *, w_shape: Sequence[int], out: Array | None = None, **attributes: Any) -> Array:
    """Gradient of conv(x, w) with respect to w, shape `w_shape`; the attributes are those of `bind_conv_filter_gradient`."""
    if out is None:
        out = np.empty(tuple(w_shape), g.dtype)
    bind_conv_filter_gradient(x, g, out, **attributes)()
    return out
