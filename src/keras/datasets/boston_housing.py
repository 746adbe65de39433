"""Boston housing: median house prices of 506 districts, 1978. A historical data set; one of its columns is a racist measure."""

from __future__ import annotations

import numpy as np

from keras._surface import attach
from keras.datasets.npz import read_npz
from keras.datasets.source import GOOGLE_STORAGE, fetch
from keras.datasets.splits import Arrays, check_test_split, shuffled, split

_, __dir__, __all__ = attach("keras.datasets.boston_housing")

URL = f"{GOOGLE_STORAGE}boston_housing.npz"
FILE_SHA256 = "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"


def load_data(path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113) -> tuple[Arrays, Arrays]:
    """The Boston housing data, shuffled and split. Use `california_housing` for new work.

    Arguments:
        path: name of the file in the cache folder.
        test_split: float in [0, 1), share of the rows held out for testing.
        seed: int, seed of the shuffling.
    Returns: `(x_train, y_train), (x_test, y_test)`; x are float64 arrays of shape (n, 13), y of shape (n,), in 1,000 dollars.
    Raises: ValueError if `test_split` is out of range; DownloadError if the file is not there and cannot be fetched.
    Source: D. Harrison, D. L. Rubinfeld: Hedonic prices and the demand for clean air, 1978.
    """
    check_test_split(test_split)
    x, y = read_npz(fetch("Boston housing", URL, [path], FILE_SHA256), ["x", "y"])
    x, y = shuffled(x, y, np.random.RandomState(seed))
    return split(x, y, test_split)
