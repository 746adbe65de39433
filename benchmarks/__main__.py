"""The command line: choose cases and implementations, run, print the table, write JSON."""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any

from benchmarks import machine, report
from benchmarks.cases import CASES, HANDWRITTEN, OURS, PEERS, Case
from benchmarks.implementations import ROOT, implementations, probe
from benchmarks.runner import run_case


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help="names or patterns such as 'step/*'; all cases when none is given")
    peers = os.environ.get("ONE_KERAS_PEERS")
    parser.add_argument("--peers", default=peers, help="a Python that has keras==3.15.1, jax, torch, tensorflow")
    default = ",".join(("numpy", *OURS, *PEERS, *HANDWRITTEN))
    parser.add_argument("--on", default=default, help="implementations, separated by commas (default: %(default)s)")
    parser.add_argument("--repeats", type=int, help="processes per case and implementation, instead of the case's own number")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures with versions and machine to FILE")
    parser.add_argument("--read", type=Path, metavar="FILE", help="run nothing: show the results in FILE")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--list", action="store_true", help="list the cases and stop")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a target is missed")
    return parser


def _chosen_cases(patterns: list[str]) -> list[Case]:
    chosen = [case for case in CASES if not patterns or any(fnmatch.fnmatch(case.name, pattern) for pattern in patterns)]
    if not chosen:
        raise SystemExit(f"No case matches {patterns}. Known: {', '.join(case.name for case in CASES)}.")
    return chosen


def _run(options: argparse.Namespace) -> dict[str, Any]:
    """Run the chosen cases and return everything as plain data."""
    known = implementations(sys.executable, options.peers)
    names = options.on.split(",")
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"Unknown implementation {unknown[0]!r}. Known: {', '.join(known)}.")
    data: dict[str, Any] = {
        "command": shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]]),
        "machine": machine.describe(ROOT),
        "implementations": {},
        "results": {},
    }
    runnable = []
    for name in names:
        probed = probe(known[name])
        data["implementations"][name] = {"versions": probed.versions, "reason": probed.reason}
        if probed.reason:
            print(f"{name}: {probed.reason}", file=sys.stderr)
        else:
            runnable.append(known[name])
    for case in _chosen_cases(options.cases):
        chosen = [implementation for implementation in runnable if implementation.name in case.implementations]
        outcomes = run_case(case, chosen, options.repeats, lambda line: print(line, file=sys.stderr, flush=True))
        data["results"][case.name] = {name: outcome.as_data() for name, outcome in outcomes.items()}
        if options.json:
            options.json.write_text(json.dumps(data, indent=1) + "\n")
    return data


def main() -> int:
    """Run the program; the exit code is 0 unless `--check` finds a missed target."""
    options = _parser().parse_args()
    if options.list:
        for case in CASES:
            print(f"{case.name:<28} {case.size:<44} {case.what}")
        return 0
    data = json.loads(options.read.read_text()) if options.read else _run(options)
    print(report.markdown(data) if options.markdown else report.text_table(data))
    missed = report.missed_targets(data["results"])
    for line in missed:
        print(f"target missed: {line}", file=sys.stderr)
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
