"""MNIST from the cache folder, in either of its forms, and the message when it is not there."""

import gzip
import hashlib
import os
import struct
from pathlib import Path

import numpy as np
import pytest

from keras.datasets import mnist
from keras.utils.files import DownloadError

REAL_FILE = Path(__file__).resolve().parents[4] / "shared" / "data" / "mnist.npz"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache folder, and no network."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(mnist, "URL", (tmp_path / "server" / "mnist.npz").as_uri())
    (tmp_path / "datasets").mkdir()
    return tmp_path / "datasets"


@pytest.fixture
def arrays(monkeypatch):
    """A data set like MNIST with 3 training and 2 test digits, whose hashes are taken for the right ones."""
    rng = np.random.default_rng(0)
    data = {
        "x_train": rng.integers(0, 256, (3, 28, 28), np.uint8),
        "y_train": np.array([5, 0, 4], np.uint8),
        "x_test": rng.integers(0, 256, (2, 28, 28), np.uint8),
        "y_test": np.array([7, 2], np.uint8),
    }
    monkeypatch.setattr(mnist, "ARRAY_SHA256", {name: hashlib.sha256(array).hexdigest() for name, array in data.items()})
    return data


def write_idx(folder, arrays, end=".gz", base=lambda name: name):
    opener = gzip.open if end == ".gz" else open
    for name, array in arrays.items():
        with opener(folder / (base(mnist.IDX_FILES[name]) + end), "wb") as file:
            file.write(bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes())


def check(loaded, arrays):
    (x_train, y_train), (x_test, y_test) = loaded
    for name, array in (("x_train", x_train), ("y_train", y_train), ("x_test", x_test), ("y_test", y_test)):
        np.testing.assert_array_equal(array, arrays[name])
        assert array.dtype == np.uint8 and array.flags.writeable


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz_in_the_cache_folder(folder, arrays, save):
    save(folder / "mnist.npz", **arrays)
    check(mnist.load_data(), arrays)


@pytest.mark.parametrize("end", [".gz", ""])
def test_original_files(folder, arrays, end):
    write_idx(folder, arrays, end)
    check(mnist.load_data(), arrays)


def test_original_files_with_dotted_names(folder, arrays):
    write_idx(folder, arrays, "", base=lambda name: name.replace("-idx", ".idx"))
    check(mnist.load_data(), arrays)


def test_npz_elsewhere(folder, arrays, tmp_path):
    np.savez(tmp_path / "mine.npz", **arrays)
    check(mnist.load_data(str(tmp_path / "mine.npz")), arrays)


def test_download_is_checked_and_kept(folder, arrays, tmp_path, monkeypatch, capsys):
    server = tmp_path / "server"
    server.mkdir()
    np.savez(server / "mnist.npz", **arrays)
    with pytest.raises(ValueError, match="is not the expected one: its sha256 is"):
        mnist.load_data()
    assert os.listdir(folder) == []
    monkeypatch.setattr(mnist, "FILE_SHA256", hashlib.sha256((server / "mnist.npz").read_bytes()).hexdigest())
    check(mnist.load_data(), arrays)
    assert os.listdir(folder) == ["mnist.npz"]
    assert "Downloading mnist.npz" in capsys.readouterr().err


def test_message_without_network(folder):
    with pytest.raises(DownloadError) as caught:
        mnist.load_data()
    text = str(caught.value)
    assert "MNIST is not on this machine and could not be downloaded" in text and mnist.URL in text
    assert f"put one of these into {folder}" in text and "(a)  mnist.npz" in text
    assert all(f"{name}.gz (or without .gz)" in text for name in mnist.IDX_FILES.values())
    assert os.listdir(folder) == []


def test_three_of_four_files_are_not_enough(folder, arrays):
    write_idx(folder, arrays)
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DownloadError):
        mnist.load_data()


def test_other_data_under_the_same_names(folder, arrays):
    arrays["x_train"][0, 0, 0] ^= 1
    write_idx(folder, arrays)
    with pytest.raises(ValueError, match=r"does not hold MNIST: the bytes of x_train, shape \(3, 28, 28\).*Fashion-MNIST"):
        mnist.load_data()


@pytest.mark.skipif(not REAL_FILE.is_file(), reason="needs the real MNIST")
def test_real_file_has_the_hashes():
    (x_train, y_train), (x_test, y_test) = mnist.load_data(str(REAL_FILE))
    assert x_train.shape == (60000, 28, 28) and y_test.shape == (10000,)
    assert y_train[:5].tolist() == [5, 0, 4, 1, 9]
