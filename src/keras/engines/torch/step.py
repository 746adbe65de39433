"""`compile`: a function that is traced once per input signature and replayed as a program; what cannot be traced runs as it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from keras.core import tracing, tree
from keras.core.simplify import simplify
from keras.core.tensor import Spec
from keras.core.tracing import TracedFunction
from keras.engines.torch.dtypes import NAMES
from keras.engines.torch.natives import NATIVES
from keras.engines.torch.program import Program

Tensor = torch.Tensor


def _spec(a: Any) -> Spec | None:
    if isinstance(a, Tensor):
        return Spec(tuple(a.shape), NAMES[a.dtype])
    return Spec(a.shape, a.dtype.name) if isinstance(a, np.ndarray) else None


class Replay(tracing.Compiled):
    """A program with its inputs' places and the results' structure.

    Arguments:
        arguments: NumPy arrays and tensors among them become inputs. moved: array -> tensor on the device.
        otherwise: what to call with the arguments when a run fails: the function itself words the error.
    Attributes: inputs: arrays to fill before `replay()`.
    """

    def __init__(
        self, function: Callable[..., Any], arguments: Any, moved: Callable[[np.ndarray], Tensor], otherwise: Callable[..., Any]
    ) -> None:
        self._otherwise = otherwise
        self._arguments = tree.map_structure(lambda a: None if _spec(a) is not None else a, list(arguments))
        self._holes = [_spec(a) is not None for a in tree.flatten(list(arguments))]
        self._traced = TracedFunction(function, arguments, _spec)
        self._moved = moved
        graph = simplify(self._traced.graph, NATIVES)
        self.program = Program(graph, self._traced.read, self._traced.updated, self._traced.count, self._traced.results)
        self.inputs: list[np.ndarray] = []
        self._places: list[Tensor] | None = None

    def is_current(self) -> bool:
        """Whether every variable still lives where it did."""
        return self.program.is_current()

    def make_places(self, arrays: list[np.ndarray]) -> Replay:
        """Have arrays to fill; on the CPU they are the program's inputs themselves."""
        if self._places is None:
            self.inputs = [np.empty_like(a) for a in arrays]
            self._places = [self._moved(a) for a in self.inputs]
        return self

    def __call__(self, arrays: list[Any]) -> Any:
        """Run on these arrays."""
        return self._run([self._moved(a) if isinstance(a, np.ndarray) else a for a in arrays])

    def replay(self) -> Any:
        """Run on what is in `inputs`."""
        places = self._places or []
        if places and places[0].device.type != "cpu":
            places = [self._moved(a) for a in self.inputs]
        return self._run(places)

    def _run(self, tensors: list[Tensor]) -> Any:
        try:
            with torch.no_grad():
                return self._traced.packed(self.program.run(*tensors))
        except Exception:
            given = iter(tensors)
            leaves = [next(given) if hole else x for hole, x in zip(self._holes, tree.flatten(self._arguments), strict=True)]
            return self._otherwise(*tree.pack_as(self._arguments, leaves))


class Eager(tracing.Compiled):
    """In place of a replay, for a function that cannot be traced: Python decides on numbers, or calls torch itself."""

    def __init__(self, call: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self._call = call
        self._arguments = arguments
        self.inputs: list[np.ndarray] = []

    def make_places(self, arrays: list[np.ndarray]) -> Eager:
        """Have arrays to fill."""
        self.inputs = [np.empty_like(a) for a in arrays]
        return self

    def __call__(self, arrays: list[Any]) -> Any:
        """Call the function on its arguments."""
        return self._call(*self._arguments)

    def replay(self) -> Any:
        """Call the function on copies of what is in `inputs`."""
        arrays = iter(self.inputs)
        leaves = [next(arrays).copy() if isinstance(a, np.ndarray) else a for a in tree.flatten(self._arguments)]
        return self._call(*tree.pack_as(self._arguments, leaves))


class CompiledFunction(tracing.CompiledFunction):
    """A function of nests of arrays and tensors, replayed from its program; one that cannot be traced is run as it is written."""

    arrays = (np.ndarray, Tensor)

    def __init__(self, function: Callable[..., Any], moved: Callable[[np.ndarray], Tensor]) -> None:
        super().__init__(function)
        self._moved = moved
        self._is_eager = False

    def make(self, arguments: tuple[Any, ...]) -> Replay:
        """The function traced for arguments like these."""
        return Replay(self.function, arguments, self._moved, self.eagerly)

    def find(self, arguments: tuple[Any, ...], leaves: list[Any]) -> Replay | Eager:
        """The program for these arguments, whose leaves are given as well."""
        if not self._is_eager:
            try:
                return super().find(arguments, leaves)
            except Exception:  # whatever it was: the function itself, run on numbers, is right or says what is wrong
                self._is_eager = True
        return Eager(self.eagerly, arguments)

    def prepare(self, *arguments: Any) -> Replay | Eager:
        """The program for arguments like these: fill its `inputs` (the arrays in leaf order), then call `replay()`."""
        leaves = tree.flatten(list(arguments))
        return self.find(arguments, leaves).make_places([a for a in leaves if isinstance(a, np.ndarray)])

    def eagerly(self, *arguments: Any) -> Any:
        """The function as it is written, NumPy arrays as tensors; a step of the user's own records gradients."""
        with torch.set_grad_enabled(getattr(self.function, "differentiates", False)):
            return self.function(*tree.map_structure(lambda a: self._moved(a) if isinstance(a, np.ndarray) else a, list(arguments)))

    def program(self, *arguments: Any) -> Program:
        """The program for these arguments, for reading: `print(compiled.program(x).source)`."""
        return Replay(self.function, arguments, self._moved, self.eagerly).program
