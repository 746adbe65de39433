"""Convolution by kernel rows: the input is unrolled along all spatial dimensions but the first, then multiplied row by row of the kernel.

    out[n, o] = sum over i of  unrolled[n, o * stride + i * dilation - low] @ w[i]

Unrolling copies each value prod(kernel[1:]) times instead of prod(kernel) times, the first dimension needs no padding (rows outside are
left out), and the matrices are small: one row's weights fit in the first-level cache, where OpenBLAS reaches its highest rate and packs
nothing. Measured on 3x3 kernels, 32 -> 64 channels: 1.15 to 1.3 times as fast as full patches, forward and both gradients.
"""

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .threads import Steps, ranges, split

Array = np.ndarray

BLOCK_BYTES = 1 << 20  # of one block of unrolled input
WEIGHT_BYTES = 40_000  # of the weights of one product: what the first-level cache holds beside the other operands
SMALL_PRODUCT = 1_000_000  # OpenBLAS multiplies without packing while rows * columns * depth is at most this
ROWS = 96  # of a product, measured: 24 to 96 are equal, more is slower


def is_suited(plan: Any) -> bool:
    """Whether the row method is the fastest for the plan's forward pass."""
    depth = _depth(plan)
    return (
        plan.groups == 1
        and max(plan.lhs_dilation) == 1
        and depth >= 24
        and depth * min(32, plan.out_channels) * 4 <= WEIGHT_BYTES
        and math.prod(plan.out_spatial) >= 16
    )


def is_suited_for_filters(plan: Any) -> bool:
    """Whether the row method is the fastest for the plan's filter gradient."""
    return is_suited(plan) and _depth(plan) * plan.out_channels <= SMALL_PRODUCT // 50


def _depth(plan: Any) -> int:
    return math.prod(plan.kernel[1:]) * plan.in_channels


class Unrolled:
    """Scratch of one thread: blocks of the input unrolled along the inner spatial dimensions."""

    def __init__(self, x: Array, plan: Any, images: int, rows: int) -> None:
        self.x, self.plan = x, plan
        self.depth, self.inner_out = _depth(plan), math.prod(plan.out_spatial[1:])
        inner = list(zip(plan.spatial, plan.kernel, plan.strides, plan.padding, plan.dilation, strict=True))[1:]
        self.is_view = x.flags.c_contiguous and all(width == stride == 1 and pair == (0, 0) for _, width, stride, pair, _ in inner)
        self.is_padded = any(low != 0 or high != 0 for _, _, _, (low, high), _ in inner)
        if not self.is_view:
            self.shape = (images, rows, *plan.out_spatial[1:], *plan.kernel[1:], plan.in_channels)
            self.buffer = np.zeros(self.shape, x.dtype)  # places that only padding reaches stay zero

    def block(self, images: tuple[int, int], rows: tuple[int, int], steps: Steps) -> Array:
        """Array (images, rows * inner outputs, depth) of the given part of the input; `steps` gets the copies that fill it."""
        source = self.x[images[0] : images[1], rows[0] : rows[1]]
        if self.is_view:
            return source.reshape(source.shape[0], -1, self.depth)
        target = self.buffer[: source.shape[0], : source.shape[1]]
        if self.is_padded:
            self._padded_copies(source, target, steps)
        else:
            steps.append((np.copyto, (target, self._windows(source))))
        return self.buffer.reshape(self.shape[0], -1, self.depth)[: source.shape[0], : source.shape[1] * self.inner_out]

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

    def _padded_copies(self, source: Array, target: Array, steps: Steps) -> None:
        """One copy per place of the inner kernel, of the outputs whose input at this place is not padding."""
        plan, inner = self.plan, len(self.plan.kernel) - 1
        for place in np.ndindex(*plan.kernel[1:]):
            outputs, inputs = [], []
            for axis, index in enumerate(place, 1):
                first, last = reached(plan, axis, index, 0, plan.out_spatial[axis])
                begin = first * plan.strides[axis] + index * plan.dilation[axis] - plan.padding[axis][0]
                outputs.append(slice(first, last))
                inputs.append(slice(begin, begin + max(0, (last - first - 1) * plan.strides[axis] + 1), plan.strides[axis]))
            part = target[(slice(None), slice(None), *outputs, *place)]
            if part.size and inner:
                steps.append((np.copyto, (part, source[(slice(None), slice(None), *inputs)])))


def reached(plan: Any, axis: int, index: int, top: int, bottom: int) -> tuple[int, int]:
    """First and last output in [top, bottom) whose input at place `index` of the kernel lies inside x."""
    offset, stride = index * plan.dilation[axis] - plan.padding[axis][0], plan.strides[axis]
    first = max(top, -(offset // stride))
    return first, max(first, min(bottom, (plan.spatial[axis] - 1 - offset) // stride + 1))


class _Blocks:
    """Cutting of the work into (images, output rows, input rows), for one thread."""

    def __init__(self, plan: Any, first: int, last: int, itemsize: int) -> None:
        self.plan = plan
        row_bytes = max(1, math.prod(plan.out_spatial[1:]) * _depth(plan) * itemsize)
        self.images = max(1, min(last - first, BLOCK_BYTES // (row_bytes * plan.spatial[0])))
        reach = (plan.kernel[0] - 1) * plan.dilation[0] + 1
        rows = plan.out_spatial[0]
        if self.images == 1:
            # At least as many rows as the kernel reaches over, or most of the unrolling would be done twice.
            rows = max(reach, BLOCK_BYTES // row_bytes // plan.strides[0], 1)
        self.blocks = [
            (images, outputs, self.inputs(*outputs))
            for images in ranges(first, last, self.images)
            for outputs in ranges(0, plan.out_spatial[0], rows)
        ]
        self.rows = max(bottom - top for _, _, (top, bottom) in self.blocks)

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


def _pieces(unrolled: Array, other: Array, plan: Any, begin: int, count: int, limit: int) -> list[tuple[Array, Array]]:
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


def _sliced_weights(w: Array, plan: Any, before: Steps) -> list[tuple[slice, Array]]:
    """(filters, weights (kernel rows, depth, filters)) of slices of the filters small enough for the first-level cache."""
    depth, filters = _depth(plan), plan.out_channels
    width = filters if depth * filters * 4 <= WEIGHT_BYTES else 32
    rows = w.reshape(plan.kernel[0], depth, filters) if w.flags.c_contiguous else None
    if rows is not None and width == filters:
        return [(slice(0, filters), rows)]
    slices = []
    for first, last in ranges(0, filters, width):
        buffer = np.empty((*w.shape[:-1], last - first), w.dtype)
        before.append((np.copyto, (buffer, w[..., first:last])))
        slices.append((slice(first, last), buffer.reshape(plan.kernel[0], depth, last - first)))
    return slices


def convolution_lanes(
    x: Array, w: Array, out: Array, plan: Any, epilogue: Callable[[Array], Steps], before: Steps, lanes: int
) -> list[Steps]:
    """Steps of each thread that write the convolution into the contiguous `out`."""
    weights, inner = _sliced_weights(w, plan, before), math.prod(plan.out_spatial[1:])
    limit = max(1, min(ROWS, SMALL_PRODUCT // (_depth(plan) * weights[0][1].shape[-1])))
    result = []
    for first, last in split(plan.batch, lanes):
        steps: Steps = []
        blocks = _Blocks(plan, first, last, x.itemsize)
        source = Unrolled(x, plan, blocks.images, blocks.rows)
        scratch = np.empty((blocks.images, max(b - a for _, (a, b), _ in blocks.blocks) * inner, plan.out_channels), x.dtype)
        for images, (top, bottom), inputs in blocks.blocks:
            unrolled = source.block(images, inputs, steps)
            target = out[images[0] : images[1], top:bottom]
            rows = [(reached(plan, 0, index, top, bottom), index) for index in range(plan.kernel[0])]
            rows = [((a, b), index) for (a, b), index in rows if b > a]
            rows.sort(key=lambda row: row[0][0] - row[0][1])  # the one that reaches most outputs writes, the others add
            flat = target.reshape(target.shape[0], -1, plan.out_channels)
            if not rows:
                steps.append((target.fill, (0,)))
            for position, ((a, b), index) in enumerate(rows):
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
        result.append(steps)
    return result


def filter_gradient_lanes(x: Array, g: Array, plan: Any, lanes: int) -> tuple[list[Steps], list[Array]]:
    """Steps of each thread, and the array (kernel rows, depth, filters) into which it adds up its part. `g` is contiguous."""
    inner, depth, filters = math.prod(plan.out_spatial[1:]), _depth(plan), plan.out_channels
    limit = max(1, min(2 * ROWS, SMALL_PRODUCT // (depth * filters)))
    result, totals = [], []
    for first, last in split(plan.batch, lanes):
        steps: Steps = []
        blocks = _Blocks(plan, first, last, x.itemsize)
        source = Unrolled(x, plan, blocks.images, blocks.rows)
        total, part = np.empty((plan.kernel[0], depth, filters), x.dtype), np.empty((depth, filters), x.dtype)
        steps.append((total.fill, (0,)))
        scratch: dict[int, Array] = {}
        for images, (top, bottom), inputs in blocks.blocks:
            unrolled = source.block(images, inputs, steps)
            gradient = g[images[0] : images[1]].reshape(images[1] - images[0], -1, filters)
            for index in range(plan.kernel[0]):
                a, b = reached(plan, 0, index, top, bottom)
                if a == b:
                    continue
                begin = a * plan.strides[0] + index * plan.dilation[0] - plan.padding[0][0] - inputs[0]
                for matrices, values in _pieces(unrolled, gradient[:, a * inner : b * inner], plan, begin, b - a, limit):
                    count = matrices.shape[0] * matrices.shape[1]
                    products = scratch.setdefault(count, np.empty((count, depth, filters), x.dtype))
                    stacked = products.reshape(*matrices.shape[:2], depth, filters)
                    steps.append((np.matmul, (matrices.swapaxes(-1, -2), values, stacked)))
                    if count > 1:
                        steps.append((functools.partial(np.add.reduce, out=part), (products, 0)))
                    steps.append((np.add, (total[index], part if count > 1 else products[0], total[index])))
        result.append(steps)
        totals.append(total)
    return result, totals
