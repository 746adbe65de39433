"""Which engine computes: the process-wide choice, its default, and the context that tests use to hold several at once."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from keras.core import config, errors
from keras.core.state import StateScope, current_scope

ENGINES = ("numpy", "jax", "torch", "tensorflow")
_INSTALL = {"jax": "jax", "torch": "torch", "tensorflow": "tensorflow"}
_TENSORFLOW_NAMES = ("keras._tf_keras.keras", "tensorflow.keras")
"""Modules that exist once somebody has asked TensorFlow for its Keras."""
_GONE = ("theano", "cntk", "mxnet", "plaidml", "openvino")

_process_engine: Any = None
_environment: str | None = None
_context_engine: ContextVar[Any] = ContextVar("engine", default=None)


def current() -> Any:
    """The engine that computes here and now; the first call chooses and loads it."""
    engine = _context_engine.get()
    if engine is not None:
        return engine
    return _process_engine or set_engine(default_name())


def default_name() -> str:
    """The name of the engine to use: `KERAS_BACKEND`, then `keras.json`, then what the code and the installed packages suggest.

    Older Keras versions wrote `keras.json` by themselves, so an engine named there that is gone or not installed gives one warning;
    one named in `KERAS_BACKEND` was chosen, and gives an error when it is loaded.
    """
    name = os.environ.get("KERAS_BACKEND")
    if name:
        return name
    name = config.file_settings().get("backend")
    if name is None:
        return _suggested()
    problem = _problem_with(name)
    if problem is None:
        return name
    path, used = config.keras_home() / "keras.json", _suggested()
    errors.warn(f'{path} names an engine that cannot be used: {problem} "{used}" is used. Write "backend": "{used}" in that file.')
    return used


def _suggested() -> str:
    """TensorFlow for code that came here through `tf.keras`; else JAX where it is installed, and NumPy everywhere."""
    if "tensorflow" in sys.modules and not sys.modules.keys().isdisjoint(_TENSORFLOW_NAMES):
        return "tensorflow"
    return "jax" if importlib.util.find_spec("jax") is not None else "numpy"


def _problem_with(name: Any) -> str | None:
    """Why an engine cannot be used, and what mends it; None if it can."""
    mend = "Write KERAS_BACKEND=numpy or keras.config.set_backend('numpy')."
    if name in _GONE:
        return f"backend: {name!r} no longer exists. {mend}"
    if name not in ENGINES:
        hint = errors.suggestion(name, ENGINES)
        return f"backend: got {name!r}.{hint} Accepted: {', '.join(map(repr, ENGINES))}. {mend}"
    if importlib.util.find_spec(f"keras.engines.{name}") is None:
        return f"backend: {name!r} is not served by this version yet. {mend}"
    if name in _INSTALL and importlib.util.find_spec(name) is None:
        return f"backend: {name!r} is not installed. Run: pip install keras[{_INSTALL[name]}]"
    return None


_listeners: list[Callable[[Any], None]] = []


def when_chosen(function: Callable[[Any], None]) -> None:
    """Have `function(engine)` called for every engine that is chosen, and for the one that is already."""
    _listeners.append(function)
    for chosen in (_process_engine, _context_engine.get()):
        if chosen is not None:
            function(chosen)


def _tell(chosen: Any) -> Any:
    for function in _listeners:
        function(chosen)
    return chosen


def load(name: str) -> Any:
    """The engine of that name, its array library imported."""
    problem = _problem_with(name)
    if problem is not None:
        raise (ImportError if name in ENGINES else ValueError)(problem)
    return importlib.import_module(f"keras.engines.{name}").engine


def set_engine(name: str) -> Any:
    """Choose the engine for the whole process and return it."""
    global _process_engine, _environment
    _process_engine = _tell(load(name))
    _environment = os.environ.get("KERAS_BACKEND")
    return _process_engine


def check_environment() -> None:
    """Warn once if `KERAS_BACKEND` was set after an engine had been chosen: it is read only then."""
    global _environment
    wanted = os.environ.get("KERAS_BACKEND")
    if _process_engine is None or wanted == _environment:
        return
    _environment = wanted
    if wanted and wanted != _process_engine.name:
        errors.warn(
            f"KERAS_BACKEND was set to {wanted!r} after the {_process_engine.name} engine had been chosen, so {_process_engine.name} goes on "
            f"computing. Write keras.config.set_backend({wanted!r}) before the first model, or set the variable before Python starts."
        )


@contextlib.contextmanager
def use(name: str) -> Iterator[Any]:
    """Compute on the named engine inside the block (this thread and context only)."""
    token = _context_engine.set(_tell(load(name)))
    try:
        yield _context_engine.get()
    finally:
        _context_engine.reset(token)


class _HostScope(StateScope):
    """Variables are read as NumPy arrays."""

    def __init__(self, engine: Any) -> None:
        super().__init__()
        self.engine = engine

    def read(self, variable: Any) -> Any:
        """The variable's value."""
        value = self.values.get(id(variable))
        return self.engine.to_numpy(variable._value) if value is None else value


@contextlib.contextmanager
def on_host() -> Iterator[None]:
    """Context for small calculations with values that are known, such as a metric's result: where each op would be compiled, NumPy does them."""
    engine = current()
    if not engine.reads_on_host or current_scope() is not None:
        yield
        return
    with use("numpy"), _HostScope(engine):
        yield


def name() -> str:
    """The current engine's name, as `keras.backend.backend()` returns it."""
    check_environment()
    return current().name


def set_backend(backend: str) -> None:
    """Choose the engine for the whole process: 'numpy', or an installed one of 'jax', 'torch', 'tensorflow'.

    Variables belong to the engine that made them: choose before the first model is built.
    """
    set_engine(backend)


# ------------------------------------------------------------------------------------------------- tensors of other engines, devices

_LIBRARIES = {"torch": "torch", "jax": "jax", "jaxlib": "jax", "tensorflow": "tensorflow"}
_AS_ARRAY = {
    "torch": "x.detach().cpu().numpy()",
    "jax": "np.asarray(x), outside of jax.jit and jax.grad",
    "tensorflow": "x.numpy(), outside of tf.function",
}


def converted(x: Any) -> Any:
    """`x` as a tensor of the current engine. A tensor of another library is copied; one that has no numbers to copy is refused.

    A sparse matrix of SciPy comes with its zeros.
    """
    engine = current()
    if hasattr(x, "toarray") and hasattr(x, "nnz"):
        return engine.asarray(x.toarray())
    library = _LIBRARIES.get(type(x).__module__.partition(".")[0])
    if library is None or library == engine.name:
        try:
            return engine.asarray(x)
        except ValueError as error:
            if "inhomogeneous" not in str(error) or not isinstance(x, (list, tuple)):
                raise
            raise ValueError(
                "keras.ops: got a nested list whose rows differ in length. Accepted: rows of one length. Write "
                "keras.utils.pad_sequences(rows)."
            ) from None
    try:
        array = x.__array__()
    except Exception as error:
        raise TypeError(
            f"got a {type(x).__module__.partition('.')[0]} tensor ({type(x).__name__}) on the {engine.name} engine, and it cannot be copied "
            f"({str(error).splitlines()[0]}). Write {_AS_ARRAY[library]}, or compute on its own engine: KERAS_BACKEND={library}."
        ) from None
    return engine.asarray(array)


def moved_text(path: str, made_on: str) -> str:
    """The message for a variable that another engine made."""
    return (
        f"Variable {path!r} was made on the {made_on} engine, and the {current().name} engine computes now. Write "
        f"keras.config.set_backend({made_on!r}), or take the weights along: new = keras.models.clone_model(model); "
        "new.set_weights(model.get_weights())."
    )


def devices_text(name: str, arrays: Any) -> str | None:
    """The message for operands that lie on different devices, None if they do not."""
    places = list(dict.fromkeys(str(x.device) for x in arrays if hasattr(x, "device")))
    if len(places) < 2:
        return None
    move = f'x.to("{places[0]}")' if current().name == "torch" else f'with keras.device("{places[0]}"): x = keras.ops.copy(x)'
    return f"keras.ops.{name}: the operands lie on two devices, {' and '.join(places)}. Write {move} for the others."


def device(device_name: str) -> Any:
    """Context in which new tensors are made on a device.

    Arguments:
        device_name: text, a kind and a number such as "cpu:0" or "gpu:1"; "cpu" and "gpu" mean number 0.
    Raises: ValueError if the current engine has no such device; the message lists those it has.
    Example:
        >>> from keras import ops
        >>> with device("cpu:0"):
        ...     x = ops.ones((2,))

    Source: keras.device of Keras 3.
    """
    if not isinstance(device_name, str):
        raise ValueError(f"keras.device(device_name): got {device_name!r}. Accepted: a text such as 'cpu:0' or 'gpu:0'.")
    return current().device_scope(device_name)


def list_devices(device_type: str | None = None) -> list[str]:
    """The devices of the current engine, such as `["cpu:0"]` or `["gpu:0", "gpu:1"]`.

    Arguments:
        device_type: "cpu", "gpu" or "tpu"; None means the accelerators, or the CPU where there are none.
    Raises: ValueError if `device_type` is none of these.
    Example:
        >>> list_devices("cpu")
        ['cpu:0']

    Source: keras.distribution.list_devices of Keras 3.
    """
    kind = device_type.lower() if isinstance(device_type, str) else device_type
    if kind not in (None, "cpu", "gpu", "tpu"):
        raise ValueError(f"list_devices(device_type): got {device_type!r}. Accepted: 'cpu', 'gpu', 'tpu' or None.")
    found = current().devices()
    if kind is None:
        return [d for d in found if not d.startswith("cpu:")] or found
    return [d for d in found if d.startswith(f"{kind}:")]


def get_device_count(device_type: str | None = None) -> int:
    """How many devices `list_devices` gives.

    Example:
        >>> get_device_count("cpu")
        1

    Source: keras.distribution.get_device_count of Keras 3.
    """
    return len(list_devices(device_type))


def initialize(job_addresses: str | None = None, num_processes: int | None = None, process_id: int | None = None) -> None:
    """Join this process with those of other hosts; call it before anything is computed. Only the JAX engine can.

    Arguments:
        job_addresses: text, addresses of all processes joined by ","; the first one coordinates. None: KERAS_DISTRIBUTION_JOB_ADDRESSES.
        num_processes: int; None: KERAS_DISTRIBUTION_NUM_PROCESSES. process_id: int, 0 coordinates; None: KERAS_DISTRIBUTION_PROCESS_ID.
    Raises: NotImplementedError on an engine that computes on one host.
    Source: keras.distribution.initialize of Keras 3.
    """

    def given(value: Any, name: str) -> Any:
        return os.environ.get(f"KERAS_DISTRIBUTION_{name}") if value is None else value

    count, number = given(num_processes, "NUM_PROCESSES"), given(process_id, "PROCESS_ID")
    current().join_hosts(
        given(job_addresses, "JOB_ADDRESSES"), None if count is None else int(count), None if number is None else int(number)
    )
