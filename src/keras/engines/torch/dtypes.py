"""Canonical dtype names and torch's dtypes."""

from __future__ import annotations

import torch

TORCH_DTYPES: dict[str, torch.dtype] = {
    name: getattr(torch, name)
    for name in (
        "bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "bfloat16", "float16", "float32", "float64",
        "complex64", "complex128", "float8_e4m3fn", "float8_e5m2",
    )
}  # fmt: skip
NAMES: dict[torch.dtype, str] = {dtype: name for name, dtype in TORCH_DTYPES.items()}
UNSIGNED = frozenset({"uint16", "uint32", "uint64"})
"""Dtypes of which torch has the numbers, and few functions."""
CARRIERS = {"bfloat16": "int16", "float8_e4m3fn": "int8", "float8_e5m2": "int8"}
"""Dtypes that NumPy has only through ml_dtypes cross the border as integers of the same width."""
