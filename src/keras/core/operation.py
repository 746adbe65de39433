"""Operations and the nodes they leave behind on the symbols of a Functional model.

Calling a layer or an op on `KerasTensor`s makes one `Node`. A Functional model is the set of nodes between its inputs and outputs.
"""

from __future__ import annotations

from typing import Any

from keras.core import naming, tree
from keras.core.tensor import KerasTensor


class Node:
    """One call of an operation on symbols.

    Attributes: operation, args, kwargs (as they came, symbols inside), input_tensors, outputs (a nest), output_tensors.
    """

    def __init__(self, operation: Operation, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any) -> None:
        self.operation = operation
        self.args = args
        self.kwargs = kwargs
        self.outputs = outputs
        self.input_tensors = [x for x in tree.leaves([list(args), kwargs]) if isinstance(x, KerasTensor)]
        self.output_tensors = [x for x in tree.leaves(outputs) if isinstance(x, KerasTensor)]
        index = len(operation._inbound_nodes)
        operation._inbound_nodes.append(self)
        for position, tensor in enumerate(self.output_tensors):
            tensor._keras_history = (operation, index, position)  # type: ignore[attr-defined]
            if tensor.name == "keras_tensor":
                tensor.name = operation.name if position == 0 else f"{operation.name}_{position}"

    @property
    def is_input(self) -> bool:
        """Whether the node only declares an input."""
        return not self.input_tensors


class Operation:
    """Anything that can be called on symbols and leaves a node: a layer, or an op of the table."""

    name: str
    _inbound_nodes: list[Node]

    def __init__(self, name: str | None = None) -> None:
        self.name = name or naming.auto_name(naming.to_snake_case(type(self).__name__))
        self._inbound_nodes = []

    @property
    def input(self) -> Any:
        """The symbol(s) of the first call's input."""
        return self._first_node().args[0] if self._first_node().args else self._first_node().outputs

    @property
    def output(self) -> Any:
        """The symbol(s) that the first call returned."""
        return self._first_node().outputs

    def _first_node(self) -> Node:
        if not self._inbound_nodes:
            raise AttributeError(
                f"{type(self).__name__} {self.name!r} has never been called on a symbol, so it has no input and no output. "
                f"Call it first: y = layer(keras.Input((...)))."
            )
        return self._inbound_nodes[0]


class OpOperation(Operation):
    """An op of the table as one operation of a Functional model, for example `mean` or `mean_1`."""

    def __init__(self, record: Any) -> None:
        super().__init__(naming.auto_name(record.name))
        self.record = record
        self.built = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.record.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<Op {self.name}>"


def record_op(record: Any, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any) -> Any:
    """Leave one node for an op called on symbols; returns `outputs`."""
    if any(isinstance(x, KerasTensor) for x in tree.leaves(outputs)):
        operation = OpOperation(record)
        inputs = {id(x) for x in tree.leaves([list(args), kwargs])}
        outputs = tree.map_structure(lambda x: KerasTensor.of(x) if id(x) in inputs else x, outputs)  # an op that returns its operand
        Node(operation, args, kwargs, outputs)
    return outputs


def history_of(tensor: KerasTensor) -> tuple[Operation, int, int] | None:
    """Which operation made this symbol: (operation, node index, output index), or None."""
    return getattr(tensor, "_keras_history", None)


def get_source_inputs(tensor: Any) -> Any:
    """The input symbols that a symbol was made from, each once; what is no symbol comes back as it is.

    Example:
        >>> from keras import Input, ops
        >>> a, b = Input((2,)), Input((2,))
        >>> [x is y for x, y in zip(get_source_inputs(ops.add(a, b)), [a, b])]
        [True, True]

    Source: keras.utils.get_source_inputs of Keras 3, keras.engine.get_source_inputs of Keras 1 and 2.
    """
    if not isinstance(tensor, KerasTensor):
        return tensor
    sources: list[KerasTensor] = []
    seen: set[int] = set()
    stack = [tensor]
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        history = history_of(current)
        before = [] if history is None else history[0]._inbound_nodes[history[1]].input_tensors
        if not before:
            sources.append(current)
        stack.extend(reversed(before))
    return sources
