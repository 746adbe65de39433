"""Texts as lists of word numbers: reserved numbers for start and unknown words, a limited vocabulary, a limited length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Texts = Sequence[Sequence[int]] | np.ndarray


def encode(
    texts: Texts, labels: np.ndarray, *, num_words: int | None, skip_top: int, maxlen: int | None,
    start_char: int | None, oov_char: int | None, index_from: int | None,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """The texts with shifted, limited and marked word numbers, and the labels of those that were kept.

    Arguments:
        texts: n lists of word numbers, 1 for the most frequent word.
        labels: array of shape (n,).
        num_words: int, word numbers from here on are unknown words; None keeps all but the highest.
        skip_top: int, word numbers below this are unknown words.
        maxlen: int, texts of this length and more are dropped; None keeps all.
        start_char: number put before each text, or None.
        oov_char: number that stands for unknown words; None drops them.
        index_from: added to each word number.
    Returns: object array of lists, and the labels that belong to them.
    Raises: ValueError if `maxlen` leaves no text.
    """
    shift = index_from or 0
    start = [] if start_char is None else [start_char]
    rows = [start + [int(word) + shift for word in text] for text in texts]
    if maxlen is not None:
        kept = [i for i, row in enumerate(rows) if len(row) < maxlen]
        if not kept:
            shortest = min(map(len, rows))
            raise ValueError(f"No text is shorter than maxlen={maxlen}; the shortest has {shortest} words. Write maxlen={shortest + 1}.")
        rows, labels = [rows[i] for i in kept], labels[kept]
    # Without num_words the highest number counts as unknown, as in every Keras version: results stay comparable.
    limit = max((max(row, default=0) for row in rows), default=0) if num_words is None else num_words
    if oov_char is not None:
        rows = [[word if skip_top <= word < limit else oov_char for word in row] for row in rows]
    else:
        rows = [[word for word in row if skip_top <= word < limit] for row in rows]
    result = np.empty(len(rows), dtype=object)
    result[:] = rows
    return result, labels
