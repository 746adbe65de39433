"""Fully connected layers."""

from __future__ import annotations

from typing import Any

from keras.core import dims as D
from keras.layers.arguments import keep, positive
from keras.layers.input_spec import InputSpec
from keras.layers.layer import Layer
from keras.layers.low_rank import LowRank
from keras.ops.contraction import matmul
from keras.ops.elementwise import add
from keras.ops.shaping import reshape, shape_of


def affine(inputs: Any, kernel: Any, bias: Any = None) -> Any:
    """inputs @ kernel + bias over the last axis; more axes are taken together, so that it is one matrix product."""
    sizes = shape_of(inputs)
    if len(sizes) > 2:
        flat = matmul(reshape(inputs, (D.product(sizes[:-1]), sizes[-1])), kernel)
        outputs = reshape(flat, (*sizes[:-1], shape_of(kernel)[-1]))
    else:
        outputs = matmul(inputs, kernel)
    return outputs if bias is None else add(outputs, bias)


class Dense(LowRank, Layer):
    """A fully connected layer: every output is a weighted sum of all inputs.

    activation(inputs @ kernel + bias)

    Arguments:
        units: int > 0, the number of outputs.
        activation: name or function. Default None: the weighted sum as it is.
        use_bias: whether `bias` is added.
        kernel_initializer, bias_initializer: name or object, the first values. Default: Glorot uniform, and zeros.
        kernel_regularizer, bias_regularizer: name or object, a penalty on the weights. Default None.
        activity_regularizer: the same on the outputs.
        kernel_constraint, bias_constraint: name or object, applied to the weights after each update. Default None.
        lora_rank: int, to train only a product of two small matrices added to the kernel (see `enable_lora`). Default None.
        lora_alpha: float, that product counts lora_alpha / lora_rank times. Default: the rank.
    Input: float tensor, shape (batch, ..., features).
    Returns: tensor, shape (batch, ..., units).
    Raises: ValueError if `units` is not a positive integer or the number of features changes.
    Example:
        >>> Dense(3)(np.ones((2, 4), "float32")).shape
        (2, 3)
    Source: keras.layers.Dense of Keras 3.
    """

    supports_masking = True

    def __init__(
        self, units: int, activation: Any = None, use_bias: bool = True, kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros", kernel_regularizer: Any = None, bias_regularizer: Any = None, activity_regularizer: Any = None,
        kernel_constraint: Any = None, bias_constraint: Any = None, lora_rank: int | None = None, lora_alpha: float | None = None,
        quantization_config: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        keep(self, locals())
        self._prepare_lora()
        self.units = positive(self, "units", units)
        self.input_spec = InputSpec(min_ndim=2)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments that make an equal layer."""
        config = super().get_config()
        if self.activity_regularizer is None:
            del config["activity_regularizer"]
        return config

    def build(self, input_shape: Any) -> None:
        """Make `kernel` (features, units) and `bias` (units,)."""
        features = input_shape[-1]
        if features is None:
            raise ValueError(
                f"Dense {self.name!r}: the last axis of the input shape {tuple(input_shape)} must be known. "
                f"Write Input with a number there."
            )
        self.kernel = self.add_weight(
            shape=(features, self.units),
            name="kernel",
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.units,),
                name="bias",
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})
        self._build_lora()

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """The outputs for the inputs."""
        outputs = affine(inputs, self.effective(self.kernel), self.bias)
        return self.activation(outputs)
