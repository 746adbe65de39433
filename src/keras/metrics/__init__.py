"""Metrics: numbers that judge a model."""

from keras._surface import attach

__getattr__, __dir__, __all__ = attach("keras.metrics")
