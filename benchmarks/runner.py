"""Runs a case: each implementation in its own process, the repeats interleaved (A B A B), every sample kept."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.cases import Case
from benchmarks.implementations import ROOT, Implementation, last_line
from benchmarks.worker import PREFIX

PROCESS_SECONDS = 900

Samples = dict[str, list[float]]


class CaseFailed(Exception):
    """A measured process ended without figures; the message is what the table shows."""


@dataclass
class Outcome:
    """The samples of one case on one implementation, or a line that says why there are none."""

    samples: Samples = field(default_factory=dict)
    note: str = ""

    def add(self, figures: Samples) -> None:
        for key, values in figures.items():
            self.samples.setdefault(key, []).extend(values)

    def as_data(self) -> dict[str, object]:
        figures = {key: {"median": median(values), "min": min(values), "samples": len(values)} for key, values in self.samples.items()}
        return {"figures": figures} | ({"note": self.note} if self.note else {})


def _run(command: list[str], implementation: Implementation, home: str | None = None) -> tuple[float, str]:
    """Wall seconds and standard output of one process; `home` is its folder of settings and caches."""
    start = time.perf_counter()
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=implementation.environment(home), capture_output=True, text=True, timeout=PROCESS_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise CaseFailed(f"stopped after {PROCESS_SECONDS} s") from error
    seconds = time.perf_counter() - start
    if done.returncode:
        raise CaseFailed(f"failed: {last_line(done.stderr)}")
    return seconds, done.stdout


def _whole_process(case: Case, implementation: Implementation) -> Samples:
    kind, _, rest = case.work.partition(":")
    if kind == "code":
        module = implementation.name if implementation.engine is None else "keras"
        command = [implementation.python, "-c", rest.replace("keras", module)]
    else:
        command = [implementation.python, str(ROOT / "benchmarks" / "scripts" / rest)]
    with tempfile.TemporaryDirectory() as empty:
        return {"wall": [_run(command, implementation, empty if case.cold else None)[0]]}


def _worker(case: Case, implementation: Implementation) -> Samples:
    code = ["handwritten_" + str(implementation.engine)] if implementation.handwritten else []
    _, output = _run([implementation.python, "-m", "benchmarks.worker", case.name, *code], implementation)
    lines = [line for line in output.splitlines() if line.startswith(PREFIX)]
    if not lines:
        raise CaseFailed("failed: the process printed no figures")
    result = json.loads(lines[-1].removeprefix(PREFIX))
    if "not_yet" in result:
        raise CaseFailed(f"not yet: keras.layers has no {', '.join(result['not_yet'])}")
    return result["figures"]


def _install(_: Case, implementation: Implementation) -> Samples:
    """Install ours into a fresh environment; of a peer, only sum up what is already installed."""
    size_script = str(ROOT / "benchmarks" / "work" / "size.py")
    if not implementation.ours:
        roots = ["keras", *(["tensorflow", "tensorflow-cpu"] if implementation.engine == "tensorflow" else [str(implementation.engine)])]
        return json.loads(_run([implementation.python, size_script, *roots], implementation)[1])
    with tempfile.TemporaryDirectory() as folder:
        _run([implementation.python, "-m", "venv", folder], implementation)
        python = str(Path(folder) / ("Scripts" if sys.platform == "win32" else "bin") / "python")
        seconds, _ = _run([python, "-m", "pip", "install", "--quiet", str(ROOT)], implementation)
        figures: Samples = json.loads(_run([python, size_script, "keras"], implementation)[1])
    return figures | {"seconds": [seconds]}


def _runner_of(case: Case) -> Callable[[Case, Implementation], Samples]:
    if case.work == "install":
        return _install
    return _whole_process if case.work.startswith(("code:", "script:")) else _worker


def run_case(case: Case, chosen: Iterable[Implementation], repeats: int | None, progress: Callable[[str], None]) -> dict[str, Outcome]:
    """The outcome per implementation. Whole processes get one uncounted run first: it fills the caches of bytecode and files."""
    run = _runner_of(case)
    outcomes = {implementation: Outcome() for implementation in chosen}
    warm_up = case.work.startswith(("code:", "script:"))
    for repeat in range(-1 if warm_up else 0, repeats or case.repeats):
        for implementation, outcome in outcomes.items():
            if outcome.note:
                continue
            progress(f"{case.name}  {implementation.name}  {'warm-up' if repeat < 0 else f'{repeat + 1}/{repeats or case.repeats}'}")
            try:
                figures = run(case, implementation)
            except CaseFailed as failure:
                outcome.note = str(failure)
                continue
            if repeat >= 0:
                outcome.add(figures)
    return {implementation.name: outcome for implementation, outcome in outcomes.items()}
