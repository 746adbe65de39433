"""ConvLSTM of one, two and three dimensions: an LSTM whose products are convolutions, in the loop of `RNN`."""

from __future__ import annotations

from typing import Any

from keras.core import config
from keras.core import dims as D
from keras.layers.arguments import choice, keep, positive, sizes
from keras.layers.cells import _SHARED, Cell, lstm_bias, lstm_step
from keras.layers.input_spec import InputSpec
from keras.layers.ranked import along_channels, batch_shape, channel_axis, described, spatial_axes
from keras.layers.recurrent_layers import CellRNN, _cell_arguments
from keras.ops.convolution import conv, output_size
from keras.ops.elementwise import add, dtype_of
from keras.ops.shaping import broadcast_to, reshape, shape_of, slice_along, zeros, zeros_like

CONV_LSTM = (
    """A long short-term memory over a sequence of {rank}-D grids: its matrix products are convolutions.

    Arguments:
        filters: int > 0, the number of output channels.
        kernel_size: {sizes}, the size of the window.
        strides, padding, data_format, dilation_rate: of the convolution of the inputs, as in Conv{rank}D; the recurrent one is 'same'.
        activation, recurrent_activation: name or function of the candidate and of the gates. Default tanh and sigmoid."""
    + _SHARED
    + """
        unit_forget_bias: whether the bias of the forget gate starts at 1.
        return_sequences, return_state, go_backwards, stateful: as in RNN.
    Input: tensor, shape (batch, time, {spatial}, channels).
    Returns: tensor, shape (batch, {spatial}, filters), or (batch, time, {spatial}, filters) with `return_sequences`.
    Example:
        >>> ConvLSTM{rank}D(4, 3, padding="same")({example}).shape
        {result}
    Source: Shi et al. 2015; keras.layers.ConvLSTM{rank}D of Keras 3.
    """
)


class ConvLSTMCell(Cell):
    """One step of ConvLSTM; `rank` is the number of spatial axes. The arguments are those of ConvLSTM2D."""

    def __init__(
        self, rank: int, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid", data_format: str | None = None,
        dilation_rate: Any = 1, activation: Any = "tanh", recurrent_activation: Any = "sigmoid", use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform", recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True, kernel_regularizer: Any = None, recurrent_regularizer: Any = None, bias_regularizer: Any = None,
        kernel_constraint: Any = None, recurrent_constraint: Any = None, bias_constraint: Any = None, dropout: float = 0.0,
        recurrent_dropout: float = 0.0, seed: int | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        keep(self, locals())
        self.filters = positive(self, "filters", filters)
        self.kernel_size = sizes(self, "kernel_size", kernel_size, rank)
        self.strides = sizes(self, "strides", strides, rank)
        self.dilation_rate = sizes(self, "dilation_rate", dilation_rate, rank)
        self.padding = choice(self, "padding", padding, ("valid", "same"))
        self.data_format = config.standardize_data_format(data_format)
        self.state_size = [self.filters, self.filters]
        self.output_size = self.filters
        self._prepare_dropout(seed)

    def build(self, input_shape: Any) -> None:
        """Make `kernel`, `recurrent_kernel` and `bias`."""
        channels = input_shape[channel_axis(self.data_format, self.rank + 2)]
        if channels is None:
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: the number of channels of the input must be known. Write Input with a number there."
            )
        self.kernel = self.add_weight(
            shape=(*self.kernel_size, channels, 4 * self.filters), name="kernel", initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
        )  # fmt: skip
        self.recurrent_kernel = self.add_weight(
            shape=(*self.kernel_size, self.filters, 4 * self.filters), name="recurrent_kernel", initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer, constraint=self.recurrent_constraint,
        )  # fmt: skip
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(4 * self.filters,), name="bias", initializer=self._bias_values,
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip

    def _bias_values(self, shape: Any, dtype: Any = None) -> Any:
        return lstm_bias(self.bias_initializer, self.unit_forget_bias, shape, dtype)

    def project(self, inputs: Any) -> Any:
        """The convolved inputs, for one step or a whole sequence (time first)."""
        dims = shape_of(inputs)
        whole = len(dims) == self.rank + 3
        x = reshape(inputs, (dims[0] * dims[1], *dims[2:])) if whole else inputs
        y = conv(x, self.kernel, self.strides, self.padding, self.data_format, self.dilation_rate)
        if self.bias is not None:
            y = add(y, along_channels(self.bias, self.data_format, self.rank))
        return reshape(y, (dims[0], dims[1], *shape_of(y)[1:])) if whole else y

    def step(self, projected: Any, states: Any) -> tuple[Any, list[Any]]:
        """The new output and memory."""
        h, c = states
        z = add(projected, conv(self.masked_state(h), self.recurrent_kernel, 1, "same", self.data_format))
        axis = channel_axis(self.data_format, self.rank + 2)
        return lstm_step(z, c, self.activation, self.recurrent_activation, axis)

    def get_initial_state(self, batch_size: int | None = None, inputs: Any = None) -> list[Any]:
        """Zeros in the shape that the convolution of `inputs` (one step) gives."""
        if inputs is None:
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: get_initial_state needs inputs: the states' spatial sizes follow from them."
            )
        batch = shape_of(inputs)[0]
        shape = batch_shape(batch, self._places(inputs), self.filters, self.data_format)
        if all(isinstance(n, int) for n in shape):
            zero = zeros(shape, dtype=dtype_of(inputs))
        else:
            first = zeros_like(slice_along(reshape(inputs, (batch, -1)), 1, 0, 1))
            zero = broadcast_to(reshape(first, (batch, *(1,) * (self.rank + 1))), shape)
        return [zero, zero]

    def _places(self, inputs: Any) -> list[Any]:
        """The spatial sizes that the convolution of one step has."""
        dims = shape_of(inputs)
        sizes_in = [dims[a] for a in spatial_axes(self.data_format, self.rank + 2)]
        if self.padding == "same":
            return [-(-n // s) if isinstance(n, int) else (n + (s - 1)) // s for n, s in zip(sizes_in, self.strides, strict=True)]
        geometry = zip(sizes_in, self.kernel_size, self.strides, self.dilation_rate, strict=True)
        places = [output_size(n, k, s, d, 0, 0) for n, k, s, d in geometry]
        if any(isinstance(n, int) and n <= 0 for n in places):
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: the output would have size {D.display(tuple(places))}: a kernel of {self.kernel_size} "
                f"does not fit into {D.display(tuple(sizes_in))}. Write padding='same', or a smaller kernel."
            )
        return places


class ConvLSTM(CellRNN):
    """Base of ConvLSTM1D, 2D and 3D."""

    rank: int

    def __init__(
        self, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid", data_format: str | None = None,
        dilation_rate: Any = 1, activation: Any = "tanh", recurrent_activation: Any = "sigmoid", use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform", recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True, kernel_regularizer: Any = None, recurrent_regularizer: Any = None, bias_regularizer: Any = None,
        activity_regularizer: Any = None, kernel_constraint: Any = None, recurrent_constraint: Any = None, bias_constraint: Any = None,
        dropout: float = 0.0, recurrent_dropout: float = 0.0, seed: int | None = None, return_sequences: bool = False,
        return_state: bool = False, go_backwards: bool = False, stateful: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        arguments = {**locals(), "unroll": kwargs.pop("unroll", False), "kwargs": kwargs}
        self._start(ConvLSTMCell(self.rank, **_cell_arguments(arguments), name="conv_lstm_cell"), arguments)
        cell = self.cell
        for name in ("kernel_size", "strides", "dilation_rate", "padding", "data_format"):
            setattr(self, name, getattr(cell, name))
        self.input_spec = InputSpec(ndim=self.rank + 3)
        self._features_axis = -1 if cell.data_format == "channels_last" else 2

    def _base_config(self) -> dict[str, Any]:
        return {**super()._base_config(), "unroll": self.unroll}


class ConvLSTM1D(ConvLSTM):
    __doc__ = described(CONV_LSTM, 1, example='np.ones((2, 3, 6, 1), "float32")', result="(2, 6, 4)")
    rank = 1


class ConvLSTM2D(ConvLSTM):
    __doc__ = described(CONV_LSTM, 2, example='np.ones((2, 3, 6, 6, 1), "float32")', result="(2, 6, 6, 4)")
    rank = 2


class ConvLSTM3D(ConvLSTM):
    __doc__ = described(CONV_LSTM, 3, example='np.ones((2, 3, 6, 6, 6, 1), "float32")', result="(2, 6, 6, 6, 4)")
    rank = 3
