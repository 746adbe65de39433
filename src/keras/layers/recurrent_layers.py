"""SimpleRNN, GRU and LSTM: their cells in the loop of `RNN`."""

from __future__ import annotations

from typing import Any

from keras.layers.arguments import keep
from keras.layers.cells import _SHARED, GRUCell, LSTMCell, SimpleRNNCell
from keras.layers.input_spec import InputSpec
from keras.layers.recurrent import RNN

_LOOP = """
        return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask: as in RNN.
    Input: tensor, shape (batch, time, features); optional `initial_state` and `mask` (batch, time).
    Returns: tensor, shape (batch, units), or (batch, time, units) with `return_sequences`."""
_OF_THE_LOOP = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll")


def _cell_arguments(arguments: dict[str, Any]) -> dict[str, Any]:
    """What of a recurrent layer's arguments is for its cell."""
    skipped = (*_OF_THE_LOOP, "self", "kwargs", "activity_regularizer", "use_cudnn", "__class__")
    given = {name: value for name, value in arguments.items() if name not in skipped}
    shared = {name: arguments["kwargs"][name] for name in ("dtype", "trainable") if name in arguments["kwargs"]}
    return {**given, **shared}


class CellRNN(RNN):
    """Base of recurrent layers with a cell of their own."""

    _features_axis = -1

    def _start(self, cell: Any, arguments: dict[str, Any]) -> None:
        loop = {name: arguments[name] for name in _OF_THE_LOOP}
        super().__init__(cell, activity_regularizer=arguments["activity_regularizer"], **loop, **arguments["kwargs"])
        keep(self, {name: value for name, value in arguments.items() if name not in ("use_cudnn", *_OF_THE_LOOP)})
        self.input_spec = InputSpec(ndim=3)

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Build the cell for one step; from now on the number of features is fixed."""
        super().build(sequences_shape, initial_state_shape)
        axis = self._features_axis
        self.input_spec = InputSpec(ndim=len(sequences_shape), axes={axis: sequences_shape[axis]})


class SimpleRNN(CellRNN):
    __doc__ = f"""A fully connected recurrent layer: output = activation(x @ kernel + bias + previous output @ recurrent_kernel).

    Arguments:
        units: int > 0, the size of the outputs.
        activation: name or function. Default tanh.{_SHARED}{_LOOP}
    Example:
        >>> SimpleRNN(4)(np.ones((2, 5, 3), "float32")).shape
        (2, 4)
    Source: keras.layers.SimpleRNN of Keras 3.
    """

    def __init__(
        self, units: int, activation: Any = "tanh", use_bias: bool = True, kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros", kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None, bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None,
        recurrent_constraint: Any = None, bias_constraint: Any = None, dropout: float = 0.0, recurrent_dropout: float = 0.0,
        return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False, stateful: bool = False,
        unroll: bool = False, seed: int | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        self._start(SimpleRNNCell(**_cell_arguments(locals()), name="simple_rnn_cell"), locals())

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments that make an equal layer; Keras writes no seed, so here one is written only where there is one."""
        config = super().get_config()
        return config if self.seed is not None else {name: value for name, value in config.items() if name != "seed"}


class GRU(CellRNN):
    __doc__ = f"""A gated recurrent unit over a sequence; see GRUCell for the formula.

    Arguments:
        units: int > 0, the size of the outputs.
        activation, recurrent_activation: name or function of the candidate and of the gates. Default tanh and sigmoid.{_SHARED}
        reset_after: where the reset gate acts; False is what Keras 1 and 2 did.{_LOOP}
    Example:
        >>> GRU(4)(np.ones((2, 5, 3), "float32")).shape
        (2, 4)
    Source: Cho et al. 2014; keras.layers.GRU of Keras 3.
    """

    def __init__(
        self, units: int, activation: Any = "tanh", recurrent_activation: Any = "sigmoid", use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform", recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None, recurrent_regularizer: Any = None, bias_regularizer: Any = None, activity_regularizer: Any = None,
        kernel_constraint: Any = None, recurrent_constraint: Any = None, bias_constraint: Any = None, dropout: float = 0.0,
        recurrent_dropout: float = 0.0, seed: int | None = None, return_sequences: bool = False, return_state: bool = False,
        go_backwards: bool = False, stateful: bool = False, unroll: bool = False, reset_after: bool = True, use_cudnn: Any = "auto",
        **kwargs: Any,
    ) -> None:  # fmt: skip
        self._start(GRUCell(**_cell_arguments(locals()), name="gru_cell"), locals())


class LSTM(CellRNN):
    __doc__ = f"""A long short-term memory over a sequence; see LSTMCell for the formula.

    Arguments:
        units: int > 0, the size of the outputs.
        activation, recurrent_activation: name or function of the candidate and of the gates. Default tanh and sigmoid.{_SHARED}
        unit_forget_bias: whether the bias of the forget gate starts at 1.{_LOOP}
    Example:
        >>> LSTM(4, return_sequences=True)(np.ones((2, 5, 3), "float32")).shape
        (2, 5, 4)
    Source: Hochreiter and Schmidhuber 1997; keras.layers.LSTM of Keras 3.
    """

    def __init__(
        self, units: int, activation: Any = "tanh", recurrent_activation: Any = "sigmoid", use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform", recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True, kernel_regularizer: Any = None, recurrent_regularizer: Any = None, bias_regularizer: Any = None,
        activity_regularizer: Any = None, kernel_constraint: Any = None, recurrent_constraint: Any = None, bias_constraint: Any = None,
        dropout: float = 0.0, recurrent_dropout: float = 0.0, seed: int | None = None, return_sequences: bool = False,
        return_state: bool = False, go_backwards: bool = False, stateful: bool = False, unroll: bool = False, use_cudnn: Any = "auto",
        **kwargs: Any,
    ) -> None:  # fmt: skip
        self._start(LSTMCell(**_cell_arguments(locals()), name="lstm_cell"), locals())
