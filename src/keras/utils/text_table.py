"""Tables of text: cells that wrap, drawn with boxes or in fixed columns."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence


def cell_width(text: str) -> int:
    """Columns that `text` takes on a terminal: Chinese, Japanese and Korean characters take two.

    Example:
        >>> cell_width("dense"), cell_width("层")
        (5, 2)
    """
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def cropped(text: str, width: int) -> str:
    """The first `width` columns of `text`."""
    while cell_width(text) > width:
        text = text[:-1]
    return text


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns, broken at spaces; a word that is too long ends with `…`.

    Example:
        >>> wrapped("multi_head_attention (MultiHeadAttention)", 19)
        ['multi_head_attenti…', '(MultiHeadAttentio…']
    """
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        # A word takes the spaces around it along, so that an indent stays.
        for word in re.findall(r"\s*\S+\s*", paragraph):
            if line and cell_width(line) + cell_width(word.rstrip()) > width:
                lines.append(line)
                line = ""
            line += word
        lines.append(line)
    lines = [line.rstrip() for line in lines]
    return [line if cell_width(line) <= width else cropped(line, width - 1) + "…" for line in lines]


def fitted_widths(widths: Sequence[int], total: int) -> list[int]:
    """Column widths that sum up to `total`: too much is taken from all columns alike, too little given in proportion.

    Example:
        >>> fitted_widths([36, 28, 18], 72)
        [33, 24, 15]
    """
    missing = total - sum(widths)
    # Each column takes its part of what the columns before it left.
    parts = [1] * len(widths) if missing < 0 else list(widths)
    fitted = []
    for index, width in enumerate(widths):
        part = missing * parts[index] / sum(parts[index:])
        change = max(round(part), 1 - width) if missing < 0 else math.ceil(part)
        fitted.append(width + change)
        missing -= change
    return fitted


def aligned(text: str, width: int, alignment: str) -> str:
    """`text` with spaces to `width` columns; `alignment` is `left`, `right` or `center`."""
    space = max(width - cell_width(text), 0)
    left = {"left": 0, "right": space, "center": space // 2}[alignment]
    return " " * left + text + " " * (space - left)


def boxed_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], alignments: Sequence[str], total: int
) -> list[str]:
    """Lines of a table with a box around each cell and a heavy one around the header.

    Arguments:
        header, rows: texts of the cells.
        widths: wanted columns of each cell's text.
        alignments: `left`, `right` or `center` for each column.
        total: columns of the whole table.
    """
    # Each cell has a space on both sides; the borders are one more than the cells.
    outer = fitted_widths([width + 2 for width in widths], total - len(widths) - 1)
    inner = [max(width - 2, 1) for width in outer]

    def rule(left: str, line: str, cross: str, right: str) -> str:
        return left + cross.join(line * (width + 2) for width in inner) + right

    def cells(texts: Sequence[str], border: str) -> list[str]:
        columns = [wrapped(text, width) for text, width in zip(texts, inner, strict=True)]
        lines = []
        for index in range(max(map(len, columns))):
            parts = [column[index] if index < len(column) else "" for column in columns]
            parts = [aligned(part, width, alignment) for part, width, alignment in zip(parts, inner, alignments, strict=True)]
            lines.append(f"{border} " + f" {border} ".join(parts) + f" {border}")
        return lines

    table = [rule("┏", "━", "┳", "┓"), *cells(header, "┃"), rule("┡", "━", "╇", "┩")]
    for index, row in enumerate(rows):
        if index:
            table.append(rule("├", "─", "┼", "┤"))
        table += cells(row, "│")
    return [*table, rule("└", "─", "┴", "┘")]


def fixed_row(texts: Sequence[str], ends: Sequence[int]) -> str:
    """One line whose cells end at the columns `ends`; what is too long is cut, one space stays between two cells.

    Example:
        >>> fixed_row(["batch_normalization_1", "12"], [10, 14])
        'batch_nor 12  '
    """
    line = ""
    for text, end in zip(texts, ends, strict=False):
        line = cropped((line[:-1] + " " if line else "") + text, end)
        line += " " * (end - cell_width(line))
    return line
