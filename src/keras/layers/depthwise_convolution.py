"""Convolutions that keep channels apart: depthwise, and separable (depthwise, then a mixture of the channels)."""

from __future__ import annotations

from typing import Any

from keras.layers.arguments import positive
from keras.layers.convolution import ConvLayer
from keras.layers.ranked import described
from keras.ops.convolution import depthwise_conv, separable_conv

DEPTHWISE = """A {rank}-D convolution of each channel with windows of its own.

    Arguments:
        kernel_size: {sizes}, the size of the window.
        strides, padding, data_format, dilation_rate: as in Conv{rank}D.
        depth_multiplier: int > 0, how many windows each channel has. Default 1.
        activation, use_bias, bias_initializer, bias_regularizer, bias_constraint, activity_regularizer: as in Dense.
        depthwise_initializer, depthwise_regularizer, depthwise_constraint: name or object, for `kernel`.
    Returns: tensor, shape (batch, {spatial}, channels * depth_multiplier).
    Example:
        >>> DepthwiseConv{rank}D(3)({example}).shape
        {result}
    Source: keras.layers.DepthwiseConv{rank}D of Keras 3.
    """

SEPARABLE = """A depthwise {rank}-D convolution followed by a mixture of the channels at every place.

    activation(pointwise(depthwise(inputs)) + bias)

    Arguments:
        filters: int > 0, the number of output channels.
        kernel_size: {sizes}, the size of the window.
        strides, padding, data_format, dilation_rate: as in Conv{rank}D.
        depth_multiplier: int > 0, how many windows each channel has before the mixture. Default 1.
        activation, use_bias, bias_initializer, bias_regularizer, bias_constraint, activity_regularizer: as in Dense.
        depthwise_initializer, pointwise_initializer, depthwise_regularizer, pointwise_regularizer, depthwise_constraint,
            pointwise_constraint: name or object, for the two kernels.
    Returns: tensor, shape (batch, {spatial}, filters).
    Example:
        >>> SeparableConv{rank}D(4, 3)({example}).shape
        {result}
    Source: Chollet 2017; keras.layers.SeparableConv{rank}D of Keras 3.
    """
_EXAMPLES = {1: 'np.ones((2, 8, 3), "float32")', 2: 'np.ones((2, 8, 8, 3), "float32")'}


class DepthwiseConv(ConvLayer):
    """Base of DepthwiseConv1D and 2D."""

    def __init__(
        self, kernel_size: Any, strides: Any = 1, padding: str = "valid", depth_multiplier: int = 1, data_format: str | None = None,
        dilation_rate: Any = 1, activation: Any = None, use_bias: bool = True, depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros", depthwise_regularizer: Any = None, bias_regularizer: Any = None,
        activity_regularizer: Any = None, depthwise_constraint: Any = None, bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take(locals())
        self.depth_multiplier = positive(self, "depth_multiplier", depth_multiplier)

    def build(self, input_shape: Any) -> None:
        """Make `kernel` (*kernel_size, channels, depth_multiplier) and `bias`."""
        channels = self._channels(input_shape)
        self.kernel = self._kernel("kernel", (*self.kernel_size, channels, self.depth_multiplier), "depthwise")
        self._build_bias(channels * self.depth_multiplier)

    def call(self, inputs: Any) -> Any:
        """The convolved inputs."""
        return self._finished(depthwise_conv(inputs, self.kernel, self.strides, self.padding, self.data_format, self.dilation_rate))


class DepthwiseConv1D(DepthwiseConv):
    __doc__ = described(DEPTHWISE, 1, example=_EXAMPLES[1], result="(2, 6, 3)")
    rank = 1
    paddings = ("valid", "same", "causal")


class DepthwiseConv2D(DepthwiseConv):
    __doc__ = described(DEPTHWISE, 2, example=_EXAMPLES[2], result="(2, 6, 6, 3)")
    rank = 2


class SeparableConv(ConvLayer):
    """Base of SeparableConv1D and 2D."""

    def __init__(
        self, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid", data_format: str | None = None,
        dilation_rate: Any = 1, depth_multiplier: int = 1, activation: Any = None, use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform", pointwise_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None, pointwise_regularizer: Any = None, bias_regularizer: Any = None,
        activity_regularizer: Any = None, depthwise_constraint: Any = None, pointwise_constraint: Any = None, bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take(locals())
        self.filters = positive(self, "filters", filters)
        self.depth_multiplier = positive(self, "depth_multiplier", depth_multiplier)

    def build(self, input_shape: Any) -> None:
        """Make `depthwise_kernel`, `pointwise_kernel` and `bias`."""
        channels = self._channels(input_shape)
        self.depthwise_kernel = self._kernel("depthwise_kernel", (*self.kernel_size, channels, self.depth_multiplier), "depthwise")
        self.pointwise_kernel = self._kernel(
            "pointwise_kernel", (*(1,) * self.rank, channels * self.depth_multiplier, self.filters), "pointwise"
        )
        self._build_bias(self.filters)

    def call(self, inputs: Any) -> Any:
        """The convolved inputs."""
        geometry = (self.strides, self.padding, self.data_format, self.dilation_rate)
        return self._finished(separable_conv(inputs, self.depthwise_kernel, self.pointwise_kernel, *geometry))


class SeparableConv1D(SeparableConv):
    __doc__ = described(SEPARABLE, 1, example=_EXAMPLES[1], result="(2, 6, 4)")
    rank = 1
    paddings = ("valid", "same", "causal")


class SeparableConv2D(SeparableConv):
    __doc__ = described(SEPARABLE, 2, example=_EXAMPLES[2], result="(2, 6, 6, 4)")
    rank = 2
