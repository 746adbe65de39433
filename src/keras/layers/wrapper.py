"""Layers around functions and other layers: Lambda, Wrapper, Identity, Masking."""

from __future__ import annotations

import inspect
from typing import Any

from keras.layers.layer import Layer
from keras.layers.nested import as_layer, build_inside
from keras.ops.elementwise import cast, dtype_of, multiply, not_equal
from keras.ops.reduction import any as any_of


class Identity(Layer):
    """The inputs as they are.

    Example:
        >>> Identity()(np.ones((1, 2), "float32")).tolist()
        [[1.0, 1.0]]
    Source: keras.layers.Identity of Keras 3.
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        return inputs


class Wrapper(Layer):
    """Base of layers that do something with another layer.

    Arguments:
        layer: the layer inside.
    Example:
        >>> Wrapper(Identity()).layer
        <Identity name=identity, built=False>
    Source: keras.layers.Wrapper of Keras 3.
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.layer = as_layer(self, "layer", layer)

    def build(self, input_shape: Any = None) -> None:
        """Build the layer inside."""
        build_inside(self.layer, input_shape)


class Masking(Layer):
    """The inputs with a mask: steps whose features all equal `mask_value` are left out by the layers that follow.

    Arguments:
        mask_value: float. Default 0.
    Input: tensor, shape (batch, time, features).
    Returns: the inputs, left-out steps set to 0, with a mask (batch, time).
    Example:
        >>> from keras.core.masks import get_mask
        >>> get_mask(Masking()(np.array([[[1.0], [0.0]]], "float32"))).tolist()
        [[True, False]]
    Source: keras.layers.Masking of Keras 3.
    """

    supports_masking = True

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask_value = mask_value

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Where a step differs from `mask_value`."""
        return any_of(not_equal(inputs, self.mask_value), axis=-1)

    def call(self, inputs: Any) -> Any:
        """The inputs, left-out steps set to 0."""
        valid = any_of(not_equal(inputs, self.mask_value), axis=-1, keepdims=True)
        return multiply(inputs, cast(valid, dtype_of(inputs)))


class Lambda(Layer):
    """A function as a layer; it has no weights.

    Arguments:
        function: function of a tensor (and optionally `mask` and `training`).
        output_shape: shape of a sample, or function of the input shape; not needed when the function is written with keras.ops.
        mask: the output's mask, or function of (inputs, mask).
        arguments: dict of further arguments of the function.
    Example:
        >>> Lambda(lambda x: x * 2)(np.ones((1, 2), "float32")).tolist()
        [[2.0, 2.0]]
    Source: keras.layers.Lambda of Keras 3. A file with a Lambda holds Python code, so it is loaded with `safe_mode=False` only; a layer
        class of your own has no such limit.
    """

    def __init__(self, function: Any, output_shape: Any = None, mask: Any = None, arguments: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(f"Lambda(function): got {function!r}. Accepted: a function. Write Lambda(lambda x: x * 2).")
        self.function = function
        self._output_shape = output_shape
        self.mask = mask
        self.arguments = arguments or {}
        self.supports_masking = mask is not None
        parameters = inspect.signature(function).parameters if _has_signature(function) else {}
        self._takes = {name for name in ("mask", "training") if name in parameters}

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        """The function of the inputs."""
        known = {"mask": mask, "training": training}
        return self.function(inputs, **{**self.arguments, **{name: known[name] for name in self._takes}})

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The given mask."""
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; functions as they are."""
        extra = {"output_shape": self._output_shape, "mask": self.mask}
        return {
            **self._base_config(),
            "function": self.function,
            "arguments": self.arguments,
            **{k: v for k, v in extra.items() if v is not None},
        }


def _has_signature(function: Any) -> bool:
    try:
        inspect.signature(function)
    except (TypeError, ValueError):
        return False
    return True
