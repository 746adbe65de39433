"""What surrounds every optimizer's update, written once: clipping, conditional updates, moving averages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from keras.core.state import StateScope, current_scope
from keras.ops.control import cond
from keras.ops.elementwise import add, cast, clip, divide, dtype_of, maximum, multiply, sqrt, square, subtract
from keras.ops.reduction import sum

Tensor = Any


def in_dtype(x: Any, dtype: str) -> Tensor:
    """`x` in a dtype, without an op where it has it already."""
    return x if dtype_of(x) == dtype else cast(x, dtype)


def clipped_by_value(gradients: Sequence[Tensor], limit: float) -> list[Tensor]:
    """Every element between -limit and limit."""
    return [clip(g, -limit, limit) for g in gradients]


def clipped_by_norm(gradients: Sequence[Tensor], limit: float) -> list[Tensor]:
    """Each gradient shortened to a length of at most `limit`."""
    return [_shortened(g, sqrt(sum(square(g))), limit) for g in gradients]


def clipped_by_global_norm(gradients: Sequence[Tensor], limit: float) -> list[Tensor]:
    """All gradients shortened together, to a joint length of at most `limit`."""
    total: Any = 0.0
    for g in gradients:
        total = add(in_dtype(sum(square(g)), "float32"), total)
    norm = sqrt(total)
    return [_shortened(g, norm, limit) for g in gradients]


def _shortened(gradient: Tensor, norm: Tensor, limit: float) -> Tensor:
    return multiply(gradient, in_dtype(divide(limit, maximum(norm, limit)), dtype_of(gradient)))


def moving_average(average: Tensor, value: Tensor, momentum: Tensor) -> Tensor:
    """momentum * average + (1 - momentum) * value."""
    return add(multiply(average, momentum), multiply(value, subtract(1.0, momentum)))


class _NestedScope(StateScope):
    """A scope whose unknown variables are read from the scope around it."""

    def __init__(self, state: Any = ()) -> None:
        super().__init__(state)
        self._outer = current_scope()

    def read(self, variable: Any) -> Any:
        """The value of a variable here."""
        value = self.values.get(id(variable))
        if value is not None:
            return value
        return variable._value if self._outer is None else self._outer.read(variable)


def with_state(state: Any, function: Callable[[], Any], variables: Sequence[Any]) -> list[Any]:
    """The values that `variables` have after `function()`, which starts from `state`; the variables themselves stay as they are."""
    with _NestedScope(state) as scope:
        function()
        return [scope.read(v) for v in variables]


def conditionally(predicate: Tensor, then: Callable[[], Any], otherwise: Callable[[], Any], variables: Sequence[Any]) -> None:
    """Run one of two functions that assign to `variables`, also where the predicate is known only when the step runs."""
    values = cond(predicate, lambda: with_state((), then, variables), lambda: with_state((), otherwise, variables))
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


__all__ = ["clipped_by_global_norm", "clipped_by_norm", "clipped_by_value", "conditionally", "in_dtype", "moving_average", "with_state"]
