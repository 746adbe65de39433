"""Layers around JAX functions, Flax and PyTorch modules and SavedModels: at work on their engine, refused on another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import keras
from keras import layers
from keras.core import engine
from keras.layers.foreign import outputs_of

X = np.random.default_rng(2).random((8, 4)).astype("float32")


@pytest.fixture
def on() -> Any:
    """Choose an engine for one test; the test is skipped where its package is missing."""
    before = engine.current().name

    def choose(name: str) -> Any:
        package = pytest.importorskip(name)
        engine.set_engine(name)
        return package

    yield choose
    engine.set_engine(before)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: layers.JaxLayer(lambda inputs: inputs), "jax"),
        (lambda: layers.FlaxLayer(None), "jax"),
        (lambda: layers.TorchModuleWrapper(None), "torch"),
        (lambda: layers.TFSMLayer("folder"), "tensorflow"),
    ],
)
def test_another_engine_is_refused_with_the_line_to_write(make: Any, name: str) -> None:
    if engine.current().name == name:
        pytest.skip("this is its engine")
    with pytest.raises(ValueError, match=f"needs the engine '{name}'.*KERAS_BACKEND={name}"):
        make()


def test_unknown_sizes_are_found_again_in_the_outputs() -> None:
    x = keras.Input((None, None, 3))

    def run(nest: Any) -> Any:
        b, h, w, c = nest.shape
        return [np.zeros((b, w, h), "float32"), np.zeros((b, h - 3, 2 * c), "int32")]

    swapped, cut = outputs_of(run, x)
    assert swapped.dims == (x.dims[0], x.dims[2], x.dims[1])
    assert cut.shape == (None, None, 6)
    assert (swapped.dtype, cut.dtype) == ("float32", "int32")


def jax_model(state: bool) -> keras.Model:
    jax = pytest.importorskip("jax")

    def init_fn(rng: Any, inputs: Any) -> Any:
        params = {"w": jax.random.normal(rng, (inputs.shape[-1], 3)), "b": jax.numpy.zeros(3)}
        return (params, {"calls": jax.numpy.zeros(())}) if state else params

    def with_state(params: Any, state: Any, inputs: Any, training: bool) -> Any:
        return inputs @ params["w"] + params["b"], {"calls": state["calls"] + (1 if training else 0)}

    def without_state(params: Any, inputs: Any) -> Any:
        return inputs @ params["w"] + params["b"]

    return keras.Sequential([keras.Input((4,)), layers.JaxLayer(with_state if state else without_state, init_fn, seed=3)])


@pytest.mark.parametrize("state", [True, False])
def test_a_function_of_jax_is_trained(on: Any, state: bool) -> None:
    on("jax")
    model = jax_model(state)
    assert model.output_shape == (None, 3)
    assert [w.shape for w in model.trainable_weights] == [(4, 3), (3,)]
    model.compile("sgd", "mse")
    losses = model.fit(X, np.ones((8, 3), "float32"), batch_size=4, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    if state:
        assert float(model.layers[0].state["calls"].numpy()) == 6


def test_functions_of_jax_with_other_arguments_are_refused(on: Any) -> None:
    on("jax")
    with pytest.raises(ValueError, match="takes 'q'"):
        layers.JaxLayer(lambda q, inputs: inputs)
    with pytest.raises(ValueError, match="neither init_fn"):
        layers.JaxLayer(lambda params, inputs: inputs)


def test_a_module_of_torch_computes_and_is_trained(on: Any) -> None:
    torch = on("torch")
    module = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.BatchNorm1d(8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
    expected = module.eval()(torch.tensor(X)).detach().numpy()
    model = keras.Sequential([keras.Input((4,)), layers.TorchModuleWrapper(module)])
    np.testing.assert_allclose(model.predict(X, verbose=0), expected, rtol=1e-5, atol=1e-6)
    assert model.output_shape == (None, 3)
    assert len(model.trainable_weights) == 6
    model.compile("adam", "mse")
    losses = model.fit(X, np.ones((8, 3), "float32"), epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert np.abs(model.layers[0].non_trainable_weights[0].numpy()).max() > 0


def test_only_modules_of_torch_are_wrapped(on: Any) -> None:
    on("torch")
    with pytest.raises(ValueError, match="torch.nn.Module"):
        layers.TorchModuleWrapper(3)
