"""Convolution by patches, by scattering, and elementwise: for the geometries that the row method does not suit.

* patches: the windows of a block of outputs are copied into a matrix, which is multiplied by the whole kernel;
* scattering: where x has holes (transposed convolution), its products with each kernel place are added into the output;
* elementwise: one channel per group (depthwise) has no sum over channels, so nothing for a matrix product to do.
"""

import functools
import math

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .buffers import aligned_empty, aligned_zeros
from .convolution_plan import ConvPlan, Epilogue, Ints, dilated
from .threads import Steps, ranges, split

Array = np.ndarray

BLOCK_BYTES = 3 << 19  # of one block's patches: most of a common second-level cache of 2 MiB
SMALL_PRODUCT = 1_000_000  # OpenBLAS multiplies without packing while rows * columns * depth is at most this
PARTS = 8  # of a filter gradient, summed one by one

Slices = tuple[slice, ...]


def split_channels(array: Array, groups: int) -> Array:
    """View with the last dimension cut into (groups, channels / groups), whatever the strides."""
    width = array.shape[-1] // groups
    return as_strided(array, (*array.shape[:-1], groups, width), (*array.strides[:-1], width * array.strides[-1], array.strides[-1]))


def weights_view(w: Array, shape: Ints, before: Steps) -> Array:
    """w in the given shape: a view if its memory allows, else a buffer that every call refills."""
    if w.flags.c_contiguous:
        return w.reshape(shape)
    buffer = aligned_empty(w.shape, w.dtype)
    before.append((np.copyto, (buffer, w)))
    return buffer.reshape(shape)


class _Blocks:
    """Cutting of the work into (images, rows), rows being places of the first spatial dimension."""

    def __init__(self, plan: ConvPlan, rows: int, row_bytes: int, lanes: int) -> None:
        whole = BLOCK_BYTES // max(1, rows * row_bytes)
        self.images = max(1, min(whole, -(-plan.batch // lanes)))
        self.rows = rows if whole else max(1, min(rows, BLOCK_BYTES // max(1, row_bytes)))
        if plan.batch < lanes:
            self.rows = min(self.rows, -(-rows // lanes))
        self.all = [(images, part) for images in ranges(0, plan.batch, self.images) for part in ranges(0, rows, self.rows)]


# ---------------------------------------------------------------------------------------------------------------------------------
# windows of the padded input


def _padded_spatial(plan: ConvPlan) -> Ints:
    return tuple(dilated(n, hole) + low + high for n, hole, (low, high) in zip(plan.spatial, plan.lhs_dilation, plan.padding, strict=True))


def _inner_slices(plan: ConvPlan) -> tuple[Slices, Slices]:
    """Places of the padded array that hold values, and the places of x that they come from."""
    inside, source = [], []
    for size, hole, (low, high) in zip(plan.spatial, plan.lhs_dilation, plan.padding, strict=True):
        first = -(min(low, 0) // hole)  # first place of x that negative padding leaves
        begin = low + first * hole
        count = max(0, -((begin - (dilated(size, hole) + low + min(high, 0))) // hole))
        inside.append(slice(begin, begin + max(0, (count - 1) * hole + 1) if count else begin, hole))
        source.append(slice(first, first + count))
    return tuple(inside), tuple(source)


class _Source:
    """Windows of blocks of images: views of x where nothing must be padded, else of a buffer that the steps fill."""

    def __init__(self, x: Array, plan: ConvPlan, images: int) -> None:
        self.plan, self.x = plan, x
        self.buffer: Array | None = None
        if any(low > 0 or high > 0 for low, high in plan.padding) or max(plan.lhs_dilation) > 1:
            self.buffer = aligned_zeros((images, *_padded_spatial(plan), plan.in_channels), x.dtype)
            self.inside, self.source = _inner_slices(plan)

    def windows(self, first: int, last: int, steps: Steps) -> Array:
        """View (images, *out_spatial, *kernel, channels)."""
        plan = self.plan
        if self.buffer is None:
            crop = (slice(-low, size + high) for size, (low, high) in zip(plan.spatial, plan.padding, strict=True))
            padded = self.x[(slice(first, last), *crop)]
        else:
            padded = self.buffer[: last - first]
            steps.append((np.copyto, (padded[(slice(None), *self.inside)], self.x[(slice(first, last), *self.source)])))
        batch, *inner, channel = padded.strides
        strides = (
            batch,
            *(size * stride for size, stride in zip(inner, plan.strides, strict=True)),
            *(size * step for size, step in zip(inner, plan.dilation, strict=True)),
            channel,
        )
        return as_strided(padded, (padded.shape[0], *plan.out_spatial, *plan.kernel, padded.shape[-1]), strides)


# ---------------------------------------------------------------------------------------------------------------------------------
# patches


class _Patches:
    """Scratch of one thread: the patches of a block as a matrix (positions, kernel places * channels), per group if there are groups."""

    def __init__(self, plan: ConvPlan, blocks: _Blocks, dtype: np.dtype) -> None:
        self.plan, self.rank = plan, len(plan.kernel)
        positions = blocks.images * blocks.rows * math.prod(plan.out_spatial[1:])
        self.width = math.prod(plan.kernel) * plan.in_channels
        self.is_plain = self.width == plan.in_channels and plan.groups == 1
        # With few channels a copy along the positions is longer than one along the channels: build the matrix transposed.
        self.is_transposed = plan.in_channels // plan.groups < 8 and not self.is_plain
        self.flat = aligned_empty((positions * self.width,), dtype)
        self.products = aligned_empty((positions * plan.out_channels,), dtype) if plan.groups > 1 else None

    def matrix(self, windows: Array, steps: Steps) -> Array:
        """Matrix (groups, positions, width / groups), without the first dimension for one group; `steps` gets the copy that fills it."""
        plan, rank = self.plan, self.rank
        positions = math.prod(windows.shape[: 1 + rank])
        if self.is_plain:
            plain = windows.reshape(positions, self.width)
            if np.may_share_memory(plain, windows):
                return plain
        grouped = split_channels(windows, plan.groups)
        outer, kernel, group, channel = range(1 + rank), range(1 + rank, 1 + 2 * rank), 1 + 2 * rank, 2 + 2 * rank
        view = grouped.transpose((group, *kernel, channel, *outer) if self.is_transposed else (group, *outer, *kernel, channel))
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
        products = self.products[: out.size].reshape(groups, -1, filters // groups)
        steps.append((np.matmul, (matrix, weights, products)))
        steps.append((np.copyto, (out.reshape(-1, groups, filters // groups), products.transpose(1, 0, 2))))


def _patch_blocks(plan: ConvPlan, itemsize: int, lanes: int) -> _Blocks:
    row_bytes = math.prod(plan.out_spatial[1:]) * math.prod(plan.kernel) * plan.in_channels * itemsize
    return _Blocks(plan, plan.out_spatial[0], row_bytes, lanes)


def patches_lanes(x: Array, w: Array, out: Array, plan: ConvPlan, epilogue: Epilogue, before: Steps, lanes: int) -> list[list[Steps]]:
    """For each thread the steps of every block: patches, then one matrix product (one per group)."""
    width, groups = math.prod(plan.kernel) * plan.in_channels // plan.groups, plan.groups
    weights = weights_view(w, (width, groups, plan.out_channels // groups), before)
    weights = weights.transpose(1, 0, 2) if groups > 1 else weights[:, 0]
    blocks = _patch_blocks(plan, x.itemsize, lanes)
    result = []
    for _ in range(lanes):
        source, patches, lane = _Source(x, plan, blocks.images), _Patches(plan, blocks, x.dtype), []
        for (a, b), (top, bottom) in blocks.all:
            steps: Steps = []
            patches.product(source.windows(a, b, steps)[:, top:bottom], weights, out[a:b, top:bottom], steps)
            steps.extend(epilogue(out[a:b, top:bottom]))
            lane.append(steps)
        result.append(lane)
    return result


def patches_filter_gradient(x: Array, g: Array, out: Array, plan: ConvPlan, lanes: int) -> tuple[list[list[Steps]], Steps]:
    """For each thread the steps of every part of the work, and the steps that then add the parts' sums into `out`."""
    groups, width = plan.groups, math.prod(plan.kernel) * plan.in_channels // plan.groups
    filters = plan.out_channels // groups
    blocks = _patch_blocks(plan, x.itemsize, lanes)
    parts = split(len(blocks.all), PARTS if lanes > 1 else 1)
    totals = aligned_empty((len(parts), groups, width, filters), x.dtype)
    result = []
    for _ in range(lanes):
        source, patches, lane = _Source(x, plan, blocks.images), _Patches(plan, blocks, x.dtype), []
        gradient = aligned_empty((blocks.images * blocks.rows * math.prod(plan.out_spatial[1:]) * plan.out_channels,), g.dtype)
        product = _PatchProduct(plan, width, filters, len(gradient) // plan.out_channels, x.dtype)
        for total, (first, last) in zip(totals, parts, strict=True):
            steps: Steps = [(total.fill, (0,))]
            for (a, b), (top, bottom) in blocks.all[first:last]:
                matrix = patches.matrix(source.windows(a, b, steps)[:, top:bottom], steps)
                values = _grouped_matrix(g[a:b, top:bottom], groups, gradient, steps)
                product.add(matrix if groups > 1 else matrix[None], values, total, steps)
            lane.append(steps)
        result.append(lane)
    after: Steps = [(np.add, (totals[0], total, totals[0])) for total in totals[1:]]
    shaped = split_channels(out, groups)
    after.append((np.copyto, (shaped, np.moveaxis(totals[0].reshape(groups, *out.shape[:-1], filters), 0, -2))))
    return result, after


class _PatchProduct:
    """Sum over the positions of a block of (patches transposed) times g; small products are stacked, for OpenBLAS not to pack them."""

    def __init__(self, plan: ConvPlan, width: int, filters: int, positions: int, dtype: np.dtype) -> None:
        limit = SMALL_PRODUCT // (width * filters)
        self.rows = min(positions, limit, math.prod(plan.out_spatial)) if limit >= 64 else positions
        self.stack = aligned_empty((1 + -(-positions // self.rows), width, filters), dtype)

    def add(self, matrices: Array, values: Array, total: Array, steps: Steps) -> None:
        positions = values.shape[1]
        whole = positions // self.rows
        for group, (matrix, value) in enumerate(zip(matrices, values, strict=True)):
            part, stack = self.stack[0], self.stack[1 : 1 + whole]
            target = total[group]
            if whole:
                end = whole * self.rows
                # Cutting one dimension of a matrix gives a view in either memory order.
                left = matrix[:end].reshape(whole, self.rows, -1).swapaxes(1, 2)
                steps.append((np.matmul, (left, value[:end].reshape(whole, self.rows, -1), stack)))
                if whole > 1:
                    steps.append((functools.partial(np.add.reduce, out=part), (stack, 0)))
                steps.append((np.add, (target, part if whole > 1 else stack[0], target)))
            if whole * self.rows < positions:
                steps.append((np.matmul, (matrix[whole * self.rows :].T, value[whole * self.rows :], part)))
                steps.append((np.add, (target, part, target)))


def _grouped_matrix(g: Array, groups: int, buffer: Array, steps: Steps) -> Array:
    """Matrix (groups, positions, filters) of a block of g: a view where its memory allows."""
    positions, filters = math.prod(g.shape[:-1]), g.shape[-1] // groups
    if groups == 1 and g.flags.c_contiguous:
        return g.reshape(1, positions, filters)
    filled = buffer[: g.size].reshape(groups, *g.shape[:-1], filters)
    steps.append((np.copyto, (filled, np.moveaxis(split_channels(g, groups), -2, 0))))
    return filled.reshape(groups, positions, filters)


# ---------------------------------------------------------------------------------------------------------------------------------
# depthwise


def depthwise_lanes(x: Array, w: Array, out: Array, plan: ConvPlan, epilogue: Epilogue, before: Steps, lanes: int) -> list[list[Steps]]:
    """One channel per group: multiply and add elementwise, kernel place by kernel place."""
    groups, multiplier = plan.groups, plan.out_channels // plan.groups
    blocks = _Blocks(plan, plan.out_spatial[0], 3 * math.prod(plan.out_spatial[1:]) * plan.out_channels * x.itemsize, lanes)
    weights = weights_view(w, (*plan.kernel, groups, multiplier), before)
    result = []
    for _ in range(lanes):
        source, lane = _Source(x, plan, blocks.images), []
        scratch = aligned_empty((blocks.images, blocks.rows, *plan.out_spatial[1:], groups, multiplier), x.dtype)
        for (a, b), (top, bottom) in blocks.all:
            steps: Steps = []
            windows = source.windows(a, b, steps)[:, top:bottom]
            total, product = split_channels(out[a:b, top:bottom], groups), scratch[: b - a, : bottom - top]
            for index, place in enumerate(np.ndindex(*plan.kernel)):
                values = windows[(*(slice(None),) * (1 + len(plan.kernel)), *place)][..., None]
                steps.append((np.multiply, (values, weights[place], product if index else total)))
                if index:
                    steps.append((np.add, (total, product, total)))
            steps.extend(epilogue(out[a:b, top:bottom]))
            lane.append(steps)
        result.append(lane)
    return result


def depthwise_filter_gradient(x: Array, g: Array, out: Array, plan: ConvPlan, lanes: int) -> tuple[list[list[Steps]], Steps]:
    """For each thread the steps of every part of the work, and the steps that then add the parts' sums into `out`."""
    groups, multiplier = plan.groups, plan.out_channels // plan.groups
    gradient = split_channels(g, groups)
    parts = split(plan.batch, PARTS if lanes > 1 else 1)
    totals = aligned_empty((len(parts), *plan.kernel, groups, multiplier), x.dtype)
    result = []
    for _ in range(lanes):
        source, lane = _Source(x, plan, 1), []
        part = aligned_empty((groups, multiplier), x.dtype)
        product = aligned_empty((*plan.out_spatial, groups, multiplier), x.dtype)
        for total, (first, last) in zip(totals, parts, strict=True):
            steps: Steps = [(total.fill, (0,))]
            for image in range(first, last):
                windows = source.windows(image, image + 1, steps)[0]
                for place in np.ndindex(*plan.kernel):
                    values = windows[(*(slice(None),) * len(plan.kernel), *place)][..., None]
                    steps.append((np.multiply, (values, gradient[image], product)))
                    steps.append((functools.partial(np.add.reduce, out=part), (product.reshape(-1, groups, multiplier), 0)))
                    steps.append((np.add, (total[place], part, total[place])))
            lane.append(steps)
        result.append(lane)
    after: Steps = [(np.add, (totals[0], total, totals[0])) for total in totals[1:]]
    after.append((np.copyto, (out, totals[0].reshape(out.shape))))
    return result, after


# ---------------------------------------------------------------------------------------------------------------------------------
# transposed


def scattered_lanes(x: Array, w: Array, out: Array, plan: ConvPlan, epilogue: Epilogue, before: Steps, lanes: int) -> list[list[Steps]]:
    """x has holes: products of x with every kernel place, added into the places of the output that they reach."""
    groups, places = plan.groups, math.prod(plan.kernel)
    width, filters = plan.in_channels // groups, plan.out_channels // groups
    weights = weights_view(w, (places, width, groups, filters), before)
    row_bytes = math.prod(plan.spatial[1:]) * (plan.in_channels + plan.out_channels) * x.itemsize
    blocks = _Blocks(plan, plan.spatial[0], row_bytes, lanes)
    result = []
    for _ in range(lanes):
        positions, lane = blocks.images * blocks.rows * math.prod(plan.spatial[1:]), []
        products, buffer = aligned_empty((positions * filters,), x.dtype), aligned_empty((positions * plan.in_channels,), x.dtype)
        for a, b in ranges(0, plan.batch, blocks.images):
            steps: Steps = [(out[a:b].fill, (0,))]
            for top, bottom in ranges(0, plan.spatial[0], blocks.rows):
                block = x[a:b, top:bottom]
                matrices = _grouped_matrix(block, groups, buffer, steps)
                for index, place in enumerate(np.ndindex(*plan.kernel)):
                    reached, taken = _scatter_slices(plan, place, top, bottom)
                    for group in range(groups):
                        product = products[: matrices.shape[1] * filters].reshape(-1, filters)
                        part = out[(slice(a, b), *reached, slice(group * filters, (group + 1) * filters))]
                        if part.size:
                            addend = product.reshape(*block.shape[:-1], filters)[(slice(None), *taken)]
                            steps.append((np.matmul, (matrices[group], weights[index, :, group], product)))
                            steps.append((np.add, (part, addend, part)))
            steps.extend(epilogue(out[a:b]))
            lane.append(steps)
        result.append(lane)
    return result


def _scatter_slices(plan: ConvPlan, place: Ints, top: int, bottom: int) -> tuple[Slices, Slices]:
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
