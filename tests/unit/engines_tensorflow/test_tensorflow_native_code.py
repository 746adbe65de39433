"""TensorFlow's own code around models: tapes, tf.function, custom loops, its tensors and data sets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

import keras
from keras import layers, ops


def _data(rows: int = 64) -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(0).random((rows, 4), dtype="float32")
    return x, x.sum(axis=1, keepdims=True)


def _model() -> Any:
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.02), "mse")
    return model


def _expected_gradients(model: Any, x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    def loss(_: Any) -> Any:
        return ops.mean(ops.square(model(x) - y))

    return [g.numpy() for g in keras.value_and_grad(loss)(model.trainable_variables)[1]]


def test_tape_over_a_model_and_its_variables() -> None:
    model, (x, y) = _model(), _data()
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(tf.constant(x)) - y))
    found = tape.gradient(loss, model.trainable_variables)
    for g, expected in zip(found, _expected_gradients(model, x, y), strict=True):
        np.testing.assert_allclose(g, expected, rtol=1e-4, atol=1e-6)


def test_tape_watches_what_is_trainable() -> None:
    weight, frozen, statistic = keras.Variable(3.0), keras.Variable(2.0, trainable=False), keras.Variable(4.0, kind="statistic")
    with tf.GradientTape(persistent=True) as tape:
        product = weight * frozen * statistic
    assert float(tape.gradient(product, weight)) == 8.0
    assert tape.gradient(product, frozen) is None
    assert tape.gradient(product, statistic) is None
    frozen.trainable, weight.trainable = True, False
    with tf.GradientTape(persistent=True) as tape:
        product = weight * frozen
    assert float(tape.gradient(product, frozen)) == 3.0
    assert tape.gradient(product, weight) is None


def test_tape_sees_the_gradient_with_respect_to_the_input() -> None:
    model, (x, _) = _model(), _data(3)
    image = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(image)
        score = tf.reduce_sum(model(image))
    assert np.abs(tape.gradient(score, image)).max() > 0


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "tf.function"])
def test_training_loop_written_with_tensorflow(compiled: bool) -> None:
    model, (x, y) = _model(), _data()
    optimizer, loss_function = keras.optimizers.Adam(0.02), keras.losses.MeanSquaredError()
    tracker = keras.metrics.Mean()
    batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)

    def train_step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_function(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        tracker.update_state(loss)
        return loss

    step = tf.function(train_step) if compiled else train_step
    losses = [float(step(*batch)) for _ in range(2) for batch in batches]
    assert losses[-1] < losses[0]
    assert float(tracker.result()) == pytest.approx(np.mean(losses), rel=1e-5)
    assert int(optimizer.iterations.numpy()) == len(losses)
    other, reference = _model(), _data()
    other.fit(*reference, batch_size=16, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


class TwoTapes(keras.Model):
    """A train step of its own that reads the same weights under two tapes."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.out = layers.Dense(8, activation="relu"), layers.Dense(1)
        self.normalize = layers.BatchNormalization()

    def call(self, x: Any, training: bool = False) -> Any:
        return self.out(self.normalize(self.hidden(x), training=training))

    def train_step(self, data: Any) -> dict[str, Any]:
        x, y = data
        losses = []
        for _ in range(2):
            with tf.GradientTape() as tape:
                loss = self.compute_loss(y=y, y_pred=self(x, training=True))
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
            losses.append(loss)
        return {"first": losses[0], "loss": losses[1]}


@pytest.mark.parametrize("run_eagerly", [False, True], ids=["compiled", "eager"])
def test_train_step_with_tapes(run_eagerly: bool) -> None:
    x, y = _data()
    model = TwoTapes()
    model.compile(keras.optimizers.SGD(0.05), "mse", run_eagerly=run_eagerly)
    history = model.fit(x, y, batch_size=16, epochs=3, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    assert history["loss"][-1] < history["first"][-1]  # the second reading sees the first update
    assert int(model.optimizer.iterations.numpy()) == 3 * 4 * 2


def test_tensors_and_data_sets_as_data() -> None:
    x, y = _data(20)
    batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)
    losses = []
    for data in (
        {"x": tf.constant(x), "y": tf.constant(y), "batch_size": 8, "shuffle": False},
        {"x": batches},
        {"x": x, "y": y, "batch_size": 8, "shuffle": False},
    ):
        model = _model()
        losses.append(model.fit(**data, epochs=1, verbose=0).history["loss"])
    np.testing.assert_allclose(losses[0], losses[2], rtol=1e-5)
    np.testing.assert_allclose(losses[1], losses[2], rtol=1e-5)
    expected = model.predict(x, verbose=0)
    np.testing.assert_allclose(model.predict(tf.constant(x), verbose=0), expected, rtol=1e-5)
    np.testing.assert_allclose(model.predict(batches, verbose=0), expected, rtol=1e-5)
    assert model.evaluate(batches, verbose=0) == pytest.approx(model.evaluate(x, y, batch_size=8, verbose=0), rel=1e-5)


def test_tensors_in_layers_and_ops() -> None:
    x = np.ones((2, 3), "float32")
    assert isinstance(layers.Dense(4)(tf.constant(x)), tf.Tensor)
    for mixed in (
        ops.add(tf.constant(x), x),
        ops.add(tf.Variable(x), 1),
        tf.constant(x) + keras.Variable(x),
        keras.Variable(x) + tf.constant(x),
    ):
        np.testing.assert_array_equal(mixed, x + 1)


def test_tensorflow_functions_of_a_variable() -> None:
    v = keras.Variable(np.full((2, 2), 2.0, "float32"))
    np.testing.assert_array_equal(tf.convert_to_tensor(v), v.numpy())
    np.testing.assert_array_equal(tf.matmul(v, tf.square(v)), np.full((2, 2), 16.0))
    np.testing.assert_array_equal(tf.stack([v, tf.identity(v)]).shape, (2, 2, 2))
    assert tf.cast(v, "float64").dtype == tf.float64
    with pytest.raises(AttributeError, match="'Variable' object has no attribute 'handl'"):
        v.handl  # noqa: B018


def test_layer_that_computes_with_tensorflow_is_differentiated_eagerly() -> None:
    class Product(layers.Layer):
        def build(self, shape: Any) -> None:
            self.w = self.add_weight((shape[-1], 1), initializer="ones")

        def call(self, x: Any) -> Any:
            return tf.matmul(x, self.w)

    x, y = _data()
    model = keras.Sequential([Product()])
    model.compile("sgd", "mse", run_eagerly=True)
    before = model.predict(x, verbose=0)
    model.fit(x, y + 1, verbose=0)
    assert np.abs(model.predict(x, verbose=0) - before).max() > 1e-3


def test_variables_made_while_a_function_is_traced() -> None:
    layer = layers.Dense(2)
    function = tf.function(lambda x: layer(x))
    first = function(tf.ones((3, 4)))
    assert len(layer.weights) == 2
    np.testing.assert_array_equal(first, layer(tf.ones((3, 4))))
    layer.kernel.assign(np.zeros((4, 2)))
    np.testing.assert_array_equal(function(tf.ones((3, 4))), np.zeros((3, 2)))


def test_gradient_through_a_tf_function() -> None:
    model, (x, y) = _model(), _data()
    function = tf.function(lambda x: tf.reduce_mean(tf.square(model(x) - y)))
    with tf.GradientTape() as tape:
        loss = function(x)
    for g, expected in zip(tape.gradient(loss, model.trainable_variables), _expected_gradients(model, x, y), strict=True):
        np.testing.assert_allclose(g, expected, rtol=1e-4, atol=1e-6)


def test_sparse_tensors_are_filled_and_ragged_ones_refused() -> None:
    x, y = _data(8)
    x[x < 0.5] = 0
    sparse, ragged = tf.sparse.from_dense(x), tf.ragged.constant([[1.0, 2.0], [3.0]])
    model = _model()
    expected = model.predict(x, verbose=0)
    np.testing.assert_allclose(model(sparse), expected, rtol=1e-5)
    np.testing.assert_allclose(model.predict(sparse, verbose=0), expected, rtol=1e-5)
    batches = tf.data.Dataset.from_tensor_slices((sparse, y)).batch(4)
    assert model.evaluate(batches, verbose=0) == pytest.approx(model.evaluate(x, y, batch_size=4, verbose=0), rel=1e-5)
    for call in (lambda: ops.exp(ragged), lambda: model.predict(ragged, verbose=0)):
        with pytest.raises((TypeError, ValueError), match=r"got a RaggedTensor of shape \(2, None\).* Write x\.to_tensor\(\)"):
            call()


def _images() -> Any:
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, padding="same"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(2, activation="softmax"),
        ]
    )


def _words() -> Any:
    recurrent = [layers.LSTM(4, return_sequences=True), layers.GRU(3)]
    return keras.Sequential([keras.Input((8,), dtype="int32"), layers.Embedding(10, 4, mask_zero=True), *recurrent, layers.Dense(2)])


def _sequences() -> Any:
    inputs = keras.Input((8, 4))
    x = layers.LayerNormalization()(layers.MultiHeadAttention(2, 3)(inputs, inputs) + inputs)
    return keras.Model(inputs, layers.GlobalAveragePooling1D()(layers.Dropout(0.5)(layers.Conv1D(3, 2)(x))))


@pytest.mark.parametrize("make", [_images, _words, _sequences])
def test_function_for_any_number_of_rows(make: Any) -> None:
    model = make()
    shape, dtype = model.input_shape, model.inputs[0].dtype
    traced = []

    @tf.function(input_signature=[tf.TensorSpec(shape, dtype)])
    def function(x: Any) -> Any:
        traced.append(1)
        return model(x), model(x, training=True)

    for rows in (3, 5):
        x = np.random.default_rng(rows).integers(0, 3, (rows, *shape[1:])).astype(dtype)
        expected = model.predict(x, verbose=0)
        inference, training = function(x)
        np.testing.assert_allclose(inference, expected, rtol=1e-4, atol=1e-6)
        assert training.shape == inference.shape == (rows, model.output_shape[-1])
    assert len(traced) == 1
