"""`Function`: the ops and layers between some symbols, as one operation."""

from __future__ import annotations

from typing import Any

from keras.core import tree
from keras.core.operation import Operation
from keras.core.tensor import KerasTensor
from keras.models.functional import Functional


class Function(Operation):
    """What computes `outputs` from `inputs`, as one operation: a Functional model without training, saving and weights of its own.

    Arguments:
        inputs: symbol, or list or dict of symbols; any symbols, also those in the middle of a model.
        outputs: symbol(s) that were made from them. name: text.
    Raises: ValueError if an output does not depend on the inputs alone.
    Example:
        >>> from keras import Input, ops
        >>> x = Input((2,))
        >>> double = Function(x, ops.add(x, x))
        >>> double([[1.0, 2.0]]).tolist()
        [[2.0, 4.0]]

    Source: keras.Function of Keras 3.
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None) -> None:
        super().__init__(name)
        self._network = Functional(inputs, outputs, name=self.name)

    @property
    def operations(self) -> list[Operation]:
        """The layers and ops, those farthest from the outputs first."""
        return self._network.operations

    @property
    def inputs(self) -> list[KerasTensor]:
        """The input symbols, in one list."""
        return self._network.inputs

    @property
    def outputs(self) -> list[KerasTensor]:
        """The output symbols, in one list."""
        return self._network.outputs

    @property
    def input(self) -> Any:
        """The input symbols as they were given."""
        return self._network.input

    @property
    def output(self) -> Any:
        """The output symbols as they were given."""
        return self._network.output

    def call(self, inputs: Any) -> Any:
        """The outputs for inputs in the structure of the symbols."""
        return self._network(inputs)

    def __call__(self, inputs: Any) -> Any:
        return self.call(inputs)

    def compute_output_spec(self, inputs: Any) -> Any:
        """Symbols of the outputs for symbols of the inputs."""
        return self._network.compute_output_spec(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape(s) of the outputs for the shape(s) of the inputs."""
        return tree.map_structure(lambda x: x.shape, self.compute_output_spec(_symbols(self.input, input_shape)))

    def __repr__(self) -> str:
        return f"<Function name={self.name}>"


def _symbols(like: Any, shape: Any) -> Any:
    """Symbols of the given shape(s) in the structure of `like`."""
    if isinstance(like, dict):
        return {name: _symbols(part, shape[name]) for name, part in like.items()}
    if isinstance(like, (list, tuple)):
        return [_symbols(part, one) for part, one in zip(like, shape, strict=True)]
    return KerasTensor(shape, like.dtype)
