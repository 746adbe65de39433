"""`compile`: a stateful function as one XLA program per signature, its state passed in and donated."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from threading import Thread
from typing import Any

import jax
import jax.extend
import numpy as np
from jax import lax

from keras.core import tracing, tree
from keras.core.state import StateScope
from keras.core.variable import Variable

Array = Any
_MOST_TRIES = 5
"""How often a function is traced at most until all its variables are known."""


class ReadingScope(StateScope):
    """What is read is remembered in `read_ids`; variables without a value in the scope are read where they are, and kept in `found`."""

    def __init__(self, state: Any = ()) -> None:
        super().__init__(state)
        self.found: dict[int, Any] = {}
        self.read_ids: set[int] = set()

    def read(self, variable: Any) -> Any:
        """The variable's value."""
        if id(variable) not in self.values:
            self.found[id(variable)] = variable
        self.read_ids.add(id(variable))
        return super().read(variable)


ARRAYS = (np.ndarray, jax.Array, np.generic)


def is_array(x: Any) -> bool:
    """Whether a leaf is an input of the program (all else is part of its signature)."""
    return isinstance(x, ARRAYS)


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


_PRODUCTS, _LIBRARY = "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT", "xla_cpu_experimental_ynn_fusion_type"
"""On a CPU XLA has two libraries of kernels. Eigen's are faster by two or three times for convolutions and for small products, those of
the newer one by a fifth for the products of recurrent loops, and by four for those with a large transposed kernel."""
_QUICKLY: dict[str, Any] = {"xla_cpu_use_fusion_emitters": False}
"""XLA also has two generators of loops. The older one compiles in two thirds of the time, but on one thread runs what it made."""
_SMALL = 1 << 15
"""Elements of the largest array of a program whose loops one thread runs as fast as several."""


def equations(jaxpr: Any) -> Iterator[Any]:
    """The equations of a program, inner ones included."""
    for equation in jaxpr.eqns:
        yield equation
        for value in equation.params.values():
            for inner in value if isinstance(value, (list, tuple)) else (value,):
                inner = getattr(inner, "jaxpr", inner)
                if hasattr(inner, "eqns"):
                    yield from equations(inner)


def _looped_over(equation: Any) -> Sequence[Any]:
    """What a generated loop reads or writes; the operands of products are read by a library."""
    return equation.outvars if equation.primitive.name == "dot_general" else (*equation.invars, *equation.outvars)


def compiler_options(jaxpr: Any) -> dict[str, Any] | None:
    """The options of XLA for a program."""
    if jax.default_backend() != "cpu":
        return None
    found = list(equations(jaxpr))
    names = {equation.primitive.name for equation in found}
    largest = max([getattr(v.aval, "size", 0) for equation in found for v in _looped_over(equation)], default=0)
    options = dict(_QUICKLY) if largest <= _SMALL else {}
    if names & {"keras_conv", "conv_general_dilated"}:
        return options | {_LIBRARY: _PRODUCTS}
    return options if "scan" in names else options | {_LIBRARY: ""}


_TENSOR = object()
"""Stands for a tensor in the structure of the results."""


class Program(tracing.Compiled):
    """A function for arguments of one signature, traced once.

    Arguments:
        function: function of nests of tensors. arguments: nests that show the signature.
        candidates: variables that the function may use; if it uses others too, it is traced once more.
    Attributes: changed: the variables that it writes. kept: those that it only reads. results: shapes and dtypes of the tensors among its
    results. options: for XLA. jitted: (values of `changed`, of `kept`, arrays) -> (results, new values of `changed`).
    """

    def __init__(self, function: Callable[..., Any], arguments: Any, candidates: Sequence[Any] = ()) -> None:
        self.function = function
        self.arguments = tree.map_structure(lambda a: None if is_array(a) else a, arguments)
        self._holes = [is_array(a) for a in tree.flatten(arguments)]
        self.structure: Any = None
        arrays = [jax.ShapeDtypeStruct(np.shape(a), jax.dtypes.canonicalize_dtype(a.dtype)) for a in tree.flatten(arguments) if is_array(a)]
        self._trace(list({id(v): v for v in candidates}.values()), arrays)
        self.jitted = jax.jit(self.pure, donate_argnums=0, compiler_options=self.options)
        self._ahead: Thread | None = None

    def compile_ahead(self, arrays: list[Array]) -> None:
        """Begin to compile on another thread; the first call waits for what is left of it."""
        lowered = self.jitted.lower([v._value for v in self.changed], [v._value for v in self.kept], arrays)

        def compile_it() -> None:
            with suppress(Exception):  # the call compiles again, and says what is wrong
                lowered.compile()

        self._ahead = Thread(target=compile_it)
        self._ahead.start()

    def _trace(self, known: list[Any], arrays: Sequence[Any], tries: int = 1) -> None:
        scopes: list[ReadingScope] = []

        def whole(values: Sequence[Array], arrays: Sequence[Array]) -> Any:
            scopes.append(ReadingScope(zip(known, values, strict=True)))
            results = self._run(scopes[-1], arrays)
            updates = [scopes[-1].updates.get(id(v)) for v in known]
            # a weakly typed value would be another signature at the next call
            return results, [lax.convert_element_type(u[1], v.dtype) for u, v in zip(updates, known, strict=True) if u is not None]

        specs = [jax.ShapeDtypeStruct(v._value.shape, v._value.dtype) for v in known]
        program, (results, _) = jax.make_jaxpr(whole, return_shape=True)(specs, arrays)
        self.options = compiler_options(program.jaxpr)
        scope = scopes[-1]
        met = {id(v): v for v in [*known, *scope.found.values(), *(v for v, _ in scope.updates.values())]}
        if len(met) > len(known):
            if tries == _MOST_TRIES:
                raise ValueError(
                    f"The step makes new variables every time it runs, the last one being {list(met.values())[-1].path!r}. "
                    "Make layers and variables once, in __init__ or build, and use them in call."
                )
            self._trace(list(met.values()), arrays, tries + 1)
            return
        self._known, self._program, self.results = known, jax.extend.core.jaxpr_as_fun(program), results
        self.changed = [v for v in known if id(v) in scope.updates]
        self.kept = [v for v in known if id(v) in scope.read_ids and id(v) not in scope.updates]

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
        """The function as (values of `changed`, values of `kept`, arrays) -> (results, new values of `changed`)."""
        values = {id(v): value for v, value in zip([*self.changed, *self.kept], [*changed, *kept], strict=True)}
        given = [values[id(v)] if id(v) in values else lax.full(v.shape, 0, v._value.dtype) for v in self._known]
        made = self._program(*given, *arrays)
        count = len(self.results)
        return made[:count], made[count:]

    def __call__(self, arrays: list[Array]) -> Any:
        if self._ahead is not None:
            self._ahead.join()
            self._ahead = None
        results, new = self.jitted(own([v._value for v in self.changed]), [v._value for v in self.kept], arrays)
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


class CompiledFunction(tracing.CompiledFunction):
    """A function of nests of arrays and of variables, as XLA programs."""

    arrays = ARRAYS

    def __init__(self, function: Callable[..., Any], candidates: Callable[[], Sequence[Any]] = tuple) -> None:
        super().__init__(function)
        self.candidates = candidates

    def make(self, arguments: tuple[Any, ...]) -> tracing.Compiled:
        """The function compiled for arguments like these."""
        return Program(self.function, arguments, self.candidates())

    def compile_ahead(self, *arguments: Any) -> None:
        """Begin to compile for such arguments on another thread, if there is no program for them yet."""
        leaves = tree.flatten(list(arguments))
        if self.signature(arguments, leaves) not in self.programs:
            self.find(arguments, leaves).compile_ahead([a for a in leaves if is_array(a)])
