"""Custom steps in each historical form, on every engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import keras
from keras.core import engine

X = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


class _Network(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = keras.layers.Dense(8, activation="relu")
        self.normalization = keras.layers.BatchNormalization()
        self.output_layer = keras.layers.Dense(1)

    def call(self, x: Any, training: bool = False) -> Any:
        return self.output_layer(self.normalization(self.hidden(x), training=training))


class StateInStateOut(_Network):
    """As Keras 3 writes custom steps on JAX."""

    def loss_and_updates(self, trainable: Any, others: Any, x: Any, y: Any, training: bool = False) -> Any:
        y_pred, others = self.stateless_call(trainable, others, x, training=training)
        return self.compute_loss(x, y, y_pred), (y_pred, others)

    def train_step(self, state: Any, data: Any) -> Any:
        trainable, others, slots, counts = state
        x, y = data
        (loss, (y_pred, others)), gradients = _gradient_function()(self.loss_and_updates, has_aux=True)(
            trainable, others, x, y, training=True
        )
        trainable, slots = self.optimizer.stateless_apply(slots, gradients, trainable)
        new: list[Any] = []
        logs = {}
        for metric in self.metrics:
            values = counts[len(new) : len(new) + len(metric.variables)]
            arguments = (loss,) if metric.name == "loss" else (y, y_pred)
            values = metric.stateless_update_state(values, *arguments)
            logs[metric.name] = metric.stateless_result(values)
            new += values
        return logs, (trainable, others, slots, new)

    def test_step(self, state: Any, data: Any) -> Any:
        return super().test_step(state, data)

    def predict_step(self, state: Any, data: Any) -> Any:
        trainable, others = state
        return self.stateless_call(trainable, others, data)


class DataOnly(_Network):
    """The form that runs on every engine."""

    def train_step(self, data: Any) -> Any:
        x, y = data

        def loss_of(_: Any) -> Any:
            y_pred = self(x, training=True)
            return self.compute_loss(x, y, y_pred), y_pred

        (loss, y_pred), gradients = keras.value_and_grad(loss_of, has_aux=True)(self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        for metric in self.metrics:
            metric.update_state(*((loss,) if metric.name == "loss" else (y, y_pred)))
        return {metric.name: metric.result() for metric in self.metrics}


class CallsOurs(_Network):
    """What overrides may call."""

    def train_step(self, data: Any) -> Any:
        return {**super().train_step(data), "twice": 2.0}

    def test_step(self, data: Any) -> Any:
        return super().test_step(data)

    def predict_step(self, data: Any) -> Any:
        return super().predict_step(data)


def _gradient_function() -> Any:
    if keras.backend.backend() == "jax":
        import jax

        return jax.value_and_grad
    return keras.value_and_grad


def _fitted(kind: type) -> tuple[Any, Any, Any]:
    keras.utils.set_random_seed(1)
    model = kind()
    model.compile("adam", "mse", metrics=[keras.metrics.MeanAbsoluteError(name="mae")])
    history = model.fit(X, Y, epochs=3, batch_size=16, verbose=0, shuffle=False).history
    return history, model.evaluate(X, Y, verbose=0, return_dict=True), model.predict(X, verbose=0)


@pytest.mark.parametrize("kind", [StateInStateOut, DataOnly, CallsOurs])
def test_form_trains_like_the_step_of_its_own(other: Any, kind: type) -> None:
    history, evaluated, predicted = _fitted(_Network)
    found = _fitted(kind)
    for name, values in history.items():
        np.testing.assert_allclose(found[0][name], values, rtol=1e-5)
    assert found[1] == pytest.approx(evaluated, rel=1e-5)
    np.testing.assert_allclose(found[2], predicted, rtol=1e-5, atol=1e-6)
    assert kind is not CallsOurs or found[0]["twice"] == [2.0] * 3


class ForgetsTheState(_Network):
    def train_step(self, state: Any, data: Any) -> Any:
        return {"loss": 0.0}


def test_step_that_forgets_the_state_says_what_to_return() -> None:
    with (
        engine.use("numpy"),
        pytest.raises(ValueError, match=r"Write `return logs, \(trainable_variables, non_trainable_variables, optimizer_variables"),
    ):
        _fitted(ForgetsTheState)


def test_state_of_the_wrong_length_is_refused() -> None:
    with engine.use("numpy"):
        model = _Network()
        model.compile("adam", "mse")
        model.fit(X, Y, verbose=0)
        with pytest.raises(ValueError, match=r"Accepted: trainable_variables \(6\), non_trainable_variables \(2\)"):
            model.test_step(([], [], []), (X, Y))
