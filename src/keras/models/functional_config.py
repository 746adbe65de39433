"""Functional models as configs and back, in the format of Keras 3: each operation with its calls, and each symbol by the call that made it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from keras import ops
from keras._surface import PACKAGES
from keras.core import dtypes, engine, errors, tree
from keras.core.configurable import serialize
from keras.core.naming import to_snake_case
from keras.core.operation import Node, Operation, OpOperation, history_of
from keras.core.tensor import REGISTRY, KerasTensor
from keras.core.variable import Variable
from keras.layers.input_layer import InputLayer
from keras.layers.lookup import registry as layer_registry

_KERAS_MODULES = {
    "core": "cast saturate_cast scatter scatter_update slice slice_update stop_gradient unstack",
    "math": "erf erfc erfinv in_top_k logsumexp rsqrt top_k",
}
"""Keras files name an op by the module and class that Keras 3 has for it; these ops are not in the module of their category."""

_KERAS_CLASSES = {
    "AllClose": "allclose", "BatchNorm": "batch_normalization", "CDist": "cdist", "IsIn": "isin", "LayerNorm": "layer_normalization",
    "RMSNorm": "rms_normalization", "SearchSorted": "searchsorted",
}  # fmt: skip
"""Class names that do not follow from the name of the op."""

_OPERANDS = {"where": 3, "get_item": 2, "full_like": 2}
"""Parameters that Keras writes among a call's arguments although they need not be tensors; the other attributes stand in the op's config."""


# ------------------------------------------------------------------------------------------------------------------------- to a config


def described(layer: Any) -> dict[str, Any]:
    """The config of a layer or model with what it was built and compiled for."""
    found = serialize(layer)
    built_for = layer.get_build_config() if layer.built and not isinstance(layer, InputLayer) else None
    if built_for is not None:
        found["build_config"] = built_for
    if hasattr(layer, "get_compile_config"):
        found["compile_config"] = layer.get_compile_config() or {}
    return found


def functional_config(model: Any) -> dict[str, Any]:
    """The config of a Functional model: its operations, their calls, and which symbols are inputs and outputs."""
    inside = {id(node) for node in model._network}
    calls = {id(x): [node for node in x._inbound_nodes if id(node) in inside] for x in model.operations}
    places = {id(x): [layer.name, 0, 0] for x, layer in zip(model.inputs, model._input_layers, strict=True)}
    for x in model.operations:
        for number, node in enumerate(calls[id(x)]):
            for position, tensor in enumerate(node.output_tensors):
                places.setdefault(id(tensor), [x.name, number, position])
    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": [_entry(x, calls[id(x)], places) for x in model.operations],
        "input_layers": tree.map_structure(lambda t: places[id(t)], model.input),
        "output_layers": tree.map_structure(lambda t: places[id(t)], model.output),
    }


def _entry(operation: Operation, calls: list[Node], places: dict[int, list[Any]]) -> dict[str, Any]:
    if isinstance(operation, OpOperation):
        bound = [_op_call(operation.record, node) for node in calls]
        attributes = bound[0][1]
        head = _op_head(operation, {k: _value(v, places) for k, v in attributes.items()})
        nodes = [{"args": [_value(a, places) for a in args], "kwargs": {}} for args, _ in bound]
    else:
        head = described(operation)
        nodes = [
            {"args": [_value(a, places) for a in n.args], "kwargs": {k: _value(v, places) for k, v in n.kwargs.items()}} for n in calls
        ]
    return {**head, "name": operation.name, "inbound_nodes": nodes}


def _op_call(record: Any, node: Node) -> tuple[list[Any], dict[str, Any]]:
    """The operands and the attributes of an op's call, as Keras parts them."""
    if record.name == "einsum":
        return list(node.args[1:]), {"subscripts": node.args[0]}
    given = {**record.defaults, **dict(zip(record.parameters, node.args, strict=False)), **node.kwargs}
    count = _OPERANDS.get(record.name, 1 if record.operands == "list" else int(record.operands))
    operands = record.parameters[:count]
    return [given[n] for n in operands if n in given], {n: given[n] for n in record.parameters[count:] if n in given}


def _op_head(operation: OpOperation, attributes: dict[str, Any]) -> dict[str, Any]:
    name = operation.record.name
    module = next((m for m, names in _KERAS_MODULES.items() if name in names.split()), operation.record.category)
    cls = next((c for c, function in _KERAS_CLASSES.items() if function == name), "".join(word.title() for word in name.split("_")))
    return {
        "module": f"keras.src.ops.{module}",
        "class_name": cls,
        "config": {"name": operation.name, **attributes},
        "registered_name": cls,
    }


def _value(value: Any, places: dict[int, list[Any]]) -> Any:
    """One argument of a call, ready for JSON."""
    if isinstance(value, KerasTensor):
        return _marked("__keras_tensor__", shape=list(value.shape), dtype=value.dtype, keras_history=places[id(value)])
    if isinstance(value, (list, tuple)):
        return [_value(v, places) for v in value]
    if isinstance(value, dict):
        return {k: _value(v, places) for k, v in value.items()}
    if isinstance(value, slice):
        return _marked("__slice__", start=value.start, stop=value.stop, step=value.step)
    if value is Ellipsis:
        return _marked("__ellipsis__")
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Variable) or engine.current().owns(value):
        array = np.asarray(engine.current().to_numpy(value.value if isinstance(value, Variable) else value))
        return _marked("__tensor__", value=array.tolist(), dtype=array.dtype.name)
    if isinstance(value, (type, np.dtype)):
        return dtypes.standardize(value)
    return serialize(value)


def _marked(kind: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": config}


# ----------------------------------------------------------------------------------------------------------------------- from a config


def symbols_of(config: dict[str, Any]) -> tuple[Any, Any]:
    """The inputs and outputs that a config describes: its operations are made and called again."""
    operations: dict[str, Any] = {}
    waiting: list[tuple[str, int, Any]] = []
    made: dict[tuple[str, int], list[KerasTensor]] = {}
    for entry in config["layers"]:
        name = entry.get("name") or entry["config"]["name"]
        operations[name] = _operation(entry)
        waiting += [(name, number, call) for number, call in enumerate(entry["inbound_nodes"])]
        if isinstance(operations[name], InputLayer):
            made[name, 0] = [operations[name].tensor]
    while waiting:
        later = [(name, number, call) for name, number, call in waiting if not _called(operations[name], name, number, call, made)]
        if len(later) == len(waiting):
            raise ValueError(f"Model.from_config: the call of {later[0][0]!r} needs a symbol that no other call of the config makes.")
        waiting = later
    return _at(config["input_layers"], made), _at(config["output_layers"], made)


def _operation(entry: dict[str, Any]) -> Any:
    """A layer, or (record, name, attributes) of an op."""
    module = entry.get("module") or ""
    if not (module == "keras.ops" or module.startswith(("keras.src.ops.", "keras.ops."))):
        return layer_registry.deserialize(entry)
    cls = entry["class_name"]
    name = _KERAS_CLASSES.get(cls, to_snake_case(cls))
    function = getattr(ops, name) if name in PACKAGES.get("keras.ops", {}) else REGISTRY["get_item"] if name == "get_item" else None
    if not hasattr(function, "record"):
        raise ValueError(f"Model.from_config: the op {cls!r} is not known.{errors.suggestion(name, PACKAGES.get('keras.ops', {}))}")
    config = dict(entry.get("config", {}))
    config.pop("name", None)
    return function, {k: _tuples(_restored(v, {})) for k, v in config.items()}


def _called(operation: Any, name: str, number: int, call: Any, made: dict[tuple[str, int], list[KerasTensor]]) -> bool:
    """Make one call if everything that it needs is there."""
    if not isinstance(call, dict):
        raise ValueError(
            f"Model.from_config: the call of {name!r} is in the format of Keras 1 or 2. Load the file with keras.models.load_model."
        )
    if not all(key in made for key in _needed(call)) or (number and (name, number - 1) not in made):
        return False
    args, kwargs = _restored(call["args"], made), _restored(call["kwargs"], made)
    if isinstance(operation, tuple):
        outputs = _op_outputs(*operation, name, args, kwargs)
    else:
        outputs = operation(*args, **kwargs)
    made[name, number] = [x for x in tree.leaves(outputs) if isinstance(x, KerasTensor)]
    return True


def _op_outputs(function: Any, attributes: dict[str, Any], name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    if function.record.name == "einsum":
        args = [attributes["subscripts"], *args]
        attributes = {}
    elif function.record.name == "get_item":
        args = [args[0], _tuples(args[1])]
    outputs = function(*args, **{k: v for k, v in {**attributes, **kwargs}.items() if k in function.record.parameters})
    history = history_of(next(x for x in tree.leaves(outputs) if isinstance(x, KerasTensor)))
    if history is not None:
        history[0].name = name
    return outputs


def _needed(call: Any) -> Iterator[tuple[str, int]]:
    if isinstance(call, dict):
        if call.get("class_name") == "__keras_tensor__":
            name, number, _ = call["config"]["keras_history"]
            yield name, number
            return
        call = list(call.values())
    if isinstance(call, (list, tuple)):
        for item in call:
            yield from _needed(item)


def _restored(value: Any, made: dict[tuple[str, int], list[KerasTensor]]) -> Any:
    """What `_value` wrote, as it was."""
    if isinstance(value, (list, tuple)):
        return [_restored(v, made) for v in value]
    if not isinstance(value, dict):
        return value
    kind, config = value.get("class_name"), value.get("config")
    if kind == "__keras_tensor__":
        name, number, position = config["keras_history"]  # type: ignore[index]
        return made[name, number][position]
    if kind == "__slice__":
        return slice(config["start"], config["stop"], config["step"])  # type: ignore[index]
    if kind == "__ellipsis__":
        return Ellipsis
    if kind in ("__tensor__", "__numpy__"):
        return engine.current().asarray(np.asarray(config["value"]), config["dtype"])  # type: ignore[index]
    if kind == "__tuple__":
        return tuple(_restored(value["config"].get("value", value["config"].get("items", ())), made))
    return {k: _restored(v, made) for k, v in value.items()}


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, (list, tuple)) else value


def _at(places: Any, made: dict[tuple[str, int], list[KerasTensor]]) -> Any:
    """The symbols at a nest of [name, call, position]."""
    if isinstance(places, dict):
        return {k: _at(v, made) for k, v in places.items()}
    if len(places) == 3 and isinstance(places[0], str) and isinstance(places[1], int):
        return made[places[0], places[1]][places[2]]
    return [_at(p, made) for p in places]
