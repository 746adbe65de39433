"""Names to objects: one table per kind (losses, optimizers, ...), loaded when a name is asked for, and nothing outside the tables."""

from __future__ import annotations

import importlib
from typing import Any

from keras.core import errors, hooks
from keras.core.configurable import Configurable, serialize
from keras.core.custom_objects import registered, scoped


class Registry:
    """The names of one kind.

    Arguments:
        kind: plural noun used in messages, for example "losses".
        table: name -> "module:object".
        base: the class that instances of this kind have.
    """

    def __init__(self, kind: str, table: dict[str, str], base: type | None = None) -> None:
        self.kind = kind
        self.table = table
        self.base = base

    def find(self, name: str) -> Any:
        """The class or function of that name."""
        own = registered(name)
        if own is not None:
            return own
        target = self.table.get(name)
        if target is None:
            found = hooks.resolve_name(self.kind, name)
            if found is not None:
                return found
            raise ValueError(errors.unknown_name(f"keras.{self.kind}.get(identifier)", name, self.table))
        module, _, attribute = target.partition(":")
        return getattr(importlib.import_module(module), attribute)

    def get(self, identifier: Any) -> Any:
        """The object for a name, a config, a class, an instance or a function; None stays None.

        A name or a class gives a new instance with its defaults; the name of a function gives the function.
        """
        if identifier is None or (self.base is not None and isinstance(identifier, self.base)):
            return identifier
        if isinstance(identifier, dict):
            return self.deserialize(identifier)
        found = self.find(identifier) if isinstance(identifier, str) else identifier
        if isinstance(found, type):
            return found()
        if callable(found):
            return found
        raise ValueError(
            f"keras.{self.kind}.get(identifier): got {identifier!r}. Accepted: a name, a config, a function or an object of keras.{self.kind}."
        )

    def serialize(self, value: Any) -> Any:
        """The config of an object of this kind."""
        return serialize(value)

    def deserialize(self, config: Any, custom: dict[str, Any] | None = None) -> Any:
        """The object of a config; `custom` adds names for this one."""
        with scoped(custom):
            if isinstance(config, str):
                return self.get(config)
            if not isinstance(config, dict) or not isinstance(config.get("class_name"), str):
                raise TypeError(
                    f"keras.{self.kind}.deserialize(config): got {config!r}. "
                    "Accepted: a name, or a dict with 'class_name' and 'config' as serialize() writes it."
                )
            found = registered(config.get("registered_name"))
            return made_from(self.find(config["class_name"]) if found is None else found, config.get("config"))


def made_from(found: Any, arguments: Any) -> Any:
    """The object that a class makes of a config; a function is itself."""
    if not isinstance(found, type):
        return found
    if issubclass(found, Configurable) or hasattr(found, "from_config"):
        return found.from_config(arguments or {})
    return found(**(arguments or {}))
