"""Every metric of Keras 3.15.1 exists under its name and takes its arguments in their order."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

from keras.metrics import lookup

LINES = [line.split("\t") for line in Path(__file__).with_name("metrics_surface.tsv").read_text().splitlines()]


@pytest.mark.parametrize(("name", "signature"), LINES, ids=[line[0] for line in LINES])
def test_name_and_signature(name, signature):
    found = getattr(lookup, name, None) or (lookup.function(name) if name[0].islower() else lookup.registry.find(name))
    scope: dict[str, Any] = {}
    exec(f"def recorded{signature}: pass", scope)
    expected = list(inspect.signature(scope["recorded"]).parameters.values())
    expected = expected[1:] if isinstance(found, type) else expected
    parameters = inspect.signature(found).parameters.values()
    assert [(p.name, p.kind, p.default) for p in parameters] == [(p.name, p.kind, p.default) for p in expected]
