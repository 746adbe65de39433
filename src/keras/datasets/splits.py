"""Shuffled splits of small data sets, with the generator that Keras has always used for them."""

from __future__ import annotations

import numpy as np

Arrays = tuple[np.ndarray, np.ndarray]


def shuffled(x: np.ndarray, y: np.ndarray, generator: np.random.RandomState) -> Arrays:
    """Both arrays in the same random order."""
    order = np.arange(len(x))
    generator.shuffle(order)
    return x[order], y[order]


def check_test_split(test_split: float) -> None:
    """Raises ValueError if `test_split` is not in [0, 1)."""
    if not 0 <= test_split < 1:
        raise ValueError(f"test_split must be at least 0 and below 1. Got {test_split!r}. Write test_split=0.2.")


def split(x: np.ndarray, y: np.ndarray, test_split: float) -> tuple[Arrays, Arrays]:
    """The first rows for training and the last `test_split` of them for testing."""
    border = int(len(x) * (1 - test_split))
    return (x[:border], y[:border]), (x[border:], y[border:])
