"""A function of tensors and variables as one graph: what engines that compile steps by themselves start from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from keras.core import tree
from keras.core.graph import Graph, Traced, Tracer
from keras.core.state import StateScope
from keras.core.tensor import Spec


class _TracingScope(StateScope):
    """Every variable that is read becomes an input of the trace."""

    def __init__(self, tracer: Tracer) -> None:
        super().__init__()
        self.tracer = tracer
        self.read_variables: list[tuple[Any, Traced]] = []

    def read(self, variable: Any) -> Any:
        """The variable's symbol."""
        value = self.values.get(id(variable))
        if value is None:
            value = Traced(self.tracer, variable.shape, variable.dtype)
            self.values[id(variable)] = value
            self.read_variables.append((variable, value))
        return value


class TracedFunction:
    """`function` traced once on symbols of its arguments.

    Arguments:
        function: function of `arguments`. arguments: nest. spec_of: a leaf -> its spec, or None for what is part of the signature.
    Attributes:
        graph: inputs are the arguments' tensors, then the variables that were read; outputs are results, then updates.
        count: how many inputs are arguments. read: the variables that were read. updated: the variables that were assigned.
        structure: what the function returned, with a symbol for each of the first `results` outputs.
    """

    def __init__(self, function: Callable[..., Any], arguments: Any, spec_of: Callable[[Any], Spec | None]) -> None:
        tracer = Tracer()
        scope = _TracingScope(tracer)

        def symbol(leaf: Any) -> Any:
            spec = spec_of(leaf)
            return leaf if spec is None else tracer.input(spec)

        with tracer.active(), scope:
            result = function(*tree.map_structure(symbol, arguments))
            self.structure = tree.map_structure(lambda x: x.value if hasattr(x, "assign") else x, result)
            updates = [(variable, tracer.lift(value)) for variable, value in scope.updates.values()]
        found = [x for x in tree.leaves(self.structure) if isinstance(x, Traced)]
        outputs = [tracer.lift(x) for x in found] + [value for _, value in updates]
        self.results = len(found)
        self.count = len(tracer.inputs)
        self.read = [variable for variable, _ in scope.read_variables]
        self.updated = [variable for variable, _ in updates]
        self.graph = Graph([*tracer.inputs, *(x for _, x in scope.read_variables)], outputs, tracer.nodes)

    def packed(self, values: list[Any]) -> Any:
        """The results' values in the structure of what the function returned."""
        if isinstance(self.structure, Traced):
            return values[0]
        if not values:
            return self.structure
        iterator = iter(values)
        return tree.pack_as(self.structure, [next(iterator) if isinstance(x, Traced) else x for x in tree.leaves(self.structure)])


class Compiled:
    """What runs for one signature: called with the list of arrays."""

    def is_current(self) -> bool:
        """Whether it may still be run: variables that it has bound may have moved."""
        return True


class CompiledFunction:
    """A function of nests of arrays, compiled once per signature of its arguments; anything that is not an array is part of the signature.

    An engine says what it compiles: `make(arguments)` gives the program for arguments like these.

    Attributes: arrays: the types of leaves that are inputs. limit: how many programs are kept; data of ever new shapes drops the one that
    was not used for longest.
    """

    arrays: tuple[type, ...] = (np.ndarray,)
    limit = 16

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.programs: OrderedDict[Any, Any] = OrderedDict()

    def make(self, arguments: tuple[Any, ...]) -> Compiled:
        """A program for arguments like these."""
        raise NotImplementedError(f"{type(self).__name__}.make")

    def __call__(self, *arguments: Any) -> Any:
        """The function's result for these arguments."""
        leaves = tree.flatten(list(arguments))
        return self.find(arguments, leaves)([a for a in leaves if isinstance(a, self.arrays)])

    def signature(self, arguments: tuple[Any, ...], leaves: list[Any]) -> Any:
        """What a program is for: how the arguments are nested, the shapes and dtypes of arrays, and everything else."""
        arrays: Any = self.arrays
        return (structure_key(arguments), *[(a.shape, a.dtype) if isinstance(a, arrays) else a for a in leaves])

    def find(self, arguments: tuple[Any, ...], leaves: list[Any]) -> Any:
        """The program for these arguments, whose leaves are given as well."""
        signature, programs = self.signature(arguments, leaves), self.programs
        program = programs.get(signature)
        if program is None or not program.is_current():
            program = programs[signature] = self.make(arguments)
            while len(programs) > self.limit:
                programs.popitem(last=False)
        elif len(programs) > 1:
            programs.move_to_end(signature)
        return program


def structure_key(nest: Any) -> Any:
    """What tells nests of one number of leaves apart: keys and lengths."""
    if isinstance(nest, dict):
        return tuple((key, structure_key(nest[key])) for key in sorted(nest, key=str))
    return tuple([structure_key(item) for item in nest]) if isinstance(nest, (list, tuple)) else None
