"""Symbolic sizes against integers."""

from __future__ import annotations

import random
from typing import Any

import pytest

from keras.core import dims
from keras.core.dims import Dim, broadcast, display, from_public, product, to_public, unify

N, M = Dim.unknown("n"), Dim.unknown("m")


def evaluate(size: Any, values: dict[Any, int]) -> int | None:
    """The integer that a size is when the unknowns have these values; None if it holds an unknown without one."""
    if isinstance(size, int):
        return size
    total = 0
    for monomial, coefficient in size.terms:
        term = coefficient
        for factor in monomial:
            if factor[0] == "//":
                inner = evaluate(factor[1], values)
                if inner is None:
                    return None
                term *= inner // factor[2]
            elif factor in values:
                term *= values[factor]
            else:
                return None
        total += term
    return total


def combined(kind: int, a: Any, b: Any, k: int) -> Any:
    """One of six calculations, on sizes or on integers."""
    if kind < 3:
        return a + b if kind == 0 else a - b if kind == 1 else a * b
    return a // k if kind == 3 else a % k if kind == 4 else k - a


@pytest.mark.parametrize("seed", range(60))
def test_random_expressions(seed: int) -> None:
    rng = random.Random(seed)
    unknown = {"n": N.terms[0][0][0], "m": M.terms[0][0][0]}
    values = {unknown["n"]: rng.randrange(1, 40), unknown["m"]: rng.randrange(1, 40)}
    pool: list[tuple[Any, int]] = [(N, values[unknown["n"]]), (M, values[unknown["m"]]), (rng.randrange(1, 9), 0)]
    pool[2] = (pool[2][0], pool[2][0])
    for _ in range(12):
        (a, x), (b, y) = rng.choice(pool), rng.choice(pool)
        kind = rng.randrange(6)
        k = rng.randrange(1, 7)
        made = combined(kind, a, b, k), combined(kind, x, y, k)
        found = evaluate(made[0], values)
        assert found is None or found == made[1]
        if abs(made[1]) < 10**6:
            pool.append(made)


def test_canonical_forms() -> None:
    assert (N * 12) // 12 == N
    assert (N * M * 6) // (N * 2) == M * 3
    assert N + N == N * 2
    assert N - N == 0
    assert (N + 1) * (N - 1) == N * N - 1
    assert hash(N + M) == hash(M + N)
    assert N != M
    assert (N // 2) == (N // 2)
    assert (N // 2) * 2 != N
    assert (N * 4 + 2) // 2 == N * 2 + 1
    assert N % 1 == 0
    negative = -N
    assert -negative == N
    assert Dim.unknown() != Dim.unknown()
    assert isinstance(7 // N, Dim)


def test_public_shapes() -> None:
    shape = from_public((None, 28, None), first_is_batch=True)
    assert shape[0] is dims.BATCH
    assert to_public(shape) == (None, 28, None)
    assert display(shape) == "(None, 28, None)"
    assert product((2, N, 3)) == N * 6
    assert product(()) == 1


def test_unify_and_broadcast() -> None:
    assert unify(3, 3) == 3
    assert unify(3, 4) is None
    assert unify(N, 4) == 4
    assert unify(4, N) == 4
    assert unify(N, N) == N
    assert broadcast((N, 1), (4,)) == (N, 4)
    assert broadcast((3, 4), (4,), ()) == (3, 4)
    assert broadcast((3,), (4,)) is None
    assert broadcast((N,), (4,)) == (4,)
    assert broadcast((N,), (1,)) == (N,)
    assert broadcast((0,), (1,)) == (0,)
    assert broadcast((0,), (3,)) is None
    assert broadcast() == ()
