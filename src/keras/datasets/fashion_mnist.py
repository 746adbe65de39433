"""Fashion-MNIST: 70,000 pictures of clothes, 28 by 28 pixels, 10 classes."""

from __future__ import annotations

from keras._surface import attach
from keras.datasets.idx import read_idx
from keras.datasets.source import GOOGLE_STORAGE, fetch
from keras.datasets.splits import Arrays

_, __dir__, __all__ = attach("keras.datasets.fashion_mnist")

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def load_data() -> tuple[Arrays, Arrays]:
    """The 60,000 training and 10,000 test pictures of Fashion-MNIST.

    The classes are 0 T-shirt, 1 trousers, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle boot.

    Returns: `(x_train, y_train), (x_test, y_test)`; x are uint8 arrays of shape (n, 28, 28), y uint8 arrays of shape (n,).
    Raises: DownloadError if a file is not in the cache folder `datasets/fashion-mnist` and cannot be fetched; ValueError if one is damaged.
    Source: H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST, 2017, MIT licence.
    """
    paths = [
        fetch("Fashion-MNIST", f"{GOOGLE_STORAGE}{name}.gz", [f"{name}.gz", name], subfolder="datasets/fashion-mnist") for name in FILES
    ]
    x_train, y_train, x_test, y_test = (read_idx(path, 3 if "idx3" in path.name else 1) for path in paths)
    for x, y in ((x_train, y_train), (x_test, y_test)):
        if len(x) != len(y) or x.shape[1:] != (28, 28):
            raise ValueError(f"The files in {paths[0].parent} are not those of Fashion-MNIST: images {x.shape}, labels {y.shape}.")
    return (x_train, y_train), (x_test, y_test)
