"""Initializers: first values of variables."""

from keras._surface import attach

__getattr__, __dir__, __all__ = attach("keras.initializers")
