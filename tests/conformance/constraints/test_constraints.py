"""Constraints against recorded values; their names, configs and errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keras import constraints
from keras.core import engine
from recorded_values import names, recorded

CASES = recorded("constraints")
OBJECTS = [
    constraints.MaxNorm(1.5, axis=1),
    constraints.NonNeg(),
    constraints.UnitNorm(axis=[0, 1]),
    constraints.MinMaxNorm(0.5, 1.5, rate=0.5),
]
SPELLINGS = {
    "MaxNorm": ["max_norm", "maxnorm"], "NonNeg": ["non_neg", "nonneg"], "UnitNorm": ["unit_norm", "unitnorm"], "MinMaxNorm": ["min_max_norm"]
}  # fmt: skip
PUBLIC = "Constraint MaxNorm MinMaxNorm NonNeg UnitNorm deserialize get max_norm min_max_norm non_neg serialize unit_norm"


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_value_is_the_recorded_one(case: dict[str, Any]) -> None:
    constraint = constraints.deserialize({"class_name": case["class_name"], "config": case["arguments"]})
    np.testing.assert_allclose(constraint(case["arrays"]["w"]), case["arrays"]["out"], **case["tolerance"])


@pytest.mark.parametrize("constraint", OBJECTS, ids=lambda c: type(c).__name__)
def test_properties(constraint: Any) -> None:
    w = np.array([[3.0, -4.0], [-0.1, 0.2]], "float32")
    w.setflags(write=False)
    value = constraint(w)
    assert (value.shape, value.dtype) == (w.shape, w.dtype)
    np.testing.assert_allclose(engine.current().compile(constraint)(w), value, rtol=1e-6)
    twin = constraints.deserialize(constraints.serialize(constraint))
    assert (type(twin), twin.get_config()) == (type(constraint), constraint.get_config())


def test_names() -> None:
    assert set(dir(constraints)) >= set(PUBLIC.split())  # and the names of older generations
    for name, spellings in SPELLINGS.items():
        assert all(type(constraints.get(spelling)).__name__ == name for spelling in [name, *spellings])
    assert constraints.get(None) is None


def test_m_is_the_old_spelling_of_max_value() -> None:
    assert constraints.MaxNorm(m=3).get_config() == {"max_value": 3, "axis": 0}


def test_errors_say_what_to_do() -> None:
    with pytest.raises(ValueError, match="Did you mean 'max_norm'"):
        constraints.get("max_nor")
    with pytest.raises(TypeError, match="Did you mean 'max_value'"):
        constraints.MaxNorm(max_valu=3)
    with pytest.raises(NotImplementedError, match="must define __call__"):
        constraints.Constraint()(1.0)
