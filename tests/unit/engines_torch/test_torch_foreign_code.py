"""Torch's own functions in layers: on symbols, in training and in steps; data as tensors; devices."""

from typing import Any

import numpy as np
import pytest
import torch

import keras
from keras import layers, ops

X = np.random.default_rng(0).normal(size=(12, 4)).astype("float32")
Y = np.random.default_rng(1).normal(size=(12, 1)).astype("float32")


class Centred(keras.Layer):
    """Written with torch alone."""

    def call(self, x: Any) -> Any:
        return torch.nn.functional.gelu(x - x.mean(dim=-1, keepdim=True)).view(x.shape[0], -1)


class Branching(keras.Layer):
    """Python decides on numbers."""

    def call(self, x: Any) -> Any:
        return x * 2.0 if float(ops.sum(x)) > 0 else x * 3.0


def test_torch_code_gives_shapes_on_symbols() -> None:
    x = keras.Input((4,))
    y = Centred()(x)
    assert y.shape == (None, 4) and y.dtype == "float32"
    z = layers.Lambda(lambda t: torch.cat([t, torch.ones_like(t)], dim=-1))(keras.Input((None, 3)))
    assert z.shape == (None, None, 6)


def test_a_model_with_torch_code_trains_as_without_compiling() -> None:
    def run(eagerly: bool) -> Any:
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((4,)), layers.Dense(4), Centred(), layers.Dense(1)])
        model.compile("adam", "mse", run_eagerly=eagerly)
        return model.fit(X, Y, epochs=3, verbose=0, shuffle=False).history["loss"]

    np.testing.assert_allclose(run(False), run(True), rtol=1e-5)


def test_python_that_decides_on_numbers_runs_as_it_is_written() -> None:
    model = keras.Sequential([Branching()])
    np.testing.assert_allclose(model.predict(np.ones((2, 3), "float32"), verbose=0), 2.0)
    np.testing.assert_allclose(model.predict(-np.ones((2, 3), "float32"), verbose=0), -3.0)


@pytest.mark.parametrize("kind", ["tensors", "loader"])
def test_tensors_and_loaders_are_data(kind: str) -> None:
    x, y = torch.from_numpy(X), torch.from_numpy(Y)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=5)
    data = (loader,) if kind == "loader" else (x, y)
    losses = model.fit(*data, epochs=4, verbose=0, validation_data=(x, y)).history
    assert losses["loss"][-1] < losses["loss"][0] and len(losses["val_loss"]) == 4
    assert model.evaluate(*data, verbose=0) < losses["loss"][0]
    assert model.predict(*data[:1], verbose=0).shape == (12, 1)
    assert not model._trainer._steps["train"]._is_eager


def test_ops_mix_tensors_arrays_and_numbers() -> None:
    x = torch.ones(2, 3)
    assert type(ops.add(x, 1.5)) is torch.Tensor
    assert ops.matmul(x, np.ones((3, 1), "float32")).tolist() == [[3.0], [3.0]]
    assert ops.concatenate([x, np.zeros((1, 3), "float32")]).shape == (3, 3)
    assert ops.cast(x, torch.int8).dtype == torch.int8


def test_an_error_in_a_compiled_step_is_worded_as_without_compiling() -> None:
    model = keras.Sequential([keras.Input((3,), dtype="int32"), layers.Embedding(4, 2)])
    step = model._trainer._step("predict")
    step(np.zeros((1, 3), "int32"))
    with pytest.raises(IndexError, match="input_dim=largest_id"):
        step(np.full((1, 3), 9, "int32"))


def test_creation_follows_the_device_scope() -> None:
    with keras.device("meta"):
        assert ops.zeros((2,)).device.type == "meta" and ops.multiply(ops.ones(2), 0.5).device.type == "meta"
    assert ops.zeros((2,)).device.type == "cpu" and float(ops.multiply(ops.ones(()), 0.5)) == 0.5


def test_two_devices_in_one_call_are_refused() -> None:
    with pytest.raises(ValueError, match=r'two devices, cpu and meta. Write x.to\("cpu"\)'):
        ops.add(torch.ones(2), torch.ones(2, device="meta"))


def test_a_device_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match=r"got 'cuda:77'"):
        keras.device("cuda:77")


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float8_e4m3fn", "float8_e5m2"])
def test_narrow_floats_cross_the_border(dtype: str) -> None:
    x = ops.cast(np.array([0.5, -2.0], "float32"), dtype)
    assert keras.backend.standardize_dtype(x.dtype) == dtype
    assert ops.convert_to_numpy(x).astype("float32").tolist() == [0.5, -2.0]


def test_a_mixed_precision_model_trains() -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu", dtype="mixed_bfloat16"), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.05), "mse")
    losses = model.fit(X, Y, epochs=5, verbose=0).history["loss"]
    assert losses[-1] < losses[0] and not model._trainer._steps["train"]._is_eager


def test_random_numbers_are_those_of_the_numpy_engine() -> None:
    drawn = [
        keras.random.uniform((3,), seed=4),
        keras.random.normal((3,), seed=4),
        keras.random.dropout(np.ones(9, "float32"), 0.5, seed=4),
    ]
    with keras.core.engine.use("numpy"):
        wanted = [
            keras.random.uniform((3,), seed=4),
            keras.random.normal((3,), seed=4),
            keras.random.dropout(np.ones(9, "float32"), 0.5, seed=4),
        ]
    for a, b in zip(drawn, wanted, strict=True):
        np.testing.assert_array_equal(a.numpy(), b)


def test_loops_and_branches_inside_a_step() -> None:
    class Loops(keras.Layer):
        def call(self, x: Any) -> Any:
            total = ops.fori_loop(0, 3, lambda i, v: v + x, x)
            doubled = ops.while_loop(lambda v: ops.sum(v) < 100.0, lambda v: (v * 2.0,), (total,))[0]
            return ops.cond(ops.sum(doubled) > 120.0, lambda: doubled, lambda: -doubled)

    model = keras.Sequential([Loops()])
    x = np.full((2, 2), 1.0, "float32")
    np.testing.assert_allclose(model.predict(x, verbose=0), np.full((2, 2), 32.0))
    np.testing.assert_allclose(model.predict(x * 0.9, verbose=0), np.full((2, 2), -28.8), rtol=1e-6)
    assert not model._trainer._steps["predict"]._is_eager
