"""The places where older generations plug in: an unknown name, an unknown argument, a config of theirs. `keras.legacy` fills them when one is first met."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from keras.core import late

unknown_name: list[Callable[[str, str], Any]] = []
"""Functions of (kind, name) that return an object or None; asked after the modern table has refused the name."""

unknown_arguments: list[Callable[[type, dict[str, Any], frozenset[str]], dict[str, Any] | None]] = []
"""Functions of (class, keyword arguments, accepted names) that return arguments in today's spelling or None."""

old_configs: list[Callable[[type, dict[str, Any]], dict[str, Any]]] = []
"""Functions of (class, config of Keras 2 or tf.keras) that return the config in today's words."""


def resolve_name(kind: str, name: str) -> Any:
    """What an older generation called `name`, or None."""
    late.load("legacy")()
    for ask in unknown_name:
        found = ask(kind, name)
        if found is not None:
            return found
    return None


def translate_arguments(cls: type, arguments: dict[str, Any], accepted: frozenset[str]) -> dict[str, Any]:
    """The keyword arguments with old spellings written as today's."""
    late.load("legacy")()
    for ask in unknown_arguments:
        translated = ask(cls, arguments, accepted)
        if translated is not None:
            arguments = translated
    return arguments


def config_of_today(cls: type, config: dict[str, Any]) -> dict[str, Any]:
    """A layer's config as today's Keras would write it. Before Keras 3 the objects in a config did not say their module."""
    if any(isinstance(value, dict) and "class_name" in value and "module" not in value for value in config.values()):
        late.load("legacy")()
        for ask in old_configs:
            config = ask(cls, config)
    return config


def reads_old_arguments(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function or method, asking the older generations about keyword arguments that it does not have."""
    accepted = frozenset(inspect.signature(function).parameters)

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if kwargs.keys() - accepted:
            kwargs = translate_arguments(wrapper, kwargs, accepted)  # type: ignore[arg-type]
        return function(*args, **kwargs)

    return wrapper
