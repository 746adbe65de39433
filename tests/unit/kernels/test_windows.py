"""Pooling kernels against loops."""

import numpy as np
import pytest

from keras.kernels import windows
from keras.kernels.threads import run

GEOMETRIES = {
    "2x2": ((3, 6, 8, 5), {"window": (2, 2), "strides": (2, 2), "padding": ((0, 0), (0, 0))}),
    "2x2 with a rest": ((3, 7, 5, 5), {"window": (2, 2), "strides": (2, 2), "padding": ((0, 0), (0, 0))}),
    "3x2 side by side": ((2, 6, 5, 3), {"window": (3, 2), "strides": (3, 2), "padding": ((0, 0), (0, 0))}),
    "overlapping": ((2, 7, 8, 3), {"window": (3, 3), "strides": (2, 2), "padding": ((0, 0), (0, 0))}),
    "same": ((2, 7, 8, 3), {"window": (3, 2), "strides": (1, 1), "padding": ((1, 1), (0, 1))}),
    "same, strided": ((2, 7, 8, 3), {"window": (3, 2), "strides": (2, 2), "padding": ((1, 1), (0, 1))}),
    "padded, side by side": ((2, 7, 7, 3), {"window": (2, 2), "strides": (2, 2), "padding": ((0, 1), (0, 1))}),
    "gaps": ((2, 9, 8, 3), {"window": (2, 1), "strides": (3, 2), "padding": ((0, 0), (0, 0))}),
    "window 1": ((2, 4, 3, 3), {"window": (1, 1), "strides": (1, 1), "padding": ((0, 0), (0, 0))}),
    "one dimension pooled": ((2, 4, 6, 3), {"window": (1, 3), "strides": (1, 3), "padding": ((0, 0), (0, 0))}),
    "whole image": ((2, 4, 3, 3), {"window": (4, 3), "strides": (1, 1), "padding": ((0, 0), (0, 0))}),
    "1-D": ((2, 9, 3), {"window": (3,), "strides": (2,), "padding": ((1, 1),)}),
    "1-D pairs": ((2, 8, 3), {"window": (2,), "strides": (2,), "padding": ((0, 0),)}),
    "3-D": ((2, 4, 5, 6, 2), {"window": (2, 2, 2), "strides": (2, 2, 2), "padding": ((0, 0), (0, 0), (0, 0))}),
    "3-D overlapping": ((1, 4, 5, 4, 2), {"window": (2, 3, 2), "strides": (1, 2, 1), "padding": ((1, 0), (1, 1), (0, 0))}),
    "size 1": ((1, 1, 1, 1), {"window": (1, 1), "strides": (1, 1), "padding": ((0, 0), (0, 0))}),
    "batch 0": ((0, 4, 4, 3), {"window": (2, 2), "strides": (2, 2), "padding": ((0, 0), (0, 0))}),
    "window larger than x": ((2, 2, 2, 3), {"window": (3, 3), "strides": (1, 1), "padding": ((0, 0), (0, 0))}),
}
CASES = [pytest.param(shape, geometry, id=name) for name, (shape, geometry) in GEOMETRIES.items()]


def boxes(shape, *, window, strides, padding):
    """(place of the output, slices of x) of every window, without padded places."""
    sizes = [max(0, (n + low + high - w) // s + 1) for n, w, s, (low, high) in zip(shape[1:-1], window, strides, padding, strict=True)]
    for place in np.ndindex(*sizes):
        starts = [o * s - low for o, s, (low, _) in zip(place, strides, padding, strict=True)]
        yield place, tuple(slice(max(0, a), max(0, a + w)) for a, w in zip(starts, window, strict=True))


def naive(function, x, geometry):
    axes = tuple(range(1, x.ndim - 1))
    _, shape = windows.plan_windows(x.shape, **geometry)
    out = np.zeros(shape)
    for place, box in boxes(x.shape, **geometry):
        out[(slice(None), *place)] = function(x[(slice(None), *box)].astype(np.float64), axis=axes)
    return out


def example(shape, dtype=np.float64):
    x = np.random.default_rng(5).standard_normal(shape).astype(dtype)
    x.flags.writeable = False
    return x


@pytest.fixture(params=["one block", "small blocks on threads"], autouse=True)
def blocks(request, monkeypatch):
    if request.param != "one block":
        monkeypatch.setattr(windows, "PARALLEL_ELEMENTS", 1)
        monkeypatch.setattr(windows, "BLOCK_BYTES", 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("shape", "geometry"), CASES)
def test_values_equal_loops(shape, geometry, dtype):
    x = example(shape, dtype)
    for function, exact in ((windows.max_pool, np.max), (windows.average_pool, np.mean)):
        value = function(x, **geometry)
        assert value.dtype == dtype
        np.testing.assert_allclose(value, naive(exact, x, geometry), rtol=0, atol=1e-6 if dtype == np.float32 else 1e-13)


def naive_max_gradient(g, x, geometry):
    dx = np.zeros(x.shape)
    for place, box in boxes(x.shape, **geometry):
        for image in range(x.shape[0]):
            for channel in range(x.shape[-1]):
                part = x[(image, *box, channel)]
                first = np.unravel_index(np.argmax(part), part.shape)
                dx[(image, *box, channel)][first] += g[(image, *place, channel)]
    return dx


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize(("shape", "geometry"), CASES)
def test_max_pool_gradient_goes_to_the_first_maximum(shape, geometry, ties, dtype):
    x = example(shape, dtype)
    if ties:
        x = np.maximum(np.round(x), 0).astype(dtype)
    y = windows.max_pool(x, **geometry)
    g = np.random.default_rng(6).integers(-8, 8, y.shape).astype(dtype)
    g.flags.writeable = False
    dx = windows.max_pool_gradient(g, x, y, **geometry)
    assert dx.dtype == dtype
    np.testing.assert_array_equal(dx, naive_max_gradient(g, x, geometry))


@pytest.mark.parametrize(("shape", "geometry"), CASES)
def test_windows_are_taken_out_and_added_back(shape, geometry):
    x = example(shape)
    if np.prod(windows.plan_windows(shape, **geometry)[1]) == 0:
        return
    taken = windows.extract_windows(x, **geometry, value=0.0)
    count = len(geometry["window"])
    axes = tuple(range(1 + count, 1 + 2 * count))
    np.testing.assert_allclose(taken.sum(axis=axes), naive(np.sum, x, geometry), rtol=0, atol=1e-13)
    g = np.random.default_rng(6).standard_normal(taken.shape)
    np.testing.assert_allclose(np.sum(windows.add_windows(g, **geometry, x_shape=shape) * x), np.sum(g * taken), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("shape", "geometry"), CASES)
def test_bound_forms_replay_with_new_values(shape, geometry):
    x, dx = np.zeros(shape), np.zeros(shape)
    y, mean, g = (np.zeros(windows.plan_windows(shape, **geometry)[1]) for _ in range(3))
    calls = (
        windows.bind_max_pool(x, y, **geometry),
        windows.bind_average_pool(x, mean, **geometry),
        windows.bind_max_pool_gradient(g, x, y, dx, **geometry),
    )
    for seed in range(2):
        rng = np.random.default_rng(seed)
        x[...], g[...] = rng.standard_normal(x.shape), rng.standard_normal(g.shape)
        for array in (y, mean, dx):
            array.fill(np.nan)
        for steps in calls:
            run(steps)
        np.testing.assert_array_equal(y, windows.max_pool(x, **geometry))
        np.testing.assert_array_equal(mean, windows.average_pool(x, **geometry))
        np.testing.assert_array_equal(dx, windows.max_pool_gradient(g, x, y, **geometry))


@pytest.mark.parametrize("name", ["2x2", "overlapping", "same, strided"])
def test_arrays_need_not_be_contiguous(name):
    shape, geometry = GEOMETRIES[name]
    x = example(shape)
    strided = np.asfortranarray(x)
    y = windows.max_pool(x, **geometry)
    g = np.random.default_rng(6).standard_normal(y.shape)
    out = np.asfortranarray(np.empty(y.shape))
    run(windows.bind_max_pool(strided, out, **geometry))
    np.testing.assert_array_equal(out, y)
    run(windows.bind_average_pool(strided, out, **geometry))
    np.testing.assert_array_equal(out, windows.average_pool(x, **geometry))
    dx = np.asfortranarray(np.empty(shape))
    run(windows.bind_max_pool_gradient(np.asfortranarray(g), strided, y, dx, **geometry))
    np.testing.assert_array_equal(dx, windows.max_pool_gradient(g, x, y, **geometry))


def test_integers_and_infinities():
    x = np.array([[[3], [-5], [7], [7]]], np.int32)
    geometry = {"window": (2,), "strides": (2,), "padding": ((1, 1),)}
    assert windows.max_pool(x, **geometry)[0, :, 0].tolist() == [3, 7, 7]
    x = np.array([[[-np.inf], [-np.inf], [1.0], [np.nan]]])
    geometry = {"window": (2,), "strides": (2,), "padding": ((0, 0),)}
    y = windows.max_pool(x, **geometry)
    np.testing.assert_array_equal(y[0, :, 0], [-np.inf, np.nan])
    dx = windows.max_pool_gradient(np.array([[[np.inf], [2.0]]]), x, y, **geometry)
    np.testing.assert_array_equal(dx[0, :, 0], [np.inf, 0, 0, 2])  # a window with NaN gives its gradient to its last place


def test_errors_name_what_came():
    x = example((2, 4, 4, 3))
    with pytest.raises(ValueError, match=r"window \(2,\), strides \(2, 2\)"):
        windows.max_pool(x, window=(2,), strides=(2, 2), padding=((0, 0), (0, 0)))
    geometry = {"window": (2, 2), "strides": (2, 2), "padding": ((0, 0), (0, 0))}
    with pytest.raises(ValueError, match=r"out has shape \(2, 4, 4, 3\), the windows give \(2, 2, 2, 3\)"):
        windows.bind_max_pool(x, np.empty(x.shape), **geometry)
    with pytest.raises(ValueError, match=r"max_pool_gradient: g has shape"):
        windows.max_pool_gradient(x, x, x, **geometry)
