"""Activations against recorded values and gradients; their names; what they become in a trace."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from keras import activations
from keras.core import engine
from keras.core.graph import trace
from keras.core.tensor import KerasTensor, Spec
from keras.ops.control import value_and_grad
from keras.ops.elementwise import square
from keras.ops.reduction import sum as total
from recorded_values import names, recorded

CASES = recorded("activations")
NOT_COMPARED = {"keras-2.1.5-tf/softmax__axis_0": "Keras 2.1.5 took the last axis of a matrix whatever axis was asked for"}
KINKS = {"relu": (2.0,)}
"""Where a piecewise function has two slopes, any number between them is a gradient; there only the value is compared. (Keras 2 on
TensorFlow; what Keras 3 on JAX takes is compared everywhere.)"""
SERVICE = {"get", "serialize", "deserialize"}
NEEDS_ARGUMENTS = {"threshold": {"threshold": 0.5, "default_value": -1.0}, "glu": {}}
KERAS_NAMES = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_value_and_gradient_are_the_recorded_ones(case: dict[str, Any]) -> None:
    if case["name"] in NOT_COMPARED:
        pytest.skip(NOT_COMPARED[case["name"]])
    function, x = activations.get(case["class_name"]), case["arrays"]["x0"]
    np.testing.assert_allclose(function(x, **case["arguments"]), case["arrays"]["y0"], **case["tolerance"])
    _, gradient = value_and_grad(lambda x: total(square(function(x, **case["arguments"]))))(x)
    smooth = ~np.isin(x, KINKS.get(case["class_name"], ()))
    np.testing.assert_allclose(gradient[smooth], case["arrays"]["gx0"][smooth], **case["tolerance"])


def test_every_name_of_keras_is_here_and_nothing_else() -> None:
    assert set(dir(activations)) == {*KERAS_NAMES, *SERVICE}
    assert set(activations.registry.table) == set(KERAS_NAMES)


@pytest.mark.parametrize("name", KERAS_NAMES)
def test_properties(name: str) -> None:
    function = activations.get(name)
    assert function is getattr(activations, name) and activations.get(function) is function
    assert activations.deserialize(activations.serialize(function)) is function
    arguments = NEEDS_ARGUMENTS.get(name, {})
    x = np.linspace(-3, 3, 24, dtype="float32").reshape(3, 8)
    x.setflags(write=False)
    y = function(x, **arguments)
    np.testing.assert_allclose(engine.current().compile(lambda x: function(x, **arguments))(x), y, rtol=1e-6, atol=1e-6)
    spec = function(KerasTensor((None, 8)), **arguments)
    assert (spec.shape[1:], spec.dtype) == (y.shape[1:], y.dtype.name)


@pytest.mark.parametrize(("name", "op"), [("relu", "relu"), ("sigmoid", "sigmoid"), ("softmax", "softmax"), ("tanh", "tanh")])
def test_the_common_ones_are_one_node(name: str, op: str) -> None:
    graph = trace(activations.get(name), [Spec((4, 3), "float32")])[0]
    assert [node.op.name for node in graph.nodes] == [op]


def test_relu_with_every_argument() -> None:
    x = np.array([-2.0, 0.5, 1.5, 9.0], "float32")
    assert activations.relu(x, negative_slope=0.5, max_value=6.0, threshold=1.0).tolist() == [-1.5, -0.25, 1.5, 6.0]
    assert activations.relu(x, negative_slope=2.0).tolist() == [-4.0, 0.5, 1.5, 9.0]
    assert activations.relu(np.array([-1, 2])).dtype.kind == "i"


def test_alpha_is_the_old_spelling_of_the_slope() -> None:
    assert activations.relu([-2.0], alpha=0.5).tolist() == activations.leaky_relu([-2.0], alpha=0.5).tolist() == [-1.0]


def test_an_unknown_argument_is_named() -> None:
    with pytest.raises(TypeError, match="slope"):
        activations.relu([1.0], slope=0.5)


def test_softmax_over_one_unit_warns_and_over_more_does_not() -> None:
    with pytest.warns(UserWarning, match=r"softmax over axis -1 of a tensor of shape \(None, 1\).*sigmoid"):
        activations.softmax(KerasTensor((None, 1)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_allclose(activations.softmax(np.zeros((2, 2)), axis=(0, 1)), 0.25)


def test_an_unknown_name_is_answered_with_the_closest() -> None:
    with pytest.raises(ValueError, match="Did you mean 'relu'"):
        activations.get("rel")
    assert activations.get(None) is activations.linear
