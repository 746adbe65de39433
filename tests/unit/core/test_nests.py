"""keras.tree: order, strictness and error texts; the values are those of Keras 3.15.1."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque, namedtuple
from typing import Any

import pytest

from keras import tree

Point = namedtuple("Point", "b a")
Other = namedtuple("Other", "b a")


@pytest.mark.parametrize(
    ("structure", "leaves"),
    [
        ({"b": 1, "a": 2}, [2, 1]),
        (OrderedDict([("b", 1), ("a", 2)]), [1, 2]),
        (defaultdict(list, {"b": 1, "a": 2}), [2, 1]),
        (Point(1, 2), [1, 2]),
        ([None, 1, None], [None, 1, None]),
        (None, [None]),
        (deque([1, 2]), [1, 2]),
        ("ab", ["ab"]),
        ({3}, [{3}]),
        ({1: "a", "b": 2}, ["a", 2]),
    ],
)
def test_flatten_and_pack(structure: Any, leaves: list[Any]) -> None:
    assert tree.flatten(structure) == leaves
    packed = tree.pack_sequence_as(structure, leaves)
    assert packed == structure and type(packed) is type(structure)
    assert tree.is_nested(structure) == isinstance(structure, (dict, tuple, list, deque))


def test_paths() -> None:
    assert tree.flatten_with_path({"b": [1, (2, Point(3, 4))], "a": None}) == [
        (("a",), None),
        (("b", 0), 1),
        (("b", 1, 0), 2),
        (("b", 1, 1, 0), 3),
        (("b", 1, 1, 1), 4),
    ]
    assert tree.flatten_with_path(5) == [((), 5)]
    assert tree.flatten_with_path([[], {}]) == []


def test_map_keeps_types_and_the_order_of_keys() -> None:
    mapped = tree.map_structure(lambda x: x + 1, {"b": 1, "a": (2, Point(3, 4))})
    assert list(mapped.items()) == [("b", 2), ("a", (3, Point(4, 5)))]
    counted = tree.map_structure(lambda x: x + 1, defaultdict(int, a=1))
    assert counted["new"] == 0 and counted["a"] == 2
    assert tree.map_structure(lambda x, y: x + y, {"a": 1, "b": 2}, OrderedDict([("b", 1), ("a", 5)])) == {"a": 6, "b": 3}


def test_none_is_a_leaf_unless_told_otherwise() -> None:
    assert tree.map_structure(lambda x: x is None, [None, 1]) == [True, False]
    assert tree.map_structure(lambda x: x is None, [None, 1], none_is_leaf=False) == [None, False]
    with pytest.raises(ValueError, match=r"at \[0\]: expected None, got \(2,\)"):
        tree.map_structure(lambda x, y: x, [None, 1], [2, 3], none_is_leaf=False)
    with pytest.raises(ValueError, match=r"at \[0\]: expected a leaf, got None"):
        tree.map_structure(lambda x, y: x, [2, 1], [None, 3], none_is_leaf=False)


@pytest.mark.parametrize(
    ("a", "b", "text"),
    [
        ([1, (2,)], [3, [4]], r"at \[1\]: expected a tuple, got a list: \[4\]"),
        ([1, 2], [3], r"expected a list of 2, got one of 1: \[3\]"),
        ({"a": 1}, {"b": 1}, r"expected the keys \['a'\], got \['b'\]"),
        (1, [1], r"expected a leaf, got the list \[1\]"),
        ([[1]], [1], r"at \[0\]: expected a list of 1, got the leaf 1"),
        ([None], [[1]], r"at \[0\]: expected a leaf, got the list \[1\]"),
        (Point(1, 2), Other(1, 2), "expected a Point, got a Other"),
        (Point(1, 2), (1, 2), "expected a Point, got a tuple"),
    ],
)
def test_structures_that_differ(a: Any, b: Any, text: str) -> None:
    for function in (lambda: tree.assert_same_structure(a, b), lambda: tree.map_structure(lambda x, y: x, a, b)):
        with pytest.raises(ValueError, match=text):
            function()


def test_structures_that_are_the_same() -> None:
    tree.assert_same_structure([1, (2,)], [3, (4,)])
    tree.assert_same_structure({"a": 1}, OrderedDict(a=1))
    tree.assert_same_structure([None], [1])
    tree.assert_same_paths([1, (2,)], (3, [4]))
    tree.assert_same_paths(Point(1, 2), (1, 2))
    with pytest.raises(ValueError, match=r"only in `a`: \[\]; only in `b`: \[\[1, 1\]\]"):
        tree.assert_same_paths([1, (2,)], (3, [4, 5]))


def test_map_up_to_hands_nests_over() -> None:
    assert tree.map_structure_up_to([0, 0], lambda x: x, [[1, 2], (3,)]) == [[1, 2], (3,)]
    found = tree.map_structure_up_to({"a": 0, "b": 0}, lambda x, y: (x, y), {"a": [1], "b": 2}, {"a": 3, "b": [4]})
    assert found == {"a": ([1], 3), "b": (2, [4])}
    with pytest.raises(ValueError, match="expected a list of 2, got one of 3"):
        tree.map_structure_up_to([0, 0], lambda x: x, [1, 2, 3])
    with pytest.raises(ValueError, match="got no structure"):
        tree.map_structure_up_to([0], lambda x: x)


def test_shapes() -> None:
    found = tree.map_shape_structure(lambda s: ("S", s), [(1, 2), [None, 3], {"a": (4,)}])
    assert found == [("S", (1, 2)), ("S", [None, 3]), {"a": ("S", (4,))}]
    assert tree.map_shape_structure(lambda s: ("S", s), [None, (1, 2)]) == [("S", None), ("S", (1, 2))]
    assert tree.map_shape_structure(lambda s: ("S", s), ()) == ("S", ())
    assert tree.map_shape_structure(lambda s: ("S", s), None) == ("S", None)
    assert tree.map_shape_structure(lambda s: ("S", s), Point((1,), (2,))) == Point(("S", (1,)), ("S", (2,)))


def test_traverse_sees_every_element_in_order() -> None:
    seen: list[Any] = []
    nest = [1, {"b": 2, "a": (3,)}]
    tree.traverse(lambda x: seen.append(x), nest)
    assert seen == [nest, 1, nest[1], (3,), 3, 2]
    seen.clear()
    tree.traverse(lambda x: seen.append(x), nest, top_down=False)
    assert seen == [1, 3, (3,), 2, nest[1], nest]


def test_traverse_replaces() -> None:
    def as_tuple(x: Any) -> Any:
        return tuple(x) if isinstance(x, list) else None

    assert tree.traverse(as_tuple, [1, [2, {"a": [3]}]]) == (1, [2, {"a": [3]}])
    assert tree.traverse(as_tuple, [1, [2, {"a": [3]}]], top_down=False) == (1, (2, {"a": (3,)}))
    assert tree.traverse(lambda x: tree.MAP_TO_NONE if x == 1 else None, [1, 2]) == [None, 2]
    assert tree.lists_to_tuples([1, [2, {"a": [3]}], (4, [5])]) == (1, (2, {"a": (3,)}), (4, (5,)))


def test_wrong_arguments() -> None:
    with pytest.raises(TypeError, match=r"map_structure\(func\): got 3"):
        tree.map_structure(3, [1])
    with pytest.raises(ValueError, match="got no structure"):
        tree.map_structure(len)
    with pytest.raises(ValueError, match=r"\[\*, \*\] has 2 leaves, got 1 values"):
        tree.pack_sequence_as([0, 0], [1])
    with pytest.raises(ValueError, match="has 1 leaves, got 2 values"):
        tree.pack_sequence_as(0, [1, 2])
    with pytest.raises(TypeError, match=r"flat_sequence\): got 5"):
        tree.pack_sequence_as([0], 5)
