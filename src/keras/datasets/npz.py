"""Reading `.npz` files that came from elsewhere: no array bigger than the file can hold, and no pickles unless the caller reads them."""

from __future__ import annotations

import math
import os
import zipfile
from collections.abc import Callable, Iterable
from typing import IO, Any

import numpy as np

_MAX_DEFLATE_RATIO = 1_032
_HEADER_READERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


Path = str | os.PathLike[str]
Unpickle = Callable[[IO[bytes]], Any]


def read_npz(path: Path, names: Iterable[str], file: IO[bytes] | None = None, unpickle: Unpickle | None = None) -> list[np.ndarray]:
    """The arrays `names` of an `.npz` file, in this order.

    Arguments:
        path: the file, also as messages call it.
        names: names of arrays.
        file: the open file, if it is open already.
        unpickle: reads the pickle of an array of Python objects; None refuses such arrays.
    Raises: ValueError if the file is no npz file, lacks an array, holds Python objects, or declares more data than it can hold.
    """
    try:
        with zipfile.ZipFile(path if file is None else file) as archive:
            return [_read_member(archive, name, path, unpickle) for name in names]
    except zipfile.BadZipFile as error:
        raise ValueError(f"{path} is no npz file: {error}.") from error


def _read_member(archive: zipfile.ZipFile, name: str, path: Path, unpickle: Unpickle | None) -> np.ndarray:
    try:
        info = archive.getinfo(f"{name}.npy")
    except KeyError:
        known = [member.removesuffix(".npy") for member in archive.namelist()]
        raise ValueError(f"{path} holds no array {name!r}. It holds {known}.") from None
    with archive.open(info) as member:
        shape, fortran_order, dtype = _header(member, path, name)
        if dtype.hasobject:
            if unpickle is None:
                raise ValueError(f"{path} holds Python objects in {name!r}. They are not read, because reading them could run code.")
            return unpickle(member)
        size = math.prod(shape) * dtype.itemsize
        if size > min(info.file_size, info.compress_size * _MAX_DEFLATE_RATIO):
            raise ValueError(f"{path} says that {name!r} has the shape {shape}, but the file is too small for that.")
        data = member.read(size + 1)
    if len(data) != size:
        found = "more" if len(data) > size else len(data)
        raise ValueError(f"{path} should hold {size} bytes of {name!r} and holds {found}.")
    # A bytearray makes the array writable.
    return np.frombuffer(bytearray(data), dtype).reshape(shape, order="F" if fortran_order else "C")


def _header(member: IO[bytes], path: Path, name: str) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(member)
    if version not in _HEADER_READERS:
        raise ValueError(f"{path} holds {name!r} in version {version} of the npy format; versions 1.0 and 2.0 are read.")
    return _HEADER_READERS[version](member)
