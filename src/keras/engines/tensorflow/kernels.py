"""The tensorflow engine's primitives: tables first, then functions for what TensorFlow spells differently."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from keras.engines.tensorflow import convolution, linalg, random, special
from keras.engines.tensorflow.places import numbers, place_slice, shape_for_reshape, sizes, strided_slice

Tensor = Any

ELEMENTWISE: dict[str, Callable[..., Tensor]] = {
    "negative": tf.negative, "abs": tf.abs, "sign": tf.sign, "square": tf.square, "sqrt": tf.sqrt, "rsqrt": tf.math.rsqrt,
    "reciprocal": tf.math.reciprocal, "exp": tf.exp, "expm1": tf.math.expm1, "log": tf.math.log, "log1p": tf.math.log1p, "sin": tf.sin, "cos": tf.cos,
    "tan": tf.tan, "arcsin": tf.asin, "arccos": tf.acos, "arctan": tf.atan, "sinh": tf.sinh, "cosh": tf.cosh, "tanh": tf.tanh, "erf": tf.math.erf,
    "relu": tf.nn.relu, "sigmoid": tf.sigmoid, "logical_not": tf.logical_not,
    "stop_gradient": tf.stop_gradient, "copy": tf.identity, "subtract": tf.subtract, "divide": tf.truediv, "floor_divide": tf.math.floordiv,
    "mod": tf.math.floormod, "power": tf.pow, "maximum": tf.maximum, "minimum": tf.minimum, "arctan2": tf.atan2, "equal": tf.equal,
    "not_equal": tf.not_equal, "less": tf.less, "less_equal": tf.less_equal, "greater": tf.greater, "greater_equal": tf.greater_equal,
    "logical_and": tf.logical_and, "logical_or": tf.logical_or, "logical_xor": tf.math.logical_xor, "choose": tf.where,
    "arcsinh": tf.asinh, "arccosh": tf.acosh, "arctanh": tf.atanh, "nextafter": tf.math.nextafter,
}  # fmt: skip

ON_BITS: dict[str, Callable[..., Tensor]] = {
    "bitwise_and": tf.bitwise.bitwise_and, "bitwise_or": tf.bitwise.bitwise_or, "bitwise_xor": tf.bitwise.bitwise_xor,
    "left_shift": tf.bitwise.left_shift, "right_shift": tf.bitwise.right_shift, "bitwise_not": tf.bitwise.invert,
}  # fmt: skip
FLOATS_ONLY: dict[str, Callable[..., Tensor]] = {
    "floor": tf.floor, "ceil": tf.math.ceil, "trunc": lambda x: tf.where(x < 0, tf.math.ceil(x), tf.floor(x)), "rint": tf.round,
}  # fmt: skip
QUESTIONS: dict[str, Callable[..., Tensor]] = {"isnan": tf.math.is_nan, "isinf": tf.math.is_inf}
REDUCTIONS: dict[str, Callable[..., Tensor]] = {
    "sum": tf.reduce_sum, "product_over": tf.reduce_prod, "max_over": tf.reduce_max, "min_over": tf.reduce_min, "any": tf.reduce_any, "all": tf.reduce_all,
}  # fmt: skip


def _floats_only(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return lambda x: function(x) if x.dtype.is_floating else tf.identity(x)


def _question(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return lambda x: function(x) if x.dtype.is_floating else tf.zeros_like(x, tf.bool)


def _on_bools(function: Callable[..., Tensor], logical: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return lambda x, y: logical(x, y) if x.dtype == tf.bool else function(x, y)


def _reduction(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def kernel(x: Tensor, axis: Any, keepdims: bool) -> Tensor:
        return function(x, axis, keepdims)

    return kernel


def _argument(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def kernel(x: Tensor, axis: int | None, keepdims: bool) -> Tensor:
        x = tf.cast(x, tf.uint8) if x.dtype == tf.bool else x
        if axis is None:
            found = function(tf.reshape(x, (-1,)), 0, tf.int32)
            return tf.reshape(found, (1,) * len(x.shape)) if keepdims else found
        found = function(x, axis, tf.int32)
        return tf.expand_dims(found, axis) if keepdims else found

    return kernel


def _wrapped(indices: Tensor, size: int) -> Tensor:
    """Indices with negative ones counted from the end."""
    if indices.dtype not in (tf.int32, tf.int64):
        indices = tf.cast(indices, tf.int64 if indices.dtype in (tf.uint32, tf.uint64) else tf.int32)
    return tf.where(indices < 0, indices + size, indices)


def _take(x: Tensor, indices: Tensor, axis: int) -> Tensor:
    return tf.gather(x, _wrapped(indices, sizes(x)[axis]), axis=axis)


def _moved(x: Tensor, axis: int, place: int) -> Tensor:
    order = [i for i in range(len(x.shape)) if i != axis]
    order.insert(place, axis)
    return tf.transpose(x, order)


def _add_at(x: Tensor, indices: Tensor, updates: Tensor, axis: int) -> Tensor:
    axis = axis % len(x.shape)
    flat = tf.reshape(_wrapped(indices, x.shape[axis]), (-1,))
    updates = tf.reshape(updates, (*x.shape[:axis], flat.shape[0], *x.shape[axis + 1 :]))
    return _moved(tf.tensor_scatter_nd_add(_moved(x, axis, 0), flat[:, None], _moved(updates, axis, 0)), 0, axis)


def _reduce_at(x: Tensor, indices: Tensor, updates: Tensor, kind: str) -> Tensor:
    rows = _wrapped(indices, x.shape[0])
    if kind == "prod":
        return x * tf.math.unsorted_segment_prod(updates, rows, x.shape[0])
    return (tf.tensor_scatter_nd_max if kind == "max" else tf.tensor_scatter_nd_min)(x, rows[:, None], updates)


def _replace_at(x: Tensor, indices: Tensor, updates: Tensor) -> Tensor:
    rows = _wrapped(indices, x.shape[0])[:, None]
    numbers = tf.range(rows.shape[0])
    last = tf.gather(tf.tensor_scatter_nd_update(tf.zeros(x.shape[0], tf.int32), rows, numbers), rows[:, 0]) == numbers
    last = tf.reshape(last, (-1, *(1,) * (len(updates.shape) - 1)))  # of equal rows only the last one counts, also for the gradient
    return tf.tensor_scatter_nd_update(x, rows, tf.where(last, updates, tf.stop_gradient(updates)))


def _complex(x: Tensor, y: Tensor) -> Tensor:
    wide = tf.float64 if x.dtype == tf.float64 else tf.float32
    shape = tf.broadcast_static_shape(x.shape, y.shape)
    return tf.complex(tf.broadcast_to(tf.cast(x, wide), shape), tf.broadcast_to(tf.cast(y, wide), shape))


def _view(x: Tensor, dtype: str | None) -> Tensor:
    """The same bits in another dtype; TensorFlow has the elements that are split or joined in an axis of their own."""
    wanted = x.dtype if dtype is None else tf.as_dtype(dtype)
    if wanted.size > x.dtype.size:
        x = tf.reshape(x, (*x.shape[:-1], -1, wanted.size // x.dtype.size))
    found = tf.bitcast(x, wanted)
    return tf.reshape(found, (*x.shape[:-1], -1)) if wanted.size < x.dtype.size else found


def _fourier(real: Tensor, imag: Tensor, inverse: bool) -> tuple[Tensor, Tensor]:
    transformed = (tf.signal.ifft if inverse else tf.signal.fft)(_complex(real, imag))
    return tf.cast(tf.math.real(transformed), real.dtype), tf.cast(tf.math.imag(transformed), real.dtype)


def _grid(x: Tensor, indices: Tensor, shape: Sequence[int], axis: int) -> Tensor:
    """For each place of `shape`, its coordinates in x: the index along `axis`, itself (or 0 for a size of 1) along the others."""
    indices = tf.cast(_wrapped(indices, x.shape[axis]), tf.int32)
    grid = [np.arange(n, dtype=np.int32) if n == m else np.zeros(n, np.int32) for n, m in zip(shape, sizes(x), strict=True)]
    coordinates: list[Any] = list(np.meshgrid(*grid, indexing="ij"))
    coordinates[axis] = tf.broadcast_to(indices, shape)
    return tf.stack(coordinates, axis=-1)


def _gather_along_axis(x: Tensor, indices: Tensor, axis: int) -> Tensor:
    axis = axis % len(x.shape)
    rest = [n if m == 1 else m for i, (n, m) in enumerate(zip(sizes(indices), sizes(x), strict=True))]
    rest[axis] = indices.shape[axis]
    return tf.gather_nd(x, _grid(x, indices, tuple(rest), axis))


def _add_along_axis(x: Tensor, indices: Tensor, updates: Tensor, axis: int) -> Tensor:
    axis = axis % len(x.shape)
    return tf.tensor_scatter_nd_add(x, _grid(x, indices, sizes(updates), axis), updates)


def _clamped(x: Tensor, starts: Tensor, wanted: Sequence[int]) -> Tensor:
    most = np.array([n - k for n, k in zip(sizes(x), wanted, strict=True)], np.int32)
    return tf.minimum(tf.maximum(tf.cast(starts, tf.int32), 0), most)


def _dynamic_update(x: Tensor, starts: Tensor, updates: Tensor) -> Tensor:
    if not sizes(x):
        return updates
    begins = _clamped(x, starts, sizes(updates))
    places = np.stack(np.meshgrid(*(np.arange(n, dtype=np.int32) for n in sizes(updates)), indexing="ij"), axis=-1)
    return tf.tensor_scatter_nd_update(x, places + begins, updates)


def _bools_as_bytes(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def kernel(*xs: Tensor) -> Tensor:
        if xs[0].dtype != tf.bool:
            return function(*xs)
        return tf.cast(tf.bitwise.bitwise_and(function(*(tf.cast(x, tf.uint8) for x in xs)), 1), tf.bool)

    return kernel


def _hypot(x: Tensor, y: Tensor) -> Tensor:
    """sqrt(x^2 + y^2), scaled so that the squares do not overflow."""
    x, y = tf.abs(x), tf.abs(y)
    largest = tf.stop_gradient(tf.maximum(x, y))
    scale = tf.where((largest > 0) & tf.math.is_finite(largest), largest, tf.ones_like(largest))
    total = tf.square(x / scale) + tf.square(y / scale)
    nothing = total == 0  # where the root has no gradient
    return tf.where(nothing, total, scale * tf.sqrt(tf.where(nothing, tf.ones_like(total), total)))


@tf.custom_gradient
def _float_fmod(x: Tensor, y: Tensor) -> Any:
    wholes = FLOATS_ONLY["trunc"](x / y)

    def gradient(g: Tensor) -> tuple[Tensor, Tensor]:
        return g, -g * wholes

    return tf.truncatemod(x, y), gradient


def _fmod(x: Tensor, y: Tensor) -> Tensor:
    """The remainder with the sign of x; TensorFlow's has no gradient."""
    if x.dtype.is_integer:
        return tf.truncatemod(x, y)
    shape = tf.broadcast_static_shape(x.shape, y.shape)
    return _float_fmod(tf.broadcast_to(x, shape), tf.broadcast_to(y, shape))


def _gcd(x: Tensor, y: Tensor) -> Tensor:
    x, y = tf.abs(x), tf.abs(y)
    x, y = x + tf.zeros_like(y), y + tf.zeros_like(x)

    def step(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        done = b == 0
        return tf.where(done, a, b), tf.where(done, b, tf.math.floormod(a, tf.where(done, tf.ones_like(b), b)))

    return tf.while_loop(lambda a, b: tf.reduce_any(b != 0), step, (x, y))[0]


_CARRIERS = {2: tf.int16, 4: tf.int32, 8: tf.int64}


def _matmul(x: Tensor, y: Tensor) -> Tensor:
    a, b = len(x.shape), len(y.shape)
    if a == 1 or b == 1:
        product = _matmul(x[None] if a == 1 else x, y[:, None] if b == 1 else y)
        product = tf.squeeze(product, -1) if b == 1 else product
        return tf.squeeze(product, -1 if b == 1 else -2) if a == 1 else product
    if x.dtype.is_integer and x.dtype not in (tf.int32, tf.int64):
        return tf.cast(_matmul(tf.cast(x, tf.int64), tf.cast(y, tf.int64)), x.dtype)
    if b == 2 < a:  # one matrix for a whole batch: one large product
        product = tf.matmul(tf.reshape(x, (-1, x.shape[-1])), y)
        found = tf.reshape(product, (*sizes(x)[:-1], y.shape[-1]))
        found.set_shape((*x.shape[:-1], y.shape[-1]))
        return found
    return tf.matmul(x, y)


def _contract(*operands: Tensor, subscripts: str) -> Tensor:
    dtype = operands[0].dtype
    if dtype.is_integer and dtype not in (tf.int32, tf.int64):
        return tf.cast(_contract(*(tf.cast(x, tf.int64) for x in operands), subscripts=subscripts), dtype)
    if any(None in x.shape for x in operands):
        return tf.einsum(subscripts, *operands)
    terms = subscripts.partition("->")[0].split(",")
    widest: dict[str, int] = {}
    for term, x in zip(terms, operands, strict=True):
        for letter, n in zip(term, sizes(x), strict=True):
            widest[letter] = n if widest.get(letter, 1) == 1 else widest[letter]
    shapes = [tuple(widest[letter] for letter in term) for term in terms]
    wide = [x if sizes(x) == shape else tf.broadcast_to(x, shape) for x, shape in zip(operands, shapes, strict=True)]
    return tf.einsum(subscripts, *wide)


def _order(x: Tensor, axis: int) -> Tensor:
    if x.dtype.is_floating:
        x = tf.where(tf.math.is_nan(x), tf.cast(np.inf, x.dtype), x)
    return tf.argsort(tf.cast(x, tf.uint8) if x.dtype == tf.bool else x, axis, stable=True)


def _sorted(x: Tensor, axis: int) -> Tensor:
    """Sorted, NaN last as on every engine (TensorFlow puts it first or last depending on the direction)."""
    if x.dtype == tf.bool:
        return tf.cast(tf.sort(tf.cast(x, tf.uint8), axis), tf.bool)
    if not x.dtype.is_floating:
        return tf.sort(x, axis)
    is_nan = tf.math.is_nan(x)
    found = tf.sort(tf.where(is_nan, tf.cast(np.inf, x.dtype), x), axis)
    count = tf.reduce_sum(tf.cast(is_nan, tf.int32), axis, keepdims=True)
    place = tf.reshape(tf.range(x.shape[axis]), tuple(-1 if i == axis % len(x.shape) else 1 for i in range(len(x.shape))))
    return tf.where(place >= x.shape[axis] - count, tf.cast(np.nan, x.dtype), found)


KERNELS: dict[str, Callable[..., Any]] = {
    **ELEMENTWISE,
    **special.KERNELS,
    **{name: _floats_only(function) for name, function in FLOATS_ONLY.items()},
    **{name: _question(function) for name, function in QUESTIONS.items()},
    **{name: _reduction(function) for name, function in REDUCTIONS.items()},
    "add": _on_bools(tf.add, tf.logical_or),
    "multiply": _on_bools(tf.multiply, tf.logical_and),
    "isfinite": lambda x: tf.math.is_finite(x) if x.dtype.is_floating else tf.ones_like(x, tf.bool),
    "relu_gradient": lambda g, y: tf.where(y > 0, g, tf.zeros((), g.dtype)),
    "cast": tf.cast,
    "argmax": _argument(tf.argmax),
    "argmin": _argument(tf.argmin),
    "running_sum": lambda x, axis: tf.cumsum(x, axis),
    **{name: _bools_as_bytes(function) for name, function in ON_BITS.items()},
    "exp2": lambda x: tf.pow(tf.cast(2, x.dtype), x),
    "log2": lambda x: tf.math.log(x) / tf.cast(math.log(2), x.dtype),
    "log10": lambda x: tf.math.log(x) / tf.cast(math.log(10), x.dtype),
    "cbrt": lambda x: tf.sign(x) * tf.pow(tf.abs(x), tf.cast(1 / 3, x.dtype)),
    "hypot": _hypot,
    "fmod": _fmod,
    "gcd": _gcd,
    "lcm": lambda x, y: tf.abs(x) // tf.maximum(_gcd(x, y), 1) * tf.abs(y),
    "signbit": lambda x: tf.bitcast(x, _CARRIERS[x.dtype.size]) < 0 if x.dtype.is_floating else x < 0,
    "running_product": lambda x, axis: tf.math.cumprod(x, axis),
    "searchsorted": lambda sequence, values, side: tf.reshape(tf.searchsorted(sequence, tf.reshape(values, (-1,)), side), values.shape),
    "real": tf.math.real,
    "imag": lambda x: tf.math.imag(x) if x.dtype.is_complex else tf.zeros_like(x),
    "complex_of": _complex,
    "view": _view,
    "fourier": _fourier,
    "reshape": lambda x, newshape: tf.reshape(x, shape_for_reshape(newshape)),
    "transpose": lambda x, axes: tf.transpose(x, None if axes is None else [a % len(x.shape) for a in axes]),
    "broadcast_to": lambda x, shape: tf.broadcast_to(x, numbers(shape)),
    "filled_like": lambda x, value, dtype: tf.cast(tf.fill(sizes(x), value), dtype),
    "concatenate": lambda *xs, axis: tf.concat(xs, axis),
    "strided_slice": strided_slice,
    "place_slice": place_slice,
    "reverse": lambda x, axis: tf.reverse(x, [axis]),
    "pad_constant": lambda x, pad_width, value: tf.pad(
        x, np.broadcast_to(np.asarray(pad_width), (len(x.shape), 2)), constant_values=tf.cast(value, x.dtype)
    ),
    "take_along": _take,
    "add_at": _add_at,
    "reduce_at": _reduce_at,
    "replace_at": _replace_at,
    "gather_along_axis": _gather_along_axis,
    "add_along_axis": _add_along_axis,
    "dynamic_slice": lambda x, starts, shape: tf.slice(x, _clamped(x, starts, shape), shape),
    "dynamic_update": _dynamic_update,
    "matmul": _matmul,
    "contract": _contract,
    **linalg.KERNELS,
    "order": _order,
    "sorted_along": _sorted,
    "largest": lambda x, k: tuple(tf.math.top_k(x, k)),
    "conv_channels_last": convolution.conv,
    "conv_input_gradient": convolution.conv_input_gradient,
    "conv_filter_gradient": convolution.conv_filter_gradient,
    "extract_windows": convolution.extract_windows,
    "add_windows": convolution.add_windows,
    "draw_uniform": random.uniform,
    "draw_normal": random.normal,
    "draw_truncated_normal": random.truncated_normal,
    "draw_mask": random.mask,
    "draw_integers": random.integers,
}
