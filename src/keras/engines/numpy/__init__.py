"""The numpy engine: the embedded default. NumPy computes eagerly; `compile` traces a step once and replays it on fixed buffers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras.core import config, tree
from keras.core.dtypes import numpy_dtype, standardize
from keras.core.tensor import REGISTRY
from keras.engines.numpy.kernels import KERNELS, NATIVES
from keras.engines.numpy.step import CompiledFunction, compile

Array = np.ndarray


class NumpyEngine:
    """NumPy as an engine."""

    name = "numpy"
    kernels = KERNELS
    natives = NATIVES

    def __init__(self) -> None:
        self._names: dict[np.dtype, str] = {}

    def owns(self, x: Any) -> bool:
        """Whether `x` is one of this engine's tensors."""
        return isinstance(x, (np.ndarray, np.generic))

    def dtype_of(self, x: Any) -> str:
        """The canonical dtype name of a tensor."""
        try:
            return self._names[x.dtype]
        except KeyError:
            name = self._names[x.dtype] = standardize(x.dtype)
            return name

    def asarray(self, x: Any, dtype: str | None = None) -> Array:
        """`x` as an array: numbers and lists become int32 or the default float, arrays keep their dtype unless one is given."""
        if dtype is not None:
            return np.asarray(x, numpy_dtype(dtype))
        if isinstance(x, (np.ndarray, np.generic)):
            return np.asarray(x)
        array = np.asarray(x)
        if hasattr(x, "__array__"):
            return array
        if array.dtype.kind == "f":
            return array.astype(numpy_dtype(config.floatx()))
        return array.astype(np.int32) if array.dtype == np.int64 else array

    def to_numpy(self, x: Any) -> Array:
        """`x` as a NumPy array."""
        return np.asarray(x)

    def zeros(self, shape: Sequence[int], dtype: str) -> Array:
        """Zeros."""
        return np.zeros(tuple(shape), numpy_dtype(dtype))

    def new_storage(self, value: Any, dtype: str | None) -> Array:
        """Memory of its own for a variable."""
        return np.array(self.asarray(value, dtype), order="C")

    def store(self, storage: Array, value: Any) -> Array:
        """Write a variable's new value where the old one is, so that compiled steps keep their places."""
        np.copyto(storage, value)
        return storage

    def unsupported(self, name: str) -> str:
        """The message for an op without a kernel here."""
        return f"keras.ops.{name} is not available on the numpy engine."

    def compile(self, function: Callable[..., Any]) -> CompiledFunction:
        """`function` of nests of arrays, traced once per signature and replayed."""
        return compile(function)

    def scan(self, f: Callable[..., Any], init: Any, xs: Any, length: int, reverse: bool) -> tuple[Any, Any]:
        """A Python loop over the slices."""
        from_slices = []
        carry = init
        for t in range(length - 1, -1, -1) if reverse else range(length):
            carry, y = f(carry, tree.map_structure(lambda x, t=t: None if x is None else x[t], xs))
            from_slices.append(y)
        if reverse:
            from_slices.reverse()
        if not from_slices or from_slices[0] is None:
            return carry, None
        return carry, tree.map_structure(lambda *ys: None if ys[0] is None else _stack(ys), *from_slices)

    def while_loop(self, cond: Callable[..., Any], body: Callable[..., Any], variables: tuple[Any, ...]) -> tuple[Any, ...]:
        """A Python loop."""
        while bool(cond(*variables)):
            variables = body(*variables)
        return variables


def _stack(values: Sequence[Any]) -> Any:
    if any(not isinstance(v, (np.ndarray, np.generic, int, float)) for v in values):
        return REGISTRY["stack"](list(values))
    return np.stack(values)


engine = NumpyEngine()
