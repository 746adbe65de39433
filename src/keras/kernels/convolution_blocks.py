"""What one thread does to a block of a convolution: products of unrolled windows, or, for one channel per group, elementwise products.

Where rows are kept (`kept` is 1), the input is unrolled along all spatial dimensions but the first, and multiplied kernel row by row:

    out[n, o] = sum over i of  unrolled[n, o * stride + i * dilation - low] @ w[i]

otherwise along all of them, and there is one product.
"""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.lib.stride_tricks import as_strided

from keras.kernels.buffers import aligned_empty, aligned_zeros, is_aligned
from keras.kernels.convolution_plan import SLICE, WEIGHT_BYTES, Block, ConvPlan, reached
from keras.kernels.threads import Steps, ranges

Array = np.ndarray

SMALL_PRODUCT = 1_000_000  # OpenBLAS multiplies without packing while rows * columns * depth is at most this
ROWS = 96  # of a product by rows at most
_ALL = 1 << 62


def split_channels(array: Array, groups: int) -> Array:
    """View with the last dimension cut into (groups, channels / groups): cutting one dimension never needs a copy."""
    return array.reshape(*array.shape[:-1], groups, array.shape[-1] // groups)


def _filled(size: int, low: int, total: int) -> tuple[slice, slice]:
    """(places of an axis of `total` places with `low` places before x that hold x, those places of x); `low` may be negative."""
    first = max(0, -low)
    last = max(first, min(size, total - low))
    return slice(first + low, last + low), slice(first, last)


class Windows:
    """The windows of blocks of x: views of x where nothing must be padded, else of a buffer that steps fill."""

    def __init__(self, x: Array, plan: ConvPlan, kept: int, blocks: Sequence[Block]) -> None:
        self.x, self.plan, self.kept = x, plan, kept
        inner = list(zip(plan.spatial, plan.padding, strict=True))[1:]
        totals = tuple(size + low + high for size, (low, high) in inner)
        filled = [_filled(size, low, total) for (size, (low, _)), total in zip(inner, totals, strict=True)]
        self.to, self.source = (slice(None), *(to for to, _ in filled)), tuple(source for _, source in filled)
        self.is_padded = any(low > 0 or high > 0 for low, high in plan.padding[kept:])
        if self.is_padded:
            images, rows = blocks[0].images.stop, max(end - begin for _, _, (begin, end) in blocks)
            self.buffer = aligned_zeros((images, rows, *totals, plan.in_channels), x.dtype)
        else:
            self.buffer = x[(slice(None), slice(0 if kept else -plan.padding[0][0], None), *self.source)]
        image, *axes, channel = self.buffer.strides
        strides = (1, *plan.strides[1:]) if kept else plan.strides
        rows = self.buffer.shape[1] if kept else (self.buffer.shape[1] - (plan.kernel[0] - 1) * plan.dilation[0] - 1) // plan.strides[0] + 1
        self.view = as_strided(
            self.buffer,
            (self.buffer.shape[0], rows, *plan.out_spatial[1:], *plan.kernel[kept:], plan.in_channels),
            (
                image,
                *(size * stride for size, stride in zip(axes, strides, strict=True)),
                *(size * step for size, step in zip(axes[kept:], plan.dilation[kept:], strict=True)),
                channel,
            ),
        )

    def of(self, block: Block, steps: Steps) -> Array:
        """View (images, rows, *inner outputs, *kernel[kept:], channels); the rows are those of x if rows are kept, else the output's."""
        images, (top, bottom), (begin, end) = block
        if not self.is_padded:
            return self.view[images, slice(begin, end) if self.kept else slice(top, bottom)]
        to, inside = _filled(self.plan.spatial[0], -begin, end - begin)
        source = self.x[(images, inside, *self.source)]
        padded = self.buffer[: source.shape[0], : end - begin]
        steps.extend((rest.fill, (0,)) for rest in (padded[:, : to.start], padded[:, to.stop :]) if rest.size)
        steps.append((np.copyto, (padded[:, to][(slice(None), *self.to)], source)))
        return self.view[: source.shape[0], : end - begin if self.kept else bottom - top]


class Products:
    """Scratch of one thread, and the steps by which it convolves a block or adds a block's part of the filters' gradient.

    Matrices are (groups, images, positions, depth or filters); without kept rows the images are joined.
    """

    def __init__(self, x: Array, plan: ConvPlan, kept: int, blocks: Sequence[Block]) -> None:
        self.windows, self.plan, self.kept = Windows(x, plan, kept, blocks), plan, kept
        self.dtype, self.images = x.dtype, blocks[0].images.stop
        self.depth, self.filters = plan.depth(kept), plan.out_channels // plan.groups
        self.rows = max(bottom - top for _, (top, bottom), _ in blocks)
        rows = max(end - begin for _, _, (begin, end) in blocks) if kept else self.rows
        # With few channels a copy along the positions is longer than one along the channels: the matrix is built transposed.
        self.is_transposed = not kept and plan.in_channels // plan.groups < 8
        self.unrolled = aligned_empty((self.images * rows * plan.inner_out * self.depth * plan.groups,), x.dtype)
        self.outputs = self.images * self.rows * plan.inner_out * plan.out_channels  # numbers of a block of the output

    # ------------------------------------------------------------------------------------------------------------- matrices

    def _matrix(self, block: Block, steps: Steps) -> Array:
        plan, view = self.plan, self.windows.of(block, steps)
        images = view.shape[0] if self.kept else 1
        if math.prod(plan.kernel[self.kept :]) == plan.groups == 1:
            plain = view.reshape(1, images, -1, self.depth)
            if np.may_share_memory(plain, view):
                return plain
        axes = list(range(view.ndim + 1))
        outer, window, (group, channel) = axes[: 1 + len(plan.kernel)], axes[1 + len(plan.kernel) : -2], axes[-2:]
        order = (group, *window, channel, *outer) if self.is_transposed else (group, *outer, *window, channel)
        view = split_channels(view, plan.groups).transpose(order)
        filled = self.unrolled[: view.size].reshape(view.shape)
        steps.append((np.copyto, (filled, view)))
        if self.is_transposed:
            return filled.reshape(plan.groups, 1, self.depth, -1).swapaxes(-1, -2)
        return filled.reshape(plan.groups, images, -1, self.depth)

    def _values(self, part: Array, buffer: Array | None) -> tuple[Array, Array | None]:
        """(matrices of a block of the output: a view of it, or else of the buffer; then also the buffer in the order of the output)."""
        groups = self.plan.groups
        shape = (groups, part.shape[0] if self.kept else 1, -1, self.filters)
        if buffer is None:
            return part.reshape(shape), None
        flat = buffer[: part.size]
        return flat.reshape(shape), flat.reshape(groups, *part.shape[:-1], self.filters).transpose(*range(1, part.ndim), 0, part.ndim)

    def _buffer_for(self, array: Array) -> Array | None:
        is_view = self.plan.groups == 1 and array.flags.c_contiguous
        return None if is_view else aligned_empty((self.outputs,), self.dtype)

    def _rows(self, block: Block) -> Iterator[tuple[int, int, int, int]]:
        """(kernel row, first and last row of the block's output that it reaches, row of the matrix that the first one reads)."""
        plan, (images, (top, bottom), (begin, _)) = self.plan, block
        if not self.kept:
            yield 0, 0, (images.stop - images.start) * (bottom - top), 0
            return
        for index in range(plan.kernel[0]):
            a, b = reached(plan, index, top, bottom)
            if b > a:
                yield index, a - top, b - top, a * plan.strides[0] + index * plan.dilation[0] - plan.padding[0][0] - begin

    def _pieces(self, unrolled: Array, values: Array, begin: int, limit: int) -> list[tuple[Array, Array]]:
        """Pairs of stacks (groups, images, products, rows of a product, depth or filters) for the given part of the output."""
        inner, stride = self.plan.inner_out, self.plan.strides[0] if self.kept else 1
        leading, total = unrolled.shape[:2], values.shape[2]
        if stride > 1:
            count = total // inner
            rows = unrolled.reshape(*leading, -1, inner, self.depth)[:, :, begin : begin + (count - 1) * stride + 1 : stride]
            return [(rows, values.reshape(*leading, count, inner, -1))]
        rows, size = unrolled[:, :, begin * inner : begin * inner + total], _rows_per_product(total, limit)
        whole = total // size * size
        pieces = [
            (rows[:, :, :whole].reshape(*leading, -1, size, self.depth), values[:, :, :whole].reshape(*leading, whole // size, size, -1)),
            (rows[:, :, None, whole:], values[:, :, None, whole:]),
        ]
        return pieces if whole < total else pieces[:1]

    # ---------------------------------------------------------------------------------------------------------------- steps

    @staticmethod
    def weights_of(w: Array, plan: ConvPlan, kept: int, before: Steps) -> list[tuple[slice, Array]]:
        """(filters, what multiplies each kernel row) of slices of the filters; `before` gets the copies that every run needs."""
        rows, depth, filters = plan.kernel[0] if kept else 1, plan.depth(kept), plan.out_channels
        if plan.groups > 1:
            weights = _refilled(w, before).reshape(rows, depth, plan.groups, -1)
            return [(slice(None), weights.transpose(0, 2, 1, 3)[:, :, None, None])]
        width = SLICE if kept and depth * filters * 4 > WEIGHT_BYTES else filters
        return [(slice(a, b), _refilled(w[..., a:b], before).reshape(rows, depth, b - a)) for a, b in ranges(0, filters, width)]

    def convolved(self, weights: list[tuple[slice, Array]], out: Array) -> Callable[[Block], Steps]:
        """The steps that write a block into `out`: one product per kernel row, the first written, the others added."""
        limit = max(1, min(ROWS, SMALL_PRODUCT // (self.depth * weights[0][1].shape[-1]))) if self.kept else _ALL
        buffer, inner = self._buffer_for(out), self.plan.inner_out
        scratch = aligned_empty((self.outputs,), self.dtype) if self.kept and self.plan.kernel[0] > 1 else self.unrolled

        def bind(block: Block) -> Steps:
            steps: Steps = []
            unrolled, part = self._matrix(block, steps), out[block.images, slice(*block.outputs)]
            target, filled = self._values(part, buffer)
            rows = sorted(self._rows(block), key=lambda row: row[1] - row[2])  # the one that reaches most outputs first
            if not rows:
                steps.append((target.fill, (0,)))
            for position, (index, a, b, begin) in enumerate(rows):
                own = target[:, :, a * inner : b * inner]
                if position == 0:
                    steps.extend((rest.fill, (0,)) for rest in (target[:, :, : a * inner], target[:, :, b * inner :]) if rest.size)
                product = scratch[: own.size].reshape(own.shape) if position else own
                for matrices, products in self._pieces(unrolled, product, begin, limit):
                    steps.extend((np.matmul, (matrices, values[index], products[..., filters])) for filters, values in weights)
                if position:
                    steps.append((np.add, (own, product, own)))
            if filled is not None:
                steps.append((np.copyto, (split_channels(part, self.plan.groups), filled)))
            return steps

        return bind

    def sum_shape(self) -> tuple[int, ...]:
        """(kernel rows, groups, depth, filters): the filters' gradient as the products give it."""
        return self.plan.kernel[0] if self.kept else 1, self.plan.groups, self.depth, self.filters

    def of_kernel(self, total: Array) -> Array:
        """The sum as (*kernel, channels, groups, filters)."""
        plan = self.plan
        view = np.moveaxis(total.reshape(-1, plan.groups, *plan.kernel[self.kept :], plan.in_channels // plan.groups, self.filters), 1, -2)
        return view if self.kept else view[0]

    def summed(self, g: Array) -> Callable[[Sequence[Block], Array], Steps]:
        """The steps that sum up blocks in a total: products of transposed windows and g, stacked, then summed."""
        plan, inner, limit = self.plan, self.plan.inner_out, SMALL_PRODUCT // (self.depth * self.filters)
        limit = max(1, min(ROWS, limit)) if self.kept else min(limit, math.prod(plan.out_spatial)) if limit >= 64 else _ALL
        images, joined = (self.images, 1) if self.kept else (1, self.images)
        most = images * (self.rows if self.kept and plan.strides[0] > 1 else joined * self.rows * inner // (limit // 2 + 1) + 1)
        buffer, part = self._buffer_for(g), aligned_empty(self.sum_shape()[1:], self.dtype)
        scratch = aligned_empty((most * part.size,), self.dtype)

        def bind(blocks: Sequence[Block], total: Array) -> Steps:
            steps: Steps = [(total.fill, (0,))]
            for block in blocks:
                unrolled, own = self._matrix(block, steps), g[block.images, slice(*block.outputs)]
                gradient, filled = self._values(own, buffer)
                if filled is not None:
                    steps.append((np.copyto, (filled, split_channels(own, plan.groups))))
                for index, a, b, begin in self._rows(block):
                    for matrices, values in self._pieces(unrolled, gradient[:, :, a * inner : b * inner], begin, limit):
                        stack = scratch[: math.prod(matrices.shape[:3]) * self.depth * self.filters]
                        stacked = stack.reshape(*matrices.shape[:3], self.depth, self.filters)
                        steps.append((np.matmul, (matrices.swapaxes(-1, -2), values, stacked)))
                        stack = stack.reshape(plan.groups, -1, self.depth, self.filters)
                        if stack.shape[1] > 1:
                            steps.append((np.add.reduce, (stack, 1, None, part)))
                        steps.append((np.add, (total[index], part if stack.shape[1] > 1 else stack[:, 0], total[index])))
            return steps

        return bind


class Channels:
    """The same for one channel per group: no sum over channels, so nothing for a matrix product to do."""

    def __init__(self, x: Array, plan: ConvPlan, kept: int, blocks: Sequence[Block]) -> None:
        self.windows, self.plan = Windows(x, plan, kept, blocks), plan
        rows = max(bottom - top for _, (top, bottom), _ in blocks)
        self.multiplier = plan.out_channels // plan.groups
        self.scratch = aligned_empty((blocks[0].images.stop, rows, *plan.out_spatial[1:], plan.groups, self.multiplier), x.dtype)

    @staticmethod
    def weights_of(w: Array, plan: ConvPlan, kept: int, before: Steps) -> Array:
        return _refilled(w, before).reshape(*plan.kernel, plan.groups, -1)

    def _places(self, block: Block, steps: Steps) -> Iterator[tuple[tuple[int, ...], Array, Array]]:
        """(place of the kernel, the values of x that it meets, an array for the products) for each."""
        windows, (top, bottom) = self.windows.of(block, steps), block.outputs
        product, before = self.scratch[: windows.shape[0], : bottom - top], (slice(None),) * (1 + len(self.plan.kernel))
        for place in np.ndindex(*self.plan.kernel):
            yield place, windows[(*before, *place)][..., None], product

    def convolved(self, weights: Array, out: Array) -> Callable[[Block], Steps]:
        """The steps that write a block into `out`: multiply and add, kernel place by kernel place."""

        def bind(block: Block) -> Steps:
            steps: Steps = []
            total = split_channels(out[block.images, slice(*block.outputs)], self.plan.groups)
            for position, (place, values, product) in enumerate(self._places(block, steps)):
                steps.append((np.multiply, (values, weights[place], product if position else total)))
                if position:
                    steps.append((np.add, (total, product, total)))
            return steps

        return bind

    def sum_shape(self) -> tuple[int, ...]:
        """(*kernel, groups, multiplier)."""
        return *self.plan.kernel, self.plan.groups, self.multiplier

    def of_kernel(self, total: Array) -> Array:
        """The sum as (*kernel, 1, groups, multiplier)."""
        return total[..., None, :, :]

    def summed(self, g: Array) -> Callable[[Sequence[Block], Array], Steps]:
        """The steps that sum up blocks in a total."""
        part = aligned_empty(self.sum_shape()[-2:], g.dtype)

        def bind(blocks: Sequence[Block], total: Array) -> Steps:
            steps: Steps = [(total.fill, (0,))]
            for block in blocks:
                gradient = split_channels(g[block.images, slice(*block.outputs)], self.plan.groups)
                for place, values, product in self._places(block, steps):
                    steps.append((np.multiply, (values, gradient, product)))
                    steps.append((np.add.reduce, (product, tuple(range(product.ndim - 2)), None, part)))
                    steps.append((np.add, (total[place], part, total[place])))
            return steps

        return bind


def _refilled(w: Array, before: Steps) -> Array:
    """w, if its memory allows a reshape and is aligned, else a buffer that every run refills."""
    if w.flags.c_contiguous and is_aligned(w):
        return w
    buffer = aligned_empty(w.shape, w.dtype)
    before.append((np.copyto, (buffer, w)))
    return buffer


def _rows_per_product(rows: int, limit: int) -> int:
    """Rows of one product: a divisor of `rows` near the limit if there is one, so that no rest remains."""
    if rows <= limit:
        return rows
    return next((count for count in range(limit, limit // 2, -1) if rows % count == 0), limit)
