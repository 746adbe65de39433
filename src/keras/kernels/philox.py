"""Random numbers that depend on (key, counter) alone: the same pair gives the same numbers, bit for bit, on every thread.

Every draw puts a reused generator at (key, counter), which costs a microsecond. The words come from Philox4x64-10 (Salmon et al. 2011);
dropout masks come from SFC64 started with three of these words, which is twice as fast.
"""

import math
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray

_WORD = (1 << 64) - 1


class _Generators(threading.local):
    """One set of generators per thread: positioning one and drawing from it must not be interrupted by another thread."""

    def __init__(self) -> None:
        self.philox = np.random.Philox(0)
        self.generator = np.random.Generator(self.philox)
        self.sfc = np.random.SFC64(0)


_generators = _Generators()


def _philox(key: int, counter: int) -> _Generators:
    """The thread's generators, Philox at the start of the stream of (key, counter): 2**64 blocks of four words."""
    generators = _generators
    # Tuples are read three times as fast as arrays.
    state: dict[str, Any] = {
        "bit_generator": "Philox",
        "state": {"counter": (0, int(counter) & _WORD, 0, 0), "key": (int(key) & _WORD, 0)},
        "buffer": (0, 0, 0, 0),
        "buffer_pos": 4,
        "has_uint32": 0,
        "uinteger": 0,
    }
    generators.philox.state = state  # type: ignore[assignment]
    return generators


def _sfc(key: int, counter: int) -> np.random.SFC64:
    """The thread's SFC64, started with words of (key, counter)."""
    generators = _philox(key, counter)
    words = generators.philox.random_raw(3)
    inner = {"state": np.array((words[0], words[1], words[2], 1), np.uint64)}
    state: dict[str, Any] = {"bit_generator": "SFC64", "state": inner, "has_uint32": 0, "uinteger": 0}
    generators.sfc.state = state  # type: ignore[assignment]
    return generators.sfc


def random_bits(key: int, counter: int, count: int) -> Array:
    """The first `count` words of the stream of (key, counter), uint64.

    Arguments:
        key: int in [0, 2**64), the seed.
        counter: int in [0, 2**64), the number of the stream.
        count: int >= 0.
    Example:
        >>> bool((random_bits(1, 2, 5)[:3] == random_bits(1, 2, 3)).all())
        True
    """
    return _philox(key, counter).philox.random_raw(count)


# ---------------------------------------------------------------------------------------------------------------------------------
# distributions: float32 or float64


def uniform(key: int, counter: int, shape: Sequence[int], dtype: Any = np.float32) -> Array:
    """Numbers uniform in [0, 1).

    Example:
        >>> values = uniform(1, 2, (3,))
        >>> bool((values < 1).all()), values.dtype.name
        (True, 'float32')
    """
    return _philox(key, counter).generator.random(tuple(shape), dtype)


def integers(key: int, counter: int, shape: Sequence[int], low: int, high: int) -> Array:
    """Integers from `low` to `high` - 1, int64."""
    drawn = (random_bits(key, counter, math.prod(shape)) >> np.uint64(11)).astype(np.float64) * 2.0**-53 * (high - low)
    return (np.floor(drawn).astype(np.int64) + low).reshape(tuple(shape))


def normal(key: int, counter: int, shape: Sequence[int], dtype: Any = np.float32) -> Array:
    """Standard normal numbers: Box and Muller's for float32, the ziggurat for float64."""
    drawn = np.empty(tuple(shape), dtype)
    _standard_normal(_philox(key, counter), drawn)
    return drawn


def truncated_normal(key: int, counter: int, shape: Sequence[int], dtype: Any = np.float32) -> Array:
    """Standard normal numbers, drawn again while they are more than 2 away from 0."""
    drawn, generators = np.empty(tuple(shape), dtype), _philox(key, counter)
    _standard_normal(generators, drawn)
    flat = drawn.reshape(-1)
    outside = np.flatnonzero(np.abs(flat) > 2)
    while outside.size:
        again = np.empty(outside.size, drawn.dtype)
        _standard_normal(generators, again)
        flat[outside] = again
        outside = outside[np.abs(again) > 2]
    return drawn


def _standard_normal(generators: _Generators, out: Array) -> None:
    if out.dtype == np.float64:
        generators.generator.standard_normal(out=out)
        return
    flat = out.reshape(-1)
    pairs = (flat.size + 1) // 2
    words = generators.philox.random_raw(pairs).view(np.uint32)
    radius, angle = words[:pairs].astype(np.float32), words[pairs:].astype(np.float32)
    # In (0, 1]: the smallest is 2**-33, so that the logarithm is finite and the largest radius is 6.76.
    np.multiply(radius, np.float32(2.0**-32), out=radius)
    np.maximum(radius, np.float32(2.0**-33), out=radius)
    np.log(radius, out=radius)
    np.multiply(radius, np.float32(-2), out=radius)
    np.sqrt(radius, out=radius)
    np.multiply(angle, np.float32(2.0**-31 * math.pi), out=angle)
    first = flat[:pairs]
    np.cos(angle, out=first)
    np.multiply(first, radius, out=first)
    second = flat[pairs:]
    rest = flat.size - pairs
    np.sin(angle[:rest], out=second)
    np.multiply(second, radius[:rest], out=second)


# ---------------------------------------------------------------------------------------------------------------------------------
# dropout


def keep_mask(key: int, counter: int, shape: Sequence[int], rate: float) -> Array:
    """Boolean mask, False with a probability within 2**-17 of `rate`.

    Example:
        >>> abs(float(keep_mask(1, 2, (1000, 1000), 0.3).mean()) - 0.7) < 0.002
        True
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"dropout: rate must be in [0, 1], got {rate!r}.")
    out, threshold = np.empty(tuple(shape), bool), round(rate * 65536)
    flat = out.reshape(-1)
    if threshold in (0, 65536):
        flat.fill(threshold == 0)
    elif threshold == 32768:  # one bit says it all
        words = _sfc(key, counter).random_raw(-(-flat.size // 64))
        flat.view(np.uint8)[...] = np.unpackbits(words.view(np.uint8), count=flat.size)
    else:
        kind, levels = (np.uint8, threshold // 256) if threshold % 256 == 0 else (np.uint16, threshold)
        words = _sfc(key, counter).random_raw(-(-flat.size * kind(0).itemsize // 8))
        np.greater_equal(words.view(kind)[: flat.size], kind(levels), out=flat)
    return out


def dropout_mask(key: int, counter: int, shape: Sequence[int], rate: float, dtype: Any = np.float32, out: Array | None = None) -> Array:
    """Float32 or float64 mask: 0 with probability `rate`, else 1 / (1 - rate). Dropout is x * mask, and its gradient g * mask."""
    mask = np.empty(tuple(shape), dtype) if out is None else out
    keep = keep_mask(key, counter, mask.shape, rate)
    scale = mask.dtype.type(1 / (1 - rate) if rate < 1 else 0)
    # All ones or all zeros, then the bits of the scale: integer operations that cast once, three times as fast as bool * float.
    integer = np.int32 if mask.dtype == np.float32 else np.int64
    bits = mask.view(integer)
    np.negative(keep.view(np.int8), out=bits)
    np.bitwise_and(bits, scale.view(integer), out=bits)
    return mask
