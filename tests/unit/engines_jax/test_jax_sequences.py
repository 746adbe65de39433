"""A long sequence runs in two halves: the same numbers and gradients as in one piece, forwards and backwards."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

from keras import ops
from keras.engines.jax import recurrent
from keras.ops.recurrent import gru_sequence, lstm_sequence

SEQUENCES = {"lstm": (lstm_sequence, 2, 4, (12,)), "gru": (gru_sequence, 1, 3, (2, 9))}


def _operands(states: int, gates: int, bias: tuple[int, ...], length: int) -> list[Any]:
    random = np.random.default_rng(3)
    shapes = [(length, 2, 5), *[(2, 3)] * states, (5, 3 * gates), (3, 3 * gates), bias]
    return [jax.device_put(random.normal(size=shape).astype("float32")) for shape in shapes]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("length", [16, 19])
@pytest.mark.parametrize("name", SEQUENCES)
def test_halves_make_the_whole(name: str, length: int, reverse: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    sequence, *sizes = SEQUENCES[name]
    operands = _operands(*sizes, length)

    def loss(*values: Any) -> Any:
        outputs, *states = sequence(list(values), reverse=reverse)
        return ops.sum(outputs * outputs) + sum(ops.sum(s) for s in states), (outputs, *states)

    def loops() -> int:
        return str(jax.make_jaxpr(lambda *values: loss(*values)[0])(*operands)).count(" scan[")

    def found() -> list[np.ndarray]:
        (_, made), gradients = jax.value_and_grad(loss, tuple(range(len(operands))), has_aux=True)(*operands)
        return [np.asarray(x) for x in (*made, *gradients)]

    halves = found()
    assert loops() == 2
    monkeypatch.setattr(recurrent, "_LONG", 1000)
    assert loops() == 1
    for half, whole in zip(halves, found(), strict=True):
        assert half.shape == whole.shape
        np.testing.assert_allclose(half, whole, rtol=2e-5, atol=2e-5 * np.abs(whole).max())
