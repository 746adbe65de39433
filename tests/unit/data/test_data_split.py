"""validation_split: the last rows, as views."""

import numpy as np
import pytest

from keras.training.data.split import train_validation_split

X = np.arange(20.0).reshape(10, 2)
Y = np.arange(10)


def test_last_rows_are_split_off_as_views():
    (x, y, weight), (x_validation, y_validation, none) = train_validation_split((X, Y, None), 0.2)
    np.testing.assert_array_equal(y, range(8))
    np.testing.assert_array_equal(y_validation, [8, 9])
    assert weight is None and none is None
    assert np.shares_memory(x, X) and np.shares_memory(x_validation, X)


@pytest.mark.parametrize(("share", "border"), [(0.1, 9), (0.25, 7), (0.99, 0), (0.33, 6)])
def test_border_is_rounded_down(share, border):
    if border == 0:
        with pytest.raises(ValueError, match="validation_split=0.99 of 10 samples leaves 0 for training and 10 for validation"):
            train_validation_split(X, share)
    else:
        assert len(train_validation_split(X, share)[0]) == border


def test_structure_is_kept():
    train, validation = train_validation_split({"a": [X, (Y,)]}, 0.5)
    np.testing.assert_array_equal(validation["a"][1][0], [5, 6, 7, 8, 9])
    assert isinstance(train["a"], list)


def test_generators_cannot_be_split():
    with pytest.raises(ValueError, match=r"validation_split works on arrays only.*Got generator\. Pass validation_data="):
        train_validation_split((x for x in X), 0.2)


@pytest.mark.parametrize("share", [0, 1, 1.5, -0.1, "0.2"])
def test_share_must_be_between_0_and_1(share):
    with pytest.raises(ValueError, match="validation_split must be a float between 0 and 1. Got"):
        train_validation_split(X, share)


def test_lengths_must_agree():
    with pytest.raises(ValueError, match=r"same number of samples\. Got \[9, 10\] samples"):
        train_validation_split((X, Y[:9]), 0.2)
