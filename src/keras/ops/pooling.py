"""Windows over spatial axes: pooling as a reduction of unfolded windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core import config, dtypes
from keras.core import dims as D
from keras.core.families import custom
from keras.core.op import op, primitive
from keras.core.tensor import Spec
from keras.ops.convolution import Pairs, channels_last, from_channels_last, output_size, padding_pairs, per_axis
from keras.ops.elementwise import cast, divide, dtype_of, equal, logical_and, multiply, relu_gradient
from keras.ops.reduction import _max_over, running_sum, sum
from keras.ops.shaping import expand_dims, ones_like, reshape, shape_of

Tensor = Any


def _windows_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    dims = inputs[0].dims
    window, strides, padding = attributes["window"], attributes["strides"], attributes["padding"]
    if len(dims) != len(window) + 2:
        raise ValueError(
            f"keras.ops pooling: got an input of shape {D.display(dims)} for a window of {len(window)} axes. Accepted: "
            f"(batch, *{len(window)} spatial axes, channels)."
        )
    sizes = tuple(output_size(n, k, s, 1, low, high) for n, k, s, (low, high) in zip(dims[1:-1], window, strides, padding, strict=True))
    return Spec((dims[0], *sizes, *window, dims[-1]), inputs[0].dtype), attributes


def _windows_gradient(g: Tensor, y: Tensor, x: Tensor, window: Any, strides: Any, padding: Any, value: float) -> Tensor:
    return add_windows(g, window=window, strides=strides, padding=padding, x_shape=tuple(x.dims))


@primitive(custom(_windows_rule), vjp=(_windows_gradient,), category="internal")
def extract_windows(x: Tensor, window: Any, strides: Any, padding: Pairs, value: float = 0.0) -> Tensor:
    """Every window of x (batch, *spatial, channels): (batch, *places, *window, channels); `value` stands outside of x."""


def _add_windows_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    return Spec(tuple(attributes["x_shape"]), inputs[0].dtype), attributes


def _add_windows_gradient(c: Tensor, y: Tensor, g: Tensor, window: Any, strides: Any, padding: Any, x_shape: Any) -> Tensor:
    return extract_windows(c, window=window, strides=strides, padding=padding, value=0.0)


@primitive(custom(_add_windows_rule), vjp=(_add_windows_gradient,), category="internal")
def add_windows(g: Tensor, window: Any, strides: Any, padding: Pairs, x_shape: Any) -> Tensor:
    """Windows added back to their places: the gradient of `extract_windows`."""


def _window_axes(window: Any) -> tuple[int, ...]:
    return tuple(range(1 + len(window), 1 + 2 * len(window)))


def _lowest(dtype: str) -> float:
    return float("-inf") if dtype.startswith(("float", "bfloat")) else float(-(2**31))


def _max_pool_vjp(g: Tensor, y: Tensor, x: Tensor, window: Any, strides: Any, padding: Any) -> Tensor:
    return max_pool_gradient(g, x, y, window=window, strides=strides, padding=padding)


def _through_relu(g: Tensor, y: Tensor, x: Tensor, window: Any, strides: Any, padding: Any) -> Tensor:
    """The gradient at the relu's input: a window passes it on where its largest element, and so that of the relu, is positive."""
    return max_pool_gradient(relu_gradient(g, y), x, y, window=window, strides=strides, padding=padding)


@op(category="internal", vjp=(_max_pool_vjp,), through={(0, "relu"): _through_relu})
def max_pool_channels_last(x: Tensor, window: Any, strides: Any, padding: Pairs) -> Tensor:
    """The largest element of every window."""
    return _max_over(
        extract_windows(x, window=window, strides=strides, padding=padding, value=_lowest(dtype_of(x))), axis=_window_axes(window)
    )


@op(category="internal", operands=3)
def max_pool_gradient(g: Tensor, x: Tensor, y: Tensor, window: Any, strides: Any, padding: Pairs) -> Tensor:
    """The gradient of max pooling: each window's goes to its first largest element."""
    patches = extract_windows(x, window=window, strides=strides, padding=padding, value=_lowest(dtype_of(x)))
    sizes = shape_of(patches)
    flat = (*sizes[: 1 + len(window)], D.product(window), sizes[-1])
    axis = 1 + len(window)
    is_largest = equal(reshape(patches, flat), expand_dims(y, axis))
    first = logical_and(is_largest, equal(running_sum(cast(is_largest, "int32"), axis=axis), 1))
    spread = multiply(cast(first, dtype_of(g)), expand_dims(g, axis))
    return add_windows(reshape(spread, sizes), window=window, strides=strides, padding=padding, x_shape=shape_of(x))


@op(category="internal")
def average_pool_channels_last(x: Tensor, window: Any, strides: Any, padding: Pairs) -> Tensor:
    """The mean of every window; places outside of x do not count."""
    axes = _window_axes(window)
    total = sum(extract_windows(x, window=window, strides=strides, padding=padding), axis=axes)
    if all(p == (0, 0) for p in padding):
        return divide(total, float(D.product(window)))  # type: ignore[arg-type]
    one = ones_like(x)
    return divide(total, sum(extract_windows(one, window=window, strides=strides, padding=padding), axis=axes))


def _pool(kind: Any, inputs: Tensor, pool_size: Any, strides: Any, padding: Any, data_format: str | None) -> Tensor:
    data_format = config.standardize_data_format(data_format)
    x = channels_last(inputs, data_format)
    count = len(shape_of(x)) - 2
    window = per_axis(kind.__name__, "pool_size", pool_size, count)
    steps = window if strides is None else per_axis(kind.__name__, "strides", strides, count)
    pairs = padding_pairs(kind.__name__, padding, shape_of(x)[1:-1], window, steps, (1,) * count)
    places = [output_size(n, k, s, 1, low, high) for n, k, s, (low, high) in zip(shape_of(x)[1:-1], window, steps, pairs, strict=True)]
    if any(isinstance(n, int) and n <= 0 for n in places):
        raise ValueError(
            f"keras.ops pooling: the output would have size {D.display(tuple(places))}: "
            f"a window of {window} does not fit into {D.display(shape_of(x)[1:-1])}. "
            f"Write a smaller pool_size, padding='same', or fewer poolings."
        )
    return from_channels_last(kind(x, window=window, strides=steps, padding=pairs), data_format)


@op(category="nn")
def max_pool(inputs: Tensor, pool_size: Any, strides: Any = None, padding: str = "valid", data_format: str | None = None) -> Tensor:
    """The largest element of every window.
    Returns: tensor in the same layout and dtype, the spatial sizes those of `padding` and `strides`.
    Raises: ValueError if the window does not fit into the inputs.
    >>> keras.ops.max_pool([[[1.0], [4.0], [2.0], [3.0]]], pool_size=2)
    array([[[4.],
            [3.]]], dtype=float32)"""
    return _pool(max_pool_channels_last, inputs, pool_size, strides, padding, data_format)


@op(category="nn")
def average_pool(inputs: Tensor, pool_size: Any, strides: Any = None, padding: str = "valid", data_format: str | None = None) -> Tensor:
    """The mean of every window; places that padding added do not count.
    Returns: float tensor in the same layout, the spatial sizes those of `padding` and `strides`.
    Raises: ValueError if the window does not fit into the inputs.
    >>> keras.ops.average_pool([[[1.0], [4.0], [2.0], [3.0]]], pool_size=2)
    array([[[2.5],
            [2.5]]], dtype=float32)"""
    inputs = cast(inputs, dtypes.to_floating(dtype_of(inputs)))
    return _pool(average_pool_channels_last, inputs, pool_size, strides, padding, data_format)
