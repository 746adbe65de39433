"""Slices and their gradient, and static sizes."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

Tensor = Any


def sizes(x: Any) -> tuple[int, ...]:
    """The shape as a tuple of int."""
    return tuple(x.shape)


def _plain(shape: Any, starts: Any, stops: Any, steps: Any) -> list[tuple[int, int, int]]:
    return [slice(a, b, c).indices(n) for n, a, b, c in zip(shape, starts, stops, steps, strict=True)]


def strided_slice(x: Tensor, starts: Any, stops: Any, steps: Any) -> Tensor:
    """x[start:stop:step] along every axis."""
    return x[tuple(slice(a, b, c) for a, b, c in zip(starts, stops, steps, strict=True))] if len(x.shape) else x


def place_slice(x: Tensor, shape: Any, starts: Any, stops: Any, steps: Any) -> Tensor:
    """Zeros of `shape` with `x` at [start:stop:step] of every axis."""
    if not len(shape):
        return x
    places = _plain(shape, starts, stops, steps)
    begin, end, strides = [a for a, _, _ in places], [max(a, b) for a, b, _ in places], [c for _, _, c in places]
    return tf.raw_ops.StridedSliceGrad(shape=tuple(shape), begin=begin, end=end, strides=strides, dy=x)
