"""Every op case gives the same values and the same gradients on every engine as on numpy."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import op_cases  # noqa: F401 (fills the table)
import pytest
from op_properties import call, dtype_of, leaves_of, operands_of, scalar_function
from op_table import CASES, Case

from keras.core import engine
from keras.core.autodiff import value_and_grad
from keras.core.op import NotDifferentiable
from keras.core.tensor import REGISTRY
from keras.ops.control import value_and_grad as value_and_grad_of_engine

NEEDS_NUMBERS = {"unravel_index": "its second argument is a shape", "bincount": "the size of its result is the largest number"}
"""Ops with an array that is no operand, or that cannot be compiled; tested on numpy alone."""

TESTED = [c for c in CASES if c.op not in NEEDS_NUMBERS]
EVERY = pytest.mark.parametrize("case", TESTED, ids=[c.name for c in TESTED])
SIGNS_ARE_FREE = ("singular_values_and_vectors", "svd", "qr", "eigh", "eig")
"""Decompositions whose vectors may have another sign (or, if complex, phase) on another engine: absolute values are compared, and the
gradients by the ops made of them that do not depend on the signs (pinv, norm)."""

SMOOTH = [c for c in TESTED if c.differentiable and c.op not in SIGNS_ARE_FREE]
DIFFERENTIABLE = pytest.mark.parametrize("case", SMOOTH, ids=[c.name for c in SMOOTH])


def _wide(other: Any) -> Any:
    """Context in which 64-bit operands keep their dtype."""
    if other.name != "jax":
        return contextlib.nullcontext()
    import jax

    return jax.enable_x64(True)


def _called(other: Any, case: Case, operands: list[Any]) -> Any:
    """The op's results; on an engine that compiles every single op, of one program for the whole op where that is possible."""
    if not other.reads_on_host or not operands:
        return call(case, operands)
    import jax

    try:
        return other.compile(lambda *values: call(case, values))(*operands)
    except jax.errors.JAXTypeError:  # the result's shape depends on the numbers
        return call(case, operands)


def _skip_unsupported(other: Any, case: Case) -> None:
    reason = other.UNSUPPORTED.get(case.op)
    if reason is not None:
        pytest.skip(f"{other.name}: {reason}")


@EVERY
def test_values_agree_with_numpy(other: Any, case: Case) -> None:
    _skip_unsupported(other, case)
    operands = operands_of(case)
    with engine.use("numpy"):
        expected = leaves_of(call(case, operands))
    with _wide(other):
        results = leaves_of(_called(other, case, [other.asarray(a) for a in operands]))
    for wanted, result in zip(expected, results, strict=True):
        if not hasattr(wanted, "dtype"):
            assert wanted == result
            continue
        assert other.owns(result)
        assert other.dtype_of(result) == dtype_of(wanted)
        found = other.to_numpy(result)
        if case.op in SIGNS_ARE_FREE:
            found, wanted = np.abs(found), np.abs(wanted)
        if case.op == "eig":  # in any order
            found, wanted = np.sort(found), np.sort(wanted)
        np.testing.assert_allclose(found, wanted, rtol=max(case.rtol, 2e-5), atol=max(case.atol, 2e-6))


@DIFFERENTIABLE
def test_gradients_agree_with_numpy(other: Any, case: Case) -> None:
    _skip_unsupported(other, case)
    operands = operands_of(case)
    with engine.use("numpy"):
        found = scalar_function(case, operands)
        if found is None or isinstance(REGISTRY[case.op].record.vjp, NotDifferentiable):
            return
        expected = value_and_grad(found[0])(found[1])[1]
    with _wide(other):
        gradients = other.compile(lambda *values: value_and_grad_of_engine(found[0])(list(values)))(*map(other.asarray, found[1]))[1]
    for wanted, result in zip(expected, gradients, strict=True):
        assert other.dtype_of(result) == dtype_of(wanted)
        scale = max(float(np.max(np.abs(wanted), initial=0)), 1.0)
        np.testing.assert_allclose(other.to_numpy(result), wanted, rtol=2e-5, atol=5e-6 * scale)
