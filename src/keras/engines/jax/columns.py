"""Sums over all axes but the last, the broadcasting of a vector that they are the gradient of, and the end of a loop, fast on a CPU.

XLA sums several axes of a large array on a CPU one number at a time; a sum of parts, and then of their sums, is five times faster, and
its parts run on every thread. Biases, batch normalization and their gradients live on these two.

XLA also makes one loop of pooling and of all that comes after it up to a Flatten layer, and then over the flattened numbers, where each
has to be divided into row, column and channel: that is eight times slower than two loops. `apart` keeps them two.
"""

from __future__ import annotations

import math
from typing import Any

import jax
import numpy as np
from jax import lax
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

Array = Any
_LARGE = 1 << 15
"""Elements from which on the detour pays."""
_PARTS = 64
_BITS = {1: np.uint8, 2: np.uint16, 4: np.uint32}


def _pays(x: Any) -> bool:
    return x.ndim > 2 and x.size >= _LARGE and x.dtype == np.float32 and jax.default_backend() == "cpu"


def total(x: Array, axis: Any) -> Array | None:
    """The sum over `axis`, without these axes; None where XLA's own sum is as good."""
    if not _pays(x) or axis is None or sorted(a % x.ndim for a in np.ravel(axis)) != list(range(x.ndim - 1)):
        return None
    return _column_sum.bind(x)


def spread(vector: Array, x: Array) -> Array:
    """An operand that is one vector along the last axis of `x`, in the shape of `x`; any other one as it is."""
    size = x.shape[-1]
    if vector.size != size or not vector.ndim or vector.shape[-1] != size or vector.dtype != x.dtype or not isinstance(vector, jax.Array):
        return vector
    return _spread.bind(lax.reshape(vector, (size,)), shape=x.shape)


def apart(x: Array) -> Array:
    """`x`, whose computation and whose use XLA does not make one loop of; the same holds for the gradient."""
    return _apart.bind(x) if x.size >= _LARGE and x.dtype.itemsize in _BITS and jax.default_backend() == "cpu" else x


def lined_up(x: Array, y: Array) -> tuple[Array, Array]:
    """Two operands of an elementwise op with equally many axes, as lax broadcasts only those."""
    a, b = x.ndim, y.ndim
    if a >= b and a > 2 and y.size < x.size and _pays(x):
        y = spread(y, x)
    elif b >= a and b > 2 and x.size < y.size and _pays(y):
        x = spread(x, y)
    a, b = x.ndim, y.ndim
    if a != b and a and b:
        x = x if a > b else lax.expand_dims(x, range(b - a))
        y = y if b > a else lax.expand_dims(y, range(a - b))
    return x, y


def _sum_of_parts(x: Array) -> Array:
    columns = x.shape[-1]
    rows = x.size // columns
    parts = math.gcd(rows, _PARTS)
    if parts > 3:
        x = _sum_first(lax.reshape(x, (parts, rows // parts, columns)), 1)
    else:
        x = lax.reshape(x, (rows, columns))
    return _sum_first(lax.optimization_barrier(x), 0)  # XLA would make one sum of the two


def _sum_first(x: Array, axis: int) -> Array:
    return lax.reduce(x, x.dtype.type(0), lax.add, (axis,))


def _broadcast(vector: Array, shape: Any) -> Array:
    return lax.broadcast_in_dim(vector, shape, (len(shape) - 1,))


def _unseen(x: Array) -> Array:
    """XLA looks into everything but a conditional, and does not know that a number has at most as many bits as it has."""
    first = lax.slice(lax.reshape(x, (x.size,)), (0,), (1,))
    bits = lax.population_count(lax.bitcast_convert_type(first, _BITS[x.dtype.itemsize]))
    is_true = lax.reshape(lax.le(bits, bits.dtype.type(8 * x.dtype.itemsize)), ())
    return lax.cond(is_true, lambda x: x, lambda x: lax.full(x.shape, 0, x.dtype), x)


def _linear(name: str, function: Any, shape_of: Any, transposed: Any) -> Primitive:
    """A linear function of one array as a primitive; `transposed` gives (cotangent, shape of the operand) -> cotangent."""
    found = Primitive(name)
    found.def_impl(jax.jit(function, static_argnames=("shape",) if name == "keras_spread" else ()))
    found.def_abstract_eval(lambda x, **options: x.update(shape=shape_of(x, **options), weak_type=False))
    ad.deflinear2(found, lambda g, x, **_: [transposed(g, x.aval.shape)])
    batching.primitive_batchers[found] = lambda xs, axes, **options: (jax.vmap(lambda x: function(x, **options), axes)(*xs), 0)
    mlir.register_lowering(found, mlir.lower_fun(function, multiple_results=False))
    return found


_column_sum = _linear("keras_column_sum", _sum_of_parts, lambda x: x.shape[-1:], lambda g, shape: _spread.bind(g, shape=shape))
_spread = _linear("keras_spread", _broadcast, lambda x, shape: shape, lambda g, shape: _column_sum.bind(g))
_apart = _linear("keras_apart", _unseen, lambda x: x.shape, lambda g, shape: apart(g))
batching.primitive_batchers[_apart] = lambda xs, axes: (_apart.bind(xs[0]), axes[0])
