"""Stable functions: six digits over their whole range in float32, also where the result or what leads to it is tiny or huge."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from accuracy_table import TABLE, Accurate

import keras.ops  # noqa: F401 (fills the registry)
from keras.core.tensor import REGISTRY

TINY = float(np.finfo("float32").tiny)


def relative_error(found: Any, expected: np.ndarray) -> float:
    """The largest relative error where the expected number is a normal one of float32; no NaN, and infinities where they belong."""
    with np.errstate(over="ignore"):
        finite = np.isfinite(expected.astype("float32"))
    assert not np.isnan(found).any()
    np.testing.assert_array_equal(np.isfinite(found), finite)
    normal = finite & (np.abs(expected) >= TINY)
    return float(np.max(np.abs(found[normal].astype("float64") - expected[normal]) / np.abs(expected[normal])))


@pytest.mark.parametrize("row", TABLE, ids=[f"{row.op}{i}" for i, row in enumerate(TABLE)])
def test_relative_accuracy(row: Accurate) -> None:
    found = np.asarray(REGISTRY[row.op](row.numbers, **row.kwargs))
    with np.errstate(all="ignore"):
        expected = row.reference(row.numbers.astype("float64"))
    assert relative_error(found, expected) < 1e-6


def test_sums_of_exponentials() -> None:
    x = np.float32([[-1e4, -1e4 + 1, 5.0], [80.0, 88.0, 89.0], [-100.0, 0.5, -0.5], [1e30, 1e30, -1e30]])
    wide = x.astype("float64")
    top = wide.max(axis=1, keepdims=True)
    sums = top + np.log(np.exp(wide - top).sum(axis=1, keepdims=True))
    assert relative_error(np.asarray(REGISTRY["logsumexp"](x, axis=1, keepdims=True)), sums) < 1e-6
    expected = np.logaddexp(wide[:, 0], wide[:, 1])
    assert relative_error(np.asarray(REGISTRY["logaddexp"](x[:, 0], x[:, 1])), expected) < 1e-6
    expected = np.logaddexp2(wide[:3, 0], wide[:3, 1])
    assert relative_error(np.asarray(REGISTRY["logaddexp2"](x[:3, 0], x[:3, 1])), expected) < 1e-6
    x, wide = x[:3], wide[:3]
    np.testing.assert_allclose(REGISTRY["log_softmax"](x), wide - sums[:3], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(REGISTRY["softmax"](x), np.exp(wide - sums[:3]), rtol=2e-6, atol=1e-37)
