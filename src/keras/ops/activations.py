"""Activation functions and the losses that are computed together with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core import config, dtypes
from keras.core import dims as D
from keras.core.families import axes_of, axis_of, floating, no_bool, unary
from keras.core.op import op
from keras.ops.elementwise import (
    abs, add, cast, clip, convert_to_tensor, divide, dtype_of, exp, expm1, greater, greater_equal, less, less_equal, log, log1p,
    logical_and, maximum, minimum, multiply, negative, ones_of, relu, rsqrt, select, sigmoid, sqrt, square, stop_gradient, subtract,
    tanh, zeros_of,
)  # fmt: skip
from keras.ops.indexing import one_hot
from keras.ops.numeric import erfc
from keras.ops.reduction import _max_over, mean, running_sum, sum
from keras.ops.shaping import arange, expand_dims, reshape, reverse, shape_of, split, squeeze
from keras.ops.sorting import sorted_along

Tensor = Any


def to_float(x: Tensor) -> Tensor:
    """`x` in a float dtype: floats as they are, integers in the default float."""
    dtype = dtypes.to_floating(dtype_of(x))
    return cast(x, dtype)


@op(category="internal", operands=2)
def softmax_gradient(g: Tensor, y: Tensor, axis: Any) -> Tensor:
    """The cotangent of a softmax's operand for that of its result y."""
    weighted = multiply(g, y)
    return subtract(weighted, multiply(y, sum(weighted, axis=axis, keepdims=True)))


def _softmax_gradient(g: Tensor, y: Tensor, x: Tensor, axis: Any) -> Tensor:
    return softmax_gradient(g, y, axis=axis)


@op(category="nn", vjp=(_softmax_gradient,), promote=floating, family=unary(floating))
def softmax(x: Tensor, axis: Any = -1) -> Tensor:
    """Positive numbers that sum to 1 over `axis`: exp(x) / sum(exp(x)), computed without overflow.
    Arguments:
        axis: int, or tuple of int that are normalized together.
    >>> keras.ops.softmax([[0.0, 0.0], [0.0, 1.0]])
    array([[0.5   , 0.5   ],
           [0.2689, 0.7311]], dtype=float32)"""
    x = to_float(x)
    axes_of("softmax", axis, len(shape_of(x)))
    if 0 in shape_of(x):
        return x
    e = exp(subtract(x, stop_gradient(_max_over(x, axis=axis, keepdims=True))))
    return divide(e, sum(e, axis=axis, keepdims=True))


def _log_softmax_gradient(g: Tensor, y: Tensor, x: Tensor, axis: Any) -> Tensor:
    return subtract(g, multiply(exp(y), sum(g, axis=axis, keepdims=True)))


@op(category="nn", vjp=(_log_softmax_gradient,), promote=floating, family=unary(floating))
def log_softmax(x: Tensor, axis: Any = -1) -> Tensor:
    """The logarithm of `softmax`, x - log(sum(exp(x))), accurate also where the softmax is tiny.
    Arguments:
        axis: int, or tuple of int that are normalized together.
    >>> keras.ops.log_softmax([0.0, 200.0])
    array([-200.,    0.], dtype=float32)"""
    x = to_float(x)
    axes_of("log_softmax", axis, len(shape_of(x)))
    if 0 in shape_of(x):
        return x
    shifted = subtract(x, stop_gradient(_max_over(x, axis=axis, keepdims=True)))
    return subtract(shifted, log(sum(exp(shifted), axis=axis, keepdims=True)))


@op(category="nn", family=unary(floating))
def relu6(x: Tensor) -> Tensor:
    """The rectified linear unit with a ceiling: min(max(x, 0), 6).
    Source: Krizhevsky 2010, "Convolutional deep belief networks on CIFAR-10".
    >>> keras.ops.relu6([-1.0, 2.0, 9.0])
    array([0., 2., 6.], dtype=float32)"""
    x = to_float(x)
    return select(greater_equal(x, 6), multiply(ones_of(x), 6), relu(x))


@op(category="nn", family=unary(floating))
def leaky_relu(x: Tensor, negative_slope: float = 0.2) -> Tensor:
    """The rectified linear unit with a slope below 0: x where x > 0, else negative_slope * x.
    Arguments:
        negative_slope: float, the slope for x < 0.
    Source: Maas, Hannun, Ng 2013.
    >>> keras.ops.leaky_relu([-1.0, 2.0])
    array([-0.2,  2. ], dtype=float32)"""
    x = to_float(x)
    return select(greater_equal(x, 0), x, multiply(x, negative_slope))


@op(category="nn", family=unary(floating))
def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """The exponential linear unit: x where x > 0, else alpha * (e^x - 1).
    Arguments:
        alpha: float, minus the limit for x towards -infinity.
    Source: Clevert, Unterthiner, Hochreiter 2016.
    >>> keras.ops.elu([-1.0, 2.0])
    array([-0.6321,  2.    ], dtype=float32)"""
    x = to_float(x)
    positive = greater(x, 0)
    return select(positive, x, multiply(expm1(select(positive, zeros_of(x), x)), alpha))


@op(category="nn", family=unary(floating))
def selu(x: Tensor) -> Tensor:
    """The scaled exponential linear unit, 1.0507 * elu(x, 1.67326), which keeps mean 0 and variance 1 through deep networks.
    Source: Klambauer, Unterthiner, Mayr, Hochreiter 2017.
    >>> keras.ops.selu([-1.0, 2.0])
    array([-1.1113,  2.1014], dtype=float32)"""
    return multiply(elu(x, 1.6732632423543772), 1.0507009873554805)


@op(category="nn", family=unary(floating))
def celu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """The continuously differentiable exponential linear unit: max(x, 0) + min(alpha * (e^(x / alpha) - 1), 0).
    Arguments:
        alpha: float > 0, minus the limit for x towards -infinity.
    Source: Barron 2017.
    >>> keras.ops.celu([-1.0, 2.0], alpha=2.0)
    array([-0.7869,  2.    ], dtype=float32)"""
    x = to_float(x)
    return add(maximum(x, 0), multiply(expm1(divide(minimum(x, 0), alpha)), alpha))


@op(category="nn", family=unary(floating))
def gelu(x: Tensor, approximate: bool = True) -> Tensor:
    """The Gaussian error linear unit: x * P(X <= x) for a standard normal X.

    exact: x / 2 * (1 + erf(x / sqrt(2)));  approximate: x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))
    Arguments:
        approximate: bool, whether to use the formula with tanh.
    Source: Hendrycks and Gimpel 2016.
    >>> keras.ops.gelu([-1.0, 1.0]), keras.ops.gelu([-1.0, 1.0], approximate=False)
    (array([-0.1588,  0.8412], dtype=float32), array([-0.1587,  0.8413], dtype=float32))"""
    x = to_float(x)
    if approximate:
        inner = multiply(add(x, multiply(multiply(square(x), x), 0.044715)), 0.7978845608028654)
        return multiply(x, sigmoid(multiply(inner, 2.0)))  # (1 + tanh(u)) / 2, also where that is tiny
    return multiply(multiply(x, 0.5), erfc(multiply(x, -0.7071067811865476)))


@op(category="nn", family=unary(floating))
def softplus(x: Tensor) -> Tensor:
    """A smooth version of relu: log(1 + e^x), computed without overflow.
    Source: Glorot, Bordes, Bengio 2011.
    >>> keras.ops.softplus([-1.0, 0.0, 100.0])
    array([  0.3133,   0.6931, 100.    ], dtype=float32)"""
    x = to_float(x)
    positive = greater(x, 0)
    return add(select(positive, x, zeros_of(x)), log1p(exp(select(positive, negative(x), x))))


@op(category="nn", family=unary(floating))
def softsign(x: Tensor) -> Tensor:
    """x / (1 + |x|), a number between -1 and 1.
    >>> keras.ops.softsign([-1.0, 0.0, 3.0])
    array([-0.5 ,  0.  ,  0.75], dtype=float32)"""
    x = to_float(x)
    return divide(x, add(abs(x), 1.0))


@op(category="nn", family=unary(floating))
def silu(x: Tensor) -> Tensor:
    """The sigmoid linear unit, also known as swish: x * sigmoid(x).
    Source: Ramachandran, Zoph, Le 2017.
    >>> keras.ops.silu([-1.0, 0.0, 1.0])
    array([-0.2689,  0.    ,  0.7311], dtype=float32)"""
    x = to_float(x)
    return multiply(x, sigmoid(x))


@op(category="nn", family=unary(floating))
def log_sigmoid(x: Tensor) -> Tensor:
    """log(sigmoid(x)) = -log(1 + e^-x), computed without overflow.
    >>> keras.ops.log_sigmoid([-100.0, 0.0])
    array([-100.    ,   -0.6931], dtype=float32)"""
    return negative(softplus(negative(to_float(x))))


@op(category="nn", family=unary(floating))
def hard_sigmoid(x: Tensor) -> Tensor:
    """A sigmoid of three straight pieces: clip(x / 6 + 1/2, 0, 1).
    >>> keras.ops.hard_sigmoid([-4.0, 0.0, 1.5])
    array([0.  , 0.5 , 0.75], dtype=float32)"""
    return divide(relu6(add(to_float(x), 3.0)), 6.0)


@op(category="nn", family=unary(floating))
def hard_silu(x: Tensor) -> Tensor:
    """A swish of simple pieces: x * clip(x / 6 + 1/2, 0, 1).
    Source: Howard et al. 2019, "Searching for MobileNetV3".
    >>> keras.ops.hard_silu([-4.0, 1.5, 4.0])
    array([-0.   ,  1.125,  4.   ], dtype=float32)"""
    x = to_float(x)
    return multiply(x, hard_sigmoid(x))


@op(category="nn", family=unary(no_bool))
def hard_tanh(x: Tensor) -> Tensor:
    """A tanh of three straight pieces: clip(x, -1, 1).
    >>> keras.ops.hard_tanh([-2.0, 0.5, 2.0])
    array([-1. ,  0.5,  1. ], dtype=float32)"""
    x = cast(x, "int32") if dtype_of(x) == "bool" else convert_to_tensor(x)
    one = ones_of(x)
    bounded = select(greater(x, one), one, x)
    return bounded if dtype_of(x).startswith("u") else select(less(x, negative(one)), negative(one), bounded)


@op(category="nn", family=unary(floating))
def tanh_shrink(x: Tensor) -> Tensor:
    """What the hyperbolic tangent leaves: x - tanh(x).
    >>> keras.ops.tanh_shrink([-1.0, 0.0, 1.0])
    array([-0.2384,  0.    ,  0.2384], dtype=float32)"""
    x = to_float(x)
    return subtract(x, tanh(x))


@op(category="nn", family=unary(floating))
def soft_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """x moved towards 0 by `threshold`, and 0 for |x| <= threshold.
    Arguments:
        threshold: float >= 0.
    >>> keras.ops.soft_shrink([-2.0, 0.3, 1.0])
    array([-1.5,  0. ,  0.5], dtype=float32)"""
    x = to_float(x)
    above, below = subtract(x, threshold), add(x, threshold)
    return select(greater(x, threshold), above, select(less(x, -threshold), below, zeros_of(x)))


@op(category="nn", family=unary(floating))
def hard_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """x where |x| > threshold, else 0.
    Arguments:
        threshold: float >= 0.
    >>> keras.ops.hard_shrink([-2.0, 0.3, 1.0])
    array([-2.,  0.,  1.], dtype=float32)"""
    x = to_float(x)
    return select(greater(abs(x), threshold), x, zeros_of(x))


@op(category="nn", family=unary(floating))
def threshold(x: Tensor, threshold: float, default_value: float) -> Tensor:
    """x where x > threshold, else `default_value`.
    Arguments:
        threshold: float.
        default_value: float, what comes where x <= threshold.
    >>> keras.ops.threshold([-1.0, 0.5, 2.0], 1.0, 0.0)
    array([0., 0., 2.], dtype=float32)"""
    x = to_float(x)
    return select(greater(x, threshold), x, cast(default_value, dtype_of(x)))


@op(category="nn", family=unary(floating))
def squareplus(x: Tensor, b: float = 4) -> Tensor:
    """A smooth version of relu without exponentials: (x + sqrt(x^2 + b)) / 2.
    Arguments:
        b: float >= 0, how far the bend around 0 reaches.
    Source: Barron 2021.
    >>> keras.ops.squareplus([-1.0, 0.0, 1.0])
    array([0.618, 1.   , 1.618], dtype=float32)"""
    x = to_float(x)
    return multiply(add(x, sqrt(add(square(x), float(b)))), 0.5)


@op(category="nn", family=unary(floating))
def sparse_plus(x: Tensor) -> Tensor:
    """A smooth relu that reaches 0: 0 for x <= -1, ((x + 1) / 2)^2 up to 1, and x above.
    >>> keras.ops.sparse_plus([-2.0, 0.0, 3.0])
    array([0.  , 0.25, 3.  ], dtype=float32)"""
    x = to_float(x)
    middle = square(multiply(add(x, 1.0), 0.5))
    return select(less_equal(x, -1.0), zeros_of(x), select(less(x, 1.0), middle, x))


@op(category="nn", family=unary(floating))
def sparse_sigmoid(x: Tensor) -> Tensor:
    """A sigmoid of three straight pieces, the derivative of `sparse_plus`: clip((x + 1) / 2, 0, 1).
    >>> keras.ops.sparse_sigmoid([-2.0, 0.0, 3.0])
    array([0. , 0.5, 1. ], dtype=float32)"""
    return clip(multiply(add(to_float(x), 1.0), 0.5), 0.0, 1.0)


@op(category="nn")
def glu(x: Tensor, axis: int = -1) -> Tensor:
    """The gated linear unit: the first half of `x` along `axis` times the sigmoid of its second half.
    Arguments:
        axis: int, an axis of even size.
    Returns: float tensor of half the size along `axis`.
    Raises: ValueError if the size along `axis` is odd.
    Source: Dauphin, Fan, Auli, Grangier 2017.
    >>> keras.ops.glu([1.0, 2.0, 0.0, 100.0])
    array([0.5, 2. ], dtype=float32)"""
    x = to_float(x)
    n = shape_of(x)[axis]
    if isinstance(n, int) and n % 2:
        raise ValueError(f"keras.ops.glu(x): axis {axis} has size {n}. Accepted: an even size.")
    a, b = split(x, 2, axis=axis)
    return multiply(a, sigmoid(b))


@op(category="nn", family=unary(floating))
def sparsemax(x: Tensor, axis: int = -1) -> Tensor:
    """The sparse relative of softmax: max(x - tau, 0), which is 0 for all but the largest elements along `axis`.

    With z the elements in falling order, t[k] the sum of its first k, and K the numbers k with z[k] > (t[k] - 1) / k, Keras computes
    tau = (sum of t[k] over K - 1) / |K|. The projection to the simplex, of sum 1, has t of the largest k in K there instead of their sum:
    the two agree where K has one number.
    Arguments:
        axis: int, the axis to work along.
    Source: Martins and Astudillo 2016, but for the sum; keras.ops.sparsemax of Keras 3.
    >>> keras.ops.sparsemax([3.0, 1.0, -1.0]), keras.ops.sparsemax([1.0, 0.5, -1.0])
    (array([1., 0., 0.], dtype=float32), array([0.25, 0.  , 0.  ], dtype=float32))"""
    x = to_float(x)
    sizes = shape_of(x)
    axis = axis_of("sparsemax", axis, len(sizes))
    falling = reverse(sorted_along(x, axis=axis), axis=axis)
    rank = reshape(arange(1, sizes[axis] + 1, dtype=dtype_of(x)), tuple(-1 if i == axis else 1 for i in range(len(sizes))))
    totals = running_sum(falling, axis=axis)
    supported = greater(falling, divide(subtract(totals, 1.0), rank))
    count = sum(cast(supported, dtype_of(x)), axis=axis, keepdims=True)
    tau = divide(subtract(sum(select(supported, totals, zeros_of(x)), axis=axis, keepdims=True), 1.0), count)
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
    """The cross-entropy of class probabilities with a one-hot target: -sum(target * log(output)) over `axis`.
    Arguments:
        target: tensor, shape (..., classes), one-hot or probabilities.
        output: tensor of the same shape: probabilities, which are normalized and clipped to [epsilon, 1 - epsilon], or logits.
        axis: int, the axis of the classes.
    Returns: float tensor without `axis`.
    Raises: ValueError if the shapes differ.
    >>> keras.ops.categorical_crossentropy([[0, 1, 0]], [[0.1, 0.7, 0.2]])
    array([0.3567], dtype=float32)"""
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
    """The cross-entropy of class probabilities with the number of the right class: -log(output[target]) along `axis`.
    Arguments:
        target: integer tensor, the class of each row: the shape of `output` without `axis`, or with size 1 there.
        output: tensor, shape (..., classes): probabilities, which are normalized and clipped to [epsilon, 1 - epsilon], or logits.
        axis: int, the axis of the classes.
    Returns: float tensor without `axis`.
    Raises: ValueError if the shapes do not match.
    >>> keras.ops.sparse_categorical_crossentropy([1], [[0.1, 0.7, 0.2]])
    array([0.3567], dtype=float32)"""
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
    """The cross-entropy of each yes-or-no probability: -(t * log(p) + (1 - t) * log(1 - p)).
    Arguments:
        target: tensor of 0 and 1, or of probabilities.
        output: tensor of the same shape: probabilities, which are clipped to [epsilon, 1 - epsilon], or logits.
    Returns: float tensor of that shape.
    Raises: ValueError if the shapes differ.
    >>> keras.ops.binary_crossentropy([1.0, 0.0], [0.9, 0.2])
    array([0.1054, 0.2231], dtype=float32)"""
    _check_same_shape("binary_crossentropy", target, output)
    return binary_cross_entropy(target, output, from_logits=bool(from_logits))


# ---------------------------------------------------------------------------------------------------------- normalizations


@op(category="nn")
def moments(x: Tensor, axes: Any, keepdims: bool = False, synchronized: bool = False) -> tuple[Tensor, Tensor]:
    """The mean and the biased variance over `axes`: mean(x) and mean((x - mean(x))^2).
    Arguments:
        axes: int or tuple of int, the axes that are taken together.
        synchronized: bool, taken for compatibility: one device sees the whole batch.
    Returns: (mean, variance), float tensors without the axes of `axes` (with size 1 there if `keepdims`); float16 is computed in float32.
    >>> keras.ops.moments([[1.0, 3.0], [2.0, 2.0]], axes=1)
    (array([2., 2.], dtype=float32), array([1., 0.], dtype=float32))"""
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
    """Each channel with the given mean taken away, over the given deviation, then scaled and shifted.

    y = (x - mean) / sqrt(variance + epsilon) * scale + offset
    Arguments:
        x: float tensor.
        mean, variance: vectors of the size of `axis`.
        axis: int, the axis of the channels.
        offset, scale: vectors of that size. Default None: no shift, no scale.
        epsilon: float > 0, added inside the root.
    Returns: tensor in the shape and of the dtype of `x`.
    Source: Ioffe and Szegedy 2015, algorithm 1.
    >>> keras.ops.batch_normalization([[1.0, 4.0]], mean=[1.0, 2.0], variance=[1.0, 4.0], axis=-1)
    array([[0.    , 0.9999]], dtype=float32)"""
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


def _normalize_by_batch_gradient(
    g: Any, y: Any, x: Tensor, *factors: Tensor, axis: int, epsilon: float, scaled: bool, centred: bool
) -> list[Tensor]:  # fmt: skip
    """Two passes over the numbers: the sums that scale and offset need, then the inputs' cotangent from these."""
    sizes = shape_of(x)
    wide = tuple(n if i == axis else 1 for i, n in enumerate(sizes))
    others = tuple(i for i in range(len(sizes)) if i != axis)
    count = float(D.product(tuple(sizes[i] for i in others)))  # type: ignore[arg-type]
    mean, inverse = reshape(y[1], wide), rsqrt(add(reshape(y[2], wide), epsilon))
    centered = subtract(x, mean)
    of_offset = sum(g[0], axis=others, keepdims=True)
    of_centered = sum(multiply(g[0], centered), axis=others, keepdims=True)
    pull = divide(multiply(of_centered, square(inverse)), count)
    factor = multiply(inverse, reshape(factors[0], wide)) if scaled else inverse
    of_x = multiply(subtract(subtract(g[0], divide(of_offset, count)), multiply(centered, pull)), factor)
    found = [of_x]
    if scaled:
        found.append(reshape(multiply(of_centered, inverse), shape_of(factors[0])))
    return [*found, reshape(of_offset, shape_of(factors[-1]))] if centred else found


@op(category="internal", operands="list", vjp=_normalize_by_batch_gradient)
def normalize_by_batch(operands: Sequence[Tensor], axis: int, epsilon: float, scaled: bool, centred: bool) -> tuple[Tensor, Tensor, Tensor]:
    """`operands[0]` normalized by its own moments over all axes but `axis`, and these moments, through which no gradient goes.

    The other operands are the scale, if `scaled`, and the offset, if `centred`.
    """
    x, *factors = operands
    average, variance = moments(x, axes=tuple(i for i in range(len(shape_of(x))) if i != axis))
    scale, offset = factors[0] if scaled else None, factors[-1] if centred else None
    outputs = batch_normalization(x, average, variance, axis=axis, offset=offset, scale=scale, epsilon=epsilon)
    return outputs, stop_gradient(average), stop_gradient(variance)
