"""Puts the tables of older generations into the core's hooks. Called when the core has refused a name or an argument for the first time."""

from __future__ import annotations

import functools

from keras.core import hooks
from keras.legacy import arguments, layer_configs, names


@functools.cache
def plug() -> None:
    """Fill the hooks once."""
    hooks.unknown_arguments.append(arguments.translate)
    hooks.unknown_name.append(names.resolve)
    hooks.old_configs.append(layer_configs.translate)
