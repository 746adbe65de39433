"""Linear algebra that NumPy has no function for."""

import numpy as np

Array = np.ndarray


def triangular_solve(a: Array, b: Array, lower: bool) -> Array:
    """Substitution row by row, for a whole batch at once."""
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a = np.broadcast_to(a, (*batch, *a.shape[-2:]))
    x = np.array(np.broadcast_to(b, (*batch, *b.shape[-2:])))
    n = a.shape[-1]
    for i in range(n) if lower else range(n - 1, -1, -1):
        known = slice(0, i) if lower else slice(i + 1, n)
        x[..., i, :] -= np.matmul(a[..., i : i + 1, known], x[..., known, :])[..., 0, :]
        x[..., i, :] /= a[..., i, i, None]
    return x


def lu_factor(x: Array) -> tuple[Array, Array]:
    """Gaussian elimination with the largest element of each column as pivot."""
    lu = np.array(x)
    rows, columns = x.shape[-2:]
    flat = lu.reshape(-1, rows, columns)
    steps = min(rows, columns)
    pivots = np.zeros((len(flat), steps), np.int32)
    for matrix, exchanged in zip(flat, pivots, strict=True):
        for i in range(steps):
            p = i + int(np.argmax(np.abs(matrix[i:, i])))
            exchanged[i] = p
            if p != i:
                matrix[[i, p]] = matrix[[p, i]]
            if matrix[i, i] != 0:
                matrix[i + 1 :, i] /= matrix[i, i]
                matrix[i + 1 :, i + 1 :] -= np.outer(matrix[i + 1 :, i], matrix[i, i + 1 :])
    return flat.reshape(x.shape), pivots.reshape(*x.shape[:-2], steps)
