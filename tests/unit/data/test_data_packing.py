"""Tuple forms of a batch."""

from collections import namedtuple

import pytest

from keras.training.data.nest import flatten, map_leaves, named_leaves, pack_like
from keras.training.data.packing import pack_x_y_sample_weight, unpack_x_y_sample_weight


@pytest.mark.parametrize(
    ("data", "triple"),
    [
        (1, (1, None, None)),
        ((1,), (1, None, None)),
        ((1, 2), (1, 2, None)),
        ([1, 2, 3], (1, 2, 3)),
        ({"a": 1}, ({"a": 1}, None, None)),
        (([1, 2], 3), ([1, 2], 3, None)),
    ],
)
def test_unpack(data, triple):
    assert unpack_x_y_sample_weight(data) == triple


@pytest.mark.parametrize("data", [(), (1, 2, 3, 4)])
def test_unpack_refuses(data):
    with pytest.raises(ValueError, match=r"A batch must be \(x,\), \(x, y\) or \(x, y, sample_weight\)\. Got a tuple of"):
        unpack_x_y_sample_weight(data)


def test_pack_is_read_back():
    assert pack_x_y_sample_weight(1) == 1
    assert pack_x_y_sample_weight([1, 2]) == ([1, 2],)
    assert pack_x_y_sample_weight(1, None, 3) == (1, None, 3)
    for triple in [(1, None, None), ([1, 2], None, None), (1, 2, None), (1, None, 3), (1, 2, 3)]:
        assert unpack_x_y_sample_weight(pack_x_y_sample_weight(*triple)) == triple


def test_nests():
    pair = namedtuple("pair", "p q")
    nest = {"b": [1, None], "a": pair(2, (3,))}
    assert flatten(nest) == [1, None, 2, 3]
    assert [name for name, _ in named_leaves(nest, "x")] == ["x['b'][0]", "x['b'][1]", "x['a'][0]", "x['a'][1][0]"]
    doubled = map_leaves(lambda leaf: 2 * leaf, nest)
    assert doubled == {"b": [2, None], "a": pair(4, (6,))} and type(doubled["a"]) is pair
    assert pack_like(nest, iter("abcd")) == {"b": ["a", "b"], "a": pair("c", ("d",))}
