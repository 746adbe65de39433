"""A table of the logs in a file."""

from __future__ import annotations

import csv
import io
import os
from typing import Any

import numpy as np

from keras.callbacks.callback import Callback
from keras.callbacks.logs import plain_number

_MISSING = "NA"


class CSVLogger(Callback):
    """Writes one row per epoch: its number and the logs in alphabetical order; what an epoch lacks is `NA`.

    Every row is complete in the file when its epoch ends.

    Arguments:
        filename: path of the file.
        separator: str, one character between the columns.
        append: bool, whether to keep the rows of an existing file; its columns are kept then.

    Example:
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "log.csv"
        >>> logger = CSVLogger(path)
        >>> logger.on_train_begin()
        >>> logger.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.75})
        >>> print(path.read_text().strip())
        epoch,loss,val_loss
        0,0.5,0.75

    Source: keras.callbacks.CSVLogger of Keras 3.15.
    """

    def __init__(self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False) -> None:
        super().__init__()
        self.filename = os.fspath(filename)
        if not isinstance(separator, str) or len(separator) != 1:
            raise ValueError(f"The 'separator' argument of CSVLogger must be one character. Got {separator!r} instead.")
        self.separator = separator
        self.append = append
        self.keys: list[str] | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.keys = self._existing_columns() if self.append else None
        # Opened now so that a folder that does not exist is said before the first epoch.
        with open(self.filename, "a" if self.append else "w", encoding="utf-8"):
            pass

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        logs = logs or {}
        rows: list[list[Any]] = []
        if self.keys is None:
            self.keys = _columns(logs)
            rows.append(["epoch", *self.keys])
        rows.append([epoch, *(_cell(logs.get(key, _MISSING)) for key in self.keys)])
        text = io.StringIO()
        csv.writer(text, delimiter=self.separator).writerows(rows)
        # One write of whole rows: a stop in between leaves no half row, and no file stays open where training fails.
        with open(self.filename, "a", newline="", encoding="utf-8") as file:
            file.write(self._missing_newline() + text.getvalue())

    def _existing_columns(self) -> list[str] | None:
        try:
            with open(self.filename, newline="", encoding="utf-8") as file:
                header = next(csv.reader(file, delimiter=self.separator), None)
        except FileNotFoundError:
            return None
        return header[1:] if header else None

    def _missing_newline(self) -> str:
        with open(self.filename, "rb") as file:
            content_end = file.seek(0, os.SEEK_END)
            if not content_end:
                return ""
            file.seek(-1, os.SEEK_END)
            return "" if file.read(1) in b"\r\n" else "\r\n"


def _columns(logs: dict[str, Any]) -> list[str]:
    names = sorted(logs)
    if not any(name.startswith("val_") for name in names):
        # The first epoch may be one without validation; a column cannot be added later.
        names += ["val_" + name for name in names]
    return names


def _cell(value: Any) -> Any:
    value = plain_number(value)
    if isinstance(value, (str, float)):
        return value
    return "[" + ", ".join(map(str, np.asarray(value).ravel().tolist())) + "]"
