"""keras.config.set_max_epochs and set_max_steps_per_epoch hold every fit, evaluate and predict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import keras
from keras.core import switches


class Counter(keras.callbacks.Callback):
    def __init__(self) -> None:
        super().__init__()
        self.train = self.test = self.predict = 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.train += 1

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self.test += 1

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        self.predict += 1


@pytest.fixture
def limits() -> Iterator[None]:
    keras.config.set_max_epochs(3)
    keras.config.set_max_steps_per_epoch(2)
    yield
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)


def model() -> Any:
    made = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


X, Y = np.ones((64, 2), "float32"), np.ones((64, 1), "float32")


@pytest.mark.usefixtures("limits")
def test_fit_evaluate_and_predict_are_cut() -> None:
    counter, made = Counter(), model()
    history = made.fit(X, Y, batch_size=8, epochs=9, verbose=0, callbacks=[counter])
    assert (len(history.epoch), counter.train, history.params["steps"], history.params["epochs"]) == (3, 6, 2, 3)
    made.evaluate(X, Y, batch_size=8, verbose=0, callbacks=[counter])
    assert counter.test == 2
    assert made.predict(X, batch_size=8, verbose=0, callbacks=[counter]).shape == (16, 1)
    assert len(made.fit(X, Y, batch_size=8, epochs=9, initial_epoch=2, steps_per_epoch=1, verbose=0).epoch) == 1


@pytest.mark.usefixtures("limits")
def test_less_than_the_limit_is_as_always() -> None:
    counter = Counter()
    model().fit(X[:8], Y[:8], batch_size=8, epochs=2, verbose=0, callbacks=[counter])
    assert counter.train == 2


@pytest.mark.usefixtures("limits")
def test_generators() -> None:
    counter = Counter()
    model().fit(((X[:4], Y[:4]) for _ in range(100)), epochs=2, verbose=0, callbacks=[counter])
    assert counter.train == 4


@pytest.mark.parametrize("value", [0, -1, 1.5, "a", True])
def test_wrong_limits(value: Any) -> None:
    for setter, name in ((keras.config.set_max_epochs, "max_epochs"), (keras.config.set_max_steps_per_epoch, "max_steps_per_epoch")):
        with pytest.raises(ValueError, match=rf"set_{name}\({name}\): got {value!r}. Accepted: an integer >= 1"):
            setter(value)
    assert keras.config.max_epochs() is None and keras.config.max_steps_per_epoch() is None


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switches, "_limits", {})
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "7")
    assert switches.max_epochs() == 7
    monkeypatch.setenv("KERAS_MAX_STEPS_PER_EPOCH", "many")
    with pytest.raises(ValueError, match="KERAS_MAX_STEPS_PER_EPOCH: got 'many'"):
        switches.max_steps_per_epoch()
