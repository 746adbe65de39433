"""The old spellings met in this process."""

from __future__ import annotations

_met: dict[str, str] = {}


def note(old: str, new: str) -> None:
    """Remember that `old` was written where `new` is today's spelling."""
    _met.setdefault(old, new)


def hints() -> list[str]:
    """One line for each old spelling that this process has used.

    Example:
        >>> note("SGD(lr)", "SGD(learning_rate)")
        >>> "`SGD(lr)` is now `SGD(learning_rate)`" in hints()
        True
    """
    return [f"`{old}` is now `{new}`" for old, new in _met.items()]
