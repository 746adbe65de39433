"""CIFAR-100: 60,000 colour pictures of 32 by 32 pixels, 100 classes in 20 groups."""

from __future__ import annotations

from keras._surface import attach
from keras.datasets.cifar import labels, pictures, read_batches
from keras.datasets.splits import Arrays

_, __dir__, __all__ = attach("keras.datasets.cifar100")

URL = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
FILE_SHA256 = "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"
NAMES = ("cifar-100-python-target_archive", "cifar-100-python.tar.gz")


def load_data(label_mode: str = "fine") -> tuple[Arrays, Arrays]:
    """The 50,000 training and 10,000 test pictures of CIFAR-100, downloaded once (170 MB).

    Arguments:
        label_mode: "fine" for the 100 classes, "coarse" for the 20 groups of classes.
    Returns: `(x_train, y_train), (x_test, y_test)`; x are uint8 arrays of shape (n, 32, 32, 3), or (n, 3, 32, 32) where the image data
        format is channels first; y int64 arrays of shape (n, 1).
    Raises: ValueError if `label_mode` is not accepted; DownloadError if the archive is not in the cache folder and cannot be fetched.
    Source: A. Krizhevsky: Learning multiple layers of features from tiny images, 2009.
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(f"label_mode must be 'fine' or 'coarse'. Got {label_mode!r}.")
    train, test = read_batches("CIFAR-100", URL, NAMES, FILE_SHA256, ["cifar-100-python/train", "cifar-100-python/test"])
    key = f"{label_mode}_labels".encode()
    return (pictures([train]), labels([train], key, "int64")), (pictures([test]), labels([test], key, "int64"))
