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
    """`num` evenly spaced numbers from `start` to `stop`.

    y[i] = start + i * (stop - start) / (num - 1)      (/ num without the endpoint)

    Arguments:
        start, stop: numbers or tensors that broadcast together.
        num: int >= 0.
        endpoint: whether `stop` is the last number.
        retstep: whether to return (numbers, step).
        dtype: name of a dtype. Default: the float that the operands share.
        axis: int, where the new axis stands if start or stop are tensors.
    Returns: tensor, shape (num, *shape of start and stop) with the new axis moved to `axis`.
    Example:
        >>> linspace(0.0, 1.0, 5).tolist()
        [0.0, 0.25, 0.5, 0.75, 1.0]
    Source: keras.ops.linspace of Keras 3.
    """
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
    """`base` to the power of `num` evenly spaced numbers from `start` to `stop`.

    Example:
        >>> logspace(0.0, 2.0, 3).tolist()
        [1.0, 10.0, 100.0]
    """
    exponents = linspace(start, stop, num, endpoint, axis=axis)
    y = power(cast(base, dtype_of(exponents)), exponents)
    return y if dtype is None else cast(y, dtype)


@op(operands=2)
def geomspace(start: Tensor, stop: Tensor, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Tensor:
    """`num` numbers from `start` to `stop`, each the same multiple of the one before; both of one sign.

    Example:
        >>> geomspace(1.0, 8.0, 4).astype("float64").round(4).tolist()
        [1.0, 2.0, 4.0, 8.0]
    """
    kind = dtypes.to_floating(dtypes.result_type(_kind(start), _kind(stop)))
    a, b = cast(start, kind), cast(stop, kind)
    exponents = linspace(log(abs(a)), log(abs(b)), num, endpoint, axis=axis)
    side = sign(a)
    y = multiply(exp(exponents), expand_dims(side, axis) if shape_of(side) else side)
    return y if dtype is None else cast(y, dtype)


@op(operands=0)
def identity(n: int, dtype: Any = None) -> Tensor:
    """The identity matrix with `n` rows.

    Example:
        >>> identity(2).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    return eye(n, dtype=dtype)


@op(operands=0)
def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """A matrix with ones on and below diagonal `k` and zeros above.

    Example:
        >>> tri(2).tolist()
        [[1.0, 0.0], [1.0, 1.0]]
    """
    return engine.current().asarray(np.tri(N, M, k), dtypes.standardize(dtype))


@op(operands=0)
def empty(shape: Any, dtype: Any = None) -> Tensor:
    """A tensor whose content does not matter (here: zeros).

    Example:
        >>> empty((2, 3)).shape
        (2, 3)
    """
    return zeros(shape, dtype)


@op()
def empty_like(x: Tensor, dtype: Any = None) -> Tensor:
    """A tensor in the shape (and dtype) of `x` whose content does not matter (here: zeros).

    Example:
        >>> empty_like([[1, 2]]).shape
        (1, 2)
    """
    return zeros_like(x, dtype)


@op()
def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """The powers of each element of a vector as rows: x**(N-1), ..., x, 1 (the other way round with `increasing`).

    Example:
        >>> vander([2, 3]).tolist()
        [[2, 1], [3, 1]]
    """
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
    """The triangular window with `x` places, 0 at both ends.

    Example:
        >>> bartlett(3).tolist()
        [0.0, 1.0, 0.0]
    """
    return _window(np.bartlett, x)


@op()
def hanning(x: Any) -> Tensor:
    """The Hann window with `x` places: 0.5 - 0.5 * cos(2 pi i / (x - 1)).

    Example:
        >>> hanning(3).tolist()
        [0.0, 1.0, 0.0]
    """
    return _window(np.hanning, x)


@op()
def hamming(x: Any) -> Tensor:
    """The Hamming window with `x` places: 0.54 - 0.46 * cos(2 pi i / (x - 1)).

    Example:
        >>> hamming(3).astype("float64").round(2).tolist()
        [0.08, 1.0, 0.08]
    """
    return _window(np.hamming, x)


@op()
def blackman(x: Any) -> Tensor:
    """The Blackman window with `x` places: 0.42 - 0.5 * cos(2 pi i / (x - 1)) + 0.08 * cos(4 pi i / (x - 1)).

    Example:
        >>> blackman(3).astype("float64").round(2).tolist()
        [-0.0, 1.0, -0.0]
    """
    return _window(np.blackman, x)


@op()
def kaiser(x: Any, beta: float) -> Tensor:
    """The Kaiser window with `x` places; a larger `beta` makes it narrower.

    Example:
        >>> kaiser(3, 0.0).tolist()
        [1.0, 1.0, 1.0]
    """
    return _window(np.kaiser, x, float(beta))
