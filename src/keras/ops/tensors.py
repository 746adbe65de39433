"""What a tensor is and how it is read: conversion, kinds, complex parts; choices and shapes that depend on the numbers."""

# mypy: disable-error-code="has-type"

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras.core import dims as D
from keras.core import dtypes, engine, graph, tree
from keras.core.families import axis_of, custom, each, floating, unary
from keras.core.op import as_operand, op, primitive
from keras.core.tensor import KerasTensor, Spec, Symbol
from keras.core.variable import Variable
from keras.ops.control import cond, scan
from keras.ops.elementwise import (
    add, cast, convert_to_tensor, cos, dtype_of, equal, floor_divide, less, maximum, minimum, mod, multiply, select, sin, zeros_of,
)  # fmt: skip
from keras.ops.indexing import add_at, one_hot, take_along
from keras.ops.numeric import arctan2
from keras.ops.reduction import max
from keras.ops.segment import reduce_at
from keras.ops.shaping import broadcast_to, concatenate, flip, reshape, shape_of, slice_along, stack, zeros_like

Tensor = Any


@op(category="core")
def convert_to_numpy(x: Tensor) -> np.ndarray:
    """The numbers of a tensor or variable as a NumPy array of its own.
    Returns: numpy.ndarray in the shape and of the dtype of `x`.
    >>> keras.ops.convert_to_numpy([1.0, 2.0])
    array([1., 2.], dtype=float32)"""
    if isinstance(x, Variable):
        return x.numpy()
    return np.array(x if isinstance(x, Symbol) else engine.current().to_numpy(as_operand(x)))


@op(category="core", operands=0)
def is_tensor(x: Any) -> bool:
    """Whether `x` is a tensor of the current engine, or stands for one in a model or a compiled step.
    Arguments:
        x: anything.
    Returns: bool.
    >>> keras.ops.is_tensor([1.0]), keras.ops.is_tensor(keras.ops.ones((2,)))
    (False, True)"""
    return isinstance(x, Symbol) or engine.current().owns(x)


@op(category="core")
def dtype(x: Tensor) -> str:
    """The name of the dtype.
    Returns: str.
    >>> keras.ops.dtype([1, 2]), keras.ops.dtype(1.5)
    ('int32', 'float32')"""
    return dtype_of(x)


@op()
def array(x: Any, dtype: Any = None) -> Tensor:
    """A number, nested list or array as a tensor of the current engine.
    Arguments:
        x: number, (nested) list of numbers, array, variable or tensor.
        dtype: name of a dtype. Default None: that of `x`; Python floats give the default float, Python integers int32.
    Returns: tensor in the shape of `x`.
    >>> keras.ops.array([[1, 2], [3, 4]])
    array([[1, 2],
           [3, 4]], dtype=int32)"""
    return convert_to_tensor(x, dtype=dtype)


# ---------------------------------------------------------------------------------------------------------------- complex


def _part_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    kind = inputs[0].dtype
    return Spec(inputs[0].dims, {"complex64": "float32", "complex128": "float64"}.get(kind, kind)), attributes


@primitive(custom(_part_rule), vjp=(lambda g, y, x: complex_of(g, zeros_like(g)) if x.dtype in dtypes.COMPLEX else g,))
def real(x: Tensor) -> Tensor:
    """The real part of complex numbers; real numbers as they are.
    Returns: tensor in the shape of `x`: float32 for complex64, float64 for complex128, else of the dtype of `x`.
    >>> keras.ops.real([1 + 2j])
    array([1.])"""


@primitive(
    custom(_part_rule), vjp=(lambda g, y, x: complex_of(zeros_like(g), multiply(g, -1.0)) if x.dtype in dtypes.COMPLEX else zeros_like(g),)
)
def imag(x: Tensor) -> Tensor:
    """The imaginary part of complex numbers, 0 for real ones.
    Returns: tensor in the shape of `x`: float32 for complex64, float64 for complex128, else of the dtype of `x`.
    >>> keras.ops.imag([1 + 2j])
    array([2.])"""


def _complex_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    shape = D.broadcast(inputs[0].dims, inputs[1].dims)
    if shape is None:
        raise ValueError(
            f"keras.ops.{name}: shapes {D.display(inputs[0].dims)} and {D.display(inputs[1].dims)} cannot be broadcast together."
        )
    return Spec(shape, "complex128" if inputs[0].dtype == "float64" else "complex64"), attributes


@primitive(
    custom(_complex_rule, operands=2, promote=floating),
    vjp=(lambda g, z, x, y: real(g), lambda g, z, x, y: multiply(imag(g), -1.0)),
    category="internal",
)
def complex_of(x1: Tensor, x2: Tensor) -> Tensor:
    """The complex numbers x1 + i x2."""


@op(family=unary())
def conj(x: Tensor) -> Tensor:
    """The complex conjugate, with the sign of the imaginary part changed: a - b i for a + b i.
    >>> keras.ops.conj([1 + 2j])
    array([1.-2.j])"""
    return complex_of(real(x), multiply(imag(x), -1.0)) if dtype_of(x) in dtypes.COMPLEX else convert_to_tensor(x)


@op()
def angle(x: Tensor) -> Tensor:
    """The angle of a complex number, from -pi to pi: arctan2(imag(x), real(x)); 0 or pi for real numbers.
    Returns: float tensor in the shape of `x`.
    >>> keras.ops.angle([1j, -1.0])
    array([1.5708, 3.1416])"""
    x = x if dtype_of(x) in dtypes.COMPLEX else cast(x, dtypes.to_floating(dtype_of(x)))
    return arctan2(imag(x), real(x))


@op(family=unary(each, "bool"))
def isreal(x: Tensor) -> Tensor:
    """Whether the imaginary part is 0.
    >>> keras.ops.isreal([1.0, 1j])
    array([ True, False])"""
    return equal(imag(x), 0) if dtype_of(x) in dtypes.COMPLEX else equal(zeros_like(x, dtype="int32"), 0)


@op(operands=2)
def polar(abs_: Tensor, angle: Tensor) -> Tensor:
    """Complex numbers from their absolute values and angles: abs * (cos(angle) + i sin(angle)).
    Arguments:
        abs_: float tensor, the absolute values.
        angle: float tensor that broadcasts with them, in radians.
    Returns: tensor in the broadcast shape, complex64 (complex128 for float64).
    Source: keras.ops.polar of Keras 3, torch.polar.
    >>> keras.ops.polar([2.0], [0.0])
    array([2.+0.j], dtype=complex64)"""
    return complex_of(multiply(abs_, cos(angle)), multiply(abs_, sin(angle)))


@op()
def view_as_complex(x: Tensor) -> Tensor:
    """The complex numbers whose real and imaginary parts are the two elements of the last axis.
    Arguments:
        x: tensor, shape (..., 2).
    Returns: tensor, shape (...), complex64 (complex128 for float64).
    Raises: ValueError if the last axis has another size.
    Source: keras.ops.view_as_complex of Keras 3, torch.view_as_complex.
    >>> keras.ops.view_as_complex([[1.0, 2.0]])
    array([1.+2.j], dtype=complex64)"""
    sizes = shape_of(x)
    if not sizes or sizes[-1] != 2:
        raise ValueError(f"keras.ops.view_as_complex(x): got shape {D.display(sizes)}. Accepted: a last axis of size 2.")
    parts = [reshape(slice_along(x, len(sizes) - 1, i, i + 1), sizes[:-1]) for i in range(2)]
    return complex_of(*parts)


@op()
def view_as_real(x: Tensor) -> Tensor:
    """The real and imaginary parts of complex numbers as a new last axis of size 2.
    Arguments:
        x: complex tensor of any shape.
    Returns: tensor, shape (*shape of x, 2), float32 (float64 for complex128).
    Source: keras.ops.view_as_real of Keras 3, torch.view_as_real.
    >>> keras.ops.view_as_real([1 + 2j])
    array([[1., 2.]])"""
    return stack([real(x), imag(x)], axis=-1)


def _view_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    dtype = dtypes.standardize(attributes["dtype"] or inputs[0].dtype)
    old, new = (dtypes.numpy_dtype(d).itemsize for d in (inputs[0].dtype, dtype))
    dims = inputs[0].dims
    if old != new:
        if not dims or (isinstance(dims[-1], int) and dims[-1] * old % new):
            raise ValueError(
                f"keras.ops.view(dtype): a last axis of {D.display(dims)} in {inputs[0].dtype} does not fit into whole elements of {dtype}."
            )
        dims = (*dims[:-1], dims[-1] * old // new)
    return Spec(dims, dtype), {"dtype": dtype}


@primitive(custom(_view_rule))
def view(x: Tensor, dtype: Any = None) -> Tensor:
    """The same bytes read as another dtype.
    Arguments:
        dtype: name of a dtype; if it is wider or narrower, the last axis becomes shorter or longer. Default None: that of `x`.
    Returns: tensor of that dtype.
    Raises: ValueError if the last axis does not hold whole elements.
    Source: keras.ops.view of Keras 3, numpy.ndarray.view.
    >>> keras.ops.view([1.0], "int32")
    array([1065353216], dtype=int32)"""


# ----------------------------------------------------------------------------------------------------------------- choices


@op(operands=0, name="select")
def select_by_conditions(condlist: Sequence[Tensor], choicelist: Sequence[Tensor], default: Any = 0) -> Tensor:
    """For each place the choice of the first condition that holds, else `default`.
    Arguments:
        condlist: list of bool tensors.
        choicelist: list of as many tensors; all shapes broadcast.
        default: number or tensor, what comes where no condition holds.
    Returns: tensor in the broadcast shape, of the common dtype of choices and default.
    Raises: ValueError if there are not as many choices as conditions.
    >>> keras.ops.select([[True, False], [True, True]], [[1, 1], [2, 2]])
    array([1, 2], dtype=int32)"""
    if len(condlist) != len(choicelist) or not condlist:
        raise ValueError(
            f"keras.ops.select: {len(condlist)} conditions and {len(choicelist)} choices. Accepted: as many of both, at least one."
        )
    result = default
    for condition, choice in zip(reversed(list(condlist)), reversed(list(choicelist)), strict=True):
        result = select(condition, choice, result)
    return result


@op(category="nn")
def multi_hot(
    inputs: Tensor, num_classes: int | None = None, axis: int = -1, dtype: Any = None, sparse: bool = False, **kwargs: Any
) -> Tensor:
    """1 at every class number that occurs in the last axis of `inputs`, else 0.
    Arguments:
        inputs: integer tensor, shape (..., n), or (n,) for one sample.
        num_classes: int > 0. Default None: an error.
        axis: int, where the axis of the classes stands.
        **kwargs: `num_tokens`, an older name of `num_classes`.
    Returns: tensor, shape (..., num_classes), of that dtype.
    Raises: ValueError if `num_classes` is no integer.
    >>> keras.ops.multi_hot([[0, 2], [1, 1]], 3)
    array([[1., 0., 1.],
           [0., 1., 0.]], dtype=float32)"""
    num_classes = kwargs.pop("num_tokens", num_classes)
    if not isinstance(num_classes, int):
        raise ValueError(f"keras.ops.multi_hot(num_classes): got {num_classes!r}. Accepted: an integer.")
    reduced = 1 if len(shape_of(inputs)) > 1 else 0
    return max(one_hot(cast(inputs, "int32"), num_classes, axis=axis, dtype=dtype), axis=reduced)


@op(operands=2)
def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """The coordinates, in a tensor of the given shape, of flat indices.
    Arguments:
        indices: integer tensor; negative ones count from the end.
        shape: tuple of int, the shape of the tensor that is indexed.
    Returns: tuple with a tensor for each axis, in the shape and of the dtype of `indices`.
    >>> keras.ops.unravel_index([5, 0], (2, 3))
    (array([1, 0], dtype=int32), array([2, 0], dtype=int32))"""
    rest = convert_to_tensor(indices)
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    total = int(np.prod(shape))
    rest = minimum(maximum(select(less(rest, 0), add(rest, total), rest), 0), total - 1)
    found = []
    for size in reversed(tuple(shape)):
        found.append(mod(rest, int(size)))
        rest = floor_divide(rest, int(size))
    return tuple(reversed(found))


@op(operands=3)
def scatter_update(inputs: Tensor, indices: Tensor, updates: Tensor, reduction: str | None = None) -> Tensor:
    """`inputs` with `updates` put at `indices`, or joined to what is there.
    Arguments:
        inputs: tensor of any shape and dtype.
        indices: integer tensor, shape (n, d): the first d coordinates of each place.
        updates: tensor, shape (n, *remaining axes).
        reduction: 'add', 'mul', 'max' or 'min'. Default None: to replace; the last of equal indices wins.
    Returns: tensor in the shape and of the dtype of `inputs`.
    Raises: ValueError for another reduction or more coordinates than axes.
    Source: keras.ops.scatter_update of Keras 3, tf.tensor_scatter_nd_update.
    >>> keras.ops.scatter_update([0, 0, 0], [[1], [2]], [5, 7])
    array([0, 5, 7], dtype=int32)"""
    sizes, index_sizes = shape_of(inputs), shape_of(indices)
    depth = index_sizes[-1]
    if not isinstance(depth, int) or depth > len(sizes):
        raise ValueError(
            f"keras.ops.scatter_update(indices): got shape {D.display(index_sizes)} for inputs of shape {D.display(sizes)}. Accepted: "
            "(n, number of axes)."
        )
    if reduction not in (None, "add", "mul", "max", "min"):
        raise ValueError(f"keras.ops.scatter_update(reduction): got {reduction!r}. Accepted: None, 'add', 'mul', 'max' or 'min'.")
    flat: Any = 0
    for i in range(depth):
        column = cast(reshape(slice_along(indices, len(index_sizes) - 1, i, i + 1), (-1,)), "int32")
        column = select(less(column, 0), add(column, cast(sizes[i], "int32")), column)
        flat = add(flat, multiply(column, int(np.prod(sizes[i + 1 : depth]))))  # type: ignore[arg-type]
    rows = reshape(inputs, (D.product(sizes[:depth]), *sizes[depth:]))
    values = reshape(cast(updates, dtype_of(inputs)), (D.product(index_sizes[:-1]), *sizes[depth:]))
    if reduction == "add":
        found = add_at(rows, flat, values, axis=0)
    elif reduction is None:
        found = replace_at(rows, flat, values)
    else:
        found = reduce_at(rows, flat, values, kind={"mul": "prod"}.get(reduction, reduction))
    return reshape(found, sizes)


def _replace_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    return Spec(inputs[0].dims, inputs[0].dtype), attributes


def _replaced_gradient(g: Tensor, y: Tensor, x: Tensor, indices: Tensor, updates: Tensor) -> tuple[Tensor, Any, Tensor]:
    """The updates get what arrives at their rows, of equal indices only the last; x gets the rest."""
    n = shape_of(indices)[0]
    numbers = engine.current().asarray(np.arange(n), "int32")  # type: ignore[arg-type]
    owner = replace_at(cast(zeros_like(reshape(slice_along(reshape(x, (shape_of(x)[0], -1)), 1, 0, 1), (-1,))), "int32"), indices, numbers)
    wins = reshape(equal(take_along(owner, indices, axis=0), numbers), (n, *(1,) * (len(shape_of(updates)) - 1)))
    return replace_at(g, indices, zeros_like(updates)), None, select(wins, take_along(g, indices, axis=0), zeros_of(g))


@primitive(custom(_replace_rule, operands=3, promote=each), vjp=_replaced_gradient, category="internal")
def replace_at(x: Tensor, indices: Tensor, updates: Tensor) -> Tensor:
    """`x` with the rows at the indices replaced by those of `updates`; of equal indices the last one wins."""


# --------------------------------------------------------------------------------------- shapes that depend on the numbers


def _numbers(name: str, x: Any) -> Any:
    """The numbers of an operand, or None for a symbol of a Functional model."""
    x = as_operand(x)
    if isinstance(x, KerasTensor):
        return None
    if not graph.is_known(x):
        raise ValueError(
            f"keras.ops.{name}: the shape of the result depends on the numbers, so it cannot stand in a compiled step. "
            "Write keras.ops.where(condition, a, b)."
        )
    return np.asarray(x)


@op()
def nonzero(x: Tensor) -> tuple[Tensor, ...]:
    """The indices of the elements that are not zero.
    Returns: tuple with an int32 vector for each axis.
    Raises: ValueError in a compiled step, where the number of them is not known.
    >>> keras.ops.nonzero([[0, 3], [4, 0]])
    (array([0, 1], dtype=int32), array([1, 0], dtype=int32))"""
    numbers = _numbers("nonzero", x)
    if numbers is None:
        return tuple(KerasTensor((None,), "int32") for _ in shape_of(x))
    return tuple(engine.current().asarray(v, "int32") for v in np.nonzero(numbers))


@op()
def unique(
    x: Tensor, sorted: bool = True, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None, fill_value: Any = None,
) -> Any:  # fmt: skip
    """The different elements, or slices along `axis`, in rising order; on request also where and how often they occur.
    Arguments:
        sorted: bool, taken for compatibility: they are always in order.
        return_index: bool, whether to return the first place of each.
        return_inverse: bool, whether to return for each element of `x` the number of its value.
        return_counts: bool, whether to return how often each occurs.
        axis: int, the axis of the slices. Default None: elements of the flat tensor.
        size: int, to how many the result is cut or filled. Default None: as many as there are.
        fill_value: number to fill with. Default None: the first value.
    Returns: tensor of the dtype of `x`, or a tuple of it and the int32 tensors that were asked for.
    Raises: ValueError in a compiled step, where the number of them is not known.
    >>> keras.ops.unique([3, 1, 3]), keras.ops.unique([3, 1, 3], return_counts=True)
    (array([1, 3], dtype=int32), (array([1, 3], dtype=int32), array([1, 2], dtype=int32)))"""
    numbers = _numbers("unique", x)
    wanted = [return_index, return_inverse, return_counts]
    if numbers is None:
        symbol = KerasTensor(
            (size,) if axis is None else tuple(size if i == axis % len(x.shape) else n for i, n in enumerate(x.shape)), dtype_of(x)
        )
        extra = [KerasTensor((D.to_public((D.product(shape_of(x)),))[0] if i == 1 else size,), "int32") for i, w in enumerate(wanted) if w]
        return (symbol, *extra) if extra else symbol
    found = np.unique(numbers, return_index=True, return_inverse=True, return_counts=True, axis=axis)
    values, first, inverse, counts = found
    if size is not None:
        place = 0 if axis is None else axis
        values, first, counts = _sized(values, size, place, fill_value), _sized(first, size, 0, None), _sized(counts, size, 0, 0)
    current = engine.current()
    extra = [current.asarray(v, "int32") for v, w in zip((first, inverse, counts), wanted, strict=True) if w]
    return (current.asarray(values), *extra) if extra else current.asarray(values)


def _sized(values: np.ndarray, size: int, axis: int, fill_value: Any) -> np.ndarray:
    values = np.take(values, range(min(size, values.shape[axis])), axis=axis)
    missing = size - values.shape[axis]
    if missing <= 0:
        return values
    filler = np.take(values, [0], axis=axis) if fill_value is None else np.full_like(np.take(values, [0], axis=axis), fill_value)
    return np.concatenate([values, np.repeat(filler, missing, axis=axis)], axis=axis)


# ------------------------------------------------------------------------------------------------- functions of functions


@op(category="core", operands=0)
def switch(index: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """The result of branch number `index` on the operands.
    Arguments:
        index: int or integer scalar; one out of range takes the nearest branch.
        branches: list of functions of the operands that return the same structure, shapes and dtypes.
        *operands: tensors or nests of tensors.
    Returns: what the branch returns.
    Raises: ValueError if there is no branch.
    Source: keras.ops.switch of Keras 3, jax.lax.switch.
    >>> keras.ops.switch(1, [lambda x: x + 1.0, lambda x: x * 5.0], np.float32(2.0))
    np.float32(10.0)"""
    if not branches:
        raise ValueError("keras.ops.switch(branches): got an empty list. Accepted: at least one function.")
    place = minimum(maximum(convert_to_tensor(index), 0), len(branches) - 1)

    def choose(first: int) -> Any:
        if first == len(branches) - 1:
            return branches[first](*operands)
        return cond(equal(place, first), lambda: branches[first](*operands), lambda: choose(first + 1))

    return choose(0)


@op(category="core", operands=0)
def vectorized_map(function: Callable[..., Any], elements: Any) -> Any:
    """`function` applied to each slice along the first axis, the results stacked.
    Arguments:
        function: function of a slice that returns a tensor or a nest of them.
        elements: tensor, or nest of tensors of one first size.
    Returns: tensor or nest like a result of the function, with a new first axis.
    Source: keras.ops.vectorized_map of Keras 3, tf.vectorized_map.
    >>> keras.ops.vectorized_map(lambda row: row * row[0], [[2.0, 3.0], [1.0, 5.0]])
    array([[4., 6.],
           [1., 5.]], dtype=float32)"""
    elements = convert_to_tensor(elements) if isinstance(elements, list) and not isinstance(elements[0], (Symbol, np.ndarray)) else elements
    return scan(lambda carry, x: (carry, function(x)), [], elements)[1]


@op(operands=0)
def vectorize(pyfunc: Callable[..., Any], *, excluded: Any = None, signature: str | None = None) -> Callable[..., Any]:
    """A function of tensors that applies `pyfunc`, a function of one element each, to every element, with broadcasting.
    Arguments:
        pyfunc: function of scalars, or of tensors of the shapes that `signature` names.
        excluded: set of positions of arguments that are passed on as they are. Default None: none.
        signature: str such as '(n,m),(m)->(n)', the last axes that one call takes and gives. Default None: scalars.
    Returns: function of as many tensors.
    Raises: ValueError if `pyfunc` is no function, or shapes do not fit; TypeError for another number of arguments than in `signature`.
    >>> keras.ops.vectorize(lambda a, b: a * b + 1.0)([1.0, 2.0], 3.0)
    array([4., 7.], dtype=float32)"""
    if not callable(pyfunc):
        raise ValueError(f"keras.ops.vectorize(pyfunc): got {pyfunc!r}. Accepted: a function.")
    excluded = frozenset(excluded or ())
    cores = (
        []
        if signature is None
        else [group.count(",") + bool(group.strip()) for group in re.findall(r"\(([^)]*)\)", signature.split("->")[0])]
    )

    def mapped(*args: Any, **kwargs: Any) -> Any:
        places = [i for i in range(len(args)) if i not in excluded]
        if cores and len(cores) != len(places):
            raise TypeError(f"keras.ops.vectorize: got {len(places)} tensors for signature={signature!r}. Accepted: {len(cores)}.")
        tensors = [convert_to_tensor(args[i]) for i in places]
        ranks = [len(shape_of(t)) - core for t, core in zip(tensors, cores or [0] * len(tensors), strict=True)]
        shape = D.broadcast(*(shape_of(t)[:rank] for t, rank in zip(tensors, ranks, strict=True))) if min([0, *ranks]) == 0 else None
        if shape is None:
            shapes = ", ".join(D.display(shape_of(t)) for t in tensors)
            raise ValueError(f"keras.ops.vectorize: shapes {shapes} do not fit signature={signature!r} or cannot be broadcast together.")

        def of_one(values: Sequence[Any]) -> Any:
            given = dict(zip(places, values, strict=True))
            return pyfunc(*(given.get(i, a) for i, a in enumerate(args)), **kwargs)

        inner = [shape_of(t)[rank:] for t, rank in zip(tensors, ranks, strict=True)]
        flat = [reshape(broadcast_to(t, (*shape, *core)), (D.product(shape), *core)) for t, core in zip(tensors, inner, strict=True)]
        found = vectorized_map(of_one, tuple(flat))
        return tree.map_structure(lambda y: reshape(y, (*shape, *shape_of(y)[1:])), found)

    return mapped


@op(category="core", operands=0)
def associative_scan(f: Callable[..., Any], elems: Any, reverse: bool = False, axis: int = 0) -> Any:
    """The running results of an associative function f along an axis: e0, f(e0, e1), f(f(e0, e1), e2), ...
    Arguments:
        f: function of two nests like `elems` (slices that keep the axis) that returns one, with f(f(a, b), c) = f(a, f(b, c)).
        elems: tensor, or nest of tensors of one size along `axis`.
        reverse: bool, whether to start at the end.
    Returns: tensor or nest like `elems`.
    Raises: ValueError if the size of the axis is unknown.
    Source: Blelloch 1990; keras.ops.associative_scan of Keras 3, jax.lax.associative_scan.
    >>> keras.ops.associative_scan(lambda a, b: a + b, keras.ops.array([1.0, 2.0, 3.0]))
    array([1., 3., 6.], dtype=float32)"""
    flat = [as_operand(x) for x in tree.flatten(elems)]
    places = [axis_of("associative_scan", axis, len(shape_of(x))) for x in flat]
    n = shape_of(flat[0])[places[0]]
    if not isinstance(n, int):
        raise ValueError("keras.ops.associative_scan: the size of the axis must be known. Write keras.ops.scan.")
    flat = [flip(x, axis=p) for x, p in zip(flat, places, strict=True)] if reverse else flat
    results = _running(lambda a, b: tree.flatten(f(tree.pack_as(elems, a), tree.pack_as(elems, b))), flat, places, n)
    results = [flip(x, axis=p) for x, p in zip(results, places, strict=True)] if reverse else results
    return tree.pack_as(elems, results)


def _running(join: Callable[..., list[Any]], xs: list[Any], axes: list[int], n: int) -> list[Any]:
    """Running results by pairs: those of the odd places from half as many elements, those of the even ones from them."""
    if n < 2:
        return xs

    def part(values: list[Any], start: int, stop: int | None, step: int) -> list[Any]:
        return [slice_along(v, a, start, stop, step) for v, a in zip(values, axes, strict=True)]

    odd = _running(join, join(part(xs, 0, n - 1, 2), part(xs, 1, None, 2)), axes, n // 2)
    later = (n - 1) // 2
    even = part(xs, 0, 1, 1)
    if later:
        joined = join(part(odd, 0, later, 1), part(xs, 2, None, 2))
        even = [concatenate([a, b], axis=axis) for a, b, axis in zip(even, joined, axes, strict=True)]
    return [_woven(a, b, axis, n) for a, b, axis in zip(even, odd, axes, strict=True)]


def _woven(even: Tensor, odd: Tensor, axis: int, n: int) -> Tensor:
    """The slices of two tensors in turn."""
    half = n // 2
    pairs = stack([slice_along(even, axis, 0, half), odd], axis=axis + 1)
    sizes = shape_of(odd)
    woven = reshape(pairs, (*sizes[:axis], 2 * half, *sizes[axis + 1 :]))
    return concatenate([woven, slice_along(even, axis, half, None)], axis=axis) if n % 2 else woven
