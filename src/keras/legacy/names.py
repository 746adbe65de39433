"""Names of Keras 1, 2 and tf.keras that stand for today's objects."""

from __future__ import annotations

from typing import Any

from keras.legacy.model_methods import METHODS
from keras.legacy.spellings import note

_OPTIMIZER_ATTRIBUTES = {"lr": "learning_rate", "decay": "rate_decay", "weights": "variables"}


def resolve(kind: str, name: str) -> Any:
    """Today's object of what an older generation called `name`, or None.

    For an attribute of an optimizer it is today's name, for one of a model a function that becomes its method.
    """
    if kind == "model attributes":
        return METHODS.get(name)
    if kind != "optimizer attributes" or name not in _OPTIMIZER_ATTRIBUTES:
        return None
    note(f"optimizer.{name}", f"optimizer.{_OPTIMIZER_ATTRIBUTES[name]}")
    return _OPTIMIZER_ATTRIBUTES[name]
