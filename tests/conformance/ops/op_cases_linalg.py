"""Cases of linear algebra."""

import numpy as np
from op_table import array, case, floats

CLOSE = {"rtol": 2e-4, "atol": 2e-5}
SQUARE = array(floats(2, 3, 3) + 3 * np.eye(3, dtype="float32"))
_HALF = floats(2, 3, 3)
DEFINITE = array(_HALF @ _HALF.transpose(0, 2, 1) + np.eye(3, dtype="float32"))
TALL, WIDE, RIGHT = floats(2, 4, 3), floats(2, 3, 4), floats(2, 3, 2, salt="r")


def _symmetrized(x: np.ndarray) -> np.ndarray:
    return (x + x.swapaxes(-1, -2)) / 2


def _lu(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By the definition, without looking for speed: rows exchanged for the largest element of the column."""
    x, pivots = x.copy(), []
    for i in range(len(x)):
        p = i + int(np.abs(x[i:, i]).argmax())
        pivots.append(p)
        x[[i, p]] = x[[p, i]]
        for j in range(i + 1, len(x)):
            x[j, i] /= x[i, i]
            x[j, i + 1 :] -= x[j, i] * x[i, i + 1 :]
    return x, np.array(pivots)


# the finite difference leaves the symmetric matrices, so gradients of cholesky and eigh are checked in test_op_linalg.py
case("cholesky_lower", DEFINITE, oracle=np.linalg.cholesky, differentiable=False, **CLOSE)
case("cholesky", DEFINITE, oracle=np.linalg.cholesky, differentiable=False, **CLOSE)
case("cholesky", DEFINITE, upper=True, oracle=lambda x, upper: np.linalg.cholesky(x).swapaxes(-1, -2), differentiable=False, **CLOSE)
case("cholesky_inverse", array(np.linalg.cholesky(DEFINITE)), oracle=lambda x: np.linalg.inv(x @ x.swapaxes(-1, -2)), **CLOSE)
case("eigh", DEFINITE, oracle=lambda x: (np.linalg.eigh(x)[0], _eigh_vectors(x)), differentiable=False, **CLOSE)
case("linear_solve", SQUARE, RIGHT, oracle=np.linalg.solve, **CLOSE)
case("solve", SQUARE, RIGHT, oracle=np.linalg.solve, **CLOSE)
case("solve", SQUARE, floats(2, 3, salt="v"), oracle=lambda a, b: np.linalg.solve(a, b[..., None])[..., 0], batch=(), **CLOSE)
case("solve", SQUARE[0], floats(3, salt="v"), oracle=np.linalg.solve, batch=(), **CLOSE)
for lower in (True, False):
    triangle = np.tril if lower else np.triu
    oracle = lambda a, b, lower: np.linalg.solve(np.tril(a) if lower else np.triu(a), b)  # noqa: E731
    case("triangular_solve", SQUARE, RIGHT, lower=lower, oracle=oracle, **CLOSE)
    case("solve_triangular", SQUARE, RIGHT, lower=lower, oracle=oracle, **CLOSE)
    case("solve_triangular", SQUARE[0], floats(3, salt="v"), lower=lower, oracle=oracle, batch=(), **CLOSE)
case("inv", SQUARE, oracle=np.linalg.inv, **CLOSE)
case("slogdet", SQUARE, oracle=lambda x: tuple(np.linalg.slogdet(x)), **CLOSE)
case("det", SQUARE, oracle=np.linalg.det, **CLOSE)
case("det", floats(2, 2), oracle=np.linalg.det, batch=(), **CLOSE)
case("logdet", DEFINITE, oracle=lambda x: np.linalg.slogdet(x)[1], **CLOSE)
case("qr", TALL, oracle=lambda x: tuple(np.linalg.qr(x)), **CLOSE)
case("qr", TALL, mode="complete", oracle=lambda x, mode: tuple(np.linalg.qr(x, mode)), differentiable=False, **CLOSE)
case("qr", WIDE, oracle=lambda x: tuple(np.linalg.qr(x)), differentiable=False, **CLOSE)
case("eig", SQUARE, differentiable=False)  # the phase of a vector is free: see test_op_linalg.py
for name, matrix in [("tall", TALL), ("wide", WIDE), ("square", SQUARE)]:
    for full in (False, True):
        kept = {"differentiable": not full or name == "square", "second": False}
        oracle = lambda x, full_matrices: tuple(np.linalg.svd(x, full_matrices))  # noqa: E731
        case("singular_values_and_vectors", matrix, full_matrices=full, oracle=oracle, label=f"{name}{full}", **kept, **CLOSE)
        case("svd", matrix, full_matrices=full, oracle=oracle, label=f"{name}{full}", **kept, **CLOSE)
    case("svd", matrix, compute_uv=False, oracle=lambda x, compute_uv: np.linalg.svd(x, compute_uv=False), label=f"{name}_values", second=False, **CLOSE)
    case("pinv", matrix, oracle=np.linalg.pinv, label=name, second=False, **CLOSE)
    case("matrix_rank", matrix, oracle=np.linalg.matrix_rank, label=name)
case("matrix_rank", array([[1.0, 2.0], [2.0, 4.0]]), oracle=np.linalg.matrix_rank, batch=())
case("lstsq", TALL[0], floats(4, salt="l"), oracle=lambda a, b: np.linalg.lstsq(a, b)[0], batch=(), second=False, **CLOSE)
case("lstsq", TALL[0], floats(4, 2, salt="l"), oracle=lambda a, b: np.linalg.lstsq(a, b)[0], batch=(), second=False, **CLOSE)
case("lu_factor", SQUARE[0], oracle=_lu, batch=(), differentiable=False, **CLOSE)
case("lu_factor", SQUARE, oracle=lambda x: tuple(np.stack(p) for p in zip(*map(_lu, x), strict=True)), differentiable=False, **CLOSE)

X, CUBE = floats(3, 4), floats(2, 3, 4)
case("norm", CUBE, oracle=lambda x: np.sqrt((x * x).sum()), zero=True)
for order in (None, 1, 2, 3, 2.5, np.inf, -np.inf, 0):
    case("norm", X, ord=order, axis=1, oracle=np.linalg.norm, label=f"vector{order}", rtol=1e-5)
for order in (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
    for keepdims in (False, True):
        case("norm", CUBE, ord=order, axis=(1, 2), keepdims=keepdims, oracle=np.linalg.norm, label=f"matrix{order}{keepdims}", second=False, **CLOSE)
case("norm", floats(4), ord=1, oracle=np.linalg.norm, batch=())
case("norm", X, ord=1, oracle=np.linalg.norm, label="whole_matrix", zero=False)
case("inner", X, floats(5, 4, salt="i"), oracle=np.inner, batch=(0,))
case("inner", floats(), X, oracle=np.inner)
case("vdot", X, floats(4, 3), oracle=lambda a, b: np.vdot(a.reshape(-1), b.reshape(-1)), batch=())


def _eigh_vectors(x: np.ndarray) -> np.ndarray:
    return np.linalg.eigh(x)[1]
