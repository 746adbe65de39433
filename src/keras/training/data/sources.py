"""One leaf of the user's data as a row source: NumPy arrays, numbers in lists, pandas, SciPy sparse, HDF5, engine tensors.

A source reads rows by slice or by index and casts only what it read, so that the data itself is never copied as a whole.
Libraries are recognised by the module of the type and are never imported here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from keras.training.data.convert import is_lazy_array, is_sparse, to_array
from keras.training.data.nest import named_leaves

Rows = slice | np.ndarray

#: Arrays of the wrong float width that are at most this big are converted once, so that slices of them need no work at all.
CONVERT_WHOLE_BELOW = 16 * 2**20


def is_float(dtype: np.dtype[Any]) -> bool:
    """Whether `dtype` is a real floating dtype, the ml_dtypes ones included."""
    return dtype.kind == "f" or dtype.name.startswith(("bfloat", "float"))


def target_dtype(dtype: np.dtype[Any], float_dtype: str, wanted: Any = None) -> np.dtype[Any]:
    """The dtype a batch gets: `wanted` if given, `float_dtype` for floats; integers, booleans and strings stay."""
    if wanted is not None and dtype.kind in "biufcV":
        return np.dtype(wanted)
    return np.dtype(float_dtype) if is_float(dtype) else dtype


class Source(ABC):
    """Rows of one array-like: `read(rows)` gives a new array or a view, `read_into(rows, buffer)` fills a buffer."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    def __len__(self) -> int:
        return self.shape[0]

    @abstractmethod
    def _rows(self, rows: Rows) -> np.ndarray:
        """The rows in the dtype they are stored in."""

    def read(self, rows: Rows) -> np.ndarray:
        """The rows with dtype `self.dtype`; a view of the data when `rows` is a slice and the dtype already fits."""
        return self._rows(rows).astype(self.dtype, copy=False)

    def read_into(self, rows: Rows, buffer: np.ndarray) -> np.ndarray:
        """Writes the rows into the first rows of `buffer`, casting to its dtype, and returns that part of it."""
        values = self._rows(rows)
        part = buffer[: len(values)]
        np.copyto(part, values, casting="unsafe")
        return part


class ArraySource(Source):
    """Rows of a NumPy array."""

    def __init__(self, array: np.ndarray, dtype: np.dtype[Any]) -> None:
        if array.dtype != dtype and array.nbytes <= CONVERT_WHOLE_BELOW:
            array = array.astype(dtype)
        self.array = array
        self.dtype = dtype
        self.shape = array.shape

    def _rows(self, rows: Rows) -> np.ndarray:
        return self.array[rows] if isinstance(rows, slice) else np.take(self.array, rows, axis=0, mode="clip")

    def read_into(self, rows: Rows, buffer: np.ndarray) -> np.ndarray:
        """As `Source.read_into`; one pass over memory when the dtypes agree."""
        if isinstance(rows, slice) or buffer.dtype != self.array.dtype:
            return super().read_into(rows, buffer)
        # mode='clip' lets NumPy write straight into `out`; the default mode goes through a buffer of its own.
        return np.take(self.array, rows, axis=0, out=buffer[: len(rows)], mode="clip")


class SparseSource(Source):
    """Rows of a SciPy sparse matrix, made dense one batch at a time."""

    def __init__(self, matrix: Any, dtype: np.dtype[Any]) -> None:
        self.matrix = matrix.tocsr()
        self.dtype = dtype
        self.shape = tuple(matrix.shape)

    def _rows(self, rows: Rows) -> np.ndarray:
        return self.matrix[rows].toarray()


class LazySource(Source):
    """Rows of an array that lives in a file (an HDF5 dataset), read one batch at a time."""

    def __init__(self, dataset: Any, dtype: np.dtype[Any]) -> None:
        self.dataset = dataset
        self.dtype = dtype
        self.shape = tuple(dataset.shape)

    def _rows(self, rows: Rows) -> np.ndarray:
        if isinstance(rows, slice):
            return np.asarray(self.dataset[rows])
        # HDF5 reads rows only in rising order, each once.
        unique, back = np.unique(rows, return_inverse=True)
        return np.asarray(self.dataset[unique])[back]


def as_source(leaf: Any, name: str, float_dtype: str, wanted: Any = None) -> Source:
    """The row source of one leaf.

    Arguments:
        leaf: array-like with at least one axis, the first being the samples.
        name: how messages call it, such as `x['age']`.
        float_dtype: dtype that floats get.
        wanted: dtype that any number gets, or None.
    Raises: TypeError or ValueError saying what in the data cannot be used.
    """
    if is_sparse(leaf):
        return SparseSource(leaf, target_dtype(np.dtype(leaf.dtype), float_dtype, wanted))
    if is_lazy_array(leaf):
        _check_rank(leaf, name)
        return LazySource(leaf, target_dtype(np.dtype(leaf.dtype), float_dtype, wanted))
    array = to_array(leaf, name, float_dtype)
    _check_rank(array, name)
    return ArraySource(array, target_dtype(array.dtype, float_dtype, wanted))


def sources_of(structure: Any, name: str, float_dtype: str, wanted: Any = None) -> list[Source | None]:
    """The sources of all leaves of `structure`; None where a leaf is None."""
    leaves = list(named_leaves(structure, name))
    wanted_list = list(wanted) if isinstance(wanted, (list, tuple)) else [wanted] * len(leaves)
    return [
        None if leaf is None else as_source(leaf, leaf_name, float_dtype, leaf_dtype)
        for (leaf_name, leaf), leaf_dtype in zip(leaves, wanted_list, strict=True)
    ]


def _check_rank(array: Any, name: str) -> None:
    if len(array.shape) == 0:
        raise ValueError(f"{name} must have an axis for the samples. Got a single value ({array!r}). Use {name}=np.array([value]).")
