"""Masks that travel with tensors. Symbols carry theirs; NumPy arrays, which take no attributes, have it in a side table."""

from __future__ import annotations

import weakref
from typing import Any

_by_id: dict[int, tuple[weakref.ref[Any], Any]] = {}


def get_mask(x: Any) -> Any:
    """The mask of a tensor, or None."""
    entry = _by_id.get(id(x)) if _by_id else None
    if entry is not None and entry[0]() is x:
        return entry[1]
    return getattr(x, "_keras_mask", None)


def set_mask(x: Any, mask: Any) -> None:
    """Give a tensor a mask (None takes it away)."""
    try:
        x._keras_mask = mask
    except (AttributeError, TypeError):
        if mask is None:
            _by_id.pop(id(x), None)
            return
        key = id(x)
        try:
            _by_id[key] = (weakref.ref(x, lambda _: _by_id.pop(key, None)), mask)
        except TypeError:  # a plain number has no mask
            return
