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
    """The constraint for a name in any spelling, a config, a class, a function or an object.

    Arguments:
        identifier: str such as 'max_norm', config, class, function or constraint; None stays None.
    Returns: constraint or function; a name or class gives a new one with its defaults.
    Raises: ValueError for an unknown name, with the nearest one that exists.
    Example:
        >>> keras.constraints.get("max_norm").get_config()
        {'max_value': 2, 'axis': 0}
    Source: keras.constraints.get of Keras 1.
    """
    return registry.get(identifier)


def serialize(constraint: Any) -> Any:
    """The config of a constraint, from which `deserialize` makes an equal one.

    Arguments:
        constraint: constraint or function.
    Returns: dict with the name of the class and its arguments, or the name of a function.
    Example:
        >>> keras.constraints.serialize(keras.constraints.UnitNorm(axis=1))["config"]
        {'axis': 1}
    Source: keras.constraints.serialize of Keras 2.
    """
    return registry.serialize(constraint)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The constraint of a config.

    Arguments:
        config: what `serialize` gives, or a name.
        custom_objects: dict from names to classes, for this call. Default None: no further names.
    Returns: constraint or function.
    Raises: ValueError for an unknown name, with the nearest one that exists.
    Example:
        >>> keras.constraints.deserialize({"class_name": "UnitNorm", "config": {"axis": 1}}).get_config()
        {'axis': 1}
    Source: keras.constraints.deserialize of Keras 2.
    """
    return registry.deserialize(config, custom_objects)


__getattr__, __dir__, __all__ = attach("keras.constraints")
