"""The places where older generations plug in: an unknown name, an unknown argument. `keras.legacy` fills them when one is first met."""

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


def reads_old_arguments(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function or method, asking the older generations about keyword arguments that it does not have."""
    accepted = frozenset(inspect.signature(function).parameters)

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if kwargs.keys() - accepted:
            kwargs = translate_arguments(wrapper, kwargs, accepted)  # type: ignore[arg-type]
        return function(*args, **kwargs)

    return wrapper
