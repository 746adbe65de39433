"""Models as configs: Keras 3's format, op nodes, JSON, clones."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.models.cloning import clone_model, model_from_config, model_from_json

GRAPHS = json.loads((Path(__file__).parent / "layer_order.json").read_text())
X = np.linspace(-1, 1, 20, dtype="float32").reshape(5, 4)


def graph_model(graph):
    made = {name: keras.Input((4,), name=name) for name in graph["inputs"]}
    found = {}
    for tensor, name, sources in graph["calls"]:
        layer = found.setdefault(name, layers.Add(name=name) if len(sources) > 1 else layers.Dense(4, name=name))
        made[tensor] = layer([made[s] for s in sources] if len(sources) > 1 else made[sources[0]])
    return keras.Model([made[i] for i in graph["inputs"]], [made[o] for o in graph["outputs"]])


@pytest.mark.parametrize("graph", GRAPHS, ids=range(len(GRAPHS)))
def test_layers_and_weights_stand_in_the_order_recorded_from_keras(graph):
    model = graph_model(graph)
    assert [layer.name for layer in model.layers] == graph["layers"]
    assert [w.path for w in model.weights] == graph["weights"]


@pytest.mark.parametrize("graph", GRAPHS[::3], ids=range(len(GRAPHS[::3])))
def test_a_functional_model_comes_back_from_json_and_as_a_clone(graph):
    model = graph_model(graph)
    text = model.to_json()
    for other in (model_from_json(text), clone_model(model), keras.Model.from_config(model.get_config())):
        assert json.loads(other.to_json())["config"] == json.loads(text)["config"]
        other.set_weights(model.get_weights())
        x = [X] * len(graph["inputs"])
        for a, b in zip(model.predict(x, verbose=0), other.predict(x, verbose=0), strict=True):
            np.testing.assert_array_equal(a, b)


def ops_model():
    x = keras.Input((4,), name="x")
    y = x * 2.0 + ops.mean(x, axis=1, keepdims=True)
    y = ops.reshape(ops.softmax(ops.concatenate([y, x], axis=-1)), (-1, 2, 4))[:, 0]
    y = ops.where(y > 0.1, y, 0.0)
    a, b = ops.split(y, 2, axis=1)
    y = layers.Dense(3, name="dense")(1 - ops.einsum("ij,ij->ij", a, -b) ** 2)
    y = ops.matmul(ops.ones((3, 1)), y[..., None, :])
    return keras.Model(x, ops.cast(ops.sum(y, axis=(1, 2)), "float64"), name="with_ops")


def test_op_nodes_are_written_as_keras_writes_them():
    config = ops_model().get_config()
    by_name = {entry["name"]: entry for entry in config["layers"]}
    assert {k: by_name["mean"][k] for k in ("module", "class_name", "config", "registered_name")} == {
        "module": "keras.src.ops.numpy", "class_name": "Mean", "config": {"name": "mean", "axis": 1, "keepdims": True}, "registered_name": "Mean",
    }  # fmt: skip
    symbol = {"class_name": "__keras_tensor__", "config": {"shape": [None, 4], "dtype": "float32", "keras_history": ["x", 0, 0]}}
    assert by_name["mean"]["inbound_nodes"] == [{"args": [symbol], "kwargs": {}}]
    everything = {"class_name": "__slice__", "config": {"start": None, "stop": None, "step": None}}
    assert by_name["get_item"]["inbound_nodes"][0]["args"][1] == [everything, 0]
    assert by_name["cast"]["module"] == "keras.src.ops.core" and by_name["cast"]["config"]["dtype"] == "float64"
    assert by_name["einsum"]["config"] == {"name": "einsum", "subscripts": "ij,ij->ij"}
    assert config["input_layers"] == ["x", 0, 0] and config["output_layers"] == ["cast", 0, 0]


@pytest.mark.parametrize("again", [lambda m: model_from_json(m.to_json()), clone_model], ids=["json", "clone"])
def test_a_model_of_ops_comes_back(again):
    model = ops_model()
    other = again(model)
    other.set_weights(model.get_weights())
    np.testing.assert_array_equal(other.predict(X, verbose=0), model.predict(X, verbose=0))
    assert other.get_layer("dense") is not model.get_layer("dense")


def test_nested_and_shared_models_keep_one_set_of_weights():
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(4, activation="tanh")], name="inner")
    x = keras.Input((4,))
    model = keras.Model(x, layers.Add()([inner(inner(x)), x]))
    other = model_from_json(model.to_json())
    assert len(other.weights) == 2
    other.set_weights(model.get_weights())
    np.testing.assert_array_equal(other.predict(X, verbose=0), model.predict(X, verbose=0))


def test_inputs_and_outputs_in_dicts_and_lists_keep_their_form():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    model = keras.Model({"a": a, "b": b}, {"sum": layers.Add(name="s")([a, b]), "both": [layers.Dense(2, name="d")(a), b * 2.0]})
    other = model_from_json(model.to_json())
    other.set_weights(model.get_weights())
    old, new = (m.predict({"b": X, "a": 2 * X}, verbose=0) for m in (model, other))
    assert list(new) == ["sum", "both"] and isinstance(new["both"], list)
    np.testing.assert_array_equal(new["sum"], 3 * X)
    np.testing.assert_array_equal(new["both"][0], old["both"][0])


def test_a_model_between_intermediate_symbols_has_a_config():
    x = keras.Input((4,))
    hidden = layers.Dense(3, name="hidden")(x)
    model = keras.Model(hidden, layers.Dense(2, name="out")(hidden))
    other = model_from_json(model.to_json())
    assert other.input_shape == (None, 3) and len(other.weights) == 2


def test_compiled_models_come_back_compiled():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    model.compile(keras.optimizers.Adam(0.25, beta_1=0.5), loss=keras.losses.Huber(delta=2.0), metrics=["mae"], loss_weights=None)
    other = model_from_json(model.to_json())
    assert other.compiled and other.optimizer.beta_1 == 0.5 and float(other.optimizer.learning_rate) == 0.25
    other.set_weights(model.get_weights())
    y = X[:, :2]
    assert other.train_on_batch(X, y) == model.train_on_batch(X, y)
    assert other.train_on_batch(X, y) == model.train_on_batch(X, y)


def test_sequential_config_names_its_layers_and_shape():
    model = keras.Sequential([layers.Dense(3, activation="relu"), layers.Dropout(0.5)], name="stack")
    assert [c["class_name"] for c in model.get_config()["layers"]] == ["Dense", "Dropout"]
    model.build((None, 4))
    config = model.get_config()
    assert config["build_input_shape"] == (None, 4) and config["name"] == "stack"
    other = keras.Sequential.from_config(config)
    assert other.output_shape == (None, 3) and other.name == "stack"


def test_a_frozen_layer_stays_frozen():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(2)])
    model.layers[0].trainable = False
    for other in (model_from_json(model.to_json()), clone_model(model)):
        assert [layer.trainable for layer in other.layers] == [False, True]
        assert len(other.trainable_weights) == 2


class Scaled(keras.Model):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.dense = layers.Dense(2)

    def call(self, x):
        return self.dense(x) * self.factor


def test_a_subclassed_model_comes_back_by_its_constructors_arguments():
    model = Scaled(3.0, name="scaled")
    other = Scaled.from_config(model.get_config())
    assert other.factor == 3.0 and other.name == "scaled"
    assert model_from_json(model.to_json(), custom_objects={"Scaled": Scaled}).factor == 3.0
    assert clone_model(model).factor == 3.0


def test_clone_function_and_call_function_replace_layers():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(2)])

    def wider(layer):
        config = layer.get_config()
        return layers.Dense.from_config({**config, "units": config["units"] + 1})

    assert clone_model(model, clone_function=wider).output_shape == (None, 3)
    seen = []

    def call(layer, *args, **kwargs):
        seen.append(layer.name)
        return layer(*args, **kwargs)

    functional = keras.Model(model.input, model.output)
    clone_model(functional, call_function=call)
    assert seen == ["dense", "dense_1"]
    x = keras.Input((4,), name="other")
    assert clone_model(functional, input_tensors=x).input_names == ["other"]


def test_unknown_arguments_of_later_versions_matter_only_if_they_say_something():
    config = layers.Dense(2).get_config()
    assert layers.Dense.from_config({**config, "not_yet_known": None}).units == 2
    with pytest.raises(TypeError, match=r"Dense: got an unknown argument 'not_yet_known'.*Accepted: .*units"):
        layers.Dense.from_config({**config, "not_yet_known": 3})


def test_errors_of_configs_name_what_is_wrong():
    model = ops_model()
    config = model.get_config()
    broken = json.loads(json.dumps(config))
    next(e for e in broken["layers"] if e["name"] == "mean")["class_name"] = "Maen"
    with pytest.raises(ValueError, match=r"the op 'Maen' is not known\. Did you mean 'mean'\?"):
        keras.Model.from_config(broken)
    old = json.loads(json.dumps(config))
    next(e for e in old["layers"] if e["name"] == "dense")["inbound_nodes"] = [[["x", 0, 0, {}]]]
    with pytest.raises(ValueError, match=r"the call of 'dense' is in the format of Keras 1 or 2"):
        keras.Model.from_config(old)
    with pytest.raises(ValueError, match=r"needs a symbol that no other call of the config makes"):
        keras.Model.from_config({**config, "layers": [e for e in config["layers"] if e["name"] != "mean"]})
    with pytest.raises(TypeError, match=r"model_from_config\(config\): got str\. Accepted: a dict with 'class_name'"):
        model_from_config("{}")
    with pytest.raises(ValueError, match=r"clone_model\(model\): got <Dense .*type\(layer\)\.from_config"):
        clone_model(layers.Dense(2))
    with pytest.raises(ValueError, match=r"Scaled 'scaled' is a subclassed model"):
        clone_model(Scaled(), clone_function=lambda layer: layer)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["deepcopy", "pickle"])
def test_copies_go_on_training_on_their_own(copied):
    x = keras.Input((4,))
    hidden = layers.Dropout(0.5)(layers.BatchNormalization()(layers.Dense(3, activation="relu")(x)))
    model = keras.Model(x, ops.tanh(layers.Dense(2)(hidden)) * 2.0)
    model.compile(keras.optimizers.Adam(0.1), "mse", metrics=["mae"])
    y = X[:, :2]
    model.fit(X, y, epochs=2, verbose=0)
    other = copied(model)
    for _ in range(2):
        assert other.train_on_batch(X, y) == model.train_on_batch(X, y)
    before = model.get_weights()
    other.fit(X, y, verbose=0)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
