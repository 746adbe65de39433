"""How each primitive becomes pre-bound calls on fixed buffers.

A step is `(function, arguments)`; running a program is calling them in order. `VIEWS` need no step at all: their result is another view
of the operand's buffer. `ELEMENTWISE` also work on blocks of their buffers, which is how chains of them stay in the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras.engines.base import slices_of
from keras.engines.numpy.kernels import (
    KERNELS,
    NATIVES,
    REDUCTIONS,
    ROUNDINGS,
    UFUNCS,
    add_elements,
    add_rows,
    is_narrow,
    words,
)  # fmt: skip
from keras.kernels import convolution, elementwise, philox, recurrent, threads, windows
from keras.kernels.products import bind_column_sums, bind_matmul
from keras.kernels.threads import Steps

Array = np.ndarray
Scratch = Callable[[tuple[int, ...], Any], Array]

_INTEGER_OF_SIZE = {2: np.int16, 4: np.int32, 8: np.int64}


# -------------------------------------------------------------------------------------------------------------------- views


VIEWS: dict[str, Callable[..., Array | None]] = {
    "reshape": lambda x, newshape: np.reshape(x, newshape) if x.flags.c_contiguous else None,
    "transpose": lambda x, axes: np.transpose(x, axes),
    "broadcast_to": lambda x, shape: np.broadcast_to(x, shape),
    "strided_slice": lambda x, starts, stops, steps: x[slices_of(starts, stops, steps)],
    "reverse": lambda x, axis: np.flip(x, axis),
    "stop_gradient": lambda x: x,
    "copy": lambda x: x,
}
"""Attributes and the operand's array to the result's array, or None where only a copy will do."""


# -------------------------------------------------------------------------------------------------------------- elementwise


def _maximum(x: Any, y: Any, out: Array) -> None:
    np.maximum(x, y, out=out)


def _minimum(x: Any, y: Any, out: Array) -> None:
    np.minimum(x, y, out=out)


_INTO: dict[np.ufunc, Callable[..., Any]] = {np.maximum: _maximum, np.minimum: _minimum}
"""Functions that NumPy wants to have `out` by its name."""


def _ufunc(function: np.ufunc) -> Callable[..., Steps]:
    call = _INTO.get(function, function)
    return lambda xs, out, scratch: [(call, (*xs, out))]


def _rounding(function: np.ufunc) -> Callable[..., Steps]:
    return lambda xs, out, scratch: [(function, (xs[0], out))] if out.dtype.kind == "f" else [(np.copyto, (out, xs[0]))]


def _relu_gradient(xs: Sequence[Array], out: Array, scratch: Scratch) -> Steps:
    g, y = xs
    mask = scratch(out.shape, np.bool_)
    integer = _INTEGER_OF_SIZE.get(out.dtype.itemsize)
    steps: Steps = [(np.greater, (y, y.dtype.type(0), mask))]
    if integer is None or out.dtype.kind != "f" or not isinstance(g, np.ndarray) or g.shape != out.shape:
        return [*steps, (np.multiply, (g, mask, out))]
    bits = scratch(out.shape, integer)  # all ones where the gradient passes: the numbers of g * mask without converting the mask
    return [*steps, (np.negative, (mask.view(np.int8), bits)), (np.bitwise_and, (g.view(integer), bits, out.view(integer)))]


def _sigmoid(xs: Sequence[Array], out: Array, scratch: Scratch) -> Steps:
    x = xs[0]
    if out.dtype not in (np.float32, np.float64):
        return [(_copy_result, (out, KERNELS["sigmoid"], xs))]
    return [(np.negative, (x, out)), (np.exp, (out, out)), (np.add, (out, out.dtype.type(1), out)), (np.reciprocal, (out, out))]


def _is_place(x: Any, out: Array) -> bool:
    """Whether `x` is the very elements of `out`, one on one."""
    return (
        isinstance(x, np.ndarray)
        and x.__array_interface__["data"] == out.__array_interface__["data"]
        and (x.strides, x.shape) == (out.strides, out.shape)
    )


def _select(xs: Sequence[Array], out: Array, scratch: Scratch) -> Steps:
    condition, a, b = xs
    steps: Steps = []
    if isinstance(condition, np.ndarray) and np.may_share_memory(condition, out):  # bools may be put into their condition's place
        condition = scratch(condition.shape, np.bool_)
        steps.append((np.copyto, (condition, xs[0])))
    if _is_place(a, out):
        other = scratch(out.shape, np.bool_)
        return [*steps, (np.logical_not, (condition, other)), (np.copyto, (out, b, "same_kind", other))]
    if isinstance(a, np.ndarray) and np.may_share_memory(a, out):  # for example the transpose of b, in whose place the result goes
        a = scratch(a.shape, a.dtype)
        steps.append((np.copyto, (a, xs[1])))
    return [*steps, (np.copyto, (out, b)), (np.copyto, (out, a, "same_kind", condition))]


SEVERAL_PASSES = frozenset({"relu_gradient", "sigmoid", "choose"})
"""Elementwise ops of several steps: worth going block by block even alone."""

ELEMENTWISE: dict[str, Callable[..., Steps]] = {
    **{name: _ufunc(function) for name, function in UFUNCS.items() if name not in ROUNDINGS},
    **{name: _rounding(UFUNCS[name]) for name in ROUNDINGS},
    "relu": lambda xs, out, scratch: [(_maximum, (xs[0], out.dtype.type(0), out))],
    "relu_gradient": _relu_gradient,
    "rsqrt": lambda xs, out, scratch: [(np.sqrt, (xs[0], out)), (np.reciprocal, (out, out))],
    "sigmoid": _sigmoid,
    "choose": _select,
    "cast": lambda xs, out, scratch: [(np.copyto, (out, xs[0], "unsafe"))],
}
"""Operand arrays (or scalars), result array and a source of scratch arrays to steps."""


# ------------------------------------------------------------------------------------------------------------ everything else


def _flat_rows(x: Array) -> Array | None:
    return x.reshape(-1, x.shape[-1]) if x.ndim > 2 and x.flags.c_contiguous else x if x.ndim == 2 else None


def _matmul(xs: Sequence[Array], out: Array, attributes: dict[str, Any], own_threads: bool) -> Steps:
    """Cut over our own threads, or left to BLAS and its threads."""
    x, y = xs
    if is_narrow(out.dtype):
        return [(_copy_result, (out, KERNELS["matmul"], xs))]
    if y.ndim == 2 and x.ndim > 2:
        rows, result = _flat_rows(x), _flat_rows(out)
        if rows is not None and result is not None:
            x, out = rows, result
    if own_threads and out.ndim >= 2 and x.ndim >= 2 and y.ndim >= 2 and out.size:
        return bind_matmul(x, y, out)
    return [(np.matmul, (x, y, out))]


def _sum(xs: Sequence[Array], out: Array, attributes: dict[str, Any], own_threads: bool) -> Steps:
    """Over all axes but the last one, on numbers that BLAS takes, a product; that too cut over our own threads."""
    x, axis = xs[0], attributes["axis"]
    is_product = x.ndim - 1 not in axis and len(axis) == x.ndim - 1 and x.flags.c_contiguous
    if not is_product or out.dtype.kind != "f" or x.dtype != out.dtype or x.dtype.itemsize < 4 or not x.size:
        return _reduction(np.add)(xs, out, attributes)
    return bind_column_sums(x.reshape(-1, x.shape[-1]), out.reshape(1, -1), threads.workers() if own_threads else 1)


def _reduction(function: np.ufunc) -> Callable[..., Steps]:
    def emit(xs: Sequence[Array], out: Array, attributes: dict[str, Any]) -> Steps:
        return [(function.reduce, (xs[0], attributes["axis"], None, out, attributes["keepdims"]))]

    return emit


def _concatenate(xs: Sequence[Array], out: Array, attributes: dict[str, Any]) -> Steps:
    steps: Steps = []
    start = 0
    for x in xs:
        stop = start + x.shape[attributes["axis"]]
        place = [slice(None)] * out.ndim
        place[attributes["axis"]] = slice(start, stop)
        steps.append((np.copyto, (out[tuple(place)], x)))
        start = stop
    return steps


def _pad(xs: Sequence[Array], out: Array, attributes: dict[str, Any]) -> Steps:
    inner = tuple(slice(low, low + n) for (low, _), n in zip(attributes["pad_width"], xs[0].shape, strict=True))
    return [(out.fill, (attributes["value"],)), (np.copyto, (out[inner], xs[0]))]


def _place(xs: Sequence[Array], out: Array, attributes: dict[str, Any]) -> Steps:
    part = out[slices_of(attributes["starts"], attributes["stops"], attributes["steps"])]
    return [(out.fill, (0,)), (np.copyto, (part, xs[0]))]


def _take_into(x: Array, indices: Array, axis: int, out: Array) -> None:
    try:
        np.take(x, indices, axis=axis, out=out)
    except IndexError:
        KERNELS["take_along"](x, indices, axis)
        raise


def _add_at(xs: Sequence[Array], out: Array, attributes: dict[str, Any]) -> Steps:
    return [(np.copyto, (out, xs[0])), (add_rows, (out, xs[1], xs[2], attributes["axis"]))]


def _add_along_axis(xs: Sequence[Array], out: Array, attributes: dict[str, Any]) -> Steps:
    return [(np.copyto, (out, xs[0])), (add_elements, (out, xs[1], xs[2], attributes["axis"]))]


def _mask(xs: Sequence[Array], out: Array, attributes: dict[str, Any]) -> Steps:
    rate, dtype = attributes["rate"], attributes["dtype"]
    if dtype not in ("float32", "float64"):
        return [(_copy_result, (out, lambda key: KERNELS["draw_mask"](key, out.shape, rate=rate, dtype=dtype), xs))]

    def fill(key: Array, out: Array) -> None:
        philox.dropout_mask(*words(key), out.shape, rate, out.dtype, out=out)

    return [(fill, (xs[0], out))]


def _copy_result(out: Array, function: Callable[..., Any], operands: Sequence[Array]) -> None:
    np.copyto(out, function(*operands))


def _bound(bind: Callable[..., Any], *names: str) -> Callable[..., Steps]:
    def emit(xs: Sequence[Array], out: Array, attributes: dict[str, Any]) -> Steps:
        return bind(*xs, out, **{name: attributes[name] for name in names})

    return emit


def _softmax(function: Callable[..., Any], name: str) -> Callable[..., Steps]:
    def emit(xs: Sequence[Array], out: Array, attributes: dict[str, Any]) -> Steps:
        x = xs[0]
        if attributes["axis"] in (-1, x.ndim - 1) and x.dtype in (np.float32, np.float64) and x.ndim and x.shape[-1]:
            return [(function, (x, out))]
        return [(_copy_result, (out, lambda value: NATIVES[name](value, attributes["axis"]), xs))]

    return emit


def _conv_bias(xs: Sequence[Array], out: Array, attributes: dict[str, Any]) -> Steps:
    x, w, bias = xs
    return convolution.bind_conv(x, w, out, bias=bias, **attributes)


_CONV = ("strides", "padding", "dilation", "groups")
_POOL = ("window", "strides", "padding")

SHARED_WORK = frozenset(
    {
        "conv_channels_last", "conv_bias", "conv_input_gradient", "conv_filter_gradient",
        "max_pool_channels_last", "average_pool_channels_last", "max_pool_gradient", "lstm_steps", "lstm_steps_gradient",
    }
)  # fmt: skip
"""Ops whose blocks are shared between our own threads, or that make so many small products that waking BLAS' threads for each costs more
than it gives (where other work keeps a processor, a hundred times more)."""

EMIT: dict[str, Callable[..., Steps]] = {
    **{name: _reduction(function) for name, function in REDUCTIONS.items()},
    "concatenate": _concatenate,
    "pad_constant": _pad,
    "place_slice": _place,
    "filled_like": lambda xs, out, attributes: [(out.fill, (attributes["value"],))],
    "take_along": lambda xs, out, attributes: [(_take_into, (xs[0], xs[1], attributes["axis"], out))],
    "add_at": _add_at,
    "add_along_axis": _add_along_axis,
    "draw_mask": _mask,
    "conv_channels_last": _bound(convolution.bind_conv, *_CONV),
    "conv_bias": _conv_bias,
    "conv_input_gradient": _bound(convolution.bind_conv_input_gradient, *_CONV),
    "conv_filter_gradient": _bound(convolution.bind_conv_filter_gradient, *_CONV),
    "softmax": _softmax(elementwise.softmax, "softmax"),
    "log_softmax": _softmax(elementwise.log_softmax, "log_softmax"),
    "max_pool_channels_last": _bound(windows.bind_max_pool, *_POOL),
    "average_pool_channels_last": _bound(windows.bind_average_pool, *_POOL),
    "max_pool_gradient": _bound(windows.bind_max_pool_gradient, *_POOL),
}
"""Operand arrays, result array and attributes to steps. Ops that are in no table run their function and copy the result."""

EMIT_BY_THREADS: dict[str, Callable[..., Steps]] = {"matmul": _matmul, "sum": _sum}
"""The same, with whether large ones are cut over our own threads."""

EMIT_SEVERAL: dict[str, Callable[..., Steps]] = {
    "lstm_steps": lambda xs, outs, attributes: recurrent.bind_lstm(xs, outs, attributes["reverse"]),
    "lstm_steps_gradient": lambda xs, outs, attributes: recurrent.bind_lstm_gradient(xs, outs, attributes["reverse"]),
}
"""The same for ops with several results."""


def generic(name: str, attributes: dict[str, Any]) -> Callable[..., Steps]:
    """Steps that run an op's function and copy what it returns into place."""
    function = KERNELS.get(name) or NATIVES[name]

    def emit_many(xs: Sequence[Array], outs: Sequence[Array]) -> Steps:
        def call(*operands: Array) -> None:
            results = function(*operands, **attributes)
            for out, result in zip(outs, results if isinstance(results, tuple) else (results,), strict=True):
                np.copyto(out, result, casting="unsafe")

        return [(call, tuple(xs))]

    return emit_many
