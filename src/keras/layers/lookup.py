"""Layers by name and by config."""

from __future__ import annotations

from typing import Any

from keras._surface import PACKAGES
from keras.core.registry import Registry
from keras.layers.layer import Layer

_MODELS = {
    "Functional": "keras.models.functional:Functional",
    "Model": "keras.models.functional:Functional",
    "Sequential": "keras.models.sequential:Sequential",
}
registry = Registry("layers", {**PACKAGES.get("keras.layers", {}), **_MODELS}, Layer)


def serialize(layer: Any) -> Any:
    """The config of a layer: its class, and the arguments that make an equal one."""
    return registry.serialize(layer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The layer of a config."""
    return registry.deserialize(config, custom_objects)
