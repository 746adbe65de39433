"""Size on disk of an installed distribution with all that it requires, from the lists that the installer wrote."""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys


def _required(distribution: importlib.metadata.Distribution) -> list[str]:
    """Names of what `distribution` requires without extras."""
    names = []
    for requirement in distribution.requires or []:
        if "extra ==" not in requirement:
            match = re.match(r"[A-Za-z0-9._-]+", requirement)
            if match:
                names.append(match.group())
    return names


def installed(roots: list[str]) -> dict[str, list[float]]:
    """Megabytes and number of packages of `roots` and everything they require, as far as it is installed here."""
    found: dict[str, float] = {}
    waiting = list(roots)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # A requirement for another platform.
        paths = [path.locate() for path in distribution.files or []]
        found[name] = sum(path.stat().st_size for path in paths if path.exists()) / 1e6
        waiting += _required(distribution)
    return {"megabytes": [sum(found.values())], "packages": [float(len(found))]}


if __name__ == "__main__":
    print(json.dumps(installed(sys.argv[1:])))
