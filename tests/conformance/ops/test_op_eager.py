"""Eager calls: what an engine computes in one go is what the op's own body computes, and arguments arrive however they are written."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import op_cases  # noqa: F401 (fills CASES)
import pytest
from op_properties import dtype_of, leaves_of
from op_table import CASES, Case, arrays_of, replace_arrays

from keras import ops
from keras.core import engine
from keras.core.tensor import REGISTRY

ENGINES = ["numpy", *(["torch"] if importlib.util.find_spec("torch") else [])]
SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e30, -1e30, 1e-30]


def on_engine(case: Case, current: Any, dtype: str | None = None) -> tuple[list[Any], dict[str, Any]]:
    def tensor(a: np.ndarray) -> Any:
        return current.asarray(a.astype(dtype) if dtype and a.dtype.kind == "f" else a)

    return [replace_arrays(a, tensor) for a in case.args], {k: replace_arrays(v, tensor) for k, v in case.kwargs.items()}


def at_once(current: Any, op: str, *args: Any, **kwargs: Any) -> Any:
    """What the engine's own function of a composite gives, NotImplemented for what it does not take."""
    accepted, function = current.eager[op]
    first = args[0][0] if isinstance(args[0], (list, tuple)) else args[0]
    if type(first) is not current.tensor_type or first.dtype not in accepted:
        return NotImplemented
    try:
        return function(*args, **kwargs)
    except current.errors:
        return NotImplemented


def same(current: Any, found: Any, expected: Any) -> None:
    for a, b in zip(leaves_of(found), leaves_of(expected), strict=True):
        assert dtype_of(a) == dtype_of(b)
        a, b = current.to_numpy(a), current.to_numpy(b)
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=2e-6 if a.dtype == np.float32 else 1e-12, atol=1e-7 if a.dtype == np.float32 else 1e-13)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_in_one_go_is_what_the_body_computes(name: str, dtype: str) -> None:
    with engine.use(name) as current:
        taken = set()
        for case in [c for c in CASES if c.op in current.eager]:
            args, kwargs = on_engine(case, current, dtype)
            found = at_once(current, case.op, *args, **kwargs)
            if found is not NotImplemented:
                taken.add(case.op)
                same(current, found, REGISTRY[case.op].record.body(*args, **kwargs))
        assert taken == set(current.eager)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("op", ["mean", "var", "std", "max", "min", "softplus"])
def test_special_values(name: str, op: str) -> None:
    with engine.use(name) as current:
        if op not in current.eager:
            return
        for value in SPECIAL:
            x = current.asarray(np.array([[value, 1.0], [2.0, value]], "float32"))
            kwargs = {} if op == "softplus" else {"axis": 1}
            found, body = at_once(current, op, x, **kwargs), REGISTRY[op].record.body(x, **kwargs)
            np.testing.assert_allclose(current.to_numpy(found), current.to_numpy(body), rtol=2e-6)


@pytest.mark.parametrize("name", ENGINES)
def test_logsumexp_of_infinities(name: str) -> None:
    with engine.use(name) as current:
        for row in ([-np.inf, -np.inf], [np.inf, 1.0], [np.nan, 0.0], [-np.inf, 1.0], [1e4, 1e4]):
            x = current.asarray(np.array(row, "float32"))
            np.testing.assert_allclose(float(ops.logsumexp(x)), float(REGISTRY["logsumexp"].record.body(x)), rtol=1e-6)


@pytest.mark.parametrize("name", ENGINES)
def test_other_operands_are_left_to_the_body(name: str) -> None:
    with engine.use(name) as current:
        for op in current.eager:
            args = {"expand_dims": (1,), "split": (1,), "take": (0,), "where": (0, 0), "clip": (0, 1)}.get(op, ())
            for x in (3, "text", None, [3], current.asarray(np.ones((1, 2), "float16" if op == "where" else "bool"))):
                if op not in ("expand_dims", "squeeze", "split", "stack") or not hasattr(x, "shape"):
                    assert at_once(current, op, x, *args) is NotImplemented


@pytest.mark.parametrize("name", ENGINES)
def test_nothing_to_compute_with(name: str) -> None:
    with engine.use(name) as current:
        for op in current.eager:
            args = {"expand_dims": (1,), "split": (1, 1), "take": (current.asarray(np.array([0, 1])), 1), "clip": (0, 1)}.get(op, (1,))
            for shape in ((0, 2), (2, 0)):
                x = current.asarray(np.zeros(shape, "float32"))
                if op in ("stack", "where", "squeeze"):
                    continue
                found = at_once(current, op, x, *(args if op != "softplus" else ()))
                if found is not NotImplemented:
                    same(current, found, REGISTRY[op].record.body(x, *(args if op != "softplus" else ())))


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("op", ["mean", "var", "std", "logsumexp", "max", "min"])
def test_a_wrong_axis_is_worded_by_the_table(name: str, op: str) -> None:
    with engine.use(name) as current:
        x = current.asarray(np.ones((2, 2), "float32"))
        with pytest.raises(ValueError, match=r"\(axis\): got 5 for a tensor with 2 axes. Accepted: -2 to 1"):
            REGISTRY[op](x, axis=5)


def test_every_op_with_its_arguments_by_position_or_by_name() -> None:
    for case in CASES:
        record = REGISTRY[case.op].record
        if record.rule is None or record.operands == "list" or case.kwargs or len(case.args) > len(record.parameters):
            continue
        count = int(record.operands)
        if any(True for _ in arrays_of(case.args[count:])):
            continue
        named = dict(zip(record.parameters[count:], case.args[count:], strict=False))
        by_position, by_name = REGISTRY[case.op](*case.args), REGISTRY[case.op](*case.args[:count], **named)
        for a, b in zip(leaves_of(by_position), leaves_of(by_name), strict=True):
            np.testing.assert_array_equal(a, b)


def test_arguments_that_are_missing_or_twice() -> None:
    x = np.ones((2, 3), "float32")
    for call, text in (
        (lambda: ops.reshape(x), "missing a required argument: 'newshape'"),
        (lambda: ops.sum(x, 0, axis=1), "multiple values for argument 'axis'"),
        (lambda: ops.sum(x, axes=1), "unexpected keyword argument 'axes'"),
        (lambda: ops.add(x), "missing a required argument"),
        (lambda: ops.sum(x, 0, True, 1), "too many positional arguments"),
    ):
        with pytest.raises(TypeError, match=text):
            call()


@pytest.mark.parametrize("name", ENGINES)
def test_numbers_beside_tensors_keep_their_dtype(name: str) -> None:
    with engine.use(name) as current:
        for dtype in ("float32", "float16", "int32", "uint8", "bool"):
            x = current.asarray(np.ones(2), dtype)
            for number, kind in ((1, int), (1.0, float), (True, bool)):
                first, second = ops.add(x, number), ops.add(x, number)  # the second call is remembered
                expected = current.dtype_of(ops.add(x, current.asarray(np.asarray(number), "bool"))) if kind is bool else None
                assert current.dtype_of(first) == current.dtype_of(second) == (expected or current.dtype_of(ops.add(number, x)))
                np.testing.assert_array_equal(current.to_numpy(first), current.to_numpy(second))


@pytest.mark.parametrize("name", ENGINES)
def test_dtypes_are_read_in_every_spelling(name: str) -> None:
    with engine.use(name) as current:
        x = current.asarray(np.array([1.5, 0.0], "float32"))
        for dtype, expected in (
            ("int", "int32"),
            (int, "int32"),
            (float, "float32"),
            ("half", "float16"),
            (np.int8, "int8"),
            (bool, "bool"),
        ):
            for _ in range(2):
                assert current.dtype_of(ops.cast(x, dtype)) == expected
        with pytest.raises(ValueError, match="got 'floot', which is not a dtype"):
            ops.cast(x, "floot")


def test_the_default_float_is_asked_at_every_call() -> None:
    from keras.core import config

    x = np.ones(2, "int32")
    assert ops.exp(x).dtype == "float32" and ops.cast(x, float).dtype == "float32"
    config.set_floatx("float64")
    try:
        assert ops.exp(x).dtype == "float64" and ops.cast(x, float).dtype == "float64" and ops.add(x, 1.0).dtype == "float64"
    finally:
        config.set_floatx("float32")
    assert ops.exp(x).dtype == "float32" and ops.add(x, 1.0).dtype == "float32"
