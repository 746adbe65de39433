"""The public surface is one sorted table: it resolves, it is what `dir` shows, and its signatures are those of Keras 3.15.1."""

from __future__ import annotations

import html.parser
import importlib
import tomllib

import public_surface
import pytest
import source_tree


@pytest.fixture(scope="module")
def table() -> dict[str, str]:
    return dict(public_surface.table())


def namespaces(table: dict[str, str]) -> dict[str, set[str]]:
    """Every public namespace with the names that belong in it."""
    found: dict[str, set[str]] = {}
    for name in table:
        parts = name.split(".")
        for length in range(1, len(parts)):
            prefix = ".".join(parts[:length])
            if prefix not in table:
                found.setdefault(prefix, set()).add(parts[length])
    return found


def test_the_table_is_sorted(table: dict[str, str]) -> None:
    assert list(table) == sorted(table)


def test_every_line_resolves(table: dict[str, str]) -> None:
    wrong = []
    for name, target in table.items():
        try:
            public_surface.load(target)
        except (ImportError, AttributeError) as error:
            wrong.append(f"{name} -> {target}: {error}")
    assert not wrong, "\n".join(wrong)


def test_nothing_in_the_table_is_private(table: dict[str, str]) -> None:
    hidden = [name for name in table if any(part.startswith("_") and not part.endswith("__") for part in name.split("."))]
    assert [name for name in hidden if not name.startswith("keras._tf_keras.")] == []


def test_dir_shows_the_table_and_nothing_else(table: dict[str, str]) -> None:
    wrong = []
    for namespace, names in namespaces(table).items():
        module = importlib.import_module(namespace)
        shown = {name for name in dir(module) if not name.startswith("_")}
        names = {name for name in names if not name.startswith("_")}
        if shown != names:
            wrong.append(f"{namespace}: dir() adds {sorted(shown - names)} and lacks {sorted(names - shown)}")
    assert not wrong, "\n".join(wrong)


def test_every_name_of_the_table_is_an_attribute(table: dict[str, str]) -> None:
    wrong = []
    for name, target in table.items():
        namespace, _, last = name.rpartition(".")
        if getattr(importlib.import_module(namespace), last, public_surface.MISSING) is not public_surface.load(target):
            wrong.append(f"{name} is not {target}")
    assert not wrong, "\n".join(wrong)


def differences(table: dict[str, str]) -> dict[str, str]:
    """Recorded names that exist here with another signature."""
    have = public_surface.present(table)
    found = {}
    for line in public_surface.recorded():
        if line.name not in have or line.kind == "attribute":
            continue
        value = have[line.name]
        if not callable(value):
            found[line.name] = f"is not callable, Keras has a {line.kind}"
            continue
        text = public_surface.difference(public_surface.recorded_parameters(line.signature), public_surface.own_parameters(value))
        if text:
            found[line.name] = text
    return found


def test_signatures_are_those_of_keras(table: dict[str, str]) -> None:
    allowed = tomllib.loads((source_tree.HERE / "signature_differences.toml").read_text(encoding="utf-8"))
    found = differences(table)
    wrong = [f"{name} {text}" for name, text in found.items() if name not in allowed]
    assert not wrong, "\n".join(wrong)
    unneeded = sorted(set(allowed) - set(found))
    assert not unneeded, f"These lines of signature_differences.toml are no longer true: {unneeded}"


def test_the_surface_only_grows(table: dict[str, str]) -> None:
    count = len(public_surface.present(table))
    minimum = source_tree.budgets()["surface"]["keras_names"]
    assert count >= minimum, f"{public_surface.coverage_line()}; budgets.toml says at least {minimum}"


def test_the_record_is_complete_and_readable() -> None:
    lines = public_surface.recorded()
    assert len(lines) == 1995
    for line in lines:
        if line.signature:
            public_surface.recorded_parameters(line.signature)


def _ours(x, axis=-1, *, name=None):  # noqa: ANN001, ANN202
    return x, axis, name


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        ("(x, axis=-1)", ""),
        ("(self, x, axis=-1)", ""),
        ("(x)", ""),
        ("(x, *, name=None)", ""),
        ("(x, axis=0)", "axis has -1, Keras has 0"),
        ("(x, axis)", ""),
        ("(x, axis=(-1, -1))", ""),
        ("(x, axis=(-1, 0))", "axis has -1, Keras has (-1, 0)"),
        ("(x=None, axis=-1)", "x has no default, Keras has None"),
        ("(axis, x)", "has the order"),
        ("(x, axis=-1, keepdims=False)", "lacks keepdims"),
        ("(axis=-1)", "has the order"),
        ("(*, axis=-1)", "requires x, which Keras does not have"),
    ],
)
def test_the_signature_check_sees_what_it_should(signature: str, expected: str) -> None:
    found = public_surface.difference(public_surface.recorded_parameters(signature), public_surface.own_parameters(_ours))
    assert found.startswith(expected) and bool(found) == bool(expected)


def test_lookup_goes_through_classes() -> None:
    names = {"keras.Parser": "html.parser:HTMLParser"}
    assert public_surface.lookup("keras.Parser.feed", names) is html.parser.HTMLParser.feed
    assert public_surface.lookup("keras.Parser.nothing", names) is public_surface.MISSING
    assert public_surface.lookup("keras.Other", names) is public_surface.MISSING
