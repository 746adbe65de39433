"""Process-wide switches of `keras.config` that are no defaults of numbers or layouts: how much is run, what is printed, which kernels may be used."""

from __future__ import annotations

import operator
import os
from typing import Any

_limits: dict[str, int | None] = {}
_interactive_logging = True
_traceback_filtering = True
_flash_attention: bool | None = None


def _limit(name: str) -> int | None:
    if name not in _limits:
        text = os.environ.get(f"KERAS_{name.upper()}")
        _limits[name] = None if not text else _whole_number(text, f"KERAS_{name.upper()}")
    return _limits[name]


def _whole_number(value: Any, name: str) -> int:
    try:
        number = int(value) if isinstance(value, str) else operator.index(value)
    except (TypeError, ValueError):
        number = 0
    if number < 1 or isinstance(value, bool):
        raise ValueError(f"{name}: got {value!r}. Accepted: an integer >= 1, or None for no limit.")
    return number


def max_epochs() -> int | None:
    """The most epochs that any `fit` runs, or None: set by `set_max_epochs`, or by the environment variable KERAS_MAX_EPOCHS.

    Source: keras.config.max_epochs of Keras 3.
    """
    return _limit("max_epochs")


def set_max_epochs(max_epochs: int | None) -> None:
    """Let every `fit` end after this many epochs at most, to try a program out; None takes the limit away.

    Raises: ValueError if `max_epochs` is no integer >= 1.
    Example:
        >>> set_max_epochs(2)
        >>> max_epochs()
        2
        >>> set_max_epochs(None)

    Source: keras.config.set_max_epochs of Keras 3.
    """
    _limits["max_epochs"] = None if max_epochs is None else _whole_number(max_epochs, "set_max_epochs(max_epochs)")


def max_steps_per_epoch() -> int | None:
    """The most batches that an epoch, `evaluate` or `predict` runs, or None: see `set_max_steps_per_epoch`; or KERAS_MAX_STEPS_PER_EPOCH.

    Source: keras.config.max_steps_per_epoch of Keras 3.
    """
    return _limit("max_steps_per_epoch")


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Let every epoch, `evaluate` and `predict` end after this many batches at most; None takes the limit away.

    Raises: ValueError if `max_steps_per_epoch` is no integer >= 1.
    Example:
        >>> set_max_steps_per_epoch(5)
        >>> max_steps_per_epoch()
        5
        >>> set_max_steps_per_epoch(None)

    Source: keras.config.set_max_steps_per_epoch of Keras 3.
    """
    number = None if max_steps_per_epoch is None else _whole_number(max_steps_per_epoch, "set_max_steps_per_epoch(max_steps_per_epoch)")
    _limits["max_steps_per_epoch"] = number


def enable_interactive_logging() -> None:
    """Print progress to the screen (the default).

    Source: keras.config.enable_interactive_logging of Keras 3.
    """
    global _interactive_logging
    _interactive_logging = True


def disable_interactive_logging() -> None:
    """Send progress to Python's `logging`, logger "keras", level INFO, instead of the screen: for servers and log files.

    Example:
        >>> disable_interactive_logging()
        >>> is_interactive_logging_enabled()
        False
        >>> enable_interactive_logging()

    Source: keras.config.disable_interactive_logging of Keras 3.
    """
    global _interactive_logging
    _interactive_logging = False


def is_interactive_logging_enabled() -> bool:
    """Whether progress is printed to the screen.

    Source: keras.config.is_interactive_logging_enabled of Keras 3.
    """
    return _interactive_logging


def enable_traceback_filtering() -> None:
    """Leave the library's own frames out of the tracebacks of `fit`, `evaluate`, `predict` and of layers' calls (the default).

    Source: keras.config.enable_traceback_filtering of Keras 3.
    """
    global _traceback_filtering
    _traceback_filtering = True


def disable_traceback_filtering() -> None:
    """Show whole tracebacks, the library's own frames included.

    Example:
        >>> disable_traceback_filtering()
        >>> is_traceback_filtering_enabled()
        False
        >>> enable_traceback_filtering()

    Source: keras.config.disable_traceback_filtering of Keras 3.
    """
    global _traceback_filtering
    _traceback_filtering = False


def is_traceback_filtering_enabled() -> bool:
    """Whether the library's own frames are left out of tracebacks.

    Source: keras.config.is_traceback_filtering_enabled of Keras 3.
    """
    return _traceback_filtering


def enable_flash_attention() -> None:
    """Let attention use an engine's flash kernel where it has one for the shapes, dtypes and device at hand (the default).

    Source: keras.config.enable_flash_attention of Keras 3.
    """
    global _flash_attention
    _flash_attention = None


def disable_flash_attention() -> None:
    """Let attention never use a flash kernel.

    Example:
        >>> disable_flash_attention()
        >>> is_flash_attention_enabled()
        False
        >>> enable_flash_attention()

    Source: keras.config.disable_flash_attention of Keras 3.
    """
    global _flash_attention
    _flash_attention = False


def is_flash_attention_enabled() -> bool | None:
    """False if flash kernels are switched off, None if attention chooses by shapes, dtypes and device.

    Source: keras.config.is_flash_attention_enabled of Keras 3.
    """
    return _flash_attention


def is_nnx_enabled() -> bool:
    """False: variables here are never variables of Flax NNX. The JAX engine works with any JAX code through `stateless_call`.

    Example:
        >>> is_nnx_enabled()
        False

    Source: keras.config.is_nnx_enabled of Keras 3.
    """
    return False
