"""Regularizers: a penalty on a weight (or an output) that is added to the loss."""

from __future__ import annotations

import math
from typing import Any

from keras.core import config
from keras.core.configurable import Configurable
from keras.core.errors import unknown_name
from keras.ops.contraction import matmul
from keras.ops.elementwise import abs, add, convert_to_tensor, divide, dtype_of, maximum, multiply, sqrt, square, subtract
from keras.ops.reduction import sum
from keras.ops.shaping import eye, shape_of, transpose

Tensor = Any


class Regularizer(Configurable):
    """Base of regularizers: a subclass writes `__call__(self, x)`, which returns one number that is added to the loss.

    Example:
        >>> class Largest(keras.Regularizer):
        ...     def __call__(self, x):
        ...         return keras.ops.max(keras.ops.abs(x))
        >>> Largest()([1.0, -3.0])
        np.float32(3.0)
    Source: keras.regularizers.Regularizer of Keras 3.
    """

    def __call__(self, x: Tensor) -> Tensor:
        """The penalty of a tensor, a scalar."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(self, x), which returns one number.")


def _factor(regularizer: str, name: str, value: Any) -> float:
    value = 0.0 if value is None else value
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number < math.inf:
        raise ValueError(f"{regularizer}({name}): got {value!r}. Accepted: a float >= 0. Write {regularizer}({name}=0.01).")
    return number


class L1(Regularizer):
    """The penalty of the absolute values: l1 * sum(|x|).

    Arguments:
        l1: float >= 0, the factor. Default 0.01.
    Raises: ValueError if the factor is negative or no number.
    Example:
        >>> keras.regularizers.L1(0.1)([1.0, -2.0])
        np.float32(0.3)
    Source: Tibshirani 1996; keras.regularizers.L1 of Keras 3.
    """

    def __init__(self, l1: float = 0.01) -> None:
        self.l1 = _factor("L1", "l1", 0.01 if l1 is None else l1)

    def __call__(self, x: Tensor) -> Tensor:
        """The penalty."""
        return multiply(sum(abs(x)), self.l1)


class L2(Regularizer):
    """The penalty of the squares: l2 * sum(x^2).

    Arguments:
        l2: float >= 0, the factor. Default 0.01.
    Raises: ValueError if the factor is negative or no number.
    Example:
        >>> keras.regularizers.L2(0.1)([1.0, -2.0])
        np.float32(0.5)
    Source: Hoerl and Kennard 1970; keras.regularizers.L2 of Keras 3.
    """

    def __init__(self, l2: float = 0.01) -> None:
        self.l2 = _factor("L2", "l2", 0.01 if l2 is None else l2)

    def __call__(self, x: Tensor) -> Tensor:
        """The penalty."""
        return multiply(sum(square(x)), self.l2)


class L1L2(Regularizer):
    """The penalty of absolute values and squares: l1 * sum(|x|) + l2 * sum(x^2).

    Arguments:
        l1: float >= 0, the factor of the absolute values. Default 0.0.
        l2: float >= 0, the factor of the squares. Default 0.0.
    Raises: ValueError if a factor is negative or no number.
    Example:
        >>> keras.regularizers.L1L2(0.1, 0.1)([1.0, -2.0])
        np.float32(0.8)
    Source: Zou and Hastie 2005; keras.regularizers.L1L2 of Keras 3.
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = _factor("L1L2", "l1", l1)
        self.l2 = _factor("L1L2", "l2", l2)

    def __call__(self, x: Tensor) -> Tensor:
        """The penalty."""
        terms = [multiply(sum(part(x)), factor) for part, factor in ((abs, self.l1), (square, self.l2)) if factor]
        if not terms:
            return convert_to_tensor(0.0, dtype=dtype_of(x))
        return terms[0] if len(terms) == 1 else add(*terms)


class OrthogonalRegularizer(Regularizer):
    """The penalty of rows (or columns) that are not orthogonal: factor * mean |cos(row i, row j)| over the pairs.

    Arguments:
        factor: float >= 0. Default 0.01.
        mode: 'rows' or 'columns', which vectors of the matrix are meant. Default 'rows'.
    Raises: ValueError for another mode or factor, or when called on what is no matrix.
    Example:
        >>> keras.regularizers.OrthogonalRegularizer(0.1)([[1.0, 0.0], [2.0, 0.0]])
        np.float32(0.1)
    Source: keras.regularizers.OrthogonalRegularizer of Keras 3.
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        if mode not in ("rows", "columns"):
            raise ValueError(unknown_name("OrthogonalRegularizer(mode)", mode, ("rows", "columns")))
        self.factor = _factor("OrthogonalRegularizer", "factor", factor)
        self.mode = mode

    def __call__(self, x: Tensor) -> Tensor:
        """The penalty."""
        x = convert_to_tensor(x)
        shape = shape_of(x)
        if len(shape) != 2:
            raise ValueError(f"OrthogonalRegularizer: got a tensor of shape {shape}. Accepted: a matrix.")
        axis = 1 if self.mode == "rows" else 0
        length = sqrt(maximum(sum(square(x), axis=axis, keepdims=True), config.epsilon() ** 2))
        unit = divide(x, length)
        cosines = matmul(unit, transpose(unit)) if axis == 1 else matmul(transpose(unit), unit)
        n = shape[1 - axis]
        others = abs(multiply(cosines, subtract(1.0, eye(n, dtype=dtype_of(x)))))
        return multiply(sum(others), self.factor / max(n * (n - 1), 1))
