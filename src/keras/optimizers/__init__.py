"""Optimizers: how gradients change weights."""

from keras._surface import attach

__getattr__, __dir__, __all__ = attach("keras.optimizers")
