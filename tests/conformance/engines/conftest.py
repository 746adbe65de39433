"""Settings of the engine tests: no user's `keras.json`, the op table importable, each test on every engine that is installed."""

import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tested_engines import ENGINES

os.environ["KERAS_HOME"] = tempfile.mkdtemp(prefix="keras-home-")
os.environ["KERAS_BACKEND"] = "numpy"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
sys.path[:0] = [str(Path(__file__).parent.parent / folder) for folder in ("ops", "layers")]

INSTALLED = tuple(name for name in ENGINES if importlib.util.find_spec(name) is not None)


@pytest.fixture(params=INSTALLED)
def other(request: pytest.FixtureRequest) -> Iterator[Any]:
    """One of the engines besides numpy, chosen for the length of the test."""
    from keras.core import engine

    with engine.use(request.param) as chosen:
        yield chosen
