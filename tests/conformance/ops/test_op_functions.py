"""Ops that take functions or return what is not a tensor."""

from __future__ import annotations

import inspect
import pickle
from typing import Any

import numpy as np
import pytest
from op_properties import compiled
from op_table import floats

import keras.ops  # noqa: F401 (fills the registry)
from keras.core.autodiff import value_and_grad
from keras.core.tensor import REGISTRY, KerasTensor
from keras.core.variable import Variable

R = REGISTRY
X = floats(3, 4)


def test_ops_are_pickled_by_name_and_show_their_signature() -> None:
    for name, function in R.items():
        assert pickle.loads(pickle.dumps(function)) is function, name
    assert str(inspect.signature(R["exp"])).replace("'", "") == "(x: Tensor) -> Tensor"
    assert list(inspect.signature(R["add"]).parameters) == ["x1", "x2"]


def test_convert_to_numpy() -> None:
    variable = Variable(np.ones(3, "float32"))
    for source in (X, variable, [1.0, 2.0]):
        found = R["convert_to_numpy"](source)
        assert type(found) is np.ndarray
        found[...] = 7  # its own memory
    np.testing.assert_array_equal(variable.numpy(), np.ones(3))
    with pytest.raises(TypeError, match="cannot become a NumPy array"):
        R["convert_to_numpy"](KerasTensor((2,)))


def test_dtype() -> None:
    assert [R["dtype"](x) for x in (X, [1], True, KerasTensor((2,), "int8"), Variable(np.ones(2, "float16")))] == [
        "float32",
        "int32",
        "bool",
        "int8",
        "float16",
    ]


@pytest.mark.parametrize("index", [-1, 0, 1, 2, 9])
def test_switch(index: int) -> None:
    branches = [lambda x: R["add"](x, 1.0), lambda x: R["multiply"](x, 2.0), lambda x: R["negative"](x)]
    expected = [X + 1, X * 2, -X][min(max(index, 0), 2)]
    replay = compiled(lambda i, x: R["switch"](i, branches, x))
    for found in (R["switch"](index, branches, X), replay(np.array(index, "int32"), X)):
        np.testing.assert_allclose(found, expected)
    with pytest.raises(ValueError, match="at least one function"):
        R["switch"](0, [])


def test_vectorized_map() -> None:
    function: Any = lambda row: R["multiply"](row, R["sum"](row))  # noqa: E731
    for found in (R["vectorized_map"](function, X), compiled(lambda x: R["vectorized_map"](function, x))(X)):
        np.testing.assert_allclose(found, X * X.sum(1, keepdims=True), rtol=1e-6)
    pair = R["vectorized_map"](lambda p: R["add"](p[0], p[1]), (X, X))
    np.testing.assert_allclose(pair, 2 * X)


def test_vectorize_over_parts() -> None:
    rows, ones = np.arange(6, dtype="float32").reshape(2, 3), np.ones((3, 2), "float32")
    np.testing.assert_array_equal(R["vectorize"](lambda a: R["sum"](a), signature="(n)->()")(rows), rows.sum(1))
    both = R["vectorize"](lambda a, b: R["matmul"](a, b), signature="(n,m),(m,k)->(n,k)")(np.stack([rows] * 4), ones)
    np.testing.assert_array_equal(both, np.stack([rows @ ones] * 4))
    np.testing.assert_array_equal(R["vectorize"](lambda a, b: R["sum"](a) * b, signature="(n),()->()")(rows, ones[:2, 0]), rows.sum(1))
    assert R["vectorize"](lambda a, text: R["add"](a, float(len(text))), excluded={1})(rows, "abc").tolist() == (rows + 3).tolist()
    with pytest.raises(ValueError, match="do not fit signature='\\(n\\)->\\(\\)'"):
        R["vectorize"](lambda a: a, signature="(n)->()")(1.0)
    with pytest.raises(TypeError, match="got 2 tensors for signature='\\(n\\)->\\(\\)'. Accepted: 1"):
        R["vectorize"](lambda a, b: a, signature="(n)->()")(rows, rows)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 13])
@pytest.mark.parametrize("reverse", [False, True])
def test_associative_scan_of_matrices(n: int, reverse: bool) -> None:
    matrices = np.random.default_rng(n).normal(size=(2, n, 2, 2))
    expected = [matrices[:, -1 if reverse else 0]]
    for i in range(n - 2, -1, -1) if reverse else range(1, n):
        expected.append(expected[-1] @ matrices[:, i])
    found = R["associative_scan"](lambda a, b: R["matmul"](a, b), matrices, reverse=reverse, axis=1)
    np.testing.assert_allclose(found, np.stack(expected[::-1] if reverse else expected, axis=1), rtol=1e-10)


def test_vectorize() -> None:
    function = R["vectorize"](lambda a, b: R["add"](R["multiply"](a, b), 1.0))
    np.testing.assert_allclose(function(X, X[:1]), X * X[:1] + 1, rtol=1e-6)
    with pytest.raises(ValueError, match="cannot be broadcast together"):
        function(X, np.ones(3, "float32"))
    with pytest.raises(ValueError, match="Accepted: a function"):
        R["vectorize"](3)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("axis", [0, 1])
def test_associative_scan(axis: int, reverse: bool) -> None:
    run = lambda x: R["associative_scan"](lambda a, b: R["add"](a, b), x, reverse=reverse, axis=axis)  # noqa: E731
    expected = np.flip(np.cumsum(np.flip(X, axis), axis), axis) if reverse else np.cumsum(X, axis)
    for found in (run(X), compiled(run)(X)):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert run(KerasTensor((3, 4))).shape == (3, 4)


def test_unique_on_request() -> None:
    found = R["unique"]([3, 1, 3], return_index=True, return_inverse=True, return_counts=True)
    assert [f.tolist() for f in found] == [[1, 3], [1, 0], [1, 0, 1], [1, 2]]


def test_shapes_that_depend_on_numbers_are_refused_in_compiled_steps() -> None:
    for name in ("nonzero", "unique"):
        with pytest.raises(ValueError, match="cannot stand in a compiled step"):
            compiled(lambda x, name=name: R[name](x))(X)
    with pytest.raises(ValueError, match="num_segments=n"):
        compiled(lambda x, i: R["segment_sum"](x, i))(X, np.array([0, 1, 0]))


def test_segments_count_themselves_where_numbers_are_known() -> None:
    np.testing.assert_array_equal(R["segment_sum"]([1.0, 2.0, 3.0], [0, 2, 0]), [4.0, 0.0, 2.0])
    np.testing.assert_array_equal(R["segment_max"]([1, 2, 3], [0, 1, 0]), [3, 2])


def test_is_tensor() -> None:
    assert [R["is_tensor"](x) for x in (X, KerasTensor((2,)), [1.0], 1.0, "text")] == [True, True, False, False, False]


_ROWS, _MASK = np.array([0, 1]), np.array([True, False, True])
KEYS: list[Any] = [
    0, (slice(None), 1), slice(None, None, -1), (slice(2, 0, -1), ...), (..., slice(3, None, -2)), _ROWS, (_ROWS, np.array([1, 2])),
    (slice(None), np.array([[0, 1]]), np.array([[1], [2]])), (_ROWS, slice(None), np.array([1, 2])), (slice(None), None, np.array([0, 2])),
    (None, _ROWS), (slice(None), np.array([0, 2]), None, 0), (1, np.array([0, 2])), (np.array([-1]), slice(None), -1),
    np.array([True, False]), (slice(None), _MASK), (0, [0, 2]), (..., np.array([1, -1])), (..., None, 0),
    (slice(None), 2, np.array([1, 1]), slice(1, 3)), np.ones((2, 3), bool), (slice(-2, None), slice(0, -1)),
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
def test_every_kind_of_index(key: Any) -> None:
    """Of a symbol, of numbers, and in a gradient: what NumPy gives."""
    x = np.arange(120, dtype="float64").reshape(2, 3, 4, 5)
    wanted = x[key]
    weights = np.cos(np.arange(wanted.size)).reshape(wanted.shape)
    assert R["get_item"](KerasTensor(x.shape, "float64"), key).shape == wanted.shape
    np.testing.assert_array_equal(R["get_item"](x, key), wanted)
    value, gradient = value_and_grad(lambda p: R["sum"](R["multiply"](R["get_item"](p, key), weights)))(x)
    expected = np.zeros_like(x)
    np.add.at(expected, key, weights)
    assert float(value) == pytest.approx(float((wanted * weights).sum()))
    np.testing.assert_allclose(gradient, expected)


def test_parts_may_begin_at_negative_places() -> None:
    x = np.arange(12).reshape(3, 4)
    assert R["slice"](x, (-1, -2), (1, 2)).tolist() == [[10, 11]]
    assert R["slice"](x, np.array([-1, -2]), (1, 2)).tolist() == [[10, 11]]
    assert R["slice_update"](x, (-1, 0), np.array([[7]]))[2, 0] == 7
