"""A layer with its inputs, as the checks handle it: called in any mode, always from the same state, and made again in another dtype."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras.core import dtype_policy, tree
from keras.core.tensor import KerasTensor
from keras.core.variable import Variable
from keras.layers.layer import Layer
from keras.testing.properties import arrays
from keras.testing.report import CheckSkipped


def is_float(x: Any) -> bool:
    """Whether an array has a floating dtype."""
    return np.issubdtype(x.dtype, np.floating)


class Specimen:
    """A layer, the first argument of its call, and further arguments.

    Attributes:
        layer: what is checked. inputs: a nest of arrays. arguments: further arguments of the call, by name.
        batch_independent: whether each sample is expected to be computed by itself.
    """

    def __init__(self, layer: Layer, inputs: Any, arguments: dict[str, Any], batch_independent: bool, tolerance: float) -> None:
        self.layer = layer
        self.inputs = tree.map_structure(np.array, inputs)
        self.arguments = arguments
        self.batch_independent = batch_independent
        self.tolerance = tolerance

    @property
    def name(self) -> str:
        """The class of the layer, and its name."""
        return f"{type(self.layer).__name__} {self.layer.name!r}"

    @property
    def takes_training(self) -> bool:
        """Whether `call` has an argument `training`."""
        return bool(self.layer._call_signature.takes_training)

    @property
    def modes(self) -> tuple[bool, ...]:
        """The values of `training` in which the layer can differ."""
        return (False, True) if self.takes_training else (False,)

    def run(self, inputs: Any = None, training: bool = False, layer: Layer | None = None) -> Any:
        """The outputs for these inputs (default: its own, copied); for arrays in `inputs`, symbols may stand."""
        given = tree.map_structure(np.array, self.inputs) if inputs is None else inputs
        mode = {"training": training} if self.takes_training else {}
        return (self.layer if layer is None else layer)(given, **{**mode, **self.arguments})

    def values(self, inputs: Any = None, training: bool = False, layer: Layer | None = None) -> list[np.ndarray]:
        """The outputs as arrays; the layer's state is as before afterwards."""
        with restored(self.layer if layer is None else layer):
            return arrays(self.run(inputs, training, layer))

    def symbols(self, known_batch: bool) -> Any:
        """Symbols in the inputs' shapes."""
        return tree.map_structure(lambda x: KerasTensor((x.shape[0] if known_batch else None, *x.shape[1:]), x.dtype.name), self.inputs)

    def twin(self, policy: str | None = None) -> Layer:
        """The layer made again from its config; with `policy`, it and the layers inside compute so."""
        try:
            config = self.layer.get_config()
            if policy is None:
                return type(self.layer).from_config(config)
            with default_policy(policy):
                return type(self.layer).from_config(with_policy(config, policy))
        except Exception as error:
            raise CheckSkipped(f"it cannot be made again from its config ({_first_line(error)})") from error


def state_of(layer: Layer) -> list[Variable]:
    """All variables of a layer, the seeds of its random generators included."""
    return list({id(v): v for v in (*layer.variables, *layer._seed_variables())}.values())


@contextlib.contextmanager
def restored(layer: Layer) -> Iterator[None]:
    """Context after which the variables that the layer has now have the values that they have now."""
    before = [(v, np.array(v.numpy())) for v in state_of(layer)]
    try:
        yield
    finally:
        for variable, value in before:
            variable.assign(value)


@contextlib.contextmanager
def default_policy(policy: str) -> Iterator[None]:
    """Context in which layers that name no policy have this one."""
    before = dtype_policy.dtype_policy()
    dtype_policy.set_dtype_policy(policy)
    try:
        yield
    finally:
        dtype_policy.set_dtype_policy(before)


def with_policy(config: Any, policy: str) -> Any:
    """A config with every dtype policy in it replaced, also of layers inside."""
    if isinstance(config, dict):
        if config.get("class_name") == "DTypePolicy":
            return {**config, "config": {"name": policy}}
        return {key: with_policy(value, policy) for key, value in config.items()}
    if isinstance(config, list):
        return [with_policy(value, policy) for value in config]
    return config


def _first_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
