"""Logs whose numbers are read from the device only when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from typing import Any


def plain_number(value: Any) -> Any:
    """`value` as a Python float where it is one number, else as it is."""
    if isinstance(value, str):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):  # several numbers, or none
        return value


def plain_numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    """All of `values` as Python floats."""
    return {name: plain_number(value) for name, value in values.items()}


class LazyLogs(dict[str, Any]):
    """A dict of plain floats that computes them at the first look.

    Its names are known at once; the first value that is read reads all of them with one call of `read`, and from
    then on it is an ordinary dict. It can be changed before and after: what is set wins over what would be read.

    Arguments:
        values: name -> number of any kind (an array on a device, a running mean).
        read: function from such a mapping to one of plain numbers; where a single transfer can fetch all of them,
            this is the place. Default: `float` of each.

    Example:
        >>> logs = LazyLogs({"loss": 1}, read=lambda values: print("now") or {name: float(v) for name, v in values.items()})
        >>> "loss" in logs
        True
        >>> logs["loss"]
        now
        1.0
    """

    def __init__(
        self, values: Mapping[str, Any] | None = None, read: Callable[[Mapping[str, Any]], Mapping[str, Any]] = plain_numbers
    ) -> None:
        super().__init__(dict.fromkeys(values or ()))
        self._pending: dict[str, Any] = dict(values or {})
        self._read = read

    @property
    def pending(self) -> bool:
        """Whether the numbers have still to be read."""
        return bool(self._pending)

    def resolve(self) -> LazyLogs:
        """Read the numbers now; returns itself."""
        if self._pending:
            numbers = self._read(self._pending)
            for name in self._pending:
                super().__setitem__(name, numbers[name])
            self._pending = {}
        return self

    # Every way to a value goes through `resolve`. As `__iter__` is overridden too, `dict(logs)`, `{**logs}` and
    # `other.update(logs)` come through `keys` and `__getitem__` instead of reading the table underneath.
    def __getitem__(self, name: str) -> Any:
        return super(LazyLogs, self.resolve()).__getitem__(name)

    def __iter__(self) -> Iterator[str]:
        return super().__iter__()

    def get(self, name: str, default: Any = None) -> Any:
        return super(LazyLogs, self.resolve()).get(name, default) if name in self else default

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        return super(LazyLogs, self.resolve()).items()  # type: ignore[return-value]

    def values(self) -> ValuesView[Any]:  # type: ignore[override]
        return super(LazyLogs, self.resolve()).values()  # type: ignore[return-value]

    def copy(self) -> dict[str, Any]:
        return dict(self.resolve())

    def __setitem__(self, name: str, value: Any) -> None:
        self._pending.pop(name, None)
        super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        self._pending.pop(name, None)

    def pop(self, name: str, *default: Any) -> Any:
        return super(LazyLogs, self.resolve()).pop(name, *default)

    def popitem(self) -> tuple[str, Any]:
        return super(LazyLogs, self.resolve()).popitem()

    def clear(self) -> None:
        self._pending = {}
        super().clear()

    def update(self, *others: Any, **values: Any) -> None:
        for name, value in dict(*others, **values).items():
            self[name] = value

    def setdefault(self, name: str, default: Any = None) -> Any:
        if name not in self:
            self[name] = default
        return self[name]

    def __ior__(self, other: Any) -> LazyLogs:  # type: ignore[override, misc]
        self.update(other)
        return self

    def __or__(self, other: Any) -> dict[str, Any]:  # type: ignore[override]
        return dict(self.resolve()) | other

    def __ror__(self, other: Any) -> dict[str, Any]:  # type: ignore[override]
        return other | dict(self.resolve())

    def __eq__(self, other: object) -> bool:
        return dict.__eq__(self.resolve(), other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return super(LazyLogs, self.resolve()).__repr__()

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self.resolve()),)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return self.__reduce__()
