"""Layers that disturb their inputs while training and return them unchanged otherwise."""

from __future__ import annotations

from typing import Any

from keras.layers.arguments import fraction, keep
from keras.layers.layer import Layer
from keras.ops import random
from keras.ops.random import SeedGenerator


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
