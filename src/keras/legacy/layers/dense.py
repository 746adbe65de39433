"""Dense layers that were given up: MaxoutDense and Highway."""

from __future__ import annotations

from typing import Any

from keras import activations, constraints, initializers, regularizers
from keras.layers.arguments import positive
from keras.layers.dense import affine
from keras.layers.input_spec import InputSpec
from keras.layers.layer import Layer
from keras.ops.contraction import matmul
from keras.ops.elementwise import add, multiply, sigmoid, subtract
from keras.ops.reduction import amax
from keras.ops.shaping import expand_dims

_COMMON = """init: name or object, the first values of the matrices. Default: Glorot uniform.
        W_regularizer, b_regularizer, activity_regularizer, W_constraint, b_constraint: name or object. Default None.
        bias: whether a bias is added."""


class _OldDense(Layer):
    """What both share: the arguments of a matrix and a bias."""

    def _take(self, arguments: dict[str, Any]) -> None:
        self.init = initializers.get(arguments["init"])
        self.W_regularizer = regularizers.get(arguments["W_regularizer"])
        self.b_regularizer = regularizers.get(arguments["b_regularizer"])
        self.W_constraint = constraints.get(arguments["W_constraint"])
        self.b_constraint = constraints.get(arguments["b_constraint"])
        self.bias = arguments["bias"]
        self.input_spec = InputSpec(ndim=2)

    def _matrix(self, name: str, shape: tuple[int, ...]) -> Any:
        return self.add_weight(shape=shape, name=name, initializer=self.init, regularizer=self.W_regularizer, constraint=self.W_constraint)

    def _vector(self, name: str, shape: tuple[int, ...], initializer: str = "zeros") -> Any:
        if not self.bias:
            return None
        return self.add_weight(
            shape=shape, name=name, initializer=initializer, regularizer=self.b_regularizer, constraint=self.b_constraint
        )


class MaxoutDense(_OldDense):
    __doc__ = f"""The largest of several weighted sums: max over i of (inputs @ W[i] + b[i]).

    Arguments:
        output_dim: int > 0, the number of outputs. nb_feature: int > 0, the number of sums. Default 4.
        {_COMMON}
    Input: tensor, shape (batch, features).
    Returns: tensor, shape (batch, output_dim).
    Example:
        >>> MaxoutDense(3)(np.ones((2, 4), "float32")).shape
        (2, 3)
    Source: Goodfellow et al. 2013; keras.layers.MaxoutDense of Keras 1.
    """

    def __init__(
        self, output_dim: int, nb_feature: int = 4, init: Any = "glorot_uniform", weights: Any = None, W_regularizer: Any = None,
        b_regularizer: Any = None, activity_regularizer: Any = None, W_constraint: Any = None, b_constraint: Any = None, bias: bool = True,
        input_dim: int | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(weights=weights, activity_regularizer=activity_regularizer, input_dim=input_dim, **kwargs)
        self._take(locals())
        self.output_dim = positive(self, "output_dim", output_dim)
        self.nb_feature = positive(self, "nb_feature", nb_feature)

    def build(self, input_shape: Any) -> None:
        """Make `W` (nb_feature, features, output_dim) and `b` (nb_feature, output_dim)."""
        self.W = self._matrix("W", (self.nb_feature, input_shape[-1], self.output_dim))
        self.b = self._vector("b", (self.nb_feature, self.output_dim))

    def call(self, inputs: Any) -> Any:
        """The largest sums."""
        sums = matmul(expand_dims(inputs, 0), self.W)
        return amax(sums if self.b is None else add(sums, expand_dims(self.b, 1)), axis=0)


class Highway(_OldDense):
    __doc__ = f"""A dense layer that may let its inputs pass: t * activation(inputs @ W + b) + (1 - t) * inputs.

    t = sigmoid(inputs @ W_carry + b_carry)

    Arguments:
        {_COMMON}
        activation: name or function. Default None.
    Input: tensor, shape (batch, features).
    Returns: tensor of the same shape.
    Example:
        >>> Highway()(np.ones((2, 4), "float32")).shape
        (2, 4)
    Source: Srivastava, Greff, Schmidhuber 2015; keras.layers.Highway of Keras 1.
    """

    def __init__(
        self, init: Any = "glorot_uniform", activation: Any = None, weights: Any = None, W_regularizer: Any = None,
        b_regularizer: Any = None, activity_regularizer: Any = None, W_constraint: Any = None, b_constraint: Any = None, bias: bool = True,
        input_dim: int | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(weights=weights, activity_regularizer=activity_regularizer, input_dim=input_dim, **kwargs)
        self._take(locals())
        self.activation = activations.get(activation)

    def build(self, input_shape: Any) -> None:
        """Make `W`, `W_carry`, `b`, `b_carry`."""
        features = input_shape[-1]
        self.W = self._matrix("W", (features, features))
        self.W_carry = self._matrix("W_carry", (features, features))
        self.b = self._vector("b", (features,))
        self.b_carry = self._vector("b_carry", (features,), "ones")

    def call(self, inputs: Any) -> Any:
        """What was computed and what passed."""
        gate = sigmoid(affine(inputs, self.W_carry, self.b_carry))
        made = self.activation(affine(inputs, self.W, self.b))
        return add(multiply(gate, subtract(made, inputs)), inputs)
