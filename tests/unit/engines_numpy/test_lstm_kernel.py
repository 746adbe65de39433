"""LSTM sequences on the NumPy engine against their definition as a scan: values, gradients, second gradients, both directions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keras.core import engine
from keras.kernels import recurrent
from keras.ops.control import value_and_grad
from keras.ops.elementwise import add, multiply
from keras.ops.recurrent import lstm_steps, lstm_steps_gradient
from keras.ops.reduction import sum as total_of

STEPS, BATCH, UNITS = 7, 2, 3
both_ways = pytest.mark.parametrize("reverse", [False, True])


def operands() -> list[np.ndarray]:
    """Projected inputs, first states and recurrent kernel."""
    rng = np.random.default_rng(0)
    shapes = [(STEPS, BATCH, 4 * UNITS), (BATCH, UNITS), (BATCH, UNITS), (UNITS, 4 * UNITS)]
    return [rng.normal(size=shape) for shape in shapes]


def loss(function: Any, reverse: bool) -> Any:
    """A number that depends on every output and every memory."""
    weights = np.random.default_rng(1).normal(size=(2, STEPS, BATCH, UNITS))

    def scalar(xs: Any) -> Any:
        outputs, memories, _ = function(*xs, reverse=reverse)
        return add(total_of(multiply(multiply(outputs, outputs), weights[0])), total_of(multiply(memories, weights[1])))

    return scalar


def close(found: Any, expected: Any) -> None:
    """Equal up to rounding."""
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@both_ways
def test_values(reverse: bool) -> None:
    xs = operands()
    close(lstm_steps(*xs, reverse=reverse), lstm_steps.record.body(*xs, reverse=reverse))


@both_ways
@pytest.mark.parametrize("block", [1, 3 * BATCH * UNITS, 1 << 20])
def test_gradient(reverse: bool, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recurrent, "_BLOCK_ELEMENTS", block)
    xs = operands()
    found = lstm_steps(*xs, reverse=reverse)
    cotangents = np.random.default_rng(2).normal(size=(2, STEPS, BATCH, UNITS))
    given = (*cotangents, *found, *xs[1:])
    close(lstm_steps_gradient(*given, reverse=reverse), lstm_steps_gradient.record.body(*given, reverse=reverse))
    expected = value_and_grad(loss(lstm_steps.record.body, reverse))(xs)[1]
    close(value_and_grad(loss(lstm_steps, reverse))(xs)[1], expected)
    compiled = engine.current().compile(lambda *p: value_and_grad(loss(lstm_steps, reverse))(list(p))[1])
    close(compiled(*xs), expected)


@both_ways
def test_gradient_of_the_gradient(reverse: bool) -> None:
    def slope(function: Any) -> Any:
        def squared(xs: Any) -> Any:
            parts = [total_of(multiply(g, g)) for g in value_and_grad(loss(function, reverse))(xs)[1]]
            return add(add(parts[0], parts[1]), add(parts[2], parts[3]))

        return squared

    xs = operands()
    expected = value_and_grad(slope(lstm_steps.record.body))(xs)[1]
    close(value_and_grad(slope(lstm_steps))(xs)[1], expected)
    close(engine.current().compile(lambda *p: value_and_grad(slope(lstm_steps))(list(p))[1])(*xs), expected)


def test_rows_with_many_updates() -> None:
    rng = np.random.default_rng(3)
    indices = np.concatenate([np.zeros(20, int), rng.integers(0, 9, 30), [-1, -1]])
    updates = rng.normal(size=(indices.size, 4))
    expected = np.zeros((9, 4))
    np.add.at(expected, indices, updates)
    found = engine.current().kernels["add_at"](np.zeros((9, 4)), indices, updates, axis=0)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
