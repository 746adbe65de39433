"""`make_adapter`: the adapter for whatever the user passed as `x`."""

from __future__ import annotations

import functools
import inspect
import operator
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from keras.training.data.array_adapter import ArrayAdapter
from keras.training.data.base import DataAdapter
from keras.training.data.batches import BatchReader
from keras.training.data.convert import is_array
from keras.training.data.generator_adapter import GeneratorAdapter
from keras.training.data.nest import is_nest
from keras.training.data.py_dataset import PyDatasetAdapter, is_py_dataset


def make_adapter(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    batch_size: int | None = None,
    steps_per_epoch: int | None = None,
    shuffle: bool | str = False,
    class_weight: Any = None,
    float_dtype: str = "float32",
    x_dtype: Any = None,
    repeat: bool = True,
    workers: int | None = None,
    use_multiprocessing: bool | None = None,
    max_queue_size: int | None = None,
) -> DataAdapter:
    """The adapter that turns the user's data into batches.

    Arguments:
        x: arrays (in lists, tuples or dicts for several inputs), a generator or iterator, a function that makes one, a `PyDataset`,
            a torch DataLoader, a tf.data.Dataset, or another iterable of batches.
        y: targets; only with arrays.
        sample_weight: weights of the samples; only with arrays.
        batch_size: int > 0, only with arrays; None means 32.
        steps_per_epoch: int > 0 or None, batches per epoch; None means one pass over the data.
        shuffle: True, False, or "batch" (order of the batches only). Sources that are not arrays or PyDatasets keep their order.
        class_weight: weights per class; works with every kind of data, and together with `sample_weight` (they multiply).
        float_dtype: dtype of floating batches.
        x_dtype: dtype of all numbers in x; None keeps integers and booleans.
        repeat: whether `steps_per_epoch` may go on into a new pass: True in fit, False in evaluate and predict.
        workers, use_multiprocessing, max_queue_size: replace the values of a `PyDataset` (arguments of Keras 1 and 2).
    Raises: ValueError or TypeError saying which argument does not go with which data.
    """
    steps_per_epoch = _whole_number(steps_per_epoch, "steps_per_epoch")
    batch_size = _whole_number(batch_size, "batch_size")
    if shuffle not in (True, False, "batch"):
        raise ValueError(f"shuffle must be True, False or 'batch'. Got {shuffle!r}.")
    if is_array(x) or (is_nest(x) and not is_py_dataset(x)):
        return ArrayAdapter(
            x, y, sample_weight, batch_size=batch_size, shuffle=shuffle, class_weight=class_weight,
            float_dtype=float_dtype, x_dtype=x_dtype, steps_per_epoch=steps_per_epoch, repeat=repeat,
        )  # fmt: skip
    kind = _kind_of(x)
    _check_alone(x, kind, y, sample_weight, batch_size)
    lists_are_tuples = kind in ("PyDataset", "torch DataLoader")
    reader = BatchReader(kind, class_weight=class_weight, float_dtype=float_dtype, x_dtype=x_dtype, lists_are_tuples=lists_are_tuples)
    if kind == "PyDataset":
        return PyDatasetAdapter(
            x, reader, shuffle=shuffle, steps_per_epoch=steps_per_epoch, repeat=repeat, workers=workers,
            use_multiprocessing=use_multiprocessing, max_queue_size=max_queue_size,
        )  # fmt: skip
    return GeneratorAdapter(
        _opener(x), reader, steps_per_epoch=steps_per_epoch, repeat=repeat, num_batches=_known_length(x, kind)
    )  # fmt: skip


def _kind_of(x: Any) -> str:
    """What messages call `x`. Raises TypeError if `x` is no data."""
    origins = {base.__module__ for base in type(x).__mro__}
    if is_py_dataset(x):
        return "PyDataset"
    if any(origin.startswith("torch.utils.data") for origin in origins):
        if not hasattr(x, "batch_sampler"):
            raise TypeError(
                f"x is a torch dataset of single samples ({type(x).__name__}). "
                "Batches are needed: pass torch.utils.data.DataLoader(x, batch_size=32)."
            )
        return "torch DataLoader"
    if any(origin.startswith("tensorflow.") for origin in origins) and hasattr(x, "element_spec"):
        return "tf.data.Dataset"
    if isinstance(x, Iterator) or _is_function(x):
        return "generator"
    if isinstance(x, Iterable) and not isinstance(x, (str, bytes, set, frozenset)):
        return "iterable"
    raise TypeError(
        f"x must be an array, a list or dict of arrays, a generator, a keras.utils.PyDataset, a tf.data.Dataset or a torch DataLoader. "
        f"Got {x!r} of type {type(x).__name__}. Use x = np.array(x, dtype='float32')."
    )


def _check_alone(x: Any, kind: str, y: Any, sample_weight: Any, batch_size: int | None) -> None:
    """Refuses what must be part of the batches, and says that batch_size has no effect."""
    for name, value, form in (("y", y, "(x, y)"), ("sample_weight", sample_weight, "(x, y, sample_weight)")):
        if value is not None:
            raise ValueError(f"When x is a {kind}, {name} must not be passed: it is part of each batch. Let the {kind} give {form}.")
    if batch_size is not None:
        remedy = "call ds.batch({0})" if kind == "tf.data.Dataset" else "pass DataLoader(..., batch_size={0})"
        remedy = remedy if kind in ("tf.data.Dataset", "torch DataLoader") else "make batches of {0} there"
        warnings.warn(f"batch_size={batch_size} is ignored: the {kind} makes its own batches; {remedy.format(batch_size)}.", stacklevel=4)


def _opener(x: Any) -> Iterator[Any] | Callable[[], Iterator[Any]]:
    if isinstance(x, Iterator):
        return x
    return x if _is_function(x) else lambda: iter(x)


def _is_function(x: Any) -> bool:
    return inspect.isroutine(x) or isinstance(x, functools.partial)


def _known_length(x: Any, kind: str) -> int | None:
    """Batches per pass where the source knows; negative numbers are tf.data's signs for endless and unknown."""
    try:
        length = int(x.cardinality()) if kind == "tf.data.Dataset" else len(x)
    except TypeError:
        return None
    return length if length >= 0 else None


def _whole_number(value: Any, name: str) -> int | None:
    if value is None:
        return None
    try:
        number = operator.index(value)
    except TypeError:
        number = int(value) if isinstance(value, float) and value.is_integer() else 0
    if number <= 0 or isinstance(value, bool):
        raise ValueError(f"{name} must be an integer > 0 or None. Got {value!r}. Write {name}=32.")
    return number
