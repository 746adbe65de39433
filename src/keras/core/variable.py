"""`Variable`: a value that changes. It knows its kind, its path, and which engine holds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras.core import config, dtypes, engine, late, naming
from keras.core.state import autocast_dtype, current_scope
from keras.core.tensor import REGISTRY, KerasTensor, Operators

KINDS = ("weight", "statistic", "metric", "slot", "seed")


class Variable(Operators):
    """A tensor that keeps its place and changes its value.

    Arguments:
        initializer: the first value: an array, a number, or a function of `(shape, dtype)`.
        shape: tuple of int; needed when `initializer` is a function.
        dtype: name of a dtype. Default: the array's own, or the default float.
        trainable: whether training changes it (weights only).
        autocast: whether a mixed-precision layer reads it in its compute dtype.
        name: text, the last part of `path`.
        kind: 'weight', 'statistic', 'metric', 'slot' or 'seed': what the variable is for.
    Example:
        >>> counter = Variable(1.0)
        >>> float(counter.assign_add(2.0))
        3.0
    Source: keras.Variable of Keras 3.
    """

    def __init__(
        self, initializer: Any, shape: Sequence[int] | None = None, dtype: Any = None, trainable: bool = True, autocast: bool = True,
        aggregation: str = "none", synchronization: str = "auto", name: str | None = None, layout: Any = None, *, kind: str = "weight", path: str | None = None,
    ) -> None:  # fmt: skip
        if kind not in KINDS:
            raise ValueError(f"Variable(kind): got {kind!r}. Accepted: {', '.join(map(repr, KINDS))}.")
        self.name = name or naming.auto_name("variable")
        if not isinstance(self.name, str) or "/" in self.name:
            raise ValueError(f"Variable(name): got {name!r}. Accepted: a text without '/'.")
        self.path = path or self.name
        self.kind = kind
        self.aggregation = aggregation
        self.synchronization = synchronization
        self.layout = layout
        self.autocast = autocast
        self.regularizer: Any = None
        self.constraint: Any = None
        self.overwrite_with_gradient = False
        self._trainable = trainable
        self.made_trainable = trainable
        with engine.current().concretely():
            self._value = self._first_value(initializer, shape, dtype)
        engine.current().watch(self._value, trainable and kind == "weight")
        self.dtype: str = engine.current().dtype_of(self._value)
        self.shape: tuple[int, ...] = tuple(self._value.shape)
        self.engine_name: str = engine.current().name

    def _first_value(self, initializer: Any, shape: Sequence[int] | None, dtype: Any) -> Any:
        if isinstance(initializer, str):
            initializer = late.load("initializer")(initializer)
        if callable(initializer):
            if shape is None:
                raise ValueError(
                    f"Variable {self.name!r}: shape is needed with an initializer function. Write Variable(initializer, shape=(2, 3))."
                )
            dtype = dtypes.standardize(dtype)
            value: Any = initializer(tuple(shape), dtype=dtype)
        else:
            value = initializer.value if isinstance(initializer, Variable) else initializer
            if dtype is None and not hasattr(value, "dtype"):
                dtype = dtypes.result_type(type(np.asarray(value).reshape(-1)[0].item())) if np.size(value) else config.floatx()
        if shape is not None and tuple(np.shape(value)) != tuple(shape):
            raise ValueError(
                f"Variable {self.name!r}: the initial value has shape {tuple(np.shape(value))}, but shape={tuple(shape)} was asked for."
            )
        return engine.current().new_storage(value, None if dtype is None else dtypes.standardize(dtype))

    @property
    def value(self) -> Any:
        """The tensor it holds: inside a traced step its symbol; in a mixed-precision layer a copy in the compute dtype."""
        scope = current_scope()
        value = self._value if scope is None else scope.read(self)
        wanted = autocast_dtype()
        if wanted is not None and wanted != self.dtype and self.autocast and self.dtype in dtypes.FLOAT:
            return REGISTRY["cast"](value, wanted)
        return value

    def assign(self, value: Any) -> Any:
        """Give the variable a new value of the same shape and return it."""
        value = value.value if isinstance(value, Variable) else value
        new = REGISTRY["convert_to_tensor"](value, dtype=self.dtype)
        if tuple(new.shape) != self.shape:
            raise ValueError(f"Variable {self.path!r}: got a value of shape {tuple(new.shape)}, but the variable has shape {self.shape}.")
        if isinstance(new, KerasTensor):  # a call on symbols only says what comes out: nothing is stored
            return new
        scope = current_scope()
        if scope is not None:
            scope.write(self, new)
        else:
            self._value = engine.current().store(self._value, new)
        return new

    def assign_add(self, value: Any) -> Any:
        """Add to the variable."""
        return self.assign(REGISTRY["add"](self.raw, value))

    def assign_sub(self, value: Any) -> Any:
        """Subtract from the variable."""
        return self.assign(REGISTRY["subtract"](self.raw, value))

    @property
    def raw(self) -> Any:
        """The value in the variable's own dtype, whatever the layer around computes in."""
        scope = current_scope()
        return self._value if scope is None else scope.read(self)

    def numpy(self) -> np.ndarray:
        """A NumPy copy of the value."""
        return np.array(engine.current().to_numpy(self.raw))

    @property
    def trainable(self) -> bool:
        """Whether training changes it."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        engine.current().watch(self._value, self._trainable and self.kind == "weight")

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(np.prod(self.shape))

    def reshape(self, *shape: Any) -> Any:
        """The value in another shape."""
        return REGISTRY["reshape"](self.value, shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.asarray(engine.current().to_numpy(self.value), dtype)

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> Any:
        """The value where TensorFlow wants a tensor."""
        return engine.current().for_tensorflow(self.value, dtype)

    def __getattr__(self, name: str) -> Any:
        """What the array library's own functions ask its own variables for."""
        find = None if name.startswith("__") else engine.current().variable_attributes.get(name)
        if find is None or "_value" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return find(self)

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    __index__ = __int__

    def __bool__(self) -> bool:
        return bool(self.value)

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Any:
        return iter(self.value)

    def __hash__(self) -> int:
        return id(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Variable:
        twin = Variable(
            self.numpy(),
            dtype=self.dtype,
            trainable=self._trainable,
            autocast=self.autocast,
            name=self.name,
            kind=self.kind,
            path=self.path,
        )
        twin.regularizer, twin.constraint = self.regularizer, self.constraint
        memo[id(self)] = twin
        return twin

    def __repr__(self) -> str:
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}, value={self.numpy()}>"


Initializer = Callable[..., Any]
