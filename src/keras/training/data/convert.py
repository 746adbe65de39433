"""Array-likes to NumPy arrays, and what in them cannot be turned into numbers.

Other libraries are recognised by the module of the type, never imported.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from keras.core import engine
from keras.training.data.nest import is_nest, named_leaves

_TENSOR_LIBRARIES = ("torch", "jax", "jaxlib", "tensorflow")


def library_of(value: object) -> str:
    """The top-level module that defines the type of `value`."""
    return type(value).__module__.partition(".")[0]


def is_sparse(value: object) -> bool:
    """Whether `value` is a SciPy sparse matrix or array."""
    return library_of(value) == "scipy" and hasattr(value, "tocsr")


def is_pandas(value: object) -> bool:
    """Whether `value` is a pandas DataFrame, Series or Index."""
    return library_of(value) == "pandas" and hasattr(value, "to_numpy")


def is_lazy_array(value: object) -> bool:
    """Whether `value` is an array in a file, which is to be read in parts."""
    return isinstance(value, RowRange) or (library_of(value) == "h5py" and hasattr(value, "shape") and hasattr(value, "dtype"))


def is_tensor(value: object) -> bool:
    """Whether `value` is a tensor of an engine's library."""
    return library_of(value) in _TENSOR_LIBRARIES and hasattr(value, "shape") and hasattr(value, "dtype")


def is_array(value: object) -> bool:
    """Whether `value` is one array in any form that a batch can be cut from."""
    return (
        isinstance(value, np.ndarray)
        or is_sparse(value)
        or is_pandas(value)
        or is_lazy_array(value)
        or (not is_nest(value) and not isinstance(value, (str, bytes)) and hasattr(value, "shape") and hasattr(value, "dtype"))
    )


class RowRange:
    """Rows `start` to `stop` of an array in a file, unread."""

    def __init__(self, dataset: Any, start: int, stop: int) -> None:
        self.dataset, self.start = dataset, start
        self.shape = (stop - start, *dataset.shape[1:])
        self.dtype = dataset.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> Any:
        if isinstance(rows, slice):
            first, last, step = rows.indices(len(self))
            return self.dataset[slice(first + self.start, last + self.start, step)]
        return self.dataset[np.asarray(rows) + self.start]


def join_number_lists(structure: Any, name: str) -> Any:
    """`structure` with every nested list of plain numbers or strings turned into one array; lists of arrays stay lists.

    A list of arrays means several inputs, a list of numbers (of any depth) means one array.
    Raises: ValueError if a list of numbers has rows of different lengths.
    """
    if _is_number_list(structure):
        return _rectangular(structure, name)
    if isinstance(structure, Mapping):
        return {key: join_number_lists(value, f"{name}[{key!r}]") for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        items = [join_number_lists(value, f"{name}[{position}]") for position, value in enumerate(structure)]
        return type(structure)(*items) if hasattr(structure, "_fields") else type(structure)(items)
    return structure


def _is_number_list(value: Any) -> bool:
    """Whether `value` is a list or tuple whose first element, however deep, is a plain number or string."""
    while isinstance(value, (list, tuple)) and len(value):
        value = value[0]
        if isinstance(value, (numbers.Number, str, bytes, np.generic)) or (isinstance(value, np.ndarray) and value.ndim == 0):
            return True
    return False


def _rectangular(value: Any, name: str) -> np.ndarray:
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(_ragged_text(value, name)) from error
    return array


def _ragged_text(rows: Iterable[Any], name: str) -> str:
    lengths = [len(row) if hasattr(row, "__len__") else 0 for row in rows]
    return (
        f"The rows of {name} have different lengths ({min(lengths)}..{max(lengths)}), so they do not form one array. "
        f"Pad them: {name} = keras.utils.pad_sequences({name}, dtype='float32')."
    )


def to_array(value: Any, name: str, float_dtype: str = "float32") -> np.ndarray:
    """`value` as a NumPy array of numbers, booleans or strings, without a copy where that is possible.

    Raises: TypeError if `value` is no array-like, ValueError if it holds something that is no number.
    """
    if is_pandas(value):
        return _from_pandas(value, name, float_dtype)
    if is_tensor(value):
        array = _from_tensor(value)
    elif isinstance(value, (np.ndarray, np.generic, list, tuple, numbers.Number)) or is_array(value) or hasattr(value, "__array__"):
        array = np.asarray(value)
    else:
        raise TypeError(
            f"{name} must be an array, a list or dict of arrays, a generator or a keras.utils.PyDataset. Got {type(value).__name__}. "
            f"Use {name} = np.array({name}, dtype='float32')."
        )
    return _from_objects(array, name, float_dtype) if array.dtype == object else array


def _from_tensor(value: Any) -> np.ndarray:
    """A tensor of an engine's library on the host."""
    if library_of(value) == "torch":
        value = value.detach().cpu()
        # NumPy has no bfloat16 that torch could hand over.
        return np.asarray(value.float() if str(value.dtype) == "torch.bfloat16" else value)
    if hasattr(value, "dense_shape") or hasattr(value, "row_splits"):
        value = engine.load("tensorflow").asarray(value)  # fills a SparseTensor, refuses a RaggedTensor
    return np.asarray(value)


def _from_pandas(value: Any, name: str, float_dtype: str) -> np.ndarray:
    """A DataFrame as (rows, columns), a Series as (rows,); columns of mixed numeric dtypes are joined in one copy."""
    if len(value.shape) == 1:
        return _column(value, name, float_dtype)
    dtypes = set(value.dtypes)
    if len(dtypes) == 1 and isinstance(dtype := dtypes.pop(), np.dtype) and dtype.kind in "biuf":
        return value.to_numpy()
    columns = [_column(value.iloc[:, i], f"{name}[{key!r}]", float_dtype) for i, key in enumerate(value.columns)]
    if not columns:
        return np.empty(value.shape, float_dtype)
    if {column.dtype.kind for column in columns} & set("OU") and {column.dtype.kind for column in columns} & set("biuf"):
        text = next(i for i, column in enumerate(columns) if column.dtype.kind in "OU")
        raise ValueError(_not_a_number(f"Column {value.columns[text]!r} of {name}", value.dtypes.iloc[text], columns[text][0], 0))
    return np.stack(columns, axis=1)


def _column(series: Any, name: str, float_dtype: str) -> np.ndarray:
    """One pandas column as an array; nullable numbers become floats with NaN for what is missing."""
    array = series.to_numpy()
    if array.dtype != object:
        return array
    if getattr(series.dtype, "kind", "O") in "biuf":
        return series.to_numpy(dtype=float_dtype, na_value=np.nan)
    return _from_objects(array, name, float_dtype, dtype_name=str(series.dtype))


def _from_objects(array: np.ndarray, name: str, float_dtype: str, dtype_name: str = "object") -> np.ndarray:
    """The numbers of an object array; arrays of strings stay as they are, for layers that take strings."""
    kinds = set(map(type, array.flat))
    if all(issubclass(kind, (str, bytes)) for kind in kinds):
        return array
    if all(issubclass(kind, (numbers.Real, np.generic)) and not issubclass(kind, (np.str_, np.bytes_)) for kind in kinds):
        return array.astype(float_dtype)
    if all(issubclass(kind, (list, tuple, np.ndarray)) for kind in kinds):
        rows = list(array.flat)
        if len({np.shape(row) if isinstance(row, np.ndarray) else len(row) for row in rows}) > 1:
            raise ValueError(_ragged_text(rows, name))
        return np.stack([np.asarray(row) for row in rows]).reshape(array.shape + np.shape(rows[0]))
    position = next(i for i, item in enumerate(array.flat) if not isinstance(item, (numbers.Real, np.number, np.bool_)))
    index = np.unravel_index(position, array.shape)
    where = f"Column {int(index[-1])} of {name}" if array.ndim > 1 else name
    raise ValueError(_not_a_number(where, dtype_name, array[index], int(index[0])))


def _not_a_number(where: str, dtype: object, value: object, row: int) -> str:
    return (
        f"{where} has dtype {dtype} (first bad value {value!r} at row {row}). Clean it, or encode strings with keras.layers.StringLookup."
    )


def check_same_length(triple: tuple[Any, Any, Any], lengths: Any) -> int:
    """The number of samples that all arrays share.

    Arguments:
        triple: (x, y, sample_weight).
        lengths: function from a leaf to its number of samples.
    Raises: ValueError naming the arrays and the first array whose length differs.
    """
    named = [
        (name, lengths(leaf))
        for part, prefix in zip(triple, ("x", "y", "sample_weight"), strict=True)
        for name, leaf in named_leaves(part, prefix)
        if leaf is not None
    ]
    if not named:
        raise ValueError("There is no data: x holds no array. Pass x=np.array(...).")
    first_name, first = named[0]
    for name, length in named[1:]:
        if length != first:
            raise ValueError(_length_text(triple, first_name, first, name, length))
    return first


def _length_text(triple: tuple[Any, Any, Any], name: str, size: int, other: str, other_size: int) -> str:
    x = triple[0]
    if isinstance(x, (list, tuple)) and len(x) == other_size and other.startswith("y"):
        return (
            f"x is a list of {len(x)} arrays and {other} has {other_size} samples. A list means several model inputs. "
            "Use x = np.stack(x) for one input."
        )
    what = "no target" if other.startswith("y") else "no sample weight" if other.startswith("sample_weight") else "no counterpart"
    longer, shorter, least = (name, other, other_size) if size > other_size else (other, name, size)
    lack = what if longer == name else f"no row in {name}"
    return (
        f"{name} and {other} must have the same number of samples. Found {size} samples in {name} and {other_size} in {other}: "
        f"the last {abs(size - other_size)} rows of {longer} have {lack}. Use {longer}[:{least}], or add what {shorter} lacks."
    )
