"""`keras.legacy.saving`: objects as `{"class_name": ..., "config": ...}`, the format of Keras 1 and 2, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keras.core import errors
from keras.core.configurable import registered_names
from keras.core.custom_objects import get_registered_object, scoped
from keras.core.registry import made_from


def serialize_keras_object(instance: Any) -> Any:
    """The class name and the config of an object, or the name of a function; None stays None.

    Raises: ValueError if the object has neither `get_config` nor a name.
    Example:
        >>> from keras.losses import MeanSquaredError
        >>> serialize_keras_object(MeanSquaredError())["class_name"]
        'MeanSquaredError'

    Source: keras.legacy.saving.serialize_keras_object of Keras 3, keras.utils.serialize_keras_object of Keras 2.
    """
    if instance is None:
        return None
    if hasattr(instance, "get_config") and not isinstance(instance, type):
        cls = type(instance)
        return {"class_name": registered_names.get(cls, cls.__name__), "config": instance.get_config()}
    if hasattr(instance, "__name__"):
        return registered_names.get(instance, instance.__name__)
    raise ValueError(f"serialize_keras_object: got {instance!r}. Accepted: an object with get_config(), or a function.")


def deserialize_keras_object(
    identifier: Any,
    module_objects: Mapping[str, Any] | None = None,
    custom_objects: Mapping[str, Any] | None = None,
    printable_module_name: str = "object",
) -> Any:
    """The object of a config or a name, found in what the program registered, `custom_objects` and `module_objects`.

    Arguments:
        identifier: dict with "class_name" and "config", the name of a class or function, a function, or None.
        module_objects, custom_objects: dicts, name -> class or function. printable_module_name: what messages call the object.
    Raises: ValueError if the name is in none of them.
    Example:
        >>> from keras.layers import Dense
        >>> deserialize_keras_object({"class_name": "Dense", "config": {"units": 2}}, {"Dense": Dense}).units
        2

    Source: keras.legacy.saving.deserialize_keras_object of Keras 3, keras.utils.deserialize_keras_object of Keras 2.
    """
    if identifier is None or (callable(identifier) and not isinstance(identifier, str)):
        return identifier
    is_config = isinstance(identifier, dict)
    name = identifier.get("class_name") if isinstance(identifier, dict) else identifier
    if not isinstance(name, str) or (is_config and "config" not in identifier):
        raise ValueError(f"{printable_module_name}: got {identifier!r}. Accepted: a name, or a dict with 'class_name' and 'config'.")
    with scoped(custom_objects):
        found = get_registered_object(name, custom_objects, module_objects)
        if found is None:
            known = [*(custom_objects or {}), *(module_objects or {})]
            raise ValueError(
                errors.unknown_name(printable_module_name, name, known)
                + f" For a class of your own write: with keras.utils.custom_object_scope({{{name!r}: ...}}):"
            )
        return made_from(found, identifier["config"] if is_config else None)
