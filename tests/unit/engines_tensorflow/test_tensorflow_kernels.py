"""Kernels that TensorFlow has as one piece give the numbers of the definitions that they replace."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

import keras
from keras.core import engine
from keras.core.tensor import REGISTRY


@pytest.mark.parametrize(("scaled", "centred"), [(True, True), (True, False), (False, True), (False, False)])
def test_batch_normalization_of_images(scaled: bool, centred: bool) -> None:
    rng = np.random.default_rng(0)
    x, weights = rng.normal(1, 3, (4, 5, 6, 3)).astype("float32"), rng.normal(size=(4, 5, 6, 3)).astype("float32")
    factors = [rng.random(3, dtype="float32") for wanted in (scaled, centred) if wanted]

    def run(function: Any) -> list[Any]:
        operands = [tf.constant(a) for a in (x, *factors)]
        with tf.GradientTape() as tape:
            tape.watch(operands)
            outputs, mean, variance = function(operands, axis=3, epsilon=1e-5, scaled=scaled, centred=centred)
            loss = tf.reduce_sum(outputs * weights) + tf.reduce_sum(mean * variance)
        return [outputs, mean, variance, *tape.gradient(loss, operands)]

    op: Any = REGISTRY["normalize_by_batch"]
    for found, expected in zip(run(op), run(op.record.body), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def _weights_after(optimizer: Any, run_eagerly: bool = False) -> list[np.ndarray]:
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="tanh"), keras.layers.Dense(1)])
    model.compile(optimizer, "mse", run_eagerly=run_eagerly)
    x = np.random.default_rng(2).random((24, 4), dtype="float32")
    model.fit(x, x.sum(axis=1, keepdims=True), batch_size=8, epochs=2, shuffle=False, verbose=0)
    return [*model.get_weights(), *(v.numpy() for v in model.optimizer.variables)]


@pytest.mark.parametrize("kind", ["plain", "eager", "decay", "schedule", "clipped"])
def test_adam_in_the_variables_memory(kind: str) -> None:
    def optimizer() -> Any:
        if kind == "decay":
            return keras.optimizers.AdamW(0.02, weight_decay=0.1)
        if kind == "schedule":
            return keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.02, 2, 0.5))
        return keras.optimizers.Adam(0.02, beta_1=0.8, epsilon=1e-3, clipnorm=0.1 if kind == "clipped" else None)

    with engine.use("numpy"):
        expected = _weights_after(optimizer())
    for a, b in zip(_weights_after(optimizer(), kind == "eager"), expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=1e-5)


def test_adam_of_a_subclass_is_its_own() -> None:
    class Still(keras.optimizers.Adam):
        def update(self, parameter: Any, gradient: Any, slots: Any, learning_rate: Any, step: Any) -> Any:
            return parameter, {}

    before = _weights_after(keras.optimizers.SGD(0.0))[:4]
    for a, b in zip(_weights_after(Still())[:4], before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_xla_when_asked() -> None:
    x = np.random.default_rng(2).random((16, 4), dtype="float32")
    found = []
    for asked in (True, False):
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(1)])
        model.compile("adam", "mse", jit_compile=asked)
        model.fit(x, x.sum(axis=1), batch_size=8, shuffle=False, verbose=0)
        step = model._trainer._step("train")
        assert {g.run.function_def.attr["_XlaMustCompile"].b for g in step.programs.values()} == {asked}
        found.append(model.predict(x, verbose=0))
    np.testing.assert_allclose(*found, rtol=1e-4, atol=1e-6)
