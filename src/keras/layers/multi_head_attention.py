"""Multi-head attention, and its variant in which several query heads share a key."""

from __future__ import annotations

import math
from typing import Any

from keras.core import dims as D
from keras.core import naming
from keras.layers.arguments import fraction, keep, positive
from keras.layers.attention_core import attend, pair_mask
from keras.layers.einsum_dense import SPARE, EinsumDense
from keras.layers.input_spec import InputSpec, check_mask
from keras.layers.layer import Layer
from keras.layers.nested import build_inside
from keras.ops.elementwise import multiply, sigmoid
from keras.ops.random import SeedGenerator
from keras.ops.shaping import broadcast_to, expand_dims, reshape, shape_of, transpose

_COMMON = """
        dropout: float from 0 to 1, the fraction of the weights that is dropped while training.
        use_bias: whether the projections have a bias.
        {more}sliding_window: int, a query sees keys less than that far away only. Default None: all of them.
        flash_attention: accepted and not needed here.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,
            bias_constraint: name or object, for every projection.
        use_gate: whether the heads are multiplied by sigmoid of a fourth projection of the query.
        seed: int, for the same dropout in every run.
    Call: `layer(query, value, key=None, ...)`; the key is the value if left out. `query_mask`, `value_mask`, `key_mask` (batch, positions)
        come with the inputs; `attention_mask` (batch, queries, keys) says which pairs count; `use_causal_mask` hides later keys;
        `return_attention_scores` gives (outputs, weights (batch, heads, queries, keys)).
    Returns: tensor, shape of the query (its last size from `output_shape`)."""


class _ProjectedAttention(Layer):
    """What both layers share: the projections, their common arguments, masks and the gate."""

    supports_masking = True
    use_gate: bool
    use_bias: bool
    dropout: float

    def _take(self, arguments: dict[str, Any]) -> None:
        keep(self, {name: value for name, value in arguments.items() if name != "flash_attention"})
        self.input_spec = InputSpec(min_ndim=3)
        fraction(self, "dropout", self.dropout)
        if self.dropout > 0:
            self.seed_generator = SeedGenerator(arguments["seed"])

    def _projection(self, name: str, rank: int, heads: int, size: int) -> EinsumDense:
        """(batch, ..., features) to (batch, ..., heads, size)."""
        free = SPARE[: rank - 1].lower()
        return self._dense(name, f"{free}x,xyz->{free}yz", (None,) * (rank - 2) + (heads, size), "yz")

    def _output_projection(self, rank: int, shape: tuple[int, ...]) -> EinsumDense:
        """(batch, ..., heads, size) to (batch, ..., *shape)."""
        free = SPARE[: rank - 1].lower()
        made = "uvw"[: len(shape)]
        return self._dense("attention_output", f"{free}yz,yz{made}->{free}{made}", (None,) * (rank - 2) + shape, made)

    def _dense(self, name: str, equation: str, output_shape: Any, bias_axes: str) -> EinsumDense:
        arguments = {
            f"{kind}_{what}": _fresh(getattr(self, f"{kind}_{what}"))
            for kind in ("kernel", "bias")
            for what in ("initializer", "regularizer", "constraint")
        }
        return EinsumDense(
            equation, output_shape, bias_axes=bias_axes if self.use_bias else None, name=name, dtype=self.dtype_policy, **arguments
        )

    def compute_mask(self, query: Any, mask: Any = None, *args: Any, **kwargs: Any) -> Any:
        """The query's mask; the weights have none."""
        return None if mask is None else [mask[0] if isinstance(mask, (list, tuple)) else mask, None]

    def _check_masks(self, query: Any, value: Any, key: Any, masks: tuple[Any, Any, Any], pairs: Any) -> None:
        for name, mask, x in zip(("query_mask", "value_mask", "key_mask"), masks, (query, value, key), strict=True):
            check_mask(self, mask, x, name)
        if pairs is None or len(shape_of(query)) != 3 or len(shape_of(pairs)) < 2:
            return
        wanted = (shape_of(query)[1], shape_of(key)[1])
        if any(n != 1 and D.unify(n, m) is None for n, m in zip(shape_of(pairs)[-2:], wanted, strict=True)):
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: attention_mask has shape {D.display(shape_of(pairs))} for {D.to_public(wanted)[0]} "
                f"queries and {D.to_public(wanted)[1]} keys. Accepted: (batch, queries, keys), True where a query may see a key. "
                f"Write attention_mask=np.ones((batch, {wanted[0]}, {wanted[1]}), bool)."
            )

    def _blind(self, returns_scores: bool, rank: int) -> str:
        """What a query sees that may see no key: where Keras calls one function for the whole attention, the mean of all values."""
        return "nothing" if self.dropout > 0 or returns_scores or rank != 3 else "all"

    def _gated(self, heads: Any, query: Any) -> Any:
        return multiply(heads, sigmoid(self.gate_dense(query))) if self.use_gate else heads


def _fresh(value: Any) -> Any:
    """An initializer with a seed gives every weight the same numbers: each projection gets one of its own."""
    return value.clone() if hasattr(value, "clone") else value


class MultiHeadAttention(_ProjectedAttention):
    __doc__ = f"""Attention by several heads, each with projections of its own: which positions each position looks at.

    head = softmax(Q K^T / sqrt(key_dim)) V with Q, K, V projections of query, key and value; the heads are joined and projected.

    Arguments:
        num_heads: int > 0. key_dim: int > 0, the size of a head's queries and keys. value_dim: that of its values. Default: key_dim.{
        _COMMON.format(
            more='''output_shape: int or tuple, sizes of the output after the positions. Default: the last size of the query.
        attention_axes: axes over which attention works. Default: all but the batch's and the last.
        '''
        )
    }
    Example:
        >>> layer = MultiHeadAttention(num_heads=2, key_dim=3)
        >>> x = np.ones((2, 4, 6), "float32")
        >>> layer(x, x).shape
        (2, 4, 6)
    Source: Vaswani et al. 2017; keras.layers.MultiHeadAttention of Keras 3.
    """

    def __init__(
        self, num_heads: int, key_dim: int, value_dim: int | None = None, dropout: float = 0.0, use_bias: bool = True,
        output_shape: Any = None, attention_axes: Any = None, sliding_window: int | None = None, flash_attention: Any = None,
        kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros", kernel_regularizer: Any = None,
        bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None,
        use_gate: bool = False, seed: int | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take({name: value for name, value in locals().items() if name != "output_shape"})
        self.num_heads = positive(self, "num_heads", num_heads)
        self.key_dim = positive(self, "key_dim", key_dim)
        self.value_dim = positive(self, "value_dim", value_dim if value_dim is not None else key_dim)
        self._output_sizes = (
            output_shape if output_shape is None else (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        )
        self.attention_axes = (
            [attention_axes] if isinstance(attention_axes, int) else None if attention_axes is None else list(attention_axes)
        )

    def _base_config(self) -> dict[str, Any]:
        return {**super()._base_config(), "output_shape": self._output_sizes}

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        """Make the projections of query, key, (gate,) value and output."""
        key_shape = value_shape if key_shape is None else key_shape
        rank = len(query_shape)
        if self.attention_axes is None:
            self.attention_axes = list(range(1, rank - 1))
        self.query_dense = self._projection("query", rank, self.num_heads, self.key_dim)
        self.key_dense = self._projection("key", len(key_shape), self.num_heads, self.key_dim)
        build_inside(self.query_dense, query_shape)
        build_inside(self.key_dense, key_shape)
        if self.use_gate:
            self.gate_dense = self._projection("gate", rank, self.num_heads, self.value_dim)
            build_inside(self.gate_dense, query_shape)
        self.value_dense = self._projection("value", len(value_shape), self.num_heads, self.value_dim)
        build_inside(self.value_dense, value_shape)
        self.output_dense = self._output_projection(rank, self._output_sizes or (query_shape[-1],))
        build_inside(self.output_dense, (*query_shape[:-1], self.num_heads, self.value_dim))

    def call(
        self, query: Any, value: Any, key: Any = None, query_mask: Any = None, value_mask: Any = None, key_mask: Any = None,
        attention_mask: Any = None, return_attention_scores: bool = False, training: bool | None = None, use_causal_mask: bool = False,
    ) -> Any:  # fmt: skip
        """The attended values, projected."""
        key = value if key is None else key
        self._check_masks(query, value, key, (query_mask, value_mask, key_mask), attention_mask)
        mask = pair_mask(query_mask, value_mask, key_mask, attention_mask, query, value, use_causal_mask, self.sliding_window)
        q = self._heads_first(multiply(self.query_dense(query), 1.0 / math.sqrt(self.key_dim)))
        k, v = self._heads_first(self.key_dense(key)), self._heads_first(self.value_dense(value))
        mask, blind = self._for_scores(mask, query, key), self._blind(return_attention_scores, len(shape_of(query)))
        heads, weights = attend(q, k, v, mask, self.dropout, getattr(self, "seed_generator", None), training, blind)
        outputs = self.output_dense(self._gated(self._heads_last(heads, query), query))
        if not return_attention_scores:
            return outputs
        sizes = shape_of(weights)
        return outputs, reshape(weights, (*sizes[:-2], *self._attended(query), *self._attended(key)))

    def _attended(self, x: Any) -> list[Any]:
        return [shape_of(x)[a] for a in self.attention_axes]

    def _order(self, rank: int) -> list[int]:
        """The axes of (batch, ..., heads, size) with the attended ones moved between heads and size."""
        attended = [a % rank for a in self.attention_axes]
        return [a for a in range(rank - 1) if a not in attended] + [rank - 1, *attended, rank]

    def _heads_first(self, x: Any) -> Any:
        """(batch, ..., heads, attended positions, size)."""
        rank = len(shape_of(x)) - 1
        moved = transpose(x, tuple(self._order(rank)))
        sizes, count = shape_of(moved), len(self.attention_axes)
        return moved if count == 1 else reshape(moved, (*sizes[: -1 - count], D.product(sizes[-1 - count : -1]), sizes[-1]))

    def _heads_last(self, x: Any, query: Any) -> Any:
        """The inverse of `_heads_first` for the query's positions."""
        order = self._order(len(shape_of(query)))
        sizes = shape_of(x)
        split = reshape(x, (*sizes[:-2], *self._attended(query), sizes[-1])) if len(self.attention_axes) > 1 else x
        return transpose(split, tuple(order.index(a) for a in range(len(order))))

    def _for_scores(self, mask: Any, query: Any, key: Any) -> Any:
        """The mask with an axis for the heads, the attended axes taken together."""
        if mask is None:
            return None
        count = len(self.attention_axes)
        rank = len(shape_of(query)) - 1 + 1 + count  # batch axes, heads, attended axes of query and key
        missing = rank - len(shape_of(mask))
        place = len(shape_of(mask)) - 2 * count
        mask = expand_dims(mask, tuple(range(place, place + missing))) if missing > 0 else mask
        if count == 1:
            return mask
        sizes = shape_of(mask)[: -2 * count]
        full = broadcast_to(mask, (*sizes, *self._attended(query), *self._attended(key)))
        return reshape(full, (*sizes, D.product(self._attended(query)), D.product(self._attended(key))))


class GroupQueryAttention(_ProjectedAttention):
    __doc__ = f"""Multi-head attention in which several query heads share one key and value head: less memory for long sequences.

    Arguments:
        head_dim: int > 0, the size of a head. num_query_heads: int > 0.
        num_key_value_heads: int > 0, a divisor of num_query_heads.{_COMMON.format(more="")}
    Input: query (batch, queries, features), value (batch, keys, features).
    Example:
        >>> layer = GroupQueryAttention(head_dim=3, num_query_heads=4, num_key_value_heads=2)
        >>> x = np.ones((2, 4, 6), "float32")
        >>> layer(x, x).shape
        (2, 4, 6)
    Source: Ainslie et al. 2023; keras.layers.GroupQueryAttention of Keras 3.
    """

    def __init__(
        self, head_dim: int, num_query_heads: int, num_key_value_heads: int, dropout: float = 0.0, use_bias: bool = True,
        sliding_window: int | None = None, flash_attention: Any = None, kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros", kernel_regularizer: Any = None, bias_regularizer: Any = None, activity_regularizer: Any = None,
        kernel_constraint: Any = None, bias_constraint: Any = None, use_gate: bool = False, seed: int | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        kwargs["name"] = kwargs.get("name") or naming.auto_name("grouped_query_attention")
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take(locals())
        for name in ("head_dim", "num_query_heads", "num_key_value_heads"):
            positive(self, name, getattr(self, name))
        if num_query_heads % num_key_value_heads:
            raise ValueError(
                f"GroupQueryAttention(num_key_value_heads): {num_key_value_heads} does not divide {num_query_heads} query heads. "
                f"Write a divisor of num_query_heads."
            )

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        """Make the projections of query, key, (gate,) value and output."""
        self.query_dense = self._projection("query", 3, self.num_query_heads, self.head_dim)
        self.key_dense = self._projection("key", 3, self.num_key_value_heads, self.head_dim)
        build_inside(self.query_dense, query_shape)
        build_inside(self.key_dense, key_shape or value_shape)
        if self.use_gate:
            self.gate_dense = self._projection("gate", 3, self.num_query_heads, self.head_dim)
            build_inside(self.gate_dense, query_shape)
        self.value_dense = self._projection("value", 3, self.num_key_value_heads, self.head_dim)
        build_inside(self.value_dense, value_shape)
        self.output_dense = self._output_projection(3, (query_shape[-1],))
        build_inside(self.output_dense, (*query_shape[:-1], self.num_query_heads, self.head_dim))

    def call(
        self, query: Any, value: Any, key: Any = None, query_mask: Any = None, value_mask: Any = None, key_mask: Any = None,
        attention_mask: Any = None, return_attention_scores: bool = False, training: bool | None = None, use_causal_mask: bool = False,
    ) -> Any:  # fmt: skip
        """The attended values, projected."""
        key = value if key is None else key
        self._check_masks(query, value, key, (query_mask, value_mask, key_mask), attention_mask)
        mask = pair_mask(query_mask, value_mask, key_mask, attention_mask, query, value, use_causal_mask, self.sliding_window)
        q = transpose(multiply(self.query_dense(query), 1.0 / math.sqrt(self.head_dim)), (0, 2, 1, 3))
        k, v = (transpose(self._shared(x), (0, 2, 1, 3)) for x in (self.key_dense(key), self.value_dense(value)))
        mask = None if mask is None else expand_dims(mask, 1) if len(shape_of(mask)) == 3 else mask
        blind = self._blind(return_attention_scores, 3)
        heads, weights = attend(q, k, v, mask, self.dropout, getattr(self, "seed_generator", None), training, blind)
        outputs = self.output_dense(self._gated(transpose(heads, (0, 2, 1, 3)), query))
        return (outputs, weights) if return_attention_scores else outputs

    def _shared(self, x: Any) -> Any:
        """Each key head once for every query head that shares it."""
        batch, positions, heads, size = shape_of(x)
        times = self.num_query_heads // self.num_key_value_heads
        if times == 1:
            return x
        wide = broadcast_to(expand_dims(x, 3), (batch, positions, heads, times, size))
        return reshape(wide, (batch, positions, heads * times, size))
