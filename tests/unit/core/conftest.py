"""Settings of the core tests: no user's `keras.json`, the numpy engine."""

import os
import tempfile

os.environ["KERAS_HOME"] = tempfile.mkdtemp(prefix="keras-home-")
os.environ["KERAS_BACKEND"] = "numpy"
