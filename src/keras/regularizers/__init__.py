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
    """The regularizer for a name in any spelling, a config, a class, a function or an object.

    Arguments:
        identifier: str such as 'l2', config, class, function or regularizer; None stays None.
    Returns: regularizer or function; a name or class gives a new one with its defaults.
    Raises: ValueError for an unknown name, with the nearest one that exists.
    Example:
        >>> keras.regularizers.get("l2").get_config()
        {'l2': 0.01}
    Source: keras.regularizers.get of Keras 1.
    """
    return registry.get(identifier)


def serialize(regularizer: Any) -> Any:
    """The config of a regularizer, from which `deserialize` makes an equal one.

    Arguments:
        regularizer: regularizer or function.
    Returns: dict with the name of the class and its arguments, or the name of a function.
    Example:
        >>> keras.regularizers.serialize(keras.regularizers.L2(0.1))["config"]
        {'l2': 0.1}
    Source: keras.regularizers.serialize of Keras 2.
    """
    return registry.serialize(regularizer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The regularizer of a config.

    Arguments:
        config: what `serialize` gives, or a name.
        custom_objects: dict from names to classes, for this call. Default None: no further names.
    Returns: regularizer or function.
    Raises: ValueError for an unknown name, with the nearest one that exists.
    Example:
        >>> keras.regularizers.deserialize({"class_name": "L2", "config": {"l2": 0.1}}).get_config()
        {'l2': 0.1}
    Source: keras.regularizers.deserialize of Keras 2.
    """
    return registry.deserialize(config, custom_objects)


__getattr__, __dir__, __all__ = attach("keras.regularizers")
