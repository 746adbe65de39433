"""The numpy engine's linear algebra: LAPACK by way of NumPy, narrow floats in float32."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray


def _wide(x: Array) -> Array:
    """`x` in a float that LAPACK knows."""
    return x if x.dtype in (np.float32, np.float64) or x.dtype.kind == "c" else x.astype(np.float32)


def _in_place_of(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function on wide floats or complex numbers, floats in the operands' dtype; singular matrices are named."""

    def call(*operands: Array, **attributes: Any) -> Any:
        dtype = operands[0].dtype
        try:
            found = function(*map(_wide, operands), **attributes)
        except np.linalg.LinAlgError as error:
            raise ValueError(f"keras.ops.{name}: {str(error).lower()}. Accepted: matrices for which the result exists.") from None
        if isinstance(found, tuple):
            return tuple(f.astype(dtype, copy=False) if f.dtype.kind == "f" and dtype.kind != "c" else f for f in found)
        return found.astype(dtype, copy=False)

    return call


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


def _qr(x: Array, mode: str) -> tuple[Array, Array]:
    if mode not in ("reduced", "complete"):
        raise ValueError(mode)
    return tuple(np.linalg.qr(x, mode))


def _eig(x: Array) -> tuple[Array, Array]:
    kind = np.complex128 if x.dtype == np.float64 else np.complex64
    values, vectors = np.linalg.eig(_wide(x))
    return values.astype(kind), vectors.astype(kind)


KERNELS: dict[str, Callable[..., Any]] = {
    "cholesky_lower": _in_place_of("cholesky", np.linalg.cholesky),
    "linear_solve": _in_place_of("solve", np.linalg.solve),
    "triangular_solve": np.errstate(all="ignore")(_in_place_of("solve_triangular", triangular_solve)),
    "inv": _in_place_of("inv", np.linalg.inv),
    "slogdet": np.errstate(all="ignore")(_in_place_of("slogdet", lambda x: tuple(np.asarray(part) for part in np.linalg.slogdet(x)))),
    "qr": _in_place_of("qr", _qr),
    "eigh": _in_place_of("eigh", lambda x: tuple(np.linalg.eigh((x + np.conj(np.swapaxes(x, -1, -2))) / 2))),
    "eig": _eig,
    "singular_values_and_vectors": _in_place_of("svd", lambda x, full_matrices: tuple(np.linalg.svd(x, full_matrices=full_matrices))),
    "lu_factor": _in_place_of("lu_factor", lu_factor),
}
