"""Class weights as sample weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np

from keras.training.data.convert import join_number_lists, to_array
from keras.training.data.nest import flatten, is_nest, pack_like

ClassTable = tuple[np.ndarray, np.ndarray]


def class_weight_table(class_weight: Any) -> ClassTable:
    """Sorted class numbers and their weights.

    Arguments:
        class_weight: dict class -> weight (classes are integers, or text that spells one), or an array with one weight per class.
    Raises: ValueError if a class is no integer or a weight is no finite number >= 0.
    """
    if not isinstance(class_weight, Mapping):
        class_weight = dict(enumerate(np.asarray(class_weight).ravel().tolist()))
    table: dict[int, float] = {}
    for key, value in class_weight.items():
        try:
            number = int(key)
            fits = number == float(key)
        except (TypeError, ValueError):
            fits = False
        if not fits:
            raise ValueError(f"The keys of class_weight must be class numbers. Got {key!r}. Write class_weight={{0: 1.0, 1: 5.0}}.")
        if not isinstance(value, Real) or not math.isfinite(value) or value < 0:
            raise ValueError(f"The weight of class {number} in class_weight must be a finite number >= 0. Got {value!r}.")
        table[number] = float(value)
    if not table:
        raise ValueError("class_weight must name at least one class. Got an empty dict. Write class_weight={0: 1.0, 1: 5.0}.")
    classes = np.array(sorted(table))
    return classes, np.array([table[number] for number in classes.tolist()])


def class_numbers(y: np.ndarray, name: str = "y") -> np.ndarray:
    """The class of each row of `y`: integer labels of shape (n,) or (n, 1), or one-hot rows.

    Raises: ValueError if `y` holds numbers that are no classes.
    """
    if y.ndim >= 2 and y.shape[-1] > 1:
        return np.argmax(y, axis=-1)
    labels = y.reshape(y.shape[:-1]) if y.ndim >= 2 else y
    if labels.dtype.kind == "f":
        whole = np.rint(labels)
        if not np.array_equal(whole, labels):
            raise ValueError(
                f"class_weight needs classes: {name} must hold integer labels or one-hot rows. Got the value "
                f"{float(labels[whole != labels].flat[0])!r}. For weights of single samples pass sample_weight."
            )
        labels = whole.astype(np.int64)
    if labels.dtype.kind not in "biu":
        raise ValueError(f"class_weight needs integer labels or one-hot rows. Got {name} of dtype {labels.dtype}.")
    return labels.astype(np.int64, copy=False)


def weights_of(y: np.ndarray, table: ClassTable, float_dtype: str, name: str = "y") -> np.ndarray:
    """One weight per row of `y`; classes that the table does not name weigh 1."""
    classes, weights = table
    labels = class_numbers(y, name)
    position = np.minimum(np.searchsorted(classes, labels), len(classes) - 1)
    return np.where(classes[position] == labels, weights[position], 1.0).astype(float_dtype)


class ClassWeight:
    """Turns targets, and sample weights if there are any, into the sample weights that `class_weight` asks for.

    Arguments:
        class_weight: dict class -> weight for one output; for several outputs a dict output name -> dict, or a list of dicts.
        float_dtype: dtype of the weights.
    """

    def __init__(self, class_weight: Any, float_dtype: str = "float32") -> None:
        self._given = class_weight
        self._dtype = float_dtype
        self._tables: list[ClassTable | None] | None = None

    def __call__(self, y: Any, sample_weight: Any = None) -> Any:
        """Sample weights with the structure of `y`: the weights of the classes, times `sample_weight` where given."""
        if y is None:
            raise ValueError("class_weight needs targets, and this data has none. Pass y, or yield (x, y).")
        targets = flatten(y)
        if self._tables is None:
            self._tables = self._tables_for(y, len(targets))
        given = flatten(sample_weight) if is_nest(sample_weight) else [sample_weight] * len(targets)
        if len(given) != len(targets):
            raise ValueError(f"sample_weight must have one entry per output. Got {len(given)} entries and {len(targets)} targets.")
        result = [self._one(*args) for args in zip(targets, self._tables, given, strict=True)]
        return pack_like(y, iter(result))

    def _one(self, y: Any, table: ClassTable | None, sample_weight: Any) -> np.ndarray | None:
        if y is None:
            return None
        array = to_array(y, "y", self._dtype)
        weights = np.ones(len(array), self._dtype) if table is None else weights_of(array, table, self._dtype)
        if sample_weight is None:
            return weights
        other = to_array(join_number_lists(sample_weight, "sample_weight"), "sample_weight", self._dtype).astype(self._dtype, copy=False)
        if len(other) != len(weights):
            raise ValueError(
                f"sample_weight and y must have the same number of samples. Found {len(other)} in sample_weight and {len(weights)} in y."
            )
        # The operand with fewer axes gets axes of size 1 at its end, so that samples meet samples.
        rank = max(weights.ndim, other.ndim)
        return weights.reshape(weights.shape + (1,) * (rank - weights.ndim)) * other.reshape(other.shape + (1,) * (rank - other.ndim))

    def _tables_for(self, y: Any, count: int) -> list[ClassTable | None]:
        given = self._given
        if not is_nest(y):
            return [class_weight_table(given)]
        per_output = isinstance(y, Mapping) and isinstance(given, Mapping) and set(given) <= set(y) and bool(given)
        if per_output:
            return [None if given.get(key) is None else class_weight_table(given[key]) for key in y]
        if isinstance(given, (list, tuple)) and len(given) == count and all(item is None or isinstance(item, Mapping) for item in given):
            return [None if item is None else class_weight_table(item) for item in given]
        if count == 1:
            return [class_weight_table(given)]
        names = f"the names {list(y)}" if isinstance(y, Mapping) else f"{count} outputs"
        example = f"{{{next(iter(y))!r}: {{0: 1.0, 1: 5.0}}}}" if isinstance(y, Mapping) else "[{0: 1.0, 1: 5.0}, None]"
        raise ValueError(
            f"class_weight for several outputs needs one dict per output, and the targets have {names}. Got {given!r}. "
            f"Write class_weight={example}, or pass sample_weight."
        )
