"""Ops that engines may run whole: recurrent sequences and Adam's update, against NumPy in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keras.ops.recurrent import gru_sequence, lstm_sequence, lstm_steps
from keras.optimizers.adam import adam_update

STEPS, BATCH, FEATURES, UNITS = 5, 2, 4, 3
both_ways = pytest.mark.parametrize("reverse", [False, True])


def _numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).normal(size=shape)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _lstm(projected: np.ndarray, h: np.ndarray, c: np.ndarray, kernel: np.ndarray, reverse: bool) -> tuple[np.ndarray, ...]:
    outputs, memories = np.empty((2, len(projected), *h.shape))
    for t in reversed(range(len(projected))) if reverse else range(len(projected)):
        i, f, g, o = np.split(projected[t] + h @ kernel, 4, axis=-1)
        c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
        h = _sigmoid(o) * np.tanh(c)
        outputs[t], memories[t] = h, c
    return outputs, memories, h, c


@both_ways
def test_lstm_sequence(reverse: bool) -> None:
    x, h, c = _numbers(STEPS, BATCH, FEATURES), _numbers(BATCH, UNITS), _numbers(BATCH, UNITS) / 2
    kernel, recurrent_kernel, bias = _numbers(FEATURES, 4 * UNITS), _numbers(UNITS, 4 * UNITS), _numbers(4 * UNITS)
    outputs, memories, last, memory = _lstm(x @ kernel + bias, h, c, recurrent_kernel, reverse)
    _close(lstm_sequence([x, h, c, kernel, recurrent_kernel, bias], reverse=reverse), (outputs, last, memory))
    _close(lstm_steps(x @ kernel + bias, h, c, recurrent_kernel, reverse=reverse)[:2], (outputs, memories))


@both_ways
def test_gru_sequence(reverse: bool) -> None:
    x, h = _numbers(STEPS, BATCH, FEATURES), _numbers(BATCH, UNITS)
    kernel, recurrent_kernel, bias = _numbers(FEATURES, 3 * UNITS), _numbers(UNITS, 3 * UNITS), _numbers(2, 3 * UNITS)
    found = gru_sequence([x, h, kernel, recurrent_kernel, bias], reverse=reverse)
    outputs = np.empty((STEPS, BATCH, UNITS))
    for t in reversed(range(STEPS)) if reverse else range(STEPS):
        of_input, of_state = x[t] @ kernel + bias[0], h @ recurrent_kernel + bias[1]
        (z, r, n), (hz, hr, hn) = np.split(of_input, 3, axis=-1), np.split(of_state, 3, axis=-1)
        z, r = _sigmoid(z + hz), _sigmoid(r + hr)
        h = outputs[t] = z * h + (1 - z) * np.tanh(n + r * hn)
    _close(found, (outputs, h))


def test_adam_update() -> None:
    parameter, gradient, mean, square = _numbers(3, 2), _numbers(2, 3).T, _numbers(3, 2) / 3, _numbers(3, 2) ** 2
    found = adam_update([0.1, np.float64(4.0), parameter, mean, square, gradient], 0.9, 0.99, 1e-7)
    mean = 0.9 * mean + 0.1 * gradient
    square = 0.99 * square + 0.01 * gradient**2
    rate = 0.1 * np.sqrt(1 - 0.99**4) / (1 - 0.9**4)
    _close(found, (parameter - rate * mean / (np.sqrt(square) + 1e-7), mean, square))


def _close(found: Any, expected: Any) -> None:
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-9)
