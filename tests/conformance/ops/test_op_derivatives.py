"""Gradients that are written by hand, and derivatives along a direction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from op_properties import compiled

import keras.ops  # noqa: F401 (fills the registry)
from keras.core.autodiff import value_and_grad
from keras.core.tensor import REGISTRY, KerasTensor

R = REGISTRY
X = np.array([1.0, 2.0], "float32")


def _square(x: Any) -> Any:
    """With a slope of 3 whatever x is."""
    return x * x, lambda upstream: upstream * 3.0


@R["custom_gradient"]
def log1pexp(x: Any) -> Any:
    """The documented example: the gradient uses what the value computed."""
    e = R["exp"](x)

    def gradient(*arguments: Any, upstream: Any = None) -> Any:
        (upstream,) = arguments if upstream is None else (upstream,)
        return R["multiply"](upstream, R["subtract"](1.0, R["divide"](1.0, R["add"](1.0, e))))

    return R["log"](R["add"](1.0, e)), gradient


def _both(function: Any, *operands: Any) -> Any:
    """Eagerly and compiled, which must agree."""
    eager = value_and_grad(function)(*operands)
    replay = compiled(lambda *values: value_and_grad(function)(*values))
    for found in (replay(*operands), replay(*operands)):
        np.testing.assert_allclose(found[0], eager[0], rtol=1e-6)
        np.testing.assert_allclose(found[1], eager[1], rtol=1e-6)
    return eager


def test_the_given_gradient_is_used() -> None:
    function = R["custom_gradient"](_square)
    value, gradient = _both(lambda x: R["sum"](R["multiply"](function(x), 2.0)), X)
    assert (float(value), gradient.tolist()) == (10.0, [6.0, 6.0])
    np.testing.assert_array_equal(function(X), X * X)
    np.testing.assert_allclose(_both(lambda x: R["sum"](log1pexp(x)), X)[1], 1 / (1 + np.exp(-X)), rtol=1e-6)
    assert np.isnan(_both(lambda x: R["sum"](R["log"](R["add"](1.0, R["exp"](x)))), np.float32([1000.0]))[1]).all()
    assert _both(lambda x: R["sum"](log1pexp(x)), np.float32([1000.0]))[1].tolist() == [1.0]


def test_several_arguments_and_results() -> None:
    @R["custom_gradient"]
    def function(x: Any, y: Any) -> Any:
        return (x * y, x + y), lambda first, second: (first * 10.0 + second, second * y)

    def loss(x: Any) -> Any:
        product, total = function(x, R["multiply"](x, 2.0))
        return R["sum"](product) + R["sum"](total)

    value, gradient = _both(loss, X)
    assert float(value) == 2 * 5 + 9
    np.testing.assert_allclose(gradient, 11.0 + 2 * (2 * X))


def test_inside_of_a_loop() -> None:
    function = R["custom_gradient"](_square)
    steps = np.array([1.0, 2.0], "float32")

    def loss(x: Any) -> Any:
        return R["sum"](R["scan"](lambda carry, t: (R["multiply"](function(carry), t), None), x, steps)[0])

    np.testing.assert_allclose(_both(loss, X)[1], [18.0, 18.0])


def test_symbols_have_the_value_s_shape() -> None:
    assert R["custom_gradient"](_square)(KerasTensor((None, 3))).shape == (None, 3)


def test_what_is_no_function_with_a_gradient_is_refused() -> None:
    with pytest.raises(TypeError, match="keras.ops.custom_gradient\\(f\\): got 3. Accepted: a function"):
        R["custom_gradient"](3)
    with pytest.raises(ValueError, match="Accepted: a pair \\(value, gradient function\\)"):
        R["custom_gradient"](lambda x: x)(X)


def test_derivative_along_a_direction() -> None:
    point, direction = np.array([[0.5, 1.0], [2.0, -1.0]]), np.array([[1.0, 0.0], [-2.0, 0.5]])
    value, slope = R["jvp"](lambda x: R["matmul"](x, R["sin"](x)), (point,), (direction,))
    np.testing.assert_allclose(value, point @ np.sin(point))
    np.testing.assert_allclose(slope, direction @ np.sin(point) + point @ (np.cos(point) * direction))
    assert [float(v) for v in R["jvp"](lambda x: x * x, [3.0], [2.0])] == [9.0, 12.0]


def test_nests_several_arguments_and_what_comes_along() -> None:
    (total, parts), (slope, parts_slope), note = R["jvp"](
        lambda x, y: ((x * y, {"x": x * 2.0}), "note"), (np.float64(3.0), np.float64(4.0)), (np.float64(1.0), np.float64(0.5)), has_aux=True
    )
    assert (float(total), float(slope), float(parts["x"]), float(parts_slope["x"]), note) == (12.0, 5.5, 6.0, 2.0, "note")
    value, slope = R["jvp"](lambda x: R["argmax"](x), (X,), (X,))
    assert (int(value), int(slope)) == (1, 0)


def test_jvp_says_what_it_accepts() -> None:
    with pytest.raises(TypeError, match="keras.ops.jvp\\(primals, tangents\\): got float and float. Accepted: two lists or tuples"):
        R["jvp"](lambda x: x, 1.0, 1.0)
    with pytest.raises(ValueError, match="keras.ops.jvp\\(tangents\\): got shape \\(3,\\) for a primal of shape \\(2,\\)"):
        R["jvp"](lambda x: x, (X,), (np.ones(3),))


def test_through_the_window_of_a_spectrum() -> None:
    x, window = np.sin(np.arange(40.0)).reshape(2, 20), np.hanning(8) + 0.1

    def energy(window: Any) -> Any:
        real, imag = R["stft"](x, 8, 4, 8, window=window)
        again = R["istft"]((real, imag), 8, 4, 8, window=R["multiply"](window, 0.5))
        return R["add"](R["sum"](R["square"](real)), R["sum"](again))

    step = np.cos(np.arange(8.0)) * 1e-5
    _, gradient = _both(energy, window)
    assert float(np.dot(gradient, step)) == pytest.approx(float(energy(window + step) - energy(window - step)) / 2, rel=1e-6)
