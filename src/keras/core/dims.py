"""Sizes of axes: plain integers, or a small symbolic `Dim` where a size is not known yet.

A `Dim` is a polynomial with integer coefficients over unknown sizes, plus floor divisions by constants, in one canonical form,
so that `(batch * 12) // 12 == batch` holds by construction. Anything harder becomes a new unknown size. Users see `None`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

_serial = itertools.count()


class Dim:
    """An unknown size: a sum of integer multiples of products of unknowns. Compares and hashes by its canonical form."""

    __slots__ = ("_hash", "terms")

    def __init__(self, terms: dict[tuple[Any, ...], int]) -> None:
        self.terms: tuple[tuple[tuple[Any, ...], int], ...] = tuple(sorted(((m, c) for m, c in terms.items() if c), key=repr))
        self._hash = hash(self.terms)

    @staticmethod
    def unknown(name: str = "d") -> Dim:
        """A new size that equals nothing but itself."""
        return Dim({((name, next(_serial)),): 1})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dim) and self.terms == other.terms

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return "?"

    def __add__(self, other: Size) -> Size:
        terms = dict(self.terms)
        for monomial, coefficient in _terms(other):
            terms[monomial] = terms.get(monomial, 0) + coefficient
        return _simplify(terms)

    __radd__ = __add__

    def __neg__(self) -> Size:
        return _simplify({m: -c for m, c in self.terms})

    def __sub__(self, other: Size) -> Size:
        return self + (-other)

    def __rsub__(self, other: Size) -> Size:
        return (-self) + other

    def __mul__(self, other: Size) -> Size:
        terms: dict[tuple[Any, ...], int] = {}
        for (m1, c1), (m2, c2) in itertools.product(self.terms, _terms(other)):
            monomial = tuple(sorted(m1 + m2, key=repr))
            terms[monomial] = terms.get(monomial, 0) + c1 * c2
        return _simplify(terms)

    __rmul__ = __mul__

    def __floordiv__(self, other: Size) -> Size:
        exact = _divide_exactly(self, other)
        if exact is not None:
            return exact
        if isinstance(other, int):
            return Dim({(("//", self, other),): 1})
        return Dim.unknown()

    def __rfloordiv__(self, other: int) -> Size:
        return Dim.unknown()

    def __mod__(self, other: Size) -> Size:
        return self - (self // other) * other


Size = int | Dim
Shape = tuple[Size, ...]

BATCH = Dim.unknown("batch")
"""The number of samples: one unknown shared by every input, so that two inputs of a model agree on it."""


def _terms(size: Size) -> Iterable[tuple[tuple[Any, ...], int]]:
    return size.terms if isinstance(size, Dim) else (((), int(size)),)


def _simplify(terms: dict[tuple[Any, ...], int]) -> Size:
    terms = {m: c for m, c in terms.items() if c}
    if not terms:
        return 0
    if set(terms) == {()}:
        return terms[()]
    return Dim(terms)


def _divide_exactly(numerator: Dim, denominator: Size) -> Size | None:
    """The quotient if `denominator` is one monomial that divides every term of `numerator`, else None."""
    divisor = list(_terms(denominator))
    if len(divisor) != 1 or divisor[0][1] == 0:
        return None
    (factors, coefficient) = divisor[0]
    terms = {}
    for monomial, c in numerator.terms:
        rest = list(monomial)
        for factor in factors:
            if factor not in rest:
                return None
            rest.remove(factor)
        if c % coefficient:
            return None
        terms[tuple(rest)] = c // coefficient
    return _simplify(terms)


def from_public(shape: Sequence[int | None], first_is_batch: bool = False) -> Shape:
    """Sizes from a user's shape: `None` becomes an unknown, and a leading `None` the shared `BATCH` if asked."""
    return tuple(
        (BATCH if first_is_batch and axis == 0 else Dim.unknown()) if size is None else int(size) for axis, size in enumerate(shape)
    )


def to_public(shape: Shape) -> tuple[int | None, ...]:
    """The shape as users see it: unknown sizes are `None`."""
    return tuple(None if isinstance(size, Dim) else size for size in shape)


def product(shape: Iterable[Size]) -> Size:
    """The number of elements."""
    result: Size = 1
    for size in shape:
        result = result * size
    return result


def unify(a: Size, b: Size) -> Size | None:
    """The size of two axes that must be equal: the known one, or None if they are known to differ."""
    if a == b:
        return a
    if isinstance(a, Dim):
        return b
    if isinstance(b, Dim):
        return a
    return None


def broadcast(*shapes: Shape) -> Shape | None:
    """The common shape by NumPy's broadcasting rule, or None if there is none. An unknown size against a known n > 1 becomes n."""
    result: list[Size] = []
    for sizes in itertools.zip_longest(*(reversed(shape) for shape in shapes), fillvalue=1):
        size: Size = 1
        for other in sizes:
            if size == 1:
                size = other
            elif other != 1:
                unified = unify(size, other)
                if unified is None:
                    return None
                size = unified
        result.append(size)
    return tuple(reversed(result))


def display(shape: Shape) -> str:
    """Text of a shape for messages: `(None, 28, 28)`."""
    return str(to_public(shape))
