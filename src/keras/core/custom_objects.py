"""What the program registered: its own classes and functions by name, for configs and files that name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from typing import Any, TypeVar

from keras.core.configurable import registered_names

_global: dict[str, Any] = {}
_scope: ContextVar[Mapping[str, Any] | None] = ContextVar("custom_objects", default=None)
T = TypeVar("T")


class CustomObjectScope:
    """Context in which configs and files may name these classes and functions.

    Arguments:
        custom_objects: dict, name -> class or function; None adds nothing.
    Example:
        >>> def steep(x):
        ...     return 4 * x
        >>> with CustomObjectScope({"steep": steep}):
        ...     get_registered_object("steep") is steep
        True

    Source: keras.saving.CustomObjectScope of Keras 3, keras.utils.CustomObjectScope of Keras 1 and 2.
    """

    def __init__(self, custom_objects: Mapping[str, Any] | None, *further: Mapping[str, Any]) -> None:
        for objects in (custom_objects, *further):
            if objects is not None and not isinstance(objects, Mapping):
                raise TypeError(
                    f"CustomObjectScope(custom_objects): got {objects!r}. Accepted: a dict from name to class or function. "
                    "Write custom_object_scope({'MyLayer': MyLayer})."
                )
        self.custom_objects = {name: value for objects in (custom_objects, *further) for name, value in (objects or {}).items()}
        self._tokens: list[Token[Mapping[str, Any] | None]] = []

    def __enter__(self) -> CustomObjectScope:
        self._tokens.append(_scope.set({**(_scope.get() or {}), **self.custom_objects}))
        return self

    def __exit__(self, *_: Any) -> None:
        _scope.reset(self._tokens.pop())


scoped = CustomObjectScope


def registered(name: Any) -> Any:
    """What the program registered under a name, in a scope around or for the whole process; None if nothing."""
    if not isinstance(name, str):
        return None
    scope = _scope.get()
    if scope is not None and name in scope:
        return scope[name]
    return _global.get(name)


def get_custom_objects() -> dict[str, Any]:
    """The process-wide table of registered names; what is put in is registered.

    Example:
        >>> def steep(x):
        ...     return 4 * x
        >>> get_custom_objects()["steep"] = steep
        >>> get_custom_objects().pop("steep") is steep
        True

    Source: keras.saving.get_custom_objects of Keras 3.
    """
    return _global


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable[[T], T]:
    """A decorator that lets configs and files name a class or function as `package>name`.

    Arguments:
        package: text, keeps names of several programs apart. Default "Custom".
        name: text; None means the name of the class or function.
    Returns: a decorator that gives the class or function back as it is.
    Raises: ValueError if a class has no `get_config`.
    Example:
        >>> @register_keras_serializable(package="shop")
        ... def double(x):
        ...     return 2 * x
        >>> get_registered_name(double), get_registered_object("shop>double") is double
        ('shop>double', True)

    Source: keras.saving.register_keras_serializable of Keras 3.
    """

    def register(value: T) -> T:
        label = getattr(value, "__name__", None) if name is None else name
        if not isinstance(label, str) or not callable(value):
            raise TypeError(f"register_keras_serializable: got {value!r}. Accepted: a class or a function. Write it as a decorator.")
        if isinstance(value, type) and not hasattr(value, "get_config"):
            raise ValueError(
                f"register_keras_serializable: the class {label} has no get_config(), so a file cannot say how it was made. Write\n"
                "    def get_config(self):\n        return {'units': self.units}"
            )
        full = f"{package}>{label}"
        for old, known in list(registered_names.items()):
            if known == full and old is not value:
                del registered_names[old]
        _global[full] = value
        registered_names[value] = full
        return value

    return register


def get_registered_name(obj: Any) -> str:
    """`package>name` of a registered class or function, else its own name.

    Example:
        >>> get_registered_name(len)
        'len'

    Source: keras.saving.get_registered_name of Keras 3.
    """
    return registered_names.get(obj, obj.__name__) if callable(obj) else str(obj)


def get_registered_object(
    name: str, custom_objects: Mapping[str, Any] | None = None, module_objects: Mapping[str, Any] | None = None
) -> Any:
    """The class or function registered under a name, or None.

    Arguments:
        name: text, for example "shop>double". custom_objects, module_objects: dicts to look in after what is registered.
    Example:
        >>> get_registered_object("nothing") is None
        True

    Source: keras.saving.get_registered_object of Keras 3.
    """
    found = registered(name)
    for table in (custom_objects, module_objects):
        if found is None and table is not None:
            found = table.get(name)
    return found
