"""A compiled step: a list of pre-bound calls on buffers that never move.

Building goes once over the simplified graph: nodes become items (single nodes, or groups of elementwise nodes that run block by block
while their numbers are in the cache), every value gets a place (a view of another, a reused buffer, or the variable it updates), and
every item its calls. Running is calling them in order; nothing is looked up, allocated or decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras.core.dtypes import numpy_dtype
from keras.core.graph import Graph, Node, Traced
from keras.core.simplify import is_constant
from keras.engines.numpy.emit import ELEMENTWISE, EMIT, EMIT_BY_THREADS, EMIT_SEVERAL, SHARED_WORK, VIEWS, generic
from keras.engines.numpy.groups import Group, blocks_of, group_nodes
from keras.engines.numpy.memory import Arena
from keras.kernels import threads
from keras.kernels.buffers import aligned_empty
from keras.kernels.threads import Steps

Array = np.ndarray


class Program:
    """A graph ready to run.

    Arguments:
        graph: simplified graph.
        places: arrays that hold some of the inputs (by input number): variables, which the program reads where they live.
        updates: pairs (output number, array): outputs that are written into these arrays (the variables' own) at every run.
        own_threads: whether large products and chains are cut over our own threads, with BLAS on one; None decides by the graph.
    Attributes: inputs: the array of every input; outputs: the array of every output; steps; nbytes: memory of its buffers.
    """

    def __init__(
        self,
        graph: Graph,
        places: dict[int, Array] | None = None,
        updates: Sequence[tuple[int, Array]] = (),
        own_threads: bool | None = None,
    ) -> None:
        self.graph = graph
        self.own_threads = _shares_threads(graph) if own_threads is None else own_threads
        self.steps: Steps = []
        self._arena = Arena()
        self._arrays: dict[int, Any] = {}
        self._roots: dict[int, int] = {}
        self._owned: dict[int, Array] = {}
        self._borrowed: list[Array] = []
        places = places or {}
        for number, x in enumerate(graph.inputs):
            array = places.get(number)
            self._arrays[id(x)] = aligned_empty(tuple(x.dims), numpy_dtype(x.dtype)) if array is None else array
        self.inputs: list[Array] = [self._arrays[id(x)] for x in graph.inputs]
        items = group_nodes(graph, threads.workers() if self.own_threads else 1)
        self._plan_lifetimes(items)
        targets, copies = self._plan_updates(items, updates)
        for position, item in enumerate(items):
            if isinstance(item, Group):
                self._emit_group(item, targets, position)
            else:
                self._emit_node(item, targets, position)
            for root in self._dying.get(position, ()):
                buffer = self._owned.pop(root, None)
                if buffer is not None:
                    self._arena.give_back(buffer)
        self.outputs: list[Array] = [np.asarray(self._array(x)) for x in graph.outputs]
        self._finish_updates(updates, copies)
        self.nbytes = self._arena.nbytes

    def run(self) -> None:
        """Compute the outputs from what is in the inputs."""
        for function, arguments in self.steps:
            function(*arguments)

    # ------------------------------------------------------------------------------------------------------------- planning

    def _plan_lifetimes(self, items: Sequence[Any]) -> None:
        """For every item, the values whose buffers nothing reads after it."""
        last: dict[int, int] = {}
        self._item_of: dict[int, int] = {}
        for position, item in enumerate(items):
            for node in item.nodes if isinstance(item, Group) else (item,):
                for x in node.inputs:
                    last[self._root(x)] = position
                for x in node.outputs:
                    self._item_of[id(x)] = position
                    if node.op.name in VIEWS:
                        self._roots[id(x)] = self._root(node.inputs[0])
                    last[self._root(x)] = position
        for x in self.graph.outputs:
            last.pop(self._root(x), None)
        self._last = last
        self._dying: dict[int, list[int]] = {}
        for root, position in last.items():
            self._dying.setdefault(position, []).append(root)

    def _root(self, x: Traced) -> int:
        return self._roots.get(id(x), id(x))

    def _plan_updates(
        self, items: Sequence[Any], updates: Sequence[tuple[int, Array]]
    ) -> tuple[dict[int, Array], list[tuple[Traced, Array]]]:
        """Which results can be written straight into their variable, and which must be copied there at the end."""
        by_address = {
            array.__array_interface__["data"][0]: x for x, array in zip(self.graph.inputs, self.inputs, strict=True) if array.size
        }
        order: dict[int, tuple[int, int]] = {}
        readers: dict[int, tuple[int, int]] = {}
        for position, item in enumerate(items):
            for place, node in enumerate(item.nodes if isinstance(item, Group) else (item,)):
                for x in node.inputs:
                    readers[self._root(x)] = (position, place)
                for x in node.outputs:
                    order[id(x)] = (position, place)
        targets: dict[int, Array] = {}
        copies: list[tuple[Traced, Array]] = []
        returned = {self._root(x) for x in self.graph.outputs}
        for number, array in updates:
            x = self.graph.outputs[number]
            old = by_address.get(array.__array_interface__["data"][0])
            made_here = id(x) in order and self._root(x) == id(x) and id(x) not in targets
            unread = old is None or (readers.get(id(old), (-1, -1)) <= order.get(id(x), (-1, -1)) and id(old) not in returned)
            aliased = old is not None and any(root == id(old) and id(old) != view for view, root in self._roots.items())
            if made_here and unread and not aliased and x.node.op.name in ELEMENTWISE and array.flags.c_contiguous:
                targets[id(x)] = array
            else:
                copies.append((x, array))
        return targets, copies

    def _finish_updates(self, updates: Sequence[tuple[int, Array]], copies: Sequence[tuple[Traced, Array]]) -> None:
        """Write the updates that could not be written in place; what they overwrite and somebody still wants is copied before."""
        written = [array for _, array in copies]
        updated = {number for number, _ in updates}

        def held(source: Array) -> Array:
            if not any(np.may_share_memory(source, array) for array in written):
                return source
            copy = np.empty_like(source)
            self.steps.append((np.copyto, (copy, source)))
            return copy

        sources = [held(np.asarray(self._array(x))) for x, _ in copies]
        self.outputs = [a if number in updated else held(a) for number, a in enumerate(self.outputs)]
        self.steps.extend((np.copyto, (array, source)) for source, array in zip(sources, written, strict=True))

    # ------------------------------------------------------------------------------------------------------------- emission

    def _array(self, x: Traced) -> Any:
        if is_constant(x):
            return x.value
        return self._arrays[id(x)]

    def _operand(self, x: Traced) -> Any:
        """The array of an operand; a constant number as a NumPy scalar, which ufuncs take fastest."""
        array = self._array(x)
        return array[()] if is_constant(x) and array.ndim == 0 else array

    def _new(self, x: Traced) -> Array:
        buffer = self._arena.take(tuple(x.dims), numpy_dtype(x.dtype))
        self._owned[id(x)] = buffer
        return buffer

    def _scratch(self, shape: tuple[int, ...], dtype: Any) -> Array:
        array = self._arena.take(shape, np.dtype(dtype))
        self._borrowed.append(array)
        return array

    def _return_scratch(self) -> None:
        for array in self._borrowed:
            self._arena.give_back(array)
        self._borrowed = []

    def _place_for(self, node: Node, x: Traced, position: int) -> Array:
        """A dying operand's buffer of the same shape and dtype, else a new one."""
        for operand in node.inputs:
            root = self._root(operand)
            buffer = self._owned.get(root)
            if (
                buffer is None
                or self._last.get(root) != position
                or operand.dtype != x.dtype
                or operand.dims != x.dims
                or root != id(operand)
            ):
                continue
            self._owned[id(x)] = self._owned.pop(root)
            return buffer
        return self._new(x)

    def _emit_node(self, node: Node, targets: dict[int, Array], position: int) -> None:
        name = node.op.name
        if name in VIEWS:
            view = VIEWS[name](np.asarray(self._array(node.inputs[0])), **node.attributes)
            if view is not None:
                self._arrays[id(node.outputs[0])] = view
                return
            out = self._new(node.outputs[0])
            self._roots.pop(id(node.outputs[0]), None)
            self._arrays[id(node.outputs[0])] = out
            source = np.asarray(self._array(node.inputs[0]))
            self.steps.append((np.copyto, (out.reshape(source.shape), source)))
            return
        if name in ELEMENTWISE:
            x = node.outputs[0]
            out = targets.get(id(x))
            if out is None:
                out = self._place_for(node, x, position)
            self._arrays[id(x)] = out
            self.steps.extend(ELEMENTWISE[name]([self._operand(i) for i in node.inputs], out, self._scratch))
            self._return_scratch()
            return
        if name in _CONTROL:
            self.steps.extend(_CONTROL[name](self, node))
            return
        outs = [self._new(x) for x in node.outputs]
        self._arrays.update((id(x), out) for x, out in zip(node.outputs, outs, strict=True))
        operands = [np.asarray(self._array(i)) for i in node.inputs]
        if name in EMIT_BY_THREADS:
            self.steps.extend(EMIT_BY_THREADS[name](operands, outs[0], node.attributes, self.own_threads))
        elif name in EMIT:
            self.steps.extend(EMIT[name](operands, outs[0], node.attributes))
        elif name in EMIT_SEVERAL and outs[0].dtype.itemsize >= 4:
            self.steps.extend(EMIT_SEVERAL[name](operands, outs, node.attributes))
        else:
            self.steps.extend(generic(name, node.attributes)(operands, outs))

    def _emit_group(self, group: Group, targets: dict[int, Array], position: int) -> None:
        """A chain of elementwise nodes: all of them on the first block of rows, then all of them on the next."""
        shape = group.shape
        for x in group.escaping:
            self._arrays[id(x)] = targets[id(x)] if id(x) in targets else self._new(x)
        full = {id(x): np.asarray(self._array(x)) for x in [*group.outside, *group.escaping]}
        flat = all(a.shape == shape and a.flags.c_contiguous for a in full.values() if a.ndim)
        rows = int(np.prod(shape)) if flat else shape[0]
        lanes: list[Steps] = []
        for first, last in threads.split(rows, group.lanes):
            scratch = Arena()
            lanes.append(
                [
                    step
                    for a, b in blocks_of(first, last, shape, flat, group.lanes)
                    for step in self._block_steps(group, full, flat, a, b, scratch)
                ]
            )
            self._arena.nbytes += scratch.nbytes
        self.steps.extend(threads.side_by_side(lanes))

    def _block_steps(self, group: Group, full: dict[int, Array], flat: bool, first: int, last: int, scratch: Arena) -> Steps:
        shape = (last - first,) if flat else (last - first, *group.shape[1:])
        local: dict[int, Array] = {}
        steps: Steps = []

        def part(x: Traced) -> Any:
            if id(x) in local:
                return local[id(x)]
            array = full[id(x)]
            if array.ndim == 0:
                return array[()] if is_constant(x) else array
            if flat:
                return array.reshape(-1)[first:last]
            return array[first:last] if array.ndim == len(group.shape) and array.shape[0] == group.shape[0] else array

        for place, node in enumerate(group.nodes):
            x = node.outputs[0]
            borrowed: list[Array] = []

            def borrow(wanted: tuple[int, ...], dtype: Any, borrowed: list[Array] = borrowed) -> Array:
                borrowed.append(scratch.take(wanted, np.dtype(dtype)))
                return borrowed[-1]

            operands = [part(i) for i in node.inputs]
            dying = [i for i in group.dying[place] if id(i) in local]
            if id(x) in full:
                out = part(x)
            else:
                heir = next((i for i in dying if i.dtype == x.dtype), None)
                if heir is not None:
                    dying = [i for i in dying if i is not heir]
                    out = local.pop(id(heir))
                else:
                    out = scratch.take(shape, numpy_dtype(x.dtype))
                local[id(x)] = out
            steps.extend(ELEMENTWISE[node.op.name](operands, out, borrow))
            for array in borrowed:
                scratch.give_back(array)
            for i in dying:
                scratch.give_back(local.pop(id(i)))
        for array in local.values():
            scratch.give_back(array)
        return steps


def _shares_threads(graph: Graph) -> bool:
    """Whether the graph has work that only our own threads can share. Otherwise BLAS keeps its threads, which wake faster; the two do
    not go together, since BLAS' threads spin after each product and would take the processors from ours."""
    return any(node.op.name in SHARED_WORK for node in graph.nodes)


# ------------------------------------------------------------------------------------------------------- loops and branches


def _new_outputs(program: Program, node: Node) -> list[Array]:
    outs = [program._new(x) for x in node.outputs]
    program._arrays.update((id(x), out) for x, out in zip(node.outputs, outs, strict=True))
    return outs


def _operands(program: Program, node: Node) -> list[Array]:
    return [np.asarray(program._array(x)) for x in node.inputs]


def _constants_in_place(body: Graph, operands: Sequence[Array], first: int) -> dict[int, Array]:
    return {i: operands[i] for i in range(first, len(body.inputs))}


def _scan(program: Program, node: Node) -> Steps:
    attributes = node.attributes
    body, carries, sequences, length = attributes["body"], attributes["carries"], attributes["sequences"], attributes["length"]
    operands, outs = _operands(program, node), _new_outputs(program, node)
    inner = Program(body, _constants_in_place(body, operands, carries + sequences), own_threads=program.own_threads)
    program._arena.nbytes += inner.nbytes
    order = range(length - 1, -1, -1) if attributes["reverse"] else range(length)
    count = len(body.outputs)
    held = [np.empty_like(a) for a in inner.inputs[:carries]]
    begin = [(held[i], operands[i]) for i in range(carries)]
    rounds = [
        (
            [(inner.inputs[i], held[i]) for i in range(carries)]
            + [(outs[count + i][t, ...], held[i]) for i in range(carries)]
            + [(inner.inputs[carries + i], operands[carries + i][t, ...]) for i in range(sequences)],
            [(held[i], inner.outputs[i]) for i in range(carries)] + [(outs[i][t, ...], inner.outputs[i]) for i in range(carries, count)],
        )
        for t in order
    ]
    end = [(outs[i], held[i]) for i in range(carries)]

    def run() -> None:
        copy, steps = np.copyto, inner.steps
        for to, source in begin:
            copy(to, source)
        for before, after in rounds:
            for to, source in before:
                copy(to, source)
            for function, arguments in steps:
                function(*arguments)
            for to, source in after:
                copy(to, source)
        for to, source in end:
            copy(to, source)

    return [(run, ())]


def _while(program: Program, node: Node) -> Steps:
    attributes = node.attributes
    count, captures = attributes["variables"], attributes["condition_captures"]
    operands, outs = _operands(program, node), _new_outputs(program, node)
    condition = Program(attributes["condition"], {count + i: operands[count + i] for i in range(captures)}, own_threads=program.own_threads)
    rest = operands[count + captures :]
    body = Program(attributes["body"], {count + i: a for i, a in enumerate(rest)}, own_threads=program.own_threads)
    program._arena.nbytes += condition.nbytes + body.nbytes
    held = [np.empty_like(a) for a in operands[:count]]

    def run() -> None:
        for to, source in zip(held, operands, strict=False):
            np.copyto(to, source)
        while True:
            for to, source in zip(condition.inputs[:count], held, strict=True):
                np.copyto(to, source)
            condition.run()
            if not condition.outputs[0]:
                break
            for to, source in zip(body.inputs[:count], held, strict=True):
                np.copyto(to, source)
            body.run()
            for to, source in zip(held, body.outputs, strict=True):
                np.copyto(to, source)
        for to, source in zip(outs, held, strict=True):
            np.copyto(to, source)

    return [(run, ())]


def _cond(program: Program, node: Node) -> Steps:
    operands, outs = _operands(program, node), _new_outputs(program, node)
    places = dict(enumerate(operands[1:]))
    branches = [Program(node.attributes[key], places, own_threads=program.own_threads) for key in ("body", "true_body")]
    program._arena.nbytes += sum(b.nbytes for b in branches)

    def run() -> None:
        branch = branches[bool(operands[0])]
        branch.run()
        for to, source in zip(outs, branch.outputs, strict=True):
            np.copyto(to, source)

    return [(run, ())]


_CONTROL = {"scan_graph": _scan, "while_graph": _while, "cond_graph": _cond}
