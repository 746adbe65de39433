"""The numpy engine: the embedded default. NumPy computes eagerly; `compile` traces a step once and replays it on fixed buffers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras.core.dtypes import numpy_dtype
from keras.engines.base import Engine, default_dtype
from keras.engines.numpy.eager import EAGER
from keras.engines.numpy.kernels import KERNELS, NATIVES
from keras.engines.numpy.step import CompiledFunction, compile
from keras.kernels.buffers import aligned_empty

Array = np.ndarray


class NumpyEngine(Engine):
    """NumPy as an engine."""

    name = "numpy"
    tensor_type = np.ndarray
    kernels = KERNELS
    natives = NATIVES
    eager = EAGER

    def owns(self, x: Any) -> bool:
        """Whether `x` is a NumPy array or number."""
        return isinstance(x, (np.ndarray, np.generic))

    def asarray(self, x: Any, dtype: str | None = None) -> Array:
        """`x` as an array."""
        if dtype is not None:
            return np.asarray(x, numpy_dtype(dtype))
        array = np.asarray(x)
        wanted = default_dtype(array, came_from_python=not hasattr(x, "dtype"))
        return array if wanted is None else array.astype(numpy_dtype(wanted), copy=False)

    def zeros(self, shape: Sequence[int], dtype: str) -> Array:
        """Zeros."""
        return np.zeros(tuple(shape), numpy_dtype(dtype))

    def new_storage(self, value: Any, dtype: str | None) -> Array:
        """Memory of its own for a variable."""
        array = self.asarray(value, dtype)
        storage = aligned_empty(array.shape, array.dtype)
        storage[...] = array
        return storage

    def detached(self, value: Array) -> Array:
        """A copy: variables are assigned in place."""
        return value.copy()

    def store(self, storage: Array, value: Any) -> Array:
        """Write a variable's new value where the old one is, so that compiled steps keep their places."""
        np.copyto(storage, value)
        return storage

    def compile(self, function: Callable[..., Any]) -> CompiledFunction:
        """`function` traced once per signature and replayed."""
        return compile(function)


engine = NumpyEngine()
