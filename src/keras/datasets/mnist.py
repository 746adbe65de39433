"""MNIST: 70,000 handwritten digits of 28 by 28 pixels."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from keras._surface import attach
from keras.datasets.idx import read_idx
from keras.datasets.npz import read_npz
from keras.utils.files import DownloadError, cache_folder, download

_, __dir__, __all__ = attach("keras.datasets.mnist")

Arrays = tuple[np.ndarray, np.ndarray]

URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
FILE_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"

#: sha256 of each array's bytes: the same digits are accepted in any container.
ARRAY_SHA256 = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
IDX_FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


def load_data(path: str = "mnist.npz") -> tuple[Arrays, Arrays]:
    """The 60,000 training and 10,000 test digits of MNIST, from the cache folder, or downloaded into it once (11 MB).

    The cache folder is `~/.keras/datasets`, or `datasets` in the folder that the environment variable KERAS_HOME names. Without
    network, put there either `mnist.npz` or the four original files (`train-images-idx3-ubyte.gz` and so on, compressed or not).

    Arguments:
        path: name of the npz file in the cache folder, or the path of a file elsewhere.
    Returns: `(x_train, y_train), (x_test, y_test)`; x are uint8 arrays of shape (n, 28, 28) with values 0..255, y uint8 arrays of
        shape (n,) with values 0..9.
    Raises: DownloadError if the data is not there and cannot be fetched (the message says which files to put where); ValueError if
        files are there and do not hold MNIST.
    Source: Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits, 1998, CC BY-SA 3.0.
    """
    folder = cache_folder()
    file = Path(path).expanduser() if Path(path).name != path else folder / path
    if file.is_file():
        return _checked(dict(zip(ARRAY_SHA256, read_npz(file, ARRAY_SHA256), strict=True)), str(file))
    originals = _original_files(folder)
    if originals is not None:
        arrays = {name: read_idx(original, 3 if name.startswith("x") else 1) for name, original in originals.items()}
        return _checked(arrays, f"{folder} (four IDX files)")
    try:
        download(URL, file, FILE_SHA256)
    except (DownloadError, FileNotFoundError) as error:
        raise DownloadError(_missing_text(file, folder, error)) from error
    return _checked(dict(zip(ARRAY_SHA256, read_npz(file, ARRAY_SHA256), strict=True)), str(file))


def _original_files(folder: Path) -> dict[str, Path] | None:
    """The four IDX files in the folder, or None if one is missing; the dotted spelling of some mirrors is accepted."""
    found = {}
    for name, base in IDX_FILES.items():
        spellings = [spelling + end for spelling in (base, base.replace("-idx", ".idx")) for end in (".gz", "")]
        found[name] = next((folder / spelling for spelling in spellings if (folder / spelling).is_file()), None)
    return None if None in found.values() else found  # type: ignore[return-value]


def _checked(arrays: dict[str, np.ndarray], where: str) -> tuple[Arrays, Arrays]:
    for name, array in arrays.items():
        digest = hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()
        if digest != ARRAY_SHA256[name]:
            raise ValueError(
                f"{where} does not hold MNIST: the bytes of {name}, shape {array.shape}, have the sha256 {digest}, expected "
                f"{ARRAY_SHA256[name]}. Another data set with the same file names (Fashion-MNIST, EMNIST), or a damaged file? "
                "Remove it, and it is downloaded again."
            )
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def _missing_text(file: Path, folder: Path, error: Exception) -> str:
    originals = "\n".join(f"         {name}.gz (or without .gz)" for name in IDX_FILES.values())
    return (
        f"MNIST is not on this machine and could not be downloaded.\n"
        f"    Wanted: {URL}\n    Reason: {error}\n"
        f"Get it elsewhere and put one of these into {folder}\n"
        f"    (a)  {file.name}\n    (b)  the four original files\n{originals}\n"
        f"For a first try without any file: from keras.datasets import digits; digits.load_data()"
    )
