"""Convolutions and windows, channels last. What TensorFlow lacks on CPUs (groups, dilated gradients) is a sum over the kernel's taps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from keras.engines.tensorflow.places import place_slice, sizes

Tensor = Any


def padded(x: Tensor, padding: Any, value: float = 0.0) -> Tensor:
    """x with its spatial axes padded."""
    if all(p == (0, 0) for p in padding):
        return x
    return tf.pad(x, [(0, 0), *padding, (0, 0)], constant_values=tf.cast(value, x.dtype))


def _places(spatial: Any, window: Any, strides: Any, dilation: Any) -> list[int]:
    return [max((n - (k - 1) * d - 1) // s + 1, 0) for n, k, s, d in zip(spatial, window, strides, dilation, strict=True)]


def _region(tap: Any, places: Any, strides: Any, dilation: Any) -> list[tuple[int, int, int]]:
    return [(t * d, t * d + max((p - 1) * s + 1, 0), s) for t, p, s, d in zip(tap, places, strides, dilation, strict=True)]


def _taps(x: Tensor, window: Any, strides: Any, dilation: Any) -> Iterator[Tensor]:
    """For each tap of the window, the elements of an already padded x that it meets: (batch, *places, channels)."""
    places = _places(sizes(x)[1:-1], window, strides, dilation)
    for tap in np.ndindex(*window):
        yield x[(slice(None), *(slice(*r) for r in _region(tap, places, strides, dilation)))]


def _add_taps(parts: list[Tensor], shape: Any, window: Any, strides: Any, dilation: Any) -> Tensor:
    """The sum of `parts`, one per tap, each put back where `_taps` takes it from."""
    total = None
    for tap, part in zip(np.ndindex(*window), parts, strict=True):
        region = [(0, shape[0], 1), *_region(tap, sizes(part)[1:-1], strides, dilation), (0, shape[-1], 1)]
        put = place_slice(part, shape, *zip(*region, strict=True))
        total = put if total is None else total + put
    return total


def _padded_shape(x_shape: Any, padding: Any) -> tuple[int, ...]:
    return (x_shape[0], *(n + low + high for n, (low, high) in zip(x_shape[1:-1], padding, strict=True)), x_shape[-1])


def _cut(x: Tensor, x_shape: Any, padding: Any) -> Tensor:
    return x[(slice(None), *(slice(low, low + n) for n, (low, _) in zip(x_shape[1:-1], padding, strict=True)))]


def _is_plain(strides: Any, dilation: Any, groups: int) -> bool:
    return groups == 1 and all(d == 1 for d in dilation)


def _per_group(x: Tensor, w: Tensor, groups: int, transposed: bool = False) -> Tensor:
    """x times one tap of the kernel (channels / groups, filters), group by group."""
    w = tf.reshape(w, (w.shape[0], groups, -1))
    grouped = tf.reshape(x, (*x.shape[:-1], groups, x.shape[-1] // groups))
    product = tf.einsum("...gf,cgf->...gc" if transposed else "...gc,cgf->...gf", grouped, w)
    return tf.reshape(product, (*x.shape[:-1], -1))


def conv(x: Tensor, w: Tensor, strides: Any, padding: Any, dilation: Any, groups: int = 1, same: bool = False) -> Tensor:
    """The convolution of x (batch, *spatial, channels) with w (*kernel, channels / groups, filters)."""
    x = padded(x, padding)
    window = sizes(w)[:-2]
    if groups > 1 and groups == x.shape[-1] and len(window) == 2 and len(set(strides)) == 1 and all(d == 1 for d in dilation):
        return tf.nn.depthwise_conv2d(x, tf.reshape(w, (*window, groups, -1)), (1, *strides, 1), "VALID")
    if _is_plain(strides, dilation, groups):
        return tf.nn.convolution(x, w, tuple(strides), "VALID")
    kernels = tf.reshape(w, (-1, *sizes(w)[-2:]))
    return tf.add_n([_per_group(t, kernels[i], groups) for i, t in enumerate(_taps(x, window, strides, dilation))])


def conv_input_gradient(g: Tensor, w: Tensor, strides: Any, padding: Any, dilation: Any, groups: int, x_shape: Any) -> Tensor:
    """The gradient with respect to the input; also the transposed convolution."""
    shape = _padded_shape(x_shape, padding)
    if _is_plain(strides, dilation, groups):
        return _cut(tf.nn.conv_transpose(g, w, shape, tuple(strides), "VALID"), x_shape, padding)
    kernels = tf.reshape(w, (-1, *sizes(w)[-2:]))
    parts = [_per_group(g, kernels[i], groups, transposed=True) for i in range(kernels.shape[0])]
    return _cut(_add_taps(parts, shape, sizes(w)[:-2], strides, dilation), x_shape, padding)


def conv_filter_gradient(x: Tensor, g: Tensor, strides: Any, padding: Any, dilation: Any, groups: int, w_shape: Any) -> Tensor:
    """The gradient with respect to the kernel: for each tap the product of what it met and the cotangent."""
    g = tf.reshape(g, (-1, groups, g.shape[-1] // groups))
    taps = [tf.reshape(t, (-1, groups, t.shape[-1] // groups)) for t in _taps(padded(x, padding), w_shape[:-2], strides, dilation)]
    return tf.reshape(tf.stack([tf.einsum("pgc,pgf->cgf", t, g) for t in taps]), tuple(w_shape))


def extract_windows(x: Tensor, window: Any, strides: Any, padding: Any, value: float = 0.0) -> Tensor:
    """Every window of x: (batch, *places, *window, channels)."""
    stacked = tf.stack(list(_taps(padded(x, padding, value), window, strides, (1,) * len(window))), axis=-2)
    return tf.reshape(stacked, (*stacked.shape[:-2], *window, stacked.shape[-1]))


def add_windows(g: Tensor, window: Any, strides: Any, padding: Any, x_shape: Any) -> Tensor:
    """Windows added back to their places."""
    count = len(window)
    shape = _padded_shape(x_shape, padding)
    parts = [g[(slice(None),) * (1 + count) + tap] for tap in np.ndindex(*window)]
    return _cut(_add_taps(parts, shape, window, strides, (1,) * count), x_shape, padding)


def max_pool(x: Tensor, window: Any, strides: Any, padding: Any) -> Tensor:
    """The largest element of every window."""
    if not x.dtype.is_floating:
        patches = extract_windows(x, window, strides, padding, -(2**31))
        return tf.reduce_max(patches, tuple(range(1 + len(window), 1 + 2 * len(window))))
    return tf.nn.max_pool(padded(x, padding, -np.inf), window, strides, "VALID")
