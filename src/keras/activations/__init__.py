"""Activation functions: what a layer does to its output. A name, a function or a layer stands for one."""

from __future__ import annotations

from typing import Any

from keras._surface import PACKAGES, attach
from keras.activations.functions import linear
from keras.core.registry import Registry

registry = Registry(
    "activations", {name: target for name, target in PACKAGES["keras.activations"].items() if not target.startswith("keras.activations:")}
)


def get(identifier: Any) -> Any:
    """The activation function for a name, a config or a function.

    Arguments:
        identifier: str such as 'relu', config, function or layer; None stands for `linear`.
    Returns: function of a tensor.
    Raises: ValueError for an unknown name, with the nearest one that exists.
    Example:
        >>> keras.activations.get("relu") is keras.activations.relu, keras.activations.get(None) is keras.activations.linear
        (True, True)
    Source: keras.activations.get of Keras 1.
    """
    return linear if identifier is None else registry.get(identifier)


def serialize(activation: Any) -> Any:
    """The name of an activation function, or the config of a layer that is used as one.

    Arguments:
        activation: function or layer.
    Returns: str, or dict for a layer.
    Example:
        >>> keras.activations.serialize(keras.activations.relu)
        'relu'
    Source: keras.activations.serialize of Keras 2.
    """
    return registry.serialize(activation)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The activation function of a name or config.

    Arguments:
        config: what `serialize` gives.
        custom_objects: dict from names to functions, for this call. Default None: no further names.
    Returns: function of a tensor.
    Raises: ValueError for an unknown name, with the nearest one that exists.
    Example:
        >>> keras.activations.deserialize("double", custom_objects={"double": lambda x: 2 * x})(4)
        8
    Source: keras.activations.deserialize of Keras 2.
    """
    return registry.deserialize(config, custom_objects)


__getattr__, __dir__, __all__ = attach("keras.activations")
