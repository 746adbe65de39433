"""The other data sets of Keras, on small files with the layout of the real ones; expected values recorded from Keras 3.15.1."""

import hashlib
import io
import json
import pickle
import tarfile
from types import ModuleType

import numpy as np
import pytest

from keras.core import config
from keras.datasets import boston_housing, california_housing, cifar10, cifar100, fashion_mnist, imdb, reuters, source
from keras.utils.files import DownloadError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache folder, and no network."""

    def refuse(url, *args):
        raise DownloadError(f"Could not download {url}: no network.")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(source, "download", refuse)
    (tmp_path / "datasets").mkdir()
    return tmp_path / "datasets"


@pytest.fixture
def trust(monkeypatch):
    """Takes the hash of a small file for that of the real one."""

    def trust_file(module: ModuleType, path, attribute="FILE_SHA256", algorithm="sha256"):
        monkeypatch.setattr(module, attribute, hashlib.new(algorithm, path.read_bytes()).hexdigest())

    return trust_file


@pytest.mark.parametrize(("module", "name"), [(boston_housing, "boston_housing.npz"), (california_housing, "california_housing.npz")])
def test_housing(folder, trust, module, name):
    x = np.arange(20.0).reshape(10, 2)
    np.savez(folder / name, x=x, y=x[:, 0])
    trust(module, folder / name)
    (x_train, y_train), (x_test, y_test) = module.load_data()
    order = np.arange(10)
    np.random.RandomState(113).shuffle(order)
    np.testing.assert_array_equal(np.concatenate([x_train, x_test]), x[order])
    np.testing.assert_array_equal(np.concatenate([y_train, y_test]), x[order, 0])
    assert len(x_train) == len(y_train) == 8
    assert len(module.load_data(test_split=0.5, seed=1)[0][0]) == 5
    with pytest.raises(ValueError, match=r"test_split must be at least 0 and below 1\. Got 1"):
        module.load_data(test_split=1)


def test_california_version(folder, trust):
    np.savez(folder / "california_housing.npz", x=np.ones((700, 8)), y=np.ones(700))
    trust(california_housing, folder / "california_housing.npz")
    assert len(california_housing.load_data("small")[0][0]) == 480
    with pytest.raises(ValueError, match="version must be 'large' or 'small'. Got 'tiny'"):
        california_housing.load_data("tiny")


def write_idx(path, array):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(bytes((0, 0, 8, array.ndim)) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes())


def test_fashion_mnist(folder):
    images = np.arange(2 * 784, dtype=np.uint32).astype(np.uint8).reshape(2, 28, 28)
    for name in fashion_mnist.FILES:
        write_idx(folder / "fashion-mnist" / name, images if "idx3" in name else np.array([3, 9], np.uint8))
    (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
    np.testing.assert_array_equal(x_train, images)
    assert y_train.tolist() == y_test.tolist() == [3, 9]
    write_idx(folder / "fashion-mnist" / fashion_mnist.FILES[1], np.zeros(3, np.uint8))
    with pytest.raises(ValueError, match="are not those of Fashion-MNIST"):
        fashion_mnist.load_data()


def write_archive(path, members):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            data = pickle.dumps(content, protocol=3)
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def pixels(number):
    return np.full((1, 3072), number, np.uint8)


def test_cifar10(folder, trust):
    picture = np.arange(3072, dtype=np.uint32).astype(np.uint8)[None]
    members = {f"cifar-10-batches-py/data_batch_{i}": {b"data": pixels(i), b"labels": [i]} for i in range(2, 6)}
    members["cifar-10-batches-py/data_batch_1"] = {b"data": picture, b"labels": [1]}
    members["cifar-10-batches-py/test_batch"] = {b"data": pixels(9), b"labels": [9]}
    path = folder / "cifar-10-python.tar.gz"
    write_archive(path, members)
    trust(cifar10, path)
    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    assert x_train.shape == (5, 32, 32, 3) and x_test.shape == (1, 32, 32, 3)
    assert y_train.dtype == y_test.dtype == np.uint8 and y_train.tolist() == [[1], [2], [3], [4], [5]] and y_test.tolist() == [[9]]
    np.testing.assert_array_equal(x_train[0].transpose(2, 0, 1).ravel(), picture[0])


def test_cifar100_and_channels_first(folder, trust, monkeypatch):
    members = {f"cifar-100-python/{name}": {b"data": pixels(7), b"fine_labels": [42], b"coarse_labels": [4]} for name in ("train", "test")}
    write_archive(folder / cifar100.NAMES[0], members)
    trust(cifar100, folder / cifar100.NAMES[0])
    (_, y_train), (x_test, y_test) = cifar100.load_data()
    assert y_train.tolist() == [[42]] and y_test.dtype == np.int64 and x_test.shape == (1, 32, 32, 3)
    assert cifar100.load_data("coarse")[0][1].tolist() == [[4]]
    monkeypatch.setitem(config._settings, "image_data_format", "channels_first")
    assert cifar100.load_data()[1][0].shape == (1, 3, 32, 32)
    with pytest.raises(ValueError, match="label_mode must be 'fine' or 'coarse'. Got 'both'"):
        cifar100.load_data("both")


def objects(rows):
    array = np.empty(len(rows), object)
    array[:] = rows
    return array


TEXTS = objects([[1, 14, 22], [5, 4], [9, 30, 2, 3, 4], [1, 2], [8], [7, 7, 7]])
LABELS = np.array([0, 1, 1, 0, 1, 0])


@pytest.fixture
def imdb_file(folder, trust):
    np.savez(folder / "imdb.npz", x_train=TEXTS[:4], y_train=LABELS[:4], x_test=TEXTS[4:], y_test=LABELS[4:])
    trust(imdb, folder / "imdb.npz")


@pytest.fixture
def reuters_file(folder, trust):
    np.savez(folder / "reuters.npz", x=TEXTS, y=LABELS)
    trust(reuters, folder / "reuters.npz")


def as_lists(loaded):
    return [[array.tolist() for array in part] for part in loaded]


IMDB_CASES = [
    ({}, [[[[1, 4, 5], [1, 12, 2, 5, 6, 7], [1, 4, 17, 25], [1, 8, 7]], [0, 1, 0, 1]], [[[1, 10, 10, 10], [1, 11]], [0, 1]]]),
    ({"num_words": 10}, [[[[1, 4, 5], [1, 2, 2, 5, 6, 7], [1, 4, 2, 2], [1, 8, 7]], [0, 1, 0, 1]], [[[1, 2, 2, 2], [1, 2]], [0, 1]]]),
    ({"num_words": 10, "skip_top": 6, "oov_char": None}, [[[[], [6, 7], [], [8, 7]], [0, 1, 0, 1]], [[[], []], [0, 1]]]),
    ({"maxlen": 4}, [[[[1, 4, 5], [1, 8, 7]], [0, 1]], [[[1, 2]], [1]]]),
    (
        {"start_char": None, "index_from": 0, "seed": 1},
        [[[[1, 2], [9, 2, 2, 3, 4], [1, 14, 22], [5, 4]], [0, 1, 0, 1]], [[[8], [7, 7, 7]], [1, 0]]],
    ),
]  # fmt: skip
REUTERS_CASES = [
    ({}, [[[[1, 8, 7], [1, 4, 17, 25], [1, 4, 5], [1, 12, 2, 5, 6, 7]], [1, 0, 0, 1]], [[[1, 11], [1, 10, 10, 10]], [1, 0]]]),
    ({"num_words": 10}, [[[[1, 8, 7], [1, 4, 2, 2], [1, 4, 5], [1, 2, 2, 5, 6, 7]], [1, 0, 0, 1]], [[[1, 2], [1, 2, 2, 2]], [1, 0]]]),
    ({"num_words": 10, "skip_top": 6, "oov_char": None}, [[[[8, 7], [], [], [6, 7]], [1, 0, 0, 1]], [[[], []], [1, 0]]]),
    ({"maxlen": 4}, [[[[1, 8, 7], [1, 4, 5]], [1, 0]], [[[1, 2]], [1]]]),
    (
        {"start_char": None, "index_from": 0, "seed": 1},
        [[[[9, 2, 2, 3, 4], [5, 4], [8], [1, 14, 22]], [1, 1, 1, 0]], [[[1, 2], [7, 7, 7]], [0, 0]]],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "expected"), IMDB_CASES)
def test_imdb_recorded(imdb_file, arguments, expected):
    loaded = imdb.load_data(**arguments)
    assert as_lists(loaded) == expected
    assert loaded[0][0].dtype == object and loaded[0][1].dtype == np.int64


@pytest.mark.parametrize(("arguments", "expected"), REUTERS_CASES)
def test_reuters_recorded(reuters_file, arguments, expected):
    assert as_lists(reuters.load_data(**arguments)) == expected


def test_imdb_arguments(imdb_file):
    assert as_lists(imdb.load_data(nb_words=10)) == as_lists(imdb.load_data(num_words=10))
    with pytest.raises(TypeError, match="unknown argument 'words'"):
        imdb.load_data(words=10)
    with pytest.raises(ValueError, match=r"No text is shorter than maxlen=2; the shortest has 2 words\. Write maxlen=3"):
        imdb.load_data(maxlen=2)


def test_word_indices(folder, trust):
    for module, name in ((imdb, "imdb_word_index.json"), (reuters, "reuters_word_index.json")):
        (folder / name).write_text(json.dumps({"the": 1}))
        trust(module, folder / name, "INDEX_MD5", "md5")
        assert module.get_word_index() == {"the": 1}


def test_topics():
    assert len(reuters.get_label_names()) == 46 and reuters.get_label_names()[3] == "earn"


class Recorder:
    """Calls a function when it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("the pickle was loaded",))


def test_pickles_are_read_only_with_the_right_hash(folder):
    np.savez(folder / "imdb.npz", x_train=objects([Recorder()]))
    with pytest.raises(DownloadError, match=r"There, but damaged or another file: imdb\.npz\."):
        imdb.load_data()
    with pytest.raises(ValueError, match="is not the expected file: its sha256 is"), source.open_verified(folder / "imdb.npz", "0" * 64):
        pytest.fail("opened")


def test_pickles_with_the_right_hash_hold_arrays_only(folder, trust):
    np.savez(folder / "reuters.npz", x=objects([Recorder()]), y=LABELS)
    trust(reuters, folder / "reuters.npz")
    with pytest.raises(pickle.UnpicklingError, match="only NumPy arrays are read"):
        reuters.load_data()


def test_pickles_of_numpy_1_are_read():
    data = pickle.dumps(np.arange(3), protocol=3).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    assert b"numpy.core.multiarray" in data
    np.testing.assert_array_equal(source.unpickle_arrays(io.BytesIO(data)), [0, 1, 2])


def test_text_of_python_2_pickles_becomes_bytes():
    assert source.unpickle_arrays(io.BytesIO(b"\x80\x02}q\x00U\x04dataq\x01U\x02abq\x02s."), encoding="bytes") == {b"data": b"ab"}


def test_message_without_network(folder):
    with pytest.raises(DownloadError) as caught:
        cifar10.load_data()
    text = str(caught.value)
    assert "CIFAR-10 is not on this machine and could not be downloaded" in text and cifar10.URL in text and str(folder) in text
    assert all(name in text for name in cifar10.NAMES) and f"with the sha256 {cifar10.FILE_SHA256}" in text
