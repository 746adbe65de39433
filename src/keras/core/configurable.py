"""Objects that are described by their constructor's arguments: `get_config`, `from_config`, old spellings, and errors that name the argument."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from keras.core import errors, hooks


@functools.cache
def accepted_arguments(cls: type) -> frozenset[str] | None:
    """The names that the constructors of a class and its bases take, or None if one of them takes any."""
    names: set[str] = set()
    for base in cls.__mro__:
        init = base.__dict__.get("__init__")
        if init is None or base is object:
            continue
        parameters = inspect.signature(init).parameters.values()
        names.update(p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY))
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    return frozenset(names - {"self"})


class Configurable:
    """Base of layers, optimizers, losses, metrics, initializers and the like.

    A subclass stores each constructor argument under its own name; its config follows from that.
    """

    _init_arguments: dict[str, Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__init__" in cls.__dict__:
            cls.__init__ = _recording(cls.__init__)  # type: ignore[method-assign]

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments that make an equal object."""
        from_base = self._base_config()
        names = [n for n in _own_parameters(type(self)) if n not in from_base]  # type: ignore[arg-type]
        return {**from_base, **{name: serialize(getattr(self, name)) for name in names if hasattr(self, name)}}

    def _base_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The object that `get_config` described."""
        return cls(**config)


@functools.cache
def _own_parameters(cls: type) -> tuple[str, ...]:
    parameters = inspect.signature(cls.__init__).parameters.values()  # type: ignore[misc]
    return tuple(p.name for p in parameters if p.name != "self" and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY))


def _recording(init: Any) -> Any:
    """`init` that, when it is the outermost constructor, reads old spellings and refuses unknown arguments by name."""

    @functools.wraps(init)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> None:
        if "_init_arguments" not in self.__dict__:
            cls = type(self)
            accepted = accepted_arguments(cls)  # type: ignore[arg-type]
            if accepted is not None and kwargs.keys() - accepted:
                # an old spelling may change what the arguments given by position mean
                named = _own_parameters(cls)  # type: ignore[arg-type]
                if len(args) <= len(named):
                    kwargs, args = {**dict(zip(named, args, strict=False)), **kwargs}, ()
                kwargs = hooks.translate_arguments(cls, kwargs, accepted)
                unknown = sorted(kwargs.keys() - accepted)
                if unknown:
                    hint = errors.suggestion(unknown[0], accepted) or _hand_on_hint(cls, unknown[0])
                    raise TypeError(
                        f"{cls.__name__}: got an unknown argument {unknown[0]!r}.{hint} Accepted: {', '.join(sorted(accepted))}."
                    )
            self.__dict__["_init_arguments"] = {"args": args, "kwargs": kwargs}
        init(self, *args, **kwargs)

    return wrapper


def _hand_on_hint(cls: type, name: str) -> str:
    """What to write where a user's constructor does not take what its base takes."""
    for base in cls.__mro__[1:]:
        init = base.__dict__.get("__init__")
        if init is not None and name in inspect.signature(init).parameters:
            return f" {base.__name__} takes it; hand it on: def __init__(self, ..., **kwargs): super().__init__(**kwargs)."
    return ""


def serialize(value: Any) -> Any:
    """A value of a config: plain values stay, objects become {module, class_name, config, registered_name}, functions their name."""
    if isinstance(value, Configurable) or (hasattr(value, "get_config") and not isinstance(value, type)):
        return {
            "module": public_module(type(value)),
            "class_name": type(value).__name__,
            "config": value.get_config(),
            "registered_name": registered_name(type(value)),
        }
    if isinstance(value, (list, tuple)):
        return [serialize(v) for v in value]
    if isinstance(value, dict):
        return {k: serialize(v) for k, v in value.items()}
    if callable(value) and hasattr(value, "__name__"):
        return registered_names.get(value, value.__name__)
    return value


registered_names: dict[Any, str] = {}
"""The names (`package>Name`) under which the program registered its classes and functions."""


def public_module(cls: type) -> str | None:
    """`keras.layers` for a class of the library, None for a user's."""
    written = cls.__dict__.get("_written_module")
    if written is not None:
        return str(written)
    parts = cls.__module__.split(".")
    if parts[0] != "keras":
        return None
    if cls.__module__ in _PUBLIC_MODULES:
        return "keras" if cls.__name__ == "DTypePolicy" else _PUBLIC_MODULES[cls.__module__]
    return "keras" if parts[1] == "models" else ".".join(parts[:2])


_PUBLIC_MODULES = {
    "keras.core.dtype_policy": "keras.dtype_policies",
    "keras.core.dtype_policy_map": "keras.dtype_policies",
    "keras.core.quantized_policies": "keras.dtype_policies",
    "keras.ops.random": "keras.random",
    "keras.optimizers.schedules": "keras.optimizers.schedules",
}
"""Where Keras shows classes that are not in the room of that name here."""


def registered_name(cls: type) -> str | None:
    """The name under which a user's class is registered (`package>Name`), None for the library's own."""
    known = cls.__dict__.get("_registered_name") or registered_names.get(cls)
    return known or (cls.__name__ if public_module(cls) is None else None)
