"""The steps of an LSTM as one scan that keeps its gates, so that the gradient computes nothing anew and makes the weights' part at once.

The loop of a sequence keeps one thread of a CPU busy. A sequence is therefore cut in two: while the one half's loop runs, the other threads
make the other half's large products.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from keras.core.tensor import REGISTRY

Array = Any
only_backwards: ContextVar[bool] = ContextVar("only_backwards", default=False)
"""Whether gradients are taken by `keras.value_and_grad` here. Rules for the backward pass alone refuse `jax.jvp`, so they wait for that."""
_LONG = 16
"""Steps of a sequence that is cut in two."""
_UNROLL = 1
"""Steps per turn of the loop: XLA begins and ends fewer turns, and the program stays small."""


def _steps(projected: Array, h: Array, c: Array, kernel: Array, reverse: bool) -> tuple[Array, Array, Array]:
    def step(carry: Any, x: Array) -> Any:
        before, memory = carry
        i, f, g, o = jnp.split(lax.add(x, lax.dot(before, kernel)), 4, axis=-1)
        i, f, g, o = lax.logistic(i), lax.logistic(f), lax.tanh(g), lax.logistic(o)
        memory = lax.add(lax.mul(f, memory), lax.mul(i, g))
        output = lax.mul(o, lax.tanh(memory))
        return (output, memory), (output, memory, lax.concatenate([i, f, g, o], 1))

    return lax.scan(step, (h, c), projected, reverse=reverse, unroll=_UNROLL)[1]


_with_rule = jax.custom_vjp(_steps, nondiff_argnums=(4,))


def _forward(projected: Array, h: Array, c: Array, kernel: Array, reverse: bool) -> Any:
    made = _with_rule(projected, h, c, kernel, reverse)
    return made, (*made, h, c, kernel)


def _before(sequence: Array, first: Array, reverse: bool) -> Array:
    """For every step, the value of the step before it."""
    if reverse:
        return jnp.concatenate([sequence[1:], first[None]])
    return jnp.concatenate([first[None], sequence[:-1]])


def _backward(reverse: bool, saved: Any, cotangents: Any) -> Any:
    outputs, memories, gates, h, c, kernel = saved
    back = kernel.T

    def step(carry: Any, slices: Any) -> Any:
        g_h, g_c = carry
        g_output, g_memory, g_gates, z, memory, before = slices
        i, f, g, o = jnp.split(z, 4, axis=-1)
        to_i, to_f, to_g, to_o = jnp.split(g_gates, 4, axis=-1)
        bent = lax.tanh(memory)
        g_h = g_h + g_output
        g_c = g_c + g_memory + g_h * o * (1 - bent * bent)
        slopes = [
            (g_c * g + to_i) * i * (1 - i),
            (g_c * before + to_f) * f * (1 - f),
            (g_c * i + to_g) * (1 - g * g),
            (g_h * bent + to_o) * o * (1 - o),
        ]
        g_z = lax.concatenate(slopes, 1)
        return (lax.dot(g_z, back), g_c * f), g_z

    xs = (*cotangents, gates, memories, _before(memories, c, reverse))
    (g_h, g_c), g_projected = lax.scan(step, (jnp.zeros_like(h), jnp.zeros_like(c)), xs, reverse=not reverse, unroll=_UNROLL)
    before = jnp.reshape(_before(outputs, h, reverse), (-1, h.shape[-1]))
    return g_projected, g_h, g_c, lax.dot(before.T, jnp.reshape(g_projected, (-1, kernel.shape[-1])))


_with_rule.defvjp(_forward, _backward)


def lstm_steps(projected: Array, h: Array, c: Array, recurrent_kernel: Array, reverse: bool = False) -> tuple[Array, Array, Array]:
    """See `keras.ops.recurrent.lstm_steps`."""
    operands = (projected, h, c, recurrent_kernel)
    if not all(isinstance(x, jax.Array) and x.dtype == projected.dtype for x in operands):
        return REGISTRY["lstm_steps"].record.body(*operands, reverse=reverse)  # type: ignore[attr-defined]
    return (_with_rule if only_backwards.get() else _steps)(*operands, reverse)


def _in_halves(name: str) -> Callable[..., tuple[Array, ...]]:
    """The sequence op of that name, as its definition on both halves of the sequence."""

    def sequence(operands: Sequence[Array], reverse: bool) -> tuple[Array, ...]:
        body = REGISTRY[name].record.body  # type: ignore[attr-defined]
        x, *rest = operands
        middle = x.shape[0] // 2
        if 2 * middle < _LONG or jax.default_backend() != "cpu":
            return body(operands, reverse)  # type: ignore[no-any-return]
        halves = (x[middle:], x[:middle]) if reverse else (x[:middle], x[middle:])
        outputs, *states = body([halves[0], *rest], reverse)
        more, *states = body([halves[1], *states, *rest[len(states) :]], reverse)
        return jnp.concatenate([more, outputs] if reverse else [outputs, more]), *states

    return sequence


NATIVES = {"lstm_steps": lstm_steps, "lstm_sequence": _in_halves("lstm_sequence"), "gru_sequence": _in_halves("gru_sequence")}
