"""What is said when the engine, its tensors, its variables or its devices are not what the program thinks."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

import keras
from keras.core import engine

HAS_TORCH = importlib.util.find_spec("torch") is not None
needs_torch = pytest.mark.skipif(not HAS_TORCH, reason="torch is not installed")


@pytest.fixture(autouse=True)
def numpy_engine() -> Any:
    with engine.use("numpy"):
        yield


class TestTheEnvironment:
    def test_a_change_after_the_choice_is_said_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engine, "_process_engine", engine.load("numpy"))
        monkeypatch.setattr(engine, "_environment", None)
        monkeypatch.setenv("KERAS_BACKEND", "torch")
        with pytest.warns(
            UserWarning, match=r"KERAS_BACKEND was set to 'torch' after the numpy engine.*Write keras.config.set_backend\('torch'\)"
        ):
            keras.config.backend()
        assert keras.backend.backend() == "numpy"

    def test_fit_looks_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        monkeypatch.setattr(engine, "_process_engine", engine.load("numpy"))
        monkeypatch.setenv("KERAS_BACKEND", "jax")
        with pytest.warns(UserWarning, match="KERAS_BACKEND was set to 'jax'"):
            model.fit(np.ones((2, 2), "float32"), np.ones((2, 1), "float32"), verbose=0)

    def test_the_same_engine_needs_no_word(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engine, "_process_engine", engine.load("numpy"))
        monkeypatch.setattr(engine, "_environment", None)
        monkeypatch.setenv("KERAS_BACKEND", "numpy")
        keras.config.backend()


class TestTheChoice:
    @pytest.mark.parametrize(
        ("name", "error", "text"),
        [
            ("nunpy", ValueError, r"backend: got 'nunpy'. Did you mean 'numpy'\? Accepted: 'numpy', 'jax', 'torch', 'tensorflow'"),
            ("theano", ValueError, r"backend: 'theano' no longer exists. Write KERAS_BACKEND=numpy or keras.config.set_backend\('numpy'\)"),
            (3, ValueError, "backend: got 3. Accepted"),
        ],
    )
    def test_unknown_names(self, name: Any, error: type[Exception], text: str) -> None:
        before = engine._process_engine
        with pytest.raises(error, match=text):
            keras.config.set_backend(name)
        assert engine._process_engine is before

    def test_an_engine_that_is_not_installed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = importlib.util.find_spec
        monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "jax" else found(name, *a))
        with pytest.raises(ImportError, match=r"backend: 'jax' is not installed. Run: pip install keras\[jax\]"):
            keras.config.set_backend("jax")


class TestVariablesOfAnotherEngine:
    @pytest.fixture
    def moved(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        """A model whose variables another engine made."""
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="dense")], name="net")
        model.compile("sgd", "mse")
        for variable in model.variables:
            variable.engine_name = "torch" if HAS_TORCH else "numpy"
            variable._value = engine.load(variable.engine_name).asarray(variable._value)
        return model

    @needs_torch
    def test_computing_with_them_is_refused(self, moved: Any) -> None:
        text = (
            r"Variable 'net/dense/kernel' was made on the torch engine, and the numpy engine computes now. Write "
            r"keras.config.set_backend\('torch'\), or take the weights along: new = keras.models.clone_model\(model\)"
        )
        x, y = np.ones((2, 2), "float32"), np.ones((2, 1), "float32")
        for use in (
            lambda: moved(x),
            lambda: moved.predict(x, verbose=0),
            lambda: moved.fit(x, y, verbose=0),
            lambda: moved.weights[0].assign(np.zeros((2, 1))),
            lambda: keras.ops.exp(moved.weights[0]),
        ):
            with pytest.raises(RuntimeError, match=text):
                use()

    @needs_torch
    def test_the_line_of_the_message_works(self, moved: Any) -> None:
        new = keras.models.clone_model(moved)
        new.set_weights(moved.get_weights())
        np.testing.assert_array_equal(new.get_weights()[0], np.asarray(moved.weights[0]))
        assert new.predict(np.ones((2, 2), "float32"), verbose=0).shape == (2, 1)


class TestForeignTensors:
    @needs_torch
    def test_numbers_are_copied(self) -> None:
        import torch

        assert keras.ops.add(torch.ones(2), 1.0).tolist() == [2.0, 2.0]

    @needs_torch
    def test_one_that_cannot_be_copied(self) -> None:
        import torch

        text = r"got a torch tensor \(Tensor\) on the numpy engine, and it cannot be copied .* Write x.detach\(\).cpu\(\).numpy\(\), or .*KERAS_BACKEND=torch"
        for tensor in (torch.ones(2, requires_grad=True), torch.ones(2, device="meta")):
            with pytest.raises(TypeError, match=text):
                keras.ops.exp(tensor)

    @needs_torch
    def test_two_devices_in_one_call(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import torch

        def as_with_a_gpu(*_: Any) -> Any:
            raise RuntimeError("Expected all tensors to be on the same device")

        text = r"keras.ops.matmul: the operands lie on two devices, cpu and meta. Write x.to\(\"cpu\"\) for the others"
        with engine.use("torch") as chosen:
            monkeypatch.setitem(chosen.kernels, "matmul", as_with_a_gpu)
            with pytest.raises(ValueError, match=text):
                keras.ops.matmul(torch.ones(2, 2, dtype=torch.float64), torch.ones(2, 2, device="meta", dtype=torch.float64))


class TestDevices:
    def test_the_cpu(self) -> None:
        for name in ("cpu", "cpu:0", "CPU:0"):
            with keras.device(name):
                assert keras.ops.ones((1,)).shape == (1,)
        assert keras.distribution.list_devices() == keras.distribution.list_devices("CPU") == ["cpu:0"]
        assert keras.distribution.get_device_count("gpu") == 0

    @pytest.mark.parametrize("name", ["gpu:0", "cpu:7", "zz"])
    def test_one_that_is_not_there(self, name: str) -> None:
        with pytest.raises(ValueError, match=rf"got '{name}'. The numpy engine has 'cpu:0'. Write keras.device\('cpu:0'\)"):
            keras.device(name)

    def test_wrong_arguments(self) -> None:
        with pytest.raises(ValueError, match=r"keras.device\(device_name\): got 3. Accepted: a text such as 'cpu:0'"):
            keras.device(3)
        with pytest.raises(ValueError, match="got 'zz'. Accepted: 'cpu', 'gpu', 'tpu' or None"):
            keras.distribution.list_devices("zz")
        with pytest.raises(NotImplementedError, match="the numpy engine computes on one host. Write KERAS_BACKEND=jax"):
            keras.distribution.initialize()
