"""Regularizers: losses on weights and outputs."""

from keras._surface import attach

__getattr__, __dir__, __all__ = attach("keras.regularizers")
