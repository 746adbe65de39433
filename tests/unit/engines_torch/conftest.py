"""Every test here computes on the torch engine; without PyTorch there is nothing to collect."""

import importlib.util
from collections.abc import Iterator

import pytest

collect_ignore_glob = [] if importlib.util.find_spec("torch") else ["test_*.py"]


@pytest.fixture(autouse=True)
def torch_engine() -> Iterator[None]:
    """The torch engine for the length of the test."""
    from keras.core import engine

    with engine.use("torch"):
        yield
