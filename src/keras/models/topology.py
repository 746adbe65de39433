"""The graph between two sets of symbols: which nodes lead from one to the other, and in which order Keras lists their operations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from keras.core.operation import Node, Operation, history_of
from keras.core.tensor import KerasTensor


def node_of(tensor: KerasTensor) -> Node | None:
    """The node that made a symbol, or None."""
    history = history_of(tensor)
    return None if history is None else history[0]._inbound_nodes[history[1]]


def nodes_between(inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor]) -> list[Node]:
    """The nodes that lead from the inputs to the outputs, each after those it needs (without recursion: models may be deep)."""
    known = {id(x) for x in inputs}
    done: set[int] = set()
    order: list[Node] = []
    stack: list[tuple[KerasTensor, bool]] = [(x, False) for x in reversed(outputs)]
    while stack:
        tensor, ready = stack.pop()
        if id(tensor) in known:
            continue
        node = node_of(tensor)
        if node is None or node.is_input:
            raise ValueError(_disconnected_text(tensor, inputs))
        if id(node) in done:
            continue
        if ready:
            done.add(id(node))
            order.append(node)
            continue
        stack.append((tensor, True))
        stack.extend((x, False) for x in reversed(node.input_tensors))
    return order


def listed_operations(
    inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor], input_operations: Sequence[Operation], network: Sequence[Node]
) -> list[Operation]:
    """The operations as Keras lists them, which decides the order of the weights in files.

    Those farthest from the outputs come first; at one distance, those that a walk from the outputs meets first.
    """
    by_input = {id(x): operation for x, operation in zip(inputs, input_operations, strict=True)}
    depths: defaultdict[int, int] = defaultdict(int)
    of_node: defaultdict[int, int] = defaultdict(int)
    for node in reversed(network):  # every consumer before what it consumes
        depth = max(of_node[id(node)], depths[id(node.operation)])
        depths[id(node.operation)] = depth
        for x in node.input_tensors:
            source = by_input.get(id(x))
            if source is not None:
                depths[id(source)] = max(depths[id(source)], depth + 1)
            elif (parent := node_of(x)) is not None:
                of_node[id(parent)] = max(of_node[id(parent)], depth + 1)
    met = _first_met(outputs, by_input)
    unused = [x for x in input_operations if id(x) not in met]
    everything = {id(x): x for x in [*unused, *(by_input.values()), *(node.operation for node in network)]}
    return sorted(everything.values(), key=lambda x: (-depths[id(x)], met.get(id(x), -1)))


def _first_met(outputs: Sequence[KerasTensor], by_input: dict[int, Operation]) -> dict[int, int]:
    """Operation -> its number in a walk from the outputs towards the inputs."""
    met: dict[int, int] = {}
    seen: set[int] = set()
    stack = list(reversed(outputs))
    while stack:
        x = stack.pop()
        if id(x) in by_input:
            met.setdefault(id(by_input[id(x)]), len(met))
            continue
        node = node_of(x)
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        met.setdefault(id(node.operation), len(met))
        stack.extend(reversed(node.input_tensors))
    return met


def _disconnected_text(tensor: KerasTensor, inputs: Sequence[KerasTensor]) -> str:
    names = ", ".join(x.name for x in inputs)
    return f"Model(inputs, outputs): the outputs depend on {tensor.name!r} of shape {tensor.shape}, which is not in inputs=[{names}]. Add it to the inputs."
