"""Which engine computes: the process-wide choice, its default, and the context that tests use to hold several at once."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import sys
import warnings
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from keras.core import config
from keras.core.state import StateScope, current_scope

ENGINES = ("numpy", "jax", "torch", "tensorflow")
_INSTALL = {"jax": "jax", "torch": "torch", "tensorflow": "tensorflow"}
_TENSORFLOW_NAMES = ("keras._tf_keras.keras", "tensorflow.keras")
"""Modules that exist once somebody has asked TensorFlow for its Keras."""
_GONE = ("theano", "cntk", "mxnet", "plaidml", "openvino")

_process_engine: Any = None
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
    warnings.warn(
        f'{path} names an engine that cannot be used: {problem} "{used}" is used. Write "backend": "{used}" in that file.', stacklevel=2
    )
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
        return f"backend: got {name!r}. Accepted: {', '.join(map(repr, ENGINES))}. {mend}"
    if importlib.util.find_spec(f"keras.engines.{name}") is None:
        return f"backend: {name!r} is not served by this version yet. {mend}"
    if name in _INSTALL and importlib.util.find_spec(name) is None:
        return f"backend: {name!r} is not installed. Run: pip install keras[{_INSTALL[name]}]"
    return None


def load(name: str) -> Any:
    """The engine of that name, its array library imported."""
    problem = _problem_with(name)
    if problem is not None:
        raise (ImportError if name in ENGINES else ValueError)(problem)
    return importlib.import_module(f"keras.engines.{name}").engine


def set_engine(name: str) -> Any:
    """Choose the engine for the whole process and return it."""
    global _process_engine
    _process_engine = load(name)
    return _process_engine


@contextlib.contextmanager
def use(name: str) -> Iterator[Any]:
    """Compute on the named engine inside the block (this thread and context only)."""
    token = _context_engine.set(load(name))
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
    return current().name


def set_backend(backend: str) -> None:
    """Choose the engine for the whole process: 'numpy', or an installed one of 'jax', 'torch', 'tensorflow'.

    Variables belong to the engine that made them: choose before the first model is built.
    """
    set_engine(backend)
