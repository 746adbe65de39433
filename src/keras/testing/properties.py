"""What can be said of values, symbols and gradients: shared by `check_layer` and by the library's own tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from keras.core import tree
from keras.ops.control import value_and_grad
from keras.ops.tensors import convert_to_numpy


def flat(results: Any) -> list[Any]:
    """The outputs one after another, without those that are None."""
    return [y for y in tree.flatten(results) if y is not None]


def arrays(results: Any) -> list[np.ndarray]:
    """The outputs as arrays of their own."""
    return [np.array(convert_to_numpy(y)) for y in flat(results)]


def fits(spec: Any, value: np.ndarray) -> bool:
    """Whether a symbol's shape and dtype allow the value's."""
    return (
        len(spec.shape) == value.ndim
        and all(n in (None, m) for n, m in zip(spec.shape, value.shape, strict=True))
        and spec.dtype == value.dtype.name
    )


def slopes(function: Callable[[Any], Any], start: Any, directions: list[Any], step: float = 1e-6) -> list[tuple[float, float]]:
    """The slope of a function along each direction: by its gradient, and by central differences.

    Arguments:
        function: from a nest of float64 arrays to one number.
        start: where it is differentiated.
        directions: nests like `start`.
        step: how far the differences reach to both sides.
    Returns: pairs (by gradient, by differences).
    """
    _, gradient = value_and_grad(function)(start)
    found = []
    for direction in directions:
        pairs = zip(tree.flatten(gradient), tree.flatten(direction), strict=True)
        slope = sum(float(np.sum(np.asarray(convert_to_numpy(g)) * d)) for g, d in pairs if g is not None)
        moved = [tree.map_structure(lambda p, d, s=s: p + s * step * d, start, direction) for s in (1, -1)]
        up, down = (float(convert_to_numpy(function(m))) for m in moved)
        found.append((slope, (up - down) / (2 * step)))
    return found
