"""Initializers without randomness: zeros, ones, a constant, the identity matrix, Fourier kernels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from keras.core.errors import suggestion
from keras.initializers.base import Initializer


class Zeros(Initializer):
    """Zeros in the shape of the weight.

    Example:
        >>> keras.initializers.Zeros()((2,))
        array([0., 0.], dtype=float32)
    Source: keras.initializers.Zeros of Keras 3.
    """

    def values(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        """Zeros of that shape."""
        return np.zeros(shape, np.float32)


class Ones(Initializer):
    """Ones in the shape of the weight.

    Example:
        >>> keras.initializers.Ones()((2,))
        array([1., 1.], dtype=float32)
    Source: keras.initializers.Ones of Keras 3.
    """

    def values(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        """Ones of that shape."""
        return np.ones(shape, np.float32)


class Constant(Initializer):
    """One value everywhere, or an array broadcast to the shape.

    Arguments:
        value: number, nested list or array that broadcasts to the shape. Default 0.0.
    Example:
        >>> keras.initializers.Constant(3.0)((2,))
        array([3., 3.], dtype=float32)
    Source: keras.initializers.Constant of Keras 3.
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def values(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        """The constant in that shape."""
        value = np.asarray(self.value)
        try:
            return np.broadcast_to(value, shape)
        except ValueError:
            raise ValueError(
                f"Constant(value): got an array of shape {value.shape}, which does not broadcast to the shape {shape} of the weight."
            ) from None

    def get_config(self) -> dict[str, Any]:
        """The value, as a plain number or list."""
        return {"value": self.value.tolist() if hasattr(self.value, "tolist") else self.value}


class Identity(Initializer):
    """The identity matrix times `gain`: gain where i = j, else 0.

    Arguments:
        gain: float, the value on the diagonal. Default 1.0.
    Raises: ValueError when called with a shape that is no matrix's.
    Example:
        >>> keras.initializers.Identity()((2, 2))
        array([[1., 0.],
               [0., 1.]], dtype=float32)
    Source: keras.initializers.Identity of Keras 3.
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def values(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        """The matrix."""
        if len(shape) != 2:
            raise ValueError(f"Identity(shape): got {shape}, which has {len(shape)} axes. Accepted: a matrix. Write Identity()((3, 3)).")
        return self.gain * np.eye(*shape)


class STFT(Initializer):
    """Kernels of a one-dimensional convolution that computes a short-time Fourier transform, its real or its imaginary part.

    real: w[t] * cos(2 pi t k / n), imag: -w[t] * sin(2 pi t k / n), with n = 2 * (bins - 1)

    Arguments:
        side: 'real' or 'imag'. Default 'real'.
        window: 'hann', 'hamming', 'blackman', 'bartlett', another name of `scipy.signal.windows`, an array, or None for none.
            Default 'hann'.
        scaling: 'density' (the window's squares sum to 1), 'spectrum' (it sums to 1), or None. Default 'density'.
        periodic: bool, whether the window is one period of a repeating one. Default False.
    Raises: ValueError for another side or scaling, or when called with a shape that is not (frame length, 1, bins).
    Example:
        >>> keras.initializers.STFT(window=None, scaling=None)((3, 1, 2))[:, 0]
        array([[ 1.,  1.],
               [ 1., -1.],
               [ 1.,  1.]], dtype=float32)
    Source: Allen and Rabiner 1977; keras.initializers.STFT of Keras 3.
    """

    def __init__(self, side: str = "real", window: Any = "hann", scaling: str | None = "density", periodic: bool = False) -> None:
        if side not in ("real", "imag"):
            raise ValueError(f"STFT(side): got {side!r}. Accepted: 'real' or 'imag'.")
        if scaling not in ("density", "spectrum", None):
            raise ValueError(f"STFT(scaling): got {scaling!r}. Accepted: 'density', 'spectrum' or None.")
        self.side = side
        self.window = window
        self.scaling = scaling
        self.periodic = periodic

    def values(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        """Kernels of shape (frame length, 1, bins)."""
        if len(shape) != 3 or shape[1] != 1 or shape[2] < 2:
            raise ValueError(f"STFT(shape): got {shape}. Accepted: (frame length, 1, bins) with bins > 1. Write STFT()((256, 1, 129)).")
        length, _, bins = shape
        angle = 2 * math.pi * np.outer(np.arange(length), np.arange(bins)) / (2 * (bins - 1))
        kernel = np.cos(angle) if self.side == "real" else -np.sin(angle)
        return (kernel * self._window_values(length)[:, None]).reshape(shape)

    def _window_values(self, length: int) -> np.ndarray:
        if self.window is None:
            window = np.ones(length)
        elif isinstance(self.window, str):
            window = _named_window(self.window, length + 1)[:-1] if self.periodic else _named_window(self.window, length)
        else:
            window = np.asarray(self.window, np.float64)
            if window.shape != (length,):
                raise ValueError(f"STFT(window): got an array of shape {window.shape}, but the frame length is {length}.")
        if self.scaling == "density":
            return window / math.sqrt(np.sum(np.square(window)))
        return window / np.sum(window) if self.scaling == "spectrum" else window


_WINDOWS = {"hann": np.hanning, "hamming": np.hamming, "blackman": np.blackman, "bartlett": np.bartlett, "boxcar": np.ones}


def _named_window(name: str, length: int) -> np.ndarray:
    if name in _WINDOWS:
        return _WINDOWS[name](length)
    try:
        from scipy.signal import windows
    except ImportError:
        known = ", ".join(map(repr, _WINDOWS))
        raise ValueError(
            f"STFT(window): got {name!r}.{suggestion(name, _WINDOWS)} Without SciPy: {known}. For others: pip install scipy."
        ) from None
    return windows.get_window(name, length, fftbins=False)
