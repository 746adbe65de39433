"""Averages, spreads, ranks and counts; and reductions that leave out NaN."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from keras.core import dims as D
from keras.core import dtypes
from keras.core.families import along_axis, arg_reduction, axes_of, axis_of, floating, no_bool, reduction
from keras.core.graph import is_known
from keras.core.op import as_operand, op, primitive
from keras.core.tensor import KerasTensor
from keras.ops.construction import linspace
from keras.ops.contraction import matmul
from keras.ops.elementwise import (
    add, cast, ceil, divide, dtype_of, equal, floor, greater_equal, isnan, less, less_equal, logical_and, logical_not, maximum, minimum,
    multiply, not_equal, ones_of, select, sqrt, square, subtract, zeros_of,
)  # fmt: skip
from keras.ops.indexing import add_at, gather_along_axis
from keras.ops.numeric import isclose, log10
from keras.ops.reduction import _max_over, _min_over, all, any, argmax, argmin, max, mean, min, prod, running_sum, sum, sums
from keras.ops.shaping import (
    arange, broadcast_to, expand_dims, flip, moveaxis, ones_like, reshape, shape_of, slice_along, transpose, zeros,
)  # fmt: skip
from keras.ops.sorting import searchsorted, sorted_along

Tensor = Any


def _floating(x: Tensor) -> Tensor:
    return cast(x, dtypes.to_floating(dtype_of(x)))


@op()
def average(x: Tensor, axis: Any = None, weights: Tensor | None = None) -> Tensor:
    """The mean over `axis` with each element counted by its weight: sum(weights * x) / sum(weights).
    Arguments:
        axis: int, tuple of int, or None: the axes that are taken together. Default None: all of them.
        weights: tensor in the shape of `x`, or a vector along `axis`. Default None: all count the same.
    Returns: float tensor without the axes of `axis`.
    Raises: ValueError if the weights have another shape.
    >>> keras.ops.average([1.0, 3.0], weights=[3.0, 1.0])
    np.float32(1.5)"""
    if weights is None:
        return mean(x, axis=axis)
    dtype = dtypes.to_floating(dtypes.result_type(dtype_of(x), dtype_of(weights)))
    x, w = cast(x, dtype), cast(weights, dtype)
    sizes, own = shape_of(x), shape_of(w)
    if len(own) != len(sizes):
        if len(own) != 1 or not isinstance(axis, int):
            raise ValueError(
                f"keras.ops.average(weights): got shape {D.display(own)} for x of shape {D.display(sizes)}. Accepted: "
                "x's shape, or a vector with one axis."
            )
        place = axis_of("average", axis, len(sizes))
        w = reshape(w, tuple(-1 if i == place else 1 for i in range(len(sizes))))
    return divide(sum(multiply(x, w), axis=axis), sum(broadcast_to(w, sizes), axis=axis))


@op(family=reduction(no_bool))
def ptp(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The range of the elements over `axis`: max(x) - min(x).
    >>> keras.ops.ptp([[1.0, 4.0], [2.0, 2.5]], axis=1)
    array([3. , 0.5], dtype=float32)"""
    return subtract(_max_over(x, axis=axis, keepdims=keepdims), _min_over(x, axis=axis, keepdims=keepdims))


@op()
def diff(a: Tensor, n: int = 1, axis: int = -1) -> Tensor:
    """The differences of neighbours along `axis`, taken `n` times: y[i] = a[i + 1] - a[i].
    Arguments:
        a: tensor of any shape and dtype; of booleans, whether they differ.
        n: int >= 0, how often the differences are taken.
    Returns: tensor of the dtype of `a`, shorter by `n` along `axis`.
    >>> keras.ops.diff([1, 4, 9]), keras.ops.diff([1, 4, 9], n=2)
    (array([3, 5], dtype=int32), array([2], dtype=int32))"""
    place = axis_of("diff", axis, len(shape_of(a)))
    if n < 0:
        raise ValueError(f"keras.ops.diff(n): got {n}. Accepted: an integer >= 0.")
    for _ in range(n):
        later, earlier = slice_along(a, place, 1, None), slice_along(a, place, 0, -1)
        a = not_equal(later, earlier) if dtype_of(a) == "bool" else subtract(later, earlier)
    return a


@op()
def trapezoid(y: Tensor, x: Tensor | None = None, dx: float = 1.0, axis: int = -1) -> Tensor:
    """The area under `y` by the trapezoidal rule: sum of (x[i + 1] - x[i]) * (y[i] + y[i + 1]) / 2.
    Arguments:
        y: tensor of any shape.
        x: the places of the elements: a vector along `axis`, or a tensor in the shape of `y`. Default None: they are `dx` apart.
        dx: float, the distance of the places.
    Returns: float tensor without `axis`.
    >>> keras.ops.trapezoid([1.0, 2.0, 3.0]), keras.ops.trapezoid([1.0, 2.0, 3.0], x=[0.0, 1.0, 3.0])
    (np.float32(4.0), np.float32(6.5))"""
    y = _floating(y)
    place = axis_of("trapezoid", axis, len(shape_of(y)))
    both = add(slice_along(y, place, 1, None), slice_along(y, place, 0, -1))
    if x is None:
        return multiply(sum(both, axis=place), 0.5 * dx)
    x = cast(x, dtype_of(y))
    if len(shape_of(x)) == 1:
        x = reshape(x, tuple(-1 if i == place else 1 for i in range(len(shape_of(y)))))
    return multiply(sum(multiply(both, diff(x, axis=place)), axis=place), 0.5)


@op()
def corrcoef(x: Tensor) -> Tensor:
    """The correlation of every pair of rows: their covariance over both standard deviations.
    Arguments:
        x: matrix, a variable in each row, or a vector.
    Returns: float tensor, shape (rows, rows); a scalar for a vector.
    >>> keras.ops.round(keras.ops.corrcoef([[1.0, 2.0, 3.0], [6.0, 4.0, 5.0]]), 3)
    array([[ 1. , -0.5],
           [-0.5,  1. ]], dtype=float32)"""
    x = _floating(x)
    x = reshape(x, (1, -1)) if len(shape_of(x)) == 1 else x
    centred = subtract(x, mean(x, axis=-1, keepdims=True))
    covariance = matmul(centred, transpose(centred))
    deviation = sqrt(sum(square(centred), axis=-1))
    found = divide(covariance, multiply(expand_dims(deviation, 0), expand_dims(deviation, 1)))
    return found if shape_of(x)[0] != 1 else reshape(found, ())


# ------------------------------------------------------------------------------------------------------- quantiles

METHODS = ("linear", "lower", "higher", "midpoint", "nearest")


def _one_axis(x: Tensor, axis: Any) -> tuple[Tensor, tuple[int, ...]]:
    """`x` with the axes to reduce joined as its last one, and their numbers."""
    sizes = shape_of(x)
    axes = axes_of("quantile", axis, len(sizes))
    rest = [i for i in range(len(sizes)) if i not in axes]
    return reshape(transpose(x, [*rest, *axes]), (*(sizes[i] for i in rest), D.product(sizes[i] for i in axes))), axes


def _between(ordered: Tensor, position: Tensor, method: str) -> Tensor:
    """The elements of the last axis at fractional positions (..., number of positions)."""
    if method not in METHODS:
        raise ValueError(f"keras.ops.quantile(method): got {method!r}. Accepted: {', '.join(map(repr, METHODS))}.")
    place = len(shape_of(ordered)) - 1
    low, high = floor(position), ceil(position)

    def at(index: Tensor) -> Tensor:
        return gather_along_axis(ordered, cast(index, "int32"), axis=place)

    if method == "nearest":
        return at(ceil(subtract(position, 0.5)))  # halves go to the lower one
    if method in ("lower", "higher"):
        return at(low if method == "lower" else high)
    weight = subtract(position, low) if method == "linear" else multiply(subtract(high, low), 0.5)
    weight = cast(weight, dtype_of(ordered))
    return add(multiply(at(low), subtract(ones_of(weight), weight)), multiply(at(high), weight))


def _quantile(x: Tensor, q: Tensor, axis: Any, method: str, keepdims: bool, skip_nan: bool) -> Tensor:
    x = _floating(x)
    sizes = shape_of(x)
    joined, axes = _one_axis(x, axis)
    ordered = sorted_along(joined, axis=len(shape_of(joined)) - 1)
    levels = cast(q, "float64" if dtype_of(x) == "float64" else "float32")
    count = len(shape_of(ordered)) - 1
    flat = reshape(levels, (1,) * count + (-1,))
    n = shape_of(ordered)[-1]
    if n == 0:
        ordered, n = broadcast_to(cast(float("nan"), dtype_of(x)), (*shape_of(ordered)[:-1], 1)), 1
    if skip_nan:
        last = subtract(sum(cast(logical_not(isnan(ordered)), dtype_of(levels)), axis=-1, keepdims=True), 1.0)
        position = multiply(flat, select(less(last, 0), zeros_of(last), last))
    else:
        position = multiply(flat, float(n - 1) if isinstance(n, int) else 0.0)  # with an unknown size only shapes are asked for
    found = moveaxis(_between(ordered, position, method), -1, 0)
    if not skip_nan:  # NaN is sorted to the end
        worst = isnan(slice_along(ordered, count, -1, None)) if n != 0 else isnan(ordered)
        found = select(moveaxis(worst, -1, 0), cast(float("nan"), dtype_of(found)), found)
    kept = tuple(1 if i in axes else size for i, size in enumerate(sizes) if keepdims or i not in axes)
    return reshape(found, (*shape_of(levels), *kept))


@op(operands=2)
def quantile(x: Tensor, q: Tensor, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """The value below which a fraction `q` of the elements over `axis` lies.
    Arguments:
        q: number or tensor, from 0 to 1.
        axis: int, tuple of int, or None: the axes that are taken together. Default None: all of them.
    Returns: float tensor, shape (*shape of q, *remaining axes); NaN where an element is.
    Raises: ValueError for another method or an axis out of range.
    >>> keras.ops.quantile([1.0, 2.0, 3.0, 4.0], [0.5, 1.0])
    array([2.5, 4. ], dtype=float32)"""
    return _quantile(x, q, axis, method, keepdims, skip_nan=False)


@op(operands=2)
def percentile(x: Tensor, q: Tensor, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """The value below which `q` percent of the elements over `axis` lie.
    Arguments:
        q: number or tensor, from 0 to 100.
        axis: int, tuple of int, or None: the axes that are taken together. Default None: all of them.
    Returns: float tensor, shape (*shape of q, *remaining axes); NaN where an element is.
    Raises: ValueError for another method or an axis out of range.
    >>> keras.ops.percentile([1.0, 2.0, 3.0, 4.0], 50)
    array(2.5, dtype=float32)"""
    return quantile(x, divide(q, 100.0), axis, method, keepdims)


@op(family=reduction(floating))
def median(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The middle element over `axis`, the mean of the two middle ones for an even number.
    >>> keras.ops.median([[3.0, 1.0, 2.0], [6.0, 9.0, 7.0]], axis=1)
    array([2., 7.], dtype=float32)"""
    return quantile(x, 0.5, axis, "linear", keepdims)


@op(operands=2)
def nanquantile(x: Tensor, q: Tensor, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """The value below which a fraction `q` of the elements over `axis` lies, NaN left out.
    Arguments:
        q: number or tensor, from 0 to 1.
        axis: int, tuple of int, or None: the axes that are taken together. Default None: all of them.
    Returns: float tensor, shape (*shape of q, *remaining axes).
    Raises: ValueError for another method or an axis out of range.
    >>> keras.ops.nanquantile([1.0, float("nan"), 3.0], [0.5, 1.0])
    array([2., 3.], dtype=float32)"""
    return _quantile(x, q, axis, method, keepdims, skip_nan=True)


@op(operands=2)
def nanpercentile(x: Tensor, q: Tensor, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """The value below which `q` percent of the elements over `axis` lie, NaN left out.
    Arguments:
        q: number or tensor, from 0 to 100.
        axis: int, tuple of int, or None: the axes that are taken together. Default None: all of them.
    Returns: float tensor, shape (*shape of q, *remaining axes).
    Raises: ValueError for another method or an axis out of range.
    >>> keras.ops.nanpercentile([1.0, float("nan"), 3.0], 50)
    array(2., dtype=float32)"""
    return nanquantile(x, divide(q, 100.0), axis, method, keepdims)


@op(family=reduction(floating))
def nanmedian(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The middle element over `axis`, NaN left out.
    >>> keras.ops.nanmedian([1.0, float("nan"), 3.0])
    array(2., dtype=float32)"""
    return nanquantile(x, 0.5, axis, "linear", keepdims)


# ---------------------------------------------------------------------------------------------------- without NaN


def _replaced(x: Tensor, value: float) -> Tensor:
    return select(isnan(x), cast(value, dtype_of(x)), x) if dtypes.is_float(dtype_of(x)) else as_operand(x)


@op(family=reduction(sums))
def nansum(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The sum of the elements over `axis`, NaN counted as 0.
    >>> keras.ops.nansum([1.0, float("nan"), 3.0])
    np.float32(4.0)"""
    return sum(_replaced(x, 0.0), axis=axis, keepdims=keepdims)


@op(family=reduction(sums))
def nanprod(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The product of the elements over `axis`, NaN counted as 1.
    >>> keras.ops.nanprod([2.0, float("nan"), 3.0])
    np.float32(6.0)"""
    return prod(_replaced(x, 1.0), axis=axis, keepdims=keepdims)


@op(family=reduction(floating))
def nanmean(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The average over `axis` of the elements that are not NaN; NaN if there is none.
    >>> keras.ops.nanmean([1.0, float("nan"), 3.0])
    np.float32(2.0)"""
    x = _floating(x)
    count = sum(cast(logical_not(isnan(x)), dtype_of(x)), axis=axis, keepdims=keepdims)
    return divide(nansum(x, axis=axis, keepdims=keepdims), count)


@op(family=reduction(floating))
def nanvar(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The variance over `axis` of the elements that are not NaN, not corrected for bias.
    >>> keras.ops.nanvar([1.0, float("nan"), 3.0])
    np.float32(1.0)"""
    x = _floating(x)
    counted = logical_not(isnan(x))
    centred = select(counted, subtract(_replaced(x, 0.0), nanmean(x, axis=axis, keepdims=True)), zeros_of(x))
    count = sum(cast(counted, dtype_of(x)), axis=axis, keepdims=keepdims)
    return divide(sum(square(centred), axis=axis, keepdims=keepdims), count)


@op(family=reduction(floating))
def nanstd(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The standard deviation over `axis` of the elements that are not NaN, not corrected for bias.
    >>> keras.ops.nanstd([1.0, float("nan"), 3.0])
    np.float32(1.0)"""
    return sqrt(nanvar(x, axis=axis, keepdims=keepdims))


def _nan_extremum(x: Tensor, axis: Any, keepdims: bool, reduce: Callable[..., Tensor], end: float) -> Tensor:
    if not dtypes.is_float(dtype_of(x)):
        return reduce(x, axis=axis, keepdims=keepdims)
    nothing = all(isnan(x), axis=axis, keepdims=keepdims)
    found = reduce(_replaced(x, end), axis=axis, keepdims=keepdims)
    return select(nothing, cast(float("nan"), dtype_of(found)), found)


@op(family=reduction())
def nanmax(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The largest element over `axis` that is not NaN; NaN if there is none.
    >>> keras.ops.nanmax([1.0, float("nan"), 3.0])
    array(3., dtype=float32)"""
    return _nan_extremum(x, axis, keepdims, max, float("-inf"))


@op(family=reduction())
def nanmin(x: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The smallest element over `axis` that is not NaN; NaN if there is none.
    >>> keras.ops.nanmin([1.0, float("nan"), 3.0])
    array(1., dtype=float32)"""
    return _nan_extremum(x, axis, keepdims, min, float("inf"))


def _nan_place(x: Tensor, axis: Any, keepdims: bool, place: Callable[..., Tensor], end: float) -> Tensor:
    found = place(_replaced(x, end), axis=axis, keepdims=keepdims)
    if not dtypes.is_float(dtype_of(x)):
        return found
    return select(all(isnan(x), axis=axis, keepdims=keepdims), cast(-1, "int32"), found)


@op(family=arg_reduction)
def nanargmax(x: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The index of the first largest element along `axis` that is not NaN; -1 if there is none.
    >>> keras.ops.nanargmax([[1.0, float("nan"), 3.0]], axis=1)
    array([2], dtype=int32)"""
    return _nan_place(x, axis, keepdims, argmax, float("-inf"))


@op(family=arg_reduction)
def nanargmin(x: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The index of the first smallest element along `axis` that is not NaN; -1 if there is none.
    >>> keras.ops.nanargmin([[float("nan"), 2.0, 3.0]], axis=1)
    array([1], dtype=int32)"""
    return _nan_place(x, axis, keepdims, argmin, float("inf"))


# ------------------------------------------------------------------------------------------------------ running


def _running_product_gradient(g: Tensor, y: Tensor, x: Tensor, axis: int) -> Tensor:
    def summed_from(values: Tensor) -> Tensor:
        return flip(running_sum(flip(values, axis=axis), axis=axis), axis=axis)

    zero = equal(x, 0)
    first = logical_and(zero, equal(running_sum(cast(zero, "int32"), axis=axis), 1))
    without = running_product(select(first, ones_of(x), x), axis=axis)  # what the first zero is multiplied by
    before = divide(summed_from(multiply(g, y)), select(zero, ones_of(x), x))
    return select(first, summed_from(multiply(g, without)), select(zero, zeros_of(g), before))


@primitive(along_axis, vjp=(_running_product_gradient,), category="internal")
def running_product(x: Tensor, axis: int) -> Tensor:
    """The products of the first 1, 2, ... elements along `axis`."""


@op()
def cumprod(x: Tensor, axis: int | None = None, dtype: Any = None) -> Tensor:
    """The running product along `axis`: y[i] = x[0] * ... * x[i].
    Arguments:
        dtype: name of the dtype to multiply in. Default None: that of `x` (int32 for booleans).
    Returns: tensor in the shape of `x`, flat for axis=None.
    >>> keras.ops.cumprod([1, 2, 3])
    array([1, 2, 6], dtype=int32)"""
    x = x if dtype is None else cast(x, dtype)
    x = cast(x, "int32") if dtype_of(x) == "bool" else x
    return running_product(reshape(x, (-1,)) if axis is None else x, axis=0 if axis is None else axis)


@op()
def nancumsum(x: Tensor, axis: int | None = None, dtype: Any = None) -> Tensor:
    """The running sum along `axis`, NaN counted as 0.
    Arguments:
        dtype: name of the dtype to add in. Default None: that of `x` (int32 for booleans).
    Returns: tensor in the shape of `x`, flat for axis=None.
    >>> keras.ops.nancumsum([1.0, float("nan"), 3.0])
    array([1., 1., 4.], dtype=float32)"""
    x = _replaced(x if dtype is None else cast(x, dtype), 0.0)
    x = cast(x, "int32") if dtype_of(x) == "bool" else x
    return running_sum(reshape(x, (-1,)) if axis is None else x, axis=0 if axis is None else axis)


@op()
def nancumprod(x: Tensor, axis: int | None = None, dtype: Any = None) -> Tensor:
    """The running product along `axis`, NaN counted as 1.
    Arguments:
        dtype: name of the dtype to multiply in. Default None: that of `x` (int32 for booleans).
    Returns: tensor in the shape of `x`, flat for axis=None.
    >>> keras.ops.nancumprod([2.0, float("nan"), 3.0])
    array([2., 2., 6.], dtype=float32)"""
    return cumprod(_replaced(x if dtype is None else cast(x, dtype), 1.0), axis=axis)


# ------------------------------------------------------------------------------------------------------- counts


@op()
def bincount(x: Tensor, weights: Tensor | None = None, minlength: int = 0, sparse: bool = False) -> Tensor:
    """How often each of 0, 1, 2, ... occurs in the last axis, or the sum of the weights of its places.
    Arguments:
        x: integer tensor, shape (n,) or (batch, n), elements >= 0.
        weights: tensor in the shape of `x`. Default None: every place counts 1.
        minlength: int, the least number of counts; in a compiled step also the greatest.
    Returns: tensor, shape (length,) or (batch, length), int32 or of the dtype of the weights.
    Raises: TypeError if `x` are no integers; ValueError in a compiled step without `minlength`.
    >>> keras.ops.bincount([0, 1, 1, 3])
    array([1, 2, 0, 1], dtype=int32)"""
    x = as_operand(x)
    if not dtypes.is_integer(dtype_of(x)) and dtype_of(x) != "bool":
        raise TypeError(f"keras.ops.bincount(x): got dtype {dtype_of(x)}. Accepted: integers. Write keras.ops.cast(x, 'int32').")
    if isinstance(x, KerasTensor):
        return KerasTensor.of(_counts_spec(x, weights))
    sizes = shape_of(x)
    if is_known(x):
        largest = int(max(x)) + 1 if builtins.all(isinstance(n, int) and n for n in sizes) else 0
        length = builtins.max(largest, minlength)
    elif minlength > 0:
        length = minlength
    else:
        raise ValueError(
            "keras.ops.bincount: the number of counts depends on the numbers. In a compiled step write bincount(x, minlength=n)."
        )
    weights = ones_like(x, dtype="int32") if weights is None else as_operand(weights)
    rows = reshape(x, (D.product(sizes[:-1]), sizes[-1]))
    places = cast(maximum(minimum(rows, length), 0), "int32")  # what is too large goes to one extra place, which is cut off
    count = shape_of(rows)[0]
    offset = multiply(reshape(arange(count, dtype="int32"), (count, 1)), length + 1)
    flat = add_at(zeros((count * (length + 1),), dtype_of(weights)), reshape(add(places, offset), (-1,)), reshape(weights, (-1,)), axis=0)
    return reshape(slice_along(reshape(flat, (count, length + 1)), 1, 0, length), (*sizes[:-1], length))


def _counts_spec(x: Any, weights: Any) -> Any:
    return KerasTensor((*D.to_public(x.dims[:-1]), None), "int32" if weights is None else dtype_of(weights))


@op()
def histogram(x: Tensor, bins: int = 10, range: Any = None) -> tuple[Tensor, Tensor]:
    """How many elements fall into each of `bins` equal parts of a range, and the edges of the parts.
    Arguments:
        bins: int > 0, how many parts.
        range: (low, high). Default None: from the smallest to the largest element.
    Returns: (counts, edges), float tensors, shapes (bins,) and (bins + 1,); a part includes its lower edge, the last one both.
    Raises: ValueError if `bins` is no integer > 0 or low > high.
    >>> keras.ops.histogram([1.0, 2.0, 2.5, 4.0], bins=3)
    (array([1., 2., 1.], dtype=float32), array([1., 2., 3., 4.], dtype=float32))"""
    if not isinstance(bins, int) or bins < 1:
        raise ValueError(f"keras.ops.histogram(bins): got {bins!r}. Accepted: an integer > 0.")
    if range is not None and (len(range) != 2 or range[0] > range[1]):
        raise ValueError(f"keras.ops.histogram(range): got {range!r}. Accepted: (low, high) with low <= high.")
    x = reshape(_floating(x), (-1,))
    range = (0.0, 1.0) if range is None and 0 in shape_of(x) else range
    low, high = (min(x), max(x)) if range is None else (cast(float(range[0]), dtype_of(x)), cast(float(range[1]), dtype_of(x)))
    same = equal(low, high)
    low, high = select(same, subtract(low, 0.5), low), select(same, add(high, 0.5), high)
    edges = linspace(low, high, bins + 1)
    place = subtract(searchsorted(edges, x, side="right"), 1)
    place = select(equal(x, high), cast(bins - 1, "int32"), place)
    inside = logical_and(greater_equal(x, low), less_equal(x, high))
    place = select(inside, place, cast(bins, "int32"))
    counts = add_at(zeros((bins + 1,), "int32"), place, ones_like(place), axis=0)
    return cast(slice_along(counts, 0, 0, bins), dtype_of(x)), edges


@op(operands=2)
def digitize(x: Tensor, bins: Tensor) -> Tensor:
    """For each element the number of the bin it falls into: the i with bins[i - 1] <= x < bins[i] (bins[i - 1] > x >= bins[i] for falling bins).
    Arguments:
        bins: vector in rising or falling order, the edges.
    Returns: int32 tensor in the shape of `x`.
    >>> keras.ops.digitize([0.5, 1.0, 9.0], [1.0, 2.0])
    array([0, 1, 2], dtype=int32)"""
    rising = searchsorted(bins, x, side="right")
    n = shape_of(bins)[0]
    if not isinstance(n, int) or n < 2:
        return rising
    falling = subtract(n, searchsorted(flip(bins, axis=0), x, side="left"))
    ends = [reshape(slice_along(bins, 0, i, i + 1), ()) for i in (0, n - 1)]
    return select(greater_equal(ends[1], ends[0]), rising, falling)


@op(operands=2)
def isin(x1: Tensor, x2: Tensor, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether each element of x1 is among those of x2.
    Arguments:
        assume_unique: bool, taken for compatibility.
        invert: bool, whether to tell those that are not.
    Returns: bool tensor in the shape of `x1`.
    >>> keras.ops.isin([1, 2, 3], [3, 1])
    array([ True, False,  True])"""
    found = any(equal(expand_dims(x1, -1), reshape(x2, (-1,))), axis=-1)
    return logical_not(found) if invert else found


@op(operands=2)
def allclose(x1: Tensor, x2: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Tensor:
    """Whether all elements are close: |x1 - x2| <= atol + rtol * |x2|.
    Returns: bool scalar.
    >>> keras.ops.allclose([1.0, 2.0], [1.0, 2.0000001]), keras.ops.allclose([1.0, 2.0], [1.0, 2.1])
    (np.True_, np.False_)"""
    return all(isclose(x1, x2, rtol, atol, equal_nan))


@op(operands=2)
def psnr(x1: Tensor, x2: Tensor, max_val: float) -> Tensor:
    """The peak signal-to-noise ratio in decibel: 20 log10(max_val) - 10 log10(mean((x1 - x2)^2)).
    Arguments:
        x1, x2: tensors of one shape.
        max_val: float, the largest value that an element can have.
    Returns: float scalar.
    Raises: ValueError if the shapes differ.
    >>> keras.ops.psnr([1.0, 1.0], [0.0, 0.5], max_val=10.0)
    np.float32(22.0412)"""
    from_shapes = shape_of(x1), shape_of(x2)
    if len(from_shapes[0]) != len(from_shapes[1]) or builtins.any(D.unify(m, n) is None for m, n in zip(*from_shapes, strict=True)):
        raise ValueError(
            f"keras.ops.psnr: x1 has shape {D.display(from_shapes[0])} and x2 {D.display(from_shapes[1])}. Accepted: equal shapes."
        )
    error = mean(square(subtract(_floating(x1), _floating(x2))))
    return multiply(log10(divide(square(cast(float(max_val), dtype_of(error))), error)), 10.0)


@op(operands=2)
def cdist(x: Tensor, y: Tensor) -> Tensor:
    """The Euclidean distance of every row of x from every row of y: sqrt(sum((x[i] - y[j])^2)).
    Arguments:
        x: tensor, shape (..., m, d).
        y: tensor, shape (..., n, d).
    Returns: float tensor, shape (..., m, n).
    Source: keras.ops.cdist of Keras 3, scipy.spatial.distance.cdist.
    >>> keras.ops.cdist([[0.0, 0.0]], [[3.0, 4.0], [0.0, 1.0]])
    array([[5., 1.]], dtype=float32)"""
    dtype = dtypes.to_floating(dtypes.result_type(dtype_of(x), dtype_of(y)))
    a, b = expand_dims(cast(x, dtype), -2), expand_dims(cast(y, dtype), -3)
    squared = sum(square(subtract(a, b)), axis=-1)
    zero = equal(squared, 0)  # the root has no gradient at 0
    return select(zero, zeros_of(squared), sqrt(select(zero, ones_of(squared), squared)))
