"""Scaled dot-product attention."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras.core import dims as D
from keras.core import engine
from keras.core.op import op
from keras.ops.activations import softmax
from keras.ops.contraction import einsum
from keras.ops.elementwise import add, cast, divide, dtype_of, multiply, select, tanh
from keras.ops.shaping import expand_dims, repeat, shape_of

Tensor = Any


@op(category="nn", operands=3)
def dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None = None, mask: Tensor | None = None, scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None, attn_logits_soft_cap: float | None = None,
) -> Tensor:  # fmt: skip
    """Each target's mean of the values, weighted by how well their keys fit its query: softmax(query key^T * scale + bias) value.
    Arguments:
        query: tensor, shape (batch, targets, heads, size).
        key, value: tensors, shape (batch, sources, heads or a divisor of them, size).
        bias: tensor added to the scores, broadcasts with (batch, heads, targets, sources). Default None: nothing.
        mask: bool tensor, True where attention is allowed, broadcasts with (batch, heads, targets, sources). Default None: everywhere.
        scale: float, factor of the scores. Default None: 1 / sqrt(size).
        is_causal: bool, whether a target sees only the sources up to its own place.
        flash_attention: bool or None, taken for compatibility.
        attn_logits_soft_cap: float c: scores become c * tanh(score / c). Default None: no cap.
    Returns: tensor in the shape of `query`, with the size and dtype of `value`.
    Raises: ValueError if the shapes do not match.
    Source: Vaswani et al. 2017, equation 1.
    >>> keys, values = np.array([[[[1.0, 0.0]], [[0.0, 1.0]]]]), np.array([[[[10.0, 0.0]], [[0.0, 10.0]]]])
    >>> keras.ops.dot_product_attention(np.array([[[[9.0, 0.0]]]]), keys, values)
    array([[[[9.9828, 0.0172]]]])"""
    q, k, v = shape_of(query), shape_of(key), shape_of(value)
    if not len(q) == len(k) == len(v) == 4 or any(D.unify(m, n) is None for m, n in zip(k[:3], v[:3], strict=True)):
        raise ValueError(
            f"keras.ops.dot_product_attention: query has shape {D.display(q)}, key {D.display(k)}, value {D.display(v)}. "
            f"Accepted: (batch, places, heads, size) each; key and value with equal places and heads."
        )
    if isinstance(q[2], int) and isinstance(k[2], int) and q[2] != k[2]:
        if q[2] % k[2]:
            raise ValueError(
                f"keras.ops.dot_product_attention: {q[2]} heads of the query and {k[2]} of the key. Accepted: "
                "a multiple of the key's heads."
            )
        key, value = repeat(key, q[2] // k[2], axis=2), repeat(value, q[2] // k[2], axis=2)
    size = q[-1]
    factor = float(size) ** -0.5 if scale is None and isinstance(size, int) else 1.0 if scale is None else float(scale)
    scores = multiply(einsum("btnh,bsnh->bnts", query, key), factor)
    if attn_logits_soft_cap is not None:
        scores = multiply(tanh(divide(scores, float(attn_logits_soft_cap))), float(attn_logits_soft_cap))
    if bias is not None:
        scores = add(scores, cast(bias, dtype_of(scores)))
    lowest = -3e4 if dtype_of(scores) == "float16" else -0.7 * 3.4028234663852886e38
    if mask is not None:
        mask = mask if len(shape_of(mask)) != 3 else expand_dims(mask, 1)
        scores = select(mask, scores, cast(lowest, dtype_of(scores)))
    if is_causal and isinstance(q[1], int) and isinstance(k[1], int):
        allowed = engine.current().asarray(np.tri(q[1], k[1], dtype=bool))
        scores = select(allowed, scores, cast(lowest, dtype_of(scores)))
    weights = softmax(scores, axis=-1)
    return einsum("bnts,bsnh->btnh", cast(weights, dtype_of(value)), value)
