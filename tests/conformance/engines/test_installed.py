"""Which engines the tables of this folder run on. `ONE_KERAS_ENGINES=jax,torch` makes those that it names required."""

from __future__ import annotations

import importlib.util
import os

import pytest


@pytest.mark.parametrize("name", ["jax", "torch", "tensorflow"])
def test_engine_is_installed(name: str) -> None:
    found = importlib.util.find_spec(name) is not None
    if not found and name not in os.environ.get("ONE_KERAS_ENGINES", "").split(","):
        pytest.skip(f"{name} is not installed, so nothing ran on it: pip install {name}")
    assert found, f"{name} is required by ONE_KERAS_ENGINES and is not installed"
