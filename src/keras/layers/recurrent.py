"""`RNN`: a cell in a loop over time. Every recurrent layer runs through this one loop."""

from __future__ import annotations

from typing import Any

from keras._surface import attach
from keras.core import tree
from keras.core.state import Outside
from keras.core.tensor import KerasTensor, Symbol
from keras.core.variable import Variable
from keras.layers.cells import Cell
from keras.layers.input_spec import check_mask
from keras.layers.layer import Layer
from keras.layers.lookup import deserialize
from keras.layers.nested import build_inside
from keras.layers.stacked_cells import StackedRNNCells, initial_state
from keras.ops.control import scan
from keras.ops.elementwise import cast, select
from keras.ops.shaping import expand_dims, reverse, shape_of, slice_along, squeeze, stack, transpose, zeros_like

_CARRIED = "the state that stateful=True carries from batch to batch"


class _States:
    """The states that a stateful layer carries from batch to batch: not weights, so kept where weights are not looked for."""

    def __init__(self) -> None:
        self.variables: Any = None


def time_first(x: Any) -> Any:
    """The first two axes exchanged."""
    return transpose(x, (1, 0, *range(2, len(shape_of(x)))))


class RNN(Layer):
    """A recurrent layer: a cell applied to each step of a sequence, carrying its states along.

    Arguments:
        cell: layer with `call(inputs, states)`, which returns (output, new states), and `state_size`; or a list of such cells.
        return_sequences: whether the outputs of all steps come back, (batch, time, ...), or only the last, (batch, ...).
        return_state: whether the last states come back as well, after the outputs.
        go_backwards: whether the sequence is read from its end; the outputs then come in that order.
        stateful: whether the last states of a batch are the first ones of the next; needs a fixed batch size.
        unroll: whether the loop is written out: faster to run for short sequences, slower to build.
        zero_output_for_mask: whether a masked step gives zeros instead of repeating the output before it.
    Call: `rnn(sequence, initial_state=None, mask=None)`; a masked step (False) leaves the states as they are.
    Example:
        >>> from keras.layers.cells import LSTMCell
        >>> RNN(LSTMCell(4), return_sequences=True)(np.ones((2, 5, 3), "float32")).shape
        (2, 5, 4)
    Source: keras.layers.RNN of Keras 3.
    """

    supports_masking = True

    def __init__(
        self, cell: Any, return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False, stateful: bool = False,
        unroll: bool = False, zero_output_for_mask: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        elif isinstance(cell, dict):
            cell = deserialize(cell)
        for needed in ("call", "state_size"):
            if not hasattr(cell, needed):
                raise ValueError(
                    f"RNN(cell): {cell!r} has no `{needed}`. Accepted: a cell, or a list of cells. Write RNN(keras.layers.LSTMCell(8))."
                )
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self._carried = _States()

    @property
    def state_size(self) -> Any:
        """The sizes of the cell's states."""
        return self.cell.state_size

    @property
    def states(self) -> Any:
        """The states that are carried from batch to batch, None before the first or if the layer is not stateful."""
        return self._carried.variables

    def _base_config(self) -> dict[str, Any]:
        return {**super()._base_config(), "zero_output_for_mask": self.zero_output_for_mask}

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Build the cell for one step."""
        if isinstance(self.cell, Layer):
            build_inside(self.cell, (sequences_shape[0], *sequences_shape[2:]))
        if self.stateful and sequences_shape[0] is None:
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: stateful=True needs a fixed batch size. "
                f"Write keras.Input(batch_shape=(32, {', '.join(map(str, sequences_shape[1:]))}))."
            )

    def compute_mask(self, sequences: Any, mask: Any = None, **kwargs: Any) -> Any:
        """The input's mask if all steps come back; the last states have none."""
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        mask = mask if self.return_sequences else None
        return [mask, *[None] * len(tree.flatten(self.state_size))] if self.return_state else mask

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        """The outputs, and with `return_state` the last states."""
        self._check_mask(sequences, mask)
        states = self._first_states(sequences, initial_state)
        last, outputs, states = self._loop(time_first(sequences), _time_mask(mask), states, training)
        if self.stateful:
            self._carry(states)
        if self.return_sequences:
            last = time_first(reverse(outputs, axis=0) if self.go_backwards else outputs)
        return [last, *states] if self.return_state else last

    # ------------------------------------------------------------------------------------------------------------------ states

    def get_initial_state(self, batch_size: Any = None, inputs: Any = None) -> list[Any]:
        """The cell's first states."""
        return initial_state(self.cell, batch_size, inputs)

    def _first_states(self, sequences: Any, given: Any) -> list[Any]:
        if given is not None:
            states = list(given) if isinstance(given, (list, tuple)) else [given]
            if len(states) == 1 and isinstance(states[0], (list, tuple)) and not isinstance(self.cell, StackedRNNCells):
                states = list(states[0])
            wanted = len(self.state_size) if isinstance(self.state_size, (list, tuple)) else 1
            if len(states) != wanted:
                raise ValueError(
                    f"{type(self).__name__} {self.name!r}: initial_state has {len(states)} tensor(s). "
                    f"Accepted: {wanted}, of sizes {self.state_size}."
                )
            states = tree.map_structure(lambda s: cast(s, self.compute_dtype), states)
            self._check_states(states, sequences, "initial_state")
            return states
        carries = self.stateful and not isinstance(sequences, KerasTensor)
        if not carries or self._carried.variables is None:
            sizes = shape_of(sequences)
            step = squeeze(slice_along(sequences, 1, 0, 1), axis=1)
            first = self.get_initial_state(sizes[0] if isinstance(sizes[0], int) else None, step)
            if not carries:
                return first
            self._make_carried(first)  # before they are read: a compiled step must find variables, not the first values
        carried = tree.map_structure(lambda v: cast(v.raw, self.compute_dtype), self._carried.variables)
        self._check_states(carried, sequences, _CARRIED)
        return carried

    def _check_mask(self, sequences: Any, mask: Any) -> None:
        mask = mask[0] if isinstance(mask, (list, tuple)) and mask else mask
        if mask is not None and hasattr(mask, "shape") and len(mask.shape) == 3 and mask.shape[2] == 1:
            mask = squeeze(mask, axis=2)
        check_mask(self, mask, sequences)

    def _check_states(self, states: Any, sequences: Any, what: str) -> None:
        """Raise a ValueError that names the layer unless the states fit the batch and the cell."""
        batch = shape_of(sequences)[0]
        line = "Write batch_size={0} with a number of samples that {0} divides." if what == _CARRIED else "Pass states of this batch."
        for state, size in zip(tree.leaves(states), tree.flatten(self.state_size), strict=False):
            dims = shape_of(state)
            if isinstance(batch, int) and isinstance(dims[0], int) and dims[0] != batch:
                raise ValueError(
                    f"{type(self).__name__} {self.name!r}: {what} has batch size {dims[0]}, the input has {batch}. "
                    f"Accepted: equal sizes. {line.format(dims[0])}"
                )
            if len(dims) == 2 and isinstance(size, int) and isinstance(dims[1], int) and dims[1] != size:
                raise ValueError(
                    f"{type(self).__name__} {self.name!r}: {what} has shape {tuple(dims)}. Accepted: (batch, {size}). "
                    f"Write keras.ops.zeros(({batch}, {size}))."
                )

    def _carry(self, states: Any) -> None:
        """Keep the last states for the next batch."""
        if any(isinstance(s, KerasTensor) for s in tree.leaves(states)):
            return
        if self._carried.variables is None:
            self._make_carried(states)
        for variable, state in zip(tree.flatten(self._carried.variables), tree.flatten(states), strict=True):
            variable.assign(cast(state, variable.dtype))

    def _make_carried(self, states: Any) -> None:
        """Variables for states like these, with their numbers where they are known and zeros where they are symbols."""

        def variable(state: Any) -> Variable:
            first = "zeros" if isinstance(state, Symbol) else state
            shape = tuple(state.shape)
            return Variable(
                first, shape=shape, dtype=self.variable_dtype, trainable=False, autocast=False, name="rnn_state", kind="statistic"
            )

        with Outside():
            self._carried.variables = tree.map_structure(variable, states)

    def reset_state(self) -> None:
        """Start the next batch from zeros again."""
        for variable in tree.flatten(self._carried.variables) if self._carried.variables is not None else ():
            variable.assign(zeros_like(variable.raw))

    reset_states = reset_state

    # -------------------------------------------------------------------------------------------------------------------- loop

    def _loop(self, x: Any, mask: Any, states: list[Any], training: bool) -> tuple[Any, Any, list[Any]]:
        """Last output, all outputs (time first; None unless asked for), last states."""
        cell = self.cell
        first = squeeze(slice_along(x, 0, 0, 1), axis=0)
        if hasattr(cell, "draw_masks"):
            cell.draw_masks(first, states, training)
        try:
            if isinstance(cell, Cell) and type(cell).call is Cell.call:
                x = cell.masked_inputs(x)
                whole = cell.whole(x, states, self.go_backwards) if mask is None and not self.unroll else None
                if whole is not None:
                    outputs, states = whole
                    return states[0], outputs if self.return_sequences else None, states
                x = cell.project(x)
                return self._scan(cell.step, x, mask, states, own_output=True)

            def step(inputs: Any, before: Any) -> tuple[Any, Any]:
                output, new = cell(inputs, before, training=training) if isinstance(cell, Layer) else cell(inputs, before)
                return output, list(new) if isinstance(new, (list, tuple)) else [new]

            return self._scan(step, x, mask, states, own_output=False)
        finally:
            if hasattr(cell, "forget_masks"):
                cell.forget_masks()

    def _scan(self, step: Any, x: Any, mask: Any, states: list[Any], own_output: bool) -> tuple[Any, Any, list[Any]]:
        """The loop itself; with `own_output` the output is the first state, else it is carried beside the states."""
        collects = self.return_sequences or not own_output
        carries_output = mask is not None and not own_output
        blank = zeros_like(step(squeeze(slice_along(x, 0, 0, 1), axis=0), states)[0]) if carries_output else None

        def body(carry: Any, slices: Any) -> tuple[Any, Any]:
            before, previous = carry
            output, new = step(slices[0], before)
            if mask is not None:
                valid = slices[1]
                new = tree.map_structure(lambda n, b: select(_like_rank(valid, n), n, b), new, before)
                if self.zero_output_for_mask:
                    output = select(_like_rank(valid, output), output, zeros_like(output))
                else:
                    output = new[0] if own_output else select(_like_rank(valid, output), output, previous)
            return (new, output if carries_output else None), output if collects else None

        (states, _), outputs = _iterate(body, (states, blank), (x, mask), self.go_backwards, self.unroll)
        if outputs is not None:
            last = _last(outputs, self.go_backwards)
        elif mask is not None and self.zero_output_for_mask:
            last = select(_like_rank(_last(mask, self.go_backwards), states[0]), states[0], zeros_like(states[0]))
        else:
            last = states[0]
        return last, outputs if self.return_sequences else None, states


def _last(sequence: Any, backwards: bool) -> Any:
    """The step of a sequence (time first) that the loop came to last."""
    edge = 0 if backwards else shape_of(sequence)[0] - 1
    return squeeze(slice_along(sequence, 0, edge, edge + 1), axis=0)


def _iterate(body: Any, start: Any, xs: Any, backwards: bool, unroll: bool) -> tuple[Any, Any]:
    """A scan, or the same written out step by step."""
    steps = shape_of(xs[0])[0]
    if not unroll or not isinstance(steps, int):
        return scan(body, start, xs, reverse=backwards)
    carry, outputs = start, []
    for t in range(steps - 1, -1, -1) if backwards else range(steps):
        carry, y = body(carry, tree.map_structure(lambda x, t=t: None if x is None else squeeze(slice_along(x, 0, t, t + 1), axis=0), xs))
        outputs.append(y)
    if not outputs or outputs[0] is None:
        return carry, None
    return carry, stack(outputs[::-1] if backwards else outputs, axis=0)


def _time_mask(mask: Any) -> Any:
    """(batch, time) or (batch, time, 1) as bool (time, batch); None stays None."""
    mask = mask[0] if isinstance(mask, (list, tuple)) and mask and not isinstance(mask[0], (bool, list, tuple)) else mask
    if mask is None:
        return None
    mask = cast(mask, "bool")
    if len(shape_of(mask)) == 3:
        mask = squeeze(mask, axis=2)
    return time_first(mask)


def _like_rank(mask: Any, x: Any) -> Any:
    """A mask (batch,) with axes of size 1 up to the rank of `x`."""
    rank = len(shape_of(x))
    return expand_dims(mask, tuple(range(1, rank)))


__getattr__, __dir__, __all__ = attach(__name__)
