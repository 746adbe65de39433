"""Sorting and ranking along an axis."""

# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core.families import along_axis, axis_of, custom, same
from keras.core.op import op, primitive
from keras.core.tensor import Spec
from keras.ops.elementwise import cast, equal, greater_equal, less, less_equal, logical_and, not_equal, select
from keras.ops.indexing import add_along_axis, gather_along_axis
from keras.ops.shaping import expand_dims, reshape, shape_of, slice_along, zeros_like

Tensor = Any


def _argsort_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    return Spec(inputs[0].dims, "int32"), {"axis": axis_of(name, attributes["axis"], len(inputs[0].dims))}


@primitive(custom(_argsort_rule), category="internal")
def order(x: Tensor, axis: int) -> Tensor:
    """The indices that sort `x` along `axis`, equal elements in their order; int32."""


@primitive(along_axis, vjp=(lambda g, y, x, axis: add_along_axis(zeros_like(x), order(x, axis=axis), g, axis=axis),), category="internal")
def sorted_along(x: Tensor, axis: int) -> Tensor:
    """The elements along `axis` from the smallest to the largest."""


@op(family=along_axis)
def sort(x: Tensor, axis: int | None = -1) -> Tensor:
    """The elements along `axis` from the smallest to the largest.
    Arguments:
        axis: int, or None for the flat tensor.
    >>> keras.ops.sort([[3, 1, 2], [9, 8, 7]])
    array([[1, 2, 3],
           [7, 8, 9]], dtype=int32)"""
    return sorted_along(reshape(x, (-1,)), axis=0) if axis is None else sorted_along(x, axis=axis)


@op()
def argsort(x: Tensor, axis: int | None = -1) -> Tensor:
    """The indices that sort `x` along `axis`; equal elements stay in their order.
    Arguments:
        axis: int, or None for the flat tensor.
    Returns: int32 tensor in the shape of `x`, flat for axis=None.
    >>> keras.ops.argsort([30, 10, 20])
    array([1, 2, 0], dtype=int32)"""
    return order(reshape(x, (-1,)), axis=0) if axis is None else order(x, axis=axis)


def _top_k_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[tuple[Spec, Spec], dict[str, Any]]:
    dims = inputs[0].dims
    k = int(attributes["k"])
    shape = (*dims[:-1], k)
    return (Spec(shape, inputs[0].dtype), Spec(shape, "int32")), {"k": k}


@primitive(
    custom(_top_k_rule), vjp=lambda g, y, x, k: (add_along_axis(zeros_like(x), y[1], g[0], axis=len(x.dims) - 1),), category="internal"
)
def largest(x: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The `k` largest elements of the last axis in falling order, and their indices."""


@op()
def top_k(x: Tensor, k: int, sorted: bool = True) -> tuple[Tensor, Tensor]:
    """The `k` largest elements of the last axis in falling order, and their indices.
    Arguments:
        x: tensor, shape (..., n).
        k: int from 0 to n.
        sorted: bool, taken for compatibility: they are always in order.
    Returns: (values, indices), shape (..., k), of the dtype of `x` and int32.
    Raises: ValueError if `k` is larger than the last axis.
    Source: keras.ops.top_k of Keras 3, jax.lax.top_k.
    >>> keras.ops.top_k([10, 40, 30], k=2)
    (array([40, 30], dtype=int32), array([1, 2], dtype=int32))"""
    sizes = shape_of(x)
    if not sizes or (isinstance(sizes[-1], int) and not 0 <= k <= sizes[-1]):
        raise ValueError(f"keras.ops.top_k(k): got {k} for a last axis of size {sizes[-1] if sizes else 'none'}. Accepted: 0 to that size.")
    return largest(x, k=int(k))


def _searchsorted_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    if len(inputs[0].dims) != 1:
        raise ValueError(f"keras.ops.searchsorted(sorted_sequence): got {len(inputs[0].dims)} axes. Accepted: a vector.")
    if attributes["side"] not in ("left", "right"):
        raise ValueError(f"keras.ops.searchsorted(side): got {attributes['side']!r}. Accepted: 'left' or 'right'.")
    return Spec(inputs[1].dims, "int32"), attributes


@primitive(custom(_searchsorted_rule, operands=2, promote=same))
def searchsorted(sorted_sequence: Tensor, values: Tensor, side: str = "left") -> Tensor:
    """For each value the index at which it would be put into a sorted vector.
    Arguments:
        sorted_sequence: vector in rising order.
        values: tensor of any shape.
        side: 'left' or 'right': whether the index is before or after elements equal to the value.
    Returns: int32 tensor in the shape of `values`.
    Raises: ValueError if `sorted_sequence` is no vector or `side` is another word.
    >>> keras.ops.searchsorted([1, 2, 2, 3], [2]), keras.ops.searchsorted([1, 2, 2, 3], [2], side="right")
    (array([1], dtype=int32), array([3], dtype=int32))"""


@op()
def argpartition(x: Tensor, kth: int, axis: int = -1) -> Tensor:
    """Indices along `axis` that put the element of rank `kth` in its place, smaller ones before and larger ones after it.
    Arguments:
        kth: int, a rank from 0 (the smallest element); negative ones count from the largest.
    Returns: int32 tensor in the shape of `x`.
    Raises: ValueError if the axis has no such rank.
    >>> keras.ops.argpartition([30, 10, 20], 1)
    array([1, 2, 0], dtype=int32)"""
    sizes = shape_of(x)
    n = sizes[axis_of("argpartition", axis, len(sizes))]
    if isinstance(n, int) and not -n <= kth < n:
        raise ValueError(f"keras.ops.argpartition(kth): got {kth} for an axis of size {n}. Accepted: {-n} to {n - 1}.")
    rank = order(order(x, axis=axis), axis=axis)
    last = kth if kth >= 0 or not isinstance(n, int) else kth + n
    return order(select(less_equal(rank, last), rank, last + 1), axis=axis)  # the others stay in their order


@op(category="nn", operands=2)
def in_top_k(targets: Tensor, predictions: Tensor, k: int) -> Tensor:
    """Whether the prediction for the right class is among the `k` largest of its row.
    Arguments:
        targets: integer vector of n classes.
        predictions: tensor, shape (n, classes).
        k: int > 0.
    Returns: bool vector of n elements.
    Source: keras.ops.in_top_k of Keras 3, tf.math.in_top_k.
    >>> keras.ops.in_top_k([1, 0], [[0.1, 0.7, 0.2], [0.2, 0.5, 0.3]], k=2)
    array([ True, False])"""
    row = cast(targets, "int32")
    if k <= 0:
        return not_equal(row, row)
    classes = shape_of(predictions)[-1]
    exists = logical_and(greater_equal(row, 0), less(row, classes)) if isinstance(classes, int) else equal(row, row)
    chosen = gather_along_axis(predictions, expand_dims(select(exists, row, 0), -1), axis=-1)
    k = min(int(k), classes) if isinstance(classes, int) else int(k)
    threshold = slice_along(largest(predictions, k=k)[0], -1, k - 1, k)
    return logical_and(exists, reshape(chosen >= threshold, shape_of(row)))
