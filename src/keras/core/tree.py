"""Nests: lists, tuples and dicts of leaves, walked in one fixed order (dicts by sorted key, like Keras 3 and JAX)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def is_nested(structure: Any) -> bool:
    """Whether `structure` is a list, tuple or dict (not a leaf)."""
    return isinstance(structure, (list, tuple, dict))


def _sorted_keys(structure: dict[Any, Any]) -> list[Any]:
    try:
        return sorted(structure)
    except TypeError:  # keys of several types keep the order in which they were put in
        return list(structure)


def leaves(structure: Any) -> Iterator[Any]:
    """The leaves one after another; None is a leaf."""
    if isinstance(structure, dict):
        for key in _sorted_keys(structure):
            yield from leaves(structure[key])
    elif isinstance(structure, (list, tuple)):
        for item in structure:
            yield from leaves(item)
    else:
        yield structure


def flatten(structure: Any) -> list[Any]:
    """The list of the leaves."""
    if not isinstance(structure, (list, tuple, dict)):
        return [structure]
    return list(leaves(structure))


def map_structure(func: Callable[..., Any], *structures: Any, none_is_leaf: bool = True) -> Any:
    """`func` applied to the corresponding leaves of nests of one structure, in a nest of that structure."""
    first = structures[0]
    if isinstance(first, dict):
        _same_structure(structures, lambda s: isinstance(s, dict) and set(s) == set(first))
        by_key = {key: map_structure(func, *(s[key] for s in structures), none_is_leaf=none_is_leaf) for key in _sorted_keys(first)}
        pairs = {key: by_key[key] for key in first}
        return pairs if type(first) is dict else type(first)(pairs)
    if isinstance(first, (list, tuple)):
        _same_structure(structures, lambda s: isinstance(s, (list, tuple)) and len(s) == len(first))
        items = [map_structure(func, *parts, none_is_leaf=none_is_leaf) for parts in zip(*structures, strict=True)]
        return _rebuild(first, items)
    if first is None and not none_is_leaf:
        return None
    return func(*structures)


def _rebuild(like: Any, items: list[Any]) -> Any:
    if hasattr(like, "_fields"):  # a named tuple
        return type(like)(*items)
    return items if type(like) is list else tuple(items) if type(like) is tuple else type(like)(items)


def _same_structure(structures: tuple[Any, ...], matches: Callable[[Any], bool]) -> None:
    for other in structures[1:]:
        if not matches(other):
            raise ValueError(f"The structures differ: got {describe(structures[0])} and {describe(other)}.")


def describe(structure: Any) -> str:
    """The structure with each leaf as `*`."""
    return str(map_structure(lambda _: "*", structure)).replace("'*'", "*")


def pack_as(structure: Any, flat_sequence: list[Any]) -> Any:
    """The nest of `structure` with the leaves of `flat`, in `flatten`'s order."""
    iterator = iter(flat_sequence)

    def build(part: Any) -> Any:
        if isinstance(part, dict):
            by_key = {key: build(part[key]) for key in _sorted_keys(part)}
            pairs = {key: by_key[key] for key in part}
            return pairs if type(part) is dict else type(part)(pairs)
        if isinstance(part, (list, tuple)):
            return _rebuild(part, [build(item) for item in part])
        return next(iterator)

    result = build(structure)
    remaining = sum(1 for _ in iterator)
    if remaining:
        raise ValueError(f"pack_as: {describe(structure)} has {remaining} leaves fewer than the {len(flat_sequence)} values given.")
    return result
