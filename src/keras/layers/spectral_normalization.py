"""Spectral normalization."""

from __future__ import annotations

from typing import Any

from keras.core import dims as D
from keras.layers.arguments import positive
from keras.layers.wrapper import Wrapper
from keras.ops.contraction import matmul
from keras.ops.elementwise import divide, maximum, multiply, rsqrt, square, stop_gradient
from keras.ops.reduction import sum
from keras.ops.shaping import reshape, transpose


class SpectralNormalization(Wrapper):
    """A layer whose kernel is divided by its largest singular value while training, so that it stretches no direction.

    Arguments:
        layer: layer with a `kernel` or `embeddings`.
        power_iterations: int > 0, how many steps the estimate of the singular value takes at each call. Default 1.
    Example:
        >>> from keras.layers.dense import Dense
        >>> SpectralNormalization(Dense(4))(np.ones((2, 3), "float32")).shape
        (2, 4)
    Source: Miyato et al. 2018; keras.layers.SpectralNormalization of Keras 3.
    """

    def __init__(self, layer: Any, power_iterations: int = 1, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.power_iterations = positive(self, "power_iterations", power_iterations)

    def build(self, input_shape: Any) -> None:
        """Build the layer and make `vector_u` (1, last size of the kernel)."""
        super().build(input_shape)
        kernel = getattr(self.layer, "kernel", None)
        self.kernel = kernel if kernel is not None else getattr(self.layer, "embeddings", None)
        if self.kernel is None:
            raise ValueError(
                f"SpectralNormalization(layer): {type(self.layer).__name__} has no kernel and no embeddings. "
                f"Write SpectralNormalization(keras.layers.Dense(8))."
            )
        self.vector_u = self.add_weight(shape=(1, self.kernel.shape[-1]), initializer="truncated_normal", name="vector_u", trainable=False)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The layer's outputs; while training the kernel is normalized first."""
        if training:
            self._normalize_kernel()
        return self.layer(inputs)

    def _normalize_kernel(self) -> None:
        kernel = self.kernel.raw
        matrix = reshape(kernel, (D.product(self.kernel.shape[:-1]), self.kernel.shape[-1]))
        fixed = stop_gradient(matrix)
        u = self.vector_u.raw
        for _ in range(self.power_iterations):
            v = _unit(matmul(u, transpose(fixed)))
            u = _unit(matmul(v, fixed))
        sigma = matmul(matmul(stop_gradient(v), matrix), transpose(stop_gradient(u)))
        self.vector_u.assign(stop_gradient(u))
        self.kernel.assign(divide(kernel, reshape(sigma, ())))


def _unit(x: Any) -> Any:
    return multiply(x, rsqrt(maximum(sum(square(x)), 1e-12)))
