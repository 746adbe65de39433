"""Settings of the engine tests: no user's `keras.json`, the op table importable, each test on every engine that is installed."""

import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ["KERAS_HOME"] = tempfile.mkdtemp(prefix="keras-home-")
os.environ["KERAS_BACKEND"] = "numpy"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
sys.path.insert(0, str(Path(__file__).parent.parent / "ops"))

ENGINES = ("jax", "torch", "tensorflow")


@pytest.fixture(params=ENGINES)
def other(request: pytest.FixtureRequest) -> Iterator[Any]:
    """One of the engines besides numpy, chosen for the length of the test."""
    if importlib.util.find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    from keras.core import engine

    with engine.use(request.param) as chosen:
        yield chosen
