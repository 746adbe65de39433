"""Handwritten digits: 1,797 small pictures that come with the package, so a first model needs no download.

Data: "Optical Recognition of Handwritten Digits", E. Alpaydin and C. Kaynak, 1998, UCI Machine Learning Repository,
https://doi.org/10.24432/C50P49, licence CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/).
`digits.npz` holds the 1,797 samples of its file `optdigits.tes`, unchanged and in their order, stored as uint8.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from keras._surface import attach

_, __dir__, __all__ = attach("keras.datasets.digits")

Arrays = tuple[np.ndarray, np.ndarray]

_FILE = Path(__file__).with_name("digits.npz")


def load_data() -> tuple[Arrays, Arrays]:
    """The digits 0 to 9 as pictures of 8 by 8 pixels, split into 1,442 for training and 355 for testing.

    The split never changes: of the samples of each digit, in file order, every fifth is held out for testing. Each pixel counts
    the ink in a block of 4 by 4 pixels of the scanned digit; divide by 16 for values from 0 to 1.

    Returns: `(x_train, y_train), (x_test, y_test)`; x are uint8 arrays of shape (n, 8, 8) with values 0..16, y uint8 arrays of
        shape (n,) with values 0..9.
    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_test.shape
        ((1442, 8, 8), (355, 8, 8))

    Source: E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998, CC BY 4.0.
    """
    with np.load(_FILE, allow_pickle=False) as file:
        images, labels = file["images"], file["labels"]
    held_out = np.zeros(len(labels), dtype=bool)
    for digit in range(10):
        held_out[np.flatnonzero(labels == digit)[4::5]] = True
    return (images[~held_out], labels[~held_out]), (images[held_out], labels[held_out])
