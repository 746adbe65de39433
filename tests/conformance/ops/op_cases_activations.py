"""Cases of activation functions, cross-entropies and normalizations."""

import math

import numpy as np
from op_table import array, case, floats, integers, positive, probabilities

X = floats(4, 6, low=-4, high=4)


def _softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _total(x: np.ndarray, axis: object) -> np.ndarray:
    return np.exp(x).sum(axis=axis, keepdims=True)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _sparsemax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """Keras' threshold, line by line."""

    def of_line(v: np.ndarray) -> np.ndarray:
        falling = np.sort(v)[::-1]
        totals = np.cumsum(falling)
        support = [k for k in range(len(v)) if falling[k] > (totals[k] - 1) / (k + 1)]
        return np.maximum(v - (totals[support].sum() - 1) / len(support), 0)

    return np.apply_along_axis(of_line, axis, x)


SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
_elu = lambda x, alpha=1.0: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))  # noqa: E731
_softplus = lambda x: np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)  # noqa: E731
_hard_sigmoid = lambda x: np.clip(x / 6 + 0.5, 0, 1)  # noqa: E731

for axis in (-1, 0, (0, 1)):
    label = f"axis{axis}".replace(" ", "")
    case("softmax", X, axis=axis, oracle=lambda x, axis: np.exp(x) / _total(x, axis), label=label, zero=axis == -1)
    case("log_softmax", X, axis=axis, oracle=lambda x, axis: x - np.log(_total(x, axis)), label=label, zero=axis == -1)
case("softmax", array([[1000.0, 0.0], [-1000.0, -1000.0]]), oracle=_softmax, label="large")
case("log_softmax", array([[1000.0, 0.0]]), oracle=lambda x: np.array([[0.0, -1000.0]]), label="large", differentiable=False)
case("relu6", X * 2, oracle=lambda x: np.clip(x, 0, 6))
case("leaky_relu", X, oracle=lambda x: np.where(x > 0, x, 0.2 * x))
case("leaky_relu", X, negative_slope=0.1, oracle=lambda x, negative_slope: np.where(x > 0, x, 0.1 * x))
case("elu", X, oracle=_elu)
case("elu", X, alpha=0.5, oracle=_elu)
case("selu", X, oracle=lambda x: SELU_SCALE * _elu(x, SELU_ALPHA))
case("celu", X, alpha=0.7, oracle=lambda x, alpha: np.maximum(x, 0) + np.minimum(0, alpha * np.expm1(x / alpha)))
case("gelu", X, oracle=lambda x: 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))))
case("gelu", X, approximate=False, oracle=lambda x, approximate: 0.5 * x * (1 + np.vectorize(math.erf)(x / np.sqrt(2))))
case("softplus", X, oracle=_softplus)
case("softplus", array([[1000.0, -1000.0]]), oracle=lambda x: np.array([[1000.0, 0.0]]), label="large", differentiable=False)
case("softsign", X, oracle=lambda x: x / (1 + np.abs(x)))
case("silu", X, oracle=lambda x: x * _sigmoid(x))
case("log_sigmoid", X, oracle=lambda x: -_softplus(-x))
case("hard_sigmoid", X, oracle=_hard_sigmoid)
case("hard_silu", X, oracle=lambda x: x * _hard_sigmoid(x))
case("hard_tanh", integers(3, 4, low=-3, high=4), oracle=lambda x: np.clip(x, -1, 1), batch=())
case("hard_tanh", X, oracle=lambda x: np.clip(x, -1, 1))
case("tanh_shrink", X, oracle=lambda x: x - np.tanh(x))
case("soft_shrink", X, oracle=lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0))
case("hard_shrink", X, threshold=1.0, oracle=lambda x, threshold: np.where(np.abs(x) > 1, x, 0))
case("threshold", X, 0.5, 3.0, oracle=lambda x, t, v: np.where(x > t, x, v))
case("squareplus", X, oracle=lambda x: (x + np.sqrt(x * x + 4)) / 2)
case("sparse_plus", X, oracle=lambda x: np.where(x <= -1, 0, np.where(x < 1, ((x + 1) / 2) ** 2, x)))
case("sparse_sigmoid", X, oracle=lambda x: np.clip((x + 1) / 2, 0, 1))
case("glu", X, oracle=lambda x: x[:, :3] * _sigmoid(x[:, 3:]))
case("glu", X, axis=0, oracle=lambda x, axis: x[:2] * _sigmoid(x[2:]), batch=())
case("sparsemax", X, oracle=_sparsemax)
case("sparsemax", X, axis=0, oracle=_sparsemax, batch=())
case("sigmoid", array([[1000.0, -1000.0]]), oracle=lambda x: np.array([[1.0, 0.0]]), label="large", differentiable=False)

P, T = probabilities(5, 4), probabilities(5, 4, salt="t")
LOGITS, LABELS = floats(5, 4), integers(5, high=4)


def _crossentropy(target: np.ndarray, output: np.ndarray, from_logits: bool = False, axis: int = -1) -> np.ndarray:
    p = _softmax(output, axis) if from_logits else output / output.sum(axis=axis, keepdims=True)
    return -(target * np.log(np.clip(p, 1e-7, 1 - 1e-7))).sum(axis=axis)


def _sparse_crossentropy(target: np.ndarray, output: np.ndarray, from_logits: bool = False, axis: int = -1) -> np.ndarray:
    one_hot = np.moveaxis(np.eye(output.shape[axis])[target.reshape(np.delete(output.shape, axis))], -1, axis)
    return _crossentropy(one_hot, output, from_logits, axis)


def _binary(target: np.ndarray, output: np.ndarray, from_logits: bool = False) -> np.ndarray:
    p = np.clip(_sigmoid(output) if from_logits else output, 1e-7, 1 - 1e-7)
    return -(target * np.log(p) + (1 - target) * np.log(1 - p))


for from_logits, output in [(False, P), (True, LOGITS)]:
    label = "logits" if from_logits else "probabilities"
    for name in ("cross_entropy", "categorical_crossentropy"):
        case(name, T, output, from_logits=from_logits, axis=-1, oracle=_crossentropy, label=label)
        case(name, T, output, from_logits=from_logits, axis=0, oracle=_crossentropy, label=label + "_axis0", zero=False, batch=())
    for name in ("sparse_cross_entropy", "sparse_categorical_crossentropy"):
        case(name, LABELS, output, from_logits=from_logits, axis=-1, oracle=_sparse_crossentropy, label=label, batch=(0, 1))
    case(
        "sparse_categorical_crossentropy",
        LABELS[:, None],
        output,
        from_logits=from_logits,
        oracle=_sparse_crossentropy,
        label=label + "_column",
        batch=(0, 1),
    )
    wide = np.moveaxis(probabilities(2, 3, 4), -1, 1) if not from_logits else floats(2, 4, 3)
    case(
        "sparse_categorical_crossentropy",
        integers(2, 3, high=4),
        wide,
        from_logits=from_logits,
        axis=1,
        oracle=_sparse_crossentropy,
        label=label + "_axis1",
        batch=(0, 1),
    )
    binary_output = floats(5, 4, low=0.1, high=0.9) if not from_logits else LOGITS
    for name in ("binary_cross_entropy", "binary_crossentropy"):
        case(name, T, binary_output, from_logits=from_logits, oracle=_binary, label=label)

SCALE, SHIFT, CENTRE, SPREAD = floats(6, salt="g"), floats(6, salt="b"), floats(6, salt="m"), positive(6)


def _normalized(
    x: np.ndarray, mean: np.ndarray, variance: np.ndarray, axis: int, offset: np.ndarray, scale: np.ndarray, epsilon: float = 1e-3
) -> np.ndarray:
    return (x - mean) / np.sqrt(variance + epsilon) * scale + offset


case("batch_normalization", X, CENTRE, SPREAD, -1, SHIFT, SCALE, oracle=_normalized, batch=(0,), rtol=1e-5, atol=1e-5)
case(
    "batch_normalization", X, CENTRE, SPREAD, 1, oracle=lambda x, m, v, axis: (x - m) / np.sqrt(v + 1e-3), batch=(0,), rtol=1e-5, atol=1e-5
)
for axes, keepdims in [((0,), False), ([0, 1], True), (1, False)]:
    oracle = lambda x, axes, keepdims: tuple(f(x, axis=tuple(np.atleast_1d(axes)), keepdims=keepdims) for f in (np.mean, np.var))  # noqa: E731
    case("moments", X, axes, keepdims=keepdims, oracle=oracle, label=f"axes{axes}".replace(" ", ""), zero=axes == 1)


def _by_batch(operands: list[np.ndarray], axis: int, epsilon: float, scaled: bool, centred: bool) -> tuple[np.ndarray, ...]:
    x, *factors = operands
    mean, variance = x.mean((0, 2)), x.var((0, 2))
    y = (x - mean[:, None]) / np.sqrt(variance + epsilon)[:, None]
    y = y * factors[0][:, None] if scaled else y
    return (y + factors[-1][:, None] if centred else y), mean, variance


for scaled in (False, True):
    for centred in (False, True):
        given = [floats(3, 4, 5), *([positive(4)] if scaled else []), *([floats(4)] if centred else [])]
        case(
            "normalize_by_batch", given, 1, 1e-3, scaled, centred, oracle=_by_batch, batch=(), differentiable=False, rtol=1e-5, atol=1e-5,
            label=f"{scaled}{centred}",
        )  # fmt: skip


def _last(operands: list[np.ndarray], epsilon: float, scaled: bool, centred: bool) -> np.ndarray:
    x, *factors = operands
    y = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + epsilon)
    y = y * factors[0] if scaled else y
    return y + factors[-1] if centred else y


case("normalize_last", [floats(3, 5), positive(5), floats(5)], 1e-3, True, True, oracle=_last, batch=(), rtol=1e-5, atol=1e-5)
case("normalize_last", [floats(2, 3, 5), floats(5)], 1e-3, False, True, oracle=_last, batch=(), rtol=1e-5, atol=1e-5)
case(
    "softmax_gradient",
    floats(3, 4),
    probabilities(3, 4),
    axis=-1,
    oracle=lambda g, y, axis: g * y - y * (g * y).sum(axis, keepdims=True),
)
