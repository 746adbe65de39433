"""Random numbers of the NumPy engine: reproducible, independent of order, of the right distribution."""

import math
import threading

import numpy as np
import pytest

from keras.engines.numpy import philox


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
    "keep_mask": lambda key, counter, shape, **rest: philox.keep_mask(key, counter, shape, 0.3, **rest),
    "dropout_mask": lambda key, counter, shape, **rest: philox.dropout_mask(key, counter, shape, 0.5, **rest),
}


@pytest.mark.parametrize("name", DRAWS)
def test_same_key_and_counter_give_the_same_numbers(name):
    draw = DRAWS[name]
    first = draw(5, 9, (13, 7))
    draw(5, 10, (1000,))
    seen = []
    thread = threading.Thread(target=lambda: seen.append(draw(5, 9, (13, 7))))
    thread.start(), thread.join()
    out = np.zeros((7, 13), first.dtype).T  # not contiguous
    assert draw(5, 9, (13, 7), out=out) is out
    for again in (draw(5, 9, (13, 7)), seen[0], out):
        np.testing.assert_array_equal(first, again)
    assert (draw(5, 10, (13, 7)) != first).any()
    assert (draw(6, 9, (13, 7)) != first).any()
    assert draw(5, 9, (0, 3)).shape == (0, 3)
    assert draw(5, 9, ()).shape == ()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_moments(dtype):
    count = 200_000
    u = philox.uniform(1, 1, (count,), dtype, low=-1.0, high=3.0)
    assert u.dtype == dtype
    u = u.astype(np.float64)
    assert u.min() >= -1
    assert u.max() <= 3
    assert abs(u.mean() - 1) < 0.02
    assert abs(u.var() - 16 / 12) < 0.02
    z = philox.normal(1, 2, (count,), dtype, mean=2.0, stddev=3.0)
    assert z.dtype == dtype
    z = (z.astype(np.float64) - 2) / 3
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


def test_uniform_stays_below_its_end():
    assert philox.uniform(1, 1, (100_000,), np.float32, low=1.0, high=np.nextafter(np.float32(1), np.float32(2))).max() == 1


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


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("rate", [0.5, 0.25, 0.1])
def test_dropout_and_its_gradient(dtype, rate):
    x = np.random.default_rng(0).standard_normal((31, 17)).astype(dtype)
    x.flags.writeable = False
    keep = philox.keep_mask(8, 9, x.shape, rate)
    mask = np.empty_like(x)
    out = np.empty_like(x)
    assert philox.dropout(x, 8, 9, rate, out=out, mask=mask) is out
    np.testing.assert_array_equal(mask, np.where(keep, dtype(1 / (1 - rate)), dtype(0)))
    np.testing.assert_array_equal(out, x * mask)
    np.testing.assert_array_equal(philox.dropout(x, 8, 9, rate), out)
