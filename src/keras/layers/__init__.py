"""Layers: tensors in, tensors out, with variables of their own."""

from keras._surface import attach

__getattr__, __dir__, __all__ = attach("keras.layers")
