"""The numpy engine's linear algebra: LAPACK by way of NumPy, narrow floats in float32."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from keras.kernels.decompositions import lu_factor, triangular_solve

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
