"""Nested structures of lists, tuples and dicts: flatten, rebuild, name every leaf.

`None` is a leaf. Dicts keep the user's key order, so a rebuilt structure looks exactly like the one that came in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


def is_nest(value: object) -> bool:
    """Whether `value` is a list, a tuple or a mapping."""
    return isinstance(value, (list, tuple, Mapping))


def flatten(structure: Any) -> list[Any]:
    """The leaves of `structure`, depth first."""
    return [leaf for _, leaf in named_leaves(structure, "")]


def named_leaves(structure: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Pairs (name, leaf), where a name is the Python expression that reaches the leaf, such as `x['a'][0]`."""
    if isinstance(structure, Mapping):
        for key, value in structure.items():
            yield from named_leaves(value, f"{name}[{key!r}]")
    elif isinstance(structure, (list, tuple)):
        for position, value in enumerate(structure):
            yield from named_leaves(value, f"{name}[{position}]")
    else:
        yield name, structure


def pack_like(structure: Any, leaves: Iterator[Any]) -> Any:
    """`structure` with its leaves replaced, in order, by the next items of `leaves`."""
    if isinstance(structure, Mapping):
        return {key: pack_like(value, leaves) for key, value in structure.items()}
    if isinstance(structure, tuple):
        items = [pack_like(value, leaves) for value in structure]
        return type(structure)(*items) if hasattr(structure, "_fields") else tuple(items)
    if isinstance(structure, list):
        return [pack_like(value, leaves) for value in structure]
    return next(leaves)


def map_leaves(function: Callable[[Any], Any], structure: Any) -> Any:
    """`structure` with `function` applied to every leaf that is not None."""
    return pack_like(structure, iter([None if leaf is None else function(leaf) for leaf in flatten(structure)]))
