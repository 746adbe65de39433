"""Who is measured: this repository on each of its engines, real Keras 3.15.1 on each of its own, and models written without either."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.cases import HANDWRITTEN, OURS, PEERS

ROOT = Path(__file__).resolve().parent.parent
DISTRIBUTIONS = ("keras", "numpy", "h5py", "ml_dtypes", "jax", "jaxlib", "torch", "tensorflow", "tensorflow-cpu")

_PROBE_HANDWRITTEN = """
import importlib, importlib.metadata, json, sys
importlib.import_module(%r)
print("PROBE " + json.dumps([{"python": sys.version.split()[0], %r: importlib.metadata.version(%r)}, "", ""]))
"""

_PROBE = """
import importlib.metadata, json, sys
versions = {"python": sys.version.split()[0]}
for name in %r:
    try:
        versions[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
if %r:
    import keras
    versions["keras"] = keras.__version__
    print("PROBE " + json.dumps([versions, keras.backend.backend(), keras.__file__]))
else:
    import numpy
    print("PROBE " + json.dumps([versions, "", numpy.__file__]))
"""


@dataclass(frozen=True)
class Implementation:
    """A Python, an engine, whether this repository's source is what it imports, and whether it does without Keras."""

    name: str
    python: str
    engine: str | None
    ours: bool
    handwritten: bool = False

    def environment(self, home: str | None = None) -> dict[str, str]:
        """The process environment: no Keras settings but the engine; default threads; `home` for settings and caches; bytecode is kept."""
        left_out = ("KERAS_BACKEND", "PYTHONPATH", "KERAS_SMOKE", "PYTHONDONTWRITEBYTECODE")
        kept = {key: value for key, value in os.environ.items() if key not in left_out}
        kept |= {
            "KERAS_HOME": home or _empty_home(),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_ENABLE_ONEDNN_OPTS": kept.get("TF_ENABLE_ONEDNN_OPTS", "1"),
        }
        if self.engine:
            kept["KERAS_BACKEND"] = self.engine
        if self.ours:
            kept["PYTHONPATH"] = str(ROOT / "src")
        return kept


@cache
def _empty_home() -> str:
    """A folder without keras.json, so that the settings of whoever runs this change nothing."""
    return tempfile.mkdtemp(prefix="keras-benchmarks-")


@dataclass(frozen=True)
class Probe:
    """What an implementation is, or why it can't run here."""

    versions: dict[str, str]
    reason: str = ""


def implementations(python: str, peers: str | None) -> dict[str, Implementation]:
    """All implementations by name; peers without a Python have an empty `python`."""
    found = {"numpy": Implementation("numpy", python, None, ours=False)}
    for name in OURS:
        found[name] = Implementation(name, python, name.removeprefix("one-"), ours=True)
    for name in PEERS:
        found[name] = Implementation(name, peers or "", name.removeprefix("keras-"), ours=False)
    for name in HANDWRITTEN:
        found[name] = Implementation(name, python, name.removeprefix("handwritten-"), ours=False, handwritten=True)
    return found


def probe(implementation: Implementation) -> Probe:
    """Import the implementation once in its own process."""
    if not implementation.python:
        return Probe({}, "not run: name a Python that has keras==3.15.1 and its engines with --peers PATH or ONE_KERAS_PEERS")
    if implementation.handwritten:
        code = _PROBE_HANDWRITTEN % ((implementation.engine,) * 3)
    else:
        code = _PROBE % (DISTRIBUTIONS, implementation.engine is not None)
    try:
        done = subprocess.run(
            [implementation.python, "-c", code], env=implementation.environment(), capture_output=True, text=True, timeout=300, check=False
        )
    except OSError as error:
        return Probe({}, f"can't run {implementation.python}: {error.strerror}")
    lines = [line for line in done.stdout.splitlines() if line.startswith("PROBE ")]
    if done.returncode or not lines:
        return Probe({}, f"can't be imported: {last_line(done.stderr)}")
    versions, engine, file = json.loads(lines[0].removeprefix("PROBE "))
    if implementation.handwritten:
        return Probe(versions)
    inside = Path(file).resolve().is_relative_to(ROOT / "src")
    if implementation.engine and engine != implementation.engine:
        return Probe(versions, f"asked for the engine {implementation.engine!r} and got {engine!r}")
    if implementation.engine and inside is not implementation.ours:
        where = "this repository" if inside else "another keras"
        return Probe(versions, f"`import keras` finds {where} ({versions['keras']})")
    return Probe(versions)


def last_line(text: str) -> str:
    """The last line that says something, which for a Python error is the error itself."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"
