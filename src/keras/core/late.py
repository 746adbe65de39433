"""Objects of later layers that an earlier one calls, by address: the only places where the order of imports is turned around, as a table."""

from __future__ import annotations

import functools
import importlib
from typing import Any

ADDRESSES = {"initializer": "keras.initializers:get", "trainer": "keras.training.trainer:Trainer", "legacy": "keras.legacy.plug:plug"}
"""An initializer by name, for a variable; a model's trainer, needed when it is compiled or fitted; the tables of older generations,
needed when a name or argument was refused."""


@functools.cache
def load(name: str) -> Any:
    """The object at an address of the table."""
    module, _, attribute = ADDRESSES[name].partition(":")
    return getattr(importlib.import_module(module), attribute)
