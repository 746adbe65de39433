"""Elementwise functions that XLA computes with fewer digits than float32 has."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keras.core.op import as_operand
from keras.core.tensor import REGISTRY

Array = jax.Array


def _for_singles(own: Callable[[Array], Array], better: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda x: better(x) if x.dtype == jnp.float32 else own(x)


def _erfc(x: Array) -> Array:
    """XLA multiplies by exp(-x * x). What the rounding of x * x left out is known exactly: x = h + l, and h * h has no rounding."""
    bounded = lax.clamp(np.float32(1), x, np.float32(12))
    h = lax.round(bounded * 256) / 256
    low = bounded - h
    left_out = ((h * h - bounded * bounded) + 2 * h * low) + low * low
    return lax.erfc(x) * lax.stop_gradient(1 - left_out)


@jax.custom_jvp
def _erfinv(x: Array) -> Array:
    """One step of Newton's method from XLA's result: on erf in the middle and on erfc, to which 1 - |x| is exact, towards -1 and 1."""
    y = lax.erf_inv(x)
    middle = jnp.abs(x) < 0.5
    missing = jnp.where(middle, lax.erf(y) - x, lax.sign(x) * ((1 - jnp.abs(x)) - lax.erfc(jnp.abs(y))))
    return jnp.where(jnp.isfinite(y), y - missing * _slope(y), y)


def _slope(y: Array) -> Array:
    return math.sqrt(math.pi) / 2 * lax.exp(y * y)


@_erfinv.defjvp
def _erfinv_jvp(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    y = _erfinv(*primals)
    return y, _slope(y) * tangents[0]


def _halves(x: Array) -> tuple[Array, Array]:
    """exp(x) / 2 and exp(-x) / 2, which overflow only where their sum does; XLA's exp(x - log(2)) inherits the difference's rounding."""
    up, down = lax.exp(x / 2), lax.exp(-x / 2)
    return up * (up / 2), down * (down / 2)


def _sinh(x: Array) -> Array:
    near = jnp.abs(x) < 1
    up, down = _halves(x)
    return jnp.where(near, lax.sinh(jnp.where(near, x, 0)), up - down)


def _cosh(x: Array) -> Array:
    up, down = _halves(x)
    return up + down


def _exp2(x: Array) -> Array:
    """2 to the whole part, made of its bits in two factors, times exp of the rest."""
    whole = lax.round(lax.clamp(np.float32(-252), x, np.float32(252)))
    first = lax.convert_element_type(whole, jnp.int32) // 2
    second = lax.convert_element_type(whole, jnp.int32) - first
    powers = [lax.bitcast_convert_type((n + 127) << 23, jnp.float32) for n in (first, second)]
    return lax.exp((x - whole) * math.log(2)) * powers[0] * powers[1]


def gelu(x: Any, approximate: bool = True) -> Array:
    """The exact form by XLA's own erfc: the digits that `erfc` has besides are lost to x / sqrt(2) anyway."""
    x = as_operand(x)
    if approximate or not isinstance(x, jax.Array) or x.dtype.kind != "f":
        return REGISTRY["gelu"].record.body(x, approximate)  # type: ignore[attr-defined]
    return x * 0.5 * lax.erfc(x * -0.7071067811865476)


KERNELS = {
    "erfc": _for_singles(lax.erfc, _erfc),
    "erfinv": _for_singles(lax.erf_inv, _erfinv),
    "sinh": _for_singles(lax.sinh, _sinh),
    "cosh": _for_singles(lax.cosh, _cosh),
    "exp2": _for_singles(lax.exp2, _exp2),
}
NATIVES = {"gelu": gelu}
