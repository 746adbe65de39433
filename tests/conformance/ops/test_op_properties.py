"""Every case of the table against every property."""

from __future__ import annotations

from typing import Any

import numpy as np
import op_cases  # noqa: F401 (fills the table)
import pytest
from op_properties import (
    batched_operands, call, compiled, directional_difference, directions_for, dtype_of, float_results, gradient_of, in_dtype, inner, leaves_of, operands_of,
    oracle_of, scalar_function, symbols_for, weights_for,
)  # fmt: skip
from op_table import CASES, Case

from keras.core.autodiff import value_and_grad
from keras.core.op import NotDifferentiable
from keras.core.tensor import REGISTRY

EVERY = pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
WITH_ORACLE = pytest.mark.parametrize("case", [c for c in CASES if c.oracle is not None], ids=[c.name for c in CASES if c.oracle is not None])
SMOOTH = [c for c in CASES if c.differentiable]
DIFFERENTIABLE = pytest.mark.parametrize("case", SMOOTH, ids=[c.name for c in SMOOTH])


@WITH_ORACLE
def test_value_equals_oracle(case: Case) -> None:
    results = leaves_of(call(case, operands_of(case)))
    expected = oracle_of(case)
    assert len(results) == len(expected)
    for result, wanted in zip(results, expected, strict=True):
        assert np.shape(result) == np.shape(wanted)
        np.testing.assert_allclose(np.asarray(result, np.asarray(wanted).dtype), wanted, rtol=case.rtol, atol=case.atol)


def _assert_shape(case: Case, spec: Any, result: Any) -> None:
    """The spec's shape is the value's; where the shape depends on the numbers, unknown sizes stand for any."""
    found, wanted = tuple(getattr(spec, "shape", ())), np.shape(result)
    if case.dynamic:
        assert len(found) == len(wanted)
        found = tuple(n if m is None else m for m, n in zip(found, wanted, strict=True))
    assert found == wanted


@EVERY
def test_spec_equals_value(case: Case) -> None:
    operands = operands_of(case)
    if not operands:
        return
    results = leaves_of(call(case, operands))
    specs = leaves_of(call(case, symbols_for(case, operands, unknown=False)))
    assert len(specs) == len(results)
    for spec, result in zip(specs, results, strict=True):
        assert dtype_of(spec) == dtype_of(result)
        _assert_shape(case, spec, result)
        assert hasattr(result, "dtype") or spec == result


@EVERY
def test_unknown_batch_leaves_unknown_only_what_depends_on_it(case: Case) -> None:
    if not case.batch or case.dynamic:
        return
    operands = operands_of(case)
    results = leaves_of(call(case, operands))
    twice = [np.concatenate([a, a]) if b else a for a, b in zip(operands, batched_operands(case), strict=True)]
    doubled = leaves_of(call(case, twice))
    specs = leaves_of(call(case, symbols_for(case, operands, unknown=True)))
    for spec, result, double in zip(specs, results, doubled, strict=True):
        if not hasattr(result, "dtype"):
            continue
        assert dtype_of(spec) == dtype_of(result)
        assert spec.shape == tuple(n if n == m else None for n, m in zip(result.shape, double.shape, strict=True))


@EVERY
def test_zero_batch(case: Case) -> None:
    if not case.batch or not case.zero:
        return
    operands = operands_of(case)
    empty = [a[:0] if b else a for a, b in zip(operands, batched_operands(case), strict=True)]
    specs = leaves_of(call(case, symbols_for(case, empty, unknown=False)))
    for spec, result in zip(specs, leaves_of(call(case, empty)), strict=True):
        _assert_shape(case, spec, result)
        assert dtype_of(spec) == dtype_of(result)


@EVERY
def test_narrow_and_wide_floats(case: Case) -> None:
    operands = operands_of(case)
    if not any(dtype_of(a) == "float32" for a in operands):
        return
    for dtype in ("float16", "bfloat16", "float64"):
        other = in_dtype(operands, dtype)
        specs = leaves_of(call(case, symbols_for(case, other, unknown=False)))
        for spec, result in zip(specs, leaves_of(call(case, other)), strict=True):
            assert dtype_of(spec) == dtype_of(result)
            _assert_shape(case, spec, result)


@EVERY
def test_nested_lists_are_tensors(case: Case) -> None:
    operands = operands_of(case)
    if any(dtype_of(a) not in ("float32", "int32", "bool") or not a.ndim or not a.size for a in operands):
        return
    for a, b in zip(leaves_of(call(case, [x.tolist() for x in operands])), leaves_of(call(case, operands)), strict=True):
        assert dtype_of(a) == dtype_of(b)
        np.testing.assert_array_equal(a, b)


@DIFFERENTIABLE
def test_gradient_equals_finite_difference(case: Case) -> None:
    found = scalar_function(case, in_dtype(operands_of(case), "float64"))
    if found is None:
        return
    function, parameters = found
    if isinstance(REGISTRY[case.op].record.vjp, NotDifferentiable):
        return
    directions = directions_for(parameters)
    value, gradient = value_and_grad(function)(parameters)
    assert float(value) == pytest.approx(float(function(parameters)), rel=1e-12)
    assert [np.shape(g) for g in gradient] == [p.shape for p in parameters]
    assert [dtype_of(g) for g in gradient] == [dtype_of(p) for p in parameters]
    expected = directional_difference(function, parameters, directions)
    assert inner(gradient, directions) == pytest.approx(expected, rel=2e-6, abs=2e-7)


@DIFFERENTIABLE
def test_second_gradient_equals_finite_difference(case: Case) -> None:
    found = scalar_function(case, in_dtype(operands_of(case), "float64"))
    if found is None or not case.second:
        return
    function, parameters = found
    weights = weights_for(parameters)

    def slope(values: Any) -> Any:
        total = None
        for g, w in zip(gradient_of(function)(values), weights, strict=True):
            part = REGISTRY["sum"](REGISTRY["multiply"](g, w))
            total = part if total is None else REGISTRY["add"](total, part)
        return total

    directions = directions_for(parameters, seed=5)
    expected = directional_difference(slope, parameters, directions)
    assert inner(gradient_of(slope)(parameters), directions) == pytest.approx(expected, rel=5e-6, abs=5e-7)


def _assert_same(first: Any, second: Any, context: str) -> None:
    for a, b in zip(leaves_of(first), leaves_of(second), strict=True):
        if hasattr(a, "dtype"):
            assert dtype_of(a) == dtype_of(b), context
            np.testing.assert_allclose(np.asarray(b), np.asarray(a), rtol=2e-6, atol=2e-6, err_msg=context)
        else:
            assert a == b, context


@EVERY
def test_compiled_equals_eager(case: Case) -> None:
    operands = operands_of(case)
    if not operands or case.dynamic:
        return
    replay = compiled(lambda *values: call(case, values))
    _assert_same(call(case, operands), replay(*operands), "first run")
    _assert_same(call(case, operands), replay(*operands), "replay")


@DIFFERENTIABLE
def test_compiled_gradient_equals_eager(case: Case) -> None:
    found = scalar_function(case, operands_of(case))
    if found is None or isinstance(REGISTRY[case.op].record.vjp, NotDifferentiable):
        return
    function, parameters = found
    eager = value_and_grad(function)(parameters)
    replay = compiled(lambda *values: value_and_grad(function)(list(values)))
    first, second = replay(*parameters), replay(*parameters)
    for a, b, c in zip(leaves_of(list(eager)), leaves_of(list(first)), leaves_of(list(second)), strict=True):
        scale = max(float(np.max(np.abs(a), initial=0)), 1.0)
        np.testing.assert_allclose(b, a, rtol=1e-5, atol=2e-6 * scale)
        np.testing.assert_array_equal(b, c)


def test_every_op_has_a_case() -> None:
    cases = {c.op for c in CASES}
    assert sorted(set(REGISTRY) - cases - op_cases.TESTED_ELSEWHERE.keys()) == []


def test_results_are_floats_where_the_table_differentiates() -> None:
    assert sum(bool(float_results(call(c, operands_of(c)))) for c in SMOOTH) > 100
