"""Arrays of other libraries: pandas, SciPy sparse, HDF5, and tensors recognised by the module of their type."""

import h5py
import numpy as np
import pytest

from keras.training.data.factory import make_adapter
from keras.training.data.split import train_validation_split


def first_x(data, **options):
    return next(iter(make_adapter(data, **options).batches()))[0]


def test_data_frame_of_floats():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    x = first_x(frame)
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x, [[1, 3], [2, 4]])


def test_data_frame_of_mixed_numbers():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1, 2], "b": [True, False], "c": [0.5, 1.5]})
    np.testing.assert_array_equal(first_x(frame), [[1, 1, 0.5], [2, 0, 1.5]])
    assert first_x(frame[["a"]]).dtype == np.int64


def test_series_keeps_one_axis():
    pandas = pytest.importorskip("pandas")
    assert make_adapter(np.ones((3, 2)), pandas.Series([1, 0, 1])).structure[1].shape == (None,)


def test_nullable_column_has_nan():
    pandas = pytest.importorskip("pandas")
    x = first_x(pandas.DataFrame({"a": pandas.array([1, None], dtype="Int64")}))
    np.testing.assert_array_equal(x, [[1], [np.nan]])


def test_column_of_text_is_named():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"size": [1.0] * 20, "age": [*([3] * 17), "n/a", 4, 5]}, dtype=object)
    with pytest.raises(ValueError, match=r"x\['age'\] has dtype object \(first bad value 'n/a' at row 17\)\. Clean it, or encode strings"):
        make_adapter(frame)
    with pytest.raises(ValueError, match=r"Column 'name' of x has dtype"):
        make_adapter(pandas.DataFrame({"size": [1.0, 2.0], "name": ["a", "b"]}))


def test_frame_and_series_are_split_by_position():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": range(10)}, index=range(100, 110))
    train, validation = train_validation_split((frame, frame["a"]), 0.2)
    assert validation[0]["a"].tolist() == [8, 9] and len(train[1]) == 8


@pytest.mark.parametrize("form", ["csr_matrix", "coo_array"])
def test_sparse_rows_become_dense_per_batch(form):
    sparse = pytest.importorskip("scipy.sparse")
    dense = np.eye(5, 4)
    matrix = getattr(sparse, form)(dense)
    batches = list(make_adapter(matrix, np.arange(5), batch_size=2, shuffle=True).batches(0, np.random.default_rng(0)))
    for x, y, _ in batches:
        assert type(x) is np.ndarray and x.dtype == np.float32
        np.testing.assert_array_equal(x, dense[y])
    assert len(batches) == 3
    train, validation = train_validation_split(matrix, 0.4)
    assert train.shape == (3, 4) and validation.shape == (2, 4)


def test_hdf5_rows_are_read_by_batch(tmp_path):
    data = np.arange(20.0).reshape(10, 2)
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"] = data
        adapter = make_adapter(file["x"], np.arange(10), batch_size=4, shuffle=True)
        for x, y, _ in adapter.batches(0, np.random.default_rng(0)):
            np.testing.assert_array_equal(x, data[y])
        train, validation = train_validation_split(file["x"], 0.3)
        assert train.shape == (7, 2)
        np.testing.assert_array_equal(first_x(validation), data[7:])
        np.testing.assert_array_equal(np.concatenate([b[0] for b in make_adapter(validation, batch_size=2).batches()]), data[7:])
        np.testing.assert_array_equal(validation[np.array([0, 2])], data[[7, 9]])


def test_torch_tensors_are_recognised_by_module():
    class Tensor:
        """Stands for a torch tensor that needs a gradient and lives on a device."""

        __module__ = "torch"
        shape, dtype = (2, 2), "torch.float32"

        def detach(self):
            return self

        def cpu(self):
            return np.ones((2, 2), np.float32)

    np.testing.assert_array_equal(first_x(Tensor()), np.ones((2, 2)))


def test_array_protocol():
    class Wrapped:
        shape, dtype = (3,), np.dtype("float32")

        def __array__(self, dtype=None, copy=None):
            return np.arange(3, dtype=np.float32)

    np.testing.assert_array_equal(first_x(Wrapped()), [0, 1, 2])
