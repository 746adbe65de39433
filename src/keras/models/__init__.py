"""Models: layers put together, as a sequence, as a graph, or as a class."""

from keras._surface import attach

__getattr__, __dir__, __all__ = attach("keras.models")
