"""Kernels whose gradients are written for CPUs agree with JAX's own, in every mode of differentiation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from keras import ops
from keras.engines.jax import columns, convolution, normalization, pooling, recurrent
from keras.engines.jax.recurrent import only_backwards

CONVOLUTIONS = [
    # sizes, kernel, strides, padding, dilation
    ((9,), (3,), (1,), ((0, 0),), (1,)),
    ((9,), (2,), (1,), ((2, 0),), (1,)),
    ((9,), (3,), (3,), ((1, 1),), (2,)),
    ((7, 8), (3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1)),
    ((7, 8), (2, 3), (2, 3), ((0, 1), (1, 1)), (1, 1)),
    ((7, 8), (3, 2), (1, 2), ((2, 2), (0, 0)), (2, 3)),
    ((5, 4, 6), (2, 1, 3), (1, 2, 1), ((0, 0), (0, 0), (1, 1)), (1, 1, 1)),
]


def _numbers(*shape: int, seed: int = 0) -> jax.Array:
    return jnp.asarray(np.random.default_rng(seed).normal(size=shape).astype("float32"))


def _agree(found: Any, expected: Any) -> None:
    for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5 * max(1.0, float(jnp.max(jnp.abs(b), initial=0))))


def _direct(x: Any, w: Any, strides: Any, padding: Any, dilation: Any) -> Any:
    """The definition of a convolution, tap by tap."""
    count = x.ndim - 2
    x = jnp.pad(x, [(0, 0), *padding, (0, 0)])
    sizes = [(n - (k - 1) * d - 1) // s + 1 for n, k, s, d in zip(x.shape[1:-1], w.shape, strides, dilation, strict=False)]
    total = 0.0
    for tap in np.ndindex(*w.shape[:count]):
        places = tuple(slice(t * d, t * d + (n - 1) * s + 1, s) for t, d, n, s in zip(tap, dilation, sizes, strides, strict=True))
        total = total + jnp.tensordot(x[(slice(None), *places)], w[tap], 1)
    return total


@pytest.mark.parametrize(("sizes", "kernel", "strides", "padding", "dilation"), CONVOLUTIONS)
def test_gradients_of_convolutions(sizes: Any, kernel: Any, strides: Any, padding: Any, dilation: Any) -> None:
    x, w = _numbers(2, *sizes, 3), _numbers(*kernel, 3, 4, seed=1)
    options = {"strides": strides, "padding": padding, "dilation": dilation}

    def loss(function: Callable[..., Any]) -> Any:
        return jax.jit(jax.value_and_grad(lambda x, w: jnp.sum(jnp.sin(function(x, w, **options))), (0, 1)))(x, w)

    _agree(loss(convolution.conv), loss(_direct))


@pytest.mark.parametrize(
    ("groups", "filters", "strides"), [(4, 4, (1, 1)), (4, 8, (2, 1)), (2, 6, (2, 2)), (17, 17, (1, 1)), (20, 40, (1, 1))]
)
def test_gradients_of_convolutions_in_groups(groups: int, filters: int, strides: Any) -> None:
    channels = 2 * groups if groups == 20 else max(groups, 4)
    x, w = _numbers(2, 6, 7, channels), _numbers(3, 2, channels // groups, filters, seed=1)
    options = {"strides": strides, "padding": ((1, 1), (0, 1)), "dilation": (1, 2)}

    def by_group(x: Any, w: Any) -> Any:
        pairs = zip(jnp.split(x, groups, -1), jnp.split(w, groups, -1), strict=True)
        return jnp.concatenate([_direct(a, b, **options) for a, b in pairs], -1)

    def loss(function: Callable[..., Any]) -> Any:
        return jax.jit(jax.value_and_grad(lambda x, w: jnp.sum(jnp.sin(function(x, w))), (0, 1)))(x, w)

    _agree(loss(lambda x, w: convolution.conv(x, w, groups=groups, **options)), loss(by_group))
    g = _numbers(*jax.eval_shape(by_group, x, w).shape, seed=2)
    to_x, to_w = jax.vjp(by_group, x, w)[1](g)
    _agree(convolution.conv_input_gradient(g, w, groups=groups, x_shape=x.shape, **options), to_x)
    _agree(convolution.conv_filter_gradient(x, g, groups=groups, w_shape=w.shape, **options), to_w)


@pytest.mark.parametrize("mode", ["jvp", "vmap of grad", "grad of grad", "jvp of grad", "checkpoint"])
def test_modes_of_differentiation(mode: str) -> None:
    x, w = _numbers(2, 6, 6, 3), _numbers(3, 3, 3, 4, seed=1)
    options = {"strides": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1)}
    pool = {"window": (2, 2), "strides": (2, 2), "padding": ((0, 0), (0, 0))}
    plain_pool = lambda v: lax.reduce_window(v, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")  # noqa: E731

    def ours(x: Any, w: Any) -> Any:
        return jnp.sum(jnp.sin(pooling.max_pool(convolution.conv(x, w, **options), **pool)))

    def plain(x: Any, w: Any) -> Any:
        return jnp.sum(jnp.sin(plain_pool(_direct(x, w, **options))))

    def found(f: Any) -> Any:
        if mode == "jvp":
            return jax.jvp(f, (x, w), (x, w))
        if mode == "vmap of grad":
            return jax.vmap(lambda v: jax.grad(f, (0, 1))(v[None], w))(x)
        if mode == "grad of grad":
            return jax.grad(lambda v: jnp.sum(jax.grad(f, 1)(x, v) ** 2))(w)
        if mode == "jvp of grad":
            return jax.jvp(lambda v: jax.grad(f, 1)(x, v), (w,), (w,))
        return jax.grad(jax.checkpoint(f), (0, 1))(x, w)

    _agree(jax.jit(lambda: found(ours))(), jax.jit(lambda: found(plain))())


@pytest.mark.parametrize(
    ("shape", "window"), [((2, 6, 6, 3), (2, 2)), ((2, 7, 5, 3), (2, 3)), ((2, 9, 4), (3,)), ((1, 4, 4, 4, 2), (2, 2, 2))]
)
def test_max_pooling_gives_ties_to_the_first(shape: Any, window: Any) -> None:
    x = jnp.asarray(np.random.default_rng(0).integers(0, 3, shape).astype("float32"))
    weights = _numbers(2, 9, 9, 9, 9)

    def loss(pool: Callable[..., Any]) -> Any:
        def f(v: Any) -> Any:
            y = pool(v)
            return jnp.sum(y * weights.ravel()[: y.size].reshape(y.shape))

        return jax.jit(jax.value_and_grad(f))(x)

    sizes = (1, *window, 1)
    _agree(
        loss(lambda v: pooling.max_pool(v, window, window, ((0, 0),) * len(window))),
        loss(lambda v: lax.reduce_window(v, -jnp.inf, lax.max, sizes, sizes, "VALID")),
    )


def test_sums_and_broadcasts_of_large_arrays() -> None:
    x, v = _numbers(8, 9, 50, 12), _numbers(12, seed=2)
    assert columns.total(x, (0, 1, 2)) is not None and columns.total(x, (1, 2)) is None

    def ours(x: Any, v: Any) -> Any:
        mixed = ops.multiply(ops.add(x, v), ops.reshape(v, (1, 1, 1, 12)))
        return ops.sum(ops.sin(ops.multiply(ops.sum(mixed, axis=(0, 1, -2), keepdims=True), 1e-3)))

    def plain(x: Any, v: Any) -> Any:
        return jnp.sum(jnp.sin(jnp.sum((x + v) * v, axis=(0, 1, 2)) * 1e-3))

    names = str(jax.make_jaxpr(jax.grad(ours, (0, 1)))(x, v))
    assert "keras_spread" in names and "keras_column_sum" in names

    def all_modes(f: Any) -> Any:
        both = jnp.stack([x, 2 * x])
        return jax.value_and_grad(f, (0, 1))(x, v), jax.jvp(f, (x, v), (x, v)), jax.vmap(jax.grad(f, 1), (0, None))(both, v)

    _agree(jax.jit(lambda: all_modes(ours))(), jax.jit(lambda: all_modes(plain))())


def _with_and_without_rule(function: Callable[..., Any], *operands: Any) -> None:
    gradient = jax.value_and_grad(function, tuple(range(len(operands))))
    expected = jax.jit(lambda *xs: gradient(*xs))(*operands)
    token = only_backwards.set(True)
    try:
        found = jax.jit(lambda *xs: gradient(*xs))(*operands)
    finally:
        only_backwards.reset(token)
    _agree(found, expected)


@pytest.mark.parametrize("reverse", [False, True])
def test_rule_of_lstm_steps(reverse: bool) -> None:
    operands = (_numbers(5, 2, 12), _numbers(2, 3, seed=1), _numbers(2, 3, seed=2), _numbers(3, 12, seed=3))

    def loss(*operands: Any) -> Any:
        outputs, memories, gates = recurrent.lstm_steps(*operands, reverse=reverse)
        return jnp.sum(jnp.sin(outputs)) + jnp.sum(memories[0] * memories[3]) + jnp.sum(gates**2)

    _with_and_without_rule(loss, *operands)


@pytest.mark.parametrize("shape", [(6, 4), (4, 16, 16, 32)])
def test_rule_of_batch_normalization(shape: Any) -> None:
    operands = (_numbers(*shape), _numbers(shape[-1], seed=1), _numbers(shape[-1], seed=2))
    weights = _numbers(*shape, seed=3)

    def loss(*operands: Any) -> Any:
        y, _, _ = normalization.normalize_by_batch(list(operands), len(shape) - 1, 1e-3, True, True)
        return jnp.sum(weights * jnp.sin(y))

    _with_and_without_rule(loss, *operands)


@pytest.mark.parametrize("dtype", ["float32", "float16", "int8"])
def test_what_is_kept_apart_is_the_same(dtype: str) -> None:
    """A large array passes a conditional that is always true, whatever its first number is; small ones stay as they are."""
    x = np.random.default_rng(1).normal(size=(4, 100, 100)).astype(dtype)
    for first in (0, 1) if dtype == "int8" else (0.0, -0.0, np.nan, np.inf, -np.inf):
        x[0, 0, 0] = first
        np.testing.assert_array_equal(jax.jit(columns.apart)(x), x)
    text = jax.jit(columns.apart).lower(x).compile().as_text()
    assert "conditional" in text
    assert "conditional" not in jax.jit(columns.apart).lower(x[:, :3]).compile().as_text()
    np.testing.assert_array_equal(jax.vmap(columns.apart)(x), x)
    if dtype != "int8":
        g = np.ones_like(x)
        np.testing.assert_array_equal(jax.vjp(columns.apart, x)[1](g)[0], g)
        np.testing.assert_array_equal(jax.jvp(columns.apart, (x,), (g,))[1], g)
