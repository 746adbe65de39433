"""Utilities around arrays, data and output."""

from keras._surface import attach

__getattr__, __dir__, __all__ = attach("keras.utils")
