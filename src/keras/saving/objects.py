"""`serialize_keras_object` and `deserialize_keras_object`: values and objects as what JSON holds, and back, in the format of Keras 3."""

from __future__ import annotations

import base64
import marshal
import types
from typing import Any

import numpy as np

from keras.core import dtypes, engine, errors
from keras.core.configurable import registered_names, serialize
from keras.core.custom_objects import registered, scoped
from keras.core.registry import made_from
from keras.core.safety import SafeMode, is_safe
from keras.core.tensor import KerasTensor
from keras.core.variable import Variable
from keras.layers.layer import Layer
from keras.models.functional_config import described
from keras.saving.resolver import find_class, find_function

_PLAIN = (bool, int, float, str, type(None))


def serialize_keras_object(obj: Any) -> Any:
    """The config of an object: what JSON can hold, and what `deserialize_keras_object` makes an equal object of.

    Numbers, texts and None stay; lists, tuples and dicts are entered; arrays, slices, bytes, functions and objects with `get_config`
    become dicts with a "class_name".

    Arguments:
        obj: value, or object of a Keras class or a class of the program's own with `get_config`.
    Returns: nest of dicts, lists, texts and numbers.
    Raises: TypeError if an object has no `get_config`.
    Example:
        >>> from keras.losses import MeanSquaredError
        >>> serialize_keras_object(MeanSquaredError())["class_name"]
        'MeanSquaredError'
        >>> serialize_keras_object(slice(1, 3))
        {'class_name': '__slice__', 'config': {'start': 1, 'stop': 3, 'step': None}}

    Source: keras.saving.serialize_keras_object of Keras 3.
    """
    if isinstance(obj, _PLAIN) and type(obj).__module__ == "builtins":
        return obj
    if isinstance(obj, (list, tuple)):
        items = [serialize_keras_object(item) for item in obj]
        return tuple(items) if isinstance(obj, tuple) else items
    if isinstance(obj, dict):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    if isinstance(obj, np.generic):
        return obj.item()
    marked = _marked(obj)
    if marked is not None:
        return marked
    if isinstance(obj, Layer):
        return described(obj)
    if hasattr(obj, "get_config") and not isinstance(obj, type):
        return _described(obj)
    raise TypeError(
        f"serialize_keras_object: got {obj!r} of type {type(obj).__name__}, which has no get_config(). Write\n"
        "    def get_config(self):\n        return {'units': self.units}\nin its class."
    )


def _described(obj: Any) -> dict[str, Any]:
    found: dict[str, Any] = serialize(obj)
    found["config"] = serialize_keras_object(found["config"])
    return found


def _marked(obj: Any) -> dict[str, Any] | None:
    """What Keras writes for values that JSON does not have; None for other objects."""
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode("utf-8")}}
    if isinstance(obj, slice):
        parts = {name: serialize_keras_object(getattr(obj, name)) for name in ("start", "stop", "step")}
        return {"class_name": "__slice__", "config": parts}
    if obj is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(obj, np.ndarray):
        return {"class_name": "__numpy__", "config": {"value": obj.tolist(), "dtype": obj.dtype.name}}
    if isinstance(obj, KerasTensor):
        return {"class_name": "__keras_tensor__", "config": {"shape": obj.shape, "dtype": obj.dtype, "keras_history": None}}
    if isinstance(obj, Variable) or engine.current().owns(obj):
        array = np.asarray(engine.current().to_numpy(obj.value if isinstance(obj, Variable) else obj))
        return {"class_name": "__tensor__", "config": {"value": array.tolist(), "dtype": array.dtype.name}}
    if isinstance(obj, type) and issubclass(obj, np.generic):
        return {"module": "builtins", "class_name": "type", "config": obj.__name__, "registered_name": "type"}
    if isinstance(obj, types.LambdaType) and obj.__name__ == "<lambda>" and obj not in registered_names:
        errors.warn(
            "A lambda is written as Python bytecode, which only this version of Python reads, and only with safe_mode=False. "
            "Write it as a function with a name, under @keras.saving.register_keras_serializable()."
        )
        return {"class_name": "__lambda__", "config": {"value": _code_of(obj)}}
    if callable(obj) and hasattr(obj, "__name__") and not hasattr(obj, "get_config") and not isinstance(obj, type):
        name = registered_names.get(obj, obj.__name__)
        return {"module": "builtins", "class_name": "function", "config": name, "registered_name": "function"}
    return None


def _code_of(function: Any) -> tuple[str, Any, Any]:
    closure = None if function.__closure__ is None else tuple(cell.cell_contents for cell in function.__closure__)
    return base64.encodebytes(marshal.dumps(function.__code__)).decode("ascii"), function.__defaults__, closure


def deserialize_keras_object(config: Any, custom_objects: dict[str, Any] | None = None, safe_mode: bool = True, **kwargs: Any) -> Any:
    """The object that a config describes; numbers, texts and lists come back as they are, tuples as lists.

    A name resolves by an allow-list: classes and functions that the program registered or passes here, and Keras' own layers, models,
    losses, metrics, optimizers, initializers, regularizers, constraints, activations and ops. No module is imported by its name.

    Arguments:
        config: what `serialize_keras_object` returned. custom_objects: dict, name -> class or function.
        safe_mode: only the literal False lets a lambda in the config become code again.
    Raises: TypeError for a name that is not on the list; ValueError for a lambda in safe mode.
    Example:
        >>> from keras.optimizers import SGD
        >>> type(deserialize_keras_object(serialize_keras_object(SGD(0.5)))).__name__
        'SGD'

    Source: keras.saving.deserialize_keras_object of Keras 3.
    """
    module_objects = kwargs.pop("module_objects", None)
    kwargs.pop("printable_module_name", None)
    if kwargs:
        raise TypeError(
            f"deserialize_keras_object: got an unknown argument {min(kwargs)!r}. Accepted: config, custom_objects, safe_mode, module_objects."
        )
    with scoped(module_objects, custom_objects or {}), SafeMode(safe_mode):
        return _made(config)


def _made(config: Any) -> Any:
    if isinstance(config, (list, tuple)):
        return [_made(item) for item in config]
    if isinstance(config, str):
        found = registered(config)
        return config if found is None else found
    if not isinstance(config, dict):
        return config
    if "class_name" not in config or "config" not in config:
        return {key: _made(value) for key, value in config.items()}
    name, inner = config["class_name"], config["config"]
    if name in _MARKED:
        return _MARKED[name](inner or {})
    if name == "function":
        return find_function(inner if isinstance(inner, str) else config.get("registered_name", ""), config.get("module"))
    if name == "type" and config.get("module") == "builtins":
        return dtypes.numpy_dtype(dtypes.standardize(inner)).type
    if not isinstance(name, str) or not isinstance(inner, (dict, type(None), str, list)):
        raise TypeError(f"deserialize_keras_object: a config must have a text 'class_name' and a dict 'config'. Got {config!r}.")
    return _instance(config, name, inner)


def _instance(config: dict[str, Any], name: str, inner: Any) -> Any:
    found = find_class(name, config.get("module"), config.get("registered_name"))
    made = made_from(found, inner)
    if config.get("build_config") and hasattr(made, "build_from_config") and not getattr(made, "built", False):
        made.build_from_config(config["build_config"])
    if config.get("compile_config") and hasattr(made, "compile_from_config"):
        made.compile_from_config(config["compile_config"])
    return made


def _function_of(config: dict[str, Any]) -> Any:
    if is_safe():
        raise ValueError(
            "deserialize_keras_object: the config holds a lambda, which is Python bytecode and could do anything. If you trust where it comes "
            "from, pass safe_mode=False. A named function under @keras.saving.register_keras_serializable() needs no such thing."
        )
    code, defaults, closure = config["value"]
    cells = None if closure is None else tuple(types.CellType(value) for value in closure)
    found = marshal.loads(base64.decodebytes(code.encode("ascii")))
    return types.FunctionType(found, globals={}, name="<lambda>", argdefs=None if defaults is None else tuple(defaults), closure=cells)


_MARKED: dict[str, Any] = {
    "__bytes__": lambda config: config["value"].encode("utf-8"),
    "__ellipsis__": lambda _: Ellipsis,
    "__keras_tensor__": lambda config: KerasTensor(config["shape"], config["dtype"]),
    "__lambda__": _function_of,
    "__numpy__": lambda config: np.array(config["value"], dtype=dtypes.numpy_dtype(dtypes.standardize(config["dtype"]))),
    "__slice__": lambda config: slice(*(_made(config[part]) for part in ("start", "stop", "step"))),
    "__tensor__": lambda config: engine.current().asarray(np.asarray(config["value"]), dtypes.standardize(config["dtype"])),
    "__tuple__": lambda config: tuple(_made(config.get("value", config.get("items", ())))),
}
