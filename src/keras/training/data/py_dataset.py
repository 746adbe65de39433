"""`PyDataset`: batches by number, loaded by the user's `__getitem__`, optionally in parallel."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np

from keras.training.data.base import Batch, DataAdapter
from keras.training.data.batches import BatchReader, specs_of
from keras.training.data.prefetch import WorkerProcesses, prefetch


class PyDataset:
    """Base class of datasets that give one batch per index.

    A subclass defines `__getitem__(index)`, which returns a batch `(x,)`, `(x, y)` or `(x, y, sample_weight)`, and
    `__len__()`, the number of batches. It may define `on_epoch_begin()` and `on_epoch_end()`, and `num_batches`
    (a property; None means endless) where `__len__` cannot say.

    Arguments:
        workers: int >= 0, threads or processes that load ahead; 0 and 1 threads mean that the training loop loads itself.
        use_multiprocessing: True loads in processes, which must be able to import and unpickle the dataset.
        max_queue_size: int > 0, batches that may be loaded ahead.
    Example:
        >>> class Squares(PyDataset):
        ...     def __len__(self):
        ...         return 2
        ...     def __getitem__(self, index):
        ...         x = np.arange(3.0) + 3 * index
        ...         return x, x**2
        >>> Squares(workers=2)[1]
        (array([3., 4., 5.]), array([ 9., 16., 25.]))

    Source: keras.utils.PyDataset of Keras 3, keras.utils.Sequence of Keras 2.
    """

    # Class attributes, so that subclasses written for Keras 2, which do not call this constructor, work too.
    workers: int = 1
    use_multiprocessing: bool = False
    max_queue_size: int = 10

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10) -> None:
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index: int) -> Any:
        """The batch number `index`."""
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__(self, index), which returns a batch (x, y).")

    @property
    def num_batches(self) -> int | None:
        """Batches per pass, or None for an endless dataset."""
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError(
            f"{type(self).__name__} must define __len__(self), the number of batches (or a property num_batches that is None: endless)."
        )

    def on_epoch_begin(self) -> None:
        """Called before each epoch."""

    def on_epoch_end(self) -> None:
        """Called after each epoch."""


def is_py_dataset(value: object) -> bool:
    """Whether `value` gives batches by index: a `PyDataset`, or what Keras 2 called a `Sequence`."""
    return isinstance(value, PyDataset) or all(hasattr(value, name) for name in ("__getitem__", "__len__", "on_epoch_end"))


class PyDatasetAdapter(DataAdapter):
    """Batches of a `PyDataset`, in order or in a new order for each pass.

    Arguments:
        dataset: `PyDataset`, or an object with `__getitem__`, `__len__` and `on_epoch_end`.
        reader: turns one item into a triple of arrays.
        shuffle: whether each pass has a new order of the batches; an endless dataset keeps its order.
        steps_per_epoch: batches per epoch; None means one pass.
        repeat: with `steps_per_epoch`, begin a new pass when one ends.
        workers, use_multiprocessing, max_queue_size: replace the dataset's own values where not None.
    """

    def __init__(
        self,
        dataset: Any,
        reader: BatchReader,
        *,
        shuffle: bool | str = False,
        steps_per_epoch: int | None = None,
        repeat: bool = True,
        workers: int | None = None,
        use_multiprocessing: bool | None = None,
        max_queue_size: int | None = None,
    ) -> None:
        super().__init__(steps_per_epoch, repeat)
        self.kind = reader.kind
        self._dataset = dataset
        self._reader = reader
        self._shuffle = bool(shuffle)
        self._workers = int(getattr(dataset, "workers", 1) if workers is None else workers)
        multiprocessing = getattr(dataset, "use_multiprocessing", False) if use_multiprocessing is None else use_multiprocessing
        self._depth = int(getattr(dataset, "max_queue_size", 10) if max_queue_size is None else max_queue_size)
        self._processes = WorkerProcesses(dataset, self._workers) if multiprocessing and self._workers > 0 else None
        if self._length() == 0:
            raise ValueError(f"{type(dataset).__name__} has no batches: its length is 0. Check __len__ and the batch size it divides by.")
        self._first: Batch | None = reader(dataset[0])
        self.first_batch = self._first
        self.structure = specs_of(self._first)
        if _overrides(dataset, "on_epoch_begin"):
            self._first = None

    @property
    def num_batches(self) -> int | None:  # type: ignore[override]
        """Batches per epoch; asked anew, because `on_epoch_end` may change the length."""
        return self.steps_per_epoch if self.steps_per_epoch is not None else self._length()

    def on_epoch_begin(self) -> None:
        """Passes the call on to the dataset."""
        self._call_dataset("on_epoch_begin")

    def on_epoch_end(self) -> None:
        """Passes the call on to the dataset."""
        self._call_dataset("on_epoch_end")

    def close(self) -> None:
        """Ends open passes, threads and processes."""
        super().close()
        if self._processes is not None:
            self._processes.close()

    def _call_dataset(self, method: str) -> None:
        if not _overrides(self._dataset, method):
            return
        getattr(self._dataset, method)()
        # Worker processes hold a copy of the dataset as it was before this call.
        if self._processes is not None and self.steps_per_epoch is None:
            self._processes.close()

    def _length(self) -> int | None:
        return self._dataset.num_batches if hasattr(type(self._dataset), "num_batches") else len(self._dataset)

    def _one_pass(self, generator: np.random.Generator | None) -> Iterator[Batch]:
        first, self._first = self._first, None
        items = self._items(self._order(generator), first)
        for item in items:
            yield first if first is not None and item is first else self._reader(item)

    def _order(self, generator: np.random.Generator | None) -> Iterator[int]:
        length = self._length()
        if length is None:
            return count()
        if not self._shuffle:
            return iter(range(length))
        generator = np.random.default_rng() if generator is None else generator
        return iter(generator.permutation(length).tolist())

    def _items(self, order: Iterator[int], first: Batch | None) -> Iterator[Any]:
        """The items in `order`; the batch that was loaded to learn the structure is not loaded a second time."""
        if self._processes is not None:
            return self._processes.load(order, self._depth)
        dataset = self._dataset

        def load(index: int) -> Any:
            return first if index == 0 and first is not None else dataset[index]

        return prefetch(load, order, workers=self._workers, depth=self._depth) if self._workers > 1 else map(load, order)


def _overrides(dataset: Any, method: str) -> bool:
    """Whether the class of `dataset` has a method of its own under this name."""
    found = getattr(type(dataset), method, None)
    return found is not None and found is not getattr(PyDataset, method)
