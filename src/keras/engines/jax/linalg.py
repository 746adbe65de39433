"""Matrix decompositions and solvers; narrow floats are computed as float32."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import jax.scipy.linalg as jsl
import numpy as np
from jax import lax

Array = Any


def _wide(function: Callable[..., Any]) -> Callable[..., Any]:
    def kernel(*operands: Array, **attributes: Any) -> Any:
        dtype = operands[0].dtype
        if dtype.itemsize > 2:
            found = function(*operands, **attributes)
            return tuple(found) if isinstance(found, tuple) else found
        found = function(*(x.astype(np.float32) for x in operands), **attributes)
        narrow = lambda x: x.astype(dtype) if x.dtype == np.float32 else x  # noqa: E731
        return tuple(map(narrow, found)) if isinstance(found, tuple) else narrow(found)

    return kernel


def _triangular_solve(a: Array, b: Array, lower: bool) -> Array:
    batch = jnp.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = jnp.broadcast_to(a, (*batch, *a.shape[-2:])), jnp.broadcast_to(b, (*batch, *b.shape[-2:]))
    return lax.linalg.triangular_solve(a, b, left_side=True, lower=lower)


KERNELS: dict[str, Callable[..., Any]] = {
    name: _wide(function)
    for name, function in {
        "cholesky_lower": lambda x: jnp.linalg.cholesky(x, symmetrize_input=False),
        "linear_solve": jnp.linalg.solve,
        "triangular_solve": _triangular_solve,
        "inv": jnp.linalg.inv,
        "slogdet": jnp.linalg.slogdet,
        "qr": lambda x, mode: jnp.linalg.qr(x, mode),
        "eigh": jnp.linalg.eigh,
        "eig": jnp.linalg.eig,
        "singular_values_and_vectors": lambda x, full_matrices: jnp.linalg.svd(x, full_matrices=full_matrices),
        "lu_factor": jsl.lu_factor,
    }.items()
}
