"""How many programs are made: one for training, one for evaluating, none for reading results; each is traced once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
import pytest

import keras
from keras import layers


@pytest.fixture
def compiled() -> Iterator[list[str]]:
    """The names of the programs that XLA compiles during the test, and of the functions that are traced for them."""
    names: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            words = record.getMessage().split()
            if words[:2] in (["Finished", "XLA"], ["Finished", "tracing"]):
                names.append(f"{words[1]} {words[4] if words[1] == 'XLA' else words[2]}")

    logger, listener = logging.getLogger("jax"), Listener()
    propagates = logger.propagate
    logger.addHandler(listener)
    logger.propagate = False
    jax.config.update("jax_log_compiles", True)
    try:
        yield names
    finally:
        jax.config.update("jax_log_compiles", False)
        logger.removeHandler(listener)
        logger.propagate = propagates


def _problem() -> tuple[Any, np.ndarray, np.ndarray]:
    model = keras.Sequential(
        [keras.Input((6,)), layers.Dense(8, activation="relu"), layers.BatchNormalization(), layers.Dropout(0.5), layers.Dense(1)]
    )
    model.compile("adam", "mse", metrics=["mae"])
    return model, np.ones((64, 6), "float32"), np.zeros((64, 1), "float32")


def test_one_program_trains_and_one_evaluates(compiled: list[str]) -> None:
    model, x, y = _problem()
    history = model.fit(x, y, batch_size=16, epochs=3, verbose=0, validation_data=(x, y)).history
    assert set(history) == {"loss", "mae", "val_loss", "val_mae"}
    assert [n for n in compiled if n.startswith("XLA")] == ["XLA jit(_steps)", "XLA jit(_steps)"]
    assert compiled.count("tracing whole") == 2
    compiled.clear()
    model.fit(x, y, batch_size=16, epochs=1, verbose=0)
    model.evaluate(x, y, batch_size=16, verbose=0)
    assert compiled == []


def test_predicting_compiles_once(compiled: list[str]) -> None:
    model, x, _ = _problem()
    model.predict(x[:1], verbose=0)
    assert [n for n in compiled if n.startswith("XLA")] == ["XLA jit(pure)"]
    compiled.clear()
    model.predict(x[:1], verbose=0)
    assert compiled == []


def test_building_and_weights_compile_nothing(compiled: list[str]) -> None:
    model, _, _ = _problem()
    model.set_weights([w + 1 for w in model.get_weights()])
    keras.optimizers.Adam().build(model.trainable_variables)
    model.summary(print_fn=lambda *_: None)
    assert [n for n in compiled if n.startswith("XLA")] == []


def test_layers_made_in_every_call_are_refused() -> None:
    class Careless(keras.Model):
        def call(self, x: Any) -> Any:
            return layers.Dense(1)(x)

    model = Careless()
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"makes new variables every time it runs.*Make layers and variables once, in __init__ or build"):
        model.predict(np.ones((2, 3), "float32"), verbose=0)
