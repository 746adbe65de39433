"""Convolutions of one, two and three dimensions, written once."""

from __future__ import annotations

import warnings
from typing import Any

from keras.core import config
from keras.layers.arguments import choice, keep, positive, sizes
from keras.layers.input_spec import InputSpec
from keras.layers.layer import Layer
from keras.layers.low_rank import LowRank
from keras.layers.ranked import along_channels, channel_axis, described
from keras.ops.convolution import conv
from keras.ops.elementwise import add

CONV = """A {rank}-D convolution: each filter is a window that slides over the {count} spatial axes and gives a weighted sum at every place.

    activation(conv(inputs, kernel) + bias)

    Arguments:
        filters: int > 0, the number of output channels.
        kernel_size: {sizes}, the size of the window.
        strides: {sizes}, the steps of the window. Default 1.
        padding: 'valid' (the window stays inside), 'same' (ceil(size / stride) places){causal}.
        data_format: 'channels_last' (batch, {spatial}, channels), 'channels_first', or None for the global setting.
        dilation_rate: {sizes}, the distance of the window's taps. Default 1.
        groups: int, how many groups of channels are convolved apart from each other. Default 1.
        activation: name or function. Default None.
        use_bias: whether `bias` is added.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,
            bias_constraint: name or object; as in Dense.
    Input: tensor, shape (batch, {spatial}, channels).
    Returns: tensor, shape (batch, {spatial}, filters).
    Raises: ValueError if the input has too few axes, the channels do not fit or the output would be empty.
    Example:
        >>> Conv{rank}D(4, 3)({example}).shape
        {result}
    Source: keras.layers.Conv{rank}D of Keras 3.
    """


class ConvLayer(Layer):
    """What every convolution shares: the checked geometry, the channels, bias and activation."""

    rank: int
    paddings: tuple[str, ...] = ("valid", "same")

    def _take(self, arguments: dict[str, Any]) -> None:
        """Keep the constructor's arguments, sizes as one number per spatial axis."""
        keep(self, arguments)
        self.kernel_size = sizes(self, "kernel_size", self.kernel_size, self.rank)
        self.strides = sizes(self, "strides", self.strides, self.rank)
        self.dilation_rate = sizes(self, "dilation_rate", self.dilation_rate, self.rank)
        self.padding = choice(self, "padding", self.padding, self.paddings)
        self.data_format = config.standardize_data_format(self.data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _channels(self, input_shape: Any) -> int:
        """The number of input channels, from now on required."""
        axis = channel_axis(self.data_format, self.rank + 2)
        channels = input_shape[axis]
        if channels is None:
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: axis {axis} (the channels) of the input shape {tuple(input_shape)} must be known. "
                f"Write Input with a number there."
            )
        looks_turned = (
            self.data_format == "channels_last"
            and self.rank == 2
            and input_shape[1] in (1, 3)
            and input_shape[2] == channels
            and channels > 4
        )
        if looks_turned:
            warnings.warn(
                f"{type(self).__name__} {self.name!r}: an input of shape {tuple(input_shape)} looks like channels first, "
                f"but data_format is 'channels_last'. "
                f"Write data_format='channels_first', or np.moveaxis(x, 1, -1).",
                stacklevel=5,
            )
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={axis: channels})
        return int(channels)

    def _kernel(self, name: str, shape: tuple[int, ...], kind: str) -> Any:
        """A weight whose initializer, regularizer and constraint are the arguments that begin with `kind`."""
        return self.add_weight(
            shape=shape, name=name, initializer=getattr(self, f"{kind}_initializer"), regularizer=getattr(self, f"{kind}_regularizer"),
            constraint=getattr(self, f"{kind}_constraint"),
        )  # fmt: skip

    def _build_bias(self, count: int) -> None:
        self.bias = self._kernel("bias", (count,), "bias") if self.use_bias else None

    def _finished(self, outputs: Any) -> Any:
        """Bias and activation."""
        if self.bias is not None:
            outputs = add(outputs, along_channels(self.bias, self.data_format, self.rank))
        return self.activation(outputs)


class LowRankConv(LowRank, ConvLayer):
    """A convolution of which, with `lora_rank`, only a product of two small kernels is trained."""

    quantization_config = None

    def __init__(self, lora_rank: int | None = None, lora_alpha: float | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lora_rank, self.lora_alpha = lora_rank, lora_alpha
        self._prepare_lora()

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments that make an equal layer."""
        config = super().get_config()
        return config if self.lora_rank is None else {**config, "lora_rank": self.lora_rank, "lora_alpha": self.lora_alpha}


class Conv(LowRankConv):
    """Base of Conv1D, Conv2D and Conv3D; `rank` is the number of spatial axes."""

    def __init__(
        self, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid", data_format: str | None = None,
        dilation_rate: Any = 1, groups: int = 1, activation: Any = None, use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros", kernel_regularizer: Any = None,
        bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take(locals())
        self.filters = positive(self, "filters", filters)
        self.groups = positive(self, "groups", groups)
        if self.filters % self.groups:
            raise ValueError(
                f"{type(self).__name__}(groups): got {groups} for {filters} filters. Accepted: a divisor of filters. Write groups=1."
            )

    def build(self, input_shape: Any) -> None:
        """Make `kernel` (*kernel_size, channels / groups, filters) and `bias` (filters,)."""
        channels = self._channels(input_shape)
        if channels % self.groups:
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: the input has {channels} channels, which {self.groups} groups cannot share. "
                f"Write groups=1."
            )
        self.kernel = self._kernel("kernel", (*self.kernel_size, channels // self.groups, self.filters), "kernel")
        self._build_bias(self.filters)
        self._build_lora()

    def call(self, inputs: Any) -> Any:
        """The convolved inputs."""
        return self._finished(conv(inputs, self.effective(self.kernel), self.strides, self.padding, self.data_format, self.dilation_rate))


class Conv1D(Conv):
    __doc__ = described(
        CONV, 1, causal=", or 'causal' (nothing from the future)", example='np.ones((2, 8, 3), "float32")', result="(2, 6, 4)"
    )
    rank = 1
    paddings = ("valid", "same", "causal")


class Conv2D(Conv):
    __doc__ = described(CONV, 2, causal="", example='np.ones((2, 8, 8, 3), "float32")', result="(2, 6, 6, 4)")
    rank = 2


class Conv3D(Conv):
    __doc__ = described(CONV, 3, causal="", example='np.ones((2, 8, 8, 8, 3), "float32")', result="(2, 6, 6, 6, 4)")
    rank = 3
