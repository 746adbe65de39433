"""The models of `models.py` written by hand in plain JAX: one jitted program per epoch, `lax.scan` over shuffled batches, Adam, accuracy.

What somebody who knows JAX writes without tuning for a machine; the yardstick for what a framework costs on top of its engine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

Array = Any
Parameters = dict[str, Array]
_LAYOUT = ("NHWC", "HWIO", "NHWC")
_EPSILON = 1e-7


class Network(NamedTuple):
    """First weights, first statistics, the data, and `logits(parameters, statistics, x, key) -> (logits, statistics)`."""

    parameters: Parameters
    statistics: Parameters
    x: np.ndarray
    y: np.ndarray
    logits: Callable[..., tuple[Array, Parameters]]


def _glorot(random: np.random.Generator, *shape: int) -> np.ndarray:
    receptive = int(np.prod(shape[:-2]))
    limit = np.sqrt(6 / (receptive * (shape[-2] + shape[-1])))
    return random.uniform(-limit, limit, shape).astype("float32")


def _zeros(count: int) -> np.ndarray:
    return np.zeros(count, "float32")


def _dropout(x: Array, rate: float, key: Array) -> Array:
    return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)


def _conv(x: Array, w: Array, padding: str = "VALID") -> Array:
    return lax.conv_general_dilated(x, w, (1, 1), padding, dimension_numbers=_LAYOUT)


def _max_pool(x: Array) -> Array:
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def _classes(random: np.random.Generator, rows: int) -> np.ndarray:
    return random.integers(0, 10, rows).astype("int32")


def mlp_mnist(rows: int) -> Network:
    """784-512-10 with Dropout."""
    random = np.random.default_rng(0)
    p = {"w1": _glorot(random, 784, 512), "b1": _zeros(512), "w2": _glorot(random, 512, 10), "b2": _zeros(10)}

    def logits(p: Parameters, s: Parameters, x: Array, key: Array) -> tuple[Array, Parameters]:
        h = _dropout(jax.nn.relu(x @ p["w1"] + p["b1"]), 0.5, key)
        return h @ p["w2"] + p["b2"], s

    return Network(p, {}, random.random((rows, 784), dtype="float32"), _classes(random, rows), logits)


def mlp_small(rows: int) -> Network:
    """20-64-64-1 with Dropout twice."""
    random = np.random.default_rng(0)
    sizes = (20, 64, 64, 1)
    p = {f"w{i}": _glorot(random, a, b) for i, (a, b) in enumerate(zip(sizes, sizes[1:], strict=False))}
    p |= {f"b{i}": _zeros(b) for i, b in enumerate(sizes[1:])}

    def logits(p: Parameters, s: Parameters, x: Array, key: Array) -> tuple[Array, Parameters]:
        first, second = jax.random.split(key)
        h = _dropout(jax.nn.relu(x @ p["w0"] + p["b0"]), 0.5, first)
        h = _dropout(jax.nn.relu(h @ p["w1"] + p["b1"]), 0.5, second)
        return h @ p["w2"] + p["b2"], s

    return Network(p, {}, random.random((rows, 20), dtype="float32"), random.integers(0, 2, (rows, 1)).astype("float32"), logits)


def mnist_convnet(rows: int) -> Network:
    """3x3x32, 3x3x64, pooling, Dense(128), Dense(10)."""
    random = np.random.default_rng(0)
    p = {"k1": _glorot(random, 3, 3, 1, 32), "c1": _zeros(32), "k2": _glorot(random, 3, 3, 32, 64), "c2": _zeros(64)}
    p |= {"w1": _glorot(random, 9216, 128), "b1": _zeros(128), "w2": _glorot(random, 128, 10), "b2": _zeros(10)}

    def logits(p: Parameters, s: Parameters, x: Array, key: Array) -> tuple[Array, Parameters]:
        first, second = jax.random.split(key)
        h = jax.nn.relu(_conv(x, p["k1"]) + p["c1"])
        h = jax.nn.relu(_conv(h, p["k2"]) + p["c2"])
        h = _dropout(_max_pool(h), 0.25, first).reshape(len(x), -1)
        h = _dropout(jax.nn.relu(h @ p["w1"] + p["b1"]), 0.5, second)
        return h @ p["w2"] + p["b2"], s

    return Network(p, {}, random.random((rows, 28, 28, 1), dtype="float32"), _classes(random, rows), logits)


def cifar_conv_batchnorm(rows: int) -> Network:
    """Convolution, batch normalization, relu and pooling, twice."""
    random = np.random.default_rng(0)
    p = {"k1": _glorot(random, 3, 3, 3, 32), "k2": _glorot(random, 3, 3, 32, 64), "w": _glorot(random, 64, 10), "b": _zeros(10)}
    s = {}
    for i, n in ((1, 32), (2, 64)):
        p |= {f"g{i}": np.ones(n, "float32"), f"o{i}": _zeros(n)}
        s |= {f"m{i}": _zeros(n), f"v{i}": np.ones(n, "float32")}

    def logits(p: Parameters, s: Parameters, x: Array, key: Array) -> tuple[Array, Parameters]:
        h, s = x, dict(s)
        for i in (1, 2):
            h = _conv(h, p[f"k{i}"], "SAME")
            mean, variance = h.mean((0, 1, 2)), h.var((0, 1, 2))
            s[f"m{i}"], s[f"v{i}"] = 0.99 * s[f"m{i}"] + 0.01 * mean, 0.99 * s[f"v{i}"] + 0.01 * variance
            h = (h - mean) * (lax.rsqrt(variance + 1e-3) * p[f"g{i}"]) + p[f"o{i}"]
            h = _max_pool(jax.nn.relu(h))
        return h.mean((1, 2)) @ p["w"] + p["b"], s

    return Network(p, s, random.random((rows, 32, 32, 3), dtype="float32"), _classes(random, rows), logits)


def embedding_lstm(rows: int) -> Network:
    """Embedding(20000, 128), LSTM(128) over 80 steps, Dense(1)."""
    random = np.random.default_rng(0)
    p = {"table": random.uniform(-0.05, 0.05, (20000, 128)).astype("float32"), "w": _glorot(random, 128, 512)}
    p |= {"u": np.linalg.qr(random.normal(size=(512, 128)))[0].T.astype("float32"), "b": _zeros(512)}
    p |= {"w1": _glorot(random, 128, 1), "b1": _zeros(1)}

    def logits(p: Parameters, s: Parameters, x: Array, key: Array) -> tuple[Array, Parameters]:
        inputs = p["table"][x.T] @ p["w"] + p["b"]

        def step(carry: tuple[Array, Array], z: Array) -> tuple[tuple[Array, Array], None]:
            h, c = carry
            i, f, g, o = jnp.split(z + h @ p["u"], 4, axis=-1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

        start = jnp.zeros((len(x), 128))
        (h, _), _ = lax.scan(step, (start, start), inputs)
        return h @ p["w1"] + p["b1"], s

    x = random.integers(0, 20000, (rows, 80)).astype("int32")
    return Network(p, {}, x, random.integers(0, 2, (rows, 1)).astype("float32"), logits)


def _loss_and_hits(logits: Array, y: Array) -> tuple[Array, Array]:
    if logits.shape[-1] == 1:
        loss = jnp.mean(jnp.maximum(logits, 0) - logits * y + jnp.log1p(jnp.exp(-jnp.abs(logits))))
        return loss, jnp.sum((logits > 0) == (y > 0.5))
    loss = -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], axis=-1))
    return loss, jnp.sum(jnp.argmax(logits, -1) == y)


def _adam(p: Parameters, g: Parameters, m: Parameters, v: Parameters, t: Array) -> tuple[Parameters, Parameters, Parameters]:
    rate = 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    m = jax.tree.map(lambda m, g: m + 0.1 * (g - m), m, g)
    v = jax.tree.map(lambda v, g: v + 0.001 * (g * g - v), v, g)
    return jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + _EPSILON), p, m, v), m, v


def _epoch_program(logits: Callable[..., Any]) -> Callable[..., Any]:
    """(state, x, y, order of shape (steps, batch)) -> (state, mean loss, hits), the state's memory used again."""

    def loss_of(p: Parameters, s: Parameters, x: Array, y: Array, key: Array) -> tuple[Array, Any]:
        found, s = logits(p, s, x, key)
        loss, hits = _loss_and_hits(found, y)
        return loss, (s, hits)

    def epoch(state: Any, x: Array, y: Array, order: Array) -> Any:
        def step(state: Any, rows: Array) -> Any:
            p, s, m, v, t, key = state
            key, now = jax.random.split(key)
            (loss, (s, hits)), g = jax.value_and_grad(loss_of, has_aux=True)(p, s, x[rows], y[rows], now)
            p, m, v = _adam(p, g, m, v, t + 1)
            return (p, s, m, v, t + 1, key), (loss, hits)

        state, (losses, hits) = lax.scan(step, state, order)
        return state, losses.mean(), hits.sum()

    return jax.jit(epoch, donate_argnums=0)


def fit_steps(model: str, rows: int, batch_size: int, epochs: int) -> dict[str, list[float]]:
    """The duration of each epoch after the first, divided by its steps; and the first epoch, compilation included."""
    network: Network = globals()[model](rows)
    random, steps = np.random.default_rng(1), rows // batch_size
    x, y = jax.device_put(network.x), jax.device_put(network.y)
    program = _epoch_program(network.logits)
    zeros = jax.tree.map(jnp.zeros_like, network.parameters)
    p, s = jax.device_put((network.parameters, network.statistics))
    state = (p, s, zeros, jax.tree.map(jnp.copy, zeros), jnp.float32(0), jax.random.key(0))
    durations = []
    for _ in range(epochs):
        start = time.perf_counter()
        order = random.permutation(rows)[: steps * batch_size].reshape(steps, batch_size).astype("int32")
        state, loss, _ = program(state, x, y, order)
        float(loss)
        durations.append(time.perf_counter() - start)
    return {"step": [duration / steps for duration in durations[1:]], "first_epoch": durations[:1]}
