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
from keras.engines.numpy import linalg
from keras.kernels import convolution, elementwise, philox, recurrent, scatter, special, windows

Array = np.ndarray

UFUNCS: dict[str, np.ufunc] = {
    name: getattr(np, name)
    for name in (
        "add", "subtract", "multiply", "divide", "floor_divide", "mod", "fmod", "power", "maximum", "minimum", "negative", "abs", "sign",
        "signbit", "square", "sqrt", "cbrt", "reciprocal", "hypot", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos",
        "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "nextafter", "floor",
        "ceil", "trunc", "rint", "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_and", "logical_or",
        "logical_xor", "logical_not", "isnan", "isinf", "isfinite", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not",
        "left_shift", "right_shift", "gcd", "lcm",
    )
}  # fmt: skip

ROUNDINGS = frozenset({"floor", "ceil", "trunc", "rint"})

REDUCTIONS: dict[str, np.ufunc] = {
    "sum": np.add, "product_over": np.multiply, "max_over": np.maximum, "min_over": np.minimum, "any": np.logical_or, "all": np.logical_and
}  # fmt: skip


def _quiet(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function without NumPy's warnings: infinities and NaN are values like others, as on every engine."""
    return np.errstate(all="ignore")(function)


def _reduction(function: np.ufunc) -> Callable[..., Any]:
    """Along the axes, in the dtype of the operand."""
    if function in (np.add, np.multiply):
        return _quiet(lambda x, axis, keepdims: function.reduce(x, axis=_axis(x, axis), dtype=x.dtype, keepdims=keepdims))
    return lambda x, axis, keepdims: function.reduce(x, axis=_axis(x, axis), keepdims=keepdims)


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


def _keep_integers(rounding: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: rounding(x) if x.dtype.kind not in "iub" else x.copy()


def _place_slice(x: Array, shape: Any, starts: Any, stops: Any, steps: Any) -> Array:
    out = np.zeros(shape, x.dtype)
    out[slices_of(starts, stops, steps)] = x
    return out


def checked(indices: Array, size: int, name: str = "take") -> Array:
    """The indices, negative ones counted from the end; those out of range are refused by name."""
    if indices.size and (int(indices.min()) < -size or int(indices.max()) >= size):
        raise no_such_index(name, indices.max() if int(indices.max()) >= size else indices.min(), size)
    return indices


def _take(x: Array, indices: Array, axis: int) -> Array:
    return np.take(x, checked(indices, x.shape[axis]), axis=axis)


def add_rows(out: Array, indices: Array, updates: Array, axis: int) -> None:
    """Add `updates` in place to the slices of `out` at the indices along `axis`."""
    scatter.add_rows(out, checked(indices, out.shape[axis], "scatter"), updates, axis)


def add_elements(out: Array, indices: Array, updates: Array, axis: int) -> None:
    """Add each element of `updates` in place at its index along `axis`."""
    scatter.add_elements(out, checked(indices, out.shape[axis], "take_along_axis"), updates, axis)


def _on_copy(change: Callable[..., None]) -> Callable[..., Array]:
    def kernel(x: Array, *operands: Array, **attributes: Any) -> Array:
        out = x.copy()
        change(out, *operands, **attributes)
        return out

    return kernel


_JOIN = {"max": np.maximum, "min": np.minimum, "prod": np.multiply}


def _reduce_at(out: Array, indices: Array, updates: Array, kind: str) -> None:
    _JOIN[kind].at(out, checked(indices, out.shape[0], "scatter"), updates)


def _replace_at(out: Array, indices: Array, updates: Array) -> None:
    out[checked(indices, out.shape[0], "scatter")] = updates


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


def _dynamic_place(x: Array, starts: Array, sizes: Sequence[int]) -> tuple[slice, ...]:
    """The part of `x` at `starts`, moved inside if it would stick out."""
    begins = [min(max(int(s), 0), n - k) for s, n, k in zip(starts, x.shape, sizes, strict=True)]
    return tuple(slice(b, b + k) for b, k in zip(begins, sizes, strict=True))


def _dynamic_update(out: Array, starts: Array, updates: Array) -> None:
    out[_dynamic_place(out, starts, updates.shape)] = updates


def _largest(x: Array, k: int) -> tuple[Array, Array]:
    indices = np.flip(x.shape[-1] - 1 - np.argsort(np.flip(x, -1), axis=-1, kind="stable"), -1)[..., :k].astype("int32")
    return np.take_along_axis(x, indices, axis=-1), indices


def is_narrow(dtype: np.dtype) -> bool:
    """Whether a dtype is a float of less than 32 bits, in which NumPy has no fast (or, for bfloat16, no) products."""
    return dtype.itemsize <= 2 and dtype.kind not in "iub"


def _widened(function: Callable[..., Array]) -> Callable[..., Array]:
    """The function; narrow floats are computed as float32."""

    def kernel(*operands: Array, **attributes: Any) -> Array:
        dtype = operands[0].dtype
        if is_narrow(dtype):
            return function(*[x.astype(np.float32) for x in operands], **attributes).astype(dtype)
        return function(*operands, **attributes)

    return kernel


def _contract(*operands: Array, subscripts: str) -> Array:
    """NumPy's einsum on the cheapest order of pairs."""
    return np.einsum(subscripts, *operands, optimize=len(operands) > 1)


# ------------------------------------------------------------------------------------------------------------------- random


def words(key: Array) -> tuple[int, int]:
    """(seed, counter) of a key."""
    return int(key[0]), int(key[1])


def draw(function: Callable[..., Array]) -> Callable[..., Array]:
    """The kernel of a function of (seed, counter, shape, *options, dtype); the narrow floats are drawn as float32."""

    def kernel(key: Array, shape: Any, dtype: str, **options: Any) -> Array:
        wide = np.dtype(dtype if dtype == "float64" else "float32")
        return function(*words(key), shape, **options, dtype=wide).astype(numpy_dtype(dtype), copy=False)

    return kernel


def _draw_integers(key: Array, shape: Any, low: int, high: int, dtype: str) -> Array:
    if high <= low:
        raise ValueError(f"keras.random.randint(minval, maxval): got {low} and {high}. Accepted: minval < maxval.")
    return philox.integers(*words(key), shape, low, high).astype(numpy_dtype(dtype))


def _real(name: str, function: Callable[..., Array]) -> Callable[..., Array]:
    """The function, which complex numbers would only lose their imaginary part in."""

    def kernel(x: Array) -> Array:
        if x.dtype.kind == "c":
            raise TypeError(f"keras.ops.{name}(x): got dtype {x.dtype.name}. Accepted: real numbers.")
        return function(x)

    return kernel


_SIGMOID = _widened(elementwise.sigmoid)

KERNELS: dict[str, Callable[..., Any]] = {
    **{name: _quiet(function) for name, function in UFUNCS.items()},
    **{name: _keep_integers(UFUNCS[name]) for name in ROUNDINGS},
    "power": _quiet(_power),
    "rsqrt": _quiet(lambda x: np.reciprocal(np.sqrt(x))),
    "relu": lambda x: np.maximum(x, x.dtype.type(0)),
    "relu_gradient": lambda g, y: elementwise.relu_gradient(*((g, y) if g.shape == y.shape else np.broadcast_arrays(g, y))),
    "sigmoid": _quiet(lambda x: 1 / (1 + np.exp(-x)) if x.dtype.kind == "c" else _SIGMOID(x)),
    "erf": _real("erf", special.erf),
    "erfinv": _real("erfinv", special.erfinv),
    "erfc": _real("erfc", special.erfc),
    "choose": np.where,
    "cast": _quiet(lambda x, dtype: x.astype(numpy_dtype(dtype))),
    "copy": np.copy,
    "stop_gradient": lambda x: x,
    "with_gradient": lambda *operands, count, results, gradient: tuple(x.copy() for x in operands[count : count + results]),
    **{name: _reduction(function) for name, function in REDUCTIONS.items()},
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
    "add_at": _on_copy(add_rows),
    "fourier": _fourier,
    "reduce_at": _quiet(_on_copy(_reduce_at)),
    "replace_at": _on_copy(_replace_at),
    "real": lambda x: np.array(x.real),
    "imag": lambda x: np.array(x.imag),
    "complex_of": _complex,
    "view": lambda x, dtype: _view(x, numpy_dtype(dtype or x.dtype)),
    "gather_along_axis": lambda x, indices, axis: np.take_along_axis(x, checked(indices, x.shape[axis], "take_along_axis"), axis),
    "add_along_axis": _on_copy(add_elements),
    "scan_graph": _scan_graph,
    "dynamic_slice": lambda x, starts, shape: x[_dynamic_place(x, starts, shape)],
    "dynamic_update": _on_copy(_dynamic_update),
    "matmul": _quiet(_widened(np.matmul)),
    "contract": _quiet(_widened(_contract)),
    **linalg.KERNELS,
    "order": lambda x, axis: np.argsort(x, axis=_axis(x, axis), kind="stable").astype(np.int32),
    "sorted_along": lambda x, axis: np.sort(x, axis=axis, kind="stable"),
    "largest": _largest,
    "conv_channels_last": lambda x, w, same=False, **options: convolution.conv(x, w, **options),
    "conv_input_gradient": convolution.conv_input_gradient,
    "conv_filter_gradient": convolution.conv_filter_gradient,
    "extract_windows": windows.extract_windows,
    "add_windows": windows.add_windows,
    "draw_uniform": draw(philox.uniform),
    "draw_normal": draw(philox.normal),
    "draw_truncated_normal": draw(philox.truncated_normal),
    "draw_mask": draw(philox.dropout_mask),
    "draw_integers": _draw_integers,
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
    "max_pool_channels_last": windows.max_pool,
    "average_pool_channels_last": windows.average_pool,
    "lstm_steps": recurrent.lstm_steps,
    "lstm_steps_gradient": recurrent.lstm_steps_gradient,
    "max_pool_gradient": windows.max_pool_gradient,
}
