"""Layers that apply one function to every element, and the trainable slopes of PReLU."""

from __future__ import annotations

from typing import Any

from keras import activations
from keras.layers.arguments import keep
from keras.layers.input_spec import InputSpec
from keras.layers.layer import Layer
from keras.ops.activations import elu, leaky_relu, softmax
from keras.ops.elementwise import add, cast, dtype_of, logical_not, multiply, negative, relu, subtract
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


class ReLU(Layer):
    """The rectified linear unit, with an optional ceiling, slope and threshold.

    max_value where x >= max_value; x where threshold <= x < max_value; negative_slope * (x - threshold) elsewhere

    Arguments:
        max_value: float >= 0, the largest value that comes out. Default None: no limit.
        negative_slope: float >= 0, the slope below the threshold.
        threshold: float >= 0, below it the value is damped.
    Example:
        >>> ReLU(max_value=2.0)(np.array([-1.0, 1.0, 3.0], "float32")).tolist()
        [0.0, 1.0, 2.0]
    Source: keras.layers.ReLU of Keras 3.
    """

    supports_masking = True

    def __init__(self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name, value in {"max_value": max_value, "negative_slope": negative_slope, "threshold": threshold}.items():
            if value is None and name == "max_value":
                continue
            if not isinstance(value, (int, float)) or value < 0:
                raise ValueError(f"ReLU({name}): got {value!r}. Accepted: a number >= 0. Write ReLU({name}=0.5).")
        keep(self, locals())

    def call(self, inputs: Any) -> Any:
        """The rectified inputs."""
        return activations.relu(inputs, negative_slope=self.negative_slope, max_value=self.max_value, threshold=self.threshold)


class LeakyReLU(Layer):
    """x where x > 0, else negative_slope * x.

    Arguments:
        negative_slope: float >= 0. Default 0.3.
    Example:
        >>> LeakyReLU(0.5)(np.array([-2.0, 1.0], "float32")).tolist()
        [-1.0, 1.0]
    Source: Maas, Hannun, Ng 2013; keras.layers.LeakyReLU of Keras 3.
    """

    supports_masking = True

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if negative_slope is None or negative_slope < 0:
            raise ValueError(f"LeakyReLU(negative_slope): got {negative_slope!r}. Accepted: a number >= 0. Write LeakyReLU(0.3).")
        self.negative_slope = negative_slope

    def call(self, inputs: Any) -> Any:
        """The rectified inputs."""
        return leaky_relu(inputs, self.negative_slope)


class ELU(Layer):
    """x where x > 0, else alpha * (exp(x) - 1).

    Arguments:
        alpha: float, the limit for very negative inputs is -alpha. Default 1.0.
    Example:
        >>> ELU()(np.array([0.0, 1.0], "float32")).tolist()
        [0.0, 1.0]
    Source: Clevert, Unterthiner, Hochreiter 2016; keras.layers.ELU of Keras 3.
    """

    supports_masking = True

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs: Any) -> Any:
        """The activated inputs."""
        return elu(inputs, alpha=self.alpha)


class PReLU(Layer):
    """x where x > 0, else alpha * x with a trained alpha for every place of a sample.

    Arguments:
        alpha_initializer, alpha_regularizer, alpha_constraint: name or object. Default zeros, none, none.
        shared_axes: axes (counted from 1) along which one alpha is shared: [1, 2] for images gives one per channel.
    Example:
        >>> PReLU("ones")(np.array([[-2.0, 1.0]], "float32")).tolist()
        [[-2.0, 1.0]]
    Source: He et al. 2015; keras.layers.PReLU of Keras 3.
    """

    supports_masking = True

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        keep(self, locals())
        self.shared_axes = None if shared_axes is None else [shared_axes] if isinstance(shared_axes, int) else list(shared_axes)

    def build(self, input_shape: Any) -> None:
        """Make `alpha`: the shape of a sample, with 1 on the shared axes."""
        shared = {a % len(input_shape) for a in self.shared_axes or ()}
        shape = tuple(1 if axis in shared else n for axis, n in enumerate(input_shape))[1:]
        self.alpha = self.add_weight(
            shape=shape,
            name="alpha",
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={i: n for i, n in enumerate(input_shape) if i and i not in shared})

    def call(self, inputs: Any) -> Any:
        """The rectified inputs."""
        return subtract(relu(inputs), multiply(self.alpha, relu(negative(inputs))))


class Softmax(Layer):
    """exp(x) / sum(exp(x)) over an axis: positive numbers that sum to 1.

    Arguments:
        axis: int or several, the axes of the sum. Default: the last.
    Call: `mask` (the input's shape) leaves out where it is False.
    Example:
        >>> Softmax()(np.zeros((1, 2), "float32")).tolist()
        [[0.5, 0.5]]
    Source: keras.layers.Softmax of Keras 3.
    """

    supports_masking = True

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The probabilities; masked places get 0."""
        if mask is not None and len(shape_of(mask)) < len(shape_of(inputs)):
            mask = None  # of the steps before, not of the elements
        if mask is not None:
            inputs = add(inputs, multiply(cast(logical_not(mask), dtype_of(inputs)), large_negative(dtype_of(inputs))))
        axis = tuple(self.axis) if isinstance(self.axis, (list, tuple)) else self.axis
        probabilities = softmax(inputs, axis=axis)
        return probabilities if mask is None else multiply(probabilities, cast(mask, dtype_of(probabilities)))


def large_negative(dtype: str) -> float:
    """What is added to a score to make its probability vanish, small enough for the dtype."""
    return -3e4 if dtype == "float16" else -1e9
