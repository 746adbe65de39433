"""Objects as configs, and back from them by an allow-list."""

from keras._surface import attach

__getattr__, __dir__, __all__ = attach("keras.saving")
