"""The digits that come with the package."""

import hashlib
from pathlib import Path

import numpy as np

from keras.datasets import digits


def test_shapes_and_split():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert x_train.shape == (1442, 8, 8) and x_test.shape == (355, 8, 8)
    assert x_train.dtype == y_train.dtype == x_test.dtype == y_test.dtype == np.uint8
    assert x_train.max() == 16 and x_train.min() == 0
    assert set(np.bincount(y_test)) <= {34, 35, 36} and len(np.bincount(y_train)) == 10


def test_bytes_never_change():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    digest = hashlib.sha256(b"".join(array.tobytes() for array in (x_train, y_train, x_test, y_test))).hexdigest()
    assert digest == "eb16a5b9fcc31197ecd8be8456b687084ffc10eb4cc2efbd406de3cc793713c8"


def test_file_is_small_and_each_call_gives_new_arrays():
    assert Path(digits.__file__).with_name("digits.npz").stat().st_size < 60_000
    first = digits.load_data()[0][0]
    first[:] = 0
    assert digits.load_data()[0][0].any()
