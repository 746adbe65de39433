"""Reverse-mode gradients over the table: each node's rule is written with ops, so a gradient is more nodes of the same trace."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any

from keras.core import engine, tree
from keras.core.families import each
from keras.core.graph import Graph, Node, Traced, Tracer, current_tracer, trace
from keras.core.op import ZERO, NotDifferentiable, Op, as_operand, lift
from keras.core.state import StateScope
from keras.core.tensor import REGISTRY, Spec
from keras.core.variable import Variable


def gradients(tracer: Tracer, outputs: Sequence[Traced], cotangents: Sequence[Any], wrt: Sequence[Traced], start: int = 0) -> list[Any]:
    """The cotangent of each of `wrt` (None where nothing depends on it), by one walk backwards over the nodes from `start` on."""
    nodes = tracer.nodes[start:]
    dependent = {id(x) for x in wrt}
    for node in nodes:
        if any(id(x) in dependent for x in node.inputs):
            dependent.update(id(x) for x in node.outputs)
    found: dict[int, Any] = {}
    for output, cotangent in zip(outputs, cotangents, strict=True):
        _accumulate(found, output, lift(tracer, cotangent))
    wanted = {id(x) for x in wrt}
    for node in reversed(nodes):
        arrived = [found.get(id(x)) if id(x) in wanted else found.pop(id(x), None) for x in node.outputs]
        if all(g is None for g in arrived) or not any(id(x) in dependent for x in node.inputs):
            continue
        for operand, cotangent in _operand_cotangents(node, arrived, dependent):
            _accumulate(found, operand, _fit(lift(tracer, cotangent), operand))
    return [found.get(id(x)) for x in wrt]


def _accumulate(found: dict[int, Any], x: Traced, cotangent: Any) -> None:
    earlier = found.get(id(x))
    found[id(x)] = cotangent if earlier is None else REGISTRY["add"](earlier, cotangent)


def _operand_cotangents(node: Node, arrived: list[Any], dependent: set[int]) -> list[tuple[Traced, Any]]:
    rule = node.op.vjp
    if node.op.body is not None and (rule is ZERO or node.op.name in engine.current().gradients_of_natives):
        return _body_cotangents(node, arrived)
    if rule is ZERO:
        return []
    if isinstance(rule, NotDifferentiable):
        raise ValueError(f"No gradient goes through keras.ops.{node.op.name}: {rule.reason}")
    g: Any = arrived[0]
    y: Any = node.outputs[0]
    if node.multiple:
        g = tuple(REGISTRY["zeros_like"](o) if a is None else a for a, o in zip(arrived, node.outputs, strict=True))
        y = node.outputs
    pairs = []
    if callable(rule):  # one function gives the cotangents of all operands
        cotangents = rule(g, y, *node.inputs, **node.attributes)
        pairs = list(zip(node.inputs, cotangents if isinstance(cotangents, (tuple, list)) else (cotangents,), strict=True))
    else:
        for position, (x, operand_rule) in enumerate(zip(node.inputs, rule, strict=True)):
            if operand_rule is None or id(x) not in dependent:
                continue
            maker = x.node
            through = node.op.through.get((position, maker.op.name)) if maker is not None else None
            if maker is not None and through is not None and id(maker.inputs[0]) in dependent:
                pairs.append((maker.inputs[0], through(g, y, *node.inputs, **node.attributes)))
            else:
                pairs.append((x, operand_rule(g, y, *node.inputs, **node.attributes)))
    return [(x, c) for x, c in pairs if c is not None and id(x) in dependent]


def _body_cotangents(node: Node, arrived: list[Any]) -> list[tuple[Traced, Any]]:
    """The cotangents of a composite that an engine runs as one node: the engine's own, else by the gradient of its definition."""
    wrt = tuple(i for i, x in enumerate(node.inputs) if x.dtype.startswith(("float", "bfloat")))
    given = tuple(g is not None for g in arrived)
    operands = [*node.inputs, *(g for g in arrived if g is not None)]
    options: dict[str, Any] = {"of": node.op, "options": node.attributes, "wrt": wrt, "given": given}
    if node.op.name in engine.current().gradients_of_natives:
        found = node.outputs[0].tracer.record(body_gradient, operands, options)
    else:
        found = _gradient_by_definition(operands, **options)
    return [(node.inputs[i], c) for i, c in zip(wrt, found, strict=True)]


def _gradient_by_definition(
    operands: Sequence[Any], of: Op, options: dict[str, Any], wrt: Sequence[int], given: Sequence[bool]
) -> list[Any]:
    count = len(operands) - sum(given)
    inputs, cotangents = operands[:count], iter(operands[count:])

    def definition(*xs: Any) -> Any:
        return of.body(list(xs), **options) if of.operands == "list" else of.body(*xs, **options)

    body, _, _ = trace(definition, [Spec(x.dims, x.dtype) for x in inputs])
    filled = [next(cotangents) if has else REGISTRY["zeros"](o.dims, o.dtype) for has, o in zip(given, body.outputs, strict=True)]
    return vjp_graph(body, wrt).call(*inputs, *filled)


def _body_gradient_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[tuple[Spec, ...], dict[str, Any]]:
    return tuple(Spec(inputs[i].dims, inputs[i].dtype) for i in attributes["wrt"]), attributes


def _second_gradient(g: Any, y: Any, *operands: Any, **options: Any) -> list[Any]:
    first, _, _ = trace(lambda *xs: _gradient_by_definition(xs, **options), [Spec(x.dims, x.dtype) for x in operands])
    wrt = [i for i, x in enumerate(operands) if x.dtype.startswith(("float", "bfloat"))]
    found = dict(zip(wrt, vjp_graph(first, wrt).call(*operands, *g), strict=True))
    return [found.get(i) for i in range(len(operands))]


def _body_gradient(operands: Sequence[Any], of: Op, options: dict[str, Any], wrt: tuple[int, ...], given: tuple[bool, ...]) -> Any:
    """The cotangents of a native composite's operands numbered `wrt`: operands are its own, then the cotangents that were `given`."""


body_gradient = Op("body_gradient", _body_gradient, "list", promote=each, rule=_body_gradient_rule, vjp=_second_gradient, foldable=False)


def _fit(cotangent: Traced, x: Traced) -> Any:
    """The cotangent summed over the axes along which the operand was broadcast, in the operand's dtype."""
    extra = len(cotangent.dims) - len(x.dims)
    axes = tuple(range(extra)) + tuple(i + extra for i, n in enumerate(x.dims) if n == 1 and cotangent.dims[i + extra] != 1)
    if axes:
        cotangent = REGISTRY["reshape"](REGISTRY["sum"](cotangent, axis=axes, keepdims=True), x.dims)
    return cotangent if cotangent.dtype == x.dtype else REGISTRY["cast"](cotangent, x.dtype)


_unreached: ContextVar[list[int] | None] = ContextVar("unreached", default=None)


@contextlib.contextmanager
def watched_gradients() -> Iterator[list[int]]:
    """Inside the block, the list holds the positions of the parameters on which the last differentiated function did not depend."""
    found: list[int] = []
    token = _unreached.set(found)
    try:
        yield found
    finally:
        _unreached.reset(token)


def value_and_grad(function: Callable[..., Any], has_aux: bool = False) -> Callable[..., Any]:
    """A function that returns what `function` returns and its gradient with respect to the first argument.

    `function(parameters, *args)` returns a scalar, or with `has_aux` a pair (scalar, anything). Inside a trace the gradient becomes
    part of the trace; outside, the numbers are computed at once on a tape.
    """

    def wrapped(parameters: Any, *args: Any, **kwargs: Any) -> Any:
        tracer = current_tracer()
        if tracer is not None:
            return _value_and_grad(tracer, function, has_aux, parameters, args, kwargs)
        tracer = Tracer(compute=True)
        with tracer.active():
            traced = tree.map_structure(lambda p: _tape_input(tracer, p), parameters)
            results = _value_and_grad(tracer, function, has_aux, traced, args, kwargs)
            return tree.map_structure(lambda x: x.value if isinstance(x, Traced) else x, results)

    return wrapped


def _tape_input(tracer: Tracer, x: Any) -> Traced:
    constant = lift(tracer, x)
    return tracer.input(constant, value=constant.value)


def _value_and_grad(tracer: Tracer, function: Callable[..., Any], has_aux: bool, parameters: Any, args: Any, kwargs: Any) -> Any:
    parameters = tree.map_structure(lambda p: tracer.lift(p) if isinstance(p, Traced) else _tape_input(tracer, p), parameters)
    start = len(tracer.nodes)
    result = function(parameters, *args, **kwargs)
    loss = result[0] if has_aux else result
    leaves = tree.flatten(parameters)
    if isinstance(loss, Variable):
        loss = loss.value
    if not isinstance(loss, Traced):
        found: list[Any] = [None] * len(leaves)
    else:
        if loss.dims != ():
            raise ValueError(f"value_and_grad: the function must return one number, got shape {loss.shape}. Write keras.ops.mean(loss).")
        one = REGISTRY["ones_like"](loss)
        found = gradients(tracer, [loss], [one], leaves, start)
    unreached = _unreached.get()
    if unreached is not None:
        unreached[:] = [position for position, g in enumerate(found) if g is None]
    grads = [REGISTRY["zeros_like"](p) if g is None else g for p, g in zip(leaves, found, strict=True)]
    return result, tree.pack_as(parameters, grads)


def over_variables(transform: Callable[..., Any], function: Callable[..., Any], has_aux: bool) -> Callable[..., Any]:
    """`transform(function, has_aux)`, an engine's value_and_grad, for parameters among which are variables: `function` reads them anywhere."""

    def call(parameters: Any, *args: Any, **kwargs: Any) -> Any:
        variables = [x for x in tree.leaves(parameters) if isinstance(x, Variable)]
        if not variables:
            return transform(function, has_aux)(parameters, *args, **kwargs)
        assigned: list[Variable] = []

        def pure(values: Any) -> Any:
            pairs = [(x, value) for x, value in zip(tree.leaves(parameters), tree.leaves(values), strict=True) if isinstance(x, Variable)]
            with StateScope(pairs) as scope:
                given = tree.map_structure(lambda x, value: x if isinstance(x, Variable) else value, parameters, values)
                result = function(given, *args, **kwargs)
            assigned[:] = [variable for variable, _ in scope.updates.values()]
            number, aux = result if has_aux else (result, None)
            return number, (aux, [value for _, value in scope.updates.values()])

        values = tree.map_structure(as_operand, parameters)
        (number, (aux, updates)), gradients = transform(pure, True)(values)
        for variable, value in zip(assigned, updates, strict=True):
            variable.assign(value)
        return ((number, aux) if has_aux else number), gradients

    return call


def vjp_graph(graph: Graph, wrt: Sequence[int]) -> Graph:
    """The graph of (inputs, output cotangents) -> cotangents of the inputs numbered `wrt`, the forward part computed again inside."""
    tracer = Tracer()
    with tracer.active():
        inputs = [tracer.input(Spec(x.dims, x.dtype)) for x in graph.inputs]
        outputs = [tracer.lift(x) for x in graph.call(*inputs)]
        cotangents = [tracer.input(Spec(x.dims, x.dtype)) for x in graph.outputs]
        differentiable = [i for i, x in enumerate(outputs) if x.dtype.startswith(("float", "bfloat"))]
        targets = [inputs[i] for i in wrt]
        found = gradients(tracer, [outputs[i] for i in differentiable], [cotangents[i] for i in differentiable], targets)
        results = [lift(tracer, REGISTRY["zeros_like"](x) if g is None else g) for x, g in zip(targets, found, strict=True)]
    return Graph(tracer.inputs, results, tracer.nodes)
