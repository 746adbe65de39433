"""Matrix decompositions and solvers; narrow floats are computed as float32."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from keras.kernels.decompositions import lu_factor

Tensor = Any


def _wide(function: Callable[..., Any]) -> Callable[..., Any]:
    def kernel(*operands: Tensor, **attributes: Any) -> Any:
        dtype = operands[0].dtype
        narrow = dtype.size <= 2
        found = function(*(tf.cast(x, tf.float32) if narrow else x for x in operands), **attributes)
        if not isinstance(found, tuple):
            return tf.cast(found, dtype) if narrow else found
        return tuple(tf.cast(x, dtype) if narrow and x.dtype == tf.float32 else x for x in found)

    return kernel


def _solve(a: Tensor, b: Tensor) -> Tensor:
    batch = tf.broadcast_static_shape(a.shape[:-2], b.shape[:-2])
    return tf.linalg.solve(tf.broadcast_to(a, (*batch, *a.shape[-2:])), tf.broadcast_to(b, (*batch, *b.shape[-2:])))


def _svd(x: Tensor, full_matrices: bool) -> tuple[Tensor, Tensor, Tensor]:
    s, u, v = tf.linalg.svd(x, full_matrices=full_matrices)
    return u, s, tf.linalg.adjoint(v)


def _lu_factor(x: Tensor) -> tuple[Tensor, Tensor]:
    """By the host: TensorFlow's own refuses singular and oblong matrices."""
    factors, exchanges = tf.numpy_function(lu_factor, [x], (x.dtype, tf.int32))
    factors.set_shape(x.shape)
    exchanges.set_shape((*x.shape[:-2], min(x.shape[-2:])))
    return factors, exchanges


KERNELS: dict[str, Callable[..., Any]] = {
    name: _wide(function)
    for name, function in {
        "cholesky_lower": tf.linalg.cholesky,
        "linear_solve": _solve,
        "triangular_solve": lambda a, b, lower: tf.linalg.triangular_solve(a, b, lower=lower),
        "inv": tf.linalg.inv,
        "slogdet": lambda x: tuple(tf.linalg.slogdet(x)),
        "qr": lambda x, mode: tuple(tf.linalg.qr(x, full_matrices=mode == "complete")),
        "eigh": lambda x: tuple(tf.linalg.eigh((x + tf.linalg.adjoint(x)) / 2)),
        "lu_factor": _lu_factor,
        "eig": lambda x: tuple(tf.linalg.eig(x)),
        "singular_values_and_vectors": _svd,
    }.items()
}
