"""Bounding boxes that turn, grow, shear and move with their image."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras import ops
from keras.utils.boxes import convert_format

Tensor = Any


def _matrix(angle: Tensor, scale: Tensor, shear_x: Tensor, shear_y: Tensor) -> tuple[Tensor, ...]:
    """The four numbers (xx, xy, yx, yy) of the linear part."""
    turn = ops.multiply(angle, np.pi / 180)
    c, s = ops.cos(turn), ops.sin(turn)
    a, b = (ops.tan(ops.multiply(shear, np.pi / 180)) for shear in (shear_x, shear_y))
    yx, yy = ops.subtract(ops.multiply(b, c), s), ops.add(c, ops.multiply(b, s))
    xx, xy = ops.subtract(c, ops.multiply(a, yx)), ops.add(s, ops.multiply(a, yy))
    return tuple(ops.multiply(scale, part) for part in (xx, xy, yx, yy))


def affine_transform(
    boxes: Any, angle: Any, translate_x: Any, translate_y: Any, scale: Any, shear_x: Any, shear_y: Any, height: Any, width: Any,
    center_x: Any = None, center_y: Any = None, bounding_box_format: str = "xyxy",
) -> Any:  # fmt: skip
    """The boxes around what boxes become when their image is moved, sheared, scaled and turned about a point.

    Arguments:
        boxes: shape (batch, boxes, 4), or (boxes, 4) with numbers for the rest.
        angle: degrees, shape (batch,), positive against the clock. translate_x, translate_y: shifts as fractions of the sizes less 1.
        scale: factors. shear_x, shear_y: degrees. height, width: numbers, sizes of the image.
        center_x, center_y: the point as fractions of the sizes less 1. Default None: the middle.
        bounding_box_format: see `keras.utils.bounding_boxes.convert_format`.
    Returns: float32 tensor of the shape of `boxes`.
    Raises: ValueError for an unknown format or boxes that have not four numbers.
    Example:
        >>> boxes = np.array([[[10.0, 20.0, 40.0, 60.0]]])
        >>> zero, one = np.zeros(1), np.ones(1)
        >>> turned = affine_transform(boxes, 90 * one, zero, zero, one, zero, zero, height=100, width=80)
        >>> np.asarray(turned).round(3).tolist()
        [[[10.0, 49.0, 50.0, 79.0]]]

    Source: keras.utils.bounding_boxes.affine_transform of Keras 3.
    """
    corners = convert_format(boxes, bounding_box_format, "xyxy", height=height, width=width)
    rank = len(corners.shape)

    def number(value: Any) -> Tensor:
        found = ops.convert_to_tensor(value, dtype="float32")
        return ops.reshape(found, (-1, *(1,) * (rank - 1))) if len(found.shape) else found

    w, h = float(width) - 1.0, float(height) - 1.0
    x0 = ops.multiply(number(0.5 if center_x is None else center_x), w)
    y0 = ops.multiply(number(0.5 if center_y is None else center_y), h)
    xx, xy, yx, yy = _matrix(number(angle), number(scale), number(shear_x), number(shear_y))
    left, top, right, bottom = (corners[..., i : i + 1] for i in range(4))
    x = ops.concatenate([left, right, right, left], axis=-1)
    y = ops.concatenate([top, top, bottom, bottom], axis=-1)
    x = ops.subtract(ops.add(x, ops.multiply(number(translate_x), w)), x0)
    y = ops.subtract(ops.add(y, ops.multiply(number(translate_y), h)), y0)
    new_x = ops.add(ops.add(ops.multiply(xx, x), ops.multiply(xy, y)), x0)
    new_y = ops.add(ops.add(ops.multiply(yx, x), ops.multiply(yy, y)), y0)
    around = [function(side, axis=-1, keepdims=True) for function in (ops.min, ops.max) for side in (new_x, new_y)]
    return convert_format(ops.concatenate(around, axis=-1), "xyxy", bounding_box_format, height=height, width=width)
