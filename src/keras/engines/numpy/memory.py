"""Where the values of a compiled step live: buffers fixed before the first run, reused as soon as nothing reads them any more."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from keras.kernels.buffers import LINE, aligned_empty

Array = np.ndarray


class Arena:
    """Hands out buffers by size and takes them back."""

    def __init__(self) -> None:
        self._free: defaultdict[int, list[Array]] = defaultdict(list)
        self.nbytes = 0

    def take(self, shape: tuple[int, ...], dtype: np.dtype) -> Array:
        """An array of that shape with undefined content."""
        nbytes = max(int(np.prod(shape, dtype=np.int64)) * dtype.itemsize, 1)
        size = -(-nbytes // LINE) * LINE
        free = self._free[size]
        if free:
            raw = free.pop()
        else:
            raw = aligned_empty((size,), np.uint8)
            self.nbytes += size
        return raw[: int(np.prod(shape, dtype=np.int64)) * dtype.itemsize].view(dtype).reshape(shape)

    def give_back(self, array: Array) -> None:
        """Let the bytes of an array from `take` be used again."""
        raw = array
        while raw.base is not None and isinstance(raw.base, np.ndarray) and raw.dtype != np.uint8:
            raw = raw.base
        size = -(-max(array.nbytes, 1) // LINE) * LINE
        start = (array.__array_interface__["data"][0]) - raw.__array_interface__["data"][0]
        self._free[size].append(raw[start : start + size])
