"""What training keeps: no growth over many calls, and no copy of the data."""

from __future__ import annotations

import gc
import tracemalloc

import numpy as np
import pytest

import keras
from keras import layers


def model(units=4, features=8):
    built = keras.Sequential([keras.Input((features,)), layers.Dense(units, activation="relu"), layers.Dropout(0.1), layers.Dense(1)])
    built.compile("adam", "mse", metrics=["mae"])
    return built


def living():
    gc.collect()
    return len(gc.get_objects())


@pytest.mark.parametrize("what", ["fit", "train_on_batch", "evaluate", "predict", "call"])
def test_many_calls_leave_nothing_behind(what):
    built = model()
    x, y = np.ones((16, 8), "float32"), np.ones((16, 1), "float32")
    calls = {
        "fit": lambda: built.fit(x, y, batch_size=8, verbose=0, validation_data=(x, y)),
        "train_on_batch": lambda: built.train_on_batch(x, y),
        "evaluate": lambda: built.evaluate(x, y, verbose=0),
        "predict": lambda: built.predict(x, verbose=0),
        "call": lambda: built(x),
    }
    for _ in range(5):
        calls[what]()
    before = living()
    for _ in range(100 if what != "fit" else 60):
        calls[what]()
    assert living() - before < 50
    assert all(len(step.programs) <= 2 for step in built._trainer._steps.values())


def test_a_model_that_is_dropped_is_freed():
    def train():
        built = model()
        built.fit(np.ones((16, 8), "float32"), np.ones((16, 1), "float32"), verbose=0)

    for _ in range(3):
        train()
    before = living()
    for _ in range(10):
        train()
    assert living() - before < 100


@pytest.mark.parametrize("shuffle", [False, True])
def test_training_copies_batches_and_not_the_data(shuffle):
    x = np.zeros((40_000, 64), "float32")  # 10 MB
    y = np.zeros((40_000, 1), "float32")
    built = model(features=64)
    built.fit(x[:256], y[:256], batch_size=256, verbose=0)
    gc.collect()
    tracemalloc.start()
    built.fit(x, y, batch_size=256, verbose=0, shuffle=shuffle)
    built.evaluate(x, y, batch_size=256, verbose=0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.2 * x.nbytes


def test_predict_holds_its_result_and_a_batch():
    x = np.zeros((40_000, 64), "float32")
    built = keras.Sequential([keras.Input((64,)), layers.Dense(64)])
    built.predict(x[:256], batch_size=256, verbose=0)
    gc.collect()
    tracemalloc.start()
    built.predict(x, batch_size=256, verbose=0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.2 * x.nbytes
