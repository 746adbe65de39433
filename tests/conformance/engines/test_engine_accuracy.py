"""What holds for ops on numbers holds on every engine: digits over the whole range, gradients written by hand, words of errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from accuracy_table import TABLE, Accurate, OfSeveral, expected, found, relative_error
from op_table import replace_arrays
from test_op_errors import WRONG

from keras import ops
from keras.core import engine
from keras.core.tensor import REGISTRY
from keras.ops.control import value_and_grad


@pytest.mark.parametrize("row", TABLE, ids=[f"{row.op}{i}" for i, row in enumerate(TABLE)])
def test_relative_accuracy(other: Any, row: Accurate | OfSeveral) -> None:
    compiled = other.compile(lambda *operands: found(row, *operands))
    assert relative_error(other.to_numpy(compiled(*map(other.asarray, row.operands))), expected(row)) < 1e-6


def test_gradients_written_by_hand(other: Any) -> None:
    tripled = ops.custom_gradient(lambda x: (ops.multiply(x, x), lambda upstream: ops.multiply(upstream, 3.0)))
    x = other.asarray(np.float32([1.0, 2.0]))

    def loss(x: Any) -> Any:
        return ops.sum(ops.multiply(tripled(x), 2.0))

    for function in (value_and_grad(loss), other.compile(lambda x: value_and_grad(loss)(x))):
        value, gradient = function(x)
        assert float(other.to_numpy(value)) == 10.0
        np.testing.assert_allclose(other.to_numpy(gradient), [6.0, 6.0])

    def pair(x: Any, y: Any) -> Any:
        return (ops.multiply(x, y), ops.add(x, y)), lambda a, b: (ops.add(ops.multiply(a, 10.0), b), b)

    both = ops.custom_gradient(pair)

    def total(x: Any) -> Any:
        product, plus = both(x, ops.multiply(x, 2.0))
        return ops.add(ops.sum(product), ops.sum(plus))

    np.testing.assert_allclose(other.to_numpy(value_and_grad(total)(x)[1]), [13.0, 13.0])


def test_derivative_along_a_direction(other: Any) -> None:
    point, direction = np.float32([[0.5, 1.0], [2.0, -1.0]]), np.float32([[1.0, 0.0], [-2.0, 0.5]])
    value, slope = ops.jvp(lambda x: ops.matmul(x, ops.sin(x)), (point,), (direction,))
    np.testing.assert_allclose(other.to_numpy(value), point @ np.sin(point), rtol=1e-5)
    np.testing.assert_allclose(other.to_numpy(slope), direction @ np.sin(point) + point @ (np.cos(point) * direction), rtol=1e-5)


def test_the_gamma_family(other: Any) -> None:
    from keras import random

    for drawn, mean in (
        (random.gamma((20000,), 2.5, seed=1), 2.5),
        (random.beta((20000,), 1.0, 3.0, seed=1), 0.25),
        (random.binomial((20000,), 6, 0.3, seed=1), 1.8),
    ):
        assert other.to_numpy(drawn).mean() == pytest.approx(mean, rel=0.03)


def _message(function: Any) -> str:
    with pytest.raises(Exception) as caught:  # noqa: PT011 (which exception is compared as well)
        function()
    return f"{type(caught.value).__name__}: {caught.value}"


NUMPYS_OWN_WORDS = {"get_item": "an index out of range is worded by the library that indexes"}


@pytest.mark.parametrize(("name", "args", "kwargs"), [w[:3] for w in WRONG], ids=[f"{w[0]}-{i}" for i, w in enumerate(WRONG)])
def test_wrong_calls_are_worded_alike(other: Any, name: str, args: Any, kwargs: Any) -> None:
    if name in NUMPYS_OWN_WORDS:
        pytest.skip(NUMPYS_OWN_WORDS[name])
    narrow = [replace_arrays(a, lambda v: v.astype("float32") if v.dtype == np.float64 else v) for a in args]
    with engine.use("numpy"):
        expected = _message(lambda: REGISTRY[name](*narrow, **kwargs))
    tensors = [replace_arrays(a, other.asarray) for a in narrow]
    assert _message(lambda: REGISTRY[name](*tensors, **kwargs)) == expected
