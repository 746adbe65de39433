"""Gradients of factorizations of symmetric matrices, taken within the symmetric matrices; singular matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from op_cases_linalg import DEFINITE, SQUARE
from op_properties import compiled, directional_difference, directions_for, inner

import keras.ops  # noqa: F401 (fills the registry)
from keras.core.autodiff import value_and_grad
from keras.core.tensor import REGISTRY, KerasTensor

R = REGISTRY
ROOT = DEFINITE.astype("float64")


def _symmetric(x: Any) -> Any:
    return R["multiply"](R["add"](x, R["swapaxes"](x, -1, -2)), 0.5)


@pytest.mark.parametrize("name", ["cholesky", "eigh", "inv", "logdet"])
def test_gradient_within_symmetric_matrices(name: str) -> None:
    def function(parameters: list[Any]) -> Any:
        results = R[name](_symmetric(parameters[0]))
        total = None
        for i, r in enumerate(results if isinstance(results, tuple) else (results,)):
            weights = np.random.default_rng(i).normal(size=r.shape)
            part = R["sum"](R["multiply"](R["square"](r) if name == "eigh" else r, weights))  # squares: the sign of a vector is free
            total = part if total is None else R["add"](total, part)
        return total

    direction = directions_for([ROOT])
    expected = directional_difference(function, [ROOT], direction)
    replay = compiled(lambda x: value_and_grad(function)([x])[1])
    for gradient in (value_and_grad(function)([ROOT])[1], replay(ROOT)):
        assert inner(gradient, direction) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("name", ["inv", "cholesky"])
def test_matrices_without_a_result_are_named(name: str) -> None:
    with pytest.raises(ValueError, match=f"keras.ops.{name}: .* Accepted: matrices for which the result exists"):
        R[name](np.zeros((2, 2), "float32"))


@pytest.mark.parametrize("name", ["inv", "det", "cholesky", "eigh"])
def test_square_matrices_only(name: str) -> None:
    with pytest.raises(ValueError, match="Accepted: square matrices"):
        R[name](np.ones((2, 3), "float32"))


def test_eigenvectors_are_only_stretched() -> None:
    values, vectors = R["eig"](SQUARE)
    np.testing.assert_allclose(SQUARE @ vectors, vectors * values[..., None, :], atol=1e-5)


def test_complex_matrices() -> None:
    rng = np.random.default_rng(4)
    z = (rng.normal(size=(2, 3, 3)) + 1j * rng.normal(size=(2, 3, 3))).astype("complex64")
    hermitian = z + z.conj().swapaxes(-1, -2)
    np.testing.assert_allclose(R["det"](z), np.linalg.det(z), rtol=1e-4)
    np.testing.assert_allclose(R["inv"](z) @ z, np.broadcast_to(np.eye(3), z.shape), atol=1e-4)
    np.testing.assert_allclose(R["solve"](z, z[..., :1]), np.linalg.solve(z, z[..., :1]), rtol=1e-4, atol=1e-4)
    values, vectors = R["eigh"](hermitian)
    assert (values.dtype, vectors.dtype) == (np.float32, np.complex64)
    np.testing.assert_allclose((vectors * values[:, None]) @ vectors.conj().swapaxes(-1, -2), hermitian, atol=1e-4)
    for name in ("eigh", "svd", "slogdet", "eig"):
        specs = R[name](KerasTensor(z.shape, "complex64"))
        assert [(s.shape, s.dtype) for s in specs] == [(r.shape, r.dtype.name) for r in R[name](z)]
    with pytest.raises(TypeError, match=r"keras.ops.erf\(x\): got dtype complex64. Accepted: real numbers"):
        R["erf"](z)
