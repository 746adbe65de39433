"""Training is the same on every engine: the same first weights bit for bit, the same losses within rounding, the same predictions."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

import keras
from keras import ops
from keras.core import engine


def _data(samples: int = 160) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(samples, 8, 8, 2)).astype("float32")
    return x, (x[:, 0, 0, 0] > 0).astype("int32") + (x[:, 1, 1, 1] > 0)


def _model(kind: str) -> Any:
    keras.utils.set_random_seed(7)
    layers = keras.layers
    body = {
        "dense": [layers.Flatten(), layers.Dense(16, activation="relu"), layers.BatchNormalization(), layers.Dense(8, activation="gelu")],
        "convolution": [
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.DepthwiseConv2D(3),
            layers.GlobalAveragePooling2D(),
        ],
        "recurrent": [layers.Reshape((8, 16)), layers.GRU(6, return_sequences=True), layers.SimpleRNN(5)],
    }[kind]
    model = keras.Sequential([keras.Input((8, 8, 2)), *body, layers.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@functools.cache
def _trained_on_numpy(kind: str) -> dict[str, Any]:
    with engine.use("numpy"):
        return _trained(kind)


def _trained(kind: str) -> dict[str, Any]:
    x, y = _data()
    model = _model(kind)
    first = [v.numpy() for v in model.weights]
    history = model.fit(x, y, batch_size=16, epochs=20, shuffle=False, verbose=0).history
    return {
        "first": first,
        "history": history,
        "evaluated": model.evaluate(x, y, verbose=0),
        "predicted": model.predict(x, verbose=0),
        "last": [v.numpy() for v in model.weights],
    }


@pytest.mark.parametrize("kind", ["dense", "convolution", "recurrent"])
def test_two_hundred_steps_agree_with_numpy(other: Any, kind: str) -> None:
    expected = _trained_on_numpy(kind)
    found = _trained(kind)
    for a, b in zip(expected["first"], found["first"], strict=True):
        np.testing.assert_array_equal(a, b)
    for name, values in expected["history"].items():
        np.testing.assert_allclose(found["history"][name], values, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found["evaluated"], expected["evaluated"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found["predicted"], expected["predicted"], rtol=1e-3, atol=1e-4)
    for a, b in zip(expected["last"], found["last"], strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-3, atol=2e-4)


def test_predictions_can_be_written_to(other: Any) -> None:
    x, _ = _data(4)
    predicted = _model("dense").predict(x, verbose=0)
    predicted[0] = 0.0
    assert predicted[0].sum() == 0


def test_value_held_by_somebody_survives_training(other: Any) -> None:
    x, y = _data(32)
    model = _model("dense")
    kernel = model.weights[0]
    held, before = kernel.value, kernel.numpy()
    model.fit(x, y, batch_size=16, epochs=1, verbose=0)
    assert np.shape(other.to_numpy(ops.convert_to_tensor(held))) == before.shape
    assert not np.array_equal(kernel.numpy(), before)


def test_dropout_draws_anew_at_every_step(other: Any) -> None:
    layer = keras.layers.Dropout(0.25, seed=3)
    step = other.compile(lambda x: layer(x, training=True))
    ones = np.ones((64, 256), "float32")
    first, second = (other.to_numpy(step(ones)) for _ in range(2))
    assert not np.array_equal(first, second)
    for drawn in (first, second):
        assert set(np.unique(drawn)) == {np.float32(0), np.float32(1 / 0.75)}
        assert abs((drawn == 0).mean() - 0.25) < 0.02
        assert np.abs(np.corrcoef(drawn[:8])[np.triu_indices(8, 1)]).max() < 0.3
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.05


def test_seed_gives_the_same_draws_again(other: Any) -> None:
    for draw in (keras.random.uniform, keras.random.normal, keras.random.truncated_normal):
        first, again, others = (other.to_numpy(draw((500,), seed=seed)) for seed in (5, 5, 6))
        np.testing.assert_array_equal(first, again)
        assert not np.array_equal(first, others)
        assert abs(first.mean() - (0.5 if draw is keras.random.uniform else 0)) < 0.15
    whole = other.to_numpy(keras.random.randint((500,), 2, 5, seed=1))
    assert set(np.unique(whole)) == {2, 3, 4}
