"""Windows of a time series as a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from keras.core import engine
from keras.core import random as host_random
from keras.training.data.py_dataset import PyDataset


class WindowDataset(PyDataset):
    """Batches of windows of a series, and of the targets that go with them; `fit`, `evaluate` and `predict` take it.

    Arguments: see `timeseries_dataset_from_array`, which makes it.
    """

    def __init__(
        self, data: np.ndarray, targets: np.ndarray | None, starts: np.ndarray, steps: np.ndarray, batch_size: int | None, seed: int | None
    ) -> None:
        super().__init__()
        self._data, self._targets, self._starts, self._steps = data, targets, starts, steps
        self._batch_size = batch_size
        self._generator = None if seed is None else host_random.host_generator(seed)
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        """Draw a new order of the windows, where that was asked for."""
        if self._generator is not None:
            self._starts = self._generator.permutation(self._starts)

    def __len__(self) -> int:
        return len(self._starts) if self._batch_size is None else -(-len(self._starts) // self._batch_size)

    def __getitem__(self, index: int) -> Any:
        if not -len(self) <= index < len(self):
            raise IndexError(f"WindowDataset: got index {index}. Accepted: {-len(self)} to {len(self) - 1}.")
        index %= len(self)
        if self._batch_size is None:
            start = self._starts[index]
            window = self._data[start + self._steps]
            return window if self._targets is None else (window, self._targets[start])
        starts = self._starts[index * self._batch_size : (index + 1) * self._batch_size]
        windows = self._data[starts[:, None] + self._steps]
        return windows if self._targets is None else (windows, self._targets[starts])

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> Any:
    """Windows of a series in batches: window i holds data[i], data[i + r], ..., data[i + (length - 1) r], its target is targets[i].

    Arguments:
        data: array-like, shape (time, ...). targets: array-like whose entry i belongs to the window that begins at i, or None.
        sequence_length: int > 0, steps of a window. sequence_stride: int > 0, from the beginning of one window to the next.
        sampling_rate: int > 0, r above, from one step of a window to the next.
        batch_size: int > 0, windows per batch; None gives windows one by one.
        shuffle: whether the windows come in a drawn order, a new one for each epoch. seed: int for that; None: the global seed.
        start_index, end_index: int, the part of the data that is used; None: all of it.
        format: taken for compatibility: 'tf' or 'grain'.
    Returns: on the tensorflow engine a tf.data.Dataset, on the others a `PyDataset`; both give batches (windows, targets), or windows alone.
    Raises: ValueError if a number is out of its range.
    Example:
        >>> series = np.arange(6)
        >>> windows = timeseries_dataset_from_array(series[:-2], series[2:], sequence_length=2, batch_size=2)
        >>> windows[0]
        (array([[0, 1],
               [1, 2]]), array([2, 3]))

    Source: keras.utils.timeseries_dataset_from_array of Keras 3.
    """
    data = np.asarray(data)
    targets = None if targets is None else np.asarray(targets)
    count = len(data)
    _check(
        format, count, sequence_length=sequence_length, sequence_stride=sequence_stride, sampling_rate=sampling_rate, batch_size=batch_size
    )
    begin, end = _part(start_index, end_index, count)
    windows = end - begin - (sequence_length - 1) * sampling_rate
    if targets is not None:
        windows = min(windows, len(targets) - begin)
    starts = begin + np.arange(0, max(windows, 0), sequence_stride)
    if shuffle and seed is None:
        seed = host_random.draw_seed()
    made = WindowDataset(data, targets, starts, np.arange(sequence_length) * sampling_rate, batch_size, seed if shuffle else None)
    return _as_tf_dataset(made) if engine.current().name == "tensorflow" and len(made) else made


def _check(format: str, count: int, **numbers: int | None) -> None:
    for name, number in numbers.items():
        if number is None and name == "batch_size":
            continue
        if not isinstance(number, (int, np.integer)) or isinstance(number, bool) or number < 1:
            raise ValueError(f"timeseries_dataset_from_array({name}): got {number!r}. Accepted: an integer >= 1. Write {name}=1.")
        if name in ("sequence_stride", "sampling_rate") and number >= count:
            raise ValueError(f"timeseries_dataset_from_array({name}): got {number} for data of length {count}. Accepted: 1 to {count - 1}.")
    if format not in ("tf", "grain"):
        raise ValueError(f"timeseries_dataset_from_array(format): got {format!r}. Accepted: 'tf' or 'grain'.")


def _part(start_index: int | None, end_index: int | None, count: int) -> tuple[int, int]:
    """The used part of the data."""
    begin, end = start_index or 0, count if end_index is None else end_index
    if not 0 <= begin < count:
        raise ValueError(
            f"timeseries_dataset_from_array(start_index): got {start_index} for data of length {count}. Accepted: 0 to {count - 1}."
        )
    if end_index is not None and not begin < end < count:
        raise ValueError(
            f"timeseries_dataset_from_array(end_index): got {end_index} for data of length {count} from {begin} on. Accepted: "
            f"{begin + 1} to {count - 1}; None uses all."
        )
    return begin, end


def _as_tf_dataset(made: WindowDataset) -> Any:
    import tensorflow as tf

    first = made[0]
    batched = made._batch_size is not None

    def spec(a: Any) -> Any:
        shape = (None, *np.shape(a)[1:]) if batched else np.shape(a)
        return tf.TensorSpec(shape, tf.as_dtype(np.asarray(a).dtype))

    def batches() -> Iterator[Any]:
        yield from made
        made.on_epoch_end()

    signature = tuple(spec(a) for a in first) if isinstance(first, tuple) else spec(first)
    return tf.data.Dataset.from_generator(batches, output_signature=signature).apply(tf.data.experimental.assert_cardinality(len(made)))
