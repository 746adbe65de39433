"""`keras.tree`: functions on nests that hold the structures to each other; `core.tree` is the plain walker that the library itself uses.

A nest is a list, tuple, named tuple, dict or deque of nests; everything else is a leaf, None too. Dicts are walked by sorted key, an
`OrderedDict` in its own order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from keras.core import tree

Path = tuple[Any, ...]


class MAP_TO_NONE:
    """What a function given to `traverse` returns to put None in place of an element; None itself means "go on inside".

    Example:
        >>> keras.tree.traverse(lambda x: keras.tree.MAP_TO_NONE if x == 1 else None, [1, [1, 2]])
        [None, [None, 2]]
    Source: keras.tree.MAP_TO_NONE of Keras 3.
    """


def _kind(structure: Any) -> str:
    """What a nest must share with another to be walked with it."""
    if isinstance(structure, dict):
        return "dict"
    if hasattr(structure, "_fields"):
        return type(structure).__name__
    return "list" if isinstance(structure, list) else "tuple" if isinstance(structure, tuple) else "deque"


def _mismatch(expected: Any, got: Any) -> str | None:
    """Why two nests do not have the same outermost level, or None."""
    if not tree.is_nested(got):
        return f"expected a {_kind(expected)} of {len(expected)}, got the leaf {got!r}"
    if _kind(expected) != _kind(got) or (hasattr(expected, "_fields") and type(expected) is not type(got)):
        return f"expected a {_kind(expected)}, got a {_kind(got)}: {got!r}"
    if isinstance(expected, dict):
        lacking, extra = [k for k in expected if k not in got], [k for k in got if k not in expected]
        return f"expected the keys {list(expected)}, got {list(got)}" if lacking or extra else None
    return None if len(expected) == len(got) else f"expected a {_kind(expected)} of {len(expected)}, got one of {len(got)}: {got!r}"


def _at(path: Path) -> str:
    return f" at {list(path)}" if path else ""


def _walk(name: str, function: Callable[..., Any], parts: tuple[Any, ...], path: Path, none_is_leaf: bool, up_to: bool) -> Any:
    first = parts[0]
    if not tree.is_nested(first):
        if first is None and not none_is_leaf:
            if any(part is not None for part in parts):
                raise ValueError(f"keras.tree.{name}: the structures differ{_at(path)}: expected None, got {parts[1:]!r}.")
            return None
        if not up_to:
            nested = [part for part in parts[1:] if tree.is_nested(part)]
            if nested:
                raise ValueError(
                    f"keras.tree.{name}: the structures differ{_at(path)}: expected a leaf, got the {_kind(nested[0])} {nested[0]!r}."
                )
            if not none_is_leaf and any(part is None for part in parts):
                raise ValueError(f"keras.tree.{name}: the structures differ{_at(path)}: expected a leaf, got None.")
        return function(*parts)
    for other in parts[1:]:
        problem = _mismatch(first, other)
        if problem is not None:
            raise ValueError(f"keras.tree.{name}: the structures differ{_at(path)}: {problem}.")
    return tree.rebuilt(
        first, [(key, _walk(name, function, tuple(p[key] for p in parts), (*path, key), none_is_leaf, up_to)) for key in tree.keys(first)]
    )


def map_structure(func: Callable[..., Any], *structures: Any, none_is_leaf: bool = True) -> Any:
    """The nest of a function's results for the corresponding leaves of nests of one structure.

    Arguments:
        func: function of as many leaves as there are structures.
        *structures: nests of the same structure.
        none_is_leaf: bool, whether `func` is called for None as well. Default True.
    Returns: nest like the first one.
    Raises: ValueError if the structures differ (a list is no tuple); TypeError if `func` cannot be called.
    Example:
        >>> keras.tree.map_structure(lambda x, y: x + y, {"a": 1, "b": [2]}, {"a": 10, "b": [20]})
        {'a': 11, 'b': [22]}
    Source: keras.tree.map_structure of Keras 3.
    """
    if not callable(func):
        raise TypeError(f"keras.tree.map_structure(func): got {func!r}. Accepted: a function of a leaf.")
    if not structures:
        raise ValueError("keras.tree.map_structure: got no structure. Write map_structure(function, structure).")
    return _walk("map_structure", func, structures, (), none_is_leaf, False)


def map_structure_up_to(shallow_structure: Any, func: Callable[..., Any], *structures: Any) -> Any:
    """The nest of a function's results for what the structures hold at the leaves of another one, nests included.

    Arguments:
        shallow_structure: nest whose leaves say where to stop.
        func: function of as many elements as there are structures.
        *structures: nests that begin like it.
    Returns: nest like `shallow_structure`.
    Raises: ValueError if a structure does not begin like `shallow_structure`.
    Example:
        >>> keras.tree.map_structure_up_to([0, 0], len, [[1, 2], (3,)])
        [2, 1]
    Source: keras.tree.map_structure_up_to of Keras 3.
    """
    if not structures:
        raise ValueError("keras.tree.map_structure_up_to: got no structure. Write map_structure_up_to(shallow, function, structure).")
    return _walk("map_structure_up_to", lambda _, *parts: func(*parts), (shallow_structure, *structures), (), True, True)


def assert_same_structure(a: Any, b: Any, check_types: Any = None) -> None:
    """Nothing if two nests have the same structure, else an error that says where they differ.

    Arguments:
        a, b: nests.
        check_types: taken for compatibility: a list is never a tuple, and all dicts are alike. Default None.
    Returns: None.
    Raises: ValueError if they differ.
    Example:
        >>> print(keras.tree.assert_same_structure([1, (2,)], [3, (4,)]))
        None
    Source: keras.tree.assert_same_structure of Keras 3.
    """
    _walk("assert_same_structure", lambda *_: None, (a, b), (), True, False)


def _paths(structure: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if not tree.is_nested(structure):
        yield path, structure
        return
    for key in tree.keys(structure):
        yield from _paths(structure[key], (*path, key))


def flatten_with_path(structure: Any) -> list[tuple[Path, Any]]:
    """Path and leaf of every leaf, a path being the keys and positions that lead to it.

    Arguments:
        structure: nest of lists, tuples, deques and dicts, or a leaf.
    Returns: list of (path, leaf), a path a tuple.
    Example:
        >>> keras.tree.flatten_with_path({"b": [1, 2], "a": 3})
        [(('a',), 3), (('b', 0), 1), (('b', 1), 2)]
    Source: keras.tree.flatten_with_path of Keras 3.
    """
    return list(_paths(structure))


def assert_same_paths(a: Any, b: Any) -> None:
    """Nothing if the leaves of two nests lie at the same paths (a list then equals a tuple), else an error with the paths that differ.

    Arguments:
        a, b: nests.
    Returns: None.
    Raises: ValueError if the paths differ.
    Example:
        >>> print(keras.tree.assert_same_paths([1, (2,)], (3, [4])))
        None
    Source: keras.tree.assert_same_paths of Keras 3.
    """
    in_a, in_b = ([path for path, _ in _paths(x)] for x in (a, b))
    only_a, only_b = [list(p) for p in in_a if p not in set(in_b)], [list(p) for p in in_b if p not in set(in_a)]
    if only_a or only_b:
        raise ValueError(f"keras.tree.assert_same_paths: the paths differ: only in `a`: {only_a}; only in `b`: {only_b}.")


def pack_sequence_as(structure: Any, flat_sequence: Any) -> Any:
    """A nest with other leaves: the inverse of `flatten`.

    Arguments:
        structure: nest whose structure to take.
        flat_sequence: list of as many values, in the order of `flatten`.
    Returns: nest like `structure` with those values.
    Raises: ValueError if there are more or fewer values than leaves.
    Example:
        >>> keras.tree.pack_sequence_as({"b": 0, "a": [0, 0]}, [1, 2, 3])
        {'b': 3, 'a': [1, 2]}
    Source: keras.tree.pack_sequence_as of Keras 3.
    """
    try:
        values = list(flat_sequence)
    except TypeError:
        raise TypeError(f"keras.tree.pack_sequence_as(flat_sequence): got {flat_sequence!r}. Accepted: a list of the leaves.") from None
    count = sum(1 for _ in _paths(structure))
    if len(values) != count:
        raise ValueError(f"keras.tree.pack_sequence_as: {tree.describe(structure)} has {count} leaves, got {len(values)} values.")
    return tree.pack_as(structure, values)


def lists_to_tuples(structure: Any) -> Any:
    """The nest with every list as a tuple.

    Arguments:
        structure: nest.
    Returns: nest of the same leaves.
    Example:
        >>> keras.tree.lists_to_tuples([1, [2, {"a": [3]}]])
        (1, (2, {'a': (3,)}))
    Source: keras.tree.lists_to_tuples of Keras 3.
    """
    return traverse(lambda x: tuple(x) if isinstance(x, list) else None, structure, top_down=False)


def _is_shape(x: Any) -> bool:
    return isinstance(x, (list, tuple)) and all(n is None or isinstance(n, int) for n in x)


def map_shape_structure(func: Callable[[Any], Any], structure: Any) -> Any:
    """The nest of a function's results for the shapes in a nest; a shape is a list or tuple of int and None.

    Arguments:
        func: function of a shape.
        structure: nest of shapes.
    Returns: nest with a result in place of each shape.
    Example:
        >>> keras.tree.map_shape_structure(len, {"a": (2, None), "b": [(1,), ()]})
        {'a': 2, 'b': [1, 0]}
    Source: keras.tree.map_shape_structure of Keras 3.
    """
    if _is_shape(structure) or not tree.is_nested(structure):
        return func(structure)
    return tree.rebuilt(structure, [(key, map_shape_structure(func, structure[key])) for key in tree.keys(structure)])


def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """The nest with elements replaced by what a function says, which sees every element, nests as well as leaves.

    Arguments:
        func: function of an element that returns its replacement, None to leave it and go on inside, or `MAP_TO_NONE` for None.
        structure: nest.
        top_down: bool, whether a nest is asked about before what is in it; a replacement is then not entered. Default True.
    Returns: nest.
    Example:
        >>> keras.tree.traverse(lambda x: sum(x) if isinstance(x, tuple) else None, [1, (2, 3)])
        [1, 5]
    Source: keras.tree.traverse of Keras 3.
    """
    if top_down:
        found = func(structure)
        if found is not None:
            return None if found is MAP_TO_NONE else found
    if tree.is_nested(structure):
        structure = tree.rebuilt(structure, [(key, traverse(func, structure[key], top_down)) for key in tree.keys(structure)])
    if top_down:
        return structure
    found = func(structure)
    return structure if found is None else None if found is MAP_TO_NONE else found
