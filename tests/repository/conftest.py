"""These tests read the repository and run its examples on the NumPy engine."""

import os

os.environ.setdefault("KERAS_BACKEND", "numpy")
