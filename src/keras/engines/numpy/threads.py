"""Worker threads for pre-bound kernels, and control of the threads inside NumPy's BLAS.

NumPy releases the interpreter lock inside its loops, so two Python threads really run at once; calls much shorter than 20 microseconds
wait for the lock instead. A kernel that splits its work over `parallel` needs single-threaded BLAS calls inside: OpenBLAS serialises the
calls of two threads while it is itself threaded, and its own workers spin for a tenth of a second after each call.
"""

import _thread
import ctypes
import functools
import glob
import os
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy._core import _multiarray_umath  # type: ignore[attr-defined]  # the extension that BLAS is linked to

Task = Callable[[], Any]
Bound = Callable[[], None]
Steps = list[tuple[Callable[..., Any], tuple[Any, ...]]]  # pre-bound calls: (function, arguments)


def usable_cpus() -> int:
    """Number of processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# ---------------------------------------------------------------------------------------------------------------------------------
# BLAS threads

# (setter, getter), first found wins. Accelerate has a switch between one and many, no number.
_BLAS_NAMES = (
    ("scipy_openblas_set_num_threads64_", "scipy_openblas_get_num_threads64_"),
    ("scipy_openblas_set_num_threads", "scipy_openblas_get_num_threads"),
    ("openblas_set_num_threads64_", "openblas_get_num_threads64_"),
    ("openblas_set_num_threads", "openblas_get_num_threads"),
    ("MKL_Set_Num_Threads", "MKL_Get_Max_Threads"),
    ("bli_thread_set_num_threads", "bli_thread_get_num_threads"),
)


def _blas_libraries() -> list[Any]:
    """Handles in which NumPy's BLAS may be found: its own extension (whose dependencies are searched too), then bundled files."""
    root = os.path.dirname(np.__file__)
    patterns = (os.path.join(root + ".libs", "*openblas*"), os.path.join(root, ".dylibs", "*openblas*"))
    paths = [_multiarray_umath.__file__, *(path for pattern in patterns for path in glob.glob(pattern))]
    libraries = []
    for path in paths:
        try:
            libraries.append(ctypes.CDLL(path))
        except OSError:
            continue
    return libraries


def _find_blas_control() -> tuple[Callable[[int], Any], Callable[[], int]] | None:
    for library in _blas_libraries():
        for setter_name, getter_name in _BLAS_NAMES:
            setter, getter = getattr(library, setter_name, None), getattr(library, getter_name, None)
            if setter is not None and getter is not None:
                setter.argtypes, setter.restype = [ctypes.c_int], None
                getter.argtypes, getter.restype = [], ctypes.c_int
                return setter, getter
        switch, state = getattr(library, "BLASSetThreading", None), getattr(library, "BLASGetThreading", None)
        if switch is not None and state is not None:
            return _accelerate_control(switch, state)
    return None


def _accelerate_control(switch: Any, state: Any) -> tuple[Callable[[int], Any], Callable[[], int]]:
    """Accelerate knows two states: 0 is many threads, 1 is one."""
    return (lambda number: switch(int(number == 1))), (lambda: 1 if state() == 1 else usable_cpus())


_blas_control = _find_blas_control()


def blas_threads(number: int | None = None) -> int:
    """Number of threads that NumPy's BLAS used before the call; sets it when `number` is given.

    Arguments:
        number: int >= 1, threads from now on, for the whole process. None only reads.
    Returns: int, the number before; 0 where NumPy's BLAS has no known control (nothing is set then).
    Example:
        >>> before = blas_threads(1)
        >>> blas_threads(before) in (0, 1)
        True
    """
    if _blas_control is None:
        return 0
    setter, getter = _blas_control
    before = getter()
    if number is not None and number != before:
        setter(number)
    return before


class SingleThreadedBlas:
    """Context in which BLAS runs on the calling thread alone; nested and concurrent uses are counted, the last one out restores."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._before = 0

    def __enter__(self) -> None:
        with self._lock:
            if self._users == 0:
                self._before = blas_threads(1)
            self._users += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0 and self._before > 1:
                blas_threads(self._before)


single_threaded_blas = SingleThreadedBlas()


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
    single_threaded_blas.__init__()  # type: ignore[misc]


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
# pre-bound calls


def run(steps: Steps) -> None:
    for function, arguments in steps:
        function(*arguments)


def bound(before: Steps, lanes: Sequence[Steps] = (), after: Steps = ()) -> Bound:  # type: ignore[assignment]
    """A callable that runs `before`, then the lanes at once on threads, then `after`."""
    lanes = [lane for lane in lanes if lane]
    if len(lanes) < 2:
        return functools.partial(run, [*before, *(step for lane in lanes for step in lane), *after])
    return functools.partial(run, [*before, (parallel, ([functools.partial(run, lane) for lane in lanes],)), *after])


def bound_blocks(before: Steps, lanes: Sequence[Sequence[Steps]], after: Steps = ()) -> Bound:  # type: ignore[assignment]
    """A callable that runs `before`, then every block once, on the thread that comes to it first, then `after`.

    Every lane holds the steps of all blocks, bound to its own scratch buffers. A thread that starts late, or whose processor is busy
    with something else, takes fewer blocks.
    """
    lanes = [lane for lane in lanes if lane]
    if len(lanes) < 2:
        return functools.partial(run, [*before, *(step for lane in lanes for block in lane for step in block), *after])
    return functools.partial(run, [*before, (_run_shared, (lanes, list(range(len(lanes[0])))[::-1])), *after])


def _run_shared(lanes: Sequence[Sequence[Steps]], order: list[int]) -> None:
    left = order.copy()
    parallel([functools.partial(_run_left, lane, left) for lane in lanes])


def _run_left(blocks: Sequence[Steps], left: list[int]) -> None:
    while left:
        try:
            index = left.pop()  # atomic
        except IndexError:
            return
        run(blocks[index])


def split(size: int, parts: int) -> list[tuple[int, int]]:
    """(first, last) of at most `parts` nearly equal ranges that make up range(size)."""
    edges = [size * index // parts for index in range(parts + 1)]
    return [(a, b) for a, b in zip(edges, edges[1:], strict=False) if b > a]


def ranges(first: int, last: int, step: int) -> list[tuple[int, int]]:
    """(first, last) of ranges of length `step`, the last one shorter where it does not fit."""
    return [(a, min(a + step, last)) for a in range(first, last, step)]
