"""Modules, functions and folders stay small."""

from __future__ import annotations

import ast

import source_tree

MODULE_LINES = 800
FUNCTION_LINES = 80
# A table of names is read by searching, not from top to bottom.
TABLES = {"src/keras/_surface.py": 2600}
FOLDERS = ("src/keras", "tests", "benchmarks", "examples")


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions of a module, nested ones and methods included."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from its `def` to its end, without its docstring."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is None:
        return total
    docstring = function.body[0]
    return total - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def test_modules_are_short() -> None:
    counts = {path.relative_to(source_tree.ROOT).as_posix(): source_tree.line_count(path) for path in source_tree.python_files(*FOLDERS)}
    assert not {name: count for name, count in counts.items() if count > TABLES.get(name, MODULE_LINES)}


def test_functions_are_short() -> None:
    long = [
        f"{source_tree.where(path, function)}: {function.name} has {code_lines(function)} lines, at most {FUNCTION_LINES}"
        for path in source_tree.python_files(*FOLDERS)
        for function in functions(source_tree.tree(path))
        if code_lines(function) > FUNCTION_LINES
    ]
    assert not long, "\n".join(long)


def test_folders_keep_to_their_budgets() -> None:
    limits = source_tree.budgets()["lines"]
    counts = source_tree.folder_lines()
    unknown = sorted(set(counts) - set(limits))
    assert not unknown, f"Give these folders a budget in tests/repository/budgets.toml: {unknown}"
    over = {name: (count, limits[name]) for name, count in counts.items() if count > limits[name]}
    assert not over, f"Folders over their budget, as (lines, budget): {over}"


def test_the_function_check_counts_code() -> None:
    body = "\n".join(f"    x{number} = {number}" for number in range(5))
    tree = ast.parse(f'def short():\n    """One.\n\n    Three.\n    """\n{body}\n')
    assert code_lines(functions(tree)[0]) == 6
