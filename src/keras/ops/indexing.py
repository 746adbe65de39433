"""Ops that pick elements by index, and their counterparts that put or add them back."""

# mypy: disable-error-code="has-type"

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras.core import dims as D
from keras.core import dtypes, engine
from keras.core.families import axis_of, custom
from keras.core.op import as_operand, op, primitive
from keras.core.tensor import Spec, Symbol
from keras.ops.elementwise import add, cast, dtype_of, equal, less, multiply, select, zeros_of
from keras.ops.shaping import (
    arange, broadcast_to, concatenate, expand_dims, moveaxis, reshape, shape_of, slice_along, squeeze, strided_slice, transpose, zeros_like,
)  # fmt: skip

Tensor = Any


def _check_indices(name: str, indices: Any) -> None:
    if not dtypes.is_integer(indices.dtype) and indices.dtype != "bool":
        raise TypeError(
            f"keras.ops.{name}(indices): got dtype {indices.dtype}. Accepted: integers. Write keras.ops.cast(indices, 'int32')."
        )


def _take_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    x, indices = inputs
    _check_indices("take", indices)
    axis = axis_of("take", attributes["axis"], len(x.dims))
    return Spec((*x.dims[:axis], *indices.dims, *x.dims[axis + 1 :]), x.dtype), {"axis": axis}


@primitive(
    custom(_take_rule, operands=2),
    vjp=(lambda g, y, x, indices, axis: add_at(zeros_like(x), indices, g, axis=axis), None),
    category="internal",
)
def take_along(x: Tensor, indices: Tensor, axis: int) -> Tensor:
    """Slices of `x` along `axis` at the indices (negative ones count from the end)."""


@op(operands=2)
def take(x: Tensor, indices: Tensor, axis: int | None = None) -> Tensor:
    """The slices of `x` at `indices` along `axis`.
    Arguments:
        indices: integer tensor of any shape; negative ones count from the end.
        axis: int. Default None: elements of the flat tensor.
    Returns: tensor in the shape of `x` with that of `indices` in place of `axis`, of the dtype of `x`.
    Raises: TypeError if `indices` are no integers; ValueError if `axis` is out of range.
    >>> keras.ops.take([[1, 2], [3, 4]], [1, 0], axis=0)
    array([[3, 4],
           [1, 2]], dtype=int32)"""
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    indices = as_operand(indices)
    if not dtypes.is_integer(dtype_of(indices)):
        _check_indices("take", Spec((), dtype_of(indices)))
    return take_along(x, indices, axis=axis_of("take", axis, len(shape_of(x))))


def _add_at_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    return Spec(inputs[0].dims, inputs[0].dtype), {"axis": axis_of(name, attributes["axis"], len(inputs[0].dims))}


@primitive(
    custom(_add_at_rule, operands=3),
    vjp=(lambda g, y, x, i, u, axis: g, None, lambda g, y, x, i, u, axis: take_along(g, i, axis=axis)),
    category="internal",
)
def add_at(x: Tensor, indices: Tensor, updates: Tensor, axis: int) -> Tensor:
    """`x` with `updates` added to its slices at the indices along `axis`; equal indices add up."""


def _take_along_axis_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    x, indices = inputs
    _check_indices(name, indices)
    axis = axis_of(name, attributes["axis"], len(x.dims))
    if len(indices.dims) != len(x.dims):
        raise ValueError(
            f"keras.ops.{name}(indices): got {len(indices.dims)} axes for a tensor with {len(x.dims)}. Accepted: as many axes as x."
        )
    sizes = D.broadcast((*x.dims[:axis], 1, *x.dims[axis + 1 :]), (*indices.dims[:axis], 1, *indices.dims[axis + 1 :]))
    if sizes is None:
        raise ValueError(f"keras.ops.{name}: shapes {D.display(x.dims)} and {D.display(indices.dims)} do not match outside axis {axis}.")
    return Spec((*sizes[:axis], indices.dims[axis], *sizes[axis + 1 :]), x.dtype), {"axis": axis}


@primitive(
    custom(_take_along_axis_rule, operands=2),
    vjp=(lambda g, y, x, indices, axis: add_along_axis(zeros_like(x), indices, g, axis=axis), None),
    category="internal",
)
def gather_along_axis(x: Tensor, indices: Tensor, axis: int) -> Tensor:
    """For each place of `indices`, the element of `x` at that index along `axis`."""


@op(operands=2)
def take_along_axis(x: Tensor, indices: Tensor, axis: int | None = None) -> Tensor:
    """For each place of `indices`, the element of `x` at that index along `axis`: y[i, j] = x[indices[i, j], j] for axis 0.
    Arguments:
        indices: integer tensor with as many axes as `x`, of sizes that broadcast outside of `axis`.
    Returns: tensor in the shape of `indices`, of the dtype of `x`.
    Raises: TypeError if `indices` are no integers; ValueError if the shapes do not match.
    >>> keras.ops.take_along_axis([[30, 10], [20, 40]], [[1, 0], [0, 1]], axis=1)
    array([[10, 30],
           [20, 40]], dtype=int32)"""
    if axis is None:
        return gather_along_axis(reshape(x, (-1,)), reshape(indices, (-1,)), axis=0)
    return gather_along_axis(x, indices, axis=axis)


@primitive(
    custom(_add_at_rule, operands=3),
    vjp=(lambda g, y, x, i, u, axis: g, None, lambda g, y, x, i, u, axis: gather_along_axis(g, i, axis=axis)),
    category="internal",
)
def add_along_axis(x: Tensor, indices: Tensor, updates: Tensor, axis: int) -> Tensor:
    """`x` with each element of `updates` added at its index along `axis`: the gradient of `gather_along_axis`."""


@op(category="nn")
def one_hot(x: Tensor, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False) -> Tensor:
    """A new axis of size `num_classes` with 1 at the index and 0 elsewhere; an index outside of the range gives zeros.
    Arguments:
        x: integer tensor of any shape.
        num_classes: int > 0.
        axis: int, where the new axis stands.
    Returns: tensor with one axis more, of that dtype.
    >>> keras.ops.one_hot([0, 2], 3)
    array([[1., 0., 0.],
           [0., 0., 1.]], dtype=float32)"""
    x = as_operand(x)
    count = len(shape_of(x)) + 1
    axis = axis_of("one_hot", axis, count)
    classes = reshape(arange(num_classes, dtype=dtype_of(x)), tuple(num_classes if i == axis else 1 for i in range(count)))
    return cast(equal(expand_dims(x, axis), classes), dtypes.standardize(dtype))


# ------------------------------------------------------------------------------------------------------- x[key] on symbols


def _expand_ellipsis(key: tuple[Any, ...], count: int) -> list[Any]:
    used = builtins.sum(1 for k in key if k is not None and k is not Ellipsis)
    if used > count:
        raise IndexError(f"x[...]: {used} indices for a tensor with {count} axes.")
    places = [i for i, k in enumerate(key) if k is Ellipsis]
    if len(places) > 1:
        raise IndexError("x[...]: an index can have only one '...'.")
    fill = [slice(None)] * (count - used)
    return [*key[: places[0]], *fill, *key[places[0] + 1 :]] if places else [*key, *fill]


@op()
def get_item(x: Tensor, key: Any) -> Tensor:
    """What x[key] is: a part of a tensor.
    Arguments:
        key: int, slice, None (a new axis), `...`, or an integer tensor; or a tuple with one for each axis.
    Returns: tensor of the dtype of `x`.
    Raises: IndexError if an index is out of range or there are more of them than axes.
    Source: operator.getitem.
    >>> keras.ops.get_item([[1, 2, 3], [4, 5, 6]], (1, slice(0, 2)))
    array([4, 5], dtype=int32)"""
    x = as_operand(x)
    if not isinstance(x, Symbol) and not _has_symbol(key) and (engine.current().indexes_by_tensors or _is_basic(key)):
        try:
            return x[tuple(_plain(k) for k in key) if isinstance(key, tuple) else _plain(key)]
        except engine.current().errors:  # what the library's own indexing lacks, and wrong keys in the same words everywhere
            pass
    sizes = shape_of(x)
    keys = _expand_ellipsis(_without_masks(key if isinstance(key, tuple) else (key,)), len(sizes))
    picks = builtins.any(not _is_basic(k) and not _is_whole(k) for k in keys)
    starts, stops, steps, gone, added, gathers, turned = [], [], [], [], [], [], []
    axis = place = 0
    for k in keys:
        if k is None:
            added.append(place)
            place += 1
            continue
        start, stop, step = 0, None, 1
        if isinstance(k, slice):
            start, stop, step = k.start, k.stop, k.step or 1
            start = start or 0 if step > 0 else start
            if step < 0:
                turned.append((axis, k))
                start, stop, step = 0, None, 1
        elif _is_whole(k):
            index = int(k)
            n = sizes[axis]
            if isinstance(n, int) and not -n <= index < n:
                raise IndexError(f"x[...]: index {index} is out of range for axis {axis} of {D.display(sizes)}.")
            if picks:  # beside index tensors a number is one of them
                gathers.append((place, index))
            else:
                start, stop = (index, index + 1) if index >= 0 else (index, index + 1 or None)
                gone.append(axis)
                place -= 1
        else:
            gathers.append((place, k))
        starts.append(start)
        stops.append(stop)
        steps.append(step)
        axis += 1
        place += 1
    for turned_axis, part in turned:
        n = sizes[turned_axis]
        if not isinstance(n, int):
            raise ValueError("x[...]: a negative step needs a known size. Write keras.ops.flip(x, axis).")
        x = take_along(x, engine.current().asarray(np.arange(n)[part], "int32"), axis=turned_axis)
    x = strided_slice(x, tuple(starts), tuple(stops), tuple(steps))
    x = squeeze(x, axis=tuple(gone)) if gone else x
    for a in added:
        x = expand_dims(x, a)
    if len(gathers) == 1:
        return take_along(x, gathers[0][1], axis=gathers[0][0])
    return _picked(x, [a for a, _ in gathers], [cast(k, "int32") for _, k in gathers]) if gathers else x


def _picked(x: Tensor, axes: list[int], indices: list[Tensor]) -> Tensor:
    """x[..., i, j, ...] for index tensors that are broadcast together; their axes come first unless they are neighbours."""
    sizes = shape_of(x)
    flat: Any = 0
    for a, i in zip(axes, indices, strict=True):
        flat = add(multiply(flat, sizes[a]), select(less(i, 0), add(i, cast(sizes[a], "int32")), i))
    rest = [a for a in range(len(sizes)) if a not in axes]
    rows = reshape(transpose(x, [*axes, *rest]), (D.product(sizes[a] for a in axes), *(sizes[a] for a in rest)))
    found = take_along(rows, flat, axis=0)
    count = len(shape_of(flat))
    if axes != list(range(axes[0], axes[0] + len(axes))) or not axes[0]:
        return found
    return moveaxis(found, list(range(count)), list(range(axes[0], axes[0] + count)))


def _is_whole(key: Any) -> bool:
    """Whether a key is one whole number."""
    return isinstance(key, int) or (hasattr(key, "__index__") and not isinstance(key, Symbol) and getattr(key, "ndim", 0) == 0)


def _without_masks(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """The key with the indices at which a mask holds in place of the mask, where its numbers are known."""
    found: list[Any] = []
    for k in key:
        k = np.asarray(k) if isinstance(k, list) else k
        mask = getattr(k, "ndim", 0) and dtype_of(k) == "bool"
        found.extend(engine.current().asarray(i, "int32") for i in np.nonzero(np.asarray(k))) if mask else found.append(k)
    return tuple(found)


def _plain(key: Any) -> Any:
    return key if isinstance(key, (int, slice, list)) or key is None or key is Ellipsis else as_operand(key)


def _is_basic(key: Any) -> bool:
    return builtins.all(isinstance(k, (int, slice)) or k is None or k is Ellipsis for k in (key if isinstance(key, tuple) else (key,)))


def _has_symbol(key: Any) -> bool:
    return builtins.any(
        isinstance(as_operand(k) if k is not None and k is not Ellipsis and not isinstance(k, slice) else k, Symbol)
        for k in (key if isinstance(key, tuple) else (key,))
    )


# ------------------------------------------------------------------------------------------------ slices at traced places


def _dynamic_slice_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    sizes = tuple(attributes["shape"])
    if len(sizes) != len(inputs[0].dims):
        raise ValueError(
            f"keras.ops.slice(shape): got {len(sizes)} sizes for a tensor with {len(inputs[0].dims)} axes. Accepted: one size per axis."
        )
    return Spec(sizes, inputs[0].dtype), {"shape": sizes}


@primitive(
    custom(_dynamic_slice_rule, operands=2),
    vjp=(lambda g, y, x, starts, shape: dynamic_update(zeros_like(x), starts, g), None),
    category="internal",
)
def dynamic_slice(x: Tensor, starts: Tensor, shape: Any) -> Tensor:
    """The part of `x` of the given shape that begins at `starts`."""


def _dynamic_update_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    return Spec(inputs[0].dims, inputs[0].dtype), attributes


@primitive(
    custom(
        _dynamic_update_rule,
        operands=3,
        promote=lambda keys, _: (dtypes.result_type(keys[0]), dtypes.result_type(keys[1]), dtypes.result_type(keys[0])),
    ),
    vjp=(
        lambda g, y, x, starts, u: dynamic_update(g, starts, zeros_like(u)),
        None,
        lambda g, y, x, starts, u: dynamic_slice(g, starts, shape=u.dims),
    ),
    category="internal",
)
def dynamic_update(x: Tensor, starts: Tensor, updates: Tensor) -> Tensor:
    """`x` with the part that begins at `starts` replaced by `updates`."""


def _starts(start_indices: Any, x: Tensor) -> Tensor:
    """The places at which a part begins; negative ones count from the end."""
    sizes = shape_of(x)
    if isinstance(start_indices, (list, tuple)) and builtins.all(isinstance(s, (int, np.integer)) for s in start_indices):
        if len(start_indices) == len(sizes):
            start_indices = [s + n if s < 0 and isinstance(n, int) else s for s, n in zip(start_indices, sizes, strict=True)]
        return cast(start_indices, "int32")
    if isinstance(start_indices, (list, tuple)) and builtins.any(isinstance(as_operand(s), Symbol) for s in start_indices):
        start_indices = concatenate([reshape(cast(s, "int32"), (1,)) for s in start_indices], axis=0)
    starts = cast(start_indices, "int32")
    if not builtins.all(isinstance(n, int) for n in sizes) or shape_of(starts) != (len(sizes),):
        return starts
    return select(less(starts, 0), add(starts, engine.current().asarray(sizes, "int32")), starts)


@op(operands=2, name="slice")
def slice_(inputs: Tensor, start_indices: Any, shape: Any) -> Tensor:
    """The part of `inputs` of the given shape that begins at `start_indices`.
    Arguments:
        inputs: tensor of any dtype.
        start_indices: integers, one per axis; one from which the part would not fit moves to the nearest that does.
        shape: tuple of int, one per axis, the shape of the part.
    Returns: tensor of that shape, of the dtype of `inputs`.
    Raises: ValueError if there are more or fewer sizes than axes.
    Source: keras.ops.slice of Keras 3, jax.lax.dynamic_slice.
    >>> keras.ops.slice([[1, 2, 3], [4, 5, 6]], (0, 1), (2, 2))
    array([[2, 3],
           [5, 6]], dtype=int32)"""
    return dynamic_slice(inputs, _starts(start_indices, inputs), shape=tuple(shape))


@op(operands=3)
def slice_update(inputs: Tensor, start_indices: Any, updates: Tensor) -> Tensor:
    """`inputs` with the part that begins at `start_indices` replaced by `updates`.
    Arguments:
        inputs: tensor of any dtype.
        start_indices: integers, one per axis; one from which the part would not fit moves to the nearest that does.
        updates: tensor with as many axes as `inputs`.
    Returns: tensor in the shape and of the dtype of `inputs`.
    Source: keras.ops.slice_update of Keras 3, jax.lax.dynamic_update_slice.
    >>> keras.ops.slice_update([[1, 2, 3], [4, 5, 6]], (0, 1), [[10, 20]])
    array([[ 1, 10, 20],
           [ 4,  5,  6]], dtype=int32)"""
    return dynamic_update(inputs, _starts(start_indices, inputs), updates)


@op(operands=2)
def scatter(indices: Tensor, values: Tensor, shape: Any) -> Tensor:
    """Zeros of `shape` with `values` added at `indices`; those for the same place add up.
    Arguments:
        indices: integer tensor, shape (..., d): the first d coordinates of each place.
        values: tensor, shape (..., *shape[d:]).
    Returns: tensor of that shape, of the dtype of `values`.
    Source: keras.ops.scatter of Keras 3, tf.scatter_nd.
    >>> keras.ops.scatter([[0], [2], [0]], [1.0, 2.0, 3.0], (4,))
    array([4., 0., 2., 0.], dtype=float32)"""
    values = as_operand(values)
    index_sizes, sizes = shape_of(indices), tuple(shape)
    depth = int(index_sizes[-1])  # type: ignore[arg-type]
    flat_size = D.product(sizes[:depth])
    strides = [D.product(sizes[i + 1 : depth]) for i in range(depth)]
    flat = builtins.sum(
        (slice_along(cast(indices, "int32"), len(index_sizes) - 1, i, i + 1) * strides[i] for i in range(1, depth)),
        slice_along(cast(indices, "int32"), len(index_sizes) - 1, 0, 1) * strides[0],
    )
    flat = reshape(flat, (-1,))
    rows = reshape(values, (D.product(index_sizes[:-1]), *sizes[depth:]))
    base = broadcast_to(zeros_of(values), (flat_size, *sizes[depth:]))
    return reshape(add_at(base, flat, rows, axis=0), sizes)
