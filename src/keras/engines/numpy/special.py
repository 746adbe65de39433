"""Elementwise functions that NumPy lacks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from keras.engines.numpy.elementwise import erf, tail_of_erfc

Array = np.ndarray


def polynomial(x: Array, coefficients: Sequence[float]) -> Array:
    """c0 * x^n + ... + cn by Horner's rule, in the dtype of `x`."""
    total = np.full_like(x, coefficients[0])
    for c in coefficients[1:]:
        total *= x
        total += x.dtype.type(c)
    return total


# Cody 1969, "Rational Chebyshev approximations for the error function": erf below 0.47, erfc up to 4 and above, to 16 digits.
_SMALL = (
    (1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)
_MIDDLE = (
    (
        2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1, 2.98635138197400131e2,
        8.81952221241769090e2,
        1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3,
    ),
    (
        1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3, 3.29079923573345963e3,
        4.36261909014324716e3,
        3.43936767414372164e3, 1.23033935480374942e3,
    ),
)  # fmt: skip
_LARGE = (
    (
        1.63153871373020978e-2,
        3.05326634961232344e-1,
        3.60344899949804439e-1,
        1.25781726111229246e-1,
        1.60837851487422766e-2,
        6.58749161529837803e-4,
    ),
    (1.0, 2.56852019228982242e0, 1.87295284992346725e0, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3),
)


def erfc(x: Array) -> Array:
    """1 - erf(x), accurate also where it is tiny."""
    if x.dtype != np.float64:
        return _narrow_erfc(np.atleast_1d(x)).reshape(x.shape).astype(x.dtype, copy=False)
    a = np.abs(x)
    with np.errstate(all="ignore"):
        squared = np.minimum(a, 0.5) ** 2
        small = 1.0 - a * polynomial(squared, _SMALL[0]) / polynomial(squared, _SMALL[1])
        bounded = np.minimum(a, 4.0)
        tail = np.exp(-a * a)
        middle = tail * polynomial(bounded, _MIDDLE[0]) / polynomial(bounded, _MIDDLE[1])
        inverse = 1.0 / np.maximum(a, 3.9) ** 2
        series = inverse * polynomial(inverse, _LARGE[0]) / polynomial(inverse, _LARGE[1])
        large = tail * (0.5641895835477563 - series) / np.maximum(a, 3.9)
    found = np.where(a <= 0.46875, small, np.where(a <= 4.0, middle, large))
    return np.where(np.isnan(x), x, np.where(x < 0, 2.0 - found, found))


def _narrow_erfc(x: Array) -> Array:
    """1 - erf(x), and where that would lose digits the tail in float64."""
    found = np.subtract(np.float32(1), erf(x.astype(np.float32, copy=False)))
    far = np.flatnonzero(x.reshape(-1) > 0.5)
    if far.size:
        wide = x.reshape(-1)[far].astype(np.float64)
        tail = tail_of_erfc(np.minimum(wide, 6.0))
        beyond = wide > 6.0
        if beyond.any():
            tail[beyond] = erfc(wide[beyond])
        found.reshape(-1)[far] = tail
    return found
