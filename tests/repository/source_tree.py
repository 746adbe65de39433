"""The repository's own source as data: files, modules, syntax trees, line counts, budgets."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "keras"
HERE = Path(__file__).resolve().parent


def python_files(*folders: str) -> list[Path]:
    """All Python files under the folders of the repository, sorted."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts)


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    return {module_name(path, PACKAGE): path for path in python_files("src/keras")}


def module_name(path: Path, package: Path) -> str:
    """`src/keras/core/op.py` is `keras.core.op`; an `__init__.py` is its package."""
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def where(path: Path, node: ast.AST | int) -> str:
    """`src/keras/core/op.py:12`, for messages."""
    line = node if isinstance(node, int) else getattr(node, "lineno", 0)
    return f"{path.relative_to(ROOT).as_posix()}:{line}"


@cache
def budgets() -> dict[str, Any]:
    """The limits in budgets.toml."""
    return tomllib.loads((HERE / "budgets.toml").read_text(encoding="utf-8"))


def line_count(path: Path) -> int:
    """Lines of a file, blank ones and comments included."""
    return len(path.read_text(encoding="utf-8").splitlines())


def folder_lines() -> dict[str, int]:
    """Lines per folder: of the package by its first folder, and per engine; of the rest of the repository by its top folder."""
    counts: dict[str, int] = {}
    for path in python_files("src/keras", "tests", "benchmarks", "examples"):
        relative = path.relative_to(ROOT)
        if relative.parts[0] != "src":
            name = relative.parts[0]
        else:
            depth = 4 if relative.parts[2] == "engines" else 3
            name = "/".join(relative.parts[: min(depth, len(relative.parts) - 1)])
        counts[name] = counts.get(name, 0) + line_count(path)
    return counts


def line_table() -> str:
    """The lines of each folder beside its budget, as printed by `.ci/run`."""
    limits = budgets()["lines"]
    counts = folder_lines()
    rows = [f"{name:<28} {counts.get(name, 0):>7} {limits.get(name, '-'):>8}" for name in sorted({*counts, *limits})]
    total = sum(counts.values())
    return "\n".join([f"{'folder':<28} {'lines':>7} {'budget':>8}", *rows, f"{'all':<28} {total:>7}"])


if __name__ == "__main__":
    print(line_table())
