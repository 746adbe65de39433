"""What a mistake must leave untouched: weights, optimizer state and metrics of the model."""

from __future__ import annotations

from typing import Any

import numpy as np


def state_of(model: Any) -> list[np.ndarray]:
    """Copies of everything that a model, its optimizer and its metrics hold."""
    optimizer = [] if model.optimizer is None else model.optimizer.variables
    metrics = [v for m in model.metrics for v in m.variables]
    return [v.numpy() for v in [*model.variables, *optimizer, *metrics]]
