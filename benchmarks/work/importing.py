"""Seconds of imports, in a process that has imported nothing yet."""

from __future__ import annotations

import importlib
import os
import time


def import_after_engine() -> dict[str, list[float]]:
    """Seconds for the array library alone, and for what it takes from there to the first layer."""
    start = time.perf_counter()
    importlib.import_module(os.environ["KERAS_BACKEND"])
    with_engine = time.perf_counter()
    keras = importlib.import_module("keras")
    keras.layers.Dense  # noqa: B018  (a lazy name is imported when it is looked up)
    keras.backend.backend()
    return {"added": [time.perf_counter() - with_engine], "engine": [with_engine - start]}
