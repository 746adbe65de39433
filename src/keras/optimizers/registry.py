"""Optimizers by name."""

from __future__ import annotations

from typing import Any

from keras.core.registry import Registry
from keras.optimizers.base import Optimizer

_MODULES = {
    "adafactor": ("Adafactor",), "adam": ("Adam", "AdamW"), "adaptive": ("Adadelta", "Adagrad", "Adamax", "Nadam"), "ftrl": ("Ftrl",),
    "lamb": ("Lamb",), "lion": ("Lion",), "loss_scale": ("LossScaleOptimizer",), "multi_optimizer": ("MultiOptimizer", "OptimizerMap"),
    "muon": ("Muon",), "rmsprop": ("RMSprop",), "schedule_free_adamw": ("ScheduleFreeAdamW",), "sgd": ("SGD",),
}  # fmt: skip
CLASSES = {name: f"keras.optimizers.{module}:{name}" for module, names in _MODULES.items() for name in names}

registry = Registry("optimizers", {**CLASSES, **{name.lower(): target for name, target in CLASSES.items()}}, Optimizer)


def get(identifier: Any) -> Any:
    """The optimizer for a name in any case, a config, a class or an object; None stays None.

    Example:
        >>> type(get("adam")).__name__
        'Adam'
    """
    if isinstance(identifier, str) and identifier not in registry.table and identifier.lower() in registry.table:
        identifier = identifier.lower()
    return registry.get(identifier)


def serialize(optimizer: Any) -> Any:
    """The config of an optimizer."""
    return registry.serialize(optimizer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The optimizer of a config (its class name in any case); `custom_objects` adds names for this one."""
    name = config.get("class_name") if isinstance(config, dict) else None
    if isinstance(name, str) and name not in registry.table and name.lower() in registry.table:
        config = {**config, "class_name": name.lower()}
    return registry.deserialize(config, custom_objects)
