"""The text of a table of layers, made of plain records."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from typing import NamedTuple

from keras.utils.text_table import boxed_table, cropped, fixed_row

_LONGEST_LINE = 88


class SummaryRow(NamedTuple):
    """One layer."""

    name: str
    class_name: str
    output_shape: str = "?"
    parameters: int = 0
    built: bool = True
    connected_to: tuple[str, ...] = ()
    trainable: bool | None = None  # None: it has no weights
    depth: int = 0  # how many models it is nested in


class Size(NamedTuple):
    """Number of weights, and of bytes that they take."""

    count: int = 0
    bytes: float = 0


class SummaryTotals(NamedTuple):
    """Sizes of all weights of a model and of its optimizer; None: the optimizer has none yet."""

    trainable: Size = Size()
    non_trainable: Size = Size()
    optimizer: Size | None = None

    @property
    def total(self) -> Size:
        sizes = [self.trainable, self.non_trainable, self.optimizer or Size()]
        return Size(sum(size.count for size in sizes), sum(size.bytes for size in sizes))


def readable_bytes(size: float) -> str:
    """`496.00 B`, `1.43 KB`, `7.68 MB`: units of 1024.

    Example:
        >>> readable_bytes(1468)
        '1.43 KB'
    """
    units = ["B", "KB", "MB", "GB", "TB", "PB"]
    while size >= 1024 and len(units) > 1:
        size /= 1024
        units.pop(0)
    return f"{size:.2f} {units[0]}"


def format_table(
    rows: Sequence[SummaryRow],
    totals: SummaryTotals,
    style: str = "keras3",
    name: str = "model",
    show_connections: bool = False,
    show_trainable: bool = False,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    screen_columns: int | None = None,
) -> str:
    """The whole text of a summary.

    Arguments:
        rows: the layers in order.
        totals: sizes of the weights.
        style: `"keras3"` (boxes, memory sizes, the model's name) or `"classic"` (the text of Keras 1 and 2).
        name: the model's name.
        show_connections: bool, whether there is a column `Connected to`.
        show_trainable: bool, whether there is a column `Trainable`.
        line_length: int, columns of the table. Default: as Keras: 65 or, with connections, 98 in the classic style; else
            what the screen has, at most 88.
        positions: where each column ends: fractions of the line, or columns of text.
        screen_columns: int, lines of boxes are cut there; None: they are not cut.

    Raises:
        ValueError: if `style` is unknown, or `positions` has too few entries.

    Example:
        >>> row = SummaryRow("dense_1", "Dense", "(None, 32)", 25120)
        >>> format_table([row], SummaryTotals(Size(25120, 100480)), style="classic", line_length=40).split("\\n")[3]
        'dense_1 (Dense)   (None, 32)      25120 '

    Source: Keras 3.15.1 and Keras 2.1.5.
    """
    if style not in _STYLES:
        raise ValueError(f"The 'style' of a summary must be one of {', '.join(map(repr, _STYLES))}. Got {style!r} instead.")
    columns = _columns(show_connections, show_trainable)
    length, ends = _STYLES[style].layout(columns, line_length, positions)
    lines = _STYLES[style].lines(rows, totals, columns, length, ends, name)
    if screen_columns is not None and style == "keras3":
        lines = [cropped(line, screen_columns) for line in lines]
    return "\n".join(lines)


class _Column(NamedTuple):
    title: str
    alignment: str
    text: Callable[[SummaryRow], str]
    classic_text: Callable[[SummaryRow], str]


def _name_text(row: SummaryRow) -> str:
    indent = "   " * row.depth + "└ " if row.depth else ""
    return f"{indent}{row.name} ({row.class_name})"


def _trainable_text(row: SummaryRow) -> str:
    return "-" if row.trainable is None else "Y" if row.trainable else "N"


_COLUMNS = {
    "name": _Column("Layer (type)", "left", _name_text, _name_text),
    "shape": _Column("Output Shape", "left", lambda row: row.output_shape, lambda row: row.output_shape),
    "parameters": _Column(
        "Param #",
        "right",
        lambda row: f"{row.parameters:,}" if row.built else "0 (unbuilt)",
        lambda row: str(row.parameters) if row.built else "0 (unused)",
    ),
    "connections": _Column("Connected to", "left", lambda row: ", ".join(row.connected_to) or "-", lambda row: "\n".join(row.connected_to)),
    "trainable": _Column("Trainable", "center", _trainable_text, _trainable_text),
}


def _columns(show_connections: bool, show_trainable: bool) -> list[_Column]:
    wanted = {"connections": show_connections, "trainable": show_trainable}
    return [column for key, column in _COLUMNS.items() if wanted.get(key, True)]


def _column_ends(columns: Sequence[_Column], length: int, positions: Sequence[float]) -> list[int]:
    # `Trainable` comes with a tenth of the line.
    with_trainable = columns[-1].title == "Trainable"
    needed = len(columns) - with_trainable
    if len(positions) < needed:
        raise ValueError(
            "The 'positions' argument of summary() must have an end for each of the columns "
            f"{[column.title for column in columns[:needed]]}. Got {list(positions)!r}."
        )
    positions = list(positions)
    if positions[-1] <= 1:
        if with_trainable:
            positions = [position * 0.9 for position in positions[:needed]] + [1.0]
        return [int(length * position) for position in positions]
    return [int(position) for position in positions] + ([length] if with_trainable else [])


def _modern_layout(columns: Sequence[_Column], length: int | None, positions: Sequence[float] | None) -> tuple[int, list[int]]:
    connections = any(column.title == "Connected to" for column in columns)
    length = length or min(_LONGEST_LINE, shutil.get_terminal_size().columns - 4)
    return length, _column_ends(columns, length, positions or ((0.3, 0.56, 0.74, 1.0) if connections else (0.45, 0.8, 1.0)))


def _classic_layout(columns: Sequence[_Column], length: int | None, positions: Sequence[float] | None) -> tuple[int, list[int]]:
    connections = any(column.title == "Connected to" for column in columns)
    length = length or (98 if connections else 65)
    return length, _column_ends(columns, length, positions or ((0.33, 0.55, 0.67, 1.0) if connections else (0.45, 0.85, 1.0)))


def _modern_lines(
    rows: Sequence[SummaryRow], totals: SummaryTotals, columns: Sequence[_Column], length: int, ends: Sequence[int], name: str
) -> list[str]:
    widths = [end - start for start, end in zip([0, *ends], ends, strict=False)][: len(columns)]
    cells = [[column.text(row) for column in columns] for row in rows]
    table = boxed_table([column.title for column in columns], cells, widths, [column.alignment for column in columns], length)
    sizes = {"Total": totals.total, "Trainable": totals.trainable, "Non-trainable": totals.non_trainable, "Optimizer": totals.optimizer}
    notes = [f" {key} params: {size.count:,} ({readable_bytes(size.bytes)})" for key, size in sizes.items() if size is not None]
    return [f'Model: "{name}"', *table, *notes, ""]


def _classic_lines(
    rows: Sequence[SummaryRow], totals: SummaryTotals, columns: Sequence[_Column], length: int, ends: Sequence[int], name: str
) -> list[str]:
    table = ["_" * length, fixed_row([column.title for column in columns], ends), "=" * length]
    for index, row in enumerate(rows):
        if index:
            table.append("_" * length)
        cells = [column.classic_text(row).split("\n") for column in columns]
        for line in range(max(map(len, cells))):
            table.append(fixed_row([cell[line] if line < len(cell) else "" for cell in cells], ends))
    return [
        *table,
        "=" * length,
        f"Total params: {totals.trainable.count + totals.non_trainable.count:,}",
        f"Trainable params: {totals.trainable.count:,}",
        f"Non-trainable params: {totals.non_trainable.count:,}",
        "_" * length,
    ]


class _Style(NamedTuple):
    layout: Callable[..., tuple[int, list[int]]]
    lines: Callable[..., list[str]]


_STYLES = {"keras3": _Style(_modern_layout, _modern_lines), "classic": _Style(_classic_layout, _classic_lines)}
