"""Data sets, small ones included and others fetched once."""

from keras._surface import attach

__getattr__, __dir__, __all__ = attach("keras.datasets")
