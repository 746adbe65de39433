"""set_random_seed seeds Python, NumPy and the library together."""

import random

import numpy as np
import pytest

from keras.core import random as core_random
from keras.utils.seeding import set_random_seed


@pytest.fixture(autouse=True)
def restored_generators():
    python, numpy_state = random.getstate(), np.random.get_state()
    yield
    random.setstate(python)
    np.random.set_state(numpy_state)
    core_random.reset()


def draws():
    return random.random(), np.random.random(), core_random.draw_seed()


def test_the_same_seed_gives_the_same_numbers():
    set_random_seed(7)
    first = draws()
    set_random_seed(np.int64(7))
    assert draws() == first
    set_random_seed(8)
    assert all(a != b for a, b in zip(draws(), first, strict=True))


@pytest.mark.parametrize("seed", ["a", 1.0, None, -1, 2**32])
def test_refused_seeds_change_nothing(seed):
    set_random_seed(7)
    first = draws()
    set_random_seed(7)
    with pytest.raises(ValueError, match=r"seed must be (an integer|between 0 and 2\*\*32 - 1)\. Got"):
        set_random_seed(seed)
    assert draws() == first
