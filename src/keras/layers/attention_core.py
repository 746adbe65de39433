"""What every attention layer shares: which positions may be seen, and the weighted mean of the values."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras.core import engine
from keras.layers.activation import large_negative
from keras.ops import random
from keras.ops.activations import softmax
from keras.ops.contraction import matmul
from keras.ops.elementwise import add, cast, dtype_of, logical_and, logical_not, multiply, select
from keras.ops.shaping import expand_dims, ones_like, shape_of, swapaxes


def masked_softmax(scores: Any, mask: Any, blind: str = "nothing") -> Any:
    """Probabilities over the last axis; 0 where the mask is False. A query that may see no key sees nothing, or with `blind="all"` all."""
    if mask is None:
        return softmax(scores, axis=-1)
    dtype = dtype_of(scores)
    if blind == "all":
        return softmax(select(mask, scores, multiply(ones_like(scores), large_negative(dtype))), axis=-1)
    probabilities = softmax(add(scores, multiply(cast(logical_not(mask), dtype), large_negative(dtype))), axis=-1)
    return multiply(probabilities, cast(mask, dtype))


def dropped(probabilities: Any, rate: float, seed_generator: Any, training: Any) -> Any:
    """The probabilities with dropout if `training`."""
    return random.dropout(probabilities, rate, seed=seed_generator) if training and rate else probabilities


def attend(
    query: Any, key: Any, value: Any, mask: Any, rate: float, seed_generator: Any, training: Any, blind: str = "nothing"
) -> tuple[Any, Any]:  # fmt: skip
    """softmax(query @ key^T) @ value over the last two axes, and the probabilities."""
    probabilities = masked_softmax(matmul(query, swapaxes(key, -1, -2)), mask, blind)
    return matmul(dropped(probabilities, rate, seed_generator, training), value), probabilities


def allowed_pairs(queries: Any, keys: Any, causal: bool = False, window: int | None = None) -> Any:
    """(queries, keys) as bool: which key each query may see; None if all, or while a size is unknown (no spec depends on it)."""
    if not (causal or window) or not (isinstance(queries, int) and isinstance(keys, int)):
        return None
    distance = np.arange(queries)[:, None] - np.arange(keys)[None, :]
    pairs = np.ones((queries, keys), bool)
    if causal:
        pairs &= distance >= 0
    if window:
        pairs &= np.abs(distance) < window
    return engine.current().asarray(pairs)


def both(a: Any, b: Any) -> Any:
    """The masks together; None allows everything."""
    if a is None or b is None:
        return b if a is None else a
    return logical_and(a, b)


def pair_mask(
    query_mask: Any, value_mask: Any, key_mask: Any, attention_mask: Any, query: Any, value: Any, causal: bool, window: int | None
) -> Any:
    """(batch, queries, keys) as bool from the masks of positions, of pairs, and the order in time."""
    found = None
    if query_mask is not None:
        found = expand_dims(cast(query_mask, "bool"), -1)
    for mask in (value_mask, key_mask):
        if mask is not None:
            found = both(found, expand_dims(cast(mask, "bool"), -2))
    pairs = allowed_pairs(shape_of(query)[1], shape_of(value)[1], causal, window)
    found = both(found, None if pairs is None else expand_dims(pairs, 0))
    return both(found, None if attention_mask is None else cast(attention_mask, "bool"))
