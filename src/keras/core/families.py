"""Families of primitives: which operands are tensors, how their dtypes promote, and the shape and dtype of the result.

A rule takes `(name, inputs, attributes)` and returns `(spec or tuple of specs, attributes in canonical form)`. It is the only place
where an op's shape is derived and where a wrong axis, rank or size is worded.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from keras.core import config, dtypes
from keras.core import dims as D
from keras.core.dims import Dim, Shape
from keras.core.tensor import Spec

Rule = Callable[[str, Sequence[Any], dict[str, Any]], tuple[Any, dict[str, Any]]]
Promote = Callable[[tuple[Any, ...], dict[str, Any]], Sequence[str]]


class Family(NamedTuple):
    """What a primitive's dispatch needs: the number of leading tensor operands (or "list"), dtype promotion, shape rule.

    `kind` and `out` (the result's dtype where the rule fixes it) are for the documentation.
    """

    operands: int | str
    promote: Promote
    rule: Rule
    kind: str = ""
    out: str | None = None


# ---------------------------------------------------------------------------------------------------------------- promotion


@functools.cache
def _same(keys: tuple[Any, ...], floatx: str) -> tuple[str, ...]:
    return (dtypes.result_type(*keys),) * len(keys)


@functools.cache
def _same_floating(keys: tuple[Any, ...], floatx: str) -> tuple[str, ...]:
    return (dtypes.to_floating(dtypes.result_type(*keys)),) * len(keys)


@functools.cache
def _each(keys: tuple[Any, ...], floatx: str) -> tuple[str, ...]:
    return tuple(dtypes.result_type(key) for key in keys)


def same(keys: tuple[Any, ...], attributes: dict[str, Any]) -> Sequence[str]:
    """All operands in their common dtype."""
    return _same(keys, config.floatx())


def floating(keys: tuple[Any, ...], attributes: dict[str, Any]) -> Sequence[str]:
    """All operands in their common dtype, integers as the default float."""
    return _same_floating(keys, config.floatx())


def each(keys: tuple[Any, ...], attributes: dict[str, Any]) -> Sequence[str]:
    """Each operand in its own dtype."""
    return _each(keys, config.floatx())


def boolean(keys: tuple[Any, ...], attributes: dict[str, Any]) -> Sequence[str]:
    """All operands as bool."""
    return ("bool",) * len(keys)


def first_boolean(keys: tuple[Any, ...], attributes: dict[str, Any]) -> Sequence[str]:
    """The first operand as bool, the others in their common dtype."""
    return ("bool", *_same(keys[1:], config.floatx()))


def no_bool(keys: tuple[Any, ...], attributes: dict[str, Any]) -> Sequence[str]:
    """All operands in their common dtype, bool as int32."""
    return tuple("int32" if d == "bool" else d for d in same(keys, attributes))


def products(keys: tuple[Any, ...], attributes: dict[str, Any]) -> Sequence[str]:
    """All operands in their common dtype, int8 throughout as int32, whose products and sums an int8 does not hold."""
    return ("int32",) * len(keys) if set(keys) == {"int8"} else tuple(same(keys, attributes))


DTYPES_ALONE: set[Promote] = {same, floating, each, boolean, first_boolean, no_bool, products}
"""Promotions of tensors that look at dtypes only, not at attributes, so that what they say for some dtypes can be remembered."""


def by_dtypes_alone(promote: Promote) -> Promote:
    """Mark a promotion as one that looks at the dtypes of tensors only."""
    DTYPES_ALONE.add(promote)
    return promote


# ------------------------------------------------------------------------------------------------------------ axis handling


def axis_of(name: str, axis: Any, ndim: int, argument: str = "axis") -> int:
    """`axis` as a number from 0 to ndim - 1."""
    try:
        number = axis.__index__()
    except AttributeError:
        raise TypeError(f"keras.ops.{name}({argument}): got {axis!r}. Accepted: an integer from {-ndim} to {ndim - 1}.") from None
    if not -ndim <= number < ndim:
        raise ValueError(f"keras.ops.{name}({argument}): got {number} for a tensor with {ndim} axes. Accepted: {-ndim} to {ndim - 1}.")
    return number % ndim


def axes_of(name: str, axis: Any, ndim: int) -> tuple[int, ...]:
    """`axis` (None, an integer or several) as a sorted tuple of axes."""
    if axis is None:
        return tuple(range(ndim))
    axes = [axis_of(name, a, ndim) for a in (axis if isinstance(axis, (tuple, list)) else (axis,))]
    if len(set(axes)) != len(axes):
        raise ValueError(f"keras.ops.{name}(axis): got {axis!r}, which names an axis twice. Write each axis once.")
    return tuple(sorted(axes))


# -------------------------------------------------------------------------------------------------------------------- rules


def broadcast_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    """The operands' broadcast shape, the last operand's dtype."""
    shape = D.broadcast(*(x.dims for x in inputs))
    if shape is None:
        shapes = " and ".join(D.display(x.dims) for x in inputs)
        raise ValueError(
            f"keras.ops.{name}: shapes {shapes} cannot be broadcast together. Accepted: "
            "sizes that are equal or 1, counted from the last axis. "
            f"Write keras.ops.reshape or keras.ops.expand_dims to line up the axes."
        )
    return Spec(shape, inputs[-1].dtype), attributes


def _with_dtype(rule: Rule, dtype: str) -> Rule:
    def ruled(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
        spec, canonical = rule(name, inputs, attributes)
        return Spec(spec.dims, dtype), canonical

    return ruled


def same_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    """Shape and dtype of the first operand."""
    return Spec(inputs[0].dims, inputs[0].dtype), attributes


def reduce_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    """The shape without the reduced axes (or with size 1 there)."""
    dims = inputs[0].dims
    axes = axes_of(name, attributes["axis"], len(dims))
    keepdims = bool(attributes["keepdims"])
    shape = tuple(1 if i in axes else n for i, n in enumerate(dims) if keepdims or i not in axes)
    return Spec(shape, inputs[0].dtype), {**attributes, "axis": axes, "keepdims": keepdims}


def arg_reduce_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    """The shape without one axis (all of them for None), int32."""
    dims = inputs[0].dims
    axis, keepdims = attributes["axis"], bool(attributes["keepdims"])
    if axis is None:
        return Spec((1,) * len(dims) if keepdims else (), "int32"), {"axis": None, "keepdims": keepdims}
    axis = axis_of(name, axis, len(dims))
    shape = tuple(1 if i == axis else n for i, n in enumerate(dims) if keepdims or i != axis)
    return Spec(shape, "int32"), {"axis": axis, "keepdims": keepdims}


def along_axis_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    """Same shape; works along one axis."""
    axis = axis_of(name, attributes["axis"], len(inputs[0].dims))
    return Spec(inputs[0].dims, inputs[0].dtype), {**attributes, "axis": axis}


# ----------------------------------------------------------------------------------------------------------------- families


def unary(promote: Promote = each, out: str | None = None) -> Family:
    """Elementwise, one operand."""
    return Family(1, promote, _with_dtype(same_rule, out) if out else same_rule, "unary", out)


def binary(promote: Promote = same, out: str | None = None, operands: int = 2) -> Family:
    """Elementwise with broadcasting."""
    return Family(operands, promote, _with_dtype(broadcast_rule, out) if out else broadcast_rule, "binary", out)


def reduction(promote: Promote = each, out: str | None = None) -> Family:
    """Reduction over `axis`, with `keepdims`."""
    return Family(1, promote, _with_dtype(reduce_rule, out) if out else reduce_rule, "reduction", out)


arg_reduction = Family(1, each, arg_reduce_rule, "arg_reduction", "int32")
along_axis = Family(1, each, along_axis_rule, "along_axis")


def custom(rule: Rule, operands: int | str = 1, promote: Promote = each) -> Family:
    """A primitive with a shape rule of its own."""
    return Family(operands, promote, rule)


def static_shape(name: str, shape: Any, argument: str = "shape") -> Shape:
    """A shape argument as a tuple of sizes; `None` becomes an unknown size."""
    if isinstance(shape, (int, Dim)):
        shape = (shape,)
    try:
        return tuple(n if isinstance(n, Dim) else Dim.unknown() if n is None else int(n) for n in shape)
    except (TypeError, ValueError):
        raise TypeError(f"keras.ops.{name}({argument}): got {shape!r}. Accepted: a tuple of integers, for example (2, 3).") from None
