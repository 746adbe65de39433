"""Functional models: the operations between some symbols and others, as one layer."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from keras.core import dims as D
from keras.core import errors, masks, tree
from keras.core.custom_objects import scoped
from keras.core.graph import dtype_name
from keras.core.operation import Node, Operation, history_of
from keras.core.tensor import KerasTensor
from keras.layers.input_layer import InputLayer
from keras.layers.layer import Layer
from keras.models.functional_config import functional_config, symbols_of
from keras.models.model import Model, register_functional
from keras.models.topology import listed_operations, nodes_between
from keras.ops.elementwise import cast
from keras.ops.shaping import expand_dims, shape_of, squeeze


@register_functional
class Functional(Model):
    """The model between `inputs` and `outputs`, symbols in any nest.

    Symbols in the middle of another model may be inputs as well: what comes before them is not part of this model.

    Arguments:
        inputs: symbol, or a list, tuple or dict of them. outputs: the same. name: text. trainable: whether its weights are trained.
    Source: keras.Model of Keras 3, functional form.
    """

    _written_module = "keras.src.models.functional"
    _registered_name = "Functional"

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, trainable: bool = True, **kwargs: Any) -> None:
        _check_symbols("inputs", inputs)
        _check_symbols("outputs", outputs)
        self._trainer_object: Any = None
        Layer.__init__(self, name=name, trainable=trainable, **kwargs)
        self._inputs_nest = inputs
        self._outputs_nest = outputs
        self._input_tensors: list[KerasTensor] = [x for x in tree.leaves(inputs) if x is not None]
        self._output_tensors: list[KerasTensor] = tree.flatten(outputs)
        self._network: list[Node] = nodes_between(self._input_tensors, self._output_tensors)
        self._input_layers = [_input_layer_of(x) for x in self._input_tensors]
        self._operations = listed_operations(self._input_tensors, self._output_tensors, self._input_layers, self._network)
        self._check_names()
        self.built = True

    def _check_names(self) -> None:
        names: dict[str, Operation] = {}
        for operation in self._operations:
            other = names.setdefault(operation.name, operation)
            if other is not operation:
                raise ValueError(
                    f"Model {self.name!r}: two layers have the name {operation.name!r} ({type(other).__name__} and {type(operation).__name__}). "
                    f"Give each a name of its own: {type(operation).__name__}(..., name={operation.name + '_2'!r})."
                )

    # ------------------------------------------------------------------------------------------------------------------ calling

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None, **kwargs: Any) -> Any:
        """Run the operations on other inputs."""
        values = self._standardized(inputs)
        given_masks = tree.flatten(mask) if mask is not None else [None] * len(values)
        environment: dict[int, Any] = {}
        for symbol, value, one_mask in zip(self._input_tensors, values, given_masks, strict=False):
            if one_mask is not None:
                masks.set_mask(value, one_mask)
            environment[id(symbol)] = value

        def look_up(x: Any) -> Any:
            return environment[id(x)] if isinstance(x, KerasTensor) and id(x) in environment else x

        for node in self._network:
            if id(node.output_tensors[0]) in environment:
                continue
            results = node.operation(*_mapped(look_up, node.args), **{k: _mapped_one(look_up, v) for k, v in node.kwargs.items()})
            for symbol, result in zip(node.output_tensors, _symbols_in(node.outputs, results), strict=True):
                environment[id(symbol)] = result
        return tree.map_structure(look_up, self._outputs_nest)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Masks were set on the outputs while they were computed."""
        return None

    def _standardized(self, inputs: Any) -> list[Any]:
        """The inputs in the order of the model's, matched by name where they come as a dict."""
        wanted = self._inputs_nest
        if isinstance(inputs, dict) and not isinstance(wanted, dict):
            values = self._by_name(inputs, {layer.name: i for i, layer in enumerate(self._input_layers)})
        elif isinstance(inputs, dict):
            missing = [k for k in wanted if k not in inputs]
            if missing:
                raise ValueError(self._missing_text(missing[0], list(inputs), list(wanted)))
            values = tree.flatten({k: inputs[k] for k in wanted})
        else:
            values = tree.flatten(inputs)
        if len(values) != len(self._input_tensors):
            shapes = [D.display(shape_of(v)) if hasattr(v, "shape") else repr(v) for v in values]
            names = [layer.name for layer in self._input_layers]
            raise ValueError(
                f"Model {self.name!r} has {len(names)} input(s) {names}, got {len(values)} of shape {shapes}. A list means several inputs; write np.stack(x) for one."
            )
        return [
            self._fitted(value, symbol, layer) for value, symbol, layer in zip(values, self._input_tensors, self._input_layers, strict=True)
        ]

    def _by_name(self, inputs: dict[str, Any], places: dict[str, int]) -> list[Any]:
        values: list[Any] = [None] * len(places)
        for name, place in places.items():
            if name not in inputs:
                raise ValueError(self._missing_text(name, list(inputs), list(places)))
            values[place] = inputs[name]
        return values

    def _missing_text(self, name: str, given: Sequence[str], wanted: Sequence[str]) -> str:
        return f"Model {self.name!r}: no data for input {name!r}. Got the keys {list(given)}, expected {list(wanted)}.{errors.suggestion(name, given)}"

    def _fitted(self, value: Any, symbol: KerasTensor, layer: Layer) -> Any:
        """An input with one axis of size 1 more or less at its end gets the declared rank; other differences are refused."""
        if value is None:
            return None
        sizes, expected = shape_of(value), symbol.dims
        if len(sizes) == len(expected) + 1 and sizes[-1] == 1:
            value = squeeze(value, axis=-1)
        elif len(sizes) == len(expected) - 1 and len(expected) > 1 and expected[-1] == 1:
            value = expand_dims(value, -1)
        sizes = shape_of(value)
        fits = len(sizes) == len(expected) and all(
            isinstance(e, D.Dim) or D.unify(n, e) is not None for n, e in zip(sizes, expected, strict=True)
        )
        if not fits:
            raise ValueError(
                f"Model {self.name!r}: input {layer.name!r} expects shape {D.display(expected)}, got {D.display(sizes)}. {_shape_hint(sizes, expected)}"
            )
        if (
            dtype_name(value) != symbol.dtype
            and symbol.dtype.startswith(("float", "bfloat", "int", "uint"))
            and not isinstance(value, KerasTensor)
        ):
            from_mask = masks.get_mask(value)
            value = cast(value, symbol.dtype)
            if from_mask is not None:
                masks.set_mask(value, from_mask)
        return value

    # --------------------------------------------------------------------------------------------------------------- properties

    def _sublayers(self) -> list[Layer]:
        own = {id(x) for x in self._operations} if "_operations" in self.__dict__ else set()
        return [x for x in self.__dict__.get("_operations", ()) if isinstance(x, Layer)] + [
            x for x in super()._sublayers() if id(x) not in own
        ]

    @property
    def operations(self) -> list[Operation]:
        """Layers and ops in Keras' order: those farthest from the outputs first."""
        return list(self._operations)

    @property
    def layers(self) -> list[Layer]:
        """The layers in Keras' order: those farthest from the outputs first."""
        return [x for x in self._operations if isinstance(x, Layer)]

    def _named_parts(self, wanted: Any) -> Any:
        return ((str(i), layer) for i, layer in enumerate(self.layers) if wanted(layer))

    @property
    def inputs(self) -> list[KerasTensor]:
        """The input symbols, in one list."""
        return list(self._input_tensors)

    @property
    def outputs(self) -> list[KerasTensor]:
        """The output symbols, in one list."""
        return list(self._output_tensors)

    @property
    def input(self) -> Any:
        """The input symbols as they were given."""
        return self._inputs_nest

    @property
    def output(self) -> Any:
        """The output symbols as they were given."""
        return self._outputs_nest

    @property
    def input_names(self) -> list[str]:
        """The names of the input layers."""
        return [layer.name for layer in self._input_layers]

    @property
    def output_names(self) -> list[str]:
        """The names of the layers that make the outputs."""
        return [history_of(x)[0].name for x in self._output_tensors]  # type: ignore[index]

    def build(self, input_shape: Any = None) -> None:
        """A Functional model is built from the start."""

    def _nodes_of_inputs(self) -> list[tuple[int, Layer]]:
        """(number of the input, layer) for every layer that is called on an input itself; worked out once."""
        found = self.__dict__.get("_input_uses")
        if found is None:
            places = {id(x): i for i, x in enumerate(self._input_tensors)}
            found = self.__dict__["_input_uses"] = [
                (places[id(x)], node.operation)
                for node in self._network
                for x in node.input_tensors
                if id(x) in places and isinstance(node.operation, Layer)
            ]
        return found

    # ------------------------------------------------------------------------------------------------------------------- config

    def get_config(self) -> dict[str, Any]:
        """The layers, their calls, and which symbols are inputs and outputs; the constructor's arguments for a subclass with its own."""
        return functional_config(self) if _takes_symbols(type(self)) else super().get_config()

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """The model of a config, with new weights."""
        if "input_layers" not in config:
            return cls(**config)
        with scoped(custom_objects):
            inputs, outputs = symbols_of(config)
        model = Functional if cls is Model else cls
        return model(inputs, outputs, name=config.get("name"), trainable=config.get("trainable", True))

    def get_build_config(self) -> dict[str, Any] | None:
        """The inputs' shapes are in the config."""
        return {"input_shape": None}


def _takes_symbols(cls: type) -> bool:
    """Whether the constructor is that of a Functional model."""
    return list(inspect.signature(cls.__init__).parameters)[1:3] in (["inputs", "outputs"], ["args", "kwargs"])  # type: ignore[misc]


def _check_symbols(argument: str, nest: Any) -> None:
    for x in tree.leaves(nest):
        if isinstance(x, KerasTensor) or x is None:
            continue
        if isinstance(x, Layer):
            raise ValueError(f"Model({argument}): got the layer {x.name!r}, not its output. Call it: {type(x).__name__}(...)(x).")
        if isinstance(x, type) and issubclass(x, Layer):
            raise ValueError(f"Model({argument}): got the class {x.__name__}. Create a layer and call it: {x.__name__}(...)(x).")
        shown = f"an array of shape {tuple(x.shape)}" if hasattr(x, "shape") else repr(x)
        raise ValueError(f"Model({argument}): got {shown}. Accepted: symbols, such as keras.Input((8,)) and what layers make of it.")


def _input_layer_of(tensor: KerasTensor) -> InputLayer:
    history = history_of(tensor)
    if history is not None and isinstance(history[0], InputLayer) and history[0]._inbound_nodes[history[1]].is_input:
        return history[0]
    return InputLayer(input_tensor=tensor)


def _mapped_one(look_up: Any, value: Any) -> Any:
    return tree.map_structure(look_up, value) if isinstance(value, (list, tuple, dict)) else look_up(value)


def _mapped(look_up: Any, args: tuple[Any, ...]) -> list[Any]:
    return [_mapped_one(look_up, a) for a in args]


def _symbols_in(outputs: Any, results: Any) -> list[Any]:
    """The results at the places where the outputs have symbols."""
    return [r for o, r in zip(tree.leaves(outputs), tree.leaves(results), strict=True) if isinstance(o, KerasTensor)]


def _shape_hint(sizes: D.Shape, expected: D.Shape) -> str:
    if len(sizes) == len(expected) - 1 and all(D.unify(a, b) is not None for a, b in zip(sizes, expected[1:], strict=True)):
        return f"This looks like one sample: add the batch axis, x[None], which gives {(1, *D.to_public(sizes))}."
    if len(sizes) == len(expected) - 1 and all(D.unify(a, b) is not None for a, b in zip(sizes[1:], expected[2:], strict=True)):
        return "shape= must not contain the number of samples: write keras.Input(shape=...) with the shape of one sample."
    if len(sizes) > 2 and len(expected) == 2 and all(isinstance(n, int) for n in sizes[1:]) and D.product(sizes[1:]) == expected[1]:
        return f"Flatten each sample: x.reshape(len(x), {expected[1]}), or a Flatten layer first."
    same_rank = len(sizes) == len(expected)
    if same_rank and isinstance(expected[0], int) and all(D.unify(a, b) is not None for a, b in zip(sizes[1:], expected[1:], strict=True)):
        return (
            f"The model was declared for batches of {expected[0]}: write batch_size={expected[0]} with a number of samples that it divides."
        )
    if same_rank and len(sizes) > 2 and all(D.unify(a, b) is not None for a, b in zip((*sizes[2:], sizes[1]), expected[1:], strict=True)):
        return "The data looks channels first, the model is channels last: use np.moveaxis(x, 1, -1)."
    return "Reshape the data, or declare the shape that it has in keras.Input(shape=...)."
