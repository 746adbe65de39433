"""Control of the threads inside NumPy's BLAS.

OpenBLAS serialises the calls of two threads while it is itself threaded, and its own workers spin for a tenth of a second after each
call: kernels that share their work over `keras.kernels.threads` keep it on one thread.
"""

import ctypes
import glob
import os
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy._core import _multiarray_umath  # type: ignore[attr-defined]  # the extension that BLAS is linked to

# (setter, getter), first found wins. Accelerate has a switch between one and many, no number.
_NAMES = (
    *((name.format("set"), name.format("get")) for name in (
        "scipy_openblas_{}_num_threads64_", "scipy_openblas_{}_num_threads", "openblas_{}_num_threads64_", "openblas_{}_num_threads",
        "bli_thread_{}_num_threads",
    )),
    ("MKL_Set_Num_Threads", "MKL_Get_Max_Threads"),
)  # fmt: skip


def _libraries() -> list[Any]:
    """Handles in which NumPy's BLAS may be found: its own extension (whose dependencies are searched too), then bundled files."""
    root = os.path.dirname(np.__file__)
    patterns = (os.path.join(root + ".libs", "*openblas*"), os.path.join(root, ".dylibs", "*openblas*"))
    libraries = []
    for path in [_multiarray_umath.__file__, *(path for pattern in patterns for path in glob.glob(pattern))]:
        try:
            libraries.append(ctypes.CDLL(path))
        except OSError:
            continue
    return libraries


def _find_control() -> tuple[Callable[[int], Any], Callable[[], int]] | None:
    for library in _libraries():
        for setter_name, getter_name in _NAMES:
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
    return (lambda number: switch(int(number == 1))), (lambda: 1 if state() == 1 else os.cpu_count() or 2)


_control = _find_control()


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
    if _control is None:
        return 0
    setter, getter = _control
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
if hasattr(os, "register_at_fork"):  # a thread that does not exist in the child may hold the lock
    os.register_at_fork(after_in_child=lambda: single_threaded_blas.__init__())  # type: ignore[misc]
