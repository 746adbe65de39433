"""Layers that disturb their inputs while training and return them unchanged otherwise."""

from __future__ import annotations

from typing import Any

from keras import regularizers
from keras.core import config
from keras.layers.arguments import fraction, keep
from keras.layers.input_spec import InputSpec
from keras.layers.layer import Layer
from keras.layers.ranked import described, spatial_axes
from keras.ops import random
from keras.ops.elementwise import add, cast, greater_equal, multiply, select
from keras.ops.random import SeedGenerator
from keras.ops.shaping import ones_like, shape_of


class Dropout(Layer):
    """The inputs with a random fraction `rate` set to 0 while training, the others scaled by 1 / (1 - rate); unchanged otherwise.

    Arguments:
        rate: float from 0 to 1, the fraction that is dropped.
        noise_shape: shape of the mask, with 1 (or None for the input's size) where it repeats. Default: every element on its own.
        seed: int, for the same masks in every run. Default: a new seed.
    Returns: tensor of the input's shape.
    Raises: ValueError if `rate` is outside [0, 1].
    Example:
        >>> Dropout(0.5)(np.ones((1, 4), "float32")).tolist()
        [[1.0, 1.0, 1.0, 1.0]]
    Source: Srivastava et al. 2014; keras.layers.Dropout of Keras 3.
    """

    supports_masking = True

    def __init__(self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        keep(self, locals())
        fraction(self, "rate", rate)
        if rate > 0:
            self.seed_generator = SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The inputs, part of them dropped if `training`."""
        if not training or self.rate == 0:
            return inputs
        return random.dropout(inputs, self.rate, noise_shape=self.noise_shape, seed=self.seed_generator)


SPATIAL_DROPOUT = """Dropout of whole channels: a dropped channel is 0 at every place.

    Neighbouring places are alike, so dropping single elements would only scale the gradient; dropping channels makes them independent.

    Arguments:
        rate: float from 0 to 1, the fraction of channels that is dropped.{data_format}
        seed: int, for the same masks in every run.
    Input: tensor, shape (batch, {spatial}, channels).
    Example:
        >>> SpatialDropout{rank}D(0.5)({example}).shape
        {result}
    Source: Tompson et al. 2014; keras.layers.SpatialDropout{rank}D of Keras 3.
    """
_LAYOUT = "\n        data_format: 'channels_last', 'channels_first', or None for the global setting."


class SpatialDropout(Dropout):
    """Base of SpatialDropout1D, 2D and 3D."""

    rank: int

    def __init__(
        self, rate: float, data_format: str | None = None, seed: int | None = None, name: str | None = None, dtype: Any = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(rate, seed=seed, name=name, dtype=dtype, **kwargs)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _base_config(self) -> dict[str, Any]:
        config = super()._base_config()
        del config["trainable"]  # as Keras writes it: there is nothing to train, and the dtype is a name unless two are mixed
        return config if self.compute_dtype != self.variable_dtype else {**config, "dtype": self.dtype}

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The inputs, some channels dropped if `training`."""
        if not training or self.rate == 0:
            return inputs
        sizes = shape_of(inputs)
        spatial = spatial_axes(self.data_format, len(sizes))
        return random.dropout(
            inputs, self.rate, noise_shape=tuple(1 if i in spatial else n for i, n in enumerate(sizes)), seed=self.seed_generator
        )


class SpatialDropout1D(SpatialDropout):
    __doc__ = described(SPATIAL_DROPOUT, 1, data_format="", example='np.ones((2, 5, 3), "float32")', result="(2, 5, 3)")
    rank = 1

    def __init__(self, rate: float, seed: int | None = None, name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(rate, data_format="channels_last", seed=seed, name=name, dtype=dtype, **kwargs)


class SpatialDropout2D(SpatialDropout):
    __doc__ = described(SPATIAL_DROPOUT, 2, data_format=_LAYOUT, example='np.ones((2, 5, 5, 3), "float32")', result="(2, 5, 5, 3)")
    rank = 2


class SpatialDropout3D(SpatialDropout):
    __doc__ = described(SPATIAL_DROPOUT, 3, data_format=_LAYOUT, example='np.ones((2, 5, 5, 5, 3), "float32")', result="(2, 5, 5, 5, 3)")
    rank = 3


class GaussianNoise(Layer):
    """The inputs plus normal noise while training; unchanged otherwise.

    Arguments:
        stddev: float >= 0, the noise's standard deviation.
        seed: int, for the same noise in every run.
    Example:
        >>> GaussianNoise(0.1)(np.ones((1, 2), "float32")).tolist()
        [[1.0, 1.0]]
    Source: keras.layers.GaussianNoise of Keras 3.
    """

    supports_masking = True

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        keep(self, locals())
        if not isinstance(stddev, (int, float)) or stddev < 0:
            raise ValueError(f"GaussianNoise(stddev): got {stddev!r}. Accepted: a number >= 0. Write GaussianNoise(0.1).")
        if stddev > 0:
            self.seed_generator = SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The inputs, with noise if `training`."""
        if not training or self.stddev == 0:
            return inputs
        return add(inputs, random.normal(shape_of(inputs), stddev=self.stddev, dtype=self.compute_dtype, seed=self.seed_generator))


class GaussianDropout(Layer):
    """The inputs times normal noise with mean 1 while training; unchanged otherwise.

    The noise's standard deviation is sqrt(rate / (1 - rate)), that of dropout with the same rate.

    Arguments:
        rate: float from 0 to 1 (not 1 itself).
        seed: int, for the same noise in every run.
    Example:
        >>> GaussianDropout(0.5)(np.ones((1, 2), "float32")).tolist()
        [[1.0, 1.0]]
    Source: Srivastava et al. 2014, section 10; keras.layers.GaussianDropout of Keras 3.
    """

    supports_masking = True

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        keep(self, locals())
        fraction(self, "rate", rate, 1.0)
        if rate > 0:
            self.seed_generator = SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The inputs, with noise if `training`."""
        if not training or self.rate == 0:
            return inputs
        stddev = (self.rate / (1.0 - self.rate)) ** 0.5 if self.rate < 1 else float("inf")
        return multiply(
            inputs, random.normal(shape_of(inputs), mean=1.0, stddev=stddev, dtype=self.compute_dtype, seed=self.seed_generator)
        )


class AlphaDropout(Layer):
    """Dropout for networks with selu: dropped elements get selu's lower limit, and mean and variance of the inputs are kept.

    Arguments:
        rate: float from 0 to 1, the fraction that is dropped.
        noise_shape: shape of the mask, with 1 (or None for the input's size) where it repeats.
        seed: int, for the same masks in every run.
    Example:
        >>> AlphaDropout(0.5)(np.ones((1, 2), "float32")).tolist()
        [[1.0, 1.0]]
    Source: Klambauer et al. 2017; keras.layers.AlphaDropout of Keras 3.
    """

    supports_masking = True

    def __init__(self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        keep(self, locals())
        fraction(self, "rate", rate)
        if rate > 0:
            self.seed_generator = SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The inputs, part of them dropped if `training`."""
        if not training or self.rate == 0:
            return inputs
        sizes = shape_of(inputs)
        shape = sizes if self.noise_shape is None else tuple(n if m is None else m for n, m in zip(sizes, self.noise_shape, strict=True))
        kept = greater_equal(random.uniform(shape, dtype="float32", seed=self.seed_generator), self.rate)
        lowest = -1.7580993408473766  # -alpha * scale of selu
        if self.rate == 1:
            return multiply(ones_like(inputs), lowest)
        a = ((1.0 - self.rate) * (1.0 + self.rate * lowest**2)) ** -0.5
        b = -a * lowest * self.rate
        return add(multiply(select(kept, inputs, cast(lowest, self.compute_dtype)), a), b)


class ActivityRegularization(Layer):
    """The inputs unchanged; their size is added to the loss.

    loss += l1 * sum(|x|) + l2 * sum(x^2), divided by the number of samples

    Arguments:
        l1, l2: float >= 0, the weights of the two penalties.
    Example:
        >>> ActivityRegularization(l2=0.1)(np.ones((1, 2), "float32")).tolist()
        [[1.0, 1.0]]
    Source: keras.layers.ActivityRegularization of Keras 3.
    """

    supports_masking = True

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1 = l1
        self.l2 = l2

    def _base_config(self) -> dict[str, Any]:
        return {key: value for key, value in super()._base_config().items() if key != "activity_regularizer"}

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        return inputs
