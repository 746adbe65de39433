"""The benchmark program is whole: its cases name code that exists, and its report says what the figures say."""

from __future__ import annotations

import ast
import importlib
from types import ModuleType
from typing import Any

import pytest
import source_tree


@pytest.fixture
def cases(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(source_tree.ROOT))
    return importlib.import_module("benchmarks.cases")


@pytest.fixture
def report(cases: ModuleType) -> ModuleType:
    return importlib.import_module("benchmarks.report")


def results(ours: float, theirs: float) -> dict[str, Any]:
    """Data of one case on two implementations, as a run writes it."""

    def outcome(value: float) -> dict[str, Any]:
        return {"figures": {"wall": {"median": value, "min": value / 2, "samples": 5}}}

    return {
        "machine": dict.fromkeys(("cpu", "cores", "system", "thread_settings", "date", "commit"), "?"),
        "implementations": {
            "one-numpy": {"versions": {"keras": "1"}, "reason": ""},
            "keras-jax": {"versions": {"keras": "3.15.1"}, "reason": ""},
            "keras-torch": {"versions": {}, "reason": "not run: no Python"},
        },
        "results": {"start/mlp_binary_script": {"one-numpy": outcome(ours), "keras-jax": outcome(theirs)}},
    }


def test_case_names_are_unique(cases: ModuleType) -> None:
    names = [case.name for case in cases.CASES]
    assert sorted(set(names)) == sorted(names)


def test_every_case_names_work_that_exists(cases: ModuleType) -> None:
    folder = source_tree.ROOT / "benchmarks"
    for case in cases.CASES:
        kind, _, rest = case.work.partition(":")
        if kind == "script":
            assert (folder / "scripts" / rest).is_file()
        elif kind not in ("code", "install"):
            for engine in (name.removeprefix("handwritten-") for name in set(case.implementations) & set(cases.HANDWRITTEN)):
                assert (folder / "work" / f"handwritten_{engine}.py").is_file()
            path = folder / "work" / f"{kind}.py"
            functions = {node.name: node for node in source_tree.tree(path).body if isinstance(node, ast.FunctionDef)}
            assert {argument.arg for argument in functions[rest].args.args} == set(case.parameters), case.name


def test_every_target_is_about_a_measure_of_its_case(cases: ModuleType) -> None:
    for case in cases.CASES:
        for target in case.targets:
            assert target.measure in {measure.key for measure in case.measures}
            assert {*target.relative_to, *target.ours} <= set(case.implementations)


def test_every_case_is_explained_in_the_readme(cases: ModuleType) -> None:
    text = (source_tree.ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    assert [case.name for case in cases.CASES if f"`{case.name}`" not in text] == []


@pytest.mark.parametrize(("ours", "missed"), [(0.6, 0), (0.8, 1)])
def test_a_target_is_missed_when_the_ratio_is_too_high(report: ModuleType, ours: float, missed: int) -> None:
    assert len(report.missed_targets(results(ours, theirs=4.0)["results"])) == missed


def test_the_tables_show_medians_ratios_and_what_is_missing(report: ModuleType) -> None:
    data = results(ours=0.6, theirs=4.0)
    for text in (report.text_table(data), report.markdown(data)):
        assert "600 ms (min 300 ms)" in text
        assert "4 s (min 2 s)" in text
        assert "0.15 x keras-jax" in text
        assert "keras-torch: not run: no Python" in text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(2.5, "s", "2.5 s"), (0.0631, "s", "63.1 ms"), (4.2e-5, "s", "42 us"), (1234.5, "MB", "1234 MB")],
)
def test_quantities_take_the_unit_that_suits_them(report: ModuleType, value: float, unit: str, text: str) -> None:
    assert report.quantity(value, unit) == text
