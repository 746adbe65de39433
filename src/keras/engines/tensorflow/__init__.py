"""The tensorflow engine: variables are `tf.Variable`s, `compile` is `tf.function`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import tensorflow as tf

from keras.core import tree
from keras.core.abstract import by_two_sizes
from keras.core.dtypes import numpy_dtype
from keras.engines.base import Engine, default_dtype
from keras.engines.tensorflow import control, natives, places, variables
from keras.engines.tensorflow.kernels import KERNELS
from keras.engines.tensorflow.step import CompiledFunction, specs_of
from keras.engines.tensorflow.trackable import TrackedLayer, TrackedOptimizer

Tensor = Any


class TensorFlowEngine(Engine):
    """TensorFlow as an engine."""

    name = "tensorflow"
    indexes_by_tensors = False
    tensor_type = type(tf.constant(0.0))
    kernels = KERNELS
    natives = natives.NATIVES
    layer_base = TrackedLayer
    optimizer_base = TrackedOptimizer
    errors = (*Engine.errors, tf.errors.OpError)
    variable_attributes = variables.ATTRIBUTES
    UNSUPPORTED = dict.fromkeys(
        ("scan_graph", "while_graph", "cond_graph"), "loops are TensorFlow's loops here; write keras.ops.scan, while_loop or cond"
    )

    def owns(self, x: Any) -> bool:
        """Whether `x` is a TensorFlow tensor or variable."""
        return isinstance(x, (tf.Tensor, tf.Variable))

    def asarray(self, x: Any, dtype: str | None = None) -> Tensor:
        """`x` as a tensor with memory of its own."""
        if isinstance(x, (tf.Tensor, tf.Variable)):
            x = tf.convert_to_tensor(x)
            return x if dtype is None or x.dtype.name == dtype else tf.cast(x, dtype)
        if isinstance(x, (list, tuple)) and any(isinstance(leaf, (tf.Tensor, tf.Variable)) for leaf in tree.leaves(x)):
            stacked = tf.stack([self.asarray(item) for item in x])
            return stacked if dtype is None else tf.cast(stacked, dtype)
        if isinstance(x, tf.SparseTensor):
            return self.asarray(tf.sparse.to_dense(x), dtype)
        if isinstance(x, tf.RaggedTensor):
            raise TypeError(
                f"keras: got a RaggedTensor of shape {tuple(x.shape)}, whose rows differ in length. Accepted: tensors with rows of one length. "
                "Write x.to_tensor(), and layers.Masking() or mask_zero=True where the filled places must not count."
            )
        array = np.asarray(x)
        dtype = dtype or default_dtype(array, came_from_python=not hasattr(x, "dtype"))
        return tf.convert_to_tensor(np.array(array if dtype is None else array.astype(numpy_dtype(dtype))))

    def to_numpy(self, x: Any) -> np.ndarray:
        """`x` as a NumPy array."""
        return np.asarray(x.numpy()) if hasattr(x, "numpy") else np.asarray(x)

    def new_storage(self, value: Any, dtype: str | None) -> Any:
        """What a new variable holds: a `tf.Variable` that no tape watches on its own."""
        return tf.Variable(self.asarray(value, dtype), trainable=False)

    def store(self, storage: Any, value: Tensor) -> Any:
        """The storage with its new value."""
        storage.assign(value)
        return storage

    def mark_trainable(self, storage: Any, trainable: bool) -> None:
        """Say whether a `tf.GradientTape` around watches the variable as it watches TensorFlow's own."""
        storage._trainable = trainable

    def for_tensorflow(self, value: Any, dtype: Any) -> Tensor:
        """A variable's value as TensorFlow's functions take it."""
        return tf.convert_to_tensor(value, dtype)

    def concretely(self) -> AbstractContextManager[Any]:
        """Context in which values are computed at once even while a function is traced."""
        return tf.init_scope()

    def compile(self, function: Callable[..., Any]) -> CompiledFunction:
        """`function` as TensorFlow graphs."""
        return CompiledFunction(function)

    def eval_shape(self, function: Callable[..., Any], *symbols: Any) -> Any:
        """The symbols that `function` returns for symbols, by a graph that never runs."""
        return by_two_sizes(functools.partial(specs_of, function), symbols)

    def dims_of(self, x: Tensor) -> Any:
        """The sizes of a tensor of a graph; those that only the run will tell are symbolic."""
        return places.dims_of(x)

    def scan(self, f: Callable[..., Any], init: Any, xs: Any, length: int, reverse: bool) -> tuple[Any, Any]:
        """A Python loop eagerly, one `tf.while_loop` in a graph."""
        return super().scan(f, init, xs, length, reverse) if tf.executing_eagerly() else control.scan(f, init, xs, length, reverse)

    def while_loop(self, cond: Callable[..., Any], body: Callable[..., Any], variables: tuple[Any, ...]) -> tuple[Any, ...]:
        """A Python loop eagerly, one `tf.while_loop` in a graph."""
        return super().while_loop(cond, body, variables) if tf.executing_eagerly() else control.while_loop(cond, body, variables)

    def devices(self) -> list[str]:
        """The accelerators, and the CPUs."""
        found = [device.name.rpartition("device:")[2].lower() for device in tf.config.list_logical_devices()]
        return sorted(found, key=lambda name: name.startswith("cpu:"))

    value_and_grad = staticmethod(control.value_and_grad)
    cond = staticmethod(control.cond)
    custom_gradient = staticmethod(lambda pair, operands: tf.custom_gradient(pair)(*operands))


engine = TensorFlowEngine()
