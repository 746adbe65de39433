"""The table of a model's layers that `model.summary()` prints."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from keras.models.summary_table import Size, SummaryRow, SummaryTotals, format_table
from keras.utils.progbar import print_message


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
    style: str = "keras3",
) -> None:
    """Print the table of a model's layers, their output shapes and numbers of weights.

    Arguments:
        model: the model.
        line_length: int, columns of the table.
        positions: where each column ends: fractions of the line, or columns of text.
        print_fn: function that takes the text instead of the screen: all of it at once in the style `"keras3"`, line by
            line in the style `"classic"`, as those Keras versions do.
        expand_nested: bool, whether to list the layers of models in the model.
        show_trainable: bool, whether to tell which layers are trained.
        layer_range: names, or regular expressions, of the first and the last layer to list.
        style: `"keras3"` or `"classic"`.

    Raises:
        ValueError: if `layer_range` names no layers, or `positions` has too few entries.

    Source: keras.Model.summary of Keras 3.15.1 and 2.1.5.
    """
    text = format_table(
        model_rows(model, expand_nested, layer_range),
        model_totals(model),
        style=style,
        name=model.name,
        show_connections=not is_chain(model),
        show_trainable=show_trainable,
        line_length=line_length,
        positions=positions,
    )
    if print_fn is None:
        print_message(text.removesuffix("\n"))
    elif style == "classic":
        for line in text.split("\n"):
            print_fn(line)
    else:
        print_fn(text)


def model_rows(model: Any, expand_nested: bool = False, layer_range: Sequence[str] | None = None) -> list[SummaryRow]:
    """The rows of a model's summary."""
    return list(_rows(model, _selected(_operations(model), layer_range), expand_nested, depth=0))


def model_totals(model: Any) -> SummaryTotals:
    """Sizes of a model's weights, each counted once, and of its optimizer's variables where there are some."""
    optimizer = getattr(model, "optimizer", None)
    return SummaryTotals(
        trainable=weights_size(model.trainable_weights),
        non_trainable=weights_size(model.non_trainable_weights),
        optimizer=weights_size(optimizer.variables) if optimizer is not None and getattr(optimizer, "built", False) else None,
    )


def weights_size(weights: Iterable[Any]) -> Size:
    """Number of entries and bytes of `weights`, each counted once."""
    unique = {id(weight): weight for weight in weights}.values()
    counts = [(math.prod(weight.shape), _bits(weight.dtype)) for weight in unique]
    return Size(sum(count for count, _ in counts), sum(count * bits / 8 for count, bits in counts))


def is_chain(model: Any) -> bool:
    """Whether each layer of the model is used once and feeds only the next one, so that a list of layers tells all.

    A model that is not made of symbols (a subclass) counts as a chain: nothing is known about it.
    """
    members = _member_nodes(model)
    if members is None:
        return True
    sources: set[tuple[int, int]] = set()
    roots = 0
    for operation in _operations(model):
        nodes = _nodes_in(operation, members)
        if len(nodes) > 1:
            return False
        for node in nodes:
            inputs = _input_tensors(node)
            roots += not inputs
            if len(inputs) > 1:
                return False
            for tensor in inputs:
                source, node_index, _ = tensor._keras_history
                if (id(source), node_index) in sources:
                    return False
                sources.add((id(source), node_index))
    return roots <= 1


def _operations(model: Any) -> list[Any]:
    # A functional model has nodes of single operations between its layers.
    return list(getattr(model, "operations", None) or model.layers)


def _selected(operations: list[Any], layer_range: Sequence[str] | None) -> list[Any]:
    if layer_range is None:
        return operations
    if isinstance(layer_range, str) or len(layer_range) != 2:
        raise ValueError(
            "The 'layer_range' argument of summary() must be two names, of the first and the last layer: "
            f"layer_range=['conv1', 'conv3']. Got {layer_range!r} instead."
        )
    found = []
    for pattern in layer_range:
        matches = [index for index, operation in enumerate(operations) if operation.name == pattern]
        matches = matches or [index for index, operation in enumerate(operations) if re.match(pattern, operation.name)]
        if not matches:
            raise ValueError(
                f"The 'layer_range' argument of summary() names no layer with {pattern!r}. "
                f"The layers are: {', '.join(operation.name for operation in operations)}."
            )
        found.append(matches)
    first, last = min(map(min, found)), max(map(max, found))
    return operations[first : last + 1]


def _rows(model: Any, operations: Iterable[Any], expand_nested: bool, depth: int) -> Iterable[SummaryRow]:
    # A chain in the table of another model shows its order alone; its input may not even be listed.
    members = None if depth and is_chain(model) else _member_nodes(model)
    for operation in operations:
        weights = getattr(operation, "weights", ())
        built = getattr(operation, "built", True)
        yield SummaryRow(
            name=operation.name,
            class_name=type(operation).__name__,
            output_shape=_output_shape_text(operation),
            parameters=operation.count_params() if built and hasattr(operation, "count_params") else 0,
            built=built,
            connected_to=tuple(_connections(operation, members)),
            trainable=bool(operation.trainable) if weights else None,
            depth=depth,
        )
        if expand_nested and getattr(operation, "layers", None):
            yield from _rows(operation, _operations(operation), expand_nested, depth + 1)


def _member_nodes(model: Any) -> set[int] | None:
    """The calls of layers that lead from the model's inputs to its outputs; None for a model without symbols.

    A layer may have been called in other models too: those calls do not belong to this model's table.
    """
    pending = list(_leaves(getattr(model, "outputs", None)))
    if not pending or not all(hasattr(tensor, "_keras_history") for tensor in pending):
        return None
    inputs = {id(tensor) for tensor in _leaves(getattr(model, "inputs", None))}
    members: set[int] = set()
    while pending:
        tensor = pending.pop()
        source, node_index, _ = tensor._keras_history
        node = source._inbound_nodes[node_index]
        if id(node) not in members:
            members.add(id(node))
            if id(tensor) not in inputs:
                pending += _input_tensors(node)
    return members


def _nodes_in(operation: Any, members: set[int] | None) -> list[Any]:
    return [node for node in getattr(operation, "_inbound_nodes", ()) if members is not None and id(node) in members]


def _input_tensors(node: Any) -> list[Any]:
    return [tensor for tensor in node.input_tensors if hasattr(tensor, "_keras_history")]


def _connections(operation: Any, members: set[int] | None) -> Iterable[str]:
    for node in _nodes_in(operation, members):
        for tensor in _input_tensors(node):
            source, node_index, tensor_index = tensor._keras_history
            yield f"{source.name}[{node_index}][{tensor_index}]"


def _output_shape_text(operation: Any) -> str:
    if not getattr(operation, "_inbound_nodes", None):
        text = getattr(operation, "_output_shapes_text", None)
        return text() if text is not None else "?"
    node = operation._inbound_nodes[0]
    outputs = node.output_tensors if hasattr(node, "output_tensors") else operation.output
    shapes = [str(tuple(tensor.shape)) for tensor in _leaves(outputs)]
    return shapes[0] if len(shapes) == 1 else f"[{', '.join(shapes)}]"


def _leaves(structure: Any) -> Iterable[Any]:
    if isinstance(structure, dict):
        structure = [structure[key] for key in sorted(structure)]
    if isinstance(structure, (list, tuple)):
        for part in structure:
            yield from _leaves(part)
    elif structure is not None:
        yield structure


def _bits(dtype: Any) -> int:
    name = getattr(dtype, "name", None) or str(dtype)
    digits = re.search(r"\d+", name)
    return int(digits.group()) if digits else 8 if name == "bool" else 0
