"""Losses on softmax and sigmoid outputs: the gradient taken at once equals the one taken step by step, also where it is clipped."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from op_properties import compiled, directional_difference, directions_for, inner
from op_table import floats, integers, probabilities

import keras.ops  # noqa: F401 (fills the registry)
from keras.core import graph
from keras.core.autodiff import value_and_grad
from keras.core.tensor import REGISTRY

R = REGISTRY
LOGITS = floats(6, 4).astype("float64")
EXTREME = np.array([[40.0, 0, 0, 0], [0, 40.0, 1, 2], [-30.0, 30, 0, 0], [1, 2, 3, 4], [0, 0, 0, 0], [9, 9, -9, -9]])
TARGETS = {
    "categorical_crossentropy": [probabilities(6, 4).astype("float64"), np.eye(4)[[0, 1, 2, 3, 0, 1]], np.eye(4)[[1, 0, 0, 2, 3, 2]] * 0.5],
    "sparse_categorical_crossentropy": [integers(6, high=4), np.array([0, 1, 0, 3, 2, 2], "int32")],
    "binary_crossentropy": [probabilities(6, 4).astype("float64"), np.eye(4)[[0, 1, 2, 3, 0, 1]]],
}
ACTIVATION = {"categorical_crossentropy": "softmax", "sparse_categorical_crossentropy": "softmax", "binary_crossentropy": "sigmoid"}
CASES = [(name, i, kind) for name, targets in TARGETS.items() for i in range(len(targets)) for kind in ("moderate", "extreme")]


def _loss(name: str, target: Any, fused: bool) -> Any:
    def loss(logits: Any) -> Any:
        p = R[ACTIVATION[name]](logits)
        p = p if fused else R["multiply"](p, 1.0)  # an op in between: the rule through the activation does not apply
        return R["sum"](R[name](target, p))

    return loss


@pytest.mark.parametrize(("name", "which", "kind"), CASES)
def test_gradient_through_the_activation(name: str, which: int, kind: str) -> None:
    target = TARGETS[name][which]
    logits = LOGITS if kind == "moderate" else EXTREME
    value, fused = value_and_grad(_loss(name, target, True))(logits)
    same, apart = value_and_grad(_loss(name, target, False))(logits)
    assert float(value) == float(same)
    np.testing.assert_allclose(fused, apart, rtol=1e-6, atol=1e-9)
    replay = compiled(lambda x: value_and_grad(_loss(name, target, True))(x))
    for _ in range(2):
        np.testing.assert_allclose(replay(logits)[1], fused, rtol=1e-10, atol=1e-12)
    if kind == "moderate":
        direction = directions_for([logits])
        expected = directional_difference(lambda p: _loss(name, target, True)(p[0]), [logits], direction)
        assert inner([fused], direction) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("name", list(TARGETS))
def test_second_gradient_through_the_activation(name: str) -> None:
    target = TARGETS[name][0]
    slope = lambda logits: R["sum"](R["square"](value_and_grad(_loss(name, target, True))(logits)[1]))  # noqa: E731
    direction = directions_for([LOGITS])
    expected = directional_difference(lambda p: slope(p[0]), [LOGITS], direction)
    assert inner([value_and_grad(slope)(LOGITS)[1]], direction) == pytest.approx(expected, rel=1e-6)


def test_probabilities_and_logits_get_both_gradients() -> None:
    """A model whose probabilities are used twice: by the loss and by something else."""
    target = TARGETS["categorical_crossentropy"][0]

    def loss(logits: Any, fused: bool) -> Any:
        p = R["softmax"](logits)
        q = p if fused else R["multiply"](p, 1.0)
        return R["add"](R["sum"](R["categorical_crossentropy"](target, q)), R["sum"](R["square"](p)))

    np.testing.assert_allclose(
        value_and_grad(lambda x: loss(x, True))(LOGITS)[1], value_and_grad(lambda x: loss(x, False))(LOGITS)[1], rtol=1e-7
    )


def test_softmax_disappears_from_the_gradient() -> None:
    """The traced gradient of softmax and cross-entropy together divides nothing by probabilities."""
    traced, _, _ = graph.trace(
        lambda x: value_and_grad(_loss("categorical_crossentropy", TARGETS["categorical_crossentropy"][0], True))(x), [_spec(LOGITS)]
    )
    assert "divide" not in str(traced)


def _spec(x: np.ndarray) -> Any:
    from keras.core.tensor import Spec

    return Spec(x.shape, x.dtype.name)
