"""Loading ahead: batches are made by worker threads or processes while the loop computes, and come out in order."""

from __future__ import annotations

import multiprocessing
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice, repeat
from typing import Any, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

_END = object()


def prefetch(load: Callable[[Task], Result], tasks: Iterable[Task], *, workers: int = 1, depth: int = 10) -> Iterator[Result]:
    """`load(task)` for every task, in the order of the tasks, made by threads up to `depth` results ahead.

    Arguments:
        load: called in worker threads; an exception is raised to the consumer at its place in the order, with the worker's traceback.
        tasks: finite or endless; read by the consumer's thread.
        workers: int > 0, number of threads.
        depth: int > 0, results that may be made and not yet consumed.
    Returns: iterator; closing it (or leaving the loop) cancels what has not begun and ends the threads.
    """
    with ThreadPoolExecutor(workers, thread_name_prefix="keras-data") as executor:
        yield from _in_order(executor, load, tasks, max(depth, workers))


def prefetch_iterator(iterator: Iterator[Result], *, depth: int = 2) -> Iterator[Result]:
    """The items of `iterator`, read by one background thread up to `depth` items ahead."""
    reader = prefetch(lambda _: next(iterator, _END), repeat(None), workers=1, depth=depth)
    try:
        for item in reader:
            if item is _END:
                return
            yield item  # type: ignore[misc]
    finally:
        reader.close()  # type: ignore[attr-defined]


def _in_order(executor: Executor, load: Callable[[Task], Result], tasks: Iterable[Task], depth: int) -> Iterator[Result]:
    remaining = iter(tasks)
    pending: deque[Future[Result]] = deque(executor.submit(load, task) for task in islice(remaining, depth))
    try:
        while pending:
            result = pending.popleft().result()
            pending.extend(executor.submit(load, task) for task in islice(remaining, 1))
            yield result
    finally:
        for future in pending:
            future.cancel()


_worker_dataset: Any = None


def _receive_dataset(pickled: bytes) -> None:
    """Runs once in each worker process: keeps the dataset that its tasks index."""
    global _worker_dataset
    _worker_dataset = pickle.loads(pickled)


def _load_in_worker(index: int) -> Any:
    return _worker_dataset[index]


class WorkerProcesses:
    """Processes that hold a copy of a dataset and load its batches by index.

    Arguments:
        dataset: picklable object with `__getitem__`.
        workers: int > 0, number of processes.
    """

    def __init__(self, dataset: Any, workers: int) -> None:
        self._dataset = dataset
        self._workers = workers
        self._executor: ProcessPoolExecutor | None = None

    def load(self, indices: Iterable[int], depth: int) -> Iterator[Any]:
        """`dataset[index]` for every index, in order, up to `depth` ahead."""
        if self._executor is None:
            self._executor = self._start()
        try:
            yield from _in_order(self._executor, _load_in_worker, indices, max(depth, self._workers))
        except BrokenProcessPool as error:
            self.close()
            raise RuntimeError(
                "A worker process of the dataset ended unexpectedly. Worker processes import the main script again, so guard its start "
                "with `if __name__ == '__main__':`, or use threads: use_multiprocessing=False."
            ) from error

    def close(self) -> None:
        """Ends the processes; the next `load` starts new ones, with the dataset as it is then."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=True, cancel_futures=True)

    def _start(self) -> ProcessPoolExecutor:
        try:
            pickled = pickle.dumps(self._dataset)
        except Exception as error:
            raise ValueError(
                f"use_multiprocessing=True needs a dataset that can be pickled, and {type(self._dataset).__name__} cannot: {error}. "
                "Open files and locks in __getitem__, or use threads: use_multiprocessing=False."
            ) from error
        # fork copies the locks of running threads in whatever state they are; spawn starts clean on every system.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._workers, context, _receive_dataset, (pickled,))
