"""State made explicit: inside a `StateScope`, reading a variable reads a mapping and assigning to it records an update.

It turns any code that uses variables into a pure function of the mapping, which is how one training step serves every engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar, Token
from typing import Any

_scope: ContextVar[StateScope | None] = ContextVar("state_scope", default=None)
_autocast: ContextVar[str | None] = ContextVar("autocast", default=None)


class StateScope:
    """Context in which variables read from `state` (else from the scope around it) and write to `updates`.

    Arguments:
        state: pairs of (variable, value) that stand for the variables' values.
    """

    def __init__(self, state: Iterable[tuple[Any, Any]] = ()) -> None:
        self.values: dict[int, Any] = {id(variable): value for variable, value in state}
        self.updates: dict[int, tuple[Any, Any]] = {}
        self.outer: StateScope | None = None
        self._token: Token[StateScope | None] | None = None

    def read(self, variable: Any) -> Any:
        """The value of a variable here."""
        value = self.values.get(id(variable))
        if value is not None:
            return value
        return variable.stored() if self.outer is None else self.outer.read(variable)

    def write(self, variable: Any, value: Any) -> None:
        """Give a variable a new value here, and remember it as an update."""
        self.values[id(variable)] = value
        self.updates[id(variable)] = (variable, value)

    def __enter__(self) -> StateScope:
        self.outer = _scope.get()
        self._token = _scope.set(self)
        return self

    def __exit__(self, *_: Any) -> None:
        if self._token is not None:
            _scope.reset(self._token)


class Outside:
    """Context outside of every state scope: new variables get their first values here."""

    def __enter__(self) -> None:
        self._token = _scope.set(None)

    def __exit__(self, *_: Any) -> None:
        _scope.reset(self._token)


def current_scope() -> StateScope | None:
    """The innermost state scope, or None."""
    return _scope.get()


class Autocast:
    """Context in which float variables are read in `dtype` (mixed precision); None reads them as they are."""

    def __init__(self, dtype: str | None) -> None:
        self.dtype = dtype

    def __enter__(self) -> None:
        self._token = _autocast.set(self.dtype)

    def __exit__(self, *_: Any) -> None:
        _autocast.reset(self._token)


def autocast_dtype() -> str | None:
    """The dtype in which float variables are read here, or None."""
    return _autocast.get()


_losses: ContextVar[list[Any] | None] = ContextVar("losses", default=None)


class LossScope:
    """Context in which the losses that layers add are collected in one list."""

    def __enter__(self) -> list[Any]:
        collected: list[Any] = []
        self._token = _losses.set(collected)
        return collected

    def __exit__(self, *_: Any) -> None:
        _losses.reset(self._token)


def collected_losses() -> list[Any] | None:
    """The list in which added losses are collected here, or None."""
    return _losses.get()
