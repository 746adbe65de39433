"""`compile`: a function as one TensorFlow graph per signature, which reads and writes variables in the order of the program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from keras.core import tracing, tree
from keras.core.tensor import Spec
from keras.core.variable import Variable

Tensor = Any
ARRAYS = (np.ndarray, np.generic, tf.Tensor, tf.Variable)
_TENSOR = object()
"""Stands for a tensor in the structure of the results."""


def is_array(x: Any) -> bool:
    """Whether a leaf is an input of the graph (all else is part of its signature)."""
    return isinstance(x, ARRAYS)


def plain(nest: Any) -> Any:
    """The nest with variables replaced by their values."""
    return tree.map_structure(lambda x: x.value if isinstance(x, Variable) else x, nest)


def specs_of(function: Callable[..., Any], *nests: Any) -> Any:
    """What `function` returns for nests with a `Spec` per tensor, a `Spec` in place of each tensor; nothing is computed."""
    leaves = tree.flatten(list(nests))
    with tf.__internal__.FuncGraph("specs").as_default():
        given = [tf.compat.v1.placeholder(x.dtype, x.dims) if isinstance(x, Spec) else x for x in leaves]
        made = plain(function(*tree.pack_as(list(nests), given)))
    return tree.map_structure(lambda x: Spec(tuple(x.shape), x.dtype.name) if is_array(x) else x, made)


class _Graph(tracing.Compiled):
    """A function for arguments of one signature."""

    def __init__(self, function: Callable[..., Any], arguments: Any) -> None:
        self.function = function
        self._fixed = tree.map_structure(lambda a: None if is_array(a) else a, arguments)
        self._holes = [is_array(a) for a in tree.flatten(arguments)]
        self.structure: Any = None
        specs = [tf.TensorSpec(a.shape, a.dtype) for a in tree.flatten(arguments) if is_array(a)]
        by_xla = True if getattr(function, "jit_compile", False) else None
        self.run = tf.function(self._traced, autograph=False, jit_compile=by_xla).get_concrete_function(*specs)

    def _traced(self, *arrays: Tensor) -> list[Tensor]:
        given = iter(arrays)
        leaves = [next(given) if hole else x for hole, x in zip(self._holes, tree.flatten(self._fixed), strict=True)]
        result = plain(self.function(*tree.pack_as(self._fixed, leaves)))
        made = tree.flatten(result)
        self.structure = tree.pack_as(result, [_TENSOR if is_array(x) else x for x in made])
        return [tf.identity(x) for x in made if is_array(x)]

    def __call__(self, arrays: list[Any]) -> Any:
        results = self.run(*[tf.convert_to_tensor(a) for a in arrays])
        if self.structure is _TENSOR:
            return results[0]
        if not results:
            return self.structure
        iterator = iter(results)
        return tree.pack_as(self.structure, [next(iterator) if x is _TENSOR else x for x in tree.leaves(self.structure)])


class CompiledFunction(tracing.CompiledFunction):
    """A function of nests of arrays and of variables, as TensorFlow's graphs."""

    arrays = ARRAYS

    def make(self, arguments: tuple[Any, ...]) -> _Graph:
        """The graph for arguments like these."""
        return _Graph(self.function, arguments)
