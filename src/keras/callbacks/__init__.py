"""Callbacks: what happens around epochs and batches."""

from keras._surface import attach

__getattr__, __dir__, __all__ = attach("keras.callbacks")
