"""The graph of a traced function: nodes of the op table in the order in which they ran.

A `Tracer` records ops on `Traced` symbols. In graph mode the symbols have no numbers and the graph is compiled; in compute mode
(`compute=True`, the tape of eager training) every node is also run at once, so a symbol has its value, Python may branch on it,
and gradients are recorded and run by the same rules.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

from keras.core import dtypes, engine
from keras.core.dims import Shape
from keras.core.tensor import Spec, Symbol

_current: ContextVar[Tracer | None] = ContextVar("tracer", default=None)


class Traced(Symbol):
    """A value in a traced graph. `node` is None for inputs and constants; `value` is set for constants and in compute mode."""

    __slots__ = ("__weakref__", "_keras_mask", "dims", "dtype", "node", "tracer", "value")

    def __init__(self, tracer: Tracer, dims: Shape, dtype: str, node: Node | None = None, value: Any = None) -> None:
        self.tracer = tracer
        self.dims = dims
        self.dtype = dtype
        self.node = node
        self.value = value

    def _known(self, base: Callable[..., Any]) -> Any:
        return self.value if self.value is not None else base(self)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.asarray(self._known(Symbol.__array__), dtype)

    def __bool__(self) -> bool:
        return bool(self._known(Symbol.__bool__))

    def __float__(self) -> float:
        return float(self._known(Symbol.__float__))

    def __int__(self) -> int:
        return int(self._known(Symbol.__int__))

    def __index__(self) -> int:
        return int(self._known(Symbol.__int__))

    def numpy(self) -> np.ndarray:
        """The numbers as a NumPy array, where they are known (constants, and eager training)."""
        return np.asarray(self)

    def __repr__(self) -> str:
        numbers = f", value={self.value!r}" if self.value is not None else ""
        return f"<Traced shape={self.shape}, dtype={self.dtype}{numbers}>"


class Node:
    """One op with its operands, its attributes and what it made."""

    __slots__ = ("attributes", "inputs", "multiple", "op", "outputs", "position")

    def __init__(self, op: Any, inputs: tuple[Traced, ...], attributes: dict[str, Any], position: int) -> None:
        self.op = op
        self.inputs = inputs
        self.attributes = attributes
        self.position = position
        self.outputs: tuple[Traced, ...] = ()
        self.multiple = False  # whether the op returns a tuple, also of one

    def __repr__(self) -> str:
        return f"{self.op.name}({', '.join(f'{x.dtype}{list(x.dims)}' for x in self.inputs)}, {self.attributes})"


class Tracer:
    """Records the nodes of one traced function. Values of an enclosing trace that are used inside become captures (extra inputs)."""

    def __init__(self, compute: bool = False) -> None:
        self.compute = compute
        self.nodes: list[Node] = []
        self.inputs: list[Traced] = []
        self.captures: dict[int, tuple[Traced, Traced]] = {}

    def input(self, spec: Any, value: Any = None) -> Traced:
        """A new input."""
        traced = Traced(self, tuple(spec.dims), spec.dtype, value=value)
        self.inputs.append(traced)
        return traced

    def constant(self, value: Any, dtype: str | None = None) -> Traced:
        """A value that is known while tracing."""
        array = engine.current().asarray(value, dtype)
        return Traced(self, tuple(array.shape), engine.current().dtype_of(array), value=array)

    def lift(self, x: Any) -> Traced:
        """`x` as a value of this trace: itself, a capture of an enclosing trace's value, or a constant."""
        if not isinstance(x, Traced):
            return self.constant(x)
        if x.tracer is self or (x.node is None and x.value is not None and not x.tracer.compute):
            return x
        if self.compute:  # an eager trace inside an eager trace: the outer value is a constant here
            return self.constant(x.value)
        captured = self.captures.get(id(x))
        if captured is None:
            captured = (x, Traced(self, x.dims, x.dtype))
            self.captures[id(x)] = captured
        return captured[1]

    def record(self, op: Any, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        """Append a node and return its output(s); constants are folded, and in compute mode the node runs at once."""
        inputs = tuple(self.lift(x) for x in operands)
        known = op.foldable and inputs and all(x.node is None and x.value is not None for x in inputs) and not self.compute
        if self.compute or known:
            values = op.evaluate([x.value for x in inputs], attributes)
            if known:
                return tuple(self.constant(v) for v in values) if isinstance(values, tuple) else self.constant(values)
            specs = tuple(_spec_of(v) for v in values) if isinstance(values, tuple) else _spec_of(values)
        else:
            values = None
            specs = op.infer(inputs, attributes)
        node = Node(op, inputs, attributes, len(self.nodes))
        self.nodes.append(node)
        if isinstance(specs, tuple):
            node.multiple = True
            node.outputs = tuple(Traced(self, s.dims, s.dtype, node, v) for s, v in zip(specs, values or (None,) * len(specs), strict=True))
            return node.outputs
        node.outputs = (Traced(self, specs.dims, specs.dtype, node, values),)
        return node.outputs[0]

    @contextlib.contextmanager
    def active(self) -> Iterator[Tracer]:
        """Record ops here inside the block."""
        token = _current.set(self)
        try:
            yield self
        finally:
            _current.reset(token)


def _spec_of(value: Any) -> Spec:
    return Spec(tuple(value.shape), engine.current().dtype_of(value))


def current_tracer() -> Tracer | None:
    """The innermost active trace, or None."""
    return _current.get()


def tracer_of(operands: Sequence[Any]) -> Tracer:
    """The trace that records an op on these operands: the active one, else the one of the operands."""
    return _current.get() or next(x.tracer for x in operands if isinstance(x, Traced))


class Graph:
    """A finished trace as a function: `graph.call(*operands)` runs (or records) its nodes on other operands."""

    def __init__(self, inputs: Sequence[Traced], outputs: Sequence[Traced], nodes: Sequence[Node]) -> None:
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)
        self.nodes = tuple(nodes)

    def call(self, *operands: Any) -> list[Any]:
        """The outputs for these operands: numbers for numbers, symbols for symbols."""
        values: dict[int, Any] = {id(x): operand for x, operand in zip(self.inputs, operands, strict=True)}

        def look_up(x: Traced) -> Any:
            if id(x) in values:
                return values[id(x)]
            return x if x.node is None and x.value is None else x.value

        for node in self.nodes:
            results = node.op.apply([look_up(x) for x in node.inputs], node.attributes)
            for output, result in zip(node.outputs, results if isinstance(results, (tuple, list)) else (results,), strict=True):
                values[id(output)] = result
        return [look_up(x) for x in self.outputs]

    def __repr__(self) -> str:
        names: dict[int, str] = {id(x): f"in{i}" for i, x in enumerate(self.inputs)}
        lines = [f"graph({', '.join(f'in{i}: {x.dtype}{list(x.dims)}' for i, x in enumerate(self.inputs))})"]

        def name(x: Traced) -> str:
            return names.get(id(x)) or (f"const{list(x.dims)}" if x.dims else str(x.value))

        for node in self.nodes:
            for output in node.outputs:
                names[id(output)] = f"v{len(names)}"
            made = ", ".join(f"{names[id(o)]}: {o.dtype}{list(o.dims)}" for o in node.outputs)
            options = "".join(f", {k}={v}" for k, v in node.attributes.items() if not isinstance(v, Graph))
            lines.append(f"  {made} = {node.op.name}({', '.join(map(name, node.inputs))}{options})")
        return "\n".join([*lines, f"  return {', '.join(map(name, self.outputs))}"])


def trace(function: Callable[..., Any], specs: Sequence[Any]) -> tuple[Graph, Any, list[Traced]]:
    """The graph of `function` on symbols of these specs, what it returned, and the enclosing values it captured (the graph's last inputs)."""
    tracer = Tracer()
    with tracer.active():
        arguments = [tracer.input(spec) for spec in specs]
        result = function(*arguments)
        flat = result if isinstance(result, (list, tuple)) else [result]
        outputs = [tracer.lift(x) for x in flat]
    captured = list(tracer.captures.values())
    graph = Graph([*tracer.inputs, *(inner for _, inner in captured)], outputs, tracer.nodes)
    return graph, result, [outer for outer, _ in captured]


def is_known(x: Any) -> bool:
    """Whether numbers are at hand: anything but a symbol without a value."""
    return not isinstance(x, Symbol) or (isinstance(x, Traced) and x.value is not None)


def dtype_name(x: Any) -> str:
    """The canonical dtype name of a symbol, variable, engine tensor, array or Python value."""
    found = getattr(x, "dtype", None)
    if isinstance(found, str):
        return found
    return dtypes.standardize(found) if found is not None else dtypes.result_type(type(x))
