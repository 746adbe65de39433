"""Slices and their gradient, and static sizes."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from keras.core.dims import Dim

Tensor = Any


def sizes(x: Any) -> tuple[Any, ...]:
    """The shape as a tuple of int; for sizes that only the run will tell, scalar tensors."""
    return (
        tuple(size if n is None else n for n, size in zip(x.shape, tf.unstack(tf.shape(x)), strict=True))
        if None in x.shape
        else tuple(x.shape)
    )


def dims_of(x: Tensor) -> tuple[Any, ...]:
    """The sizes of a tensor of a graph; a symbolic size for each that only the run will tell, the same one whenever it is asked for."""
    found = getattr(x, "_keras_dims", None)
    if found is None:
        found = tuple(_told_by(x, axis) if n is None else n for axis, n in enumerate(x.shape))
        x._keras_dims = found
    return found


def _told_by(x: Tensor, axis: int) -> Dim:
    dim = Dim.unknown()
    if not hasattr(x.graph, "_keras_sizes"):
        x.graph._keras_sizes = {}
    with x.graph.as_default():
        x.graph._keras_sizes[dim.terms[0][0][0]] = tf.shape(x)[axis]
    return dim


def _scalar(unknown: Any) -> Tensor:
    """What will tell an unknown, from this graph or one around it."""
    graph = tf.compat.v1.get_default_graph()
    while unknown not in getattr(graph, "_keras_sizes", ()):
        graph = graph.outer_graph
    return graph._keras_sizes[unknown]


def numbers(shape: Any) -> list[Any]:
    """A shape with scalar tensors in place of symbolic sizes."""
    return [_number(n) if isinstance(n, Dim) else n for n in shape]


def _number(size: Any) -> Any:
    if not isinstance(size, Dim):
        return size
    total: Any = 0
    for monomial, coefficient in size.terms:
        product: Any = coefficient
        for factor in monomial:
            product = product * (_number(factor[1]) // factor[2] if factor[0] == "//" else _scalar(factor))
        total = total + product
    return total


def shape_for_reshape(shape: Any) -> Any:
    """A new shape as `tf.reshape` takes it: one unknown size follows from the others."""
    unknown = [i for i, n in enumerate(shape) if isinstance(n, Dim)]
    if not unknown:
        return shape
    if len(unknown) == 1 and -1 not in shape and 0 not in shape:
        return [-1 if i == unknown[0] else n for i, n in enumerate(shape)]
    return numbers(shape)


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
