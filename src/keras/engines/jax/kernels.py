"""The jax engine's primitives: tables first. `jax.lax` is used where its function fits as it is, because it is traced fastest."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keras.core.dtypes import numpy_dtype
from keras.core.tensor import REGISTRY
from keras.engines.jax import columns, convolution, linalg, normalization, pooling, random, recurrent, special

Array = Any

UNARY: dict[str, Callable[..., Array]] = {
    "negative": lax.neg, "abs": jnp.abs, "sign": lax.sign, "square": lax.square, "sqrt": lax.sqrt, "rsqrt": lax.rsqrt, "exp": lax.exp, "expm1": lax.expm1,
    "log": lax.log, "log1p": lax.log1p, "sin": lax.sin, "cos": lax.cos, "tan": lax.tan, "arcsin": lax.asin, "arccos": lax.acos, "arctan": lax.atan,
    "tanh": lax.tanh, "erf": lax.erf, "isnan": jnp.isnan, "isinf": jnp.isinf,
    "isfinite": jnp.isfinite, "sigmoid": lax.logistic, "logical_not": lax.bitwise_not, "reciprocal": jnp.reciprocal, "stop_gradient": lax.stop_gradient,
    "arcsinh": lax.asinh, "arccosh": lax.acosh, "arctanh": lax.atanh, "cbrt": lax.cbrt, "log2": jnp.log2, "log10": jnp.log10,
    "signbit": jnp.signbit, "bitwise_not": lax.bitwise_not,
}  # fmt: skip

BINARY: dict[str, Callable[..., Array]] = {
    "add": lax.add, "subtract": lax.sub, "multiply": lax.mul, "divide": lax.div, "maximum": lax.max, "minimum": lax.min, "arctan2": lax.atan2,
    "equal": lax.eq, "not_equal": lax.ne, "less": lax.lt, "less_equal": lax.le, "greater": lax.gt, "greater_equal": lax.ge,
    "logical_and": lax.bitwise_and, "logical_or": lax.bitwise_or, "logical_xor": lax.bitwise_xor, "bitwise_and": lax.bitwise_and,
    "bitwise_or": lax.bitwise_or, "bitwise_xor": lax.bitwise_xor, "fmod": jnp.fmod, "gcd": jnp.gcd, "lcm": jnp.lcm, "hypot": jnp.hypot,
    "nextafter": lax.nextafter, "left_shift": jnp.left_shift, "right_shift": jnp.right_shift,
}  # fmt: skip

ROUNDINGS: dict[str, Callable[..., Array]] = {
    "floor": lax.floor, "ceil": lax.ceil, "trunc": jnp.trunc, "rint": lambda x: lax.round(x, lax.RoundingMethod.TO_NEAREST_EVEN),
}  # fmt: skip


def engine_dtype(name: str) -> np.dtype:
    """The dtype that JAX gives for a name: without `jax_enable_x64` the 64-bit ones become 32-bit."""
    return jax.dtypes.canonicalize_dtype(numpy_dtype(name))


def _place(axis: int, ndim: int) -> int:
    """The axis counted from the first; one that does not exist is an error, which the table words."""
    if not -ndim <= axis < ndim:
        raise ValueError("axis")
    return axis % ndim


def _lined_up(function: Callable[..., Array]) -> Callable[..., Array]:
    """`function` of operands with equally many axes, as lax broadcasts only those."""
    return lambda x, y: function(x, y) if x.shape == y.shape else function(*columns.lined_up(x, y))


def _sum(x: Array, axis: Any, keepdims: bool) -> Array:
    found = columns.total(x, axis)
    if found is None:
        return jnp.sum(x, axis, x.dtype, keepdims=keepdims)
    return lax.expand_dims(found, range(x.ndim - 1)) if keepdims else found


def _on_bools(function: Callable[..., Array], logical: Callable[..., Array]) -> Callable[..., Array]:
    """lax refuses to add bools; their sum and product are `or` and `and`."""
    return lambda x, y: logical(x, y) if x.dtype == np.bool_ else function(x, y)


def _keep_integers(rounding: Callable[..., Array]) -> Callable[..., Array]:
    return lambda x: x if x.dtype.kind in "iub" else rounding(x)


def _relu(x: Array) -> Array:
    """max(x, 0) with gradient 0 at 0; NaN stays NaN."""
    zero = np.zeros((), x.dtype)
    return lax.select(lax.le(x, zero), lax.full_like(x, 0), x) if x.dtype != np.bool_ else x


def _argument(function: Callable[..., Array]) -> Callable[..., Array]:
    def kernel(x: Array, axis: int | None, keepdims: bool) -> Array:
        if axis is None:
            found = function(lax.reshape(x, (x.size,)), 0, np.int32)
            return lax.reshape(found, (1,) * x.ndim) if keepdims else found
        axis = _place(axis, x.ndim)
        found = function(x, axis, np.int32)
        return lax.expand_dims(found, (axis,)) if keepdims else found

    return kernel


def plain_slices(sizes: Sequence[int], starts: Any, stops: Any, steps: Any) -> list[tuple[int, int, int]]:
    """(start, stop, step) of each axis as numbers from 0 to the size."""
    return [slice(a, b, c).indices(n) for n, a, b, c in zip(sizes, starts, stops, steps, strict=True)]


def _strided_slice(x: Array, starts: Any, stops: Any, steps: Any) -> Array:
    if any(s < 0 for s in steps):
        return x[tuple(slice(a, b, c) for a, b, c in zip(starts, stops, steps, strict=True))]
    places = plain_slices(x.shape, starts, stops, steps)
    return lax.slice(x, [a for a, _, _ in places], [max(a, b) for a, b, _ in places], [c for _, _, c in places])


def _place_slice(x: Array, shape: Any, starts: Any, stops: Any, steps: Any) -> Array:
    if any(s < 0 for s in steps):
        return jnp.zeros(shape, x.dtype).at[tuple(slice(a, b, c) for a, b, c in zip(starts, stops, steps, strict=True))].set(x)
    pads = []
    for n, count, (a, _, c) in zip(shape, x.shape, plain_slices(shape, starts, stops, steps), strict=True):
        used = a + max(count - 1, 0) * c + min(count, 1)
        pads.append((a, n - used, c - 1))
    return lax.pad(x, np.zeros((), x.dtype), pads)


def _grid(shape: Sequence[int], indices: Array, updates: Array, axis: int) -> tuple[Array, ...]:
    """For each place of `updates`, its place in an array of `shape`: the index along `axis`, itself along the others."""
    grid: list[Any] = list(np.ogrid[tuple(slice(n) for n in updates.shape)])
    grid = [g if shape[i] == updates.shape[i] else np.zeros_like(g) for i, g in enumerate(grid)]
    grid[axis] = indices
    return tuple(grid)


def _add_along_axis(x: Array, indices: Array, updates: Array, axis: int) -> Array:
    return x.at[_grid(x.shape, indices, updates, axis)].add(updates)


def _gather_along_axis(x: Array, indices: Array, axis: int) -> Array:
    return jnp.take_along_axis(x, indices, axis=axis)


def _add_at(x: Array, indices: Array, updates: Array, axis: int) -> Array:
    return x.at[(slice(None),) * _place(axis, x.ndim) + (indices,)].add(updates)


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def _reduce_at(kind: str, x: Array, indices: Array, updates: Array) -> Array:
    place = x.at[indices]
    return {"max": place.max, "min": place.min, "prod": place.multiply}[kind](updates)


def _reduce_at_forward(kind: str, x: Array, indices: Array, updates: Array) -> Any:
    y = _reduce_at(kind, x, indices, updates)
    return y, (y, x, indices, updates)


# JAX has no gradient of products at equal indices: the table's is taken
_reduce_at.defvjp(_reduce_at_forward, lambda kind, saved, g: REGISTRY["reduce_at"].record.vjp(g, *saved, kind=kind))


def _complex(x: Array, y: Array) -> Array:
    wide = np.dtype(np.float64 if x.dtype == np.float64 else np.float32)
    return _lined_up(lax.complex)(x.astype(wide), y.astype(wide))


def _fourier(real: Array, imag: Array, inverse: bool) -> tuple[Array, Array]:
    transformed = (jnp.fft.ifft if inverse else jnp.fft.fft)(_complex(real, imag))
    return jnp.real(transformed).astype(real.dtype), jnp.imag(transformed).astype(real.dtype)


def _largest(x: Array, k: int) -> tuple[Array, Array]:
    values, indices = lax.top_k(x, k)
    return values, indices.astype(np.int32)


def _pairs(pad_width: Any, ndim: int) -> Any:
    return [(int(a), int(b), 0) for a, b in np.broadcast_to(np.asarray(pad_width), (ndim, 2))]


KERNELS: dict[str, Callable[..., Any]] = {
    **UNARY,
    **special.KERNELS,
    **{name: _lined_up(function) for name, function in BINARY.items()},
    **{name: _keep_integers(function) for name, function in ROUNDINGS.items()},
    "add": _lined_up(_on_bools(lax.add, lax.bitwise_or)),
    "multiply": _lined_up(_on_bools(lax.mul, lax.bitwise_and)),
    "floor_divide": jnp.floor_divide,
    "mod": jnp.remainder,
    "power": jnp.power,
    "choose": jnp.where,
    "relu": _relu,
    "relu_gradient": lambda g, y: jnp.where(y > 0, g, np.zeros((), g.dtype)),
    "cast": lambda x, dtype: lax.convert_element_type(x, engine_dtype(dtype)),
    "copy": jnp.copy,
    "sum": _sum,
    "product_over": lambda x, axis, keepdims: jnp.prod(x, axis, x.dtype, keepdims=keepdims),
    "max_over": lambda x, axis, keepdims: jnp.max(x, axis, keepdims=keepdims),
    "min_over": lambda x, axis, keepdims: jnp.min(x, axis, keepdims=keepdims),
    "any": lambda x, axis, keepdims: jnp.any(x, axis, keepdims=keepdims),
    "all": lambda x, axis, keepdims: jnp.all(x, axis, keepdims=keepdims),
    "argmax": _argument(lax.argmax),
    "argmin": _argument(lax.argmin),
    "running_sum": lambda x, axis: jnp.cumsum(x, axis, x.dtype),
    "running_product": lambda x, axis: jnp.cumprod(x, axis, x.dtype),
    "searchsorted": lambda sequence, values, side: jnp.searchsorted(sequence, values, side=side).astype(np.int32),
    "real": jnp.real,
    "imag": jnp.imag,
    "complex_of": _complex,
    "view": lambda x, dtype: x.view(x.dtype if dtype is None else engine_dtype(dtype)),
    "fourier": _fourier,
    "reshape": lambda x, newshape: jnp.reshape(x, newshape),
    "transpose": lambda x, axes: jnp.transpose(x, axes),
    "broadcast_to": jnp.broadcast_to,
    "filled_like": lambda x, value, dtype: lax.full(x.shape, value, engine_dtype(dtype)),
    "concatenate": lambda *xs, axis: lax.concatenate(xs, _place(axis, xs[0].ndim)),
    "strided_slice": _strided_slice,
    "place_slice": _place_slice,
    "reverse": lambda x, axis: lax.rev(x, (_place(axis, x.ndim),)),
    "pad_constant": lambda x, pad_width, value: lax.pad(x, np.asarray(value).astype(x.dtype), _pairs(pad_width, x.ndim)),
    "take_along": lambda x, indices, axis: jnp.take(x, indices, axis=axis),
    "add_at": _add_at,
    "reduce_at": lambda x, indices, updates, kind: _reduce_at(kind, x, indices, updates),
    "replace_at": lambda x, indices, updates: x.at[indices].set(updates),
    "gather_along_axis": _gather_along_axis,
    "add_along_axis": _add_along_axis,
    "dynamic_slice": lambda x, starts, shape: lax.dynamic_slice(x, [starts[i] for i in range(x.ndim)], shape, allow_negative_indices=False),
    "dynamic_update": lambda x, starts, updates: lax.dynamic_update_slice(
        x, updates, [starts[i] for i in range(x.ndim)], allow_negative_indices=False
    ),
    "matmul": jnp.matmul,
    "contract": lambda *operands, subscripts: jnp.einsum(subscripts, *operands),
    **linalg.KERNELS,
    "order": lambda x, axis: jnp.argsort(x, axis=axis, stable=True).astype(np.int32),
    "sorted_along": lambda x, axis: lax.sort(x, dimension=_place(axis, x.ndim)),
    "largest": _largest,
    "conv_channels_last": convolution.conv,
    "conv_input_gradient": convolution.conv_input_gradient,
    "conv_filter_gradient": convolution.conv_filter_gradient,
    "extract_windows": pooling.extract_windows,
    "add_windows": pooling.add_windows,
    "draw_uniform": random.uniform,
    "draw_normal": random.normal,
    "draw_truncated_normal": random.truncated_normal,
    "draw_mask": random.mask,
    "draw_integers": random.integers,
}

NATIVES: dict[str, Callable[..., Any]] = {
    "max_pool_channels_last": pooling.max_pool,
    "average_pool_channels_last": pooling.average_pool,
    **normalization.NATIVES,
    **recurrent.NATIVES,
    **special.NATIVES,
}
