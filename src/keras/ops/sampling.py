"""Elements between the places of a grid: `map_coordinates`, the geometric transforms of images, and resampling with scale and shift."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras.core import config, dtypes, engine
from keras.core import dims as D
from keras.core.families import axis_of
from keras.core.op import op
from keras.ops.contraction import tensordot
from keras.ops.convolution import channels_last, from_channels_last
from keras.ops.elementwise import (
    abs, add, cast, clip, copy, divide, dtype_of, equal, floor, greater, greater_equal, less, less_equal, logical_and, maximum, mod,
    multiply, ones_of, round, select, sign, sin, subtract, zeros_of,
)  # fmt: skip
from keras.ops.images import as_batch
from keras.ops.indexing import gather_along_axis, take_along
from keras.ops.linear_algebra import solve
from keras.ops.random import normal
from keras.ops.reduction import sum
from keras.ops.shaping import concatenate, expand_dims, moveaxis, ones_like, reshape, shape_of, slice_along, squeeze

Tensor = Any

FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")
INTERPOLATIONS = ("nearest", "bilinear")


def _check(name: str, argument: str, value: Any, accepted: Sequence[Any]) -> None:
    if value not in accepted:
        raise ValueError(f"keras.ops.image.{name}({argument}): got {value!r}. Accepted: {', '.join(map(repr, accepted))}.")


def _inside(index: Tensor, size: int, fill_mode: str) -> Tensor:
    """Places outside of 0 ... size - 1 led back inside, as `fill_mode` continues the grid."""
    if fill_mode in ("constant", "nearest"):
        return clip(index, 0, size - 1)
    if fill_mode == "wrap":
        return mod(index, size)
    period = 2 * size if fill_mode == "reflect" else max(2 * size - 2, 1)
    place = mod(index, period)
    return select(less(place, size), place, subtract((2 * size - 1 if fill_mode == "reflect" else period), place))


def _taps(coordinate: Tensor, order: int) -> list[tuple[Tensor, Tensor | None]]:
    """(place, weight) of the elements that an order of interpolation looks at on one axis."""
    if order == 0:
        return [(cast(multiply(sign(coordinate), floor(add(abs(coordinate), 0.5))), "int32"), None)]
    low = floor(coordinate)
    high_weight = subtract(coordinate, low)
    place = cast(low, "int32")
    return [(place, subtract(1.0, high_weight)), (add(place, 1), high_weight)]


def _sampled(x: Tensor, sizes: Sequence[int], coordinates: Sequence[Tensor], order: int, fill_mode: str, fill_value: Any) -> Tensor:
    """The elements of `x` (batch, places, channels) at coordinates (batch, wanted) on a grid of `sizes`: (batch, wanted, channels)."""
    own = dtype_of(x)
    wide = "float64" if own == "float64" else "float32"
    if own in dtypes.COMPLEX:
        raise TypeError(f"keras.ops.image.map_coordinates(inputs): got dtype {own}. Accepted: real numbers.")
    values = x if order == 0 else cast(x, wide)
    filler = cast(fill_value, dtype_of(values))
    total: Any = None
    for combination in itertools.product(*(_taps(cast(c, wide), order) for c in coordinates)):
        flat: Any = 0
        weight: Any = None
        valid: Any = None
        for (place, share), size in zip(combination, sizes, strict=True):
            flat = add(multiply(flat, size), _inside(place, size, fill_mode))
            inside = logical_and(greater_equal(place, 0), less(place, size)) if fill_mode == "constant" else None
            valid = inside if valid is None else logical_and(valid, inside)
            weight = share if weight is None else multiply(weight, share)
        found = gather_along_axis(values, expand_dims(flat, -1), axis=1)
        if valid is not None:
            found = select(expand_dims(valid, -1), found, filler)
        found = found if weight is None else multiply(found, expand_dims(weight, -1))
        total = found if total is None else add(total, found)
    return cast(round(total) if order and not dtypes.is_float(own) else total, own)


@op(category="image", operands=2)
def map_coordinates(inputs: Tensor, coordinates: Tensor, order: int, fill_mode: str = "constant", fill_value: float = 0) -> Tensor:
    """The elements of `inputs` at fractional coordinates.
    Arguments:
        inputs: tensor with n axes.
        coordinates: tensor, shape (n, ...): for every wanted element its coordinate on each axis.
        order: 0 for the nearest element, 1 for linear interpolation.
        fill_mode: how the grid goes on outside: 'constant' (`fill_value`), 'nearest' (a a | a b c | c c), 'wrap' (b c | a b c | a b),
            'mirror' (c b | a b c | b a) or 'reflect' (b a | a b c | c b).
        fill_value: number outside of the grid, for 'constant'.
    Returns: tensor, shape `coordinates.shape[1:]`, of the dtype of `inputs` (integers are rounded).
    Raises: ValueError if the first size of `coordinates` is not n, or for an unknown order or fill mode.
    Source: keras.ops.image.map_coordinates of Keras 3; scipy.ndimage has the same modes under 'grid-...' names.
    >>> keras.ops.image.map_coordinates([10.0, 20.0, 30.0], [[0.5, 2.0]], order=1)
    array([15., 30.], dtype=float32)"""
    _check("map_coordinates", "order", order, (0, 1))
    _check("map_coordinates", "fill_mode", fill_mode, FILL_MODES)
    sizes, wanted = shape_of(inputs), shape_of(coordinates)
    if len(wanted) < 2 or wanted[0] != len(sizes):
        raise ValueError(
            f"keras.ops.image.map_coordinates(coordinates): got shape {D.display(wanted)} for inputs of shape {D.display(sizes)}. "
            f"Accepted: ({len(sizes)}, ...), one coordinate for each axis, and at least two axes."
        )
    rest = wanted[1:]
    columns = [reshape(slice_along(coordinates, 0, i, i + 1), (1, D.product(rest))) for i in range(len(sizes))]
    flat = reshape(inputs, (1, D.product(sizes), 1))
    return reshape(_sampled(flat, [_known(n) for n in sizes], columns, order, fill_mode, fill_value), rest)


def _known(size: Any) -> int:
    """A size as a number; with an unknown one only shapes are asked for."""
    return size if isinstance(size, int) else 1


def _grid(rows: int, columns: int, dtype: str) -> tuple[Tensor, Tensor]:
    """The row and the column of every place of an image, shape (1, rows * columns) each."""
    down, across = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    return tuple(engine.current().asarray(v.reshape(1, -1), dtype) for v in (down, across))  # type: ignore[return-value]


def _transformed(name: str, images: Tensor, places: Any, interpolation: str, fill_mode: str, fill_value: Any, data_format: Any) -> Tensor:
    """Images whose element at (row, column) is the one at `places(row, column, batch)`."""
    _check(name, "interpolation", interpolation, INTERPOLATIONS)
    _check(name, "fill_mode", fill_mode, FILL_MODES)
    data_format = config.standardize_data_format(data_format)
    batch, single = as_batch(name, images)
    x = channels_last(batch, data_format)
    count, rows, columns, channels = shape_of(x)
    if not isinstance(rows, int) or not isinstance(columns, int) or not isinstance(count, int):
        return copy(images)  # only shapes are asked for
    dtype = "float64" if dtype_of(x) == "float64" else "float32"
    down, across = _grid(rows, columns, dtype)
    found = _sampled(
        reshape(x, (count, rows * columns, channels)),
        (rows, columns),
        places(down, across, dtype, single),
        INTERPOLATIONS.index(interpolation),
        fill_mode,
        fill_value,
    )
    found = from_channels_last(reshape(found, (count, rows, columns, channels)), data_format)
    return squeeze(found, axis=0) if single else found


@op(category="image", operands=2)
def affine_transform(
    images: Tensor, transform: Tensor, interpolation: str = "bilinear", fill_mode: str = "constant", fill_value: float = 0,
    data_format: str | None = None,
) -> Tensor:  # fmt: skip
    """Images moved, turned, scaled and sheared: the new element at (x, y) is the old one at (a0 x + a1 y + a2, b0 x + b1 y + b2).
    Arguments:
        transform: float tensor, shape (batch, 8), or (8,) without batch: a0, a1, a2, b0, b1, b2 and two numbers that have no effect.
        interpolation: 'nearest' or 'bilinear'.
        fill_mode: 'constant', 'nearest', 'wrap', 'mirror' or 'reflect', as for `map_coordinates`.
        fill_value: number outside of the old image, for 'constant'.
    Raises: ValueError for another shape, interpolation or fill mode.
    Source: keras.ops.image.affine_transform of Keras 3.
    >>> keras.ops.image.affine_transform([[[1.0], [2.0], [3.0]]], [1.0, 0, 1.0, 0, 1.0, 0, 0, 0])[0, :, 0]
    array([2., 3., 0.], dtype=float32)"""
    _check_count("affine_transform", "transform", images, transform, (8,))

    def places(down: Tensor, across: Tensor, dtype: str, single: bool) -> list[Tensor]:
        a0, a1, a2, b0, b1, b2 = _columns(cast(reshape(transform, (-1, 8)), dtype))[:6]
        return [_plane(b0, b1, b2, across, down), _plane(a0, a1, a2, across, down)]

    return _transformed("affine_transform", images, places, interpolation, fill_mode, fill_value, data_format)


def _check_count(name: str, argument: str, images: Tensor, x: Tensor, shape: tuple[int, ...]) -> None:
    own = shape_of(x)
    single = len(shape_of(images)) == 3
    if own[-len(shape) :] != shape or len(own) not in (len(shape), len(shape) + (not single)):
        accepted = D.display(shape) if single else f"(batch, {D.display(shape)[1:]}".replace(",)", ")")
        raise ValueError(
            f"keras.ops.image.{name}({argument}): got shape {D.display(own)} for images of shape {D.display(shape_of(images))}. "
            f"Accepted: {accepted}."
        )


def _columns(x: Tensor) -> list[Tensor]:
    """The columns of a matrix, shape (rows, 1) each."""
    return [slice_along(x, 1, i, i + 1) for i in range(int(shape_of(x)[1]))]  # type: ignore[arg-type]


def _plane(a: Tensor, b: Tensor, c: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """a x + b y + c."""
    return add(add(multiply(a, x), multiply(b, y)), c)


@op(category="image", operands=3)
def perspective_transform(
    images: Tensor, start_points: Tensor, end_points: Tensor, interpolation: str = "bilinear", fill_value: float = 0,
    data_format: str | None = None,
) -> Tensor:  # fmt: skip
    """Images seen from elsewhere: what was at four start points is then at the four end points.

    The old place of (x, y) is ((a0 x + a1 y + a2) / w, (b0 x + b1 y + b2) / w) with w = c0 x + c1 y + 1; the eight numbers solve the
    equations that lead each end point to its start point.
    Arguments:
        start_points, end_points: tensors, shape (batch, 4, 2), or (4, 2) without batch: points (x, y).
        interpolation: 'nearest' or 'bilinear'.
        fill_value: number outside of the old image.
    Raises: ValueError for another shape or interpolation.
    Source: keras.ops.image.perspective_transform of Keras 3.
    >>> start, end = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 1.0], [2.0, 0.0], [2.0, 1.0]]
    >>> keras.ops.round(keras.ops.image.perspective_transform([[[1.0], [2.0]], [[3.0], [4.0]]], start, end)[:, :, 0], 3)
    array([[0., 1.],
           [0., 3.]], dtype=float32)"""
    _check_count("perspective_transform", "start_points", images, start_points, (4, 2))
    _check_count("perspective_transform", "end_points", images, end_points, (4, 2))

    def places(down: Tensor, across: Tensor, dtype: str, single: bool) -> list[Tensor]:
        from_points, to_points = (cast(reshape(p, (-1, 4, 2)), dtype) for p in (end_points, start_points))
        a0, a1, a2, b0, b1, b2, c0, c1 = _columns(_perspective(from_points, to_points))
        w = _plane(c0, c1, ones_of(c0), across, down)
        return [divide(_plane(b0, b1, b2, across, down), w), divide(_plane(a0, a1, a2, across, down), w)]

    return _transformed("perspective_transform", images, places, interpolation, "constant", fill_value, data_format)


def _perspective(from_points: Tensor, to_points: Tensor) -> Tensor:
    """The eight numbers of the perspective that leads points (batch, 4, 2) to others, shape (batch, 8)."""
    x, y = (slice_along(from_points, 2, i, i + 1) for i in range(2))
    one, zero = ones_like(x), multiply(x, 0.0)
    halves, wanted = [], []
    for i, first in enumerate(([x, y, one, zero, zero, zero], [zero, zero, zero, x, y, one])):
        u = slice_along(to_points, 2, i, i + 1)
        halves.append(concatenate([*first, multiply(multiply(u, x), -1.0), multiply(multiply(u, y), -1.0)], axis=2))
        wanted.append(u)
    return squeeze(solve(concatenate(halves, axis=1), concatenate(wanted, axis=1)), axis=2)


@op(category="image")
def elastic_transform(
    images: Tensor, alpha: float = 20.0, sigma: float = 5.0, interpolation: str = "bilinear", fill_mode: str = "reflect",
    fill_value: float = 0.0, seed: Any = None, data_format: str | None = None,
) -> Tensor:  # fmt: skip
    """Images whose elements come from places nearby: normal noise of deviation `sigma`, blurred by a Gaussian of `sigma`, times `alpha`.
    Arguments:
        alpha: float, the strength.
        sigma: float > 0, in places; larger is smoother.
        interpolation: 'nearest' or 'bilinear'.
        fill_mode: 'constant', 'nearest', 'wrap', 'mirror' or 'reflect', as for `map_coordinates`.
        fill_value: number outside of the old image, for 'constant'.
    Source: Simard, Steinkraus and Platt 2003; keras.ops.image.elastic_transform of Keras 3.
    >>> keras.ops.image.elastic_transform(np.ones((8, 8, 3), "float32"), seed=1).shape
    (8, 8, 3)"""
    data_format = config.standardize_data_format(data_format)
    x = channels_last(as_batch("elastic_transform", images)[0], data_format)
    count, rows, columns, _ = shape_of(x)
    half = int(6 * sigma) // 2
    weights = np.exp(-0.5 * (np.arange(-half, half + 1) / sigma) ** 2) if sigma else np.ones(1)
    weights = weights / weights.sum()

    def places(down: Tensor, across: Tensor, dtype: str, single: bool) -> list[Tensor]:
        noise = multiply(normal((2, count, rows, columns), dtype=dtype, seed=seed), sigma)
        for axis, n in ((2, rows), (3, columns)):
            blur = engine.current().asarray(_blur_matrix(int(n), weights), dtype)  # type: ignore[arg-type]
            noise = moveaxis(tensordot(noise, blur, axes=[[axis], [0]]), -1, axis)
        moves = reshape(multiply(noise, alpha), (2, count, rows * columns))
        shifts = [reshape(slice_along(moves, 0, i, i + 1), (count, rows * columns)) for i in range(2)]
        return [add(down, shifts[0]), add(across, shifts[1])]

    return _transformed("elastic_transform", images, places, interpolation, fill_mode, fill_value, data_format)


def _blur_matrix(size: int, weights: np.ndarray) -> np.ndarray:
    """The matrix (size, size) of a convolution with `weights` between zeros."""
    half = len(weights) // 2
    distance = np.arange(size)[:, None] - np.arange(size)[None, :] + half
    return np.where((distance >= 0) & (distance < len(weights)), weights[np.clip(distance, 0, len(weights) - 1)], 0.0)


# ---------------------------------------------------------------------------------------------------------- scale and shift

_CUBIC_NAMES = ("cubic", "bicubic", "tricubic")
_LINEAR_NAMES = ("linear", "bilinear", "trilinear")
METHODS = (*_LINEAR_NAMES, *_CUBIC_NAMES, "lanczos3", "lanczos5")


def _weight_by_distance(d: Tensor, method: str) -> Tensor:
    if method in _LINEAR_NAMES:
        return maximum(subtract(1.0, d), 0.0)
    if method in _CUBIC_NAMES:  # Keys' cubic with a = -0.5
        near = add(multiply(multiply(subtract(multiply(d, 1.5), 2.5), d), d), 1.0)
        far = add(multiply(subtract(multiply(add(multiply(d, -0.5), 2.5), d), 4.0), d), 2.0)
        return select(less(d, 1.0), near, select(less(d, 2.0), far, zeros_of(d)))
    radius = float(method[-1])
    away = greater(d, 1e-3)
    angle = multiply(select(away, d, ones_of(d)), math.pi)
    found = divide(multiply(multiply(sin(angle), sin(divide(angle, radius))), radius), multiply(angle, angle))
    return select(less_equal(d, radius), select(away, found, ones_of(d)), zeros_of(d))


@op(category="image")
def scale_and_translate(
    images: Tensor, output_shape: Any, scale: Tensor, translation: Tensor, spatial_dims: Any, method: str, antialias: bool = True
) -> Tensor:
    """Images resampled along some axes: the element at place p is put at scale * (p + 0.5) + translation - 0.5.
    Arguments:
        images: tensor of any shape.
        output_shape: tuple of int, the whole new shape; it may differ from the old one on the spatial axes.
        scale, translation: float tensors, shape (number of spatial axes,).
        spatial_dims: tuple of int, the axes to resample.
        method: 'linear' ('bilinear', 'trilinear'), 'cubic' ('bicubic', 'tricubic'), 'lanczos3' or 'lanczos5'.
        antialias: bool, whether shrinking averages over all places that a new one covers.
    Returns: float tensor, shape `output_shape`; 0 where nothing is put.
    Raises: ValueError for an unknown method or sizes that do not fit.
    Source: keras.ops.image.scale_and_translate of Keras 3; jax.image.scale_and_translate.
    >>> keras.ops.image.scale_and_translate([1.0, 2.0], (4,), [2.0], [0.0], (0,), "linear")
    array([1.  , 1.25, 1.75, 2.  ], dtype=float32)"""
    _check("scale_and_translate", "method", method, METHODS)
    x = cast(images, dtypes.to_floating(dtype_of(images)))
    sizes = shape_of(x)
    axes = [axis_of("image.scale_and_translate", a, len(sizes), "spatial_dims") for a in spatial_dims]
    if len(output_shape) != len(sizes) or any(shape_of(v) != (len(axes),) for v in (scale, translation)):
        raise ValueError(
            f"keras.ops.image.scale_and_translate: output_shape {tuple(output_shape)}, scale of shape {D.display(shape_of(scale))} and "
            f"translation of shape {D.display(shape_of(translation))} for images of shape {D.display(sizes)}. Accepted: {len(sizes)} "
            f"sizes, and {len(axes)} numbers in each of the others."
        )
    own = dtype_of(x)
    dtype = "float64" if own == "float64" else "float32"
    for i, axis in enumerate(axes):
        by, shift = (reshape(slice_along(cast(v, dtype), 0, i, i + 1), ()) for v in (scale, translation))
        weights = cast(_placed_weights(_known(sizes[axis]), int(output_shape[axis]), by, shift, method, antialias), own)
        x = (
            moveaxis(tensordot(x, weights, axes=[[axis], [0]]), -1, axis)
            if isinstance(sizes[axis], int)
            else _of_size(x, axis, output_shape)
        )
    return x


def _of_size(x: Tensor, axis: int, output_shape: Any) -> Tensor:
    """A symbol whose axis has its new size: only shapes are asked for."""
    return take_along(x, engine.current().asarray(np.zeros(int(output_shape[axis])), "int32"), axis=axis)


def _placed_weights(size: int, count: int, scale: Tensor, translation: Tensor, method: str, antialias: bool) -> Tensor:
    """How much each of `size` places counts for each of `count` new ones."""
    dtype = dtype_of(scale)
    inverse = divide(1.0, scale)
    width = maximum(inverse, 1.0) if antialias else 1.0
    old, new = (engine.current().asarray(np.arange(n), dtype) for n in (size, count))
    places = subtract(subtract(multiply(add(new, 0.5), inverse), multiply(translation, inverse)), 0.5)
    weights = _weight_by_distance(divide(abs(subtract(expand_dims(places, 0), expand_dims(old, 1))), width), method)
    total = sum(weights, axis=0, keepdims=True)
    enough = greater(abs(total), 1000.0 * float(np.finfo("float32").eps))
    weights = select(enough, divide(weights, select(equal(total, 0.0), ones_of(total), total)), zeros_of(weights))
    covered = logical_and(greater_equal(places, -0.5), less_equal(places, size - 0.5))
    return select(expand_dims(covered, 0), weights, zeros_of(weights))
