"""Values recorded from released Keras versions: one flat array of numbers per kind, cut up by the cases beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np


def recorded(kind: str) -> list[dict[str, Any]]:
    """The cases of a kind, each with its read-only arrays under `arrays`."""
    with np.load(Path(__file__).parent / "golden" / kind / "recorded.npz") as file:
        numbers, cases = file["numbers"], json.loads(str(file["cases"]))
    numbers.setflags(write=False)
    for case in cases:
        case["arrays"] = {name: numbers[at : at + int(np.prod(shape))].reshape(shape) for name, (at, shape) in case["arrays"].items()}
    return cases


def names(cases: list[dict[str, Any]]) -> list[str]:
    """Their names, for test ids."""
    return [case["name"] for case in cases]
