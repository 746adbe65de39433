"""LSTM sequences against their definition step by step, and their gradient against finite differences."""

import numpy as np
import pytest

from keras.kernels import recurrent

STEPS, BATCH, UNITS = 6, 3, 4


def sequence(projected, h, c, kernel, reverse):
    outputs, memories, gates = np.empty((STEPS, BATCH, UNITS)), np.empty((STEPS, BATCH, UNITS)), np.empty(projected.shape)
    for t in range(STEPS)[::-1] if reverse else range(STEPS):
        i, f, g, o = np.split(projected[t] + h @ kernel, 4, axis=-1)
        i, f, g, o = 1 / (1 + np.exp(-i)), 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
        c = f * c + i * g
        h = o * np.tanh(c)
        outputs[t], memories[t], gates[t] = h, c, np.concatenate([i, f, g, o], axis=-1)
    return outputs, memories, gates


def operands():
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape) for shape in ((STEPS, BATCH, 4 * UNITS), (BATCH, UNITS), (BATCH, UNITS), (UNITS, 4 * UNITS))]
    for array in arrays:
        array.flags.writeable = False
    return arrays


@pytest.mark.parametrize("reverse", [False, True])
def test_every_step_is_the_definition(reverse):
    for found, expected in zip(recurrent.lstm_steps(*operands(), reverse=reverse), sequence(*operands(), reverse), strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("block", [1, 2 * BATCH * UNITS, 1 << 20])
def test_the_gradient_is_the_slope_along_random_directions(reverse, block, monkeypatch):
    monkeypatch.setattr(recurrent, "_BLOCK_ELEMENTS", block)
    xs, rng = operands(), np.random.default_rng(1)
    g_outputs, g_memories = rng.standard_normal((2, STEPS, BATCH, UNITS))
    found = recurrent.lstm_steps_gradient(g_outputs, g_memories, *sequence(*xs, reverse), *xs[1:], reverse=reverse)

    def total(arrays):
        outputs, memories, _ = sequence(*arrays, reverse)
        return np.sum(outputs * g_outputs) + np.sum(memories * g_memories)

    for place, gradient in enumerate(found):
        direction = rng.standard_normal(gradient.shape)
        ahead, behind = ([x + step * direction if i == place else x for i, x in enumerate(xs)] for step in (1e-6, -1e-6))
        np.testing.assert_allclose(np.sum(gradient * direction), (total(ahead) - total(behind)) / 2e-6, rtol=1e-6, atol=1e-7)
