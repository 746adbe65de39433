"""Recurrent cells: one step of SimpleRNN, GRU and LSTM, and cells on top of each other.

A cell's step has two parts: `project(inputs)`, which needs no state and is done for the whole sequence at once, and
`step(projected, states)`, the part that runs in the loop.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from keras.core import engine
from keras.core.graph import dtype_name
from keras.core.op import Op
from keras.core.tensor import KerasTensor
from keras.layers.arguments import fraction, keep, positive
from keras.layers.dense import affine
from keras.layers.layer import Layer
from keras.ops import random
from keras.ops.contraction import matmul
from keras.ops.elementwise import add, multiply, sigmoid, subtract, tanh
from keras.ops.random import SeedGenerator
from keras.ops.recurrent import gru_sequence, lstm_sequence
from keras.ops.shaping import broadcast_to, concatenate, ones_like, reshape, shape_of, slice_along, zeros, zeros_like


def _gates_gradient(g: Any, y: Any, x: Any, count: int, axis: int) -> Any:
    return (concatenate(list(g), axis=axis),)


def _gates(x: Any, count: int, axis: int = -1) -> tuple[Any, ...]:
    """One axis in `count` equal parts; the gradient is one concatenation instead of one array per part."""
    axis = axis % len(shape_of(x))
    size = shape_of(x)[axis] // count
    return tuple(slice_along(x, axis, i * size, (i + 1) * size) for i in range(count))


gates_of = Op("gates_of", _gates, 1, body=_gates, vjp=_gates_gradient, category="internal").function


def zero_states(state_size: Any, like: Any) -> Any:
    """Zeros for a nest of state sizes, with the batch size and dtype of `like` (batch, ...)."""
    if isinstance(state_size, (list, tuple)):
        return [zero_states(size, like) for size in state_size]
    batch = shape_of(like)[0]
    if isinstance(batch, int):
        return zeros((batch, int(state_size)), dtype=dtype_name(like))
    first = slice_along(reshape(like, (batch, -1)), 1, 0, 1)
    return broadcast_to(zeros_like(first), (batch, int(state_size)))


class Cell(Layer):
    """Base of the library's cells: `project` and `step`, and dropout masks that stay the same for a whole sequence.

    A subclass sets `state_size` and `output_size`; its first state is its output.
    """

    dropout: float
    recurrent_dropout: float

    def _prepare_dropout(self, seed: Any) -> None:
        fraction(self, "dropout", self.dropout)
        fraction(self, "recurrent_dropout", self.recurrent_dropout)
        self.seed_generator = SeedGenerator(seed)  # also without dropout: Keras counts its state among the variables
        self._masks: tuple[Any, Any] | None = None

    def draw_masks(self, inputs: Any, states: Any, training: Any) -> None:
        """Draw the dropout masks for one sequence whose steps are like `inputs`."""
        rates = (self.dropout, self.recurrent_dropout) if training else (0.0, 0.0)
        self._masks = tuple(  # type: ignore[assignment]
            random.dropout(ones_like(x), rate, seed=self.seed_generator) if rate else None
            for x, rate in zip((inputs, states[0]), rates, strict=True)
        )

    def forget_masks(self) -> None:
        """Draw new masks for the next sequence."""
        self._masks = None

    def masked_inputs(self, inputs: Any) -> Any:
        """The inputs (of one step, or with leading axes) with the sequence's dropout."""
        mask = self._masks[0] if self._masks else None
        return inputs if mask is None else multiply(inputs, mask)

    def masked_state(self, state: Any) -> Any:
        """The recurrent state with the sequence's dropout."""
        mask = self._masks[1] if self._masks else None
        return state if mask is None else multiply(state, mask)

    def project(self, inputs: Any) -> Any:
        """The part of a step that needs no state, for inputs with any leading axes."""
        raise NotImplementedError(f"{type(self).__name__} does not define project().")

    def whole(self, x: Any, states: Any, reverse: bool) -> tuple[Any, list[Any]] | None:
        """The outputs (time first) and the last states of a whole sequence, where the engine has that as one function; else None."""
        return None

    def step(self, projected: Any, states: Any) -> tuple[Any, list[Any]]:
        """The output and the new states for projected inputs."""
        raise NotImplementedError(f"{type(self).__name__} does not define step().")

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        """The output and the new states for the inputs (batch, features) of one step."""
        given = list(states) if isinstance(states, (list, tuple)) else [states]
        standalone = self._masks is None
        if standalone:
            self.draw_masks(inputs, given, training)
        try:
            output, new = self.step(self.project(self.masked_inputs(inputs)), given)
        finally:
            if standalone:
                self.forget_masks()
        return output, new if isinstance(states, (list, tuple)) else new[0]

    def get_initial_state(self, batch_size: int | None = None, inputs: Any = None) -> list[Any]:
        """Zeros: one tensor (batch, units) per state."""
        if inputs is not None:
            made = zero_states(self.state_size, inputs)
            return made if isinstance(made, list) else [made]
        sizes = self.state_size if isinstance(self.state_size, list) else [self.state_size]
        return [zeros((batch_size, size), dtype=self.compute_dtype) for size in sizes]


class DenseCell(Cell):
    """Base of cells whose parts are matrix products; `gates` is how many blocks of `units` the kernels have."""

    gates: int

    def _take(self, arguments: dict[str, Any]) -> None:
        keep(self, arguments)
        self.units = positive(self, "units", arguments["units"])
        self.state_size: Any = self.units
        self.output_size = self.units
        self._prepare_dropout(arguments["seed"])

    def build(self, input_shape: Any) -> None:
        """Make `kernel`, `recurrent_kernel` and `bias`."""
        width = self.units * self.gates
        self.kernel = self._weight("kernel", (input_shape[-1], width), self.kernel_initializer)
        self.recurrent_kernel = self._weight("recurrent_kernel", (self.units, width), self.recurrent_initializer)
        self.bias = self._weight("bias", self._bias_shape(), self._bias_values) if self.use_bias else None

    def _weight(self, name: str, shape: tuple[int, ...], initializer: Any) -> Any:
        kind = name.removesuffix("_kernel")
        return self.add_weight(
            shape=shape,
            name=name,
            initializer=initializer,
            regularizer=getattr(self, f"{kind}_regularizer"),
            constraint=getattr(self, f"{kind}_constraint"),
        )

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.units * self.gates,)

    def _bias_values(self, shape: Any, dtype: Any = None) -> Any:
        return self.bias_initializer(shape, dtype=dtype)

    def project(self, inputs: Any) -> Any:
        """inputs @ kernel + bias."""
        return affine(inputs, self.kernel, self.bias)

    def _can_run_whole(self, names: Collection[str], x: Any) -> bool:
        """Whether the engine has a function of one of these names for a whole sequence, and it computes what this cell does."""
        recurrent_mask = self._masks[1] if self._masks else None
        return (
            not engine.current().natives.keys().isdisjoint(names)
            and not isinstance(x, KerasTensor)
            and self.activation is tanh
            and self.recurrent_activation is sigmoid  # type: ignore[attr-defined]
            and recurrent_mask is None
            and shape_of(x)[0] != 0
        )

    def _weights_as_read(self) -> list[Any]:
        bias = zeros(self._bias_shape(), dtype=self.compute_dtype) if self.bias is None else self.bias.value
        return [self.kernel.value, self.recurrent_kernel.value, bias]


_SHARED = """
        use_bias: whether `bias` is added.
        kernel_initializer, recurrent_initializer, bias_initializer: name or object. Default: Glorot uniform, orthogonal, zeros.
        kernel_regularizer, recurrent_regularizer, bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint: name or
            object.
        dropout: float from 0 to 1, the fraction of the inputs that is dropped while training; one mask per sequence.
        recurrent_dropout: the same for the recurrent state.
        seed: int, for the same masks in every run."""


class SimpleRNNCell(DenseCell):
    __doc__ = f"""One step of a fully connected recurrent layer: output = activation(inputs @ kernel + bias + state @ recurrent_kernel).

    Arguments:
        units: int > 0, the size of output and state.
        activation: name or function. Default tanh.{_SHARED}
    Call: `cell(inputs, states)` gives (output, new states).
    Example:
        >>> cell = SimpleRNNCell(4)
        >>> output, states = cell(np.ones((2, 3), "float32"), [np.zeros((2, 4), "float32")])
        >>> output.shape
        (2, 4)
    Source: keras.layers.SimpleRNNCell of Keras 3.
    """
    gates = 1

    def __init__(
        self, units: int, activation: Any = "tanh", use_bias: bool = True, kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros", kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None, bias_regularizer: Any = None, kernel_constraint: Any = None, recurrent_constraint: Any = None,
        bias_constraint: Any = None, dropout: float = 0.0, recurrent_dropout: float = 0.0, seed: int | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self._take(locals())

    def step(self, projected: Any, states: Any) -> tuple[Any, list[Any]]:
        """activation(projected + state @ recurrent_kernel)."""
        output = self.activation(add(projected, matmul(self.masked_state(states[0]), self.recurrent_kernel)))
        return output, [output]


class GRUCell(DenseCell):
    __doc__ = f"""One step of a gated recurrent unit.

    z = recurrent_activation(x @ Kz + h @ Uz + bz), r likewise; candidate = activation(x @ Kh + r * (h @ Uh + ...))
    output = new h = z * h + (1 - z) * candidate

    Arguments:
        units: int > 0, the size of output and state.
        activation, recurrent_activation: name or function of the candidate and of the gates. Default tanh and sigmoid.{_SHARED}
        reset_after: whether the reset gate acts after the matrix product (as cuDNN has it; two biases) or before it (the paper's first
            version, Keras 2's default).
    Call: `cell(inputs, states)` gives (output, new states).
    Example:
        >>> cell = GRUCell(4)
        >>> output, states = cell(np.ones((2, 3), "float32"), [np.zeros((2, 4), "float32")])
        >>> output.shape
        (2, 4)
    Source: Cho et al. 2014; keras.layers.GRUCell of Keras 3.
    """
    gates = 3

    def __init__(
        self, units: int, activation: Any = "tanh", recurrent_activation: Any = "sigmoid", use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform", recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None, recurrent_regularizer: Any = None, bias_regularizer: Any = None, kernel_constraint: Any = None,
        recurrent_constraint: Any = None, bias_constraint: Any = None, dropout: float = 0.0, recurrent_dropout: float = 0.0,
        reset_after: bool = True, seed: int | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self._take(locals())

    def _bias_shape(self) -> tuple[int, ...]:
        return (2, self.units * 3) if self.reset_after else (self.units * 3,)

    def project(self, inputs: Any) -> Any:
        """inputs @ kernel + the input's bias."""
        if self.bias is None or not self.reset_after:
            return affine(inputs, self.kernel, self.bias)
        return affine(inputs, self.kernel, self._bias_row(0))

    def _bias_row(self, row: int) -> Any:
        return reshape(slice_along(self.bias, 0, row, row + 1), (self.units * 3,))

    def whole(self, x: Any, states: Any, reverse: bool) -> tuple[Any, list[Any]] | None:
        """See `Cell.whole`."""
        if not self.reset_after or type(self) is not GRUCell or not self._can_run_whole(("gru_sequence",), x):
            return None
        outputs, h = gru_sequence([x, *states, *self._weights_as_read()], reverse=reverse)
        return outputs, [h]

    def step(self, projected: Any, states: Any) -> tuple[Any, list[Any]]:
        """The gated mixture of the old state and the candidate."""
        h = states[0]
        x_update, x_reset, x_candidate = gates_of(projected, count=3)
        masked = self.masked_state(h)
        if self.reset_after:
            recurrent = affine(masked, self.recurrent_kernel, None if self.bias is None else self._bias_row(1))
            h_update, h_reset, h_candidate = gates_of(recurrent, count=3)
            update = self.recurrent_activation(add(x_update, h_update))
            reset = self.recurrent_activation(add(x_reset, h_reset))
            candidate = self.activation(add(x_candidate, multiply(reset, h_candidate)))
        else:
            gates = slice_along(self.recurrent_kernel, 1, 0, 2 * self.units)
            h_update, h_reset = gates_of(matmul(masked, gates), count=2)
            update = self.recurrent_activation(add(x_update, h_update))
            reset = self.recurrent_activation(add(x_reset, h_reset))
            kernel = slice_along(self.recurrent_kernel, 1, 2 * self.units, 3 * self.units)
            candidate = self.activation(add(x_candidate, matmul(multiply(reset, masked), kernel)))
        output = add(multiply(update, subtract(h, candidate)), candidate)
        return output, [output]


class LSTMCell(DenseCell):
    __doc__ = f"""One step of a long short-term memory.

    i, f, o = recurrent_activation(x @ K + h @ U + b); c = f * c + i * activation(...); output h = o * activation(c)

    Arguments:
        units: int > 0, the size of output and states.
        activation, recurrent_activation: name or function of the candidate and of the gates. Default tanh and sigmoid.{_SHARED}
        unit_forget_bias: whether the bias of the forget gate starts at 1.
    Call: `cell(inputs, [h, c])` gives (output, [h, c]).
    Example:
        >>> cell = LSTMCell(4)
        >>> output, states = cell(np.ones((2, 3), "float32"), [np.zeros((2, 4), "float32"), np.zeros((2, 4), "float32")])
        >>> output.shape, len(states)
        ((2, 4), 2)
    Source: Hochreiter and Schmidhuber 1997; keras.layers.LSTMCell of Keras 3.
    """
    gates = 4

    def __init__(
        self, units: int, activation: Any = "tanh", recurrent_activation: Any = "sigmoid", use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform", recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True, kernel_regularizer: Any = None, recurrent_regularizer: Any = None, bias_regularizer: Any = None,
        kernel_constraint: Any = None, recurrent_constraint: Any = None, bias_constraint: Any = None, dropout: float = 0.0,
        recurrent_dropout: float = 0.0, seed: int | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self._take(locals())
        self.state_size = [self.units, self.units]

    def _bias_values(self, shape: Any, dtype: Any = None) -> Any:
        return lstm_bias(self.bias_initializer, self.unit_forget_bias, shape, dtype)

    def whole(self, x: Any, states: Any, reverse: bool) -> tuple[Any, list[Any]] | None:
        """See `Cell.whole`."""
        if type(self) is not LSTMCell or not self._can_run_whole(("lstm_sequence", "lstm_steps"), x):
            return None
        outputs, h, c = lstm_sequence([x, *states, *self._weights_as_read()], reverse=reverse)
        return outputs, [h, c]

    def step(self, projected: Any, states: Any) -> tuple[Any, list[Any]]:
        """The new output and memory."""
        h, c = states
        return lstm_step(add(projected, matmul(self.masked_state(h), self.recurrent_kernel)), c, self.activation, self.recurrent_activation)


def lstm_bias(initializer: Any, unit_forget_bias: bool, shape: Any, dtype: Any) -> Any:
    """First values of an LSTM's bias: those of the forget gate are 1 if asked."""
    if not unit_forget_bias:
        return initializer(shape, dtype=dtype)
    units = shape[0] // 4
    parts = [initializer((units,), dtype=dtype), np.ones(units, "float32"), initializer((2 * units,), dtype=dtype)]
    return np.concatenate([np.asarray(p, "float64") for p in parts])


def lstm_step(z: Any, c: Any, activation: Any, recurrent_activation: Any, axis: int = -1) -> tuple[Any, list[Any]]:
    """Output and states from the sum of both projections (along `axis`: input, forget, candidate, output) and the memory."""
    i, f, candidate, o = gates_of(z, count=4, axis=axis)
    memory = add(multiply(recurrent_activation(f), c), multiply(recurrent_activation(i), activation(candidate)))
    output = multiply(recurrent_activation(o), activation(memory))
    return output, [output, memory]
