"""One batch as the user gave it, checked and turned into a triple of NumPy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras.training.data.base import Batch, LeafSpec
from keras.training.data.convert import check_same_length, is_sparse, join_number_lists, to_array
from keras.training.data.nest import flatten, map_leaves
from keras.training.data.packing import unpack_x_y_sample_weight
from keras.training.data.sources import target_dtype
from keras.training.data.weights import ClassWeight

_BATCHING = {"tf.data.Dataset": "Add .batch(32) to it.", "torch DataLoader": "Pass batch_size=32 to it."}
_STACK = "Yield arrays of several samples, made with np.stack, or of one sample: x[None], y[None]."


class BatchReader:
    """Turns the items of a generator or dataset into triples (x, y, sample_weight) of arrays.

    Arguments:
        kind: what messages call the source, such as "generator".
        class_weight: see `ClassWeight`.
        float_dtype: dtype of floating arrays.
        x_dtype: dtype of all numbers in x; None keeps integers and booleans.
        lists_are_tuples: whether [x, y] means (x, y); otherwise it is refused, because a list means several inputs.
    """

    def __init__(self, kind: str, *, class_weight: Any, float_dtype: str, x_dtype: Any, lists_are_tuples: bool) -> None:
        self.kind = kind
        self._class_weight = None if class_weight is None else ClassWeight(class_weight, float_dtype)
        self._float_dtype = float_dtype
        self._x_dtype = x_dtype
        self._lists_are_tuples = lists_are_tuples
        self._leaves: tuple[int, int, int] | None = None

    def __call__(self, item: Any) -> Batch:
        """The triple of one item. Raises ValueError if the item is no batch, or not like the first one."""
        if isinstance(item, list):
            if not self._lists_are_tuples:
                raise ValueError(self._form_text(item))
            item = tuple(item)
        if isinstance(item, tuple) and not 1 <= len(item) <= 3:
            raise ValueError(self._form_text(item))
        x, y, sample_weight = unpack_x_y_sample_weight(item)
        x = self._arrays(x, "x", self._x_dtype)
        y = self._arrays(y, "y", None)
        sample_weight = self._arrays(sample_weight, "sample_weight", self._float_dtype)
        self._check_lengths(x, y, sample_weight)
        if self._class_weight is not None:
            sample_weight = self._class_weight(y, sample_weight)
        self._check_like_first((x, y, sample_weight))
        return x, y, sample_weight

    def _arrays(self, part: Any, name: str, wanted: Any) -> Any:
        def convert(leaf: Any) -> np.ndarray:
            array = leaf.toarray() if is_sparse(leaf) else to_array(leaf, name, self._float_dtype)
            return array.astype(target_dtype(array.dtype, self._float_dtype, wanted), copy=False)

        return map_leaves(convert, join_number_lists(part, name))

    def _check_lengths(self, x: Any, y: Any, sample_weight: Any) -> None:
        try:
            check_same_length((x, y, sample_weight), self._rows)
        except ValueError as error:
            if self._leaves is not None or "must have the same number" not in str(error):
                raise
            remedy = _BATCHING.get(self.kind, _STACK)
            raise ValueError(f"{error} If each element of the {self.kind} is a single sample, batches are needed. {remedy}") from None

    def _rows(self, array: np.ndarray) -> int:
        if array.ndim == 0:
            raise ValueError(
                f"The {self.kind} gave single samples (an array of shape ()) where batches are needed. {_BATCHING.get(self.kind, _STACK)}"
            )
        return len(array)

    def _check_like_first(self, batch: Batch) -> None:
        x, y, sample_weight = (sum(leaf is not None for leaf in flatten(part)) for part in batch)
        leaves = (x, y, sample_weight)
        if self._leaves is None:
            self._leaves = leaves
        elif leaves != self._leaves:
            raise ValueError(
                f"All batches of the {self.kind} must have the same structure. The first one had {_count_text(self._leaves)}, "
                f"this one has {_count_text(leaves)}."
            )

    def _form_text(self, item: Any) -> str:
        names = ("x", "y", "sample_weight")[: len(item)] if 1 <= len(item) <= 3 else ("x1", "x2", "...")
        listed = ", ".join(names)
        right = f"({listed}{',' if len(names) == 1 else ''})" if 1 <= len(item) <= 3 else "((x1, x2), y)"
        return (
            f"The {self.kind} must give tuples (x,), (x, y) or (x, y, sample_weight). It gave a {type(item).__name__} of {len(item)} "
            f"items: change {'[' if isinstance(item, list) else '('}{listed}{']' if isinstance(item, list) else ')'} to {right}."
        )


def _count_text(leaves: tuple[int, int, int]) -> str:
    return f"{leaves[0]} x, {leaves[1]} y and {leaves[2]} sample_weight arrays"


def specs_of(batch: Batch) -> tuple[Any, Any, Any]:
    """The `LeafSpec`s of a batch, with None for its number of samples."""
    x, y, sample_weight = (map_leaves(lambda array: LeafSpec((None, *array.shape[1:]), array.dtype), part) for part in batch)
    return x, y, sample_weight
