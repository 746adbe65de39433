"""Convolution by kernel rows: the input is unrolled along all spatial dimensions but the first, then multiplied row by row of the kernel.

    out[n, o] = sum over i of  unrolled[n, o * stride + i * dilation - low] @ w[i]

Unrolling copies each value prod(kernel[1:]) times instead of prod(kernel) times, the first dimension needs no padding (rows outside are
left out), and the matrices are small: one row's weights fit in the first-level cache, where OpenBLAS reaches its highest rate and packs
nothing. Measured on 3x3 kernels, 32 -> 64 channels: forward and both gradients take 0.75 to 0.85 of the time of full patches.
"""

import functools
import math

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .buffers import aligned_empty, aligned_zeros, is_aligned
from .convolution_plan import ConvPlan, Epilogue, reached
from .threads import Steps, ranges, split

Array = np.ndarray

BLOCK_BYTES = 1 << 19  # of one block of unrolled input
WEIGHT_BYTES = 40_000  # of the weights of one product: what the first-level cache holds beside the other operands
SMALL_PRODUCT = 1_000_000  # OpenBLAS multiplies without packing while rows * columns * depth is at most this
ROWS = 96  # of a product at most
SLICE = 32  # filters of a product where all of them would exceed WEIGHT_BYTES
PARTS = 8  # of a filter gradient, summed one by one: more balance the threads better and cost more memory


def is_suited(plan: ConvPlan) -> bool:
    """Whether the row method is the fastest for the plan's forward pass."""
    depth = _depth(plan)
    return (
        plan.groups == 1
        and max(plan.lhs_dilation) == 1
        and depth >= 24
        and depth * min(SLICE, plan.out_channels) * 4 <= WEIGHT_BYTES
        and math.prod(plan.out_spatial) >= 16
    )


def is_suited_for_filters(plan: ConvPlan) -> bool:
    """Whether the row method is the fastest for the plan's filter gradient."""
    return is_suited(plan) and _depth(plan) * plan.out_channels <= SMALL_PRODUCT // 50


def _depth(plan: ConvPlan) -> int:
    return math.prod(plan.kernel[1:]) * plan.in_channels


class Unrolled:
    """Scratch of one thread: blocks of the input unrolled along the inner spatial dimensions."""

    def __init__(self, x: Array, plan: ConvPlan, images: int, rows: int) -> None:
        self.x, self.plan = x, plan
        self.depth, self.inner_out = _depth(plan), math.prod(plan.out_spatial[1:])
        inner = list(zip(plan.spatial, plan.kernel, plan.strides, plan.padding, strict=True))[1:]
        self.is_view = x.flags.c_contiguous and all(width == stride == 1 and pair == (0, 0) for _, width, stride, pair in inner)
        self.crop = tuple(slice(max(0, -low), size - max(0, -high)) for size, _, _, (low, high) in inner)
        self.padded: Array | None = None
        if any(low > 0 or high > 0 for _, _, _, (low, high) in inner):
            padded = tuple(size + low + high for size, _, _, (low, high) in inner)
            self.padded = aligned_zeros((images, rows, *padded, plan.in_channels), x.dtype)
            self.inside = tuple(
                slice(max(0, low), total - max(0, high)) for total, (_, _, _, (low, high)) in zip(padded, inner, strict=True)
            )
        if not self.is_view:
            self.shape = (images, rows, *plan.out_spatial[1:], *plan.kernel[1:], plan.in_channels)
            self.buffer = aligned_empty(self.shape, x.dtype)

    def block(self, images: tuple[int, int], rows: tuple[int, int], steps: Steps) -> Array:
        """Array (images, rows * inner outputs, depth) of the given part of the input; `steps` gets the copies that fill it."""
        source = self.x[(slice(*images), slice(*rows), *self.crop)]
        count, height = source.shape[:2]
        if self.is_view:
            return source.reshape(count, -1, self.depth)
        if self.padded is not None:
            padded = self.padded[:count, :height]
            steps.append((np.copyto, (padded[(slice(None), slice(None), *self.inside)], source)))
            source = padded
        steps.append((np.copyto, (self.buffer[:count, :height], self._windows(source))))
        return self.buffer.reshape(self.shape[0], -1, self.depth)[:count, : height * self.inner_out]

    def _windows(self, source: Array) -> Array:
        """View (images, rows, *inner outputs, *inner kernel, channels)."""
        plan, (image, row, *inner, channel) = self.plan, source.strides
        return as_strided(
            source,
            (*source.shape[:2], *plan.out_spatial[1:], *plan.kernel[1:], plan.in_channels),
            (
                image,
                row,
                *(size * stride for size, stride in zip(inner, plan.strides[1:], strict=True)),
                *(size * step for size, step in zip(inner, plan.dilation[1:], strict=True)),
                channel,
            ),
        )


class _Blocks:
    """Cutting of the work into (images, output rows, input rows)."""

    def __init__(self, plan: ConvPlan, itemsize: int, lanes: int) -> None:
        self.plan = plan
        row_bytes = max(1, math.prod(plan.out_spatial[1:]) * _depth(plan) * itemsize)
        self.images = max(1, min(-(-plan.batch // lanes), BLOCK_BYTES // (row_bytes * plan.spatial[0])))
        reach = (plan.kernel[0] - 1) * plan.dilation[0] + 1
        rows = plan.out_spatial[0]
        if self.images == 1:
            # At least as many rows as the kernel reaches over, or most of the unrolling would be done twice.
            rows = max(reach, BLOCK_BYTES // row_bytes // plan.strides[0], 1)
        if plan.batch < lanes:
            rows = min(rows, -(-plan.out_spatial[0] // lanes))
        self.blocks = [
            (images, outputs, self.inputs(*outputs))
            for images in ranges(0, plan.batch, self.images)
            for outputs in ranges(0, plan.out_spatial[0], rows)
        ]
        self.rows = max(bottom - top for _, _, (top, bottom) in self.blocks)
        self.out_rows = min(rows, plan.out_spatial[0])

    def inputs(self, top: int, bottom: int) -> tuple[int, int]:
        plan = self.plan
        begin = top * plan.strides[0] - plan.padding[0][0]
        end = (bottom - 1) * plan.strides[0] - plan.padding[0][0] + (plan.kernel[0] - 1) * plan.dilation[0] + 1
        begin = min(max(0, begin), plan.spatial[0])
        return begin, min(max(begin, end), plan.spatial[0])


def _rows_per_product(rows: int, limit: int) -> int:
    """Rows of one product: a divisor of `rows` near the limit if there is one, so that no rest remains."""
    if rows <= limit:
        return rows
    return next((count for count in range(limit, limit // 2, -1) if rows % count == 0), limit)


def _pieces(unrolled: Array, other: Array, plan: ConvPlan, begin: int, count: int, limit: int) -> list[tuple[Array, Array]]:
    """Pairs of stacks of matrices (images, products, rows, depth) and (images, products, rows, channels) for `count` output rows.

    `unrolled` is (images, rows * inner, depth), of which output row 0 reads row `begin`; `other` is (images, count * inner, channels).
    """
    inner, stride = math.prod(plan.out_spatial[1:]), plan.strides[0]
    images, _, depth = unrolled.shape
    if stride > 1:
        rows = unrolled.reshape(images, -1, inner, depth)[:, begin : begin + (count - 1) * stride + 1 : stride]
        return [(rows, other.reshape(images, count, inner, -1))]
    total = count * inner
    rows, size = unrolled[:, begin * inner : begin * inner + total], _rows_per_product(total, limit)
    whole = total // size * size
    pieces = [
        (rows[:, :whole].reshape(images, -1, size, depth), other[:, :whole].reshape(images, whole // size, size, -1)),
        (rows[:, None, whole:], other[:, None, whole:]),
    ]
    return pieces if whole < total else pieces[:1]


def _sliced_weights(w: Array, plan: ConvPlan, before: Steps) -> list[tuple[slice, Array]]:
    """(filters, weights (kernel rows, depth, filters)) of slices of the filters small enough for the first-level cache."""
    depth, filters = _depth(plan), plan.out_channels
    width = filters if depth * filters * 4 <= WEIGHT_BYTES else SLICE
    if width == filters and w.flags.c_contiguous and is_aligned(w):
        return [(slice(0, filters), w.reshape(plan.kernel[0], depth, filters))]
    slices = []
    for first, last in ranges(0, filters, width):
        buffer = aligned_empty((*w.shape[:-1], last - first), w.dtype)
        before.append((np.copyto, (buffer, w[..., first:last])))
        slices.append((slice(first, last), buffer.reshape(plan.kernel[0], depth, last - first)))
    return slices


def convolution_lanes(x: Array, w: Array, out: Array, plan: ConvPlan, epilogue: Epilogue, before: Steps, lanes: int) -> list[list[Steps]]:
    """For each thread the steps of every block, which write the convolution into the contiguous `out`."""
    weights, inner = _sliced_weights(w, plan, before), math.prod(plan.out_spatial[1:])
    limit = max(1, min(ROWS, SMALL_PRODUCT // (_depth(plan) * weights[0][1].shape[-1])))
    blocks = _Blocks(plan, x.itemsize, lanes)
    return [
        [_block_steps(source, scratch, out, images, outputs, inputs, weights, limit, epilogue) for images, outputs, inputs in blocks.blocks]
        for source, scratch in (
            (
                Unrolled(x, plan, blocks.images, blocks.rows),
                aligned_empty((blocks.images, blocks.out_rows * inner, plan.out_channels), x.dtype),
            )
            for _ in range(lanes)
        )
    ]


def _block_steps(
    source: Unrolled,
    scratch: Array,
    out: Array,
    images: tuple[int, int],
    outputs: tuple[int, int],
    inputs: tuple[int, int],
    weights: list[tuple[slice, Array]],
    limit: int,
    epilogue: Epilogue,
) -> Steps:
    """Steps that write the given output rows of the given images: one product per kernel row, the first written, the others added."""
    plan, (top, bottom), inner = source.plan, outputs, source.inner_out
    steps: Steps = []
    unrolled = source.block(images, inputs, steps)
    target = out[images[0] : images[1], top:bottom]
    flat = target.reshape(target.shape[0], -1, plan.out_channels)
    reaches = [(reached(plan, 0, index, top, bottom), index) for index in range(plan.kernel[0])]
    rows = sorted((a - b, a, b, index) for (a, b), index in reaches if b > a)  # the one that reaches most outputs first
    if not rows:
        steps.append((target.fill, (0,)))
    for position, (_, a, b, index) in enumerate(rows):
        part = flat[:, (a - top) * inner : (b - top) * inner]
        if position == 0:
            steps.extend((rest.fill, (0,)) for rest in (target[:, : a - top], target[:, b - top :]) if rest.size)
        product = scratch[: flat.shape[0], : part.shape[1]] if position else part
        begin = a * plan.strides[0] + index * plan.dilation[0] - plan.padding[0][0] - inputs[0]
        for matrices, products in _pieces(unrolled, product, plan, begin, b - a, limit):
            for filters, values in weights:
                steps.append((np.matmul, (matrices, values[index], products[..., filters])))
        if position:
            steps.append((np.add, (part, product, part)))
    steps.extend(epilogue(target))
    return steps


def filter_gradient_lanes(x: Array, g: Array, out: Array, plan: ConvPlan, lanes: int) -> tuple[list[list[Steps]], Steps]:
    """For each thread the steps of every part of the work, and the steps that then add up the parts' sums into `out`.

    The parts and their sums do not depend on which thread does which, so the result is the same each time. `g` is contiguous.
    """
    depth, filters = _depth(plan), plan.out_channels
    limit = max(1, min(ROWS, SMALL_PRODUCT // (depth * filters)))
    blocks = _Blocks(plan, x.itemsize, lanes)
    parts = split(len(blocks.blocks), PARTS if lanes > 1 else 1)
    totals = aligned_empty((len(parts), plan.kernel[0], depth, filters), x.dtype)
    result = []
    for _ in range(lanes):
        source = Unrolled(x, plan, blocks.images, blocks.rows)
        products = blocks.out_rows if plan.strides[0] > 1 else blocks.out_rows * source.inner_out // (limit // 2 + 1) + 1
        scratch = aligned_empty((1 + blocks.images * products, depth, filters), x.dtype)
        lane = []
        for total, (first, last) in zip(totals, parts, strict=True):
            steps: Steps = [(total.fill, (0,))]
            for images, outputs, inputs in blocks.blocks[first:last]:
                _filter_steps(source, scratch, g, images, outputs, inputs, total, limit, steps)
            lane.append(steps)
        result.append(lane)
    if len(parts) == 1:
        return result, [(np.copyto, (out, totals[0].reshape(out.shape)))]
    return result, [(functools.partial(np.add.reduce, out=out), (totals.reshape(-1, *out.shape), 0))]


def _filter_steps(
    source: Unrolled,
    scratch: Array,
    g: Array,
    images: tuple[int, int],
    outputs: tuple[int, int],
    inputs: tuple[int, int],
    total: Array,
    limit: int,
    steps: Steps,
) -> None:
    """Steps that add one block's part of the filter gradient: products of transposed patches and g, stacked, then summed."""
    plan, inner = source.plan, source.inner_out
    unrolled = source.block(images, inputs, steps)
    gradient = g[images[0] : images[1]].reshape(images[1] - images[0], -1, plan.out_channels)
    for index in range(plan.kernel[0]):
        a, b = reached(plan, 0, index, *outputs)
        if a == b:
            continue
        begin = a * plan.strides[0] + index * plan.dilation[0] - plan.padding[0][0] - inputs[0]
        for matrices, values in _pieces(unrolled, gradient[:, a * inner : b * inner], plan, begin, b - a, limit):
            part, stack = scratch[0], scratch[1 : 1 + matrices.shape[0] * matrices.shape[1]]
            stacked = stack.reshape(*matrices.shape[:2], *stack.shape[1:])
            steps.append((np.matmul, (matrices.swapaxes(-1, -2), values, stacked)))
            if len(stack) > 1:
                steps.append((functools.partial(np.add.reduce, out=part), (stack, 0)))
            steps.append((np.add, (total[index], part if len(stack) > 1 else stack[0], total[index])))
