"""Elementwise ops: one number in, one number out, with broadcasting."""

# mypy: disable-error-code="has-type"

from __future__ import annotations

from typing import Any

from keras.core import dtypes, engine
from keras.core.families import binary, boolean, by_dtypes_alone, custom, each, first_boolean, floating, no_bool, same, unary
from keras.core.graph import dtype_name
from keras.core.op import as_operand, definer, op, primitive
from keras.core.tensor import REGISTRY, Spec, Symbol

Tensor = Any
define = definer(__name__)


def _cast_rule(name: str, inputs: Any, attributes: dict[str, Any]) -> Any:
    dtype = dtypes.standardize(attributes["dtype"])
    return Spec(inputs[0].dims, dtype), {"dtype": dtype}


def _cast_gradient(g: Tensor, y: Tensor, x: Tensor, dtype: str) -> Tensor:
    return cast(g, x.dtype) if dtypes.is_float(x.dtype) and dtypes.is_float(dtype) else None


@by_dtypes_alone
def _cast_promote(keys: tuple[Any, ...], attributes: dict[str, Any]) -> tuple[str, ...]:
    """A Python number goes straight to the wanted kind: by way of the default float it would lose digits."""
    target = dtypes.standardize(attributes["dtype"])
    if keys[0] is float and dtypes.is_float(target):
        return (target,)
    if keys[0] is int and target != "bool":
        return ("int64",)
    return tuple(each(keys, attributes))


@primitive(custom(_cast_rule, promote=_cast_promote), vjp=(_cast_gradient,))
def cast(x: Tensor, dtype: Any) -> Tensor:
    """The elements in another dtype: floats become integers by dropping their fraction, numbers become True unless they are 0.
    Arguments:
        dtype: name of a dtype, a Python type, or an engine's own dtype object.
    Returns: tensor in the shape of `x`, of `dtype`.
    Raises: ValueError if there is no dtype of that name.
    Source: numpy.ndarray.astype.
    >>> keras.ops.cast([1.7, -1.7, 0.0], "int32")
    array([ 1, -1,  0], dtype=int32)"""


@primitive(unary(), vjp=None)
def stop_gradient(variable: Tensor) -> Tensor:
    """The same values, as constants: no gradient flows through them, y = x and dy/dx = 0.
    Arguments:
        variable: tensor or variable of any shape and dtype.
    >>> x = keras.ops.convert_to_tensor([3.0])
    >>> keras.ops.stop_gradient(x)
    array([3.], dtype=float32)"""


# fmt: off
copy = define("copy", unary(), (lambda g, y, x: g,), doc="""A copy of the values, y = x, in memory of its own.
    >>> keras.ops.copy([1, 2])
    array([1, 2], dtype=int32)""")
# fmt: on


@op(category="core")
def convert_to_tensor(x: Any, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None) -> Tensor:
    """A number, nested list, array, variable or tensor as a tensor of the current engine.
    Arguments:
        x: number, (nested) list of numbers, array, variable or tensor.
        dtype: name of a dtype. Default None: that of `x`; Python floats give the default float, Python integers int32.
        sparse, ragged: bool, taken for compatibility: what comes out is dense.
    Returns: tensor in the shape of `x`, of `dtype`.
    >>> keras.ops.convert_to_tensor([1, 2]), keras.ops.convert_to_tensor([1.0], dtype="float16")
    (array([1, 2], dtype=int32), array([1.], dtype=float16))"""
    from_operand = as_operand(x)
    if dtype is not None:
        return cast(from_operand, dtype) if isinstance(from_operand, Symbol) else _asarray(from_operand, dtypes.standardize(dtype))
    return from_operand if isinstance(from_operand, Symbol) else _asarray(from_operand, None)


# -------------------------------------------------------------------------------------------------------------- arithmetic


# fmt: off
add = define("add", binary(), (lambda g, z, x, y: g, lambda g, z, x, y: g), doc="""The sum x1 + x2 of each pair of elements.
    >>> keras.ops.add([1.0, 2.0], 1)
    array([2., 3.], dtype=float32)""")
subtract = define("subtract", binary(no_bool), (lambda g, z, x, y: g, lambda g, z, x, y: -g),
    doc="""The difference x1 - x2 of each pair of elements.
    >>> keras.ops.subtract([3, 4], [1, 5])
    array([ 2, -1], dtype=int32)""")
multiply = define("multiply", binary(), (lambda g, z, x, y: g * y, lambda g, z, x, y: g * x),
    doc="""The product x1 * x2 of each pair of elements.
    >>> keras.ops.multiply([[1, 2], [3, 4]], [10, 100])
    array([[ 10, 200],
           [ 30, 400]], dtype=int32)""")
divide = define("divide", binary(floating), (lambda g, z, x, y: g / y, lambda g, z, x, y: -(g * z / y)),
    doc="""The quotient x1 / x2 of each pair of elements; division by 0 gives infinity or NaN.
    >>> keras.ops.divide([1, 3], 2)
    array([0.5, 1.5], dtype=float32)""")
# fmt: on


@op(family=binary(floating))
def divide_no_nan(x1: Tensor, x2: Tensor) -> Tensor:
    """The quotient x1 / x2, and 0 where x2 is 0 (there the gradient is 0 as well).
    Source: keras.ops.divide_no_nan of Keras 3, tf.math.divide_no_nan.
    >>> keras.ops.divide_no_nan([1.0, 3.0], [0.0, 2.0])
    array([0. , 1.5], dtype=float32)"""
    zero = equal(x2, 0)
    safe = where(zero, ones_of(x2), x2)
    quotient = divide(x1, safe)
    return where(zero, zeros_of(quotient), quotient)


def ones_of(x: Tensor) -> Tensor:
    """1 in the dtype of `x`, without its shape."""
    return _asarray(1, dtype_of(x))


def zeros_of(x: Tensor) -> Tensor:
    """0 in the dtype of `x`, without its shape."""
    return _asarray(0, dtype_of(x))


# fmt: off
floor_divide = define("floor_divide", binary(no_bool), doc="""The quotient rounded down: floor(x1 / x2).
    >>> keras.ops.floor_divide([7, -7], 2)
    array([ 3, -4], dtype=int32)""")
mod = define("mod", binary(no_bool), (lambda g, z, x, y: g, lambda g, z, x, y: -(g * floor(x / y))),
    doc="""The remainder of a division, with the sign of the divisor: x1 - floor(x1 / x2) * x2.
    >>> keras.ops.mod([7, -7], 3)
    array([1, 2], dtype=int32)""")
# fmt: on


def _power_exponent_gradient(g: Tensor, z: Tensor, x: Tensor, y: Tensor) -> Tensor:
    positive = greater(x, 0)
    return g * z * where(positive, log(where(positive, x, ones_of(x))), zeros_of(x))


def _power_base_gradient(g: Tensor, z: Tensor, x: Tensor, y: Tensor) -> Tensor:
    zero = equal(y, 0)
    return g * where(zero, zeros_of(x), y * power(x, where(zero, ones_of(y), y - 1)))


# fmt: off
power = define("power", binary(no_bool), (_power_base_gradient, _power_exponent_gradient), doc="""x1 to the power x2: x1^x2.
    >>> keras.ops.power([2.0, 9.0], [3.0, 0.5])
    array([8., 3.], dtype=float32)""")
# fmt: on


def _extremum_vjp(compare: str) -> Any:
    def gradient(g: Tensor, z: Tensor, x: Tensor, y: Tensor, swap: bool) -> Tensor:
        a, b = (y, x) if swap else (x, y)
        better = greater(a, b) if compare == "greater" else less(a, b)
        weight = where(better, ones_of(g), where(equal(a, b), _asarray(0.5, dtype_of(g)), zeros_of(g)))
        return g * weight

    return (lambda g, z, x, y: gradient(g, z, x, y, False), lambda g, z, x, y: gradient(g, z, x, y, True))


# fmt: off
maximum = define("maximum", binary(), _extremum_vjp("greater"),
    doc="""The larger of each pair of elements, NaN if one is; where they are equal, each gets half of the gradient.
    >>> keras.ops.maximum([1, 5], 3)
    array([3, 5], dtype=int32)""")
minimum = define("minimum", binary(), _extremum_vjp("less"),
    doc="""The smaller of each pair of elements, NaN if one is; where they are equal, each gets half of the gradient.
    >>> keras.ops.minimum([1, 5], 3)
    array([1, 3], dtype=int32)""")
negative = define("negative", unary(), (lambda g, y, x: -g,), doc="""Each element with the opposite sign: -x.
    >>> keras.ops.negative([1, -2])
    array([-1,  2], dtype=int32)""")
abs = define("abs", unary(), (lambda g, y, x: select(less(x, 0), -g, g),),
    doc="""The absolute value |x| of each element; of a complex number the distance from 0.
    >>> keras.ops.abs([-1.5, 2.0])
    array([1.5, 2. ], dtype=float32)""")
# fmt: on


@op(family=unary(floating))
def fabs(x: Tensor) -> Tensor:
    """The absolute value |x| of each element as a float.
    >>> keras.ops.fabs([-1, 2])
    array([1., 2.], dtype=float32)"""
    return abs(cast(x, dtypes.to_floating(dtype_of(x))))


# fmt: off
sign = define("sign", unary(), doc="""-1, 0 or 1: the sign of each element.
    >>> keras.ops.sign([-2.5, 0.0, 3.0])
    array([-1.,  0.,  1.], dtype=float32)""")
square = define("square", unary(no_bool), (lambda g, y, x: g * (x + x),), doc="""The square of each element: x * x.
    >>> keras.ops.square([-2, 3])
    array([4, 9], dtype=int32)""")
sqrt = define("sqrt", unary(floating), (lambda g, y, x: g / (y + y),),
    doc="""The square root of each element, the y >= 0 with y^2 = x; NaN for negative numbers.
    >>> keras.ops.sqrt([1, 4, 9])
    array([1., 2., 3.], dtype=float32)""")
rsqrt = define("rsqrt", unary(floating), (lambda g, y, x: g * y / x * -0.5,), doc="""The reciprocal of the square root: 1 / sqrt(x).
    Source: keras.ops.rsqrt of Keras 3, jax.lax.rsqrt.
    >>> keras.ops.rsqrt([1.0, 4.0])
    array([1. , 0.5], dtype=float32)""")
reciprocal = define("reciprocal", unary(floating), (lambda g, y, x: -(g * y * y),), doc="""One divided by each element: 1 / x.
    >>> keras.ops.reciprocal([2.0, -4.0])
    array([ 0.5 , -0.25], dtype=float32)""")
# fmt: on


# ------------------------------------------------------------------------------------------- exponentials and trigonometry


# fmt: off
exp = define("exp", unary(floating), (lambda g, y, x: g * y,), doc="""e to the power of each element: e^x.
    >>> keras.ops.exp([0.0, 1.0])
    array([1.    , 2.7183], dtype=float32)""")
expm1 = define("expm1", unary(floating), (lambda g, y, x: g * (y + 1),), doc="""e^x - 1, accurate also where x is small.
    >>> keras.ops.expm1([0.0, 1.0])
    array([0.    , 1.7183], dtype=float32)""")
log = define("log", unary(floating), (lambda g, y, x: g / x,),
    doc="""The natural logarithm, the y with e^y = x; -inf for 0 and NaN for negative numbers.
    >>> keras.ops.log([1.0, 10.0])
    array([0.    , 2.3026], dtype=float32)""")
log1p = define("log1p", unary(floating), (lambda g, y, x: g / (x + 1),), doc="""log(1 + x), accurate also where x is small.
    >>> keras.ops.log1p([0.0, 1.0])
    array([0.    , 0.6931], dtype=float32)""")
sin = define("sin", unary(floating), (lambda g, y, x: g * cos(x),), doc="""The sine of an angle in radians: sin(x).
    >>> keras.ops.sin([0.0, 1.0])
    array([0.    , 0.8415], dtype=float32)""")
cos = define("cos", unary(floating), (lambda g, y, x: -(g * sin(x)),), doc="""The cosine of an angle in radians: cos(x).
    >>> keras.ops.cos([0.0, 1.0])
    array([1.    , 0.5403], dtype=float32)""")
sinh = define("sinh", unary(floating), (lambda g, y, x: g * cosh(x),), doc="""The hyperbolic sine: (e^x - e^-x) / 2.
    >>> keras.ops.sinh([0.0, 1.0])
    array([0.    , 1.1752], dtype=float32)""")
cosh = define("cosh", unary(floating), (lambda g, y, x: g * sinh(x),), doc="""The hyperbolic cosine: (e^x + e^-x) / 2.
    >>> keras.ops.cosh([0.0, 1.0])
    array([1.    , 1.5431], dtype=float32)""")
tanh = define("tanh", unary(floating), (lambda g, y, x: g * (1 - y * y),),
    doc="""The hyperbolic tangent, a number between -1 and 1: sinh(x) / cosh(x).
    >>> keras.ops.tanh([-1.0, 0.0, 1.0])
    array([-0.7616,  0.    ,  0.7616], dtype=float32)""")
erf = define("erf", unary(floating), (lambda g, y, x: g * (exp(-(x * x)) * 1.1283791670955126),),
    doc="""The error function: 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.
    Source: scipy.special.erf; Abramowitz and Stegun 1964, 7.1.1.
    >>> keras.ops.erf([-1.0, 0.0, 1.0])
    array([-0.8427,  0.    ,  0.8427], dtype=float32)""")
# fmt: on


# ------------------------------------------------------------------------------------------------------------------ rounding


# fmt: off
floor = define("floor", unary(floating), doc="""The largest whole number that is not above x, as a float.
    >>> keras.ops.floor([1.7, -1.7])
    array([ 1., -2.], dtype=float32)""")
ceil = define("ceil", unary(floating), doc="""The smallest whole number that is not below x, as a float.
    >>> keras.ops.ceil([1.2, -1.2])
    array([ 2., -1.], dtype=float32)""")
trunc = define("trunc", unary(), doc="""Each element without its fraction: the nearest whole number towards 0.
    >>> keras.ops.trunc([1.7, -1.7])
    array([ 1., -1.], dtype=float32)""")
# fmt: on


@primitive(unary())
def rint(x: Tensor) -> Tensor:
    """The nearest whole number; halves go to the even one."""


@op()
def round(x: Tensor, decimals: int = 0) -> Tensor:
    """Each element rounded to `decimals` digits after the point; halves go to the even digit.
    Arguments:
        decimals: int, how many digits are kept; negative ones round before the point.
    Returns: tensor in the shape and of the dtype of `x`.
    >>> keras.ops.round([2.5, 3.14159], decimals=2), keras.ops.round([2.5, 3.5])
    (array([2.5 , 3.14], dtype=float32), array([2., 4.], dtype=float32))"""
    if decimals == 0:
        return rint(x)
    scale = 10.0**decimals
    return cast(rint(multiply(x, scale)) / scale, dtype_of(x))


# --------------------------------------------------------------------------------------------------- comparisons and logic


# fmt: off
equal = define("equal", binary(same, "bool"), doc="""Whether x1 == x2, for each pair of elements.
    >>> keras.ops.equal([1, 2], [1, 3])
    array([ True, False])""")
not_equal = define("not_equal", binary(same, "bool"), doc="""Whether x1 != x2, for each pair of elements.
    >>> keras.ops.not_equal([1, 2], [1, 3])
    array([False,  True])""")
less = define("less", binary(same, "bool"), doc="""Whether x1 < x2, for each pair of elements.
    >>> keras.ops.less([1, 2, 3], 2)
    array([ True, False, False])""")
less_equal = define("less_equal", binary(same, "bool"), doc="""Whether x1 <= x2, for each pair of elements.
    >>> keras.ops.less_equal([1, 2, 3], 2)
    array([ True,  True, False])""")
greater = define("greater", binary(same, "bool"), doc="""Whether x1 > x2, for each pair of elements.
    >>> keras.ops.greater([1, 2, 3], 2)
    array([False, False,  True])""")
greater_equal = define("greater_equal", binary(same, "bool"), doc="""Whether x1 >= x2, for each pair of elements.
    >>> keras.ops.greater_equal([1, 2, 3], 2)
    array([False,  True,  True])""")
logical_and = define("logical_and", binary(boolean, "bool"), doc="""Whether both elements are true.
    >>> keras.ops.logical_and([True, True], [True, False])
    array([ True, False])""")
logical_or = define("logical_or", binary(boolean, "bool"), doc="""Whether at least one of two elements is true.
    >>> keras.ops.logical_or([True, False], [False, False])
    array([ True, False])""")
logical_xor = define("logical_xor", binary(boolean, "bool"), doc="""Whether exactly one of two elements is true.
    >>> keras.ops.logical_xor([True, False], [True, True])
    array([False,  True])""")
logical_not = define("logical_not", unary(boolean, "bool"), doc="""Whether an element is false (or 0).
    >>> keras.ops.logical_not([True, False])
    array([False,  True])""")
isnan = define("isnan", unary(each, "bool"), doc="""Whether an element is not a number.
    >>> keras.ops.isnan([1.0, float("nan")])
    array([False,  True])""")
isinf = define("isinf", unary(each, "bool"), doc="""Whether an element is infinite, of either sign.
    >>> keras.ops.isinf([1.0, float("-inf")])
    array([False,  True])""")
isfinite = define("isfinite", unary(each, "bool"), doc="""Whether an element is neither infinite nor NaN.
    >>> keras.ops.isfinite([1.0, float("inf"), float("nan")])
    array([ True, False, False])""")
# fmt: on


def _select_zero(g: Tensor) -> Tensor:
    return zeros_of(g)


@primitive(
    binary(first_boolean, operands=3),
    vjp=(None, lambda g, z, c, x, y: select(c, g, _select_zero(g)), lambda g, z, c, x, y: select(c, _select_zero(g), g)),
    name="choose",
    category="internal",
)
def select(condition: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
    """x1 where the condition holds, else x2."""


@op(operands=1)
def where(condition: Tensor, x1: Tensor | None = None, x2: Tensor | None = None) -> Tensor:
    """x1 where the condition holds, else x2; without both the indices where it holds, as `nonzero` gives them.
    Arguments:
        condition: bool tensor; of numbers, those that are not 0 count as True.
        x1, x2: tensors or numbers; all three shapes broadcast. Default None for both: the indices.
    Returns: tensor in the broadcast shape, of the common dtype of `x1` and `x2`.
    Raises: ValueError if only one of x1 and x2 is given or the shapes do not broadcast.
    >>> keras.ops.where([True, False], [1.0, 2.0], 0.0)
    array([1., 0.], dtype=float32)"""
    if x1 is None and x2 is None:
        return REGISTRY["nonzero"](condition)
    if x1 is None or x2 is None:
        raise ValueError(
            "keras.ops.where: only one of x1 and x2 is given. Write where(condition, x1, x2), or where(condition) for the indices."
        )
    return select(condition, x1, x2)


@op()
def clip(x: Tensor, x_min: Any, x_max: Any) -> Tensor:
    """Each element limited to a range: min(max(x, x_min), x_max).
    Arguments:
        x_min, x_max: numbers or tensors that broadcast with `x`, the ends of the range; None for no limit.
    Returns: tensor in the broadcast shape, of the operands' common dtype.
    >>> keras.ops.clip([-1, 2, 5], 0, 3)
    array([0, 2, 3], dtype=int32)"""
    x = convert_to_tensor(x) if x_min is None else maximum(x, x_min)
    return x if x_max is None else minimum(x, x_max)


# -------------------------------------------------------------------------------------------------- signs and remainders


# --------------------------------------------------------------------------------------- activations that are primitives


# fmt: off
relu = define("relu", unary(no_bool), (lambda g, y, x: relu_gradient(g, y),), category="nn", doc="""The rectified linear unit: max(x, 0).
    Source: Nair and Hinton 2010.
    >>> keras.ops.relu([-1.0, 2.0])
    array([0., 2.], dtype=float32)""")
# fmt: on


@primitive(binary(), vjp=(lambda g, z, u, y: relu_gradient(g, y), None), category="internal")
def relu_gradient(g: Tensor, y: Tensor) -> Tensor:
    """g where y > 0, else 0: the gradient of relu from its output."""


# fmt: off
sigmoid = define("sigmoid", unary(floating), (lambda g, y, x: g * (y * (1 - y)),), category="nn",
    doc="""The logistic function, a number between 0 and 1: 1 / (1 + e^-x), computed without overflow.
    >>> keras.ops.sigmoid([-1.0, 0.0, 1.0])
    array([0.2689, 0.5   , 0.7311], dtype=float32)""")
# fmt: on


def dtype_of(x: Any) -> str:
    """The canonical dtype name of an operand (numbers give their weak default; a variable the dtype in which it is read)."""
    return dtypes.result_type(dtype_name(as_operand(x)))


def _asarray(x: Any, dtype: str | None) -> Tensor:
    return engine.current().asarray(x, dtype)
