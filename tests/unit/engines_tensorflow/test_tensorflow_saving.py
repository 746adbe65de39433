"""TensorFlow saves models and optimizers: checkpoints, and saved models with a signature."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

import keras
from keras import layers

X = np.random.default_rng(0).random((20, 4), dtype="float32")


def _model() -> Any:
    body = [layers.Dense(8, activation="relu"), layers.BatchNormalization(), layers.Dropout(0.2), layers.Dense(1)]
    model = keras.Sequential([keras.Input((4,)), *body])
    model.compile("adam", "mse")
    return model


def test_checkpoint_of_model_and_optimizer(tmp_path: Path) -> None:
    model = _model()
    model.fit(X, X.sum(axis=1, keepdims=True), verbose=0)
    path = tf.train.Checkpoint(model=model, optimizer=model.optimizer).save(str(tmp_path / "point"))
    other = _model()
    other.optimizer.build(other.trainable_variables)
    tf.train.Checkpoint(model=other, optimizer=other.optimizer).restore(path).assert_consumed()
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(model.optimizer.variables, other.optimizer.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


@pytest.mark.parametrize("kind", ["sequential", "two inputs"])
def test_saved_model_answers_for_any_number_of_rows(tmp_path: Path, kind: str) -> None:
    if kind == "sequential":
        model: Any = _model()
        inputs = {model.input.name: X[:3]}
        expected = [model.predict(X[:3], verbose=0)]
    else:
        a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
        model = keras.Model([a, b], [layers.Dense(2)(a + b), layers.Dense(3)(a)])
        inputs = {"a": X[:3], "b": X[3:6]}
        expected = model.predict([X[:3], X[3:6]], verbose=0)
    tf.saved_model.save(model, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    found = loaded.signatures["serving_default"](**{name: tf.constant(x) for name, x in inputs.items()})
    for i, wanted in enumerate(expected):
        np.testing.assert_allclose(found[f"output_{i}"], wanted, rtol=1e-5, atol=1e-6)


def test_names_of_packages_around_keras() -> None:
    import keras.src.ops

    assert keras.src.ops.softmax is keras.ops.softmax
    assert tf.keras.Sequential is keras.Sequential and tf.keras.layers.Dense is layers.Dense
    assert _model().distribute_strategy is tf.distribute.get_strategy()
