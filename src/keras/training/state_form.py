"""The step that takes and returns its state, `train_step(self, state, data)`: how Keras 3 asks for custom steps on JAX; here on every engine.

Reading the state out of the variables before such a step, and writing it back afterwards, makes it a step of the form `(self, data)`,
which is what the training loop runs. The other way round, a state scope makes our own step one of the form `(state, data)`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from keras.core.state import StateScope
from keras.core.variable import Variable

PARTS = {
    "train": ("trainable_variables", "non_trainable_variables", "optimizer_variables", "metrics_variables"),
    "test": ("trainable_variables", "non_trainable_variables", "metrics_variables"),
    "predict": ("trainable_variables", "non_trainable_variables"),
}
"""What the state of each phase consists of, in order."""


def takes_state(step: Callable[..., Any]) -> bool:
    """Whether a bound step asks for (state, data) rather than for (data)."""
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.default is p.empty and p.kind in positional for p in inspect.signature(step).parameters.values()) == 2


def with_data_only(model: Any, phase: str, step: Callable[..., Any]) -> Callable[[Any], Any]:
    """A step `(state, data) -> (result, state)` as one of `(data) -> result` that reads and writes the model's variables."""

    def run(data: Any) -> Any:
        parts = _variables(model, phase)
        returned = step(tuple([v.value for v in part] for part in parts), data)
        result, state = returned if isinstance(returned, tuple) and len(returned) == 2 else (None, None)
        if phase == "predict":  # the outputs come with the non-trainable values alone
            parts, state = parts[1:], (state,)
        lengths = [len(part) for part in parts]
        if not isinstance(state, (list, tuple)) or [len(part) if isinstance(part, (list, tuple)) else None for part in state] != lengths:
            raise ValueError(_wrong_result(model, phase, lengths))
        for part, values in zip(parts, state, strict=True):
            for variable, value in zip(part, values, strict=True):
                variable.assign(value)
        return result

    return run


def run_on_state(model: Any, phase: str, step: Callable[[Any], Any], state: Sequence[Any], data: Any) -> tuple[Any, Any]:
    """Our own step of the form `(data)` as a pure function: what it returns, and the new state."""
    parts = _variables(model, phase)
    if [len(part) for part in parts] != [len(values) for values in state]:
        raise ValueError(
            f"{model.name!r}.{phase}_step: the state has parts of {[len(values) for values in state]} values. "
            f"Accepted: {_described(phase, [len(part) for part in parts])}."
        )
    with StateScope((v, x) for part, values in zip(parts, state, strict=True) for v, x in zip(part, values, strict=True)) as scope:
        result = step(data)
    new = tuple([scope.read(v) for v in part] for part in parts)
    return result, new[1] if phase == "predict" else new


def _variables(model: Any, phase: str) -> tuple[list[Variable], ...]:
    found = {
        "trainable_variables": model.trainable_variables,
        "non_trainable_variables": model.non_trainable_variables,
        "optimizer_variables": model.optimizer.variables if model.optimizer is not None else [],
        "metrics_variables": model.metrics_variables,
    }
    return tuple(list(found[name]) for name in PARTS[phase])


def _described(phase: str, lengths: Sequence[int]) -> str:
    return ", ".join(f"{name} ({length})" for name, length in zip(PARTS[phase][-len(lengths) :], lengths, strict=True))


def _wrong_result(model: Any, phase: str, lengths: Sequence[int]) -> str:
    names = ", ".join(PARTS[phase][-len(lengths) :])
    result = "outputs" if phase == "predict" else "logs"
    state = names if phase == "predict" else f"({names})"
    return (
        f"{model.name!r}.{phase}_step(state, data): what it returned is not ({result}, state). "
        f"Write `return {result}, {state}`, with as many values in each as the state that it was given: {_described(phase, lengths)}."
    )
