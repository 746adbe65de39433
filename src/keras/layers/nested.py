"""Layers inside layers: taken from a config, built under the name of the layer around them."""

from __future__ import annotations

from typing import Any

from keras.core import naming
from keras.layers.layer import Layer
from keras.layers.lookup import deserialize


def as_layer(owner: Any, argument: str, value: Any) -> Layer:
    """A layer given as a layer or as its config."""
    if isinstance(value, dict) and "class_name" in value:
        value = deserialize(value)
    if not isinstance(value, Layer):
        raise TypeError(
            f"{type(owner).__name__}({argument}): got {value!r}. Accepted: a layer. Write {type(owner).__name__}(keras.layers.Dense(8))."
        )
    return value


def build_inside(layer: Layer, *shapes: Any) -> None:
    """Build a layer that a `build` method owns, unless it is built already; its weights' paths begin with the owner's."""
    if layer.built:
        return
    with naming.name_scope(layer.name):
        layer.build(*shapes)
    layer.built = True
    layer._after_build()
