"""Tensors made from a few numbers: evenly spaced values, triangles, window functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras.core import dims as D
from keras.core import dtypes, engine
from keras.core.graph import dtype_name
from keras.core.op import as_operand, op
from keras.ops.elementwise import abs, add, cast, divide, dtype_of, exp, log, multiply, power, sign, subtract
from keras.ops.shaping import arange, expand_dims, eye, moveaxis, reshape, shape_of, zeros, zeros_like

Tensor = Any


def _kind(x: Any) -> Any:
    return type(x) if isinstance(x, (bool, int, float)) else dtype_name(as_operand(x))


@op(operands=2)
def linspace(
    start: Tensor, stop: Tensor, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None, axis: int = 0
) -> Any:
    """Evenly spaced numbers from `start` to `stop`: start + i * (stop - start) / (num - 1), or / num without the endpoint.
    Arguments:
        retstep: bool, whether to return (numbers, step).
        dtype: name of the dtype of what comes out. Default None: the operands' common dtype if that is a float, else the default float.
        axis: int, where the new axis stands if start or stop are tensors.
    Returns: tensor, shape (num, *shape of start and stop) with the new axis moved to `axis`.
    >>> keras.ops.linspace(0.0, 1.0, 5)
    array([0.  , 0.25, 0.5 , 0.75, 1.  ], dtype=float32)"""
    if num < 0:
        raise ValueError(f"keras.ops.linspace(num): got {num}. Accepted: an integer >= 0.")
    kind = dtypes.to_floating(dtypes.result_type(_kind(start), _kind(stop)))
    wide = dtypes.standardize(dtype) if dtype is not None and dtypes.is_float(dtypes.standardize(dtype)) else kind
    parts = (num - 1) if endpoint else num
    fractions = np.arange(num) / max(parts, 1)
    a, b = cast(start, wide), cast(stop, wide)
    span = subtract(b, a)
    count = len(shape_of(span))
    t = engine.current().asarray(fractions.reshape((num, *(1,) * count)), wide)
    back = engine.current().asarray((1 - fractions).reshape((num, *(1,) * count)), wide)
    y = add(multiply(a, back), multiply(b, t))  # both ends come out exactly
    y = moveaxis(y, 0, axis) if count else y
    y = y if dtype is None else cast(y, dtype)
    return (y, divide(span, float(parts)) if parts > 0 else multiply(span, float("nan"))) if retstep else y


@op(operands=2)
def logspace(start: Tensor, stop: Tensor, num: int = 50, endpoint: bool = True, base: Any = 10, dtype: Any = None, axis: int = 0) -> Tensor:
    """`base` to the power of evenly spaced numbers from `start` to `stop`.
    Arguments:
        start: number or tensor, the first exponent.
        stop: number or tensor of a shape that broadcasts with `start`, the last exponent.
        base: number > 0.
        dtype: name of the dtype of what comes out. Default None: the operands' common dtype if that is a float, else the default float.
        axis: int, where the new axis stands if start or stop are tensors.
    Returns: tensor, shape (num, *shape of start and stop) with the new axis moved to `axis`.
    >>> keras.ops.logspace(0.0, 2.0, 3)
    array([  1.,  10., 100.], dtype=float32)"""
    exponents = linspace(start, stop, num, endpoint, axis=axis)
    y = power(cast(base, dtype_of(exponents)), exponents)
    return y if dtype is None else cast(y, dtype)


@op(operands=2)
def geomspace(start: Tensor, stop: Tensor, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Tensor:
    """Numbers from `start` to `stop`, each the same multiple of the one before.
    Arguments:
        start: number or tensor, the first value, not 0.
        stop: number or tensor of a shape that broadcasts with `start`, the last value, of the same sign.
        dtype: name of the dtype of what comes out. Default None: the operands' common dtype if that is a float, else the default float.
        axis: int, where the new axis stands if start or stop are tensors.
    Returns: tensor, shape (num, *shape of start and stop) with the new axis moved to `axis`.
    >>> keras.ops.geomspace(1.0, 8.0, 4)
    array([1., 2., 4., 8.], dtype=float32)"""
    kind = dtypes.to_floating(dtypes.result_type(_kind(start), _kind(stop)))
    a, b = cast(start, kind), cast(stop, kind)
    exponents = linspace(log(abs(a)), log(abs(b)), num, endpoint, axis=axis)
    side = sign(a)
    y = multiply(exp(exponents), expand_dims(side, axis) if shape_of(side) else side)
    return y if dtype is None else cast(y, dtype)


@op(operands=0)
def identity(n: int, dtype: Any = None) -> Tensor:
    """The identity matrix: ones on the diagonal, zeros elsewhere.
    Arguments:
        n: int, the numbers of rows and columns.
    Returns: tensor, shape (n, n).
    >>> keras.ops.identity(2)
    array([[1., 0.],
           [0., 1.]], dtype=float32)"""
    return eye(n, dtype=dtype)


@op(operands=0)
def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """A matrix with ones on and below the diagonal `k`, and zeros above.
    Returns: tensor, shape (N, M).
    >>> keras.ops.tri(3, 4)
    array([[1., 0., 0., 0.],
           [1., 1., 0., 0.],
           [1., 1., 1., 0.]], dtype=float32)"""
    return engine.current().asarray(np.tri(N, M, k), dtypes.standardize(dtype))


@op(operands=0)
def empty(shape: Any, dtype: Any = None) -> Tensor:
    """A tensor whose content does not matter (here: zeros).
    >>> keras.ops.empty((2, 3)).shape
    (2, 3)"""
    return zeros(shape, dtype)


@op()
def empty_like(x: Tensor, dtype: Any = None) -> Tensor:
    """A tensor in the shape of `x` whose content does not matter (here: zeros).
    Arguments:
        dtype: name of a dtype. Default None: that of `x`.
    Returns: tensor in the shape of `x`.
    >>> keras.ops.empty_like([[1, 2]]).shape
    (1, 2)"""
    return zeros_like(x, dtype)


@op()
def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """The powers of each element of a vector as rows, the Vandermonde matrix: x^(N-1), ..., x, 1.
    Arguments:
        x: vector of n elements.
        N: int, the number of columns. Default None: n.
        increasing: bool, whether the powers go the other way round: 1, x, ..., x^(N-1).
    Returns: tensor, shape (n, N), of the dtype of `x`.
    >>> keras.ops.vander([2, 3], 3)
    array([[4, 2, 1],
           [9, 3, 1]], dtype=int32)"""
    if len(shape_of(x)) != 1:
        raise ValueError(f"keras.ops.vander(x): got shape {D.display(shape_of(x))}. Accepted: a vector.")
    n = shape_of(x)[0] if N is None else N
    exponents = arange(n, dtype="int32") if increasing else arange(n - 1, -1, -1, dtype="int32")
    x = reshape(x, (-1, 1))
    return power(x, cast(exponents, dtype_of(x)))


def _window(function: Any, x: Any, *options: float) -> Tensor:
    return engine.current().asarray(function(int(as_operand(x)), *options), dtypes.standardize(None))


@op()
def bartlett(x: Any) -> Tensor:
    """The triangular window, 0 at both ends: 1 - |2 i / (n - 1) - 1|.
    Arguments:
        x: int n, the number of places.
    Returns: vector of n elements, of the default float.
    >>> keras.ops.bartlett(5)
    array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)"""
    return _window(np.bartlett, x)


@op()
def hanning(x: Any) -> Tensor:
    """The Hann window, 0 at both ends: 0.5 - 0.5 * cos(2 pi i / (n - 1)).
    Arguments:
        x: int n, the number of places.
    Returns: vector of n elements, of the default float.
    >>> keras.ops.hanning(5)
    array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)"""
    return _window(np.hanning, x)


@op()
def hamming(x: Any) -> Tensor:
    """The Hamming window, 0.08 at both ends: 0.54 - 0.46 * cos(2 pi i / (n - 1)).
    Arguments:
        x: int n, the number of places.
    Returns: vector of n elements, of the default float.
    >>> keras.ops.hamming(5)
    array([0.08, 0.54, 1.  , 0.54, 0.08], dtype=float32)"""
    return _window(np.hamming, x)


@op()
def blackman(x: Any) -> Tensor:
    """The Blackman window, 0 at both ends: 0.42 - 0.5 * cos(2 pi i / (n - 1)) + 0.08 * cos(4 pi i / (n - 1)).
    Arguments:
        x: int n, the number of places.
    Returns: vector of n elements, of the default float.
    >>> keras.ops.blackman(5)[1:4]
    array([0.34, 1.  , 0.34], dtype=float32)"""
    return _window(np.blackman, x)


@op()
def kaiser(x: Any, beta: float) -> Tensor:
    """The Kaiser window: I0(beta * sqrt(1 - (2 i / (n - 1) - 1)^2)) / I0(beta), with the modified Bessel function I0.
    Arguments:
        x: int n, the number of places.
        beta: float >= 0; a larger one makes the window narrower.
    Returns: vector of n elements, of the default float.
    >>> keras.ops.kaiser(5, 4.0)
    array([0.0885, 0.6334, 1.    , 0.6334, 0.0885], dtype=float32)"""
    return _window(np.kaiser, x, float(beta))
