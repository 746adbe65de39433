"""Imported as `keras._tf_keras.keras` or, by TensorFlow's search path, as `tensorflow.keras`: both are `keras` itself."""

import importlib
import sys

sys.modules[__name__] = importlib.import_module("keras")
