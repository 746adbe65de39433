"""Pooling by the taps of its windows. Where windows do not overlap, the gradient of max pooling knows each winner by its number."""

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


def windows(x: Array, window: Any, strides: Any, padding: Any, value: float) -> list[Array]:
    """For each tap of the window, the elements it meets: arrays of shape (batch, *places, channels)."""
    x = lax.pad(x, np.asarray(value, x.dtype), [(0, 0, 0), *((low, high, 0) for low, high in padding), (0, 0, 0)])
    sizes = x.shape[1:-1]
    places = [max((n - k) // s + 1, 0) for n, k, s in zip(sizes, window, strides, strict=True)]
    taps = []
    for tap in np.ndindex(*window):
        stops = [t + max((p - 1) * s + 1, 0) for t, p, s in zip(tap, places, strides, strict=True)]
        taps.append(lax.slice(x, (0, *tap, 0), (x.shape[0], *stops, x.shape[-1]), (1, *strides, 1)))
    return taps


def extract_windows(x: Array, window: Any, strides: Any, padding: Any, value: float = 0.0) -> Array:
    """Every window of x: (batch, *places, *window, channels)."""
    taps = windows(x, window, strides, padding, value)
    stacked = jnp.stack(taps, axis=-2)
    return lax.reshape(stacked, (*stacked.shape[:-2], *window, stacked.shape[-1]))


def add_windows(g: Array, window: Any, strides: Any, padding: Any, x_shape: Any) -> Array:
    """Windows added back to their places."""
    x = jax.ShapeDtypeStruct(tuple(x_shape), g.dtype)
    return jax.linear_transpose(lambda v: extract_windows(v, window, strides, padding), x)(g)[0]


def _keeps(best: Array, tap: Array) -> Array:
    """Whether the best so far stays: the first one where they are equal, and NaN if either is."""
    return lax.bitwise_or(lax.ge(best, tap), lax.ne(best, best))


def max_pool(x: Array, window: Any, strides: Any, padding: Any) -> Array:
    """The largest element of every window."""
    if tuple(window) == tuple(strides) and math.prod(window) <= 127 and not any(map(any, padding)) and x.dtype.kind == "f":
        return columns.apart(_pick.bind(x, columns.apart(_winners(lax.stop_gradient(x), window)), window=tuple(window)))
    lowest = -np.inf if x.dtype.kind not in "iub" else -(2**31)
    taps = windows(x, window, strides, padding, lowest)
    return columns.apart(functools.reduce(lambda best, tap: lax.select(_keeps(best, tap), best, tap), taps))


def _winners(x: Array, window: Any) -> Array:
    """The number of the largest tap of every window."""
    best, *taps = windows(x, window, window, ((0, 0),) * len(window), 0)
    number = lax.full(best.shape, 0, np.int8)
    for i, tap in enumerate(taps, 1):
        keeps = _keeps(best, tap)
        best, number = lax.select(keeps, best, tap), lax.select(keeps, number, lax.full(best.shape, i, np.int8))
    return number


def _picked(x: Array, number: Array, window: Any) -> Array:
    best, *taps = windows(x, window, window, ((0, 0),) * len(window), 0)
    for i, tap in enumerate(taps, 1):
        best = lax.select(lax.eq(number, np.int8(i)), tap, best)
    return best


def _put_back(g: Array, x: Any, number: Array, window: Any) -> tuple[Array, None]:
    """Each element to the place of its window's winner, in one pass over the result."""
    shape = x.aval.shape
    split = [size for n, k in zip(g.shape[1:-1], window, strict=True) for size in (n, k)]
    wide = (g.shape[0], *split, g.shape[-1])
    here = sum(  # the number of a place within its window
        np.arange(k).reshape([k if axis == 2 * i + 2 else 1 for axis in range(len(wide))]) * math.prod(window[i + 1 :])
        for i, k in enumerate(window)
    )
    places = [0, *range(1, len(wide) - 1, 2), len(wide) - 1]
    spread = lambda v: lax.broadcast_in_dim(v, wide, places)  # noqa: E731
    is_winner = lax.eq(spread(number), jnp.broadcast_to(here.astype(np.int8), wide))
    made = lax.select(is_winner, spread(g), lax.full(wide, 0, g.dtype))
    made = lax.reshape(made, (g.shape[0], *(n * k for n, k in zip(g.shape[1:-1], window, strict=True)), g.shape[-1]))
    rest = [(0, n - m, 0) for n, m in zip(shape, made.shape, strict=True)]
    return (lax.pad(made, np.zeros((), g.dtype), rest) if any(map(any, rest)) else made), None


def _pick_jvp(primals: Any, tangents: Any, window: Any) -> Any:
    x, number = primals
    y = _pick.bind(x, number, window=window)
    tangent = tangents[0]
    return y, ad.Zero(y.aval.to_tangent_aval()) if type(tangent) is ad.Zero else _pick.bind(tangent, number, window=window)


_pick = Primitive("keras_pick")
"""The element of every window with the given number: linear in x, so that its transpose can be written in one pass."""
_pick.def_impl(jax.jit(_picked, static_argnames="window"))
_pick.def_abstract_eval(lambda x, number, window: x.update(shape=number.shape))
ad.primitive_jvps[_pick] = _pick_jvp
ad.primitive_transposes[_pick] = _put_back
batching.primitive_batchers[_pick] = lambda operands, axes, window: (jax.vmap(lambda x, n: _picked(x, n, window), axes)(*operands), 0)
mlir.register_lowering(_pick, mlir.lower_fun(_picked, multiple_results=False))


def average_pool(x: Array, window: Any, strides: Any, padding: Any) -> Array:
    """The mean of every window; places outside of x do not count."""
    total = columns.apart(functools.reduce(lax.add, windows(x, window, strides, padding, 0)))
    if all(p == (0, 0) for p in padding):
        return lax.div(total, np.asarray(math.prod(window), x.dtype))
    inside = np.ones((1, *x.shape[1:-1], 1), x.dtype)
    return lax.div(total, functools.reduce(lax.add, windows(inside, window, strides, padding, 0)))
