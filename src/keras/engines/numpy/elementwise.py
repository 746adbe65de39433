"""Elementwise functions whose fastest or most exact NumPy form is not the obvious one; each takes `out`.

Choosing by a random mask with np.where costs 5 ns a value (a branch per value); the bit operations here cost 0.7 ns.
"""

import functools
from collections.abc import Sequence

import numpy as np

Array = np.ndarray

_INTEGER = {np.dtype(np.float32): np.int32, np.dtype(np.float64): np.int64, np.dtype(np.float16): np.int16}


def _result(x: Array, out: Array | None) -> Array:
    return np.empty(x.shape, x.dtype) if out is None else out


# ---------------------------------------------------------------------------------------------------------------------------------
# choosing


def relu(x: Array, out: Array | None = None) -> Array:
    """max(x, 0)."""
    return np.maximum(x, x.dtype.type(0), out=out)


def relu_gradient(g: Array, y: Array, out: Array | None = None) -> Array:
    """g where y > 0, else 0 (also where g is infinite); y is relu's value or its argument."""
    return masked(g, np.greater(y, y.dtype.type(0)), out)


def masked(x: Array, mask: Array, out: Array | None = None) -> Array:
    """x where the boolean mask is set, else 0. Shapes are equal.

    Example:
        >>> import numpy as np
        >>> masked(np.array([1.0, np.inf, 3.0]), np.array([True, False, True])).tolist()
        [1.0, 0.0, 3.0]
    """
    out = _result(x, out)
    integer = _INTEGER.get(x.dtype)
    if integer is None or out.dtype != x.dtype:
        np.copyto(out, np.where(mask, x, x.dtype.type(0)))
        return out
    bits = np.negative(mask.view(np.int8), dtype=integer)  # all ones where set
    np.bitwise_and(x.view(integer), bits, out=out.view(integer))
    return out


def select(mask: Array, a: Array, b: Array, out: Array | None = None) -> Array:
    """a where the boolean mask is set, else b. a and b have one dtype; shapes are equal."""
    out = _result(a, out)
    integer = _INTEGER.get(a.dtype)
    if integer is None or not mask.shape == a.shape == b.shape == out.shape:
        np.copyto(out, np.where(mask, a, b))
        return out
    bits = np.negative(mask.view(np.int8), dtype=integer)
    differing = np.bitwise_xor(a.view(integer), b.view(integer))
    np.bitwise_and(differing, bits, out=differing)
    np.bitwise_xor(differing, b.view(integer), out=out.view(integer))
    return out


# ---------------------------------------------------------------------------------------------------------------------------------
# activations


def sigmoid(x: Array, out: Array | None = None) -> Array:
    """1 / (1 + exp(-x)), exact to the last bits also far below zero (0.5 + 0.5 * tanh(x / 2) is not)."""
    out = _result(x, out)
    kind = x.dtype.type
    np.negative(x, out=out)
    with np.errstate(over="ignore"):
        np.exp(out, out=out)
    np.add(out, kind(1), out=out)
    return np.reciprocal(out, out=out)


def tanh(x: Array, out: Array | None = None) -> Array:
    """NumPy's own: vectorised for float32 and float64, the fastest of the forms tried."""
    return np.tanh(x, out=out)


@functools.lru_cache(maxsize=64)
def _ones(size: int, dtype: np.dtype) -> Array:
    ones = np.ones((size, 1), dtype)
    ones.flags.writeable = False
    return ones


def _last_axis_max(x: Array) -> Array:
    """Maximum over the last axis, kept as length 1. Short rows are compared as columns: the loop then runs over the rows."""
    if x.shape[-1] <= 64 and x.ndim == 2:
        return np.maximum.reduce(np.ascontiguousarray(x.T), axis=0)[:, None]
    return np.maximum.reduce(x, axis=-1, keepdims=True)


def _last_axis_sum(x: Array) -> Array:
    """Sum over the last axis, kept as length 1, as a product with ones: three to four times as fast as np.sum."""
    if x.dtype not in (np.float32, np.float64) or x.shape[-1] > 4096:
        return np.add.reduce(x, axis=-1, keepdims=True)
    return np.matmul(x, _ones(x.shape[-1], x.dtype))


def softmax(x: Array, out: Array | None = None) -> Array:
    """exp(x - max) / sum(exp(x - max)) over the last axis.

    Example:
        >>> import numpy as np
        >>> softmax(np.zeros((1, 4))).tolist()
        [[0.25, 0.25, 0.25, 0.25]]
    """
    out = _result(x, out)
    if x.size == 0:
        return out
    np.subtract(x, _last_axis_max(x), out=out)
    np.exp(out, out=out)
    return np.divide(out, _last_axis_sum(out), out=out)


def log_softmax(x: Array, out: Array | None = None) -> Array:
    """x - max - log(sum(exp(x - max))) over the last axis."""
    out = _result(x, out)
    if x.size == 0:
        return out
    np.subtract(x, _last_axis_max(x), out=out)
    total = _last_axis_sum(np.exp(out))
    return np.subtract(out, np.log(total, out=total), out=out)


# ---------------------------------------------------------------------------------------------------------------------------------
# error function. The coefficients are rational interpolants at Chebyshev points, fitted in 60 digits; the bound after each is the
# largest relative error of the fit itself.

# erf(x) / x in x**2, |x| <= 3.92: 2e-8
_ERF_SINGLE = (
    (1.1283791910546426335, 0.18359681156407146621, 0.054416713587951166574, 0.0038239832328771900284, 0.00039187280262361242648,
     5.051744773552551928e-6, -1.4986023864796217676e-8),
    (1.0, 0.49604220004444138141, 0.11357112975179504943, 0.015454809761642236148, 0.0013187295414998446398,
     0.000066576471961730504309),
)  # fmt: skip
# erf(x) / x in x**2, |x| <= 1: 1e-16
_ERF_SMALL = (
    (1.1283791670955124536, 0.088410525422145093031, 0.038190553727538782129, -0.0001567114257106568268, 0.00011863778745563328749,
     -3.0767430288502799598e-6),
    (1.0, 0.41168512145584250804, 0.071073870830622061675, 0.006193420046513889317, 0.00023462340153816800032),
)  # fmt: skip
# exp(x**2) * erfc(x), 0.45 <= x <= 6: 2.6e-16
_ERFCX = (
    (1.00000000005363185, 1.9660341499684282, 1.91833863753613183, 1.17747767187864152, 0.491777668937559708,
     0.142610299679778545, 0.0281030085014807086, 0.00346901692701044091, 0.000209270344062543118, -2.69720695305455724e-14),
    (1.0, 3.09441331785521697, 4.41001015430089968, 3.81148074081111711, 2.21034391894505497, 0.896372606875710068,
     0.255844571539613454, 0.0499967431610223645, 0.00614867255545680416, 0.00037092202341500706),
)  # fmt: skip
# erfinv(x) / x in x**2, |x| <= 0.5: 3.4e-19
_ERFINV_CENTRE = (
    (0.886226925452758014, -2.12530974406862794, 1.78680253845152621, -0.616477943407902998, 0.0756427849231935905,
     -0.00160054930355749665),
    (1.0, -2.65995462663128476, 2.56863352207843542, -1.08289929798769827, 0.185629964326090896, -0.00880258939807174021),
)  # fmt: skip
# erfinv(1 - r) in sqrt(-log(r)), 1e-16 <= r <= 0.5: 2.0e-11
_ERFINV_TAIL = (
    (-0.000581027783866336573, 0.00735245219840875955, 0.8436447585777199, 2.02254464202434797, 2.78056571847263635,
     3.09448434605872041, 1.01145835515759181, 0.0962381685662026098, 0.00218361598198066325),
    (1.0, 2.11491436311582003, 4.02083412227315462, 3.96453580818821106, 3.26643063993261304, 1.01724723157605985,
     0.0962497196795005737, 0.00218357052206052599),
)  # fmt: skip


def _polynomial(coefficients: Sequence[float], t: Array) -> Array:
    kind = t.dtype.type
    result = np.multiply(t, kind(coefficients[-1]))
    for coefficient in coefficients[-2:0:-1]:
        np.add(result, kind(coefficient), out=result)
        np.multiply(result, t, out=result)
    return np.add(result, kind(coefficients[0]), out=result)


def _rational(coefficients: tuple[Sequence[float], Sequence[float]], t: Array) -> Array:
    numerator = _polynomial(coefficients[0], t)
    return np.divide(numerator, _polynomial(coefficients[1], t), out=numerator)


def erf(x: Array, out: Array | None = None) -> Array:
    """Error function, 2 / sqrt(pi) * integral from 0 to x of exp(-t**2) dt.

    Relative error below 5e-7 for float32 and 1e-15 for float64; other floats are computed in float32.

    Example:
        >>> import numpy as np
        >>> [round(float(value), 15) for value in erf(np.array([0.5, -2.0]))]
        [0.520499877813047, -0.995322265018953]
    """
    out = _result(x, out)
    if x.dtype == np.float64:
        np.copyto(out, _erf_double(x))
        return out
    end = np.float32(3.92)
    clipped = np.clip(x.astype(np.float32, copy=False), -end, end)
    value = _rational(_ERF_SINGLE, np.square(clipped))
    np.multiply(value, clipped, out=value)
    is_end = np.abs(clipped) == end
    if is_end.any():
        value = np.where(is_end, np.sign(clipped), value)
    np.copyto(out, value, casting="same_kind")
    return out


def _erf_double(x: Array) -> Array:
    size = np.abs(x)
    small = np.minimum(size, 1.0)
    value = _rational(_ERF_SMALL, np.square(small))
    np.multiply(value, small, out=value)
    is_large = size > 1.0
    if is_large.any():
        large = np.minimum(size[is_large], 6.0)
        value[is_large] = 1.0 - _rational(_ERFCX, large) * np.exp(-np.square(large))
    np.copyto(value, x, where=np.isnan(x))
    return np.copysign(value, x, out=value)


def tail_of_erfc(x: Array) -> Array:
    """1 - erf(x) for float64 numbers from 0.45 to 6, to the last digits."""
    value = _rational(_ERFCX, x)
    return np.multiply(value, np.exp(-np.square(x)), out=value)


def erfinv(x: Array, out: Array | None = None) -> Array:
    """Inverse of `erf`: infinite at -1 and 1, NaN outside. Relative error below 2e-15, computed in float64."""
    out = _result(x, out)
    wide = x.astype(np.float64, copy=False)
    size = np.abs(wide)
    centre = np.minimum(size, 0.5)
    value = np.asarray(_rational(_ERFINV_CENTRE, np.square(centre)) * centre)
    is_tail = size > 0.5
    if is_tail.any():
        value[is_tail] = _erfinv_tail(size[is_tail])
    np.copyto(value, np.nan, where=np.isnan(wide))
    np.copyto(out, np.copysign(value, wide, out=value), casting="same_kind")
    return out


def _erfinv_tail(size: Array) -> Array:
    """erfinv in (0.5, 1]: a fit good to 2.0e-11, then one step of Newton's method on erfc, which has all its digits there."""
    rest = 1.0 - size  # exact
    inside = np.clip(rest, 1e-16, 0.5)
    value = _rational(_ERFINV_TAIL, np.sqrt(-np.log(inside)))
    value += (_rational(_ERFCX, value) - inside * np.exp(np.square(value))) * (0.5 * np.sqrt(np.pi))
    value[rest == 0] = np.inf
    value[rest < 0] = np.nan
    return value


def gelu(x: Array, out: Array | None = None) -> Array:
    """x * (1 + erf(x / sqrt(2))) / 2, the exact form."""
    kind = x.dtype.type
    value = erf(np.multiply(x, kind(np.sqrt(0.5))), out=_result(x, out))
    np.add(value, kind(1), out=value)
    np.multiply(value, x, out=value)
    return np.multiply(value, kind(0.5), out=value)
