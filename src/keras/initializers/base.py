"""What every initializer is: a function of a shape and a dtype, described by its constructor's arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras.core import dtypes, engine
from keras.core.configurable import Configurable


class Initializer(Configurable):
    """Base of initializers: a subclass writes `values(shape, dtype)` with NumPy, or `__call__(shape, dtype)` with ops.

    Example:
        >>> class Half(keras.Initializer):
        ...     def values(self, shape, dtype):
        ...         return np.full(shape, 0.5)
        >>> Half()((2,))
        array([0.5, 0.5], dtype=float32)
    Source: keras.initializers.Initializer of Keras 3.
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None, **kwargs: Any) -> Any:
        """The initial values.

        Arguments:
            shape: sequence of int >= 0.
            dtype: name of a dtype. Default: the default float.
        Returns: engine tensor of that shape and dtype.
        """
        name = dtypes.standardize(dtype)
        return engine.current().asarray(self.values(checked_shape(self, shape), name), name)

    def values(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        """The values as a NumPy array (any float dtype; the call casts)."""
        raise NotImplementedError(f"{type(self).__name__} must define values(self, shape, dtype), or __call__(self, shape, dtype=None).")

    def clone(self) -> Initializer:
        """An equal initializer."""
        return type(self).from_config(self.get_config())


def checked_shape(initializer: Any, shape: Any) -> tuple[int, ...]:
    """`shape` as a tuple of sizes, or an error that names the initializer."""
    try:
        sizes = tuple(int(n) for n in ((shape,) if isinstance(shape, (int, np.integer)) else shape))
    except TypeError:
        sizes = (-1,)
    if any(n < 0 for n in sizes):
        raise ValueError(
            f"{type(initializer).__name__}(shape): got {shape!r}. Accepted: a tuple of integers >= 0. Write initializer(shape=(2, 3))."
        )
    return sizes
