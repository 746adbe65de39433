"""Dtypes of results against Keras 3.15.1 on JAX: the lattice, and every op in every dtype."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import op_cases  # noqa: F401 (fills the table)
import pytest
from op_properties import call, dtype_of, is_float, leaves_of, operands_of, symbols_for
from op_table import CASES, Case

from keras.core.dtypes import numpy_dtype, result_type

RECORDED = json.loads((Path(__file__).parents[2] / "golden" / "ops" / "promotion.json").read_text())

NARROWED = {"int64": "int32", "uint64": "uint32", "float64": "float32"}
"""JAX, as it was recorded, has no 64-bit types; this project has them."""

_MIXED = ("bfloat16,int32", "float16,bfloat16", "float32,float16", "int8,uint8", "uint8,bool", "int32,float16")
DIFFERENT: dict[str, str] = {
    **{f"conv:{pair}": "operands are promoted by the lattice; Keras on JAX takes the kernel's dtype" for pair in _MIXED},
    **{f"binary_crossentropy:{pair}": "integers become the default float before they meet the other operand" for pair in _MIXED},
    **{
        f"arctan2:{dtype}": "a Python number is weak here as everywhere; Keras on JAX makes it float32" for dtype in ("float16", "bfloat16")
    },
    **{f"sparse_categorical_crossentropy:{dtype}": "the dtype of the output, as for the other losses" for dtype in ("float16", "bfloat16")},
    "batch_normalization:bfloat16": "the dtype of the input, as for float16",
    "convert_to_tensor": "float64 stays float64",
}
"""Calls whose dtype differs from Keras 3.15.1 on purpose, each with its reason."""


def signature(case: Case) -> str:
    """An op with the kinds of its arguments and the names of its keyword arguments."""
    kinds = ["float" if isinstance(a, np.ndarray) and is_float(a) else type(a).__name__ for a in case.args]
    return f"{case.op}({', '.join(kinds + sorted(case.kwargs))})"


BY_SIGNATURE: dict[str, Case] = {}
for _case in CASES:
    BY_SIGNATURE.setdefault(signature(_case), _case)


@pytest.mark.parametrize("pair", list(RECORDED["result_type"]))
def test_lattice(pair: str) -> None:
    a, b = ({"int": int, "float": float}.get(name, name) for name in pair.split(","))
    found = result_type(a, b)
    assert NARROWED.get(found, found) == RECORDED["result_type"][pair]
    assert result_type(b, a) == found


@pytest.mark.parametrize("name", [n for n in RECORDED["ops"] if n in BY_SIGNATURE])
def test_op_in_every_dtype(name: str) -> None:
    case = BY_SIGNATURE[name]
    wrong = []
    for dtypes, expected in RECORDED["ops"][name].items():
        if f"{case.op}:{dtypes}" in DIFFERENT or case.op in DIFFERENT:
            continue
        wanted = iter(dtypes.split(",") if "," in dtypes else [dtypes] * 99)
        operands = [a.astype(numpy_dtype(next(wanted))) if is_float(a) else a for a in operands_of(case)]
        for a in operands:
            a.setflags(write=False)
        on_symbols = ",".join(dtype_of(s) for s in leaves_of(call(case, symbols_for(case, operands, unknown=False))))
        on_values = ",".join(dtype_of(r) for r in leaves_of(call(case, operands)))
        if not on_symbols == on_values == expected:
            wrong.append(f"{dtypes}: {on_values} for numbers, {on_symbols} for symbols, {expected} in Keras")
    assert wrong == []


def test_the_record_is_used() -> None:
    assert len([n for n in RECORDED["ops"] if n in BY_SIGNATURE]) > 150
    assert np.dtype(numpy_dtype("bfloat16")).itemsize == 2
