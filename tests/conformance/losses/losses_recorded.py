"""The recorded values of real Keras versions in `tests/golden/losses`: one array of numbers and where each case finds its own."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np

GOLDEN = Path(__file__).parents[2] / "golden" / "losses"


@functools.cache
def cases(version: str) -> list[dict[str, Any]]:
    """The cases of one Keras version: name, class_name, arguments, tolerance, and arrays by name (read-only)."""
    with np.load(GOLDEN / f"{version}.npz") as file:
        meta, values = json.loads(str(file["meta"])), file["values"]
    found = [{**case, "arrays": {}} for case in meta["cases"]]
    for key, (start, shape, dtype) in meta["arrays"].items():
        number, _, name = key.partition("/")
        array = values[start : start + int(np.prod(shape))].reshape(shape).astype(dtype)
        array.flags.writeable = False
        found[int(number)]["arrays"][name] = array
    return found


def case_id(case: dict[str, Any]) -> str:
    """The test's id."""
    return case["name"]
