"""The error function and its relatives against the C library's and exact values."""

import math

import numpy as np
import pytest

from keras.kernels import special

FLOATS = [np.float32, np.float64]


@pytest.fixture(autouse=True, params=["one block", "small blocks"])
def blocks(request, monkeypatch):
    if request.param == "small blocks":
        monkeypatch.setattr(special, "BLOCK_ELEMENTS", 7)


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 5e-7), (np.float64, 1e-15)])
def test_erf_equals_the_c_library(dtype, rtol):
    x = np.concatenate([np.linspace(-7, 7, 4001), np.logspace(-30, 0, 301), [0.0, -0.0]]).astype(dtype)
    np.testing.assert_allclose(special.erf(x), [math.erf(v) for v in x.tolist()], rtol=rtol)
    ends = special.erf(np.array([np.inf, -np.inf, np.nan, -0.0], dtype))
    np.testing.assert_array_equal(ends, [1, -1, np.nan, 0])
    assert np.signbit(ends[3])
    assert ends.dtype == dtype


@pytest.mark.parametrize("dtype", FLOATS)
def test_erfinv_inverts_erf(dtype):
    y = np.concatenate([np.linspace(0, 3.5, 1001), np.logspace(-20, 0, 101)])
    x = np.array([math.erf(v) for v in y]).astype(dtype)
    inside = x < 1
    value = special.erfinv(x[inside]).astype(np.float64)
    # The last bit of x moves the inverse by eps / 2 * x * derivative.
    derivative = math.sqrt(math.pi) / 2 * np.exp(np.square(y[inside]))
    bound = 2e-15 * y[inside] + np.finfo(dtype).eps * (x[inside].astype(np.float64) * derivative + y[inside])
    assert (abs(value - y[inside]) <= bound).all()
    np.testing.assert_array_equal(special.erfinv(-x[inside]), -special.erfinv(x[inside]))
    ends = special.erfinv(np.array([1, -1, 1.5, np.nan, 0.0], dtype))
    np.testing.assert_array_equal(ends, [np.inf, -np.inf, np.nan, np.nan, 0])
    assert ends.dtype == dtype


def test_erfinv_near_one_against_exact_values():
    x = np.array([0.75, 0.9, 0.99, 1 - 1e-5, 1 - 2.0**-53])
    exact = [0.8134198475976185417, 1.163087153676674163, 1.821386367718449456, 3.123413274341570864, 5.863584748755167928]
    np.testing.assert_allclose(special.erfinv(x), exact, rtol=1e-15)


@pytest.mark.parametrize(("dtype", "rtol", "end"), [(np.float32, 1e-6, 9.0), (np.float64, 2e-15, 26.0)])
def test_erfc_keeps_its_digits_where_it_is_tiny(dtype, rtol, end):
    x = np.concatenate([np.linspace(-end, end, 5001), np.logspace(-30, 0, 301), [0.0, -0.0]]).astype(dtype)
    np.testing.assert_allclose(special.erfc(x), [math.erfc(v) for v in x.tolist()], rtol=rtol)
    ends = special.erfc(np.array([np.inf, -np.inf, np.nan, 11.0 if dtype == np.float32 else 30.0], dtype))
    np.testing.assert_array_equal(ends, [0, 2, np.nan, 0])


@pytest.mark.parametrize("function", [special.erf, special.erfc, special.erfinv])
def test_shapes_and_narrow_floats(function):
    x = np.linspace(-0.9, 0.9, 12).astype(np.float16).reshape(3, 4)
    assert function(x).dtype == np.float16
    np.testing.assert_allclose(function(x), function(x.astype(np.float64)), rtol=1e-3)
    np.testing.assert_array_equal(function(x.T), function(x).T)
    assert function(np.float32(0.5)).shape == ()
    assert function(np.zeros((0, 3), np.float32)).shape == (0, 3)
