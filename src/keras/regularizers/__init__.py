"""Penalties on weights and outputs that are added to the loss. A name, a config, a function or an object stands for one."""

from __future__ import annotations

from typing import Any

from keras._surface import attach
from keras.core.registry import Registry
from keras.regularizers.penalties import L1, L1L2, L2, OrthogonalRegularizer, Regularizer

l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer

_NAMES = {
    "L1": "L1", "l1": "L1", "L2": "L2", "l2": "L2", "L1L2": "L1L2", "l1l2": "L1L2", "l1_l2": "L1L2",
    "OrthogonalRegularizer": "OrthogonalRegularizer", "orthogonal_regularizer": "OrthogonalRegularizer",
}  # fmt: skip
registry = Registry("regularizers", {name: f"keras.regularizers.penalties:{target}" for name, target in _NAMES.items()}, Regularizer)


def get(identifier: Any) -> Any:
    """The regularizer for a name, a config, a class, a function or an object; None stays None.

    Example:
        >>> get("l2").get_config()
        {'l2': 0.01}
    """
    return registry.get(identifier)


def serialize(regularizer: Any) -> Any:
    """The config of a regularizer."""
    return registry.serialize(regularizer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The regularizer of a config; `custom_objects` adds names for this one."""
    return registry.deserialize(config, custom_objects)


__getattr__, __dir__, __all__ = attach("keras.regularizers")
