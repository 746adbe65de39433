"""Linear algebra on the last two axes; the axes before them are batch axes."""

# mypy: disable-error-code="empty-body"

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras.core import dims as D
from keras.core import dtypes, engine
from keras.core.dims import Shape
from keras.core.families import Family, axis_of, floating
from keras.core.op import NotDifferentiable, op, primitive
from keras.core.tensor import Spec
from keras.ops.arrangement import tril, triu
from keras.ops.contraction import dot, matmul, tensordot
from keras.ops.elementwise import (
    abs, add, cast, divide, dtype_of, equal, exp, greater, multiply, negative, not_equal, ones_of, power, reciprocal, select, sqrt,
    square, subtract, zeros_of,
)  # fmt: skip
from keras.ops.reduction import _max_over, _min_over, max, min, sum
from keras.ops.shaping import expand_dims, eye, moveaxis, reshape, shape_of, swapaxes
from keras.ops.tensors import conj

Tensor = Any
Rule = Callable[[str, Sequence[Any], dict[str, Any]], tuple[Any, dict[str, Any]]]


def _matrices(name: str, x: Any, square_only: bool = True) -> tuple[Shape, Any, Any]:
    """Batch axes, rows and columns of matrices."""
    if len(x.dims) < 2:
        raise ValueError(f"keras.ops.{name}: got shape {D.display(x.dims)}. Accepted: at least two axes.")
    *batch, rows, columns = x.dims
    if square_only and D.unify(rows, columns) is None:
        raise ValueError(f"keras.ops.{name}: got matrices of {rows} x {columns}. Accepted: square matrices.")
    return tuple(batch), rows, columns


def _same_shape(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    _matrices(name, inputs[0])
    return Spec(inputs[0].dims, inputs[0].dtype), attributes


def _swap(x: Tensor) -> Tensor:
    return swapaxes(x, -1, -2)


# ---------------------------------------------------------------------------------------------------------- factorizations


def _half_diagonal(x: Tensor) -> Tensor:
    """The lower triangle with half of the diagonal."""
    n = int(shape_of(x)[-1])  # type: ignore[arg-type]
    mask = np.tri(n) - 0.5 * np.eye(n)
    return multiply(x, engine.current().asarray(mask, dtype_of(x)))


def _cholesky_gradient(g: Tensor, y: Tensor, x: Tensor) -> Tensor:
    inner = _half_diagonal(matmul(_swap(y), g))
    found = _solve_lower_transposed(y, _swap(_solve_lower_transposed(y, _swap(inner))))
    return multiply(add(found, _swap(found)), 0.5)


def _solve_lower_transposed(lower: Tensor, b: Tensor) -> Tensor:
    return triangular_solve(_swap(lower), b, lower=False)


@primitive(Family(1, floating, _same_shape), vjp=(_cholesky_gradient,), category="internal")
def cholesky_lower(x: Tensor) -> Tensor:
    """The lower triangle L with L L^T = x."""


@op(category="linalg")
def cholesky(x: Tensor, upper: bool = False) -> Tensor:
    """The triangular factor of positive definite matrices: the L with x = L L^T.
    Arguments:
        x: tensor, shape (..., n, n), symmetric and positive definite.
        upper: bool, whether to return L^T.
    Returns: float tensor in the shape of `x`.
    Raises: ValueError if the matrices are not square, or (on the numpy engine) not positive definite.
    Source: numpy.linalg.cholesky.
    >>> keras.ops.cholesky([[4.0, 2.0], [2.0, 5.0]])
    array([[2., 0.],
           [1., 2.]], dtype=float32)"""
    factor = cholesky_lower(x)
    return _swap(factor) if upper else factor


@op(category="linalg")
def cholesky_inverse(x: Tensor, upper: bool = False) -> Tensor:
    """The inverse of the matrix whose triangular factor is `x`: (L L^T)^-1.
    Arguments:
        x: tensor, shape (..., n, n), lower triangles L as `cholesky` gives them.
        upper: bool, whether `x` is L^T.
    Returns: float tensor in the shape of `x`.
    Source: keras.ops.cholesky_inverse of Keras 3, torch.cholesky_inverse.
    >>> keras.ops.cholesky_inverse([[2.0, 0.0], [0.0, 4.0]])
    array([[0.25  , 0.    ],
           [0.    , 0.0625]], dtype=float32)"""
    lower = _swap(x) if upper else x
    n = shape_of(lower)[-1]
    if D.unify(*shape_of(lower)[-2:]) is None:
        raise ValueError(f"keras.ops.cholesky_inverse: got matrices of {D.display(shape_of(lower)[-2:])}. Accepted: square matrices.")
    inverse = triangular_solve(lower, eye(n, dtype=dtypes.to_floating(dtype_of(lower))), lower=True)  # type: ignore[arg-type]
    return matmul(_swap(inverse), inverse)


def _solve_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    a, b = inputs
    batch, rows, _ = _matrices(name, a)
    _, other, columns = _matrices(name, b, square_only=False)
    if D.unify(rows, other) is None:
        raise ValueError(f"keras.ops.{name}: a has {rows} rows and b {other}. Accepted: as many rows in both.")
    shape = D.broadcast(batch, tuple(b.dims[:-2]))
    if shape is None:
        raise ValueError(
            f"keras.ops.{name}: shapes {D.display(a.dims)} and {D.display(b.dims)}: the batch axes cannot be broadcast together."
        )
    return Spec((*shape, rows, columns), a.dtype), attributes


def _solve_gradients(g: Tensor, y: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    to_b = linear_solve(_swap(a), g)
    return negative(matmul(to_b, _swap(y))), to_b


@primitive(Family(2, floating, _solve_rule), vjp=_solve_gradients, category="internal")
def linear_solve(a: Tensor, b: Tensor) -> Tensor:
    """x with a x = b, b a matrix."""


def _triangular_gradients(g: Tensor, y: Tensor, a: Tensor, b: Tensor, lower: bool) -> tuple[Tensor, Tensor]:
    to_b = triangular_solve(_swap(a), g, lower=not lower)
    to_a = negative(matmul(to_b, _swap(y)))
    return (tril if lower else triu)(to_a), to_b


@primitive(Family(2, floating, _solve_rule), vjp=_triangular_gradients, category="internal")
def triangular_solve(a: Tensor, b: Tensor, lower: bool) -> Tensor:
    """x with a x = b, a triangular: only its lower (upper) triangle is read."""


def _with_column(solve_matrix: Callable[[Tensor, Tensor], Tensor], a: Tensor, b: Tensor) -> Tensor:
    """Solve for matrices, and for vectors as one column."""
    if _are_vectors(a, b):
        found = solve_matrix(a, expand_dims(b, -1))
        return reshape(found, shape_of(found)[:-1])
    return solve_matrix(a, b)


def _are_vectors(a: Tensor, b: Tensor) -> bool:
    """Whether b is a vector, or one for each matrix, and not one matrix for all."""
    left, right = shape_of(a), shape_of(b)
    return len(right) == 1 or (len(right) == len(left) - 1 and D.unify(right[-1], left[-1]) is not None and right[-2] != left[-2])


@op(category="linalg", operands=2)
def solve(a: Tensor, b: Tensor) -> Tensor:
    """The solution of linear equations: the x with a x = b.
    Arguments:
        a: tensor, shape (..., n, n), invertible.
        b: tensor, shape (..., n, k), or (..., n) for one right side each.
    Returns: float tensor in the shape of `b`.
    Raises: ValueError if the shapes do not match, or (on the numpy engine) a matrix is singular.
    Source: numpy.linalg.solve.
    >>> keras.ops.solve([[2.0, 0.0], [0.0, 4.0]], [1.0, 2.0])
    array([0.5, 0.5], dtype=float32)"""
    return _with_column(linear_solve, a, b)


@op(category="linalg", operands=2)
def solve_triangular(a: Tensor, b: Tensor, lower: bool = False) -> Tensor:
    """The solution of linear equations with triangular matrices: the x with a x = b.
    Arguments:
        a: tensor, shape (..., n, n), of which only one triangle is read.
        b: tensor, shape (..., n, k), or (..., n) for one right side each.
        lower: bool, whether that is the lower triangle; else the upper.
    Returns: float tensor in the shape of `b`.
    Raises: ValueError if the shapes do not match.
    Source: scipy.linalg.solve_triangular.
    >>> keras.ops.solve_triangular([[2.0, 0.0], [1.0, 4.0]], [2.0, 5.0], lower=True)
    array([1., 1.], dtype=float32)"""
    rows, others = shape_of(a)[-1], shape_of(b)[-1 if _are_vectors(a, b) else -2]
    if D.unify(rows, others) is None:  # an engine may broadcast a single row
        raise ValueError(f"keras.ops.solve_triangular: a has {rows} rows and b {others}. Accepted: as many rows in both.")
    return _with_column(lambda m, v: triangular_solve(m, v, lower=bool(lower)), a, b)


def _inverse_gradient(g: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return negative(matmul(_swap(y), matmul(g, _swap(y))))


@primitive(Family(1, floating, _same_shape), vjp=(_inverse_gradient,), category="linalg")
def inv(x: Tensor) -> Tensor:
    """The inverse of square matrices: the y with x y = 1.
    Arguments:
        x: tensor, shape (..., n, n), invertible.
    Returns: float tensor in the shape of `x`.
    Raises: ValueError if the matrices are not square, or (on the numpy engine) one is singular.
    Source: numpy.linalg.inv.
    >>> keras.ops.inv([[2.0, 0.0], [0.0, 4.0]])
    array([[0.5 , 0.  ],
           [0.  , 0.25]], dtype=float32)"""


_REAL = {"complex64": "float32", "complex128": "float64"}
"""Eigenvalues of Hermitian matrices, singular values and logarithms of sizes are real."""


def _sign_and_log_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[tuple[Spec, Spec], dict[str, Any]]:
    batch, _, _ = _matrices(name, inputs[0])
    dtype = inputs[0].dtype
    return (Spec(batch, dtype), Spec(batch, _REAL.get(dtype, dtype))), attributes


def _slogdet_gradient(g: Any, y: Any, x: Tensor) -> tuple[Tensor]:
    return (multiply(expand_dims(expand_dims(g[1], -1), -1), _swap(inv(x))),)


@primitive(Family(1, floating, _sign_and_log_rule), vjp=_slogdet_gradient, category="linalg")
def slogdet(x: Tensor) -> tuple[Tensor, Tensor]:
    """The sign of the determinant and the logarithm of its absolute value: det(x) = sign * exp(logarithm).
    Arguments:
        x: tensor, shape (..., n, n).
    Returns: (sign, logarithm), float tensors, shape (...).
    Raises: ValueError if the matrices are not square.
    Source: numpy.linalg.slogdet.
    >>> keras.ops.slogdet([[-1.0, 0.0], [0.0, 2.0]])
    (array(-1., dtype=float32), array(0.6931, dtype=float32))"""


@op(category="linalg")
def det(x: Tensor) -> Tensor:
    """The determinant of square matrices.
    Arguments:
        x: tensor, shape (..., n, n).
    Returns: float tensor, shape (...).
    Raises: ValueError if the matrices are not square.
    Source: numpy.linalg.det.
    >>> keras.ops.det([[1.0, 2.0], [3.0, 4.0]])
    np.float32(-2.0)"""
    sign, logarithm = slogdet(x)
    return multiply(sign, exp(logarithm))


@op(category="linalg")
def logdet(x: Tensor) -> Tensor:
    """The logarithm of the determinant of positive definite matrices: log(det(x)).
    Arguments:
        x: tensor, shape (..., n, n), positive definite.
    Returns: float tensor, shape (...).
    Raises: ValueError if the matrices are not square.
    >>> keras.ops.logdet([[2.0, 0.0], [0.0, 2.0]])
    array(1.3863, dtype=float32)"""
    return slogdet(x)[1]


def _qr_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[tuple[Spec, Spec], dict[str, Any]]:
    batch, rows, columns = _matrices(name, inputs[0], square_only=False)
    dtype = inputs[0].dtype
    if attributes["mode"] not in ("reduced", "complete"):
        raise ValueError(f"keras.ops.qr(mode): got {attributes['mode']!r}. Accepted: 'reduced' or 'complete'.")
    smaller = builtins.min(rows, columns) if isinstance(rows, int) and isinstance(columns, int) else D.Dim.unknown()
    inner = rows if attributes["mode"] == "complete" else smaller
    return (Spec((*batch, rows, inner), dtype), Spec((*batch, inner, columns), dtype)), attributes


def _qr_gradient(g: Any, y: Any, x: Tensor, mode: str) -> tuple[Tensor]:
    """Walter and Lehmann 2018, for at least as many rows as columns."""
    q, r = y
    rows, columns = shape_of(x)[-2:]
    if mode == "complete" and rows != columns or rows < columns:  # type: ignore[operator]
        raise ValueError("keras.ops.qr: the gradient exists for mode='reduced' and at least as many rows as columns.")
    inner = subtract(matmul(r, _swap(g[1])), matmul(_swap(g[0]), q))
    lower = tril(inner, -1)
    symmetric = add(add(lower, _swap(lower)), multiply(inner, eye(columns, dtype=dtype_of(x))))  # type: ignore[arg-type]
    right = add(g[0], matmul(q, symmetric))
    return (_swap(triangular_solve(r, _swap(right), lower=False)),)


@primitive(Family(1, floating, _qr_rule), vjp=_qr_gradient, category="linalg")
def qr(x: Tensor, mode: str = "reduced") -> tuple[Tensor, Tensor]:
    """Orthogonal Q and upper triangular R with x = Q R.
    Arguments:
        x: tensor, shape (..., m, n).
        mode: 'reduced' (Q has min(m, n) columns) or 'complete' (Q is square).
    Returns: (Q, R), float tensors.
    Raises: ValueError for another mode.
    Source: numpy.linalg.qr.
    >>> q, r = keras.ops.qr([[3.0], [4.0]])
    >>> keras.ops.round(q @ r, 3)
    array([[3.],
           [4.]], dtype=float32)"""


def _eigh_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[tuple[Spec, Spec], dict[str, Any]]:
    batch, rows, _ = _matrices(name, inputs[0])
    return (Spec((*batch, rows), _REAL.get(inputs[0].dtype, inputs[0].dtype)), Spec(inputs[0].dims, inputs[0].dtype)), attributes


def _gaps(values: Tensor) -> Tensor:
    """1 / (w_j - w_i) off the diagonal and where they differ, else 0."""
    difference = subtract(expand_dims(values, -2), expand_dims(values, -1))
    equal_values = equal(difference, 0)
    return select(equal_values, zeros_of(difference), reciprocal(select(equal_values, ones_of(difference), difference)))


def _eigh_gradient(g: Any, y: Any, x: Tensor) -> tuple[Tensor]:
    values, vectors = y
    n = shape_of(values)[-1]
    inner = add(multiply(_gaps(values), matmul(_swap(vectors), g[1])), multiply(expand_dims(g[0], -1), eye(n, dtype=dtype_of(x))))  # type: ignore[arg-type]
    found = matmul(matmul(vectors, inner), _swap(vectors))
    return (multiply(add(found, _swap(found)), 0.5),)


@primitive(Family(1, floating, _eigh_rule), vjp=_eigh_gradient, category="linalg")
def eigh(x: Tensor) -> tuple[Tensor, Tensor]:
    """The eigenvalues in rising order and the eigenvectors of symmetric matrices: x v[:, i] = w[i] v[:, i].
    Arguments:
        x: tensor, shape (..., n, n), symmetric.
    Returns: (w, v), float tensors, shapes (..., n) and (..., n, n); the eigenvectors are columns.
    Raises: ValueError if the matrices are not square.
    Source: numpy.linalg.eigh.
    >>> values, vectors = keras.ops.eigh([[2.0, 0.0], [0.0, 1.0]])
    >>> values
    array([1., 2.], dtype=float32)"""


def _eig_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[tuple[Spec, Spec], dict[str, Any]]:
    batch, rows, _ = _matrices(name, inputs[0])
    dtype = "complex128" if inputs[0].dtype == "float64" else "complex64"
    return (Spec((*batch, rows), dtype), Spec(inputs[0].dims, dtype)), attributes


@primitive(
    Family(1, floating, _eig_rule),
    vjp=NotDifferentiable("the eigenvectors of a matrix without symmetry are complex. Write keras.ops.eigh."),
    category="linalg",
)
def eig(x: Tensor) -> tuple[Tensor, Tensor]:
    """The eigenvalues and eigenvectors of square matrices: x v[:, i] = w[i] v[:, i].
    Arguments:
        x: tensor, shape (..., n, n).
    Returns: (w, v), complex tensors, shapes (..., n) and (..., n, n); the eigenvectors are columns.
    Raises: ValueError if the matrices are not square. There is no gradient.
    Source: numpy.linalg.eig.
    >>> values, vectors = keras.ops.eig([[0.0, 1.0], [-1.0, 0.0]])
    >>> keras.ops.sort(keras.ops.imag(values))
    array([-1.,  1.], dtype=float32)"""


def _svd_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[tuple[Spec, ...], dict[str, Any]]:
    batch, rows, columns = _matrices(name, inputs[0], square_only=False)
    dtype = inputs[0].dtype
    smaller = builtins.min(rows, columns) if isinstance(rows, int) and isinstance(columns, int) else D.Dim.unknown()
    full = attributes["full_matrices"]
    left = Spec((*batch, rows, rows if full else smaller), dtype)
    right = Spec((*batch, columns if full else smaller, columns), dtype)
    return (left, Spec((*batch, smaller), _REAL.get(dtype, dtype)), right), attributes


def _svd_gradient(g: Any, y: Any, x: Tensor, full_matrices: bool) -> tuple[Tensor]:
    """Townsend 2016, "Differentiating the singular value decomposition"."""
    u, s, vt = y
    gu, gs, gvt = g
    rows, columns = shape_of(x)[-2:]
    k = shape_of(s)[-1]
    if full_matrices and rows != columns:
        raise ValueError("keras.ops.svd: the gradient exists for full_matrices=False.")
    v, gv = _swap(vt), _swap(gvt)
    dtype = dtype_of(x)
    gaps = _gaps(square(s))
    across, down = expand_dims(s, -2), expand_dims(s, -1)
    first, second = matmul(_swap(u), gu), matmul(_swap(v), gv)
    inner = multiply(gaps, multiply(subtract(first, _swap(first)), across))
    inner = add(inner, multiply(multiply(gaps, subtract(second, _swap(second))), down))
    inner = add(inner, multiply(expand_dims(gs, -1), eye(k, dtype=dtype)))  # type: ignore[arg-type]
    found = matmul(matmul(u, inner), vt)
    if rows != k:
        outside = subtract(gu, matmul(u, first))
        found = add(found, matmul(divide(outside, across), vt))
    if columns != k:
        outside = subtract(gv, matmul(v, second))
        found = add(found, matmul(u, _swap(divide(outside, across))))
    return (found,)


@primitive(Family(1, floating, _svd_rule), vjp=_svd_gradient, category="internal")
def singular_values_and_vectors(x: Tensor, full_matrices: bool) -> tuple[Tensor, Tensor, Tensor]:
    """U, the singular values, V^T."""


@op(category="linalg")
def svd(x: Tensor, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """Orthogonal U and V and the singular values s with x = U diag(s) V^T.
    Arguments:
        x: tensor, shape (..., m, n).
        full_matrices: bool, whether U and V are square; else they have min(m, n) columns.
        compute_uv: bool, whether U and V^T are wanted.
    Returns: (U, s, V^T), float tensors, s in falling order, shape (..., min(m, n)); only s without `compute_uv`.
    Source: numpy.linalg.svd.
    >>> keras.ops.svd([[3.0, 0.0], [0.0, 2.0]], compute_uv=False)
    array([3., 2.], dtype=float32)"""
    if compute_uv:
        return singular_values_and_vectors(x, full_matrices=bool(full_matrices))
    return singular_values_and_vectors(x, full_matrices=False)[1]


def _lu_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[tuple[Spec, Spec], dict[str, Any]]:
    batch, rows, columns = _matrices(name, inputs[0], square_only=False)
    smaller = builtins.min(rows, columns) if isinstance(rows, int) and isinstance(columns, int) else D.Dim.unknown()
    return (Spec(inputs[0].dims, inputs[0].dtype), Spec((*batch, smaller), "int32")), attributes


@primitive(
    Family(1, floating, _lu_rule),
    vjp=NotDifferentiable("rows are exchanged by the numbers. Write keras.ops.solve or keras.ops.inv."),
    category="linalg",
)
def lu_factor(x: Tensor) -> tuple[Tensor, Tensor]:
    """L and U with x = P L U in one matrix, and the exchanges of rows that are P.
    Arguments:
        x: tensor, shape (..., m, n).
    Returns: (lu, pivots): U with L below its diagonal, in the shape of `x`; and for each row the one exchanged with it, int32.
    Source: scipy.linalg.lu_factor.
    >>> keras.ops.lu_factor([[1.0, 2.0], [2.0, 2.0]])
    (array([[2. , 2. ],
           [0.5, 1. ]], dtype=float32), array([1, 1], dtype=int32))"""


# -------------------------------------------------------------------------------------------------------------- composites


@op(category="linalg")
def pinv(x: Tensor, rcond: float | None = None) -> Tensor:
    """The pseudo-inverse of matrices: V diag(1 / s) U^T for x = U diag(s) V^T.
    Arguments:
        x: tensor, shape (..., m, n).
        rcond: float, singular values below rcond times the largest count as 0. Default None: max(m, n) times the dtype's epsilon.
    Returns: float tensor, shape (..., n, m).
    Source: Penrose 1955; numpy.linalg.pinv.
    >>> keras.ops.pinv([[2.0], [0.0]])
    array([[0.5, 0. ]], dtype=float32)"""
    u, s, vt = svd(x, full_matrices=False)
    limit = _tolerance(x, dtype_of(s)) if rcond is None else float(rcond)
    kept = greater(s, multiply(_max_over(s, axis=-1, keepdims=True), limit))
    inverse = select(kept, reciprocal(select(kept, s, ones_of(s))), zeros_of(s))
    return matmul(multiply(_swap(vt), expand_dims(inverse, -2)), _swap(u))


def _tolerance(x: Tensor, dtype: str) -> float:
    sizes = [n for n in shape_of(x)[-2:] if isinstance(n, int)]
    return builtins.max(sizes, default=1) * (2.220446049250313e-16 if dtype == "float64" else 1.1920929e-07)


@op(category="linalg")
def matrix_rank(x: Tensor, tol: float | None = None) -> Tensor:
    """How many singular values are larger than `tol`.
    Arguments:
        x: tensor, shape (..., m, n).
        tol: float. Default None: the largest singular value times max(m, n) times the dtype's epsilon.
    Returns: int32 tensor, shape (...).
    Source: numpy.linalg.matrix_rank.
    >>> keras.ops.matrix_rank([[1.0, 2.0], [2.0, 4.0]])
    np.int32(1)"""
    s = svd(x, compute_uv=False)
    limit = (
        multiply(_max_over(s, axis=-1, keepdims=True), _tolerance(x, dtype_of(s)))
        if tol is None
        else tol
        if not np.ndim(tol)
        else expand_dims(tol, -1)
    )
    return sum(cast(greater(s, limit), "int32"), axis=-1)


@op(category="linalg", operands=2)
def lstsq(a: Tensor, b: Tensor, rcond: float | None = None) -> Tensor:
    """The least squares solution: of the x that make |a x - b| smallest the shortest.
    Arguments:
        a: tensor, shape (m, n).
        b: tensor, shape (m,) or (m, k).
        rcond: float, singular values below rcond times the largest count as 0. Default None: max(m, n) times the dtype's epsilon.
    Returns: float tensor, shape (n,) or (n, k).
    Source: numpy.linalg.lstsq.
    >>> keras.ops.round(keras.ops.lstsq([[1.0], [1.0]], [1.0, 3.0]), 3)
    array([2.], dtype=float32)"""
    return _with_column(matmul, pinv(a, rcond), b) if len(shape_of(b)) > 1 else matmul(pinv(a, rcond), b)


@op(category="linalg")
def norm(x: Tensor, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The norm of vectors (one axis) or matrices (two axes).
    Arguments:
        ord: of vectors a number p for (sum |x|^p)^(1/p), inf, -inf, or 0 for the count of nonzeros; of matrices 'fro', 'nuc', 1, -1, 2, -2,
            inf or -inf. Default None: the root of the sum of squares.
        axis: int, or two of them. Default None: all elements as one vector, or as one matrix if `ord` is given.
    Returns: float tensor without the axes of `axis`.
    Raises: ValueError for an unknown `ord` or more than two axes.
    Source: numpy.linalg.norm.
    >>> keras.ops.norm([3.0, 4.0]), keras.ops.norm([[1.0, -2.0], [3.0, 0.0]], ord=1, axis=1)
    (np.float32(5.0), array([3., 3.], dtype=float32))"""
    x = cast(x, dtypes.to_floating(dtype_of(x)))
    count = len(shape_of(x))
    ord = float(ord) if ord in ("inf", "-inf") else ord
    if axis is None and (ord is None or count == 1):
        if ord is None:
            return sqrt(sum(square(_sizes(x)), keepdims=keepdims))
        axis = 0
    axes = tuple(range(count)) if axis is None else tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    places = tuple(axis_of("norm", a, count) for a in axes)
    if len(places) == 1:
        return _vector_norm(_sizes(x), ord, places, keepdims)
    if len(places) == 2:
        return _matrix_norm(x if ord in (2, -2, "nuc") else _sizes(x), ord, places, keepdims)
    raise ValueError(
        f"keras.ops.norm(axis): got {axis!r} for a tensor with {count} axes. Accepted: one axis, two axes, or None without ord."
    )


def _sizes(x: Tensor) -> Tensor:
    """|x| of complex numbers; real ones as they are, as their squares are positive anyway."""
    return abs(x) if dtype_of(x).startswith("complex") else x


def _vector_norm(x: Tensor, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    if isinstance(ord, str):
        raise ValueError(f"keras.ops.norm(ord): got {ord!r} for vectors. Accepted: a number, inf or -inf.")
    if ord is None or ord == 2:
        return sqrt(sum(square(x), axis=axes, keepdims=keepdims))
    size = abs(x)
    if ord == float("inf"):
        return max(size, axis=axes, keepdims=keepdims)
    if ord == float("-inf"):
        return min(size, axis=axes, keepdims=keepdims)
    if ord == 0:
        return sum(cast(not_equal(x, 0), dtype_of(x)), axis=axes, keepdims=keepdims)
    if ord == 1:
        return sum(size, axis=axes, keepdims=keepdims)
    return power(sum(power(size, float(ord)), axis=axes, keepdims=keepdims), 1.0 / ord)


def _matrix_norm(x: Tensor, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    rows, columns = axes
    if ord in (None, "fro"):
        return sqrt(sum(square(x), axis=axes, keepdims=keepdims))
    if ord in (1, -1, float("inf"), float("-inf")):
        summed, other = (rows, columns) if ord in (1, -1) else (columns, rows)
        sums = sum(abs(x), axis=summed, keepdims=True)
        found = (_max_over if ord > 0 else _min_over)(sums, axis=other, keepdims=True)
    elif ord in (2, -2, "nuc"):
        s = svd(moveaxis(x, (rows, columns), (-2, -1)), compute_uv=False)
        found = sum(s, axis=-1) if ord == "nuc" else (_max_over if ord == 2 else _min_over)(s, axis=-1)
        return reshape(found, tuple(1 if i in axes else n for i, n in enumerate(shape_of(x)))) if keepdims else found
    else:
        raise ValueError(f"keras.ops.norm(ord): got {ord!r} for matrices. Accepted: 'fro', 'nuc', 1, -1, 2, -2, inf, -inf.")
    return found if keepdims else reshape(found, tuple(n for i, n in enumerate(shape_of(x)) if i not in axes))


@op(operands=2)
def inner(x1: Tensor, x2: Tensor) -> Tensor:
    """The sum of products over the last axes of both: sum over k of x1[..., k] * x2[..., k].
    Arguments:
        x1: tensor, shape (*a, k), or a scalar.
        x2: tensor, shape (*b, k), or a scalar.
    Returns: tensor, shape (*a, *b), of the common dtype.
    Raises: ValueError if the last axes differ.
    >>> keras.ops.inner([1.0, 2.0], [3.0, 4.0])
    array(11., dtype=float32)"""
    a, b = shape_of(x1), shape_of(x2)
    if not a or not b:
        return multiply(x1, x2)
    return tensordot(x1, x2, axes=[[len(a) - 1], [len(b) - 1]])


@op(operands=2)
def vdot(x1: Tensor, x2: Tensor) -> Tensor:
    """The sum of products of all elements in order, those of `x1` conjugated.
    Arguments:
        x1, x2: tensors with as many elements.
    Returns: scalar of the common dtype.
    Raises: ValueError if the numbers of elements differ.
    >>> keras.ops.vdot([[1.0, 2.0]], [[3.0], [4.0]])
    array(11., dtype=float32)"""
    return dot(reshape(conj(x1), (-1,)), reshape(x2, (-1,)))
