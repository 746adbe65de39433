"""Layers and models take the arguments that Keras 1 and 2 took."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import keras
from keras import layers
from keras.legacy import hints

GENERATOR = np.random.default_rng(7)
PICTURES = GENERATOR.random((12, 8, 8, 1)).astype("float32")
CLASSES = np.eye(3, dtype="float32")[np.arange(12) % 3]

CASES: list[tuple[str, tuple[Any, ...], dict[str, Any], dict[str, Any]]] = [
    ("Dense", (), {"output_dim": 3, "init": "uniform", "bias": False}, {"units": 3, "kernel_initializer": "uniform", "use_bias": False}),
    ("Dense", (3,), {"W_regularizer": "l2"}, {"units": 3, "kernel_regularizer": "l2"}),
    ("Dense", (3,), {"b_constraint": "maxnorm"}, {"units": 3, "bias_constraint": "maxnorm"}),
    ("Conv2D", (4, 3, 5), {"border_mode": "same"}, {"filters": 4, "kernel_size": (3, 5), "padding": "same"}),
    ("Conv2D", (4,), {"nb_row": 3, "nb_col": 2, "subsample": (2, 1)}, {"filters": 4, "kernel_size": (3, 2), "strides": (2, 1)}),
    ("Conv2D", (4, (3, 3)), {"dim_ordering": "th"}, {"filters": 4, "kernel_size": 3, "data_format": "channels_first"}),
    ("Conv1D", (), {"nb_filter": 4, "filter_length": 3, "subsample_length": 2}, {"filters": 4, "kernel_size": 3, "strides": 2}),
    (
        "Conv3D",
        (4,),
        {"kernel_dim1": 1, "kernel_dim2": 2, "kernel_dim3": 3, "dim_ordering": "tf"},
        {"filters": 4, "kernel_size": (1, 2, 3), "data_format": "channels_last"},
    ),
    (
        "SeparableConv2D",
        (4, 3, 3),
        {"init": "one", "border_mode": "same"},
        {"filters": 4, "kernel_size": 3, "depthwise_initializer": "ones", "pointwise_initializer": "ones", "padding": "same"},
    ),
    ("MaxPooling1D", (), {"pool_length": 3, "stride": 2, "border_mode": "same"}, {"pool_size": 3, "strides": 2, "padding": "same"}),
    ("MaxPooling2D", ((2, 2),), {"dim_ordering": "th"}, {"pool_size": 2, "data_format": "channels_first"}),
    ("UpSampling1D", (), {"length": 3}, {"size": 3}),
    ("Dropout", (), {"p": 0.25}, {"rate": 0.25}),
    ("GaussianNoise", (), {"sigma": 0.5}, {"stddev": 0.5}),
    (
        "Embedding",
        (10, 4),
        {"init": "normal", "W_regularizer": "l2"},
        {"input_dim": 10, "output_dim": 4, "embeddings_initializer": "normal", "embeddings_regularizer": "l2"},
    ),
    ("PReLU", (), {"init": "one"}, {"alpha_initializer": "ones"}),
    ("LeakyReLU", (), {"alpha": 0.1}, {"negative_slope": 0.1}),
    ("BatchNormalization", (), {"mode": 0, "gamma_init": "zero"}, {"gamma_initializer": "zeros"}),
    ("SimpleRNN", (5,), {"inner_init": "one", "dropout_U": 0.5}, {"units": 5, "recurrent_initializer": "ones", "recurrent_dropout": 0.5}),
    ("GRU", (5,), {"implementation": 2}, {"units": 5}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args", "old", "today"), CASES, ids=[f"{c[0]}-{'-'.join(c[2])}" for c in CASES])
def test_old_arguments_make_the_layer_that_todays_make(name: str, args: Any, old: dict[str, Any], today: dict[str, Any]) -> None:
    cls = getattr(layers, name)
    assert cls(*args, **old, name="x").get_config() == cls(**today, name="x").get_config()


def test_recurrent_layers_of_keras_1_have_its_gates() -> None:
    layer = layers.GRU(output_dim=4)
    assert layer.reset_after is False
    np.testing.assert_allclose(layer.recurrent_activation(np.array([1.0], "float32")), [0.7], rtol=1e-6)
    assert layers.LSTM(4, consume_less="gpu").recurrent_activation is layer.recurrent_activation
    assert layers.LSTM(4).recurrent_activation is keras.activations.sigmoid
    assert layers.LSTM(4, forget_bias_init="zero").unit_forget_bias is False


@pytest.mark.parametrize(("mode", "line"), [(1, "LayerNormalization"), (2, "training=True")])
def test_modes_of_batch_normalization_are_refused_with_the_layer_that_does_it(mode: int, line: str) -> None:
    with pytest.raises(ValueError, match=line):
        layers.BatchNormalization(mode=mode)


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(ValueError, match="'tf' or 'th'"):
        layers.Conv2D(4, 3, dim_ordering="xy")


def test_a_typing_error_is_still_refused() -> None:
    with pytest.raises(TypeError, match="unit"):
        layers.Dense(unit=3)


def picture_model() -> keras.Model:
    model = keras.Sequential([layers.Flatten(input_shape=(8, 8, 1)), layers.Dense(3, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy")
    return model


def batches(size: int) -> Any:
    while True:
        for at in range(0, 12, size):
            yield PICTURES[at : at + size], CLASSES[at : at + size]


def test_models_take_input_and_output_and_epochs_by_their_old_names() -> None:
    x = keras.Input((4,))
    model = keras.Model(input=[x], output=[layers.Dense(2)(x)])
    model.compile("sgd", "mse")
    history = model.fit(np.ones((4, 4), "float32"), np.ones((4, 2), "float32"), nb_epoch=3, verbose=0)
    assert len(history.history["loss"]) == 3
    assert model.predict(np.ones((4, 4), "float32")).shape == (4, 2)
    with pytest.raises(TypeError, match="nb_epochs"):
        model.fit(np.ones((4, 4)), np.ones((4, 2)), nb_epochs=3)


def test_generators_are_counted_in_samples_or_in_steps() -> None:
    model = picture_model()
    seen: list[int] = []
    count = keras.callbacks.LambdaCallback(on_batch_end=lambda batch, logs: seen.append(batch))
    history = model.fit_generator(
        batches(4),
        samples_per_epoch=10,
        nb_epoch=2,
        verbose=0,
        callbacks=[count],
        validation_data=batches(6),
        nb_val_samples=12,
        max_q_size=2,
    )
    assert seen == [0, 1, 2] * 2
    assert len(history.history["val_loss"]) == 2
    model.fit_generator(batches(4), steps_per_epoch=2, epochs=1, verbose=0, workers=2)
    assert len(seen) == 6
    np.testing.assert_allclose(
        model.evaluate_generator(batches(6), val_samples=12), model.evaluate(PICTURES, CLASSES, verbose=0), rtol=1e-5
    )
    np.testing.assert_allclose(model.predict_generator(batches(6), steps=2), model.predict(PICTURES), rtol=1e-5)
    with pytest.raises(TypeError, match="step_per_epoch"):
        model.fit_generator(batches(4), step_per_epoch=2)


def test_classes_and_probabilities() -> None:
    model = picture_model()
    np.testing.assert_array_equal(model.predict_proba(PICTURES), model.predict(PICTURES))
    np.testing.assert_array_equal(model.predict_classes(PICTURES), model.predict(PICTURES).argmax(-1))
    one = keras.Sequential([layers.Flatten(input_shape=(8, 8, 1)), layers.Dense(1, activation="sigmoid")])
    np.testing.assert_array_equal(one.predict_classes(PICTURES), (one.predict(PICTURES) > 0.5).astype("int32"))


def test_stateful_models_forget() -> None:
    model = keras.Sequential([layers.SimpleRNN(2, stateful=True, batch_input_shape=(3, 2, 4))])
    layer, x = model.layers[0], np.ones((3, 2, 4), "float32")
    first = np.asarray(layer(x))
    assert not np.allclose(layer(x), first)
    model.reset_states()
    np.testing.assert_allclose(layer(x), first, rtol=1e-6)


def test_a_name_that_no_generation_had_is_refused_as_ever() -> None:
    with pytest.raises(AttributeError, match="'Sequential' object has no attribute 'predict_class'"):
        _ = picture_model().predict_class
    with pytest.raises(AttributeError, match="the input's shape is not known"):
        _ = keras.Sequential([layers.Dense(3)]).inputs


def test_old_spellings_are_listed() -> None:
    layers.Dense(output_dim=3)
    assert "`Dense(output_dim)` is now `Dense(units)`" in hints()
