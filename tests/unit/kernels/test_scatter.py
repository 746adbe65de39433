"""Additions at indices and linear algebra against loops."""

import numpy as np
import pytest

from keras.kernels import decompositions, scatter


@pytest.mark.parametrize(("shape", "axis"), [((5, 3), 0), ((5, 3), 1), ((4, 5, 2), 1), ((6,), 0)])
@pytest.mark.parametrize("count", [0, 1, 7, 60])
def test_rows_add_up_where_indices_repeat(shape, axis, count):
    rng = np.random.default_rng(0)
    indices = rng.integers(-shape[axis], shape[axis], count)
    updates = rng.standard_normal((*shape[:axis], count, *shape[axis + 1 :]))
    out = rng.standard_normal(shape)
    expected = out.copy()
    for place, index in enumerate(indices):
        expected[(slice(None),) * axis + (index,)] += updates[(slice(None),) * axis + (place,)]
    scatter.add_rows(out, indices, updates, axis)
    np.testing.assert_allclose(out, expected, rtol=0, atol=1e-12)


def test_elements_add_up_where_indices_repeat():
    indices = np.array([[0, 2, 2], [1, 1, 1]])
    out = np.zeros((2, 4))
    scatter.add_elements(out, indices, np.ones((2, 3)), 1)
    np.testing.assert_array_equal(out, [[1, 0, 2, 0], [0, 3, 0, 0]])


@pytest.mark.parametrize("lower", [True, False])
def test_triangular_systems_are_solved(lower):
    rng = np.random.default_rng(0)
    whole = rng.standard_normal((3, 4, 4)) + 4 * np.eye(4)
    a, b = (np.tril if lower else np.triu)(whole), rng.standard_normal((4, 2))
    np.testing.assert_allclose(a @ decompositions.triangular_solve(a, b, lower), np.broadcast_to(b, (3, 4, 2)), rtol=0, atol=1e-12)


@pytest.mark.parametrize("shape", [(2, 4, 4), (5, 3), (3, 5)])
def test_lu_factors_give_the_matrix_back(shape):
    x = np.random.default_rng(0).standard_normal(shape)
    factors, exchanges = decompositions.lu_factor(x)
    rows, columns = shape[-2:]
    steps = min(rows, columns)
    for matrix, lu, swaps in zip(
        x.reshape(-1, rows, columns), factors.reshape(-1, rows, columns), exchanges.reshape(-1, steps), strict=True
    ):
        product = (np.tril(lu[:, :steps], -1) + np.eye(rows, steps)) @ np.triu(lu[:steps])
        for i in reversed(range(steps)):
            product[[i, swaps[i]]] = product[[swaps[i], i]]
        np.testing.assert_allclose(product, matrix, rtol=0, atol=1e-12)
