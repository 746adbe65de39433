"""What TensorFlow's tapes and graphs read of a variable, answered by the `tf.Variable` that a Keras variable holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _of_storage(name: str) -> Callable[[Any], Any]:
    return lambda variable: getattr(variable._value, name)


ATTRIBUTES: dict[str, Callable[[Any], Any]] = {
    "_should_act_as_resource_variable": lambda variable: True,
    **{name: _of_storage(name) for name in ("handle", "device", "op", "graph", "ref", "read_value", "_dtype", "_shared_name", "_unique_id", "_in_graph_mode")},
}  # fmt: skip
"""Attribute -> function of a `keras.Variable`. The first one makes `tape.gradient(loss, model.trainable_variables)` look for the handle."""
