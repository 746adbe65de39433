"""Layers against values recorded from Keras 3.15.1 (JAX) and Keras 2.1.5 (TensorFlow): outputs, gradients, statistics, configs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from layer_table import CLASSES

from keras.core.autodiff import value_and_grad
from keras.core.state import StateScope
from keras.layers.lookup import deserialize
from keras.ops.elementwise import square
from keras.ops.reduction import sum

FOLDER = Path(__file__).parents[2] / "golden" / "layers"
RECORDED = {generation: np.load(FOLDER / f"{generation}.npz") for generation in ("keras-3.15.1-jax", "keras-2.1.5-tf")}
CASES = [(generation, case) for generation, arrays in RECORDED.items() for case in json.loads(str(arrays["cases"]))]


def layer_of(generation: str, case: dict[str, Any]) -> Any:
    """The layer of a case: from its constructor's arguments, or for Keras 2 from its config, where words meant other things."""
    if generation == "keras-3.15.1-jax":
        return CLASSES[case["class_name"]](**case["arguments"])
    config = dict(case["config"])
    if case["class_name"] == "BatchNormalization" and case["call"].get("training"):
        # Keras 2.1.5 on TensorFlow took the bias of zeros out of its averages: after one step they were the batch's statistics
        config["momentum"] = 0.0
    return deserialize({"class_name": case["class_name"], "config": config})


def arrays_of(generation: str, case: dict[str, Any], prefix: str) -> list[Any]:
    """The recorded arrays `prefix0`, `prefix1`, ..., read-only; None for those that are missing."""
    keys = sorted(
        k
        for k in RECORDED[generation].files
        if k.startswith(f"{case['name']}.{prefix}") and k[len(case["name"]) + 1 + len(prefix) :].isdigit()
    )
    found = [RECORDED[generation][k] for k in keys]
    for array in found:
        array.setflags(write=False)
    return found


def expected(generation: str, case: dict[str, Any], key: str) -> Any:
    """A recorded array, or None."""
    name = f"{case['name']}.{key}"
    return RECORDED[generation][name] if name in RECORDED[generation].files else None


def outcome(layer: Any, case: dict[str, Any], xs: list[Any], ws: list[Any], call: dict[str, Any]) -> tuple[Any, list[Any], dict[str, Any]]:
    """Output, updated statistics, and the gradients of sum(output ** 2)."""

    def function(parameters: dict[str, Any]) -> Any:
        given = [p if p is not None else x for p, x in zip(parameters["x"], xs, strict=True)] if parameters["x"] else xs
        with StateScope(list(zip(layer.weights, parameters["w"], strict=True))):
            y = layer(list(given), **call) if case["inputs_as_list"] else layer(*given, **call)
            statistics = [v.raw for v in layer.weights]
        return sum(square(y)), (y, statistics)

    differentiable = xs if xs[0].dtype.kind == "f" else []
    (_, (y, statistics)), gradients = value_and_grad(function, has_aux=True)({"x": differentiable, "w": ws})
    return y, statistics, gradients


@pytest.mark.parametrize(("generation", "case"), CASES, ids=[f"{g}-{c['name']}" for g, c in CASES])
def test_recorded_layer(generation: str, case: dict[str, Any]) -> None:
    layer = layer_of(generation, case)
    xs, ws = arrays_of(generation, case, "x"), arrays_of(generation, case, "w")
    call = dict(case["call"])
    mask = expected(generation, case, "mask")
    if mask is not None:
        call["mask"] = mask
    shapes = [x.shape for x in xs]
    if case["inputs_as_list"]:
        layer.build(shapes)
    else:
        layer.build(*shapes)
    assert [v.name for v in layer.weights] == case["weight_names"]
    layer.set_weights(ws)
    y, statistics, gradients = outcome(layer, case, xs, ws, call)
    tolerance = case["tolerance"]
    np.testing.assert_allclose(y, expected(generation, case, "y0"), **tolerance)
    for i, gradient in enumerate(gradients["x"]):
        np.testing.assert_allclose(gradient, expected(generation, case, f"gx{i}"), **tolerance)
    for i, gradient in enumerate(gradients["w"]):
        recorded = expected(generation, case, f"gw{i}")
        if recorded is not None:
            np.testing.assert_allclose(gradient, recorded, **tolerance)
        updated = expected(generation, case, f"updated_w{i}")
        if updated is not None:
            np.testing.assert_allclose(statistics[i], updated, **tolerance)


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("case", [c for g, c in CASES if g == "keras-3.15.1-jax"], ids=lambda c: c["name"])
def test_recorded_config(case: dict[str, Any]) -> None:
    layer = CLASSES[case["class_name"]](**case["arguments"])
    shapes = [x.shape for x in arrays_of("keras-3.15.1-jax", case, "x")]
    if case["inputs_as_list"]:
        layer.build(shapes)
    else:
        layer.build(*shapes)
    recorded = {key: value for key, value in case["config"].items() if key != "name"}
    found = {key: value for key, value in _plain(layer.get_config()).items() if key != "name"}
    assert found == recorded
