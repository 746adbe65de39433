"""Losses: what training minimizes."""

from keras._surface import attach

__getattr__, __dir__, __all__ = attach("keras.losses")
