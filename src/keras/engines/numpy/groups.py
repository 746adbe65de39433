"""Which nodes run together: chains of elementwise nodes of one shape, which go block by block over their arrays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from keras.core.graph import Graph, Node, Traced
from keras.engines.numpy.emit import ELEMENTWISE, SEVERAL_PASSES

BLOCK_ELEMENTS = 16384
"""Elements of one block: 64 KiB of float32, so that a handful of operands stay in the second-level cache."""

LANE_BLOCK_ELEMENTS = 131072
"""Elements of one block when two threads share the work: calls shorter than about 20 microseconds fight for the interpreter lock."""

PARALLEL_WORK = 1 << 20
"""Elements times nodes from which a group is worth a second thread."""


class Group:
    """Elementwise nodes of one shape.

    Attributes: nodes, in order; shape; outside: values from before the group; escaping: values that are used after it;
    dying: for each node, the group's values that it is the last to read; lanes: threads to run on.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.nodes: list[Node] = []

    def close(self, used_elsewhere: set[int], readers: dict[int, list[Node]], lanes: int) -> None:
        """Work out what comes in, what goes out and when values die."""
        made = {id(n.outputs[0]) for n in self.nodes}
        members = {id(n) for n in self.nodes}
        self.outside: list[Traced] = list({id(x): x for n in self.nodes for x in n.inputs if id(x) not in made}.values())
        self.escaping: list[Traced] = [
            n.outputs[0]
            for n in self.nodes
            if id(n.outputs[0]) in used_elsewhere or any(id(r) not in members for r in readers.get(id(n.outputs[0]), ()))
        ]
        escaping = {id(x) for x in self.escaping}
        last: dict[int, int] = {}
        values: dict[int, Traced] = {}
        for place, node in enumerate(self.nodes):
            for x in [*node.inputs, node.outputs[0]]:
                if id(x) in made and id(x) not in escaping:
                    last[id(x)] = place
                    values[id(x)] = x
        self.dying: list[list[Traced]] = [[] for _ in self.nodes]
        for key, place in last.items():
            self.dying[place].append(values[key])
        work = int(np.prod(self.shape)) * len(self.nodes)
        self.lanes = lanes if work >= PARALLEL_WORK and int(np.prod(self.shape)) >= 2 * LANE_BLOCK_ELEMENTS else 1


def group_nodes(graph: Graph, lanes: int) -> list[Any]:
    """The nodes in an order in which they can run, elementwise chains of large arrays as groups.

    A group runs where its last member stands, so it is closed as soon as a node outside of it reads one of its values; groups of one
    shape that meet in a node become one. So no open group ever reads from another.
    """
    readers: dict[int, list[Node]] = {}
    for node in graph.nodes:
        for x in node.inputs:
            readers.setdefault(id(x), []).append(node)
    used_elsewhere = {id(x) for x in graph.outputs}
    items: list[Any] = []
    group_of: dict[int, Group] = {}
    open_groups: list[Group] = []

    def close(group: Group) -> None:
        open_groups.remove(group)
        if len(group.nodes) == 1 and group.nodes[0].op.name not in SEVERAL_PASSES:
            items.append(group.nodes[0])
        else:
            group.close(used_elsewhere, readers, lanes)
            items.append(group)
        for n in group.nodes:
            group_of.pop(id(n.outputs[0]), None)

    for node in graph.nodes:
        shape = tuple(node.outputs[0].dims)
        fusable = node.op.name in ELEMENTWISE and len(shape) > 0 and int(np.prod(shape)) >= BLOCK_ELEMENTS // 2
        feeding = list({id(g): g for g in (group_of.get(id(x)) for x in node.inputs) if g is not None}.values())
        if not fusable:
            for group in feeding:
                close(group)
            items.append(node)
            continue
        for group in [g for g in feeding if g.shape != shape]:
            close(group)
        same = [g for g in feeding if g.shape == shape]
        home = same[0] if same else None
        for other in same[1:]:
            _merge(same[0], other, open_groups, group_of)
        if home is None:
            home = Group(shape)
            open_groups.append(home)
        home.nodes.append(node)
        group_of[id(node.outputs[0])] = home
    for group in list(open_groups):
        close(group)
    return items


def _merge(first: Group, second: Group, open_groups: list[Group], group_of: dict[int, Group]) -> None:
    """Take the nodes of the second group into the first, in the order of the graph."""
    first.nodes = sorted(first.nodes + second.nodes, key=lambda n: n.position)
    open_groups.remove(second)
    for n in second.nodes:
        group_of[id(n.outputs[0])] = first


def blocks_of(first: int, last: int, shape: tuple[int, ...], flat: bool, lanes: int) -> Iterator[tuple[int, int]]:
    """Ranges of rows (or of flat elements) of about one block each."""
    per_row = 1 if flat else max(int(np.prod(shape[1:])), 1)
    step = max((LANE_BLOCK_ELEMENTS if lanes > 1 else BLOCK_ELEMENTS) // per_row, 1)
    for start in range(first, last, step):
        yield start, min(start + step, last)
