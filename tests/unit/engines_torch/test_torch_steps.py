"""Compiled steps: the same numbers as line by line, for every kind of node that is written in a way of its own."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import keras
from keras import layers
from keras.engines.torch.optimizers import adam_lists

IMAGE, SEQUENCE, ROW, IDS = (8, 8, 3), (6, 5), (7,), (6,)


def _conv(*args: Any, **options: Any) -> Callable[[], list[Any]]:
    return lambda: [layers.Conv2D(*args, **options), layers.Flatten()]


def _attention() -> Any:
    x = keras.Input(SEQUENCE)
    return keras.Model(x, layers.Dense(2)(layers.Flatten()(layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True))))


def _attention_op() -> Any:
    x = keras.Input((6, 8))
    heads = layers.Reshape((6, 2, 4))(layers.Dense(8)(x))
    seen = keras.ops.dot_product_attention(heads, heads, heads, is_causal=True)
    return keras.Model(x, layers.Dense(2)(layers.Flatten()(layers.LayerNormalization(center=False)(seen))))


MODELS: dict[str, tuple[tuple[int, ...], Callable[[], Any]]] = {
    "dense": (ROW, lambda: [layers.Dense(9, activation="relu"), layers.Dense(5, activation="tanh", use_bias=False)]),
    "dropout": (ROW, lambda: [layers.Dense(9, activation="elu"), layers.Dropout(0.4), layers.GaussianNoise(0.1), layers.SpatialDropout1D(0.3)][:3]),
    "dense_3d": (SEQUENCE, lambda: [layers.Dense(4, activation="relu"), layers.Flatten()]),
    "conv": (IMAGE, _conv(4, 3, activation="relu")),
    "conv_strided_same": (IMAGE, _conv(4, 3, strides=2, padding="same", activation="relu")),
    "conv_even_kernel": (IMAGE, _conv(4, 2, padding="same")),
    "conv_dilated": (IMAGE, _conv(4, 3, dilation_rate=2, use_bias=False)),
    "conv_twice": (IMAGE, lambda: [layers.Conv2D(6, 3, activation="relu"), layers.Conv2D(4, 3, padding="same", groups=2), layers.Flatten()]),
    "conv_unused_edge": (IMAGE, lambda: [layers.Conv2D(3, 2, strides=3, activation="relu"), layers.Conv2D(2, 2), layers.Flatten()]),
    "conv1d_causal": (SEQUENCE, lambda: [layers.Conv1D(4, 3, padding="causal"), layers.Conv1D(2, 2), layers.Flatten()]),
    "depthwise": (IMAGE, lambda: [layers.DepthwiseConv2D(3), layers.SeparableConv2D(4, 3), layers.Flatten()]),
    "transposed": (IMAGE, lambda: [layers.Conv2DTranspose(3, 3, strides=2, padding="same"), layers.Flatten()]),
    "pools": (IMAGE, lambda: [layers.Conv2D(4, 3, activation="relu"), layers.MaxPooling2D(2), layers.AveragePooling2D(2, 1), layers.Flatten()]),
    "pool_same": (IMAGE, lambda: [layers.Conv2D(4, 1), layers.MaxPooling2D(3, 2, padding="same"), layers.Conv2D(2, 1), layers.GlobalAveragePooling2D()]),
    "pool_padded_once": (IMAGE, lambda: [layers.Conv2D(4, 1), layers.MaxPooling2D(2, 3, padding="same"), layers.GlobalMaxPooling2D()]),
    "batchnorm": (IMAGE, lambda: [layers.Conv2D(4, 3), layers.BatchNormalization(), layers.ReLU(), layers.Flatten()]),
    "batchnorm_bare": (ROW, lambda: [layers.Dense(4), layers.BatchNormalization(center=False, scale=False), layers.Dense(3)]),
    "batchnorm_scale": (ROW, lambda: [layers.Dense(4), layers.BatchNormalization(center=False), layers.Dense(3)]),
    "batchnorm_renorm": (ROW, lambda: [layers.Dense(4), layers.BatchNormalization(renorm=True), layers.Dense(3)]),
    "batchnorm_axis": (IMAGE, lambda: [layers.BatchNormalization(axis=1), layers.Flatten()]),
    "norms": (ROW, lambda: [layers.Dense(8), layers.LayerNormalization(), layers.GroupNormalization(2), layers.UnitNormalization()]),
    "lstm": (SEQUENCE, lambda: [layers.LSTM(4, return_sequences=True), layers.LSTM(3, go_backwards=True)]),
    "lstm_dropout": (SEQUENCE, lambda: [layers.LSTM(4, dropout=0.3, recurrent_dropout=0.2)]),
    "gru": (SEQUENCE, lambda: [layers.GRU(4, return_sequences=True), layers.GRU(3, reset_after=False)]),
    "rnn": (SEQUENCE, lambda: [layers.Bidirectional(layers.SimpleRNN(4, return_sequences=True)), layers.Bidirectional(layers.GRU(3))]),
    "masked": (IDS, lambda: [layers.Embedding(9, 4, mask_zero=True), layers.LSTM(3)]),
    "embedding": (IDS, lambda: [layers.Embedding(9, 4), layers.GlobalMaxPooling1D()]),
    "einsum": (SEQUENCE, lambda: [layers.EinsumDense("abc,cd->abd", (6, 4), bias_axes="d"), layers.Flatten()]),
    "attention": (SEQUENCE, _attention),
    "attention_op": ((6, 8), _attention_op),
    "activations": (ROW, lambda: [layers.Dense(6, activation=name) for name in ("gelu", "silu", "softplus", "softmax", "selu", "leaky_relu")]),
}  # fmt: skip


def _model(name: str) -> Any:
    shape, make = MODELS[name]
    made = make()
    if not isinstance(made, list):
        return made
    return keras.Sequential([keras.Input(shape, dtype="int32" if shape is IDS else None), *made, layers.Dense(2)])


def _data(name: str) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    shape = MODELS[name][0]
    x = random.integers(0, 9, (12, *shape)).astype("int32") if shape is IDS else random.normal(size=(12, *shape)).astype("float32")
    return x, random.normal(size=(12, 2)).astype("float32")


def _trained(name: str, run_eagerly: bool, optimizer: Any) -> tuple[list[np.ndarray], dict[str, list[float]], Any]:
    keras.utils.set_random_seed(3)
    model = _model(name)
    model.compile(optimizer, "mse", metrics=["mae"], run_eagerly=run_eagerly)
    x, y = _data(name)
    history = model.fit(x, y, batch_size=5, epochs=2, verbose=0, shuffle=False)
    return model.get_weights(), history.history, model


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_compiled_step_computes_what_the_lines_say(name: str) -> None:
    weights, logs, model = _trained(name, False, keras.optimizers.SGD(0.05, momentum=0.9))
    expected, expected_logs, _ = _trained(name, True, keras.optimizers.SGD(0.05, momentum=0.9))
    assert not model._trainer._steps["train"]._is_eager
    for key, values in logs.items():
        np.testing.assert_allclose(values, expected_logs[key], rtol=2e-5)
    for made, wanted in zip(weights, expected, strict=True):
        np.testing.assert_allclose(made, wanted, rtol=2e-4, atol=2e-6)


OPTIMIZERS: dict[str, Callable[[], Any]] = {
    "adam": lambda: keras.optimizers.Adam(0.01),
    "adam_clipped": lambda: keras.optimizers.Adam(0.01, global_clipnorm=0.1),
    "adam_average": lambda: keras.optimizers.Adam(0.01, use_ema=True, ema_overwrite_frequency=2),
    "adam_accumulated": lambda: keras.optimizers.Adam(0.01, gradient_accumulation_steps=2),
    "adam_schedule": lambda: keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.01, 3, 0.9)),
    "adamw": lambda: keras.optimizers.AdamW(0.01),
    "amsgrad": lambda: keras.optimizers.Adam(0.01, amsgrad=True),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.01),
    "adagrad": lambda: keras.optimizers.Adagrad(0.01),
    "nadam": lambda: keras.optimizers.Nadam(0.01),
    "lion": lambda: keras.optimizers.Lion(0.01),
    "lamb": lambda: keras.optimizers.Lamb(0.01),
    "ftrl": lambda: keras.optimizers.Ftrl(0.01),
}


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_every_optimizer_moves_weights_as_its_lines_say(name: str) -> None:
    weights, _, model = _trained("dense", False, OPTIMIZERS[name]())
    expected, _, _ = _trained("dense", True, OPTIMIZERS[name]())
    assert not model._trainer._steps["train"]._is_eager
    for made, wanted in zip(weights, expected, strict=True):
        np.testing.assert_allclose(made, wanted, rtol=2e-4, atol=2e-6)


def test_adam_in_one_call_is_adam_by_its_definition() -> None:
    from keras.optimizers.adam import adam_update

    random = np.random.default_rng(0)
    values = [torch.from_numpy(random.normal(size=(3, 4)).astype("float32")) for _ in range(3)]
    p, g, m = values
    v = torch.from_numpy(random.random((3, 4)).astype("float32"))
    rate, step = torch.tensor(0.01), torch.tensor(5.0)
    made = adam_update([rate, step, p, m, v, g], 0.9, 0.999, 1e-7)
    wanted = adam_update.record.body([rate, step, p, m, v, g], 0.9, 0.999, 1e-7)
    for a, b in zip(made, wanted, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=2e-5, atol=1e-7)


def test_a_step_with_constraint_reads_the_updated_weight() -> None:
    def run(eagerly: bool) -> np.ndarray:
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((4,)), layers.Dense(3, kernel_constraint=keras.constraints.MaxNorm(0.3))])
        model.compile("adam", "mse", run_eagerly=eagerly)
        model.fit(np.ones((4, 4), "float32"), np.ones((4, 3), "float32"), epochs=2, verbose=0)
        return model.get_weights()[0]

    np.testing.assert_allclose(run(False), run(True), rtol=1e-5)


def test_results_do_not_change_with_the_next_call() -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Identity()])
    step = model._trainer._step("predict")
    first = step(np.zeros((2, 3), "float32"))
    step(np.ones((2, 3), "float32"))
    assert float(first.sum()) == 0.0


def test_losses_follow_the_numpy_engine_over_200_steps() -> None:
    def curve(name: str) -> list[float]:
        with keras.core.engine.use(name):
            keras.utils.set_random_seed(5)
            model = keras.Sequential([keras.Input((6,)), layers.Dense(16, activation="relu"), layers.Dense(3, activation="softmax")])
            model.compile("adam", "sparse_categorical_crossentropy")
            random = np.random.default_rng(2)
            x = random.normal(size=(64, 6)).astype("float32")
            return model.fit(x, (x[:, :3].argmax(1)).astype("int32"), batch_size=32, epochs=100, verbose=0).history["loss"]

    np.testing.assert_allclose(curve("torch"), curve("numpy"), rtol=5e-4)


def test_an_interrupted_update_leaves_the_threads_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small updates run on one thread, and no longer than that: also when the user stops them."""
    seen = []

    def stopped(*_: Any, **__: Any) -> None:
        seen.append(torch.get_num_threads())
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "_fused_adam_", stopped)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        parameters, momenta, velocities, gradients = ([torch.zeros(3)] for _ in range(4))
        with pytest.raises(KeyboardInterrupt):
            adam_lists(parameters, momenta, velocities, gradients, torch.tensor(0.1), torch.tensor(1.0), 0.9, 0.999, 1e-7)
        assert (seen, torch.get_num_threads()) == ([1], 2)
    finally:
        torch.set_num_threads(before)
