"""N-dimensional convolution, channels last, as matrix products over blocks that stay in the cache.

Every kernel has a bound form: `bind_conv(x, w, out, ...)` prepares views, scratch buffers and block lists once and returns a callable
that only copies and multiplies. The plain form allocates, binds and calls once.

    out[n, o, f] = sum over k, c of  padded[n, o * stride + k * dilation, c] * w[k, c, f]

where `padded` is x with `lhs_dilation - 1` zeros between its places and (low, high) places of padding around it (negative: cropped).
"""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import convolution_patches as patches
from . import convolution_rows as rows
from . import threads
from .buffers import aligned_empty
from .convolution_plan import ConvPlan, Epilogue, dilated, plan_conv
from .threads import Bound, Steps, bound, bound_blocks

Array = np.ndarray

PARALLEL_FLOPS = 10_000_000  # for each thread: waking one takes 50 to 100 microseconds


def _lanes(plan: ConvPlan) -> int:
    # An elementwise product takes about eight times as long as one inside a matrix product.
    flops = plan.flops * 8 if plan.is_depthwise else plan.flops
    return max(1, min(threads.workers(), plan.batch * plan.out_spatial[0], flops // PARALLEL_FLOPS))


# ---------------------------------------------------------------------------------------------------------------------------------
# forward


def bind_conv(
    x: Array,
    w: Array,
    out: Array,
    *,
    strides: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int] | None = None,
    lhs_dilation: Sequence[int] | None = None,
    groups: int = 1,
    bias: Array | None = None,
    activation: str | None = None,
) -> Bound:
    """Callable without arguments that writes the convolution of `x` with `w` into `out`.

    Arguments:
        x: float array, shape (batch, *spatial, channels).
        w: array of the same dtype, shape (*kernel, channels // groups, filters).
        out: array of the same dtype, shape (batch, *out_spatial, filters); shares no memory with `x` or `w`.
        strides: ints, one per spatial dimension.
        padding: (low, high) pairs, one per spatial dimension; negative values crop.
        dilation: ints, distance between the kernel's places. None is 1.
        lhs_dilation: ints, distance between x's places (transposed convolution). None is 1.
        groups: int, channels and filters are cut into so many independent convolutions.
        bias: array (filters,), added; None adds nothing.
        activation: None or "relu".
    """
    plan = plan_conv(x.shape, w.shape, strides, padding, dilation, lhs_dilation, groups)
    if out.shape != plan.out_shape:
        raise ValueError(f"conv: out has shape {out.shape}, the convolution gives {plan.out_shape}.")
    epilogue = _epilogue(bias, activation)
    if 0 in out.shape:
        return bound([])
    if 0 in x.shape or 0 in w.shape:
        return bound([(out.fill, (0,)), *epilogue(out)])
    if not out.flags.c_contiguous:
        buffer = np.empty(out.shape, out.dtype)
        return bound([(_bind_contiguous(x, w, buffer, plan, epilogue), ()), (np.copyto, (out, buffer))])
    return _bind_contiguous(x, w, out, plan, epilogue)


def _bind_contiguous(x: Array, w: Array, out: Array, plan: ConvPlan, epilogue: Epilogue) -> Bound:
    if plan.is_depthwise:
        build = patches.depthwise_lanes
    elif plan.is_scattered:
        build = patches.scattered_lanes
    elif rows.is_suited(plan):
        build = rows.convolution_lanes
    else:
        build = patches.patches_lanes
    before: Steps = []
    lanes = build(x, w, out, plan, epilogue, before, _lanes(plan))
    return bound_blocks(before, lanes)


def _epilogue(bias: Array | None, activation: str | None) -> Epilogue:
    """Steps that add the bias and activate a block in place."""
    if activation not in (None, "relu"):
        raise ValueError(f'conv: activation must be None or "relu", got {activation!r}.')

    def steps(block: Array) -> Steps:
        result: Steps = []
        if bias is not None:
            result.append((np.add, (block, bias, block)))
        if activation == "relu":
            result.append((functools.partial(np.maximum, out=block), (block, block.dtype.type(0))))
        return result

    return steps


# ---------------------------------------------------------------------------------------------------------------------------------
# gradients


def _input_gradient_geometry(plan: ConvPlan) -> dict[str, Any]:
    """Attributes of the convolution of g with the flipped kernel that gives the gradient of x."""
    padding = []
    for size, width, out, (low, _), stride, step, hole in zip(
        plan.spatial, plan.kernel, plan.out_spatial, plan.padding, plan.strides, plan.dilation, plan.lhs_dilation, strict=True
    ):
        reach = (width - 1) * step
        before = reach - low
        padding.append((before, dilated(size, hole) + reach - dilated(out, stride) - before))
    return {
        "strides": plan.lhs_dilation, "padding": tuple(padding), "dilation": plan.dilation, "lhs_dilation": plan.strides,
        "groups": plan.groups,
    }  # fmt: skip


def bind_conv_input_gradient(
    g: Array,
    w: Array,
    out: Array,
    *,
    strides: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int] | None = None,
    lhs_dilation: Sequence[int] | None = None,
    groups: int = 1,
) -> Bound:
    """Callable that writes into `out` the gradient of conv(x, w) with respect to x, given the output's gradient `g`.

    `out` has x's shape; the other arguments are those of the convolution.
    """
    plan = plan_conv(out.shape, w.shape, strides, padding, dilation, lhs_dilation, groups)
    if g.shape != plan.out_shape:
        raise ValueError(f"conv_input_gradient: g has shape {g.shape}, the convolution gives {plan.out_shape}.")
    if 0 in g.shape or 0 in w.shape:
        return bound([(out.fill, (0,))])
    # The convolution of g with the kernel reversed in space, its channels and filters exchanged within each group.
    width, filters = plan.in_channels // groups, plan.out_channels // groups
    flipped = aligned_empty((*plan.kernel, filters, groups, width), w.dtype)
    reversed_kernel = patches.split_channels(w[(slice(None, None, -1),) * len(plan.kernel)], groups)  # (*kernel, width, groups, filters)
    steps: Steps = [(np.copyto, (flipped, np.swapaxes(reversed_kernel, -1, -3)))]
    kernel = flipped.reshape(*plan.kernel, filters, plan.in_channels)
    return bound([*steps, (bind_conv(g, kernel, out, **_input_gradient_geometry(plan)), ())])


def bind_conv_filter_gradient(
    x: Array,
    g: Array,
    out: Array,
    *,
    strides: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int] | None = None,
    lhs_dilation: Sequence[int] | None = None,
    groups: int = 1,
) -> Bound:
    """Callable that writes into `out` the gradient of conv(x, w) with respect to w, given the output's gradient `g`.

    `out` has w's shape; the other arguments are those of the convolution.
    """
    plan = plan_conv(x.shape, out.shape, strides, padding, dilation, lhs_dilation, groups)
    if g.shape != plan.out_shape:
        raise ValueError(f"conv_filter_gradient: g has shape {g.shape}, the convolution gives {plan.out_shape}.")
    if 0 in g.shape or 0 in x.shape or 0 in out.shape:
        return bound([(out.fill, (0,))])
    if plan.is_depthwise:
        build = patches.depthwise_filter_gradient
    elif rows.is_suited_for_filters(plan) and g.flags.c_contiguous:
        build = rows.filter_gradient_lanes
    else:
        build = patches.patches_filter_gradient
    lanes, after = build(x, g, out, plan, _lanes(plan))
    return bound_blocks([], lanes, after)


# ---------------------------------------------------------------------------------------------------------------------------------
# plain forms


def conv(
    x: Array,
    w: Array,
    *,
    strides: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int] | None = None,
    lhs_dilation: Sequence[int] | None = None,
    groups: int = 1,
    out: Array | None = None,
) -> Array:
    """Convolution of x with w; the arguments are those of `bind_conv`.

    Example:
        >>> import numpy as np
        >>> conv(np.arange(4.0).reshape(1, 4, 1), np.ones((2, 1, 1)), strides=(1,), padding=((0, 0),))[0, :, 0].tolist()
        [1.0, 3.0, 5.0]
    """
    attributes: dict[str, Any] = {
        "strides": strides,
        "padding": padding,
        "dilation": dilation,
        "lhs_dilation": lhs_dilation,
        "groups": groups,
    }
    if out is None:
        out = np.empty(plan_conv(x.shape, w.shape, **attributes).out_shape, x.dtype)
    bind_conv(x, w, out, **attributes)()
    return out


def conv_input_gradient(g: Array, w: Array, *, x_shape: Sequence[int], out: Array | None = None, **attributes: Any) -> Array:
    """Gradient of conv(x, w) with respect to x, shape `x_shape`; the attributes are those of `bind_conv_input_gradient`."""
    if out is None:
        out = np.empty(tuple(x_shape), g.dtype)
    bind_conv_input_gradient(g, w, out, **attributes)()
    return out


def conv_filter_gradient(x: Array, g: Array, *, w_shape: Sequence[int], out: Array | None = None, **attributes: Any) -> Array:
    """Gradient of conv(x, w) with respect to w, shape `w_shape`; the attributes are those of `bind_conv_filter_gradient`."""
    if out is None:
        out = np.empty(tuple(w_shape), g.dtype)
    bind_conv_filter_gradient(x, g, out, **attributes)()
    return out
