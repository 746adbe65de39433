"""One measured process: `python -m benchmarks.worker CASE [MODULE]` runs the case and prints its figures as a line of JSON."""

from __future__ import annotations

import importlib
import json
import sys

from benchmarks.cases import Case, case_named

PREFIX = "BENCHMARK "


def missing_layers(case: Case) -> list[str]:
    """The layers that `case` needs and the Keras at hand does not have."""
    if not case.needs:
        return []
    import keras

    return [name for name in case.needs if not hasattr(keras.layers, name)]


def run(case: Case, handwritten: str | None) -> dict[str, object]:
    """The figures of `case`, or the layers that do not exist yet; `handwritten` is a module with the same function without Keras."""
    missing = [] if handwritten else missing_layers(case)
    if missing:
        return {"not_yet": missing}
    module, function = case.work.split(":")
    module = handwritten or module
    return {"figures": getattr(importlib.import_module(f"benchmarks.work.{module}"), function)(**case.parameters)}


if __name__ == "__main__":
    print(PREFIX + json.dumps(run(case_named(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)), flush=True)
