"""Fourier transforms, short-time spectra, correlation. Complex numbers of the transforms are pairs (real part, imaginary part)."""

# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras.core import dims as D
from keras.core import dtypes, engine
from keras.core.dims import Size
from keras.core.families import custom, floating, unary
from keras.core.op import op, primitive
from keras.core.tensor import Spec
from keras.ops.contraction import matmul
from keras.ops.elementwise import (
    abs, add, cast, divide, dtype_of, exp, greater, less, multiply, negative, ones_of, rsqrt, select, square, zeros_of,
)  # fmt: skip
from keras.ops.indexing import add_at, take_along
from keras.ops.shaping import (
    broadcast_to, concatenate, flip, ones, pad, pad_constant, reshape, shape_of, slice_along, swapaxes, zeros, zeros_like,
)  # fmt: skip
from keras.ops.tensors import conj

Tensor = Any
Pair = tuple[Tensor, Tensor]


def _fourier_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[tuple[Spec, Spec], dict[str, Any]]:
    spec = Spec(inputs[0].dims, inputs[0].dtype)
    return (spec, spec), attributes


def _fourier_gradient(g: Any, y: Any, real: Tensor, imag: Tensor, inverse: bool) -> Pair:
    n = float(shape_of(real)[-1])  # type: ignore[arg-type]
    factor = 1.0 / n if inverse else n
    parts = fourier(g[0], g[1], inverse=not inverse)
    return multiply(parts[0], factor), multiply(parts[1], factor)


@primitive(custom(_fourier_rule, operands=2, promote=floating), vjp=_fourier_gradient, category="internal")
def fourier(real: Tensor, imag: Tensor, inverse: bool) -> Pair:
    """The discrete Fourier transform over the last axis; the inverse one divides by its size."""


def _pair(name: str, x: Any) -> Pair:
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise ValueError(f"keras.ops.{name}(x): got {type(x).__name__}. Accepted: a pair (real part, imaginary part).")
    real, imag = shape_of(x[0]), shape_of(x[1])
    if not real or len(real) != len(imag) or any(D.unify(m, n) is None for m, n in zip(real, imag, strict=True)):
        raise ValueError(
            f"keras.ops.{name}(x): the parts have shapes {D.display(real)} and {D.display(imag)}. Accepted: "
            "equal shapes with at least one axis."
        )
    return x[0], x[1]


def _over_both(x: Pair, inverse: bool) -> Pair:
    first = fourier(*x, inverse=inverse)
    turned = fourier(*(swapaxes(part, -1, -2) for part in first), inverse=inverse)
    return swapaxes(turned[0], -1, -2), swapaxes(turned[1], -1, -2)


@op(category="math", operands=0)
def fft(x: Pair) -> Pair:
    """The discrete Fourier transform over the last axis: y[k] = sum over n of x[n] * exp(-2 pi i k n / N).
    Arguments:
        x: pair (real part, imaginary part) of tensors of one shape (..., N).
    Returns: pair (real part, imaginary part) of float tensors in that shape.
    Raises: ValueError if `x` is no pair or the shapes differ.
    Source: numpy.fft.fft.
    >>> keras.ops.fft(([1.0, 2.0], [0.0, 0.0]))
    (array([ 3., -1.], dtype=float32), array([0., 0.], dtype=float32))"""
    return fourier(*_pair("fft", x), inverse=False)


@op(category="math", operands=0)
def fft2(x: Pair) -> Pair:
    """The discrete Fourier transform over the last two axes.
    Arguments:
        x: pair (real part, imaginary part) of tensors of one shape (..., M, N).
    Returns: pair (real part, imaginary part) of float tensors in that shape.
    Source: numpy.fft.fft2.
    >>> keras.ops.fft2((np.ones((2, 2)), np.zeros((2, 2))))[0]
    array([[4., 0.],
           [0., 0.]])"""
    return _over_both(_pair("fft2", x), inverse=False)


@op(category="math", operands=0)
def ifft2(x: Pair) -> Pair:
    """The inverse of `fft2`: the transform with the opposite sign in the exponent, over M * N.
    Arguments:
        x: pair (real part, imaginary part) of tensors of one shape (..., M, N).
    Returns: pair (real part, imaginary part) of float tensors in that shape.
    Source: numpy.fft.ifft2.
    >>> keras.ops.ifft2((np.array([[4.0, 0.0], [0.0, 0.0]]), np.zeros((2, 2))))[0]
    array([[1., 1.],
           [1., 1.]])"""
    return _over_both(_pair("ifft2", x), inverse=True)


def _sized(x: Tensor, size: int) -> Tensor:
    """`x` with its last axis cut or filled with zeros to `size`."""
    axis = len(shape_of(x)) - 1
    n = shape_of(x)[-1]
    if isinstance(n, int) and n < size:
        return pad_constant(x, ((0, 0),) * axis + ((0, size - n),))
    return slice_along(x, axis, 0, size) if n != size else x


@op(category="math")
def rfft(x: Tensor, fft_length: int | None = None) -> Pair:
    """The first half of the Fourier transform of real numbers, N // 2 + 1 elements; the rest follows by symmetry.
    Arguments:
        x: tensor of real numbers, shape (..., n).
        fft_length: int N > 0: the last axis is cut or filled with zeros to it. Default None: n.
    Returns: pair (real part, imaginary part) of float tensors, shape (..., N // 2 + 1).
    Source: numpy.fft.rfft.
    >>> keras.ops.rfft([1.0, 2.0, 3.0, 4.0])
    (array([10., -2., -2.], dtype=float32), array([0., 2., 0.], dtype=float32))"""
    x = cast(x, dtypes.to_floating(dtype_of(x)))
    size = shape_of(x)[-1] if fft_length is None else int(fft_length)
    if isinstance(size, int) and size < 1:
        raise ValueError(f"keras.ops.rfft(fft_length): got {size} elements. Accepted: at least 1.")
    x = x if fft_length is None else _sized(x, size)  # type: ignore[arg-type]
    parts = fourier(x, zeros_like(x), inverse=False)
    axis = len(shape_of(x)) - 1
    return slice_along(parts[0], axis, 0, size // 2 + 1), slice_along(parts[1], axis, 0, size // 2 + 1)


@op(category="math", operands=0)
def irfft(x: Pair, fft_length: int | None = None) -> Tensor:
    """The real numbers whose `rfft` is `x`.
    Arguments:
        x: pair (real part, imaginary part) of tensors of one shape (..., m).
        fft_length: int > 0, how many real numbers. Default None: the even number 2 * (m - 1).
    Returns: float tensor, shape (..., fft_length).
    Source: numpy.fft.irfft.
    >>> keras.ops.irfft(([10.0, -2.0, -2.0], [0.0, 2.0, 0.0]))
    array([1., 2., 3., 4.], dtype=float32)"""
    real, imag = _pair("irfft", x)
    half = shape_of(real)[-1]
    size: Size = 2 * (half - 1) if fft_length is None else int(fft_length)
    if isinstance(size, int) and size < 1:
        raise ValueError(f"keras.ops.irfft(fft_length): got {size} elements. Accepted: at least 1.")
    if not isinstance(size, int):
        raise ValueError("keras.ops.irfft: the size of the last axis must be known. Write fft_length=n.")
    kept = size // 2 + 1
    real, imag = _sized(real, kept), _sized(imag, kept)
    axis = len(shape_of(real)) - 1
    # the first (and for an even number the last) element has no imaginary part: its counterpart is itself
    inner = np.ones(kept)
    inner[0] = 0.0
    inner[-1] = 0.0 if size % 2 == 0 else 1.0
    imag = multiply(imag, engine.current().asarray(inner, dtype_of(imag)))
    tails = [flip(slice_along(part, axis, 1, size - kept + 1), axis=axis) for part in (real, imag)]
    return fourier(concatenate([real, tails[0]], axis=axis), concatenate([imag, negative(tails[1])], axis=axis), inverse=True)[0]


@op(category="math")
def extract_sequences(x: Tensor, sequence_length: int, sequence_stride: int) -> Tensor:
    """Overlapping sequences of the last axis, each starting `sequence_stride` elements after the one before.
    Arguments:
        x: tensor, shape (..., n).
    Returns: tensor, shape (..., (n - sequence_length) // sequence_stride + 1, sequence_length), of the dtype of `x`.
    Raises: ValueError if the size of the last axis is unknown.
    Source: keras.ops.extract_sequences of Keras 3, tf.signal.frame.
    >>> keras.ops.extract_sequences([1, 2, 3, 4, 5], 3, 2)
    array([[1, 2, 3],
           [3, 4, 5]], dtype=int32)"""
    n = shape_of(x)[-1]
    if not isinstance(n, int):
        raise ValueError("keras.ops.extract_sequences: the size of the last axis must be known. Write a shape with a number for it.")
    count = max((n - sequence_length) // sequence_stride + 1, 0)
    places = np.arange(count)[:, None] * sequence_stride + np.arange(sequence_length)
    return take_along(x, engine.current().asarray(places, "int32"), axis=len(shape_of(x)) - 1)


def _window(window: Any, length: int, size: int, dtype: str) -> Tensor:
    """A periodic window of `length` places in the middle of `size`; None gives ones everywhere."""
    if window is None:
        return ones((size,), dtype=dtype)
    if isinstance(window, str):
        if window not in ("hann", "hamming"):
            raise ValueError(f"keras.ops.stft(window): got {window!r}. Accepted: 'hann', 'hamming', a tensor or None.")
        edge = 0.5 if window == "hann" else 0.54
        window = edge - (1 - edge) * np.cos(2 * np.pi * np.arange(length) / length)
    values = cast(window, dtype)
    if shape_of(values) != (length,):
        raise ValueError(
            f"keras.ops.stft(window): got shape {shape_of(values)}. Accepted: ({length},), one number for each place of a sequence."
        )
    before = (size - length) // 2
    return pad_constant(values, ((before, size - length - before),))


@op(category="math")
def stft(x: Tensor, sequence_length: int, sequence_stride: int, fft_length: int, window: Any = "hann", center: bool = True) -> Pair:
    """The short-time Fourier transform: the `rfft` of each sequence of the last axis times a window.
    Arguments:
        x: tensor of real numbers, shape (..., n).
        fft_length: int >= sequence_length; the window stands in the middle of as many elements.
    Returns: pair (real part, imaginary part) of float tensors, shape (..., sequences, fft_length // 2 + 1).
    Raises: ValueError if `fft_length` is less than `sequence_length`, or for an unknown window.
    Source: Allen and Rabiner 1977; scipy.signal.stft.
    >>> real, imag = keras.ops.stft([1.0, -1.0, 1.0, -1.0, 1.0, -1.0], 4, 2, 4, window=None, center=False)
    >>> real
    array([[0., 0., 4.],
           [0., 0., 4.]], dtype=float32)"""
    if fft_length < sequence_length:
        raise ValueError(f"keras.ops.stft(fft_length): got {fft_length}. Accepted: at least sequence_length, {sequence_length}.")
    x = cast(x, dtypes.to_floating(dtype_of(x)))
    if center:
        x = pad(x, ((0, 0),) * (len(shape_of(x)) - 1) + ((fft_length // 2, fft_length // 2),), mode="reflect")
    sequences = extract_sequences(x, fft_length, sequence_stride)
    return rfft(multiply(sequences, _window(window, sequence_length, fft_length, dtype_of(x))), fft_length)


@op(category="math", operands=0)
def istft(
    x: Pair,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> Tensor:
    """The signal whose `stft` is `x`: windowed sequences are added up and divided by the sum of the squared windows.
    Arguments:
        x: pair (real part, imaginary part) of tensors of one shape (..., sequences, fft_length // 2 + 1).
        fft_length: int, the one of the `stft`.
        length: int, how many elements. Default None: as many as the sequences cover.
        center: bool, the one of the `stft`: whether half a sequence was added at both ends.
    Returns: float tensor, shape (..., length).
    Source: Griffin and Lim 1984, equation 6; scipy.signal.istft.
    >>> keras.ops.round(keras.ops.istft(keras.ops.stft(np.arange(8.0), 4, 2, 4), 4, 2, 4), 3)
    array([0., 1., 2., 3., 4., 5., 6., 7.])"""
    sequences = irfft(x, fft_length)
    dtype = dtype_of(sequences)
    shape = shape_of(sequences)
    count = shape[-2]
    if not isinstance(count, int):
        raise ValueError("keras.ops.istft: the number of sequences must be known.")
    win = _window(window, sequence_length, fft_length, dtype)
    total = fft_length + (count - 1) * sequence_stride
    places = (np.arange(count)[:, None] * sequence_stride + np.arange(fft_length)).reshape(-1)
    flat = reshape(multiply(sequences, win), (*shape[:-2], count * fft_length))
    start = pad_constant(multiply(slice_along(flat, len(shape) - 2, 0, 0), 1.0), ((0, 0),) * (len(shape) - 2) + ((0, total),))
    at = engine.current().asarray(places, "int32")
    added = add_at(start, at, flat, axis=len(shape) - 2)
    squares = reshape(broadcast_to(square(win), (count, fft_length)), (-1,))
    weight = add_at(zeros((total,), dtype=dtype), at, squares, axis=0)
    if window is None:  # so scaled by Keras on JAX
        weight = multiply(weight, sequence_stride / fft_length)
    covered = greater(weight, 1e-11)
    found = select(covered, divide(added, select(covered, weight, ones_of(weight))), zeros_of(weight))
    first = fft_length // 2 if center else 0
    last = first + length if length is not None else total - first
    return slice_along(found, len(shape) - 2, first, last)


# -------------------------------------------------------------------------------------------- correlation, Bessel function


@op(operands=2)
def correlate(x1: Tensor, x2: Tensor, mode: str = "valid") -> Tensor:
    """The cross-correlation of two vectors: c[k] = sum over n of x1[n + k] * conj(x2[n]), zeros outside.
    Arguments:
        x1, x2: vectors of m and n elements.
        mode: 'valid' for whole overlaps only, 'same' for max(m, n) places in the middle, 'full' for all m + n - 1 places.
    Returns: vector of the common dtype.
    Raises: ValueError for other ranks or an unknown mode.
    >>> keras.ops.correlate([1.0, 2.0, 3.0], [0.0, 1.0, 0.5])
    array([3.5], dtype=float32)"""
    if mode not in ("valid", "same", "full"):
        raise ValueError(f"keras.ops.correlate(mode): got {mode!r}. Accepted: 'valid', 'same' or 'full'.")
    first, second = shape_of(x1), shape_of(x2)
    if len(first) != 1 or len(second) != 1 or 0 in (*first, *second):
        raise ValueError(
            f"keras.ops.correlate: got shapes {D.display(first)} and {D.display(second)}. Accepted: two vectors with elements."
        )
    dtype = dtypes.result_type(dtype_of(x1), dtype_of(x2))
    dtype = dtype if dtype in dtypes.COMPLEX else dtypes.to_floating(dtype)
    m, n = first[0], second[0]
    if not isinstance(m, int) or not isinstance(n, int):
        raise ValueError("keras.ops.correlate: the sizes of both vectors must be known.")
    a, b = cast(x1, dtype), cast(x2, dtype)
    if m < n:
        return flip(conj(_correlation(b, a, n, m, mode)), axis=0)
    return _correlation(a, b, m, n, mode)


def _correlation(a: Tensor, b: Tensor, m: int, n: int, mode: str) -> Tensor:
    low, high = {"valid": (0, 0), "same": (n // 2, n - n // 2 - 1), "full": (n - 1, n - 1)}[mode]
    padded = concatenate([zeros_like(slice_along(b, 0, 0, low)), a, zeros_like(slice_along(b, 0, 0, high))], axis=0)
    places = np.arange(m + low + high - n + 1)[:, None] + np.arange(n)
    return matmul(take_along(padded, engine.current().asarray(places, "int32"), axis=0), conj(b))


@op(family=unary(floating))
def i0(x: Tensor) -> Tensor:
    """The modified Bessel function of the first kind of order 0: the sum over k of (x / 2)^(2 k) / (k!)^2.
    Source: Abramowitz and Stegun 1964, 9.6.12 and, for large x, 9.7.1; numpy.i0.
    >>> keras.ops.i0([0.0, 1.0])
    array([1.    , 1.2661], dtype=float32)"""
    own = dtypes.to_floating(dtype_of(x))
    x = cast(x, "float64" if own == "float64" else "float32")
    border, terms, far_terms = (20.0, 42, 20) if own == "float64" else (12.0, 24, 10)
    size = abs(x)
    near = less(size, border)
    quarter = multiply(square(select(near, x, zeros_of(x))), 0.25)
    series = ones_of(x)
    for k in range(terms, 0, -1):
        series = add(multiply(multiply(quarter, 1.0 / (k * k)), series), 1.0)
    far = select(near, multiply(ones_of(x), border), size)
    eighth = divide(0.125, far)
    tail = ones_of(x)
    for k in range(far_terms, 0, -1):
        tail = add(multiply(multiply(eighth, (2 * k - 1) ** 2 / k), tail), 1.0)
    half = exp(multiply(far, 0.5))  # its square overflows before the result does
    return cast(select(near, series, multiply(multiply(multiply(tail, multiply(rsqrt(far), 0.3989422804014327)), half), half)), own)
