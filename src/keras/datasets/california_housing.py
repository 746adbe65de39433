"""California housing: median house prices of 20,640 districts from the census of 1990."""

from __future__ import annotations

import numpy as np

from keras._surface import attach
from keras.datasets.npz import read_npz
from keras.datasets.source import GOOGLE_STORAGE, fetch
from keras.datasets.splits import Arrays, check_test_split, shuffled, split

_, __dir__, __all__ = attach("keras.datasets.california_housing")

URL = f"{GOOGLE_STORAGE}california_housing.npz"
FILE_SHA256 = "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f"
_SMALL = 600


def load_data(
    version: str = "large", path: str = "california_housing.npz", test_split: float = 0.2, seed: int = 113
) -> tuple[Arrays, Arrays]:
    """The California housing data, shuffled and split.

    Arguments:
        version: "large" (20,640 rows) or "small" (the first 600).
        path: name of the file in the cache folder.
        test_split: float in [0, 1), share of the rows held out for testing.
        seed: int, seed of the shuffling.
    Returns: `(x_train, y_train), (x_test, y_test)`; x are arrays of shape (n, 8) with the columns longitude, latitude, housing median
        age, total rooms, total bedrooms, population, households, median income; y of shape (n,), in dollars.
    Raises: ValueError if `version` or `test_split` is not accepted; DownloadError if the file is not there and cannot be fetched.
    Source: R. K. Pace, R. Barry: Sparse spatial autoregressions, 1997.
    """
    if version not in ("large", "small"):
        raise ValueError(f"version must be 'large' or 'small'. Got {version!r}.")
    check_test_split(test_split)
    x, y = read_npz(fetch("California housing", URL, [path], FILE_SHA256), ["x", "y"])
    if version == "small":
        x, y = x[:_SMALL], y[:_SMALL]
    x, y = shuffled(x, y, np.random.RandomState(seed))
    return split(x, y, test_split)
