"""Geometry of a convolution: plain numbers, worked out once per signature."""

import functools
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from .threads import Steps

Ints = tuple[int, ...]
Pairs = tuple[tuple[int, int], ...]
Epilogue = Callable[[np.ndarray], Steps]  # steps that finish a block of the output in place


class ConvPlan(NamedTuple):
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
    def is_depthwise(self) -> bool:
        return self.groups > 1 and self.in_channels == self.groups

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
        max(0, (dilated(size, hole) + low + high - dilated(width, step)) // stride + 1)
        for size, width, stride, (low, high), step, hole in zip(
            x_shape[1:-1], w_shape[:-2], strides, padding, dilation, lhs_dilation, strict=True
        )
    )
    return ConvPlan(
        x_shape[0], x_shape[1:-1], w_shape[:-2], out_spatial, x_shape[-1], w_shape[-1], strides, padding, dilation, lhs_dilation, groups
    )  # fmt: skip


def dilated(size: int, step: int) -> int:
    return (size - 1) * step + 1 if size else 0


def reached(plan: ConvPlan, axis: int, index: int, top: int, bottom: int) -> tuple[int, int]:
    """First and last output in [top, bottom) whose input at place `index` of the kernel lies inside x."""
    offset, stride = index * plan.dilation[axis] - plan.padding[axis][0], plan.strides[axis]
    first = max(top, -(offset // stride))
    return first, max(first, min(bottom, (plan.spatial[axis] - 1 - offset) // stride + 1))
