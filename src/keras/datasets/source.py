"""Where the files of a data set come from: the cache folder, else a checked download, else a message that says what to put where."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from keras.utils.files import DownloadError, cache_folder, download, hash_algorithm_of, hash_file

GOOGLE_STORAGE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


def fetch(title: str, url: str, names: Sequence[str], file_hash: str | None = None, subfolder: str = "datasets") -> Path:
    """The path of a data set's file in the cache folder.

    Arguments:
        title: what messages call the data set.
        url: where the file is downloaded from.
        names: file names that are accepted in the cache folder; a download gets the first.
        file_hash: hexadecimal digest the file must have, or None.
        subfolder: folder below that of the settings.
    Raises: DownloadError if there is no such file and it cannot be downloaded; ValueError if a download has another hash.
    """
    folder = cache_folder(subfolder)
    damaged = []
    for path in (folder / name for name in names):
        if path.is_file():
            if file_hash is None or hash_file(path, hash_algorithm_of(file_hash)) == file_hash:
                return path
            damaged.append(path.name)
    target = folder / names[0]
    try:
        download(url, target, file_hash)
    except DownloadError as error:
        accepted = "".join(f"    {name}\n" for name in names)
        wrong = f"There, but damaged or another file: {', '.join(damaged)}.\n" if damaged else ""
        must = f"with the {hash_algorithm_of(file_hash)} {file_hash}" if file_hash else ""
        raise DownloadError(
            f"{title} is not on this machine and could not be downloaded.\n    Wanted: {url}\n    Reason: {error}\n{wrong}"
            f"Get it elsewhere and put it into {folder} under one of these names {must}\n{accepted}".rstrip()
        ) from error
    return target


@contextmanager
def open_verified(path: Path, sha256: str) -> Iterator[IO[bytes]]:
    """The open file, whose bytes are known to have this hash: the only files whose pickles are read."""
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != sha256:
            raise ValueError(f"{path} is not the expected file: its sha256 is {digest}, expected {sha256}. It is not read.")
        file.seek(0)
        yield file


class _ArrayUnpickler(pickle.Unpickler):
    """Rebuilds NumPy arrays and plain containers; any other global is refused, although the file's hash was right."""

    _ALLOWED = {
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "_reconstruct"),
    }

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self._ALLOWED:
            raise pickle.UnpicklingError(f"The file asks for {module}.{name}; only NumPy arrays are read.")
        # The old module path of NumPy 1 is gone from NumPy 2.
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def unpickle_arrays(file: IO[bytes], encoding: str = "ASCII") -> Any:
    """The object of a pickle that holds nothing but NumPy arrays, containers, numbers and text."""
    return _ArrayUnpickler(file, encoding=encoding).load()
