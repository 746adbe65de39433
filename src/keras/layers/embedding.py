"""Vectors for whole numbers."""

from __future__ import annotations

from typing import Any

from keras import regularizers
from keras.core import dtypes
from keras.layers.arguments import keep, positive
from keras.layers.dense import affine
from keras.layers.layer import Layer
from keras.layers.low_rank import LowRank
from keras.ops.elementwise import cast, divide, dtype_of, multiply, not_equal, tanh
from keras.ops.indexing import take
from keras.ops.shaping import transpose


class Embedding(LowRank, Layer):
    """A trained vector for each whole number: (batch, ...) of ids becomes (batch, ..., output_dim).

    Arguments:
        input_dim: int > 0, how many ids there are; ids go from 0 to input_dim - 1.
        output_dim: int > 0, the size of a vector.
        embeddings_initializer, embeddings_regularizer, embeddings_constraint: name or object. Default: uniform, none, none.
        mask_zero: whether id 0 is padding: the outputs then carry a mask that recurrent layers and attention follow.
        weights: list with one array (input_dim, output_dim) of first values, or None.
        lora_rank, lora_alpha: as in Dense.
    Raises: IndexError if an id is not below `input_dim`.
    Example:
        >>> Embedding(1000, 8)(np.array([[3, 999]])).shape
        (1, 2, 8)
    Source: keras.layers.Embedding of Keras 3.
    """

    adapted_weight = "embeddings"

    def __init__(
        self, input_dim: int, output_dim: int, embeddings_initializer: Any = "uniform", embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None, mask_zero: bool = False, weights: Any = None, lora_rank: int | None = None,
        lora_alpha: float | None = None, quantization_config: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(weights=weights if weights is None or isinstance(weights, (list, tuple)) else [weights], **kwargs)
        keep(self, locals())
        self._prepare_lora()
        self.input_dim = positive(self, "input_dim", input_dim)
        self.output_dim = positive(self, "output_dim", output_dim)
        self.supports_masking = bool(mask_zero)
        self.autocast = False

    def _base_config(self) -> dict[str, Any]:
        return {**super()._base_config(), "activity_regularizer": regularizers.serialize(self.activity_regularizer)}

    def build(self, input_shape: Any = None) -> None:
        """Make `embeddings` (input_dim, output_dim)."""
        self.embeddings = self.add_weight(
            shape=(self.input_dim, self.output_dim), name="embeddings", initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer, constraint=self.embeddings_constraint,
        )  # fmt: skip
        self._build_lora()

    def call(self, inputs: Any) -> Any:
        """The vectors of the ids."""
        ids = inputs if dtype_of(inputs) in ("int32", "int64") else cast(inputs, "int32")
        try:
            return take(self.effective(self.embeddings), ids, axis=0)
        except IndexError as error:
            raise IndexError(
                f"Embedding {self.name!r}: an id is outside of 0 to {self.input_dim - 1} ({error}) "
                f"Write input_dim=largest_id + 1; with 0 as padding, input_dim=len(vocabulary) + 1."
            ) from None

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Where the id is not 0, if 0 is padding."""
        return not_equal(inputs, 0) if self.mask_zero else None


class ReversibleEmbedding(Embedding):
    """An embedding that also goes back: from vectors to a score for each id, with the same weights or with weights of its own.

    Arguments:
        input_dim, output_dim, embeddings_initializer, embeddings_regularizer, embeddings_constraint, mask_zero: as in Embedding.
        tie_weights: whether the way back uses the same matrix, transposed.
        reverse_dtype: dtype in which the way back computes. Default: the compute dtype.
        logit_soft_cap: float c > 0, scores are limited to c * tanh(score / c). Default None: no limit.
    Call: `layer(ids)` gives (batch, ..., output_dim); `layer(vectors, reverse=True)` gives (batch, ..., input_dim).
    Example:
        >>> layer = ReversibleEmbedding(100, 8)
        >>> layer(layer(np.array([[3, 99]])), reverse=True).shape
        (1, 2, 100)
    Source: Press and Wolf 2017; keras.layers.ReversibleEmbedding of Keras 3.
    """

    def __init__(
        self, input_dim: int, output_dim: int, tie_weights: bool = True, embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None, embeddings_constraint: Any = None, mask_zero: bool = False, reverse_dtype: Any = None,
        logit_soft_cap: float | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(
            input_dim, output_dim, embeddings_initializer=embeddings_initializer, embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint, mask_zero=mask_zero, **kwargs,
        )  # fmt: skip
        self.tie_weights = tie_weights
        self.reverse_dtype = reverse_dtype
        self.logit_soft_cap = logit_soft_cap

    def _base_config(self) -> dict[str, Any]:
        return {**super()._base_config(), "quantization_config": self.quantization_config}

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Where the id is not 0, if 0 is padding; vectors on their way back have none."""
        return None if dtypes.is_float(dtype_of(inputs)) else super().compute_mask(inputs, mask)

    def build(self, input_shape: Any = None) -> None:
        """Make `embeddings` and, unless tied, `reverse_embeddings` (output_dim, input_dim)."""
        super().build(input_shape)
        if not self.tie_weights:
            self.reverse_embeddings = self.add_weight(
                shape=(self.output_dim, self.input_dim), name="reverse_embeddings", initializer=self.embeddings_initializer,
                regularizer=self.embeddings_regularizer, constraint=self.embeddings_constraint,
            )  # fmt: skip

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        """The vectors of the ids, or the ids' scores for vectors."""
        if not reverse:
            return super().call(inputs)
        kernel = transpose(self.effective(self.embeddings)) if self.tie_weights else self.reverse_embeddings
        dtype = self.compute_dtype if self.reverse_dtype is None else dtypes.standardize(self.reverse_dtype)
        logits = affine(cast(inputs, dtype), cast(kernel, dtype))
        if self.logit_soft_cap is None:
            return logits
        return multiply(tanh(divide(logits, self.logit_soft_cap)), self.logit_soft_cap)
