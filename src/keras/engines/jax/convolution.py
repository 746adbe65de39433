"""Convolution, channels last. On a CPU its gradients are written as forward convolutions too, which XLA hands to Eigen's kernels.

XLA's own gradients of a convolution flip or dilate windows and swap axes by their numbers; on a CPU most of these end in a plain loop,
inside of `while` in one that is a hundred times slower. A convolution in the one layout (batch, *spatial, channels) x (*kernel,
channels, filters) is fast on every thread, so all three are brought into it: operands are transposed, flipped and padded explicitly.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from keras.engines.jax import columns

Array = Any
_MOST_TAPS, _MOST_GROUPS = 49, 16
"""Larger depthwise kernels, and more groups, are left to XLA."""
_LAYOUTS = {1: ("NWC", "WIO", "NWC"), 2: ("NHWC", "HWIO", "NHWC"), 3: ("NDHWC", "DHWIO", "NDHWC")}


def _plain(x: Array, w: Array, strides: Any, padding: Any, dilation: Any, groups: int = 1) -> Array:
    """The convolution with XLA's own gradients."""
    numbers = _LAYOUTS[x.ndim - 2]
    return lax.conv_general_dilated(x, w, strides, padding, rhs_dilation=dilation, dimension_numbers=numbers, feature_group_count=groups)


def _for_cpu() -> bool:
    return jax.default_backend() == "cpu"


def conv(x: Array, w: Array, strides: Any, padding: Any, dilation: Any, groups: int = 1, same: bool = False) -> Array:
    """The convolution of x (batch, *spatial, channels) with w (*kernel, channels / groups, filters)."""
    strides, padding, dilation = tuple(strides), tuple(map(tuple, padding)), tuple(dilation)
    if not _for_cpu():
        return _plain(x, w, strides, padding, dilation, groups)
    if groups == 1:
        return _conv.bind(x, w, strides=strides, padding=padding, dilation=dilation)
    if groups == x.shape[-1] and math.prod(w.shape[:-2]) <= _MOST_TAPS:
        return _by_channel(x, w, strides, padding, dilation)
    if groups <= _MOST_GROUPS:
        pairs = zip(jnp.split(x, groups, -1), jnp.split(w, groups, -1), strict=True)
        return lax.concatenate([_conv.bind(a, b, strides=strides, padding=padding, dilation=dilation) for a, b in pairs], x.ndim - 1)
    return _plain(x, w, strides, padding, dilation, groups)


@functools.partial(jax.jit, static_argnums=(2, 3, 4))
def _by_channel(x: Array, w: Array, strides: Any, padding: Any, dilation: Any) -> Array:
    """A convolution of every channel for itself: one multiplication and addition per tap, which XLA makes one loop of."""
    if w.shape[-1] != x.shape[-1]:
        x = jnp.repeat(x, w.shape[-1] // x.shape[-1], axis=-1)
    x = lax.pad(x, x.dtype.type(0), [(0, 0, 0), *((low, high, 0) for low, high in padding), (0, 0, 0)])
    places = [(n - (k - 1) * d - 1) // s + 1 for n, k, s, d in zip(x.shape[1:-1], w.shape, strides, dilation, strict=False)]
    total = None
    for tap in np.ndindex(*w.shape[:-2]):
        starts = [t * d for t, d in zip(tap, dilation, strict=True)]
        stops = [a + (n - 1) * s + 1 for a, n, s in zip(starts, places, strides, strict=True)]
        part = lax.slice(x, (0, *starts, 0), (x.shape[0], *stops, x.shape[-1]), (1, *strides, 1))
        part = lax.mul(*columns.lined_up(part, w[(*tap, 0)]))
        total = part if total is None else lax.add(total, part)
    return total


def conv_input_gradient(g: Array, w: Array, strides: Any, padding: Any, dilation: Any, groups: int, x_shape: Any) -> Array:
    """The gradient with respect to the input; also the transposed convolution."""
    if groups > 1 or not _for_cpu():
        x = jax.ShapeDtypeStruct(tuple(x_shape), g.dtype)
        return jax.linear_transpose(lambda v: conv(v, w, strides, padding, dilation, groups), x)(g)[0]
    pads = []
    for n, k, s, d, (low, _), places in zip(x_shape[1:-1], w.shape, strides, dilation, padding, g.shape[1:-1], strict=False):
        before = (k - 1) * d - low
        pads.append((before, n - ((places - 1) * s + 1) - before + (k - 1) * d, s - 1))
    g = lax.pad(g, g.dtype.type(0), [(0, 0, 0), *pads, (0, 0, 0)])
    spatial = tuple(range(w.ndim - 2))
    flipped = lax.transpose(lax.rev(w, spatial), (*spatial, w.ndim - 1, w.ndim - 2))
    return conv(g, flipped, (1,) * len(spatial), ((0, 0),) * len(spatial), dilation)


def conv_filter_gradient(x: Array, g: Array, strides: Any, padding: Any, dilation: Any, groups: int, w_shape: Any) -> Array:
    """The gradient with respect to the kernel: the convolution of x with g, samples as channels."""
    if groups > 1 or not _for_cpu():
        w = jax.ShapeDtypeStruct(tuple(w_shape), g.dtype)
        return jax.linear_transpose(lambda v: conv(x, v, strides, padding, dilation, groups), w)(g)[0]
    pads = []
    for n, k, s, d, (low, _), places in zip(x.shape[1:-1], w_shape, strides, dilation, padding, g.shape[1:-1], strict=False):
        pads.append((low, (k - 1) * d + (places - 1) * s + 1 - n - low))
    if any(low or high for low, high in pads):
        x = lax.pad(x, x.dtype.type(0), [(0, 0, 0), *((low, high, 0) for low, high in pads), (0, 0, 0)])
    last = x.ndim - 1
    spatial = tuple(range(1, last))
    found = conv(lax.transpose(x, (last, *spatial, 0)), lax.transpose(g, (*spatial, 0, last)), dilation, ((0, 0),) * len(spatial), strides)
    return lax.transpose(found, (*spatial, 0, last))


_conv = Primitive("keras_conv")
"""A convolution without groups whose transposes are the two functions above."""


def _shape(x: Array, w: Array, **options: Any) -> Any:
    made = jax.eval_shape(lambda a, b: _plain(a, b, **options), *(jax.ShapeDtypeStruct(v.shape, v.dtype) for v in (x, w)))
    return x.update(shape=made.shape, dtype=made.dtype, weak_type=False)


def _batched(operands: Any, axes: Any, **options: Any) -> Any:
    return jax.vmap(lambda x, w: _plain(x, w, **options), axes)(*operands), 0


def _to_input(g: Array, x: Any, w: Array, **options: Any) -> Array:
    return conv_input_gradient(g, w, groups=1, x_shape=x.aval.shape, **options)


def _to_kernel(g: Array, x: Array, w: Any, **options: Any) -> Array:
    return conv_filter_gradient(x, g, groups=1, w_shape=w.aval.shape, **options)


_conv.def_impl(jax.jit(_plain, static_argnames=("strides", "padding", "dilation")))
_conv.def_abstract_eval(_shape)
ad.defbilinear(_conv, _to_input, _to_kernel)
batching.primitive_batchers[_conv] = _batched
mlir.register_lowering(_conv, mlir.lower_fun(_plain, multiple_results=False))
