"""Nests: lists, tuples, deques and dicts of leaves, walked in one fixed order (dicts by sorted key, like Keras 3 and JAX)."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from typing import Any

_NESTS = (list, tuple, dict, deque)


def is_nested(structure: Any) -> bool:
    """Whether `structure` is a list, tuple, deque or dict, empty or not; a leaf is not.

    Arguments:
        structure: anything.
    Returns: bool.
    Example:
        >>> keras.tree.is_nested(()), keras.tree.is_nested(None), keras.tree.is_nested("ab")
        (True, False, False)
    Source: keras.tree.is_nested of Keras 3.
    """
    return isinstance(structure, _NESTS)


def keys(structure: Any) -> list[Any]:
    """The keys or positions of a nest in the order in which it is walked."""
    return _sorted_keys(structure) if isinstance(structure, dict) else list(range(len(structure)))


def _sorted_keys(structure: dict[Any, Any]) -> list[Any]:
    if isinstance(structure, OrderedDict):
        return list(structure)
    try:
        return sorted(structure)
    except TypeError:  # keys of several types keep the order in which they were put in
        return list(structure)


def leaves(structure: Any) -> Iterator[Any]:
    """The leaves one after another; None is a leaf."""
    if isinstance(structure, dict):
        for key in _sorted_keys(structure):
            yield from leaves(structure[key])
    elif isinstance(structure, _NESTS):
        for item in structure:
            yield from leaves(item)
    else:
        yield structure


def flatten(structure: Any) -> list[Any]:
    """The list of the leaves of a nest: dicts by sorted key, an `OrderedDict` in its own order.

    Arguments:
        structure: nest of lists, tuples, deques and dicts, or a leaf.
    Returns: list of the leaves; None is one.
    Example:
        >>> keras.tree.flatten({"b": 1, "a": [2, (None, 3)]})
        [2, None, 3, 1]
    Source: keras.tree.flatten of Keras 3.
    """
    if not isinstance(structure, _NESTS):
        return [structure]
    return list(leaves(structure))


def map_structure(func: Callable[..., Any], *structures: Any, none_is_leaf: bool = True) -> Any:
    """A function applied to the corresponding leaves of nests of one structure, in a nest of that structure."""
    first = structures[0]
    if isinstance(first, dict):
        _same_structure(structures, lambda s: isinstance(s, dict) and set(s) == set(first))
        by_key = {key: map_structure(func, *(s[key] for s in structures), none_is_leaf=none_is_leaf) for key in _sorted_keys(first)}
        return _dict_like(first, by_key)
    if isinstance(first, _NESTS):
        _same_structure(structures, lambda s: isinstance(s, (list, tuple, deque)) and len(s) == len(first))
        items = [map_structure(func, *parts, none_is_leaf=none_is_leaf) for parts in zip(*structures, strict=True)]
        return _rebuild(first, items)
    if first is None and not none_is_leaf:
        return None
    return func(*structures)


def _dict_like(like: dict[Any, Any], values: dict[Any, Any]) -> Any:
    """The values in a dict of the kind and order of `like`."""
    pairs = {key: values[key] for key in like}
    if type(like) is dict:
        return pairs
    return defaultdict(like.default_factory, pairs) if isinstance(like, defaultdict) else type(like)(pairs)


def rebuilt(like: Any, items: list[tuple[Any, Any]]) -> Any:
    """A nest like another from (key, value) pairs in the order of `keys`."""
    return _dict_like(like, dict(items)) if isinstance(like, dict) else _rebuild(like, [value for _, value in items])


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
    """The nest of `structure` with other leaves, in the order of `flatten`."""
    iterator = iter(flat_sequence)

    def build(part: Any) -> Any:
        if isinstance(part, dict):
            by_key = {key: build(part[key]) for key in _sorted_keys(part)}
            return _dict_like(part, by_key)
        if isinstance(part, _NESTS):
            return _rebuild(part, [build(item) for item in part])
        return next(iterator)

    try:
        result = build(structure)
    except StopIteration:
        raise ValueError(f"pack_as: {describe(structure)} has more leaves than the {len(flat_sequence)} values given.") from None
    remaining = sum(1 for _ in iterator)
    if remaining:
        raise ValueError(f"pack_as: {describe(structure)} has {remaining} leaves fewer than the {len(flat_sequence)} values given.")
    return result
