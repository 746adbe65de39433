"""Every layer of the table has every property that applies to it."""

from __future__ import annotations

import json
from typing import Any

import layer_properties as properties
import numpy as np
import pytest
from layer_table import CALLED, CASES, CLASSES, NOT_CALLED, Case

import keras.layers
from keras.core import engine
from keras.core.masks import get_mask, set_mask
from keras.layers.layer import Layer
from keras.layers.lookup import deserialize, serialize
from keras.ops.control import value_and_grad
from keras.testing.properties import arrays, fits, flat

each = pytest.mark.parametrize("case", CALLED, ids=lambda c: c.name)
with_weights = pytest.mark.parametrize("case", [c for c in CALLED if c.weights], ids=lambda c: c.name)
random_layers = pytest.mark.parametrize(
    "case", [c for c in CALLED if "Dropout" in c.layer or c.layer == "GaussianNoise" or "dropout" in c.arguments], ids=lambda c: c.name
)


OF_ONE_ENGINE = {"FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper"}
"""Layers that hold another library's model: they run on that library's engine only; tests/unit/layers/test_foreign_layers.py has them."""


def test_every_public_layer_has_a_line() -> None:
    listed = {case.layer for case in CASES}
    public = {
        name
        for name in dir(keras.layers)
        if isinstance(getattr(keras.layers, name), type) and issubclass(getattr(keras.layers, name), Layer)
    }
    names = {CLASSES_BY_ALIAS.get(name, name) for name in public}
    assert not {name for name in names & CLASSES.keys() if name not in listed} - OF_ONE_ENGINE
    assert not NOT_CALLED.keys() - listed


CLASSES_BY_ALIAS = {
    name: getattr(keras.layers, name).__name__ for name in dir(keras.layers) if isinstance(getattr(keras.layers, name), type)
}


@each
@pytest.mark.parametrize("unknown", [False, True], ids=["known", "unknown"])
def test_spec_equals_value(case: Case, unknown: bool) -> None:
    inputs = case.inputs()
    values = arrays(case.run(case.make(), inputs))
    specs = flat(case.run(case.make(), properties.symbols_of(case, inputs, unknown)))
    assert len(specs) == len(values)
    for spec, value in zip(specs, values, strict=True):
        assert fits(spec, value), f"{spec} does not fit {value.shape} {value.dtype}"
        assert unknown or None not in spec.shape


@each
def test_compiled_equals_eager(case: Case) -> None:
    inputs = case.inputs()
    layer = properties.built(case, inputs)
    before = [v.numpy() for v in layer.weights]
    eager = arrays(case.run(layer, inputs))
    after = [v.numpy() for v in layer.weights]
    layer.set_weights(before)
    compiled = engine.current().compile(lambda *xs: case.run(layer, list(xs)))
    for value, expected in zip(arrays(compiled(*inputs)), eager, strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-6)
    for variable, expected in zip(layer.weights, after, strict=True):
        np.testing.assert_allclose(variable.numpy(), expected, rtol=1e-5, atol=1e-6)


@each
def test_gradient_is_the_slope(case: Case) -> None:
    inputs = case.inputs("float64")
    layer = properties.built(case, inputs, **({} if case.layer in WRAPPERS else {"dtype": "float64"}))
    function, start = properties.scalar_function(case, layer, inputs)
    if case.layer in WRAPPERS:
        pytest.skip("the layers inside keep their own dtype")
    if not start["x"] and not start["w"]:
        pytest.skip("nothing to differentiate")
    slope, difference = properties.along_a_direction(function, start)
    np.testing.assert_allclose(slope, difference, rtol=1e-5, atol=1e-6)


WRAPPERS = ("Bidirectional", "TimeDistributed", "SpectralNormalization", "RNN", "StackedRNNCells")


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_config_makes_an_equal_layer(case: Case) -> None:
    layer = case.make()
    if case.layer == "Lambda":
        assert CLASSES["Lambda"].from_config(layer.get_config()).get_config() == layer.get_config()
        return
    config = layer.get_config()
    json.dumps(config)
    twin = type(layer).from_config(config)
    assert twin.get_config() == config
    from_registry = deserialize(json.loads(json.dumps(serialize(layer))))
    assert type(from_registry) is type(layer)
    assert json.dumps(from_registry.get_config()) == json.dumps(config)


@with_weights
def test_config_and_weights_give_equal_outputs(case: Case) -> None:
    inputs = case.inputs()
    layer = properties.built(case, inputs)
    twin = type(layer).from_config(layer.get_config())
    case.run(twin, inputs)
    twin.set_weights(layer.get_weights())
    for a, b in zip(arrays(case.run(layer, inputs)), arrays(case.run(twin, inputs)), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("case", [c for c in CALLED if c.per_sample and not c.layer.endswith(("Cell", "Cells"))], ids=lambda c: c.name)
def test_each_sample_by_itself(case: Case) -> None:
    inputs = case.inputs()
    layer = properties.built(case, inputs)
    together = arrays(case.run(layer, inputs))
    for i in range(inputs[0].shape[0]):
        alone = arrays(case.run(layer, [x[i : i + 1] for x in inputs]))
        for a, b in zip(alone, together, strict=True):
            np.testing.assert_allclose(a, b[i : i + 1], rtol=1e-5, atol=1e-6)


@each
def test_names_and_number_of_weights(case: Case) -> None:
    layer = case.make(name="layer")
    case.run(layer, case.inputs())
    names = [v.path for v in layer.weights]
    assert len(names) == len(case.weights)
    for path, name in zip(names, case.weights, strict=True):
        assert path.startswith("layer/") and path.endswith(name), f"{path} is not layer/.../{name}"
    assert layer.count_params() == sum(v.size for v in layer.weights)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float16"])
@pytest.mark.parametrize("case", [c for c in CALLED if c.layer not in WRAPPERS and not c.largest], ids=lambda c: c.name)
def test_policy_gives_the_dtypes(case: Case, policy: str) -> None:
    layer = case.make(dtype=policy)
    inputs = case.inputs()
    outputs = flat(case.run(layer, inputs))
    wanted = layer.compute_dtype
    assert {engine.current().dtype_of(np.asarray(y)) for y in outputs} == {wanted}
    assert {v.dtype for v in layer.weights} <= {"float32" if policy.startswith("mixed") else "float16"}
    single = arrays(case.run(case.make(), inputs)) if not case.weights else []
    for a, b in zip(outputs, single, strict=bool(single)):
        np.testing.assert_allclose(np.asarray(a, "float32"), b, rtol=0.05, atol=0.05)


@pytest.mark.parametrize("case", [c for c in CALLED if c.mask], ids=lambda c: c.name)
def test_masks_pass_or_end(case: Case) -> None:
    inputs = case.inputs()
    layer = properties.built(case, inputs)
    mask = np.arange(int(np.prod(inputs[0].shape[:2]))).reshape(inputs[0].shape[:2]) % 3 != 1
    x = np.array(inputs[0])
    set_mask(x, mask)
    outputs = flat(case.run(layer, [x, *inputs[1:]]))
    found = get_mask(outputs[0])
    if case.mask == "ends":
        assert found is None
    else:
        np.testing.assert_array_equal(found, mask)


@random_layers
def test_random_layers_draw_anew_only_in_training(case: Case) -> None:
    inputs = case.inputs()
    layer = properties.built(case, inputs)
    compiled = engine.current().compile(lambda *xs: case.run(layer, list(xs), training=True))
    first, second = (arrays(compiled(*inputs))[0] for _ in range(2))
    assert not np.array_equal(first, second)
    third, fourth = (arrays(case.run(layer, inputs, training=False))[0] for _ in range(2))
    np.testing.assert_array_equal(third, fourth)


@with_weights
def test_training_lowers_the_loss(case: Case) -> None:
    inputs = case.inputs()
    layer = case.make()
    targets = [np.random.default_rng(1).normal(size=y.shape).astype("float32") for y in arrays(case.run(layer, inputs))]
    trained = [v for v in layer.weights if v.kind == "weight" and v.trainable]
    rate = 0.01

    def loss(values: list[Any]) -> Any:
        with properties.StateScope(list(zip(trained, values, strict=True))):
            outputs = flat(case.run(layer, inputs, **({"training": True} if layer._call_signature.takes_training else {})))
        parts = [properties.total_of(properties.multiply(y - t, y - t)) for y, t in zip(outputs, targets, strict=True)]
        result = parts[0]
        for part in parts[1:]:
            result = properties.add(result, part)
        return result

    losses = []
    for _ in range(6):
        value, gradients = value_and_grad(loss)([v.value for v in trained])
        losses.append(float(value))
        for variable, gradient in zip(trained, gradients, strict=True):
            variable.assign(variable.numpy() - rate * np.asarray(gradient))
    if "dropout" not in case.arguments:
        assert losses[-1] < losses[0]
