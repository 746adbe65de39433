"""Elementwise ops: one number in, one number out, with broadcasting."""

# mypy: disable-error-code="has-type"

from __future__ import annotations

import builtins
from typing import Any

from keras.core import dtypes, engine
from keras.core.families import binary, boolean, custom, each, first_boolean, floating, no_bool, same, unary
from keras.core.graph import dtype_name
from keras.core.op import as_operand, op, primitive
from keras.core.tensor import REGISTRY, Spec, Symbol

Tensor = Any


def _cast_rule(name: str, inputs: Any, attributes: dict[str, Any]) -> Any:
    dtype = dtypes.standardize(attributes["dtype"])
    return Spec(inputs[0].dims, dtype), {"dtype": dtype}


def _cast_gradient(g: Tensor, y: Tensor, x: Tensor, dtype: str) -> Tensor:
    return cast(g, x.dtype) if dtypes.is_float(x.dtype) and dtypes.is_float(dtype) else None


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
    """The elements in another dtype.

    Example:
        >>> cast([1.7, -1.7], "int32").tolist()
        [1, -1]
    """


@primitive(unary(), vjp=None)
def stop_gradient(variable: Tensor) -> Tensor:
    """The same values, through which no gradient flows."""


@primitive(unary(), vjp=(lambda g, y, x: g,))
def copy(x: Tensor) -> Tensor:
    """A copy of the values."""


@op(category="core")
def convert_to_tensor(x: Any, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None) -> Tensor:
    """`x` (number, nested list, array, tensor, variable) as a tensor of the current engine.

    Example:
        >>> convert_to_tensor([1, 2]).dtype.name, convert_to_tensor([1.0]).dtype.name
        ('int32', 'float32')
    """
    from_operand = as_operand(x)
    if dtype is not None:
        return cast(from_operand, dtype) if isinstance(from_operand, Symbol) else _asarray(from_operand, dtypes.standardize(dtype))
    return from_operand if isinstance(from_operand, Symbol) else _asarray(from_operand, None)


# -------------------------------------------------------------------------------------------------------------- arithmetic


@primitive(binary(), vjp=(lambda g, z, x, y: g, lambda g, z, x, y: g))
def add(x1: Tensor, x2: Tensor) -> Tensor:
    """The sum x1 + x2.

    Example:
        >>> add([1.0, 2.0], 1.0).tolist()
        [2.0, 3.0]
    """


@primitive(binary(no_bool), vjp=(lambda g, z, x, y: g, lambda g, z, x, y: -g))
def subtract(x1: Tensor, x2: Tensor) -> Tensor:
    """The difference x1 - x2."""


@primitive(binary(), vjp=(lambda g, z, x, y: g * y, lambda g, z, x, y: g * x))
def multiply(x1: Tensor, x2: Tensor) -> Tensor:
    """The product x1 * x2."""


@primitive(binary(floating), vjp=(lambda g, z, x, y: g / y, lambda g, z, x, y: -(g * z / y)))
def divide(x1: Tensor, x2: Tensor) -> Tensor:
    """The quotient x1 / x2, a float."""


@op(operands=2)
def divide_no_nan(x1: Tensor, x2: Tensor) -> Tensor:
    """The quotient x1 / x2, and 0 where x2 is 0 (the gradient is 0 there as well)."""
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


@primitive(binary(no_bool))
def floor_divide(x1: Tensor, x2: Tensor) -> Tensor:
    """The quotient rounded down."""


@primitive(binary(no_bool), vjp=(lambda g, z, x, y: g, lambda g, z, x, y: -(g * floor(x / y))))
def mod(x1: Tensor, x2: Tensor) -> Tensor:
    """The remainder of x1 / x2, with the sign of x2."""


def _power_exponent_gradient(g: Tensor, z: Tensor, x: Tensor, y: Tensor) -> Tensor:
    positive = greater(x, 0)
    return g * z * where(positive, log(where(positive, x, ones_of(x))), zeros_of(x))


def _power_base_gradient(g: Tensor, z: Tensor, x: Tensor, y: Tensor) -> Tensor:
    zero = equal(y, 0)
    return g * where(zero, zeros_of(x), y * power(x, where(zero, ones_of(y), y - 1)))


@primitive(binary(no_bool), vjp=(_power_base_gradient, _power_exponent_gradient))
def power(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 to the power x2."""


def _extremum_vjp(compare: str) -> Any:
    def gradient(g: Tensor, z: Tensor, x: Tensor, y: Tensor, swap: bool) -> Tensor:
        a, b = (y, x) if swap else (x, y)
        better = greater(a, b) if compare == "greater" else less(a, b)
        weight = where(better, ones_of(g), where(equal(a, b), _asarray(0.5, dtype_of(g)), zeros_of(g)))
        return g * weight

    return (lambda g, z, x, y: gradient(g, z, x, y, False), lambda g, z, x, y: gradient(g, z, x, y, True))


@primitive(binary(), vjp=_extremum_vjp("greater"))
def maximum(x1: Tensor, x2: Tensor) -> Tensor:
    """The larger of the two; where they are equal each gets half of the gradient."""


@primitive(binary(), vjp=_extremum_vjp("less"))
def minimum(x1: Tensor, x2: Tensor) -> Tensor:
    """The smaller of the two; where they are equal each gets half of the gradient."""


@primitive(binary(floating), vjp=(lambda g, z, x, y: g * y / (x * x + y * y), lambda g, z, x, y: -(g * x) / (x * x + y * y)))
def arctan2(x1: Tensor, x2: Tensor) -> Tensor:
    """The angle of the point (x2, x1), from -pi to pi."""


@primitive(unary(), vjp=(lambda g, y, x: -g,))
def negative(x: Tensor) -> Tensor:
    """-x."""


@primitive(unary(), vjp=(lambda g, y, x: select(less(x, 0), -g, g),))
def abs(x: Tensor) -> Tensor:
    """The absolute value; at 0 the gradient is 1, as on JAX."""


@op()
def fabs(x: Tensor) -> Tensor:
    """The absolute value as a float.

    Example:
        >>> fabs([-1, 2]).tolist()
        [1.0, 2.0]
    """
    return abs(cast(x, dtypes.to_floating(dtype_of(x))))


@primitive(unary())
def sign(x: Tensor) -> Tensor:
    """-1, 0 or 1."""


@primitive(unary(no_bool), vjp=(lambda g, y, x: g * (x + x),))
def square(x: Tensor) -> Tensor:
    """x * x."""


@primitive(unary(floating), vjp=(lambda g, y, x: g / (y + y),))
def sqrt(x: Tensor) -> Tensor:
    """The square root."""


@primitive(unary(floating), vjp=(lambda g, y, x: g * y / x * -0.5,))
def rsqrt(x: Tensor) -> Tensor:
    """1 / sqrt(x)."""


@primitive(unary(floating), vjp=(lambda g, y, x: -(g * y * y),))
def reciprocal(x: Tensor) -> Tensor:
    """1 / x."""


# ------------------------------------------------------------------------------------------- exponentials and trigonometry


@primitive(unary(floating), vjp=(lambda g, y, x: g * y,))
def exp(x: Tensor) -> Tensor:
    """e to the power x."""


@primitive(unary(floating), vjp=(lambda g, y, x: g * (y + 1),))
def expm1(x: Tensor) -> Tensor:
    """e ** x - 1, accurate for small x."""


@primitive(unary(floating), vjp=(lambda g, y, x: g / x,))
def log(x: Tensor) -> Tensor:
    """The natural logarithm."""


@primitive(unary(floating), vjp=(lambda g, y, x: g / (x + 1),))
def log1p(x: Tensor) -> Tensor:
    """log(1 + x), accurate for small x."""


@primitive(unary(floating), vjp=(lambda g, y, x: g * cos(x),))
def sin(x: Tensor) -> Tensor:
    """The sine of an angle in radians."""


@primitive(unary(floating), vjp=(lambda g, y, x: -(g * sin(x)),))
def cos(x: Tensor) -> Tensor:
    """The cosine of an angle in radians."""


@primitive(unary(floating), vjp=(lambda g, y, x: g * (y * y + 1),))
def tan(x: Tensor) -> Tensor:
    """The tangent of an angle in radians."""


@primitive(unary(floating), vjp=(lambda g, y, x: g * rsqrt(1 - x * x),))
def arcsin(x: Tensor) -> Tensor:
    """The angle whose sine is x."""


@primitive(unary(floating), vjp=(lambda g, y, x: -(g * rsqrt(1 - x * x)),))
def arccos(x: Tensor) -> Tensor:
    """The angle whose cosine is x."""


@primitive(unary(floating), vjp=(lambda g, y, x: g / (x * x + 1),))
def arctan(x: Tensor) -> Tensor:
    """The angle whose tangent is x."""


@primitive(unary(floating), vjp=(lambda g, y, x: g * cosh(x),))
def sinh(x: Tensor) -> Tensor:
    """The hyperbolic sine."""


@primitive(unary(floating), vjp=(lambda g, y, x: g * sinh(x),))
def cosh(x: Tensor) -> Tensor:
    """The hyperbolic cosine."""


@primitive(unary(floating), vjp=(lambda g, y, x: g * (1 - y * y),))
def tanh(x: Tensor) -> Tensor:
    """The hyperbolic tangent."""


@primitive(unary(floating), vjp=(lambda g, y, x: g * (exp(-(x * x)) * 1.1283791670955126),))
def erf(x: Tensor) -> Tensor:
    """The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x."""


@primitive(unary(floating), vjp=(lambda g, y, x: g * (exp(-(x * x)) * -1.1283791670955126),))
def erfc(x: Tensor) -> Tensor:
    """1 - erf(x), accurate also where it is tiny."""


@primitive(unary(floating), vjp=(lambda g, y, x: g * (exp(y * y) * 0.886226925452758),))
def erfinv(x: Tensor) -> Tensor:
    """The inverse of `erf`."""


@primitive(unary(floating), vjp=(lambda g, y, x: g / x * 0.4342944819032518,))
def log10(x: Tensor) -> Tensor:
    """The logarithm to base 10.

    Example:
        >>> log10([1.0, 100.0]).astype("float64").round(4).tolist()
        [0.0, 2.0]
    """


@primitive(unary(floating), vjp=(lambda g, y, x: g / x * 1.4426950408889634,))
def log2(x: Tensor) -> Tensor:
    """The logarithm to base 2.

    Example:
        >>> log2([1.0, 8.0]).tolist()
        [0.0, 3.0]
    """


@primitive(unary(floating), vjp=(lambda g, y, x: g * y * 0.6931471805599453,))
def exp2(x: Tensor) -> Tensor:
    """2 to the power x.

    Example:
        >>> exp2([0.0, 3.0]).tolist()
        [1.0, 8.0]
    """


@primitive(unary(floating), vjp=(lambda g, y, x: g / (y * y * 3),))
def cbrt(x: Tensor) -> Tensor:
    """The cube root, negative for negative x.

    Example:
        >>> cbrt([-8.0, 1.0]).tolist()
        [-2.0, 1.0]
    """


@primitive(unary(floating), vjp=(lambda g, y, x: g * rsqrt(x * x + 1),))
def arcsinh(x: Tensor) -> Tensor:
    """The number whose hyperbolic sine is x.

    Example:
        >>> arcsinh([0.0]).tolist()
        [0.0]
    """


@primitive(unary(floating), vjp=(lambda g, y, x: g * rsqrt((x - 1) * (x + 1)),))
def arccosh(x: Tensor) -> Tensor:
    """The number >= 0 whose hyperbolic cosine is x; NaN for x < 1.

    Example:
        >>> arccosh([1.0]).tolist()
        [0.0]
    """


@primitive(unary(floating), vjp=(lambda g, y, x: g / (1 - x * x),))
def arctanh(x: Tensor) -> Tensor:
    """The number whose hyperbolic tangent is x; infinite at -1 and 1.

    Example:
        >>> arctanh([0.0]).tolist()
        [0.0]
    """


@primitive(binary(floating), vjp=(lambda g, z, x, y: g * x / z, lambda g, z, x, y: g * y / z))
def hypot(x1: Tensor, x2: Tensor) -> Tensor:
    """sqrt(x1^2 + x2^2), computed without overflow.

    Example:
        >>> hypot([3.0], [4.0]).tolist()
        [5.0]
    """


@op(operands=2)
def logaddexp(x1: Tensor, x2: Tensor) -> Tensor:
    """log(exp(x1) + exp(x2)), computed without overflow.

    Example:
        >>> int(logaddexp(1000.0, 1000.0))
        1000
    """
    return _logaddexp(x1, x2, exp, log1p)


@op(operands=2)
def logaddexp2(x1: Tensor, x2: Tensor) -> Tensor:
    """log2(2**x1 + 2**x2), computed without overflow.

    Example:
        >>> float(logaddexp2(1000.0, 1000.0))
        1001.0
    """
    return _logaddexp(x1, x2, exp2, lambda e: log2(add(e, 1.0)))


def _logaddexp(x1: Tensor, x2: Tensor, power_of: Any, log_plus_one: Any) -> Tensor:
    dtype = dtypes.to_floating(dtypes.result_type(*map(_kind_of, (x1, x2))))
    a, b = cast(x1, dtype), cast(x2, dtype)
    first = greater_equal(a, b)
    larger = select(logical_or(first, isnan(a)), a, b)
    finite = isfinite(larger)
    apart = select(finite, subtract(larger, select(first, b, a)), zeros_of(larger))  # inf - inf would be NaN
    return select(finite, add(larger, log_plus_one(power_of(negative(apart)))), larger)


def _kind_of(x: Any) -> Any:
    """What promotion goes by: the type of a Python number, else the dtype's name."""
    return type(x) if isinstance(x, (bool, int, float)) else dtype_of(x)


@op()
def sinc(x: Tensor) -> Tensor:
    """sin(pi x) / (pi x), and 1 at 0.

    Example:
        >>> sinc([0.0, 0.5]).astype("float64").round(4).tolist()
        [1.0, 0.6366]
    """
    x = multiply(cast(x, dtypes.to_floating(dtype_of(x))), 3.141592653589793)
    zero = equal(x, 0)
    safe = select(zero, ones_of(x), x)
    return select(zero, subtract(1.0, multiply(square(x), 1 / 6)), divide(sin(safe), safe))


@op()
def deg2rad(x: Tensor) -> Tensor:
    """Degrees as radians: x * pi / 180.

    Example:
        >>> deg2rad([180.0]).astype("float64").round(4).tolist()
        [3.1416]
    """
    return multiply(cast(x, dtypes.to_floating(dtype_of(x))), 0.017453292519943295)


@op()
def rad2deg(x: Tensor) -> Tensor:
    """Radians as degrees: x * 180 / pi.

    Example:
        >>> rad2deg([3.1415927]).astype("float64").round(3).tolist()
        [180.0]
    """
    return multiply(cast(x, dtypes.to_floating(dtype_of(x))), 57.29577951308232)


# ------------------------------------------------------------------------------------------------------------------ rounding


@primitive(unary(floating))
def floor(x: Tensor) -> Tensor:
    """The largest whole number not above x."""


@primitive(unary(floating))
def ceil(x: Tensor) -> Tensor:
    """The smallest whole number not below x."""


@primitive(unary())
def trunc(x: Tensor) -> Tensor:
    """x without its fraction."""


@primitive(unary())
def rint(x: Tensor) -> Tensor:
    """The nearest whole number; halves go to the even one."""


@op()
def round(x: Tensor, decimals: int = 0) -> Tensor:
    """x rounded to `decimals` digits after the point; halves go to the even digit."""
    if decimals == 0:
        return rint(x)
    scale = 10.0**decimals
    return cast(rint(multiply(x, scale)) / scale, dtype_of(x))


# --------------------------------------------------------------------------------------------------- comparisons and logic


@primitive(binary(same, "bool"))
def equal(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether x1 == x2."""


@primitive(binary(same, "bool"))
def not_equal(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether x1 != x2."""


@primitive(binary(same, "bool"))
def less(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether x1 < x2."""


@primitive(binary(same, "bool"))
def less_equal(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether x1 <= x2."""


@primitive(binary(same, "bool"))
def greater(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether x1 > x2."""


@primitive(binary(same, "bool"))
def greater_equal(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether x1 >= x2."""


@primitive(binary(boolean, "bool"))
def logical_and(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether both are true."""


@primitive(binary(boolean, "bool"))
def logical_or(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether at least one is true."""


@primitive(binary(boolean, "bool"))
def logical_xor(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether exactly one is true."""


@primitive(unary(boolean, "bool"))
def logical_not(x: Tensor) -> Tensor:
    """Whether x is false."""


@primitive(unary(each, "bool"))
def isnan(x: Tensor) -> Tensor:
    """Whether x is not a number."""


@primitive(unary(each, "bool"))
def isinf(x: Tensor) -> Tensor:
    """Whether x is infinite."""


@primitive(unary(each, "bool"))
def isfinite(x: Tensor) -> Tensor:
    """Whether x is neither infinite nor NaN."""


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

    Example:
        >>> where([True, False], 1.0, 2.0).tolist()
        [1.0, 2.0]
    """
    if x1 is None and x2 is None:
        return REGISTRY["nonzero"](condition)
    if x1 is None or x2 is None:
        raise ValueError(
            "keras.ops.where: only one of x1 and x2 is given. Write where(condition, x1, x2), or where(condition) for the indices."
        )
    return select(condition, x1, x2)


@op()
def clip(x: Tensor, x_min: Any, x_max: Any) -> Tensor:
    """x limited to the range from x_min to x_max; None for no limit."""
    x = convert_to_tensor(x) if x_min is None else maximum(x, x_min)
    return x if x_max is None else minimum(x, x_max)


# -------------------------------------------------------------------------------------------------- signs and remainders


@primitive(binary(no_bool), vjp=(lambda g, z, x, y: g, lambda g, z, x, y: -(g * trunc(x / y))))
def fmod(x1: Tensor, x2: Tensor) -> Tensor:
    """The remainder of x1 / x2, with the sign of x1.

    Example:
        >>> fmod([-7.0, 7.0], 3.0).tolist()
        [-1.0, 1.0]
    """


@primitive(unary(each, "bool"))
def signbit(x: Tensor) -> Tensor:
    """Whether the sign is negative, also of -0.0.

    Example:
        >>> signbit([-1.0, -0.0, 2.0]).tolist()
        [True, True, False]
    """


@primitive(binary(floating))
def nextafter(x1: Tensor, x2: Tensor) -> Tensor:
    """The float next to x1 in the direction of x2.

    Example:
        >>> bool(nextafter(1.0, 2.0) > 1.0)
        True
    """


@op(operands=2)
def heaviside(x1: Tensor, x2: Tensor) -> Tensor:
    """0 where x1 < 0, 1 where x1 > 0, and x2 where x1 is 0.

    Example:
        >>> heaviside([-1.0, 0.0, 2.0], 0.5).tolist()
        [0.0, 0.5, 1.0]
    """
    dtype = dtypes.to_floating(dtypes.result_type(*map(_kind_of, (x1, x2))))
    x = cast(x1, dtype)
    step = cast(greater(x, 0), dtype)
    return select(equal(x, 0), cast(x2, dtype), select(isnan(x), x, step))


@op(operands=2)
def fmax(x1: Tensor, x2: Tensor) -> Tensor:
    """The larger of the two; where one is NaN, the other.

    Example:
        >>> fmax([1.0, float("nan")], [0.0, 3.0]).tolist()
        [1.0, 3.0]
    """
    return _extremum_of_numbers(maximum, x1, x2)


@op(operands=2)
def fmin(x1: Tensor, x2: Tensor) -> Tensor:
    """The smaller of the two; where one is NaN, the other.

    Example:
        >>> fmin([1.0, float("nan")], [0.0, 3.0]).tolist()
        [0.0, 3.0]
    """
    return _extremum_of_numbers(minimum, x1, x2)


def _extremum_of_numbers(extremum: Any, x1: Tensor, x2: Tensor) -> Tensor:
    dtype = dtypes.result_type(*map(_kind_of, (x1, x2)))
    a, b = cast(x1, dtype), cast(x2, dtype)
    return extremum(select(isnan(a), b, a), select(isnan(b), a, b))


@op(operands=2)
def ldexp(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 * 2**x2, x2 an integer.

    Example:
        >>> ldexp([0.75], [4]).tolist()
        [12.0]
    """
    if not dtypes.is_integer(dtype_of(x2)):
        raise TypeError(f"keras.ops.ldexp(x2): got dtype {dtype_of(x2)}. Accepted: integers. Write keras.ops.cast(x2, 'int32').")
    dtype = dtypes.to_floating(dtypes.result_type(*map(_kind_of, (x1, x2))))
    return multiply(cast(x1, dtype), exp2(cast(x2, dtype)))


@op()
def nan_to_num(x: Tensor, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    """x with NaN replaced by `nan` and infinities by `posinf` and `neginf` (the dtype's largest and smallest number for None).

    Example:
        >>> nan_to_num([float("nan"), float("inf"), 1.0], posinf=9.0).tolist()
        [0.0, 9.0, 1.0]
    """
    dtype = dtype_of(x)
    if not dtypes.is_float(dtype):
        return convert_to_tensor(x)
    high, low = float_limits(dtype)
    x = select(isnan(x), cast(nan, dtype), x)
    x = select(equal(x, float("inf")), cast(high if posinf is None else posinf, dtype), x)
    return select(equal(x, float("-inf")), cast(low if neginf is None else neginf, dtype), x)


def float_limits(dtype: str) -> tuple[float, float]:
    """The largest and the smallest number of a float dtype."""
    largest = {"float16": 65504.0, "bfloat16": 3.3895313892515355e38, "float32": 3.4028234663852886e38, "float64": 1.7976931348623157e308}[
        dtype
    ]
    return largest, -largest


@op()
def isposinf(x: Tensor) -> Tensor:
    """Whether x is infinity.

    Example:
        >>> isposinf([float("inf"), float("-inf"), 1.0]).tolist()
        [True, False, False]
    """
    return equal(x, float("inf")) if dtypes.is_float(dtype_of(x)) else not_equal(x, x)


@op()
def isneginf(x: Tensor) -> Tensor:
    """Whether x is minus infinity.

    Example:
        >>> isneginf([float("inf"), float("-inf"), 1.0]).tolist()
        [False, True, False]
    """
    return equal(x, float("-inf")) if dtypes.is_float(dtype_of(x)) else not_equal(x, x)


@op(operands=2)
def isclose(x1: Tensor, x2: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Tensor:
    """Whether |x1 - x2| <= atol + rtol * |x2|; equal infinities are close, and NaN to NaN with `equal_nan`.

    Example:
        >>> isclose([1.0, 1.0], [1.000001, 1.1]).tolist()
        [True, False]
    """
    dtype = dtypes.to_floating(dtypes.result_type(*map(_kind_of, (x1, x2))))
    a, b = cast(x1, dtype), cast(x2, dtype)
    near = less_equal(abs(subtract(a, b)), add(multiply(abs(b), rtol), atol))
    found = select(logical_and(isfinite(a), isfinite(b)), near, equal(a, b))
    return logical_or(found, logical_and(isnan(a), isnan(b))) if equal_nan else found


@op()
def saturate_cast(x: Tensor, dtype: Any) -> Tensor:
    """The elements in another dtype, those outside of its range at its nearest end.

    Example:
        >>> saturate_cast([-5.0, 300.0], "uint8").tolist()
        [0, 255]
    """
    dtype = dtypes.standardize(dtype)
    if not dtypes.is_integer(dtype):
        if dtypes.is_float(dtype) and dtypes.is_float(dtype_of(x)) and dtype != dtype_of(x):
            high, low = float_limits(dtype)
            wide = float_limits(dtype_of(x))[0]
            x = clip(x, low, high) if wide > high else x
        return cast(x, dtype)
    low, high = dtypes.integer_limits(dtype)
    own = dtype_of(x)
    if dtypes.is_integer(own):
        own_low, own_high = dtypes.integer_limits(own)
        return cast(clip(x, _asarray(builtins.max(low, own_low), own), _asarray(builtins.min(high, own_high), own)), dtype)
    return cast(clip(cast(x, "float64"), float(low), float(high)), dtype)


# --------------------------------------------------------------------------------------- activations that are primitives


@primitive(unary(no_bool), vjp=(lambda g, y, x: relu_gradient(g, y),), category="nn")
def relu(x: Tensor) -> Tensor:
    """max(x, 0)."""


@primitive(binary(), vjp=(lambda g, z, u, y: relu_gradient(g, y), None), category="internal")
def relu_gradient(g: Tensor, y: Tensor) -> Tensor:
    """g where y > 0, else 0: the gradient of relu from its output."""


@primitive(unary(floating), vjp=(lambda g, y, x: g * (y * (1 - y)),), category="nn")
def sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + exp(-x)), computed without overflow."""


def dtype_of(x: Any) -> str:
    """The canonical dtype name of an operand (numbers give their weak default; a variable the dtype in which it is read)."""
    return dtypes.result_type(dtype_name(as_operand(x)))


def _asarray(x: Any, dtype: str | None) -> Tensor:
    return engine.current().asarray(x, dtype)
