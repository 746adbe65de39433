"""What this engine makes of a traced graph: the simplified one, with convolutions that take their bias and relu along."""

from __future__ import annotations

from collections import Counter
from typing import Any

from keras.core import simplify as core
from keras.core.graph import Graph, Node, Traced
from keras.ops.convolution import conv_bias


def simplify(graph: Graph, natives: Any) -> Graph:
    """An equal graph that does less."""
    return _with_fused_convolutions(core.simplify(graph, natives))


def _with_fused_convolutions(graph: Graph) -> Graph:
    """Convolutions that nothing else reads take the addition of their bias, and a relu after it, into their last pass."""
    uses = Counter(id(x) for node in graph.nodes for x in node.inputs) + Counter(id(x) for x in graph.outputs)
    replaced: dict[int, Node] = {}
    dropped: set[int] = set()
    for node in graph.nodes:
        start = _bias_addition(node, uses) if node.op.name == "add" else None
        if start is not None:
            conv, bias = start
            attributes = {k: v for k, v in conv.attributes.items() if k != "same"} | {"activation": None}
            replaced[id(node)] = _fused_node(node, (*conv.inputs, bias), attributes)
            dropped.add(id(conv))
        elif node.op.name == "relu" and node.inputs[0].node is not None and uses[id(node.inputs[0])] == 1:
            before = replaced.get(id(node.inputs[0].node))
            if before is not None and before.attributes["activation"] is None:
                dropped.add(id(node.inputs[0].node))
                replaced[id(node)] = _fused_node(node, before.inputs, before.attributes | {"activation": "relu"})
    nodes = [replaced.get(id(node), node) for node in graph.nodes if id(node) not in dropped]
    for node in nodes:
        for output in node.outputs:
            output.node = node
    return Graph(graph.inputs, graph.outputs, nodes)


def _bias_addition(node: Node, uses: Counter[int]) -> tuple[Node, Traced] | None:
    """(convolution, bias) of an addition of one number per filter to a convolution."""
    for y, bias in (node.inputs, node.inputs[::-1]):
        if (
            y.node is not None
            and y.node.op.name == "conv_channels_last"
            and uses[id(y)] == 1
            and bias.dims == y.dims[-1:]
            and y.dtype == bias.dtype
        ):
            return y.node, bias
    return None


def _fused_node(last: Node, inputs: tuple[Traced, ...], attributes: dict[str, Any]) -> Node:
    node = Node(conv_bias.record, inputs, attributes, last.position)
    node.outputs = last.outputs
    return node
