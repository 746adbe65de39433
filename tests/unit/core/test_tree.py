"""Nests: order, structure, rebuilding."""

from __future__ import annotations

from collections import OrderedDict, namedtuple

import pytest

from keras.core import tree

Point = namedtuple("Point", ["x", "y"])  # noqa: PYI024
NEST = {"b": [1, (2, None)], "a": Point(3, {"z": 4})}


def test_leaves_come_in_the_order_of_sorted_keys() -> None:
    assert tree.flatten(NEST) == [3, 4, 1, 2, None]
    assert tree.flatten(5) == [5]
    assert tree.flatten([]) == []


def test_map_keeps_structure_and_types() -> None:
    doubled = tree.map_structure(lambda x: None if x is None else 2 * x, NEST)
    assert doubled == {"b": [2, (4, None)], "a": Point(6, {"z": 8})}
    assert list(doubled) == ["b", "a"]
    assert isinstance(doubled["a"], Point)
    assert isinstance(tree.map_structure(str, OrderedDict(k=1)), OrderedDict)
    assert tree.map_structure(lambda x: x + 1, [1, None], none_is_leaf=False) == [2, None]


def test_map_calls_in_leaf_order() -> None:
    seen: list[int] = []
    tree.map_structure(seen.append, {"b": 2, "a": 1, "c": [3, 4]})
    assert seen == [1, 2, 3, 4]


def test_map_of_several() -> None:
    assert tree.map_structure(lambda a, b: a + b, {"x": [1, 2]}, {"x": (10, 20)}) == {"x": [11, 22]}
    with pytest.raises(ValueError, match="The structures differ: got \\[\\*, \\*\\] and \\[\\*\\]"):
        tree.map_structure(lambda a, b: a, [1, 2], [1])
    with pytest.raises(ValueError, match="The structures differ"):
        tree.map_structure(lambda a, b: a, {"x": 1}, {"y": 1})


def test_pack_is_the_inverse_of_flatten() -> None:
    packed = tree.pack_as(NEST, tree.flatten(NEST))
    assert packed == NEST
    assert list(packed) == ["b", "a"]
    assert tree.pack_as(1, [7]) == 7
    with pytest.raises(ValueError, match="fewer than the 3 values"):
        tree.pack_as([1, 2], [1, 2, 3])


def test_keys_of_several_types_keep_their_order() -> None:
    assert tree.flatten({"b": 1, 0: 2}) == [1, 2]


def test_describe() -> None:
    assert tree.describe({"a": [1, 2]}) == "{'a': [*, *]}"
