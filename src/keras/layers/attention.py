"""Attention without heads: by dot products (Luong) and by a sum (Bahdanau)."""

from __future__ import annotations

from typing import Any

from keras.layers.arguments import choice, fraction, keep
from keras.layers.attention_core import allowed_pairs, both, dropped, masked_softmax
from keras.layers.input_spec import check_mask
from keras.layers.layer import Layer
from keras.ops.contraction import matmul
from keras.ops.elementwise import add, cast, dtype_of, multiply, tanh
from keras.ops.random import SeedGenerator
from keras.ops.reduction import sum
from keras.ops.shaping import expand_dims, shape_of, swapaxes


class _ScoredAttention(Layer):
    """What both kinds share: values weighted by the softmax of scores; a subclass gives the scores."""

    supports_masking = True
    dropout: float

    def _prepare_dropout(self, seed: Any) -> None:
        fraction(self, "dropout", self.dropout)
        if self.dropout > 0:
            self.seed_generator = SeedGenerator(seed)

    def scores(self, query: Any, key: Any) -> Any:
        """(batch, queries, keys)."""
        raise NotImplementedError(f"{type(self).__name__} does not define scores().")

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        return_attention_scores: bool = False,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """The weighted values for [query, value] or [query, value, key]."""
        if not isinstance(inputs, (list, tuple)) or len(inputs) not in (2, 3):
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: got {type(inputs).__name__}. Accepted: [query, value] or [query, value, key]. "
                f"Write layer([query, value])."
            )
        query, value, key = inputs[0], inputs[1], inputs[-1]
        query_mask, value_mask = _two_masks(self, mask)
        check_mask(self, query_mask, query, "mask[0]")
        check_mask(self, value_mask, value, "mask[1]")
        pairs = None if value_mask is None else expand_dims(cast(value_mask, "bool"), -2)
        pairs = both(pairs, allowed_pairs(shape_of(query)[1], shape_of(key)[1], use_causal_mask))
        weights = self._probabilities(self.scores(query, key), pairs)
        result = matmul(dropped(weights, self.dropout, getattr(self, "seed_generator", None), training), value)
        if query_mask is not None:
            result = multiply(result, cast(expand_dims(query_mask, -1), dtype_of(result)))
        return (result, weights) if return_attention_scores else result

    def _probabilities(self, scores: Any, pairs: Any) -> Any:
        return masked_softmax(scores, pairs)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The query's mask."""
        return None if mask is None else _two_masks(self, mask)[0]


def _two_masks(layer: Any, mask: Any) -> tuple[Any, Any]:
    if mask is None:
        return None, None
    if not isinstance(mask, (list, tuple)) or not 2 <= len(mask) <= 3:
        raise ValueError(
            f"{type(layer).__name__} {layer.name!r}: got a mask that is no list of 2 or 3. "
            f"Accepted: [query_mask, value_mask]; None where there is none."
        )
    return mask[0], mask[1]


class Attention(_ScoredAttention):
    """Values weighted by how well their keys fit the query: softmax(query . key) @ value.

    Arguments:
        use_scale: whether the scores are multiplied by a trained number `scale`.
        score_mode: 'dot', or 'concat': a trained number times sum(tanh(scale * (query + key))).
        dropout: float from 0 to 1, the fraction of the weights that is dropped while training.
        seed: int, for the same dropout in every run.
    Input: [query (batch, queries, features), value (batch, keys, features)] and optionally the key (the value if left out).
    Call: `mask` is [query_mask, value_mask]; `use_causal_mask` hides later keys; `return_attention_scores` gives (result, weights).
    Returns: tensor, shape (batch, queries, features of the value).
    Example:
        >>> Attention()([np.ones((2, 3, 4), "float32"), np.ones((2, 5, 4), "float32")]).shape
        (2, 3, 4)
    Source: Luong, Pham, Manning 2015; keras.layers.Attention of Keras 3.
    """

    def __init__(
        self, use_scale: bool = False, score_mode: str = "dot", dropout: float = 0.0, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        keep(self, locals())
        self.score_mode = choice(self, "score_mode", score_mode, ("dot", "concat"))
        self._prepare_dropout(seed)

    def build(self, input_shape: Any) -> None:
        """Make `scale` and `concat_score_weight` (numbers) where they are used."""
        self.scale = self.add_weight(shape=(), name="scale", initializer="ones") if self.use_scale else None
        self.concat_score_weight = (
            self.add_weight(shape=(), name="concat_score_weight", initializer="ones") if self.score_mode == "concat" else None
        )

    def scores(self, query: Any, key: Any) -> Any:
        """(batch, queries, keys)."""
        if self.score_mode == "dot":
            products = matmul(query, swapaxes(key, -1, -2))
            return products if self.scale is None else multiply(products, self.scale)
        total = add(expand_dims(query, -2), expand_dims(key, -3))
        return multiply(sum(tanh(total if self.scale is None else multiply(total, self.scale)), axis=-1), self.concat_score_weight)


class AdditiveAttention(_ScoredAttention):
    """Values weighted by a trained sum of how query and key fit: softmax(sum(scale * tanh(query + key))) @ value.

    Arguments:
        use_scale: whether the features are weighted by a trained vector `scale`.
        dropout: float from 0 to 1, the fraction of the weights that is dropped while training.
    Input and call: as in Attention.
    Example:
        >>> AdditiveAttention()([np.ones((2, 3, 4), "float32"), np.ones((2, 5, 4), "float32")]).shape
        (2, 3, 4)
    Source: Bahdanau, Cho, Bengio 2015; keras.layers.AdditiveAttention of Keras 3.
    """

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        keep(self, locals())
        self._prepare_dropout(seed)

    def build(self, input_shape: Any) -> None:
        """Make `scale` (features,) if it is used."""
        self.scale = self.add_weight(shape=(input_shape[0][-1],), name="scale", initializer="glorot_uniform") if self.use_scale else None

    def scores(self, query: Any, key: Any) -> Any:
        """(batch, queries, keys)."""
        fit = tanh(add(expand_dims(query, -2), expand_dims(key, -3)))
        return sum(fit if self.scale is None else multiply(fit, self.scale), axis=-1)
