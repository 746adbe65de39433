"""Finding what a layer owns: variables, layers, metrics and seed generators in its attributes, also inside lists, tuples and dicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from keras.core import engine
from keras.core.variable import Variable

_SKIPPED = frozenset(
    {"_inbound_nodes", "_init_arguments", "_losses", "_trainer", "history", "_network", "_symbols", "input_spec", "_nodes"}
)


def owned(holder: Any, kinds: type | tuple[type, ...]) -> Iterator[Any]:
    """The objects of the given kinds in a layer's own attributes, each once, in the order in which they were set."""
    seen: set[int] = set()
    for name, value in list(holder.__dict__.items()):
        if name in _SKIPPED or value is None or isinstance(value, (str, int, float, bool)):
            continue
        yield from _in_value(value, kinds, seen)


def _in_value(value: Any, kinds: Any, seen: set[int]) -> Iterator[Any]:
    if isinstance(value, kinds):
        if id(value) not in seen:
            seen.add(id(value))
            yield value
    elif isinstance(value, dict):
        for item in list(value.values()):
            yield from _in_value(item, kinds, seen)
    elif isinstance(value, (list, tuple, set)):
        for item in value:
            yield from _in_value(item, kinds, seen)
    elif not isinstance(value, (Variable, str, int, float)):
        for part in engine.current().parts_of(value):
            yield from _in_value(part, kinds, seen)


def named_parts(holder: Any, wanted: Callable[[Any], bool]) -> Iterator[tuple[str, Any]]:
    """(name, object) for the wanted objects in a layer's attributes, each once: the attribute's name, with the place in a list."""
    names: dict[int, tuple[str, Any]] = {}
    for name, value in list(holder.__dict__.items()):
        if name in _SKIPPED:
            continue
        for inner, item in _named_in(name.lstrip("_"), value, wanted):
            known = names.get(id(item))
            if known is None or (known[0].startswith("_") and not name.startswith("_")):
                names[id(item)] = (inner if not name.startswith("_") else f"_{inner}", item)
    taken: set[str] = set()
    for name, item in names.values():
        short = getattr(item, "name", name) if name.startswith("_made_variables") else name.lstrip("_")
        while short in taken:
            short += "_"
        taken.add(short)
        yield short, item


def _named_in(name: str, value: Any, wanted: Callable[[Any], bool]) -> Iterator[tuple[str, Any]]:
    if wanted(value):
        yield name, value
    elif isinstance(value, (list, tuple, dict)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _named_in(f"{name}_{key}", item, wanted)


def unique(items: Any) -> list[Any]:
    """The items without repetition (by identity), in order."""
    return list({id(item): item for item in items}.values())


def own_variables(holder: Any) -> list[Variable]:
    """A layer's own variables: those made trainable first, as Keras orders them."""
    variables = list(owned(holder, Variable))
    return [v for v in variables if v.kind == "weight" and v.made_trainable] + [
        v for v in variables if not (v.kind == "weight" and v.made_trainable)
    ]
