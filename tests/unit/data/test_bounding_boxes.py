"""keras.utils.bounding_boxes: values are those of Keras 3.15.1."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from keras.core import engine
from keras.utils import bounding_boxes as boxes

B = np.array([[10, 20, 40, 60], [-5, 0, 120, 90.0]], "float32")
C = np.array([[0, 0, 30, 30], [20, 20, 40, 60], [100, 100, 110, 110.0]], "float32")
ANCHORS = np.array([[0, 0, 20, 20], [10, 10, 50, 70.0]], "float32")


@pytest.fixture(autouse=True, params=["numpy", *[e for e in ("jax", "torch") if importlib.util.find_spec(e)]])
def any_engine(request: pytest.FixtureRequest) -> Iterator[Any]:
    with engine.use(request.param) as chosen:
        yield chosen


def near(found: Any, expected: Any, atol: float = 1e-4) -> None:
    np.testing.assert_allclose(engine.current().to_numpy(found), np.asarray(expected, "float32"), rtol=1e-5, atol=atol)


FIRST = {
    "xyxy": [10, 20, 40, 60],
    "yxyx": [20, 10, 60, 40],
    "xywh": [10, 20, 30, 40],
    "center_xywh": [25, 40, 30, 40],
    "center_yxhw": [40, 25, 40, 30],
    "rel_xyxy": [0.125, 0.2, 0.5, 0.6],
    "rel_yxyx": [0.2, 0.125, 0.6, 0.5],
    "rel_xywh": [0.125, 0.2, 0.375, 0.4],
    "rel_center_xywh": [0.3125, 0.4, 0.375, 0.4],
}


@pytest.mark.parametrize("name", FIRST)
def test_formats(name: str) -> None:
    there = boxes.convert_format(B, "xyxy", name, height=100, width=80)
    near(there[0], FIRST[name])
    near(boxes.convert_format(there, name.upper(), "xyxy", height=100, width=80), B)


def test_what_may_be_converted() -> None:
    near(boxes.convert_format(B[None], "xyxy", "xywh")[0][0], FIRST["xywh"])
    near(boxes.convert_format(B[0].astype("int32"), "xyxy", "xywh"), FIRST["xywh"])
    found = boxes.convert_format({"boxes": B, "labels": [1, 2]}, "xyxy", "xywh")
    near(found["boxes"][0], FIRST["xywh"])
    assert found["labels"] == [1, 2]
    sizes = np.array([100, 50]), np.array([80, 40])
    near(boxes.convert_format(np.stack([B, B]), "xyxy", "rel_xyxy", *sizes)[1][0], [0.25, 0.4, 1.0, 1.2])
    assert engine.current().dtype_of(boxes.convert_format(B, "xyxy", "xywh", dtype="float16")) == "float16"


def test_cut_to_the_image() -> None:
    found = boxes.clip_to_image_size({"boxes": B, "labels": np.array([1, 2])}, height=80, width=100)
    near(found["boxes"], [[10, 20, 40, 60], [0, 0, 100, 80]])
    near(found["labels"], [1, 2])
    outside = boxes.clip_to_image_size({"boxes": np.array([[200, 200, 210, 220.0]]), "labels": np.array([1])}, height=80, width=100)
    near(outside["boxes"], [[100, 80, 100, 80]])
    near(outside["labels"], [-1])
    near(boxes.clip_to_image_size(np.array([[-0.1, 0.2, 1.3, 0.4]]), bounding_box_format="rel_xyxy"), [[0, 0.2, 1, 0.4]])
    near(boxes.clip_to_image_size(boxes.convert_format(B, "xyxy", "xywh"), 80, 100, "xywh"), [[10, 20, 30, 40], [0, 0, 100, 80]])


def test_iou() -> None:
    expected = [[0.10526316, 0.6666667, 0], [0.08, 0.07111111, 0]]
    near(boxes.compute_iou(B, C, "xyxy"), expected)
    near(boxes.compute_iou(boxes.convert_format(B, "xyxy", "xywh"), boxes.convert_format(C, "xyxy", "xywh"), "xywh"), expected)
    near(boxes.compute_iou(B, C[None], "xyxy"), [expected])
    near(boxes.compute_iou(B / 100, C / 100, "rel_xyxy", image_shape=(100, 80, 3)), expected)
    near(boxes.compute_iou([[10, 20, 40, 60], [-1, -1, -1, -1]], C, "xyxy", use_masking=True), [expected[0], [-1, -1, -1]])
    near(boxes.compute_iou(np.zeros((1, 4)), np.zeros((1, 4)), "xyxy"), [[0]])


def test_ciou() -> None:
    near(boxes.compute_ciou(B, C[:2], "xyxy"), [-0.0342, 0.0294])
    near(boxes.compute_ciou(B[:, None], C[None], "xyxy"), [[-0.0342, 0.6562, -0.5871], [-0.0342, 0.0294, -0.2113]])
    near(boxes.compute_ciou(B, B, "xyxy"), [1, 1])


@pytest.mark.parametrize(
    ("order", "deltas"),
    [
        ("center_yxhw", [[1.5, 0.75, 0.6931, 0.4055], [0.0833, 0.6875, 0.4055, 1.1394]]),
        ("center_xywh", [[0.75, 1.5, 0.4055, 0.6931], [0.6875, 0.0833, 1.1394, 0.4055]]),
    ],
)
def test_deltas(order: str, deltas: Any) -> None:
    found = boxes.encode_box_to_deltas(ANCHORS, B, "xyxy", "xyxy", encoding_format=order)
    near(found, deltas)
    near(boxes.decode_deltas_to_boxes(ANCHORS, found, "xyxy", "xyxy", encoded_format=order), B, atol=1e-3)


def test_deltas_of_batches_levels_and_variances() -> None:
    variance = [0.1, 0.1, 0.2, 0.2]
    near(boxes.encode_box_to_deltas(ANCHORS, B, "xyxy", "xyxy", variance=variance)[0], [15.0, 7.5, 3.4657, 2.0273])
    near(boxes.decode_deltas_to_boxes(ANCHORS, np.ones((2, 4)), "xyxy", "xywh", variance=variance)[0], [-0.214, -0.214, 24.4281, 24.4281])
    near(boxes.encode_box_to_deltas(ANCHORS, B, "yxyx", "xywh")[0], [2.0, 1.0, 1.0986, 0.6931])
    assert tuple(boxes.encode_box_to_deltas(ANCHORS, np.stack([B, B]), "xyxy", "xyxy").shape) == (2, 2, 4)
    levels = boxes.decode_deltas_to_boxes({"p3": ANCHORS[:1]}, {"p3": np.ones((1, 1, 4))}, "xyxy", "xyxy")
    near(levels["p3"], [[[2.8172, 2.8172, 57.1828, 57.1828]]])


def test_crop_and_pad() -> None:
    near(boxes.crop(B, 5, 6, 50, 60), [[4, 15, 34, 50], [0, 0, 60, 50]])
    near(boxes.pad(B, 5, 6), [[16, 25, 46, 65], [1, 5, 126, 95]])
    near(boxes.crop({"boxes": boxes.convert_format(B, "xyxy", "xywh")}, 5, 6, 50, 60, "xywh")["boxes"][0], [4, 15, 30, 35])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, [10, 20, 40, 60]),
        ({"angle": 90.0}, [10, 49, 50, 79]),
        ({"angle": 30.0}, [-0.7978, 23.7023, 45.183, 73.3433]),
        ({"translate_x": 5.0}, [405, 20, 435, 60]),
        ({"translate_y": 5.0}, [10, 515, 40, 555]),
        ({"scale": 2.0}, [-19.5, -9.5, 40.5, 70.5]),
        ({"shear_x": 45.0}, [-19.5, 20, 50.5, 60]),
        ({"shear_y": 45.0}, [10, -9.5, 40, 60.5]),
        ({"angle": 90.0, "center_x": 0.5, "center_y": 0.25}, [34.75, 24.25, 74.75, 54.25]),
        ({"angle": 30.0, "shear_x": 20.0, "shear_y": 10.0}, [-14.772, 21.1778, 48.8928, 69.7642]),
        (
            {"angle": 30.0, "translate_x": 5.0, "translate_y": -3.0, "scale": 1.2, "shear_x": 10.0},
            [202.2779, -527.1088, 267.9585, -467.5396],
        ),
    ],
)
def test_affine(change: dict[str, Any], expected: list[float]) -> None:
    still = {"angle": 0.0, "translate_x": 0.0, "translate_y": 0.0, "scale": 1.0, "shear_x": 0.0, "shear_y": 0.0}
    options = {k: np.array([v]) if k in still else v for k, v in {**still, **change}.items()}
    near(boxes.affine_transform(B[None], **options, height=100, width=80)[0][0], expected, atol=1e-3)
    near(boxes.affine_transform(B, **{**still, **change}, height=100, width=80)[0], expected, atol=1e-3)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: boxes.convert_format(B, "zz", "xyxy"), r"\(source\): got 'zz'. Accepted: 'xyxy', 'yxyx'"),
        (lambda: boxes.convert_format(B, "xyxy", "rel_xyxy", height=3), "got 3 and None, but from 'xyxy' to 'rel_xyxy' the image's sizes"),
        (lambda: boxes.convert_format(B[:, :3], "xyxy", "xywh"), r"got shape \(2, 3\). Accepted: a last axis of 4"),
        (lambda: boxes.clip_to_image_size(B), "are in pixels. Write height=480, width=640"),
        (lambda: boxes.compute_iou(B[0], C, "xyxy"), r"compute_iou\(boxes1\): got shape \(4,\)"),
        (lambda: boxes.compute_iou(B, C, "rel_xyxy"), r"need the image's shape. Write image_shape="),
        (lambda: boxes.encode_box_to_deltas(ANCHORS, B, "xyxy", "xyxy", "xyxy"), "got 'xyxy'. Accepted: 'center_xywh' or 'center_yxhw'"),
        (lambda: boxes.encode_box_to_deltas(ANCHORS, B, "xyxy", "xyxy", variance=[1, 2]), r"got \[1, 2\]. Accepted: four numbers"),
        (lambda: boxes.crop(B, 1, 1, 5, 5, "rel_xyxy"), r"crop\(bounding_box_format\): got 'rel_xyxy'. Accepted: formats in pixels"),
    ],
)
def test_errors(make: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make()
