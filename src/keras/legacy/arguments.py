"""Constructor arguments of Keras 1, 2 and tf.keras in today's spelling."""

from __future__ import annotations

from typing import Any

from keras.legacy.layer_arguments import layer_arguments
from keras.legacy.model_methods import method_arguments
from keras.legacy.spellings import note

_KERAS_2_RATES = {"Adagrad": 0.01, "Adadelta": 1.0, "Adamax": 0.002, "Nadam": 0.002}
_NADAM_SCHEDULE = 0.004


def _optimizer_arguments(cls: type, arguments: dict[str, Any], accepted: frozenset[str]) -> dict[str, Any]:
    """`lr`, `decay` and `schedule_decay` of optimizers.

    `lr`, or `decay` without a learning rate, is how Keras 1 and 2 wrote: there the default rates were others, `clipnorm` was the norm
    of all gradients together, and Adagrad started from zero. Every optimizer with `decay` had epsilon outside of the root.
    """
    if "rate_decay" not in accepted or not arguments.keys() & {"lr", "decay", "schedule_decay"}:
        return arguments
    arguments = dict(arguments)
    name = cls.__name__
    if arguments.get("schedule_decay", _NADAM_SCHEDULE) != _NADAM_SCHEDULE:
        raise ValueError(
            f"{name}(schedule_decay): got {arguments['schedule_decay']!r}. Accepted: {_NADAM_SCHEDULE}, the only value that Keras 2 used."
        )
    arguments.pop("schedule_decay", None)
    written_for_keras_2 = "learning_rate" not in arguments
    for old, new in (("lr", "learning_rate"), ("decay", "rate_decay")):
        value = arguments.pop(old, None)
        if value is None:
            continue
        note(f"{name}({old})", f"{name}({new})" if old == "lr" else f"{name}(keras.optimizers.schedules.InverseTimeDecay(rate, 1, decay))")
        arguments.setdefault(new, value)
    if written_for_keras_2:
        if name in _KERAS_2_RATES:
            arguments.setdefault("learning_rate", _KERAS_2_RATES[name])
        if name == "Adagrad":
            arguments.setdefault("initial_accumulator_value", 0.0)
        if "clipnorm" in arguments:
            arguments["global_clipnorm"] = arguments.pop("clipnorm")
    arguments.setdefault("generation", 2)
    return arguments


_RENAMED = {"relu": {"alpha": "negative_slope"}, "leaky_relu": {"alpha": "negative_slope"}, "MaxNorm": {"m": "max_value"}}
"""Class or function -> old argument -> today's."""


def _renamed_arguments(cls: type, arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments that only changed their name."""
    renamed = _RENAMED.get(cls.__name__, {})
    for old in arguments.keys() & renamed.keys():
        note(f"{cls.__name__}({old})", f"{cls.__name__}({renamed[old]})")
    return {renamed.get(key, key): value for key, value in arguments.items()}


def _model_arguments(cls: type, arguments: dict[str, Any], accepted: frozenset[str]) -> dict[str, Any]:
    """`Model(input, output)` of Keras 1, where a list of one output was that output."""
    if not {"inputs", "outputs"} <= accepted:
        return arguments
    if isinstance(arguments.get("output"), (list, tuple)) and len(arguments["output"]) == 1:
        arguments = {**arguments, "output": arguments["output"][0]}
    for old in arguments.keys() & {"input", "output"}:
        note(f"Model({old})", f"Model({old}s)")
    return {f"{key}s" if key in ("input", "output") else key: value for key, value in arguments.items()}


def translate(cls: type, arguments: dict[str, Any], accepted: frozenset[str]) -> dict[str, Any]:
    """The keyword arguments with old spellings written as today's; what is not known here stays as it is."""
    arguments = _model_arguments(cls, arguments, accepted)
    arguments = layer_arguments(cls, arguments, accepted)
    arguments = method_arguments(cls, arguments, accepted)
    arguments = _optimizer_arguments(cls, arguments, accepted)
    return _renamed_arguments(cls, arguments)
