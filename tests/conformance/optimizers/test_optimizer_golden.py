"""Optimizers against ten recorded updates of Keras 2.1.5 and 3.15.1, eagerly and compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keras import optimizers
from keras.core import engine
from keras.core.variable import Variable
from recorded_values import names, recorded

CASES = recorded("optimizers")
RECORDED_STEPS = (0, 2, 9)


def _optimizer(case: dict[str, Any]) -> optimizers.Optimizer:
    arguments = dict(case["arguments"])
    if case["name"].startswith("keras-2"):
        arguments.setdefault("decay", 0.0)  # where nothing else tells that the code was written for Keras 2
    return getattr(optimizers, case["class_name"])(**arguments)


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
@pytest.mark.parametrize("mode", ["eager", "compiled"])
def test_updates_are_the_recorded_ones(case: dict[str, Any], mode: str) -> None:
    arrays, tolerance = case["arrays"], case["tolerance"]
    optimizer = _optimizer(case)
    w, b = Variable(arrays["w0"], name="kernel"), Variable(arrays["b0"], name="bias")
    optimizer.build([w, b])

    def step(grad_w: Any, grad_b: Any) -> None:
        optimizer.apply([grad_w, grad_b], [w, b])

    update = engine.current().compile(step) if mode == "compiled" else step
    for i, (grad_w, grad_b) in enumerate(zip(arrays["grads_w"], arrays["grads_b"], strict=True)):
        update(grad_w, grad_b)
        if i in RECORDED_STEPS:
            np.testing.assert_allclose(w.numpy(), arrays["w_after"][RECORDED_STEPS.index(i)], **tolerance, err_msg=f"step {i + 1}")
            np.testing.assert_allclose(b.numpy(), arrays["b_after"][RECORDED_STEPS.index(i)], **tolerance, err_msg=f"step {i + 1}")
    _compare_state(case, optimizer)
    if "final_w" in arrays:
        optimizer.finalize_variable_values([w, b])
        np.testing.assert_allclose(w.numpy(), arrays["final_w"], **tolerance)
        np.testing.assert_allclose(b.numpy(), arrays["final_b"], **tolerance)


def _compare_state(case: dict[str, Any], optimizer: optimizers.Optimizer) -> None:
    """Keras 3's state: the same variables in the same order, under the same names."""
    state_names = case.get("state_names", [])
    if state_names:
        assert len(optimizer.variables) == len(state_names)
    for i, (variable, path) in enumerate(zip(optimizer.variables, state_names, strict=False)):
        name = path.split("/")[-1]
        assert variable.name == name or (variable.name == "momentum_product" and name.startswith("variable"))
        if case["class_name"] == "Adafactor" and name == "kernel_velocity":
            continue  # a matrix' mean squares live in its rows and columns; Keras keeps the product as well and never reads it
        np.testing.assert_allclose(variable.numpy(), case["arrays"][f"state{i}"], **case["tolerance"], err_msg=name)
