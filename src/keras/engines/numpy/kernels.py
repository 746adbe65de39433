"""The numpy engine's primitives, as tables first.

`UFUNCS` are NumPy's own elementwise functions, used as they are by eager code and, with `out=`, by compiled steps. `KERNELS` holds the
function of every primitive for eager code: arrays and attributes in, array out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras.core.dtypes import numpy_dtype
from keras.engines.base import no_such_index, or_body, slices_of
from keras.engines.numpy import convolution, decompositions, elementwise, philox, recurrent, special, windows

Array = np.ndarray

UFUNCS: dict[str, np.ufunc] = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide, "floor_divide": np.floor_divide, "mod": np.mod,
    "power": np.power, "maximum": np.maximum, "minimum": np.minimum, "arctan2": np.arctan2, "negative": np.negative, "abs": np.abs,
    "sign": np.sign,
    "square": np.square, "sqrt": np.sqrt, "reciprocal": np.reciprocal, "exp": np.exp, "expm1": np.expm1, "log": np.log, "log1p": np.log1p,
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan, "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh, "floor": np.floor, "ceil": np.ceil, "trunc": np.trunc, "rint": np.rint, "equal": np.equal, "not_equal": np.not_equal,
    "less": np.less, "less_equal": np.less_equal, "greater": np.greater, "greater_equal": np.greater_equal, "logical_and": np.logical_and,
    "logical_or": np.logical_or, "logical_xor": np.logical_xor, "logical_not": np.logical_not, "isnan": np.isnan, "isinf": np.isinf,
    "isfinite": np.isfinite, "log2": np.log2, "log10": np.log10, "exp2": np.exp2, "cbrt": np.cbrt, "arcsinh": np.arcsinh,
    "arccosh": np.arccosh,
    "arctanh": np.arctanh, "hypot": np.hypot, "fmod": np.fmod, "signbit": np.signbit, "nextafter": np.nextafter,
    "bitwise_and": np.bitwise_and,
    "bitwise_or": np.bitwise_or, "bitwise_xor": np.bitwise_xor, "bitwise_not": np.invert, "left_shift": np.left_shift,
    "right_shift": np.right_shift,
    "gcd": np.gcd, "lcm": np.lcm,
}  # fmt: skip

ROUNDINGS = frozenset({"floor", "ceil", "trunc", "rint"})


def _quiet(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function without NumPy's warnings: infinities and NaN are values like others, as on every engine."""
    return np.errstate(all="ignore")(function)


def _axis(x: Array, axis: Any) -> Any:
    """`axis`; NumPy takes axis 0 of a scalar, which has none."""
    if not x.ndim and axis not in (None, ()):
        raise ValueError("axis")
    return axis


def _power(x: Array, y: Array) -> Array:
    """x ** y; an integer to a negative power, which NumPy refuses, is 0 but for 1 and -1."""
    if y.dtype.kind != "i" or not y.size or y.min() >= 0:
        return np.power(x, y)
    found = np.power(x, np.where(y < 0, -y, y))
    return np.where(y < 0, np.where(np.abs(x) == 1, found, 0), found).astype(x.dtype)


def _on_arrays(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda x: function(np.atleast_1d(x)).reshape(x.shape)


def _keep_integers(rounding: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: rounding(x) if x.dtype.kind not in "iub" else x.copy()


def _place_slice(x: Array, shape: Any, starts: Any, stops: Any, steps: Any) -> Array:
    out = np.zeros(shape, x.dtype)
    out[slices_of(starts, stops, steps)] = x
    return out


def wrap_indices(indices: Array, size: int, name: str = "take") -> Array:
    """Indices with negative ones counted from the end; out-of-range ones are refused by name."""
    if indices.size and (int(indices.min()) < -size or int(indices.max()) >= size):
        raise no_such_index(name, indices.max() if int(indices.max()) >= size else indices.min(), size)
    return indices


def _take(x: Array, indices: Array, axis: int) -> Array:
    return np.take(x, wrap_indices(indices, x.shape[axis]), axis=axis)


def add_rows(out: Array, indices: Array, updates: Array, axis: int) -> None:
    """Add `updates` in place to the slices of `out` at the indices along `axis`; equal indices add up."""
    target = np.moveaxis(out, axis, 0)
    flat = wrap_indices(indices, out.shape[axis], "scatter").reshape(-1)
    moved = np.moveaxis(updates.reshape(*updates.shape[:axis], flat.size, *updates.shape[axis + indices.ndim :]), axis, 0)
    if flat.size and out.ndim == 2 and axis == 0:
        _add_sorted_rows(target, flat, moved)
    else:
        np.add.at(target, flat, moved)


_MANY_ROWS = 8
"""From how many updates of one row on they are summed by themselves."""


def _add_sorted_rows(target: Array, indices: Array, updates: Array) -> None:
    """The first update of every row at once, then every second one, and so on: thirty times as fast as np.add.at."""
    order = np.argsort(indices, kind="stable")
    ordered = indices[order]
    first = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    counts = np.diff(np.append(first, indices.size))
    often = counts > _MANY_ROWS
    for start, count in zip(first[often], counts[often], strict=True):
        target[ordered[start]] += np.add.reduce(updates[order[start : start + count]], axis=0)
    first, counts = first[~often], counts[~often]
    for turn in range(_MANY_ROWS):
        rows = order[first + turn]
        target[indices[rows]] += updates[rows]
        first, counts = first[counts > turn + 1], counts[counts > turn + 1]
        if not first.size:
            break


_JOIN = {"max": np.maximum, "min": np.minimum, "prod": np.multiply}


def _reduce_at(x: Array, indices: Array, updates: Array, kind: str) -> Array:
    out = x.copy()
    _JOIN[kind].at(out, wrap_indices(indices, out.shape[0], "scatter"), updates)
    return out


def _replace_at(x: Array, indices: Array, updates: Array) -> Array:
    out = x.copy()
    out[wrap_indices(indices, out.shape[0], "scatter")] = updates
    return out


def _complex(x: Array, y: Array) -> Array:
    kind = np.complex128 if x.dtype == np.float64 else np.complex64
    out = np.empty(np.broadcast_shapes(x.shape, y.shape), kind)
    out.real, out.imag = x, y
    return out


def _fourier(real: Array, imag: Array, inverse: bool) -> tuple[Array, Array]:
    wide = real.dtype if real.dtype in (np.float32, np.float64) else np.dtype(np.float32)
    found = (np.fft.ifft if inverse else np.fft.fft)(_complex(real.astype(wide, copy=False), imag.astype(wide, copy=False)))
    return found.real.astype(real.dtype), found.imag.astype(real.dtype)


def _scan_graph(*operands: Array, body: Any, carries: int, sequences: int, length: int, reverse: bool) -> tuple[Array, ...]:
    """The loop of a traced scan on numbers: last carries, outputs of every step, carries before every step."""
    carry, xs, constants = operands[:carries], operands[carries : carries + sequences], operands[carries + sequences :]
    rows: list[Any] = [None] * length
    for t in range(length - 1, -1, -1) if reverse else range(length):
        found = body.call(*carry, *[x[t] for x in xs], *constants)
        rows[t] = [*found[carries:], *carry]
        carry = tuple(found[:carries])
    return (*carry, *map(np.stack, zip(*rows, strict=True)))


def _view(x: Array, dtype: np.dtype) -> Array:
    if not x.ndim and dtype.itemsize != x.dtype.itemsize:
        raise ValueError("a scalar has no last axis")
    last = x.shape[-1] * x.dtype.itemsize // dtype.itemsize if x.ndim else 0
    shape = x.shape if dtype.itemsize == x.dtype.itemsize else (*x.shape[:-1], last)
    return np.ascontiguousarray(x).view(dtype).copy().reshape(shape)


def _add_at(x: Array, indices: Array, updates: Array, axis: int) -> Array:
    out = x.copy()
    add_rows(out, indices, updates, axis)
    return out


def add_elements(out: Array, indices: Array, updates: Array, axis: int) -> None:
    """Add each element of `updates` in place at its index along `axis`; sizes of 1 stand for all places of the updates."""
    grid = list(np.ogrid[tuple(slice(n) for n in updates.shape)])
    grid = [places if out.shape[i] == updates.shape[i] else np.zeros_like(places) for i, places in enumerate(grid)]
    grid[axis] = wrap_indices(indices, out.shape[axis], "take_along_axis")
    np.add.at(out, tuple(grid), updates)


def _add_along_axis(x: Array, indices: Array, updates: Array, axis: int) -> Array:
    out = x.copy()
    add_elements(out, indices, updates, axis)
    return out


def _dynamic_place(x: Array, starts: Array, sizes: Sequence[int]) -> tuple[slice, ...]:
    begins = [min(max(int(s), 0), n - k) for s, n, k in zip(starts, x.shape, sizes, strict=True)]
    return tuple(slice(b, b + k) for b, k in zip(begins, sizes, strict=True))


def dynamic_slice(x: Array, starts: Array, shape: Sequence[int]) -> Array:
    """The part of `x` at `starts`, moved inside if it would stick out."""
    return x[_dynamic_place(x, starts, shape)]


def dynamic_update(x: Array, starts: Array, updates: Array) -> Array:
    """`x` with the part at `starts` replaced."""
    out = x.copy()
    out[_dynamic_place(x, starts, updates.shape)] = updates
    return out


def _largest(x: Array, k: int) -> tuple[Array, Array]:
    indices = np.flip(x.shape[-1] - 1 - np.argsort(np.flip(x, -1), axis=-1, kind="stable"), -1)[..., :k].astype("int32")
    return np.take_along_axis(x, indices, axis=-1), indices


def is_narrow(dtype: np.dtype) -> bool:
    """Whether a dtype is a float of less than 32 bits, in which NumPy has no fast (or, for bfloat16, no) products."""
    return dtype.itemsize <= 2 and dtype.kind not in "iub"


def matmul(x: Array, y: Array) -> Array:
    """The matrix product; narrow floats are multiplied and summed as float32."""
    if is_narrow(x.dtype):
        return np.matmul(x.astype(np.float32), y.astype(np.float32)).astype(x.dtype)
    return np.matmul(x, y)


def einsum(operands: Sequence[Array], subscripts: str) -> Array:
    """NumPy's einsum on the cheapest order of pairs; narrow floats are multiplied and summed as float32."""
    dtype = operands[0].dtype
    if is_narrow(dtype):
        return np.einsum(subscripts, *(x.astype(np.float32) for x in operands), optimize=len(operands) > 1).astype(dtype)
    return np.einsum(subscripts, *operands, optimize=len(operands) > 1)


def window_view(x: Array, window: Any, strides: Any) -> Array:
    """Every window of an already padded x, as a view: (batch, *places, *window, channels)."""
    count = len(window)
    axes = tuple(range(1, 1 + count))
    view = np.lib.stride_tricks.sliding_window_view(x, window, axis=axes)
    view = view[(slice(None), *(slice(None, None, s) for s in strides))]
    return np.moveaxis(view, count + 1, -1)


def extract_windows(x: Array, window: Any, strides: Any, padding: Any, value: float) -> Array:
    """Every window of x."""
    if any(p != (0, 0) for p in padding):
        x = np.pad(x, ((0, 0), *padding, (0, 0)), constant_values=np.asarray(value).astype(x.dtype))
    return np.ascontiguousarray(window_view(x, window, strides))


def add_windows(g: Array, window: Any, strides: Any, padding: Any, x_shape: Any) -> Array:
    """Windows added back to their places."""
    count = len(window)
    padded = np.zeros((x_shape[0], *(n + low + high for n, (low, high) in zip(x_shape[1:-1], padding, strict=True)), x_shape[-1]), g.dtype)
    places = g.shape[1 : 1 + count]
    for tap in np.ndindex(*window):
        region = tuple(slice(t, t + s * (p - 1) + 1, s) for t, s, p in zip(tap, strides, places, strict=True))
        padded[(slice(None), *region)] += g[(slice(None),) * (1 + count) + tap]
    inner = tuple(slice(low, low + n) for n, (low, _) in zip(x_shape[1:-1], padding, strict=True))
    return np.ascontiguousarray(padded[(slice(None), *inner)])


# ------------------------------------------------------------------------------------------------------------------- random


def words(key: Array) -> tuple[int, int]:
    """(seed, counter) of a key."""
    return int(key[0]), int(key[1])


def draw(kind: str, key: Array, shape: Any, dtype: str, **options: Any) -> Array:
    """Random numbers of one kind for a key; the narrow floats are drawn as float32."""
    seed, counter = words(key)
    wide = dtype if dtype in ("float32", "float64") else "float32"
    if kind == "uniform":
        drawn = philox.uniform(seed, counter, shape, wide)
    elif kind == "normal":
        drawn = philox.normal(seed, counter, shape, wide)
    elif kind == "truncated_normal":
        drawn = philox.truncated_normal(seed, counter, shape, wide)
    elif kind == "mask":
        drawn = philox.dropout_mask(seed, counter, shape, options["rate"], np.dtype(wide))
    else:
        span = options["high"] - options["low"]
        if span <= 0:
            raise ValueError(
                f"keras.random.randint(minval, maxval): got {options['low']} and {options['high']}. Accepted: minval < maxval."
            )
        count = int(np.prod(shape))
        drawn = (philox.random_bits(seed, counter, count) >> np.uint64(11)).astype(np.float64) * 2.0**-53 * span
        return (np.floor(drawn).astype(np.int64) + options["low"]).reshape(shape).astype(numpy_dtype(dtype))
    return drawn.astype(numpy_dtype(dtype), copy=False)


def _in_wide_float(function: Callable[..., Array]) -> Callable[..., Array]:
    """The function for float32 and float64; the narrow floats are computed in float32."""
    return lambda x: function(x) if x.dtype in (np.float32, np.float64) else function(x.astype(np.float32)).astype(x.dtype)


def _real(name: str, function: Callable[..., Array]) -> Callable[..., Array]:
    """The function, which complex numbers would only lose their imaginary part in."""

    def kernel(x: Array) -> Array:
        if x.dtype.kind == "c":
            raise TypeError(f"keras.ops.{name}(x): got dtype {x.dtype.name}. Accepted: real numbers.")
        return function(x)

    return kernel


def _windowed(function: Callable[..., Array]) -> Callable[..., Array]:
    return lambda x, window, strides, padding: function(x, window=window, strides=strides, padding=padding)


_SIGMOID = _in_wide_float(elementwise.sigmoid)

KERNELS: dict[str, Callable[..., Any]] = {
    **{name: _quiet(function) for name, function in UFUNCS.items()},
    **{name: _keep_integers(UFUNCS[name]) for name in ROUNDINGS},
    "power": _quiet(_power),
    "rsqrt": _quiet(lambda x: np.reciprocal(np.sqrt(x))),
    "relu": lambda x: np.maximum(x, x.dtype.type(0)),
    "relu_gradient": lambda g, y: (
        elementwise.relu_gradient(*np.broadcast_arrays(g, y)) if g.shape != y.shape else elementwise.relu_gradient(g, y)
    ),
    "sigmoid": _quiet(lambda x: 1 / (1 + np.exp(-x)) if x.dtype.kind == "c" else _SIGMOID(x)),
    "erf": _real("erf", _on_arrays(elementwise.erf)),
    "erfinv": _real("erfinv", _quiet(_on_arrays(elementwise.erfinv))),
    "erfc": _real("erfc", special.erfc),
    "choose": np.where,
    "cast": _quiet(lambda x, dtype: x.astype(numpy_dtype(dtype))),
    "copy": np.copy,
    "stop_gradient": lambda x: x,
    "with_gradient": lambda *operands, count, results, gradient: tuple(x.copy() for x in operands[count : count + results]),
    "sum": _quiet(lambda x, axis, keepdims: np.add.reduce(x, axis=_axis(x, axis), dtype=x.dtype, keepdims=keepdims)),
    "product_over": _quiet(lambda x, axis, keepdims: np.multiply.reduce(x, axis=_axis(x, axis), dtype=x.dtype, keepdims=keepdims)),
    "max_over": lambda x, axis, keepdims: np.maximum.reduce(x, axis=_axis(x, axis), keepdims=keepdims),
    "min_over": lambda x, axis, keepdims: np.minimum.reduce(x, axis=_axis(x, axis), keepdims=keepdims),
    "any": lambda x, axis, keepdims: np.logical_or.reduce(x, axis=_axis(x, axis), keepdims=keepdims),
    "all": lambda x, axis, keepdims: np.logical_and.reduce(x, axis=_axis(x, axis), keepdims=keepdims),
    "argmax": lambda x, axis, keepdims: np.argmax(x, axis=axis, keepdims=keepdims).astype(np.int32),
    "argmin": lambda x, axis, keepdims: np.argmin(x, axis=axis, keepdims=keepdims).astype(np.int32),
    "running_product": _quiet(lambda x, axis: np.multiply.accumulate(x, axis=axis, dtype=x.dtype)),
    "searchsorted": lambda sequence, values, side: np.searchsorted(sequence, values, side=side).astype(np.int32),
    "running_sum": lambda x, axis: np.add.accumulate(x, axis=axis, dtype=x.dtype),
    "reshape": lambda x, newshape: np.reshape(x, newshape),
    "transpose": lambda x, axes: np.transpose(x, axes),
    "broadcast_to": lambda x, shape: np.broadcast_to(x, shape).copy(),
    "filled_like": lambda x, value, dtype: np.full(x.shape, value, numpy_dtype(dtype)),
    "concatenate": lambda *xs, axis: np.concatenate(xs, axis=axis),
    "strided_slice": lambda x, starts, stops, steps: x[slices_of(starts, stops, steps)],
    "place_slice": _place_slice,
    "reverse": lambda x, axis: np.flip(x, axis),
    "pad_constant": lambda x, pad_width, value: np.pad(x, pad_width, constant_values=value),
    "take_along": _take,
    "add_at": _add_at,
    "fourier": _fourier,
    "reduce_at": _quiet(_reduce_at),
    "replace_at": _replace_at,
    "real": lambda x: np.array(x.real),
    "imag": lambda x: np.array(x.imag),
    "complex_of": _complex,
    "view": lambda x, dtype: _view(x, numpy_dtype(dtype or x.dtype)),
    "gather_along_axis": lambda x, indices, axis: np.take_along_axis(x, wrap_indices(indices, x.shape[axis], "take_along_axis"), axis),
    "add_along_axis": _add_along_axis,
    "scan_graph": _scan_graph,
    "dynamic_slice": dynamic_slice,
    "dynamic_update": dynamic_update,
    "matmul": _quiet(matmul),
    "contract": _quiet(lambda *operands, subscripts: einsum(operands, subscripts)),
    **decompositions.KERNELS,
    "order": lambda x, axis: np.argsort(x, axis=_axis(x, axis), kind="stable").astype(np.int32),
    "sorted_along": lambda x, axis: np.sort(x, axis=axis, kind="stable"),
    "largest": _largest,
    "conv_channels_last": lambda x, w, same=False, **options: convolution.conv(x, w, **options),
    "conv_input_gradient": convolution.conv_input_gradient,
    "conv_filter_gradient": convolution.conv_filter_gradient,
    "extract_windows": extract_windows,
    "add_windows": add_windows,
    "draw_uniform": lambda key, shape, dtype: draw("uniform", key, shape, dtype),
    "draw_normal": lambda key, shape, dtype: draw("normal", key, shape, dtype),
    "draw_truncated_normal": lambda key, shape, dtype: draw("truncated_normal", key, shape, dtype),
    "draw_mask": lambda key, shape, rate, dtype: draw("mask", key, shape, dtype, rate=rate),
    "draw_integers": lambda key, shape, low, high, dtype: draw("integers", key, shape, dtype, low=low, high=high),
}


def _last_axis_only(name: str, native: Callable[[Array], Array]) -> Callable[..., Any]:
    """The native for floats along the last axis, else the op's own definition."""

    def call(x: Any, axis: Any = -1) -> Any:
        x = np.asarray(x)
        takes = x.ndim and axis in (-1, x.ndim - 1) and x.dtype in (np.float32, np.float64) and x.shape[-1]
        return native(x) if takes else NotImplemented

    return or_body(name, call)


NATIVES: dict[str, Callable[..., Any]] = {
    "softmax": _last_axis_only("softmax", elementwise.softmax),
    "log_softmax": _last_axis_only("log_softmax", elementwise.log_softmax),
    "max_pool_channels_last": _windowed(windows.max_pool),
    "average_pool_channels_last": _windowed(windows.average_pool),
    "lstm_steps": recurrent.lstm_steps,
    "lstm_steps_gradient": recurrent.lstm_steps_gradient,
    "max_pool_gradient": lambda g, x, y, window, strides, padding: windows.max_pool_gradient(
        g, x, y, window=window, strides=strides, padding=padding
    ),
}
