"""`Sequential`: a plain stack of layers."""

from __future__ import annotations

from typing import Any

from keras.core import naming
from keras.core.custom_objects import scoped
from keras.core.op import leaving_history
from keras.core.tensor import KerasTensor, Symbol
from keras.layers.input_layer import InputLayer
from keras.layers.layer import Layer
from keras.layers.lookup import registry as layer_registry
from keras.models.functional import Functional
from keras.models.functional_config import described
from keras.models.model import Model


class _SeveralInputs(InputLayer):
    """The start of a stack whose first layer is a model with several inputs."""

    def __init__(self, inputs: list[InputLayer]) -> None:
        Layer.__init__(self)
        self.built = True
        self.tensor = [layer.tensor for layer in inputs]


class Sequential(Model):
    """A stack of layers: each takes what the one before it returns.

    Arguments:
        layers: list of layers, or None. The first may be `keras.Input(...)`, or declare `input_shape=` itself.
        trainable: whether the weights are trained. name: text.
    Example:
        >>> from keras import Input, layers
        >>> model = Sequential([Input((4,)), layers.Dense(2)])
        >>> model.output_shape
        (None, 2)
    Source: keras.Sequential of Keras 3.
    """

    _names_its_parts = True

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None:
        if not isinstance(trainable, (bool, int)):
            raise TypeError(
                f"Sequential(trainable): got {trainable!r}. Accepted: True or False. Put the layers into a list: Sequential([a, b])."
            )
        given = [] if layers is None else list(layers) if isinstance(layers, (list, tuple)) else [layers]
        self._trainer_object: Any = None
        Layer.__init__(self, trainable=trainable, name=name)
        self._stack: list[Layer] = []
        self._symbols: list[Any] = []
        self._network: Functional | None = None
        for layer in given:
            self._append(layer)
        self._rebuild()

    # ---------------------------------------------------------------------------------------------------------------- the stack

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Add a layer at the end; one that does not fit is refused and the model stays as it was."""
        before = list(self._stack)
        self._append(layer)
        try:
            if rebuild:
                self._rebuild()
        except Exception:
            self._stack = before
            del self._symbols[len(before) :]
            self._forget()
            self._rebuild()
            raise

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the last layer away and return it."""
        if not self.layers:
            raise ValueError(f"Sequential {self.name!r}: pop() on a model without layers.")
        layer = self._stack.pop()
        del self._symbols[len(self._stack) :]
        self._forget()
        if rebuild:
            self._rebuild()
        return layer

    def _append(self, layer: Any) -> None:
        if isinstance(layer, KerasTensor) and hasattr(layer, "_keras_history") and isinstance(layer._keras_history[0], InputLayer):
            layer = layer._keras_history[0]
        if not isinstance(layer, Layer):
            layer = self._wrapped(layer)
        if any(layer is other for other in self._stack):
            raise ValueError(
                f"Sequential {self.name!r}: the layer {layer.name!r} is in it already. Make a new {type(layer).__name__}, or write a Functional model to use one twice."
            )
        if any(layer.name == other.name for other in self._stack):
            raise ValueError(f"Sequential {self.name!r}: two layers have the name {layer.name!r}. Give each a name of its own.")
        if isinstance(layer, InputLayer) and self._stack:
            place = "two inputs" if isinstance(self._stack[0], InputLayer) else "an input after other layers"
            raise ValueError(f"Sequential {self.name!r}: got {place}. Accepted: one keras.Input, as the first entry.")
        if not self._stack and not isinstance(layer, InputLayer):
            declared = getattr(layer, "_declared_input_shape", None)
            if declared is not None:
                dtype = None if type(layer).__name__ != "Embedding" else "float32"
                self._stack.append(InputLayer(batch_shape=declared, dtype=dtype, name=f"{layer.name}_input"))
            elif isinstance(layer, Functional):
                inputs = [InputLayer(batch_shape=symbol.shape, dtype=symbol.dtype) for symbol in layer.inputs]
                self._stack.append(inputs[0] if len(inputs) == 1 else _SeveralInputs(inputs))
        self._stack.append(layer)
        self._forget()

    def _wrapped(self, layer: Any) -> Layer:
        hint = (
            "Make a layer of the function: keras.layers.Activation(f)."
            if callable(layer)
            else "Write a layer such as keras.layers.Dense(10)."
        )
        if isinstance(layer, type):
            hint = f"Create it: {layer.__name__}(...)."
        elif isinstance(layer, KerasTensor):
            hint = "Pass the layers, not what they return."
        raise TypeError(f"Sequential {self.name!r}: got {layer!r} of {type(layer)}. Accepted: layers. {hint}")

    def _forget(self) -> None:
        self._network = None
        self.built = False
        self._drop_programs()

    def _rebuild(self) -> None:
        """With a known input every layer is called as soon as it is added."""
        if not self._stack or not isinstance(self._stack[0], InputLayer) or len(self._stack) < 2:
            return
        if not self._symbols:
            self._symbols = [self._stack[0].tensor]
        with leaving_history(), naming.name_scope(self.name):
            for layer in self._stack[len(self._symbols) :]:
                self._symbols.append(layer(self._symbols[-1]))
        self.built = True

    @property
    def _functional(self) -> Functional | None:
        """The stack as a Functional model, made when it is first needed; None while the input is unknown."""
        if self._network is None and self.built and len(self._symbols) > 1:
            self._network = Functional(self._symbols[0], self._symbols[-1], name=self.name)
        return self._network

    # ------------------------------------------------------------------------------------------------------------------ calling

    def build(self, input_shape: Any = None) -> None:
        """Build for an input shape (with the batch axis)."""
        if self._functional is not None or not self._stack:
            return
        if isinstance(self._stack[0], InputLayer):
            self._rebuild()
            return
        if input_shape is None:
            raise ValueError(
                f"Sequential {self.name!r}: the input's shape is not known. Write keras.Input(...) as the first layer, or model.build((None, 8))."
            )
        self._stack.insert(0, InputLayer(batch_shape=(None, *tuple(input_shape)[1:]), dtype=self.compute_dtype))
        try:
            self._rebuild()
        except Exception:
            self._stack.pop(0)
            self._symbols = []
            raise

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None, **kwargs: Any) -> Any:
        """Run the layers one after the other."""
        if self._functional is not None:
            return self._functional.call(inputs, training=training, mask=mask)
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def compute_output_spec(self, inputs: Any, training: bool | None = None, mask: Any = None, **kwargs: Any) -> Any:
        """Symbols of the output for symbols of the input."""
        return super().compute_output_spec(inputs, training=training, mask=mask, **kwargs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The output's shape for an input shape."""
        return super().compute_output_shape(input_shape)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Masks were set on the outputs while they were computed."""
        return None

    def _build_for(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        first = args[0] if args else next(iter(kwargs.values()))
        if hasattr(first, "shape") and not isinstance(first, (list, tuple, dict)):
            try:
                self.build(tuple(first.shape))
            except TypeError:  # a layer decides by its input's numbers: each is built when it is called
                if isinstance(first, Symbol):
                    raise
        self.built = True
        self._after_build()

    # --------------------------------------------------------------------------------------------------------------- properties

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the input."""
        return [x for x in self._stack if not isinstance(x, InputLayer)]

    def _named_parts(self, wanted: Any) -> Any:
        return ((str(i), layer) for i, layer in enumerate(self.layers) if wanted(layer))

    def _known(self, what: str) -> Functional:
        if self._functional is None:
            raise AttributeError(
                f"Sequential {self.name!r} has no {what} yet: the input's shape is not known. Write keras.Input(...) as the first layer, or call model.build((None, 8))."
            )
        return self._functional

    @property
    def inputs(self) -> list[KerasTensor]:
        """The input symbol, in a list."""
        return self._known("inputs").inputs

    @property
    def outputs(self) -> list[KerasTensor]:
        """The output symbol, in a list."""
        return self._known("outputs").outputs

    @property
    def input(self) -> Any:
        """The input symbol."""
        return self._known("input").input

    @property
    def output(self) -> Any:
        """The output symbol."""
        return self._known("output").output

    @property
    def input_names(self) -> list[str]:
        """The name of the input."""
        return self._known("input").input_names

    @property
    def output_names(self) -> list[str]:
        """The name of the layer that makes the output."""
        return self._known("output").output_names

    def get_config(self) -> dict[str, Any]:
        """The configs of the layers."""
        built_for = {} if self._functional is None else {"build_input_shape": self._functional.inputs[0].shape}
        return {**super()._base_config(), "layers": [described(x) for x in self._stack if not isinstance(x, _SeveralInputs)], **built_for}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Sequential:
        """The model of a config, with new weights."""
        if "layers" not in config:
            return cls(**config)
        with scoped(custom_objects):
            model = cls(
                [layer_registry.deserialize(c) for c in config["layers"]], name=config.get("name"), trainable=config.get("trainable", True)
            )
        if config.get("build_input_shape") is not None and not model.built:
            model.build(tuple(config["build_input_shape"]))
        return model

    def get_build_config(self) -> dict[str, Any] | None:
        """The shape of the input."""
        return None if self._functional is None else {"input_shape": self._functional.inputs[0].shape}
