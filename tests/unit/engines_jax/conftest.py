"""Tests of the jax engine alone: collected where JAX is installed (tests/conformance/engines says so where it is not)."""

import importlib.util
from collections.abc import Iterator

import pytest

collect_ignore_glob = [] if importlib.util.find_spec("jax") is not None else ["test_*.py"]


@pytest.fixture(autouse=True)
def on_jax() -> Iterator[None]:
    """Every test here computes on jax."""
    from keras.core import engine

    with engine.use("jax"):
        yield
