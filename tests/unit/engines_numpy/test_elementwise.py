"""Elementwise kernels of the NumPy engine against plain or exact forms."""

import math

import numpy as np
import pytest

from keras.engines.numpy import elementwise

FLOATS = [np.float32, np.float64]


def example(dtype, shape=(7, 9)):
    x = (np.random.default_rng(2).standard_normal(shape) * 3).astype(dtype)
    x.flags.writeable = False
    return x


@pytest.mark.parametrize("dtype", [np.float16, *FLOATS])
def test_choices_by_mask(dtype):
    x, y = example(dtype), example(dtype)[::-1]
    mask = np.random.default_rng(0).random(x.shape) < 0.5
    np.testing.assert_array_equal(elementwise.relu(x), np.where(x > 0, x, 0))
    np.testing.assert_array_equal(elementwise.relu_gradient(y, x), np.where(x > 0, y, 0))
    np.testing.assert_array_equal(elementwise.select(mask, x, y), np.where(mask, x, y))
    np.testing.assert_array_equal(elementwise.masked(x, mask), np.where(mask, x, 0))
    out = np.asfortranarray(np.empty_like(x))
    for function, arguments in (
        (elementwise.relu, (x,)),
        (elementwise.relu_gradient, (y, x)),
        (elementwise.select, (mask, x, y)),
        (elementwise.masked, (x, mask)),
    ):
        assert function(*arguments, out=out) is out
        np.testing.assert_array_equal(out, function(*arguments))


def test_choices_of_special_values_and_other_dtypes():
    x = np.array([np.inf, np.nan, -0.0, 1.0])
    mask = np.array([False, True, True, False])
    np.testing.assert_array_equal(elementwise.masked(x, mask), [0, np.nan, -0.0, 0])
    np.testing.assert_array_equal(elementwise.select(mask, x, x[::-1]), [1, np.nan, -0.0, np.inf])
    np.testing.assert_array_equal(elementwise.relu_gradient(x, np.array([-1.0, 0.0, -0.0, 1.0])), [0, 0, 0, 1])
    integers = np.arange(4)
    np.testing.assert_array_equal(elementwise.select(mask, integers, -integers), [0, 1, 2, -3])
    np.testing.assert_array_equal(elementwise.select(mask, integers, np.array(9)), [9, 1, 2, 9])
    np.testing.assert_array_equal(elementwise.masked(integers, mask), [0, 1, 2, 0])


@pytest.mark.parametrize("dtype", FLOATS)
def test_sigmoid_keeps_its_digits_below_zero(dtype):
    x = np.array([-1000, -80, -20, -1, 0, 1, 20, 1000], dtype)
    exact = [0 if v < -700 else 1 / (1 + math.exp(-v)) for v in x.tolist()]
    np.testing.assert_allclose(elementwise.sigmoid(x), exact, rtol=1e-6 if dtype == np.float32 else 1e-15, atol=1e-38)
    np.testing.assert_array_equal(elementwise.tanh(x), np.tanh(x))


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


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 5e-7), (np.float64, 1e-15)])
def test_erf_equals_the_c_library(dtype, rtol):
    x = np.concatenate([np.linspace(-7, 7, 4001), np.logspace(-30, 0, 301), [0.0, -0.0]]).astype(dtype)
    np.testing.assert_allclose(elementwise.erf(x), [math.erf(v) for v in x.tolist()], rtol=rtol)
    special = elementwise.erf(np.array([np.inf, -np.inf, np.nan, -0.0], dtype))
    np.testing.assert_array_equal(special, [1, -1, np.nan, 0])
    assert np.signbit(special[3])
    assert special.dtype == dtype


@pytest.mark.parametrize("dtype", FLOATS)
def test_erfinv_inverts_erf(dtype):
    y = np.concatenate([np.linspace(0, 3.5, 1001), np.logspace(-20, 0, 101)])
    x = np.array([math.erf(v) for v in y]).astype(dtype)
    inside = x < 1
    value = elementwise.erfinv(x[inside]).astype(np.float64)
    # The last bit of x moves the inverse by eps / 2 * x * derivative.
    derivative = math.sqrt(math.pi) / 2 * np.exp(np.square(y[inside]))
    bound = 2e-15 * y[inside] + np.finfo(dtype).eps * (x[inside].astype(np.float64) * derivative + y[inside])
    assert (abs(value - y[inside]) <= bound).all()
    np.testing.assert_array_equal(elementwise.erfinv(-x[inside]), -elementwise.erfinv(x[inside]))
    special = elementwise.erfinv(np.array([1, -1, 1.5, np.nan, 0.0], dtype))
    np.testing.assert_array_equal(special, [np.inf, -np.inf, np.nan, np.nan, 0])
    assert special.dtype == dtype


def test_erfinv_near_one_against_exact_values():
    x = np.array([0.75, 0.9, 0.99, 1 - 1e-5, 1 - 2.0**-53])
    exact = [0.8134198475976185417, 1.163087153676674163, 1.821386367718449456, 3.123413274341570864, 5.863584748755167928]
    np.testing.assert_allclose(elementwise.erfinv(x), exact, rtol=1e-15)


@pytest.mark.parametrize(("dtype", "atol"), [(np.float16, 2e-3), (np.float32, 1e-6), (np.float64, 1e-15)])
def test_gelu(dtype, atol):
    x = np.linspace(-6, 6, 501).astype(dtype)
    exact = [v * 0.5 * (1 + math.erf(v / math.sqrt(2))) for v in x.astype(np.float64).tolist()]
    value = elementwise.gelu(x)
    assert value.dtype == dtype
    np.testing.assert_allclose(value, exact, rtol=0, atol=atol)
