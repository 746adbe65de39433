"""PyDataset: order, workers, processes, callbacks."""

import threading
import time
import traceback

import numpy as np
import pytest

from keras.training.data.factory import make_adapter
from keras.training.data.py_dataset import PyDataset


class Numbers(PyDataset):
    """Batch i holds two rows of i."""

    def __init__(self, length=5, **kwargs):
        super().__init__(**kwargs)
        self.length, self.events, self.loaded = length, [], []

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        self.loaded.append(index)
        return np.full((2, 1), index, np.float32), np.full(2, index)

    def on_epoch_begin(self):
        self.events.append("begin")

    def on_epoch_end(self):
        self.events.append("end")


class Keras2Sequence:
    """Duck type of what Keras 2 called a Sequence."""

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return [np.full((2, 1), index, np.float32), np.zeros(2)]

    def on_epoch_end(self):
        pass


def numbers_of(adapter, generator=None):
    return [int(x[0, 0]) for x, _, _ in adapter.batches(0, generator)]


def worker_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("keras-data")]


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_order_is_kept(workers):
    adapter = make_adapter(Numbers(20, workers=workers, max_queue_size=4))
    assert adapter.num_batches == 20 and adapter.batch_size is None
    assert numbers_of(adapter) == numbers_of(adapter) == list(range(20))
    assert not worker_threads()


def test_shuffle_draws_a_new_order_of_batches():
    adapter = make_adapter(Numbers(8), shuffle=True)
    rng = np.random.default_rng(0)
    first, second = numbers_of(adapter, rng), numbers_of(adapter, rng)
    assert sorted(first) == sorted(second) == list(range(8)) and first != second


def test_the_batch_that_showed_the_structure_is_loaded_once():
    class Plain(Numbers):
        on_epoch_begin = PyDataset.on_epoch_begin

    dataset = Plain(3)
    assert numbers_of(make_adapter(dataset)) == [0, 1, 2]
    assert dataset.loaded == [0, 1, 2]


def test_epoch_calls_and_a_length_that_changes():
    dataset = Numbers(2)
    adapter = make_adapter(dataset)
    adapter.on_epoch_begin()
    adapter.on_epoch_end()
    assert dataset.events == ["begin", "end"]
    dataset.length = 4
    assert adapter.num_batches == 4 and numbers_of(adapter) == [0, 1, 2, 3]


def test_steps_per_epoch():
    adapter = make_adapter(Numbers(3), steps_per_epoch=2)
    assert [numbers_of(adapter) for _ in range(3)] == [[0, 1], [2, 0], [1, 2]]


def test_endless_dataset():
    class Endless(Numbers):
        num_batches = None

    adapter = make_adapter(Endless(), steps_per_epoch=3, shuffle=True)
    assert [numbers_of(adapter), numbers_of(adapter)] == [[0, 1, 2], [3, 4, 5]]


def test_keras_2_sequence_with_fit_arguments():
    adapter = make_adapter(Keras2Sequence(), workers=2, max_queue_size=3)
    assert numbers_of(adapter) == [0, 1]


def test_subclass_that_does_not_call_the_constructor():
    class Old(Numbers):
        def __init__(self):
            self.length, self.events, self.loaded = 2, [], []

    assert numbers_of(make_adapter(Old())) == [0, 1]


def test_error_of_a_worker_comes_in_order_with_its_traceback():
    class Broken(Numbers):
        def __getitem__(self, index):
            if index == 3:
                raise OSError("picture 3 is damaged")
            return super().__getitem__(index)

    seen = []
    with pytest.raises(OSError, match="picture 3 is damaged") as caught:
        for x, _, _ in make_adapter(Broken(10, workers=2)).batches():
            seen.append(int(x[0, 0]))
    assert seen == [0, 1, 2]
    assert "__getitem__" in "".join(traceback.format_tb(caught.value.__traceback__))
    assert not worker_threads()


def test_leaving_early_ends_the_threads():
    dataset = Numbers(1000, workers=2, max_queue_size=3)
    adapter = make_adapter(dataset)
    for _ in adapter.batches():
        break
    adapter.close()
    deadline = time.monotonic() + 5
    while worker_threads() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not worker_threads()
    assert len(dataset.loaded) < 20


def test_close_ends_an_epoch_that_steps_left_open():
    adapter = make_adapter(Numbers(100, workers=2, max_queue_size=2), steps_per_epoch=2)
    assert numbers_of(adapter) == [0, 1]
    assert worker_threads()
    adapter.close()
    assert not worker_threads()


def test_loads_ahead_no_more_than_the_queue_holds():
    dataset = Numbers(100, workers=2, max_queue_size=3)
    iterator = make_adapter(dataset).batches()
    next(iterator)
    time.sleep(0.05)
    assert len(dataset.loaded) <= 1 + 1 + 3 + 1
    iterator.close()


def test_missing_methods_are_named():
    class NoItem(PyDataset):
        def __len__(self):
            return 1

    class NoLength(PyDataset):
        def __getitem__(self, index):
            return np.zeros((1, 1))

    with pytest.raises(NotImplementedError, match=r"NoItem must define __getitem__\(self, index\), which returns a batch \(x, y\)"):
        make_adapter(NoItem())
    with pytest.raises(NotImplementedError, match=r"NoLength must define __len__\(self\), the number of batches"):
        make_adapter(NoLength())
    with pytest.raises(ValueError, match=r"Numbers has no batches: its length is 0"):
        make_adapter(Numbers(0))


def test_dataset_that_cannot_be_pickled():
    dataset = Numbers(2, workers=1, use_multiprocessing=True)
    dataset.lock = threading.Lock()
    with pytest.raises(ValueError, match=r"use_multiprocessing=True needs a dataset that can be pickled.*use_multiprocessing=False"):
        list(make_adapter(dataset).batches())
