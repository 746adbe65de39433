"""A line on standard error that says how far a long transfer is."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TextIO

_TERMINAL_INTERVAL = 0.2
_FILE_INTERVAL = 10.0


class TransferProgress:
    """Shows done and total bytes, speed and remaining time; redrawn by time: 5 times a second on a terminal, else every 10 seconds.

    Arguments:
        label: text before the numbers.
        total: bytes in all, or None when unknown.
        stream: where to write; None means standard error.
    """

    def __init__(self, label: str, total: int | None, stream: TextIO | None = None) -> None:
        self._label, self._total = label, total
        self._stream = sys.stderr if stream is None else stream
        self._terminal = self._stream is not None and self._stream.isatty()
        self._begin = self._shown = time.monotonic()
        self._done = 0

    def __enter__(self) -> TransferProgress:
        return self

    def add(self, size: int) -> None:
        """Counts `size` more bytes."""
        self._done += size
        now = time.monotonic()
        if now - self._shown >= (_TERMINAL_INTERVAL if self._terminal else _FILE_INTERVAL):
            self._shown = now
            self._write(now, "\r" if self._terminal else "", "" if self._terminal else "\n")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._write(time.monotonic(), "\r" if self._terminal else "", "\n")

    def _write(self, now: float, start: str, end: str) -> None:
        if self._stream is None:
            return
        seconds = max(now - self._begin, 1e-9)
        text = f"{self._label}: {self._done / 1e6:.1f} MB"
        if self._total:
            text = f"{self._label}: {self._done / 1e6:.1f} of {self._total / 1e6:.1f} MB ({100 * self._done // self._total} %)"
        text += f", {self._done / seconds / 1e6:.1f} MB/s"
        if self._total and 0 < self._done < self._total:
            text += f", {seconds * (self._total - self._done) / self._done:.0f} s left"
        self._stream.write(f"{start}{text:<78}{end}" if self._terminal else f"{text}{end}")
        self._stream.flush()
