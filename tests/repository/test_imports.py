"""Imports form a DAG by layers, and none hides inside a function except of an engine or of an optional package."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import import_order
import pytest
import source_tree


class Import(NamedTuple):
    """One imported module, as written in a file."""

    module: str
    node: ast.stmt
    inside_function: bool


def _is_type_checking(node: ast.If) -> bool:
    return ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _statements(node: ast.AST, inside_function: bool = False) -> Iterator[tuple[ast.stmt, bool]]:
    """Import statements that run, with whether they run only when a function is called."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, inside_function
        elif isinstance(child, ast.If) and _is_type_checking(child):
            for branch in child.orelse:
                yield from _statements(branch, inside_function)
        else:
            yield from _statements(child, inside_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))


def _base(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    """The absolute name of the module after `from`."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    parts = parts[: len(parts) - node.level + (1 if is_package else 0)]
    return ".".join([*parts, *([node.module] if node.module else [])])


def imports(tree: ast.Module, module: str, is_package: bool, known: frozenset[str]) -> list[Import]:
    """Every import of a module; `from package import name` counts as the module `package.name` where that is one."""
    found = []
    for node, inside in _statements(tree):
        if isinstance(node, ast.Import):
            found += [Import(alias.name, node, inside) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, module, is_package)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                found.append(Import(full if full in known else base, node, inside))
    return found


def layer_of(module: str) -> int | None:
    """The row of `LAYERS` that holds the module, by its longest name there; None for the top of the package and for other packages."""
    parts = module.split(".")
    if parts[0] != "keras" or module == import_order.TOP:
        return None
    for length in range(len(parts), 1, -1):
        name = ".".join(parts[1:length])
        for number, names in enumerate(import_order.LAYERS):
            if name in names:
                return number
    raise LookupError(f"{module} is in no row of tests/repository/import_order.py: add its room there, in its place in the order.")


def wrong_order(module: str, found: list[Import]) -> list[Import]:
    """Imports from a later layer, and of the top of the package from inside it."""
    own = layer_of(module)
    wrong = []
    for item in found:
        if item.module.split(".")[0] != "keras":
            continue
        if item.inside_function and item.module.startswith(import_order.OPTIONAL_PREFIXES):
            continue
        layer = layer_of(item.module)
        # The top itself may import the table of names only: row 0.
        if layer is None or layer > (own or 0):
            wrong.append(item)
    return wrong


def leaving(module: str, found: list[Import]) -> list[Import]:
    """Imports by which a standalone room would need something besides the standard library, its packages and itself."""
    room = ".".join(module.split(".")[:2])
    packages = import_order.STANDALONE.get(room.removeprefix("keras."))
    if packages is None:
        return []
    known = packages | sys.stdlib_module_names
    return [item for item in found if item.module.split(".")[0] not in known and not f"{item.module}.".startswith(f"{room}.")]


def run_time_imports(tree: ast.Module) -> list[ast.Call]:
    """Calls that import a module by a name computed at run time."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in calls if ast.unparse(node.func).split(".")[-1] in ("import_module", "__import__")]


def hidden(found: list[Import]) -> list[Import]:
    """Imports inside a function of something that is neither an engine nor optional."""
    return [
        item
        for item in found
        if item.inside_function
        and item.module.split(".")[0] not in import_order.OPTIONAL_PACKAGES
        and not item.module.startswith(import_order.OPTIONAL_PREFIXES)
    ]


def cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that import each other, by Tarjan's strongly connected components."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in sorted(graph[name]):
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1 or name in graph[name]:
                groups.append(sorted(group))

    for name in sorted(graph):
        if name not in index:
            visit(name)
    return groups


@cache
def _all_imports() -> dict[str, tuple[Path, list[Import]]]:
    modules = source_tree.modules()
    known = frozenset(modules)
    return {name: (path, imports(source_tree.tree(path), name, path.name == "__init__.py", known)) for name, path in modules.items()}


def test_modules_import_only_from_their_own_or_an_earlier_layer() -> None:
    wrong = [
        f"{source_tree.where(path, item.node)}: {name} imports {item.module}"
        for name, (path, found) in _all_imports().items()
        for item in wrong_order(name, found)
    ]
    assert not wrong, "\n".join(wrong)


def test_standalone_rooms_need_nothing_else() -> None:
    wrong = [
        f"{source_tree.where(path, item.node)}: {name} imports {item.module}"
        for name, (path, found) in _all_imports().items()
        for item in leaving(name, found)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_import_hides_inside_a_function() -> None:
    wrong = [
        f"{source_tree.where(path, item.node)}: {item.module} is imported inside a function"
        for path, found in _all_imports().values()
        for item in hidden(found)
    ]
    assert not wrong, "\n".join(wrong)


def test_only_tables_import_by_a_name_computed_at_run_time() -> None:
    wrong = [
        source_tree.where(path, node)
        for name, path in source_tree.modules().items()
        if name not in import_order.RUN_TIME_IMPORTERS
        for node in run_time_imports(source_tree.tree(path))
    ]
    assert not wrong, "\n".join(wrong)


def test_no_modules_import_each_other() -> None:
    everything = _all_imports()
    graph = {
        name: {item.module for item in found if not item.inside_function and item.module in everything}
        for name, (_, found) in everything.items()
    }
    assert not cycles(graph)


def _imports_of(code: str) -> list[Import]:
    known = frozenset({"keras.core.op", "keras.layers.dense", "keras.ops.shape", "keras.engines.jax"})
    return imports(ast.parse(code), "keras.ops.elementwise", False, known)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("from keras.core.op import unary", []),
        ("from . import shape", []),
        ("from ..layers import dense", ["keras.layers.dense"]),
        ("import keras.layers.dense", ["keras.layers.dense"]),
        ("import keras", ["keras"]),
        ("if True:\n    from keras.layers import dense", ["keras.layers.dense"]),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from keras.layers import dense", []),
        ("def f():\n    from keras.layers import dense", ["keras.layers.dense"]),
        ("def f():\n    from keras.engines import jax", []),
        ("from keras.engines import jax", ["keras.engines.jax"]),
    ],
)
def test_the_order_check_sees_what_it_should(code: str, expected: list[str]) -> None:
    assert [item.module for item in wrong_order("keras.ops.elementwise", _imports_of(code))] == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import math\nimport numpy as np\nfrom numpy.lib.stride_tricks import as_strided", []),
        ("from keras.kernels import threads\nfrom keras.kernels.threads import run", []),
        ("from keras.core import engine", ["keras.core"]),
        ("import keras", ["keras"]),
        ("def f():\n    import scipy.special", ["scipy.special"]),
    ],
)
def test_the_standalone_check_sees_what_it_should(code: str, expected: list[str]) -> None:
    assert [item.module for item in leaving("keras.kernels.windows", _imports_of(code))] == expected
    assert leaving("keras.ops.elementwise", _imports_of(code)) == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import json", []),
        ("def f():\n    import json", ["json"]),
        ("def f():\n    import torch.nn", []),
        ("class C:\n    def f(self):\n        if self:\n            from keras.core.op import unary", ["keras.core.op"]),
        ("def f():\n    from keras.engines import jax", []),
    ],
)
def test_the_hidden_import_check_sees_what_it_should(code: str, expected: list[str]) -> None:
    assert [item.module for item in hidden(_imports_of(code))] == expected


def test_the_cycle_check_sees_a_cycle() -> None:
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"d"}}) == [["b", "c"], ["d"]]
    assert cycles({"a": {"b"}, "b": set()}) == []
