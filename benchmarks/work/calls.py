"""Seconds per call of the entry points that users put in their own loops, and of building a model."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

import keras
from benchmarks.work import models
from keras import layers

WARM_UP_CALLS = 10


def _timed(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _many(call: Callable[[], Any], calls: int) -> dict[str, list[float]]:
    first = _timed(call)
    for _ in range(WARM_UP_CALLS):
        call()
    return {"call": [_timed(call) for _ in range(calls)], "first_call": [first]}


def predict_one_row(calls: int) -> dict[str, list[float]]:
    """`predict` on one row, as a service or a game calls it."""
    model, x, _ = models.mlp_mnist(rows=32)
    return _many(lambda: model.predict(x[:1], verbose=0), calls)


def train_on_batch(calls: int) -> dict[str, list[float]]:
    """`train_on_batch`, as reinforcement learning and hand-written loops call it."""
    model, x, y = models.mlp_small(rows=32)
    return _many(lambda: float(np.ravel(model.train_on_batch(x, y))[0]), calls)


def fit_tiny_with_validation(epochs: int) -> dict[str, list[float]]:
    """The first `fit` of a new model on ten rows, validating after each epoch."""
    random = np.random.default_rng(0)
    x, y = random.random((10, 4), dtype="float32"), random.random((10, 1), dtype="float32")
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="tanh"), layers.Dense(1)])
    model.compile(optimizer="adam", loss="mean_squared_error")
    return {"fit": [_timed(lambda: model.fit(x, y, epochs=epochs, validation_data=(x, y), verbose=0))]}


def build_functional(length: int) -> dict[str, list[float]]:
    """A Functional model that is one long chain; a first short one imports the engine, for which there are rows of their own."""

    def build(length: int) -> Any:
        inputs = keras.Input((4,))
        x = inputs
        for _ in range(length):
            x = layers.Dense(4)(x)
        return keras.Model(inputs, x)

    build(1)
    return {"build": [_timed(lambda: build(length))]}


def empty_model(rows: int) -> dict[str, list[float]]:
    """Steps of batch 1 through a single weight: what remains is the cost of the loops themselves."""
    model, x, y = models.one_weight(rows)
    runs: dict[str, Callable[[], Any]] = {
        "fit_step": lambda: model.fit(x, y, batch_size=1, epochs=1, verbose=0),
        "evaluate_step": lambda: model.evaluate(x, y, batch_size=1, verbose=0),
        "predict_step": lambda: model.predict(x, batch_size=1, verbose=0),
    }
    result = {}
    for key, run in runs.items():
        run()
        result[key] = [_timed(run) / rows for _ in range(3)]
    return result
