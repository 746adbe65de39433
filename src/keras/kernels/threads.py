"""Worker threads, and steps: pre-bound calls that the threads share.

NumPy releases the interpreter lock inside its loops, so two Python threads really run at once; calls much shorter than 20 microseconds
wait for the lock instead.
"""

import _thread
import functools
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras.kernels.blas import single_threaded_blas

Task = Callable[[], Any]
Steps = list[tuple[Callable[..., Any], tuple[Any, ...]]]  # pre-bound calls: (function, arguments)


def usable_cpus() -> int:
    """Number of processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# ---------------------------------------------------------------------------------------------------------------------------------
# worker pool


class _Worker:
    """One daemon thread that waits on a raw lock: the cheapest hand-over that CPython has."""

    __slots__ = ("begin", "end", "task", "error")

    def __init__(self) -> None:
        self.begin, self.end = _thread.allocate_lock(), _thread.allocate_lock()
        self.begin.acquire()
        self.end.acquire()
        self.task: Task | None = None
        self.error: BaseException | None = None
        _thread.start_new_thread(self._loop, ())

    def _loop(self) -> None:
        np.seterr(all="ignore")  # infinities and NaN are values like others; the setting is each thread's own
        begin, end = self.begin.acquire, self.end.release
        while True:
            begin()
            try:
                self.task()  # type: ignore[misc]
            except BaseException as error:
                self.error = error
            self.task = None
            end()


class _Pool:
    def __init__(self, size: int) -> None:
        self.size = size
        self.busy = _thread.allocate_lock()
        self.workers: list[_Worker] = []

    def run(self, tasks: Sequence[Task]) -> None:
        """Runs `tasks`, the first on the calling thread. The caller holds `busy`."""
        while len(self.workers) < len(tasks) - 1:
            self.workers.append(_Worker())
        chosen = self.workers[: len(tasks) - 1]
        started: list[None] = []
        error: BaseException | None = None
        try:
            for worker, task in zip(chosen, tasks[1:], strict=True):
                worker.task = task
            # One call in C: an interrupt comes before or after it, and `started` tells which.
            started.extend(map(_release, [worker.begin for worker in chosen]))
            tasks[0]()
        except BaseException as caught:
            error = caught
        for worker in chosen[: len(started)]:
            error = _finished(worker) or error
        if error is not None:
            raise error


_release, _acquire = _thread.LockType.release, _thread.LockType.acquire


def _finished(worker: _Worker) -> BaseException | None:
    """Waits for the worker, through interrupts: its task writes to the caller's buffers until it ends."""
    interrupt: BaseException | None = None
    ended: list[bool] = []
    while not ended:
        try:
            ended.extend(map(_acquire, (worker.end,)))
        except BaseException as caught:
            interrupt = caught
    error, worker.error = worker.error, None
    return interrupt or error


_pool = _Pool(usable_cpus())


def _reset() -> None:
    """After a fork the child has no worker threads, and locks may be held by threads that do not exist in it."""
    global _pool
    _pool = _Pool(usable_cpus())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset)


def workers() -> int:
    """Number of tasks that `parallel` runs at once: the usable processors, or 1 inside a running `parallel`."""
    return _pool.size


def parallel(tasks: Sequence[Task]) -> None:
    """Runs every task, each on its own thread, and returns when all have ended.

    The tasks must be independent of each other. If the pool is in use by another thread (or by a task: nesting), they run here one
    after the other. The first exception is raised again after all have ended.

    Arguments:
        tasks: sequence of callables without arguments, at best `workers()` of them. Waking a worker takes 50 to 100 microseconds on a
            virtual machine.
    Example:
        >>> seen = [0, 0]
        >>> parallel([lambda: seen.__setitem__(0, 1), lambda: seen.__setitem__(1, 2)])
        >>> seen
        [1, 2]
    """
    pool = _pool
    if len(tasks) < 2 or pool.size < 2 or not pool.busy.acquire(False):
        for task in tasks:
            task()
        return
    try:
        with single_threaded_blas:
            size = pool.size
            if len(tasks) > size:
                tasks = [_chain(tasks[first::size]) for first in range(size)]
            pool.run(tasks)
    finally:
        pool.busy.release()


def _chain(tasks: Sequence[Task]) -> Task:
    def run() -> None:
        for task in tasks:
            task()

    return run


# ---------------------------------------------------------------------------------------------------------------------------------
# steps


def run(steps: Steps) -> None:
    for function, arguments in steps:
        function(*arguments)


def side_by_side(lanes: Sequence[Steps]) -> Steps:
    """The lanes as steps: each of them on a thread of its own."""
    lanes = [lane for lane in lanes if lane]
    if len(lanes) < 2:
        return [step for lane in lanes for step in lane]
    return [(parallel, ([functools.partial(run, lane) for lane in lanes],))]


def shared(lanes: Sequence[list[Any]]) -> Steps:
    """Blocks as steps: every block is run once, on the thread that comes to it first.

    Every lane holds all blocks, each as steps or as a function that binds them when its thread first comes to it, with scratch buffers of
    the lane's own. A thread that starts late, or whose processor is busy with something else, takes fewer blocks.
    """
    if len(lanes) < 2 or len(lanes[0]) < 2:
        return [step for lane in lanes[:1] for block in lane for step in (block() if callable(block) else block)]
    return [(_run_shared, (lanes, list(range(len(lanes[0])))[::-1]))]


def _run_shared(lanes: Sequence[list[Any]], order: list[int]) -> None:
    left = order.copy()
    parallel([functools.partial(_run_left, lane, left) for lane in lanes])


def _run_left(blocks: list[Any], left: list[int]) -> None:
    while left:
        try:
            index = left.pop()  # atomic
        except IndexError:
            return
        block = blocks[index]
        if callable(block):
            block = blocks[index] = block()
        run(block)


def split(size: int, parts: int) -> list[tuple[int, int]]:
    """(first, last) of at most `parts` nearly equal ranges that make up range(size)."""
    edges = [size * index // parts for index in range(parts + 1)]
    return [(a, b) for a, b in zip(edges, edges[1:], strict=False) if b > a]


def ranges(first: int, last: int, step: int) -> list[tuple[int, int]]:
    """(first, last) of ranges of length `step`, the last one shorter where it does not fit."""
    return [(a, min(a + step, last)) for a in range(first, last, step)]
