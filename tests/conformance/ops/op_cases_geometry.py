"""Cases of the ops that look between the places of a grid, and of windows over images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from op_table import array, case, floats, integers

INDEX: dict[str, Callable[[int, int], int]] = {
    "nearest": lambda i, n: min(max(i, 0), n - 1),
    "constant": lambda i, n: min(max(i, 0), n - 1),
    "wrap": lambda i, n: i % n,
    "mirror": lambda i, n: abs((i + n - 1) % (2 * (n - 1)) - (n - 1)) if n > 1 else 0,
    "reflect": lambda i, n: min(i % (2 * n), 2 * n - 1 - i % (2 * n)),
}
"""The place that stands for place i of an axis of size n."""


def _at(x: np.ndarray, places: Any, mode: str, fill: float) -> Any:
    if mode == "constant" and any(not 0 <= i < n for i, n in zip(places, x.shape, strict=False)):
        return np.full(x.shape[len(places) :], fill)
    return x[tuple(INDEX[mode](int(i), n) for i, n in zip(places, x.shape, strict=False))]


def _between(x: np.ndarray, point: Any, order: int, mode: str, fill: float) -> Any:
    """The element at a point, axis by axis."""
    if order == 0:
        return _at(x, [int(np.sign(c) * np.floor(abs(c) + 0.5)) for c in point], mode, fill)
    total = 0.0
    low = np.floor(point)
    for tap in np.ndindex(*(2,) * len(point)):
        weight = np.prod([c - f if t else 1 - (c - f) for t, c, f in zip(tap, point, low, strict=True)])
        total = total + weight * _at(x, low + np.array(tap), mode, fill)
    return total


def _map(x: np.ndarray, coordinates: np.ndarray, order: int, fill_mode: str = "constant", fill_value: float = 0.0) -> np.ndarray:
    points = coordinates.reshape(len(coordinates), -1).T
    return np.array([_between(x, p, order, fill_mode, fill_value) for p in points]).reshape(coordinates.shape[1:])


def _warp(x: np.ndarray, place: Any, order: int = 1, mode: str = "constant", fill: float = 0.0) -> np.ndarray:
    """Images (batch, height, width, channels) with the element at `place(number, row, column)`."""
    found = np.zeros_like(x)
    for b, row, column in np.ndindex(*x.shape[:3]):
        found[b, row, column] = _between(x[b], place(b, row, column), order, mode, fill)
    return found


GRID = floats(4, 5)
POINTS = array(np.random.default_rng(3).uniform(-6, 9, (2, 3, 4)) + 0.013)
for mode in INDEX:
    for order in (0, 1):
        case(
            "map_coordinates", GRID, POINTS, order=order, fill_mode=mode, fill_value=0.5, oracle=_map, batch=(), label=f"{mode}{order}",
            atol=5e-6, differentiable=order == 1,
        )  # fmt: skip
case("map_coordinates", floats(5), array([[-0.5, 0.0, 1.5, 4.5, 7.0]]), 0, fill_mode="wrap", oracle=_map, batch=(), differentiable=False)
case("map_coordinates", floats(2, 3, 2), array(np.full((3, 2), 0.4)), 1, oracle=_map, batch=())
case("map_coordinates", integers(4, 5, high=90), array([[0.4, 2.6], [1.2, 3.7]]), 1, oracle=lambda *a: np.round(_map(*a)), batch=())
case("map_coordinates", floats(1, 1), array([[-1.0, 0.3], [0.0, 2.0]]), 1, fill_mode="mirror", oracle=_map, batch=(), differentiable=False)

IMAGES = floats(2, 4, 5, 2)
AFFINE = array([[1.113, 0.207, -0.431, 0.111, 0.917, 0.313, 0, 0], [0.713, 0.017, 1.237, -0.319, 1.213, 0.441, 0.5, 0.5]])


def _affine(
    x: np.ndarray, t: np.ndarray, interpolation: str = "bilinear", fill_mode: str = "constant", fill_value: float = 0.0, **_: Any
) -> Any:
    order = int(interpolation == "bilinear")
    return _warp(
        x, lambda b, r, c: (t[b, 3] * c + t[b, 4] * r + t[b, 5], t[b, 0] * c + t[b, 1] * r + t[b, 2]), order, fill_mode, fill_value
    )


for mode in INDEX:
    case(
        "affine_transform",
        IMAGES,
        AFFINE,
        fill_mode=mode,
        fill_value=0.3,
        oracle=_affine,
        batch=(),
        rtol=1e-5,
        atol=1e-5,
        label=mode,
        second=False,
    )
case("affine_transform", IMAGES, AFFINE, interpolation="nearest", oracle=_affine, batch=(), differentiable=False, label="nearest")
case(
    "affine_transform", IMAGES[0], AFFINE[0], oracle=lambda x, t: _affine(x[None], t[None])[0], batch=(), rtol=1e-5, atol=1e-5, second=False
)
case("affine_transform", floats(2, 2, 4, 5), AFFINE, data_format="channels_first", batch=(), label="channels_first", second=False)
case("affine_transform", integers(4, 5, 1, high=200, dtype="uint8"), AFFINE[0], batch=(), label="uint8")

CORNERS = array([[0.0, 0.0], [0.0, 3.0], [4.0, 0.0], [4.0, 3.0]])
MOVED = array([[0.413, 0.217], [-0.311, 2.719], [3.637, 0.321], [4.213, 3.409]])


def _perspective(x: np.ndarray, start: np.ndarray, end: np.ndarray, interpolation: str = "bilinear", fill_value: float = 0.0) -> np.ndarray:
    rows, wanted = [], []
    for (u, v), (a, b) in zip(start, end, strict=True):
        rows += [[a, b, 1, 0, 0, 0, -u * a, -u * b], [0, 0, 0, a, b, 1, -v * a, -v * b]]
        wanted += [u, v]
    m = np.append(np.linalg.solve(np.array(rows), np.array(wanted)), 1).reshape(3, 3)

    def place(_: int, row: int, column: int) -> Any:
        u, v, w = m @ np.array([column, row, 1.0])
        return v / w, u / w

    return _warp(x[None], place, int(interpolation == "bilinear"), "constant", fill_value)[0]


case("perspective_transform", IMAGES[0], CORNERS, MOVED, fill_value=0.2, oracle=_perspective, batch=(), rtol=1e-4, atol=3e-5, second=False)
case("perspective_transform", IMAGES[0], CORNERS, MOVED, interpolation="nearest", oracle=_perspective, batch=(), differentiable=False)
case("perspective_transform", IMAGES, array([CORNERS] * 2), array([MOVED, MOVED[::-1]]), batch=(), atol=3e-5, label="batch", second=False)
case(
    "perspective_transform",
    floats(2, 2, 4, 5),
    array([CORNERS] * 2),
    array([MOVED] * 2),
    data_format="channels_first",
    batch=(),
    atol=3e-5,
    second=False,
)


def _placed(x: np.ndarray, count: int, scale: float, shift: float, kernel: Any, antialias: bool, axis: int) -> np.ndarray:
    size = x.shape[axis]
    places = (np.arange(count) + 0.5 - shift) / scale - 0.5
    weights = kernel(np.abs(places[None] - np.arange(size)[:, None]) / (max(1 / scale, 1) if antialias else 1))
    total = weights.sum(axis=0)
    weights = np.where(np.abs(total) > 1.2e-4, weights / np.where(total == 0, 1, total), 0) * ((places >= -0.5) & (places <= size - 0.5))
    return np.moveaxis(np.tensordot(x, weights, ([axis], [0])), -1, axis)


def _cubic(d: np.ndarray) -> np.ndarray:
    near, far = ((1.5 * d - 2.5) * d) * d + 1, ((-0.5 * d + 2.5) * d - 4) * d + 2
    return np.where(d < 1, near, np.where(d < 2, far, 0))


KERNELS: dict[str, Any] = {
    "linear": lambda d: np.maximum(0, 1 - d), "bicubic": _cubic,
    "lanczos3": lambda d: np.where(d <= 3, np.sinc(d) * np.sinc(d / 3), 0), "lanczos5": lambda d: np.where(d <= 5, np.sinc(d) * np.sinc(d / 5), 0),
}  # fmt: skip
for method, kernel in KERNELS.items():
    for antialias in (True, False):
        case(
            "scale_and_translate", floats(4, 5, 2), (6, 3, 2), array([1.537, 0.613]), array([0.313, -0.217]), (0, 1), method, antialias=antialias, batch=(),
            oracle=lambda x, s, by, to, axes, m, antialias, kernel=kernel: _placed(
                _placed(x, 6, by[0], to[0], kernel, antialias, 0), 3, by[1], to[1], kernel, antialias, 1
            ),
            label=f"{method}{antialias}", rtol=2e-5, atol=5e-6, second=False,
        )  # fmt: skip
case("scale_and_translate", floats(2, 5), (2, 7), array([1.93]), array([0.07]), (-1,), "linear", label="one axis", second=False)


def _window(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Over the second and third of four axes, zeros outside."""
    low = [(k - 1) // 2 for k in weights.shape]
    padded = np.pad(x, ((0, 0), *((a, k - 1 - a) for a, k in zip(low, weights.shape, strict=True)), (0, 0)))
    return sum(w * padded[:, i : i + x.shape[1], j : j + x.shape[2]] for (i, j), w in np.ndenumerate(weights))


def _gaussian(size: int, sigma: float) -> np.ndarray:
    weights = np.exp(-0.5 * ((np.arange(size) - (size - 1) / 2) / sigma) ** 2)
    return weights / weights.sum()


def _blur(x: np.ndarray, kernel_size: Any = (3, 3), sigma: Any = (1.0, 1.0), **_: Any) -> np.ndarray:
    weights = np.outer(_gaussian(kernel_size[1], sigma[1]), _gaussian(kernel_size[0], sigma[0]))
    return np.moveaxis(_window(np.moveaxis(x, 1, -1), weights), -1, 1)


case("gaussian_blur", IMAGES, oracle=_blur)
case("gaussian_blur", IMAGES[0], kernel_size=(5, 3), sigma=(2.0, 0.5), oracle=lambda x, **k: _blur(x[None], **k)[0], batch=())
case("gaussian_blur", floats(2, 2, 4, 5), kernel_size=(4, 2), data_format="channels_first", oracle=_blur)
SMOOTH, SLOPE = np.array([1.0, 2.0, 1.0]), np.array([-1.0, 0.0, 1.0])
_sobel = lambda x: np.stack([_window(x, np.outer(SLOPE, SMOOTH)), _window(x, np.outer(SMOOTH, SLOPE))], -1)  # noqa: E731
case("sobel_edges", IMAGES, oracle=_sobel, atol=5e-6)
case("sobel_edges", IMAGES[0], oracle=lambda x: _sobel(x[None])[0], batch=(), atol=5e-6)
case("sobel_edges", integers(2, 4, 5, 1), oracle=_sobel)
case(
    "sobel_edges",
    floats(2, 2, 4, 5),
    data_format="channels_first",
    oracle=lambda x, **_: np.moveaxis(_sobel(np.moveaxis(x, 1, -1)), 3, 1),
    atol=5e-6,
)


def _ssim(
    a: np.ndarray, b: np.ndarray, max_val: float = 1.0, filter_size: int = 11, filter_sigma: float = 1.5, k1: float = 0.01, k2: float = 0.03
) -> Any:
    weights = np.outer(_gaussian(filter_size, filter_sigma), _gaussian(filter_size, filter_sigma))
    view = lambda x: np.lib.stride_tricks.sliding_window_view(x, weights.shape, (1, 2))  # noqa: E731
    mean = lambda x: (x * weights).sum((-1, -2))  # noqa: E731
    x, y = view(a), view(b)
    m1, m2 = mean(x), mean(y)
    s1, s2, s12 = mean(x * x) - m1**2, mean(y * y) - m2**2, mean(x * y) - m1 * m2
    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    return ((2 * m1 * m2 + c1) * (2 * s12 + c2) / ((m1**2 + m2**2 + c1) * (s1 + s2 + c2))).mean((1, 2, 3))


PHOTO, OTHER = floats(2, 12, 13, 2, low=0.0, high=1.0), floats(2, 12, 13, 2, low=0.0, high=1.0, salt="other")
case("ssim", PHOTO, OTHER, oracle=_ssim, rtol=2e-4, atol=2e-6, second=False)
case("ssim", PHOTO, PHOTO, oracle=_ssim, rtol=1e-5, label="equal", differentiable=False)
case("ssim", PHOTO, OTHER, max_val=2.0, filter_size=5, filter_sigma=1.0, k1=0.02, k2=0.05, oracle=_ssim, rtol=2e-4, second=False)
case("ssim", PHOTO[0], OTHER[0], filter_size=4, oracle=lambda a, b, **k: _ssim(a[None], b[None], **k)[0], batch=(), rtol=2e-4, second=False)


def _patches(x: np.ndarray, size: Any, strides: Any) -> np.ndarray:
    rank = len(size)
    view = np.lib.stride_tricks.sliding_window_view(x, size, tuple(range(1, 1 + rank)))
    view = np.moveaxis(view[(slice(None), *(slice(None, None, s) for s in strides))], 1 + rank, -1)
    return view.reshape(*view.shape[: 1 + rank], -1)


case("extract_patches", IMAGES, (2, 3), oracle=lambda x, s: _patches(x, s, s))
case("extract_patches", IMAGES, 2, strides=(1, 2), oracle=lambda x, s, strides: _patches(x, (2, 2), strides))
case("extract_patches", IMAGES[0], 3, strides=1, oracle=lambda x, s, strides: _patches(x[None], (3, 3), (1, 1))[0], batch=())
case(
    "extract_patches",
    IMAGES,
    3,
    strides=1,
    padding="same",
    oracle=lambda x, *_, **k: _patches(np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0))), (3, 3), (1, 1)),
)
case("extract_patches", IMAGES, (2, 2), dilation_rate=(3, 2), strides=1, label="dilated",
     oracle=lambda x, *_, **k: _patches(x, (4, 3), (1, 1)).reshape(2, 1, 3, 4, 3, 2)[:, :, :, ::3, ::2].reshape(2, 1, 3, 8))  # fmt: skip
case("extract_patches", floats(2, 2, 4, 5), 2, data_format="channels_first",
     oracle=lambda x, *_, **k: np.moveaxis(_patches(np.moveaxis(x, 1, -1), (2, 2), (2, 2)), -1, 1))  # fmt: skip
VOLUMES = floats(2, 3, 4, 5, 2)
case("extract_patches", VOLUMES, (1, 2, 2), oracle=lambda x, s: _patches(x, s, s), label="volumes")
case("extract_patches_3d", VOLUMES, (2, 2, 3), oracle=lambda x, s: _patches(x, s, s))
case("extract_patches_3d", VOLUMES[0], 2, strides=1, oracle=lambda x, s, strides: _patches(x[None], (2, 2, 2), (1, 1, 1))[0], batch=())
