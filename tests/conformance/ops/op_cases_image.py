"""Cases of image ops; values of interpolation come from the recorded calls in test_op_golden.py."""

from __future__ import annotations

import colorsys

import numpy as np
from op_table import array, case, floats, integers

IMAGES = floats(2, 5, 6, 3, low=0.05, high=0.95)
_hsv = lambda x: np.apply_along_axis(lambda p: colorsys.rgb_to_hsv(*p), -1, x)  # noqa: E731
_rgb = lambda x: np.apply_along_axis(lambda p: colorsys.hsv_to_rgb(*p), -1, x)  # noqa: E731

for kind in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"):
    for antialias in (False, True):
        case("resize", IMAGES, (3, 9), interpolation=kind, antialias=antialias, label=f"{kind}{antialias}")
case("resize", IMAGES, (5, 6), oracle=lambda x, size: x)
case(
    "resize",
    array(np.arange(4.0).reshape(1, 2, 2, 1)),
    (4, 4),
    interpolation="nearest",
    oracle=lambda x, *_, **k: x.repeat(2, 1).repeat(2, 2),
)
case(
    "resize", array(np.arange(2.0).reshape(1, 2, 1)), (1, 4), oracle=lambda x, size: np.array([0, 0.25, 0.75, 1]).reshape(1, 4, 1), batch=()
)
case("resize", IMAGES, (4, 4), crop_to_aspect_ratio=True, label="crop")
case("resize", IMAGES, (4, 4), pad_to_aspect_ratio=True, fill_value=0.5, label="pad")
case("resize", floats(2, 3, 5, 6), (3, 3), data_format="channels_first", label="channels_first")
case("resize", integers(2, 4, 4, 3, high=255, dtype="uint8"), (2, 2), label="uint8")
case("rgb_to_grayscale", IMAGES, oracle=lambda x: x @ np.array([[0.2989], [0.587], [0.114]]))
case("rgb_to_grayscale", IMAGES[0], oracle=lambda x: x @ np.array([[0.2989], [0.587], [0.114]]), batch=())
case("rgb_to_hsv", IMAGES, oracle=_hsv, rtol=1e-5, zero=False)
case("hsv_to_rgb", IMAGES, oracle=_rgb, rtol=1e-5, zero=False)
case("rgb_to_hsv", array([[[0.0, 0.0, 0.0], [0.5, 0.5, 0.5]]]), oracle=_hsv, batch=(), differentiable=False)
case("pad_images", IMAGES, 1, 2, target_height=8, target_width=9, oracle=lambda x, a, b, **k: np.pad(x, ((0, 0), (1, 2), (2, 1), (0, 0))))
case("crop_images", IMAGES, 1, 2, 1, target_width=3, oracle=lambda x, *a, **k: x[:, 1:4, 2:5])
case(
    "depth_to_space", floats(2, 2, 3, 8), 2, oracle=lambda x, b: x.reshape(2, 2, 3, 2, 2, 2).transpose(0, 1, 3, 2, 4, 5).reshape(2, 4, 6, 2)
)
case(
    "space_to_depth", floats(2, 4, 6, 2), 2, oracle=lambda x, b: x.reshape(2, 2, 2, 3, 2, 2).transpose(0, 1, 3, 2, 4, 5).reshape(2, 2, 3, 8)
)


def _columns(x: np.ndarray, kernel: int, dilation: int = 1, padding: int = 0, stride: int = 1) -> np.ndarray:
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    wide = (kernel - 1) * dilation + 1
    view = np.lib.stride_tricks.sliding_window_view(x, (wide, wide), axis=(2, 3))[:, :, ::stride, ::stride, ::dilation, ::dilation]
    return view.transpose(0, 1, 4, 5, 2, 3).reshape(len(x), x.shape[1] * kernel**2, -1)


def _folded(x: np.ndarray, size: tuple[int, int], kernel: int, **options: int) -> np.ndarray:
    """By linearity from `_columns`."""
    channels = x.shape[1] // kernel**2
    numbers = _columns(np.arange(1.0, size[0] * size[1] + 1).reshape(1, 1, *size), kernel, **options)[0].astype(int)
    out = np.zeros((len(x), channels, size[0] * size[1] + 1))
    parts = x.reshape(len(x), channels, kernel**2, -1)
    for place in np.ndindex(*numbers.shape):
        out[:, :, numbers[place]] += parts[:, :, place[0], place[1]]
    return out[:, :, 1:].reshape(len(x), channels, *size)


PLANES = floats(2, 3, 5, 6)
for options in [{}, {"padding": 1, "stride": 2}, {"dilation": 2}]:
    label = "_".join(options) or "plain"
    case("unfold", PLANES, 2, **options, oracle=_columns, label=label)
    columns = _columns(PLANES, 2, **options).astype("float32")
    case("fold", array(columns), (5, 6), 2, **options, oracle=_folded, label=label)


def _adaptive(statistic: object) -> object:
    def oracle(x: np.ndarray, n: int) -> np.ndarray:
        for axis in range(1, x.ndim - 1):
            m = x.shape[axis]
            x = np.stack([statistic(np.take(x, range(i * m // n, -(-(i + 1) * m // n)), axis), axis) for i in range(n)], axis)  # type: ignore[operator]
        return x

    return oracle


for n in (1, 2, 4):
    case("adaptive_average_pool", IMAGES, n, oracle=_adaptive(np.mean), label=f"{n}")
    case("adaptive_max_pool", IMAGES, n, oracle=_adaptive(np.max), label=f"{n}")
