"""Cases of normalizations, attention, segments, complex parts, choices, and shapes that depend on the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from op_table import array, booleans, case, floats, integers, positive

X, CUBE = floats(3, 4), floats(2, 3, 4)


def _normalized(x: np.ndarray, gamma: Any = 1.0, beta: Any = 0.0, axis: Any = -1, epsilon: float = 1e-7) -> np.ndarray:
    centred = x - x.mean(axis=axis, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=axis, keepdims=True) + epsilon) * gamma + beta


case("layer_normalization", X, oracle=_normalized, rtol=1e-5, atol=1e-5)
case("layer_normalization", X, positive(4), floats(4), epsilon=1e-3, oracle=_normalized, rtol=1e-5, atol=1e-5)
case("layer_normalization", CUBE, axis=(1, 2), epsilon=1e-3, oracle=_normalized, rtol=1e-5, atol=1e-5)
wide = lambda x, g, b, axis, epsilon: _normalized(x, g[:, None], b[:, None], axis, epsilon)  # noqa: E731
case("layer_normalization", CUBE, positive(3), floats(3), axis=1, epsilon=1e-3, oracle=wide, rtol=1e-5, atol=1e-5)
case("rms_normalization", X, oracle=lambda x: x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-7))
case("rms_normalization", X, positive(4), oracle=lambda x, s: x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-7) * s)
for order in (1, 2, 3, np.inf):
    case(
        "normalize",
        CUBE,
        axis=1,
        order=order,
        oracle=lambda x, axis, order: x / np.linalg.norm(x, order, axis, keepdims=True),
        label=f"{order}",
        rtol=1e-5,
    )

Q, K, V = floats(2, 3, 2, 4, salt="q"), floats(2, 5, 2, 4, salt="k"), floats(2, 5, 2, 4, salt="v")


def _attention(q: np.ndarray, k: np.ndarray, v: np.ndarray, **options: Any) -> np.ndarray:
    k, v = (np.repeat(x, q.shape[2] // x.shape[2], axis=2) for x in (k, v))
    s = np.einsum("btnh,bsnh->bnts", q, k) * (options.get("scale") or q.shape[-1] ** -0.5)
    cap = options.get("attn_logits_soft_cap")
    s = np.tanh(s / cap) * cap if cap else s
    s = s + options.get("bias", 0)
    s = np.where(options.get("mask", True), s, -1e30)
    s = np.where(np.tri(*s.shape[-2:], dtype=bool), s, -1e30) if options.get("is_causal") else s
    e = np.exp(s - s.max(-1, keepdims=True))
    return np.einsum("bnts,bsnh->btnh", e / e.sum(-1, keepdims=True), v)


for options in [
    {},
    {"scale": 0.3},
    {"is_causal": True},
    {"attn_logits_soft_cap": 2.0},
    {"mask": array(np.tri(3, 5) > 0, "bool")},
    {"bias": floats(1, 2, 3, 5)},
]:
    case("dot_product_attention", Q, K, V, **options, oracle=_attention, label="_".join(options) or "plain", rtol=1e-5, atol=1e-5)
case("dot_product_attention", floats(2, 3, 4, 4), K, V, oracle=_attention, label="grouped", rtol=1e-5, atol=1e-5)

IDS = array([0, 2, 0, 2, 2], "int32")


def _segments(function: Any, empty: float) -> Any:
    def oracle(data: np.ndarray, ids: np.ndarray, num_segments: int = 3) -> np.ndarray:
        rows = [data[ids == i] for i in range(num_segments)]
        return np.stack([function(r, axis=0) if len(r) else np.full(data.shape[1:], empty, data.dtype) for r in rows])

    return oracle


for name, function, empty in [("sum", np.sum, 0), ("max", np.max, -np.inf), ("min", np.min, np.inf), ("prod", np.prod, 1)]:
    case(
        f"segment_{name}",
        floats(5),
        array([0, 2, 0, 1, 2], "int32"),
        3,
        oracle=_segments(function, empty),
        batch=(),
        second=name != "prod",
        label="vector",
    )
    case(
        f"segment_{name}",
        floats(5, 2),
        IDS,
        num_segments=4,
        oracle=_segments(function, empty),
        batch=(),
        differentiable=name in ("sum",),
        label="rows",
    )
    case(f"segment_{name}", floats(5, 2), IDS, num_segments=1, oracle=_segments(function, empty), batch=(), label="cut")
    case(
        f"segment_{name}",
        integers(5, low=1),
        IDS,
        num_segments=3,
        oracle=_segments(function, {"max": -(2**31), "min": 2**31 - 1}.get(name, empty)),
        batch=(),
        label="integers",
    )
for kind in ("max", "min", "prod"):
    start = {"max": -9.0, "min": 9.0, "prod": 1.0}[kind]
    rows = {"max": np.max, "min": np.min, "prod": np.prod}[kind]
    oracle = lambda x, i, u, kind, rows=rows: np.stack([rows(np.concatenate([x[j : j + 1], u[i == j]]), axis=0) for j in range(3)])  # noqa: E731
    case(
        "reduce_at", array(np.full((3, 2), start)), IDS, floats(5, 2), kind=kind, oracle=oracle, batch=(), differentiable=False, label=kind
    )

COMPLEX = array(floats(3, 4) + 1j * floats(3, 4, salt="i"), "complex64")
for name in ("real", "imag", "conj", "angle", "isreal"):
    case(name, COMPLEX, oracle=getattr(np, name), rtol=1e-5)
    case(name, X, oracle=getattr(np, name), differentiable=name != "angle")
case("complex_of", X, floats(3, 4, salt="i"), oracle=lambda x, y: x + 1j * y)
case("polar", positive(3, 4), X, oracle=lambda r, a: r * np.exp(1j * a))
case("view_as_complex", floats(3, 4, 2), oracle=lambda x: x[..., 0] + 1j * x[..., 1])
case("view_as_real", COMPLEX, oracle=lambda x: np.stack([x.real, x.imag], -1))
case("view", array([[1, 2], [3, 4]], "int32"), dtype="uint8", oracle=lambda x, dtype: x.view("uint8"))
case("view", array([[1, 2], [3, 4]], "int32"), dtype="float32", oracle=lambda x, dtype: x.view("float32"))
case("array", X, oracle=np.array)
case("array", X, dtype="float64", oracle=np.array)

case("select", [booleans(3, 4), booleans(3, 4, salt="c")], [X, floats(3, 4, salt="y")], 0.5, oracle=np.select, batch=(0, 1))
case("multi_hot", integers(3, 2), 5, oracle=lambda x, n: np.eye(n)[x].max(1))
case("multi_hot", integers(3), 5, oracle=lambda x, n: np.eye(n)[x].max(0), batch=())
case("unravel_index", integers(3, 4, high=24), (2, 3, 4), oracle=np.unravel_index)
POINTS = array([[0, 1], [2, 3], [0, 1]], "int32")


def _updated(x: np.ndarray, indices: np.ndarray, updates: np.ndarray, reduction: Any = None) -> np.ndarray:
    x = x.copy()
    for place, value in zip(map(tuple, indices), updates, strict=True):
        old = x[place]
        x[place] = {None: value, "add": old + value, "mul": old * value, "max": np.maximum(old, value), "min": np.minimum(old, value)}[
            reduction
        ]
    return x


for reduction in (None, "add", "mul", "max", "min"):
    smooth = reduction in (None, "add")
    case(
        "scatter_update",
        X,
        POINTS,
        floats(3, salt="u"),
        reduction=reduction,
        oracle=_updated,
        batch=(),
        differentiable=smooth,
        label=f"points{reduction}",
    )
    case(
        "scatter_update",
        CUBE,
        array([[1], [0]], "int32"),
        floats(2, 3, 4, salt="u"),
        reduction=reduction,
        oracle=_updated,
        batch=(),
        differentiable=smooth,
        label=f"rows{reduction}",
    )
case("replace_at", X, array([2, 0, 2], "int32"), floats(3, 4, salt="u"), oracle=lambda x, i, u: _updated(x, i[:, None], u), batch=())
case("nonzero", integers(3, 4, high=2), oracle=np.nonzero, dynamic=True, batch=())
case("unique", integers(3, 4), oracle=np.unique, dynamic=True, batch=())
case("unique", array([[1, 2], [3, 4], [1, 2]], "int32"), axis=0, oracle=np.unique, dynamic=True, batch=())
case(
    "unique",
    array([3, 1, 3], "int32"),
    size=4,
    fill_value=9,
    oracle=lambda x, size, fill_value: np.array([1, 3, 9, 9]),
    dynamic=True,
    batch=(),
)
