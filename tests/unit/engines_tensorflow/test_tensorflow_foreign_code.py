"""Layers whose `call` uses TensorFlow's functions run on symbols, in Functional models and in subclassed ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

import keras
from keras import layers
from keras.core import dims, engine
from keras.core.tensor import KerasTensor


class Scale(layers.Layer):
    """A weight made by Keras, the calculation by TensorFlow."""

    def build(self, input_shape: Any) -> None:
        self.seen = input_shape
        self.scale = self.add_weight((input_shape[-1],), initializer="ones", name="scale")

    def call(self, inputs: Any) -> Any:
        return tf.tanh(inputs) * self.scale


def test_functional_model_with_tensorflow_code() -> None:
    inputs = keras.Input((6,))
    hidden = Scale()(inputs)
    outputs = layers.Dense(3)(layers.Lambda(lambda x: tf.concat([x, tf.sin(x)], axis=-1))(hidden))
    assert hidden.shape == (None, 6) and outputs.shape == (None, 3)
    model = keras.Model(inputs, outputs)
    assert model.layers[1].seen == (None, 6)
    model.compile("sgd", "mse")
    before = model.layers[1].scale.numpy()
    model.fit(np.ones((8, 6), "float32"), np.zeros((8, 3), "float32"), verbose=0)
    assert not np.array_equal(before, model.layers[1].scale.numpy())
    assert model.predict(np.ones((5, 6), "float32"), verbose=0).shape == (5, 3)


def test_unknown_sizes_stay_unknown() -> None:
    layer = layers.Lambda(
        lambda x: (
            tf.transpose(x, (1, 0, 2)),
            x[:, 1:],
            tf.reshape(x, (-1, tf.shape(x)[2])),
            tf.reduce_sum(x, axis=1),
            {"n": tf.cast(x, "int32")},
        )
    )
    x = keras.Input((None, 4))
    swapped, shorter, flat, total, last = layer(x)
    assert swapped.shape == (None, None, 4) and swapped.dims[:2] == x.dims[1::-1]
    assert shorter.shape == (None, None, 4) and shorter.dims[0] == x.dims[0] and shorter.dims[1] != x.dims[1]
    assert flat.shape == (None, 4) and total.shape == (None, 4) and total.dims[0] == x.dims[0]
    assert last["n"].shape == (None, None, 4) and last["n"].dtype == "int32"


def test_two_inputs_with_unrelated_unknown_sizes() -> None:
    added = layers.Lambda(lambda pair: tf.add(*pair))([KerasTensor((None, 3)), KerasTensor((None, 3))])
    assert added.shape == (None, 3)


def test_sublayers_after_tensorflow_code_are_built_without_the_pretended_batch() -> None:
    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = layers.Dense(4), layers.Dense(2, activity_regularizer="l2")

        def call(self, x: Any) -> Any:
            return self.second(tf.nn.relu(self.first(x)))

    model = Net()
    assert model(keras.Input((3,))).shape == (None, 2)
    assert model.second.get_build_config() == {"input_shape": (None, 4)}
    model.compile("adam", "mse")
    x = np.ones((64, 3), "float32")
    history = model.fit(x, np.zeros((64, 2), "float32"), epochs=2, verbose=0).history
    assert history["loss"][1] < history["loss"][0]


def test_eval_shape_takes_nests() -> None:
    made = engine.current().eval_shape(
        lambda pair, options: {"y": tf.matmul(pair[0], pair[1]), "same": options},
        (KerasTensor((None, 3)), KerasTensor((3, 5), "float32")),
        {"flag": True},
    )
    assert made["y"].shape == (None, 5) and made["same"] == {"flag": True}
    assert isinstance(KerasTensor((None,)).dims[0], dims.Dim)


def test_branching_on_a_symbol_says_what_to_write() -> None:
    with pytest.raises(TypeError, match=r"has no numbers yet, so Python cannot branch on it\. Write keras\.ops\.where"):
        layers.Lambda(lambda x: x if x[0, 0] > 0 else -x)(keras.Input((2,)))


def test_a_mistake_in_tensorflow_code_is_told_as_tensorflow_tells_it() -> None:
    with pytest.raises(ValueError, match="Dimensions must be equal"):
        layers.Lambda(lambda x: tf.sin(x) + tf.ones((1, 5)))(keras.Input((3,)))


def test_a_mistake_in_our_own_ops_is_told_once() -> None:
    calls = []

    def function(x: Any) -> Any:
        calls.append(1)
        return keras.ops.reshape(x, (7, 7))

    with pytest.raises(ValueError, match="reshape"):
        layers.Lambda(function)(keras.Input((3,), batch_size=2))
    assert len(calls) == 1


def test_numpy_engine_keeps_its_own_message() -> None:
    with engine.use("numpy"), pytest.raises(TypeError, match="has no numbers yet"):
        layers.Lambda(lambda x: np.asarray(x) + 1)(keras.Input((2,)))
