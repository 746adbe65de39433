"""Reductions over segments: rows with the same number are taken together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core import dtypes
from keras.core.families import custom
from keras.core.graph import is_known
from keras.core.op import as_operand, op, primitive
from keras.core.tensor import KerasTensor, Spec
from keras.ops.elementwise import cast, divide, dtype_of, equal, greater_equal, less, logical_and, multiply, select
from keras.ops.indexing import add_at, take_along
from keras.ops.numeric import float_limits
from keras.ops.reduction import max
from keras.ops.shaping import full, shape_of, slice_along, zeros, zeros_like

Tensor = Any


def _reduce_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    return Spec(inputs[0].dims, inputs[0].dtype), attributes


def _reduce_gradient(g: Tensor, y: Tensor, x: Tensor, indices: Tensor, updates: Tensor, kind: str) -> tuple[Any, Any, Tensor]:
    """For the updates; `x` holds the neutral element."""
    arrived, result = take_along(g, indices, axis=0), take_along(y, indices, axis=0)
    if kind == "prod":
        return None, None, divide(multiply(arrived, result), updates)
    chosen = cast(equal(updates, result), dtype_of(updates))
    count = take_along(add_at(zeros_like(x), indices, chosen, axis=0), indices, axis=0)
    return None, None, divide(multiply(arrived, chosen), count)


@primitive(custom(_reduce_rule, operands=3), vjp=_reduce_gradient, category="internal")
def reduce_at(x: Tensor, indices: Tensor, updates: Tensor, kind: str) -> Tensor:
    """`x` with each row of `updates` joined to its row at the index by 'max', 'min' or 'prod'."""


def _prepared(name: str, data: Tensor, segment_ids: Tensor, num_segments: int | None) -> tuple[Tensor, int]:
    """Row numbers with those outside of the range moved to one extra row, and the number of segments."""
    ids = as_operand(segment_ids)
    if not dtypes.is_integer(dtype_of(ids)):
        raise TypeError(
            f"keras.ops.{name}(segment_ids): got dtype {dtype_of(ids)}. Accepted: integers. Write keras.ops.cast(segment_ids, 'int32')."
        )
    if len(shape_of(ids)) != 1:
        raise ValueError(
            f"keras.ops.{name}(segment_ids): got {len(shape_of(ids))} axes. Accepted: a vector with one number for each row of data."
        )
    if num_segments is None:
        if isinstance(ids, KerasTensor) or not is_known(ids):
            raise ValueError(f"keras.ops.{name}(num_segments): the number of segments depends on the numbers. Write num_segments=n.")
        num_segments = int(max(ids)) + 1 if shape_of(ids)[0] else 0
    inside = logical_and(greater_equal(ids, 0), less(ids, num_segments))
    return cast(select(inside, ids, cast(num_segments, dtype_of(ids))), "int32"), int(num_segments)


def _segments(name: str, kind: str, neutral: Any, data: Tensor, segment_ids: Tensor, num_segments: int | None) -> Tensor:
    data = as_operand(data)
    ids, count = _prepared(name, data, segment_ids, num_segments)
    shape = (count + 1, *shape_of(data)[1:])
    if kind == "sum":
        return slice_along(add_at(zeros(shape, dtype_of(data)), ids, data, axis=0), 0, 0, count)
    start = full(shape, neutral, dtype=dtype_of(data))
    return slice_along(reduce_at(start, ids, data, kind=kind), 0, 0, count)


def _end(dtype: str, low: bool) -> Any:
    if dtypes.is_integer(dtype):
        return dtypes.integer_limits(dtype)[0 if low else 1]
    return float("-inf" if low else "inf") if float_limits(dtype) else 0


@op(category="math", operands=2)
def segment_sum(data: Tensor, segment_ids: Tensor, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """The sum of the rows of each segment; 0 for an empty one.
    Returns: tensor, shape (num_segments, ...), of the dtype of `data`.
    Raises: TypeError if `segment_ids` are no integers; ValueError if they are no vector.
    Source: keras.ops.segment_sum of Keras 3, jax.ops.segment_sum.
    >>> keras.ops.segment_sum([1.0, 2.0, 3.0], [0, 1, 0])
    array([4., 2.], dtype=float32)"""
    return _segments("segment_sum", "sum", 0, data, segment_ids, num_segments)


@op(category="math", operands=2)
def segment_max(data: Tensor, segment_ids: Tensor, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """The largest element of the rows of each segment; minus infinity (the smallest integer) for an empty one.
    Returns: tensor, shape (num_segments, ...), of the dtype of `data`.
    Raises: TypeError if `segment_ids` are no integers; ValueError if they are no vector.
    Source: keras.ops.segment_max of Keras 3, jax.ops.segment_max.
    >>> keras.ops.segment_max([1.0, 2.0, 3.0], [0, 1, 0])
    array([3., 2.], dtype=float32)"""
    return _segments("segment_max", "max", _end(dtype_of(data), True), data, segment_ids, num_segments)


@op(category="math", operands=2)
def segment_min(data: Tensor, segment_ids: Tensor, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """The smallest element of the rows of each segment; infinity (the largest integer) for an empty one.
    Returns: tensor, shape (num_segments, ...), of the dtype of `data`.
    Raises: TypeError if `segment_ids` are no integers; ValueError if they are no vector.
    >>> keras.ops.segment_min([1.0, 2.0, 3.0], [0, 1, 0])
    array([1., 2.], dtype=float32)"""
    return _segments("segment_min", "min", _end(dtype_of(data), False), data, segment_ids, num_segments)


@op(category="math", operands=2)
def segment_prod(data: Tensor, segment_ids: Tensor, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """The product of the rows of each segment; 1 for an empty one.
    Returns: tensor, shape (num_segments, ...), of the dtype of `data`.
    Raises: TypeError if `segment_ids` are no integers; ValueError if they are no vector.
    >>> keras.ops.segment_prod([2.0, 2.0, 3.0], [0, 1, 0])
    array([6., 2.], dtype=float32)"""
    return _segments("segment_prod", "prod", 1, data, segment_ids, num_segments)
