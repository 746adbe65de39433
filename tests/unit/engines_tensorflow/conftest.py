"""Tests of the tensorflow engine alone: collected where TensorFlow is installed (tests/conformance/engines says so where it is not)."""

import importlib.util
from collections.abc import Iterator

import pytest

collect_ignore_glob = [] if importlib.util.find_spec("tensorflow") is not None else ["test_*.py"]


@pytest.fixture(autouse=True)
def on_tensorflow() -> Iterator[None]:
    """Every test here computes on tensorflow."""
    from keras.core import engine

    with engine.use("tensorflow"):
        yield
