"""CuDNNLSTM and CuDNNGRU of Keras 2: LSTM and GRU whose weights are stored in the order of cuDNN's parameter buffer.

There each gate's matrix is the transposed one written row by row, and the bias is one vector of the inputs' and then the state's biases.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from keras.layers.cells import GRUCell, LSTMCell, gates_of, lstm_bias, lstm_step
from keras.layers.dense import affine
from keras.layers.recurrent_layers import GRU, LSTM, _cell_arguments
from keras.ops.contraction import matmul
from keras.ops.elementwise import add, multiply, subtract
from keras.ops.shaping import concatenate, reshape, shape_of, slice_along, transpose

_DOCUMENTATION = """{kind} as cuDNN computes it: activations tanh and sigmoid, biases for the inputs and for the state.

    Arguments:
        units: int > 0, the size of the outputs. The others as in {kind}.
    Example:
        >>> CuDNN{kind}(4)(np.ones((2, 5, 3), "float32")).shape
        (2, 4)
    Source: keras.layers.CuDNN{kind} of Keras 2.
    """


def _matrix(stored: Any, gates: int) -> Any:
    """The matrix (rows, gates * units) behind a stored one: each gate's block holds the transposed matrix row by row."""
    rows, units = shape_of(stored)[0], shape_of(stored)[1] // gates
    return concatenate([transpose(reshape(block, (units, rows))) for block in gates_of(stored, count=gates)], axis=1)


class _LSTMCell(LSTMCell):
    """LSTMCell over cuDNN's weights."""

    def _bias_shape(self) -> tuple[int, ...]:
        return (8 * self.units,)

    def _bias_values(self, shape: Any, dtype: Any = None) -> Any:
        half = (4 * self.units,)
        of_inputs = np.asarray(self.bias_initializer(half, dtype=dtype))
        return np.concatenate([of_inputs, np.asarray(lstm_bias(self.bias_initializer, self.unit_forget_bias, half, dtype))])

    def project(self, inputs: Any) -> Any:
        """inputs @ kernel + both biases."""
        width = 4 * self.units
        bias = add(slice_along(self.bias, 0, 0, width), slice_along(self.bias, 0, width, 2 * width))
        return affine(inputs, _matrix(self.kernel, 4), bias)

    def step(self, projected: Any, states: Any) -> tuple[Any, list[Any]]:
        """The new output and memory."""
        h, c = states
        recurrent = matmul(self.masked_state(h), _matrix(self.recurrent_kernel, 4))
        return lstm_step(add(projected, recurrent), c, self.activation, self.recurrent_activation)


class _GRUCell(GRUCell):
    """GRUCell over cuDNN's weights."""

    def _bias_shape(self) -> tuple[int, ...]:
        return (6 * self.units,)

    def _half(self, number: int) -> Any:
        width = 3 * self.units
        return slice_along(self.bias, 0, number * width, (number + 1) * width)

    def project(self, inputs: Any) -> Any:
        """inputs @ kernel + their biases."""
        return affine(inputs, _matrix(self.kernel, 3), self._half(0))

    def step(self, projected: Any, states: Any) -> tuple[Any, list[Any]]:
        """The new output, which is the state."""
        h = states[0]
        x_update, x_reset, x_candidate = gates_of(projected, count=3)
        recurrent = affine(self.masked_state(h), _matrix(self.recurrent_kernel, 3), self._half(1))
        h_update, h_reset, h_candidate = gates_of(recurrent, count=3)
        update = self.recurrent_activation(add(x_update, h_update))
        reset = self.recurrent_activation(add(x_reset, h_reset))
        candidate = self.activation(add(x_candidate, multiply(reset, h_candidate)))
        output = add(multiply(update, subtract(h, candidate)), candidate)
        return output, [output]


class CuDNNLSTM(LSTM):
    __doc__ = _DOCUMENTATION.format(kind="LSTM")

    def __init__(
        self, units: int, kernel_initializer: Any = "glorot_uniform", recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros", unit_forget_bias: bool = True, kernel_regularizer: Any = None, recurrent_regularizer: Any = None,
        bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None, recurrent_constraint: Any = None,
        bias_constraint: Any = None, return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False,
        stateful: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**_constructor_arguments(locals()))

    def _start(self, cell: Any, arguments: dict[str, Any]) -> None:
        super()._start(_LSTMCell(**_cell_arguments(arguments), name="lstm_cell"), arguments)


class CuDNNGRU(GRU):
    __doc__ = _DOCUMENTATION.format(kind="GRU")

    def __init__(
        self, units: int, kernel_initializer: Any = "glorot_uniform", recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros", kernel_regularizer: Any = None, recurrent_regularizer: Any = None, bias_regularizer: Any = None,
        activity_regularizer: Any = None, kernel_constraint: Any = None, recurrent_constraint: Any = None, bias_constraint: Any = None,
        return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False, stateful: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**_constructor_arguments(locals()))

    def _start(self, cell: Any, arguments: dict[str, Any]) -> None:
        super()._start(_GRUCell(**_cell_arguments(arguments), name="gru_cell"), arguments)


def _constructor_arguments(arguments: dict[str, Any]) -> dict[str, Any]:
    """A constructor's `locals()` as keyword arguments."""
    own = {name: value for name, value in arguments.items() if name not in ("self", "kwargs", "__class__")}
    return {**own, **arguments["kwargs"]}
