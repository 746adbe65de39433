"""Gradients, loops and branches by JAX's transformations. Variables that a body changes become part of what it carries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keras.core import tree
from keras.core.op import as_operand
from keras.core.state import StateScope
from keras.engines.base import assign_all, with_state
from keras.engines.jax.recurrent import only_backwards
from keras.engines.jax.step import is_array

Array = Any


def tensors(nest: Any) -> Any:
    """The nest with numbers, arrays and variables as tensors."""
    return tree.map_structure(lambda x: None if x is None else jnp.asarray(as_operand(x)), nest)


def value_and_grad(function: Callable[..., Any], has_aux: bool = False) -> Callable[..., Any]:
    """As `keras.value_and_grad`; variables that `function` assigns to have their new values afterwards."""

    def wrapped(parameters: Any, *args: Any, **kwargs: Any) -> Any:
        leaves = tree.flatten(tensors(parameters))
        places = [i for i, x in enumerate(leaves) if jnp.issubdtype(x.dtype, jnp.inexact)]
        seen: dict[str, Any] = {}

        def loss_of(floats: list[Array]) -> tuple[Array, Any]:
            given = list(leaves)
            for place, value in zip(places, floats, strict=True):
                given[place] = value
            with StateScope() as scope:
                token = only_backwards.set(True)
                try:
                    result = function(tree.pack_as(parameters, given), *args, **kwargs)
                finally:
                    only_backwards.reset(token)
            loss, rest = result if has_aux else (result, None)
            loss = jnp.asarray(as_operand(loss))
            if loss.shape != ():
                raise ValueError(
                    f"value_and_grad: the function must return one number, got shape {loss.shape}. Write keras.ops.mean(loss)."
                )
            seen["variables"] = [variable for variable, _ in scope.updates.values()]
            flat = [as_operand(x) if hasattr(x, "assign") else x for x in tree.flatten(rest)]
            seen["rest"], seen["flat"] = rest, [None if is_array(x) else x for x in flat]
            seen["holes"] = [is_array(x) for x in flat]
            return loss, ([x for x in flat if is_array(x)], [value for _, value in scope.updates.values()])

        (loss, (arrays, updates)), found = jax.value_and_grad(loss_of, has_aux=True)([leaves[i] for i in places])
        assign_all(seen["variables"], updates)
        gradients = [jnp.zeros_like(x) for x in leaves] if len(places) < len(leaves) else list(found)
        for place, value in zip(places, found, strict=True):
            gradients[place] = value
        iterator = iter(arrays)
        rest = [next(iterator) if hole else x for hole, x in zip(seen["holes"], seen["flat"], strict=True)]
        return ((loss, tree.pack_as(seen["rest"], rest)) if has_aux else loss), tree.pack_as(parameters, gradients)

    return wrapped


def _changes(body: Callable[..., Any], *arguments: Any) -> list[Any]:
    """The variables that `body` assigns to."""
    scope = StateScope()

    def look(*traced: Any) -> Any:
        with scope:
            tree.map_structure(lambda x: x, body(*traced))
        return 0

    jax.eval_shape(look, *arguments)
    return [variable for variable, _ in scope.updates.values()]


def scan(f: Callable[..., Any], init: Any, xs: Any, length: int, reverse: bool) -> tuple[Any, Any]:
    """`carry, y = f(carry, x)` for each slice."""
    init, xs = tensors(init), tensors(xs)
    first = tree.map_structure(lambda x: None if x is None else jax.ShapeDtypeStruct(x.shape[1:], x.dtype), xs)
    variables = _changes(f, init, first)

    def step(carry: Any, x: Any) -> Any:
        (inner, y), state = with_state(variables, carry[1], lambda: tensors(f(carry[0], x)))
        return (inner, state), y

    (carry, state), ys = lax.scan(step, (init, [v.raw for v in variables]), xs, length=length, reverse=reverse)
    assign_all(variables, state)
    return carry, ys


def while_loop(cond: Callable[..., Any], body: Callable[..., Any], variables: tuple[Any, ...]) -> tuple[Any, ...]:
    """`variables = body(*variables)` while `cond(*variables)` holds."""
    start = tensors(tuple(variables))
    changed = _changes(lambda v: body(*v), start)

    def step(carry: Any) -> Any:
        return with_state(changed, carry[1], lambda: tensors(tuple(body(*carry[0]))))

    def holds(carry: Any) -> Any:
        with StateScope(zip(changed, carry[1], strict=True)):
            return jnp.reshape(jnp.asarray(as_operand(cond(*carry[0])), np.bool_), ())

    result, state = lax.while_loop(holds, step, (start, [v.raw for v in changed]))
    assign_all(changed, state)
    return result


def cond(predicate: Any, true_function: Callable[[], Any], false_function: Callable[[], Any]) -> Any:
    """One of two results; a predicate whose value is known runs only its own branch."""
    if not isinstance(predicate, jax.core.Tracer):
        return true_function() if bool(predicate) else false_function()
    functions = (true_function, false_function)
    changed = list({id(v): v for f in functions for v in _changes(f)}.values())
    branches = [lambda state, f=f: with_state(changed, state, lambda: tensors(f())) for f in functions]
    result, state = lax.cond(jnp.reshape(predicate, ()).astype(np.bool_), *branches, [v.raw for v in changed])
    assign_all(changed, state)
    return result


def custom_gradient(pair: Callable[..., Any], operands: list[Array]) -> Any:
    """The value of `pair(*operands)`, a (value, gradient function), with that gradient."""

    def with_rule(*values: Array) -> Any:
        value, gradient = pair(*values)

        def rule(arrived: Any) -> Any:
            found = gradient(*(arrived if isinstance(arrived, (tuple, list)) else (arrived,)))
            return tuple(found) if isinstance(found, (tuple, list)) else (found,)

        return value, rule

    return jax.custom_gradient(with_rule)(*operands)
