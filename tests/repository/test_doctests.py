"""Every example in a docstring runs on the NumPy engine and shows what it says; every script in examples/ passes its own checks."""

from __future__ import annotations

import ast
import contextlib
import doctest
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import public_surface
import pytest
import source_tree

import keras

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
ENGINE_PACKAGES = {"keras.engines.jax": "jax", "keras.engines.torch": "torch", "keras.engines.tensorflow": "tensorflow"}


def spaced(text: str) -> str:
    """The text with a blank line after each example that is followed directly by a less indented line such as `Source: ...`."""
    lines: list[str] = []
    indent = 0
    for line in text.splitlines():
        own = len(line) - len(line.lstrip())
        if line.strip() and own < indent:
            lines.append("")
            indent = 0
        if line.lstrip().startswith(">>>"):
            indent = own
        lines.append(line)
    return "\n".join(lines) + "\n"


def strings_with_examples(path: Path) -> list[ast.Constant]:
    """Every string of a module that shows a prompt: docstrings, and documentation held in tables."""
    nodes = [node for node in ast.walk(source_tree.tree(path)) if isinstance(node, ast.Constant)]
    return [node for node in nodes if isinstance(node.value, str) and ">>> " in node.value]


def documented(module: ModuleType) -> Iterator[str]:
    """Docstrings of what a module defines, as they are at run time: also those that were filled in from a template."""
    for value in list(vars(module).values()):
        if getattr(value, "__module__", None) != module.__name__:
            continue
        members = list(vars(value).values()) if isinstance(value, type) else []
        own = [member for member in members if getattr(member, "__module__", module.__name__) == module.__name__]
        for item in (value, *own):
            text = getattr(item, "__doc__", None)
            if isinstance(text, str) and ">>> " in text:
                yield text


def is_template(text: str) -> bool:
    """Whether an example has places to be filled in, as in `>>> {name}(2)`."""
    return any(re.search(r"\{[a-z_]+\}", line) for line in text.splitlines() if line.lstrip().startswith(">>> "))


def examples(module: ModuleType, path: Path) -> list[doctest.DocTest]:
    """A doctest for each text of the module that shows a prompt: the strings in its source, and its docstrings at run time."""
    texts = {str(node.value): node.lineno for node in strings_with_examples(path) if not is_template(str(node.value))}
    for text in documented(module):
        texts.setdefault(text, 0)
    parser = doctest.DocTestParser()
    names = {**vars(module), "keras": keras, "np": np}
    return [
        parser.get_doctest(spaced(text), dict(names), f"{module.__name__}:{line or 'filled in'}", str(path), max(line - 1, 0))
        for text, line in texts.items()
    ]


_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+\.\d+(?:e[-+]?\d+)?")


def _plain(text: str) -> str:
    """Numbers without NumPy's type around them, and without the spaces that line up the columns of an array."""
    return re.sub(r" +(?=[],])", "", re.sub(r"np\.float\d+\(([^()]*)\)", r"\1", text))


class ShownDigits(doctest.OutputChecker):
    """Numbers with a decimal point agree if they do to the digits that the example shows: float32 has more to print than to say."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        want, got = _plain(want), _plain(got)
        wanted, found = _NUMBER.findall(want), _NUMBER.findall(got)
        if len(wanted) == len(found) and all(self._agree(a, b) for a, b in zip(wanted, found, strict=True)):
            want, got = _NUMBER.sub("#", want), _NUMBER.sub("#", got)
        return super().check_output(want, got, optionflags)

    @staticmethod
    def _agree(want: str, got: str) -> bool:
        mantissa, _, exponent = want.partition("e")
        digits = len(mantissa.partition(".")[2]) - int(exponent or 0)
        return abs(float(want) - float(got)) <= 0.5000001 * 10.0**-digits


@pytest.mark.parametrize(
    ("want", "got", "agrees"),
    [
        ("0.6366", "0.6366000175476074", True),
        ("[0.5, 0.25]", "[0.5, 0.2500001]", True),
        ("0.6366", "0.6371", False),
        ("[0.5]", "[0.5, 0.5]", False),
        ("1e-3", "1e-2", False),
        ("1.5e-03", "1.54e-03", True),
        ("array([0.    , 0.8415])", "array([0.      , 0.841471])", True),
        ("np.float32(0.3333)", "np.float32(0.33333334)", True),
        ("a 0.5", "b 0.5", False),
    ],
)
def test_shown_digits(want: str, got: str, agrees: bool) -> None:
    assert ShownDigits().check_output(want + "\n", got + "\n", FLAGS) is agrees


def failures(test: doctest.DocTest) -> str:
    """What a doctest shows that it should not; empty when it passes."""
    report: list[str] = []
    keras.utils.clear_session()  # automatic names such as `dense` start anew in each text
    doctest.DocTestRunner(checker=ShownDigits(), optionflags=FLAGS, verbose=False).run(test, out=report.append)
    return "".join(report)


def modules_with_examples() -> dict[str, Path]:
    return {name: path for name, path in source_tree.modules().items() if ">>> " in path.read_text(encoding="utf-8")}


@pytest.fixture(scope="module", autouse=True)
def public_names() -> None:
    """Look up everything public first, as users do: that completes the docstrings of ops."""
    for name in public_surface.table():
        package, _, last = name.rpartition(".")
        with contextlib.suppress(ImportError, AttributeError):  # test_surface.py tells of those
            getattr(importlib.import_module(package), last)


@pytest.mark.parametrize(("module", "path"), modules_with_examples().items(), ids=modules_with_examples().keys())
def test_docstring_examples_run(module: str, path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for prefix, package in ENGINE_PACKAGES.items():
        if module.startswith(prefix):
            pytest.importorskip(package)
    monkeypatch.chdir(tmp_path)
    found = examples(importlib.import_module(module), path)
    assert found
    reports = [failures(test) for test in found]
    assert not any(reports), "\n".join(filter(None, reports))


def test_every_prompt_starts_its_line() -> None:
    # A prompt in the middle of a line reads like an example and is never run.
    wrong = [
        f"{source_tree.where(path, node)}: {line.strip()}"
        for path in modules_with_examples().values()
        for node in strings_with_examples(path)
        for line in str(node.value).splitlines()
        if ">>> " in line and not line.lstrip().startswith(">>> ")
    ]
    assert not wrong, "\n".join(wrong)


def test_an_example_ends_where_the_indentation_falls() -> None:
    parser = doctest.DocTestParser()
    text = "Sum.\n\n    Example:\n        >>> 1 + 1\n        2\n    Source: arithmetic.\n"
    assert [example.want for example in parser.get_examples(spaced(text))] == ["2\n"]


def test_a_wrong_example_fails() -> None:
    parser = doctest.DocTestParser()
    assert failures(parser.get_doctest(">>> 1 + 1\n3\n", {}, "wrong", "wrong", 0))
    assert not failures(parser.get_doctest(">>> 1 + 1\n2\n", {}, "right", "right", 0))


@pytest.mark.parametrize("path", source_tree.python_files("examples"), ids=lambda path: path.stem)
def test_example_scripts_pass_their_own_checks(path: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "KERAS_SMOKE": "1",
        "KERAS_BACKEND": "numpy",
        "PYTHONPATH": str(source_tree.ROOT / "src"),
        "OPENBLAS_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", str(path)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


@pytest.mark.parametrize("path", source_tree.python_files("examples"), ids=lambda path: path.stem)
def test_example_scripts_assert_something(path: Path) -> None:
    assert any(isinstance(node, ast.Assert) for node in ast.walk(source_tree.tree(path))), f"{path.name} checks nothing"
