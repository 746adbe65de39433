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


def _tensors() -> tuple[Any, Any, Any]:
    random = np.random.default_rng(0)
    return tuple(ops.convert_to_tensor(random.random(shape, dtype="float32")) for shape in ((4, 8), (4, 8), (8, 8)))


def _ours(x: Any, y: Any, w: Any) -> dict[str, Call]:
    return {
        "add": lambda: ops.add(x, y),
        "multiply": lambda: ops.multiply(x, y),
        "maximum": lambda: ops.maximum(x, y),
        "exp": lambda: ops.exp(x),
        "relu": lambda: ops.relu(x),
        "matmul": lambda: ops.matmul(x, w),
        "sum": lambda: ops.sum(x, axis=1),
        "mean": lambda: ops.mean(x, axis=1),
        "softmax": lambda: ops.softmax(x),
        "reshape": lambda: ops.reshape(x, (8, 4)),
        "concatenate": lambda: ops.concatenate([x, y], axis=1),
    }


def _softmax(x: np.ndarray) -> np.ndarray:
    made = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return made / np.sum(made, axis=-1, keepdims=True)


def _native(x: Any, y: Any, w: Any) -> dict[str, Call]:
    if keras.backend.backend() == "numpy":
        library: Any = np
        relu, softmax = (lambda: np.maximum(x, 0.0)), (lambda: _softmax(x))
    else:
        import torch

        library = torch
        relu, softmax = (lambda: torch.relu(x)), (lambda: torch.softmax(x, -1))
    return {
        "add": lambda: library.add(x, y),
        "multiply": lambda: library.multiply(x, y),
        "maximum": lambda: library.maximum(x, y),
        "exp": lambda: library.exp(x),
        "relu": relu,
        "matmul": lambda: library.matmul(x, w),
        "sum": lambda: library.sum(x, axis=1),
        "mean": lambda: library.mean(x, axis=1),
        "softmax": softmax,
        "reshape": lambda: library.reshape(x, (8, 4)),
        "concatenate": lambda: library.concatenate([x, y], axis=1),
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
