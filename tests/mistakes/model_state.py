"""What a mistake must leave untouched: weights, optimizer state and metrics of the model."""

from __future__ import annotations

from typing import Any

import numpy as np

State = list[tuple[Any, np.ndarray]]


def state_of(model: Any) -> State:
    """Everything that a model, its optimizer and its metrics hold, with copies of the values."""
    optimizer = [] if model.optimizer is None else model.optimizer.variables
    metrics = [v for m in model.metrics for v in m.variables]
    return [(v, v.numpy()) for v in [*model.variables, *optimizer, *metrics]]


def assert_unchanged(state: State) -> None:
    """Every variable holds what it held."""
    for variable, value in state:
        np.testing.assert_array_equal(variable.numpy(), value, err_msg=variable.path)
