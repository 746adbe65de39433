"""What Keras 1, 2 and tf.keras spelled otherwise. The core asks here only when it has refused a name or an argument."""

from keras._surface import attach

__getattr__, __dir__, __all__ = attach("keras.legacy")
