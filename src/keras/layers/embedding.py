"""Vectors for whole numbers."""

from __future__ import annotations

from typing import Any

from keras.layers.arguments import keep, positive
from keras.layers.layer import Layer
from keras.ops.elementwise import cast, dtype_of, not_equal
from keras.ops.indexing import take


class Embedding(Layer):
    """A trained vector for each whole number: (batch, ...) of ids becomes (batch, ..., output_dim).

    Arguments:
        input_dim: int > 0, how many ids there are; ids go from 0 to input_dim - 1.
        output_dim: int > 0, the size of a vector.
        embeddings_initializer, embeddings_regularizer, embeddings_constraint: name or object. Default: uniform, none, none.
        mask_zero: whether id 0 is padding: the outputs then carry a mask that recurrent layers and attention follow.
        weights: list with one array (input_dim, output_dim) of first values, or None.
    Raises: IndexError if an id is not below `input_dim`.
    Example:
        >>> Embedding(1000, 8)(np.array([[3, 999]])).shape
        (1, 2, 8)
    Source: keras.layers.Embedding of Keras 3.
    """

    def __init__(
        self, input_dim: int, output_dim: int, embeddings_initializer: Any = "uniform", embeddings_regularizer: Any = None, embeddings_constraint: Any = None,
        mask_zero: bool = False, weights: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(weights=weights if weights is None or isinstance(weights, (list, tuple)) else [weights], **kwargs)
        keep(self, locals())
        self.input_dim = positive(self, "input_dim", input_dim)
        self.output_dim = positive(self, "output_dim", output_dim)
        self.supports_masking = bool(mask_zero)
        self.autocast = False

    def build(self, input_shape: Any = None) -> None:
        """Make `embeddings` (input_dim, output_dim)."""
        self.embeddings = self.add_weight(
            shape=(self.input_dim, self.output_dim), name="embeddings", initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer, constraint=self.embeddings_constraint,
        )  # fmt: skip

    def call(self, inputs: Any) -> Any:
        """The vectors of the ids."""
        ids = inputs if dtype_of(inputs) in ("int32", "int64") else cast(inputs, "int32")
        try:
            return take(self.embeddings, ids, axis=0)
        except IndexError as error:
            raise IndexError(
                f"Embedding {self.name!r}: an id is outside of 0 to {self.input_dim - 1} ({error}) "
                f"Write input_dim=largest_id + 1; with 0 as padding, input_dim=len(vocabulary) + 1."
            ) from None

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Where the id is not 0, if 0 is padding."""
        return not_equal(inputs, 0) if self.mask_zero else None
