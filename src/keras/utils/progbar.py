"""The progress bar of `fit`, `evaluate`, `predict` and of users' own loops."""

from __future__ import annotations

import logging
import math
import os
import re
import shutil
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TextIO

from keras.core import switches

# A line of a log file at most this often (seconds) within one epoch: a file is read afterwards, not watched.
FILE_INTERVAL = 60.0
_BOLD, _GREEN, _GREY, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"
_ESCAPES = (_BOLD, _GREEN, _GREY, _PLAIN)
_CURSOR = re.compile("\x1b\\[[0-9]*m|[\b\r]")


def write_text(text: str, stream: TextIO | None = None) -> None:
    """Write `text` to `stream` (standard output as it is now) and flush.

    Characters that the stream's encoding lacks are replaced: a progress bar must never end a training. Without interactive logging the
    text goes to the logger "keras" instead.
    """
    if stream is None and not switches.is_interactive_logging_enabled():
        text = _CURSOR.sub("", text).strip()
        if text:
            logging.getLogger("keras").info("%s", text)
        return
    stream = sys.stdout if stream is None else stream
    if stream is None:  # windowed programs have no standard output
        return
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = getattr(stream, "encoding", None) or "ascii"
        stream.write(text.replace("━", "=").encode(encoding, errors="replace").decode(encoding))
    stream.flush()


def print_message(text: str) -> None:
    """Print one line of a callback."""
    write_text(text + "\n")


def can_redraw(stream: TextIO | None = None) -> bool:
    """True where a line can be drawn again: a terminal, a notebook or PyCharm's console; False for a file, a pipe or a logger."""
    if stream is None and not switches.is_interactive_logging_enabled():
        return False
    stream = sys.stdout if stream is None else stream
    if stream is None:
        return False
    if type(stream).__module__.startswith("ipykernel"):
        return True
    try:
        return stream.isatty() or (stream is sys.__stdout__ and "PYCHARM_HOSTED" in os.environ)
    except (AttributeError, ValueError):  # a stream-like object, or a closed stream
        return False


def terminal_columns(stream: TextIO | None = None) -> int | None:
    """Width of the terminal behind `stream`, None where there is none (a notebook scrolls)."""
    stream = sys.stdout if stream is None else stream
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (AttributeError, ValueError, OSError):
        return None
    return columns or shutil.get_terminal_size().columns


def resolve_verbose(verbose: Any) -> int:
    """0, 1 or 2 for the argument `verbose` of `fit`, `evaluate` and `predict`.

    `"auto"` is the bar (1) where a line can be drawn again, else one line at the end of each loop (2).
    """
    if isinstance(verbose, str) and verbose == "auto":
        return 1 if can_redraw() else 2
    try:
        if int(verbose) == verbose and 0 <= verbose <= 2:
            return int(verbose)
    except (TypeError, ValueError):
        pass
    raise ValueError(f"`verbose` must be 0 (silent), 1 (a bar), 2 (one line per epoch) or 'auto'. Got {verbose!r} instead.")


def format_number(value: Any) -> str:
    """`0.1234`, or `1.2340e-05` where four decimals would show nothing; text that is no number as it is."""
    if isinstance(value, str):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    return f"{number:.4f}" if abs(number) > 1e-3 else f"{number:.4e}"


def format_duration(seconds: float) -> str:
    """`7s`, `1:20` or `8:53:20`."""
    whole = int(seconds)
    if seconds > 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}" if seconds > 60 else f"{whole}s"


def format_rate(seconds: float, unit_name: str) -> str:
    """Time per unit: `2s/step`, `45ms/step`, `786us/step`."""
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s/{unit_name}"
    return f"{seconds * 1e3:.0f}ms/{unit_name}" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us/{unit_name}"


def display_width(text: str) -> int:
    """Number of characters of `text` without its colours."""
    return len(_without_colours(text))


class Progress(NamedTuple):
    """What one line of the progress bar tells."""

    current: int
    target: int | None
    elapsed: float  # seconds since the start
    seconds_per_unit: float
    finished: bool
    values: str  # " - loss: 0.5000 - accuracy: 0.2500"
    width: int
    unit_name: str

    @property
    def filled(self) -> int:
        """Characters of the bar that are full."""
        return min(int(self.width * self.current / self.target), self.width) if self.target else 0

    @property
    def left(self) -> int:
        """Steps that are still to be done."""
        return max((self.target or 0) - self.current, 0)

    @property
    def count(self) -> str:
        """`  4/100`, or `      4/Unknown`."""
        if self.target is None:
            return f"{self.current:7d}/Unknown"
        return f"{self.current:>{int(math.log10(self.target)) + 1}d}/{self.target}"


def modern_line(progress: Progress) -> str:
    """Keras 3's bar, with its colours: `2/3 ━━━━━━━━━━━━━━━━━━━━ 1s 1s/step - loss: 1.5000`."""
    rate = progress.seconds_per_unit
    clock = f"{progress.elapsed:.0f}s"
    bar = ""
    if progress.target is not None:
        full, rest = "━" * progress.filled, "━" * (progress.width - progress.filled)
        bar = (f"{_GREEN}{full}{_PLAIN}" if full else "") + f"{_GREY}{rest}{_PLAIN} "
        if not progress.finished:
            clock = format_duration(rate * progress.left)
    count = progress.count if progress.target is None else f"{_BOLD}{progress.count}{_PLAIN}"
    return f"{count} {bar}{_BOLD}{clock}{_PLAIN} {format_rate(rate, progress.unit_name)}{progress.values}"


def modern_last_line(progress: Progress) -> str:
    """Keras 3's only line of a loop with verbose=2: `3/3 - 0s - 14ms/step - loss: 1.2240`."""
    rate = format_rate(progress.seconds_per_unit, progress.unit_name)
    return f"{progress.count.strip()} - {progress.elapsed:.0f}s - {rate}{progress.values}"


def classic_line(progress: Progress) -> str:
    """Keras 2's bar: ` 4/10 [===========>..................] - ETA: 0s - loss: 1.3582`."""
    rate = progress.elapsed / progress.current if progress.current else 0.0
    bar = ""
    if progress.target is not None:
        head = "=" if progress.current >= progress.target else ">"
        bar = f" [{('=' * (progress.filled - 1) + head if progress.filled else ''):.<{progress.width}}]"
    if progress.target is not None and not progress.finished:
        return f"{progress.count}{bar} - ETA: {format_duration(rate * progress.left)}{progress.values}"
    return f"{progress.count}{bar} - {progress.elapsed:.0f}s {format_rate(rate, progress.unit_name)}{progress.values}"


def classic_last_line(progress: Progress) -> str:
    """Keras 2's only line of a loop with verbose=2: ` - 0s - loss: 1.2240`."""
    return f" - {progress.elapsed:.0f}s{progress.values}"


# style -> (line of verbose=1, line of verbose=2)
STYLES = {"keras3": (modern_line, modern_last_line), "classic": (classic_line, classic_last_line)}


class Progbar:
    """A line that shows how far a loop is, how long it takes and the values of the moment.

    On a terminal or in a notebook the line is drawn again, at most once in `interval` seconds. In a file it is written
    once, when the loop ends (and once a minute in a long loop), without control characters.

    Arguments:
        target: int, number of steps; None where it is unknown.
        width: int, characters of the bar.
        verbose: 0 silent, 1 a bar, 2 one line when the loop ends.
        interval: float, seconds between two drawings.
        stateful_metrics: names of values that are shown as they are given. The others are averaged over the steps.
        stateless_metrics: names of values that are averaged; where it is given, the others are shown as they are.
        unit_name: what a step is called (`step`, `sample`).

    Example:
        >>> bar = Progbar(target=2, verbose=2)
        >>> bar.update(2, values=[("loss", 0.5)])  # doctest: +ELLIPSIS
        2/2 - 0s - ...s/step - loss: 0.5000

    Source: keras.utils.Progbar of Keras 3.15.
    """

    style = "keras3"  # or "classic", the bar of Keras 1 and 2

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        self.target = target or None  # 0 steps have no fraction: as unknown
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or ())
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self._seen = 0
        self._values: dict[str, Any] = {}
        self._sums: dict[str, tuple[float, float]] = {}
        self._start = time.time()
        self._first: tuple[int, float] | None = None  # steps and time of the first update
        self._last_drawing = 0.0
        self._drawn_width = 0

    def update(
        self, current: int, values: Iterable[tuple[str, Any]] | Mapping[str, Any] | None = None, finalize: bool | None = None
    ) -> None:
        """Show that `current` steps are done.

        Arguments:
            current: int, steps done so far.
            values: pairs (name, value) of the step. A value may be any object that `float` takes: one that is shown as
                given is converted only when the line is drawn.
            finalize: True for the last call; None: it is the last one when `current` has reached `target`.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        pairs = values.items() if isinstance(values, Mapping) else (values or ())
        for name, value in pairs:
            self._take(name, value, current, finalize)
        self._seen = current
        now = time.time()
        if current and self._first is None:
            self._first = current, now
        if self.verbose == 2 and finalize:
            write_text(self.text(current, now, finalize) + "\n")
        elif self.verbose == 1:
            self._draw(current, now, finalize)

    def add(self, n: int, values: Iterable[tuple[str, Any]] | Mapping[str, Any] | None = None) -> None:
        """Show that `n` more steps are done."""
        self.update(self._seen + n, values)

    def text(self, current: int, now: float, finalize: bool) -> str:
        """The whole line with its colours, without what moves the cursor."""
        progress = Progress(
            current=current,
            target=self.target,
            elapsed=now - self._start,
            seconds_per_unit=self._seconds_per_unit(current, now),
            finished=finalize,
            values="".join(f" - {name}: {format_number(value)}" for name, value in self._values.items()),
            width=self.width,
            unit_name=self.unit_name,
        )
        return STYLES[self.style][self.verbose == 2](progress)

    def _take(self, name: str, value: Any, current: int, finalize: bool) -> None:
        averaged = name not in self.stateful_metrics if self.stateless_metrics is None else name in self.stateless_metrics
        # The last values are those of the whole loop already, so they are never averaged with the earlier ones.
        if finalize or not averaged or isinstance(value, str):
            self._values[name] = value
            return
        steps = max(current - self._seen, 1)
        total, count = self._sums.get(name, (0.0, 0.0))
        total, count = total + float(value) * steps, count + steps
        self._sums[name] = (total, count)
        self._values[name] = total / count

    def _seconds_per_unit(self, current: int, now: float) -> float:
        # What is done before the first update compiles, so it is left out as soon as there is more.
        if self._first is not None and current > self._first[0]:
            return (now - self._first[1]) / (current - self._first[0])
        return (now - self._start) / current if current else 0.0

    def _draw(self, current: int, now: float, finalize: bool) -> None:
        redraw = can_redraw()
        since = now - (self._last_drawing if redraw else max(self._last_drawing, self._start))
        if not finalize and since < (self.interval if redraw else max(self.interval, FILE_INTERVAL)):
            return
        self._last_drawing = now
        line = self.text(current, now, finalize)
        if not redraw:
            write_text(_without_colours(line) + "\n")
            return
        if not finalize:
            line = _fitted(line)
        width = display_width(line)
        text = "\b" * self._drawn_width + "\r" + line + " " * (self._drawn_width - width) + ("\n" if finalize else "")
        self._drawn_width = 0 if finalize else width
        write_text(text)


def _fitted(line: str) -> str:
    # A line longer than the terminal wraps, and then no control character gets back to its start.
    columns = terminal_columns()
    if columns is None or display_width(line) < columns:
        return line
    return _without_colours(line)[: max(columns - 2, 1)] + "…"


def _without_colours(text: str) -> str:
    for escape in _ESCAPES:
        text = text.replace(escape, "")
    return text
