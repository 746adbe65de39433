"""Names of Keras 1, 2 and tf.keras: attributes of optimizers."""

from __future__ import annotations

from keras.legacy.spellings import note
from keras.optimizers import base

_OPTIMIZER_ATTRIBUTES = {"lr": "learning_rate", "decay": "rate_decay", "weights": "variables"}


def optimizer_attribute(name: str) -> str | None:
    """Today's name of an optimizer's attribute."""
    today = _OPTIMIZER_ATTRIBUTES.get(name)
    if today is not None:
        note(f"optimizer.{name}", f"optimizer.{today}")
    return today


base.old_attributes.append(optimizer_attribute)
