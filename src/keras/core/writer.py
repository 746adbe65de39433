"""A traced graph as the text of one Python function, a line per node: for engines whose calls cost more than what they compute.

An engine says how single nodes are written (its `emit`); names, memory that is given back, and what is read later are kept here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from keras.core.graph import Graph, Node, Traced
from keras.core.simplify import frozen, is_constant

_PLAIN = ("float32", "float64", "int32", "int64")


class Writer:
    """Writes the lines of a program, one node after the other; an engine's `emit` says how single nodes are written."""

    def __init__(
        self, graph: Graph, variables: Sequence[Any], updated: Sequence[Any], count: int, results: int, subprogram: Callable[[Graph], Any]
    ) -> None:
        self.graph = graph
        self.subprogram = subprogram
        """A graph inside of a node, the body of a loop, as a function."""
        self.count = count
        self.results = results
        self.variables = {id(x): v for x, v in zip(graph.inputs[count:], variables, strict=True)}
        self.updates = list(zip(updated, graph.outputs[results:], strict=True))
        self.output_ids = {id(x) for x in graph.outputs}
        self.uses = Counter(id(x) for node in graph.nodes for x in node.inputs) + Counter(id(x) for x in graph.outputs)
        for position, node in enumerate(graph.nodes):
            node.position = position
        self.last_use = {id(x): node.position for node in graph.nodes for x in node.inputs}
        self.forward = {signature(node.op, node.inputs, node.attributes): node for node in graph.nodes if node.op.body is not None}
        self.residuals: dict[int, str] = {}
        """Node whose gradient follows -> the name of what its gradient needs."""
        self.absorbed: set[int] = set()
        """Nodes that another node's line computes."""
        self.inside: dict[int, Node] = {}
        """Node -> the node that its line computes as well."""
        self.pairs: set[int] = set()
        """Nodes whose results an earlier line has made."""
        self.names: dict[int, str] = {id(x): f"a{i}" for i, x in enumerate(graph.inputs[:count])}
        self.roots: dict[int, int] = {}
        """Views -> the value whose memory they show."""
        self.bound: dict[str, Any] = {}
        self._bound_names: dict[int, str] = {}
        self.lines: list[str] = []
        self.in_place: set[int] = set()
        """Outputs that a line has already written into the variable they are for."""

    # ---------------------------------------------------------------------------------------------------------------- names

    def bind(self, value: Any, hint: str = "k") -> str:
        """The name of a value that is known beforehand."""
        name = self._bound_names.get(id(value))
        if name is None:
            name = self._bound_names[id(value)] = f"{hint}{len(self.bound)}"
            self.bound[name] = value
        return name

    def name(self, x: Traced) -> str:
        """The name of a value."""
        found = self.names.get(id(x))
        if found is not None:
            return found
        variable = self.variables.get(id(x))
        if variable is not None:
            name = self.bind(variable._value, "w")
        elif is_constant(x):
            name = self.bind(x.value, "c")
        else:
            raise RuntimeError(f"a step uses a value that nothing makes: {x!r}")
        self.names[id(x)] = name
        return name

    def scalar(self, x: Traced) -> str | None:
        """A known single number as a Python literal, None for anything else."""
        if not is_constant(x) or x.dims != () or x.dtype not in _PLAIN:
            return None
        number = x.value.item()
        return repr(number) if number == number and abs(number) != float("inf") else None

    def new(self, x: Traced) -> str:
        """A new name for a value that is made here."""
        self.names[id(x)] = f"v{len(self.names)}"
        return self.names[id(x)]

    def put(self, node: Node, expression: str) -> None:
        """The node's result is this expression."""
        if node.multiple:
            targets = ", ".join(self.new(x) for x in node.outputs)
            self.lines.append(f"{targets}{',' if len(node.outputs) == 1 else ''} = {expression}")
        else:
            self.lines.append(f"{self.new(node.outputs[0])} = {expression}")

    def view(self, node: Node, expression: str) -> None:
        """As `put`, for a result that shows its operand's memory."""
        self.put(node, expression)
        self.roots[id(node.outputs[0])] = self.root(node.inputs[0])

    def is_output(self, x: Traced) -> bool:
        """Whether a value leaves the program."""
        return id(x) in self.output_ids

    def root(self, x: Traced) -> int:
        """The value whose memory `x` shows."""
        return self.roots.get(id(x), id(x))

    def write(self, absorb: Callable[[Writer], None], emit: Callable[[Writer, Node], None], finish: Callable[[Writer], None]) -> str:
        """The text of `step`; its names stand for what is in `bound`."""
        absorb(self)
        for node in self.graph.nodes:
            if id(node) not in self.absorbed:
                emit(self, node)
                self._forget(node)
        finish(self)
        arguments = ", ".join(f"a{i}" for i in range(self.count))
        return "\n    ".join([f"def step({arguments}):", *self.lines])

    def _forget(self, node: Node) -> None:
        """Values that nothing reads any more give their memory back."""
        last = [x for x in node.inputs if self.last_use[id(x)] == node.position]
        dead = {self.names[id(x)] for x in last if not self.is_output(x) and id(x) in self.names}
        dead = {name for name in dead if name.startswith("v")}
        if dead:
            self.lines.append(f"del {', '.join(sorted(dead))}")

    def absorb(self, node: Node, into: Node) -> None:
        """The line of a later node computes this one as well: its operands are needed until then."""
        self.absorbed.add(id(node))
        self.inside[id(into)] = node
        for x in node.inputs:
            self.last_use[id(x)] = max(self.last_use[id(x)], into.position)


def signature(op: Any, inputs: Sequence[Traced], attributes: dict[str, Any]) -> Any:
    """What a node computes: equal for a composite's node and for the operands that its gradient names."""
    return (op.name, tuple(id(x) for x in inputs), frozen(attributes))
