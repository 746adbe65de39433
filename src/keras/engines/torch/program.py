"""A traced graph as one Python function: a line per node, each a call of torch with everything bound that is known beforehand.

The text is generated, so replaying a step costs what its calls cost; `print(program.source)` shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from keras.core.graph import Graph
from keras.core.simplify import is_constant
from keras.core.writer import Writer
from keras.engines.torch.emit import absorb, emit


class Program:
    """A function for arguments of one signature.

    Arguments:
        graph: simplified. variables: what holds the inputs after the first `count`. updated: what takes the outputs after the first `results`.
    Attributes: source: the text. run: (*inputs) -> list of results; the updated variables' memory is written.
    """

    def __init__(self, graph: Graph, variables: Sequence[Any], updated: Sequence[Any], count: int, results: int) -> None:
        self.graph = graph
        self.storages = [(v, v._value, v._value.data_ptr()) for v in {id(v): v for v in [*variables, *updated]}.values()]
        writer = Writer(graph, variables, updated, count, results, _function_of)
        self.source = writer.write(absorb, emit, _write_updates)
        exec(compile(self.source, "<step>", "exec"), writer.bound)
        self.run: Callable[..., list[Any]] = writer.bound["step"]

    def is_current(self) -> bool:
        """Whether every variable still lives where it did: views of its memory are part of the program."""
        return all(variable._value is storage and storage.data_ptr() == address for variable, storage, address in self.storages)


def _function_of(graph: Graph) -> Callable[..., list[Any]]:
    """A graph without variables as a function of its inputs."""
    return Program(graph, (), (), len(graph.inputs), len(graph.outputs)).run


def _write_updates(w: Writer) -> None:
    """Results that show memory which is written below, or the next step's, are copied; then variables take their values."""
    own = {id(x) for x in w.graph.inputs}
    results = []
    for x in w.graph.outputs[: w.results]:
        is_shared = w.root(x) in own or is_constant(x)
        results.append(f"{w.name(x)}.clone()" if is_shared else w.name(x))
    w.lines.append(f"results = [{', '.join(results)}]")
    waiting = [(v, x) for v, x in w.updates if id(x) not in w.in_place]
    shown = {id(x): f"u{i}" for i, (_, x) in enumerate(waiting) if w.root(x) in w.variables}
    w.lines += [f"{shown[id(x)]} = {w.name(x)}.clone()" for _, x in waiting if id(x) in shown]
    w.lines += [f"{w.bind(v._value, 'w')}.copy_({shown.get(id(x)) or w.name(x)})" for v, x in waiting]
    w.lines.append("return results")
