"""Joining, cutting, turning and reading along diagonals: composites of the ops in `shaping`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras.core import dims as D
from keras.core import dtypes, engine
from keras.core.families import axis_of, unary
from keras.core.op import op
from keras.ops.elementwise import cast, dtype_of, multiply, select, zeros_of
from keras.ops.reduction import sum
from keras.ops.shaping import (
    broadcast_to, concatenate, expand_dims, flip, moveaxis, ones_like, place_slice, reshape, shape_of, slice_along, split, swapaxes,
    transpose,
)  # fmt: skip

Tensor = Any


# ------------------------------------------------------------------------------------------------------------------ joining


def _with_axes(x: Tensor, count: int) -> Tensor:
    sizes = shape_of(x)
    return reshape(x, (1,) * (count - len(sizes)) + tuple(sizes)) if len(sizes) < count else x


@op(operands="list")
def hstack(xs: Sequence[Tensor]) -> Tensor:
    """The tensors joined along the second axis (along the only one of vectors).
    Returns: tensor of the common dtype.
    >>> keras.ops.hstack([[1, 2], [3]])
    array([1, 2, 3], dtype=int32)"""
    parts = [_with_axes(x, 1) for x in xs]
    return concatenate(parts, axis=0 if len(shape_of(parts[0])) == 1 else 1)


@op(operands="list")
def vstack(xs: Sequence[Tensor]) -> Tensor:
    """The tensors joined along the first axis; vectors are rows.
    Returns: tensor of the common dtype.
    >>> keras.ops.vstack([[1, 2], [3, 4]])
    array([[1, 2],
           [3, 4]], dtype=int32)"""
    return concatenate([_with_axes(x, 2) for x in xs], axis=0)


@op(operands="list")
def dstack(xs: Sequence[Tensor]) -> Tensor:
    """The tensors joined along the third axis; vectors of n elements count as (1, n, 1), matrices as (m, n, 1).
    Returns: tensor of the common dtype.
    >>> keras.ops.dstack([[1, 2], [3, 4]])
    array([[[1, 3],
            [2, 4]]], dtype=int32)"""
    parts = [_with_axes(x, 2) for x in xs]
    return concatenate([expand_dims(x, -1) if len(shape_of(x)) == 2 else x for x in parts], axis=2)


@op(operands=2)
def append(x1: Tensor, x2: Tensor, axis: int | None = None) -> Tensor:
    """The elements of `x2` after those of `x1`.
    Arguments:
        axis: int, the axis to join along. Default None: both are flattened.
    Returns: tensor of the common dtype.
    >>> keras.ops.append([1, 2], [[3], [4]])
    array([1, 2, 3, 4], dtype=int32)"""
    if axis is None:
        return concatenate([reshape(x1, (-1,)), reshape(x2, (-1,))], axis=0)
    return concatenate([x1, x2], axis=axis)


# ------------------------------------------------------------------------------------------------------------------ cutting


@op()
def array_split(x: Tensor, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """The tensor cut along `axis` into sections whose sizes differ by at most one, the larger ones first.
    Arguments:
        indices_or_sections: int, the number of sections, or a list of the indices at which to cut.
    Returns: list of tensors of the dtype of `x`.
    >>> keras.ops.array_split([1, 2, 3], 2)
    [array([1, 2], dtype=int32), array([3], dtype=int32)]"""
    if isinstance(indices_or_sections, int) and indices_or_sections < 1:
        raise ValueError(f"keras.ops.array_split(indices_or_sections): got {indices_or_sections}. Accepted: an integer > 0, or indices.")
    if not isinstance(indices_or_sections, int):
        return split(x, indices_or_sections, axis=axis)
    sizes = shape_of(x)
    n = sizes[axis_of("array_split", axis, len(sizes))]
    if not isinstance(n, int):
        raise ValueError(f"keras.ops.array_split: the size of axis {axis} is unknown. Write the indices at which to cut.")
    section, larger = divmod(n, indices_or_sections)
    return split(x, [i * section + min(i, larger) for i in range(1, indices_or_sections)], axis=axis)


@op()
def hsplit(x: Tensor, indices_or_sections: Any) -> list[Tensor]:
    """The tensor cut along its second axis (along the only one of a vector).
    Returns: list of tensors of the dtype of `x`.
    >>> keras.ops.hsplit([[1, 2], [3, 4]], 2)
    [array([[1],
           [3]], dtype=int32), array([[2],
           [4]], dtype=int32)]"""
    return split(x, indices_or_sections, axis=0 if len(shape_of(x)) == 1 else 1)


@op()
def vsplit(x: Tensor, indices_or_sections: Any) -> list[Tensor]:
    """The tensor cut along its first axis.
    Returns: list of tensors of the dtype of `x`.
    >>> keras.ops.vsplit([[1, 2], [3, 4]], 2)
    [array([[1, 2]], dtype=int32), array([[3, 4]], dtype=int32)]"""
    return split(x, indices_or_sections, axis=0)


@op()
def dsplit(x: Tensor, indices_or_sections: Any) -> list[Tensor]:
    """The tensor cut along its third axis.
    Returns: list of tensors of the dtype of `x`.
    >>> keras.ops.dsplit([[[1, 2]]], 2)
    [array([[[1]]], dtype=int32), array([[[2]]], dtype=int32)]"""
    return split(x, indices_or_sections, axis=2)


# ------------------------------------------------------------------------------------------------------------------ turning


@op(family=unary())
def fliplr(x: Tensor) -> Tensor:
    """The elements of the second axis from last to first.
    >>> keras.ops.fliplr([[1, 2], [3, 4]])
    array([[2, 1],
           [4, 3]], dtype=int32)"""
    return flip(x, axis=1)


@op(family=unary())
def flipud(x: Tensor) -> Tensor:
    """The elements of the first axis from last to first.
    >>> keras.ops.flipud([[1, 2], [3, 4]])
    array([[3, 4],
           [1, 2]], dtype=int32)"""
    return flip(x, axis=0)


@op(family=unary())
def roll(x: Tensor, shift: Any, axis: Any = None) -> Tensor:
    """The elements moved by `shift` places along `axis`; what leaves at one end enters at the other.
    Arguments:
        shift: int, or one per axis.
        axis: int or tuple of int. Default None: the elements move in the flat order.
    >>> keras.ops.roll([1, 2, 3, 4], 1)
    array([4, 1, 2, 3], dtype=int32)"""
    if axis is None:
        shift = int(np.sum(shift)) if isinstance(shift, (tuple, list)) else shift
        return reshape(roll(reshape(x, (-1,)), shift, 0), shape_of(x))
    axes = list(axis) if isinstance(axis, (tuple, list)) else [axis]
    shifts = list(shift) if isinstance(shift, (tuple, list)) else [shift]
    if len(axes) != len(shifts) and 1 not in (len(axes), len(shifts)):
        raise ValueError(f"keras.ops.roll(shift): got {shift!r} for axis={axis!r}. Accepted: one number, or one for each axis.")
    count = max(len(axes), len(shifts))
    for s, a in zip(shifts * (count // len(shifts)), axes * (count // len(axes)), strict=True):
        a = axis_of("roll", a, len(shape_of(x)))
        n = shape_of(x)[a]
        s = s % n if isinstance(n, int) and n else s if n else 0
        if s:
            x = concatenate([slice_along(x, a, n - s, None), slice_along(x, a, 0, n - s)], axis=a)
    return x


@op()
def rot90(array: Tensor, k: int = 1, axes: Any = (0, 1)) -> Tensor:
    """The tensor turned by `k` quarter turns in the plane of two axes, from the first towards the second.
    Arguments:
        array: tensor with at least two axes.
        k: int, the number of turns; negative ones go the other way.
        axes: two different ints, the plane.
    Returns: tensor of the dtype of `array`; an odd `k` exchanges the sizes of the two axes.
    Raises: ValueError if `axes` are not two different axes.
    >>> keras.ops.rot90([[1, 2], [3, 4]])
    array([[2, 4],
           [1, 3]], dtype=int32)"""
    count = len(shape_of(array))
    if len(axes) != 2 or axis_of("rot90", axes[0], count, "axes") == axis_of("rot90", axes[1], count, "axes"):
        raise ValueError(f"keras.ops.rot90(axes): got {axes!r}. Accepted: two different axes.")
    turns = k % 4
    if turns == 0:
        return array
    if turns == 2:
        return flip(array, axis=tuple(axes))
    return swapaxes(flip(array, axis=axes[1]), *axes) if turns == 1 else flip(swapaxes(array, *axes), axis=axes[1])


# ---------------------------------------------------------------------------------------------------------------- diagonals


def _corner(x: Tensor, k: int, lower: bool) -> Tensor:
    sizes = shape_of(x)
    if len(sizes) == 1:  # NumPy takes a vector for every row of a square
        x, sizes = broadcast_to(x, (sizes[0], sizes[0])), (sizes[0], sizes[0])
    rows, columns = sizes[-2:]
    if not isinstance(rows, int) or not isinstance(columns, int):
        return multiply(x, ones_like(x))  # only shapes are asked for
    inside = np.tri(rows, columns, k, dtype=bool) if lower else ~np.tri(rows, columns, k - 1, dtype=bool)
    return select(engine.current().asarray(inside), x, zeros_of(x))


@op()
def tril(x: Tensor, k: int = 0) -> Tensor:
    """The lower triangles: elements above the diagonal `k` of the last two axes are 0.
    Returns: tensor in the shape and of the dtype of `x`.
    >>> keras.ops.tril([[1, 2], [3, 4]])
    array([[1, 0],
           [3, 4]], dtype=int32)"""
    return _corner(x, k, lower=True)


@op()
def triu(x: Tensor, k: int = 0) -> Tensor:
    """The upper triangles: elements below the diagonal `k` of the last two axes are 0.
    Returns: tensor in the shape and of the dtype of `x`.
    >>> keras.ops.triu([[1, 2], [3, 4]])
    array([[1, 2],
           [0, 4]], dtype=int32)"""
    return _corner(x, k, lower=False)


@op()
def diagonal(x: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The elements whose index along `axis2` is `offset` more than that along `axis1`, as a new last axis.
    Arguments:
        x: tensor with at least two axes.
        axis1, axis2: int, the axes of rows and columns. Default 0 and 1.
    Returns: tensor, shape (*other axes, length of the diagonal), of the dtype of `x`.
    Raises: ValueError if the two axes are one, or their sizes unknown.
    >>> keras.ops.diagonal([[1, 2], [3, 4]])
    array([1, 4], dtype=int32)"""
    count = len(shape_of(x))
    first, second = axis_of("diagonal", axis1, count, "axis1"), axis_of("diagonal", axis2, count, "axis2")
    if first == second:
        raise ValueError(f"keras.ops.diagonal(axis1, axis2): got {axis1} and {axis2}. Accepted: two different axes.")
    x = moveaxis(x, (first, second), (-2, -1))
    *rest, rows, columns = shape_of(x)
    if not isinstance(rows, int) or not isinstance(columns, int):
        raise ValueError("keras.ops.diagonal: the sizes of axis1 and axis2 must be known. Write a shape with numbers for them.")
    length = max(min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns), 0)
    start = offset if offset >= 0 else -offset * columns
    flat = reshape(x, (*rest, rows * columns))
    stop = start + (length - 1) * (columns + 1) + 1 if length else start
    return slice_along(flat, len(rest), start, stop, columns + 1)


@op()
def diag(x: Tensor, k: int = 0) -> Tensor:
    """A matrix with the vector `x` on its diagonal `k`, or the diagonal `k` of the matrix `x`.
    Arguments:
        x: vector or matrix.
    Returns: matrix or vector of the dtype of `x`.
    Raises: ValueError if `x` is neither, or a vector of unknown size.
    >>> keras.ops.diag([1, 2]), keras.ops.diag([[1, 2], [3, 4]])
    (array([[1, 0],
           [0, 2]], dtype=int32), array([1, 4], dtype=int32))"""
    sizes = shape_of(x)
    if len(sizes) == 2:
        return diagonal(x, k)
    if len(sizes) != 1 or not isinstance(sizes[0], int):
        raise ValueError(f"keras.ops.diag(x): got shape {D.display(sizes)}. Accepted: a vector of known size, or a matrix.")
    n = sizes[0]
    side = n + abs(k)
    start = k if k >= 0 else -k * side
    stop = start + (n - 1) * (side + 1) + 1 if n else start
    return reshape(place_slice(x, (side * side,), (start,), (stop,), (side + 1,)), (side, side))


@op()
def diagflat(x: Tensor, k: int = 0) -> Tensor:
    """A matrix with the elements of `x` on its diagonal `k`.
    Returns: matrix of the dtype of `x`.
    >>> keras.ops.diagflat([[1], [2]])
    array([[1, 0],
           [0, 2]], dtype=int32)"""
    return diag(reshape(x, (-1,)), k)


@op()
def trace(x: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The sum along a diagonal.
    Arguments:
        x: tensor with at least two axes.
        axis1, axis2: int, the axes of rows and columns. Default 0 and 1.
    Returns: tensor of the other axes, of the dtype of `x`, of at least 32 bits for integers.
    >>> keras.ops.trace([[1, 2], [3, 4]])
    np.int32(5)"""
    return sum(diagonal(x, offset, axis1, axis2), axis=-1)


# ----------------------------------------------------------------------------------------------------------------- products


@op(operands=0)
def meshgrid(*x: Tensor, indexing: str = "xy") -> list[Tensor]:
    """The coordinates of a grid: for each vector a tensor of the grid's shape that varies along the vector's axis.
    Arguments:
        *x: vectors.
        indexing: 'xy' (the second vector runs along the first axis) or 'ij' (in order).
    Returns: list of tensors of one shape, each of its vector's dtype.
    Raises: ValueError for another `indexing`.
    >>> keras.ops.meshgrid([1, 2], [3, 4, 5])
    [array([[1, 2],
           [1, 2],
           [1, 2]], dtype=int32), array([[3, 3],
           [4, 4],
           [5, 5]], dtype=int32)]"""
    if indexing not in ("xy", "ij"):
        raise ValueError(f"keras.ops.meshgrid(indexing): got {indexing!r}. Accepted: 'xy' or 'ij'.")
    vectors = [reshape(v, (-1,)) for v in x]
    order = list(range(len(vectors)))
    if indexing == "xy" and len(vectors) > 1:
        order[0], order[1] = 1, 0
    sizes = [shape_of(v)[0] for v in vectors]
    shape = tuple(sizes[i] for i in sorted(range(len(sizes)), key=lambda i: order[i]))
    return [broadcast_to(reshape(v, tuple(-1 if a == order[i] else 1 for a in range(len(vectors)))), shape) for i, v in enumerate(vectors)]


@op(operands=2)
def outer(x1: Tensor, x2: Tensor) -> Tensor:
    """Every element of x1 times every element of x2: y[i, j] = x1[i] * x2[j].
    Returns: matrix of the common dtype; tensors count as the vectors of their elements.
    >>> keras.ops.outer([1, 2], [3, 4])
    array([[3, 4],
           [6, 8]], dtype=int32)"""
    return multiply(reshape(x1, (-1, 1)), reshape(x2, (1, -1)))


@op(operands=2)
def kron(x1: Tensor, x2: Tensor) -> Tensor:
    """The Kronecker product: every element of x1 times the whole of x2, laid out as blocks.
    Returns: tensor of the common dtype, along each axis of the product of the two sizes.
    >>> keras.ops.kron([[1, 2]], [[1], [10]])
    array([[ 1,  2],
           [10, 20]], dtype=int32)"""
    count = max(len(shape_of(x1)), len(shape_of(x2)))
    a, b = _with_axes(x1, count), _with_axes(x2, count)
    m, n = shape_of(a), shape_of(b)
    blocks = multiply(reshape(a, tuple(size for s in m for size in (s, 1))), reshape(b, tuple(size for s in n for size in (1, s))))
    return reshape(blocks, tuple(p * q for p, q in zip(m, n, strict=True)))


@op(operands=2)
def cross(x1: Tensor, x2: Tensor, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Tensor:
    """The cross product of vectors: (a1 b2 - a2 b1, a2 b0 - a0 b2, a0 b1 - a1 b0).
    Arguments:
        x1, x2: tensors whose axes `axisa` and `axisb` have size 2 or 3; the other axes broadcast.
        axisa, axisb: int, the axes of the vectors in x1 and x2. Default -1.
        axisc: int, the axis of the vectors in the result.
        axis: int, stands for all three. Default None: they are taken each by itself.
    Returns: tensor of the common dtype; for two vectors of 2 elements only the third component, without the axis.
    Raises: ValueError if the vectors have other sizes.
    >>> keras.ops.cross([1, 0, 0], [0, 1, 0])
    array([0, 0, 1], dtype=int32)"""
    axisa, axisb, axisc = (axis, axis, axis) if axis is not None else (axisa, axisb, axisc)
    a, b = moveaxis(x1, axisa, -1), moveaxis(x2, axisb, -1)
    sizes = shape_of(a)[-1], shape_of(b)[-1]
    if any(n not in (2, 3) for n in sizes):
        raise ValueError(f"keras.ops.cross: the vectors have sizes {sizes[0]} and {sizes[1]}. Accepted: 2 or 3.")
    dtype = dtypes.result_type(dtype_of(a), dtype_of(b))
    p, q = (_components(cast(v, dtype)) for v in (a, b))
    third = p[0] * q[1] - p[1] * q[0]
    if sizes == (2, 2):
        return third
    result = concatenate([expand_dims(c, -1) for c in (p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], third)], axis=-1)
    return moveaxis(result, -1, axisc)


def _components(x: Tensor) -> list[Tensor]:
    n = shape_of(x)[-1]
    parts = [reshape(slice_along(x, -1, i, i + 1), shape_of(x)[:-1]) for i in range(int(n))]  # type: ignore[arg-type]
    return parts if n == 3 else [*parts, multiply(parts[0], zeros_of(x))]


# ------------------------------------------------------------------------------------------------------------- named patterns


def _groups_of(side: str) -> list[list[str]]:
    groups: list[list[str]] = []
    inside: list[str] | None = None
    for token in side.replace("(", " ( ").replace(")", " ) ").split():
        if token == "(":
            inside = []
        elif token == ")":
            groups.append(inside or [])
            inside = None
        elif inside is not None:
            inside.append(token)
        else:
            groups.append([token])
    return groups


@op(operands=1)
def rearrange(tensor: Tensor, pattern: str, **axes_lengths: int) -> Tensor:
    """The tensor with its axes split, ordered and joined as a pattern of names says.
    Arguments:
        tensor: tensor of any shape and dtype.
        pattern: str such as 'b (h w) c -> b c h w'; names in brackets share one axis.
        **axes_lengths: int, the sizes of names that do not follow from the tensor's shape.
    Returns: tensor of the dtype of `tensor`.
    Raises: ValueError if the two sides name different axes, or a size does not fit.
    Source: Rogozhnikov 2022, "Einops".
    >>> keras.ops.rearrange([[1, 2, 3, 4]], "b (h w) -> b w h", h=2)
    array([[[1, 3],
            [2, 4]]], dtype=int32)"""
    left, arrow, right = pattern.partition("->")
    sources, targets = _groups_of(left), _groups_of(right)
    names, wanted = [n for g in sources for n in g if n != "1"], [n for g in targets for n in g if n != "1"]
    if not arrow or sorted(names) != sorted(wanted) or len(set(names)) != len(names):
        raise ValueError(
            f"keras.ops.rearrange(pattern): got {pattern!r}. Accepted: two sides with the same names, each once, as in 'b h w -> b (h w)'."
        )
    sizes = shape_of(tensor)
    if len(sources) != len(sizes):
        raise ValueError(f"keras.ops.rearrange({pattern!r}): {len(sources)} axes for a tensor of shape {D.display(sizes)}.")
    lengths: dict[str, Any] = dict(axes_lengths)
    for group, size in zip(sources, sizes, strict=True):
        unknown = [n for n in group if n not in lengths and n != "1"]
        known = D.product(lengths[n] for n in group if n in lengths)
        if len(unknown) > 1 or (isinstance(size, int) and isinstance(known, int) and (size % known or (not unknown and size != known))):
            raise ValueError(f"keras.ops.rearrange({pattern!r}): an axis of size {size} does not split into {group} with {axes_lengths}.")
        if unknown:
            lengths[unknown[0]] = size // known
    split_up = reshape(tensor, tuple(lengths[n] for n in names))
    ordered = transpose(split_up, [names.index(n) for n in wanted])
    return reshape(ordered, tuple(D.product(lengths[n] for n in g if n != "1") for g in targets))
