"""Matrix products on threads, and aligned buffers."""

import numpy as np
import pytest

from keras.kernels import buffers, products, threads


@pytest.mark.parametrize(
    ("a", "b"),
    [((7, 5), (5, 3)), ((3, 5), (5, 9)), ((4, 7, 5), (4, 5, 3)), ((4, 7, 5), (5, 3)), ((1, 1), (1, 1)), ((0, 3), (3, 2)), ((2, 0), (0, 2))],
)
@pytest.mark.parametrize("is_transposed", [False, True])
def test_products_in_blocks_equal_the_whole(a, b, is_transposed, monkeypatch):
    monkeypatch.setattr(products, "PARALLEL_FLOPS", 1)
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal(a), rng.standard_normal(b)
    if is_transposed:
        a, b = (np.ascontiguousarray(array.swapaxes(-1, -2)).swapaxes(-1, -2) for array in (a, b))
    expected = np.matmul(a, b)
    out = np.full(expected.shape, np.nan)
    steps = products.bind_matmul(a, b, out)
    for _ in range(2):
        threads.run(steps)
        np.testing.assert_allclose(out, expected, rtol=1e-13, atol=1e-13)
        a *= 2
        expected = expected * 2


@pytest.mark.parametrize("shape", [(3,), (5, 7), (0, 4), ()])
@pytest.mark.parametrize("dtype", ["float32", "float64", "bool"])
def test_buffers_begin_at_a_cache_line(shape, dtype):
    for array in (buffers.aligned_empty(shape, dtype), buffers.aligned_zeros(shape, dtype)):
        assert buffers.is_aligned(array) or array.size == 0
        assert array.shape == shape
        assert array.dtype == dtype
        assert array.flags.c_contiguous
        assert array.flags.writeable
    assert not buffers.aligned_zeros(shape, dtype).any()


@pytest.mark.parametrize("shape", [(1 << 16, 16), (15, 4)])
@pytest.mark.parametrize("lanes", [1, 2])
def test_sums_of_columns(shape, lanes):
    x = np.random.default_rng(0).normal(size=shape)
    out = np.empty((1, shape[-1]))
    threads.run(products.bind_column_sums(x, out, lanes))
    np.testing.assert_allclose(out, x.sum(0, keepdims=True), rtol=1e-9, atol=1e-9)
