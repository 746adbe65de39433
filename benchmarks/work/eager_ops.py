"""Seconds per eager call of an op on a small tensor, beside the array library's own function: what our dispatch costs."""

from __future__ import annotations

import timeit
from collections.abc import Callable
from typing import Any

import numpy as np

import keras
from keras import ops

Call = Callable[[], Any]
CALLS = 300


def _tensors() -> tuple[Any, ...]:
    random = np.random.default_rng(0)
    floats = [ops.convert_to_tensor(random.random(shape, dtype="float32")) for shape in ((4, 8), (4, 8), (8, 8), (1, 4, 8))]
    return *floats, ops.convert_to_tensor(np.array([2, 0, 1], "int32")), ops.convert_to_tensor(random.random((4, 8)) < 0.5)


def _ours(x: Any, y: Any, w: Any, z: Any, rows: Any, chosen: Any) -> dict[str, Call]:
    return {
        "add": lambda: ops.add(x, y),
        "multiply": lambda: ops.multiply(x, y),
        "maximum": lambda: ops.maximum(x, y),
        "power": lambda: ops.power(x, y),
        "exp": lambda: ops.exp(x),
        "tanh": lambda: ops.tanh(x),
        "relu": lambda: ops.relu(x),
        "clip": lambda: ops.clip(x, 0.2, 0.8),
        "cast": lambda: ops.cast(x, "float64"),
        "where": lambda: ops.where(chosen, x, y),
        "matmul": lambda: ops.matmul(x, w),
        "sum": lambda: ops.sum(x, axis=1),
        "mean": lambda: ops.mean(x, axis=1),
        "max": lambda: ops.max(x, axis=1),
        "argmax": lambda: ops.argmax(x, axis=1),
        "softmax": lambda: ops.softmax(x),
        "reshape": lambda: ops.reshape(x, (8, 4)),
        "transpose": lambda: ops.transpose(x),
        "expand_dims": lambda: ops.expand_dims(x, 0),
        "squeeze": lambda: ops.squeeze(z, 0),
        "concatenate": lambda: ops.concatenate([x, y], axis=1),
        "stack": lambda: ops.stack([x, y]),
        "split": lambda: ops.split(x, 2, axis=1),
        "take": lambda: ops.take(x, rows, axis=0),
    }


def _softmax(x: np.ndarray) -> np.ndarray:
    made = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return made / np.sum(made, axis=-1, keepdims=True)


def _native(x: Any, y: Any, w: Any, z: Any, rows: Any, chosen: Any) -> dict[str, Call]:
    """The library's own calls that give the same numbers in the same dtype."""
    on_numpy = keras.backend.backend() == "numpy"
    library: Any = np
    if not on_numpy:
        import torch

        library = torch
    return {
        "add": lambda: library.add(x, y),
        "multiply": lambda: library.multiply(x, y),
        "maximum": lambda: library.maximum(x, y),
        "power": lambda: library.pow(x, y),
        "exp": lambda: library.exp(x),
        "tanh": lambda: library.tanh(x),
        "relu": (lambda: np.maximum(x, 0.0)) if on_numpy else (lambda: library.relu(x)),
        "clip": lambda: library.clip(x, 0.2, 0.8),
        "cast": (lambda: x.astype("float64")) if on_numpy else (lambda: x.to(library.float64)),
        "where": lambda: library.where(chosen, x, y),
        "matmul": lambda: library.matmul(x, w),
        "sum": lambda: library.sum(x, axis=1),
        "mean": lambda: library.mean(x, axis=1),
        "max": (lambda: np.max(x, axis=1)) if on_numpy else (lambda: library.amax(x, 1)),
        "argmax": (lambda: np.argmax(x, axis=1).astype("int32")) if on_numpy else (lambda: library.argmax(x, axis=1).to(library.int32)),
        "softmax": (lambda: _softmax(x)) if on_numpy else (lambda: library.softmax(x, -1)),
        "reshape": lambda: library.reshape(x, (8, 4)),
        "transpose": (lambda: np.transpose(x)) if on_numpy else (lambda: library.permute(x, (1, 0))),
        "expand_dims": (lambda: np.expand_dims(x, 0)) if on_numpy else (lambda: library.unsqueeze(x, 0)),
        "squeeze": lambda: library.squeeze(z, 0),
        "concatenate": lambda: library.concatenate([x, y], axis=1),
        "stack": lambda: library.stack([x, y]),
        "split": (lambda: np.split(x, 2, axis=1)) if on_numpy else (lambda: library.split(x, 4, 1)),
        "take": (lambda: np.take(x, rows, axis=0)) if on_numpy else (lambda: library.index_select(x, 0, rows)),
    }


def overhead(rounds: int) -> dict[str, list[float]]:
    """For each op the seconds per call of ours and of the library's, in turn, and their difference in each round."""
    tensors = _tensors()
    ours, native = _ours(*tensors), _native(*tensors)
    found: dict[str, list[float]] = {}
    for name, call in ours.items():
        pair = timeit.Timer(call), timeit.Timer(native[name])
        for timer in pair:
            timer.timeit(CALLS)
        taken = [[timer.timeit(CALLS) / CALLS for timer in pair] for _ in range(rounds)]
        found[f"{name}_ours"], found[f"{name}_native"] = [a for a, _ in taken], [b for _, b in taken]
        found[name] = [a - b for a, b in taken]
    return found
