"""Functions that keep their digits over the whole range of float32, with what they are in float64."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Accurate(NamedTuple):
    """A function of float32 numbers: name in the registry, the range of its argument, the reference in float64, more arguments."""

    op: str
    low: float
    high: float
    reference: Callable[[np.ndarray], np.ndarray]
    kwargs: dict[str, Any] = {}

    @property
    def numbers(self) -> np.ndarray:
        """Arguments from the smallest to the largest size, of both signs where the range has both, and small ones evenly spread."""
        sizes = np.concatenate([10.0 ** np.linspace(-37, 38.5, 400), np.linspace(0.01, 20, 200)])
        x = np.concatenate([-sizes, sizes]).astype("float32")
        return x[(x >= self.low) & (x <= self.high)]


def _each(function: Callable[[float], float]) -> Callable[[np.ndarray], np.ndarray]:
    return np.vectorize(function, otypes=["float64"])


def _erfinv(y: float) -> float:
    """By bisection, then Newton's method on the side where digits are left."""
    if abs(y) == 1:
        return math.copysign(math.inf, y)
    low, high = 0.0, 6.0
    rest = 1 - abs(y)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erfc(middle) > rest else (low, middle)
    x = (low + high) / 2
    if abs(y) < 0.5:
        for _ in range(3):
            x -= (math.erf(x) - abs(y)) / (2 / math.sqrt(math.pi) * math.exp(-x * x))
    return math.copysign(x, y)


def _elu(x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


INF = math.inf
TABLE = [
    Accurate("log1p", -0.999, INF, np.log1p),
    Accurate("expm1", -INF, 88, np.expm1),
    Accurate("exp", -87, 88, np.exp),
    Accurate("log", 1e-37, INF, np.log),
    Accurate("softplus", -87, INF, lambda x: np.logaddexp(0, x)),
    Accurate("log_sigmoid", -INF, 87, lambda x: -np.logaddexp(0, -x)),
    Accurate("sigmoid", -87, INF, lambda x: 1 / (1 + np.exp(-x))),
    Accurate("silu", -80, INF, lambda x: x / (1 + np.exp(-x))),
    Accurate("tanh", -INF, INF, np.tanh),
    Accurate("softsign", -INF, INF, lambda x: x / (1 + np.abs(x))),
    Accurate("erf", -INF, INF, _each(math.erf)),
    Accurate("erfc", -INF, 9, _each(math.erfc)),
    Accurate("erfinv", -0.9999999, 0.9999999, _each(_erfinv)),
    Accurate("gelu", -4, INF, lambda x: x * 0.5 * _each(math.erfc)(-x / math.sqrt(2)), {"approximate": False}),
    Accurate("gelu", -5, INF, lambda x: x / (1 + np.exp(-2 * 0.7978845608028654 * (x + 0.044715 * x**3))), {"approximate": True}),
    Accurate("elu", -INF, INF, _elu),
    Accurate("selu", -INF, INF, lambda x: 1.0507009873554805 * _elu(x, 1.6732632423543772)),
    Accurate("celu", -INF, INF, lambda x: np.where(x > 0, x, 0.5 * np.expm1(np.minimum(x, 0) / 0.5)), {"alpha": 0.5}),
    Accurate("sinh", -88, 88, np.sinh),
    Accurate("arcsinh", -1e30, 1e30, np.arcsinh),
    Accurate("arctanh", -0.9999, 0.9999, np.arctanh),
    Accurate("exp2", -120, 127, np.exp2),
    Accurate("cbrt", -INF, INF, np.cbrt),
    Accurate("rsqrt", 1e-37, INF, lambda x: 1 / np.sqrt(x)),
    Accurate("i0", -85, 85, np.i0),
    Accurate("sinc", -0.9, 0.9, np.sinc),
]
"""The upper or lower end of some ranges is where the result is no normal number of float32 any more. The exact gelu loses digits below
-4, as the rounding of x / sqrt(2) alone changes erfc(x / sqrt(2)) there by more than the sixth digit."""
