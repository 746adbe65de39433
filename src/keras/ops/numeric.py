"""Further elementwise ops: less common powers, angles and error functions, signs, and what to do about special numbers."""

# mypy: disable-error-code="has-type"

from __future__ import annotations

import builtins
from typing import Any

from keras.core import dtypes
from keras.core.families import binary, each, floating, no_bool, same, unary
from keras.core.op import definer, op
from keras.ops.elementwise import (
    _asarray, abs, add, cast, clip, convert_to_tensor, divide, dtype_of, equal, exp, greater, greater_equal, isfinite, isnan,
    less, less_equal, log1p, logical_and, logical_or, multiply, negative, not_equal, ones_of, rsqrt, select, sin, square,
    subtract, trunc, zeros_of,
)  # fmt: skip

Tensor = Any
define = definer(__name__)


def _leg(g: Tensor, z: Tensor, x: Tensor) -> Tensor:
    """The part of a hypotenuse's cotangent that one leg gets, 0 where both legs are."""
    return multiply(g, divide(x, select(equal(z, 0), ones_of(z), z)))


# ---------------------------------------------------------------------------------------------------- powers and logarithms


# fmt: off
exp2 = define("exp2", unary(floating), (lambda g, y, x: g * y * 0.6931471805599453,), doc="""2 to the power of each element: 2^x.
    >>> keras.ops.exp2([0.0, 3.0])
    array([1., 8.], dtype=float32)""")
log2 = define("log2", unary(floating), (lambda g, y, x: g / x * 1.4426950408889634,), doc="""The logarithm to base 2: log(x) / log(2).
    >>> keras.ops.log2([1.0, 8.0])
    array([0., 3.], dtype=float32)""")
log10 = define("log10", unary(floating), (lambda g, y, x: g / x * 0.4342944819032518,), doc="""The logarithm to base 10: log(x) / log(10).
    >>> keras.ops.log10([1.0, 50.0])
    array([0.   , 1.699], dtype=float32)""")
cbrt = define("cbrt", unary(floating), (lambda g, y, x: g / (y * y * 3),),
    doc="""The cube root, the y with y^3 = x; negative for negative numbers.
    >>> keras.ops.cbrt([-8.0, 1.0])
    array([-2.,  1.], dtype=float32)""")
hypot = define("hypot", binary(floating), (lambda g, z, x, y: _leg(g, z, x), lambda g, z, x, y: _leg(g, z, y)),
    doc="""The length of the hypotenuse, sqrt(x1^2 + x2^2), computed without overflow.
    >>> keras.ops.hypot([3.0], [4.0])
    array([5.], dtype=float32)""")
# fmt: on


@op(family=binary(floating))
def logaddexp(x1: Tensor, x2: Tensor) -> Tensor:
    """log(exp(x1) + exp(x2)), computed without overflow.
    >>> keras.ops.logaddexp([0.0, 100.0], [0.0, 100.0])
    array([  0.6931, 100.6931], dtype=float32)"""
    return _logaddexp(x1, x2, exp, log1p)


@op(family=binary(floating))
def logaddexp2(x1: Tensor, x2: Tensor) -> Tensor:
    """log2(2^x1 + 2^x2), computed without overflow.
    >>> keras.ops.logaddexp2([0.0, 100.0], [0.0, 100.0])
    array([  1., 101.], dtype=float32)"""
    return _logaddexp(x1, x2, exp2, lambda e: log2(add(e, 1.0)))


def _logaddexp(x1: Tensor, x2: Tensor, power_of: Any, log_plus_one: Any) -> Tensor:
    dtype = dtypes.to_floating(dtypes.result_type(*map(_kind_of, (x1, x2))))
    a, b = cast(x1, dtype), cast(x2, dtype)
    first = greater_equal(a, b)
    larger = select(logical_or(first, isnan(a)), a, b)
    finite = isfinite(larger)
    apart = select(finite, subtract(larger, select(first, b, a)), zeros_of(larger))  # inf - inf would be NaN
    return select(finite, add(larger, log_plus_one(power_of(negative(apart)))), larger)


# ----------------------------------------------------------------------------------------- trigonometry and error functions


# fmt: off
tan = define("tan", unary(floating), (lambda g, y, x: g * (y * y + 1),), doc="""The tangent of an angle in radians: sin(x) / cos(x).
    >>> keras.ops.tan([0.0, 1.0])
    array([0.    , 1.5574], dtype=float32)""")
arcsin = define("arcsin", unary(floating), (lambda g, y, x: g * rsqrt(1 - x * x),),
    doc="""The angle, from -pi/2 to pi/2, whose sine is x; NaN outside of [-1, 1].
    >>> keras.ops.arcsin([0.0, 0.5, 1.0])
    array([0.    , 0.5236, 1.5708], dtype=float32)""")
arccos = define("arccos", unary(floating), (lambda g, y, x: -(g * rsqrt(1 - x * x)),),
    doc="""The angle, from 0 to pi, whose cosine is x; NaN outside of [-1, 1].
    >>> keras.ops.arccos([0.0, 0.5, 1.0])
    array([1.5708, 1.0472, 0.    ], dtype=float32)""")
arctan = define("arctan", unary(floating), (lambda g, y, x: g / (x * x + 1),), doc="""The angle, between -pi/2 and pi/2, whose tangent is x.
    >>> keras.ops.arctan([0.0, 1.0])
    array([0.    , 0.7854], dtype=float32)""")
arctan2 = define("arctan2", binary(floating), (lambda g, z, x, y: g * y / (x * x + y * y), lambda g, z, x, y: -(g * x) / (x * x + y * y)),
    doc="""The angle in radians, from -pi to pi, of the point with ordinate x1 and abscissa x2.
    >>> keras.ops.arctan2([1.0, -1.0], [1.0, 0.0])
    array([ 0.7854, -1.5708], dtype=float32)""")
arcsinh = define("arcsinh", unary(floating), (lambda g, y, x: g * rsqrt(x * x + 1),),
    doc="""The number whose hyperbolic sine is x: log(x + sqrt(x^2 + 1)).
    >>> keras.ops.arcsinh([0.0, 1.0])
    array([0.    , 0.8814], dtype=float32)""")
arccosh = define("arccosh", unary(floating), (lambda g, y, x: g * rsqrt((x - 1) * (x + 1)),),
    doc="""The number >= 0 whose hyperbolic cosine is x: log(x + sqrt(x^2 - 1)); NaN for x < 1.
    >>> keras.ops.arccosh([1.0, 2.0])
    array([0.   , 1.317], dtype=float32)""")
arctanh = define("arctanh", unary(floating), (lambda g, y, x: g / (1 - x * x),),
    doc="""The number whose hyperbolic tangent is x: log((1 + x) / (1 - x)) / 2; infinite at -1 and 1.
    >>> keras.ops.arctanh([0.0, 0.5])
    array([0.    , 0.5493], dtype=float32)""")
# fmt: on


@op(family=unary(floating))
def sinc(x: Tensor) -> Tensor:
    """sin(pi x) / (pi x), and 1 at 0.
    >>> keras.ops.sinc([0.0, 0.5])
    array([1.    , 0.6366], dtype=float32)"""
    x = multiply(cast(x, dtypes.to_floating(dtype_of(x))), 3.141592653589793)
    zero = equal(x, 0)
    safe = select(zero, ones_of(x), x)
    return select(zero, subtract(1.0, multiply(square(x), 1 / 6)), divide(sin(safe), safe))


@op(family=unary(floating))
def deg2rad(x: Tensor) -> Tensor:
    """Degrees as radians: x * pi / 180.
    >>> keras.ops.deg2rad([90.0, 180.0])
    array([1.5708, 3.1416], dtype=float32)"""
    return multiply(cast(x, dtypes.to_floating(dtype_of(x))), 0.017453292519943295)


@op(family=unary(floating))
def rad2deg(x: Tensor) -> Tensor:
    """Radians as degrees: x * 180 / pi.
    >>> keras.ops.rad2deg([1.0])
    array([57.2958], dtype=float32)"""
    return multiply(cast(x, dtypes.to_floating(dtype_of(x))), 57.29577951308232)


# fmt: off
erfc = define("erfc", unary(floating), (lambda g, y, x: g * (exp(-(x * x)) * -1.1283791670955126),),
    doc="""The complement of the error function, 1 - erf(x), accurate also where it is tiny.
    Source: scipy.special.erfc; Abramowitz and Stegun 1964, 7.1.2.
    >>> keras.ops.erfc([0.0, 1.0])
    array([1.    , 0.1573], dtype=float32)""")
erfinv = define("erfinv", unary(floating), (lambda g, y, x: g * (exp(y * y) * 0.886226925452758),),
    doc="""The inverse of the error function: the y with erf(y) = x; infinite at -1 and 1.
    Source: scipy.special.erfinv.
    >>> keras.ops.erfinv([0.0, 0.5])
    array([0.    , 0.4769], dtype=float32)""")
# fmt: on


# ---------------------------------------------------------------------------------------------- signs, remainders, extremes


# fmt: off
fmod = define("fmod", binary(no_bool), (lambda g, z, x, y: g, lambda g, z, x, y: -(g * trunc(x / y))),
    doc="""The remainder of a division, with the sign of the dividend: x1 - trunc(x1 / x2) * x2.
    >>> keras.ops.fmod([-7.0, 7.0], 3.0)
    array([-1.,  1.], dtype=float32)""")
signbit = define("signbit", unary(each, "bool"), doc="""Whether the sign is negative, also that of -0.0.
    >>> keras.ops.signbit([-1.0, -0.0, 2.0])
    array([ True,  True, False])""")
nextafter = define("nextafter", binary(floating), doc="""The number next to x1 in the direction of x2 that the dtype can hold.
    >>> keras.ops.nextafter([1.0], 2.0) - 1.0
    array([1.1921e-07], dtype=float32)""")
# fmt: on


@op(family=binary(floating))
def heaviside(x1: Tensor, x2: Tensor) -> Tensor:
    """The step function: 0 where x1 < 0, 1 where x1 > 0, and x2 where x1 is 0.
    >>> keras.ops.heaviside([-1.0, 0.0, 2.0], 0.5)
    array([0. , 0.5, 1. ], dtype=float32)"""
    dtype = dtypes.to_floating(dtypes.result_type(*map(_kind_of, (x1, x2))))
    x = cast(x1, dtype)
    step = cast(greater(x, 0), dtype)
    return select(equal(x, 0), cast(x2, dtype), select(isnan(x), x, step))


@op(family=binary(same))
def fmax(x1: Tensor, x2: Tensor) -> Tensor:
    """The larger of each pair of elements; where one is NaN, the other.
    >>> keras.ops.fmax([1.0, float("nan")], [0.0, 3.0])
    array([1., 3.], dtype=float32)"""
    return _extremum_of_numbers(greater, x1, x2)


@op(family=binary(same))
def fmin(x1: Tensor, x2: Tensor) -> Tensor:
    """The smaller of each pair of elements; where one is NaN, the other.
    >>> keras.ops.fmin([1.0, float("nan")], [0.0, 3.0])
    array([0., 3.], dtype=float32)"""
    return _extremum_of_numbers(less, x1, x2)


def _extremum_of_numbers(wins: Any, x1: Tensor, x2: Tensor) -> Tensor:
    dtype = dtypes.result_type(*map(_kind_of, (x1, x2)))
    a, b = cast(x1, dtype), cast(x2, dtype)
    return select(logical_or(wins(a, b), isnan(b)), a, b)


@op(family=binary(floating))
def ldexp(x1: Tensor, x2: Tensor) -> Tensor:
    """A number from its fraction and exponent: x1 * 2^x2.
    Arguments:
        x2: integer tensor, of a shape that broadcasts with `x1`.
    Raises: TypeError if x2 is not an integer; ValueError if the shapes do not broadcast.
    >>> keras.ops.ldexp([0.75, 1.0], [4, -1])
    array([12. ,  0.5], dtype=float32)"""
    if not dtypes.is_integer(dtype_of(x2)):
        raise TypeError(f"keras.ops.ldexp(x2): got dtype {dtype_of(x2)}. Accepted: integers. Write keras.ops.cast(x2, 'int32').")
    dtype = dtypes.to_floating(dtypes.result_type(*map(_kind_of, (x1, x2))))
    return multiply(cast(x1, dtype), exp2(cast(x2, dtype)))


# ----------------------------------------------------------------------------------------------- special numbers and limits


@op(family=unary())
def nan_to_num(x: Tensor, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    """Each element, with NaN and infinities replaced by numbers.
    Arguments:
        nan: float, what comes for NaN.
        posinf, neginf: float, what comes for infinity and minus infinity. Default None: the largest and smallest number of the dtype.
    >>> keras.ops.nan_to_num([float("nan"), float("inf"), 1.0], posinf=9.0)
    array([0., 9., 1.], dtype=float32)"""
    dtype = dtype_of(x)
    if not dtypes.is_float(dtype):
        return convert_to_tensor(x)
    high, low = float_limits(dtype)
    x = select(isnan(x), cast(nan, dtype), x)
    x = select(equal(x, float("inf")), cast(high if posinf is None else posinf, dtype), x)
    return select(equal(x, float("-inf")), cast(low if neginf is None else neginf, dtype), x)


def float_limits(dtype: str) -> tuple[float, float]:
    """The largest and the smallest number of a float dtype."""
    largest = {
        "float8_e4m3fn": 448.0, "float8_e5m2": 57344.0, "float16": 65504.0, "bfloat16": 3.3895313892515355e38,
        "float32": 3.4028234663852886e38, "float64": 1.7976931348623157e308,
    }[dtype]  # fmt: skip
    return largest, -largest


@op(family=unary(each, "bool"))
def isposinf(x: Tensor) -> Tensor:
    """Whether an element is plus infinity.
    >>> keras.ops.isposinf([float("inf"), float("-inf"), 1.0])
    array([ True, False, False])"""
    return equal(x, float("inf")) if dtypes.is_float(dtype_of(x)) else not_equal(x, x)


@op(family=unary(each, "bool"))
def isneginf(x: Tensor) -> Tensor:
    """Whether an element is minus infinity.
    >>> keras.ops.isneginf([float("inf"), float("-inf"), 1.0])
    array([False,  True, False])"""
    return equal(x, float("-inf")) if dtypes.is_float(dtype_of(x)) else not_equal(x, x)


@op(family=binary(floating, "bool"))
def isclose(x1: Tensor, x2: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Tensor:
    """Whether two elements are close: |x1 - x2| <= atol + rtol * |x2|; equal infinities are.
    >>> keras.ops.isclose([1.0, 1.0], [1.000001, 1.1])
    array([ True, False])"""
    dtype = dtypes.to_floating(dtypes.result_type(*map(_kind_of, (x1, x2))))
    a, b = cast(x1, dtype), cast(x2, dtype)
    near = less_equal(abs(subtract(a, b)), add(multiply(abs(b), rtol), atol))
    found = select(logical_and(isfinite(a), isfinite(b)), near, equal(a, b))
    return logical_or(found, logical_and(isnan(a), isnan(b))) if equal_nan else found


@op()
def saturate_cast(x: Tensor, dtype: Any) -> Tensor:
    """The elements in another dtype, those outside of its range at the nearer end: 300 as uint8 is 255.
    Arguments:
        dtype: name of a dtype.
    Returns: tensor in the shape of `x`, of `dtype`.
    Source: keras.ops.saturate_cast of Keras 3, tf.saturate_cast.
    >>> keras.ops.saturate_cast([-5.0, 300.0], "uint8")
    array([  0, 255], dtype=uint8)"""
    dtype = dtypes.standardize(dtype)
    if dtype == "bool" and dtype_of(x) != "bool":
        return greater(x, 0)
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
    wide = cast(x, "float64")
    return cast(clip(select(isnan(wide), zeros_of(wide), wide), float(low), float(high)), dtype)


def _kind_of(x: Any) -> Any:
    """What promotion goes by: the type of a Python number, else the dtype's name."""
    return type(x) if isinstance(x, (bool, int, float)) else dtype_of(x)
