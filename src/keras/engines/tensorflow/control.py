"""Gradients by `tf.GradientTape`, loops and branches of graphs. Variables that a body changes become part of what it carries."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import tensorflow as tf

from keras.core import tree
from keras.core.op import as_operand
from keras.core.state import StateScope
from keras.engines.base import assign_all, with_state

Tensor = Any
differentiates: ContextVar[bool] = ContextVar("differentiates", default=False)
"""Whether `keras.value_and_grad` records what is computed here. Rules for its gradient only cost elsewhere: saved models lose them."""


def tensors(nest: Any) -> Any:
    """The nest with numbers, arrays and variables as tensors."""
    return tree.map_structure(lambda x: None if x is None else tf.convert_to_tensor(as_operand(x)), nest)


def value_and_grad(function: Callable[..., Any], has_aux: bool = False) -> Callable[..., Any]:
    """As `keras.value_and_grad`."""

    def wrapped(parameters: Any, *args: Any, **kwargs: Any) -> Any:
        leaves = [tf.identity(as_operand(x)) for x in tree.flatten(parameters)]
        watched = [x for x in leaves if x.dtype.is_floating or x.dtype.is_complex]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(watched)
            token = differentiates.set(True)
            try:
                result = function(tree.pack_as(parameters, leaves), *args, **kwargs)
            finally:
                differentiates.reset(token)
            loss = tf.convert_to_tensor(as_operand(result[0] if has_aux else result))
        if loss.shape != ():
            raise ValueError(
                f"value_and_grad: the function must return one number, got shape {tuple(loss.shape)}. Write keras.ops.mean(loss)."
            )
        found = iter(tape.gradient(loss, watched, unconnected_gradients="zero"))
        gradients = [tf.convert_to_tensor(next(found)) if x.dtype.is_floating or x.dtype.is_complex else tf.zeros_like(x) for x in leaves]
        return result, tree.pack_as(parameters, gradients)

    return wrapped


def _look(body: Callable[..., Any], *arguments: Any) -> tuple[list[Any], Any]:
    """The variables that `body` assigns to, and what it returns with specs in place of tensors."""
    scope = StateScope()
    seen: dict[str, Any] = {}

    def traced(*values: Any) -> list[Tensor]:
        with scope:
            seen["result"] = tensors(body(*tree.pack_as(list(arguments), list(values))))
        return _tensors_of(seen["result"])

    leaves = tree.flatten(list(arguments))
    specs = [None if x is None else tf.TensorSpec(x.shape, x.dtype) for x in leaves]
    tf.function(traced, autograph=False).get_concrete_function(*specs)
    result = tree.map_structure(lambda x: None if x is None else tf.TensorSpec(x.shape, x.dtype), seen["result"])
    return [variable for variable, _ in scope.updates.values()], result


def _tensors_of(nest: Any) -> list[Tensor]:
    return [x for x in tree.flatten(nest) if x is not None]


def _packed(nest: Any, leaves: Any) -> Any:
    """The leaves in the nest's structure, None where it has None."""
    iterator = iter(leaves)
    return tree.pack_as(nest, [None if x is None else next(iterator) for x in tree.flatten(nest)])


def scan(f: Callable[..., Any], init: Any, xs: Any, length: int, reverse: bool) -> tuple[Any, Any]:
    """`carry, y = f(carry, x)` for each slice, as one loop of the graph."""
    init, xs = tensors(init), tensors(xs)
    first = tree.map_structure(lambda x: None if x is None else tf.TensorSpec(x.shape[1:], x.dtype), xs)
    variables, (_, y_specs) = _look(f, init, first)
    arrays = [tf.TensorArray(s.dtype, length, element_shape=s.shape) for s in _tensors_of(y_specs)]
    # read from arrays, not by a gather, whose gradient has all rows at every step
    rows = [tf.TensorArray(x.dtype, length, element_shape=x.shape[1:]).unstack(x) for x in _tensors_of(xs)]

    def step(t: Tensor, carry: Any, state: Any, made: Any) -> Any:
        place = length - 1 - t if reverse else t
        slices = _packed(xs, [array.read(place) for array in rows])
        (carry, y), state = with_state(variables, state, lambda: tensors(f(_packed(init, carry), slices)))
        return t + 1, _tensors_of(carry), state, [array.write(place, v) for array, v in zip(made, _tensors_of(y), strict=True)]

    state = [tf.convert_to_tensor(v.raw) for v in variables]
    start = (tf.constant(0), _tensors_of(init), state, arrays)
    _, carry, state, made = tf.while_loop(lambda t, *_: t < length, step, start, maximum_iterations=length)
    assign_all(variables, state)
    return _packed(init, carry), _packed(y_specs, [array.stack() for array in made])


def while_loop(cond: Callable[..., Any], body: Callable[..., Any], variables: tuple[Any, ...]) -> tuple[Any, ...]:
    """`variables = body(*variables)` while `cond(*variables)` holds, as one loop of the graph."""
    start = tensors(tuple(variables))
    changed, _ = _look(body, *start)

    def step(values: Any, state: Any) -> Any:
        result, state = with_state(changed, state, lambda: tensors(tuple(body(*_packed(start, values)))))
        return _tensors_of(result), state

    def holds(values: Any, state: Any) -> Tensor:
        with StateScope(zip(changed, state, strict=True)):
            return tf.reshape(tf.cast(as_operand(cond(*_packed(start, values))), tf.bool), ())

    result, state = tf.while_loop(holds, step, (_tensors_of(start), [tf.convert_to_tensor(v.raw) for v in changed]))
    assign_all(changed, state)
    return _packed(start, result)


def cond(predicate: Any, true_function: Callable[[], Any], false_function: Callable[[], Any]) -> Any:
    """One of two results; a predicate whose value is known runs only its own branch."""
    if tf.executing_eagerly() or not isinstance(predicate, tf.Tensor):
        return true_function() if bool(predicate) else false_function()
    functions = (true_function, false_function)
    changed = list({id(v): v for f in functions for v in _look(f)[0]}.values())
    state = [tf.convert_to_tensor(v.raw) for v in changed]
    branches = [lambda f=f: with_state(changed, state, lambda: tensors(f())) for f in functions]
    result, state = tf.cond(tf.reshape(tf.cast(predicate, tf.bool), ()), *branches)
    assign_all(changed, state)
    return result
