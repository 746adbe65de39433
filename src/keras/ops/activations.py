"""Activation functions and the losses that are computed together with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core import config, dtypes
from keras.core import dims as D
from keras.core.families import axes_of, axis_of, floating
from keras.core.op import op
from keras.ops.elementwise import (
    abs,
    add,
    cast,
    clip,
    divide,
    dtype_of,
    erf,
    exp,
    expm1,
    greater,
    less,
    less_equal,
    log,
    log1p,
    logical_and,
    maximum,
    minimum,
    multiply,
    negative,
    rsqrt,
    select,
    sigmoid,
    sqrt,
    square,
    stop_gradient,
    subtract,
    tanh,
    zeros_of,
)  # fmt: skip
from keras.ops.indexing import one_hot
from keras.ops.reduction import _max_over, mean, running_sum, sum
from keras.ops.shaping import arange, expand_dims, reshape, reverse, shape_of, split, squeeze
from keras.ops.sorting import sorted_along

Tensor = Any


def to_float(x: Tensor) -> Tensor:
    """`x` in a float dtype: floats as they are, integers in the default float."""
    dtype = dtypes.to_floating(dtype_of(x))
    return cast(x, dtype)


def _softmax_gradient(g: Tensor, y: Tensor, x: Tensor, axis: Any) -> Tensor:
    weighted = multiply(g, y)
    return subtract(weighted, multiply(y, sum(weighted, axis=axis, keepdims=True)))


@op(category="nn", vjp=(_softmax_gradient,), promote=floating)
def softmax(x: Tensor, axis: Any = -1) -> Tensor:
    """exp(x) / sum(exp(x)) over `axis`, computed without overflow.

    Example:
        >>> softmax([0.0, 0.0]).tolist()
        [0.5, 0.5]
    """
    x = to_float(x)
    e = exp(subtract(x, stop_gradient(_max_over(x, axis=axis, keepdims=True))))
    return divide(e, sum(e, axis=axis, keepdims=True))


def _log_softmax_gradient(g: Tensor, y: Tensor, x: Tensor, axis: Any) -> Tensor:
    return subtract(g, multiply(exp(y), sum(g, axis=axis, keepdims=True)))


@op(category="nn", vjp=(_log_softmax_gradient,), promote=floating)
def log_softmax(x: Tensor, axis: Any = -1) -> Tensor:
    """The logarithm of `softmax`, accurate also where the softmax is tiny."""
    x = to_float(x)
    shifted = subtract(x, stop_gradient(_max_over(x, axis=axis, keepdims=True)))
    return subtract(shifted, log(sum(exp(shifted), axis=axis, keepdims=True)))


@op(category="nn")
def relu6(x: Tensor) -> Tensor:
    """min(max(x, 0), 6)."""
    return clip(to_float(x), 0, 6)


@op(category="nn")
def leaky_relu(x: Tensor, negative_slope: float = 0.2) -> Tensor:
    """x where x > 0, else negative_slope * x."""
    x = to_float(x)
    return select(greater(x, 0), x, multiply(x, negative_slope))


@op(category="nn")
def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """x where x > 0, else alpha * (exp(x) - 1)."""
    x = to_float(x)
    return select(greater(x, 0), x, multiply(expm1(minimum(x, 0)), alpha))


@op(category="nn")
def selu(x: Tensor) -> Tensor:
    """1.0507 * elu(x, 1.67326): keeps mean 0 and variance 1 through deep networks (Klambauer et al. 2017)."""
    return multiply(elu(x, 1.6732632423543772), 1.0507009873554805)


@op(category="nn")
def celu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0)."""
    x = to_float(x)
    return add(maximum(x, 0), multiply(expm1(divide(minimum(x, 0), alpha)), alpha))


@op(category="nn")
def gelu(x: Tensor, approximate: bool = True) -> Tensor:
    """x times the normal distribution's cumulative probability of x, or its tanh approximation."""
    x = to_float(x)
    if approximate:
        inner = multiply(add(x, multiply(multiply(square(x), x), 0.044715)), 0.7978845608028654)
        return multiply(multiply(x, 0.5), add(tanh(inner), 1.0))
    return multiply(multiply(x, 0.5), add(erf(multiply(x, 0.7071067811865476)), 1.0))


@op(category="nn")
def softplus(x: Tensor) -> Tensor:
    """log(1 + exp(x)), computed without overflow."""
    x = to_float(x)
    return add(maximum(x, 0), log1p(exp(negative(abs(x)))))


@op(category="nn")
def softsign(x: Tensor) -> Tensor:
    """x / (1 + |x|)."""
    x = to_float(x)
    return divide(x, add(abs(x), 1.0))


@op(category="nn")
def silu(x: Tensor) -> Tensor:
    """x * sigmoid(x), also known as swish."""
    x = to_float(x)
    return multiply(x, sigmoid(x))


@op(category="nn")
def log_sigmoid(x: Tensor) -> Tensor:
    """log(sigmoid(x)), computed without overflow."""
    return negative(softplus(negative(to_float(x))))


@op(category="nn")
def hard_sigmoid(x: Tensor) -> Tensor:
    """clip(x / 6 + 1/2, 0, 1)."""
    x = to_float(x)
    return clip(add(divide(x, 6.0), 0.5), 0.0, 1.0)


@op(category="nn")
def hard_silu(x: Tensor) -> Tensor:
    """x * hard_sigmoid(x)."""
    x = to_float(x)
    return multiply(x, hard_sigmoid(x))


@op(category="nn")
def hard_tanh(x: Tensor) -> Tensor:
    """clip(x, -1, 1)."""
    return clip(to_float(x), -1.0, 1.0)


@op(category="nn")
def tanh_shrink(x: Tensor) -> Tensor:
    """x - tanh(x)."""
    x = to_float(x)
    return subtract(x, tanh(x))


@op(category="nn")
def soft_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """x moved towards 0 by `threshold`, and 0 closer to it."""
    x = to_float(x)
    return subtract(maximum(subtract(x, threshold), 0), maximum(subtract(negative(x), threshold), 0))


@op(category="nn")
def hard_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """x where |x| > threshold, else 0."""
    x = to_float(x)
    return select(greater(abs(x), threshold), x, zeros_of(x))


@op(category="nn")
def threshold(x: Tensor, threshold: float, default_value: float) -> Tensor:
    """x where x > threshold, else `default_value`."""
    x = to_float(x)
    return select(greater(x, threshold), x, cast(default_value, dtype_of(x)))


@op(category="nn")
def squareplus(x: Tensor, b: float = 4) -> Tensor:
    """(x + sqrt(x^2 + b)) / 2."""
    x = to_float(x)
    return multiply(add(x, sqrt(add(square(x), float(b)))), 0.5)


@op(category="nn")
def sparse_plus(x: Tensor) -> Tensor:
    """0 below -1, ((x + 1) / 2)^2 up to 1, x above."""
    x = to_float(x)
    middle = square(multiply(add(x, 1.0), 0.5))
    return select(less_equal(x, -1.0), zeros_of(x), select(less(x, 1.0), middle, x))


@op(category="nn")
def sparse_sigmoid(x: Tensor) -> Tensor:
    """clip((x + 1) / 2, 0, 1)."""
    return clip(multiply(add(to_float(x), 1.0), 0.5), 0.0, 1.0)


@op(category="nn")
def glu(x: Tensor, axis: int = -1) -> Tensor:
    """The first half along `axis` times the sigmoid of the second half."""
    x = to_float(x)
    n = shape_of(x)[axis]
    if isinstance(n, int) and n % 2:
        raise ValueError(f"keras.ops.glu(x): axis {axis} has size {n}. Accepted: an even size.")
    a, b = split(x, 2, axis=axis)
    return multiply(a, sigmoid(b))


@op(category="nn")
def sparsemax(x: Tensor, axis: int = -1) -> Tensor:
    """The point of the probability simplex that is nearest to x along `axis` (Martins and Astudillo 2016)."""
    x = to_float(x)
    sizes = shape_of(x)
    axis = axis_of("sparsemax", axis, len(sizes))
    falling = reverse(sorted_along(x, axis=axis), axis=axis)
    rank = reshape(arange(1, sizes[axis] + 1, dtype=dtype_of(x)), tuple(-1 if i == axis else 1 for i in range(len(sizes))))
    totals = running_sum(falling, axis=axis)
    supported = greater(add(multiply(rank, falling), 1.0), totals)
    count = sum(cast(supported, dtype_of(x)), axis=axis, keepdims=True)
    tau = divide(subtract(sum(select(supported, falling, zeros_of(x)), axis=axis, keepdims=True), 1.0), count)
    return maximum(subtract(x, tau), 0)


# -------------------------------------------------------------------------------------------------------- cross-entropies


def _inside(p: Tensor) -> Tensor:
    """1 where a probability is not clipped, else 0, in its dtype."""
    epsilon = config.epsilon()
    return cast(logical_and(greater(p, epsilon), less(p, 1.0 - epsilon)), p.dtype)


def _categorical_body_gradient(g: Tensor, y: Tensor, target: Tensor, output: Tensor, from_logits: bool, axis: int) -> Tensor:
    weight = expand_dims(g, axis)
    if from_logits:
        return multiply(weight, subtract(multiply(softmax(output, axis=axis), sum(target, axis=axis, keepdims=True)), target))
    total = sum(output, axis=axis, keepdims=True)
    p = divide(output, total)
    dp = negative(multiply(weight, divide(multiply(target, _inside(p)), clip(p, config.epsilon(), 1.0 - config.epsilon()))))
    return divide(subtract(dp, sum(multiply(dp, p), axis=axis, keepdims=True)), total)


def _categorical_through_softmax(g: Tensor, y: Tensor, target: Tensor, output: Tensor, from_logits: bool, axis: int) -> Tensor:
    """The gradient with respect to the logits of the softmax that made `output`: p * sum(t) - t where nothing is clipped."""
    t = multiply(target, _inside(output))
    return multiply(expand_dims(g, axis), subtract(multiply(output, sum(t, axis=axis, keepdims=True)), t))


def _categorical_target_gradient(g: Tensor, y: Tensor, target: Tensor, output: Tensor, from_logits: bool, axis: int) -> Tensor:
    return negative(multiply(expand_dims(g, axis), _log_probability(output, from_logits, axis)))


def _log_probability(output: Tensor, from_logits: bool, axis: int) -> Tensor:
    if from_logits:
        return log_softmax(output, axis=axis)
    output = divide(output, sum(output, axis=axis, keepdims=True))
    return log(clip(output, config.epsilon(), 1.0 - config.epsilon()))


@op(
    category="internal",
    operands=2,
    promote=floating,
    through={(1, "softmax"): _categorical_through_softmax},
    vjp=(_categorical_target_gradient, _categorical_body_gradient),
)
def cross_entropy(target: Tensor, output: Tensor, from_logits: bool, axis: int) -> Tensor:
    """-sum(target * log(output)) over `axis`; `output` is normalized to sum 1 and clipped away from 0 and 1."""
    return negative(sum(multiply(target, _log_probability(output, from_logits, axis)), axis=axis))


def _check_same_shape(name: str, target: Tensor, output: Tensor) -> None:
    a, b = shape_of(target), shape_of(output)
    if len(a) != len(b) or any_differs(a, b):
        raise ValueError(f"keras.ops.{name}: target has shape {D.display(a)} and output {D.display(b)}. Accepted: equal shapes.")


def any_differs(a: Any, b: Any) -> bool:
    """Whether two shapes of one rank are known to differ."""
    return not all(D.unify(m, n) is not None for m, n in zip(a, b, strict=True))


@op(category="nn", operands=2)
def categorical_crossentropy(target: Tensor, output: Tensor, from_logits: bool = False, axis: int = -1) -> Tensor:
    """-sum(target * log(output)) over `axis`.

    Arguments:
        target: one-hot or probability tensor, shape (..., classes).
        output: probabilities (or logits with `from_logits`), same shape.
    Returns: tensor without `axis`.
    Source: keras.ops.categorical_crossentropy of Keras 3: probabilities are normalized, then clipped to [epsilon, 1 - epsilon].
    """
    _check_same_shape("categorical_crossentropy", target, output)
    return cross_entropy(
        target, output, from_logits=bool(from_logits), axis=axis_of("categorical_crossentropy", axis, len(shape_of(output)))
    )


def _sparse_gradient(g: Tensor, y: Tensor, target: Tensor, output: Tensor, from_logits: bool, axis: int) -> Tensor:
    return _categorical_body_gradient(g, y, one_hot(target, output.dims[axis], axis=axis, dtype=output.dtype), output, from_logits, axis)


def _sparse_through_softmax(g: Tensor, y: Tensor, target: Tensor, output: Tensor, from_logits: bool, axis: int) -> Tensor:
    return _categorical_through_softmax(g, y, one_hot(target, output.dims[axis], axis=axis, dtype=output.dtype), output, from_logits, axis)


@op(
    category="internal",
    operands=2,
    through={(1, "softmax"): _sparse_through_softmax},
    vjp=(None, _sparse_gradient),
    promote=lambda keys, _: (dtypes.result_type(keys[0]), dtypes.to_floating(dtypes.result_type(keys[1]))),
)
def sparse_cross_entropy(target: Tensor, output: Tensor, from_logits: bool, axis: int) -> Tensor:
    """-log(output[target]) along `axis`, the output normalized and clipped as in `cross_entropy`."""
    return negative(
        sum(
            multiply(
                one_hot(target, shape_of(output)[axis], axis=axis, dtype=dtype_of(output)), _log_probability(output, from_logits, axis)
            ),
            axis=axis,
        )
    )


@op(category="nn", operands=2)
def sparse_categorical_crossentropy(target: Tensor, output: Tensor, from_logits: bool = False, axis: int = -1) -> Tensor:
    """-log(output[target]) along `axis`, for integer targets."""
    sizes = shape_of(output)
    axis = axis_of("sparse_categorical_crossentropy", axis, len(sizes))
    if len(shape_of(target)) == len(sizes) and shape_of(target)[axis] == 1:
        target = squeeze(target, axis=axis)
    rest = tuple(n for i, n in enumerate(sizes) if i != axis)
    if len(shape_of(target)) != len(rest) or any_differs(shape_of(target), rest):
        raise ValueError(
            f"keras.ops.sparse_categorical_crossentropy: target has shape {D.display(shape_of(target))} and output {D.display(sizes)}. "
            f"Accepted: integer targets of shape {D.display(rest)}. "
            "For one-hot targets write categorical_crossentropy, or target.argmax(-1)."
        )
    return sparse_cross_entropy(cast(target, "int32"), output, from_logits=bool(from_logits), axis=axis)


def _binary_output_gradient(g: Tensor, y: Tensor, target: Tensor, output: Tensor, from_logits: bool) -> Tensor:
    if from_logits:
        return multiply(g, subtract(sigmoid(output), target))
    p = clip(output, config.epsilon(), 1.0 - config.epsilon())
    return multiply(multiply(g, _inside(output)), divide(subtract(p, target), multiply(p, subtract(1.0, p))))


def _binary_through_sigmoid(g: Tensor, y: Tensor, target: Tensor, output: Tensor, from_logits: bool) -> Tensor:
    return multiply(multiply(g, _inside(output)), subtract(output, target))


def _binary_target_gradient(g: Tensor, y: Tensor, target: Tensor, output: Tensor, from_logits: bool) -> Tensor:
    if from_logits:
        return negative(multiply(g, output))
    p = clip(output, config.epsilon(), 1.0 - config.epsilon())
    return multiply(g, subtract(log(subtract(1.0, p)), log(p)))


@op(
    category="internal",
    operands=2,
    promote=floating,
    vjp=(_binary_target_gradient, _binary_output_gradient),
    through={(1, "sigmoid"): _binary_through_sigmoid},
)
def binary_cross_entropy(target: Tensor, output: Tensor, from_logits: bool) -> Tensor:
    """-(t * log(p) + (1 - t) * log(1 - p)) elementwise; p clipped away from 0 and 1, or computed stably from logits."""
    if from_logits:
        return add(subtract(maximum(output, 0), multiply(output, target)), log1p(exp(negative(abs(output)))))
    p = clip(output, config.epsilon(), 1.0 - config.epsilon())
    return negative(add(multiply(target, log(p)), multiply(subtract(1.0, target), log(subtract(1.0, p)))))


@op(category="nn", operands=2)
def binary_crossentropy(target: Tensor, output: Tensor, from_logits: bool = False) -> Tensor:
    """-(t * log(p) + (1 - t) * log(1 - p)) for each element."""
    _check_same_shape("binary_crossentropy", target, output)
    return binary_cross_entropy(target, output, from_logits=bool(from_logits))


# ---------------------------------------------------------------------------------------------------------- normalizations


@op(category="nn")
def moments(x: Tensor, axes: Any, keepdims: bool = False, synchronized: bool = False) -> tuple[Tensor, Tensor]:
    """The mean and the biased variance over `axes`."""
    narrow = dtype_of(x) in ("float16", "bfloat16")
    wide = cast(x, "float32") if narrow else to_float(x)
    average = mean(wide, axis=axes, keepdims=True)
    variance = mean(square(subtract(wide, average)), axis=axes, keepdims=keepdims)
    average = average if keepdims else squeeze(average, axis=axes_of("moments", axes, len(shape_of(x))))
    return (cast(average, dtype_of(x)), cast(variance, dtype_of(x))) if narrow else (average, variance)


@op(category="nn")
def batch_normalization(
    x: Tensor, mean: Tensor, variance: Tensor, axis: int, offset: Tensor | None = None, scale: Tensor | None = None, epsilon: float = 1e-3
) -> Tensor:
    """(x - mean) / sqrt(variance + epsilon) * scale + offset, the statistics along `axis`.

    Source: Ioffe and Szegedy 2015; epsilon inside the root.
    """
    sizes = shape_of(x)
    axis = axis_of("batch_normalization", axis, len(sizes))
    wide = tuple(n if i == axis else 1 for i, n in enumerate(sizes))

    def spread(v: Tensor) -> Tensor:
        return cast(reshape(v, wide), dtype_of(x))

    factor = rsqrt(add(spread(variance), epsilon))
    if scale is not None:
        factor = multiply(factor, spread(scale))
    shift = negative(multiply(spread(mean), factor))
    if offset is not None:
        shift = add(shift, spread(offset))
    return add(multiply(x, factor), shift)


@op(category="internal", operands="list")
def normalize_by_batch(operands: Sequence[Tensor], axis: int, epsilon: float, scaled: bool, centred: bool) -> tuple[Tensor, Tensor, Tensor]:
    """`operands[0]` normalized by its own moments over all axes but `axis`, and these moments, through which no gradient goes.

    The other operands are the scale, if `scaled`, and the offset, if `centred`.
    """
    x, *factors = operands
    average, variance = moments(x, axes=tuple(i for i in range(len(shape_of(x))) if i != axis))
    scale, offset = factors[0] if scaled else None, factors[-1] if centred else None
    outputs = batch_normalization(x, average, variance, axis=axis, offset=offset, scale=scale, epsilon=epsilon)
    return outputs, stop_gradient(average), stop_gradient(variance)
