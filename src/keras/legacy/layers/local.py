"""Locally connected layers: convolutions that have a kernel of their own at every place."""

from __future__ import annotations

import itertools
from typing import Any

from keras.layers.arguments import positive
from keras.layers.convolution import ConvLayer
from keras.layers.ranked import described
from keras.ops.contraction import matmul
from keras.ops.elementwise import add
from keras.ops.shaping import concatenate, moveaxis, reshape, shape_of, stack, strided_slice, transpose

LOCAL = """A {rank}-D convolution without shared weights: the window has another kernel at every place.

    Arguments:
        filters: int > 0, the number of output channels. kernel_size, strides: {sizes}. padding: 'valid'.
        data_format: 'channels_last' (batch, {spatial}, channels) or 'channels_first'; None: the global setting.
        implementation: 1; how the sum is computed.
        activation, use_bias and the initializers, regularizers and constraints: as in Conv{rank}D.
    Input: tensor of known sizes, shape (batch, {spatial}, channels).
    Returns: tensor, shape (batch, {spatial}, filters).
    Raises: ValueError if a size is unknown or no window fits.
    Example:
        >>> LocallyConnected{rank}D(4, 3)({example}).shape
        {result}
    Source: keras.layers.LocallyConnected{rank}D of Keras 1 and 2.
    """


class LocallyConnected(ConvLayer):
    """Base of LocallyConnected1D and 2D: `kernel` (places, window * channels, filters) and `bias` (*places, filters)."""

    paddings = ("valid",)

    def __init__(
        self, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid", data_format: str | None = None,
        activation: Any = None, use_bias: bool = True, kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None, bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None,
        bias_constraint: Any = None, implementation: int = 1, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take({**locals(), "dilation_rate": 1})
        self.filters = positive(self, "filters", filters)
        if implementation != 1:
            raise ValueError(f"{type(self).__name__}(implementation): got {implementation!r}. Accepted: 1. Write implementation=1.")

    def build(self, input_shape: Any) -> None:
        """Make `kernel` and `bias` for the places that the input has."""
        channels = self._channels(input_shape)
        spatial = input_shape[1:-1] if self.data_format == "channels_last" else input_shape[2:]
        if None in spatial:
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: the sizes {tuple(spatial)} of the input must be known, each place has weights. "
                f"Write Input with numbers there."
            )
        self._places = tuple((n - k) // s + 1 for n, k, s in zip(spatial, self.kernel_size, self.strides, strict=True))
        if min(self._places) < 1:
            raise ValueError(f"{type(self).__name__} {self.name!r}: kernel_size={self.kernel_size} does not fit into {tuple(spatial)}.")
        window, count = channels, 1
        for taps, places in zip(self.kernel_size, self._places, strict=True):
            window, count = window * taps, count * places
        self.kernel = self._kernel("kernel", (count, window, self.filters), "kernel")
        self.bias = self._kernel("bias", (*self._places, self.filters), "bias") if self.use_bias else None

    def call(self, inputs: Any) -> Any:
        """Every window times the kernel of its place."""
        first = self.data_format == "channels_first"
        x = moveaxis(inputs, 1, -1) if first else inputs
        batch, channels = shape_of(x)[0], shape_of(x)[-1]
        taps = [self._tap(x, offsets) for offsets in itertools.product(*map(range, self.kernel_size))]
        windows = reshape(stack(taps, axis=-1), (batch, -1, channels * len(taps))) if first else concatenate(taps, axis=-1)
        count, window, filters = self.kernel.shape
        by_place = transpose(reshape(windows, (batch, count, window)), (1, 0, 2))
        outputs = reshape(transpose(matmul(by_place, self.kernel), (1, 0, 2)), (batch, *self._places, filters))
        outputs = moveaxis(outputs, -1, 1) if first else outputs
        if self.bias is not None:  # Keras read the bias's numbers in the output's order, whatever its layout
            outputs = add(outputs, reshape(self.bias, (filters, *self._places)) if first else self.bias)
        return self.activation(outputs)

    def _tap(self, x: Any, offsets: tuple[int, ...]) -> Any:
        """What the window sees at one of its cells, at every place: (batch, *places, channels)."""
        sizes = shape_of(x)
        ends = [o + (p - 1) * s + 1 for o, p, s in zip(offsets, self._places, self.strides, strict=True)]
        return strided_slice(x, (0, *offsets, 0), (sizes[0], *ends, sizes[-1]), (1, *self.strides, 1))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; data that the convolution shares but this layer does not take left out."""
        config = super().get_config()
        config.pop("dilation_rate", None)
        return config


class LocallyConnected1D(LocallyConnected):
    __doc__ = described(LOCAL, 1, example='np.ones((2, 8, 3), "float32")', result="(2, 6, 4)")
    rank = 1


class LocallyConnected2D(LocallyConnected):
    __doc__ = described(LOCAL, 2, example='np.ones((2, 8, 8, 3), "float32")', result="(2, 6, 6, 4)")
    rank = 2
