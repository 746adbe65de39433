"""Many steps in one dispatch: the data stays on the device, and a loop inside one program gathers batch after batch by index."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keras.core import tracing, tree
from keras.engines.jax.step import CompiledFunction, Program, is_array, own

Array = Any


class ResidentProgram(tracing.Compiled):
    """A function of batches as a program over rows of data on the device.

    Arguments:
        program: the program for one batch. size: rows of a batch.
    Attributes: count: how many steps the next dispatch should do. seconds: how long it may take, about.
    """

    def __init__(self, program: Program, size: int) -> None:
        self._program = program
        self._size = size
        self._many = jax.jit(self._steps, donate_argnums=0, compiler_options=program.options)
        self.count = 1
        self.seconds = 1.0

    def _steps(self, changed: Any, kept: Any, data: Sequence[Array], order: Array, first: Array, count: Array) -> Any:
        """`count` steps in a loop; what the last one returned, and the state."""

        def step(number: Array, carry: Any) -> Any:
            rows = lax.dynamic_slice_in_dim(order, number * self._size, self._size)
            return self._program.pure(carry[1], kept, [jnp.take(a, rows, axis=0, mode="clip") for a in data])

        empty = [jnp.zeros(r.shape, r.dtype) for r in self._program.results]
        return lax.fori_loop(first, first + count, step, (empty, changed))

    def run(self, data: Sequence[Array], order: Array, first: int, count: int) -> Any:
        """Do the steps from number `first` on; returns what the last one returned."""
        program = self._program
        start = time.perf_counter()
        changed = own([v._value for v in program.changed])
        results, new = self._many(changed, [v._value for v in program.kept], data, order, np.int32(first), np.int32(count))
        for variable, value in zip(program.changed, new, strict=True):
            variable._value = value
        jax.block_until_ready(new)
        seconds = time.perf_counter() - start
        if seconds < self.seconds / 2:
            self.count *= 2
        elif seconds > 2 * self.seconds and 1 < self.count == count:
            self.count //= 2
        return program.packed(results)


class ResidentSteps:
    """The steps of one fit: a program and the data that it runs over.

    Arguments:
        program: the program. data: its arguments with all rows (None where there is none).
    """

    def __init__(self, program: ResidentProgram, data: Any) -> None:
        self._program = program
        self._data = [jax.device_put(np.asarray(a)) for a in tree.flatten(data) if is_array(a)]
        self._order: Array = None

    @property
    def count(self) -> int:
        """How many steps the next dispatch should do."""
        return self._program.count

    def begin(self, order: np.ndarray, seconds: float) -> None:
        """Set the rows of the coming batches, one batch after the other, and how long a dispatch may take, about."""
        self._program.seconds = seconds
        self._order = jax.device_put(order.astype(np.int32))

    def run(self, first: int, count: int) -> Any:
        """Do the steps from number `first` on; returns what the last one returned."""
        return self._program.run(self._data, self._order, first, count)


class ResidentFunction(CompiledFunction):
    """A function of batches, as programs over rows of data on the device."""

    def make(self, arguments: tuple[Any, ...]) -> ResidentProgram:
        """The function compiled for batches like these."""
        size = next(a.shape[0] for a in tree.flatten(list(arguments)) if is_array(a))
        return ResidentProgram(Program(self.function, arguments, self.candidates()), size)
