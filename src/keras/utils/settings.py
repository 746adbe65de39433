"""`Config`: settings of a program as attributes, which can be frozen."""

from __future__ import annotations

import json
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import Any


class Config:
    """Settings by name, as attributes and as items; `freeze` protects them.

    Arguments:
        kwargs: the settings, of any type.
    Raises: AttributeError or KeyError for a name that is not there; ValueError if a frozen object is to be changed.
    Example:
        >>> config = Config(rate=0.1, units=64)
        >>> config.rate, config["units"], config.to_json()
        (0.1, 64, '{"rate": 0.1, "units": 64}')
        >>> config.freeze()
        >>> config.rate = 0.2
        Traceback (most recent call last):
            ...
        ValueError: Config: 'rate' cannot be changed, as the config is frozen. Call config.unfreeze() first.

    Source: keras.utils.Config of Keras 3.
    """

    _settings: dict[str, Any]
    _is_frozen: bool

    def __init__(self, **kwargs: Any) -> None:
        self.__dict__["_settings"] = dict(kwargs)
        self.__dict__["_is_frozen"] = False

    def _check(self, names: Any) -> None:
        if self._is_frozen:
            raise ValueError(
                f"Config: {', '.join(map(repr, names))} cannot be changed, as the config is frozen. Call config.unfreeze() first."
            )

    def freeze(self) -> None:
        """Refuse changes from now on."""
        self.__dict__["_is_frozen"] = True

    def unfreeze(self) -> None:
        """Allow changes again."""
        self.__dict__["_is_frozen"] = False

    @property
    def frozen(self) -> bool:
        """Whether changes are refused."""
        return self._is_frozen

    def as_dict(self) -> dict[str, Any]:
        """A copy of the settings as a dict."""
        return dict(self._settings)

    def to_json(self) -> str:
        """The settings as JSON text."""
        return json.dumps(self._settings)

    def keys(self) -> KeysView[str]:
        """The names."""
        return self._settings.keys()

    def values(self) -> ValuesView[Any]:
        """The values."""
        return self._settings.values()

    def items(self) -> ItemsView[str, Any]:
        """(name, value) of each setting."""
        return self._settings.items()

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a name, else `default`."""
        return self._settings.get(name, default)

    def pop(self, *args: Any) -> Any:
        """Take a setting out and return it; a second argument is returned if it is not there."""
        self._check(args[:1])
        return self._settings.pop(*args)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Change settings, as `dict.update` does."""
        new = dict(*args, **kwargs)
        self._check(new)
        self._settings.update(new)

    def __getattr__(self, name: str) -> Any:
        settings = self.__dict__.get("_settings", {})
        if name in settings:
            return settings[name]
        raise AttributeError(f"Config: no setting is named {name!r}. There are: {', '.join(map(repr, settings))}.")

    def __setattr__(self, name: str, value: Any) -> None:
        self._check([name])
        self._settings[name] = value

    def __delattr__(self, name: str) -> None:
        self._check([name])
        if name not in self._settings:
            raise AttributeError(f"Config: no setting is named {name!r}. There are: {', '.join(map(repr, self._settings))}.")
        del self._settings[name]

    def __getitem__(self, name: str) -> Any:
        return self._settings[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._check([name])
        self._settings[name] = value

    def __delitem__(self, name: str) -> None:
        self._check([name])
        del self._settings[name]

    def __contains__(self, name: object) -> bool:
        return name in self._settings

    def __iter__(self) -> Iterator[str]:
        return iter(self._settings)

    def __len__(self) -> int:
        return len(self._settings)

    def __repr__(self) -> str:
        return f"<Config {self._settings}>"
