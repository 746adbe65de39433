"""Ops at their corners against what Keras 3.15.1 on JAX computed: infinities, NaN, kinks, empty and odd shapes, every option, gradients.

A gradient is that of the sum of all float results, each times fixed weights, with respect to the float32 operands.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from op_properties import dtype_of, leaves_of

import keras
from keras import ops
from keras.core.autodiff import value_and_grad

with np.load(Path(__file__).parents[2] / "golden" / "ops" / "corners.npz") as _file:
    NUMBERS, CASES = _file["numbers"], json.loads(str(_file["cases"]))
FUNCTIONS = sorted({case["function"] for case in CASES})
NARROWED = {"int64": "int32", "float64": "float32"}
"""JAX, as it was recorded, has no 64-bit types; this project has them."""


def _array(place: Any) -> np.ndarray:
    at, shape, dtype = place
    found = NUMBERS[at : at + int(np.prod(shape))].reshape(shape).astype(dtype)
    found.setflags(write=False)
    return found


def _argument(recorded: dict[str, Any]) -> Any:
    if "array" in recorded:
        return _array(recorded["array"])
    if "scalar" in recorded:
        return _array(recorded["scalar"])[()]
    if "list" in recorded:
        return [_argument(item) for item in recorded["list"]]
    return tuple(_argument(item) for item in recorded["tuple"]) if "tuple" in recorded else recorded["value"]


def _is_operand(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype == np.float32


def _operands(nest: Any) -> list[np.ndarray]:
    if isinstance(nest, (list, tuple)):
        return [x for item in nest for x in _operands(item)]
    return [nest] if _is_operand(nest) else []


def _with(nest: Any, values: Any) -> Any:
    if isinstance(nest, (list, tuple)):
        return type(nest)(_with(item, values) for item in nest)
    return next(values) if _is_operand(nest) else nest


def _weighted_sum(results: Any) -> Any:
    total: Any = 0.0
    for k, result in enumerate(leaves_of(results)):
        if "float" not in dtype_of(result):
            continue
        count = int(np.prod(result.shape))
        weights = (np.cos(np.arange(count) * 1.3 + k) + 0.1).astype("float32").reshape(tuple(result.shape))
        total = ops.add(total, ops.sum(ops.multiply(ops.cast(result, "float32"), weights)))
    return total


def _assert_close(found: Any, expected: np.ndarray, rtol: float, atol: float, context: str) -> None:
    finite = np.abs(expected[np.isfinite(expected)]) if expected.dtype.kind == "f" else np.zeros(0)
    scale = float(np.max(finite, initial=0.0))
    wide = "float64" if expected.dtype.kind == "f" else expected.dtype
    np.testing.assert_allclose(
        np.asarray(found).astype(wide), expected.astype(wide), rtol=rtol, atol=max(atol, 3e-7 * min(scale, 1e30)), err_msg=context
    )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_corners(name: str) -> None:
    function = functools.reduce(getattr, name.split(".")[1:], keras)
    for case in CASES:
        if case["function"] != name:
            continue
        args, kwargs = [_argument(a) for a in case["arguments"]], {k: _argument(a) for k, a in case["keyword_arguments"].items()}
        context = f"{name}({args}, {kwargs})"[:400]
        for result, place in zip(leaves_of(function(*args, **kwargs)), case["results"], strict=True):
            expected = _array(place)
            assert (np.shape(result), NARROWED.get(dtype_of(result), dtype_of(result))) == (expected.shape, place[2]), context
            _assert_close(result, expected, 2e-3 if place[2] == "float16" else 2e-5, 1e-6, context)
        if "gradients" not in case:
            continue
        nest = [args, *kwargs.values()]

        def loss(values: Any, nest: Any = nest, keys: Any = tuple(kwargs)) -> Any:
            given, *rest = _with(nest, iter(values))
            return _weighted_sum(function(*given, **dict(zip(keys, rest, strict=True))))

        for gradient, place in zip(value_and_grad(loss)(_operands(nest))[1], case["gradients"], strict=True):
            _assert_close(gradient, _array(place), 3e-5, 3e-6, f"gradient of {context}")


def test_the_record_is_wide() -> None:
    assert len(FUNCTIONS) > 320
    assert sum("gradients" in case for case in CASES) > 900


def test_complex_numbers_by_their_sizes_and_conjugates() -> None:
    a, b = np.complex64([[1 + 2j, -3j], [0.5, 2 - 1j]]), np.complex64([[2, 1j], [1 - 1j, 3 + 4j]])
    np.testing.assert_allclose(ops.vdot(a, b), np.vdot(a, b), rtol=1e-6)
    for ord, axis in ((None, None), ("fro", None), (1, None), (None, 0), (2, 1), (0, 0), (float("inf"), 1)):
        found = ops.norm(a, ord=ord, axis=axis)
        assert dtype_of(found) == "float32"
        np.testing.assert_allclose(found, np.linalg.norm(a, ord, axis), rtol=1e-6)


def test_hypotenuse_of_nothing_has_a_gradient() -> None:
    legs = np.float32([0, 3]), np.float32([0, 4])
    gradients = value_and_grad(lambda xs: ops.sum(ops.hypot(*xs)))(list(legs))[1]
    np.testing.assert_allclose(gradients, [[0, 0.6], [0, 0.8]], rtol=1e-6)


def test_saturation_at_the_limits_of_eight_bit_floats() -> None:
    for dtype, largest in (("float8_e4m3fn", 448), ("float8_e5m2", 57344)):
        found = np.asarray(ops.saturate_cast(np.float32([1e6, -1e6, 1.5]), dtype)).astype("float32")
        np.testing.assert_array_equal(found, [largest, -largest, 1.5])
