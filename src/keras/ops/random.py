"""Random ops: functions of a key. A key is two numbers, (seed, counter); a `SeedGenerator` hands out a new one each time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras.core import dtypes, engine
from keras.core import random as host
from keras.core.families import custom, static_shape
from keras.core.op import op, primitive
from keras.core.tensor import Spec
from keras.core.variable import Variable
from keras.ops.elementwise import (
    add, cast, copy, divide, dtype_of, equal, exp, floor, greater, greater_equal, less, less_equal, log, logical_and, logical_or,
    maximum, multiply, rsqrt, select, sigmoid, square, subtract,
)  # fmt: skip
from keras.ops.indexing import take
from keras.ops.reduction import argmax
from keras.ops.shaping import broadcast_to, expand_dims, reshape, shape_of, slice_along, zeros_like
from keras.ops.sorting import order

Tensor = Any


class SeedGenerator:
    """Hands out keys for random ops; its state is a variable, so that a compiled step draws anew at every call.
    Arguments:
        seed: int. Default None: drawn from the global one, `keras.utils.set_random_seed`.
        name: str. Default None: 'seed_generator'.
        **kwargs: taken for compatibility.
    Returns: an object to write as `seed=` of random ops and layers.
    Raises: ValueError if `seed` is no integer.
    Example:
        >>> generator = keras.random.SeedGenerator(1)
        >>> bool(keras.random.uniform((), seed=generator) == keras.random.uniform((), seed=generator))
        False
    Source: keras.random.SeedGenerator of Keras 3.
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any) -> None:
        if seed is not None and (not isinstance(seed, (int, np.integer)) or isinstance(seed, bool)):
            raise ValueError(f"SeedGenerator(seed): got {seed!r}. Accepted: an integer or None. Write SeedGenerator(seed=1337).")
        self.initial_seed = seed
        self.seed = host.draw_seed() if seed is None else int(seed)
        self.name = name or "seed_generator"
        self.state = Variable(
            np.array([self.seed & 0xFFFFFFFF, 0], "uint32"), dtype="uint32", trainable=False, name="seed_generator_state", kind="seed"
        )

    def next(self, ordered: bool = True) -> Tensor:
        """A key that was not handed out before."""
        key = copy(self.state.raw)  # the state is written where it stands
        self.state.assign(add(key, engine.current().asarray(np.array([0, 1], "uint32"))))
        return key

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal generator."""
        return {"seed": self.seed}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        """The generator of a config."""
        return cls(**config)


_global_generator: tuple[int | None, SeedGenerator] | None = None


def global_generator() -> SeedGenerator:
    """The generator behind `seed=None`; a new one after `set_random_seed`."""
    global _global_generator
    seed = host.global_seed()
    if _global_generator is None or _global_generator[0] != seed:
        generator = SeedGenerator()
        _global_generator = (host.global_seed(), generator)
    return _global_generator[1]


def key_of(seed: Any) -> Tensor:
    """A key from None, an integer or a `SeedGenerator`."""
    if seed is None:
        return global_generator().next()
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if isinstance(seed, (int, np.integer)) and not isinstance(seed, bool):
        return engine.current().asarray(np.array([int(seed) & 0xFFFFFFFF, (int(seed) >> 32) & 0x7FFFFFFF], "uint32"))
    raise ValueError(f"seed: got {seed!r}. Accepted: None, an integer or a keras.random.SeedGenerator.")


def _drawn_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    return Spec(static_shape(name, attributes["shape"]), attributes["dtype"]), {
        **attributes,
        "shape": static_shape(name, attributes["shape"]),
    }


@primitive(custom(_drawn_rule), category="internal", name="draw_uniform")
def draw_uniform(key: Tensor, shape: Any, dtype: str) -> Tensor:
    """Uniform numbers in [0, 1)."""


@primitive(custom(_drawn_rule), category="internal", name="draw_normal")
def draw_normal(key: Tensor, shape: Any, dtype: str) -> Tensor:
    """Numbers of the standard normal distribution."""


@primitive(custom(_drawn_rule), category="internal", name="draw_truncated_normal")
def draw_truncated_normal(key: Tensor, shape: Any, dtype: str) -> Tensor:
    """Numbers of the standard normal distribution between -2 and 2."""


@primitive(custom(_drawn_rule), category="internal", name="draw_mask")
def draw_mask(key: Tensor, shape: Any, rate: float, dtype: str) -> Tensor:
    """0 with probability `rate`, else 1 / (1 - rate): the factor of dropout."""


@primitive(custom(_drawn_rule), category="internal", name="draw_integers")
def draw_integers(key: Tensor, shape: Any, low: int, high: int, dtype: str) -> Tensor:
    """Integers from `low` to `high` - 1, each equally likely."""


def _shape(shape: Any) -> Any:
    return (shape,) if isinstance(shape, int) else tuple(shape)


def _float_dtype_named(name: str, dtype: Any) -> str:
    dtype = dtypes.standardize(dtype)
    if not dtypes.is_float(dtype):
        raise ValueError(f"keras.random.{name}(dtype): got {dtype!r}. Accepted: a float dtype, for example 'float32'.")
    return dtype


@op(category="random", operands=0)
def uniform(shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None) -> Tensor:
    """Random numbers from `minval` up to, not including, `maxval`, each equally likely.
    Arguments:
        minval, maxval: numbers, the ends of the range. Default 0.0 and 1.0.
    Raises: ValueError if `dtype` is no float dtype.
    >>> keras.random.uniform((3,), seed=1)
    array([0.4585, 0.3036, 0.7295], dtype=float32)"""
    dtype = _float_dtype_named("uniform", dtype)
    drawn = draw_uniform(key_of(seed), shape=_shape(shape), dtype=dtype)
    return add(multiply(drawn, subtract(cast(maxval, dtype), cast(minval, dtype))), cast(minval, dtype))


@op(category="random", operands=0)
def normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None) -> Tensor:
    """Random numbers of the normal distribution: density exp(-((x - mean) / stddev)^2 / 2) / (stddev * sqrt(2 pi)).
    Arguments:
        mean: number, the centre.
        stddev: number >= 0, the standard deviation.
    Raises: ValueError if `dtype` is no float dtype.
    >>> keras.random.normal((3,), seed=1)
    array([-0.1607,  0.8974, -1.2384], dtype=float32)"""
    dtype = _float_dtype_named("normal", dtype)
    drawn = draw_normal(key_of(seed), shape=_shape(shape), dtype=dtype)
    return add(multiply(drawn, cast(stddev, dtype)), cast(mean, dtype))


@op(category="random", operands=0)
def truncated_normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None) -> Tensor:
    """Random numbers of the normal distribution, those beyond two standard deviations drawn again.
    Arguments:
        mean: number, the centre.
        stddev: number >= 0, the standard deviation before the truncation.
    Raises: ValueError if `dtype` is no float dtype.
    >>> keras.random.truncated_normal((3,), seed=1)
    array([-0.1607,  0.8974, -1.2384], dtype=float32)"""
    dtype = _float_dtype_named("truncated_normal", dtype)
    drawn = draw_truncated_normal(key_of(seed), shape=_shape(shape), dtype=dtype)
    return add(multiply(drawn, cast(stddev, dtype)), cast(mean, dtype))


@op(category="random", operands=0)
def randint(shape: Any, minval: int, maxval: int, dtype: Any = "int32", seed: Any = None) -> Tensor:
    """Random integers from `minval` to `maxval` - 1, each equally likely.
    Arguments:
        minval, maxval: int, the ends of the range; `maxval` is not included.
        dtype: name of an integer dtype.
    Raises: ValueError if `dtype` is no integer dtype.
    >>> keras.random.randint((5,), 0, 10, seed=1)
    array([3, 8, 1, 0, 9], dtype=int32)"""
    dtype = dtypes.standardize(dtype)
    if not dtypes.is_integer(dtype):
        raise ValueError(f"keras.random.randint(dtype): got {dtype!r}. Accepted: an integer dtype. Write keras.random.uniform for floats.")
    return draw_integers(key_of(seed), shape=_shape(shape), low=int(minval), high=int(maxval), dtype=dtype)


@op(category="random")
def dropout(inputs: Tensor, rate: float, noise_shape: Any = None, seed: Any = None) -> Tensor:
    """`inputs` with a fraction `rate` of the elements, chosen at random, set to 0 and the others divided by 1 - rate.
    Arguments:
        inputs: float tensor.
        rate: float from 0 to 1, the probability of 0.
        noise_shape: tuple of int or None, one per axis: along an axis of size 1 all elements share one fate. Default None: `inputs.shape`.
    Returns: tensor in the shape and of the dtype of `inputs`.
    Raises: ValueError if `rate` is not from 0 to 1.
    Source: Srivastava et al. 2014.
    >>> keras.random.dropout([1.0, 1.0, 1.0, 1.0], 0.5, seed=2)
    array([2., 0., 2., 0.], dtype=float32)"""
    if not 0 <= rate <= 1:
        raise ValueError(f"keras.random.dropout(rate): got {rate}. Accepted: a number from 0 to 1.")
    sizes = shape_of(inputs)
    if noise_shape is not None:
        sizes = tuple(n if m is None else m for n, m in zip(sizes, noise_shape, strict=True))
    if rate == 0:
        return inputs
    from_key = key_of(seed)
    return multiply(inputs, draw_mask(from_key, shape=sizes, rate=float(rate), dtype=_float_dtype(inputs)))


def _float_dtype(x: Any) -> str:
    return dtypes.to_floating(dtype_of(x))


@op(category="random")
def shuffle(x: Tensor, axis: int = 0, seed: Any = None) -> Tensor:
    """The slices of `x` along `axis` in random order.
    Returns: tensor in the shape and of the dtype of `x`.
    >>> keras.random.shuffle([1, 2, 3, 4], seed=1)
    array([2, 1, 3, 4], dtype=int32)"""
    n = shape_of(x)[axis]
    return take(x, order(draw_uniform(key_of(seed), shape=(n,), dtype="float32"), axis=0), axis=axis)


@op(category="random")
def categorical(logits: Tensor, num_samples: int, dtype: Any = "int32", seed: Any = None) -> Tensor:
    """Class numbers drawn for each row of logits, class i with probability softmax(logits)[i].
    Arguments:
        logits: float tensor, shape (batch, classes).
        num_samples: int, how many numbers for each row.
        dtype: name of an integer dtype.
    Returns: tensor, shape (batch, num_samples), of that dtype.
    Source: Gumbel 1954 (the largest of logits with noise).
    >>> keras.random.categorical([[0.0, 50.0], [50.0, 0.0]], 3, seed=1)
    array([[1, 1, 1],
           [0, 0, 0]], dtype=int32)"""
    batch, classes = shape_of(logits)
    noise = draw_uniform(key_of(seed), shape=(batch, num_samples, classes), dtype="float32")
    gumbel = multiply(log(multiply(log(add(multiply(noise, 1.0 - 1e-7), 1e-8)), -1.0)), -1.0)
    return cast(argmax(add(expand_dims(cast(logits, "float32"), 1), gumbel), axis=-1), dtype)


# ----------------------------------------------------------------------------------------- gamma and what follows from it

_ROUNDS = 8
"""Proposals for each number: at least 95 of 100 are accepted, so fewer than one number in 10^10 is the last proposal unaccepted."""


def _keys(key: Tensor, count: int) -> list[Tensor]:
    """Keys for the parts of a draw, drawn themselves: sums of keys would meet again."""
    drawn = cast(draw_integers(key, shape=(count, 2), low=0, high=2**31 - 1, dtype="int32"), "uint32")
    return _slices(drawn, count, (2,))


def _slices(x: Tensor, count: int, shape: Any) -> list[Tensor]:
    return [reshape(slice_along(x, 0, i, i + 1), shape) for i in range(count)]


def _log_gamma_numbers(key: Tensor, shape: Any, alpha: Tensor) -> Tensor:
    """Logarithms of numbers of the gamma distribution, float32; for small `alpha` the numbers themselves would be 0."""
    small = less(alpha, 1.0)
    d = subtract(select(small, add(alpha, 1.0), alpha), 1 / 3)
    c = rsqrt(multiply(d, 9.0))
    for_normals, for_uniforms = _keys(key, 2)
    normals = _slices(draw_normal(for_normals, shape=(_ROUNDS, *shape), dtype="float32"), _ROUNDS, shape)
    uniforms = _slices(draw_uniform(for_uniforms, shape=(_ROUNDS + 1, *shape), dtype="float32"), _ROUNDS + 1, shape)
    found: Any = None
    accepted: Any = None
    for x, u in zip(normals, uniforms, strict=False):
        root = add(multiply(c, x), 1.0)
        positive = greater(root, 0.0)
        log_v = multiply(log(select(positive, root, 1.0)), 3.0)
        bound = add(multiply(square(x), 0.5), multiply(d, add(subtract(1.0, exp(log_v)), log_v)))
        fits = logical_and(positive, less(log(subtract(1.0, u)), bound))
        found = log_v if found is None else select(accepted, found, log_v)
        accepted = fits if accepted is None else logical_or(accepted, fits)
    boost = divide(log(subtract(1.0, uniforms[-1])), select(small, alpha, 1.0))
    return add(add(found, log(d)), select(small, boost, 0.0))


def _parameter(name: str, argument: str, value: Any, shape: Any) -> Tensor:
    """A parameter of a distribution in the shape that is drawn."""
    value = cast(value, "float32")
    sizes = shape_of(value)
    if len(sizes) > len(shape) or any(n not in (1, m) for n, m in zip(reversed(sizes), reversed(shape), strict=False)):
        raise ValueError(
            f"keras.random.{name}({argument}): got shape {tuple(sizes)}. Accepted: a shape that can be broadcast to shape={tuple(shape)}."
        )
    return broadcast_to(value, shape)


@op(category="random", operands=0)
def gamma(shape: Any, alpha: Any, dtype: Any = None, seed: Any = None) -> Tensor:
    """Random numbers of the gamma distribution: density x^(alpha - 1) exp(-x) / Gamma(alpha) for x > 0.
    Arguments:
        alpha: number or tensor > 0 that broadcasts to the shape; NaN comes out of negative ones, 0 out of 0.
    Source: Marsaglia and Tsang 2000, "A simple method for generating gamma variables".
    >>> keras.random.gamma((3,), 2.0, seed=1)
    array([1.4887, 1.9858, 2.2217], dtype=float32)"""
    dtype, shape = _float_dtype_named("gamma", dtype), _shape(shape)
    alpha = _parameter("gamma", "alpha", alpha, shape)
    drawn = exp(_log_gamma_numbers(key_of(seed), shape, select(greater(alpha, 0.0), alpha, 1.0)))
    return cast(select(greater(alpha, 0.0), drawn, select(equal(alpha, 0.0), 0.0, float("nan"))), dtype)


@op(category="random", operands=0)
def beta(shape: Any, alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> Tensor:
    """Random numbers of the beta distribution: density proportional to x^(alpha - 1) (1 - x)^(beta - 1) for 0 < x < 1.
    Arguments:
        alpha, beta: numbers or tensors > 0 that broadcast to the shape.
    Source: keras.random.beta of Keras 3; x / (x + y) for x and y of gamma distributions.
    >>> keras.random.beta((3,), 1.0, 2.0, seed=1)
    array([0.3127, 0.2764, 0.2174], dtype=float32)"""
    dtype, shape = _float_dtype_named("beta", dtype), _shape(shape)
    a, b = _parameter("beta", "alpha", alpha, shape), _parameter("beta", "beta", beta, shape)
    valid = logical_and(greater(a, 0.0), greater(b, 0.0))
    drawn = _beta_numbers(key_of(seed), shape, select(valid, a, 1.0), select(valid, b, 1.0))
    zero = logical_and(equal(a, 0.0), greater_equal(b, 0.0))
    return cast(select(valid, drawn, select(zero, 0.0, float("nan"))), dtype)


def _beta_numbers(key: Tensor, shape: Any, a: Tensor, b: Tensor) -> Tensor:
    first, second = _keys(key, 2)
    return sigmoid(subtract(_log_gamma_numbers(first, shape, a), _log_gamma_numbers(second, shape, b)))


@op(category="random", operands=0)
def binomial(shape: Any, counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None) -> Tensor:
    """Random numbers of the binomial distribution: how many of `counts` trials succeed.

    The trials stand for uniform numbers; the middle one of n of them, in order, has a beta distribution, and whether it lies below the
    probability decides about one half of the trials at once. So the work grows with the logarithm of the counts.
    Arguments:
        counts: number or tensor of whole numbers >= 0 that broadcasts to the shape.
        probabilities: number or tensor from 0 to 1 that broadcasts to the shape.
    Returns: tensor of that shape and dtype; NaN for parameters outside of their range.
    Source: Devroye 1986, "Non-Uniform Random Variate Generation", X.4.3.
    >>> keras.random.binomial((3,), 10, 0.5, seed=1)
    array([7., 4., 4.], dtype=float32)"""
    dtype, shape = _float_dtype_named("binomial", dtype), _shape(shape)
    left, p = floor(_parameter("binomial", "counts", counts, shape)), _parameter("binomial", "probabilities", probabilities, shape)
    valid = logical_and(greater_equal(left, 0.0), logical_and(greater_equal(p, 0.0), less_equal(p, 1.0)))
    on_host = isinstance(counts, (int, float, list, tuple, np.ndarray, np.generic))
    largest = float(np.max(counts, initial=0)) if on_host else 2.0**24  # the largest one that float32 counts up to
    left, successes = select(valid, left, 0.0), zeros_like(p)
    rounds = int(max(largest, 0)).bit_length()
    for key in _keys(key_of(seed), rounds):
        middle = floor(multiply(add(left, 1.0), 0.5))
        some = greater(middle, 0.0)
        cut = _beta_numbers(key, shape, select(some, middle, 1.0), select(some, subtract(add(left, 1.0), middle), 1.0))
        above = less(cut, p)  # the middle one and all before it succeed
        successes = select(logical_and(some, above), add(successes, middle), successes)
        left = select(above, subtract(left, middle), maximum(subtract(middle, 1.0), 0.0))
        p = select(above, divide(subtract(p, cut), subtract(1.0, cut)), divide(p, maximum(cut, 1e-30)))
    return cast(select(valid, successes, float("nan")), dtype)
