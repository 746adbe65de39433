"""Every engine is there to be tested on. `ONE_KERAS_ENGINES=jax,torch` in the environment says that fewer are meant to be."""

from __future__ import annotations

import importlib.util

import pytest
from tested_engines import ENGINES


@pytest.mark.parametrize("name", ENGINES)
def test_engine_is_installed(name: str) -> None:
    found = importlib.util.find_spec(name) is not None
    assert found, f"{name} is not installed: run pip install -e '.[test]', or name the engines to test on in ONE_KERAS_ENGINES"
