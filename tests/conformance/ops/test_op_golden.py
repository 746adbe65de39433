"""Ops against values recorded from Keras 3.15.1 on JAX."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from op_properties import dtype_of, leaves_of

import keras

RECORDED = np.load(Path(__file__).parents[2] / "golden" / "ops" / "keras-3.15.1-jax.npz")
NAMES = sorted({key.split("/")[0] for key in RECORDED.files})

NOT_COMPARED: dict[str, str] = {}
"""Recorded calls that are not expected to agree, each with its reason."""


def _argument(name: str, recorded: dict[str, Any]) -> Any:
    if "array" in recorded:
        array = RECORDED[f"{name}/{recorded['array']}"]
        array.setflags(write=False)
        return array
    if "list" in recorded:
        return [_argument(name, item) for item in recorded["list"]]
    if "tuple" in recorded:
        return tuple(_argument(name, item) for item in recorded["tuple"])
    return recorded["value"]


def _function(path: str) -> Any:
    """The public function of a dotted name."""
    return functools.reduce(getattr, path.split(".")[1:], keras)


@pytest.mark.parametrize("name", NAMES)
def test_recorded_value(name: str) -> None:
    if name in NOT_COMPARED:
        pytest.skip(NOT_COMPARED[name])
    meta = json.loads(str(RECORDED[f"{name}/meta"]))
    args = [_argument(name, a) for a in meta["arguments"]]
    kwargs = {k: _argument(name, a) for k, a in meta["keyword_arguments"].items()}
    results = leaves_of(_function(meta["function"])(*args, **kwargs))
    rtol, atol = RECORDED[f"{name}/tolerance"]
    assert len(results) == meta["n_outputs"]
    for i, result in enumerate(results):
        expected = RECORDED[f"{name}/y{i}"]
        assert np.shape(result) == expected.shape
        np.testing.assert_allclose(np.asarray(result), expected, rtol=rtol, atol=atol)
        assert dtype_of(result) == meta["dtypes"][i]
