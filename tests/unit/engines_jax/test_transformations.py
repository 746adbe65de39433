"""JAX's transformations work on models, layers, optimizers and metrics through their stateless functions; arrays of JAX are data."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import keras
from keras import layers, ops


def _model() -> Any:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu"), layers.BatchNormalization(), layers.Dense(1)])
    model.compile("adam", "mse")
    return model


def _state(model: Any) -> tuple[list[Any], list[Any]]:
    return [v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables]


def test_a_step_written_with_jax() -> None:
    model, optimizer, metric = _model(), keras.optimizers.Adam(0.05), keras.metrics.MeanSquaredError()
    optimizer.build(model.trainable_variables)
    trainable, others = _state(model)
    slots, counts = [v.value for v in optimizer.variables], [v.value for v in metric.variables]
    x, y = jnp.asarray(np.random.default_rng(0).normal(size=(32, 4)), "float32"), jnp.ones((32, 1))

    def loss_of(trainable: Any, others: Any) -> Any:
        predicted, others = model.stateless_call(trainable, others, x, training=True)
        return jnp.mean((predicted - y) ** 2), (predicted, others)

    @jax.jit
    def step(trainable: Any, others: Any, slots: Any, counts: Any) -> Any:
        (loss, (predicted, others)), gradients = jax.value_and_grad(loss_of, has_aux=True)(trainable, others)
        trainable, slots = optimizer.stateless_apply(slots, gradients, trainable)
        return loss, trainable, others, slots, metric.stateless_update_state(counts, y, predicted)

    losses = []
    for _ in range(20):
        loss, trainable, others, slots, counts = step(trainable, others, slots, counts)
        losses.append(float(loss))
    assert losses[-1] < 0.5 * losses[0]
    assert float(metric.stateless_result(counts)) == pytest.approx(np.mean(losses), rel=1e-4)
    np.testing.assert_array_equal(model.trainable_variables[0].numpy(), _state(model)[0][0])  # the model itself is as before


def test_gradients_of_single_samples() -> None:
    model = _model()
    trainable, others = _state(model)
    x = jnp.asarray(np.random.default_rng(0).normal(size=(5, 4)), "float32")

    def of_sample(sample: Any) -> Any:
        return jax.grad(lambda t: jnp.sum(model.stateless_call(t, others, sample[None])[0]))(trainable)

    singles = jax.jit(jax.vmap(of_sample))(x)
    whole = jax.jit(jax.grad(lambda t: jnp.sum(model.stateless_call(t, others, x)[0])))(trainable)
    for a, b in zip(singles, whole, strict=True):
        np.testing.assert_allclose(a.sum(0), b, rtol=1e-4, atol=1e-5)


def test_forward_mode_through_convolutions_and_lstms() -> None:
    for body, shape in (([layers.Conv2D(4, 3), layers.MaxPooling2D(), layers.Flatten()], (8, 8, 2)), ([layers.LSTM(4)], (5, 3))):
        model = keras.Sequential([keras.Input(shape), *body, layers.Dense(1)])
        trainable, others = _state(model)
        x = jnp.asarray(np.random.default_rng(0).normal(size=(2, *shape)), "float32")
        output = lambda v, m=model, t=trainable, o=others: jnp.sum(m.stateless_call(t, o, v)[0])  # noqa: E731
        tangent = jax.jit(lambda v, f=output: jax.jvp(f, (v,), (v,))[1])(x)
        reverse = jax.jit(jax.grad(output))(x)
        np.testing.assert_allclose(jnp.sum(tangent), jnp.sum(reverse * x), rtol=1e-4)


def test_arrays_of_jax_are_data() -> None:
    model, x, y = _model(), jnp.ones((40, 4)), jnp.zeros((40, 1))
    losses = model.fit(x, y, batch_size=20, epochs=2, verbose=0, validation_data=(x, y)).history["loss"]
    assert np.isfinite(losses).all()
    assert isinstance(model.predict(x, verbose=0), np.ndarray)
    assert isinstance(model(x), jax.Array)
    assert np.isfinite(model.evaluate(x, y, batch_size=20, verbose=0)) and np.isfinite(model.train_on_batch(x, y))


def test_mixed_operands() -> None:
    x = jnp.ones((2, 3))
    for result in (
        ops.add(x, np.ones((2, 3), "float32")),
        ops.multiply(x, 2),
        2.0 - x,
        ops.add(np.float64(2), x),
        np.ones(3, "float32") + x,
    ):
        assert isinstance(result, jax.Array) and result.dtype == "float32"
    kernel = keras.Variable(np.ones((3, 2), "float32"))
    assert (x @ kernel).shape == (2, 2) and float(jnp.asarray(kernel).sum()) == 6.0 and isinstance(kernel + x.T, jax.Array)


def test_sixty_four_bits_become_thirty_two_in_silence() -> None:
    assert ops.convert_to_tensor(np.arange(3)).dtype == "int32"
    assert ops.cast(jnp.ones(2), "float64").dtype == "float32"
    assert ops.arange(3, dtype="int64").dtype == "int32"
    assert ops.zeros((2,), "float64").dtype == "float32"
    assert keras.Variable(np.zeros(3), dtype="float64").dtype == "float32"
    model = _model()
    model.fit(np.ones((8, 4)), np.zeros((8, 1), "int64"), verbose=0)


def test_tensor_of_torch_that_has_a_gradient_is_refused() -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match=r"got a torch tensor .*on the jax engine.*Write x\.detach\(\)\.cpu\(\)\.numpy\(\)"):
        ops.exp(torch.ones(3, requires_grad=True))
