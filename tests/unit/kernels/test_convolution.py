"""Convolution kernels against loops in float64."""

import itertools

import numpy as np
import pytest

from keras.kernels import convolution, convolution_blocks, convolution_plan, threads

GEOMETRIES = {
    "valid": {"x": (2, 6, 7, 3), "w": (3, 2, 3, 4), "strides": (1, 1), "padding": ((0, 0), (0, 0))},
    "same": {"x": (2, 6, 7, 3), "w": (3, 3, 3, 4), "strides": (1, 1), "padding": ((1, 1), (1, 1))},
    "many channels": {"x": (3, 5, 6, 9), "w": (3, 2, 9, 8), "strides": (1, 1), "padding": ((1, 0), (0, 1))},
    "strided": {"x": (2, 7, 8, 3), "w": (3, 3, 3, 4), "strides": (2, 3), "padding": ((1, 1), (0, 2))},
    "strided past the end": {"x": (2, 8, 8, 9), "w": (3, 3, 9, 4), "strides": (2, 2), "padding": ((0, 0), (0, 0))},
    "stride over kernel": {"x": (2, 9, 9, 8), "w": (2, 1, 8, 4), "strides": (3, 4), "padding": ((0, 0), (1, 0))},
    "dilated": {"x": (2, 8, 9, 3), "w": (3, 2, 3, 4), "strides": (1, 1), "padding": ((2, 2), (0, 1)), "dilation": (2, 3)},
    "dilated and strided": {"x": (2, 8, 9, 3), "w": (3, 2, 3, 4), "strides": (2, 1), "padding": ((2, 2), (0, 1)), "dilation": (2, 3)},
    "groups": {"x": (2, 5, 6, 6), "w": (3, 2, 3, 4), "strides": (1, 2), "padding": ((1, 1), (0, 1)), "groups": 2},
    "groups strided": {"x": (2, 7, 8, 6), "w": (3, 2, 3, 4), "strides": (2, 2), "padding": ((1, 2), (0, 1)), "groups": 2},
    "depthwise": {"x": (2, 6, 6, 5), "w": (3, 3, 1, 5), "strides": (1, 1), "padding": ((1, 1), (1, 1)), "groups": 5},
    "depthwise multiplier": {"x": (2, 6, 7, 3), "w": (3, 2, 1, 6), "strides": (2, 1), "padding": ((1, 0), (0, 1)), "groups": 3},
    "depthwise strided": {"x": (2, 7, 7, 3), "w": (3, 2, 1, 3), "strides": (2, 3), "padding": ((2, 2), (1, 1)), "groups": 3},
    "strided, cropped": {"x": (2, 9, 8, 3), "w": (1, 2, 3, 2), "strides": (2, 2), "padding": ((-1, -2), (1, -1))},
    "strided, dilated by a multiple": {
        "x": (1, 9, 9, 2),
        "w": (3, 2, 2, 3),
        "strides": (2, 4),
        "padding": ((2, 1), (0, 3)),
        "dilation": (2, 6),
    },
    "strided, padded by more than the kernel": {"x": (2, 3, 2, 3), "w": (2, 1, 3, 2), "strides": (2, 3), "padding": ((5, 4), (4, -1))},
    "cropped": {"x": (2, 7, 6, 3), "w": (2, 2, 3, 4), "strides": (1, 1), "padding": ((-1, -2), (1, -1))},
    "pointwise": {"x": (2, 4, 5, 6), "w": (1, 1, 6, 3), "strides": (1, 1), "padding": ((0, 0), (0, 0))},
    "pointwise strided": {"x": (2, 4, 5, 6), "w": (1, 1, 6, 3), "strides": (2, 2), "padding": ((0, 0), (0, 0))},
    "pointwise padded": {"x": (2, 4, 5, 9), "w": (1, 1, 9, 3), "strides": (1, 1), "padding": ((1, 0), (0, 2))},
    "one channel": {"x": (3, 7, 7, 1), "w": (3, 3, 1, 4), "strides": (1, 1), "padding": ((0, 0), (0, 0))},
    "size 1": {"x": (1, 1, 1, 1), "w": (1, 1, 1, 1), "strides": (1, 1), "padding": ((0, 0), (0, 0))},
    "1-D causal": {"x": (2, 9, 3), "w": (3, 3, 4), "strides": (1,), "padding": ((4, 0),), "dilation": (2,)},
    "1-D strided": {"x": (2, 9, 8), "w": (3, 8, 4), "strides": (2,), "padding": ((1, 1),)},
    "1-D wide": {"x": (1, 40, 8), "w": (5, 8, 4), "strides": (1,), "padding": ((2, 2),)},
    "3-D": {"x": (2, 4, 5, 4, 2), "w": (2, 3, 2, 2, 3), "strides": (1, 1, 1), "padding": ((1, 0), (1, 1), (0, 0))},
    "3-D strided": {"x": (1, 5, 5, 4, 8), "w": (2, 3, 2, 8, 3), "strides": (2, 1, 2), "padding": ((1, 0), (1, 1), (0, 1))},
    "batch 0": {"x": (0, 5, 5, 3), "w": (3, 3, 3, 2), "strides": (1, 1), "padding": ((1, 1), (1, 1))},
    "kernel larger than x": {"x": (2, 2, 2, 3), "w": (3, 3, 3, 2), "strides": (1, 1), "padding": ((0, 0), (0, 0))},
}
CASES = [pytest.param(geometry, id=name) for name, geometry in GEOMETRIES.items()]


SMALL = {
    (convolution, "PARALLEL_FLOPS"): 1,
    (convolution, "PARTS"): 3,
    (convolution_plan, "BLOCK_BYTES"): (500, 500),
}


def by_rows(plan):
    return int(plan.groups == 1)


@pytest.fixture(autouse=True)
def blocks_anew():
    """Blocks are remembered by geometry; tests change their sizes."""
    convolution_plan.blocks_of.cache_clear()
    yield
    convolution_plan.blocks_of.cache_clear()


@pytest.fixture(params=["chosen", "small blocks", "rows", "rows in small blocks", "small products"])
def method(request, monkeypatch):
    """Runs a test by every method and cutting, whatever suits the geometry best."""
    if "small" in request.param:
        for (module, name), value in SMALL.items():
            monkeypatch.setattr(module, name, value)
    if "rows" in request.param or "products" in request.param:
        monkeypatch.setattr(convolution_plan, "rows_kept", by_rows)
    if "products" in request.param:
        monkeypatch.setattr(convolution_blocks, "ROWS", 4)
        monkeypatch.setattr(convolution_blocks, "WEIGHT_BYTES", 1)
        monkeypatch.setattr(convolution_blocks, "SLICE", 3)
        monkeypatch.setattr(convolution_blocks, "SMALL_PRODUCT", 64 * 100)


def padded(x, padding):
    positive = np.pad(x, [(0, 0), *((max(a, 0), max(b, 0)) for a, b in padding), (0, 0)])
    crop = tuple(slice(max(-a, 0), n - max(-b, 0)) for n, (a, b) in zip(positive.shape[1:-1], padding, strict=True))
    return positive[(slice(None), *crop)]


def naive(x, w, *, strides, padding, dilation=None, groups=1):
    rank = x.ndim - 2
    dilation = dilation or (1,) * rank
    xp = padded(x.astype(np.float64), padding)
    kernel, width, filters = w.shape[:-2], w.shape[-2], w.shape[-1]
    sizes = [max(0, (n - (k - 1) * d - 1) // s + 1) for n, k, d, s in zip(xp.shape[1:-1], kernel, dilation, strides, strict=True)]
    out = np.zeros((x.shape[0], *sizes, filters))
    per = filters // groups
    for place in np.ndindex(*sizes):
        for k in np.ndindex(*kernel):
            at = tuple(o * s + i * d for o, s, i, d in zip(place, strides, k, dilation, strict=True))
            for group in range(groups):
                values = xp[(slice(None), *at)][:, group * width : (group + 1) * width]
                columns = slice(group * per, (group + 1) * per)
                out[(slice(None), *place, columns)] += values @ w[k][:, columns].astype(np.float64)
    return out


def arrays(geometry, dtype):
    rng = np.random.default_rng(7)
    attributes = {key: value for key, value in geometry.items() if key not in "xw"}
    x, w = (rng.standard_normal(geometry[name]).astype(dtype) for name in "xw")
    x.flags.writeable = w.flags.writeable = False
    return x, w, attributes


TOLERANCE = {np.float32: 2e-5, np.float64: 1e-12}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("geometry", CASES)
def test_conv_equals_loops(geometry, dtype):
    x, w, attributes = arrays(geometry, dtype)
    value = convolution.conv(x, w, **attributes)
    assert value.dtype == dtype
    np.testing.assert_allclose(value, naive(x, w, **attributes), rtol=0, atol=TOLERANCE[dtype])


@pytest.mark.parametrize("geometry", CASES)
def test_gradients_are_the_transposes_of_the_convolution(geometry):
    x, w, attributes = arrays(geometry, np.float64)
    rng = np.random.default_rng(8)
    g = rng.standard_normal(convolution.conv(x, w, **attributes).shape)
    dx = convolution.conv_input_gradient(g, w, x_shape=x.shape, **attributes)
    dw = convolution.conv_filter_gradient(x, g, w_shape=w.shape, **attributes)
    # The convolution is linear in x and in w, so a finite difference of any length is exact.
    for _ in range(3):
        x2, w2 = rng.standard_normal(x.shape), rng.standard_normal(w.shape)
        np.testing.assert_allclose(np.sum(dx * x2), np.sum(g * naive(x2, w, **attributes)), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(np.sum(dw * w2), np.sum(g * naive(x, w2, **attributes)), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("geometry", CASES)
def test_bound_forms_replay_with_new_values_in_the_same_buffers(geometry, method):
    x, w, attributes = arrays(geometry, np.float64)
    x, w = np.zeros_like(x), np.zeros_like(w)
    y = np.empty(convolution.plan_conv(x.shape, w.shape, **attributes).out_shape)
    g, dx, dw = np.zeros_like(y), np.empty_like(x), np.empty_like(w)
    forward = convolution.bind_conv(x, w, y, **attributes)
    backward = convolution.bind_conv_input_gradient(g, w, dx, **attributes), convolution.bind_conv_filter_gradient(x, g, dw, **attributes)
    for seed in range(2):
        rng = np.random.default_rng(seed)
        for array in (x, w, g):
            array[...] = rng.standard_normal(array.shape)
        y.fill(np.nan), dx.fill(np.nan), dw.fill(np.nan)
        for steps in (forward, *backward):
            threads.run(steps)
        x2, w2 = rng.standard_normal(x.shape), rng.standard_normal(w.shape)
        np.testing.assert_allclose(y, naive(x, w, **attributes), rtol=0, atol=1e-12)
        np.testing.assert_allclose(np.sum(dx * x2), np.sum(g * naive(x2, w, **attributes)), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(np.sum(dw * w2), np.sum(g * naive(x, w2, **attributes)), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ["same", "many channels", "groups", "depthwise multiplier", "strided", "pointwise"])
def test_bias_and_relu_in_the_epilogue(name):
    x, w, attributes = arrays(GEOMETRIES[name], np.float64)
    bias = np.random.default_rng(9).standard_normal(w.shape[-1])
    expected = naive(x, w, **attributes) + bias
    out = np.empty_like(expected)
    threads.run(convolution.bind_conv(x, w, out, bias=bias, **attributes))
    np.testing.assert_allclose(out, expected, rtol=0, atol=1e-12)
    threads.run(convolution.bind_conv(x, w, out, bias=bias, activation="relu", **attributes))
    np.testing.assert_allclose(out, np.maximum(expected, 0), rtol=0, atol=1e-12)


def test_unknown_activation_names_the_accepted_ones():
    x, w, attributes = arrays(GEOMETRIES["same"], np.float64)
    with pytest.raises(ValueError, match="activation must be None or \"relu\", got 'gelu'"):
        convolution.bind_conv(x, w, np.empty((2, 6, 7, 4)), activation="gelu", **attributes)


@pytest.mark.parametrize(
    "name", ["same", "groups", "groups strided", "depthwise multiplier", "depthwise strided", "pointwise", "1-D strided"]
)
def test_arrays_need_not_be_contiguous(name):
    x, w, attributes = arrays(GEOMETRIES[name], np.float64)
    x2, w2 = np.asfortranarray(x), np.repeat(w, 2, axis=-1)[..., ::2]
    y = naive(x, w, **attributes)
    out = np.empty((*y.shape[:-1], 2 * y.shape[-1]))[..., ::2]
    threads.run(convolution.bind_conv(x2, w2, out, **attributes))
    np.testing.assert_allclose(out, y, rtol=0, atol=1e-12)
    g = np.random.default_rng(3).standard_normal(y.shape)
    g2 = np.asfortranarray(g)
    for bind, values, strided, shape in (
        (convolution.bind_conv_input_gradient, (g, w), (g2, w2), x.shape),
        (convolution.bind_conv_filter_gradient, (x, g), (x2, g2), w.shape),
    ):
        expected, out = np.empty(shape), np.asfortranarray(np.empty(shape))
        threads.run(bind(*values, expected, **attributes))
        threads.run(bind(*strided, out, **attributes))
        np.testing.assert_allclose(out, expected, rtol=0, atol=1e-12)


def test_shapes_that_do_not_fit_are_named():
    x, w, attributes = arrays(GEOMETRIES["same"], np.float64)
    with pytest.raises(ValueError, match=r"x has 3 channels; a kernel of shape \(3, 3, 2, 4\) with 1 group\(s\) takes 2"):
        convolution.conv(x, w[:, :, :2], **attributes)
    with pytest.raises(ValueError, match="must have as many"):
        convolution.conv(x, w, strides=(1,), padding=((0, 0),))
    with pytest.raises(ValueError, match=r"out has shape \(2, 6, 7, 5\), the convolution gives \(2, 6, 7, 4\)"):
        convolution.bind_conv(x, w, np.empty((2, 6, 7, 5)), **attributes)
    with pytest.raises(ValueError, match=r"g has shape \(2, 6, 6, 4\)"):
        convolution.conv_input_gradient(np.empty((2, 6, 6, 4)), w, x_shape=x.shape, **attributes)
    with pytest.raises(ValueError, match=r"g has shape \(2, 6, 6, 4\)"):
        convolution.conv_filter_gradient(x, np.empty((2, 6, 6, 4)), w_shape=w.shape, **attributes)


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_threads_and_blocks_do_not_change_the_result(batch, method, monkeypatch):
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((batch, 9, 8, 8)), rng.standard_normal((3, 3, 8, 16))
    expected = naive(x, w, strides=(1, 1), padding=((1, 1), (1, 1)))
    monkeypatch.setattr(convolution, "PARALLEL_FLOPS", 1)
    for size, workers in itertools.product((1, 3000, 100_000), (1, 2, 3)):
        monkeypatch.setattr(convolution_plan, "BLOCK_BYTES", (size, size))
        convolution_plan.blocks_of.cache_clear()
        monkeypatch.setattr(threads._pool, "size", workers)
        np.testing.assert_allclose(convolution.conv(x, w, strides=(1, 1), padding=((1, 1), (1, 1))), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("channels", [1, 8, 16])
def test_gradients_are_the_same_bits_each_time_on_several_threads(channels, monkeypatch):
    monkeypatch.setattr(convolution, "PARALLEL_FLOPS", 1)
    monkeypatch.setattr(threads._pool, "size", 3)
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((40, 9, 8, channels), dtype=np.float32), rng.standard_normal((3, 3, channels, 8), dtype=np.float32)
    geometry = {"strides": (1, 1), "padding": ((1, 1), (1, 1))}
    g = rng.standard_normal((40, 9, 8, 8), dtype=np.float32)
    dw = convolution.conv_filter_gradient(x, g, w_shape=w.shape, **geometry)
    dx = convolution.conv_input_gradient(g, w, x_shape=x.shape, **geometry)
    for _ in range(5):
        np.testing.assert_array_equal(convolution.conv_filter_gradient(x, g, w_shape=w.shape, **geometry), dw)
        np.testing.assert_array_equal(convolution.conv_input_gradient(g, w, x_shape=x.shape, **geometry), dx)


def test_the_row_method_is_chosen_where_it_was_measured_to_win():
    def plan(x, w, **rest):
        return convolution.plan_conv(x, w, (1, 1), ((1, 1), (1, 1)), **rest)

    assert convolution_plan.rows_kept(plan((8, 26, 26, 32), (3, 3, 32, 64)))
    assert convolution_plan.rows_kept(plan((8, 26, 26, 64), (3, 3, 64, 64)))
    assert not convolution_plan.rows_kept(plan((8, 28, 28, 1), (3, 3, 1, 32)))
    assert not convolution_plan.rows_kept(plan((8, 7, 7, 512), (3, 3, 512, 512)))
    assert not convolution_plan.rows_kept(plan((8, 26, 26, 64), (3, 3, 32, 64), groups=2))
