"""to_categorical, normalize and pad_sequences; values recorded from Keras 2.1.5 and 3.15.1 where a case says so."""

import importlib.util

import numpy as np
import pytest

from keras.core import engine
from keras.utils.numerical import normalize, to_categorical
from keras.utils.sequences import pad_sequences

SEQUENCES = [[1, 2, 3, 4], [5], [], [6, 7, 8, 9, 10, 11]]


@pytest.mark.parametrize(
    ("labels", "num_classes", "expected"),
    [
        ([0, 2, 1, 2], None, [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]]),
        ([[0], [3]], 5, [[1, 0, 0, 0, 0], [0, 0, 0, 1, 0]]),
        ([[0, 1], [3, 2]], None, [[[1, 0, 0, 0], [0, 1, 0, 0]], [[0, 0, 0, 1], [0, 0, 1, 0]]]),
        (np.array([0.0, 1.0]), None, [[1, 0], [0, 1]]),
        ([True, False], None, [[0, 1], [1, 0]]),
        (["1", "0"], None, [[0, 1], [1, 0]]),
        (1, None, [0, 1]),
        ([[[0]]], None, [[[1]]]),
    ],
)
def test_to_categorical_recorded(labels, num_classes, expected):
    result = to_categorical(labels, num_classes)
    np.testing.assert_array_equal(result, expected)
    assert result.dtype == np.float64 and result.shape == np.shape(expected)


def test_to_categorical_of_nothing():
    assert to_categorical([], 3).shape == (0, 3)
    with pytest.raises(ValueError, match="to_categorical of no labels needs num_classes"):
        to_categorical([])


def test_to_categorical_of_one_based_labels():
    with pytest.warns(UserWarning, match=r"class 0 never occurs in x \(labels are 1\.\.3\).*1-based, use to_categorical\(x - 1\)"):
        assert to_categorical([1, 2, 3]).shape == (3, 4)
    with pytest.raises(ValueError, match=r"Labels are 1\.\.3, but num_classes=3 allows 0\.\.2\. The labels seem 1-based: use to_cat"):
        to_categorical([1, 2, 3], 3)


def test_to_categorical_refuses():
    with pytest.raises(ValueError, match=r"Labels are 0\.\.5, but num_classes=3 allows 0\.\.2\. Check the labels, or num_classes=6"):
        to_categorical([0, 5], 3)
    with pytest.raises(ValueError, match=r"needs labels >= 0\. Got labels -1\.\.0\. Use to_categorical\(x - \(-1\)\)"):
        to_categorical([-1, 0], 3)
    with pytest.raises(ValueError, match=r"needs whole class numbers\. Got 1\.5 in x of dtype float64"):
        to_categorical([1.5, 0])
    with pytest.raises(ValueError, match=r"needs whole class numbers\. Got nan"):
        to_categorical([np.nan, 0])
    with pytest.raises(ValueError, match=r"Got 'cat' in x.*names, x = np\.unique\(x, return_inverse=True\)"):
        to_categorical(["0", "cat", "dog"])
    with pytest.raises(ValueError, match=r"num_classes must be an integer > 0\. Got 0"):
        to_categorical([0], 0)


def test_normalize_recorded():
    x = np.arange(12).reshape(3, 4)
    expected = [[0, 1 / 15, 2 / 18, 3 / 21], [4 / 12, 5 / 15, 6 / 18, 7 / 21], [8 / 12, 9 / 15, 10 / 18, 11 / 21]]
    np.testing.assert_allclose(normalize(x, axis=0, order=1), expected, rtol=1e-15)
    np.testing.assert_allclose(normalize([[3, 4], [0, 0]]), [[0.6, 0.8], [0, 0]], rtol=1e-15)
    np.testing.assert_allclose(normalize([[3, 4]], order=3), [[0.6669717773118556, 0.8892957030824742]], rtol=1e-15)
    np.testing.assert_array_equal(normalize([3, 4], order=np.inf), [0.75, 1])


def test_normalize_keeps_the_dtype_and_its_input():
    x = np.array([[3, 4]], np.float32)
    x.flags.writeable = False
    assert normalize(x).dtype == np.float32 and normalize(x.astype(int)).dtype == np.float64


@pytest.mark.parametrize("order", [0, -1, None, "2"])
def test_normalize_refuses_order(order):
    with pytest.raises(ValueError, match=r"order must be a number >= 1\. Got"):
        normalize([1.0], order=order)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, [[0, 0, 1, 2, 3, 4], [0, 0, 0, 0, 0, 5], [0] * 6, [6, 7, 8, 9, 10, 11]]),
        ({"maxlen": 3, "truncating": "post"}, [[1, 2, 3], [0, 0, 5], [0, 0, 0], [6, 7, 8]]),
        ({"maxlen": 2}, [[3, 4], [0, 5], [0, 0], [10, 11]]),
        (
            {"maxlen": 5, "padding": "post", "truncating": "post", "value": 9},
            [[1, 2, 3, 4, 9], [5, 9, 9, 9, 9], [9] * 5, [6, 7, 8, 9, 10]],
        ),
        ({"dtype": "float32", "value": 0.5}, [[0.5, 0.5, 1, 2, 3, 4], [0.5] * 5 + [5], [0.5] * 6, [6, 7, 8, 9, 10, 11]]),
        ({"maxlen": 0}, [[], [], [], []]),
    ],
)
def test_pad_sequences_recorded(arguments, expected):
    result = pad_sequences(SEQUENCES, **arguments)
    np.testing.assert_array_equal(result, expected)
    assert result.dtype == arguments.get("dtype", "int32")


def test_pad_sequences_of_vectors_strings_and_nothing():
    result = pad_sequences([[], [[1, 2]], [[1, 2], [3, 4]]])
    np.testing.assert_array_equal(result, [[[0, 0], [0, 0]], [[0, 0], [1, 2]], [[1, 2], [3, 4]]])
    assert pad_sequences([["a"], ["b", "c"]], dtype=object, value="-").tolist() == [["-", "a"], ["b", "c"]]
    assert pad_sequences([]).shape == (0, 0)
    assert pad_sequences([n] for n in range(2)).tolist() == [[0], [1]]


def test_pad_sequences_refuses():
    with pytest.raises(ValueError, match=r"truncating must be 'pre' or 'post'\. Got 'left'"):
        pad_sequences(SEQUENCES, truncating="left")
    with pytest.raises(ValueError, match=r"padding must be 'pre' or 'post'"):
        pad_sequences(SEQUENCES, padding="both")
    with pytest.raises(ValueError, match=r"needs a list of sequences\. Got 1, which has no length"):
        pad_sequences([1, 2])
    with pytest.raises(ValueError, match=r"needs a list of sequences\. Got 3"):
        pad_sequences(3)
    with pytest.raises(ValueError, match=r"value='x' does not fit dtype='int32'\. Write dtype=object"):
        pad_sequences([["a"]], value="x")
    with pytest.raises(ValueError, match=r"Sequence 1 has steps of shape \(3,\), the first has \(2,\)"):
        pad_sequences([[[1, 2]], [[1, 2, 3]]])
    with pytest.raises(ValueError, match=r"maxlen must be an integer >= 0 or None\. Got -1"):
        pad_sequences(SEQUENCES, maxlen=-1)


@pytest.mark.parametrize("name", [e for e in ("jax", "torch", "tensorflow") if importlib.util.find_spec(e)])
def test_tensors_stay_tensors(name: str) -> None:
    with engine.use(name) as current:
        labels, rows = current.asarray(np.array([0, 2, 1], "int32")), current.asarray(np.array([[3.0, 4.0], [0.0, 0.0]], "float32"))
        for found in (to_categorical(labels), to_categorical(labels, 3), to_categorical(current.asarray(np.array([[0], [2], [1]])), 3)):
            assert current.owns(found) and current.dtype_of(found) == "float32"
            np.testing.assert_array_equal(current.to_numpy(found), np.eye(3)[[0, 2, 1]])
        found = normalize(rows)
        assert current.owns(found)
        np.testing.assert_allclose(current.to_numpy(found), [[0.6, 0.8], [0.0, 0.0]], rtol=1e-6)
