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
from keras.ops.elementwise import add, cast, copy, dtype_of, log, multiply, subtract
from keras.ops.indexing import take
from keras.ops.reduction import argmax
from keras.ops.shaping import expand_dims, shape_of
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


@op(category="random", operands=0)
def uniform(shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None) -> Tensor:
    """Random numbers from `minval` up to, not including, `maxval`, each equally likely.

    Arguments:
        minval, maxval: numbers, the ends of the range. Default 0.0 and 1.0.
    Returns: tensor of that shape and dtype.
    >>> keras.random.uniform((3,), seed=1)
    array([0.4585, 0.3036, 0.7295], dtype=float32)
    """
    dtype = dtypes.standardize(dtype)
    drawn = draw_uniform(key_of(seed), shape=_shape(shape), dtype=dtype)
    return add(multiply(drawn, subtract(cast(maxval, dtype), cast(minval, dtype))), cast(minval, dtype))


@op(category="random", operands=0)
def normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None) -> Tensor:
    """Random numbers of the normal distribution: density exp(-((x - mean) / stddev)^2 / 2) / (stddev * sqrt(2 pi)).

    Arguments:
        mean: number, the centre.
        stddev: number >= 0, the standard deviation.
    Returns: tensor of that shape and dtype.
    >>> keras.random.normal((3,), seed=1)
    array([-0.1607,  0.8974, -1.2384], dtype=float32)
    """
    dtype = dtypes.standardize(dtype)
    drawn = draw_normal(key_of(seed), shape=_shape(shape), dtype=dtype)
    return add(multiply(drawn, cast(stddev, dtype)), cast(mean, dtype))


@op(category="random", operands=0)
def truncated_normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None) -> Tensor:
    """Random numbers of the normal distribution, those beyond two standard deviations drawn again.

    Arguments:
        mean: number, the centre.
        stddev: number >= 0, the standard deviation before the truncation.
    Returns: tensor of that shape and dtype.
    >>> keras.random.truncated_normal((3,), seed=1)
    array([-0.1607,  0.8974, -1.2384], dtype=float32)
    """
    dtype = dtypes.standardize(dtype)
    drawn = draw_truncated_normal(key_of(seed), shape=_shape(shape), dtype=dtype)
    return add(multiply(drawn, cast(stddev, dtype)), cast(mean, dtype))


@op(category="random", operands=0)
def randint(shape: Any, minval: int, maxval: int, dtype: Any = "int32", seed: Any = None) -> Tensor:
    """Random integers from `minval` to `maxval` - 1, each equally likely.

    Arguments:
        minval, maxval: int, the ends of the range; `maxval` is not included.
        dtype: name of an integer dtype.
    Returns: tensor of that shape and dtype.
    >>> keras.random.randint((5,), 0, 10, seed=1)
    array([3, 8, 1, 0, 9], dtype=int32)
    """
    return draw_integers(key_of(seed), shape=_shape(shape), low=int(minval), high=int(maxval), dtype=dtypes.standardize(dtype))


@op(category="random")
def dropout(inputs: Tensor, rate: float, noise_shape: Any = None, seed: Any = None) -> Tensor:
    """`inputs` with a fraction `rate` of the elements, chosen at random, set to 0 and the others divided by 1 - rate.

    Arguments:
        inputs: float tensor.
        rate: float from 0 to 1, the probability of 0.
        noise_shape: tuple of int or None, one per axis: along an axis of size 1 all elements share their fate. Default None: `inputs.shape`.
    Returns: tensor in the shape and of the dtype of `inputs`.
    Raises: ValueError if `rate` is not from 0 to 1.
    Source: Srivastava et al. 2014.
    >>> keras.random.dropout([1.0, 1.0, 1.0, 1.0], 0.5, seed=2)
    array([2., 0., 2., 0.], dtype=float32)
    """
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
    array([2, 1, 3, 4], dtype=int32)
    """
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
           [0, 0, 0]], dtype=int32)
    """
    batch, classes = shape_of(logits)
    noise = draw_uniform(key_of(seed), shape=(batch, num_samples, classes), dtype="float32")
    gumbel = multiply(log(multiply(log(add(multiply(noise, 1.0 - 1e-7), 1e-8)), -1.0)), -1.0)
    return cast(argmax(add(expand_dims(cast(logits, "float32"), 1), gumbel), axis=-1), dtype)
