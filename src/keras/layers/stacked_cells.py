"""Cells on top of each other, and what any cell's states and output look like."""

from __future__ import annotations

from typing import Any

from keras.core import tree
from keras.core.graph import dtype_name
from keras.layers.cells import Cell, zero_states
from keras.layers.layer import Layer
from keras.layers.lookup import deserialize
from keras.layers.nested import build_inside
from keras.ops.elementwise import add, cast
from keras.ops.shaping import reshape, shape_of, slice_along, zeros_like


class StackedRNNCells(Layer):
    """Cells on top of each other as one cell: each takes the output of the one before.

    Arguments:
        cells: list of cells.
    Call: `cell(inputs, states)` gives (output of the last cell, list of each cell's new states).
    Example:
        >>> from keras.layers.cells import GRUCell, LSTMCell
        >>> stack = StackedRNNCells([GRUCell(3), LSTMCell(4)])
        >>> stack.state_size, stack.output_size
        ([3, [4, 4]], 4)
    Source: keras.layers.StackedRNNCells of Keras 3.
    """

    def __init__(self, cells: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cells = [deserialize(cell) if isinstance(cell, dict) else cell for cell in cells]
        for cell in self.cells:
            if not callable(cell) or not hasattr(cell, "state_size"):
                raise ValueError(
                    f"StackedRNNCells(cells): got {cell!r}. Accepted: cells with `call` and `state_size`. "
                    f"Write StackedRNNCells([LSTMCell(8), LSTMCell(8)])."
                )

    @property
    def state_size(self) -> list[Any]:
        """The state sizes of each cell."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> Any:
        """The output size of the last cell."""
        return output_size(self.cells[-1])

    def build(self, input_shape: Any) -> None:
        """Build each cell on the output of the one before."""
        for cell in self.cells:
            if isinstance(cell, Layer):
                build_inside(cell, input_shape)
            input_shape = (input_shape[0], output_size(cell))

    def draw_masks(self, inputs: Any, states: Any, training: Any) -> None:
        """Draw each cell's dropout masks for one sequence."""
        for cell, state in zip(self.cells, states, strict=True):
            given = state if isinstance(state, (list, tuple)) else [state]
            if hasattr(cell, "draw_masks"):
                cell.draw_masks(inputs, given, training)
            inputs = given[0]

    def forget_masks(self) -> None:
        """Draw new masks for the next sequence."""
        for cell in self.cells:
            if hasattr(cell, "forget_masks"):
                cell.forget_masks()

    def call(self, inputs: Any, states: Any, training: bool = False, **kwargs: Any) -> tuple[Any, list[Any]]:
        """The last output and everybody's new states."""
        new_states = []
        for cell, state in zip(self.cells, states, strict=True):
            given = list(state) if isinstance(state, (list, tuple)) else [state]
            inputs, new = cell(inputs, given, training=training) if isinstance(cell, Layer) else cell(inputs, given)
            nested = isinstance(state, (list, tuple))
            new_states.append((list(new) if nested else new[0]) if isinstance(new, (list, tuple)) else [new] if nested else new)
        return inputs, new_states

    def get_initial_state(self, batch_size: int | None = None, inputs: Any = None) -> list[Any]:
        """Each cell's first states."""
        return [initial_state(cell, batch_size, inputs) for cell in self.cells]


def output_size(cell: Any) -> Any:
    """The size of a cell's output: its `output_size`, else that of its first state."""
    size = getattr(cell, "output_size", None)
    if size is not None:
        return size
    return cell.state_size[0] if isinstance(cell.state_size, (list, tuple)) else cell.state_size


def initial_state(cell: Any, batch_size: Any, inputs: Any) -> list[Any]:
    """A cell's first states: zeros, unless the cell says otherwise."""
    if isinstance(cell, (Cell, StackedRNNCells)):
        return cell.get_initial_state(batch_size=batch_size, inputs=inputs)
    if not hasattr(cell, "get_initial_state"):
        made = zero_states(cell.state_size, inputs)
    elif isinstance(batch_size, int):
        made = cell.get_initial_state(batch_size=batch_size)
    else:  # a batch of unknown size: users' cells make arrays, which need a number, so one sample's states stand for all
        made = tree.map_structure(lambda state: for_each_sample(state, inputs), cell.get_initial_state(batch_size=1))
    return list(made) if isinstance(made, (list, tuple)) else [made]


def for_each_sample(state: Any, inputs: Any) -> Any:
    """One sample's state (1, ...) for every sample of the inputs (batch, ...), whose number may be unknown."""
    batch = shape_of(inputs)[0]
    zeros = zeros_like(slice_along(reshape(inputs, (batch, -1)), 1, 0, 1))
    return add(state, cast(reshape(zeros, (batch, *[1] * (len(shape_of(state)) - 1))), dtype_name(state)))
