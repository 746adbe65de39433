"""How errors are worded, once: the object and argument, what came, what is accepted, what to write."""

from __future__ import annotations

import difflib
import os
import sys
import warnings
from collections.abc import Iterable
from typing import Any

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


def suggestion(name: str, known: Iterable[str]) -> str:
    """`" Did you mean 'adam'?"` for the closest known name, else an empty text."""
    close = difflib.get_close_matches(str(name), list(known), n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else ""


def unknown_name(what: str, name: Any, known: Iterable[str]) -> str:
    """The message for a name that is not in a list of known ones."""
    names = sorted(set(known))
    return f"{what}: got {name!r}, which is not known.{suggestion(name, names)} Accepted: {', '.join(map(repr, names))}."


def warn(text: str) -> None:
    """Warn at the user's line: the innermost one outside of this package."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, level = frame.f_back, level + 1
    warnings.warn(text, stacklevel=level)
