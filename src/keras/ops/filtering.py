"""Images under small windows: blur, edges, structural similarity, patches."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras.core import config, dtypes, engine
from keras.core import dims as D
from keras.core.op import op
from keras.ops.convolution import channels_last, depthwise_conv, from_channels_last, padding_pairs
from keras.ops.elementwise import add, cast, divide, dtype_of, multiply, square, subtract
from keras.ops.images import as_batch
from keras.ops.pooling import extract_windows
from keras.ops.reduction import mean
from keras.ops.shaping import moveaxis, reshape, shape_of, slice_along, squeeze, stack

Tensor = Any


def _two_numbers(name: str, argument: str, value: Any, kind: type) -> tuple[Any, Any]:
    values = (value, value) if isinstance(value, (int, float)) else tuple(value)
    if len(values) != 2 or not all(v > 0 for v in values):
        raise ValueError(f"keras.ops.image.{name}({argument}): got {value!r}. Accepted: two numbers > 0.")
    return kind(values[0]), kind(values[1])


def _gaussian(size: int, sigma: float) -> np.ndarray:
    """`size` weights of a Gaussian around their middle, which sum to 1."""
    weights = np.exp(-0.5 * ((np.arange(size) - (size - 1) / 2) / sigma) ** 2)
    return weights / weights.sum()


def _filtered(x: Tensor, weights: np.ndarray, padding: str) -> Tensor:
    """Every channel of `x` (batch, height, width, channels) under the same window of weights."""
    channels = int(shape_of(x)[-1])  # type: ignore[arg-type]
    kernel = np.repeat(weights[:, :, None, None], channels, axis=2)
    return depthwise_conv(x, engine.current().asarray(kernel, dtype_of(x)), padding=padding, data_format="channels_last")


@op(category="image")
def gaussian_blur(images: Tensor, kernel_size: Any = (3, 3), sigma: Any = (1.0, 1.0), data_format: str | None = None) -> Tensor:
    """Images under a window of Gaussian weights, zeros around them.

    The window lies over the last two axes of the images, whatever `data_format` says: that is what Keras 3.15.1 computes on JAX, and so
    channels-last images are blurred along width and channels. For a blur along height and width move the channels to the front.
    Arguments:
        kernel_size: (width, height) of the window.
        sigma: two floats > 0, the deviations in places.
    Raises: ValueError for images with another number of axes.
    Source: keras.ops.image.gaussian_blur of Keras 3.
    >>> keras.ops.image.gaussian_blur(np.ones((1, 3, 3)), data_format="channels_first")[0, 1]
    array([0.7259, 1.    , 0.7259])"""
    config.standardize_data_format(data_format)
    sizes = _two_numbers("gaussian_blur", "kernel_size", kernel_size, int)
    sigmas = _two_numbers("gaussian_blur", "sigma", sigma, float)
    batch, single = as_batch("gaussian_blur", images)
    if not dtypes.is_float(dtype_of(batch)):
        raise TypeError(f"keras.ops.image.gaussian_blur(images): got dtype {dtype_of(batch)}. Accepted: floats.")
    weights = np.outer(_gaussian(sizes[1], sigmas[1]), _gaussian(sizes[0], sigmas[0]))
    x = moveaxis(_filtered(moveaxis(batch, 1, -1), weights, "same"), -1, 1)
    return squeeze(x, axis=0) if single else x


@op(category="image")
def sobel_edges(images: Tensor, data_format: str | None = None) -> Tensor:
    """How fast images change downwards and to the right, by Sobel's windows with zeros around the image.
    Returns: tensor in the shape of `images` with a last axis of size 2: (downwards, to the right).
    Source: Sobel and Feldman 1968; keras.ops.image.sobel_edges of Keras 3.
    >>> keras.ops.image.sobel_edges([[[0.0], [1.0], [2.0]]])[0, :, 0, 1]
    array([ 2.,  4., -2.], dtype=float32)"""
    data_format = config.standardize_data_format(data_format)
    batch, single = as_batch("sobel_edges", images)
    x = channels_last(batch, data_format)
    if not dtypes.is_float(dtype_of(x)):
        x = cast(x, "int32")
    smooth, slope = np.array([1.0, 2.0, 1.0]), np.array([-1.0, 0.0, 1.0])
    edges = [from_channels_last(_filtered(x, window, "same"), data_format) for window in (np.outer(slope, smooth), np.outer(smooth, slope))]
    found = stack(edges, axis=-1)
    return squeeze(found, axis=0) if single else found


@op(category="image", operands=2)
def ssim(
    image1: Tensor, image2: Tensor, max_val: float = 1.0, filter_size: int = 11, filter_sigma: float = 1.5, k1: float = 0.01,
    k2: float = 0.03, data_format: str | None = None,
) -> Tensor:  # fmt: skip
    """The structural similarity of two images, 1 for equal ones, as the mean over all windows and channels.

    (2 m1 m2 + c1) (2 s12 + c2) / ((m1^2 + m2^2 + c1) (s1^2 + s2^2 + c2)),   c = (k * max_val)^2
    with means m, variances s^2 and covariance s12 under a Gaussian window
    Arguments:
        image1, image2: float tensors of one shape (batch, height, width, channels), or without batch, or with channels before height.
        max_val: float, the largest possible difference of two elements.
        filter_size: int, places of the window on each axis.
        filter_sigma: float > 0, the deviation of the window.
        k1, k2: floats that keep the divisors from 0. Default 0.01 and 0.03.
    Returns: float tensor, shape (batch,), or () without batch.
    Raises: ValueError for different shapes or images smaller than the window.
    Source: Wang et al. 2004, "Image quality assessment"; keras.ops.image.ssim of Keras 3.
    >>> image = np.random.default_rng(0).uniform(size=(12, 12, 1))
    >>> float(keras.ops.image.ssim(image, image)), float(keras.ops.image.ssim(image, 1 - image))
    (1.0, -0.9488)"""
    data_format = config.standardize_data_format(data_format)
    first, second = shape_of(image1), shape_of(image2)
    if len(first) != len(second) or any(D.unify(m, n) is None for m, n in zip(first, second, strict=True)):
        raise ValueError(f"keras.ops.image.ssim: got images of shapes {D.display(first)} and {D.display(second)}. Accepted: equal shapes.")
    own = dtypes.to_floating(dtypes.result_type(dtype_of(image1), dtype_of(image2)))
    batches = [as_batch("ssim", cast(image, own)) for image in (image1, image2)]
    a, b = (channels_last(batch, data_format) for batch, _ in batches)
    weights = _gaussian(int(filter_size), filter_sigma)

    def smooth(x: Tensor) -> Tensor:
        return _filtered(_filtered(x, weights[:, None], "valid"), weights[None, :], "valid")

    m1, m2 = smooth(a), smooth(b)
    products, squares = multiply(m1, m2), add(square(m1), square(m2))
    covariance = subtract(smooth(multiply(a, b)), products)
    variances = subtract(smooth(add(square(a), square(b))), squares)
    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    above = multiply(add(multiply(products, 2.0), c1), add(multiply(covariance, 2.0), c2))
    found = mean(divide(above, multiply(add(squares, c1), add(variances, c2))), axis=(1, 2, 3))
    return squeeze(found, axis=0) if batches[0][1] else found


# ------------------------------------------------------------------------------------------------------------------ patches


def _per_axis(name: str, argument: str, value: Any, rank: int) -> tuple[int, ...]:
    values = (value,) * rank if isinstance(value, (int, np.integer)) else tuple(value) if isinstance(value, (tuple, list)) else ()
    if len(values) != rank or not all(isinstance(v, (int, np.integer)) and v > 0 for v in values):
        raise ValueError(f"keras.ops.image.{name}({argument}): got {value!r}. Accepted: a positive integer, or {rank} of them.")
    return tuple(int(v) for v in values)


def _patches(
    name: str, images: Tensor, size: Any, strides: Any, dilation_rate: Any, padding: str, data_format: str | None, rank: int
) -> Tensor:
    data_format = config.standardize_data_format(data_format)
    sizes = shape_of(images)
    single = len(sizes) == rank + 1
    if not single and len(sizes) != rank + 2:
        accepted = "(batch, height, width, channels)" if rank == 2 else "(batch, depth, height, width, channels)"
        raise ValueError(f"keras.ops.image.{name}: got shape {D.display(sizes)}. Accepted: {accepted}, or without batch.")
    window = _per_axis(name, "size", size, rank)
    step = window if strides is None else _per_axis(name, "strides", strides, rank)
    spread = _per_axis(name, "dilation_rate", dilation_rate, rank)
    if not isinstance(padding, str) or padding.lower() not in ("valid", "same"):
        raise ValueError(f"keras.ops.image.{name}(padding): got {padding!r}. Accepted: 'valid' or 'same'.")
    x = channels_last(reshape(images, (1, *sizes)) if single else images, data_format)
    pairs = padding_pairs(name, padding, shape_of(x)[1:-1], window, step, spread)
    wide = tuple((k - 1) * d + 1 for k, d in zip(window, spread, strict=True))
    windows = extract_windows(x, window=wide, strides=step, padding=pairs, value=0.0)
    for axis, distance in enumerate(spread, start=1 + rank):
        windows = slice_along(windows, axis, 0, None, distance) if distance > 1 else windows
    found = shape_of(windows)
    windows = from_channels_last(reshape(windows, (*found[: 1 + rank], D.product(found[1 + rank :]))), data_format)
    return squeeze(windows, axis=0) if single else windows


@op(category="image")
def extract_patches(
    images: Tensor, size: Any, strides: Any = None, dilation_rate: Any = 1, padding: str = "valid", data_format: str | None = None
) -> Tensor:
    """The patches of images, each laid out as channels: row by row, all channels of a place together.
    Arguments:
        size: int or (height, width) of a patch; three numbers take patches of volumes, as `extract_patches_3d`.
        strides: int or two, from patch to patch. Default None: `size`.
        dilation_rate: int or two, from place to place in a patch.
        padding: 'valid' for whole patches only, 'same' for ceil(size / stride) patches with zeros around the image.
    Returns: tensor, shape (batch, rows, columns, patch height * patch width * channels).
    Source: keras.ops.image.extract_patches of Keras 3.
    >>> keras.ops.image.extract_patches(np.arange(4).reshape(2, 2, 1), 2)
    array([[[0, 1, 2, 3]]])"""
    rank = 3 if isinstance(size, (tuple, list)) and len(size) == 3 else 2
    return _patches("extract_patches", images, size, strides, dilation_rate, padding, data_format, rank)


@op(category="image")
def extract_patches_3d(
    volumes: Tensor, size: Any, strides: Any = None, dilation_rate: Any = 1, padding: str = "valid", data_format: str | None = None
) -> Tensor:
    """The patches of volumes, each laid out as channels: plane by plane, row by row, all channels of a place together.
    Arguments:
        volumes: tensor, shape (batch, depth, height, width, channels), or without batch, or with channels before depth.
        size: int or (depth, height, width) of a patch.
        strides: int or three, from patch to patch. Default None: `size`.
        dilation_rate: int or three, from place to place in a patch.
        padding: 'valid' for whole patches only, 'same' for ceil(size / stride) patches with zeros around the volume.
    Returns: tensor, shape (batch, planes, rows, columns, places of a patch * channels).
    Source: keras.ops.image.extract_patches_3d of Keras 3.
    >>> keras.ops.image.extract_patches_3d(np.arange(8).reshape(2, 2, 2, 1), 2)[0, 0]
    array([[0, 1, 2, 3, 4, 5, 6, 7]])"""
    return _patches("extract_patches_3d", volumes, size, strides, dilation_rate, padding, data_format, 3)
