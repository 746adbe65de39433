"""`Merge` and `merge` of Keras 1: one layer for every way of joining tensors, and what today's functions are called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.layers import merging
from keras.layers.input_layer import Input
from keras.layers.layer import Layer
from keras.legacy.spellings import note
from keras.models.functional import Functional
from keras.ops.shaping import expand_dims, shape_of

_MODES = ("sum", "mul", "concat", "ave", "cos", "dot", "max")


class Merge(Layer):
    """Several tensors joined into one.

    Arguments:
        layers: models or layers whose outputs are joined: the result is then a model of their inputs. None: call it on a list of tensors.
        mode: 'sum', 'mul', 'concat', 'ave', 'max', 'dot', 'cos' (cosine, with an axis of 1 after the batch), or a function of the list.
        concat_axis: axis of 'concat'. dot_axes: int or 2 ints, the axes of 'dot' and 'cos'.
        output_shape, output_mask, node_indices, tensor_indices: without effect. arguments: dict of further arguments of the function.
    Example:
        >>> Merge(mode="sum")([np.ones((1, 2), "float32"), np.ones((1, 2), "float32")]).tolist()
        [[2.0, 2.0]]
    Source: keras.layers.Merge of Keras 1.
    """

    supports_masking = True

    def __new__(cls, layers: Any = None, *args: Any, **kwargs: Any) -> Any:
        if layers is None:
            return object.__new__(cls)
        return _joined(list(layers), cls(None, *args, **kwargs))

    def __init__(
        self, layers: Any = None, mode: Any = "sum", concat_axis: int = -1, dot_axes: Any = -1, output_shape: Any = None,
        output_mask: Any = None, arguments: Any = None, node_indices: Any = None, tensor_indices: Any = None, name: str | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(name=name, **kwargs)
        if not callable(mode) and mode not in _MODES:
            raise ValueError(f"Merge(mode): got {mode!r}. Accepted: {', '.join(map(repr, _MODES))} or a function. Write mode='concat'.")
        self.mode = mode
        self.concat_axis = concat_axis
        self.dot_axes = dot_axes
        self.arguments = dict(arguments or {})
        self._joining = None if callable(mode) else self._layer(mode)

    def _layer(self, mode: str) -> Layer:
        if mode == "concat":
            return merging.Concatenate(axis=self.concat_axis)
        if mode in ("dot", "cos"):
            return merging.Dot(self.dot_axes, normalize=mode == "cos")
        made: Layer = {"sum": merging.Add, "mul": merging.Multiply, "ave": merging.Average, "max": merging.Maximum}[mode]()
        return made

    def call(self, inputs: Sequence[Any]) -> Any:
        """The tensors joined."""
        if self._joining is None:
            return self.mode(inputs, **self.arguments)
        outputs = self._joining(inputs)
        if self.mode == "cos" and len(shape_of(outputs)) == 2:
            return expand_dims(outputs, 1)
        return outputs

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the layer that joins."""
        return None if self._joining is None else self._joining.compute_mask(inputs, previous_mask)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        own = {"mode": self.mode, "concat_axis": self.concat_axis, "dot_axes": self.dot_axes, "arguments": self.arguments}
        return {**self._base_config(), **own}


def _joined(layers: list[Any], merging_layer: Merge) -> Functional:
    """The model from the inputs of some models to their joined outputs."""
    inputs, outputs = [], []
    for layer in layers:
        own = [Input(batch_shape=symbol.shape, dtype=symbol.dtype) for symbol in _inputs_of(layer)]
        inputs.extend(own)
        outputs.append(layer(own[0] if len(own) == 1 else own))
    return Functional(inputs, merging_layer(outputs))


def _inputs_of(layer: Any) -> list[Any]:
    if hasattr(layer, "inputs"):
        return list(layer.inputs)
    found = layer.input
    return list(found) if isinstance(found, (list, tuple)) else [found]


def merge(
    inputs: Sequence[Any], mode: Any = "sum", concat_axis: int = -1, dot_axes: Any = -1, output_shape: Any = None, output_mask: Any = None,
    arguments: Any = None, name: str | None = None,
) -> Any:  # fmt: skip
    """`Merge(mode=..., ...)(inputs)`.

    Example:
        >>> merge([np.ones((1, 2), "float32"), np.ones((1, 1), "float32")], mode="concat").shape
        (1, 3)
    Source: keras.layers.merge of Keras 1. In Keras 2 it is the module of Add, Concatenate and so on, which are found here as well.
    """
    note("merge(mode)", "keras.layers.add, concatenate, ...")
    return Merge(mode=mode, concat_axis=concat_axis, dot_axes=dot_axes, arguments=arguments, name=name)(inputs)


_FUNCTIONS = ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate", "dot")
for _name in (*_FUNCTIONS, *(name.title() for name in _FUNCTIONS)):
    setattr(merge, _name, getattr(merging, _name))
