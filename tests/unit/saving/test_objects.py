"""Objects as configs and back: the format of Keras 3.15.1, and the allow-list."""

from __future__ import annotations

import logging
import sys
from typing import Any

import numpy as np
import pytest

import keras
from keras.core import custom_objects, safety
from keras.saving import deserialize_keras_object as restored
from keras.saving import serialize_keras_object as serialized


@pytest.fixture(autouse=True)
def clean_tables() -> Any:
    before = dict(custom_objects._global), dict(custom_objects.registered_names)
    yield
    for table, values in zip((custom_objects._global, custom_objects.registered_names), before, strict=True):
        table.clear()
        table.update(values)


class Scale:
    def __init__(self, factor: int = 1) -> None:
        self.factor = factor

    def get_config(self) -> dict[str, Any]:
        return {"factor": self.factor}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Scale:
        return cls(**config)


def double(x: Any) -> Any:
    return 2 * x


@pytest.mark.parametrize("value", [None, 1, 1.5, "x", True, [1, ["a"]], {"a": {"b": None}}])
def test_plain_values_stay(value: Any) -> None:
    assert serialized(value) == value
    assert restored(value) == value


def test_tuples_are_written_as_tuples_and_come_back_as_lists() -> None:
    assert serialized((1, (2,))) == (1, (2,))
    assert restored((1, (2,))) == [1, [2]]


@pytest.mark.parametrize(
    ("value", "config"),
    [
        (b"ab", {"class_name": "__bytes__", "config": {"value": "ab"}}),
        (slice(1, None, 2), {"class_name": "__slice__", "config": {"start": 1, "stop": None, "step": 2}}),
        (Ellipsis, {"class_name": "__ellipsis__", "config": {}}),
        (np.arange(3, dtype="int8"), {"class_name": "__numpy__", "config": {"value": [0, 1, 2], "dtype": "int8"}}),
        (np.float32(2), 2.0),
        (np.int32, {"module": "builtins", "class_name": "type", "config": "int32", "registered_name": "type"}),
        (keras.ops.relu, {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function"}),
    ],
)
def test_marked_values(value: Any, config: Any) -> None:
    assert serialized(value) == config
    back = restored(config)
    if isinstance(value, np.ndarray):
        assert back.dtype == value.dtype
        np.testing.assert_array_equal(back, value)
    else:
        assert back == value or back is keras.activations.relu


def test_symbols_and_tensors() -> None:
    symbol = restored(serialized(keras.KerasTensor((None, 2), "int32")))
    assert (symbol.shape, symbol.dtype) == ((None, 2), "int32")
    config = serialized(keras.Variable([1.0, 2.0]))
    assert config == {"class_name": "__tensor__", "config": {"value": [1.0, 2.0], "dtype": "float32"}}
    np.testing.assert_array_equal(restored(config), np.array([1.0, 2.0], "float32"))


@pytest.mark.parametrize(
    ("make", "module"),
    [
        (lambda: keras.layers.Dense(2, name="d"), "keras.layers"),
        (lambda: keras.optimizers.SGD(0.5), "keras.optimizers"),
        (lambda: keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5), "keras.optimizers.schedules"),
        (lambda: keras.initializers.GlorotUniform(seed=1), "keras.initializers"),
        (lambda: keras.regularizers.L2(0.25), "keras.regularizers"),
        (lambda: keras.constraints.MaxNorm(3), "keras.constraints"),
        (lambda: keras.losses.MeanSquaredError(), "keras.losses"),
        (lambda: keras.metrics.MeanSquaredError(), "keras.metrics"),
        (lambda: keras.DTypePolicy("mixed_float16"), "keras"),
        (lambda: keras.dtype_policies.get("float8_from_float32"), "keras.dtype_policies"),
        (lambda: keras.random.SeedGenerator(3), "keras.random"),
    ],
)
def test_objects_of_every_kind_come_back(make: Any, module: str) -> None:
    value = make()
    config = serialized(value)
    assert (config["module"], config["registered_name"]) == (module, None)
    back = restored(config)
    assert type(back) is type(value)
    assert serialized(back) == config


def test_built_layers_and_compiled_models_say_so() -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    back = restored(serialized(model))
    assert back.built and back.compiled and back.output_shape == (None, 2)
    assert restored(serialized(model.layers[0])).kernel.shape == (3, 2)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keras.src.layers.core.dense", "Dense"),
        ("keras.layers.core", "Dense"),
        ("keras.engine.input_layer", "InputLayer"),
        ("tensorflow.python.keras.layers", "Dense"),
        ("tensorflow.keras.layers", "Dense"),
        ("tf_keras.src.layers.core.dense", "Dense"),
        ("keras.api._v2.keras.layers", "Dense"),
        (None, "Dense"),
    ],
)
def test_every_generations_module_names_resolve(module: str | None, name: str) -> None:
    config = {"units": 2} if name == "Dense" else {"shape": (2,)}
    assert type(restored({"module": module, "class_name": name, "config": config})) is getattr(keras.layers, name)


class TestRegistration:
    def test_a_class_by_its_package_and_name(self) -> None:
        keras.saving.register_keras_serializable("shop")(Scale)
        config = serialized(Scale(3))
        assert config == {"module": None, "class_name": "Scale", "config": {"factor": 3}, "registered_name": "shop>Scale"}
        assert restored(config).factor == 3
        assert keras.saving.get_registered_name(Scale) == "shop>Scale"
        assert restored("shop>Scale") is Scale

    def test_a_function_in_a_layer(self) -> None:
        keras.saving.register_keras_serializable()(double)
        layer = keras.layers.Dense(2, activation=double)
        assert layer.get_config()["activation"] == "Custom>double"
        assert keras.layers.Dense.from_config(layer.get_config()).activation is double
        assert keras.saving.get_registered_object("Custom>double") is double

    def test_a_model_of_registered_parts(self) -> None:
        @keras.saving.register_keras_serializable("shop")
        class Double(keras.layers.Layer):
            def call(self, x: Any) -> Any:
                return keras.ops.multiply(x, 2.0)

        model = keras.Sequential([keras.Input((2,)), Double()])
        back = keras.models.model_from_json(model.to_json())
        assert type(back.layers[0]) is Double

    def test_scopes_nest_and_end(self) -> None:
        with keras.saving.custom_object_scope({"a": 1, "b": 2}), keras.utils.CustomObjectScope({"b": 3}):
            found = [keras.saving.get_registered_object(name) for name in "abc"]
        assert found == [1, 3, None]
        assert keras.saving.get_registered_object("a") is None
        assert keras.saving.get_registered_object("x", {"x": 1}, {"x": 2}) == 1
        assert keras.saving.get_registered_object("x", None, {"x": 2}) == 2

    def test_the_table_is_process_wide(self) -> None:
        keras.saving.get_custom_objects()["Scale"] = Scale
        assert restored({"module": None, "class_name": "Scale", "config": {"factor": 2}, "registered_name": "Scale"}).factor == 2

    def test_errors(self) -> None:
        with pytest.raises(ValueError, match=r"class TestRegistration has no get_config\(\)"):
            keras.saving.register_keras_serializable()(TestRegistration)
        with pytest.raises(TypeError, match="Accepted: a class or a function"):
            keras.saving.register_keras_serializable()(3)
        with pytest.raises(TypeError, match="Accepted: a dict from name to class or function"):
            keras.saving.custom_object_scope([Scale])


class TestAllowList:
    @pytest.mark.parametrize(
        "config",
        [
            {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"},
            {"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "eval"},
            {"module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": "get_file"},
            {"module": "keras.config", "class_name": "function", "config": "enable_unsafe_deserialization", "registered_name": None},
            {"module": "keras.models", "class_name": "function", "config": "load_model", "registered_name": "load_model"},
            {"module": "subprocess", "class_name": "Popen", "config": {"args": ["true"]}, "registered_name": "Popen"},
            {"module": "keras.callbacks", "class_name": "CSVLogger", "config": {"filename": "x"}, "registered_name": None},
            {"module": None, "class_name": "Scale", "config": {}, "registered_name": "shop>Scale"},
            {"module": "keras_evil.layers", "class_name": "Dense", "config": {"units": 1}, "registered_name": None},
        ],
    )
    def test_what_is_not_on_the_list_is_refused(self, config: dict[str, Any]) -> None:
        modules = set(sys.modules)
        with pytest.raises(TypeError, match="is none of Keras' and the program has not registered it"):
            restored(config)
        assert not set(sys.modules) - modules
        assert safety.is_safe()

    def test_no_public_callable_outside_of_the_tables_is_a_function(self) -> None:
        for namespace in ("config", "saving", "utils", "models", "datasets.mnist"):
            module = keras
            for part in namespace.split("."):
                module = getattr(module, part)
            for name in [n for n in dir(module) if n not in dir(keras.ops)]:
                with pytest.raises(TypeError):
                    restored({"module": f"keras.{namespace}", "class_name": "function", "config": name, "registered_name": name})

    def test_a_misspelt_class(self) -> None:
        with pytest.raises(TypeError, match="got 'Denze', which is not known. Did you mean 'Dense'"):
            restored({"module": "keras.layers", "class_name": "Denze", "config": {}, "registered_name": None})

    @pytest.mark.parametrize("config", [{"class_name": 3, "config": {}}, {"class_name": "Dense", "config": 3}])
    def test_malformed_configs(self, config: Any) -> None:
        with pytest.raises(TypeError, match="must have a text 'class_name' and a dict 'config'"):
            restored(config)

    def test_unknown_arguments(self) -> None:
        with pytest.raises(TypeError, match="unknown argument 'safemode'. Accepted: config, custom_objects, safe_mode"):
            restored({}, safemode=False)


class TestLambdas:
    def test_only_the_literal_false_runs_code(self) -> None:
        with pytest.warns(UserWarning, match="only with safe_mode=False"):
            config = serialized(lambda x, k=3: x + k)
        for mode in (True, None, 0, "False"):
            with pytest.raises(ValueError, match="holds a lambda, which is Python bytecode"):
                restored(config, safe_mode=mode)
        assert restored(config, safe_mode=False)(1) == 4

    def test_the_process_wide_switch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.warns(UserWarning):
            config = serialized(lambda x: -x)
        monkeypatch.setattr(safety, "_unsafe_process", False)
        keras.config.enable_unsafe_deserialization()
        assert restored(config)(1) == -1
        monkeypatch.setattr(safety, "_unsafe_process", False)


def test_what_cannot_be_written() -> None:
    for value in ({1, 2}, 1j, TestLambdas(), keras.layers.Dense):
        with pytest.raises(TypeError, match=r"which has no get_config\(\)"):
            serialized(value)


class TestOldFormat:
    def test_round_trip(self) -> None:
        from_old, to_old = keras.legacy.saving.deserialize_keras_object, keras.utils.legacy.serialize_keras_object
        config = to_old(keras.losses.MeanSquaredError())
        assert set(config) == {"class_name", "config"}
        table = {"MeanSquaredError": keras.losses.MeanSquaredError, "double": double}
        assert type(from_old(config, table)) is keras.losses.MeanSquaredError
        assert from_old("double", table) is double
        assert from_old("MeanSquaredError", custom_objects=table).name == "mean_squared_error"
        assert from_old(None) is None and to_old(None) is None and to_old(double) == "double"

    def test_errors(self) -> None:
        with pytest.raises(ValueError, match="layer: got 'Densex', which is not known. Did you mean 'Dense'"):
            keras.legacy.saving.deserialize_keras_object("Densex", {"Dense": keras.layers.Dense}, printable_module_name="layer")
        with pytest.raises(ValueError, match="Accepted: a name, or a dict"):
            keras.legacy.saving.deserialize_keras_object({"class_name": "Dense"})
        with pytest.raises(ValueError, match=r"got 3. Accepted: an object with get_config"):
            keras.legacy.saving.serialize_keras_object(3)


def test_progress_goes_to_the_logger(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    keras.config.disable_interactive_logging()
    try:
        with caplog.at_level(logging.INFO, logger="keras"):
            bar = keras.utils.Progbar(2, verbose=1)
            bar.update(1, [("loss", 1.0)])
            bar.update(2, [("loss", 1.0)], finalize=True)
    finally:
        keras.config.enable_interactive_logging()
    assert capsys.readouterr().out == ""
    assert "2/2" in caplog.records[-1].message and "\x1b" not in caplog.text
