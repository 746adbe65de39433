"""The error function and its relatives, which NumPy lacks.

The coefficients are rational interpolants at Chebyshev points, fitted in 60 digits; the bound after each is the largest relative error of
the fit itself.
"""

import functools
from collections.abc import Callable, Sequence

import numpy as np

from keras.kernels.threads import ranges

Array = np.ndarray

BLOCK_ELEMENTS = 1 << 14  # the dozens of passes over a block stay in the cache

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
# erfc(x) * exp(x**2) / t in t = 2 / (2 + x), 0 <= x <= 10.2: 4e-8
_ERFCX_SINGLE = (0.2820860376, 0.2823819512, 0.2430556127, 0.2028767451, -0.02707305033, 0.2787147683, -0.4877645108, 0.2848469991,
                 -0.05912459606)  # fmt: skip
# (1 / sqrt(pi) - x * exp(x**2) * erfc(x)) * x**2 in 1 / x**2, x >= 4: Cody 1969, "Rational Chebyshev approximations for the error
# function"
_ERFCX_LARGE = (
    (6.58749161529837803e-4, 1.60837851487422766e-2, 1.25781726111229246e-1, 3.60344899949804439e-1, 3.05326634961232344e-1,
     1.63153871373020978e-2),
    (2.33520497626869185e-3, 6.05183413124413191e-2, 5.27905102951428412e-1, 1.87295284992346725, 2.56852019228982242, 1.0),
)  # fmt: skip


def _polynomial(coefficients: Sequence[float], t: Array) -> Array:
    """c0 + c1 * t + ... by Horner's rule, in the dtype of t."""
    kind = t.dtype.type
    result = np.multiply(t, kind(coefficients[-1]))
    for coefficient in coefficients[-2:0:-1]:
        np.add(result, kind(coefficient), out=result)
        np.multiply(result, t, out=result)
    return np.add(result, kind(coefficients[0]), out=result)


def _rational(coefficients: tuple[Sequence[float], Sequence[float]], t: Array) -> Array:
    numerator = _polynomial(coefficients[0], t)
    return np.divide(numerator, _polynomial(coefficients[1], t), out=numerator)


def _gauss(x: Array) -> Array:
    """exp(-x**2) to the last digits: exp(-h**2) * exp(-(x - h) * (x + h)), where h is the upper half of x's bits and its square exact."""
    integer, upper = (np.int32, -1 << 12) if x.dtype == np.float32 else (np.int64, -1 << 27)
    h = np.bitwise_and(x.view(integer), integer(upper)).view(x.dtype)
    result = np.exp(np.multiply(np.subtract(h, x), np.add(x, h)))
    return np.multiply(result, np.exp(-np.square(h)), out=result)


def _by_blocks(single: Callable[[Array], Array] | None) -> Callable[[Callable[[Array], Array]], Callable[[Array], Array]]:
    """The function of float64 vectors, and `single` of float32 ones, as a function of arrays: other floats go by way of one of them."""

    def decorated(double: Callable[[Array], Array]) -> Callable[[Array], Array]:
        @functools.wraps(double)
        def call(x: Array) -> Array:
            function, kind = (single, np.float32) if single and x.dtype != np.float64 else (double, np.float64)
            flat, out = x.reshape(-1), np.empty(x.size, x.dtype)
            with np.errstate(all="ignore"):
                for a, b in ranges(0, x.size, BLOCK_ELEMENTS):
                    out[a:b] = function(flat[a:b].astype(kind, copy=False))
            return out.reshape(x.shape)

        return call

    return decorated


def _erf_single(x: Array) -> Array:
    end = np.float32(3.92)
    clipped = np.clip(x, -end, end)
    value = _rational(_ERF_SINGLE, np.square(clipped))
    np.multiply(value, clipped, out=value)
    np.copyto(value, np.sign(clipped), where=np.abs(clipped) == end)
    return value


@_by_blocks(_erf_single)
def erf(x: Array) -> Array:
    """Error function, 2 / sqrt(pi) * integral from 0 to x of exp(-t**2) dt.

    Relative error below 5e-7 for float32 and 1e-15 for float64; other floats are computed in float32.

    Example:
        >>> import numpy as np
        >>> [round(float(value), 15) for value in erf(np.array([0.5, -2.0]))]
        [0.520499877813047, -0.995322265018953]
    """
    size = np.abs(x)
    small = np.minimum(size, 1.0)
    value = _rational(_ERF_SMALL, np.square(small))
    np.multiply(value, small, out=value)
    is_large = size > 1.0
    if is_large.any():
        value[is_large] = 1.0 - _tail(np.minimum(size[is_large], 6.0))
    return np.copysign(value, x, out=value)


def _tail(x: Array) -> Array:
    """erfc of float64 numbers from 0.45 to 6, to the last digits."""
    return _rational(_ERFCX, x) * _gauss(x)


def _erfc_single(x: Array) -> Array:
    size = np.minimum(np.abs(x), np.float32(10.2))  # where float32 has come to 0
    factor = _gauss(size)
    t = np.divide(np.float32(2), np.add(size, np.float32(2), out=size), out=size)
    value = _polynomial(_ERFCX_SINGLE, t)
    np.multiply(np.multiply(value, t, out=value), factor, out=value)
    # 2 - value for negative x, by the bits of -1 and 1: without a branch for each number
    sign = np.bitwise_or(np.bitwise_and(x.view(np.int32), np.int32(-1 << 31)), np.float32(1).view(np.int32)).view(np.float32)
    return np.add(np.multiply(value, sign, out=value), np.subtract(np.float32(1), sign), out=value)


@_by_blocks(_erfc_single)
def erfc(x: Array) -> Array:
    """1 - erf(x), accurate also where it is tiny. Relative error below 1e-6 for float32.

    Example:
        >>> import numpy as np
        >>> [float(f"{value:.12g}") for value in erfc(np.array([0.5, 20.0]))]
        [0.479500122187, 5.39586561161e-176]
    """
    value = 1.0 - erf(x)
    middle, large = (x > 0.5) & (x <= 6.0), x > 6.0
    if middle.any():
        value[middle] = _tail(x[middle])
    if large.any():
        far = np.minimum(x[large], 30.0)  # where float64 has come to 0
        square = np.square(far)
        value[large] = _gauss(far) * (1 / np.sqrt(np.pi) - _rational(_ERFCX_LARGE, 1.0 / square) / square) / far
    return value


@_by_blocks(None)
def erfinv(x: Array) -> Array:
    """Inverse of `erf`: infinite at -1 and 1, NaN outside. Relative error below 2e-15, computed in float64."""
    size = np.abs(x)
    centre = np.minimum(size, 0.5)
    value = _rational(_ERFINV_CENTRE, np.square(centre)) * centre
    is_tail = size > 0.5
    if is_tail.any():
        value[is_tail] = _erfinv_tail(size[is_tail])
    return np.copysign(value, x, out=value)


def _erfinv_tail(size: Array) -> Array:
    """erfinv in (0.5, 1]: a fit good to 2.0e-11, then one step of Newton's method on erfc, which has all its digits there."""
    rest = 1.0 - size  # exact
    inside = np.clip(rest, 1e-16, 0.5)
    value = _rational(_ERFINV_TAIL, np.sqrt(-np.log(inside)))
    value += (_rational(_ERFCX, value) - inside * np.exp(np.square(value))) * (0.5 * np.sqrt(np.pi))
    value[rest == 0] = np.inf
    value[rest < 0] = np.nan
    return value
