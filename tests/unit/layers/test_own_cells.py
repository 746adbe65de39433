"""Cells that users write, in `RNN`."""

from __future__ import annotations

from typing import Any

import numpy as np

import keras
from keras import layers, ops


class Sums(layers.Layer):
    """Adds what comes to a table and to a counter that starts at ten."""

    state_size = ((2, 3), 1)
    output_size = 1

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        return [ops.zeros((batch_size, 2, 3)), ops.full((batch_size, 1), 10.0)]

    def call(self, inputs: Any, states: Any) -> tuple[Any, list[Any]]:
        table, counter = states
        table = table + ops.expand_dims(inputs, 1)
        counter = counter + 1
        return counter + ops.sum(table, axis=(1, 2), keepdims=False)[:, None], [table, counter]


def test_first_states_of_a_cell_hold_for_a_batch_of_unknown_size() -> None:
    inputs = keras.Input((4, 3))
    model = keras.Model(inputs, layers.RNN(Sums(), return_state=True)(inputs))
    assert [y.shape for y in model.outputs] == [(None, 1), (None, 2, 3), (None, 1)]
    x = np.ones((5, 4, 3), "float32")
    output, table, counter = model.predict(x, verbose=0)
    np.testing.assert_array_equal(table, np.full((5, 2, 3), 4))
    np.testing.assert_array_equal(counter, np.full((5, 1), 14))
    np.testing.assert_array_equal(output, np.full((5, 1), 14 + 24))
