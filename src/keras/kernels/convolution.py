"""N-dimensional convolution, channels last, as matrix products over blocks that stay in the cache.

    out[n, o, f] = sum over k, c of  padded[n, o * stride + k * dilation, c] * w[k, c, f]

where `padded` is x with (low, high) places of padding around it (negative: cropped). The attributes of a convolution are `strides`, ints,
one per spatial dimension; `padding`, (low, high) for each; `dilation`, the distance between the kernel's places, None for 1; and
`groups`: channels and filters are cut into so many independent convolutions.
"""

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras.kernels import convolution_plan as planning
from keras.kernels import threads
from keras.kernels.buffers import aligned_empty
from keras.kernels.convolution_blocks import SMALL_PRODUCT, Channels, Products, split_channels
from keras.kernels.convolution_plan import ConvPlan, plan_conv
from keras.kernels.products import PARALLEL_FLOPS
from keras.kernels.threads import Steps, run, shared, split

Array = np.ndarray

PARTS = 8  # of a filter gradient, summed one by one: more balance the threads better and cost more memory


def _lanes(plan: ConvPlan) -> int:
    # An elementwise product takes about eight times as long as one inside a matrix product.
    flops = plan.flops * 8 if plan.is_depthwise else plan.flops
    return max(1, min(threads.workers(), plan.batch * plan.out_spatial[0], flops // PARALLEL_FLOPS))


def bind_conv(x: Array, w: Array, out: Array, bias: Array | None = None, activation: str | None = None, **attributes: Any) -> Steps:
    """Steps that write the convolution of `x` with `w` into `out`.

    Arguments:
        x: float array, shape (batch, *spatial, channels).
        w: array of the same dtype, shape (*kernel, channels // groups, filters).
        out: array of the same dtype, shape (batch, *out_spatial, filters); shares no memory with `x` or `w`.
        bias: array (filters,), added; None adds nothing.
        activation: None or "relu".
    """
    if activation not in (None, "relu"):
        raise ValueError(f'conv: activation must be None or "relu", got {activation!r}.')
    plan = plan_conv(x.shape, w.shape, **attributes)
    if out.shape != plan.out_shape:
        raise ValueError(f"conv: out has shape {out.shape}, the convolution gives {plan.out_shape}.")
    before: Steps = []
    lanes = _lanes_of(x, w, out, plan, _lanes(plan), before, bias, activation)
    return before + shared(lanes)


def _finish(block: Array, bias: Array | None, activation: str | None) -> Steps:
    """Steps that add the bias and activate a block in place."""
    steps: Steps = []
    if bias is not None:
        steps.append((np.add, (block, bias, block)))
    if activation == "relu":
        steps.append((_relu, (block,)))
    return steps


def _relu(block: Array) -> None:
    np.maximum(block, block.dtype.type(0), out=block)


def _lanes_of(
    x: Array, w: Array, out: Array, plan: ConvPlan, lanes: int, before: Steps, bias: Array | None = None, activation: str | None = None
) -> list[list[Any]]:
    """For each thread, with scratch of its own, every block of `out`, to be bound; `before` gets the steps that come first."""
    if 0 in out.shape:
        return [[] for _ in range(lanes)]
    if 0 in x.shape or 0 in w.shape:
        return [[[(out.fill, (0,)), *_finish(out, bias, activation)]] for _ in range(lanes)]
    method, kept = _method(plan)
    blocks = planning.blocks_of(plan, kept, x.itemsize, lanes)
    weights = method.weights_of(w, plan, kept, before)

    def bound(bind: Callable[[planning.Block], Steps], block: planning.Block) -> Steps:
        return bind(block) + _finish(out[block.images, slice(*block.outputs)], bias, activation)

    binders = [method(x, plan, kept, blocks).convolved(weights, out) for _ in range(lanes)]
    return [[functools.partial(bound, bind, block) for block in blocks] for bind in binders]


def _method(plan: ConvPlan) -> tuple[Any, int]:
    return (Channels, 0) if plan.is_depthwise else (Products, planning.rows_kept(plan))


# ---------------------------------------------------------------------------------------------------------------------------------
# gradients


def bind_conv_input_gradient(g: Array, w: Array, out: Array, **attributes: Any) -> Steps:
    """Steps that write into `out` the gradient of conv(x, w) with respect to x, given the output's gradient `g`; `out` has x's shape.

    It is a convolution of g with the kernel reversed in space, its channels and filters exchanged within each group. With strides, places
    of x that lie a stride apart meet the same places of the kernel, and each such set of places is a convolution of its own.
    """
    plan = plan_conv(out.shape, w.shape, **attributes)
    if g.shape != plan.out_shape:
        raise ValueError(f"conv_input_gradient: g has shape {g.shape}, the convolution gives {plan.out_shape}.")
    if 0 in g.shape or 0 in w.shape:
        return [(out.fill, (0,))]
    width, filters = plan.in_channels // plan.groups, plan.out_channels // plan.groups
    before: Steps = []
    lanes: list[list[Any]] = [[] for _ in range(_lanes(plan))]
    for chosen in itertools.product(*(planning.phases(plan, axis) for axis in range(len(plan.kernel)))):
        part = out[(slice(None), *(phase.places for phase in chosen))]
        taps = split_channels(w[tuple(phase.taps for phase in chosen)], plan.groups)  # (*taps, width, groups, filters)
        kernel = aligned_empty((*taps.shape[:-3], filters, plan.groups, width), w.dtype)
        if kernel.size:
            before.append((np.copyto, (kernel, np.swapaxes(taps, -1, -3))))
        kernel = kernel.reshape(*taps.shape[:-3], filters, plan.in_channels)
        padding, dilation = tuple(phase.padding for phase in chosen), tuple(phase.dilation for phase in chosen)
        inner = plan_conv(g.shape, kernel.shape, (1,) * len(chosen), padding, dilation, plan.groups)
        for lane, blocks in zip(lanes, _lanes_of(g, kernel, part, inner, len(lanes), before), strict=True):
            lane.extend(blocks)
    return before + shared(lanes)


def bind_conv_filter_gradient(x: Array, g: Array, out: Array, **attributes: Any) -> Steps:
    """Steps that write into `out` the gradient of conv(x, w) with respect to w, given the output's gradient `g`; `out` has w's shape."""
    plan = plan_conv(x.shape, out.shape, **attributes)
    if g.shape != plan.out_shape:
        raise ValueError(f"conv_filter_gradient: g has shape {g.shape}, the convolution gives {plan.out_shape}.")
    if 0 in g.shape or 0 in x.shape or 0 in out.shape:
        return [(out.fill, (0,))]
    method, kept = _method(plan)
    if kept and plan.depth(1) * plan.out_channels > SMALL_PRODUCT // 50:
        kept = 0
    lanes = _lanes(plan)
    blocks = planning.blocks_of(plan, kept, x.itemsize, lanes)
    # The parts and their sums do not depend on which thread does which, so the result is the same each time.
    parts = [blocks[first:last] for first, last in split(len(blocks), PARTS if lanes > 1 else 1)]
    workers = [method(x, plan, kept, blocks) for _ in range(lanes)]
    totals = aligned_empty((len(parts), *workers[0].sum_shape()), x.dtype)
    whole = aligned_empty(totals.shape[1:], x.dtype)
    binders = [worker.summed(g) for worker in workers]
    return [
        *shared([[functools.partial(bind, part, total) for part, total in zip(parts, totals, strict=True)] for bind in binders]),
        (np.add.reduce, (totals, 0, None, whole)),
        (np.copyto, (split_channels(out, plan.groups), workers[0].of_kernel(whole))),
    ]


# ---------------------------------------------------------------------------------------------------------------------------------
# plain forms


def conv(x: Array, w: Array, **attributes: Any) -> Array:
    """Convolution of x with w.

    Example:
        >>> import numpy as np
        >>> conv(np.arange(4.0).reshape(1, 4, 1), np.ones((2, 1, 1)), strides=(1,), padding=((0, 0),))[0, :, 0].tolist()
        [1.0, 3.0, 5.0]
    """
    out = np.empty(plan_conv(x.shape, w.shape, **attributes).out_shape, x.dtype)
    run(bind_conv(x, w, out, **attributes))
    return out


def conv_input_gradient(g: Array, w: Array, *, x_shape: Sequence[int], **attributes: Any) -> Array:
    """Gradient of conv(x, w) with respect to x, shape `x_shape`."""
    out = np.empty(tuple(x_shape), g.dtype)
    run(bind_conv_input_gradient(g, w, out, **attributes))
    return out


def conv_filter_gradient(x: Array, g: Array, *, w_shape: Sequence[int], **attributes: Any) -> Array:
    """Gradient of conv(x, w) with respect to w, shape `w_shape`."""
    out = np.empty(tuple(w_shape), g.dtype)
    run(bind_conv_filter_gradient(x, g, out, **attributes))
    return out
