"""Resident memory: what many calls of `fit` leave behind, and how many copies of the data one `fit` makes. Linux only."""

from __future__ import annotations

import gc
import re
from pathlib import Path

import numpy as np

from benchmarks.work import models

STATUS = Path("/proc/self/status")
CLEAR_REFERENCES = Path("/proc/self/clear_refs")


def _status_megabytes(key: str) -> float:
    match = re.search(rf"^{key}:\s+(\d+) kB", STATUS.read_text(), re.MULTILINE)
    if match is None:
        raise RuntimeError(f"{STATUS} has no line {key}: memory is measured on Linux only.")
    return int(match.group(1)) * 1024 / 1e6


def resident_megabytes() -> float:
    """Resident memory now, after the garbage collector has run."""
    gc.collect()
    return _status_megabytes("VmRSS")


def peak_megabytes() -> float:
    """The highest resident memory since the last `reset_peak`."""
    return _status_megabytes("VmHWM")


def reset_peak() -> None:
    """Start counting the highest resident memory anew (5 is the kernel's code for that)."""
    CLEAR_REFERENCES.write_text("5")


def thousand_fits() -> dict[str, list[float]]:
    """One small model, fitted a thousand times on 32 rows."""
    model, x, y = models.mlp_small(rows=32)
    after = {}
    for call in range(1, 1001):
        model.fit(x, y, epochs=1, verbose=0)
        if call in (100, 1000):
            after[call] = resident_megabytes()
    return {"growth": [after[1000] - after[100]], "after_100": [after[100]], "after_1000": [after[1000]]}


def one_copy(megabytes: int) -> dict[str, list[float]]:
    """One epoch over an array of `megabytes`, after a first small `fit` has loaded and compiled everything."""
    features = 1000
    rows = megabytes * 1_000_000 // (4 * features)
    model, x_small, y_small = models.one_weight(rows=512, features=features)
    model.fit(x_small, y_small, batch_size=256, verbose=0)
    x = np.full((rows, features), 0.001, "float32")
    y = np.ones((rows, 1), "float32")
    before = resident_megabytes()
    reset_peak()
    model.fit(x, y, batch_size=256, epochs=1, verbose=0)
    return {"peak": [peak_megabytes() - before]}
