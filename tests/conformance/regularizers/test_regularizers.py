"""Regularizers against recorded values and gradients; their names, configs and errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keras import regularizers
from keras.core import engine
from keras.ops.control import value_and_grad
from recorded_values import names, recorded

CASES = recorded("regularizers")
OBJECTS = [
    regularizers.L1(0.25), regularizers.L2(0.25), regularizers.L1L2(0.25, 0.5), regularizers.L1L2(l2=0.5), regularizers.L1L2(),
    regularizers.OrthogonalRegularizer(0.25, mode="columns"),
]  # fmt: skip
SPELLINGS = {"L1": ["l1", "L1"], "L2": ["l2", "L2"], "L1L2": ["l1_l2", "l1l2", "L1L2"], "OrthogonalRegularizer": ["orthogonal_regularizer"]}
PUBLIC = "L1 L1L2 L2 OrthogonalRegularizer Regularizer deserialize get l1 l1_l2 l2 orthogonal_regularizer serialize"


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_value_and_gradient_are_the_recorded_ones(case: dict[str, Any]) -> None:
    regularizer = regularizers.deserialize({"class_name": case["class_name"], "config": case["arguments"]})
    value, gradient = value_and_grad(regularizer)(case["arrays"]["w"])
    np.testing.assert_allclose(value, case["arrays"]["value"], **case["tolerance"])
    np.testing.assert_allclose(gradient, case["arrays"]["grad"], **case["tolerance"])


@pytest.mark.parametrize("regularizer", OBJECTS, ids=lambda r: f"{type(r).__name__}-{r.get_config()}")
def test_properties(regularizer: Any) -> None:
    w = np.array([[0.5, -1.0, 2.0], [-0.25, 0.0, 1.0]], "float32")
    w.setflags(write=False)
    value = regularizer(w)
    assert (value.shape, value.dtype) == ((), w.dtype)
    np.testing.assert_allclose(engine.current().compile(regularizer)(w), value, rtol=1e-6)
    twin = regularizers.deserialize(regularizers.serialize(regularizer))
    assert (type(twin), twin.get_config()) == (type(regularizer), regularizer.get_config())


def test_names() -> None:
    assert set(dir(regularizers)) >= set(PUBLIC.split())  # and the names of older generations
    for name, spellings in SPELLINGS.items():
        assert all(type(regularizers.get(spelling)).__name__ == name for spelling in spellings)
    assert regularizers.get(None) is None


@pytest.mark.parametrize("value", ["a", -1.0, float("nan"), float("inf")])
def test_a_factor_that_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"L2\(l2\): got .*Accepted: a float >= 0"):
        regularizers.L2(value)


def test_errors_say_what_to_do() -> None:
    with pytest.raises(ValueError, match="'rows'"):
        regularizers.OrthogonalRegularizer(mode="row")
    with pytest.raises(ValueError, match="Accepted: a matrix"):
        regularizers.OrthogonalRegularizer()(np.zeros(3, "float32"))
    with pytest.raises(ValueError, match="Did you mean 'orthogonal_regularizer'"):
        regularizers.get("orthogonal_regulariser")
    with pytest.raises(NotImplementedError, match="must define __call__"):
        regularizers.Regularizer()(1.0)
