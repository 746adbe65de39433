"""What Keras 1, 2 and tf.keras spelled otherwise. The core asks here only when it has refused a name or an argument."""

from keras.legacy.spellings import hints

__all__ = ["hints"]
