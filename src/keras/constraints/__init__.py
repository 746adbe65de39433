"""What weights are projected to after each update. A name, a config, a function or an object stands for one."""

from __future__ import annotations

from typing import Any

from keras._surface import attach
from keras.constraints.projections import Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm
from keras.core.registry import Registry

max_norm, min_max_norm, non_neg, unit_norm = MaxNorm, MinMaxNorm, NonNeg, UnitNorm

_SPELLINGS = {
    "MaxNorm": ("max_norm", "maxnorm"),
    "MinMaxNorm": ("min_max_norm",),
    "NonNeg": ("non_neg", "nonneg"),
    "UnitNorm": ("unit_norm", "unitnorm"),
}
registry = Registry(
    "constraints",
    {name: f"keras.constraints.projections:{target}" for target, names in _SPELLINGS.items() for name in (target, *names)},
    Constraint,
)


def get(identifier: Any) -> Any:
    """The constraint for a name, a config, a class, a function or an object; None stays None.

    Example:
        >>> get("max_norm").get_config()
        {'max_value': 2, 'axis': 0}
    """
    return registry.get(identifier)


def serialize(constraint: Any) -> Any:
    """The config of a constraint."""
    return registry.serialize(constraint)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The constraint of a config; `custom_objects` adds names for this one."""
    return registry.deserialize(config, custom_objects)


__getattr__, __dir__, __all__ = attach("keras.constraints")
