"""The public names and signatures of Keras 3.15.1 as recorded, beside what this package has."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import source_tree

RECORD = source_tree.HERE / "keras-3.15.1-surface.tsv"
MISSING: Any = object()
REQUIRED: Any = object()


class Recorded(NamedTuple):
    """A line of the record: a dotted name, what it is, and its signature as text."""

    name: str
    kind: str
    signature: str


class Parameter(NamedTuple):
    """A parameter with its default, `REQUIRED` when there is none; `star` is True for *args and **kwargs."""

    name: str
    default: Any
    keyword_only: bool = False
    star: bool = False


def recorded() -> list[Recorded]:
    """All lines of the record."""
    return [Recorded(*line.split("\t")) for line in RECORD.read_text(encoding="utf-8").splitlines()]


def table() -> Mapping[str, str]:
    """The package's own table: public dotted name -> 'module:object'."""
    return importlib.import_module("keras._surface").SURFACE


def load(target: str) -> Any:
    """The object that 'module:object' names, or the module itself for 'module'."""
    module, _, path = target.partition(":")
    value: Any = importlib.import_module(module)
    for part in filter(None, path.split(".")):
        value = getattr(value, part)
    return value


def lookup(name: str, names: Mapping[str, str]) -> Any:
    """What a recorded name is here, found through the longest prefix in the table; `MISSING` if it does not exist."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        prefix = ".".join(parts[:length])
        if prefix in names:
            try:
                value = load(names[prefix])
            except (ImportError, AttributeError):
                return MISSING
            for part in parts[length:]:
                value = inspect.getattr_static(value, part, MISSING) if value is not MISSING else MISSING
            return _unwrapped(value)
    return MISSING


def _unwrapped(value: Any) -> Any:
    return value.__func__ if isinstance(value, staticmethod | classmethod) else value


def present(names: Mapping[str, str]) -> dict[str, Any]:
    """The recorded names that exist here, with their objects."""
    found = {line.name: lookup(line.name, names) for line in recorded()}
    return {name: value for name, value in found.items() if value is not MISSING}


def recorded_parameters(signature: str) -> list[Parameter]:
    """Parameters of a signature given as text, without `self`."""
    function = ast.parse(f"def f{signature}: pass").body[0]
    if not isinstance(function, ast.FunctionDef):
        raise TypeError(f"{signature} is no signature.")
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [REQUIRED] * (len(positional) - len(arguments.defaults)) + [_value(node) for node in arguments.defaults]
    found = [Parameter(argument.arg, default) for argument, default in zip(positional, defaults, strict=True)]
    found += [Parameter(star.arg, REQUIRED, star=True) for star in (arguments.vararg, arguments.kwarg) if star]
    for argument, node in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append(Parameter(argument.arg, REQUIRED if node is None else _value(node), keyword_only=True))
    return [parameter for parameter in found if parameter.name != "self"]


def _value(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def own_parameters(value: Callable[..., Any]) -> list[Parameter]:
    """Parameters of one of our functions or classes, without `self` and `cls`."""
    kinds = inspect.Parameter
    stars = (kinds.VAR_POSITIONAL, kinds.VAR_KEYWORD)
    return [
        Parameter(item.name, REQUIRED if item.default is kinds.empty else item.default, item.kind is kinds.KEYWORD_ONLY, item.kind in stars)
        for item in inspect.signature(value).parameters.values()
        if item.name not in ("self", "cls")
    ]


def _same_default(ours: Any, theirs: Any) -> bool:
    if theirs is REQUIRED:
        return True  # Ours may be left out where theirs must be given.
    if ours is REQUIRED or isinstance(ours, bool) != isinstance(theirs, bool):
        return False
    if isinstance(theirs, tuple) and isinstance(ours, int):
        return all(item == ours for item in theirs)  # One number for every axis: the layers of all ranks are one implementation.
    return bool(ours == theirs) or str(ours) == str(theirs)


def difference(theirs: list[Parameter], ours: list[Parameter]) -> str:
    """Why `ours` does not accept every call that `theirs` does with the same meaning; empty when it does.

    Ours may have further parameters: keyword-only ones, and trailing ones with a default.
    """
    wanted = [item for item in theirs if not item.star]
    order = [item.name for item in wanted if not item.keyword_only]
    has = {item.name: item for item in ours if not item.star}
    own_order = [item.name for item in ours if not item.keyword_only and not item.star]
    lacking = [item.name for item in wanted if item.name not in has]
    if lacking:
        return f"lacks {', '.join(lacking)}"
    if own_order[: len(order)] != order:
        return f"has the order {own_order[: len(order)]}, Keras has {order}"
    for item in wanted:
        if not _same_default(has[item.name].default, item.default):
            own = "no default" if has[item.name].default is REQUIRED else repr(has[item.name].default)
            return f"{item.name} has {own}, Keras has {'no default' if item.default is REQUIRED else repr(item.default)}"
    # Where Keras takes any arguments, the names are ours to give, and so is what is required.
    if any(item.star for item in theirs):
        return ""
    known = {item.name for item in wanted}
    required = [item.name for item in ours if item.default is REQUIRED and not item.star and item.name not in known]
    return f"requires {', '.join(required)}, which Keras does not have" if required else ""


def coverage_line() -> str:
    """How much of Keras 3.15.1's surface exists, as one sentence."""
    return f"{len(present(table()))} of {len(recorded())} names of Keras 3.15.1 exist; {len(table())} public names in all"


if __name__ == "__main__":
    print(coverage_line())
