"""Derivatives that users write or ask for: `custom_gradient` and `jvp`. `value_and_grad` is in `control`."""

# mypy: disable-error-code="empty-body"

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from keras.core import dtypes, engine, graph, tree
from keras.core.families import Family, each
from keras.core.graph import Graph, Traced
from keras.core.op import abstractly, as_operand, op, primitive
from keras.core.tensor import Spec, any_symbolic
from keras.ops.control import value_and_grad
from keras.ops.elementwise import add, dtype_of, multiply
from keras.ops.reduction import sum
from keras.ops.shaping import ones_like, shape_of, zeros_like

Tensor = Any


def _given_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[tuple[Spec, ...], dict[str, Any]]:
    count = attributes["count"]
    return tuple(Spec(x.dims, x.dtype) for x in inputs[count : count + attributes["results"]]), attributes


def _given_gradient(g: Any, y: Any, *operands: Any, count: int, results: int, gradient: Graph) -> list[Any]:
    return gradient.call(*g, *operands[count + results :]) + [None] * (len(operands) - count)


@primitive(Family("list", each, _given_rule), vjp=_given_gradient, category="internal", foldable=False)
def with_gradient(operands: Sequence[Tensor], count: int, results: int, gradient: Graph) -> tuple[Tensor, ...]:
    """Results whose gradient is given: operands are `count` arguments, the results, and what `gradient` captured."""


def _as_list(x: Any) -> list[Any]:
    return list(x) if isinstance(x, (list, tuple)) else [x]


@op(category="core", operands=0)
def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f` with a gradient that is written by hand.
    Arguments:
        f: function of tensors that returns a pair: its value (a tensor, or several), and a function of the gradients that arrive at the
            value, one for each tensor of it, which returns the gradients for the arguments (one, or a tuple). It may take them as
            `(*args, upstream=None)` as well.
    Returns: function with the arguments of `f` that returns its value.
    Raises: TypeError if `f` is not a function; ValueError if it does not return a pair.
    Source: keras.ops.custom_gradient of Keras 3; tf.custom_gradient.
    >>> @keras.ops.custom_gradient
    ... def log1pexp(x):
    ...     e = keras.ops.exp(x)
    ...     return keras.ops.log1p(e), lambda upstream: upstream * (1 - 1 / (1 + e))
    >>> float(keras.value_and_grad(log1pexp)(0.0)[1])
    0.5"""
    if not callable(f):
        raise TypeError(f"keras.ops.custom_gradient(f): got {f!r}. Accepted: a function that returns (value, gradient function).")

    @functools.wraps(f)
    def call(*args: Any) -> Any:
        operands = [as_operand(x) for x in args]
        if any_symbolic(operands) and not any(isinstance(x, Traced) for x in operands):
            with abstractly():
                return _pair(f, args)[0]
        if graph.current_tracer() is None and not any(isinstance(x, Traced) for x in operands):
            native = getattr(engine.current(), "custom_gradient", None)
            return native(lambda *values: _pair(f, values), operands) if native is not None else _pair(f, args)[0]
        return _traced(f, operands)

    return call


def _pair(f: Callable[..., Any], args: Sequence[Any]) -> tuple[Any, Callable[..., Any]]:
    found = f(*args)
    if not isinstance(found, (tuple, list)) or len(found) != 2 or not callable(found[1]):
        raise ValueError(
            f"keras.ops.custom_gradient(f): the function returned {type(found).__name__}. Accepted: a pair (value, gradient function)."
        )
    return found[0], found[1]


def _traced(f: Callable[..., Any], operands: list[Any]) -> Any:
    """The function as one node, whose gradient is a graph with everything it needs as operands."""
    value, gradient = _pair(f, operands)
    results = [as_operand(v) for v in _as_list(value)]
    specs = [Spec(tuple(shape_of(v)), graph.dtype_name(v)) for v in results]
    backward, _, captured = graph.trace(lambda *gs: [zeros_like(g) if c is None else c for c, g in _with_none(gradient(*gs), gs)], specs)
    found = with_gradient([*operands, *results, *captured], count=len(operands), results=len(results), gradient=backward)
    return tree.pack_as(value, list(found)) if isinstance(value, (list, tuple)) else found[0]


def _with_none(cotangents: Any, gs: Sequence[Any]) -> list[tuple[Any, Any]]:
    return [(c, gs[0]) for c in _as_list(cotangents)]


# -------------------------------------------------------------------------------------------------------- along a direction


@op(category="core", operands=0)
def jvp(fun: Callable[..., Any], primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """What `fun` returns, and its derivative at `primals` along the direction `tangents`.
    Arguments:
        fun: function of tensors that returns a tensor or a nest of them (with `has_aux`: a pair of that and anything).
        primals: list or tuple, one tensor for each argument of `fun`.
        tangents: list or tuple of as many, of the same shapes and dtypes: the direction.
        has_aux: bool, whether `fun` returns a pair.
    Returns: (value, derivative); with `has_aux` (value, derivative, the second part).
    Raises: TypeError for primals and tangents that are no lists or tuples; ValueError where shapes differ.
    Source: keras.ops.jvp of Keras 3; jax.jvp.
    >>> [float(v) for v in keras.ops.jvp(lambda x: x * x, (3.0,), (1.0,))]
    [9.0, 6.0]"""
    if not isinstance(primals, (list, tuple)) or not isinstance(tangents, (list, tuple)) or len(primals) != len(tangents):
        raise TypeError(
            f"keras.ops.jvp(primals, tangents): got {type(primals).__name__} and {type(tangents).__name__}. Accepted: "
            "two lists or tuples of the same length, one entry for each argument. Write jvp(f, (x,), (direction,))."
        )
    points, directions = ([as_operand(x) for x in tree.flatten(list(nest))] for nest in (primals, tangents))
    for point, direction in zip(points, directions, strict=True):
        if tuple(shape_of(point)) != tuple(shape_of(direction)):
            raise ValueError(
                f"keras.ops.jvp(tangents): got shape {tuple(shape_of(direction))} for a primal of shape {tuple(shape_of(point))}. "
                "Accepted: equal shapes."
            )

    def value_of(values: Any) -> tuple[Any, Any]:
        result = fun(*tree.pack_as(list(primals), values))
        return result if has_aux else (result, None)

    value, aux = value_of(points)
    flat = [as_operand(v) for v in tree.flatten(value)]
    floats = [i for i, v in enumerate(flat) if dtypes.is_float(dtype_of(v))]

    def along(arrived: list[Any]) -> Any:
        def arriving(values: Any) -> Any:
            outputs = tree.flatten(value_of(values)[0])
            return _total(multiply(outputs[i], g) for i, g in zip(floats, arrived, strict=True))

        slopes = value_and_grad(arriving)(points)[1]
        return _total(multiply(s, d) for s, d in zip(slopes, directions, strict=True))

    found = value_and_grad(along)([ones_like(flat[i]) for i in floats])[1] if floats else []
    derivative = [zeros_like(v) for v in flat]
    for i, d in zip(floats, found, strict=True):
        derivative[i] = d
    packed = tree.pack_as(value, derivative)
    return (value, packed, aux) if has_aux else (value, packed)


def _total(terms: Any) -> Tensor:
    return functools.reduce(add, [sum(term) for term in terms])
