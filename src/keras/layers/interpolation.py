"""Values between places: resampling along one axis as a product with a fixed matrix."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from keras.ops.contraction import tensordot
from keras.ops.elementwise import cast, dtype_of
from keras.ops.shaping import moveaxis, repeat, shape_of


def _cubic(distance: np.ndarray) -> np.ndarray:
    """Keys' cubic with a = -0.5."""
    near = ((1.5 * distance - 2.5) * distance) * distance + 1.0
    far = ((-0.5 * distance + 2.5) * distance - 4.0) * distance + 2.0
    return np.where(distance < 1.0, near, np.where(distance < 2.0, far, 0.0))


def _lanczos(distance: np.ndarray, radius: float) -> np.ndarray:
    return np.where(distance < radius, np.sinc(distance) * np.sinc(distance / radius), 0.0)


_KERNELS = {
    "bilinear": lambda d: np.maximum(0.0, 1.0 - d),
    "bicubic": _cubic,
    "lanczos3": lambda d: _lanczos(d, 3.0),
    "lanczos5": lambda d: _lanczos(d, 5.0),
}


@functools.lru_cache(maxsize=64)
def interpolation_matrix(size: int, count: int, kind: str) -> np.ndarray:
    """Weights (size, count): how much each input counts for each output; centres of places are half a step inside."""
    places = (np.arange(count) + 0.5) * size / count - 0.5
    weights = _KERNELS[kind](np.abs(places[None, :] - np.arange(size)[:, None]))
    return weights / weights.sum(axis=0, keepdims=True)


def interpolated(x: Any, axis: int, times: int, kind: str) -> Any:
    """`x` with `times` as many places along `axis`."""
    size = shape_of(x)[axis]
    if not isinstance(size, int):  # a symbol without numbers: only the shape matters
        return repeat(x, times, axis=axis)
    weights = cast(interpolation_matrix(size, size * times, kind), dtype_of(x))
    return moveaxis(tensordot(x, weights, axes=[[axis], [0]]), -1, axis)
