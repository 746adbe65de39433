"""Process-wide settings: the default float, epsilon, image layout. Read from `~/.keras/keras.json` (or `$KERAS_HOME`) when first asked."""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any

_settings: dict[str, Any] = {"floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_last"}
_file_read = False

FLOATS = ("bfloat16", "float16", "float32", "float64")
IMAGE_DATA_FORMATS = ("channels_last", "channels_first")


def keras_home() -> Path:
    """The folder of settings, data sets and caches: `$KERAS_HOME`, else `~/.keras`."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")


def file_settings() -> dict[str, Any]:
    """What `keras.json` says; an unreadable file gives one warning and counts as empty."""
    path = keras_home() / "keras.json"
    try:
        content = json.loads(path.read_text())
        if not isinstance(content, dict):
            raise ValueError("its top level is not an object")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        warnings.warn(f"{path} could not be read ({error}); the default settings are used. Mend or delete the file.", stacklevel=2)
        return {}
    return content


def _read_file_once() -> None:
    global _file_read
    if _file_read:
        return
    _file_read = True
    content = file_settings()
    accepted = {"floatx": FLOATS, "image_data_format": IMAGE_DATA_FORMATS}
    for key, values in accepted.items():
        if content.get(key) in values:
            _settings[key] = content[key]
    if isinstance(content.get("epsilon"), float):
        _settings["epsilon"] = content["epsilon"]


def floatx() -> str:
    """The default float dtype, `'float32'` unless set otherwise.

    Example:
        >>> floatx()
        'float32'
    """
    if not _file_read:
        _read_file_once()
    return _settings["floatx"]


def set_floatx(value: str) -> None:
    """Set the default float dtype: 'bfloat16', 'float16', 'float32' or 'float64'."""
    if value not in FLOATS:
        raise ValueError(f"set_floatx(value): got {value!r}. Accepted: {', '.join(FLOATS)}. Write set_floatx('float32').")
    _read_file_once()
    _settings["floatx"] = value


def epsilon() -> float:
    """The small constant added where a division or a logarithm could meet zero, 1e-7 unless set otherwise."""
    if not _file_read:
        _read_file_once()
    return _settings["epsilon"]


def set_epsilon(value: float) -> None:
    """Set the small constant used in losses and normalizations."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not value >= 0:
        raise ValueError(f"set_epsilon(value): got {value!r}. Accepted: a float >= 0. Write set_epsilon(1e-7).")
    _read_file_once()
    _settings["epsilon"] = float(value)


def image_data_format() -> str:
    """The default layout of images, `'channels_last'` (batch, height, width, channels) unless set otherwise."""
    if not _file_read:
        _read_file_once()
    return _settings["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    """Set the default layout of images: 'channels_last' or 'channels_first'."""
    _read_file_once()
    _settings["image_data_format"] = standardize_data_format(data_format)


def standardize_data_format(data_format: str | None) -> str:
    """`data_format` checked, or the default one for None."""
    if data_format is None:
        return image_data_format()
    if data_format not in IMAGE_DATA_FORMATS:
        raise ValueError(f"data_format: got {data_format!r}. Accepted: {' or '.join(map(repr, IMAGE_DATA_FORMATS))}.")
    return data_format


def version() -> str:
    """The version: the level of Keras 3's interface that is served, and this package's own number after the plus.

    Example:
        >>> version().startswith("3.")
        True

    Source: keras.version of Keras 3.
    """
    return str(sys.modules["keras"].__version__)  # type: ignore[attr-defined]
