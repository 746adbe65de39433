"""Images: resampling as products with fixed matrices, colours, patches, borders."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from keras.core import config, dtypes, engine
from keras.core import dims as D
from keras.core.op import op
from keras.ops.contraction import tensordot
from keras.ops.convolution import channels_last, from_channels_last, per_axis
from keras.ops.elementwise import (
    add, cast, clip, divide, dtype_of, equal, greater, maximum, minimum, mod, multiply, ones_of, round, select, subtract, zeros_of,
)  # fmt: skip
from keras.ops.indexing import take_along
from keras.ops.numeric import saturate_cast
from keras.ops.pooling import add_windows, extract_windows
from keras.ops.reduction import amax, mean, sum
from keras.ops.shaping import concatenate, moveaxis, pad_constant, reshape, shape_of, slice_along, split, squeeze, stack, transpose

Tensor = Any

# --------------------------------------------------------------------------------------------------------------- resampling


def _cubic(d: np.ndarray) -> np.ndarray:
    """Keys' cubic with a = -0.5."""
    near = ((1.5 * d - 2.5) * d) * d + 1.0
    far = ((-0.5 * d + 2.5) * d - 4.0) * d + 2.0
    return np.where(d < 1.0, near, np.where(d < 2.0, far, 0.0))


def _lanczos(d: np.ndarray, radius: float) -> np.ndarray:
    return np.where(d < radius, np.sinc(d) * np.sinc(d / radius), 0.0)


KERNELS = {
    "bilinear": lambda d: np.maximum(0.0, 1.0 - d),
    "bicubic": _cubic,
    "lanczos3": lambda d: _lanczos(d, 3.0),
    "lanczos5": lambda d: _lanczos(d, 5.0),
}
"""Weight by distance, for each kind of interpolation; 'nearest' picks instead."""


@functools.lru_cache(maxsize=64)
def resampling_matrix(size: int, count: int, kind: str, antialias: bool) -> np.ndarray:
    """Weights (size, count): how much each place counts for each new one; the centres of places are half a step inside."""
    scale = size / count
    places = (np.arange(count) + 0.5) * scale - 0.5
    width = max(scale, 1.0) if antialias else 1.0
    weights = KERNELS[kind](np.abs(places[None, :] - np.arange(size)[:, None]) / width)
    total = weights.sum(axis=0, keepdims=True)
    return np.where(np.abs(total) > 1e-4, weights / np.where(total == 0, 1.0, total), 0.0)


def _resampled(x: Tensor, axis: int, count: int, kind: str, antialias: bool) -> Tensor:
    size = shape_of(x)[axis]
    if not isinstance(size, int):  # only shapes are asked for
        return moveaxis(take_along(moveaxis(x, axis, 0), engine.current().asarray(np.zeros(count), "int32"), axis=0), 0, axis)
    if size == count:
        return x
    if kind == "nearest":
        places = np.minimum(np.floor((np.arange(count) + 0.5) * size / count), size - 1)
        return take_along(x, engine.current().asarray(places, "int32"), axis=axis)
    weights = engine.current().asarray(resampling_matrix(size, count, kind, antialias), dtype_of(x))
    return moveaxis(tensordot(x, weights, axes=[[axis], [0]]), -1, axis)


def _two(name: str, argument: str, value: Any) -> tuple[int, int]:
    if not isinstance(value, (tuple, list)) or len(value) != 2 or not all(isinstance(v, (int, np.integer)) and v > 0 for v in value):
        raise ValueError(f"keras.ops.image.{name}({argument}): got {value!r}. Accepted: (height, width), two integers > 0.")
    return int(value[0]), int(value[1])


def as_batch(name: str, images: Tensor) -> tuple[Tensor, bool]:
    """Images with a batch axis, and whether there was none."""
    sizes = shape_of(images)
    if len(sizes) not in (3, 4):
        raise ValueError(
            f"keras.ops.image.{name}(images): got shape {D.display(sizes)}. Accepted: "
            "(height, width, channels) or (batch, height, width, channels)."
        )
    return (reshape(images, (1, *sizes)), True) if len(sizes) == 3 else (images, False)


@op(category="image")
def resize(
    images: Tensor, size: Any, interpolation: str = "bilinear", antialias: bool = False, crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False, fill_mode: str = "constant", fill_value: float = 0.0, data_format: str | None = None,
) -> Tensor:  # fmt: skip
    """Images with another height and width.
    Arguments:
        size: (height, width), integers > 0.
        interpolation: 'nearest', 'bilinear', 'bicubic', 'lanczos3' or 'lanczos5'.
        antialias: bool, whether shrinking averages over all places that a new one covers.
        crop_to_aspect_ratio: bool, whether to cut the images to the new proportions first.
        pad_to_aspect_ratio: bool, whether to fill the images to the new proportions first.
        fill_mode: 'constant', the only one.
        fill_value: float, what is filled in.
    Returns: tensor with the new height and width, of the dtype of `images`; integers are rounded.
    Raises: ValueError for another size, interpolation or number of axes, or if both aspect ratio arguments are given.
    Source: Keys 1981 (bicubic); keras.ops.image.resize of Keras 3, jax.image.resize: the centres of places are half a step inside.
    >>> keras.ops.image.resize([[[1.0], [3.0]]], (1, 4))
    array([[[1. ],
            [1.5],
            [2.5],
            [3. ]]], dtype=float32)"""
    height, width = _two("resize", "size", size)
    if interpolation != "nearest" and interpolation not in KERNELS:
        raise ValueError(
            f"keras.ops.image.resize(interpolation): got {interpolation!r}. Accepted: 'nearest', {', '.join(map(repr, KERNELS))}."
        )
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("keras.ops.image.resize: crop_to_aspect_ratio and pad_to_aspect_ratio exclude each other. Write one of them.")
    data_format = config.standardize_data_format(data_format)
    batch, single = as_batch("resize", images)
    x = channels_last(batch, data_format)
    own = dtype_of(x)
    x = x if interpolation == "nearest" else cast(x, dtypes.to_floating(own))
    if crop_to_aspect_ratio or pad_to_aspect_ratio:
        x = _in_proportion(x, height, width, crop_to_aspect_ratio, fill_value)
    x = _resampled(_resampled(x, 1, height, interpolation, antialias), 2, width, interpolation, antialias)
    if dtype_of(x) != own:
        x = saturate_cast(round(x), own) if dtypes.is_integer(own) else cast(x, own)
    x = from_channels_last(x, data_format)
    return squeeze(x, axis=0) if single else x


def _in_proportion(x: Tensor, height: int, width: int, crop: bool, fill_value: float) -> Tensor:
    rows, columns = shape_of(x)[1:3]
    if not isinstance(rows, int) or not isinstance(columns, int):
        return x
    wanted_rows, wanted_columns = int(float(columns * height) / width), int(float(rows * width) / height)
    if crop:
        wanted_rows, wanted_columns = min(rows, wanted_rows), min(columns, wanted_columns)
        top, left = int((rows - wanted_rows) / 2), int((columns - wanted_columns) / 2)
        return slice_along(slice_along(x, 1, top, top + wanted_rows), 2, left, left + wanted_columns)
    wanted_rows, wanted_columns = max(rows, wanted_rows), max(columns, wanted_columns)
    top, left = int((wanted_rows - rows) / 2), int((wanted_columns - columns) / 2)
    return pad_constant(
        x, ((0, 0), (top, top), (left, left), (0, 0)), fill_value
    )  # of an odd number of places one is left out, as in Keras


# ------------------------------------------------------------------------------------------------------------------ colours


@op(category="image")
def rgb_to_grayscale(images: Tensor, data_format: str | None = None) -> Tensor:
    """One channel of brightness: 0.2989 red + 0.5870 green + 0.1140 blue.
    Returns: tensor with one channel, of the dtype of `images`.
    Raises: ValueError if `images` have neither 3 nor 4 axes.
    Source: ITU-R BT.601; keras.ops.image.rgb_to_grayscale of Keras 3.
    >>> keras.ops.image.rgb_to_grayscale([[[1.0, 0.0, 0.5]]])
    array([[[0.3559]]], dtype=float32)"""
    data_format = config.standardize_data_format(data_format)
    batch, single = as_batch("rgb_to_grayscale", images)
    x = channels_last(batch, data_format)
    own = dtype_of(x)
    weights = engine.current().asarray([0.2989, 0.587, 0.114], dtypes.to_floating(own))
    gray = cast(sum(multiply(cast(x, dtypes.to_floating(own)), weights), axis=-1, keepdims=True), own)
    gray = from_channels_last(gray, data_format)
    return squeeze(gray, axis=0) if single else gray


@op(category="image")
def rgb_to_hsv(images: Tensor, data_format: str | None = None) -> Tensor:
    """Red, green and blue from 0 to 1 as hue, saturation and value from 0 to 1.
    Raises: ValueError if `images` have neither 3 nor 4 axes.
    Source: Smith 1978, "Color gamut transform pairs"; keras.ops.image.rgb_to_hsv of Keras 3.
    >>> keras.ops.image.rgb_to_hsv([[[0.0, 1.0, 0.0]]])
    array([[[0.3333, 1.    , 1.    ]]], dtype=float32)"""
    data_format = config.standardize_data_format(data_format)
    batch, single = as_batch("rgb_to_hsv", images)
    if not dtypes.is_float(dtype_of(batch)):
        raise ValueError(
            f"keras.ops.image.rgb_to_hsv(images): got dtype {dtype_of(batch)}. Accepted: floats from 0 to 1. Write images / 255."
        )
    r, g, b = split(channels_last(batch, data_format), 3, axis=-1)
    value = maximum(maximum(r, g), b)
    span = subtract(value, minimum(minimum(r, g), b))
    zero = equal(span, 0)
    safe = select(zero, ones_of(span), span)
    saturation = select(greater(value, 0), divide(span, select(greater(value, 0), value, ones_of(value))), zeros_of(value))
    from_red, from_green, from_blue = (divide(subtract(p, q), safe) for p, q in ((g, b), (b, r), (r, g)))
    sixths = select(equal(value, r), from_red, select(equal(value, g), add(from_green, 2.0), add(from_blue, 4.0)))
    hue = select(zero, zeros_of(span), mod(divide(sixths, 6.0), 1.0))
    x = from_channels_last(concatenate([hue, saturation, value], axis=-1), data_format)
    return squeeze(x, axis=0) if single else x


@op(category="image")
def hsv_to_rgb(images: Tensor, data_format: str | None = None) -> Tensor:
    """Hue, saturation and value from 0 to 1 as red, green and blue from 0 to 1.
    Raises: ValueError if `images` have neither 3 nor 4 axes.
    Source: Smith 1978, "Color gamut transform pairs"; keras.ops.image.hsv_to_rgb of Keras 3.
    >>> keras.ops.image.hsv_to_rgb([[[0.5, 1.0, 1.0]]])
    array([[[0., 1., 1.]]], dtype=float32)"""
    data_format = config.standardize_data_format(data_format)
    batch, single = as_batch("hsv_to_rgb", images)
    if not dtypes.is_float(dtype_of(batch)):
        raise ValueError(
            f"keras.ops.image.hsv_to_rgb(images): got dtype {dtype_of(batch)}. Accepted: floats from 0 to 1. Write images / 255."
        )
    h, s, v = split(channels_last(batch, data_format), 3, axis=-1)
    parts = []
    for shift in (5.0, 3.0, 1.0):
        k = mod(add(multiply(h, 6.0), shift), 6.0)
        parts.append(subtract(v, multiply(multiply(v, s), clip(minimum(k, subtract(4.0, k)), 0.0, 1.0))))
    x = from_channels_last(concatenate(parts, axis=-1), data_format)
    return squeeze(x, axis=0) if single else x


# ------------------------------------------------------------------------------------------------------------------ borders


def _margins(name: str, size: Any, first: Any, second: Any, wanted: Any) -> tuple[int, int]:
    """Two margins of an axis from any two of (first, second, wanted size); `wanted` is positive when padding, negative when cropping."""
    given = [v is not None for v in (first, second, wanted)]
    if given.count(True) != 2:
        raise ValueError(f"keras.ops.image.{name}: exactly two of the two margins and the target size must be given for each axis.")
    if wanted is not None and wanted < 0:
        raise ValueError(f"keras.ops.image.{name}: got a target size of {wanted}. Accepted: sizes >= 0.")
    change = None if wanted is None else (wanted - size if name == "pad_images" else size - wanted)
    first = change - second if first is None else first
    second = change - first if second is None else second
    if first < 0 or second < 0:
        raise ValueError(f"keras.ops.image.{name}: margins of {first} and {second} places. Accepted: margins >= 0.")
    if name == "crop_images" and isinstance(size, int) and first + second > size:
        raise ValueError(f"keras.ops.image.{name}: margins of {first} and {second} places of {size}. Accepted: at most all of them.")
    return int(first), int(second)


@op(category="image")
def pad_images(
    images: Tensor, top_padding: int | None = None, left_padding: int | None = None, bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None, target_width: int | None = None, data_format: str | None = None,
) -> Tensor:  # fmt: skip
    """Images with zeros around them; of (top, bottom, target height) and of (left, right, target width) two each are given.
    Arguments:
        top_padding, left_padding, bottom_padding, right_padding: int >= 0, places to add. Default None: what follows from the others.
        target_height, target_width: int, the new sizes. Default None: what follows from the others.
    Returns: tensor with the new height and width, of the dtype of `images`.
    Raises: ValueError if one or three of them are given for an axis, or a margin is negative.
    Source: keras.ops.image.pad_images of Keras 3.
    >>> keras.ops.image.pad_images([[[1.0], [2.0]]], top_padding=0, left_padding=1, target_height=1, target_width=4)
    array([[[0.],
            [1.],
            [2.],
            [0.]]], dtype=float32)"""
    data_format = config.standardize_data_format(data_format)
    batch, single = as_batch("pad_images", images)
    x = channels_last(batch, data_format)
    _, rows, columns, _ = shape_of(x)
    vertical = _margins("pad_images", rows, top_padding, bottom_padding, target_height)
    horizontal = _margins("pad_images", columns, left_padding, right_padding, target_width)
    x = from_channels_last(pad_constant(x, ((0, 0), vertical, horizontal, (0, 0))), data_format)
    return squeeze(x, axis=0) if single else x


@op(category="image")
def crop_images(
    images: Tensor, top_cropping: int | None = None, left_cropping: int | None = None, bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None, target_width: int | None = None, data_format: str | None = None,
) -> Tensor:  # fmt: skip
    """Images without their margins; of (top, bottom, target height) and of (left, right, target width) two each are given.
    Arguments:
        top_cropping, left_cropping, bottom_cropping, right_cropping: int >= 0, places to cut. Default None: what follows from the others.
        target_height, target_width: int, the new sizes. Default None: what follows from the others.
    Returns: tensor with the new height and width, of the dtype of `images`.
    Raises: ValueError if one or three of them are given for an axis, or a margin is negative or larger than what is there.
    Source: keras.ops.image.crop_images of Keras 3.
    >>> keras.ops.image.crop_images([[[1.0], [2.0], [3.0]]], top_cropping=0, left_cropping=1, target_height=1, target_width=2)
    array([[[2.],
            [3.]]], dtype=float32)"""
    data_format = config.standardize_data_format(data_format)
    batch, single = as_batch("crop_images", images)
    x = channels_last(batch, data_format)
    _, rows, columns, _ = shape_of(x)
    top, bottom = _margins("crop_images", rows, top_cropping, bottom_cropping, target_height)
    left, right = _margins("crop_images", columns, left_cropping, right_cropping, target_width)
    x = slice_along(slice_along(x, 1, top, rows - bottom), 2, left, columns - right)
    x = from_channels_last(x, data_format)
    return squeeze(x, axis=0) if single else x


# ------------------------------------------------------------------------------------------------------------------ patches


def _check_block(name: str, x: Tensor, block_size: Any) -> None:
    if not isinstance(block_size, int) or block_size < 2:
        raise ValueError(f"keras.ops.{name}(block_size): got {block_size!r}. Accepted: an integer >= 2.")
    if len(shape_of(x)) != 4:
        raise ValueError(f"keras.ops.{name}(x): got shape {D.display(shape_of(x))}. Accepted: four axes, (batch, height, width, channels).")


@op(category="nn")
def depth_to_space(x: Tensor, block_size: int, data_format: str = "channels_last") -> Tensor:
    """Channels laid out as blocks of places: (height, width, channels) becomes (height * b, width * b, channels / b^2).
    Arguments:
        x: tensor, shape (batch, height, width, channels), or (batch, channels, height, width) with 'channels_first'.
    Returns: tensor in the same layout, of the dtype of `x`.
    Raises: ValueError if the channels are no multiple of b^2.
    Source: Shi et al. 2016 (sub-pixel convolution); keras.ops.depth_to_space of Keras 3.
    >>> keras.ops.depth_to_space([[[[1, 2, 3, 4]]]], 2)[0, :, :, 0]
    array([[1, 2],
           [3, 4]], dtype=int32)"""
    _check_block("depth_to_space", x, block_size)
    first = data_format == "channels_first"  # the channels of a block come last there, as in torch's pixel_shuffle
    x = channels_last(x, data_format)
    batch, rows, columns, channels = shape_of(x)
    if not isinstance(channels, int) or channels % block_size**2:
        raise ValueError(
            f"keras.ops.depth_to_space(x): {channels} channels for blocks of {block_size} x {block_size}. Accepted: "
            f"a multiple of {block_size**2}."
        )
    if first:
        x = transpose(reshape(x, (batch, rows, columns, channels // block_size**2, block_size, block_size)), (0, 1, 4, 2, 5, 3))
    else:
        x = transpose(reshape(x, (batch, rows, columns, block_size, block_size, channels // block_size**2)), (0, 1, 3, 2, 4, 5))
    return from_channels_last(reshape(x, (batch, rows * block_size, columns * block_size, channels // block_size**2)), data_format)


@op(category="nn")
def space_to_depth(x: Tensor, block_size: int, data_format: str = "channels_last") -> Tensor:
    """Blocks of places laid out as channels, the inverse of `depth_to_space`.
    Arguments:
        x: tensor, shape (batch, height, width, channels), or (batch, channels, height, width) with 'channels_first'.
    Returns: tensor in the same layout, of the dtype of `x`.
    Raises: ValueError if height or width is no multiple of `block_size`.
    >>> keras.ops.space_to_depth([[[[1], [2]], [[3], [4]]]], 2)
    array([[[[1, 2, 3, 4]]]], dtype=int32)"""
    _check_block("space_to_depth", x, block_size)
    first = data_format == "channels_first"
    x = channels_last(x, data_format)
    batch, rows, columns, channels = shape_of(x)
    if any(isinstance(n, int) and n % block_size for n in (rows, columns)):
        raise ValueError(f"keras.ops.space_to_depth(x): got {D.display((rows, columns))} places. Accepted: multiples of {block_size}.")
    x = reshape(x, (batch, rows // block_size, block_size, columns // block_size, block_size, channels))
    x = transpose(x, (0, 1, 3, 5, 2, 4) if first else (0, 1, 3, 2, 4, 5))
    return from_channels_last(reshape(x, (batch, rows // block_size, columns // block_size, channels * block_size**2)), data_format)


@op(category="nn")
def unfold(x: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """Every window of images as a column.
    Arguments:
        x: tensor, shape (batch, channels, height, width).
        padding: int or two of them: zeros to add on both sides.
    Returns: tensor, shape (batch, channels * height and width of a window, number of windows), of the dtype of `x`.
    Source: keras.ops.unfold of Keras 3, torch.nn.functional.unfold.
    >>> keras.ops.unfold([[[[1, 2, 3], [4, 5, 6]]]], 2)
    array([[[1, 2],
            [2, 3],
            [4, 5],
            [5, 6]]], dtype=int32)"""
    kernel, step, spread = (
        per_axis("unfold", n, v, 2) for n, v in (("kernel_size", kernel_size), ("stride", stride), ("dilation", dilation))
    )
    border = (padding, padding) if isinstance(padding, int) else tuple(padding)
    batch, channels, rows, columns = shape_of(x)
    wide = tuple((k - 1) * d + 1 for k, d in zip(kernel, spread, strict=True))
    windows = extract_windows(
        channels_last(x, "channels_first"), window=wide, strides=step, padding=tuple((p, p) for p in border), value=0.0
    )
    windows = slice_along(slice_along(windows, 3, 0, None, spread[0]), 4, 0, None, spread[1])
    _, down, across, *_ = shape_of(windows)
    return reshape(transpose(windows, (0, 5, 3, 4, 1, 2)), (batch, channels * kernel[0] * kernel[1], down * across))


@op(category="nn")
def fold(x: Tensor, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """Columns of windows added back to images, the counterpart of `unfold`.
    Arguments:
        x: tensor, shape (batch, channels * height and width of a window, number of windows).
        output_size: int or two of them: height and width of the images.
        padding: int or two of them: how far the windows reach beyond the images.
    Returns: tensor, shape (batch, channels, height, width), of the dtype of `x`.
    Raises: ValueError if `x` has another number of rows or windows.
    Source: keras.ops.fold of Keras 3, torch.nn.functional.fold.
    >>> keras.ops.fold([[[1, 2], [2, 3], [4, 5], [5, 6]]], (2, 3), 2)
    array([[[[ 1,  4,  3],
             [ 4, 10,  6]]]], dtype=int32)"""
    kernel, step, spread = (
        per_axis("fold", n, v, 2) for n, v in (("kernel_size", kernel_size), ("stride", stride), ("dilation", dilation))
    )
    border = (padding, padding) if isinstance(padding, int) else tuple(padding)
    size = per_axis("fold", "output_size", output_size, 2)
    wide = tuple((k - 1) * d + 1 for k, d in zip(kernel, spread, strict=True))
    places = tuple((n + 2 * p - w) // s + 1 for n, p, w, s in zip(size, border, wide, step, strict=True))
    batch, depth, count = shape_of(x)
    if not isinstance(depth, int) or depth % (kernel[0] * kernel[1]) or (isinstance(count, int) and count != places[0] * places[1]):
        raise ValueError(
            f"keras.ops.fold(x): got shape {D.display(shape_of(x))}. Accepted: "
            f"(batch, channels * {kernel[0] * kernel[1]}, {places[0] * places[1]})."
        )
    channels = depth // (kernel[0] * kernel[1])
    windows = transpose(reshape(x, (batch, channels, *kernel, *places)), (0, 4, 5, 2, 3, 1))
    if spread != (1, 1):
        windows = _spread_out(_spread_out(windows, 3, spread[0]), 4, spread[1])
    images = add_windows(windows, window=wide, strides=step, padding=tuple((p, p) for p in border), x_shape=(batch, *size, channels))
    return from_channels_last(images, "channels_first")


def _spread_out(x: Tensor, axis: int, distance: int) -> Tensor:
    """`x` with distance - 1 zeros between neighbours along an axis."""
    sizes = shape_of(x)
    split_up = reshape(x, (*sizes[: axis + 1], 1, *sizes[axis + 1 :]))
    width = [(0, 0)] * len(sizes)
    width.insert(axis + 1, (0, distance - 1))
    wide = reshape(pad_constant(split_up, tuple(width)), (*sizes[:axis], sizes[axis] * distance, *sizes[axis + 1 :]))
    return slice_along(wide, axis, 0, (sizes[axis] - 1) * distance + 1)


# ---------------------------------------------------------------------------------------------------------- adaptive pooling


def _adaptive(name: str, statistic: Any, inputs: Tensor, output_size: Any, data_format: str | None) -> Tensor:
    data_format = config.standardize_data_format(data_format)
    x = channels_last(inputs, data_format)
    count = len(shape_of(x)) - 2
    if count not in (1, 2, 3):
        raise ValueError(
            f"keras.ops.{name}(inputs): got shape {D.display(shape_of(x))}. Accepted: (batch, one to three spatial axes, channels)."
        )
    for axis, n in enumerate(per_axis(name, "output_size", output_size, count), start=1):
        size = shape_of(x)[axis]
        if not isinstance(size, int):
            raise ValueError(f"keras.ops.{name}: the size of every spatial axis must be known.")
        edges = [(i * size // n, -(-(i + 1) * size // n)) for i in range(n)]
        x = stack([statistic(slice_along(x, axis, low, high), axis=axis) for low, high in edges], axis=axis)
    return from_channels_last(x, data_format)


@op(category="nn")
def adaptive_average_pool(inputs: Tensor, output_size: Any, data_format: str | None = None) -> Tensor:
    """The mean of `output_size` nearly equal windows per axis: window i of n over m places goes from floor(i m / n) to ceil((i + 1) m / n).
    Arguments:
        output_size: int > 0, or one per spatial axis.
    Returns: tensor, shape (batch, *output_size, channels) in the same layout; float.
    Raises: ValueError if a spatial size is unknown.
    Source: keras.ops.adaptive_average_pool of Keras 3, torch.nn.AdaptiveAvgPool2d.
    >>> keras.ops.adaptive_average_pool([[[1.0], [2.0], [3.0], [4.0]]], 2)
    array([[[1.5],
            [3.5]]], dtype=float32)"""
    return _adaptive("adaptive_average_pool", mean, inputs, output_size, data_format)


@op(category="nn")
def adaptive_max_pool(inputs: Tensor, output_size: Any, data_format: str | None = None) -> Tensor:
    """The largest element of `output_size` nearly equal windows per axis: window i of n over m places starts at floor(i m / n).
    Arguments:
        output_size: int > 0, or one per spatial axis.
    Returns: tensor, shape (batch, *output_size, channels) in the same layout, of the dtype of `inputs`.
    Raises: ValueError if a spatial size is unknown.
    Source: keras.ops.adaptive_max_pool of Keras 3, torch.nn.AdaptiveMaxPool2d.
    >>> keras.ops.adaptive_max_pool([[[1.0], [2.0], [3.0], [4.0]]], 2)
    array([[[2.],
            [4.]]], dtype=float32)"""
    return _adaptive("adaptive_max_pool", amax, inputs, output_size, data_format)
