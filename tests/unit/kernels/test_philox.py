"""Random numbers: reproducible, independent of order, of the right distribution."""

import math
import threading

import numpy as np
import pytest

from keras.kernels import philox


def test_words_are_those_of_philox():
    expected = np.random.Philox(key=[7, 0], counter=[0, 3, 0, 0]).random_raw(10)
    np.testing.assert_array_equal(philox.random_bits(7, 3, 10), expected)
    largest = 2**64 - 1
    expected = np.random.Philox(key=np.array([largest, 0], np.uint64), counter=np.array([0, largest, 0, 0], np.uint64)).random_raw(4)
    np.testing.assert_array_equal(philox.random_bits(np.uint64(largest), np.uint64(largest), 4), expected)


DRAWS = {
    "uniform": philox.uniform,
    "normal": philox.normal,
    "truncated_normal": philox.truncated_normal,
    "integers": lambda key, counter, shape: philox.integers(key, counter, shape, -5, 5000),
    "keep_mask": lambda key, counter, shape: philox.keep_mask(key, counter, shape, 0.3),
    "dropout_mask": lambda key, counter, shape: philox.dropout_mask(key, counter, shape, 0.5),
}


@pytest.mark.parametrize("name", DRAWS)
def test_same_key_and_counter_give_the_same_numbers(name):
    draw = DRAWS[name]
    first = draw(5, 9, (13, 7))
    draw(5, 10, (1000,))
    seen = []
    thread = threading.Thread(target=lambda: seen.append(draw(5, 9, (13, 7))))
    thread.start(), thread.join()
    for again in (draw(5, 9, (13, 7)), seen[0]):
        np.testing.assert_array_equal(first, again)
    assert (draw(5, 10, (13, 7)) != first).any()
    assert (draw(6, 9, (13, 7)) != first).any()
    assert draw(5, 9, (0, 3)).shape == (0, 3)
    assert draw(5, 9, ()).shape == ()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_moments(dtype):
    count = 200_000
    u = philox.uniform(1, 1, (count,), dtype)
    assert u.dtype == dtype
    u = u.astype(np.float64)
    assert u.min() >= 0
    assert u.max() < 1
    assert abs(u.mean() - 0.5) < 0.005
    assert abs(u.var() - 1 / 12) < 0.005
    n = philox.integers(1, 4, (count,), -2, 3)
    assert n.dtype == np.int64
    assert abs(np.bincount(n + 2) / count - 0.2).max() < 0.005
    z = philox.normal(1, 2, (count,), dtype)
    assert z.dtype == dtype
    z = z.astype(np.float64)
    assert abs(z.mean()) < 0.01
    assert abs(z.std() - 1) < 0.01
    assert abs((z**3).mean()) < 0.03
    assert abs((z**4).mean() - 3) < 0.1
    t = philox.truncated_normal(1, 3, (count,), dtype).astype(np.float64)
    assert abs(t).max() <= 2
    assert abs(t).max() > 1.99
    assert abs(t.mean()) < 0.01
    assert abs(t.std() - 0.8796) < 0.01


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_normal_numbers_have_the_normal_distribution(dtype):
    z = np.sort(philox.normal(4, 4, (100_001,), dtype).astype(np.float64))
    exact = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in z[::100]])
    assert abs(exact - np.arange(0, z.size, 100) / z.size).max() < 1.63 / math.sqrt(z.size)  # Kolmogorov and Smirnov at 1 %
    assert abs(np.corrcoef(z, philox.normal(4, 5, z.shape, dtype))[0, 1]) < 0.02


@pytest.mark.parametrize("rate", [0.5, 0.25, 0.1, 0.9, 1 / 65536])
@pytest.mark.parametrize("size", [1_000_003, 65_536])
def test_rate_of_dropped_places(rate, size):
    mask = philox.keep_mask(3, 4, (size,), rate)
    assert mask.dtype == bool
    assert abs((1 - mask.mean()) - rate) < 4 * math.sqrt(rate * (1 - rate) / size) + 2**-17


def test_rates_0_and_1():
    assert philox.keep_mask(1, 1, (9,), 0.0).all()
    assert not philox.keep_mask(1, 1, (9,), 1.0).any()
    assert (philox.dropout_mask(1, 1, (9,), 0.0) == 1).all()
    assert (philox.dropout_mask(1, 1, (9,), 1.0) == 0).all()
    with pytest.raises(ValueError, match=r"rate must be in \[0, 1\], got 1.5"):
        philox.keep_mask(1, 1, (9,), 1.5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rate", [0.5, 0.25, 0.1])
def test_the_float_mask_scales_what_is_kept(dtype, rate):
    keep = philox.keep_mask(8, 9, (31, 17), rate)
    out = np.zeros((17, 31), dtype).T  # not contiguous
    assert philox.dropout_mask(8, 9, (31, 17), rate, dtype, out=out) is out
    np.testing.assert_array_equal(out, np.where(keep, dtype(1 / (1 - rate)), dtype(0)))
    np.testing.assert_array_equal(philox.dropout_mask(8, 9, (31, 17), rate, dtype), out)
