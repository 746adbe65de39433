"""Elementwise kernels against plain forms."""

import math

import numpy as np
import pytest

from keras.kernels import elementwise

FLOATS = [np.float32, np.float64]


def example(dtype, shape=(7, 9)):
    x = (np.random.default_rng(2).standard_normal(shape) * 3).astype(dtype)
    x.flags.writeable = False
    return x


@pytest.mark.parametrize("dtype", [np.float16, *FLOATS, np.int32])
def test_the_gradient_of_relu_passes_where_relu_is_positive(dtype):
    g, y = example(dtype), example(dtype)[::-1]
    np.testing.assert_array_equal(elementwise.relu_gradient(g, y), np.where(y > 0, g, 0))
    np.testing.assert_array_equal(elementwise.relu_gradient(g[0, 0], y[0, 0]), np.where(y[0, 0] > 0, g[0, 0], 0))


def test_the_gradient_of_relu_at_special_values():
    g, y = np.array([np.inf, np.nan, -0.0, 1.0]), np.array([-1.0, 0.0, 1.0, np.nan])
    np.testing.assert_array_equal(elementwise.relu_gradient(g, y), [0, 0, 0, 0])
    np.testing.assert_array_equal(elementwise.relu_gradient(g, np.ones(4)), g)


@pytest.mark.parametrize("dtype", FLOATS)
def test_sigmoid_keeps_its_digits_below_zero(dtype):
    x = np.array([-1000, -80, -20, -1, 0, 1, 20, 1000], dtype)
    exact = [0 if v < -700 else 1 / (1 + math.exp(-v)) for v in x.tolist()]
    np.testing.assert_allclose(elementwise.sigmoid(x), exact, rtol=1e-6 if dtype == np.float32 else 1e-15, atol=1e-38)
    assert elementwise.sigmoid(x[0, ...]).shape == ()


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(5, 10), (5, 1000), (3, 1), (2, 3, 8), (0, 4), (4, 0), (3, 5000)])
def test_softmax(shape, dtype):
    x = example(dtype, shape)
    wide = x.astype(np.float64)
    shifted = np.exp(wide - wide.max(-1, keepdims=True, initial=-np.inf))
    expected = shifted / shifted.sum(-1, keepdims=True)
    rtol = 3e-6 if dtype == np.float32 else 1e-13
    np.testing.assert_allclose(elementwise.softmax(x), expected, rtol=rtol)
    np.testing.assert_allclose(elementwise.log_softmax(x), np.log(expected), rtol=rtol, atol=rtol)
    out = np.empty_like(x)
    assert elementwise.softmax(x, out=out) is out
    assert elementwise.softmax(x).dtype == dtype


def test_softmax_of_large_values():
    x = np.array([[1000.0, 0.0], [-1000.0, -np.inf]])
    np.testing.assert_array_equal(elementwise.softmax(x), [[1, 0], [1, 0]])
    np.testing.assert_array_equal(elementwise.log_softmax(x), [[0, -1000], [0, -np.inf]])
