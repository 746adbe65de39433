"""Symbols: values that have a shape and a dtype, and no numbers (yet).

`KerasTensor` stands in Functional models; `Traced` stands in the graph of a traced step. Both compute by the op table: an operator
on a symbol calls the op of that name, and so do NumPy's functions (`np.exp(symbol)` is `ops.exp(symbol)`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras.core import dims as dims_module
from keras.core import dtypes
from keras.core.dims import Shape

REGISTRY: dict[str, Callable[..., Any]] = {}
"""Every op's public function by its name. Filled by the modules of `keras.ops`."""

_NUMPY_NAMES = {
    "absolute": "abs",
    "true_divide": "divide",
    "remainder": "mod",
    "invert": "bitwise_not",
    "amax": "max",
    "amin": "min",
    "conjugate": "conj",
}


class Spec:
    """A shape and a dtype."""

    __slots__ = ("dims", "dtype")

    def __init__(self, dims: Shape, dtype: str) -> None:
        self.dims = dims
        self.dtype = dtype

    def __repr__(self) -> str:
        return f"Spec({dims_module.display(self.dims)}, {self.dtype})"


def _binary(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def operator(self: Any, other: Any) -> Any:
        return REGISTRY[name](self, other)

    def reflected(self: Any, other: Any) -> Any:
        return REGISTRY[name](other, self)

    return operator, reflected


def _unary(name: str) -> Callable[..., Any]:
    return lambda self: REGISTRY[name](self)


class Operators:
    """Python's operators, each the op of its name. Shared by symbols and variables."""

    __slots__ = ()

    __add__, __radd__ = _binary("add")
    __sub__, __rsub__ = _binary("subtract")
    __mul__, __rmul__ = _binary("multiply")
    __truediv__, __rtruediv__ = _binary("divide")
    __floordiv__, __rfloordiv__ = _binary("floor_divide")
    __mod__, __rmod__ = _binary("mod")
    __pow__, __rpow__ = _binary("power")
    __matmul__, __rmatmul__ = _binary("matmul")
    __and__, __rand__ = _binary("logical_and")
    __or__, __ror__ = _binary("logical_or")
    __xor__, __rxor__ = _binary("logical_xor")
    __lt__, __gt__ = _binary("less")
    __le__, __ge__ = _binary("less_equal")
    __neg__ = _unary("negative")
    __abs__ = _unary("abs")
    __invert__ = _unary("logical_not")

    def __getitem__(self, key: Any) -> Any:
        return REGISTRY["get_item"](self, key)

    def __eq__(self, other: object) -> Any:
        return REGISTRY["equal"](self, other)

    def __ne__(self, other: object) -> Any:
        return REGISTRY["not_equal"](self, other)

    def __hash__(self) -> int:
        return id(self)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        name = _NUMPY_NAMES.get(ufunc.__name__, ufunc.__name__)
        if method != "__call__" or kwargs or name not in REGISTRY:
            raise TypeError(f"np.{ufunc.__name__} cannot work on {self!r}, which has no numbers yet. Write it with keras.ops.")
        return REGISTRY[name](*inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        name = _NUMPY_NAMES.get(function.__name__, function.__name__)
        if name not in REGISTRY:
            raise TypeError(f"np.{function.__name__} cannot work on {self!r}, which has no numbers yet. Write it with keras.ops.")
        return REGISTRY[name](*args, **kwargs)


class Symbol(Operators):
    """A value with `dims` (sizes, known or not) and a `dtype`."""

    dims: Shape
    dtype: str
    __slots__ = ()

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The shape; unknown sizes are None."""
        return dims_module.to_public(self.dims)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.dims)

    @property
    def size(self) -> int | None:
        """The number of elements, None if unknown."""
        return dims_module.to_public((dims_module.product(self.dims),))[0]

    @property
    def T(self) -> Any:
        """The tensor with its axes in reverse order."""
        return REGISTRY["transpose"](self)

    def reshape(self, *shape: Any) -> Any:
        """The tensor in another shape."""
        return REGISTRY["reshape"](self, shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape)

    def astype(self, dtype: Any) -> Any:
        """The tensor in another dtype."""
        return REGISTRY["cast"](self, dtype)

    def __len__(self) -> int:
        if not self.dims or not isinstance(self.dims[0], int):
            raise TypeError(f"len(): {self!r} has no known first size. Write keras.ops.shape(x)[0].")
        return self.dims[0]

    def __iter__(self) -> Any:
        if not self.dims or not isinstance(self.dims[0], int):
            raise TypeError(f"Iterating over {self!r} needs a known first size. Write keras.ops.unstack, keras.ops.scan or keras.ops.map.")
        return (self[i] for i in range(self.dims[0]))

    def __bool__(self) -> bool:
        raise TypeError(
            f"{self!r} has no numbers yet, so Python cannot branch on it. Write keras.ops.where(condition, a, b) or keras.ops.cond(condition, f, g)."
        )

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        raise TypeError(f"{self!r} has no numbers yet, so it cannot become a NumPy array. Write the calculation with keras.ops.")

    def __float__(self) -> float:
        raise TypeError(f"{self!r} has no numbers yet, so it cannot become a Python number. Write the calculation with keras.ops.")

    __int__ = __index__ = __float__  # type: ignore[assignment]


class KerasTensor(Symbol):
    """A symbol of a Functional model: shape, dtype, name, and which operation made it.

    Arguments:
        shape: tuple of int or None.
        dtype: name of a dtype. Default: the default float.
        name: text shown in messages and summaries.
    Source: keras.KerasTensor of Keras 3.
    """

    def __init__(
        self, shape: Sequence[int | None], dtype: Any = "float32", sparse: bool = False, ragged: bool = False,
        record_history: bool = True, name: str | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        self.dims = tuple(shape) if kwargs.pop("_dims", False) else dims_module.from_public(shape)  # type: ignore[arg-type]
        self.dtype = dtypes.standardize(dtype)
        self.sparse = sparse
        self.ragged = ragged
        self.record_history = record_history
        self.name = name or "keras_tensor"

    @staticmethod
    def of(spec: Any, name: str | None = None) -> KerasTensor:
        """A symbol with the sizes (also the unknown ones) and dtype of `spec`."""
        return KerasTensor(spec.dims, spec.dtype, name=name, _dims=True)

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, sparse={self.sparse}, ragged={self.ragged}, name={self.name}>"


def is_keras_tensor(x: Any) -> bool:
    """Whether `x` is a symbol of a Functional model."""
    return isinstance(x, KerasTensor)


def any_symbolic(*values: Any) -> bool:
    """Whether a nest of lists, tuples and dicts holds a `KerasTensor`."""
    for value in values:
        if isinstance(value, KerasTensor):
            return True
        if isinstance(value, (list, tuple)) and any_symbolic(*value):
            return True
        if isinstance(value, dict) and any_symbolic(*value.values()):
            return True
    return False
