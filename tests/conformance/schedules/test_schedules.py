"""Learning rate schedules against recorded values; compiled, saved, and refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keras.core import engine
from keras.optimizers import schedules
from recorded_values import names, recorded

CASES = recorded("schedules")
OBJECTS = [
    schedules.CosineDecay(0.1, 20, alpha=0.1), schedules.CosineDecay(0.0, 20, warmup_target=0.1, warmup_steps=5),
    schedules.CosineDecay(0.0, 20, warmup_target=0.1), schedules.CosineDecayRestarts(0.1, 5, t_mul=2.0, m_mul=0.5, alpha=0.1),
    schedules.ExponentialDecay(0.1, 10, 0.5), schedules.InverseTimeDecay(0.1, 10, 0.5), schedules.PiecewiseConstantDecay([3, 6], [1.0, 0.5, 0.1]),
    schedules.PolynomialDecay(0.1, 10, power=2.0), schedules.PolynomialDecay(0.1, 10, cycle=True),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_values_are_the_recorded_ones(case: dict[str, Any]) -> None:
    schedule = getattr(schedules, case["class_name"])(**case["arguments"])
    rates = [float(schedule(int(step))) for step in case["arrays"]["steps"]]
    np.testing.assert_allclose(rates, case["arrays"]["values"], **case["tolerance"])
    assert schedule.get_config() == case["config"]


@pytest.mark.parametrize("schedule", OBJECTS, ids=lambda s: type(s).__name__)
def test_properties(schedule: Any) -> None:
    compiled = engine.current().compile(schedule)
    for step in (0, 1, 3, 4, 7, 12, 20, 31):
        rate = schedule(step)
        assert (np.shape(rate), rate.dtype) == ((), np.float32)
        np.testing.assert_allclose(compiled(np.array(step, "int32")), rate, rtol=1e-6)
    config = schedules.serialize(schedule)
    assert config["module"] == "keras.optimizers.schedules"
    assert schedules.serialize(schedules.deserialize(config)) == config


def test_a_polynomial_may_start_again() -> None:
    schedule = schedules.PolynomialDecay(0.1, 10, cycle=True)
    rates = [float(schedule(step)) for step in (0, 5, 10, 11, 20, 25)]
    np.testing.assert_allclose(rates, [0.1, 0.05005, 1e-4, 0.045055, 1e-4, 0.01675], rtol=1e-5)


def test_a_piece_ends_with_its_boundary() -> None:
    schedule = schedules.PiecewiseConstantDecay([3, 6], [1.0, 0.5, 0.1])
    np.testing.assert_allclose([float(schedule(step)) for step in (3, 4, 6, 7)], [1.0, 0.5, 0.5, 0.1])


def test_every_name_of_keras_is_here() -> None:
    classes = {"CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay", "PiecewiseConstantDecay", "PolynomialDecay"}
    assert set(dir(schedules)) == {*classes, "LearningRateSchedule", "serialize", "deserialize"}
    assert {type(schedule).__name__ for schedule in OBJECTS} == classes


def test_errors_say_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"ExponentialDecay\(decay_steps\): got 0"):
        schedules.ExponentialDecay(0.1, 0, 0.5)
    with pytest.raises(ValueError, match="2 boundaries and 2 values.*one value more"):
        schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2])
    with pytest.raises(NotImplementedError, match="must define __call__"):
        schedules.LearningRateSchedule()(0)
    with pytest.raises(ValueError, match="Did you mean 'CosineDecay'"):
        schedules.deserialize({"class_name": "CosinDecay", "config": {}})
