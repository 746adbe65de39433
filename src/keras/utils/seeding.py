"""One seed for everything random."""

from __future__ import annotations

import operator
import random
from typing import Any

import numpy as np

from keras.core.random import set_global_seed


def set_random_seed(seed: Any) -> None:
    """Seeds Python's `random`, NumPy's global generator and the library's own seed, so that a program can be repeated.

    Call it before the model is made: initial weights are drawn when layers are built.

    Arguments:
        seed: integer in [0, 2**32 - 1].
    Raises: ValueError if `seed` is no integer, or out of this range; nothing is seeded then.
    Example:
        >>> set_random_seed(42)

    Source: keras.utils.set_random_seed.
    """
    try:
        number = operator.index(seed)
    except TypeError:
        raise ValueError(f"seed must be an integer. Got {seed!r} of type {type(seed).__name__}. Write set_random_seed(42).") from None
    if not 0 <= number < 2**32:
        raise ValueError(f"seed must be between 0 and 2**32 - 1. Got {number}. Write set_random_seed({number % 2**32}).")
    random.seed(number)
    np.random.seed(number)
    set_global_seed(number)
