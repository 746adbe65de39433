"""Convolution of any dimension. One planner turns Keras' paddings into pairs; three primitives are each other's gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core import config
from keras.core import dims as D
from keras.core.dims import Shape, Size
from keras.core.families import custom, same
from keras.core.op import op, primitive
from keras.core.tensor import Spec
from keras.ops.elementwise import add, relu
from keras.ops.shaping import pad_constant, reshape, shape_of, transpose

Tensor = Any
Pairs = tuple[tuple[Any, Any], ...]


def per_axis(name: str, argument: str, value: Any, count: int) -> tuple[int, ...]:
    """An integer or a sequence as one positive integer for each spatial axis."""
    values = (value,) * count if isinstance(value, int) else tuple(value)
    if len(values) != count or not all(isinstance(v, int) and v > 0 for v in values):
        raise ValueError(f"keras.ops.{name}({argument}): got {value!r}. Accepted: a positive integer, or {count} of them.")
    return values


def output_size(size: Size, kernel: int, stride: int, dilation: int, low: Any, high: Any) -> Size:
    """How many places a window of `kernel` taps has on an axis: (size + low + high - extent) // stride + 1."""
    extent = (kernel - 1) * dilation + 1
    return (size + low + high - extent) // stride + 1


def padding_pairs(
    name: str, padding: Any, sizes: Sequence[Size], kernel: Sequence[int], strides: Sequence[int], dilation: Sequence[int]
) -> Pairs:
    """Keras' padding as (before, after) for each spatial axis; "same" gives ceil(size / stride) places, "causal" pads only before."""
    if not isinstance(padding, str):
        return tuple((int(low), int(high)) for low, high in padding)
    mode = padding.lower()
    if mode not in ("valid", "same", "causal"):
        raise ValueError(f"keras.ops.{name}(padding): got {padding!r}. Accepted: 'valid', 'same' or 'causal' (1-D only).")
    pairs: list[tuple[Any, Any]] = []
    for n, k, s, d in zip(sizes, kernel, strides, dilation, strict=True):
        extent = (k - 1) * d + 1
        if mode == "valid":
            pairs.append((0, 0))
        elif mode == "causal":
            pairs.append((extent - 1, 0))
        elif s == 1 or not isinstance(n, int):
            total = extent - 1 if s == 1 else max(extent - s, 0)  # an unknown size is taken as a multiple of the stride
            pairs.append((total // 2, total - total // 2))
        else:
            total = max((-(-n // s) - 1) * s + extent - n, 0)
            pairs.append((total // 2, total - total // 2))
    return tuple(pairs)


def _conv_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    x, w = inputs
    spatial = x.dims[1:-1]
    sizes: Shape = tuple(
        output_size(n, k, s, d, low, high)
        for n, k, s, d, (low, high) in zip(
            spatial, w.dims[:-2], attributes["strides"], attributes["dilation"], attributes["padding"], strict=True
        )
    )
    if attributes.get("same"):
        sizes = tuple(-(-n // s) if isinstance(n, int) else (n + (s - 1)) // s for n, s in zip(spatial, attributes["strides"], strict=True))
    return Spec((x.dims[0], *sizes, w.dims[-1]), x.dtype), {k: v for k, v in attributes.items() if k != "same"} | {"same": False}


def _options(strides: Any, padding: Any, dilation: Any, groups: int, **more: Any) -> dict[str, Any]:
    return {"strides": strides, "padding": padding, "dilation": dilation, "groups": groups, **more}


def _conv_x_gradient(
    g: Tensor, y: Tensor, x: Tensor, w: Tensor, strides: Any, padding: Any, dilation: Any, groups: int, same: bool
) -> Tensor:
    return conv_input_gradient(g, w, **_options(strides, padding, dilation, groups, x_shape=tuple(x.dims)))


def _conv_w_gradient(
    g: Tensor, y: Tensor, x: Tensor, w: Tensor, strides: Any, padding: Any, dilation: Any, groups: int, same: bool
) -> Tensor:
    return conv_filter_gradient(x, g, **_options(strides, padding, dilation, groups, w_shape=tuple(w.dims)))


@primitive(custom(_conv_rule, operands=2, promote=same), vjp=(_conv_x_gradient, _conv_w_gradient), category="internal")
def conv_channels_last(x: Tensor, w: Tensor, strides: Any, padding: Pairs, dilation: Any, groups: int = 1, same: bool = False) -> Tensor:
    """The convolution of x (batch, *spatial, channels) with w (*kernel, channels / groups, filters)."""


@op(category="internal", operands=3)
def conv_bias(
    x: Tensor, w: Tensor, bias: Tensor, strides: Any, padding: Pairs, dilation: Any, groups: int = 1, activation: str | None = None
) -> Tensor:
    """A convolution, its bias and its relu in one: what an engine may make of the three while a block is in the cache."""
    y = add(conv_channels_last(x, w, strides=strides, padding=padding, dilation=dilation, groups=groups), bias)
    return relu(y) if activation == "relu" else y


def _shaped(argument: str) -> Any:
    def rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
        return Spec(tuple(attributes[argument]), inputs[0].dtype), attributes

    return custom(rule, operands=2, promote=same)


def _input_gradient_g(
    c: Tensor, y: Tensor, g: Tensor, w: Tensor, strides: Any, padding: Any, dilation: Any, groups: int, x_shape: Any
) -> Tensor:
    return conv_channels_last(c, w, **_options(strides, padding, dilation, groups))


def _input_gradient_w(
    c: Tensor, y: Tensor, g: Tensor, w: Tensor, strides: Any, padding: Any, dilation: Any, groups: int, x_shape: Any
) -> Tensor:
    return conv_filter_gradient(c, g, **_options(strides, padding, dilation, groups, w_shape=tuple(w.dims)))


@primitive(_shaped("x_shape"), vjp=(_input_gradient_g, _input_gradient_w), category="internal")
def conv_input_gradient(g: Tensor, w: Tensor, strides: Any, padding: Pairs, dilation: Any, groups: int, x_shape: Any) -> Tensor:
    """The gradient of a convolution with respect to its input; also the transposed convolution."""


def _filter_gradient_x(
    c: Tensor, y: Tensor, x: Tensor, g: Tensor, strides: Any, padding: Any, dilation: Any, groups: int, w_shape: Any
) -> Tensor:
    return conv_input_gradient(g, c, **_options(strides, padding, dilation, groups, x_shape=tuple(x.dims)))


def _filter_gradient_g(
    c: Tensor, y: Tensor, x: Tensor, g: Tensor, strides: Any, padding: Any, dilation: Any, groups: int, w_shape: Any
) -> Tensor:
    return conv_channels_last(x, c, **_options(strides, padding, dilation, groups))


@primitive(_shaped("w_shape"), vjp=(_filter_gradient_x, _filter_gradient_g), category="internal")
def conv_filter_gradient(x: Tensor, g: Tensor, strides: Any, padding: Pairs, dilation: Any, groups: int, w_shape: Any) -> Tensor:
    """The gradient of a convolution with respect to its kernel."""


def channels_last(x: Tensor, data_format: str) -> Tensor:
    """`x` with the channel axis moved to the end if it comes second."""
    count = len(shape_of(x))
    return x if data_format == "channels_last" else transpose(x, (0, *range(2, count), 1))


def from_channels_last(x: Tensor, data_format: str) -> Tensor:
    """The inverse of `channels_last`."""
    count = len(shape_of(x))
    return x if data_format == "channels_last" else transpose(x, (0, count - 1, *range(1, count - 1)))


@op(category="nn", operands=2)
def conv(
    inputs: Tensor, kernel: Tensor, strides: Any = 1, padding: Any = "valid", data_format: str | None = None, dilation_rate: Any = 1
) -> Tensor:
    """The 1-D, 2-D or 3-D convolution (cross-correlation) of inputs with a kernel.

    y[p, f] = sum over k and c of inputs[p * stride + k * dilation, c] * kernel[k, c, f]
    Arguments:
        kernel: tensor, shape (*size, channels / groups, filters); fewer channels than the inputs' mean that many groups.
    Returns: tensor, shape (batch, *output size, filters) in the same layout, of the common dtype.
    Raises: ValueError if channels and kernel do not match or the output would be empty.
    Source: LeCun et al. 1989; keras.ops.conv of Keras 3.
    >>> keras.ops.conv([[[1.0], [2.0], [4.0]]], [[[1.0]], [[10.0]]])
    array([[[21.],
            [42.]]], dtype=float32)"""
    data_format = config.standardize_data_format(data_format)
    x = channels_last(inputs, data_format)
    sizes, w = shape_of(x), shape_of(kernel)
    count = len(sizes) - 2
    if count < 1 or len(w) != count + 2:
        raise ValueError(
            f"keras.ops.conv: inputs have shape {D.display(shape_of(inputs))} and the kernel {D.display(w)}. Accepted: "
            "(batch, *spatial, channels) and (*kernel, channels, filters)."
        )
    groups = _groups(sizes[-1], w)
    strides = per_axis("conv", "strides", strides, count)
    dilation = per_axis("conv", "dilation_rate", dilation_rate, count)
    kernel_size = tuple(int(n) for n in w[:-2])  # type: ignore[arg-type]
    pairs = padding_pairs("conv", padding, sizes[1:-1], kernel_size, strides, dilation)
    places = [
        output_size(n, k, s, d, low, high)
        for n, k, s, d, (low, high) in zip(sizes[1:-1], kernel_size, strides, dilation, pairs, strict=True)
    ]
    if any(isinstance(n, int) and n <= 0 for n in places):
        raise ValueError(
            f"keras.ops.conv: the output would have size {D.display(tuple(places))}: "
            f"a kernel of {kernel_size} does not fit into {D.display(sizes[1:-1])}. "
            f"Write padding='same', a smaller kernel, or fewer poolings before."
        )
    y = conv_channels_last(
        x,
        kernel,
        strides=strides,
        padding=pairs,
        dilation=dilation,
        groups=groups,
        same=isinstance(padding, str) and padding.lower() == "same",
    )
    return from_channels_last(y, data_format)


def _groups(channels: Size, w: Shape) -> int:
    if not isinstance(channels, int):
        raise ValueError("keras.ops.conv: the number of channels must be known. Write a shape with a number for the channel axis.")
    if not isinstance(w[-2], int) or w[-2] == 0 or channels % w[-2] or w[-1] % (channels // w[-2]):
        raise ValueError(
            f"keras.ops.conv: inputs have {channels} channels, the kernel takes {w[-2]} and makes {w[-1]}. Accepted: "
            "channels that the kernel's divide."
        )
    return channels // w[-2]


@op(category="nn", operands=2)
def depthwise_conv(
    inputs: Tensor, kernel: Tensor, strides: Any = 1, padding: Any = "valid", data_format: str | None = None, dilation_rate: Any = 1
) -> Tensor:
    """Each channel convolved with its own kernels, the channels not mixed.
    Arguments:
        kernel: tensor, shape (*size, channels, multiplier).
    Returns: tensor, shape (batch, *output size, channels * multiplier) in the same layout, of the common dtype.
    Raises: ValueError if channels and kernel do not match or the output would be empty.
    >>> keras.ops.depthwise_conv([[[1.0, 2.0], [3.0, 4.0]]], [[[1.0], [1.0]], [[1.0], [10.0]]])
    array([[[ 4., 42.]]], dtype=float32)"""
    w = shape_of(kernel)
    channels = shape_of(inputs)[-1 if config.standardize_data_format(data_format) == "channels_last" else 1]
    if D.unify(channels, w[-2]) is None:
        raise ValueError(f"keras.ops.depthwise_conv: inputs have {channels} channels and the kernel {w[-2]}. Accepted: as many in both.")
    grouped = reshape(kernel, (*w[:-2], 1, w[-2] * w[-1]))
    return conv(inputs, grouped, strides, padding, data_format, dilation_rate)


@op(category="nn", operands=3)
def separable_conv(
    inputs: Tensor,
    depthwise_kernel: Tensor,
    pointwise_kernel: Tensor,
    strides: Any = 1,
    padding: Any = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Tensor:
    """A depthwise convolution followed by one of size 1 that mixes the channels.
    Arguments:
        depthwise_kernel: tensor, shape (*size, channels, multiplier).
        pointwise_kernel: tensor, shape (*ones, channels * multiplier, filters).
    Returns: tensor, shape (batch, *output size, filters) in the same layout, of the common dtype.
    Raises: ValueError if channels and kernels do not match or the output would be empty.
    Source: Chollet 2017, "Xception".
    >>> keras.ops.separable_conv([[[1.0, 2.0], [3.0, 4.0]]], [[[1.0], [1.0]], [[1.0], [10.0]]], [[[1.0], [100.0]]])
    array([[[4204.]]], dtype=float32)"""
    x = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(x, pointwise_kernel, 1, "valid", data_format, 1)


def transposed_geometry(
    name: str, size: Size, kernel: int, stride: int, dilation: int, padding: str, output_padding: int | None
) -> tuple[Size, tuple[int, int]]:
    """Output size of a transposed convolution on one axis, and the padding of the convolution whose gradient it is."""
    extent = (kernel - 1) * dilation + 1
    if padding == "valid":
        extra = max(extent - stride, 0) if output_padding is None else extent - stride + output_padding
        return size * stride + extra, (0, 0)
    if output_padding is None:
        total = max(extent - stride, 0)
        return size * stride, (total // 2, total - total // 2)
    total = max(2 * (extent // 2) - output_padding, 0)  # as a "same" convolution from that output would pad
    return (size - 1) * stride + extent - 2 * (extent // 2) + output_padding, (total // 2, total - total // 2)


@op(category="nn", operands=2)
def conv_transpose(
    inputs: Tensor,
    kernel: Tensor,
    strides: Any = 1,
    padding: str = "valid",
    output_padding: Any = None,
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Tensor:
    """The transposed convolution: each input adds the kernel times itself to the outputs around its place.
    Arguments:
        kernel: tensor, shape (*size, filters, channels).
        padding: 'valid' (all outputs that an input reaches) or 'same' (strides times as many outputs as inputs).
        output_padding: int or one per spatial axis: outputs more than the fewest possible. Default None: as `padding` says.
    Returns: tensor, shape (batch, *output size, filters) in the same layout, of the common dtype.
    Source: Zeiler et al. 2010.
    >>> keras.ops.conv_transpose([[[1.0], [2.0]]], [[[1.0]], [[10.0]]], strides=2)
    array([[[ 1.],
            [10.],
            [ 2.],
            [20.]]], dtype=float32)"""
    data_format = config.standardize_data_format(data_format)
    x = channels_last(inputs, data_format)
    sizes, w = shape_of(x), shape_of(kernel)
    count = len(sizes) - 2
    strides = per_axis("conv_transpose", "strides", strides, count)
    dilation = per_axis("conv_transpose", "dilation_rate", dilation_rate, count)
    extra = (
        (None,) * count
        if output_padding is None
        else (output_padding,) * count
        if isinstance(output_padding, int)
        else tuple(output_padding)
    )
    geometry = [
        transposed_geometry("conv_transpose", n, int(k), s, d, padding.lower(), e)  # type: ignore[arg-type]
        for n, k, s, d, e in zip(sizes[1:-1], w[:-2], strides, dilation, extra, strict=True)
    ]
    shape = (sizes[0], *(n for n, _ in geometry), w[-2])
    missing = [
        (out + p[0] + p[1] - ((int(k) - 1) * d + 1)) // s + 1 - n if isinstance(n, int) and isinstance(out, int) else 0  # type: ignore[arg-type]
        for n, k, s, d, (out, p) in zip(sizes[1:-1], w[:-2], strides, dilation, geometry, strict=True)
    ]
    if any(m > 0 for m in missing):  # an output padding of a stride or more: places that no input reaches
        x = pad_constant(x, ((0, 0), *((0, int(m)) for m in missing), (0, 0)))
    y = conv_input_gradient(x, kernel, strides=strides, padding=tuple(p for _, p in geometry), dilation=dilation, groups=1, x_shape=shape)
    return from_channels_last(y, data_format)
