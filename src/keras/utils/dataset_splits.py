"""`split_dataset`: data of any kind in two parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from keras.core import engine, tree
from keras.core import random as host_random
from keras.training.data.py_dataset import PyDataset


class Samples:
    """Samples by number: what `split_dataset` makes of arrays and of data that gives its samples one after another.

    A torch DataLoader takes it as it is; `batch(32)` gives what `fit` takes.

    Arguments:
        source: nest of arrays with one length, or list of samples. order: numbers of the samples that belong to it.
    Example:
        >>> left, right = split_dataset((np.arange(4), np.arange(4) ** 2), left_size=0.5)
        >>> len(left), right[0]
        (2, (np.int64(2), np.int64(4)))

    Source: stands for the tf.data.Dataset and the torch Subset of Keras 3.
    """

    def __init__(self, source: Any, order: np.ndarray, is_list: bool = False) -> None:
        self._source, self._order, self._is_list = source, order, is_list

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, index: int) -> Any:
        number = int(self._order[index])
        return self._source[number] if self._is_list else tree.map_structure(lambda a: a[number], self._source)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def arrays(self) -> Any:
        """All samples at once: the nest with the samples along a new first axis."""
        if not self._is_list:
            return tree.map_structure(lambda a: a[self._order], self._source)
        return tree.map_structure(lambda *parts: np.stack([np.asarray(p) for p in parts]), *self)

    def batch(self, batch_size: int = 32) -> PyDataset:
        """The samples in batches, the last one smaller if need be; `fit`, `evaluate` and `predict` take it."""
        if not isinstance(batch_size, int) or batch_size < 1:
            raise ValueError(f"batch(batch_size): got {batch_size!r}. Accepted: an integer >= 1. Write batch(32).")
        return _Batches(self.arrays(), batch_size)


class _Batches(PyDataset):
    def __init__(self, arrays: Any, batch_size: int) -> None:
        super().__init__()
        self._arrays, self._batch_size = arrays, batch_size

    def __len__(self) -> int:
        return -(-len(next(tree.leaves(self._arrays))) // self._batch_size)

    def __getitem__(self, index: int) -> Any:
        part = slice(index * self._batch_size, (index + 1) * self._batch_size)
        return tree.map_structure(lambda a: a[part], self._arrays)


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Any, Any]:
    """Data in two parts, for example for training and validation.

    Arguments:
        dataset: array; list, tuple or dict of arrays of one length; a tf.data.Dataset; a torch Dataset; a PyDataset, generator or other
            iterable that ends. What such data gives one after another (samples or batches) is split.
        left_size: int, how many samples the left part has, or float between 0 and 1, which fraction. None: what the right part leaves.
        right_size: the same of the right part. None: what the left part leaves.
        shuffle: whether the order is drawn anew first; else it stays. seed: int for that; None: the global seed.
        preferred_backend: "tensorflow" gives tf.data.Datasets for arrays; None: the engine. Other names give `Samples`.
    Returns: (left, right): tf.data.Datasets or torch Subsets for such data, else objects with `len`, `[number]`, and `batch(size)`, which
        makes what `fit` takes; a torch DataLoader takes them as they are.
    Raises: TypeError for data of another kind; ValueError if a size does not fit.
    Example:
        >>> x, y = np.arange(10.0), np.arange(10)
        >>> left, right = split_dataset((x, y), left_size=0.8)
        >>> len(left), len(right), len(left.batch(4))
        (8, 2, 2)

    Source: keras.utils.split_dataset of Keras 3.
    """
    if preferred_backend not in (None, "tensorflow", "torch", "jax", "numpy"):
        raise ValueError(
            f"split_dataset(preferred_backend): got {preferred_backend!r}. Accepted: 'tensorflow', 'torch', 'jax', 'numpy', None."
        )
    origins = {base.__module__.partition(".")[0] for base in type(dataset).__mro__}
    if "tensorflow" in origins and hasattr(dataset, "element_spec"):
        return _split_tf(dataset, left_size, right_size, shuffle, seed)
    source, is_list = _source_of(dataset)
    count = len(source) if is_list else len(next(tree.leaves(source)))
    left, right = _sizes(count, left_size, right_size)
    order = np.arange(count)
    if shuffle:
        order = host_random.host_generator(host_random.draw_seed() if seed is None else seed).permutation(count)
    parts = order[:left], order[count - right :]
    if source is dataset and "torch" in origins:
        import torch

        return tuple(torch.utils.data.Subset(dataset, part.tolist()) for part in parts)  # type: ignore[return-value]
    made = tuple(Samples(source, part, is_list) for part in parts)
    if (preferred_backend or engine.current().name) == "tensorflow":
        import tensorflow as tf

        return tuple(tf.data.Dataset.from_tensor_slices(part.arrays()) for part in made)  # type: ignore[return-value]
    return made  # type: ignore[return-value]


def _source_of(dataset: Any) -> tuple[Any, bool]:
    """A nest of arrays, or a list of samples (and True)."""
    if hasattr(dataset, "shape") and hasattr(dataset, "__getitem__"):
        return np.asarray(dataset), False
    if isinstance(dataset, (list, tuple, dict)):
        found = tree.map_structure(lambda a: a if isinstance(a, np.ndarray) else np.asarray(a) if hasattr(a, "shape") else None, dataset)
        arrays = list(tree.leaves(found))
        if not arrays or any(a is None or not a.ndim for a in arrays):
            raise ValueError(f"split_dataset(dataset): got {dataset!r}. Accepted: arrays in a list, tuple or dict. Write np.array([...]).")
        if len({len(a) for a in arrays}) > 1:
            raise ValueError(f"split_dataset(dataset): the arrays have the lengths {[len(a) for a in arrays]}. Accepted: one length.")
        return tuple(found) if isinstance(found, list) else found, False
    if hasattr(dataset, "__len__") and hasattr(dataset, "__getitem__") and not isinstance(dataset, (str, bytes)):
        is_torch = any(base.__module__.startswith("torch.") for base in type(dataset).__mro__)
        return (dataset, True) if is_torch else ([dataset[i] for i in range(len(dataset))], True)
    if isinstance(dataset, Iterator) or hasattr(dataset, "__iter__") and not isinstance(dataset, (str, bytes, set)):
        return list(dataset), True
    raise TypeError(
        f"split_dataset(dataset): got {dataset!r} of type {type(dataset).__name__}. Accepted: arrays, a tf.data.Dataset, a torch Dataset, "
        "a PyDataset or an iterable that ends."
    )


def _sizes(count: int, left_size: Any, right_size: Any) -> tuple[int, int]:
    """How many samples go into each part."""
    if left_size is None and right_size is None:
        raise ValueError("split_dataset: left_size or right_size is needed. Write split_dataset(dataset, left_size=0.8).")
    found: list[int | None] = []
    for name, size in (("left_size", left_size), ("right_size", right_size)):
        if size is None:
            found.append(None)
            continue
        if isinstance(size, bool) or not isinstance(size, (int, float, np.number)):
            raise TypeError(f"split_dataset({name}): got {size!r}. Accepted: an integer, a float between 0 and 1, or None.")
        whole = isinstance(size, (int, np.integer))
        if not (0 < size < (count if whole else 1)):
            raise ValueError(
                f"split_dataset({name}): got {size!r} for {count} samples. Accepted: an integer from 1 to {count - 1}, or a float between 0 and 1."
            )
        found.append(int(size) if whole else round(float(size) * count))
    left, right = found
    left = count - right if left is None and right is not None else left
    right = count - left if right is None and left is not None else right
    if left is None or right is None or left + right > count:
        raise ValueError(
            f"split_dataset: left_size={left_size!r} and right_size={right_size!r} are more than the {count} samples together."
        )
    if not left or not right:
        empty = "left" if not left else "right"
        raise ValueError(f"split_dataset: of {count} samples the {empty} part gets none. Write left_size=1, or take more samples.")
    return left, right


def _split_tf(dataset: Any, left_size: Any, right_size: Any, shuffle: bool, seed: int | None) -> tuple[Any, Any]:
    """A tf.data.Dataset by `take` and `skip`."""
    count = int(dataset.cardinality())
    if count == -1:
        raise ValueError("split_dataset(dataset): the tf.data.Dataset never ends. Write dataset.take(1000) first.")
    count = sum(1 for _ in dataset) if count < 0 else count
    left, right = _sizes(count, left_size, right_size)
    if shuffle:
        dataset = dataset.shuffle(count, seed=host_random.draw_seed() if seed is None else seed, reshuffle_each_iteration=False)
    return dataset.take(left), dataset.skip(count - right)
