"""Convolution by XLA, channels last; its gradients are its transposes."""

from __future__ import annotations

from typing import Any

import jax
from jax import lax

Array = Any
_LAYOUTS = {1: ("NWC", "WIO", "NWC"), 2: ("NHWC", "HWIO", "NHWC"), 3: ("NDHWC", "DHWIO", "NDHWC")}


def conv(x: Array, w: Array, strides: Any, padding: Any, dilation: Any, groups: int = 1, same: bool = False) -> Array:
    """The convolution of x (batch, *spatial, channels) with w (*kernel, channels / groups, filters)."""
    return lax.conv_general_dilated(
        x, w, strides, padding, rhs_dilation=dilation, dimension_numbers=_LAYOUTS[x.ndim - 2], feature_group_count=groups
    )


def conv_input_gradient(g: Array, w: Array, strides: Any, padding: Any, dilation: Any, groups: int, x_shape: Any) -> Array:
    """The gradient with respect to the input; also the transposed convolution."""
    x = jax.ShapeDtypeStruct(tuple(x_shape), g.dtype)
    return jax.linear_transpose(lambda v: conv(v, w, strides, padding, dilation, groups), x)(g)[0]


def conv_filter_gradient(x: Array, g: Array, strides: Any, padding: Any, dilation: Any, groups: int, w_shape: Any) -> Array:
    """The gradient with respect to the kernel."""
    w = jax.ShapeDtypeStruct(tuple(w_shape), g.dtype)
    return jax.linear_transpose(lambda v: conv(x, v, strides, padding, dilation, groups), w)(g)[0]
