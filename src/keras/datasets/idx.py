"""The IDX format of the original MNIST files: a header of big-endian sizes, then unsigned bytes."""

from __future__ import annotations

import gzip
import os
import struct
from pathlib import Path
from typing import IO

import numpy as np

#: Deflate cannot compress better than this, so a header that promises more is wrong.
_MAX_DEFLATE_RATIO = 1_032
_GZIP_MAGIC = b"\x1f\x8b"


def read_idx(path: str | os.PathLike[str], ndim: int) -> np.ndarray:
    """The array of an IDX file of unsigned bytes, compressed with gzip or not.

    Arguments:
        path: the file.
        ndim: number of axes it must have.
    Returns: uint8 array. Nothing is allocated before the sizes in the header are known to fit the size of the file.
    Raises: ValueError if the file is no IDX file of this kind, or is shorter or longer than its header says.
    """
    path = Path(path)
    size = path.stat().st_size
    with open(path, "rb") as plain:
        compressed = plain.read(2) == _GZIP_MAGIC
        plain.seek(0)
        if not compressed:
            return _read(plain, path, ndim, size)
        try:
            with gzip.GzipFile(fileobj=plain) as unpacked:
                return _read(unpacked, path, ndim, size * _MAX_DEFLATE_RATIO)
        except (EOFError, gzip.BadGzipFile, OSError) as error:
            raise ValueError(f"{path} is a damaged gzip file: {error}.") from error


def _read(file: IO[bytes] | gzip.GzipFile, path: Path, ndim: int, available: int) -> np.ndarray:
    header = file.read(4 + 4 * ndim)
    if len(header) < 4 + 4 * ndim or header[:4] != bytes((0, 0, 8, ndim)):
        raise ValueError(f"{path} is no IDX file of unsigned bytes with {ndim} axes: it begins with {header[:4].hex()!r}.")
    shape = struct.unpack(f">{ndim}I", header[4:])
    count = 1
    for length in shape:
        count *= length
    if count > available - len(header):
        raise ValueError(f"{path} says that it holds {count} bytes of shape {shape}, but the file is too small for that.")
    # One byte more than needed shows whether the file goes on.
    data = file.read(count + 1)
    if len(data) != count:
        found = "more" if len(data) > count else len(data)
        raise ValueError(f"{path} should hold {count} bytes of shape {shape} after its header and holds {found}.")
    return np.frombuffer(bytearray(data), np.uint8).reshape(shape)
