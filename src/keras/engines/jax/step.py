"""`compile`: a stateful function as one XLA program per signature, its state passed in and donated."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jax import lax

from keras.core import tree
from keras.core.state import StateScope
from keras.core.variable import Variable

Array = Any
_MAX_PROGRAMS = 16
"""Programs kept per compiled function; data of ever new shapes drops the one that was not used for longest."""


class ReadingScope(StateScope):
    """Variables are read where they are, and remembered in `found`."""

    def __init__(self, state: Any = ()) -> None:
        super().__init__(state)
        self.found: dict[int, Any] = {}

    def read(self, variable: Any) -> Any:
        """The variable's value."""
        if id(variable) not in self.values:
            self.found[id(variable)] = variable
        return super().read(variable)


def is_array(x: Any) -> bool:
    """Whether a leaf is an input of the program (all else is part of its signature)."""
    return type(x) is np.ndarray or isinstance(x, (jax.Array, np.ndarray, np.generic))


def plain(nest: Any) -> Any:
    """The nest with variables replaced by their values."""
    return tree.map_structure(lambda x: x.value if isinstance(x, Variable) else x, nest)


def _reference_counts(values: Sequence[Any]) -> list[int]:
    return [sys.getrefcount(value) for value in values]


class _Holder:
    def __init__(self) -> None:
        self._value = object()


_holder = _Holder()
_ALONE = _reference_counts([h._value for h in [_holder]])[0]
"""The count of references that a value has while only its variable and the list that is counted hold it."""


def own(values: list[Array]) -> list[Array]:
    """The values, copied where somebody else holds one too: a donated array can no longer be read."""
    for i, count in enumerate(_reference_counts(values)):
        if count > _ALONE:
            values[i] = jax.device_put(np.array(values[i]))
    return values


_TENSOR = object()
"""Stands for a tensor in the structure of the results."""


class OtherVariables(Exception):
    """The function reads or writes variables that the program does not have yet."""

    def __init__(self, scope: ReadingScope) -> None:
        self.scope = scope


class Program:
    """A function for arguments of one signature.

    Attributes: changed: the variables that it writes. kept: those that it only reads. jitted: (changed, kept, arrays) -> (results, changed).
    """

    def __init__(self, function: Callable[..., Any], arguments: Any) -> None:
        self.function = function
        self.arguments = tree.map_structure(lambda a: None if is_array(a) else a, arguments)
        self._holes = [is_array(a) for a in tree.flatten(arguments)]
        self.structure: Any = None
        specs = [jax.ShapeDtypeStruct(np.shape(a), jax.dtypes.canonicalize_dtype(a.dtype)) for a in tree.flatten(arguments) if is_array(a)]
        scope = ReadingScope()
        jax.eval_shape(lambda arrays: self._run(scope, arrays), specs)
        self._divide(scope)

    def _divide(self, scope: ReadingScope) -> None:
        written = {id(variable): variable for variable, _ in scope.updates.values()}
        self.changed = list(written.values())
        self.kept = [v for i, v in scope.found.items() if i not in written]
        self.jitted = jax.jit(self.pure, donate_argnums=0)

    def _run(self, scope: StateScope, arrays: Sequence[Array]) -> list[Array]:
        """The tensors among the function's results; where they stand among them is left in `structure`."""
        given = iter(arrays)
        leaves = [next(given) if hole else x for hole, x in zip(self._holes, tree.flatten(self.arguments), strict=True)]
        with scope:
            result = plain(self.function(*tree.pack_as(self.arguments, leaves)))
        made = tree.flatten(result)
        self.structure = tree.pack_as(result, [_TENSOR if is_array(x) else x for x in made])
        return [x for x in made if is_array(x)]

    def pure(self, changed: Any, kept: Any, arrays: Any) -> Any:
        scope = ReadingScope(zip([*self.changed, *self.kept], [*changed, *kept], strict=True))
        results = self._run(scope, arrays)
        if scope.found or len(self.changed) < len({id(v) for v in self.changed} | scope.updates.keys()):
            raise OtherVariables(scope)
        # a weakly typed value would be another signature at the next call
        return results, [lax.convert_element_type(scope.values[id(v)], v.dtype) for v in self.changed]

    def meet(self, scope: ReadingScope) -> None:
        """Take the variables that a scope has found into the program."""
        known = [*self.changed, *self.kept, *scope.found.values()]
        written = {id(v): v for v in [*self.changed, *(v for v, _ in scope.updates.values())]}
        self.changed, self.kept = list(written.values()), [v for v in known if id(v) not in written]
        self.jitted = jax.jit(self.pure, donate_argnums=0)

    def _execute(self, values: list[Array], arrays: list[Array]) -> Any:
        try:
            return self.jitted(values, [v._value for v in self.kept], arrays)
        except OtherVariables as error:  # the function used other variables than when it was looked at first
            self.meet(error.scope)
            return self._execute(own([v._value for v in self.changed]), arrays)

    def __call__(self, arrays: list[Array]) -> Any:
        results, new = self._execute(own([v._value for v in self.changed]), arrays)
        for variable, value in zip(self.changed, new, strict=True):
            variable._value = value
        return self.packed(results)

    def packed(self, results: Sequence[Array]) -> Any:
        """The tensors of a run in the structure of what the function returned."""
        if self.structure is _TENSOR:
            return results[0]
        if not results:
            return self.structure
        iterator = iter(results)
        return tree.pack_as(self.structure, [next(iterator) if x is _TENSOR else x for x in tree.leaves(self.structure)])


class CompiledFunction:
    """A function of nests of arrays and of variables; anything that is not an array is part of the signature."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self._programs: OrderedDict[Any, Program] = OrderedDict()

    def __call__(self, *arguments: Any) -> Any:
        """The function's result for these arguments."""
        leaves = tree.flatten(list(arguments))
        signature = tuple([(a.shape, a.dtype) if is_array(a) else a for a in leaves])
        program = self._programs.get(signature)
        if program is None:
            program = self._programs[signature] = Program(self.function, arguments)
            while len(self._programs) > _MAX_PROGRAMS:
                self._programs.popitem(last=False)
        elif len(self._programs) > 1:
            self._programs.move_to_end(signature)
        return program([a for a in leaves if is_array(a)])
