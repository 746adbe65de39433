"""What may not stand in the repository's files."""

from __future__ import annotations

import ast
import builtins
import re
from pathlib import Path

import pytest
import source_tree

FOLDERS = ("src", "tests", "benchmarks", "examples", "docs", "changelog.d", ".ci")
SUFFIXES = {"", ".cfg", ".json", ".md", ".py", ".sh", ".toml", ".tsv", ".txt", ".yaml", ".yml"}

MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|Users|root|work|tmp|var/tmp|private/var)/|[A-Z]:\\Users\\")
REGISTRY = re.compile(r"pypi\.org|pythonhosted\.org|anaconda\.org|npmjs\.(?:org|com)|proxy\.golang\.org|crates\.io", re.IGNORECASE)
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
MARK = "<!-- test command -->"

SILENT_EXCEPTIONS = {"GeneratorExit", "KeyboardInterrupt", "StopAsyncIteration", "StopIteration", "SystemExit"}


def text_files() -> list[Path]:
    """Text files of the repository: its folders and the files at its root."""
    inside = [path for folder in FOLDERS for path in (source_tree.ROOT / folder).rglob("*")]
    top = [path for path in source_tree.ROOT.glob("*") if path.name != "LICENSE" and not path.name.startswith(".")]
    files = [path for path in (*inside, *top) if path.is_file() and path.suffix in SUFFIXES]
    return sorted(path for path in files if "__pycache__" not in path.parts and not any(part.endswith(".egg-info") for part in path.parts))


def lines_matching(pattern: re.Pattern[str]) -> list[str]:
    """Every line of the repository that matches, with its place."""
    return [
        f"{source_tree.where(path, number)}: {line.strip()[:120]}"
        for path in text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def test_files_are_utf8() -> None:
    wrong = []
    for path in text_files():
        try:
            path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            wrong.append(f"{path.relative_to(source_tree.ROOT)}: {error}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY, UNFINISHED], ids=["machine path", "package registry", "unfinished mark"])
def test_no_line_holds(pattern: re.Pattern[str]) -> None:
    found = lines_matching(pattern)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (MACHINE_PATH, "/" + "home/someone/x", True),
        (MACHINE_PATH, 'open("/' + 'tmp/model.keras")', True),
        (MACHINE_PATH, "https://example.com/home/index", False),
        (MACHINE_PATH, "~/.keras/keras.json", False),
        (REGISTRY, "https://pypi" + ".org/project", True),
        (REGISTRY, "pip install keras", False),
        (UNFINISHED, "# TO" + "DO: later", True),
        (UNFINISHED, "autodonation", False),
    ],
)
def test_the_patterns_see_what_they_should(pattern: re.Pattern[str], text: str, expected: bool) -> None:
    assert bool(pattern.search(text)) is expected


def bare_excepts(tree: ast.Module) -> list[ast.AST]:
    """`except:` without an exception's name."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.type is None]


def asserts(tree: ast.Module) -> list[ast.AST]:
    """`assert` statements: `python -O` drops them, so nothing in the package may rest on one."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]


def silent_raises(tree: ast.Module) -> list[ast.AST]:
    """`raise SomeError` and `raise SomeError()`: an exception class without a message."""
    found: list[ast.AST] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Raise) or node.exc is None:
            continue
        call = node.exc if isinstance(node.exc, ast.Call) else None
        name = ast.unparse(call.func if call else node.exc).split(".")[-1]
        is_class = name[:1].isupper() or isinstance(getattr(builtins, name, None), type)
        empty = call is None or not (call.args or call.keywords) or (bool(call.args) and ast.unparse(call.args[0]) in ("''", '""'))
        if is_class and empty and name not in SILENT_EXCEPTIONS:
            found.append(node)
    return found


@pytest.mark.parametrize("check", [bare_excepts, asserts, silent_raises], ids=lambda check: check.__name__)
def test_the_package_has_no(check) -> None:  # noqa: ANN001
    found = [source_tree.where(path, node) for path in source_tree.python_files("src/keras") for node in check(source_tree.tree(path))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("raise ValueError", 1),
        ("raise ValueError()", 1),
        ("raise ValueError('')", 1),
        ("raise errors.ShapeError", 1),
        ("raise ValueError('The rate must be a float.')", 0),
        ("raise shape_error(x)", 0),
        ("raise StopIteration", 0),
        ("try:\n    f()\nexcept ValueError as error:\n    raise", 0),
        ("try:\n    f()\nexcept ValueError as error:\n    raise error", 0),
    ],
)
def test_the_raise_check_sees_what_it_should(code: str, expected: int) -> None:
    assert len(silent_raises(ast.parse(code))) == expected


def test_the_readme_gives_the_test_command_in_one_marked_block() -> None:
    lines = (source_tree.ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert lines.count(MARK) == 1, f"README.md needs one line {MARK!r}; .ci/run executes the block after it"
    following = lines[lines.index(MARK) + 1 :]
    assert following[0].startswith("```")
    command = following[1 : following.index("```", 1)]
    assert command and "pytest" in command[-1]
