"""Scopes that users open: `StatelessScope` around code that changes variables, `SymbolicScope` around code on symbols."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from keras.core.op import abstractly
from keras.core.state import LossScope, StateScope
from keras.core.tensor import REGISTRY
from keras.core.variable import Variable


class StatelessScope(StateScope):
    """Context in which variables read from a mapping and assignments are collected; the variables themselves do not change.

    Arguments:
        state_mapping: list of pairs (variable, value) that stand for the variables' values; None reads the variables.
        collect_losses: whether the losses that layers add are kept in `losses`.
        initialize_variables: not used; a variable that is made inside has its value at once.
    Attributes: state_mapping (dict, id of a variable -> value), losses (list).
    Raises: ValueError if the mapping has no pairs of a `Variable` and a value of its shape.
    Example:
        >>> counter = Variable(1.0)
        >>> with StatelessScope([(counter, 5.0)]) as scope:
        ...     inside = float(counter.assign_add(1.0))
        >>> inside, float(counter), float(scope.get_current_value(counter))
        (6.0, 1.0, 6.0)

    Source: keras.StatelessScope of Keras 3.
    """

    def __init__(
        self, state_mapping: Iterable[tuple[Any, Any]] | None = None, collect_losses: bool = False, initialize_variables: bool = True
    ) -> None:
        super().__init__([_checked(pair) for pair in state_mapping or ()])
        self.collect_losses = collect_losses
        self.initialize_variables = initialize_variables
        self.losses: list[Any] = []
        self._loss_scope: LossScope | None = None

    @property
    def state_mapping(self) -> dict[int, Any]:
        """The values by the identity of their variables."""
        return self.values

    def get_current_value(self, variable: Variable) -> Any:
        """The value of a variable in this scope: from the mapping, or as it was assigned; None if it has neither."""
        return self.values.get(id(variable))

    def add_update(self, update: tuple[Variable, Any]) -> None:
        """Take (variable, value) as an assignment."""
        self.write(*_checked(update))

    def add_loss(self, loss: Any) -> None:
        """Keep a loss."""
        self.losses.append(loss)

    def __enter__(self) -> StatelessScope:
        super().__enter__()
        if self.collect_losses:
            self._loss_scope = LossScope()
            self.losses = self._loss_scope.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        if self._loss_scope is not None:
            self._loss_scope.__exit__(*error)
        super().__exit__(*error)


def _checked(pair: Any) -> tuple[Variable, Any]:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2 or not isinstance(pair[0], Variable):
        raise ValueError(
            f"StatelessScope(state_mapping): got {pair!r}. Accepted: pairs (variable, value) of a keras.Variable and a tensor."
        )
    variable, value = pair
    value = REGISTRY["convert_to_tensor"](value, dtype=variable.dtype)
    if tuple(value.shape) != variable.shape:
        raise ValueError(
            f"StatelessScope(state_mapping): got a value of shape {tuple(value.shape)} for {variable.path!r}, which has shape {variable.shape}."
        )
    return variable, value


class SymbolicScope:
    """Context in which ops and layers on symbols say what comes out and leave no history: they will not be part of a model.

    Example:
        >>> from keras import KerasTensor, ops
        >>> with SymbolicScope():
        ...     ops.exp(KerasTensor((None, 3))).shape
        (None, 3)

    Source: keras.SymbolicScope of Keras 3.
    """

    def __enter__(self) -> SymbolicScope:
        self._context = abstractly()
        self._context.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._context.__exit__(*error)
