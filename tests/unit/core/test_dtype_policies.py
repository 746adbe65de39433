"""Dtype policies: plain, mixed, quantized, and by path; names and values are those of Keras 3.15.1."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import keras
from keras import dtype_policies as policies


@pytest.mark.parametrize(
    ("name", "compute", "variable"),
    [
        ("float32", "float32", "float32"),
        ("mixed_float16", "float16", "float32"),
        ("mixed_bfloat16", "bfloat16", "float32"),
        ("uint8", "uint8", "uint8"),
        ("complex64", "complex64", "complex64"),
        (None, "float32", "float32"),
    ],
)
def test_names(name: str | None, compute: str, variable: str) -> None:
    policy = policies.DTypePolicy(name)
    assert (policy.compute_dtype, policy.variable_dtype, policy.quantization_mode) == (compute, variable, None)
    assert policies.get(name) == policy == policies.deserialize(policies.serialize(policy))


@pytest.mark.parametrize(
    ("name", "cls", "mode", "compute"),
    [
        ("int8_from_float32", "QuantizedDTypePolicy", "int8", "float32"),
        ("int4_from_mixed_bfloat16", "QuantizedDTypePolicy", "int4", "bfloat16"),
        ("float8_from_mixed_bfloat16", "QuantizedFloat8DTypePolicy", "float8", "bfloat16"),
        ("int4/128_from_float32", "Int4DTypePolicy", "int4", "float32"),
        ("gptq/4/-1_from_float32", "GPTQDTypePolicy", "gptq", "float32"),
        ("awq/4/128_from_float32", "AWQDTypePolicy", "awq", "float32"),
    ],
)
def test_quantized_names(name: str, cls: str, mode: str, compute: str) -> None:
    policy = policies.get(name)
    assert type(policy) is getattr(policies, cls)
    assert (policy.name, policy.quantization_mode, policy.compute_dtype, policy.variable_dtype) == (name, mode, compute, "float32")
    config = policies.serialize(policy)
    assert config["module"] == "keras.dtype_policies"
    assert policies.deserialize(config) == policy != policies.get("float32")


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: policies.DTypePolicy(3), r"DTypePolicy\(name\): got 3. Accepted: a text"),
        (lambda: policies.DTypePolicy("bad"), "got 'bad'. Accepted: 'mixed_float16', 'mixed_bfloat16', 'bfloat16'"),
        (lambda: policies.get(3.5), "got 3.5, which is not a dtype"),
        (lambda: policies.get("int8_from_x"), "got 'x'. Accepted"),
        (lambda: policies.QuantizedDTypePolicy("zz"), "got 'zz'. Accepted: 'int8', 'float8', 'int4', 'gptq', 'awq'"),
        (lambda: policies.QuantizedDTypePolicy("int8", "mixed_float16"), "do not fit in float16. Write source_name='mixed_bfloat16'"),
        (lambda: policies.QuantizedFloat8DTypePolicy("int8"), "got 'int8'. Accepted: 'float8'"),
        (lambda: policies.QuantizedFloat8DTypePolicy("float8", amax_history_length=0), "got 0. Accepted: an integer > 0"),
        (lambda: policies.GPTQDTypePolicy("gptq/5/1"), "Accepted: weight bits of 2, 3, 4, 8"),
        (lambda: policies.GPTQDTypePolicy("x"), "the form 'gptq/<weight_bits>/<group_size>'"),
        (lambda: policies.AWQDTypePolicy("awq/8/128"), "Accepted: weight bits of 4,"),
        (lambda: policies.Int4DTypePolicy("int4"), "the form 'int4/<block_size>'"),
        (lambda: policies.Int4DTypePolicy("int4/0"), "a block size > 0, or -1"),
        (lambda: policies.deserialize({"class_name": "Dense", "config": {}}), "got 'Dense', which is not known"),
    ],
)
def test_errors(make: Any, text: str) -> None:
    with pytest.raises((TypeError, ValueError), match=text):
        make()


class TestMap:
    def test_lookup(self) -> None:
        found = policies.DTypePolicyMap("mixed_bfloat16", {"a/dense": "int8_from_mixed_bfloat16", "dense_.*": "float16"})
        assert found["a/dense"].name == "int8_from_mixed_bfloat16"
        assert found["dense_2"].name == "float16"
        assert found["x/dense_2"].name == found["other"].name == "mixed_bfloat16"
        assert (found.name, found.compute_dtype, found.variable_dtype, found.quantization_mode) == (
            "map_mixed_bfloat16",
            "bfloat16",
            "float32",
            None,
        )
        assert len(found) == 2 and list(found) == ["a/dense", "dense_.*"] and "dense_2" not in found

    def test_changes(self) -> None:
        found = policies.DTypePolicyMap()
        found["q"] = "float16"
        with pytest.raises(ValueError, match=r"'q' is there already, with <DTypePolicy \"float16\">. Write del policies\['q'\]"):
            found["q"] = "float32"
        del found["q"]
        assert len(found) == 0 and found.get_config() == {"default_policy": None, "policy_map": {}}

    def test_two_keys_for_one_path(self) -> None:
        with pytest.raises(ValueError, match=r"'dense' matches \['d.\*', 'de.\*'\]"):
            policies.DTypePolicyMap(policy_map={"d.*": "float16", "de.*": "float32"})["dense"]
        with pytest.raises(TypeError, match=r"got \[1\]. Accepted: a dict"):
            policies.DTypePolicyMap(policy_map=[1])

    def test_round_trip(self) -> None:
        found = policies.DTypePolicyMap("float16", {"a": "mixed_bfloat16"})
        back = policies.deserialize(policies.serialize(found))
        assert list(back.items()) == list(found.items()) and back.default_policy == found.default_policy
        assert policies.get(found) is found

    def test_layers_take_the_policy_of_their_path(self) -> None:
        found = policies.DTypePolicyMap("float32", {"dense_7": "mixed_bfloat16"})
        assert keras.layers.Dense(2, dtype=found, name="dense_7").compute_dtype == "bfloat16"
        other = keras.layers.Dense(2, dtype=found, name="other")
        assert other.compute_dtype == "float32" and other.get_config()["dtype"]["config"] == {"name": "float32"}


def test_the_global_policy() -> None:
    try:
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
        assert keras.mixed_precision.global_policy() == keras.config.dtype_policy() == policies.get("mixed_bfloat16")
        assert keras.layers.Dense(1).compute_dtype == "bfloat16"
    finally:
        keras.config.set_dtype_policy(None)
    assert keras.mixed_precision.dtype_policy().name == "float32"
    assert keras.mixed_precision.Policy is keras.mixed_precision.DTypePolicy is keras.DTypePolicy


def test_inputs_are_converted() -> None:
    policy = policies.DTypePolicy("mixed_float16")
    assert policy.convert_input(np.ones(2, "float32"), True, "float16").dtype == "float16"
    assert policy.convert_input(np.ones(2, "float32"), False, "float16").dtype == "float32"
    assert policy.convert_input(np.ones(2, "int32"), True, "float16").dtype == "int32"
    assert policy.convert_input("text", True, "float16") == "text"


def test_a_layer_that_is_not_quantized_says_so_when_it_is_built() -> None:
    layer = keras.layers.Dense(2, dtype="int8_from_float32")
    assert layer.quantization_mode == "int8"
    with pytest.raises(
        NotImplementedError, match=r"Dense 'dense.*': the dtype policy 'int8_from_float32' asks for int8 weights.*Write dtype='float32'"
    ):
        layer.build((None, 3))
    assert not layer.built
