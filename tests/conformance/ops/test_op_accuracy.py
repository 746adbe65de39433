"""Stable functions: six digits over their whole range in float32, also where the result or what leads to it is tiny or huge."""

from __future__ import annotations

import numpy as np
import pytest
from accuracy_table import TABLE, Accurate, OfSeveral, expected, found, relative_error


@pytest.mark.parametrize("row", TABLE, ids=[f"{row.op}{i}" for i, row in enumerate(TABLE)])
def test_relative_accuracy(row: Accurate | OfSeveral) -> None:
    assert relative_error(np.asarray(found(row, *row.operands)), expected(row)) < 1e-6
