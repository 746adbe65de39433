"""How layers keep their constructor's arguments: the ending of a name says what a text stands for (`kernel_initializer`, `activation`)."""

from __future__ import annotations

from typing import Any

from keras import activations, constraints, initializers, regularizers

_MADE_FROM_NAMES = {
    "_initializer": initializers.get,
    "_regularizer": regularizers.get,
    "_constraint": constraints.get,
    "activation": activations.get,
}
_OF_THE_BASE = frozenset({"self", "kwargs", "name", "dtype", "activity_regularizer", "weights"})


def keep(layer: Any, arguments: dict[str, Any]) -> None:
    """Store the constructor's arguments (its `locals()`) under their own names, texts and configs made into what they name."""
    for name, value in arguments.items():
        if name in _OF_THE_BASE or name.startswith("_"):
            continue
        for ending, get in _MADE_FROM_NAMES.items():
            if name.endswith(ending):
                value = get(value)
        setattr(layer, name, value)


def positive(layer: Any, name: str, value: Any) -> int:
    """`value` if it is a positive whole number, else an error that names the argument."""
    try:
        number = value.__index__()
    except (AttributeError, TypeError):
        number = 0
    if number <= 0 or isinstance(value, bool):
        raise ValueError(f"{type(layer).__name__}({name}): got {value!r}. Accepted: an integer > 0. Write {name}=32.")
    return int(number)


def fraction(layer: Any, name: str, value: Any, highest: float = 1.0) -> float:
    """`value` if it is a number from 0 to `highest`, else an error that names the argument."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= highest:
        raise ValueError(f"{type(layer).__name__}({name}): got {value!r}. Accepted: a number from 0 to {highest:g}. Write {name}=0.5.")
    return value


def sizes(layer: Any, name: str, value: Any, rank: int, lowest: int = 1) -> tuple[int, ...]:
    """A number or one number per spatial axis as a tuple, checked."""
    values = (value,) * rank if isinstance(value, int) else tuple(value) if isinstance(value, (list, tuple)) else ()
    if len(values) != rank or not all(isinstance(v, int) and not isinstance(v, bool) and v >= lowest for v in values):
        accepted = f"an integer >= {lowest}" + (f" or {rank} of them" if rank > 1 else "")
        raise ValueError(
            f"{type(layer).__name__}({name}): got {value!r}. Accepted: {accepted}. Write {name}={(3,) * rank if rank > 1 else 3}."
        )
    return values


def within(layer: Any, axis: Any, input_shape: Any) -> None:
    """Raise a ValueError that names the layer unless its axis, or every one of several, is one of the input's."""
    rank = len(input_shape)
    for number in axis if isinstance(axis, (list, tuple)) else (axis,):
        if not -rank <= number < rank:
            raise ValueError(
                f"{type(layer).__name__} {layer.name!r}: axis {number} of an input of shape {tuple(input_shape)}. "
                f"Accepted: {-rank} to {rank - 1}. Write axis=-1 for the last."
            )


def choice(layer: Any, name: str, value: Any, accepted: tuple[str, ...]) -> str:
    """`value` in small letters if it is one of the accepted texts, else an error that names the argument."""
    chosen = value.lower() if isinstance(value, str) else value
    if chosen not in accepted:
        raise ValueError(
            f"{type(layer).__name__}({name}): got {value!r}. Accepted: {', '.join(map(repr, accepted))}. Write {name}={accepted[0]!r}."
        )
    return chosen
