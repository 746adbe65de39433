"""Activation layers that were given up: ThresholdedReLU, and SReLU and ParametricSoftplus with their trained parameters."""

from __future__ import annotations

from typing import Any

from keras.layers.arguments import keep
from keras.layers.layer import Layer
from keras.ops.activations import softplus
from keras.ops.elementwise import abs, add, cast, dtype_of, greater, maximum, minimum, multiply, relu, subtract


class ThresholdedReLU(Layer):
    """x where x > theta, else 0.

    Arguments:
        theta: float >= 0. Default 1.0.
    Example:
        >>> ThresholdedReLU(1.0)(np.array([0.5, 2.0], "float32")).tolist()
        [0.0, 2.0]
    Source: keras.layers.ThresholdedReLU of Keras 1 and 2.
    """

    supports_masking = True

    def __init__(self, theta: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(theta, bool) or not isinstance(theta, (int, float)) or theta < 0:
            raise ValueError(f"ThresholdedReLU(theta): got {theta!r}. Accepted: a number >= 0. Write ThresholdedReLU(1.0).")
        self.theta = float(theta)

    def call(self, inputs: Any) -> Any:
        """The inputs above the threshold."""
        return multiply(inputs, cast(greater(inputs, self.theta), dtype_of(inputs)))


class _PerFeature(Layer):
    """Base of activations with parameters for every place of a sample; on `shared_axes` (counted from 1) one is shared."""

    supports_masking = True
    shared_axes: Any

    def _parameter(self, name: str, input_shape: Any, initializer: Any) -> Any:
        shared = set(self.shared_axes or ())
        shape = tuple(1 if axis in shared else n for axis, n in enumerate(input_shape))[1:]
        return self.add_weight(shape=shape, name=name, initializer=initializer)

    def _take(self, arguments: dict[str, Any]) -> None:
        keep(self, arguments)
        axes = self.shared_axes
        self.shared_axes = None if axes is None else [axes] if isinstance(axes, int) else list(axes)


class SReLU(_PerFeature):
    """Three straight lines, trained: slope a_left below t_left, slope 1 between, slope a_right above t_left + |t_right|.

    Arguments:
        t_left_init, a_left_init, t_right_init, a_right_init: name or object, first values. Default: zeros, Glorot uniform twice, ones.
        shared_axes: axes (counted from 1) along which the parameters are shared. Default None.
    Example:
        >>> SReLU(t_right_init="one", a_left_init="zero")(np.array([[-1.0, 0.5, 3.0]], "float32")).tolist()
        [[0.0, 0.5, 3.0]]
    Source: Jin et al. 2015; keras.layers.SReLU of Keras 1.
    """

    def __init__(
        self, t_left_init: Any = "zero", a_left_init: Any = "glorot_uniform", t_right_init: Any = "glorot_uniform",
        a_right_init: Any = "one", shared_axes: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self._take(locals())

    def build(self, input_shape: Any) -> None:
        """Make `t_left`, `a_left`, `t_right`, `a_right`."""
        self.t_left = self._parameter("t_left", input_shape, self.t_left_init)
        self.a_left = self._parameter("a_left", input_shape, self.a_left_init)
        self.t_right = self._parameter("t_right", input_shape, self.t_right_init)
        self.a_right = self._parameter("a_right", input_shape, self.a_right_init)

    def call(self, inputs: Any) -> Any:
        """The three lines put together."""
        middle = abs(self.t_right)
        right = add(self.t_left, middle)
        from_left = subtract(inputs, self.t_left)
        between = minimum(relu(from_left), middle)
        below = multiply(self.a_left, minimum(from_left, 0.0))
        above = multiply(self.a_right, maximum(subtract(inputs, right), 0.0))
        return add(add(add(self.t_left, between), below), above)


class ParametricSoftplus(_PerFeature):
    """alpha * log(1 + exp(beta * x)) with trained alpha and beta.

    Arguments:
        alpha_init, beta_init: float, first values. Default 0.2 and 5.0.
        shared_axes: axes (counted from 1) along which the parameters are shared. Default None.
    Example:
        >>> ParametricSoftplus(1.0, 1.0)(np.array([[0.0]], "float32")).round(3).tolist()
        [[0.6930000185966492]]
    Source: McFarland et al. 2013; keras.layers.ParametricSoftplus of Keras 1.
    """

    def __init__(self, alpha_init: float = 0.2, beta_init: float = 5.0, shared_axes: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._take(locals())

    def build(self, input_shape: Any) -> None:
        """Make `alphas` and `betas`."""
        self.alphas = self._parameter("alphas", input_shape, _constant(self.alpha_init))
        self.betas = self._parameter("betas", input_shape, _constant(self.beta_init))

    def call(self, inputs: Any) -> Any:
        """The scaled softplus."""
        return multiply(self.alphas, softplus(multiply(self.betas, inputs)))


def _constant(value: float) -> Any:
    return {"class_name": "Constant", "config": {"value": value}}
