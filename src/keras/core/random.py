"""Random numbers drawn on the host: initial weights and seeds come from NumPy's Philox, so one seed gives the same on every engine."""

from __future__ import annotations

import secrets
from typing import Any

import numpy as np

_global: np.random.Generator | None = None
_global_seed: int | None = None


def set_global_seed(seed: int) -> np.random.Generator:
    """Fix every seed that objects draw from now on (`keras.utils.set_random_seed`)."""
    global _global, _global_seed
    _global_seed = int(seed)
    _global = np.random.Generator(np.random.Philox(key=_global_seed & (2**64 - 1)))
    return _global


def global_seed() -> int | None:
    """The seed that was set, or None."""
    return _global_seed


def reset() -> None:
    """Forget the global seed; the next draw starts from the operating system's randomness."""
    global _global, _global_seed
    _global = _global_seed = None


def draw_seed() -> int:
    """A new seed: from the global seed if one was set, else from the operating system."""
    generator = set_global_seed(secrets.randbits(63)) if _global is None else _global
    return int(generator.integers(0, 2**31 - 1))


def host_generator(seed: Any) -> np.random.Generator:
    """A NumPy generator for one draw on the host from an integer seed."""
    return np.random.Generator(np.random.Philox(key=int(seed) & (2**64 - 1)))
