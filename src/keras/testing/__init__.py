"""Checks for what users write themselves: `check_layer`."""

from keras._surface import attach

__getattr__, __dir__, __all__ = attach("keras.testing")
