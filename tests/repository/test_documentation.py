"""What is public can be read without its source: every op, activation, initializer and their like says what a user needs to know."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable
from typing import Any

import public_surface
import pytest

from keras.core.op import REGISTRY
from keras.core.tensor import KerasTensor, Spec

PACKAGES = ("ops", "random", "activations", "initializers", "regularizers", "constraints", "tree")
HEADINGS = ("Arguments", "Returns", "Raises", "Example", "Source")


def names() -> list[str]:
    """The public names of those packages."""
    return [name for name in public_surface.table() if name.startswith(tuple(f"keras.{package}." for package in PACKAGES))]


def sections(text: str) -> dict[str, str]:
    """The text of a docstring by heading; "" has what comes before the first."""
    found = {"": ""}
    current = ""
    for line in text.splitlines():
        heading = line.partition(":")[0]
        if heading in HEADINGS:
            current = heading
            line = line.partition(":")[2].strip()
        found[current] = f"{found.get(current, '')}{line}\n"
    return found


def described(arguments: str) -> dict[str, str]:
    """Argument -> its text; several arguments may share one."""
    found: dict[str, str] = {}
    entries = re.split(r"^    (?=\S)", arguments, flags=re.MULTILINE)[1:]
    for entry in entries:
        heads, _, text = entry.partition(":")
        found |= {head.strip(" *"): text.strip() for head in heads.split(",")}
    return found


def lacks(value: Callable[..., Any]) -> list[str]:
    """What a docstring does not say."""
    text = inspect.getdoc(value) or ""
    found = sections(text)
    wrong = []
    if not re.fullmatch(r"\S.*\.", text.partition("\n")[0]):
        wrong.append("a first line that ends in a period")
    arguments = described(found.get("Arguments", ""))
    parameters = {p.name: p for p in inspect.signature(value).parameters.values() if p.name != "self"}
    wrong += [f"the argument {name}" for name in parameters if not arguments.get(name)]
    wrong += [
        f"the default of {name}"
        for name, parameter in parameters.items()
        if parameter.default is not parameter.empty and "Default" not in arguments.get(name, "")
    ]
    wrong += [f"nothing about {name}, which is no argument" for name in arguments if name not in parameters]
    if not isinstance(value, type) and not re.fullmatch(r"\S.*\.", found.get("Returns", "").strip(), flags=re.DOTALL):
        wrong.append("what is returned")
    if not re.search(r"^ +>>> .*\n(?:^ +\.\.\. .*\n)*^ +(?!>>>)\S", found.get("Example", ""), flags=re.MULTILINE):
        wrong.append("an example with its output")
    if "keras." not in found.get("Source", "") or not found["Source"].strip().endswith("."):
        wrong.append("its source")
    if list(found) != [heading for heading in ("", *HEADINGS) if heading in found]:
        wrong.append("the usual order of the headings")
    return wrong


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_are_documented(package: str) -> None:
    wrong = {}
    for name in names():
        if not name.startswith(f"keras.{package}."):
            continue
        parent, _, last = name.rpartition(".")
        missing = lacks(getattr(importlib.import_module(parent), last))
        if missing:
            wrong[name] = missing
    assert not wrong, "\n".join(f"{name} lacks {', '.join(missing)}" for name, missing in wrong.items())


def _composites_of_a_family() -> list[str]:
    return [name for name, function in REGISTRY.items() if function.record.body and function.record.family is not None]


@pytest.mark.parametrize("dtype", ["float32", "float16", "int32", "int8", "bool"])
def test_what_a_family_says_of_a_composite_holds(dtype: str) -> None:
    """The record's family writes the documentation; the body computes: their results have one shape and one dtype."""
    wrong = []
    for name in _composites_of_a_family():
        record = REGISTRY[name].record
        count = record.family.operands
        inputs = [KerasTensor((3, 4), "int32" if name == "ldexp" and i else dtype) for i in range(count)]
        given = {parameter: 1 for parameter in record.parameters[count:] if parameter not in record.defaults}
        wanted = [Spec(x.dims, d) for x, d in zip(inputs, record.family.promote(tuple(x.dtype for x in inputs), {}), strict=True)]
        expected = record.family.rule(name, wanted, {**record.defaults, "keepdims": False})[0]
        found = record.function(*inputs, **given)
        if (found.shape, found.dtype) != (expected.dims, expected.dtype):
            wrong.append(f"{name}: {found.dtype} {found.shape}, documented as {expected.dtype} {expected.dims}")
    assert not wrong, "\n".join(wrong)


def test_a_lack_is_found() -> None:
    def f(x, y=1):  # noqa: ANN001, ANN202
        """The sum

        Arguments:
            x: number.
            z: number.
        """
        return x + y

    assert lacks(f) == [
        "a first line that ends in a period",
        "the argument y",
        "the default of y",
        "nothing about z, which is no argument",
        "what is returned",
        "an example with its output",
        "its source",
    ]
