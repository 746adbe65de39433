"""Names to objects: one table per kind (losses, optimizers, ...), loaded when a name is asked for, and nothing outside the tables."""

from __future__ import annotations

import importlib
from typing import Any

from keras.core import errors, hooks
from keras.core.configurable import Configurable, serialize

custom_objects: dict[str, Any] = {}
"""What the user registered: names to classes or functions."""


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
        if name in custom_objects:
            return custom_objects[name]
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
        if isinstance(config, str):
            return self.get((custom or {}).get(config, config))
        name = config["class_name"]
        found = (custom or {}).get(name) or self.find(name)
        arguments = config.get("config", {})
        if isinstance(found, type) and issubclass(found, Configurable):
            return found.from_config(arguments)
        return found(**arguments) if isinstance(found, type) else found
