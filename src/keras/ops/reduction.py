"""Reductions over axes, and running sums along one axis."""

from __future__ import annotations

from typing import Any

from keras.core import dims as D
from keras.core import dtypes
from keras.core.families import along_axis, arg_reduction, axes_of, boolean, by_dtypes_alone, floating, reduction
from keras.core.op import op, primitive
from keras.core.tensor import REGISTRY
from keras.ops.elementwise import (
    add, cast, divide, dtype_of, equal, exp, isfinite, log, maximum, minimum, multiply, ones_of, select, sqrt, square, stop_gradient,
    subtract, zeros_of,
)  # fmt: skip
from keras.ops.shaping import broadcast_to, flip, reshape, shape_of

Tensor = Any


@by_dtypes_alone
def sums(keys: tuple[Any, ...], attributes: dict[str, Any]) -> tuple[str, ...]:
    dtype = dtypes.result_type(*keys)
    wider = {"bool": "int32", "int8": "int32", "int16": "int32", "uint8": "uint32", "uint16": "uint32"}
    return (wider.get(dtype, dtype),)


def _kept(x: Tensor, axis: tuple[int, ...]) -> tuple[Any, ...]:
    return tuple(1 if i in axis else n for i, n in enumerate(x.dims))


def _sum_gradient(g: Tensor, y: Tensor, x: Tensor, axis: tuple[int, ...], keepdims: bool) -> Tensor:
    return broadcast_to(reshape(g, _kept(x, axis)), x.dims)


@primitive(reduction(sums), vjp=(_sum_gradient,))
def sum(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The sum of the elements over `axis`.
    >>> keras.ops.sum([[1.0, 2.0], [3.0, 4.0]], axis=0)
    array([4., 6.], dtype=float32)"""


def _prod_gradient(g: Tensor, y: Tensor, x: Tensor, axis: tuple[int, ...], keepdims: bool) -> Tensor:
    """The product of the other elements: without a zero the whole divided by the element, with one zero only that element gets any."""
    zero = equal(x, 0)
    safe = select(zero, ones_of(x), x)
    others = product_over(safe, axis=axis, keepdims=True)
    count = sum(cast(zero, x.dtype), axis=axis, keepdims=True)
    factor = select(zero, select(equal(count, 1), others, zeros_of(x)), select(equal(count, 0), divide(others, safe), zeros_of(x)))
    return multiply(reshape(g, _kept(x, axis)), factor)


@primitive(reduction(sums), vjp=(_prod_gradient,), category="internal")
def product_over(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The product over `axis`."""


@op(family=reduction(sums))
def prod(x: Tensor, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Tensor:
    """The product of the elements over `axis`.
    Arguments:
        dtype: name of the dtype to multiply in. Default None: that of `x`, at least 32 bits wide for integers.
    >>> keras.ops.prod([[1.0, 2.0], [3.0, 4.0]], axis=1)
    array([ 2., 12.], dtype=float32)"""
    if dtype is None:
        return product_over(x, axis=axis, keepdims=keepdims)
    return cast(product_over(cast(x, dtype), axis=axis, keepdims=keepdims), dtype)


def _extremum_gradient(g: Tensor, y: Tensor, x: Tensor, axis: tuple[int, ...], keepdims: bool) -> Tensor:
    kept = _kept(x, axis)
    chosen = cast(equal(x, reshape(y, kept)), x.dtype)
    return multiply(divide(chosen, sum(chosen, axis=axis, keepdims=True)), reshape(g, kept))


@primitive(reduction(), vjp=(_extremum_gradient,), name="max_over")
def _max_over(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The largest element over `axis`; equal ones share the gradient."""


@primitive(reduction(), vjp=(_extremum_gradient,), name="min_over")
def _min_over(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The smallest element over `axis`; equal ones share the gradient."""


@op(family=reduction())
def max(x: Tensor, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """The largest element over `axis`; equal ones share the gradient.
    Arguments:
        initial: number, which the result is at least. Default None: no limit.
    >>> keras.ops.max([[1, 5], [7, 2]], axis=1)
    array([5, 7], dtype=int32)"""
    return _with_initial(_max_over, maximum, x, axis, keepdims, initial)


def _with_initial(reduce: Any, join: Any, x: Tensor, axis: Any, keepdims: bool, initial: Any) -> Tensor:
    if initial is None:
        return reduce(x, axis=axis, keepdims=keepdims)
    start = cast(initial, dtype_of(x))
    if 0 in shape_of(x):
        return add(cast(sum(x, axis=axis, keepdims=keepdims), dtype_of(x)), start)  # the sum of nothing has the shape
    return join(reduce(x, axis=axis, keepdims=keepdims), start)


@op(family=reduction())
def min(x: Tensor, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """The smallest element over `axis`; equal ones share the gradient.
    Arguments:
        initial: number, which the result is at most. Default None: no limit.
    >>> keras.ops.min([[1, 5], [7, 2]], axis=1)
    array([1, 2], dtype=int32)"""
    return _with_initial(_min_over, minimum, x, axis, keepdims, initial)


@op(family=reduction())
def amax(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The largest element over `axis`, like `max`.
    >>> keras.ops.amax([[1, 5], [7, 2]], axis=0)
    array([7, 5], dtype=int32)"""
    return _max_over(x, axis=axis, keepdims=keepdims)


@op(family=reduction())
def amin(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The smallest element over `axis`, like `min`.
    >>> keras.ops.amin([[1, 5], [7, 2]], axis=0)
    array([1, 2], dtype=int32)"""
    return _min_over(x, axis=axis, keepdims=keepdims)


@primitive(reduction(boolean, "bool"))
def any(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Whether at least one element over `axis` is true.
    >>> keras.ops.any([[True, False], [False, False]], axis=1)
    array([ True, False])"""


@primitive(reduction(boolean, "bool"))
def all(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Whether every element over `axis` is true; True for no elements.
    >>> keras.ops.all([[True, False], [True, True]], axis=1)
    array([False,  True])"""


@primitive(arg_reduction)
def argmax(x: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The index of the largest element along `axis`, of the first one where several are equal.
    >>> keras.ops.argmax([[1, 5, 5], [7, 2, 0]], axis=1)
    array([1, 0], dtype=int32)"""


@primitive(arg_reduction)
def argmin(x: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The index of the smallest element along `axis`, of the first one where several are equal.
    >>> keras.ops.argmin([[1, 5, 5], [7, 2, 0]], axis=1)
    array([0, 2], dtype=int32)"""


def count_of(x: Tensor, axis: Any) -> Tensor:
    """How many elements a reduction over `axis` takes together: a Python int, or a scalar tensor where a size is unknown."""
    sizes = shape_of(x)
    return D.product(sizes[a] for a in axes_of("mean", axis, len(sizes)))


@op(family=reduction(floating))
def mean(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The average over `axis`: sum(x) / n.
    >>> keras.ops.mean([[1, 2], [3, 4]], axis=0)
    array([2., 3.], dtype=float32)"""
    dtype = dtypes.to_floating(dtype_of(x))
    x = cast(x, dtype)
    count = count_of(x, axis)
    total = sum(x, axis=axis, keepdims=keepdims)
    return total if isinstance(count, D.Dim) else divide(total, float(count))


@op(family=reduction(floating))
def var(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The variance over `axis`, not corrected for bias: mean((x - mean(x))^2).
    >>> keras.ops.var([[1.0, 3.0], [2.0, 2.0]], axis=1)
    array([1., 0.], dtype=float32)"""
    x = cast(x, dtypes.to_floating(dtype_of(x)))
    apart = subtract(x, mean(x, axis=axis, keepdims=True))
    if dtype_of(x) in dtypes.COMPLEX:
        squares = add(square(REGISTRY["real"](apart)), square(REGISTRY["imag"](apart)))
        return mean(squares, axis=axis, keepdims=keepdims)
    return mean(square(apart), axis=axis, keepdims=keepdims)


@op(family=reduction(floating))
def std(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The standard deviation over `axis`, not corrected for bias: sqrt(mean((x - mean(x))^2)).
    >>> keras.ops.std([[1.0, 3.0], [2.0, 2.0]], axis=1)
    array([1., 0.], dtype=float32)"""
    return sqrt(var(x, axis=axis, keepdims=keepdims))


@op(family=reduction(floating))
def logsumexp(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """log(sum(exp(x))) over `axis`, computed without overflow.
    Source: scipy.special.logsumexp.
    >>> keras.ops.logsumexp([1000.0, 1000.0])
    np.float32(1000.6932)"""
    x = cast(x, dtypes.to_floating(dtype_of(x)))
    if 0 in shape_of(x):
        return log(sum(exp(x), axis=axis, keepdims=keepdims))
    largest = stop_gradient(_max_over(x, axis=axis, keepdims=True))
    largest = select(isfinite(largest), largest, zeros_of(largest))
    total = add(log(sum(exp(subtract(x, largest)), axis=axis, keepdims=True)), largest)
    return total if keepdims else sum(total, axis=axis)


@op()
def count_nonzero(x: Tensor, axis: Any = None) -> Tensor:
    """How many elements over `axis` are not 0.
    Arguments:
        axis: int, tuple of int, or None: the axes that are counted together. Default None: all of them.
    Returns: int32 tensor without the axes of `axis`.
    >>> keras.ops.count_nonzero([[0, 1], [2, 3]], axis=1)
    array([1, 2], dtype=int32)"""
    return sum(cast(x, "bool"), axis=axis)


def _cumsum_gradient(g: Tensor, y: Tensor, x: Tensor, axis: int) -> Tensor:
    return flip(running_sum(flip(g, axis=axis), axis=axis), axis=axis)


@primitive(along_axis, vjp=(_cumsum_gradient,), category="internal")
def running_sum(x: Tensor, axis: int) -> Tensor:
    """The sums of the first 1, 2, ... elements along `axis`."""


@op()
def cumsum(x: Tensor, axis: int | None = None, dtype: Any = None) -> Tensor:
    """The running sum along `axis`: y[i] = x[0] + ... + x[i].
    Arguments:
        axis: int or None, the axis to add along. Default None: the flat tensor.
        dtype: name of the dtype to add in. Default None: that of `x` (int32 for booleans).
    Returns: tensor in the shape of `x`, flat for axis=None.
    >>> keras.ops.cumsum([[1, 2], [3, 4]], axis=1)
    array([[1, 3],
           [3, 7]], dtype=int32)"""
    x = x if dtype is None else cast(x, dtype)
    x = cast(x, "int32") if dtype_of(x) == "bool" else x
    return running_sum(reshape(x, (-1,)) if axis is None else x, axis=0 if axis is None else axis)
