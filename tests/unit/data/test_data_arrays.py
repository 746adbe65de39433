"""Arrays as batches: slices, gathered rows, shuffling, dtypes, and what cannot be an array."""

import numpy as np
import pytest

from keras.training.data.array_adapter import ArrayAdapter
from keras.training.data.base import LeafSpec
from keras.training.data.factory import make_adapter
from keras.training.data.nest import flatten


def frozen(array):
    array.flags.writeable = False
    return array


X = frozen(np.arange(30, dtype=np.float32).reshape(10, 3))
Y = frozen(np.arange(10))


def generator(seed=0):
    return np.random.default_rng(seed)


def test_unshuffled_batches_are_views_of_the_data():
    adapter = make_adapter(X, Y, batch_size=4)
    batches = list(adapter.batches())
    assert [len(x) for x, _, _ in batches] == [4, 4, 2]
    assert all(np.shares_memory(x, X) and np.shares_memory(y, Y) and weight is None for x, y, weight in batches)
    np.testing.assert_array_equal(np.concatenate([x for x, _, _ in batches]), X)


def test_facts():
    adapter = make_adapter(X, Y, batch_size=4)
    assert (adapter.num_batches, adapter.batch_size, adapter.num_samples, adapter.partial_batch_size) == (3, 4, 10, 2)
    assert adapter.has_partial_batch
    assert adapter.structure == (LeafSpec((None, 3), np.dtype("float32")), LeafSpec((None,), np.dtype(np.int64)), None)
    assert adapter.nbytes == 10 * 3 * 4 + 10 * 8
    assert not make_adapter(X, batch_size=5).has_partial_batch
    assert make_adapter(X).batch_size == 32


def test_shuffle_is_a_new_permutation_each_epoch_from_the_generator():
    adapter = make_adapter(X, Y, batch_size=4, shuffle=True)
    rng = generator()
    first, second = (np.concatenate([y for _, y, _ in adapter.batches(epoch, rng)]) for epoch in range(2))
    assert sorted(first) == sorted(second) == list(range(10))
    assert not np.array_equal(first, second)
    again = np.concatenate([y for _, y, _ in adapter.batches(0, generator())])
    np.testing.assert_array_equal(first, again)


def test_shuffled_rows_of_x_and_y_stay_together():
    for x, y, _ in make_adapter(X, Y, batch_size=4, shuffle=True).batches(0, generator()):
        np.testing.assert_array_equal(x, X[y])


def test_batch_shuffle_keeps_rows_together_and_the_partial_batch_last():
    adapter = make_adapter(X, Y, batch_size=3, shuffle="batch")
    rows = [y.tolist() for _, y, _ in adapter.batches(0, generator(0))]
    assert sorted(rows) == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]
    assert rows[-1] == [9]
    assert rows[:3] != sorted(rows)[:3]


def test_gather_fills_buffers_of_any_dtype():
    images = frozen(np.arange(40, dtype=np.uint8).reshape(10, 4))
    adapter = ArrayAdapter(images, Y, batch_size=4, shuffle=True)
    buffers = adapter.buffers((np.float32, np.int64, None))
    assert [None if b is None else (b.shape, b.dtype.name) for b in buffers] == [((4, 4), "float32"), ((4,), "int64"), None]
    for rows in adapter.index_batches(generator()):
        x, y, _ = adapter.gather(rows, buffers)
        assert np.shares_memory(x, buffers[0]) and np.shares_memory(y, buffers[1])
        assert len(x) == len(rows)
        np.testing.assert_array_equal(x, images[rows])
        np.testing.assert_array_equal(y, Y[rows])


def test_gather_of_a_slice_fills_buffers_too():
    adapter = ArrayAdapter(X, Y, batch_size=4)
    buffers = adapter.buffers()
    x, y, _ = adapter.gather(slice(8, 10), buffers)
    assert x.base is buffers[0] and len(x) == 2
    np.testing.assert_array_equal(x, X[8:])
    np.testing.assert_array_equal(y, Y[8:])


def test_nested_structure_is_kept():
    x = {"b": X, "a": (X[:, 0], [X[:, 1]])}
    adapter = ArrayAdapter(x, [Y, Y], batch_size=10)
    batch = next(iter(adapter.batches()))
    assert list(batch[0]) == ["b", "a"] and isinstance(batch[0]["a"], tuple) and isinstance(batch[0]["a"][1], list)
    np.testing.assert_array_equal(batch[0]["a"][1][0], X[:, 1])
    assert isinstance(adapter.structure[0]["a"][0], LeafSpec)
    assert len(flatten(adapter.gather(slice(0, 2), adapter.buffers()))) == 6


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_floats_get_the_float_dtype_and_integers_stay(dtype):
    x, y, _ = next(iter(make_adapter(X.astype(dtype), Y, float_dtype="float32").batches()))
    assert x.dtype == np.float32 and y.dtype == np.int64
    assert next(iter(make_adapter(X, float_dtype="float16").batches()))[0].dtype == np.float16


def test_x_dtype_turns_integers_of_x_into_floats():
    x, y, _ = next(iter(make_adapter(X.astype("uint8"), Y, x_dtype="float32").batches()))
    assert x.dtype == np.float32 and y.dtype == np.int64
    a, b = next(iter(make_adapter([X.astype("uint8"), Y], x_dtype=["float32", None]).batches()))[0]
    assert (a.dtype, b.dtype) == (np.float32, np.int64)


def test_big_float64_data_is_converted_per_batch(monkeypatch):
    monkeypatch.setattr("keras.training.data.sources.CONVERT_WHOLE_BELOW", 8)
    data = frozen(X.astype(np.float64))
    adapter = ArrayAdapter(data, batch_size=4)
    assert adapter._sources[0].array is data
    x = next(iter(adapter.batches()))[0]
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x, X[:4])


def test_steps_per_epoch_goes_on_and_begins_a_new_pass():
    adapter = make_adapter(X, Y, batch_size=4, steps_per_epoch=2)
    epochs = [[y[0] for _, y, _ in adapter.batches(epoch)] for epoch in range(3)]
    assert epochs == [[0, 4], [8, 0], [4, 8]]
    assert adapter.num_batches == 2 and not adapter.exhausted


def test_without_repeat_steps_stop_at_the_end_of_the_data():
    adapter = make_adapter(X, batch_size=5, steps_per_epoch=5, repeat=False)
    with pytest.warns(UserWarning, match=r"ran out of data in epoch 1: 2 of 5 requested batches\. Remove steps_per_epoch"):
        assert len(list(adapter.batches())) == 2
    assert adapter.exhausted


def test_empty_data_has_no_batches():
    adapter = make_adapter(X[:0], Y[:0])
    assert adapter.num_batches == 0 and list(adapter.batches()) == []
    assert list(make_adapter(X[:0]).batches()) == []


def test_nested_lists_of_numbers_are_one_array():
    adapter = make_adapter([[1, 2], [3, 4]], [0, 1])
    x, y, _ = next(iter(adapter.batches()))
    np.testing.assert_array_equal(x, [[1, 2], [3, 4]])
    np.testing.assert_array_equal(y, [0, 1])


def test_a_list_of_arrays_is_several_inputs():
    assert isinstance(make_adapter([X, X], Y).structure[0], list)


def test_strings_pass():
    x, _, _ = next(iter(make_adapter(np.array(["a", "bc"], dtype=object)).batches()))
    assert x.tolist() == ["a", "bc"]


def test_object_array_of_numbers_becomes_floats():
    x = make_adapter(X.astype(object), batch_size=10)
    np.testing.assert_array_equal(next(iter(x.batches()))[0], X)


def test_samples_of_x_and_y_differ():
    with pytest.raises(ValueError, match=r"Found 10 samples in x and 9 in y: the last 1 rows of x have no target\. Use x\[:9\]"):
        make_adapter(X, Y[:9])
    with pytest.raises(ValueError, match=r"Found 9 samples in x and 10 in y: the last 1 rows of y have no row in x"):
        make_adapter(X[:9], Y)
    with pytest.raises(ValueError, match=r"Found 10 samples in x\['a'\] and 4 in sample_weight"):
        make_adapter({"a": X}, Y, np.ones(4))


def test_list_of_samples():
    with pytest.raises(ValueError, match=r"A list means several model inputs\. Use x = np\.stack\(x\) for one input"):
        make_adapter([X[0], X[1], X[2], X[3]], Y[:4])


def test_ragged_rows():
    with pytest.raises(ValueError, match=r"The rows of x have different lengths \(1\.\.3\).*keras\.utils\.pad_sequences\(x"):
        make_adapter([[1, 2, 3], [4]], [0, 1])
    ragged = np.empty(2, dtype=object)
    ragged[:] = [[1, 2, 3], [4]]
    with pytest.raises(ValueError, match=r"different lengths \(1\.\.3\)"):
        make_adapter(ragged)


def test_object_array_with_text():
    mixed = X.astype(object)
    mixed[7, 1] = "n/a"
    with pytest.raises(ValueError, match=r"Column 1 of x has dtype object \(first bad value 'n/a' at row 7\)\. Clean it, or encode"):
        make_adapter(mixed)
    mixed[7, 1] = None
    with pytest.raises(ValueError, match=r"first bad value None at row 7"):
        make_adapter(mixed)


def test_a_single_value_needs_an_axis():
    with pytest.raises(ValueError, match=r"x must have an axis for the samples\. Got a single value"):
        make_adapter(np.array(3.0))


def test_no_data():
    with pytest.raises(TypeError, match=r"x must be an array, a list or dict of arrays, a generator.*Got None"):
        make_adapter(None)
    with pytest.raises(TypeError, match=r"x\[1\] must be an array.*Got object"):
        make_adapter([X, object()])
    with pytest.raises(ValueError, match="There is no data: x holds no array"):
        make_adapter([])


@pytest.mark.parametrize("value", [0, -1, 2.5, "8", True])
def test_batch_size_must_be_a_positive_integer(value):
    with pytest.raises(ValueError, match=r"batch_size must be an integer > 0 or None\. Got"):
        make_adapter(X, batch_size=value)


def test_shuffle_must_be_known():
    with pytest.raises(ValueError, match=r"shuffle must be True, False or 'batch'\. Got 'rows'"):
        make_adapter(X, shuffle="rows")


def test_none_leaves_stay_none():
    batch = next(iter(make_adapter(X, [Y, None], batch_size=10).batches()))
    assert batch[1][1] is None
    np.testing.assert_array_equal(batch[1][0], Y)
