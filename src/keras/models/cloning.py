"""Models made again: from JSON, from a config, from another model."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from keras.core import tree
from keras.core.custom_objects import scoped
from keras.core.operation import OpOperation
from keras.core.tensor import KerasTensor
from keras.layers.input_layer import Input, InputLayer
from keras.layers.layer import Layer
from keras.layers.lookup import registry as layer_registry
from keras.models.functional import Functional
from keras.models.model import Model
from keras.models.sequential import Sequential


def model_from_config(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
    """The model of `{"class_name": ..., "config": ...}`, with new weights; compiled if the config says how.

    Arguments:
        config: dict, as `json.loads(model.to_json())`. custom_objects: name -> class or function that the config may name.
    """
    if not isinstance(config, dict) or "class_name" not in config:
        raise TypeError(
            f"model_from_config(config): got {type(config).__name__}. Accepted: a dict with 'class_name' and 'config'. "
            "For the dict of get_config() write keras.Model.from_config(config)."
        )
    with scoped(custom_objects):
        model = layer_registry.deserialize(config)
        if config.get("build_config") and not model.built:
            model.build_from_config(config["build_config"])
        if config.get("compile_config") and isinstance(model, Model):
            model.compile_from_config(config["compile_config"])
    return model


def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """The model that `to_json` wrote, with new weights.

    Arguments:
        json_string: text. custom_objects: name -> class or function that the text may name.
    Example:
        >>> from keras import layers
        >>> model = Sequential([Input((4,)), layers.Dense(2)])
        >>> model_from_json(model.to_json()).output_shape
        (None, 2)
    Source: keras.models.model_from_json of Keras 3.
    """
    return model_from_config(json.loads(json_string), custom_objects)


def clone_model(
    model: Any, input_tensors: Any = None, clone_function: Callable[[Layer], Layer] | None = None, call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
) -> Any:  # fmt: skip
    """A model of the same layers with new weights.

    Arguments:
        model: `Model`. input_tensors: symbols to begin with, instead of new inputs.
        clone_function: function from a layer to the layer that takes its place. Default: a layer with the same config.
        call_function: function of (layer, *args, **kwargs) that calls the new layer. Functional models only.
        recursive: whether `clone_function` is also used inside of models in the model.
    Example:
        >>> from keras import layers
        >>> model = Sequential([Input((4,)), layers.Dense(2, kernel_initializer="ones")])
        >>> clone_model(model).get_weights()[0].shape
        (4, 2)
    Source: keras.models.clone_model of Keras 3.
    """
    if not isinstance(model, Model):
        raise ValueError(
            f"clone_model(model): got {model!r}. Accepted: a keras.Model. For a layer write type(layer).from_config(layer.get_config())."
        )

    def clone(layer: Layer) -> Layer:
        if recursive and isinstance(layer, (Functional, Sequential)):
            return clone_model(layer, clone_function=clone_function, call_function=call_function, recursive=True)
        return (clone_function or _copy)(layer)

    if isinstance(model, Sequential):
        return _cloned_sequence(model, input_tensors, clone)
    if type(model) is Functional or (isinstance(model, Functional) and clone_function is not None):
        return _cloned_graph(model, input_tensors, clone, call_function)
    if clone_function is not None or input_tensors is not None:
        raise ValueError(
            f"clone_model: {type(model).__name__} {model.name!r} is a subclassed model. "
            "Accepted with clone_function or input_tensors: Functional and Sequential models."
        )
    return _copy(model)


def _copy(layer: Layer) -> Any:
    return type(layer).from_config(layer.get_config())


def _cloned_sequence(model: Sequential, input_tensors: Any, clone: Callable[[Layer], Layer]) -> Sequential:
    given = tree.flatten(input_tensors) if input_tensors is not None else []
    if len(given) > 1:
        raise ValueError(f"clone_model(input_tensors): got {len(given)} symbols. Accepted for a Sequential: one.")
    layers: list[Any] = [x if isinstance(x, InputLayer) else clone(x) for x in model._stack]
    if given:
        layers = [Input(tensor=given[0]), *(x for x in layers if not isinstance(x, InputLayer))]
    elif layers and isinstance(layers[0], InputLayer):
        layers[0] = _copy(layers[0])
    return Sequential(layers, name=model.name, trainable=model.trainable)


def _cloned_graph(
    model: Functional, input_tensors: Any, clone: Callable[[Layer], Layer], call_function: Callable[..., Any] | None
) -> Functional:
    given = tree.flatten(input_tensors) if input_tensors is not None else [_copy(layer).tensor for layer in model._input_layers]
    if len(given) != len(model.inputs):
        raise ValueError(f"clone_model(input_tensors): got {len(given)} symbols for the {len(model.inputs)} inputs {model.input_names}.")
    values: dict[int, Any] = {id(old): new for old, new in zip(model.inputs, given, strict=True)}
    twins: dict[int, Any] = {}

    def look_up(x: Any) -> Any:
        return values[id(x)] if isinstance(x, KerasTensor) else x

    for node in model._network:
        operation = node.operation
        twin = twins.get(id(operation))
        if twin is None:
            twin = twins[id(operation)] = operation if isinstance(operation, OpOperation) else clone(operation)  # type: ignore[arg-type]
        args, kwargs = tree.map_structure(look_up, [list(node.args), node.kwargs])
        made = (
            twin(*args, **kwargs) if call_function is None or isinstance(operation, OpOperation) else call_function(twin, *args, **kwargs)
        )
        for old, new in zip(node.output_tensors, [x for x in tree.leaves(made) if isinstance(x, KerasTensor)], strict=True):
            values[id(old)] = new
    return Functional(
        tree.map_structure(look_up, model.input), tree.map_structure(look_up, model.output), name=model.name, trainable=model.trainable
    )
