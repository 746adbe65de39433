"""`compile`: a function that is traced once per input signature and then replayed.

Variables are found by tracing: the first read of one makes it an input of the program, which works on the variable's own memory.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np

from keras.core import tracing, tree
from keras.core.tensor import Spec
from keras.core.tracing import TracedFunction
from keras.engines.numpy.kernels import NATIVES
from keras.engines.numpy.optimize import simplify
from keras.engines.numpy.program import Program
from keras.kernels.blas import single_threaded_blas

Array = np.ndarray
_FLUSH_EVERY = 256
_FLUSH = np.float32(1e-20)
"""Moments of weights that get no gradient any more decay into denormal numbers, on which processors are a hundred times slower. Every
so many steps this number is added to the optimizer's float32 slots and taken away again, which rounds away what is below 1e-27."""

_BLAS_AS_IT_IS = contextlib.nullcontext()


class _Replay(tracing.Compiled):
    """One traced program with the arguments' places and the results' structure."""

    def __init__(self, function: Callable[..., Any], arguments: Any) -> None:
        traced = TracedFunction(function, arguments, lambda a: Spec(a.shape, a.dtype.name) if isinstance(a, np.ndarray) else None)
        graph = simplify(traced.graph, NATIVES)
        first, results = traced.count, traced.results
        self.variables = traced.read + traced.updated
        places = {first + i: variable._value for i, variable in enumerate(traced.read)}
        self.program = Program(graph, places, [(results + i, variable._value) for i, variable in enumerate(traced.updated)])
        self.inputs = self.program.inputs[:first]
        self.results = self.program.outputs[:results]
        self._traced = traced
        self._decaying = [v._value for v in traced.updated if v.kind == "slot" and v.dtype == "float32" and v.size > 1]
        self._runs = 0
        self._storages = [(variable, variable._value) for variable in self.variables]

    def is_current(self) -> bool:
        """Whether every variable still lives where it did."""
        return all(variable._value is storage for variable, storage in self._storages)

    def __call__(self, arrays: list[Array]) -> Any:
        for place, array in zip(self.inputs, arrays, strict=True):
            np.copyto(place, array)
        return self.replay()

    def replay(self) -> Any:
        """Run on what is in `inputs`; results are copies."""
        self._runs += 1
        if self._decaying and self._runs % _FLUSH_EVERY == 0:
            for array in self._decaying:
                np.add(array, _FLUSH, out=array)
                np.subtract(array, _FLUSH, out=array)
        with np.errstate(all="ignore"), single_threaded_blas if self.program.own_threads else _BLAS_AS_IT_IS:
            self.program.run()
        return self._traced.packed([a.copy() for a in self.results])


class CompiledFunction(tracing.CompiledFunction):
    """A function of nests of arrays, replayed from its program."""

    def make(self, arguments: tuple[Any, ...]) -> _Replay:
        """The function traced for arguments like these."""
        return _Replay(self.function, arguments)

    def prepare(self, *arguments: Any) -> _Replay:
        """The program for arguments like these: fill its `inputs` (the arrays in leaf order), then call `replay()`."""
        return self.find(arguments, tree.flatten(list(arguments)))

    def program(self, *arguments: Any) -> Program:
        """The program for these arguments, for reading: `print(compiled.program(x).graph)`."""
        return self.prepare(*arguments).program


def compile(function: Callable[..., Any]) -> CompiledFunction:
    """`function` traced, optimized and replayed."""
    return CompiledFunction(function)
