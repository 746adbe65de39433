"""Tracebacks without the library's own frames: what is left is the user's lines, and the message says the rest."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

from keras.core import switches

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
F = TypeVar("F", bound=Callable[..., Any])


def shortened(error: BaseException) -> BaseException:
    """The error with the frames of this package taken out of its traceback, unless `disable_traceback_filtering` was called."""
    if not switches.is_traceback_filtering_enabled():
        return error
    kept: list[TracebackType] = []
    part = error.__traceback__
    while part is not None:
        if not part.tb_frame.f_code.co_filename.startswith(_PACKAGE):
            kept.append(part)
        part = part.tb_next
    rest: TracebackType | None = None
    for part in reversed(kept):
        rest = TracebackType(rest, part.tb_frame, part.tb_lasti, part.tb_lineno)
    return error.with_traceback(rest)


def shortens_tracebacks(function: F) -> F:
    """The function or method, whose errors come out without the frames of this package."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            raise shortened(error)  # noqa: B904 (it is the same error)

    return wrapper  # type: ignore[return-value]
