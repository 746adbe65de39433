"""Transposed convolutions: from few places to many, the gradient of a convolution used forwards."""

from __future__ import annotations

from typing import Any

from keras.layers.arguments import positive, sizes
from keras.layers.convolution import ConvLayer
from keras.layers.ranked import described
from keras.ops.convolution import conv_transpose

TRANSPOSED = """A transposed {rank}-D convolution: every place spreads its channels over a window of the output.

    activation(conv_transpose(inputs, kernel) + bias); the shapes are those of a convolution from the output to the input.

    Arguments:
        filters: int > 0, the number of output channels.
        kernel_size: {sizes}, the size of the window.
        strides: {sizes}, how far apart the windows of neighbouring places are. Default 1.
        padding: 'valid' or 'same' (size * stride places come out).
        output_padding: {sizes} < strides, places added at the end. Default None: what the padding gives.
        data_format, dilation_rate, activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
            activity_regularizer, kernel_constraint, bias_constraint: as in Conv{rank}D; `kernel` is (*kernel_size, filters, channels).
    Returns: tensor, shape (batch, larger {spatial}, filters).
    Example:
        >>> Conv{rank}DTranspose(4, 3, strides=2, padding="same")({example}).shape
        {result}
    Source: keras.layers.Conv{rank}DTranspose of Keras 3.
    """


class ConvTranspose(ConvLayer):
    """Base of Conv1DTranspose, Conv2DTranspose and Conv3DTranspose."""

    def __init__(
        self, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid", output_padding: Any = None,
        data_format: str | None = None, dilation_rate: Any = 1, activation: Any = None, use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros", kernel_regularizer: Any = None,
        bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take(locals())
        self.filters = positive(self, "filters", filters)
        self.output_padding = None if output_padding is None else sizes(self, "output_padding", output_padding, self.rank, lowest=0)
        if self.output_padding is not None and any(
            extra >= stride for extra, stride in zip(self.output_padding, self.strides, strict=True)
        ):
            raise ValueError(
                f"{type(self).__name__}(output_padding): got {output_padding} for strides {self.strides}. "
                f"Accepted: smaller than the strides."
            )

    def build(self, input_shape: Any) -> None:
        """Make `kernel` (*kernel_size, filters, channels) and `bias` (filters,)."""
        self.kernel = self._kernel("kernel", (*self.kernel_size, self.filters, self._channels(input_shape)), "kernel")
        self._build_bias(self.filters)

    def call(self, inputs: Any) -> Any:
        """The spread inputs."""
        return self._finished(
            conv_transpose(inputs, self.kernel, self.strides, self.padding, self.output_padding, self.data_format, self.dilation_rate)
        )


class Conv1DTranspose(ConvTranspose):
    __doc__ = described(TRANSPOSED, 1, example='np.ones((2, 8, 3), "float32")', result="(2, 16, 4)")
    rank = 1


class Conv2DTranspose(ConvTranspose):
    __doc__ = described(TRANSPOSED, 2, example='np.ones((2, 4, 4, 3), "float32")', result="(2, 8, 8, 4)")
    rank = 2


class Conv3DTranspose(ConvTranspose):
    __doc__ = described(TRANSPOSED, 3, example='np.ones((2, 4, 4, 4, 3), "float32")', result="(2, 8, 8, 8, 4)")
    rank = 3

    def __init__(
        self, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid", data_format: str | None = None,
        output_padding: Any = None, dilation_rate: Any = 1, activation: Any = None, use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros", kernel_regularizer: Any = None,
        bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(
            filters, kernel_size, strides, padding, output_padding, data_format, dilation_rate, activation, use_bias, kernel_initializer,
            bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint, **kwargs,
        )  # fmt: skip
