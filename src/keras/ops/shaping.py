"""Ops that move elements and change shapes without computing."""

# mypy: disable-error-code="has-type"

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras.core import dims as D
from keras.core import dtypes, engine
from keras.core.dims import Dim, Shape
from keras.core.dtypes import numpy_dtype
from keras.core.families import along_axis, axes_of, axis_of, custom, same, static_shape, unary
from keras.core.graph import dtype_name
from keras.core.op import as_operand, op, primitive
from keras.core.tensor import Spec, Symbol
from keras.ops.elementwise import cast, convert_to_tensor, dtype_of

Tensor = Any


def shape_of(x: Any) -> Shape:
    """The sizes of an operand; unknown ones as symbolic sizes that can be calculated with."""
    x = as_operand(x)
    if isinstance(x, Symbol):
        return x.dims
    sizes = tuple(np.shape(x))
    return engine.current().dims_of(x) if None in sizes else sizes  # type: ignore[no-any-return]


@op(category="core")
def shape(x: Tensor) -> tuple[int | None, ...]:
    """The sizes of the axes; those that are unknown while building a model are None.
    Returns: tuple of int or None.
    >>> keras.ops.shape([[1.0, 2.0]])
    (1, 2)"""
    return D.to_public(shape_of(x))


@op()
def ndim(x: Tensor) -> int:
    """The number of axes.
    Returns: int.
    >>> keras.ops.ndim([[1.0, 2.0]])
    2"""
    return len(shape_of(x))


@op()
def size(x: Tensor) -> int | None:
    """The number of elements, None while it is unknown.
    Returns: int or None.
    >>> keras.ops.size([[1.0, 2.0], [3.0, 4.0]])
    4"""
    return D.to_public((D.product(shape_of(x)),))[0]


# ------------------------------------------------------------------------------------------------------------------ reshape


def _reshape_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    x = inputs[0]
    wanted = static_shape(name, attributes["newshape"], "newshape")
    total = D.product(x.dims)
    unknown = [i for i, n in enumerate(wanted) if n == -1]
    known = D.product(n for n in wanted if n != -1)
    if len(unknown) > 1 or builtins.any(isinstance(n, int) and n < -1 for n in wanted):
        raise ValueError(f"keras.ops.{name}(newshape): got {D.display(wanted)}. Accepted: sizes >= 0 and at most one -1.")
    message = (
        f"keras.ops.{name}(newshape): {D.display(x.dims)} has {D.to_public((total,))[0]} elements and cannot become {D.display(wanted)}. "
        f"Write a shape with the same number of elements; -1 stands for the size that follows from the others."
    )
    if unknown:
        if isinstance(total, int) and isinstance(known, int) and (known == 0 or total % known):
            raise ValueError(message)
        missing = total // known
        wanted = tuple(missing if n == -1 else n for n in wanted)
    elif isinstance(total, int) and isinstance(known, int) and total != known:
        raise ValueError(message)
    return Spec(wanted, x.dtype), {"newshape": wanted}


@primitive(custom(_reshape_rule), vjp=(lambda g, y, x, newshape: reshape(g, x.dims),))
def reshape(x: Tensor, newshape: Any) -> Tensor:
    """The elements in the same order in another shape.
    Arguments:
        newshape: tuple of int with the same product; one of them may be -1, which stands for the size that follows.
    Returns: tensor of that shape, of the dtype of `x`.
    Raises: ValueError if the number of elements differs.
    >>> keras.ops.reshape([[1, 2], [3, 4], [5, 6]], (2, -1))
    array([[1, 2, 3],
           [4, 5, 6]], dtype=int32)"""


@op()
def ravel(x: Tensor) -> Tensor:
    """The elements in one axis.
    Returns: vector of the dtype of `x`.
    >>> keras.ops.ravel([[1, 2], [3, 4]])
    array([1, 2, 3, 4], dtype=int32)"""
    return reshape(x, (-1,))


@op()
def expand_dims(x: Tensor, axis: Any) -> Tensor:
    """`x` with a new axis of size 1 at each place of `axis`.
    Arguments:
        axis: int or tuple of int, places in the result.
    Returns: tensor of the dtype of `x`.
    >>> keras.ops.expand_dims([1, 2], axis=0)
    array([[1, 2]], dtype=int32)"""
    sizes = list(shape_of(x))
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    count = len(sizes) + len(axes)
    for place in sorted(axis_of("expand_dims", a, count) for a in axes):
        sizes.insert(place, 1)
    return reshape(x, tuple(sizes))


@op()
def squeeze(x: Tensor, axis: Any = None) -> Tensor:
    """`x` without axes of size 1.
    Arguments:
        axis: int or tuple of int, the axes to leave out. Default None: all of size 1.
    Returns: tensor of the dtype of `x`.
    Raises: ValueError if an axis has another size.
    >>> keras.ops.squeeze([[[1, 2]]])
    array([1, 2], dtype=int32)"""
    sizes = shape_of(x)
    axes = [i for i, n in enumerate(sizes) if n == 1] if axis is None else axes_of("squeeze", axis, len(sizes))
    for a in axes:
        if isinstance(sizes[a], int) and sizes[a] != 1:
            raise ValueError(f"keras.ops.squeeze(axis): axis {a} of {D.display(sizes)} has size {sizes[a]}. Accepted: axes of size 1.")
    return reshape(x, tuple(n for i, n in enumerate(sizes) if i not in axes))


# ---------------------------------------------------------------------------------------------------------------- transpose


def _transpose_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    dims = inputs[0].dims
    axes = attributes["axes"]
    order = tuple(reversed(range(len(dims)))) if axes is None else tuple(axis_of(name, a, len(dims), "axes") for a in axes)
    if sorted(order) != list(range(len(dims))):
        raise ValueError(f"keras.ops.{name}(axes): got {axes!r} for a tensor with {len(dims)} axes. Accepted: each axis once.")
    return Spec(tuple(dims[a] for a in order), inputs[0].dtype), {"axes": order}


def _inverse(order: Sequence[int]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argsort(order))


@primitive(custom(_transpose_rule), vjp=(lambda g, y, x, axes: transpose(g, _inverse(axes)),))
def transpose(x: Tensor, axes: Any = None) -> Tensor:
    """`x` with its axes in another order: y.shape[i] = x.shape[axes[i]].
    Arguments:
        axes: tuple of int, each axis once. Default None: the axes reversed.
    Returns: tensor of the dtype of `x`.
    Raises: ValueError if `axes` does not name each axis once.
    >>> keras.ops.transpose([[1, 2], [3, 4], [5, 6]])
    array([[1, 3, 5],
           [2, 4, 6]], dtype=int32)"""


@op()
def swapaxes(x: Tensor, axis1: int, axis2: int) -> Tensor:
    """`x` with two axes exchanged.
    Arguments:
        axis1, axis2: int, the two axes.
    Returns: tensor of the dtype of `x`.
    >>> keras.ops.swapaxes([[1, 2], [3, 4]], 0, 1)
    array([[1, 3],
           [2, 4]], dtype=int32)"""
    order = list(range(len(shape_of(x))))
    a, b = axis_of("swapaxes", axis1, len(order), "axis1"), axis_of("swapaxes", axis2, len(order), "axis2")
    order[a], order[b] = order[b], order[a]
    return transpose(x, tuple(order))


@op()
def moveaxis(x: Tensor, source: Any, destination: Any) -> Tensor:
    """`x` with some axes moved to other places, the others in their order.
    Arguments:
        source: int or tuple of int, the axes to move.
        destination: int or as many, their places in the result.
    Returns: tensor of the dtype of `x`.
    >>> keras.ops.moveaxis([[[1, 2, 3]]], 2, 0).shape
    (3, 1, 1)"""
    count = len(shape_of(x))
    sources = [axis_of("moveaxis", a, count, "source") for a in (source if isinstance(source, (tuple, list)) else (source,))]
    places = [
        axis_of("moveaxis", a, count, "destination") for a in (destination if isinstance(destination, (tuple, list)) else (destination,))
    ]
    order = [a for a in range(count) if a not in sources]
    for place, a in sorted(zip(places, sources, strict=True)):
        order.insert(place, a)
    return transpose(x, tuple(order))


# ---------------------------------------------------------------------------------------------------------------- broadcast


def _broadcast_to_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    wanted = static_shape(name, attributes["shape"])
    result = D.broadcast(inputs[0].dims, wanted)
    if (
        result is None
        or len(result) != len(wanted)
        or builtins.any(isinstance(w, int) and r != w for r, w in zip(result, wanted, strict=True))
    ):
        raise ValueError(f"keras.ops.{name}(shape): {D.display(inputs[0].dims)} cannot be broadcast to {D.display(wanted)}.")
    return Spec(wanted, inputs[0].dtype), {"shape": wanted}


@primitive(custom(_broadcast_to_rule), vjp=(lambda g, y, x, shape: g,))
def broadcast_to(x: Tensor, shape: Any) -> Tensor:
    """`x` repeated along its axes of size 1, and along new leading axes.
    Returns: tensor of that shape, of the dtype of `x`.
    Raises: ValueError if `x` does not broadcast to the shape.
    >>> keras.ops.broadcast_to([1, 2], (2, 2))
    array([[1, 2],
           [1, 2]], dtype=int32)"""


@op()
def tile(x: Tensor, repeats: Any) -> Tensor:
    """`x` laid side by side several times along each axis.
    Arguments:
        repeats: int, or one per axis (of the last axes if they are fewer).
    Returns: tensor of the dtype of `x`, along each axis of the size times the repeats.
    >>> keras.ops.tile([[1, 2]], (2, 2))
    array([[1, 2, 1, 2],
           [1, 2, 1, 2]], dtype=int32)"""
    repeats = (repeats,) if isinstance(repeats, int) else tuple(repeats)
    sizes = shape_of(x)
    count = builtins.max(len(sizes), len(repeats))
    sizes = (1,) * (count - len(sizes)) + tuple(sizes)
    repeats = (1,) * (count - len(repeats)) + repeats
    split = tuple(n for size in sizes for n in (1, size))
    full = tuple(n for r, size in zip(repeats, sizes, strict=True) for n in (r, size))
    return reshape(broadcast_to(reshape(x, split), full), tuple(r * n for r, n in zip(repeats, sizes, strict=True)))


@op()
def repeat(x: Tensor, repeats: Any, axis: int | None = None) -> Tensor:
    """Each element several times, one after another.
    Arguments:
        repeats: int, how often; or one for each place of the axis.
    Returns: tensor of the dtype of `x`, longer along `axis`.
    >>> keras.ops.repeat([1, 2], 2)
    array([1, 1, 2, 2], dtype=int32)"""
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    sizes = tuple(shape_of(x))
    axis = axis_of("repeat", axis, len(sizes))
    if np.ndim(repeats):
        counts = np.asarray(repeats if isinstance(repeats, (list, tuple)) else engine.current().to_numpy(repeats))
        if len(counts) != 1:
            return _repeated_each(x, counts, axis)
        repeats = counts[0]
    wide = broadcast_to(expand_dims(x, axis + 1), (*sizes[: axis + 1], int(repeats), *sizes[axis + 1 :]))
    return reshape(wide, (*sizes[:axis], sizes[axis] * int(repeats), *sizes[axis + 1 :]))


def _repeated_each(x: Tensor, counts: np.ndarray, axis: int) -> Tensor:
    n = shape_of(x)[axis]
    if n != len(counts):
        raise ValueError(
            f"keras.ops.repeat(repeats): got {len(counts)} numbers for axis {axis} of {D.display(shape_of(x))}. Accepted: one number, "
            "or one for each place of the axis."
        )
    pieces = [repeat(slice_along(x, axis, i, i + 1), int(count), axis=axis) for i, count in enumerate(counts)]
    return concatenate(pieces, axis=axis)


# ------------------------------------------------------------------------------------------------------------ concatenation


def _concatenate_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    if not inputs:
        raise ValueError(f"keras.ops.{name}(xs): got an empty list. Accepted: at least one tensor.")
    first = inputs[0].dims
    axis = axis_of(name, attributes["axis"], len(first))
    result = list(first)
    for x in inputs[1:]:
        sizes = [D.unify(a, b) if i != axis else 0 for i, (a, b) in enumerate(zip(result, x.dims, strict=False))]
        if len(x.dims) != len(first) or builtins.any(n is None for n in sizes):
            shapes = ", ".join(D.display(i.dims) for i in inputs)
            raise ValueError(
                f"keras.ops.{name}: shapes {shapes} differ outside axis {axis}. Accepted: tensors that are equal in all other axes."
            )
        total = result[axis] + x.dims[axis]
        result = [n if n is not None else 0 for n in sizes]
        result[axis] = total
    return Spec(tuple(result), inputs[0].dtype), {"axis": axis}


def _concatenate_gradient(g: Tensor, y: Tensor, *xs: Tensor, axis: int) -> list[Tensor]:
    parts, start = [], 0
    for x in xs:
        stop = start + x.dims[axis]
        parts.append(slice_along(g, axis, start, stop))
        start = stop
    return parts


@primitive(custom(_concatenate_rule, operands="list", promote=same), vjp=_concatenate_gradient)
def concatenate(xs: Sequence[Tensor], axis: int = 0) -> Tensor:
    """The tensors joined along an axis that they have.
    Arguments:
        xs: list of tensors, of equal sizes outside of `axis`.
    Returns: tensor of the common dtype.
    Raises: ValueError if other sizes differ or the list is empty.
    >>> keras.ops.concatenate([[1, 2], [3]])
    array([1, 2, 3], dtype=int32)"""


@op(operands="list")
def stack(x: Sequence[Tensor], axis: int = 0) -> Tensor:
    """The tensors joined along a new axis.
    Arguments:
        x: list of tensors of one shape.
        axis: int, the place of the new axis.
    Returns: tensor of the common dtype, with one axis more.
    Raises: ValueError if the shapes differ or the list is empty.
    >>> keras.ops.stack([[1, 2], [3, 4]], axis=1)
    array([[1, 3],
           [2, 4]], dtype=int32)"""
    items = list(x)
    if not items:
        raise ValueError("keras.ops.stack(x): got an empty list. Accepted: at least one tensor.")
    shapes = [shape_of(item) for item in items]
    if builtins.any(D.broadcast(shapes[0], s) is None or len(s) != len(shapes[0]) for s in shapes):
        raise ValueError(f"keras.ops.stack: shapes {', '.join(map(D.display, shapes))} differ. Accepted: tensors of one shape.")
    return concatenate([expand_dims(item, axis) for item in items], axis=axis_of("stack", axis, len(shapes[0]) + 1))


# ----------------------------------------------------------------------------------------------------- slices and their like


def _slice_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    dims = inputs[0].dims
    starts, stops, steps = attributes["starts"], attributes["stops"], attributes["steps"]
    result, canonical_stops = [], []
    for n, start, stop, step in zip(dims, starts, stops, steps, strict=True):
        if stop is None and start == 0 and step == 1:
            result.append(n)
        elif isinstance(n, int) and isinstance(start, int) and (stop is None or isinstance(stop, int)):
            result.append(len(range(*builtins.slice(start, stop, step).indices(n))))
        elif step == 1 and stop is not None and not (isinstance(stop, int) and stop < 0) and not (isinstance(start, int) and start < 0):
            result.append(stop - start)
        elif step == 1 and isinstance(start, int) and start >= 0 and (stop is None or (isinstance(stop, int) and stop < 0)):
            result.append((n if stop is None else n + stop) - start)
        else:
            result.append(Dim.unknown())
        canonical_stops.append(stop)
    return Spec(tuple(result), inputs[0].dtype), {"starts": tuple(starts), "stops": tuple(canonical_stops), "steps": tuple(steps)}


@primitive(
    custom(_slice_rule),
    vjp=(lambda g, y, x, starts, stops, steps: place_slice(g, x.dims, starts, stops, steps),),
    category="internal",
)
def strided_slice(x: Tensor, starts: Any, stops: Any, steps: Any) -> Tensor:
    """x[start:stop:step] along every axis."""


def _place_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    return Spec(tuple(attributes["shape"]), inputs[0].dtype), attributes


@primitive(
    custom(_place_rule),
    vjp=(lambda g, y, x, shape, starts, stops, steps: strided_slice(g, starts, stops, steps),),
    category="internal",
)
def place_slice(x: Tensor, shape: Any, starts: Any, stops: Any, steps: Any) -> Tensor:
    """Zeros of `shape` with `x` at [start:stop:step] of every axis: the gradient of `strided_slice`."""


def slice_along(x: Tensor, axis: int, start: Any, stop: Any, step: int = 1) -> Tensor:
    """x[start:stop:step] along one axis."""
    count = len(shape_of(x))
    starts, stops, steps = [0] * count, [None] * count, [1] * count
    starts[axis], stops[axis], steps[axis] = start, stop, step
    return strided_slice(x, tuple(starts), tuple(stops), tuple(steps))


@primitive(along_axis, vjp=(lambda g, y, x, axis: reverse(g, axis=axis),), category="internal")
def reverse(x: Tensor, axis: int) -> Tensor:
    """The elements along one axis from last to first."""


@op(family=unary())
def flip(x: Tensor, axis: Any = None) -> Tensor:
    """The elements along `axis` from last to first.
    Arguments:
        axis: int or tuple of int. Default None: every axis.
    >>> keras.ops.flip([[1, 2], [3, 4]])
    array([[4, 3],
           [2, 1]], dtype=int32)"""
    for a in axes_of("flip", axis, len(shape_of(x))):
        x = reverse(x, axis=a)
    return x


@op()
def split(x: Tensor, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """The tensor cut along `axis`.
    Returns: list of tensors of the dtype of `x`.
    Raises: ValueError if the size is not a multiple of the number of parts.
    >>> keras.ops.split([1, 2, 3, 4], 2), keras.ops.split([1, 2, 3, 4], [1])
    ([array([1, 2], dtype=int32), array([3, 4], dtype=int32)], [array([1], dtype=int32), array([2, 3, 4], dtype=int32)])"""
    sizes = shape_of(x)
    axis = axis_of("split", axis, len(sizes))
    n = sizes[axis]
    if isinstance(indices_or_sections, int):
        if indices_or_sections < 1:
            raise ValueError(f"keras.ops.split(indices_or_sections): got {indices_or_sections}. Accepted: an integer > 0, or indices.")
        if isinstance(n, int) and n % indices_or_sections:
            raise ValueError(
                f"keras.ops.split: axis {axis} has size {n}, which {indices_or_sections} equal sections cannot share. "
                "Write the indices at which to cut."
            )
        section = n // indices_or_sections
        edges = [section * i for i in range(1, indices_or_sections)]
    else:
        edges = list(indices_or_sections)
    return [slice_along(x, axis, start, stop) for start, stop in zip([0, *edges], [*edges, None], strict=True)]


@op()
def unstack(x: Tensor, num: int | None = None, axis: int = 0) -> list[Tensor]:
    """The slices along `axis`, without that axis.
    Arguments:
        num: int, how many. Default None: the size of the axis, which must be known.
    Returns: list of tensors of the dtype of `x`.
    Raises: ValueError if the size is unknown and `num` missing.
    Source: keras.ops.unstack of Keras 3, numpy.unstack.
    >>> keras.ops.unstack([[1, 2], [3, 4]])
    [array([1, 2], dtype=int32), array([3, 4], dtype=int32)]"""
    sizes = shape_of(x)
    axis = axis_of("unstack", axis, len(sizes))
    count = sizes[axis] if num is None else num
    if not isinstance(count, int):
        raise ValueError(f"keras.ops.unstack: the size of axis {axis} is unknown. Write num=... .")
    if isinstance(sizes[axis], int) and count != sizes[axis]:
        raise ValueError(f"keras.ops.unstack(num): got {num} for axis {axis} of size {sizes[axis]}. Accepted: {sizes[axis]} or None.")
    return [squeeze(slice_along(x, axis, i, i + 1), axis=axis) for i in range(count)]


def _pad_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    dims = inputs[0].dims
    width = tuple((int(low), int(high)) for low, high in attributes["pad_width"])
    if len(width) != len(dims):
        raise ValueError(
            f"keras.ops.{name}(pad_width): got {len(width)} pairs for a tensor with {len(dims)} axes. Accepted: "
            "one pair (before, after) per axis."
        )
    return Spec(tuple(n + low + high for n, (low, high) in zip(dims, width, strict=True)), inputs[0].dtype), {
        **attributes,
        "pad_width": width,
    }


def _pad_gradient(g: Tensor, y: Tensor, x: Tensor, pad_width: Any, value: Any) -> Tensor:
    stops = tuple(low + n for (low, _), n in zip(pad_width, x.dims, strict=True))
    return strided_slice(g, tuple(low for low, _ in pad_width), stops, (1,) * len(pad_width))


@primitive(custom(_pad_rule), vjp=(_pad_gradient,), category="internal")
def pad_constant(x: Tensor, pad_width: Any, value: Any = 0) -> Tensor:
    """`x` with `value` added before and after along every axis."""


@op()
def pad(x: Tensor, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Tensor:
    """`x` with elements added at its edges.
    Arguments:
        pad_width: (before, after) for each axis, or one pair or number for all of them.
        mode: 'constant', 'reflect' (mirrored at the last element) or 'symmetric' (mirrored behind it).
        constant_values: number, what 'constant' adds. Default None: 0.
    Returns: tensor of the dtype of `x`.
    Raises: ValueError for another mode, or if the pairs are not as many as the axes.
    >>> keras.ops.pad([1, 2], 1), keras.ops.pad([1, 2, 3], (0, 2), mode="reflect")
    (array([0, 1, 2, 0], dtype=int32), array([1, 2, 3, 2, 1], dtype=int32))"""
    count = len(shape_of(x))
    if not count:
        return convert_to_tensor(x)
    pairs = _pad_pairs(pad_width, count)
    if builtins.any(n < 0 for pair in pairs for n in pair):
        raise ValueError(f"keras.ops.pad(pad_width): got {pad_width!r}. Accepted: integers >= 0. Write x[...] to cut a tensor.")
    if mode == "constant":
        return pad_constant(x, pairs, constant_values or 0)
    if constant_values is not None:
        raise ValueError(f"keras.ops.pad(constant_values): got {constant_values!r} for mode={mode!r}. Accepted: only with mode='constant'.")
    if mode not in ("reflect", "symmetric", "edge", "wrap"):
        raise ValueError(f"keras.ops.pad(mode): got {mode!r}. Accepted: 'constant', 'reflect', 'symmetric', 'edge', 'wrap'.")
    skip = 1 if mode == "reflect" else 0
    for axis, (low, high) in enumerate(pairs):
        n = shape_of(x)[axis]
        if mode in ("edge", "wrap") or (isinstance(n, int) and builtins.max(low, high) > n - skip):
            x = _padded_by_place(x, axis, low, high, mode)
            continue
        before = [reverse(slice_along(x, axis, skip, low + skip), axis=axis)] if low else []
        after = [reverse(slice_along(x, axis, n - high - skip, n - skip), axis=axis)] if high else []
        x = concatenate([*before, x, *after], axis=axis) if before or after else x
    return x


def _padded_by_place(x: Tensor, axis: int, low: int, high: int, mode: str) -> Tensor:
    n = shape_of(x)[axis]
    if not isinstance(n, int) or (n == 0 and low + high):
        raise ValueError(
            f"keras.ops.pad(mode): got {mode!r} for axis {axis} of {D.display(shape_of(x))}. Accepted: axes of a known size > 0."
        )
    places = [int(i) for i in np.pad(np.arange(n), (low, high), mode=mode)] if low + high else []  # type: ignore[call-overload]
    return concatenate([slice_along(x, axis, i, i + 1) for i in places], axis=axis) if places else x


def _pad_pairs(pad_width: Any, count: int) -> tuple[tuple[int, int], ...]:
    if isinstance(pad_width, int):
        return ((pad_width, pad_width),) * count
    if isinstance(pad_width[0], int):
        return ((pad_width[0], pad_width[-1]),) * count
    pairs = [(p, p) if isinstance(p, int) else (p[0], p[-1]) for p in pad_width]
    return tuple(pairs * count if len(pairs) == 1 else pairs)


# --------------------------------------------------------------------------------------------------------------- creation


@op(operands=0)
def full(shape: Any, fill_value: Any, dtype: Any = None) -> Tensor:
    """A tensor filled with one value.
    Arguments:
        fill_value: number, or tensor that broadcasts to the shape.
    >>> keras.ops.full((2,), 7.0)
    array([7., 7.], dtype=float32)"""
    return broadcast_to(cast(fill_value, _dtype(dtype)), shape)


@op(operands=0)
def zeros(shape: Any, dtype: Any = None) -> Tensor:
    """A tensor of zeros.
    >>> keras.ops.zeros((2, 2))
    array([[0., 0.],
           [0., 0.]], dtype=float32)"""
    return engine.current().zeros(static_shape("zeros", shape), _dtype(dtype))


@op(operands=0)
def ones(shape: Any, dtype: Any = None) -> Tensor:
    """A tensor of ones.
    >>> keras.ops.ones((2,), dtype="int32")
    array([1, 1], dtype=int32)"""
    sizes = [int(n) for n in static_shape("ones", shape)]  # type: ignore[arg-type]
    return engine.current().asarray(np.ones(sizes, numpy_dtype(_dtype(dtype))))


def _filled_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    return Spec(inputs[0].dims, attributes["dtype"]), attributes


@primitive(custom(_filled_rule), category="internal")
def filled_like(x: Tensor, value: Any, dtype: str) -> Tensor:
    """One number in the shape of `x`."""


def _like(x: Any, value: Any, dtype: Any) -> Tensor:
    x = as_operand(x)
    dtype = dtypes.standardize(dtype) if dtype is not None else dtype_of(x)
    sizes = shape_of(x)
    if isinstance(x, Symbol) and builtins.all(isinstance(n, int) for n in sizes):
        return broadcast_to(engine.current().asarray(value, dtype), sizes)  # a traced constant costs no memory
    return filled_like(x, value=value, dtype=dtype)


@op()
def zeros_like(x: Tensor, dtype: Any = None) -> Tensor:
    """Zeros in the shape of `x`.
    Arguments:
        dtype: name of a dtype. Default None: that of `x`.
    Returns: tensor in the shape of `x`.
    >>> keras.ops.zeros_like([[1, 2]])
    array([[0, 0]], dtype=int32)"""
    return _like(x, 0, dtype)


@op()
def ones_like(x: Tensor, dtype: Any = None) -> Tensor:
    """Ones in the shape of `x`.
    Arguments:
        dtype: name of a dtype. Default None: that of `x`.
    Returns: tensor in the shape of `x`.
    >>> keras.ops.ones_like([[1.0, 2.0]])
    array([[1., 1.]], dtype=float32)"""
    return _like(x, 1, dtype)


@op()
def full_like(x: Tensor, fill_value: Any, dtype: Any = None) -> Tensor:
    """One value in the shape of `x`.
    Arguments:
        fill_value: number, or tensor that broadcasts to the shape.
        dtype: name of a dtype. Default None: that of `x`.
    Returns: tensor in the shape of `x`.
    >>> keras.ops.full_like([[1, 2]], 7)
    array([[7, 7]], dtype=int32)"""
    if isinstance(fill_value, (bool, int, float, complex)):
        return _like(x, fill_value, dtype)
    return broadcast_to(cast(fill_value, dtype or dtype_of(as_operand(x))), shape_of(x))


@op(operands=0)
def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Tensor:
    """Numbers a step apart, from `start` up to, not including, `stop`.
    Arguments:
        start: number, the first one; the end, and 0 the first one, if it is given alone.
        stop: number, the end. Default None: `start` is the end.
        step: number, the distance. Default None: 1.
        dtype: name of a dtype. Default None: the common one of the numbers, int32 for integers.
    Returns: vector of ceil((stop - start) / step) elements.
    >>> keras.ops.arange(3), keras.ops.arange(1.0, 2.0, 0.25)
    (array([0, 1, 2], dtype=int32), array([1.  , 1.25, 1.5 , 1.75], dtype=float32))"""
    if stop is None:
        start, stop = 0, start
    step = 1 if step is None else step
    kind = dtypes.result_type(*(type(v) if isinstance(v, (bool, int, float)) else dtype_name(v) for v in (start, stop, step)))
    return engine.current().asarray(np.arange(start, stop, step), dtypes.standardize(dtype or kind))


@op(operands=0)
def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """A matrix with ones on the diagonal `k`, and zeros elsewhere.
    Returns: tensor, shape (N, M).
    >>> keras.ops.eye(2, 3, k=1)
    array([[0., 1., 0.],
           [0., 0., 1.]], dtype=float32)"""
    return engine.current().asarray(np.eye(N, M, k), _dtype(dtype))


def _dtype(dtype: Any) -> str:
    return dtypes.standardize(dtype)
