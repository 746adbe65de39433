"""Recurrent layers: states, masks, directions, cells of one's own, dropout over a sequence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keras.core import engine, naming
from keras.core.masks import get_mask, set_mask
from keras.layers.bidirectional import Bidirectional
from keras.layers.cells import GRUCell, LSTMCell, SimpleRNNCell
from keras.layers.convolutional_recurrent import ConvLSTM2D
from keras.layers.layer import Layer
from keras.layers.recurrent import RNN
from keras.layers.recurrent_layers import GRU, LSTM, SimpleRNN
from keras.ops.contraction import matmul
from keras.ops.elementwise import add, tanh

LAYERS = [SimpleRNN, GRU, LSTM]
each_layer = pytest.mark.parametrize("layer_class", LAYERS, ids=lambda c: c.__name__)


@pytest.fixture
def x() -> np.ndarray:
    made = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    made.setflags(write=False)
    return made


def same_weights(source: Any, target: Any, x: np.ndarray) -> Any:
    target(x)
    target.set_weights(source.get_weights())
    return target


class PlainCell(Layer):
    """A cell as users write it: no projection of its own, the output is not the state."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="ones", name="kernel")

    def call(self, inputs: Any, states: Any) -> tuple[Any, list[Any]]:
        state = add(matmul(inputs, self.kernel), states[0])
        return tanh(state), [state]


@each_layer
def test_a_loop_over_the_cell_is_the_layer(layer_class: type, x: np.ndarray) -> None:
    layer = layer_class(4, return_sequences=True)
    outputs = np.asarray(layer(x))
    states = layer.cell.get_initial_state(batch_size=2)
    for t in range(5):
        output, states = layer.cell(x[:, t], states)
        np.testing.assert_allclose(output, outputs[:, t], rtol=1e-5, atol=1e-6)


@each_layer
@pytest.mark.parametrize("backwards", [False, True])
def test_unrolled_equals_looped(layer_class: type, backwards: bool, x: np.ndarray) -> None:
    layer = layer_class(4, go_backwards=backwards, return_state=True, return_sequences=True)
    outputs = layer(x)
    unrolled = same_weights(layer, layer_class(4, go_backwards=backwards, return_state=True, return_sequences=True, unroll=True), x)
    for a, b in zip(outputs, unrolled(x), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@each_layer
def test_backwards_is_forwards_on_the_reversed_sequence(layer_class: type, x: np.ndarray) -> None:
    layer = layer_class(4, return_sequences=True)
    layer(x)
    backwards = same_weights(layer, layer_class(4, go_backwards=True, return_sequences=True), x)
    np.testing.assert_allclose(backwards(x), layer(x[:, ::-1]), rtol=1e-5, atol=1e-6)


@each_layer
def test_two_halves_with_the_state_handed_on(layer_class: type, x: np.ndarray) -> None:
    layer = layer_class(4, return_state=True)
    whole = layer(x)
    _, *states = layer(x[:, :2])
    for a, b in zip(layer(x[:, 2:], initial_state=states), whole, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@each_layer
def test_masked_steps_leave_output_and_states(layer_class: type, x: np.ndarray) -> None:
    mask = np.array([[True, True, False, False, False], [True, True, True, True, True]])
    layer = layer_class(4, return_sequences=True, return_state=True)
    outputs, *states = layer(x, mask=mask)
    np.testing.assert_array_equal(outputs[0, 2:], np.broadcast_to(outputs[0, 1], (3, 4)))
    short, *short_states = layer(x[:1, :2])
    np.testing.assert_allclose(outputs[0, :2], short[0], rtol=1e-5, atol=1e-6)
    for a, b in zip(states, short_states, strict=True):
        np.testing.assert_allclose(a[0], b[0], rtol=1e-5, atol=1e-6)


@each_layer
@pytest.mark.parametrize("directions", [1, 2])
def test_the_last_states_have_no_mask(layer_class: type, directions: int, x: np.ndarray) -> None:
    layer = layer_class(4, return_sequences=True, return_state=True)
    mask = np.array([[True, True, False, False, False], [True, True, True, True, True]])
    given = x.copy()
    set_mask(given, mask)
    outputs, *states = (layer if directions == 1 else Bidirectional(layer))(given)
    np.testing.assert_array_equal(get_mask(outputs), mask)
    assert [get_mask(state) for state in states] == [None] * len(states)


@each_layer
def test_masked_steps_give_zeros_if_asked(layer_class: type, x: np.ndarray) -> None:
    mask = np.array([[False, True, True, True, False]] * 2)
    layer = layer_class(4, return_sequences=True, zero_output_for_mask=True)
    outputs = np.asarray(layer(x, mask=mask))
    assert not outputs[:, [0, 4]].any() and outputs[:, 1:4].all()
    last = same_weights(layer, layer_class(4, zero_output_for_mask=True), x)
    assert not np.asarray(last(x, mask=mask)).any()


def test_before_the_first_valid_step_the_output_is_the_first_state(x: np.ndarray) -> None:
    mask = np.array([[False, False, True, True, True]] * 2)
    first = np.ones((2, 4), "float32")
    outputs = np.asarray(GRU(4, return_sequences=True)(x, mask=mask, initial_state=first))
    np.testing.assert_array_equal(outputs[:, :2], np.ones((2, 2, 4)))


@each_layer
def test_stateful_carries_on_and_starts_again(layer_class: type, x: np.ndarray) -> None:
    layer = layer_class(4, stateful=True)
    first, second = np.asarray(layer(x[:, :2])), np.asarray(layer(x[:, 2:]))
    stateless = same_weights(layer, layer_class(4), x)
    np.testing.assert_allclose(second, stateless(x), rtol=1e-5, atol=1e-6)
    layer.reset_state()
    np.testing.assert_allclose(layer(x[:, :2]), first, rtol=1e-6)
    assert len(layer.weights) == 3, "the states are no weights"


def test_stateful_in_a_compiled_program(x: np.ndarray) -> None:
    layer = LSTM(4, stateful=True)
    layer(x)
    layer.reset_state()
    eager = [np.asarray(layer(x)) for _ in range(3)]
    layer.reset_state()
    compiled = engine.current().compile(lambda a: layer(a))
    for expected in eager:
        np.testing.assert_allclose(compiled(np.array(x)), expected, rtol=1e-5, atol=1e-6)


def test_a_cell_of_ones_own(x: np.ndarray) -> None:
    layer = RNN(PlainCell(2), return_sequences=True, return_state=True)
    outputs, state = layer(x)
    totals = np.cumsum(x.sum(-1), axis=1)
    np.testing.assert_allclose(np.asarray(outputs)[:, :, 0], np.tanh(totals), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(np.asarray(state)[:, 0], totals[:, -1], rtol=1e-5, atol=1e-5)
    last = same_weights(layer, RNN(PlainCell(2)), x)
    np.testing.assert_allclose(last(x), np.asarray(outputs)[:, -1], rtol=1e-6)


def test_a_cell_of_ones_own_with_a_mask(x: np.ndarray) -> None:
    mask = np.array([[False, True, False, True, False]] * 2)
    outputs, state = RNN(PlainCell(2), return_sequences=True, return_state=True)(x, mask=mask)
    first, second = x[:, 1].sum(-1), x[:, 1].sum(-1) + x[:, 3].sum(-1)
    expected = np.stack([np.zeros(2), np.tanh(first), np.tanh(first), np.tanh(second), np.tanh(second)], axis=1)
    np.testing.assert_allclose(np.asarray(outputs)[:, :, 1], expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(np.asarray(state)[:, 1], second, rtol=1e-5)


def test_cells_on_top_of_each_other(x: np.ndarray) -> None:
    stacked = RNN([GRUCell(3), LSTMCell(4)], return_sequences=True, return_state=True)
    outputs, *states = stacked(x)
    lower, upper = GRU(3, return_sequences=True), LSTM(4, return_sequences=True)
    upper(lower(x))
    lower.set_weights(stacked.get_weights()[:3])
    upper.set_weights(stacked.get_weights()[3:])
    np.testing.assert_allclose(upper(lower(x)), outputs, rtol=1e-5, atol=1e-6)
    assert [np.shape(s) for s in states[0]] == [(2, 3)] and [np.shape(s) for s in states[1]] == [(2, 4), (2, 4)]


@pytest.mark.parametrize("mode", ["concat", "sum", "mul", "ave", None])
def test_both_directions_are_joined_step_by_step(mode: str | None, x: np.ndarray) -> None:
    layer = Bidirectional(SimpleRNN(4, return_sequences=True), merge_mode=mode)
    outputs = layer(x)
    forward = np.asarray(layer.forward_layer(x))
    backward = np.asarray(layer.backward_layer(x))[:, ::-1]
    joined = {
        "concat": np.concatenate([forward, backward], -1),
        "sum": forward + backward,
        "mul": forward * backward,
        "ave": (forward + backward) / 2,
    }
    if mode is None:
        np.testing.assert_allclose(outputs[0], forward, rtol=1e-6)
        np.testing.assert_allclose(outputs[1], backward, rtol=1e-6)
    else:
        np.testing.assert_allclose(outputs, joined[mode], rtol=1e-6)


def test_both_directions_give_zeros_where_the_mask_is_false(x: np.ndarray) -> None:
    mask = np.array([[True, True, False, True, False]] * 2)
    outputs = np.asarray(Bidirectional(GRU(4, return_sequences=True))(x, mask=mask))
    assert not outputs[~mask].any() and outputs[mask].all()


def test_both_directions_hand_their_states_on(x: np.ndarray) -> None:
    layer = Bidirectional(LSTM(4, return_state=True))
    outputs, *states = layer(x)
    assert np.shape(outputs) == (2, 8) and len(states) == 4
    assert np.shape(layer(x, initial_state=states)[0]) == (2, 8)
    assert layer.forward_layer.name == "forward_lstm" and layer.backward_layer.go_backwards


def test_dropout_is_one_mask_for_a_whole_sequence() -> None:
    x = np.ones((4, 6, 50), "float32")
    layer = SimpleRNN(
        1, dropout=0.5, activation=None, kernel_initializer="ones", recurrent_initializer="zeros", return_sequences=True, seed=3
    )
    outputs = np.asarray(layer(x, training=True))[:, :, 0]
    np.testing.assert_array_equal(outputs, np.broadcast_to(outputs[:, :1], outputs.shape))
    assert len(np.unique(outputs[:, 0])) > 1
    assert not np.array_equal(outputs, np.asarray(layer(x, training=True))[:, :, 0])
    np.testing.assert_array_equal(np.asarray(layer(x))[:, :, 0], np.full((4, 6), 50.0))


def test_recurrent_dropout_in_a_compiled_program(x: np.ndarray) -> None:
    layer = LSTM(8, recurrent_dropout=0.5, dropout=0.3, seed=1)
    layer(x)
    compiled = engine.current().compile(lambda a: layer(a, training=True))
    first, second = compiled(np.array(x)), compiled(np.array(x))
    assert not np.array_equal(first, second) and np.isfinite(first).all()


def test_the_forget_gate_starts_open() -> None:
    for flag, expected in ((True, 1.0), (False, 0.0)):
        cell = LSTMCell(3, unit_forget_bias=flag)
        cell.build((None, 2))
        np.testing.assert_array_equal(cell.bias.numpy()[3:6], np.full(3, expected))
        np.testing.assert_array_equal(np.delete(cell.bias.numpy(), slice(3, 6)), np.zeros(9))


def test_a_user_subclass_of_a_cell_is_called() -> None:
    class Doubled(SimpleRNNCell):
        def call(self, inputs: Any, states: Any, training: bool = False) -> Any:
            output, new = super().call(inputs, states, training)
            return add(output, output), new

    x = np.ones((1, 3, 2), "float32")
    plain, doubled = RNN(SimpleRNNCell(2)), RNN(Doubled(2))
    plain(x)
    same_weights(plain, doubled, x)
    np.testing.assert_allclose(doubled(x), 2 * np.asarray(plain(x)), rtol=1e-6)


def test_grids_have_states_in_the_size_of_the_convolution() -> None:
    x = np.ones((2, 3, 7, 6, 1), "float32")
    layer = ConvLSTM2D(4, 3, strides=2, return_state=True)
    outputs, h, c = layer(x)
    assert np.shape(outputs) == np.shape(h) == np.shape(c) == (2, 3, 2, 4)


def test_names_begin_with_the_layer() -> None:
    naming.reset()
    layer = Bidirectional(GRU(2))
    layer(np.ones((1, 2, 3), "float32"))
    assert layer.weights[0].path == "bidirectional/forward_gru/gru_cell/kernel"
