"""The dtype lattice: laws that every pair and triple obeys, spellings, and the default float."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from keras.core import config, dtypes
from keras.core.dtypes import is_float, is_integer, numpy_dtype, result_type, standardize, to_floating

NAMES = sorted(dtypes.BOOL | dtypes.INTEGER | dtypes.FLOAT | dtypes.COMPLEX)
WEAK = [bool, int, float]


def test_promotion_is_commutative_and_idempotent() -> None:
    for a, b in itertools.product([*NAMES, *WEAK], repeat=2):
        assert result_type(a, b) == result_type(b, a)
        assert result_type(a, a, b) == result_type(a, b)


def test_promotion_of_three_is_above_promotion_of_two() -> None:
    for a, b, c in itertools.product(["bool", "uint8", "int8", "int32", "float16", "bfloat16", "float32", "float64"], repeat=3):
        whole = result_type(a, b, c)
        assert result_type(whole, a) == whole
        assert result_type(whole, result_type(b, c)) == whole


def test_weak_scalars() -> None:
    for name in sorted(dtypes.FLOAT):
        assert result_type(name, float) == name
        assert result_type(name, int) == name
    for name in sorted(dtypes.INTEGER):
        assert result_type(name, int) == name
        assert result_type(name, float) == "float32"
    assert (result_type(int), result_type(float), result_type(bool)) == ("int32", "float32", "bool")
    assert result_type() == "float32"


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        (None, "float32"), ("float", "float32"), ("int", "int32"), ("half", "float16"), ("double", "float64"), (float, "float32"), (int,
        "int32"),
        (bool, "bool"), (np.float64, "float64"), (np.dtype("int8"), "int8"), (np.int64, "int64"), ("string", "string"), (str, "string"),
        (numpy_dtype("bfloat16"), "bfloat16"),
    ],
)  # fmt: skip
def test_spellings(spelling: Any, name: str) -> None:
    assert standardize(spelling) == name


def test_a_dtype_of_another_library_by_its_text() -> None:
    class Foreign:
        def __str__(self) -> str:
            return "torch.float16"

    assert standardize(Foreign()) == "float16"


def test_wrong_dtypes_are_refused() -> None:
    for wrong in ("float33", "flot32", 7):
        with pytest.raises(ValueError, match="which is not a dtype. Accepted: bfloat16"):
            standardize(wrong)


def test_kinds() -> None:
    assert [to_floating(d) for d in ("bool", "int8", "float16", "float64", "complex64")] == [
        "float32",
        "float32",
        "float16",
        "float64",
        "complex64",
    ]
    assert is_float("bfloat16")
    assert not is_float("complex64")
    assert is_integer("uint8")
    assert not is_integer("bool")


def test_the_default_float_counts() -> None:
    config.set_floatx("float64")
    try:
        assert result_type("int32", float) == "float64"
        assert result_type(float) == "float64"
        assert standardize(None) == "float64"
        assert to_floating("int8") == "float64"
    finally:
        config.set_floatx("float32")
    assert result_type("int32", float) == "float32"
