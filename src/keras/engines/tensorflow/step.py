"""`compile`: a function as one TensorFlow graph per signature; the variables it assigns to are written at the end of the graph."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from keras.core import tree
from keras.core.state import StateScope
from keras.core.variable import Variable

Tensor = Any
_MAX_GRAPHS = 16
_TENSOR = object()
"""Stands for a tensor in the structure of the results."""


class _StepScope(StateScope):
    """Every variable is read once, before anything is written, and in the step's own graph also where a loop's body asks for it."""

    def __init__(self) -> None:
        super().__init__()
        self.graph = tf.compat.v1.get_default_graph()

    def read(self, variable: Any) -> Tensor:
        """The variable's value."""
        value = self.values.get(id(variable))
        if value is None:
            with self.graph.as_default():
                value = self.values[id(variable)] = tf.convert_to_tensor(variable._value)
        return value


def is_array(x: Any) -> bool:
    """Whether a leaf is an input of the graph (all else is part of its signature)."""
    return isinstance(x, (np.ndarray, np.generic, tf.Tensor))


class _Graph:
    """A function for arguments of one signature."""

    def __init__(self, function: Callable[..., Any], arguments: Any) -> None:
        self.function = function
        self._fixed = tree.map_structure(lambda a: None if is_array(a) else a, arguments)
        self._holes = [is_array(a) for a in tree.flatten(arguments)]
        self.structure: Any = None
        specs = [tf.TensorSpec(a.shape, a.dtype) for a in tree.flatten(arguments) if is_array(a)]
        self.run = tf.function(self._traced, autograph=False).get_concrete_function(*specs)

    def _traced(self, *arrays: Tensor) -> list[Tensor]:
        given = iter(arrays)
        leaves = [next(given) if hole else x for hole, x in zip(self._holes, tree.flatten(self._fixed), strict=True)]
        with _StepScope() as scope:
            result = self.function(*tree.pack_as(self._fixed, leaves))
            result = tree.map_structure(lambda x: x.value if isinstance(x, Variable) else x, result)
        made = tree.flatten(result)
        results = [tf.identity(x) for x in made if is_array(x)]
        with tf.control_dependencies(results):
            for variable, value in scope.updates.values():
                variable._value.assign(value)
        self.structure = tree.pack_as(result, [_TENSOR if is_array(x) else x for x in made])
        return results

    def __call__(self, arrays: list[Any]) -> Any:
        results = self.run(*[tf.convert_to_tensor(a) for a in arrays])
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
        self._graphs: OrderedDict[Any, _Graph] = OrderedDict()

    def __call__(self, *arguments: Any) -> Any:
        """The function's result for these arguments."""
        leaves = tree.flatten(list(arguments))
        signature = tuple([(tuple(a.shape), a.dtype) if is_array(a) else a for a in leaves])
        graph = self._graphs.get(signature)
        if graph is None:
            graph = self._graphs[signature] = _Graph(self.function, arguments)
            while len(self._graphs) > _MAX_GRAPHS:
                self._graphs.popitem(last=False)
        elif len(self._graphs) > 1:
            self._graphs.move_to_end(signature)
        return graph([a for a in leaves if is_array(a)])
