"""What an engine is: tensors, a table of primitives, optional faster composites, and a few verbs with defaults."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from keras.core import config, tree
from keras.core.dtypes import standardize
from keras.core.state import StateScope, current_scope
from keras.core.tensor import REGISTRY
from keras.core.variable import Variable


class Engine:
    """The base of engines.

    Attributes:
        name: as `keras.backend.backend()` returns it.
        tensor_type: the class that most tensors are of exactly; operands of it need no conversion.
        kernels: primitive's name -> function of (*tensors, **attributes), the operands promoted already.
        natives: composite's name -> the engine's own faster version with the composite's signature.
        gradients_of_natives: natives whose gradient is a node of its own in a traced step (`body_gradient`), not that of the definition.
        eager: composite's name -> (dtypes of the first operand, or of all in a list; a function with its signature for tensors that are
            there). The function returns NotImplemented, or raises one of `errors`, for what it does not take. Only calls outside of traces
            ask it, so what it saves is the dispatch of the composite's parts.
        recomputes: whether `remat` needs the step to run op by op, with the engine's own gradients.
        UNSUPPORTED: name -> reason.
        layer_base, optimizer_base: what layers and optimizers inherit from besides, once the engine is chosen.
        errors: what the kernels raise for operands or attributes that do not fit; the table's rule then says what is wrong.
        reads_on_host: whether small calculations with variables' values are better done by NumPy (each op would be compiled).
        indexes_by_tensors: whether x[key] takes tensors and lists in the key.
        variable_attributes: name -> function of a `Variable`: what the array library's own functions read of its own variables.
    An engine may also have `value_and_grad(function, has_aux)` (else the table's gradients are used), `cond(predicate, f, g)` and
    `custom_gradient(pair, operands)`.
    """

    name = ""
    tensor_type: Any = None
    kernels: dict[str, Callable[..., Any]] = {}
    natives: dict[str, Callable[..., Any]] = {}
    eager: dict[str, tuple[Collection[Any], Callable[..., Any]]] = {}
    gradients_of_natives: Collection[str] = ()
    UNSUPPORTED: dict[str, str] = {}
    layer_base: type | None = None
    recomputes = False
    optimizer_base: type | None = None
    reads_on_host = False
    indexes_by_tensors = True
    variable_attributes: dict[str, Callable[[Any], Any]] = {}
    errors: tuple[type[Exception], ...] = (ValueError, TypeError, IndexError)

    def __init__(self) -> None:
        self._names: dict[Any, str] = {}

    def kernel(self, name: str, dtypes: Sequence[str]) -> Callable[..., Any]:
        """The kernel of a primitive for operands of these dtypes. Raises KeyError where there is none."""
        return self.kernels[name]

    # ------------------------------------------------------------------------------------------------------------------ tensors

    def owns(self, x: Any) -> bool:
        """Whether `x` is one of this engine's tensors."""
        raise NotImplementedError(f"{type(self).__name__}.owns")

    def asarray(self, x: Any, dtype: str | None = None) -> Any:
        """`x` as a tensor: Python numbers and lists become int32 or the default float, arrays keep their dtype unless one is given."""
        raise NotImplementedError(f"{type(self).__name__}.asarray")

    def operand(self, x: Any, dtype: str) -> Any:
        """`x` as a kernel takes it; an engine whose kernels take NumPy's numbers saves a transfer here."""
        return self.asarray(x, dtype)

    def to_numpy(self, x: Any) -> np.ndarray:
        """`x` as a NumPy array."""
        return np.asarray(x)

    def dtype_of(self, x: Any) -> str:
        """The canonical dtype name of a tensor."""
        try:
            return self._names[x.dtype]
        except KeyError:
            name = self._names[x.dtype] = standardize(x.dtype)
            return name

    def dims_of(self, x: Any) -> Any:
        """The sizes of a tensor; an engine whose tensors may have unknown ones gives symbolic sizes for them."""
        return tuple(np.shape(x))

    def zeros(self, shape: Sequence[int], dtype: str) -> Any:
        """Zeros."""
        return self.asarray(np.zeros(tuple(shape)), dtype)

    # ---------------------------------------------------------------------------------------------------------------- variables

    def new_storage(self, value: Any, dtype: str | None) -> Any:
        """What a new variable holds."""
        return self.asarray(value, dtype)

    def detached(self, value: Any) -> Any:
        """A variable's value that later assignments do not change."""
        return value

    def store(self, storage: Any, value: Any) -> Any:
        """What a variable holds after an assignment."""
        return value

    def mark_trainable(self, storage: Any, trainable: bool) -> None:
        """Tell the array library whether its own gradients are taken with respect to what a variable holds."""

    def parts_of(self, value: Any) -> Iterable[Any]:
        """The variables and layers inside an object of the array library's own that a layer holds."""
        return ()

    def for_tensorflow(self, value: Any, dtype: Any) -> Any:
        """A variable's value as TensorFlow's functions take it; tensors of other libraries come as arrays."""
        import tensorflow as tf

        return tf.convert_to_tensor(self.to_numpy(value), dtype)

    def concretely(self) -> AbstractContextManager[Any]:
        """Context in which values are computed at once even while the engine traces a function: new variables are made there."""
        return nullcontext()

    def without_numbers(self, function: Callable[[], Any]) -> Any:
        """What `function` returns where only shapes matter: the engine need not compute with the values of variables in it."""
        return function()

    # -------------------------------------------------------------------------------------------------------------------- verbs

    def compile(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` of nests of tensors (and of the variables that it reads and writes), made fast.

        `function.variables`, where it has that, gives the variables that it is known to use, which may save looking for them.
        """
        return function

    def eval_shape(self, function: Callable[..., Any], *symbols: Any) -> Any:
        """The nest of `KerasTensor`s that `function` returns for nests of `KerasTensor`s, without computing a number.

        `function` gets the engine's own abstract tensors and may call the array library itself. Leaves of the result that are no
        tensors stay as they are. `keras.core.abstract.by_two_sizes` serves engines that need a number for every size.
        """
        raise NotImplementedError(
            f"The {self.name} engine cannot tell shapes of code that it does not compute itself. Write the calculation with keras.ops."
        )

    def scan(self, f: Callable[..., Any], init: Any, xs: Any, length: int, reverse: bool) -> tuple[Any, Any]:
        """`carry, y = f(carry, x)` for each slice; the default is a Python loop."""
        made = []
        carry = init
        for t in range(length - 1, -1, -1) if reverse else range(length):
            carry, y = f(carry, tree.map_structure(lambda x, t=t: None if x is None else x[t], xs))
            made.append(y)
        if reverse:
            made.reverse()
        if not made or made[0] is None:
            return carry, None
        return carry, tree.map_structure(lambda *ys: None if ys[0] is None else REGISTRY["stack"](list(ys)), *made)

    def while_loop(self, cond: Callable[..., Any], body: Callable[..., Any], variables: tuple[Any, ...]) -> tuple[Any, ...]:
        """`variables = body(*variables)` while `cond(*variables)` holds; the default is a Python loop."""
        while bool(cond(*variables)):
            variables = body(*variables)
        return variables

    # ------------------------------------------------------------------------------------------------------------------ devices

    def devices(self) -> list[str]:
        """The names of the devices, as `keras.distribution.list_devices` gives them; the default is one CPU."""
        return ["cpu:0"]

    def device_scope(self, name: str) -> AbstractContextManager[Any]:
        """Context in which new tensors are made on a device; the default has the CPU only."""
        if name.lower() in ("cpu", "cpu:0"):
            return nullcontext()
        raise ValueError(self.no_device(name))

    def no_device(self, name: str) -> str:
        """The message for a device that is not there."""
        found = self.devices()
        hint = "" if self.name != "numpy" or name.lower().startswith("cpu") else " For a GPU choose another engine: KERAS_BACKEND=jax."
        return (
            f"keras.device(device_name): got {name!r}. The {self.name} engine has {', '.join(map(repr, found))}. "
            f"Write keras.device({found[0]!r}).{hint}"
        )

    def join_hosts(self, addresses: str | None, count: int | None, number: int | None) -> None:
        """Join this process with those of other hosts."""
        raise NotImplementedError(f"keras.distribution.initialize: the {self.name} engine computes on one host. Write KERAS_BACKEND=jax.")

    def remat(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` of tensors whose inner values are computed again for the gradient; the default keeps them."""
        return function

    def unsupported(self, name: str) -> str:
        """The message for an op that this engine does not have."""
        return f"keras.ops.{name} is not available on the {self.name} engine: {self.UNSUPPORTED.get(name, 'it has no kernel for it')}."


def slices_of(starts: Sequence[int], stops: Sequence[int | None], steps: Sequence[int]) -> tuple[slice, ...]:
    """One Python slice per axis."""
    return tuple(slice(a, b, c) for a, b, c in zip(starts, stops, steps, strict=True))


def no_such_index(name: str, index: Any, size: int) -> IndexError:
    """The error for an index out of range."""
    return IndexError(f"keras.ops.{name}(indices): got index {int(index)} for an axis of size {size}. Accepted: {-size} to {size - 1}.")


def default_dtype(array: np.ndarray, came_from_python: bool) -> str | None:
    """The dtype that a Python number or list gets: the default float, or int32; None keeps the array's own."""
    if not came_from_python:
        return None
    return config.floatx() if array.dtype.kind == "f" else "int32" if array.dtype.kind == "i" else None


def or_body(name: str, native: Callable[..., Any]) -> Callable[..., Any]:
    """A native that may refuse its operands by NotImplemented: the composite's body then does the work."""

    @functools.wraps(native)
    def run(*args: Any, **kwargs: Any) -> Any:
        found = native(*args, **kwargs)
        return REGISTRY[name].record.body(*args, **kwargs) if found is NotImplemented else found  # type: ignore[attr-defined]

    return run


def may_be_written(values: Sequence[Any]) -> bool:
    """Whether these are variables whose memory may be written here: no state scope stands for it."""
    return current_scope() is None and all(isinstance(x, Variable) for x in values)


def assign_all(variables: Sequence[Any], values: Sequence[Any]) -> None:
    """Give each variable its value."""
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def with_state(variables: Sequence[Any], values: Sequence[Any], function: Callable[[], Any]) -> tuple[Any, list[Any]]:
    """What `function` returns with the variables at `values`, and their values afterwards: a loop carries them from step to step."""
    with StateScope(zip(variables, values, strict=True)) as scope:
        result = function()
    return result, [scope.values[id(v)] for v in variables]
