"""A traced graph made smaller: composites without a function of the engine opened, equal nodes shared, constants folded, dead nodes dropped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from keras.core import engine
from keras.core.graph import Graph, Node, Traced, Tracer


def simplify(graph: Graph, natives: Any) -> Graph:
    """An equal graph that does less; composites named in `natives` stay one node."""
    return _without_dead_nodes(_rebuilt(graph, natives))


class _SharingTracer(Tracer):
    """Records like a tracer, but gives back the earlier node when an equal one is asked for."""

    def __init__(self, natives: Any) -> None:
        super().__init__()
        self.natives = natives
        self._seen: dict[Any, Any] = {}
        self._constants: dict[Any, Traced] = {}

    def record(self, op: Any, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        if op.body is not None and op.name not in self.natives:
            arguments = [list(operands)] if op.operands == "list" else operands
            return op.body(*arguments, **attributes)
        inputs = tuple(self.lift(x) for x in operands)
        short = _identity(op.name, inputs, attributes)
        if short is not None:
            return short
        key = (op.name, tuple(self._key(x) for x in inputs), frozen(attributes))
        try:
            found = self._seen.get(key)
        except TypeError:  # an attribute without a hash
            return super().record(op, inputs, attributes)
        if found is None:
            found = self._seen[key] = super().record(op, inputs, attributes)
        return found

    def _key(self, x: Traced) -> Any:
        if is_constant(x) and math.prod(x.value.shape) <= 16:
            return (x.dtype, x.dims, engine.current().to_numpy(x.value).tobytes())
        return id(x)


def _identity(name: str, inputs: tuple[Traced, ...], attributes: dict[str, Any]) -> Traced | None:
    """The operand itself where an op changes nothing."""
    x = inputs[0] if inputs else None
    if x is None:
        return None
    same = (
        name in ("stop_gradient", "copy")
        or (name == "reshape" and tuple(attributes["newshape"]) == x.dims)
        or (name == "broadcast_to" and tuple(attributes["shape"]) == x.dims)
        or (name == "transpose" and tuple(attributes["axes"]) == tuple(range(len(x.dims))))
        or (name == "cast" and attributes["dtype"] == x.dtype)
    )
    if same:
        return x
    if name in _NEUTRAL:
        neutral, positions = _NEUTRAL[name]
        for position in positions:
            constant, other = inputs[position], inputs[1 - position]
            if (
                is_constant(constant)
                and all(n == 1 for n in constant.dims)
                and constant.value.reshape(-1)[0] == neutral
                and len(constant.dims) <= len(other.dims)
            ):
                return other
    return None


_NEUTRAL = {"add": (0, (0, 1)), "subtract": (0, (1,)), "multiply": (1, (0, 1)), "divide": (1, (1,))}
"""The number that changes nothing, and at which operands."""


def frozen(value: Any) -> Any:
    """A nest of attributes as something with a hash."""
    if isinstance(value, dict):
        return tuple((k, frozen(v)) for k, v in sorted(value.items()))
    if isinstance(value, (list, tuple)):
        return tuple(map(frozen, value))
    return id(value) if isinstance(value, Graph) else value


def _rebuilt(graph: Graph, natives: Any) -> Graph:
    tracer = _SharingTracer(natives)
    values: dict[int, Traced] = {}
    with tracer.active():
        for x in graph.inputs:
            values[id(x)] = tracer.input(x)
        for node in graph.nodes:
            inputs = [values.get(id(x), x) for x in node.inputs]
            attributes = {k: simplify(v, natives) if isinstance(v, Graph) else v for k, v in node.attributes.items()}
            results = tracer.record(node.op, inputs, attributes)
            for output, result in zip(node.outputs, results if isinstance(results, (tuple, list)) else (results,), strict=True):
                values[id(output)] = tracer.lift(result)
        outputs = [values.get(id(x), x) for x in graph.outputs]
    return Graph(tracer.inputs, outputs, tracer.nodes)


def _without_dead_nodes(graph: Graph) -> Graph:
    needed = {id(x) for x in graph.outputs}
    kept: list[Node] = []
    for node in reversed(graph.nodes):
        if any(id(x) in needed for x in node.outputs):
            kept.append(node)
            needed.update(id(x) for x in node.inputs)
    return Graph(graph.inputs, graph.outputs, kept[::-1])


def is_constant(x: Traced) -> bool:
    """Whether the numbers were known while tracing."""
    return x.node is None and x.value is not None
