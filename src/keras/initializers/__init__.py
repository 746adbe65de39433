"""First values of weights. Each is called with a shape and a dtype; a name, a config or an object stands for one."""

from __future__ import annotations

from typing import Any

from keras._surface import attach
from keras.core import naming
from keras.core.registry import Registry
from keras.initializers.base import Initializer
from keras.initializers.fixed_values import STFT, Constant, Identity, Ones, Zeros
from keras.initializers.random_values import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
)

_CLASSES = (
    Constant, GlorotNormal, GlorotUniform, HeNormal, HeUniform, Identity, LecunNormal, LecunUniform, Ones, Orthogonal, RandomNormal,
    RandomUniform, STFT, TruncatedNormal, VarianceScaling, Zeros,
)  # fmt: skip
_SHORT_NAMES = {
    "IdentityInitializer": Identity, "OrthogonalInitializer": Orthogonal, "STFTInitializer": STFT, "stft": STFT,
    "uniform": RandomUniform, "normal": RandomNormal, "one": Ones, "zero": Zeros,
}  # fmt: skip
_BY_NAME: dict[str, type] = {**{c.__name__: c for c in _CLASSES}, **{naming.to_snake_case(c.__name__): c for c in _CLASSES}, **_SHORT_NAMES}

registry = Registry("initializers", {name: f"{c.__module__}:{c.__name__}" for name, c in _BY_NAME.items()}, Initializer)

IdentityInitializer, OrthogonalInitializer, STFTInitializer = Identity, Orthogonal, STFT
constant, zeros, ones, identity, orthogonal, stft = Constant, Zeros, Ones, Identity, Orthogonal, STFT
glorot_normal, glorot_uniform, he_normal, he_uniform = GlorotNormal, GlorotUniform, HeNormal, HeUniform
lecun_normal, lecun_uniform, random_normal, random_uniform = LecunNormal, LecunUniform, RandomNormal, RandomUniform
truncated_normal, variance_scaling = TruncatedNormal, VarianceScaling


def get(identifier: Any) -> Any:
    """The initializer for a name in any spelling, a config, a class, a function or an object.

    Arguments:
        identifier: str such as 'glorot_uniform', config, class, function or initializer; None stays None.
    Returns: initializer or function; a name or class gives a new one with its defaults.
    Raises: ValueError for an unknown name, with the nearest one that exists.
    Example:
        >>> keras.initializers.get("glorot_uniform")((2, 3)).shape
        (2, 3)
    Source: keras.initializers.get of Keras 1.
    """
    return registry.get(identifier)


def serialize(initializer: Any) -> Any:
    """The config of an initializer, from which `deserialize` makes an equal one.

    Arguments:
        initializer: initializer or function.
    Returns: dict with the name of the class and its arguments, or the name of a function.
    Example:
        >>> keras.initializers.serialize(keras.initializers.Constant(3.0))["config"]
        {'value': 3.0}
    Source: keras.initializers.serialize of Keras 2.
    """
    return registry.serialize(initializer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The initializer of a config.

    Arguments:
        config: what `serialize` gives, or a name.
        custom_objects: dict from names to classes, for this call. Default None: no further names.
    Returns: initializer or function.
    Raises: ValueError for an unknown name, with the nearest one that exists.
    Example:
        >>> keras.initializers.deserialize({"class_name": "Constant", "config": {"value": 3.0}})((2,))
        array([3., 3.], dtype=float32)
    Source: keras.initializers.deserialize of Keras 2.
    """
    return registry.deserialize(config, custom_objects)


__getattr__, __dir__, __all__ = attach("keras.initializers")
