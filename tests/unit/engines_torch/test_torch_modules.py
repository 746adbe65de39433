"""Layers are torch modules, torch modules inside layers are trained, and both kinds nest in each other."""

import copy
from typing import Any

import numpy as np
import pytest
import torch

import keras
from keras import layers

X = np.random.default_rng(0).normal(size=(12, 4)).astype("float32")
Y = np.random.default_rng(1).normal(size=(12, 1)).astype("float32")


def _model() -> Any:
    return keras.Sequential([keras.Input((4,)), layers.Dense(5, activation="tanh"), layers.BatchNormalization(), layers.Dense(1)])


class Mixed(keras.Layer):
    """A torch module, a torch parameter and a layer."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(4, 3)
        self.factor = torch.nn.Parameter(torch.ones(3))
        self.dense = layers.Dense(1)

    def call(self, x: Any) -> Any:
        return self.dense(torch.tanh(self.linear(x)) * self.factor)


def test_a_layer_is_a_module_with_its_weights_as_parameters() -> None:
    model = _model()
    assert isinstance(model, torch.nn.Module) and isinstance(layers.Dense(2), torch.nn.Module)
    names = [name for name, _ in model.named_parameters()]
    assert names == ["0.kernel", "0.bias", "1.gamma", "1.beta", "2.kernel", "2.bias"]
    assert all(isinstance(p, torch.nn.Parameter) and p.requires_grad for p in model.parameters())
    assert [name for name, _ in model.named_buffers()] == ["1.moving_mean", "1.moving_variance"]
    assert next(model.parameters()) is model.layers[0].kernel.value
    assert [type(m).__name__ for m in model.children()] == ["Dense", "BatchNormalization", "Dense"]


def test_state_dict_goes_from_one_model_to_another() -> None:
    first, second = _model(), _model()
    first.layers[1].moving_mean.assign(np.arange(5.0))
    second.load_state_dict(first.state_dict())
    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(RuntimeError, match="size mismatch"):
        layers_of_another = keras.Sequential([keras.Input((3,)), layers.Dense(5), layers.BatchNormalization(), layers.Dense(1)])
        layers_of_another.load_state_dict(first.state_dict())


def test_a_torch_optimizer_trains_a_model_and_fit_goes_on_from_there() -> None:
    model = _model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x, y = torch.from_numpy(X), torch.from_numpy(Y)
    losses = []
    for _ in range(5):
        optimizer.zero_grad()
        loss = ((model(x, training=True) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    before = model.evaluate(x, y, verbose=0) if model.compiled else None
    assert before is None
    model.compile("sgd", "mse")
    np.testing.assert_allclose(model.predict(X, verbose=0), model(x, training=False).detach().numpy(), rtol=1e-5, atol=1e-6)
    assert model.fit(x, y, epochs=3, verbose=0).history["loss"][-1] < losses[0]


def test_the_loop_of_keras_guides_trains() -> None:
    model = _model()
    loss_function, optimizer = keras.losses.MeanSquaredError(), keras.optimizers.Adam(0.05)
    x, y = torch.from_numpy(X), torch.from_numpy(Y)
    losses = []
    for _ in range(4):
        loss = loss_function(y, model(x, training=True))
        model.zero_grad()
        variables = model.trainable_weights
        loss.backward()
        with torch.no_grad():
            optimizer.apply([v.value.grad for v in variables], variables)
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_a_step_of_the_users_own_may_call_backward() -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(1)

        def call(self, x: Any) -> Any:
            return self.dense(x)

        def train_step(self, data: Any) -> Any:
            x, y = data
            self.zero_grad()
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
            loss.backward()
            with torch.no_grad():
                self.optimizer.apply([v.value.grad for v in self.trainable_weights], self.trainable_weights)
            for metric in self.metrics:
                metric.update_state(loss) if metric.name == "loss" else metric.update_state(y, y_pred)
            return {m.name: m.result() for m in self.metrics}

    model = Own()
    model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
    history = model.fit(X, Y, epochs=4, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]


def test_torch_modules_inside_a_layer_are_trained_by_fit() -> None:
    model = keras.Sequential([keras.Input((4,)), Mixed()])
    assert model.output_shape == (None, 1)
    assert [v.shape for v in model.trainable_weights] == [(3, 4), (3,), (3,), (3, 1), (1,)]
    assert {name for name, _ in model.named_parameters()} == {
        "0.linear.weight",
        "0.linear.bias",
        "0.factor",
        "0.dense.kernel",
        "0.dense.bias",
    }
    before = model.get_weights()
    model.compile(keras.optimizers.Adam(0.05), "mse")
    losses = model.fit(X, Y, epochs=5, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert all(np.abs(a - b).max() > 0 for a, b in zip(before, model.get_weights(), strict=True))
    np.testing.assert_array_equal(model.layers[0].linear.weight.detach().numpy(), model.get_weights()[0])


def test_a_wrapped_module_keeps_its_statistics() -> None:
    module = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 1))
    model = keras.Sequential([keras.Input((4,)), layers.TorchModuleWrapper(module)])
    model.compile("sgd", "mse")
    model.fit(X, Y, epochs=2, verbose=0)
    assert float(module[1].running_mean.abs().max()) > 0
    assert len(model.trainable_weights) == 6 and len(model.non_trainable_weights) == 3


def test_layers_inside_torch_modules() -> None:
    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = layers.Dense(3)
            self.second = _model()
            self.between = torch.nn.Linear(3, 4)

        def forward(self, x: Any) -> Any:
            return self.second(self.between(self.first(x)))

    net = Net()
    net(torch.from_numpy(X))
    assert [name for name, _ in net.named_parameters()][:3] == ["first.kernel", "first.bias", "second.0.kernel"]
    stack = torch.nn.Sequential(layers.Dense(3), torch.nn.ReLU(), layers.Dropout(0.9))
    out = stack.eval()(torch.from_numpy(X))
    assert out.shape == (12, 3) and bool((stack(torch.from_numpy(X)) == out).all())
    assert float((stack.train()(torch.from_numpy(X)) == 0).float().mean()) > 0.7


def test_moving_and_casting_reach_the_variables() -> None:
    model = _model()
    model.double()
    assert model.layers[0].kernel.dtype == "float64" and model.layers[0].dtype == "float64"
    assert model(torch.from_numpy(X).double()).dtype == torch.float64
    model.to(torch.float32)
    assert model.predict(X, verbose=0).dtype == np.float32


def test_frozen_weights_require_no_gradient() -> None:
    model = _model()
    model.layers[0].trainable = False
    assert [p.requires_grad for p in model.parameters()] == [False, False, True, True, True, True]


def test_copies_are_apart() -> None:
    model = _model()
    twin = copy.deepcopy(model)
    twin.layers[0].kernel.assign(np.zeros((4, 5)))
    assert float(model.layers[0].kernel.value.detach().abs().max()) > 0


def test_registered_tensors_and_modules_are_attributes() -> None:
    layer = layers.Dense(2)
    layer.register_buffer("steps", torch.zeros(1))
    layer.register_parameter("extra", torch.nn.Parameter(torch.ones(2)))
    layer.add_module("inner", torch.nn.Linear(1, 1))
    assert set(layer.state_dict()) == {"steps", "extra", "inner.weight", "inner.bias"}
    del layer.inner
    assert set(layer.state_dict()) == {"steps", "extra"}


def test_the_numpy_engine_is_as_it_was() -> None:
    with keras.core.engine.use("numpy"):
        model = _model()
        model.compile("sgd", "mse")
        model.fit(X, Y, verbose=0)
        assert isinstance(model(X), np.ndarray)


def test_forward_hooks_are_called() -> None:
    seen: list[object] = []
    layer = layers.Dense(2, kernel_initializer="ones", use_bias=False)
    x = torch.ones(1, 3)
    layer(x)
    before = layer.register_forward_pre_hook(lambda module, args: seen.append(module) or args[0] * 2)
    after = layer.register_forward_hook(lambda module, args, result: result + 1)
    named = layer.register_forward_hook(lambda module, args, kwargs, result: seen.append(kwargs), with_kwargs=True)
    np.testing.assert_array_equal(layer(x).detach(), [[7.0, 7.0]])
    assert seen == [layer, {}]
    for hook in (before, after, named):
        hook.remove()
    np.testing.assert_array_equal(layer(x).detach(), [[3.0, 3.0]])


def test_forward_hooks_of_a_copy_are_its_own() -> None:
    layer = layers.Dense(2, kernel_initializer="ones", use_bias=False)
    layer(torch.ones(1, 3))
    layer.register_forward_hook(lambda module, args, result: result * 0 + module.kernel.value.sum())
    twin = copy.deepcopy(layer)
    twin.kernel.assign(torch.zeros(3, 2))
    assert float(layer(torch.ones(1, 3)).detach().sum()) == 12.0 and float(twin(torch.ones(1, 3)).detach().sum()) == 0.0


def test_a_model_with_a_hooked_layer_predicts_with_it() -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, kernel_initializer="ones")])
    model.layers[0].register_forward_hook(lambda module, args, result: result + 1)
    np.testing.assert_array_equal(model.predict(np.ones((1, 3)), verbose=0), [[4.0, 4.0]])
