"""IDX and npz files that lie about their sizes, or hold objects, are refused before anything is allocated."""

import gzip
import io
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

from keras.datasets.idx import read_idx
from keras.datasets.npz import read_npz


def idx_bytes(shape, payload, magic=None):
    return (magic or bytes((0, 0, 8, len(shape)))) + struct.pack(f">{len(shape)}I", *shape) + payload


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_idx(tmp_path, compress):
    path = tmp_path / "file"
    path.write_bytes(compress(idx_bytes((2, 3), bytes(range(6)))))
    array = read_idx(path, 2)
    assert array.tolist() == [[0, 1, 2], [3, 4, 5]] and array.flags.writeable


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("content", "match"),
    [
        (idx_bytes((2**31, 2**31), b"abc"), r"says that it holds 4611686018427387904 bytes .* too small"),
        (idx_bytes((2, 3), bytes(7)), "should hold 6 bytes of shape .* and holds more"),
        (idx_bytes((6,), bytes(6)), "no IDX file of unsigned bytes with 2 axes: it begins with '00000801'"),
        (idx_bytes((2, 3), bytes(6), b"\0\0\x0d\x02"), "no IDX file of unsigned bytes"),
        (b"\0\0\x08\x02\0", "no IDX file"),
        (b"", "no IDX file"),
    ],
)
def test_idx_refused(tmp_path, compress, content, match):
    path = tmp_path / "file"
    path.write_bytes(compress(content))
    with pytest.raises(ValueError, match=match):
        read_idx(path, 2)


def test_short_idx(tmp_path):
    (tmp_path / "plain").write_bytes(idx_bytes((2, 3), bytes(5)))
    with pytest.raises(ValueError, match="says that it holds 6 bytes .* too small"):
        read_idx(tmp_path / "plain", 2)
    (tmp_path / "packed").write_bytes(gzip.compress(idx_bytes((2, 3), bytes(5))))
    with pytest.raises(ValueError, match="should hold 6 bytes of shape .* and holds 5"):
        read_idx(tmp_path / "packed", 2)


def test_damaged_gzip(tmp_path):
    packed = gzip.compress(idx_bytes((50, 50), np.random.default_rng(0).bytes(2500)))
    (tmp_path / "file").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(ValueError, match="is a damaged gzip file"):
        read_idx(tmp_path / "file", 2)


def npz_with(path, name, header_shape, payload, descr="|u1"):
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": descr, "fortran_order": False, "shape": header_shape})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}.npy", buffer.getvalue() + payload)


@pytest.mark.parametrize("order", ["C", "F"])
def test_npz(tmp_path, order):
    x = np.asarray(np.arange(12.0).reshape(3, 4), order=order)
    np.savez_compressed(tmp_path / "file.npz", x=x, y=np.array(5))
    y, back = read_npz(tmp_path / "file.npz", ["y", "x"])
    np.testing.assert_array_equal(back, x)
    assert y == 5 and back.dtype == x.dtype and back.flags.writeable


def test_npz_shape_bomb(tmp_path):
    npz_with(tmp_path / "bomb.npz", "x", (2**40,), b"abc")
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"says that 'x' has the shape \(1099511627776,\), but the file is too small"):
            read_npz(tmp_path / "bomb.npz", ["x"])
        assert tracemalloc.get_traced_memory()[1] < 10**7
    finally:
        tracemalloc.stop()


def test_npz_objects_are_not_read(tmp_path):
    class Marker:
        def __reduce__(self):
            return (pytest.fail, ("the pickle was loaded",))

    np.savez(tmp_path / "evil.npz", x=np.array([Marker()], dtype=object))
    with pytest.raises(ValueError, match="holds Python objects in 'x'"):
        read_npz(tmp_path / "evil.npz", ["x"])


def test_npz_refused(tmp_path):
    (tmp_path / "no.npz").write_bytes(b"no zip file at all")
    with pytest.raises(ValueError, match="is no npz file"):
        read_npz(tmp_path / "no.npz", ["x"])
    np.savez(tmp_path / "other.npz", a=np.ones(2))
    with pytest.raises(ValueError, match=r"holds no array 'x'\. It holds \['a'\]"):
        read_npz(tmp_path / "other.npz", ["x"])
    npz_with(tmp_path / "long.npz", "x", (2,), b"abc")
    with pytest.raises(ValueError, match="should hold 2 bytes of 'x' and holds more"):
        read_npz(tmp_path / "long.npz", ["x"])
