"""Constraints: what weights are projected to after each update."""

from keras._surface import attach

__getattr__, __dir__, __all__ = attach("keras.constraints")
