"""The jax engine: speed on CPU, GPU and TPU. `compile` makes one XLA program per signature; nothing small is compiled on its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keras import ops  # noqa: F401 (fills the table: operators of variables need it)
from keras.core import config, tree
from keras.core.abstract import by_two_sizes
from keras.core.tensor import Spec
from keras.engines.base import Engine, default_dtype
from keras.engines.jax import control
from keras.engines.jax.epochs import ResidentFunction, ResidentSteps
from keras.engines.jax.kernels import KERNELS, NATIVES, engine_dtype
from keras.engines.jax.step import CompiledFunction, is_array, plain

Array = Any
_only_shapes: ContextVar[bool] = ContextVar("only_shapes", default=False)


class JaxFunction(CompiledFunction):
    """A compiled function that can also run over data on the device, many steps in one dispatch."""

    def __init__(self, function: Callable[..., Any], candidates: Callable[[], Sequence[Any]] = tuple) -> None:
        super().__init__(function, candidates)
        self._over_rows = ResidentFunction(function, candidates)

    def resident(self, data: Any, example: tuple[Any, ...]) -> ResidentSteps:
        """The function over rows of `data`; `example` is one batch of it. The program is kept for the next fit."""
        return ResidentSteps(self._over_rows.find(example, tree.flatten(list(example))), data)


class JaxEngine(Engine):
    """JAX as an engine."""

    name = "jax"
    tensor_type = type(jax.device_put(np.zeros((), np.float32)))
    kernels = KERNELS
    natives = NATIVES
    reads_on_host = True
    UNSUPPORTED = dict.fromkeys(
        ("scan_graph", "while_graph", "cond_graph"), "loops are jax.lax loops here; write keras.ops.scan, while_loop or cond"
    )

    def owns(self, x: Any) -> bool:
        """Whether `x` is a JAX array, or stands for one while a function is traced."""
        return isinstance(x, jax.Array)

    def asarray(self, x: Any, dtype: str | None = None) -> Array:
        """`x` as an array. NumPy arrays are copied, as JAX could use their memory in place."""
        if isinstance(x, jax.Array):
            return x if dtype is None or self.dtype_of(x) == dtype else lax.convert_element_type(x, engine_dtype(dtype))
        if isinstance(x, (list, tuple)) and any(isinstance(leaf, jax.Array) for leaf in tree.leaves(x)):
            return jnp.asarray(x, None if dtype is None else engine_dtype(dtype))
        array = self.operand(x, dtype)
        return jax.device_put(np.array(array) if array is x or array.base is not None else array)

    def operand(self, x: Any, dtype: str | None = None) -> Any:
        """What a kernel takes for `x`: numbers and NumPy arrays stay on the host, where a program can take them as constants."""
        if isinstance(x, jax.Array):
            return self.asarray(x, dtype)
        array = np.asarray(x)
        dtype = dtype or default_dtype(array, came_from_python=not hasattr(x, "dtype"))
        return array.astype(jax.dtypes.canonicalize_dtype(array.dtype) if dtype is None else engine_dtype(dtype), copy=False)

    def to_numpy(self, x: Any) -> np.ndarray:
        """A NumPy array that may be written to."""
        return np.array(x)

    def concretely(self) -> AbstractContextManager[Any]:
        """Context in which values are computed at once even while a function is traced: new variables are made there."""
        return jax.ensure_compile_time_eval()

    def without_numbers(self, function: Callable[[], Any]) -> Any:
        """What `function` returns; operations on arrays in it are only written down, where each would be compiled."""
        if _only_shapes.get():
            return function()
        made: list[Any] = []
        token = _only_shapes.set(True)
        try:
            jax.eval_shape(lambda: made.append(function()))
        finally:
            _only_shapes.reset(token)
        return made[0]

    def compile(self, function: Callable[..., Any]) -> CompiledFunction:
        """`function` as XLA programs."""
        return JaxFunction(function, getattr(function, "variables", tuple))

    def devices(self) -> list[str]:
        """The accelerators, and the CPUs."""
        found = [*jax.devices(), *jax.devices("cpu")]
        return list(dict.fromkeys(f"{device.platform}:{device.id}" for device in found))

    def join_hosts(self, addresses: str | None, count: int | None, number: int | None) -> None:
        """Join this process with those of other hosts."""
        jax.distributed.initialize(None if addresses is None else addresses.split(",")[0], count, number)

    def remat(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` whose inner values are computed again for the gradient."""
        return jax.checkpoint(function)

    def eval_shape(self, function: Callable[..., Any], *symbols: Any) -> Any:
        """The symbols that `function` returns for symbols, by `jax.eval_shape`."""

        def evaluate(*nests: Any) -> Any:
            leaves = tree.flatten(list(nests))
            places = [i for i, x in enumerate(leaves) if isinstance(x, Spec)]
            made: list[Any] = []

            def of_arrays(arrays: Any) -> Any:
                given = list(leaves)
                for place, array in zip(places, arrays, strict=True):
                    given[place] = array
                result = plain(function(*tree.pack_as(list(nests), given)))
                made.append(tree.map_structure(lambda x: Spec(x.shape, self.dtype_of(x)) if is_array(x) else x, result))
                return 0

            jax.eval_shape(of_arrays, [jax.ShapeDtypeStruct(leaves[i].dims, engine_dtype(leaves[i].dtype)) for i in places])
            return made[0]

        return by_two_sizes(evaluate, symbols)

    value_and_grad = staticmethod(control.value_and_grad)
    scan = staticmethod(control.scan)
    while_loop = staticmethod(control.while_loop)
    cond = staticmethod(control.cond)
    custom_gradient = staticmethod(control.custom_gradient)


def _keep_programs() -> None:
    """Compiled programs are kept in the folder of caches, unless the user chose another place or none."""
    if jax.config.jax_compilation_cache_dir is None and "JAX_ENABLE_COMPILATION_CACHE" not in os.environ:
        jax.config.update("jax_compilation_cache_dir", str(config.keras_home() / "xla-cache"))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.05)


_keep_programs()
engine = JaxEngine()
