"""CIFAR-10: 60,000 colour pictures of 32 by 32 pixels, 10 classes."""

from __future__ import annotations

from keras._surface import attach
from keras.datasets.cifar import labels, pictures, read_batches
from keras.datasets.splits import Arrays

_, __dir__, __all__ = attach("keras.datasets.cifar10")

URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
FILE_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
#: The names of the archive in the caches of Keras 3 and Keras 2, and its own.
NAMES = ("cifar-10-batches-py-target_archive", "cifar-10-batches-py.tar.gz", "cifar-10-python.tar.gz")


def load_data() -> tuple[Arrays, Arrays]:
    """The 50,000 training and 10,000 test pictures of CIFAR-10, downloaded once (170 MB).

    The classes are 0 airplane, 1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship, 9 truck.

    Returns: `(x_train, y_train), (x_test, y_test)`; x are uint8 arrays of shape (n, 32, 32, 3), or (n, 3, 32, 32) where the image data
        format is channels first; y uint8 arrays of shape (n, 1).
    Raises: DownloadError if the archive is not in the cache folder and cannot be fetched.
    Source: A. Krizhevsky: Learning multiple layers of features from tiny images, 2009.
    """
    members = [f"cifar-10-batches-py/{name}" for name in (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")]
    *train, test = read_batches("CIFAR-10", URL, NAMES, FILE_SHA256, members)
    return (pictures(train), labels(train, b"labels", "uint8")), (pictures([test]), labels([test], b"labels", "uint8"))
