"""LSTM sequences on TensorFlow against their definition: gradients of both orders, and graphs that learn the number of rows when they run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

import keras
from keras import layers, ops
from keras.core import engine
from keras.ops.control import value_and_grad
from keras.ops.recurrent import lstm_steps

STEPS, BATCH, UNITS = 3, 2, 2
both_ways = pytest.mark.parametrize("reverse", [False, True])


def _numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).normal(size=shape)


def _operands() -> list[Any]:
    shapes = (STEPS, BATCH, 4 * UNITS), (BATCH, UNITS), (BATCH, UNITS), (UNITS, 4 * UNITS)
    return [tf.constant(_numbers(*shape)) for shape in shapes]


def _loss(function: Any, reverse: bool) -> Any:
    """A number that depends on every output and every memory."""

    def scalar(xs: Any) -> Any:
        outputs, memories, _ = function(*xs, reverse=reverse)
        return ops.add(ops.sum(ops.sin(outputs)), ops.sum(ops.multiply(memories, tf.constant(_numbers(STEPS, BATCH, UNITS)))))

    return scalar


def _slope(function: Any) -> Any:
    """A number that depends on every part of the function's gradient."""

    def scalar(xs: Any) -> Any:
        parts = [ops.sum(ops.sin(g)) for g in value_and_grad(function)(xs)[1]]
        return ops.add(ops.add(parts[0], parts[1]), ops.add(parts[2], parts[3]))

    return scalar


def _close(found: Any, expected: Any) -> None:
    for a, b in zip(tf.nest.flatten(found), tf.nest.flatten(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-10)


@both_ways
def test_gradient(reverse: bool) -> None:
    xs = _operands()
    ours, expected = _loss(lstm_steps, reverse), value_and_grad(_loss(lstm_steps.record.body, reverse))(xs)
    _close(value_and_grad(ours)(xs), expected)
    _close(engine.current().compile(lambda *p: value_and_grad(ours)(list(p)))(*xs), expected)


@both_ways
def test_gradient_of_the_gradient(reverse: bool) -> None:
    xs = _operands()
    expected = value_and_grad(_slope(_loss(lstm_steps.record.body, reverse)))(xs)
    _close(value_and_grad(_slope(_loss(lstm_steps, reverse)))(xs), expected)


def test_compiled_gradient_of_the_gradient() -> None:
    xs, ours = _operands(), _slope(_loss(lstm_steps, False))
    _close(engine.current().compile(lambda *p: value_and_grad(ours)(list(p)))(*xs), value_and_grad(ours)(xs))


def test_number_of_rows_known_only_when_the_graph_runs() -> None:
    keras.utils.set_random_seed(0)
    layer = layers.LSTM(UNITS, return_sequences=True, go_backwards=True)
    x = tf.constant(_numbers(BATCH, STEPS, 3).astype("float32"))
    layer(x)

    def slopes(x: Any) -> Any:
        return value_and_grad(lambda _: ops.sum(ops.sin(layer(x))))(layer.trainable_variables)

    loss, expected = slopes(x)
    found, gradients = tf.function(slopes, input_signature=[tf.TensorSpec((None, STEPS, 3))])(x)
    np.testing.assert_allclose(found, loss, rtol=1e-6)
    for a, b in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_operands_of_two_dtypes_go_by_the_definition() -> None:
    projected, *rest = _operands()

    def loss(projected: Any) -> Any:
        return ops.sum(lstm_steps(projected, *rest)[0])

    found, gradient = value_and_grad(loss)(tf.cast(projected, "float32"))
    expected, slopes = value_and_grad(loss)(projected)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-4, atol=1e-6)


def test_saved_sequences_have_their_gradient(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    layer, x = layers.LSTM(UNITS), tf.constant(_numbers(BATCH, STEPS, 3).astype("float32"))
    module = tf.Module()
    module.run = tf.function(layer, input_signature=[tf.TensorSpec((None, STEPS, 3))])
    module.layer = layer
    tf.saved_model.save(module, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        totals = [tf.reduce_sum(function(x)) for function in (loaded.run, layer)]
    np.testing.assert_allclose(tape.gradient(totals[0], x), tape.gradient(totals[1], x), rtol=1e-5, atol=1e-7)
