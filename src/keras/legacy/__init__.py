"""What Keras 1, 2 and tf.keras spelled otherwise. Importing this package fills the core's hooks."""

from __future__ import annotations

from keras.legacy import arguments, names
from keras.legacy.spellings import hints

__all__ = ["arguments", "hints", "names"]
