"""Compiled functions, gradients, loops and branches with variables in them, on every engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import keras
from keras import ops
from keras.core import engine
from keras.core.variable import Variable
from keras.ops.control import value_and_grad


def _number(other: Any, x: Any) -> float:
    return float(other.to_numpy(ops.convert_to_tensor(x)))


def test_compiled_function_reads_and_writes_variables(other: Any) -> None:
    total, factor = Variable(np.zeros(3, "float32")), Variable(2.0)
    traced = []

    def step(x: Any, flag: bool) -> Any:
        traced.append(1)
        total.assign_add(ops.multiply(x, factor.value))
        return {"total": total.value, "flag": flag, "none": None}

    compiled = other.compile(step)
    x = np.array([1, 2, 3], "float32")
    compiled(x, True)
    count = len(traced)
    result = compiled(x, True)
    np.testing.assert_array_equal(total.numpy(), x * 4)
    np.testing.assert_array_equal(other.to_numpy(result["total"]), x * 4)
    assert result["flag"] is True and result["none"] is None
    assert other.name == "torch" or len(traced) == count
    factor.assign(10.0)
    compiled(x, True)
    np.testing.assert_array_equal(total.numpy(), x * 14)


def test_variable_made_while_traced_keeps_its_value(other: Any) -> None:
    made: list[Variable] = []

    def step(x: Any) -> Any:
        if not made:
            made.append(Variable(np.ones(2, "float32")))
        made[0].assign_add(x)
        return made[0].value

    compiled = other.compile(step)
    x = np.array([1, 2], "float32")
    compiled(x)
    np.testing.assert_array_equal(other.to_numpy(compiled(x)), [3, 5])
    np.testing.assert_array_equal(made[0].numpy(), [3, 5])


def test_two_variables_with_one_value(other: Any) -> None:
    a, b = Variable(np.ones(2, "float32")), Variable(np.zeros(2, "float32"))
    b.assign(a.value)
    other.compile(lambda x: (a.assign_add(x), b.assign_sub(x)))(np.ones(2, "float32"))
    np.testing.assert_array_equal(a.numpy(), [2, 2])
    np.testing.assert_array_equal(b.numpy(), [0, 0])


def test_gradient_with_auxiliary_results(other: Any) -> None:
    def function(parameters: Any) -> Any:
        return ops.sum(parameters["w"] * parameters["w"]) + parameters["b"], {"note": "text", "twice": parameters["w"] * 2}

    (value, aux), gradients = value_and_grad(function, has_aux=True)(
        {"w": np.array([1.0, 3.0], "float32"), "b": 1.0, "unused": np.array([4], "int32")}
    )
    assert _number(other, value) == 11.0
    assert aux["note"] == "text"
    np.testing.assert_array_equal(other.to_numpy(aux["twice"]), [2, 6])
    np.testing.assert_array_equal(other.to_numpy(gradients["w"]), [2, 6])
    assert _number(other, gradients["b"]) == 1.0
    np.testing.assert_array_equal(other.to_numpy(gradients["unused"]), [0])


def test_gradient_needs_one_number(other: Any) -> None:
    with pytest.raises(ValueError, match="must return one number, got shape"):
        value_and_grad(lambda x: x * 2)(np.ones(2, "float32"))


def test_gradient_of_a_gradient(other: Any) -> None:
    def slope(x: Any) -> Any:
        return ops.sum(value_and_grad(lambda v: ops.sum(v * v * v))(x)[1])

    value, gradient = value_and_grad(slope)(np.array([1.0, 2.0], "float32"))
    assert _number(other, value) == 15.0
    np.testing.assert_allclose(other.to_numpy(gradient), [6, 12])


def test_gradient_keeps_assignments(other: Any) -> None:
    seen = Variable(0.0)

    def function(x: Any) -> Any:
        seen.assign(ops.sum(x))
        return ops.sum(x * x)

    value_and_grad(function)(np.array([1.0, 2.0], "float32"))
    assert float(seen.numpy()) == 3.0


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_scan_carries_variables(other: Any, compiled: bool) -> None:
    steps, offset = Variable(0.0), Variable(1.0)

    def run(xs: Any) -> Any:
        def f(carry: Any, x: Any) -> Any:
            steps.assign_add(1.0)
            return carry + x + offset.value, {"y": carry * 2, "none": None}

        return ops.scan(f, np.float32(0), xs, reverse=True)

    function = other.compile(run) if compiled else run
    carry, ys = function(np.array([1, 2, 3], "float32"))
    assert _number(other, carry) == 9.0
    np.testing.assert_array_equal(other.to_numpy(ys["y"]), [14, 8, 0])
    assert ys["none"] is None
    assert float(steps.numpy()) == 3.0


def test_scan_has_a_gradient(other: Any) -> None:
    def loss(w: Any) -> Any:
        carry, ys = ops.scan(lambda c, x: (c * w + x, c), np.float32(1), np.array([1, 2, 3], "float32"))
        return carry + ops.sum(ys)

    function = other.compile(lambda w: value_and_grad(loss)(w))
    value, gradient = function(np.float32(2))
    assert _number(other, value) == 31.0  # the carries are 1, 3, 8, 19
    assert _number(other, gradient) == pytest.approx(24.0)


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_while_loop_and_branches(other: Any, compiled: bool) -> None:
    count = Variable(0.0)

    def run(limit: Any) -> Any:
        def body(i: Any, total: Any) -> Any:
            count.assign_add(1.0)
            return i + 1, total + ops.cond(i > 1, lambda: total * 0 + 10.0, lambda: total * 0 + 1.0)

        return ops.while_loop(lambda i, total: i < limit, body, (np.int32(0), np.float32(0)))

    i, total = (other.compile(run) if compiled else run)(np.int32(4))
    assert _number(other, i) == 4 and _number(other, total) == 22.0
    assert float(count.numpy()) == 4.0


def test_convert_to_tensor_copies(other: Any) -> None:
    source = np.zeros(1 << 12, "float32")
    tensor = ops.convert_to_tensor(source)
    source[:] = 5
    assert float(other.to_numpy(tensor).max()) == 0.0


def test_numbers_lists_and_dtypes(other: Any) -> None:
    for value, dtype in (
        (1, "int32"),
        (1.5, "float32"),
        (True, "bool"),
        ([1, 2], "int32"),
        ([[1.0]], "float32"),
        (np.ones(2, "float16"), "float16"),
    ):
        assert other.dtype_of(ops.convert_to_tensor(value)) == dtype
    assert other.dtype_of(ops.convert_to_tensor(1, dtype="bfloat16")) == "bfloat16"
    assert other.to_numpy(ops.convert_to_tensor([1.0, 2.0], dtype="bfloat16")).dtype.name == "bfloat16"
    stacked = ops.convert_to_tensor([ops.convert_to_tensor(1.0), ops.convert_to_tensor(2.0)])
    np.testing.assert_array_equal(other.to_numpy(stacked), [1, 2])


def test_backend_name(other: Any) -> None:
    assert keras.backend.backend() == other.name


def test_gradient_through_the_window_of_a_spectrum(other: Any) -> None:
    x, window = np.sin(np.arange(40.0)).reshape(2, 20).astype("float32"), np.float32(np.hanning(8) + 0.1)

    def energy(window: Any) -> Any:
        return ops.sum(ops.square(ops.stft(other.asarray(x), 8, 4, 8, window=window)[0]))

    found = other.to_numpy(value_and_grad(energy)(other.asarray(window))[1])
    with engine.use("numpy"):
        expected = value_and_grad(lambda w: ops.sum(ops.square(ops.stft(x, 8, 4, 8, window=w)[0])))(window)[1]
    np.testing.assert_allclose(found, expected, rtol=1e-4)
