"""Splitting arrays into a first and a last part."""

from __future__ import annotations

import math
from typing import Any

from keras.training.data.convert import RowRange, is_array, is_lazy_array, is_pandas, is_sparse, join_number_lists, library_of
from keras.training.data.nest import flatten, map_leaves


def num_rows(leaf: Any) -> int:
    """The size of the first axis of an array-like."""
    shape = getattr(leaf, "shape", None)
    return int(shape[0]) if shape is not None and len(shape) else len(leaf)


def take_rows(leaf: Any, start: int, stop: int) -> Any:
    """Rows `start` to `stop` of an array-like: a view where its library has views; files are not read."""
    if is_pandas(leaf):
        return leaf.iloc[start:stop] if hasattr(leaf, "iloc") else leaf[start:stop]
    if is_sparse(leaf):
        return leaf.tocsr()[start:stop]
    if is_lazy_array(leaf):
        return RowRange(leaf, start, stop)
    return leaf[start:stop]


def train_validation_split(arrays: Any, validation_split: float) -> tuple[Any, Any]:
    """The first part of all rows for training and the last part for validation, without shuffling.

    Arguments:
        arrays: array-like or nest of array-likes with the same number of rows; None entries stay None.
        validation_split: float in (0, 1), the share of the rows that is split off at the end.
    Returns: pair (training part, validation part), each with the structure of `arrays`; NumPy arrays are views.
    Raises: ValueError if there is nothing to split by rows, or if one part would be empty.
    Example:
        >>> train_validation_split([1, 2, 3, 4, 5], 0.4)
        (array([1, 2, 3]), array([4, 5]))

    Source: `Model.fit(validation_split=...)` of Keras.
    """
    if not isinstance(validation_split, (int, float)) or not 0 < validation_split < 1:
        raise ValueError(f"validation_split must be a float between 0 and 1. Got {validation_split!r}. Write validation_split=0.2.")
    arrays = join_number_lists(arrays, "data")
    leaves = [leaf for leaf in flatten(arrays) if leaf is not None]
    for leaf in leaves:
        if not is_array(leaf) and not hasattr(leaf, "__array__"):
            raise ValueError(
                f"validation_split works on arrays only, because it needs rows that can be counted. Got {_kind(leaf)}. "
                "Pass validation_data=... instead."
            )
    sizes = {num_rows(leaf) for leaf in leaves}
    if len(sizes) != 1:
        raise ValueError(f"validation_split needs arrays with the same number of samples. Got {sorted(sizes)} samples. Check x and y.")
    samples = sizes.pop()
    border = math.floor(samples * (1.0 - validation_split))
    if border in (0, samples):
        raise ValueError(
            f"validation_split={validation_split} of {samples} samples leaves {border} for training and {samples - border} for "
            "validation. Pass more data, or another validation_split."
        )
    first = map_leaves(lambda leaf: take_rows(leaf, 0, border), arrays)
    return first, map_leaves(lambda leaf: take_rows(leaf, border, samples), arrays)


def _kind(value: Any) -> str:
    library = library_of(value)
    name = type(value).__name__
    return name if library in ("builtins", "__main__") else f"{library}.{name}"
