"""Many steps in one dispatch: the data stays on the device, and a loop inside one program gathers batch after batch by index."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keras.core import tree
from keras.engines.jax.step import OtherVariables, Program, is_array, own

Array = Any
CHUNK_SECONDS = 0.1
"""How long one dispatch may take: callbacks and the progress bar are heard about ten times a second."""


class ResidentProgram:
    """A function of batches as a program over rows of data on the device.

    Arguments:
        function: function of nests of tensors. example: one batch, for its shapes.
    Attributes: count: how many steps the next dispatch should do. pays: whether steps inside one program were faster than one by one
    (on a CPU, XLA runs convolutions in a loop on one thread); None while that is not known.
    """

    def __init__(self, function: Any, example: Any) -> None:
        self._program = Program(function, example)
        self._batch = next(np.shape(a)[0] for a in tree.flatten(example) if is_array(a))
        self._compile()
        self.count = 1
        self.pays: bool | None = None
        self._alone: list[float] = []
        self._compiled = False

    def once(self, arguments: Any) -> Any:
        """One step on its own, timed: the first ones tell what a step costs."""
        start = time.perf_counter()
        result = self._program([a for a in tree.flatten(arguments) if is_array(a)])
        jax.block_until_ready([v._value for v in self._program.changed])
        self._alone.append(time.perf_counter() - start)
        return result

    @property
    def knows_one_step(self) -> bool:
        """Whether a step on its own was timed (the first one compiles)."""
        return len(self._alone) >= 3

    def _compile(self) -> None:
        program, batch = self._program, self._batch

        def gathered(data: Sequence[Array], order: Array, number: Array) -> list[Array]:
            rows = lax.dynamic_slice_in_dim(order, number * batch, batch)
            return [jnp.take(a, rows, axis=0, mode="clip") for a in data]

        def many(changed: Any, kept: Any, data: Any, order: Array, first: Array, count: Array) -> Any:
            results, _ = jax.eval_shape(lambda: program.pure(changed, kept, gathered(data, order, first)))
            empty = [jnp.zeros(r.shape, r.dtype) for r in results]

            def step(number: Array, carry: Any) -> Any:
                return program.pure(carry[1], kept, gathered(data, order, number))

            return lax.fori_loop(first, first + count, step, (empty, changed))

        self._many = jax.jit(many, donate_argnums=0)

    def run(self, data: Sequence[Array], order: Array, first: int, count: int) -> Any:
        """Do the steps from number `first` on; returns what the last one returned."""
        start = time.perf_counter()
        results = self._execute(data, order, np.int32(first), np.int32(count))
        seconds = time.perf_counter() - start
        if self.pays is None:
            if self._compiled and (count >= 16 or seconds > CHUNK_SECONDS / 4):
                self.pays = seconds / count < 1.2 * min(self._alone[1:])
            self._compiled = True
        if seconds < CHUNK_SECONDS / 2:
            self.count *= 2
        elif seconds > 2 * CHUNK_SECONDS and 1 < self.count == count:
            self.count //= 2
        return self._program.packed(results)

    def _execute(self, data: Sequence[Array], order: Array, first: Any, count: Any) -> Any:
        program = self._program
        try:
            changed = own([v._value for v in program.changed])
            results, new = self._many(changed, [v._value for v in program.kept], data, order, first, count)
        except OtherVariables as error:  # the function used other variables than when it was looked at first
            program.meet(error.scope)
            self._compile()
            return self._execute(data, order, first, count)
        for variable, value in zip(program.changed, new, strict=True):
            variable._value = value
        jax.block_until_ready(new)
        return results


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

    @property
    def pays(self) -> bool | None:
        """Whether steps inside one program are faster than one by one; None while that is not known."""
        return self._program.pays

    @property
    def knows_one_step(self) -> bool:
        """Whether a step on its own was timed."""
        return self._program.knows_one_step

    def once(self, *arguments: Any) -> Any:
        """One step on its own."""
        return self._program.once(arguments)

    def begin(self, order: np.ndarray) -> None:
        """Set the rows of the coming batches, one batch after the other."""
        self._order = jax.device_put(order.astype(np.int32))

    def run(self, first: int, count: int) -> Any:
        """Do the steps from number `first` on; returns what the last one returned."""
        return self._program.run(self._data, self._order, first, count)
