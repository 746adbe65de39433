"""Layers that apply one function to every element, and the trainable slopes of PReLU."""

from __future__ import annotations

from typing import Any

from keras.layers.arguments import keep
from keras.layers.input_spec import InputSpec
from keras.layers.layer import Layer
from keras.ops.activations import elu, leaky_relu, softmax
from keras.ops.elementwise import add, cast, greater, minimum, multiply, negative, relu, select, subtract
from keras.ops.reduction import logsumexp
from keras.ops.shaping import shape_of


class Activation(Layer):
    """An activation function as a layer.

    Arguments:
        activation: name ('relu', 'softmax', ...) or function.
    Returns: tensor of the input's shape.
    Example:
        >>> Activation("relu")(np.array([-1.0, 2.0], "float32")).tolist()
        [0.0, 2.0]
    Source: keras.layers.Activation of Keras 3.
    """

    supports_masking = True

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        keep(self, locals())

    def call(self, inputs: Any) -> Any:
        """The activation of the inputs."""
        return self.activation(inputs)
