"""Unsigned integers of 16 and 32 bits, for which torch has few functions: the numbers and dtypes are those of the numpy engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from keras import ops
from keras.core import engine

A, B = np.random.default_rng(0).integers(1, 9, (2, 3, 3))
CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "add": ops.add,
    "subtract": ops.subtract,
    "floor_divide": ops.floor_divide,
    "power": ops.power,
    "maximum": ops.maximum,
    "less": ops.less,
    "right_shift": ops.right_shift,
    "matmul": ops.matmul,
    "exp": lambda x, y: ops.exp(x),
    "abs": lambda x, y: ops.abs(x),
    "add 1": lambda x, y: ops.add(x, 1),
    "sum": lambda x, y: ops.sum(x, axis=1),
    "max": lambda x, y: ops.max(x, axis=1),
    "argmax": lambda x, y: ops.argmax(x, axis=1),
    "sort": lambda x, y: ops.sort(x, axis=1),
    "where": lambda x, y: ops.where(ops.greater(x, y), x, y),
    "clip": lambda x, y: ops.clip(x, 2, 5),
    "take": lambda x, y: ops.take(x, [2, 0], axis=1),
    "top_k": lambda x, y: ops.top_k(x, 2)[0],
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dtype", ["uint16", "uint32"])
@pytest.mark.parametrize("compiled", [False, True])
def test_unsigned_integers(name: str, dtype: str, compiled: bool) -> None:
    with engine.use("numpy") as current:
        expected = CALLS[name](A.astype(dtype), B.astype(dtype))
    with engine.use("torch") as current:
        function = current.compile(CALLS[name]) if compiled else CALLS[name]
        for _ in range(2):
            found = current.to_numpy(function(current.asarray(A.astype(dtype)), current.asarray(B.astype(dtype))))
            assert found.dtype == expected.dtype
            np.testing.assert_allclose(found, expected, rtol=1e-6)
        assert not compiled or not function._is_eager
