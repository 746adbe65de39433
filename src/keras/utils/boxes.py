"""Bounding boxes: formats, cutting to an image, overlap, moves with the image. Written with ops, so they run on every engine.

A box has four numbers in one of the formats of `FORMATS`; "xyxy" is left, top, right, bottom, "rel_" means fractions of the image.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from keras import ops

Tensor = Any

FORMATS = ("xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw", "rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh")


def _checked_format(argument: str, name: Any) -> str:
    found = str(name).lower()
    if found not in FORMATS:
        raise ValueError(f"bounding_boxes({argument}): got {name!r}. Accepted: {', '.join(map(repr, FORMATS))}.")
    return found


def _sides(boxes: Tensor) -> list[Tensor]:
    """The four numbers of each box, the last axis kept."""
    return [boxes[..., i : i + 1] for i in range(4)]


def _joined(*sides: Tensor) -> Tensor:
    return ops.concatenate(list(sides), axis=-1)


def _half(x: Tensor) -> Tensor:
    return ops.multiply(x, 0.5)


def _from_corner(x: Tensor, y: Tensor, w: Tensor, h: Tensor) -> tuple[Tensor, ...]:
    return x, y, ops.add(x, w), ops.add(y, h)


def _from_center(x: Tensor, y: Tensor, w: Tensor, h: Tensor) -> tuple[Tensor, ...]:
    return _from_corner(ops.subtract(x, _half(w)), ops.subtract(y, _half(h)), w, h)


def _sizes(left: Tensor, top: Tensor, right: Tensor, bottom: Tensor) -> tuple[Tensor, Tensor]:
    return ops.subtract(right, left), ops.subtract(bottom, top)


def _center(left: Tensor, top: Tensor, right: Tensor, bottom: Tensor) -> tuple[Tensor, Tensor]:
    return _half(ops.add(left, right)), _half(ops.add(top, bottom))


_TO_CORNERS: dict[str, Callable[..., tuple[Tensor, ...]]] = {
    "xyxy": lambda a, b, c, d: (a, b, c, d),
    "yxyx": lambda a, b, c, d: (b, a, d, c),
    "xywh": _from_corner,
    "center_xywh": _from_center,
    "center_yxhw": lambda y, x, h, w: _from_center(x, y, w, h),
}
_FROM_CORNERS: dict[str, Callable[..., tuple[Tensor, ...]]] = {
    "xyxy": lambda *c: c,
    "yxyx": lambda a, b, c, d: (b, a, d, c),
    "xywh": lambda *c: (c[0], c[1], *_sizes(*c)),
    "center_xywh": lambda *c: (*_center(*c), *_sizes(*c)),
    "center_yxhw": lambda *c: (*_center(*c)[::-1], *_sizes(*c)[::-1]),
}


def _scaled(corners: tuple[Tensor, ...], height: Any, width: Any, function: Callable[..., Tensor]) -> tuple[Tensor, ...]:
    """Corners multiplied or divided by the image's sizes: one number, or one per image of the batch."""

    def size(value: Any) -> Tensor:
        number = ops.cast(value, corners[0].dtype)
        return ops.reshape(number, (-1, *(1,) * (len(corners[0].shape) - 1))) if len(number.shape) else number

    h, w = size(height), size(width)
    return tuple(function(side, extent) for side, extent in zip(corners, (w, h, w, h), strict=True))


def convert_format(boxes: Any, source: str, target: str, height: Any = None, width: Any = None, dtype: Any = "float32") -> Any:
    """The boxes in another format.

    Arguments:
        boxes: tensor or array, shape (..., 4); or a dict with such a tensor under "boxes", whose other entries stay.
        source, target: formats: 'xyxy', 'yxyx', 'xywh', 'center_xywh', 'center_yxhw', 'rel_xyxy', 'rel_yxyx', 'rel_xywh', 'rel_center_xywh'.
        height, width: sizes of the image (or of each image of a batch); needed between fractions and pixels.
        dtype: dtype of the result. Default "float32".
    Returns: tensor of the shape of `boxes`, or such a dict.
    Raises: ValueError for an unknown format, missing sizes, or boxes that have not four numbers.
    Example:
        >>> np.asarray(convert_format([[10.0, 20.0, 40.0, 60.0]], "xyxy", "center_xywh")).tolist()
        [[25.0, 40.0, 30.0, 40.0]]

    Source: keras.utils.bounding_boxes.convert_format of Keras 3.
    """
    if isinstance(boxes, dict):
        return {**boxes, "boxes": convert_format(boxes["boxes"], source, target, height, width, dtype)}
    source, target = _checked_format("source", source), _checked_format("target", target)
    boxes = ops.convert_to_tensor(boxes, dtype=dtype)
    if not boxes.shape or boxes.shape[-1] != 4:
        raise ValueError(f"bounding_boxes(boxes): got shape {tuple(boxes.shape)}. Accepted: a last axis of 4 numbers per box.")
    if source == target:
        return boxes
    from_rel, to_rel = source.startswith("rel_"), target.startswith("rel_")
    if from_rel != to_rel and (height is None or width is None):
        raise ValueError(
            f"bounding_boxes(height, width): got {height!r} and {width!r}, but from {source!r} to {target!r} the image's sizes are needed. "
            "Write height=480, width=640."
        )
    corners = _TO_CORNERS[source.removeprefix("rel_")](*_sides(boxes))
    if from_rel != to_rel:
        corners = _scaled(corners, height, width, ops.multiply if from_rel else ops.divide)
    return _joined(*_FROM_CORNERS[target.removeprefix("rel_")](*corners))


def _on_boxes(function: Callable[[Tensor], Tensor], boxes: Any) -> Any:
    """The function of a tensor of boxes, or of that in a dict."""
    return {**boxes, "boxes": function(boxes["boxes"])} if isinstance(boxes, dict) else function(boxes)


def _clipped(boxes: Tensor, height: Any, width: Any) -> Tensor:
    left, top, right, bottom = _sides(boxes)
    return _joined(ops.clip(left, 0, width), ops.clip(top, 0, height), ops.clip(right, 0, width), ops.clip(bottom, 0, height))


def clip_to_image_size(bounding_boxes: Any, height: Any = None, width: Any = None, bounding_box_format: str = "xyxy") -> Any:
    """The boxes cut off at the edges of the image; the label of a box of which nothing is left becomes -1.

    Arguments:
        bounding_boxes: dict with "boxes", shape (..., 4), and "labels", shape (...); or a tensor of boxes alone.
        height, width: numbers, sizes of the image; needed unless the format gives fractions. bounding_box_format: see `convert_format`.
    Returns: a dict or tensor of the same shapes.
    Raises: ValueError for an unknown format or missing sizes.
    Example:
        >>> found = clip_to_image_size({"boxes": np.array([[-5.0, 0.0, 120.0, 90.0]]), "labels": np.array([1])}, 80, 100)
        >>> np.asarray(found["boxes"]).tolist(), np.asarray(found["labels"]).tolist()
        ([[0.0, 0.0, 100.0, 80.0]], [1])

    Source: keras.utils.bounding_boxes.clip_to_image_size of Keras 3.
    """
    format_ = _checked_format("bounding_box_format", bounding_box_format)
    fractions = format_.startswith("rel_")
    if not fractions and (height is None or width is None):
        raise ValueError(
            f"clip_to_image_size(height, width): got {height!r} and {width!r}, but boxes in format {format_!r} are in pixels. "
            "Write height=480, width=640."
        )
    corner_format = "rel_xyxy" if fractions else "xyxy"
    sizes = (1, 1) if fractions else (height, width)
    boxes = bounding_boxes["boxes"] if isinstance(bounding_boxes, dict) else bounding_boxes
    clipped = _clipped(convert_format(boxes, format_, corner_format), *sizes)
    result = convert_format(clipped, corner_format, format_)
    if not isinstance(bounding_boxes, dict):
        return result
    found = {**bounding_boxes, "boxes": result}
    if "labels" in bounding_boxes:
        w, h = _sizes(*_sides(clipped))
        is_left = ops.squeeze(ops.logical_and(ops.greater(w, 0), ops.greater(h, 0)), axis=-1)
        labels = ops.convert_to_tensor(bounding_boxes["labels"])
        found["labels"] = ops.where(is_left, labels, ops.full_like(labels, -1))
    return found


# --------------------------------------------------------------------------------------------------------------------- overlap


def _corners(boxes: Any, format_: str, image_shape: Any) -> Tensor:
    """The boxes as xyxy in pixels."""
    format_ = _checked_format("bounding_box_format", format_)
    if format_.startswith("rel_"):
        if image_shape is None:
            raise ValueError(
                f"bounding_boxes(image_shape): boxes in format {format_!r} need the image's shape. Write image_shape=(height, width, channels)."
            )
        return convert_format(boxes, format_, "xyxy", height=image_shape[0], width=image_shape[1])
    return convert_format(boxes, format_, "xyxy")


def _overlap(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Areas of the intersection and of the union; the last axis is kept."""
    (l1, t1, r1, b1), (l2, t2, r2, b2) = _sides(a), _sides(b)
    w = ops.maximum(ops.subtract(ops.minimum(r1, r2), ops.maximum(l1, l2)), 0)
    h = ops.maximum(ops.subtract(ops.minimum(b1, b2), ops.maximum(t1, t2)), 0)
    common = ops.multiply(w, h)
    areas = ops.add(ops.multiply(*_sizes(l1, t1, r1, b1)), ops.multiply(*_sizes(l2, t2, r2, b2)))
    return common, ops.subtract(areas, common)


def compute_iou(
    boxes1: Any, boxes2: Any, bounding_box_format: str, use_masking: bool = False, mask_val: float = -1, image_shape: Any = None
) -> Any:
    """The overlap of every box with every other one: area of the intersection / area of the union.

    Arguments:
        boxes1: boxes, shape (n, 4) or (batch, n, 4). boxes2: boxes, shape (m, 4) or (batch, m, 4).
        bounding_box_format: see `convert_format`. image_shape: (height, width, ...), needed where the format gives fractions.
        use_masking: whether pairs with a box that is all `mask_val` get -1 instead of a number.
    Returns: float32 tensor, shape (n, m) or (batch, n, m); 0 for pairs of empty boxes.
    Raises: ValueError if a rank or format is not accepted.
    Example:
        >>> np.asarray(compute_iou([[0.0, 0.0, 2.0, 2.0]], [[0.0, 0.0, 2.0, 1.0], [5.0, 5.0, 6.0, 6.0]], "xyxy")).tolist()
        [[0.5, 0.0]]

    Source: keras.utils.bounding_boxes.compute_iou of Keras 3; Jaccard 1901.
    """
    a, b = ops.convert_to_tensor(boxes1, dtype="float32"), ops.convert_to_tensor(boxes2, dtype="float32")
    for argument, boxes in (("boxes1", a), ("boxes2", b)):
        if len(boxes.shape) not in (2, 3):
            raise ValueError(f"compute_iou({argument}): got shape {tuple(boxes.shape)}. Accepted: (boxes, 4) or (batch, boxes, 4).")
    x = ops.expand_dims(_corners(a, bounding_box_format, image_shape), -2)
    y = ops.expand_dims(_corners(b, bounding_box_format, image_shape), -3)
    common, union = _overlap(x, y)
    found = ops.squeeze(ops.divide_no_nan(common, union), axis=-1)
    if not use_masking:
        return found
    empty_a, empty_b = (ops.all(ops.equal(boxes, float(mask_val)), axis=-1) for boxes in (a, b))
    empty = ops.logical_or(ops.expand_dims(empty_a, -1), ops.expand_dims(empty_b, -2))
    return ops.where(empty, ops.full_like(found, -1.0), found)


def compute_ciou(boxes1: Any, boxes2: Any, bounding_box_format: str, image_shape: Any = None) -> Any:
    """The complete overlap of corresponding boxes: iou - d^2 / c^2 - a v, which also falls with the distance and with unlike proportions.

    d is the distance of the centers, c the diagonal of the box around both, v = 4 / pi^2 (atan(w2 / h2) - atan(w1 / h1))^2, a = v / (1 - iou + v).

    Arguments:
        boxes1, boxes2: boxes, shapes (..., 4) that broadcast. bounding_box_format: see `convert_format`.
        image_shape: (height, width, ...), needed where the format gives fractions.
    Returns: float32 tensor, shape (...): 1 for equal boxes, down to less than -1.
    Raises: ValueError for an unknown format.
    Example:
        >>> round(float(compute_ciou([[0.0, 0.0, 2.0, 2.0]], [[0.0, 0.0, 2.0, 2.0]], "xyxy")[0]), 4)
        1.0

    Source: keras.utils.bounding_boxes.compute_ciou of Keras 3; Zheng et al. 2020.
    """
    tiny = 1e-7
    x, y = _corners(boxes1, bounding_box_format, image_shape), _corners(boxes2, bounding_box_format, image_shape)
    common, union = _overlap(x, y)
    iou = ops.divide(common, ops.add(union, tiny))
    (l1, t1, r1, b1), (l2, t2, r2, b2) = _sides(x), _sides(y)
    around = _sizes(ops.minimum(l1, l2), ops.minimum(t1, t2), ops.maximum(r1, r2), ops.maximum(b1, b2))
    apart = (ops.subtract(p, q) for p, q in zip(_center(l1, t1, r1, b1), _center(l2, t2, r2, b2), strict=True))
    distance = ops.divide(_squares(*apart), ops.add(_squares(*around), tiny))
    (w1, h1), (w2, h2) = _sizes(l1, t1, r1, b1), _sizes(l2, t2, r2, b2)
    turn = ops.subtract(ops.arctan(ops.divide(w2, ops.add(h2, tiny))), ops.arctan(ops.divide(w1, ops.add(h1, tiny))))
    v = ops.multiply(ops.square(turn), 4.0 / np.pi**2)
    weight = ops.divide(v, ops.add(ops.subtract(v, iou), 1.0 + tiny))
    return ops.squeeze(ops.subtract(iou, ops.add(distance, ops.multiply(v, weight))), axis=-1)


def _squares(a: Tensor, b: Tensor) -> Tensor:
    return ops.add(ops.square(a), ops.square(b))


# ------------------------------------------------------------------------------------------------------------- anchors and deltas


def _center_format(argument: str, name: str) -> str:
    if name not in ("center_xywh", "center_yxhw"):
        raise ValueError(f"bounding_boxes({argument}): got {name!r}. Accepted: 'center_xywh' or 'center_yxhw'.")
    return name


def _variance(variance: Any) -> Tensor | None:
    if variance is None:
        return None
    if np.shape(variance) != (4,):
        raise ValueError(f"bounding_boxes(variance): got {variance!r}. Accepted: four numbers. Write variance=[0.1, 0.1, 0.2, 0.2].")
    return ops.convert_to_tensor(variance, dtype="float32")


def encode_box_to_deltas(
    anchors: Any, boxes: Any, anchor_format: str, box_format: str, encoding_format: str = "center_yxhw", variance: Any = None, image_shape: Any = None
) -> Any:  # fmt: skip
    """What a detector learns: each box relative to its anchor: ((center - anchor's center) / anchor's size, log(size / anchor's size)).

    Arguments:
        anchors: shape (n, 4). boxes: shape (n, 4) or (batch, n, 4). anchor_format, box_format: see `convert_format`.
        encoding_format: 'center_yxhw' or 'center_xywh', the order of the four numbers. variance: four numbers to divide by, or None.
        image_shape: (height, width, ...), needed where a format gives fractions.
    Returns: float32 tensor of the shape of `boxes`.
    Raises: ValueError if a format or `variance` is not accepted.
    Example:
        >>> np.asarray(encode_box_to_deltas([[0.0, 0.0, 20.0, 20.0]], [[10.0, 10.0, 30.0, 30.0]], "xyxy", "xyxy")).tolist()
        [[0.5, 0.5, 0.0, 0.0]]

    Source: keras.utils.bounding_boxes.encode_box_to_deltas of Keras 3; Girshick et al. 2014.
    """
    order, scale = _center_format("encoding_format", encoding_format), _variance(variance)
    a = convert_format(_corners(anchors, anchor_format, image_shape), "xyxy", order)
    b = convert_format(_corners(boxes, box_format, image_shape), "xyxy", order)
    moved = ops.divide(ops.subtract(b[..., :2], a[..., :2]), a[..., 2:])
    deltas = ops.concatenate([moved, ops.log(ops.divide(b[..., 2:], a[..., 2:]))], axis=-1)
    return deltas if scale is None else ops.divide(deltas, scale)


def decode_deltas_to_boxes(
    anchors: Any, boxes_delta: Any, anchor_format: str, box_format: str, encoded_format: str = "center_yxhw", variance: Any = None, image_shape: Any = None
) -> Any:  # fmt: skip
    """The boxes that deltas stand for: the inverse of `encode_box_to_deltas`.

    Arguments:
        anchors: shape (n, 4); or a dict of such tensors by level. boxes_delta: shape (n, 4) or (batch, n, 4); or a dict with the same keys.
        anchor_format: format of the anchors. box_format: that of the result. encoded_format: 'center_yxhw' or 'center_xywh'.
        variance: four numbers, as for encoding. image_shape: (height, width, ...), needed where a format gives fractions.
    Returns: float32 tensor of the shape of `boxes_delta`, or a dict of them.
    Raises: ValueError if a format or `variance` is not accepted.
    Example:
        >>> np.asarray(decode_deltas_to_boxes([[0.0, 0.0, 20.0, 20.0]], [[0.5, 0.5, 0.0, 0.0]], "xyxy", "xyxy")).tolist()
        [[10.0, 10.0, 30.0, 30.0]]

    Source: keras.utils.bounding_boxes.decode_deltas_to_boxes of Keras 3; Girshick et al. 2014.
    """
    if isinstance(boxes_delta, dict):
        return {
            level: decode_deltas_to_boxes(anchors[level], deltas, anchor_format, box_format, encoded_format, variance, image_shape)
            for level, deltas in boxes_delta.items()
        }
    order, scale = _center_format("encoded_format", encoded_format), _variance(variance)
    a = convert_format(_corners(anchors, anchor_format, image_shape), "xyxy", order)
    deltas = ops.convert_to_tensor(boxes_delta, dtype="float32")
    deltas = deltas if scale is None else ops.multiply(deltas, scale)
    center = ops.add(ops.multiply(deltas[..., :2], a[..., 2:]), a[..., :2])
    boxes = ops.concatenate([center, ops.multiply(ops.exp(deltas[..., 2:]), a[..., 2:])], axis=-1)
    height, width = (None, None) if image_shape is None else image_shape[:2]
    return convert_format(boxes, order, box_format, height=height, width=width)


# ------------------------------------------------------------------------------------------------------------- moves with the image


def _in_pixels(name: str, format_: str) -> str:
    found = _checked_format("bounding_box_format", format_)
    if found.startswith("rel_"):
        raise ValueError(
            f"bounding_boxes.{name}(bounding_box_format): got {format_!r}. Accepted: formats in pixels, such as 'xyxy'. Convert first."
        )
    return found


def crop(boxes: Any, top: int, left: int, height: int, width: int, bounding_box_format: str = "xyxy") -> Any:
    """The boxes as they lie in a part of the image, cut off at its edges.

    Arguments:
        boxes: shape (..., 4), or a dict with "boxes". top, left: place of the part. height, width: its sizes.
        bounding_box_format: a format in pixels; see `convert_format`.
    Returns: float32 tensor of the shape of `boxes`, or such a dict.
    Example:
        >>> np.asarray(crop([[10.0, 20.0, 40.0, 60.0]], top=5, left=6, height=50, width=60)).tolist()
        [[4.0, 15.0, 34.0, 50.0]]

    Source: keras.utils.bounding_boxes.crop of Keras 3.
    """
    format_ = _in_pixels("crop", bounding_box_format)

    def cropped(x: Any) -> Tensor:
        moved = ops.subtract(convert_format(x, format_, "xyxy"), ops.convert_to_tensor([left, top, left, top], dtype="float32"))
        return convert_format(_clipped(moved, height, width), "xyxy", format_)

    return _on_boxes(cropped, boxes)


def pad(boxes: Any, top: int, left: int, height: int | None = None, width: int | None = None, bounding_box_format: str = "xyxy") -> Any:
    """The boxes as they lie in an image to which rows at the top and columns at the left were added.

    Arguments:
        boxes: shape (..., 4), or a dict with "boxes". top, left: rows and columns that were added. height, width: not used.
        bounding_box_format: a format in pixels; see `convert_format`.
    Returns: float32 tensor of the shape of `boxes`, or such a dict.
    Example:
        >>> np.asarray(pad([[10.0, 20.0, 40.0, 60.0]], top=5, left=6)).tolist()
        [[16.0, 25.0, 46.0, 65.0]]

    Source: keras.utils.bounding_boxes.pad of Keras 3.
    """
    format_ = _in_pixels("pad", bounding_box_format)
    moves = ops.convert_to_tensor([left, top, left, top], dtype="float32")
    return _on_boxes(lambda x: convert_format(ops.add(convert_format(x, format_, "xyxy"), moves), "xyxy", format_), boxes)
