"""Arrays and data in keras.utils: splits, windows of series, images, settings; values are those of Keras 3.15.1."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import keras
from keras.core import engine
from keras.utils import split_dataset, timeseries_dataset_from_array

X, Y = np.arange(10).astype("float32"), np.arange(20).reshape(10, 2)
needs_pillow = pytest.mark.skipif(importlib.util.find_spec("PIL") is None, reason="Pillow is not installed")
needs_torch = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")


@pytest.fixture(autouse=True)
def numpy_engine() -> Any:
    with engine.use("numpy"):
        yield


class Batches(keras.utils.PyDataset):
    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: int) -> Any:
        return X[index * 2 : index * 2 + 2], Y[index * 2 : index * 2 + 2]


class TestSplits:
    @pytest.mark.parametrize(
        ("left", "right", "sizes"),
        [(0.8, None, (8, 2)), (None, 0.25, (8, 2)), (0.5, 0.3, (5, 3)), (3, None, (3, 7)), (0.5, 3, (5, 3)), (3, 2, (3, 2))],
    )
    def test_sizes(self, left: Any, right: Any, sizes: tuple[int, int]) -> None:
        parts = split_dataset(X, left, right)
        assert tuple(map(len, parts)) == sizes
        assert [float(v) for v in parts[0]] == list(range(sizes[0])) and [float(v) for v in parts[1]] == list(range(10 - sizes[1], 10))

    def test_nests(self) -> None:
        left, right = split_dataset((X, Y), 0.8)
        assert left[1][0] == 1.0 and left[1][1].tolist() == [2, 3] and right[0][1].tolist() == [16, 17]
        assert isinstance(split_dataset([X, Y], 3)[0][0], tuple)
        assert set(split_dataset({"a": X, "b": Y}, 3)[0][0]) == {"a", "b"}

    def test_what_gives_one_after_another(self) -> None:
        left, right = split_dataset((i for i in range(5)), 0.8)
        assert list(left) == [0, 1, 2, 3] and list(right) == [4]
        left, right = split_dataset(Batches(), 2)
        assert len(left) == 2 and right[0][0].tolist() == [4.0, 5.0]

    def test_shuffled_parts_share_nothing(self) -> None:
        left, right = split_dataset(X, 0.8, shuffle=True, seed=1)
        assert (
            sorted([float(v) for v in left] + [float(v) for v in right])
            == X.tolist()
            != [float(v) for v in left] + [float(v) for v in right]
        )
        assert [float(v) for v in split_dataset(X, 0.8, shuffle=True, seed=1)[0]] == [float(v) for v in left]

    def test_batches_train(self) -> None:
        left, right = split_dataset((Y.astype("float32"), X[:, None]), 0.8)
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile("adam", "mse")
        history = model.fit(left.batch(3), validation_data=right.batch(3), verbose=0)
        assert history.params["steps"] == 3 and "val_loss" in history.history
        with pytest.raises(ValueError, match=r"batch\(batch_size\): got 0. Accepted: an integer >= 1"):
            left.batch(0)

    @needs_torch
    def test_torch(self) -> None:
        import torch

        class Numbers(torch.utils.data.Dataset):  # type: ignore[misc]
            def __len__(self) -> int:
                return 5

            def __getitem__(self, i: int) -> Any:
                return torch.tensor(i)

        left, right = split_dataset(Numbers(), 0.8)
        assert isinstance(left, torch.utils.data.Subset) and [int(v) for v in right] == [4]
        loader = torch.utils.data.DataLoader(split_dataset((X, Y), 0.8)[0], batch_size=4)
        assert [tuple(y.shape) for _, y in loader] == [(4, 2), (4, 2)]

    @pytest.mark.parametrize(
        ("make", "error", "text"),
        [
            (lambda: split_dataset(X), ValueError, "left_size or right_size is needed. Write split_dataset"),
            (lambda: split_dataset(X, 11), ValueError, r"\(left_size\): got 11 for 10 samples. Accepted: an integer from 1 to 9"),
            (lambda: split_dataset(X, 1.0), ValueError, r"\(left_size\): got 1.0 for 10 samples"),
            (lambda: split_dataset(X, None, 0), ValueError, r"\(right_size\): got 0 for 10 samples"),
            (lambda: split_dataset(X, 0.9, 0.3), ValueError, "left_size=0.9 and right_size=0.3 are more than the 10 samples together"),
            (lambda: split_dataset(X[:3], 0.1), ValueError, "of 3 samples the left part gets none"),
            (lambda: split_dataset(X, "a"), TypeError, r"\(left_size\): got 'a'. Accepted: an integer, a float"),
            (lambda: split_dataset(3, 0.5), TypeError, "got 3 of type int. Accepted: arrays, a tf.data.Dataset"),
            (lambda: split_dataset([1, 2], 0.5), ValueError, r"got \[1, 2\]. Accepted: arrays in a list"),
            (lambda: split_dataset((X, Y[:3]), 0.5), ValueError, r"the arrays have the lengths \[10, 3\]"),
            (lambda: split_dataset(X, 0.5, preferred_backend="zz"), ValueError, "got 'zz'. Accepted: 'tensorflow', 'torch'"),
        ],
    )
    def test_errors(self, make: Any, error: type[Exception], text: str) -> None:
        with pytest.raises(error, match=text):
            make()


class TestWindows:
    def test_without_targets(self) -> None:
        found = timeseries_dataset_from_array(np.arange(20), None, 5, batch_size=3)
        assert len(found) == 6 and found[0].tolist() == [[0, 1, 2, 3, 4], [1, 2, 3, 4, 5], [2, 3, 4, 5, 6]]
        assert [len(batch) for batch in found] == [3, 3, 3, 3, 3, 1]

    def test_stride_rate_and_targets(self) -> None:
        d = np.arange(20)
        found = list(timeseries_dataset_from_array(d[:-5], d[5:], 5, batch_size=3, sequence_stride=2, sampling_rate=2))
        assert [x.tolist() for x, _ in found] == [[[0, 2, 4, 6, 8], [2, 4, 6, 8, 10], [4, 6, 8, 10, 12]], [[6, 8, 10, 12, 14]]]
        assert [y.tolist() for _, y in found] == [[5, 7, 9], [11]]

    def test_parts(self) -> None:
        d = np.arange(20)
        assert timeseries_dataset_from_array(d, None, 5, start_index=2, end_index=12)[0][:, 0].tolist() == [2, 3, 4, 5, 6, 7]
        x, y = timeseries_dataset_from_array(d, d * 10, 3, sequence_stride=2, start_index=2, end_index=12)[0]
        assert x[:, 0].tolist() == [2, 4, 6, 8] and y.tolist() == [20, 40, 60, 80]
        assert timeseries_dataset_from_array(d, d[:9], 3, start_index=3)[0][1].tolist() == [3, 4, 5, 6, 7, 8]

    def test_single_windows_and_none(self) -> None:
        found = timeseries_dataset_from_array(np.arange(6), None, 5, batch_size=None)
        assert [w.tolist() for w in found] == [[0, 1, 2, 3, 4], [1, 2, 3, 4, 5]]
        assert len(timeseries_dataset_from_array(np.arange(6), None, 30)) == 0

    def test_a_new_order_for_each_epoch(self) -> None:
        found = timeseries_dataset_from_array(np.arange(30), np.arange(30), 5, batch_size=40, shuffle=True, seed=1)
        x, y = found[0]
        assert (x[:, 0] == y).all() and sorted(y) == list(range(26)) != list(y)
        found.on_epoch_end()
        assert found[0][1].tolist() != y.tolist()

    def test_fit_takes_them(self) -> None:
        series = np.sin(np.arange(50, dtype="float32"))
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        model.compile("adam", "mse")
        windows = timeseries_dataset_from_array(series[:-4], series[4:, None], 4, batch_size=8)
        assert model.fit(windows, verbose=0).params["steps"] == 6
        assert model.predict(timeseries_dataset_from_array(series, None, 4, batch_size=8), verbose=0).shape == (47, 1)

    @pytest.mark.parametrize(
        ("wrong", "text"),
        [
            ({"sequence_length": 0}, "got 0. Accepted: an integer >= 1"),
            ({"sampling_rate": 20}, r"\(sampling_rate\): got 20 for data of length 20. Accepted: 1 to 19"),
            ({"sequence_stride": 0}, r"\(sequence_stride\): got 0"),
            ({"batch_size": 0}, r"\(batch_size\): got 0"),
            ({"start_index": -1}, r"\(start_index\): got -1 for data of length 20. Accepted: 0 to 19"),
            ({"end_index": 20}, r"\(end_index\): got 20 for data of length 20"),
            ({"start_index": 5, "end_index": 3}, r"\(end_index\): got 3 for data of length 20 from 5 on. Accepted: 6 to 19"),
            ({"format": "zz"}, "got 'zz'. Accepted: 'tf' or 'grain'"),
        ],
    )
    def test_errors(self, wrong: dict[str, Any], text: str) -> None:
        with pytest.raises(ValueError, match=text):
            timeseries_dataset_from_array(np.arange(20), None, **{"sequence_length": 3, **wrong})


IMAGE = np.arange(24, dtype="float32").reshape(2, 4, 3)


class TestImages:
    @needs_pillow
    def test_arrays_as_images(self) -> None:
        image = keras.utils.array_to_img(IMAGE)
        assert (image.size, image.mode) == ((4, 2), "RGB") and np.asarray(image)[0, :2].tolist() == [[0, 11, 22], [33, 44, 55]]
        assert np.asarray(keras.utils.array_to_img(IMAGE, scale=False))[1, 3].tolist() == [21, 22, 23]
        assert np.asarray(keras.utils.array_to_img(IMAGE[..., :1])).tolist() == [[0, 36, 72, 109], [145, 182, 218, 255]]
        assert keras.utils.array_to_img(IMAGE[..., :1] * 100, scale=False).mode == "I"
        assert keras.utils.array_to_img(np.ones((3, 2, 5)), data_format="channels_first").size == (5, 2)
        assert keras.utils.array_to_img(np.ones((2, 3, 4))).mode == "RGBA"
        assert np.asarray(keras.utils.array_to_img(np.ones((2, 2, 3)))).max() == 0

    @needs_pillow
    @pytest.mark.parametrize(
        ("options", "size", "mode", "total"),
        [
            ({}, (4, 2), "RGB", 276),
            ({"color_mode": "grayscale"}, (4, 2), "L", 92),
            ({"color_mode": "rgba"}, (4, 2), "RGBA", 2316),
            ({"target_size": (8, 6)}, (6, 8), "RGB", 1656),
            ({"target_size": (8, 8), "keep_aspect_ratio": True}, (8, 8), "RGB", 2208),
        ],
    )
    def test_files(self, tmp_path: Path, options: dict[str, Any], size: Any, mode: str, total: int) -> None:
        path = tmp_path / "x.png"
        keras.utils.save_img(path, IMAGE, scale=False)
        for source in (path, str(path), io.BytesIO(path.read_bytes())):
            image = keras.utils.load_img(source, **options)
            assert (image.size, image.mode, int(np.asarray(image).sum())) == (size, mode, total)

    @needs_pillow
    def test_jpeg_has_no_fourth_channel(self, tmp_path: Path) -> None:
        keras.utils.save_img(tmp_path / "x.jpg", np.ones((2, 3, 4)) * 255)
        assert keras.utils.load_img(tmp_path / "x.jpg").size == (3, 2)
        keras.utils.save_img(tmp_path / "y", IMAGE, file_format="jpg")
        with pytest.raises(FileNotFoundError):
            keras.utils.load_img(tmp_path / "none.png")

    def test_images_as_arrays(self) -> None:
        to_array = keras.utils.img_to_array
        assert to_array(np.ones((2, 3))).shape == (2, 3, 1) and to_array(np.ones((2, 3)), "channels_first").shape == (1, 2, 3)
        assert to_array(np.ones((2, 3, 3), "uint8")).dtype == "float32" and to_array(IMAGE, "channels_first", "uint8").shape == (3, 2, 4)

    def test_smart_resize_keeps_proportions(self) -> None:
        smart = keras.preprocessing.image.smart_resize
        x = np.random.RandomState(0).rand(5, 7, 3).astype("float32")
        assert float(smart(x, (4, 4)).sum()) == pytest.approx(22.097787857055664, rel=1e-6)
        assert float(smart(x, (3, 6), interpolation="nearest").sum()) == pytest.approx(22.623463, rel=1e-6)
        assert smart(x[None], (4, 4)).shape == (1, 4, 4, 3)
        assert smart(np.moveaxis(x, -1, 0), (4, 4), data_format="channels_first").shape == (3, 4, 4)

    def test_without_pillow_the_line_to_run_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import sys

        monkeypatch.setitem(sys.modules, "PIL", None)
        with pytest.raises(ImportError, match="array_to_img needs Pillow, which is not installed. Run: pip install pillow"):
            keras.utils.array_to_img(IMAGE)

    @pytest.mark.parametrize(
        ("make", "error", "text"),
        [
            (lambda: keras.utils.load_img("x", color_mode="zz"), ValueError, "got 'zz'. Accepted: 'grayscale', 'rgb', 'rgba'"),
            (lambda: keras.utils.load_img("x", interpolation="zz"), ValueError, "got 'zz'. Accepted: 'nearest', 'bilinear'"),
            (lambda: keras.utils.load_img("x", target_size=3), ValueError, r"got 3. Accepted: \(height, width\)"),
            (lambda: keras.utils.load_img(3), TypeError, r"load_img\(path\): got 3"),
            (lambda: keras.utils.img_to_array(np.ones((2, 3, 4, 5))), ValueError, r"got shape \(2, 3, 4, 5\)"),
            (lambda: keras.utils.img_to_array(IMAGE, "zz"), ValueError, "data_format: got 'zz'"),
            (lambda: keras.preprocessing.image.smart_resize(IMAGE, (4,)), ValueError, r"got \(4,\). Accepted: \(height, width\)"),
            (lambda: keras.preprocessing.image.smart_resize(IMAGE[0], (4, 4)), ValueError, r"got shape \(4, 3\)"),
        ],
    )
    def test_errors(self, make: Any, error: type[Exception], text: str) -> None:
        with pytest.raises(error, match=text):
            make()

    @needs_pillow
    def test_wrong_shapes(self) -> None:
        with pytest.raises(ValueError, match=r"got shape \(2, 3\). Accepted: one image"):
            keras.utils.array_to_img(np.ones((2, 3)))
        with pytest.raises(ValueError, match=r"got 5 channels in shape \(2, 3, 5\)"):
            keras.utils.array_to_img(np.ones((2, 3, 5)))


class TestConfig:
    def test_attributes_and_items(self) -> None:
        config = keras.utils.Config(a=1, b={"c": 2})
        config.d, config["e"] = [1, 2], "x"
        assert (config.a, config["b"], "d" in config, len(config), list(config)) == (1, {"c": 2}, True, 4, ["a", "b", "d", "e"])
        assert config.to_json() == '{"a": 1, "b": {"c": 2}, "d": [1, 2], "e": "x"}' and config.as_dict() == dict(config.items())
        config.update({"a": 5}, f=6)
        del config.d
        assert (config.pop("e"), config.get("none"), config.get("a"), repr(config)) == (
            "x",
            None,
            5,
            "<Config {'a': 5, 'b': {'c': 2}, 'f': 6}>",
        )

    def test_a_frozen_one_does_not_change(self) -> None:
        config = keras.utils.Config(a=1)
        config.freeze()
        for change in (
            lambda: setattr(config, "a", 2), lambda: config.update(a=2), lambda: config.pop("a"), lambda: config.__delitem__("a"),
            lambda: config.__setitem__("a", 2), lambda: delattr(config, "a"),
        ):  # fmt: skip
            with pytest.raises(ValueError, match="'a' cannot be changed, as the config is frozen. Call config.unfreeze"):
                change()
        assert config.frozen and config.a == 1
        config.unfreeze()
        config.a = 2
        assert config.a == 2 and not config.frozen

    def test_unknown_names(self) -> None:
        config = keras.utils.Config(a=1)
        with pytest.raises(AttributeError, match="no setting is named 'z'. There are: 'a'"):
            config.z  # noqa: B018
        with pytest.raises(KeyError):
            config["z"]
