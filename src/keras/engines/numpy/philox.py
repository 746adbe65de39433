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
# distributions


def _buffer(shape: Sequence[int], dtype: Any, out: Array | None) -> tuple[Array, Array]:
    """(result, contiguous float32 or float64 array to draw into); they are the same array where possible."""
    result = np.empty(tuple(shape), dtype) if out is None else out
    if result.flags.c_contiguous and result.dtype in (np.float32, np.float64):
        return result, result
    return result, np.empty(result.shape, np.float64 if result.dtype == np.float64 else np.float32)


def _delivered(result: Array, drawn: Array) -> Array:
    if result is not drawn:
        np.copyto(result, drawn, casting="same_kind")
    return result


def uniform(
    key: int, counter: int, shape: Sequence[int], dtype: Any = np.float32, low: float = 0.0, high: float = 1.0, out: Array | None = None
) -> Array:
    """Numbers uniform in [low, high).

    Example:
        >>> values = uniform(1, 2, (3,), low=-1.0)
        >>> bool((abs(values) <= 1).all()), values.dtype.name
        (True, 'float32')
    """
    result, drawn = _buffer(shape, dtype, out)
    _philox(key, counter).generator.random(out=drawn, dtype=drawn.dtype)
    kind = drawn.dtype.type
    if low != 0.0 or high != 1.0:
        np.multiply(drawn, kind(high - low), out=drawn)
        np.add(drawn, kind(low), out=drawn)
        if high > low:  # rounding may have reached the end
            np.minimum(drawn, np.nextafter(kind(high), kind(low)), out=drawn)
    return _delivered(result, drawn)


def normal(
    key: int, counter: int, shape: Sequence[int], dtype: Any = np.float32, mean: float = 0.0, stddev: float = 1.0, out: Array | None = None
) -> Array:
    """Numbers normal with the given mean and standard deviation: Box and Muller's for float32, the ziggurat for float64."""
    result, drawn = _buffer(shape, dtype, out)
    _standard_normal(_philox(key, counter), drawn)
    _scaled(drawn, mean, stddev)
    return _delivered(result, drawn)


def truncated_normal(
    key: int, counter: int, shape: Sequence[int], dtype: Any = np.float32, mean: float = 0.0, stddev: float = 1.0, out: Array | None = None
) -> Array:
    """Numbers normal with the given mean and standard deviation, drawn again while they are more than two deviations away."""
    result, drawn = _buffer(shape, dtype, out)
    generators = _philox(key, counter)
    _standard_normal(generators, drawn)
    flat = drawn.reshape(-1)
    outside = np.flatnonzero(np.abs(flat) > 2)
    while outside.size:
        again = np.empty(outside.size, drawn.dtype)
        _standard_normal(generators, again)
        flat[outside] = again
        outside = outside[np.abs(again) > 2]
    _scaled(drawn, mean, stddev)
    return _delivered(result, drawn)


def _scaled(drawn: Array, mean: float, stddev: float) -> None:
    kind = drawn.dtype.type
    if stddev != 1.0:
        np.multiply(drawn, kind(stddev), out=drawn)
    if mean != 0.0:
        np.add(drawn, kind(mean), out=drawn)


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


def _keep(key: int, counter: int, rate: float, out: Array) -> Array:
    """Fills the contiguous boolean array: False with a probability within 2**-17 of `rate`."""
    if not 0 <= rate <= 1:
        raise ValueError(f"dropout: rate must be in [0, 1], got {rate!r}.")
    threshold = round(rate * 65536)
    flat = out.reshape(-1)
    if threshold in (0, 65536):
        flat.fill(threshold == 0)
        return out
    sfc = _sfc(key, counter)
    if threshold == 32768:  # one bit says it all
        words = sfc.random_raw(-(-flat.size // 64))
        flat.view(np.uint8)[...] = np.unpackbits(words.view(np.uint8), count=flat.size)
    elif threshold % 256 == 0:
        words = sfc.random_raw(-(-flat.size // 8))
        np.greater_equal(words.view(np.uint8)[: flat.size], np.uint8(threshold // 256), out=flat)
    else:
        words = sfc.random_raw(-(-flat.size // 4))
        np.greater_equal(words.view(np.uint16)[: flat.size], np.uint16(threshold), out=flat)
    return out


def keep_mask(key: int, counter: int, shape: Sequence[int], rate: float, out: Array | None = None) -> Array:
    """Boolean mask, False with probability `rate` (to within 2**-17).

    Example:
        >>> abs(float(keep_mask(1, 2, (1000, 1000), 0.3).mean()) - 0.7) < 0.002
        True
    """
    if out is not None and not out.flags.c_contiguous:
        np.copyto(out, keep_mask(key, counter, out.shape, rate))
        return out
    return _keep(key, counter, rate, np.empty(tuple(shape), bool) if out is None else out)


def dropout_mask(key: int, counter: int, shape: Sequence[int], rate: float, dtype: Any = np.float32, out: Array | None = None) -> Array:
    """Float mask: 0 with probability `rate`, else 1 / (1 - rate). Dropout is x * mask, and its gradient g * mask."""
    mask = np.empty(tuple(shape), dtype) if out is None else out
    keep = _keep(key, counter, rate, np.empty(mask.shape, bool))
    scale = mask.dtype.type(1 / (1 - rate) if rate < 1 else 0)
    if mask.dtype not in (np.float32, np.float64):
        np.multiply(keep, scale, out=mask)
        return mask
    # All ones or all zeros, then the bits of the scale: integer operations that cast once, three times as fast as bool * float.
    integer = np.int32 if mask.dtype == np.float32 else np.int64
    bits = mask.view(integer)
    np.negative(keep.view(np.int8), out=bits)
    np.bitwise_and(bits, scale.view(integer), out=bits)
    return mask


def dropout(x: Array, key: int, counter: int, rate: float, out: Array | None = None, mask: Array | None = None) -> Array:
    """x * dropout_mask; the mask is left in `mask` when an array of x's shape and dtype is given, for the gradient."""
    mask = dropout_mask(key, counter, x.shape, rate, x.dtype, out=mask)
    return np.multiply(x, mask, out=mask.copy() if out is None else out)
