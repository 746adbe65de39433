"""`Input` and the layer behind it: where the symbols of a Functional model come from."""

from __future__ import annotations

from typing import Any

from keras.core import dims as D
from keras.core import naming
from keras.core.operation import Node
from keras.core.tensor import KerasTensor, Spec
from keras.layers.layer import Layer


class InputLayer(Layer):
    """The start of a model: it makes one symbol.

    Arguments:
        shape: tuple of int or None, without the batch axis. batch_size: int or None. dtype: dtype name.
        batch_shape: the whole shape, instead of `shape`. name: text. optional: whether the model may be called without this input.
    Source: keras.layers.InputLayer of Keras 3.
    """

    def __init__(
        self, shape: Any = None, batch_size: int | None = None, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None,
        batch_shape: Any = None, input_tensor: Any = None, optional: bool = False, name: str | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        if name is None and naming.generation() == 2:
            name = naming.auto_name("input")
        super().__init__(name=name, dtype=None, **{k: v for k, v in kwargs.items() if k != "trainable"})
        batch_shape = batch_shape if batch_shape is not None else self._declared_input_shape
        if batch_shape is None and shape is not None:
            batch_shape = (batch_size, *_inner_shape(self.name, shape))
        if batch_shape is None and input_tensor is None:
            raise ValueError(
                f"Input {self.name!r}: shape is missing. Write keras.Input(shape=(28, 28, 1)); None stands for an unknown size."
            )
        self.sparse, self.ragged, self.optional = sparse, ragged, optional
        if input_tensor is None:
            self.batch_shape = tuple(batch_shape)
            self._input_dtype = dtype or self.compute_dtype
            tensor = KerasTensor.of(
                Spec(D.from_public(self.batch_shape, first_is_batch=True), KerasTensor((), self._input_dtype).dtype), name=self.name
            )
        else:
            self.batch_shape = input_tensor.shape
            self._input_dtype = input_tensor.dtype
            tensor = input_tensor
        self.built = True
        if not hasattr(tensor, "_keras_history"):
            Node(self, (), {}, tensor)
        else:
            self._inbound_nodes.append(_declared_node(self, tensor))
        self.tensor = tensor

    def call(self) -> Any:
        """The symbol."""
        return self.tensor

    @property
    def dtype(self) -> str:
        """The dtype of the symbol."""
        return self._input_dtype

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            "batch_shape": self.batch_shape,
            "dtype": self.dtype,
            "sparse": bool(self.sparse),
            "ragged": bool(self.ragged),
            "name": self.name,
            **({"optional": True} if self.optional else {}),
        }


def _inner_shape(name: str, shape: Any) -> tuple[int | None, ...]:
    """The shape of one sample; an integer n means (n,)."""
    if isinstance(shape, int):
        return (shape,)
    try:
        sizes = tuple(shape)
    except TypeError:
        raise ValueError(f"Input {name!r} (shape): got {shape!r}. Accepted: a tuple such as (28, 28, 1).") from None
    for size in sizes:
        if size is not None and (not isinstance(size, int) or isinstance(size, bool) or size < 0) and not hasattr(size, "__index__"):
            raise ValueError(f"Input {name!r} (shape): got {shape!r}. Accepted: a tuple of integers >= 0 and None, such as (28, 28, 1).")
    return tuple(None if s is None else int(s) for s in sizes)


def _declared_node(layer: InputLayer, tensor: KerasTensor) -> Node:
    """A node that shows another operation's symbol as this layer's output, without taking over its history."""
    node = Node.__new__(Node)
    node.operation, node.args, node.kwargs = layer, (), {}
    node.outputs, node.input_tensors, node.output_tensors = tensor, [], [tensor]
    return node


def Input(  # noqa: N802
    shape: Any = None, batch_size: int | None = None, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None, batch_shape: Any = None,
    name: str | None = None, tensor: Any = None, optional: bool = False, batch_input_shape: Any = None,
) -> Any:  # fmt: skip
    """A symbol that stands for a model's input.

    Arguments:
        shape: shape of one sample, tuple of int or None (an unknown size); an int n means (n,).
        batch_size: int or None. dtype: dtype name, None means the default float. batch_shape: the whole shape, instead of `shape`.
        name: text; the key of this input where data comes as a dict.
    Returns: `KerasTensor` of shape (batch_size, *shape).
    Example:
        >>> Input(shape=(784,)).shape
        (None, 784)
    Source: keras.Input of Keras 3.
    """
    layer = InputLayer(
        shape=shape, batch_size=batch_size, dtype=dtype, sparse=sparse, ragged=ragged, batch_shape=batch_shape if batch_shape is not None else batch_input_shape,
        name=name, input_tensor=tensor, optional=optional,
    )  # fmt: skip
    return layer.tensor
