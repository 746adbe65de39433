"""Functions that keep their digits over the whole range of float32, with what they are in float64."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from keras import activations
from keras.core.tensor import REGISTRY

Array = np.ndarray
INF = math.inf


class Accurate(NamedTuple):
    """A function of float32 numbers: its name, the range of its argument, the reference in float64, more arguments.

    A range that ends where results are still normal numbers of float32 has its reason: the definition itself loses digits beyond.
    """

    op: str
    low: float
    high: float
    reference: Callable[..., Array]
    kwargs: dict[str, Any] = {}
    why_not_wider: str = ""

    @property
    def operands(self) -> tuple[Array, ...]:
        """From the smallest to the largest size, of both signs where the range has both, and evenly spread ones, dense around 0."""
        sizes = np.concatenate([10.0 ** np.linspace(-29, 38.5, 300), np.linspace(0.01, 20, 200), np.linspace(0.5, 128, 300)])
        ends = [np.nextafter(np.float32(end), np.float32(0)) for end in (self.low, self.high) if math.isfinite(end)]
        x = np.concatenate([-sizes, sizes, ends]).astype("float32")
        return (x[(x >= self.low) & (x <= self.high)],)


class OfSeveral(NamedTuple):
    """A function of several float32 arrays or of rows of one."""

    op: str
    operands: tuple[Array, ...]
    reference: Callable[..., Array]
    kwargs: dict[str, Any] = {}
    why_not_wider: str = ""


def found(row: Accurate | OfSeveral, *operands: Any) -> Any:
    """The function's result for the row's operands on the engine at hand."""
    function = REGISTRY[row.op] if row.op in REGISTRY else getattr(activations, row.op)
    return function(*operands, **row.kwargs)


def expected(row: Accurate | OfSeveral) -> Array:
    """The reference's result in float64."""
    with np.errstate(all="ignore"):
        return row.reference(*(x.astype("float64") for x in row.operands))


# ------------------------------------------------------------------------------------------------------------------ references


def _each(function: Callable[[float], float]) -> Callable[[Array], Array]:
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


def _elu(x: Array, alpha: float = 1.0) -> Array:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _softplus(x: Array) -> Array:
    return np.logaddexp(0, x)


def _relu6(x: Array) -> Array:
    return np.clip(x, 0, 6)


def _log_softmax(x: Array) -> Array:
    x = x - x.max(-1, keepdims=True)
    return x - np.log1p(np.exp(np.sort(x)[..., :-1]).sum(-1, keepdims=True))


def _from_logits(target: Array, x: Array) -> Array:
    return np.where(target == 1, _softplus(-x), np.where(target == 0, _softplus(x), _softplus(x) - target * x))


# ------------------------------------------------------------------------------------------------------------------- one operand

SIGMOIDS_ARGUMENT = "sigmoid(v) has |v| times the relative error of v, which is a sum of rounded powers of x"
ERFCS_ARGUMENT = "the rounding of x / sqrt(2) alone changes erfc there by more than the sixth digit"
CANCELS = "Keras' definition subtracts numbers that are nearly equal there"
BELOW_NORMAL = "the sigmoid inside is below the smallest normal number there, which some libraries take for 0"

TABLE: list[Accurate | OfSeveral] = [
    Accurate("exp", -87, 88.7, np.exp),
    Accurate("exp2", -126, 127.9, np.exp2),
    Accurate("expm1", -INF, 88.7, np.expm1),
    Accurate("log", 1e-37, INF, np.log),
    Accurate("log1p", -1, INF, np.log1p),
    Accurate("log2", 1e-37, INF, np.log2),
    Accurate("log10", 1e-37, INF, np.log10),
    Accurate("sqrt", 0, INF, np.sqrt),
    Accurate("rsqrt", 1e-37, INF, lambda x: 1 / np.sqrt(x)),
    Accurate("cbrt", -INF, INF, np.cbrt),
    Accurate("sin", -1000, 1000, np.sin),
    Accurate("cos", -1000, 1000, np.cos),
    Accurate("tan", -1000, 1000, np.tan),
    Accurate("arcsin", -1, 1, np.arcsin),
    Accurate("arccos", -1, 1, np.arccos),
    Accurate("arctan", -INF, INF, np.arctan),
    Accurate("sinh", -88.7, 88.7, np.sinh, why_not_wider="some libraries take exp(|x|), which is infinite, for the half of it"),
    Accurate("cosh", -88.7, 88.7, np.cosh, why_not_wider="some libraries take exp(|x|), which is infinite, for the half of it"),
    Accurate("tanh", -INF, INF, np.tanh),
    Accurate("arcsinh", -INF, INF, np.arcsinh),
    Accurate("arccosh", 1, INF, np.arccosh),
    Accurate("arctanh", -1, 1, np.arctanh),
    Accurate("sinc", -0.9, 0.9, np.sinc, why_not_wider="at the zeros of sin(pi x) nothing but the rounding of pi x is left"),
    Accurate("i0", -85, 85, np.i0),
    Accurate("erf", -INF, INF, _each(math.erf)),
    Accurate("erfc", -INF, 9.15, _each(math.erfc)),
    Accurate("erfinv", -1, 1, _each(_erfinv)),
    Accurate("sigmoid", -87, INF, _sigmoid),
    Accurate("log_sigmoid", -INF, 87, lambda x: -_softplus(-x)),
    Accurate("softplus", -87, INF, _softplus),
    Accurate("silu", -86, INF, lambda x: x * _sigmoid(x), why_not_wider=BELOW_NORMAL),
    Accurate("mish", -86, INF, lambda x: x * np.tanh(_softplus(x)), why_not_wider=BELOW_NORMAL),
    Accurate("gelu", -4, INF, lambda x: x * 0.5 * _each(math.erfc)(-x / math.sqrt(2)), {"approximate": False}, ERFCS_ARGUMENT),
    Accurate(
        "gelu", -3.5, INF, lambda x: x * _sigmoid(2 * 0.7978845608028654 * (x + 0.044715 * x**3)), {"approximate": True}, SIGMOIDS_ARGUMENT
    ),
    Accurate("elu", -INF, INF, _elu),
    Accurate("selu", -INF, INF, lambda x: 1.0507009873554805 * _elu(x, 1.6732632423543772)),
    Accurate("celu", -INF, INF, lambda x: np.where(x > 0, x, 0.5 * np.expm1(np.minimum(x, 0) / 0.5)), {"alpha": 0.5}),
    Accurate("softsign", -INF, INF, lambda x: x / (1 + np.abs(x))),
    Accurate("squareplus", -1, 1e18, lambda x: (x + np.sqrt(x * x + 4)) / 2, why_not_wider=CANCELS + ", and above x^2 is infinite"),
    Accurate("tanh_shrink", 1, INF, lambda x: x - np.tanh(x), why_not_wider=CANCELS),
    Accurate("hard_sigmoid", -2, INF, lambda x: _relu6(x + 3) / 6, why_not_wider=CANCELS),
    Accurate("hard_silu", -2, INF, lambda x: x * _relu6(x + 3) / 6, why_not_wider=CANCELS),
    Accurate("hard_tanh", -INF, INF, lambda x: np.clip(x, -1, 1)),
    Accurate("relu6", -INF, INF, _relu6),
    Accurate("leaky_relu", -INF, INF, lambda x: np.where(x > 0, x, 0.2 * x)),
    Accurate("soft_shrink", -INF, INF, lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0)),
    Accurate("hard_shrink", -INF, INF, lambda x: np.where(np.abs(x) > 0.5, x, 0)),
    Accurate("sparse_plus", -INF, INF, lambda x: np.where(x < 1, np.maximum((x + 1) / 2, 0) ** 2, x)),
    Accurate("sparse_sigmoid", -INF, INF, lambda x: np.clip((x + 1) / 2, 0, 1)),
]

# ---------------------------------------------------------------------------------------------------------------------- several

_random = np.random.default_rng(0)
_SIZES = np.concatenate([[0.0], 10.0 ** np.linspace(-20, 38, 40), np.linspace(0.1, 90, 40)]).astype("float32")
_PAIRS = tuple(x.ravel() for x in np.meshgrid(_SIZES, _SIZES))
_SIGNED = tuple(x * _random.choice(np.float32([-1, 1]), x.size) for x in _PAIRS)
_ROWS = _random.normal(size=(200, 7)).astype("float32") * np.float32([[0.1], [1], [0.5], [0.01]] * 50)
_SPREAD = _random.normal(size=(200, 7)).astype("float32") * (10.0 ** np.linspace(-2, 30, 200, dtype="float32"))[:, None]
_HUGE = np.float32([[-1e4, 5, 5], [88, 88, -89], [-100, -101, -100], [1e30, 1e30, -1e30]])
_LOGITS = np.linspace(-80, 80, 801, dtype="float32")
_NEAR = "x - max(x) is rounded, which the exponential multiplies by its size"

TABLE += [
    OfSeveral("logaddexp", _PAIRS, np.logaddexp, why_not_wider="numbers that cancel with the logarithm"),
    OfSeveral("logaddexp2", _PAIRS, np.logaddexp2, why_not_wider="numbers that cancel with the logarithm"),
    OfSeveral("hypot", _SIGNED, np.hypot),
    OfSeveral("arctan2", _SIGNED, np.arctan2),
    OfSeveral("logsumexp", (_SPREAD,), lambda x: np.max(x, 1) - np.max(_log_softmax(x), 1), {"axis": 1}),
    OfSeveral("softmax", (_ROWS,), lambda x: np.exp(_log_softmax(x)), why_not_wider=_NEAR),
    OfSeveral("log_softmax", (_ROWS,), _log_softmax, why_not_wider="where one probability is nearly 1, " + CANCELS),
    OfSeveral("softmax", (_HUGE,), lambda x: np.exp(_log_softmax(x))),
    OfSeveral("log_softmax", (_HUGE,), _log_softmax),
    OfSeveral("binary_crossentropy", (np.zeros_like(_LOGITS), _LOGITS), _from_logits, {"from_logits": True}),
    OfSeveral("binary_crossentropy", (np.ones_like(_LOGITS), _LOGITS), _from_logits, {"from_logits": True}),
    OfSeveral("binary_crossentropy", (np.full_like(_LOGITS, 0.25), _LOGITS), _from_logits, {"from_logits": True}),
    OfSeveral("categorical_crossentropy", (np.eye(7, dtype="float32")[np.arange(200) % 7], _ROWS),
              lambda y, x: -(y * _log_softmax(x)).sum(1), {"from_logits": True}, "where one probability is nearly 1, " + CANCELS),
]  # fmt: skip


def relative_error(result: Any, reference: Array) -> float:
    """The largest relative error where the expected number is a normal one of float32; no NaN, and infinities where they belong."""
    with np.errstate(over="ignore"):
        finite = np.isfinite(reference.astype("float32"))
    assert not np.isnan(result).any()
    np.testing.assert_array_equal(np.isfinite(result), finite)
    normal = finite & (np.abs(reference) >= np.finfo("float32").tiny)
    np.testing.assert_allclose(result[reference == 0], 0)
    return float(np.max(np.abs(result[normal].astype("float64") - reference[normal]) / np.abs(reference[normal])))
