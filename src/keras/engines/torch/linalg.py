"""Matrix decompositions and solvers; narrow floats are computed as float32."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from keras.core.tensor import REGISTRY

Tensor = torch.Tensor


def _wide(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def kernel(*operands: Tensor, **attributes: Any) -> Any:
        dtype = operands[0].dtype
        narrow = dtype.itemsize <= 2
        try:
            found = function(*(x.to(torch.float32) if narrow else x for x in operands), **attributes)
        except torch.linalg.LinAlgError as error:
            words = "matrix is not positive definite" if name == "cholesky_lower" else "singular matrix"
            raise ValueError(
                f"keras.ops.{REGISTRY[name].record.shown}: {words}. Accepted: matrices for which the result exists."
            ) from error  # type: ignore[attr-defined]
        if not isinstance(found, tuple):
            return found.to(dtype) if narrow else found
        return tuple(x.to(dtype) if narrow and x.dtype is torch.float32 else x for x in found)

    return kernel


def _lu_factor(x: Tensor) -> tuple[Tensor, Tensor]:
    factors, pivots = torch.linalg.lu_factor(x)
    return factors, pivots - 1


KERNELS: dict[str, Callable[..., Any]] = {
    name: _wide(name, function)
    for name, function in {
        "cholesky_lower": torch.linalg.cholesky,
        "linear_solve": torch.linalg.solve,
        "triangular_solve": lambda a, b, lower: torch.linalg.solve_triangular(a, b, upper=not lower),
        "inv": torch.linalg.inv,
        "slogdet": lambda x: tuple(torch.linalg.slogdet(x)),
        "qr": lambda x, mode: tuple(torch.linalg.qr(x, mode)),
        "eigh": lambda x: tuple(torch.linalg.eigh((x + x.mH) / 2)),
        "eig": lambda x: tuple(torch.linalg.eig(x)),
        "singular_values_and_vectors": lambda x, full_matrices: tuple(torch.linalg.svd(x, full_matrices=full_matrices)),
        "lu_factor": _lu_factor,
    }.items()
}
