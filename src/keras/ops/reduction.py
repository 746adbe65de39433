"""Reductions over axes, and running sums along one axis."""

from __future__ import annotations

from typing import Any

from keras.core import dims as D
from keras.core import dtypes
from keras.core.families import along_axis, arg_reduction, axes_of, boolean, reduction
from keras.core.op import op, primitive
from keras.ops.elementwise import (
    add,
    cast,
    divide,
    dtype_of,
    equal,
    exp,
    isfinite,
    log,
    maximum,
    minimum,
    multiply,
    ones_of,
    select,
    sqrt,
    square,
    stop_gradient,
    subtract,
    zeros_of,
)
from keras.ops.shaping import broadcast_to, flip, reshape, shape_of

Tensor = Any


def _sum_promote(keys: tuple[Any, ...], attributes: dict[str, Any]) -> tuple[str, ...]:
    dtype = dtypes.result_type(*keys)
    wider = {"bool": "int32", "int8": "int32", "int16": "int32", "uint8": "uint32", "uint16": "uint32"}
    return (wider.get(dtype, dtype),)


def _kept(x: Tensor, axis: tuple[int, ...]) -> tuple[Any, ...]:
    return tuple(1 if i in axis else n for i, n in enumerate(x.dims))


def _sum_gradient(g: Tensor, y: Tensor, x: Tensor, axis: tuple[int, ...], keepdims: bool) -> Tensor:
    return broadcast_to(reshape(g, _kept(x, axis)), x.dims)


@primitive(reduction(_sum_promote), vjp=(_sum_gradient,))
def sum(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The sum over `axis` (all axes for None).

    Example:
        >>> float(sum([[1.0, 2.0], [3.0, 4.0]]))
        10.0
    """


def _prod_gradient(g: Tensor, y: Tensor, x: Tensor, axis: tuple[int, ...], keepdims: bool) -> Tensor:
    """The product of the other elements: without a zero the whole divided by the element, with one zero only that element gets any."""
    zero = equal(x, 0)
    safe = select(zero, ones_of(x), x)
    others = product_over(safe, axis=axis, keepdims=True)
    count = sum(cast(zero, x.dtype), axis=axis, keepdims=True)
    factor = select(zero, select(equal(count, 1), others, zeros_of(x)), select(equal(count, 0), divide(others, safe), zeros_of(x)))
    return multiply(reshape(g, _kept(x, axis)), factor)


@primitive(reduction(_sum_promote), vjp=(_prod_gradient,), category="internal")
def product_over(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The product over `axis`."""


@op()
def prod(x: Tensor, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Tensor:
    """The product over `axis` (all axes for None).

    Arguments:
        x: tensor.
        axis: int, several, or None.
        keepdims: whether the reduced axes stay with size 1.
        dtype: name of a dtype in which to multiply.
    Example:
        >>> float(prod([[1.0, 2.0], [3.0, 4.0]]))
        24.0
    Source: keras.ops.prod of Keras 3.
    """
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


@op()
def max(x: Tensor, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """The largest element over `axis`, and at least `initial` if given."""
    return _with_initial(_max_over, maximum, x, axis, keepdims, initial)


def _with_initial(reduce: Any, join: Any, x: Tensor, axis: Any, keepdims: bool, initial: Any) -> Tensor:
    if initial is None:
        return reduce(x, axis=axis, keepdims=keepdims)
    start = cast(initial, dtype_of(x))
    if 0 in shape_of(x):
        return add(cast(sum(x, axis=axis, keepdims=keepdims), dtype_of(x)), start)  # the sum of nothing has the shape
    return join(reduce(x, axis=axis, keepdims=keepdims), start)


@op()
def min(x: Tensor, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """The smallest element over `axis`, and at most `initial` if given."""
    return _with_initial(_min_over, minimum, x, axis, keepdims, initial)


@op()
def amax(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The largest element over `axis`."""
    return _max_over(x, axis=axis, keepdims=keepdims)


@op()
def amin(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The smallest element over `axis`."""
    return _min_over(x, axis=axis, keepdims=keepdims)


@primitive(reduction(boolean, "bool"))
def any(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Whether at least one element over `axis` is true."""


@primitive(reduction(boolean, "bool"))
def all(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Whether every element over `axis` is true."""


@primitive(arg_reduction)
def argmax(x: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The index of the first largest element along `axis` (of the flat tensor for None), int32."""


@primitive(arg_reduction)
def argmin(x: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The index of the first smallest element along `axis` (of the flat tensor for None), int32."""


def count_of(x: Tensor, axis: Any) -> Tensor:
    """How many elements a reduction over `axis` takes together: a Python int, or a scalar tensor where a size is unknown."""
    sizes = shape_of(x)
    return D.product(sizes[a] for a in axes_of("mean", axis, len(sizes)))


@op()
def mean(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The average over `axis`; integers give the default float.

    Example:
        >>> mean([[1, 2], [3, 4]], axis=0).tolist()
        [2.0, 3.0]
    """
    dtype = dtypes.to_floating(dtype_of(x))
    x = cast(x, dtype)
    count = count_of(x, axis)
    total = sum(x, axis=axis, keepdims=keepdims)
    return total if isinstance(count, D.Dim) else divide(total, float(count))


@op()
def var(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The (biased) variance over `axis`: the mean of the squared distance from the mean."""
    x = cast(x, dtypes.to_floating(dtype_of(x)))
    return mean(square(subtract(x, mean(x, axis=axis, keepdims=True))), axis=axis, keepdims=keepdims)


@op()
def std(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The (biased) standard deviation over `axis`."""
    return sqrt(var(x, axis=axis, keepdims=keepdims))


@op()
def logsumexp(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """log(sum(exp(x))) over `axis`, computed without overflow."""
    x = cast(x, dtypes.to_floating(dtype_of(x)))
    if 0 in shape_of(x):
        return log(sum(exp(x), axis=axis, keepdims=keepdims))
    largest = stop_gradient(_max_over(x, axis=axis, keepdims=True))
    largest = select(isfinite(largest), largest, zeros_of(largest))
    total = add(log(sum(exp(subtract(x, largest)), axis=axis, keepdims=True)), largest)
    return total if keepdims else sum(total, axis=axis)


@op()
def count_nonzero(x: Tensor, axis: Any = None) -> Tensor:
    """How many elements over `axis` are not zero, int32."""
    return sum(cast(x, "bool"), axis=axis)


def _cumsum_gradient(g: Tensor, y: Tensor, x: Tensor, axis: int) -> Tensor:
    return flip(running_sum(flip(g, axis=axis), axis=axis), axis=axis)


@primitive(along_axis, vjp=(_cumsum_gradient,), category="internal")
def running_sum(x: Tensor, axis: int) -> Tensor:
    """The sums of the first 1, 2, ... elements along `axis`."""


@op()
def cumsum(x: Tensor, axis: int | None = None, dtype: Any = None) -> Tensor:
    """The running sum along `axis` (of the flat tensor for None)."""
    x = x if dtype is None else cast(x, dtype)
    x = cast(x, "int32") if dtype_of(x) == "bool" else x
    return running_sum(reshape(x, (-1,)) if axis is None else x, axis=0 if axis is None else axis)
