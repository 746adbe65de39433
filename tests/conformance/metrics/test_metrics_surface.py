"""Every metric of Keras 3.15.1 exists under its name and takes its arguments in their order."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from keras.metrics import lookup

LINES = [line.split("\t") for line in Path(__file__).with_name("metrics_surface.tsv").read_text().splitlines()]


@pytest.mark.parametrize(("name", "signature"), LINES, ids=[line[0] for line in LINES])
def test_name_and_signature(name, signature):
    found = getattr(lookup, name, None) or (lookup.function(name) if name[0].islower() else lookup.registry.find(name))
    expected = [part.partition("=")[0].strip() for part in signature.strip("()").split(", ")]
    if isinstance(found, type):
        assert ["self", *inspect.signature(found).parameters] == expected
    else:
        assert list(inspect.signature(found).parameters) == expected
    defaults = {k: p.default for k, p in inspect.signature(found).parameters.items() if p.default is not p.empty}
    recorded = {k: eval(v) for k, _, v in (part.strip().partition("=") for part in signature.strip("()").split(", ")) if v}
    assert defaults == recorded
