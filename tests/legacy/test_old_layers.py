"""Layers that only Keras 1 and 2 had compute what those versions recorded, and their names and places are still there."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import keras
from keras import layers
from keras.core.autodiff import value_and_grad
from recorded_values import names, recorded

CASES = {case["name"]: case for case in recorded("legacy")}


def sequence(*stack: Any) -> keras.Model:
    return keras.Sequential(list(stack))


def merged(mode: str, *shapes: tuple[int, ...], dense: int | None = None, **more: Any) -> keras.Model:
    inputs = [keras.Input(shape) for shape in shapes]
    x = layers.merge(inputs, mode=mode, **more)
    return keras.Model(input=inputs, output=x if dense is None else layers.Dense(output_dim=dense)(x))


def merged_stacks() -> keras.Model:
    left = sequence(layers.Dense(3, activation="tanh", input_dim=4))
    right = sequence(layers.Dense(3, input_dim=5))
    return sequence(layers.Merge([left, right], mode="concat"), layers.Dense(2))


BUILDERS: dict[str, Callable[[], keras.Model]] = {
    "keras-1.2.2-tf/highway": lambda: sequence(layers.Highway(activation="tanh", input_dim=5), layers.Dense(2)),
    "keras-1.2.2-tf/parametric_softplus": lambda: sequence(layers.ParametricSoftplus(0.3, 2.0, input_shape=(5,))),
    "keras-1.2.2-tf/locally_connected1d": lambda: sequence(layers.LocallyConnected1D(nb_filter=3, filter_length=3, input_shape=(6, 2))),
    "keras-1.2.2-tf/locally_connected2d_th": lambda: sequence(layers.LocallyConnected2D(2, 2, 2, dim_ordering="th", input_shape=(2, 5, 4))),
    "keras-1.2.2-th/locally_connected2d_tf": lambda: sequence(layers.LocallyConnected2D(2, 2, 2, dim_ordering="tf", input_shape=(5, 4, 2))),
    "keras-1.2.2-tf/merge_concat": lambda: merged("concat", (4,), (4,), dense=2),
    "keras-1.2.2-tf/merge_concat_axis": lambda: merged("concat", (2, 3), (4, 3), concat_axis=1),
    "keras-1.2.2-tf/merge_cos": lambda: merged("cos", (4,), (4,), dot_axes=(1, 1)),
    "keras-1.2.2-tf/merge_dot": lambda: merged("dot", (4,), (4,), dot_axes=(1, 1)),
    "keras-1.2.2-tf/merge_mul": lambda: merged("mul", (4,), (4,), dense=2),
    "keras-1.2.2-tf/merge_sum": lambda: merged("sum", (4,), (4,), dense=2),
    "keras-1.2.2-th/merge_ave": lambda: merged("ave", (4,), (4,), dense=2),
    "keras-1.2.2-tf/sequential_merge": merged_stacks,
    "keras-1.2.2-th/thresholded_relu": lambda: sequence(layers.ThresholdedReLU(0.4, input_shape=(5,))),
    "keras-2.1.5-tf/cudnn_to_plain_lstm": lambda: sequence(
        layers.CuDNNLSTM(3, return_sequences=True, input_shape=(4, 3)), layers.Bidirectional(layers.CuDNNLSTM(2))
    ),
}
LAYERS = [case for case in CASES.values() if "class_name" in case]


def weights_of(case: dict[str, Any]) -> list[np.ndarray]:
    return [case["arrays"][f"w{i}"] for i in range(sum(name.startswith("w") for name in case["arrays"]))]


def test_every_recorded_case_is_used() -> None:
    assert set(CASES) == {*BUILDERS, *names(LAYERS)}


@pytest.mark.parametrize("name", BUILDERS)
def test_models_of_old_layers_give_the_recorded_outputs(name: str) -> None:
    case = CASES[name]
    model = BUILDERS[name]()
    model.set_weights(weights_of(case))
    xs = [case["arrays"][key] for key in ("x0", "x1") if key in case["arrays"]]
    outputs = model.predict(xs if len(xs) > 1 else xs[0], verbose=0)
    np.testing.assert_allclose(outputs, case["arrays"]["y0"], **case["tolerance"])


@pytest.mark.parametrize("case", LAYERS, ids=names(LAYERS))
def test_locally_connected_layers_give_the_recorded_outputs_and_gradients(case: dict[str, Any]) -> None:
    layer = getattr(layers, case["class_name"])(**case["arguments"])
    arrays = case["arrays"]
    layer.build(arrays["x0"].shape)

    def loss(values: dict[str, Any]) -> Any:
        y, _ = layer.stateless_call(values["w"], [], values["x"])
        return keras.ops.sum(keras.ops.square(y)), y

    (_, y), gradients = value_and_grad(loss, has_aux=True)({"x": arrays["x0"], "w": weights_of(case)})
    np.testing.assert_allclose(y, arrays["y0"], **case["tolerance"])
    np.testing.assert_allclose(gradients["x"], arrays["gx0"], **case["tolerance"])
    for i, gradient in enumerate(gradients["w"]):
        np.testing.assert_allclose(gradient, arrays[f"gw{i}"], **case["tolerance"])


def test_cudnn_gru_is_gru_with_each_matrix_transposed_in_place() -> None:
    generator = np.random.default_rng(3)
    x = generator.normal(size=(2, 4, 5)).astype("float32")
    ours, plain = layers.CuDNNGRU(3, return_sequences=True), layers.GRU(3, return_sequences=True, reset_after=True)
    ours.build(x.shape)
    kernel, recurrent, bias = (generator.normal(size=w.shape).astype("float32") for w in ours.weights)
    ours.set_weights([kernel, recurrent, bias])
    plain.build(x.shape)
    turned = [
        np.concatenate([block.reshape(block.shape[::-1]).T for block in np.split(matrix, 3, axis=1)], axis=1)
        for matrix in (kernel, recurrent)
    ]
    plain.set_weights([*turned, bias.reshape(2, 9)])
    np.testing.assert_allclose(ours(x), plain(x), rtol=1e-5, atol=1e-6)


def test_srelu_is_three_lines() -> None:
    layer = layers.SReLU(input_shape=(1,))
    layer.build((None, 1))
    layer.set_weights([np.array([v], "float32") for v in (-1.0, 0.5, -2.0, 3.0)])
    x = np.array([[-3.0], [-1.0], [0.0], [1.0], [2.0]], "float32")
    np.testing.assert_allclose(layer(x).ravel(), [-2.0, -1.0, 0.0, 1.0, 4.0], rtol=1e-6)


def test_maxout_is_the_largest_of_its_sums() -> None:
    generator = np.random.default_rng(4)
    layer = layers.MaxoutDense(2, nb_feature=3)
    layer.build((None, 5))
    w, b = (generator.normal(size=v.shape).astype("float32") for v in layer.weights)
    layer.set_weights([w, b])
    x = generator.normal(size=(4, 5)).astype("float32")
    np.testing.assert_allclose(layer(x), (np.einsum("nf,kfo->kno", x, w) + b[:, None]).max(axis=0), rtol=1e-5)


@pytest.mark.parametrize(
    ("made", "today"),
    [
        (lambda: layers.Convolution2D(8, 3, 5, border_mode="same"), lambda: layers.Conv2D(8, (3, 5), padding="same")),
        (lambda: layers.Convolution2D(8, 3, 3), lambda: layers.Conv2D(8, 3)),
        (lambda: layers.Convolution2D(8, (3, 3), strides=2), lambda: layers.Conv2D(8, 3, strides=2)),
        (lambda: layers.Convolution2D(8, 3, activation="relu"), lambda: layers.Conv2D(8, 3, activation="relu")),
        (
            lambda: layers.Convolution1D(8, 3, "uniform", "relu"),
            lambda: layers.Conv1D(8, 3, kernel_initializer="uniform", activation="relu"),
        ),
        (lambda: layers.Convolution1D(8, 3, 2), lambda: layers.Conv1D(8, 3, strides=2)),
        (lambda: layers.Convolution3D(8, 1, 2, 3), lambda: layers.Conv3D(8, (1, 2, 3))),
        (lambda: layers.AtrousConvolution2D(8, 3, 3, atrous_rate=(2, 2)), lambda: layers.Conv2D(8, 3, dilation_rate=2)),
        (lambda: layers.AtrousConv1D(8, 3, atrous_rate=2), lambda: layers.Conv1D(8, 3, dilation_rate=2)),
        (
            lambda: layers.Deconvolution2D(3, 3, 3, (None, 14, 14, 3), subsample=(2, 2)),
            lambda: layers.Conv2DTranspose(3, 3, strides=2),
        ),
        (lambda: layers.SeparableConvolution2D(8, 3, 3, depth_multiplier=2), lambda: layers.SeparableConv2D(8, 3, depth_multiplier=2)),
        (lambda: layers.TimeDistributedDense(4, "uniform"), lambda: layers.Dense(4, kernel_initializer="uniform")),
    ],
)
def test_renamed_layers_read_both_orders_of_arguments(made: Any, today: Any) -> None:
    layer, expected = made(), today()
    assert type(layer) is type(expected)
    without_names = [{k: v for k, v in one.get_config().items() if k != "name"} for one in (layer, expected)]
    assert without_names[0] == without_names[1]


def test_renamed_layers_are_classes() -> None:
    assert isinstance(layers.Conv2D(2, 3), layers.Convolution2D)
    assert not isinstance(layers.Dense(2), layers.Convolution2D)

    class Mine(layers.Convolution2D):
        """A user's layer."""

    assert type(Mine(2, 3)) is Mine
    assert not isinstance(layers.Conv2D(2, 3), Mine)


@pytest.mark.parametrize(
    ("place", "name", "today"),
    [
        ("keras.layers.core", "Dense", "Dense"),
        ("keras.layers.convolutional", "MaxPooling2D", "MaxPooling2D"),
        ("keras.layers.pooling", "GlobalAveragePooling2D", "GlobalAveragePooling2D"),
        ("keras.layers.recurrent", "LSTM", "LSTM"),
        ("keras.layers.normalization", "BatchNormalization", "BatchNormalization"),
        ("keras.layers.embeddings", "Embedding", "Embedding"),
        ("keras.layers.advanced_activations", "PReLU", "PReLU"),
        ("keras.layers.noise", "GaussianNoise", "GaussianNoise"),
        ("keras.layers.local", "LocallyConnected2D", "LocallyConnected2D"),
        ("keras.layers.wrappers", "TimeDistributed", "TimeDistributed"),
        ("keras.layers.merge", "concatenate", "concatenate"),
        ("keras.layers.convolutional_recurrent", "ConvLSTM2D", "ConvLSTM2D"),
        ("keras.engine.topology", "Layer", "Layer"),
        ("keras.engine", "InputSpec", "InputSpec"),
    ],
)
def test_old_modules_lead_to_todays_objects(place: str, name: str, today: str) -> None:
    assert getattr(importlib.import_module(place), name) is getattr(layers, today)


def test_old_utilities_are_where_they_were() -> None:
    utilities = importlib.import_module("keras.utils.np_utils")
    np.testing.assert_array_equal(utilities.to_categorical([0, 2], 3), [[1, 0, 0], [0, 0, 1]])
    assert importlib.import_module("keras.engine.training").Model is keras.Model


def test_configs_of_old_layers_make_equal_layers() -> None:
    for layer in (
        layers.Highway(), layers.MaxoutDense(2), layers.SReLU(), layers.ParametricSoftplus(0.1), layers.ThresholdedReLU(0.5),
        layers.LocallyConnected1D(2, 3), layers.LocallyConnected2D(2, 3), layers.CuDNNLSTM(2, stateful=True), layers.CuDNNGRU(2),
        layers.Merge(mode="concat", concat_axis=1),
    ):  # fmt: skip
        again = layers.deserialize(layers.serialize(layer))
        assert again.get_config() == layer.get_config()


def test_unknown_ways_and_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="mode='concat'"):
        layers.Merge(mode="join")
    with pytest.raises(ValueError, match="must be known"):
        layers.LocallyConnected1D(2, 3)(keras.Input((None, 4)))
    with pytest.raises(ValueError, match="does not fit"):
        layers.LocallyConnected2D(2, 5).build((None, 4, 4, 1))
    with pytest.raises(ValueError, match="Accepted: a number >= 0"):
        layers.ThresholdedReLU(-1.0)


def test_a_function_may_merge() -> None:
    a, b = keras.Input((3,)), keras.Input((3,))
    model = keras.Model([a, b], layers.merge([a, b], mode=lambda xs: xs[0] - xs[1], output_shape=(3,)))
    x = np.ones((2, 3), "float32")
    np.testing.assert_array_equal(model.predict([x, x], verbose=0), np.zeros((2, 3)))


def test_a_stack_on_merged_models_trains_and_keeps_its_config() -> None:
    model = merged_stacks()
    model.compile("sgd", "mse")
    generator = np.random.default_rng(5)
    x, y = [generator.random((8, n)).astype("float32") for n in (4, 5)], generator.random((8, 2)).astype("float32")
    losses = model.fit(x, y, nb_epoch=5, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    again = keras.Sequential.from_config(model.get_config())
    again.set_weights(model.get_weights())
    np.testing.assert_allclose(again.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-6)
