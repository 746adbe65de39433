"""Code of other libraries on symbols: what the op table cannot look into, the engine's own abstract evaluation answers.

A layer whose `call` uses `jnp`, `torch` or `tf` itself cannot run on a `KerasTensor`. Where such a call fails, the engine's verb
`eval_shape(function, *symbols)` says which shapes and dtypes come out. Engines whose abstract evaluation needs plain sizes use
`by_two_sizes`: an axis that changes as an unknown size of the inputs does is that size, one that stays is known.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any

from keras.core import engine, tree
from keras.core.dims import Dim, Shape, Size
from keras.core.state import LossScope
from keras.core.tensor import KerasTensor, Spec

_PRIMES = (7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
_MULTIPLE = 240
"""Sizes that stand for unknown ones can be halved, and shared among 3, 4, 5, 8 or 10."""

_pretended: ContextVar[frozenset[int]] = ContextVar("pretended_sizes", default=frozenset())


def call_on_symbols(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`function(*args, **kwargs)` for arguments with symbols in them, whichever library it computes with."""
    try:
        return engine.current().without_numbers(lambda: function(*args, **kwargs))
    except Exception as error:
        module = _module_that_raised(error)
        refusal, needs_numbers = error, module == KerasTensor.__module__
        if not needs_numbers and module.partition(".")[0] == __name__.partition(".")[0]:
            raise  # the op table's own answer
    leaves = tree.flatten([args, kwargs])
    places = [i for i, x in enumerate(leaves) if isinstance(x, KerasTensor)]

    def of_tensors(*tensors: Any) -> Any:
        given = list(leaves)
        for place, tensor in zip(places, tensors, strict=True):
            given[place] = tensor
        positional, named = tree.pack_as([args, kwargs], given)
        with LossScope():  # they would outlive the evaluation
            return function(*positional, **named)

    try:
        return engine.current().eval_shape(of_tensors, *(leaves[i] for i in places))
    except NotImplementedError:
        raise refusal from None
    except TypeError as error:  # Python needs numbers there: the symbols said so in clearer words
        raise (refusal if needs_numbers else error) from None


def _module_that_raised(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else trace.tb_frame.f_globals.get("__name__", "")


def by_two_sizes(evaluate: Callable[..., Any], symbols: Sequence[Any]) -> Any:
    """Symbols of results, by evaluating twice with plain numbers for the unknown sizes.

    Arguments:
        evaluate: function of nests like `symbols` with a `Spec` of known sizes for each symbol; gives a nest with a `Spec` per tensor.
        symbols: nests of `KerasTensor`s. Unknown sizes get different numbers; if these do not fit together, equal ones.
    Returns: the nest that `evaluate` gave with a `KerasTensor` per `Spec`.
    """
    found = [x for x in tree.leaves(list(symbols)) if isinstance(x, KerasTensor)]
    atoms = list(dict.fromkeys(atom for symbol in found for size in symbol.dims for atom in _atoms(size)))
    if len(atoms) < 2:
        return _resized(evaluate, symbols, found, [dict.fromkeys(atoms, _MULTIPLE * prime) for prime in _PRIMES[:2]])
    try:
        return _resized(evaluate, symbols, found, [dict(zip(atoms, _numbers(start), strict=False)) for start in (0, 1)])
    except Exception:
        return _resized(evaluate, symbols, found, [dict.fromkeys(atoms, _MULTIPLE * prime) for prime in _PRIMES[:2]])


def pretended(size: Any) -> bool:
    """Whether a size stands for an unknown one just now: what is built there does not depend on it."""
    return size in _pretended.get()


def _numbers(start: int) -> Iterator[int]:
    return (_MULTIPLE * prime for prime in itertools.cycle(_PRIMES[start::2]))


def _resized(evaluate: Callable[..., Any], symbols: Sequence[Any], found: Sequence[KerasTensor], trials: list[dict[Any, int]]) -> Any:
    made = []
    for numbers in trials:
        sized = {id(s): Spec(tuple(_size_at(n, numbers) for n in s.dims), s.dtype) for s in found}
        token = _pretended.set(_pretended.get() | frozenset(numbers.values()))
        try:
            made.append(evaluate(*tree.map_structure(lambda x, sized=sized: sized.get(id(x), x), list(symbols))))
        finally:
            _pretended.reset(token)
    known = {tuple(_size_at(n, numbers) for numbers in trials): n for s in reversed(found) for n in reversed(s.dims) if isinstance(n, Dim)}

    def symbol(a: Any, b: Any) -> Any:
        return KerasTensor.of(Spec(_matched(a.dims, b.dims, known), a.dtype)) if isinstance(a, Spec) else a

    return tree.map_structure(symbol, *made)


def _matched(first: Shape, second: Shape, known: dict[tuple[Any, ...], Dim]) -> Shape:
    return tuple(a if a == b else known.get((a, b)) or Dim.unknown() for a, b in zip(first, second, strict=True))


def _atoms(size: Size) -> Iterator[Any]:
    """The unknowns that a size is made of."""
    for monomial, _ in size.terms if isinstance(size, Dim) else ():
        for factor in monomial:
            if factor[0] == "//":
                yield from _atoms(factor[1])
            else:
                yield factor


def _size_at(size: Size, numbers: dict[Any, int]) -> int:
    """A size with numbers for its unknowns."""
    if not isinstance(size, Dim):
        return size
    total = 0
    for monomial, coefficient in size.terms:
        for factor in monomial:
            coefficient *= _size_at(factor[1], numbers) // factor[2] if factor[0] == "//" else numbers[factor]
        total += coefficient
    return total
