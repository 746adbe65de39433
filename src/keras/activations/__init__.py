"""Activation functions: what a layer does to its output. A name, a function or a layer stands for one."""

from __future__ import annotations

from typing import Any

from keras._surface import attach
from keras.activations.functions import exponential, gelu, leaky_relu, linear, mish, relu, softmax
from keras.core.registry import Registry
from keras.ops.activations import (
    celu,
    elu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    log_sigmoid,
    log_softmax,
    relu6,
    selu,
    silu,
    soft_shrink,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh_shrink,
    threshold,
)
from keras.ops.elementwise import sigmoid, tanh

swish, hard_swish = silu, hard_silu

_FUNCTIONS = (
    celu, elu, exponential, gelu, glu, hard_shrink, hard_sigmoid, hard_silu, hard_tanh, leaky_relu, linear, log_sigmoid, log_softmax, mish, relu,
    relu6, selu, sigmoid, silu, soft_shrink, softmax, softplus, softsign, sparse_plus, sparse_sigmoid, sparsemax, squareplus, tanh, tanh_shrink,
    threshold,
)  # fmt: skip
_NAMES = {**{f.__name__: f.__name__ for f in _FUNCTIONS}, "swish": "silu", "hard_swish": "hard_silu"}

registry = Registry("activations", {name: f"keras.activations:{function}" for name, function in _NAMES.items()})


def get(identifier: Any) -> Any:
    """The function for a name, a config or a function; None gives `linear`.

    Example:
        >>> get("relu") is relu, get(None) is linear, get("swish") is silu
        (True, True, True)
    """
    return linear if identifier is None else registry.get(identifier)


def serialize(activation: Any) -> Any:
    """The name (or config) of an activation.

    Example:
        >>> serialize(relu)
        'relu'
    """
    return registry.serialize(activation)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The function of a name or config; `custom_objects` adds names for this one."""
    return registry.deserialize(config, custom_objects)


__getattr__, __dir__, __all__ = attach("keras.activations")
