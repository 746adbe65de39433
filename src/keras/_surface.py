"""The public names: each with the module and object behind it. Packages load what is asked for, when it is asked for.

`SURFACE` is sorted; `attach(package)` gives a package its lazy names. A package that exists only as public names (`keras.config`,
`keras.ops.numpy`) needs no folder: it is served from the table.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections import defaultdict
from collections.abc import Callable
from types import ModuleType
from typing import Any

SURFACE: dict[str, str] = {}


def _index() -> dict[str, dict[str, str]]:
    packages: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for public, target in SURFACE.items():
        package, _, name = public.rpartition(".")
        packages[package][name] = target
    for package in list(packages):
        while "." in package:
            parent, _, name = package.rpartition(".")
            packages[parent].setdefault(name, f"{package}:")
            package = parent
    return dict(packages)


PACKAGES = _index()


def attach(package: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """`__getattr__`, `__dir__` and `__all__` of a public package."""
    names = PACKAGES.get(package, {})
    public = sorted(names)

    def lazy_attribute(name: str) -> Any:
        target = names.get(name)
        if target is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}.{_suggestion(name, public)}")
        module, _, attribute = target.partition(":")
        value = importlib.import_module(module)
        if attribute:
            value = getattr(value, attribute)
        setattr(sys.modules[package], name, value)
        return value

    return lazy_attribute, lambda: public, public


def _suggestion(name: str, names: list[str]) -> str:
    if name.startswith("_"):
        return ""
    difflib = importlib.import_module("difflib")  # only for the message
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.7)
    return f" Did you mean {close[0]!r}?" if close else ""


class _TableFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports packages that exist in the table only."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if fullname in PACKAGES and fullname.startswith("keras."):
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def exec_module(self, module: ModuleType) -> None:
        module.__doc__ = f"Public names of {module.__name__}."
        module.__getattr__, module.__dir__, module.__all__ = attach(module.__name__)  # type: ignore[method-assign, assignment, attr-defined]


if not any(type(finder).__name__ == "_TableFinder" for finder in sys.meta_path):
    sys.meta_path.append(_TableFinder())
