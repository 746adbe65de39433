"""Names given to objects that the user leaves unnamed: `dense`, `dense_1`, ... or `dense_1`, `dense_2`, ... .

Keras 3 counts from the bare name, Keras 1 and 2 counted from `_1`. A process speaks the generation of its first layer: `input_shape=`
or `input_dim=` on it is the spelling of Keras 1 and 2, so that the text that such a script prints is the one its document shows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from contextvars import ContextVar
from typing import Any

_counts: defaultdict[str, int] = defaultdict(int)
_generation: int | None = None


def to_snake_case(name: str) -> str:
    """`Conv2DTranspose` -> `conv2d_transpose`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def decide_generation(uses_old_spelling: bool) -> None:
    """Let the first layer of the process decide how names are counted and summaries drawn."""
    global _generation
    if _generation is None:
        _generation = 2 if uses_old_spelling else 3


def generation() -> int:
    """2 if the process speaks Keras 1 or 2, else 3."""
    return _generation or 3


def auto_name(prefix: str) -> str:
    """A new unique name that starts with `prefix`."""
    number = _counts[prefix]
    _counts[prefix] += 1
    if generation() == 2:
        return f"{prefix}_{number + 1}"
    return f"{prefix}_{number}" if number else prefix


def get_uid(prefix: str = "") -> int:
    """How many names were counted for this prefix, this call included; `clear_session` starts again.

    Example:
        >>> get_uid("block"), get_uid("block")
        (1, 2)

    Source: keras.backend.get_uid of Keras 3.
    """
    _counts[prefix] += 1
    return _counts[prefix]


def reset() -> None:
    """Count from the start again (`keras.utils.clear_session`)."""
    global _generation
    _counts.clear()
    _generation = None


_scopes: ContextVar[tuple[str, ...]] = ContextVar("name_scopes", default=())


class name_scope:
    """Context that puts `name` before the paths of variables made inside.

    Arguments:
        name: text without '/'; '' adds nothing. kwargs: not used.
    Raises: ValueError if `name` is no such text.
    Example:
        >>> from keras import Variable
        >>> with name_scope("encoder"):
        ...     Variable(1.0, name="scale").path
        'encoder/scale'

    Source: keras.name_scope of Keras 3.
    """

    def __init__(self, name: str, **kwargs: Any) -> None:
        if not isinstance(name, str) or "/" in name:
            raise ValueError(f"name_scope(name): got {name!r}. Accepted: a text without '/'.")
        self.name = name

    def __enter__(self) -> name_scope:
        self._token = _scopes.set((*_scopes.get(), self.name) if self.name else _scopes.get())
        return self

    def __exit__(self, *_: Any) -> None:
        _scopes.reset(self._token)


def current_path() -> str:
    """The names of the scopes around, joined by '/'."""
    return "/".join(_scopes.get())
