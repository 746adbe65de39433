"""Whether code in a file may be run: no, unless the literal False is given for `safe_mode`, or the program allows it for the process."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

_safe: ContextVar[bool] = ContextVar("safe_mode", default=True)
_unsafe_process = False


class SafeMode:
    """Context in which `is_safe` says whether code in files is refused; an unsafe context inside a safe one is unsafe."""

    def __init__(self, safe_mode: Any = True) -> None:
        self.safe_mode = safe_mode is not False

    def __enter__(self) -> SafeMode:
        self._token = _safe.set(self.safe_mode)
        return self

    def __exit__(self, *_: Any) -> None:
        _safe.reset(self._token)


def is_safe() -> bool:
    """Whether code in files is refused here."""
    return _safe.get() and not _unsafe_process


def enable_unsafe_deserialization() -> None:
    """Let files hold code (lambdas) for the rest of the process, as if every load had `safe_mode=False`.

    Such a file can do whatever the program can do: load only files that you trust.

    Source: keras.config.enable_unsafe_deserialization of Keras 3.
    """
    global _unsafe_process
    _unsafe_process = True
