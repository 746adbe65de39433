"""Random initializers. They draw on the host, by a counter-based generator, so one seed gives the same weights on every engine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras.core import random
from keras.core.errors import unknown_name
from keras.initializers.base import Initializer

_TRUNCATED_STDDEV = 0.87962566103423978
"""The standard deviation of a standard normal truncated at 2."""


class RandomInitializer(Initializer):
    """Base of initializers that draw: the seed is an int, None (drawn once, at construction) or an object with `next()`.

    A fixed seed gives the same values at each call; an object with `next()` gives new ones.
    """

    def __init__(self, seed: Any = None) -> None:
        if seed is not None and not hasattr(seed, "next") and (isinstance(seed, bool) or not isinstance(seed, (int, np.integer))):
            raise ValueError(
                f"{type(self).__name__}(seed): got {seed!r}. Accepted: an integer, None or a keras.random.SeedGenerator. Write seed=0."
            )
        self._given_seed = seed
        self.seed = random.draw_seed() if seed is None else seed

    def get_config(self) -> dict[str, Any]:
        """The arguments; a seed that was not given stays None."""
        config = super().get_config()
        return {**config, "seed": None} if self._given_seed is None else config

    def _generator(self) -> np.random.Generator:
        if not hasattr(self.seed, "next"):
            return random.host_generator(self.seed)
        words = np.asarray(self.seed.next()).astype(np.uint64).reshape(-1)
        return random.host_generator(sum(int(word) << 32 * place for place, word in enumerate(words)))

    def _uniform(self, shape: tuple[int, ...], low: float, high: float, dtype: str) -> np.ndarray:
        values = self._generator().random(shape, _drawn_in(dtype))
        return values * values.dtype.type(high - low) + values.dtype.type(low)

    def _normal(self, shape: tuple[int, ...], mean: float, stddev: float, dtype: str, truncated: bool = False) -> np.ndarray:
        generator = self._generator()
        values = generator.standard_normal(shape, _drawn_in(dtype))
        if truncated:
            flat = values.reshape(-1)
            outside = np.flatnonzero(np.abs(flat) > 2)
            while outside.size:
                flat[outside] = generator.standard_normal(outside.size, _drawn_in(dtype))
                outside = outside[np.abs(flat[outside]) > 2]
        return values * values.dtype.type(stddev) + values.dtype.type(mean)


def _drawn_in(dtype: str) -> Any:
    return np.float64 if dtype in ("float64", "complex128") else np.float32


class RandomNormal(RandomInitializer):
    """Values of the normal distribution with the given mean and standard deviation.

    Arguments:
        mean: float. Default 0.0.
        stddev: float >= 0. Default 0.05.
        seed: int, None or a seed generator. Default None: drawn when the initializer is made.
    Example:
        >>> keras.initializers.RandomNormal(seed=1)((3,))
        array([0.0546, 0.0228, 0.0351], dtype=float32)
    Source: keras.initializers.RandomNormal of Keras 3.
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def values(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        """The drawn values."""
        return self._normal(shape, self.mean, self.stddev, dtype)


class TruncatedNormal(RandomNormal):
    """Values of the normal distribution, those further than two standard deviations from the mean drawn again.

    Arguments:
        mean: float. Default 0.0.
        stddev: float >= 0, before the truncation. Default 0.05.
        seed: int, None or a seed generator. Default None: drawn when the initializer is made.
    Example:
        >>> keras.initializers.TruncatedNormal(seed=1)((3,))
        array([0.0546, 0.0228, 0.0351], dtype=float32)
    Source: keras.initializers.TruncatedNormal of Keras 3.
    """

    def values(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        """The drawn values."""
        return self._normal(shape, self.mean, self.stddev, dtype, truncated=True)


class RandomUniform(RandomInitializer):
    """Values from `minval` up to `maxval`, each equally likely.

    Arguments:
        minval: float, the lower limit, included. Default -0.05.
        maxval: float, the upper limit, excluded. Default 0.05.
        seed: int, None or a seed generator. Default None: drawn when the initializer is made.
    Example:
        >>> keras.initializers.RandomUniform(0.0, 1.0, seed=1)((3,))
        array([0.4585, 0.3036, 0.7295], dtype=float32)
    Source: keras.initializers.RandomUniform of Keras 3.
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed)

    def values(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        """The drawn values."""
        return self._uniform(shape, self.minval, self.maxval, dtype)


_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")


class VarianceScaling(RandomInitializer):
    """Values whose variance is `scale / n`, n the number of inputs or outputs of a unit, so that signals keep their size.

    normal: stddev = sqrt(scale / n) (after the truncation), uniform: within sqrt(3 * scale / n) of 0

    Arguments:
        scale: float > 0. Default 1.0.
        mode: what n is: 'fan_in', 'fan_out' or 'fan_avg', their mean. Default 'fan_in'.
        distribution: 'truncated_normal' (also 'normal'), 'untruncated_normal' or 'uniform'. Default 'truncated_normal'.
        seed: int, None or a seed generator. Default None: drawn when the initializer is made.
        input_axes, output_axes: the axes whose sizes multiply to the numbers of inputs and outputs, given together. Default: the last two,
            the others being a window that counts for both.
    Raises: ValueError for another mode or distribution or a scale <= 0.
    Example:
        >>> keras.initializers.VarianceScaling(scale=2.0, seed=1)((2, 2))
        array([[1.2411, 0.5182],
               [0.7978, 0.3239]], dtype=float32)
    Source: He, Zhang, Ren, Sun 2015; keras.initializers.VarianceScaling of Keras 3.
    """

    def __init__(
        self, scale: float = 1.0, mode: str = "fan_in", distribution: str = "truncated_normal", seed: Any = None,
        input_axes: Sequence[int] | int | None = None, output_axes: Sequence[int] | int | None = None,
    ) -> None:  # fmt: skip
        name = type(self).__name__
        if not scale > 0:
            raise ValueError(f"{name}(scale): got {scale!r}. Accepted: a float > 0. Write scale=1.0.")
        if mode not in _MODES:
            raise ValueError(unknown_name(f"{name}(mode)", mode, _MODES))
        distribution = "truncated_normal" if distribution == "normal" else distribution
        if distribution not in _DISTRIBUTIONS:
            raise ValueError(unknown_name(f"{name}(distribution)", distribution, _DISTRIBUTIONS))
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes
        super().__init__(seed)

    def values(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        """The drawn values."""
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return self._uniform(shape, -limit, limit, dtype)
        truncated = self.distribution == "truncated_normal"
        return self._normal(shape, 0.0, math.sqrt(variance) / (_TRUNCATED_STDDEV if truncated else 1.0), dtype, truncated)


def compute_fans(shape: Sequence[int], input_axes: Any = None, output_axes: Any = None) -> tuple[int, int]:
    """How many inputs and outputs one unit of a weight of this shape has.

    Example:
        >>> compute_fans((3, 3, 16, 32))
        (144, 288)
    """
    rank = len(shape)
    if input_axes is not None and output_axes is not None:
        return _product(shape, input_axes), _product(shape, output_axes)
    if rank < 2:
        return math.prod(shape), math.prod(shape)
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


def _product(shape: Sequence[int], axes: Sequence[int] | int) -> int:
    axes = (axes,) if isinstance(axes, int) else tuple(axes)
    if any(not -len(shape) <= axis < len(shape) for axis in axes):
        raise ValueError(f"VarianceScaling(input_axes, output_axes): got {axes} for a weight with {len(shape)} axes.")
    return math.prod(shape[axis] for axis in axes)


_SCALED_DOCUMENTATION = """{formula}

    Arguments:
        seed: int, None or a seed generator. Default None: drawn when the initializer is made.
        input_axes, output_axes: the axes that count as inputs and outputs, given together. Default: the last two.
    Example:
        >>> keras.initializers.{name}(seed=1)((2, 3)).shape
        (2, 3)
    Source: {source}; keras.initializers.{name} of Keras 3.
    """


def _scaled(name: str, scale: float, mode: str, distribution: str, formula: str, source: str) -> type:
    """A subclass of VarianceScaling with everything but the seed and the axes fixed."""

    def __init__(
        self: Any, seed: Any = None, input_axes: Sequence[int] | int | None = None, output_axes: Sequence[int] | int | None = None
    ) -> None:
        VarianceScaling.__init__(self, scale, mode, distribution, seed, input_axes, output_axes)

    documentation = _SCALED_DOCUMENTATION.format(name=name, formula=formula, source=source)
    return type(name, (VarianceScaling,), {"__init__": __init__, "__doc__": documentation, "__module__": __name__})


_GLOROT, _HE, _LECUN = "Glorot and Bengio 2010", "He, Zhang, Ren, Sun 2015", "LeCun, Bottou, Orr, Müller 1998"
GlorotUniform = _scaled("GlorotUniform", 1.0, "fan_avg", "uniform", "Uniform values within sqrt(6 / (fan_in + fan_out)) of 0.", _GLOROT)
GlorotNormal = _scaled(
    "GlorotNormal", 1.0, "fan_avg", "truncated_normal", "Truncated normal values, stddev = sqrt(2 / (fan_in + fan_out)).", _GLOROT
)
HeUniform = _scaled("HeUniform", 2.0, "fan_in", "uniform", "Uniform values within sqrt(6 / fan_in) of 0.", _HE)
HeNormal = _scaled("HeNormal", 2.0, "fan_in", "truncated_normal", "Truncated normal values, stddev = sqrt(2 / fan_in).", _HE)
LecunUniform = _scaled("LecunUniform", 1.0, "fan_in", "uniform", "Uniform values within sqrt(3 / fan_in) of 0.", _LECUN)
LecunNormal = _scaled("LecunNormal", 1.0, "fan_in", "truncated_normal", "Truncated normal values, stddev = sqrt(1 / fan_in).", _LECUN)


class Orthogonal(RandomInitializer):
    """A random matrix with orthonormal rows or columns (the fewer), times `gain`; leading axes count as rows.

    Arguments:
        gain: float. Default 1.0.
        seed: int, None or a seed generator. Default None: drawn when the initializer is made.
    Example:
        >>> q = keras.initializers.Orthogonal(seed=1)((2, 3))
        >>> keras.ops.round(q @ q.T, 3) + 0.0
        array([[1., 0.],
               [0., 1.]], dtype=float32)
    Source: Saxe, McClelland, Ganguli 2014; keras.initializers.Orthogonal of Keras 3.
    """

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        self.gain = gain
        super().__init__(seed)

    def values(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        """The matrix in that shape."""
        if len(shape) < 2:
            raise ValueError(f"Orthogonal(shape): got {shape}. Accepted: a shape of at least two axes. Write Orthogonal()((3, 3)).")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(self._normal((max(rows, columns), min(rows, columns)), 0.0, 1.0, "float64"))
        q = q * np.sign(np.diag(r))  # makes the distribution uniform
        return self.gain * (q.T if rows < columns else q).reshape(shape)
