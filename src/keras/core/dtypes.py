"""The dtype lattice: what two dtypes become together. Keras 3 on JAX is the reference.

Each dtype points to the next wider ones; the promotion of a set is its least upper bound. Python scalars are weak: `int` and `float`
stand below every integer and every float, so `x + 1.0` keeps the dtype of a float `x` and makes an integer `x` the default float.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from keras.core import config

_WIDER: dict[str, tuple[str, ...]] = {
    "bool": ("int",),
    "int": ("uint8", "int8"),
    "uint8": ("uint16", "int16"),
    "uint16": ("uint32", "int32"),
    "uint32": ("uint64", "int64"),
    "uint64": ("float",),
    "int8": ("int16",),
    "int16": ("int32",),
    "int32": ("int64",),
    "int64": ("float",),
    "float": ("float8_e4m3fn", "float8_e5m2"),
    "float8_e4m3fn": ("bfloat16", "float16"),
    "float8_e5m2": ("bfloat16", "float16"),
    "bfloat16": ("float32",),
    "float16": ("float32",),
    "float32": ("float64", "complex64"),
    "float64": ("complex128",),
    "complex64": ("complex128",),
    "complex128": (),
}

WEAK = {bool: "bool", int: "int", float: "float", complex: "complex64"}
BOOL = frozenset({"bool"})
UNSIGNED = frozenset({"uint8", "uint16", "uint32", "uint64"})
INTEGER = frozenset({"int8", "int16", "int32", "int64"}) | UNSIGNED
FLOAT = frozenset({"float8_e4m3fn", "float8_e5m2", "bfloat16", "float16", "float32", "float64"})
COMPLEX = frozenset({"complex64", "complex128"})
ALL = BOOL | INTEGER | FLOAT | COMPLEX | {"string"}

_EXTENDED = ("bfloat16", "float8_e4m3fn", "float8_e5m2")


@functools.cache
def _upper(name: str) -> frozenset[str]:
    return frozenset({name}).union(*(_upper(wider) for wider in _WIDER[name]))


@functools.cache
def _promote(names: frozenset[str], floatx: str) -> str:
    common = frozenset.intersection(*(_upper(name) for name in names))
    least = [name for name in common if common <= _upper(name)]
    if not least and names & FLOAT:  # the two float8 formats meet only above both
        least = ["float16"]
    return {"int": "int32", "float": floatx}.get(least[0], least[0])


def result_type(*dtypes: Any) -> str:
    """The dtype that operands of these dtypes share; Python's `int` and `float` types (or their names) are weak.

    Example:
        >>> result_type("int32", "float16"), result_type("uint8", "int8"), result_type("float16", float)
        ('float16', 'int16', 'float16')
    """
    if not dtypes:
        return config.floatx()
    return _promote(frozenset(WEAK[d] if d in WEAK else d if d in _WIDER else standardize(d) for d in dtypes), config.floatx())


def to_floating(dtype: str) -> str:
    """The float (or complex) dtype in which a real function of `dtype` is computed: floats stay, integers become the default float."""
    return dtype if dtype in FLOAT or dtype in COMPLEX else config.floatx()


def standardize(dtype: Any) -> str:
    """The canonical name of a dtype given as a name, a NumPy dtype, a Python type or an engine's own dtype object."""
    if dtype is None:
        return config.floatx()
    if isinstance(dtype, str):
        name = {"float": config.floatx(), "int": "int32", "half": "float16", "double": "float64", "single": "float32"}.get(dtype, dtype)
    elif isinstance(dtype, np.dtype):
        name = dtype.name
    elif isinstance(dtype, type) and dtype in (bool, int, float, complex, str):  # a tf.DType equals the Python type
        name = {bool: "bool", int: "int32", float: config.floatx(), complex: "complex64", str: "string"}[dtype]
    elif isinstance(dtype, type) and issubclass(dtype, np.generic):
        name = np.dtype(dtype).name
    else:
        name = getattr(dtype, "name", None) or str(dtype).rsplit(".", 1)[-1]
    if name.startswith("str"):
        name = "string"
    if name not in ALL:
        accepted = ", ".join(sorted(ALL))
        raise ValueError(f"dtype: got {dtype!r}, which is not a dtype. Accepted: {accepted}. Write for example dtype='float32'.")
    return name


@functools.cache
def numpy_dtype(name: str) -> np.dtype:
    """The NumPy dtype of a canonical name; the small floats come from ml_dtypes, imported when first needed."""
    if name in _EXTENDED:
        import ml_dtypes

        return np.dtype(getattr(ml_dtypes, name))
    return np.dtype("object" if name == "string" else name)


def is_float(dtype: str) -> bool:
    """Whether a canonical dtype name is a real float."""
    return dtype in FLOAT


def is_integer(dtype: str) -> bool:
    """Whether a canonical dtype name is an integer (bool is not)."""
    return dtype in INTEGER


def integer_limits(dtype: str) -> tuple[int, int]:
    """The smallest and the largest number of an integer dtype."""
    bits = int(dtype.lstrip("uint"))
    return (0, 2**bits - 1) if dtype in UNSIGNED else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def is_float_dtype(dtype: object) -> bool:
    """Whether a dtype, in any spelling, is a real float."""
    return standardize(dtype) in FLOAT


def is_int_dtype(dtype: object) -> bool:
    """Whether a dtype, in any spelling, is an integer (bool is not)."""
    return standardize(dtype) in INTEGER
