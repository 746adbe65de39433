"""Reading ahead of an iterator, and processes."""

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from keras.training.data import prefetch as module
from keras.training.data.prefetch import WorkerProcesses, prefetch, prefetch_iterator


def worker_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("keras-data")]


def test_iterator_is_read_by_one_thread_in_order():
    names = set()

    def items():
        for number in range(50):
            names.add(threading.current_thread().name)
            yield number

    assert list(prefetch_iterator(items(), depth=4)) == list(range(50))
    assert len(names) == 1 and "keras-data" in names.pop()
    assert not worker_threads()


def test_iterator_may_yield_none_and_may_be_left():
    assert list(prefetch_iterator(iter([None, 1]))) == [None, 1]
    endless = prefetch_iterator(iter(int, 1), depth=2)
    next(endless)
    endless.close()
    assert not worker_threads()


def test_results_keep_their_order_when_workers_differ_in_speed():
    gates = {0: threading.Event()}

    def load(number):
        if number == 0:
            assert gates[0].wait(5)
        elif number == 2:
            gates[0].set()
        return number

    assert list(prefetch(load, range(6), workers=2, depth=4)) == list(range(6))


def test_nothing_is_loaded_without_tasks():
    assert list(prefetch(str, [], workers=2)) == []


def test_tasks_are_read_lazily():
    taken = []

    def tasks():
        for number in range(100):
            taken.append(number)
            yield number

    results = prefetch(str, tasks(), workers=1, depth=3)
    next(results)
    results.close()
    assert len(taken) <= 5


@pytest.fixture
def processes_as_threads(monkeypatch):
    """Starts threads where worker processes would start; what is under test is which dataset they hold."""

    def start(workers, context, initializer, initargs):
        assert isinstance(context, type(multiprocessing.get_context("spawn")))
        return ThreadPoolExecutor(workers, initializer=initializer, initargs=initargs)

    monkeypatch.setattr(module, "ProcessPoolExecutor", start)


def test_processes_hold_a_pickled_copy(processes_as_threads):
    data = [10, 20, 30]
    workers = WorkerProcesses(data, 2)
    assert list(workers.load([0, 1], 4)) == [10, 20]
    data[2] = 99
    assert list(workers.load([2], 4)) == [30]
    workers.close()
    assert list(workers.load([2], 4)) == [99]
    workers.close()
