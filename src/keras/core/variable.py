"""`Variable`: a value that changes. It knows its kind, its path, and which engine holds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras.core import config, dtypes, engine, late, naming
from keras.core.state import autocast_dtype, current_scope
from keras.core.tensor import REGISTRY, KerasTensor, Operators

KINDS = ("weight", "statistic", "metric", "slot", "seed")
AGGREGATIONS = ("none", "mean", "sum", "only_first_replica")
SYNCHRONIZATIONS = ("none", "on_read", "on_write", "auto")


def _choice(argument: str, value: str | None, accepted: tuple[str, ...]) -> str:
    if value is not None and value not in accepted:
        raise ValueError(f"Variable({argument}): got {value!r}. Accepted: {', '.join(map(repr, accepted))}, or None for 'none'.")
    return value or "none"


def _optional_function(argument: str, value: Any, example: str) -> Any:
    if value is not None and not callable(value):
        raise ValueError(f"Variable.{argument}: got {value!r}. Accepted: a function such as {example}, or None.")
    return value


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
        self._name = name or naming.auto_name("variable")
        if not isinstance(self._name, str) or "/" in self._name:
            raise ValueError(f"Variable(name): got {name!r}. Accepted: a text without '/'.")
        self._path = path or "/".join(filter(None, (naming.current_path(), self._name)))
        self.kind = kind
        self._aggregation = _choice("aggregation", aggregation, AGGREGATIONS)
        self._synchronization = _choice("synchronization", synchronization, SYNCHRONIZATIONS)
        self.layout = layout
        self.autocast = autocast
        self._regularizer: Any = None
        self._constraint: Any = None
        self._overwrite_with_gradient = False
        self._trainable = trainable
        self.made_trainable = trainable
        with engine.current().concretely():
            self._value = self._first_value(initializer, shape, dtype)
            engine.current().mark_trainable(self._value, trainable and kind == "weight")
        self._dtype: str = engine.current().dtype_of(self._value)
        self._shape: tuple[int, ...] = tuple(self._value.shape)
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
    def name(self) -> str:
        """The last part of the path."""
        return self._name

    @property
    def path(self) -> str:
        """The names of the layers (or name scopes) around it and its own, joined by '/'; state is addressed by it."""
        return self._path

    @property
    def dtype(self) -> str:
        """The dtype in which it is kept."""
        return self._dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, which never changes."""
        return self._shape

    @property
    def aggregation(self) -> str:
        """How values of several replicas become one: 'none', 'mean', 'sum' or 'only_first_replica'. On one device it has no effect."""
        return self._aggregation

    @property
    def synchronization(self) -> str:
        """When replicas exchange their values: 'none', 'on_read', 'on_write' or 'auto'. On one device it has no effect."""
        return self._synchronization

    @property
    def regularizer(self) -> Any:
        """The function of the value that is added to the loss, or None."""
        return self._regularizer

    @regularizer.setter
    def regularizer(self, value: Any) -> None:
        self._regularizer = _optional_function("regularizer", value, "keras.regularizers.L2(1e-4)")

    @property
    def constraint(self) -> Any:
        """The function that is applied to the value after each update, or None."""
        return self._constraint

    @constraint.setter
    def constraint(self, value: Any) -> None:
        self._constraint = _optional_function("constraint", value, "keras.constraints.NonNeg()")

    @property
    def overwrite_with_gradient(self) -> bool:
        """Whether the optimizer puts the gradient in place of the value (scales of float8 layers)."""
        return self._overwrite_with_gradient

    @overwrite_with_gradient.setter
    def overwrite_with_gradient(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise TypeError(f"Variable.overwrite_with_gradient: got {value!r}. Accepted: True or False.")
        self._overwrite_with_gradient = value

    @property
    def value(self) -> Any:
        """The tensor it holds: inside a traced step its symbol; in a mixed-precision layer a copy in the compute dtype."""
        scope = current_scope()
        value = self.stored() if scope is None else scope.read(self)
        wanted = autocast_dtype()
        if wanted is not None and wanted != self.dtype and self.autocast and self.dtype in dtypes.FLOAT:
            return REGISTRY["cast"](value, wanted)
        return value

    def assign(self, value: Any) -> Any:
        """Give the variable a new value of the same shape and return it."""
        value = value.value if isinstance(value, Variable) else value
        if type(value) is np.ndarray and value.dtype.name == self.dtype:  # as metrics are set back before every step
            new = engine.current().asarray(value, self.dtype)
        else:
            new = REGISTRY["convert_to_tensor"](value, dtype=self.dtype)
        if tuple(new.shape) != self.shape:
            raise ValueError(f"Variable {self.path!r}: got a value of shape {tuple(new.shape)}, but the variable has shape {self.shape}.")
        if isinstance(new, KerasTensor):  # a call on symbols only says what comes out: nothing is stored
            return new
        scope = current_scope()
        if scope is not None:
            scope.write(self, new)
        else:
            self._value = engine.current().store(self.stored(), new)
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
        return self.stored() if scope is None else scope.read(self)

    def stored(self) -> Any:
        """What it holds outside of every scope. Raises RuntimeError on another engine than the one that made it."""
        if engine.current().name != self.engine_name:
            raise RuntimeError(engine.moved_text(self._path, self.engine_name))
        return self._value

    def numpy(self) -> np.ndarray:
        """A NumPy copy of the value; it can be read while another engine computes."""
        if current_scope() is None and engine.current().name != self.engine_name:
            return np.array(engine.load(self.engine_name).to_numpy(self._value))
        return np.array(engine.current().to_numpy(self.raw))

    @property
    def trainable(self) -> bool:
        """Whether training changes it."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        if self.kind == "weight" and self.engine_name == engine.current().name:
            engine.current().mark_trainable(self._value, self._trainable)

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
        if current_scope() is None and engine.current().name != self.engine_name:
            return np.asarray(self.numpy(), dtype)
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

    def __jax_array__(self) -> Any:
        """What functions of `jax.numpy` take for it."""
        return self.value

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
