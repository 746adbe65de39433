"""Connectionist temporal classification: the likelihood of a labelling without an alignment."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras.core import engine
from keras.core.op import op
from keras.ops.activations import log_softmax, to_float
from keras.ops.control import scan
from keras.ops.elementwise import add, cast, dtype_of, equal, less, logical_and, logical_not, multiply, negative, not_equal, select
from keras.ops.indexing import gather_along_axis
from keras.ops.reduction import logsumexp
from keras.ops.shaping import arange, concatenate, expand_dims, ones_like, reshape, shape_of, slice_along, stack, transpose

Tensor = Any

IMPOSSIBLE = -1e5
"""The logarithm that stands for probability 0; finite, so that gradients stay numbers."""


@op(category="nn", operands=4)
def ctc_loss(target: Tensor, output: Tensor, target_length: Tensor, output_length: Tensor, mask_index: int = 0) -> Tensor:
    """-log of the probability that `output` spells `target`, summed over all alignments.

    Arguments:
        target: integer tensor, shape (batch, labels).
        output: logits, shape (batch, steps, classes).
        target_length: integer tensor, shape (batch,): how many labels count.
        output_length: integer tensor, shape (batch,): how many steps count.
        mask_index: int, the class that stands for "no label".
    Returns: float tensor, shape (batch,).
    Source: Graves et al. 2006, "Connectionist Temporal Classification", section 4.1.
    >>> keras.ops.ctc_loss(target=[[1]], output=[[[0.0, 0.0]]], target_length=[1], output_length=[1])
    array([0.6931], dtype=float32)
    """
    output = to_float(output)
    own = dtype_of(output)
    dtype = "float64" if own == "float64" else "float32"  # narrow floats do not hold the sums
    logits = log_softmax(cast(output, dtype), axis=-1)
    batch, steps, _ = shape_of(logits)
    labels = cast(target, "int32")
    count = shape_of(labels)[1]
    blank = multiply(ones_like(labels), mask_index)
    between = reshape(stack([blank, labels], axis=2), (batch, 2 * count))
    states = concatenate([between, slice_along(blank, 1, 0, 1)], axis=1)  # blank, label, blank, ..., label, blank
    size = 2 * count + 1
    emitted = transpose(_at_states(logits, states, steps), (1, 0, 2))
    # a label may follow the one before the blank if the two differ
    before = concatenate([slice_along(states, 1, 0, 2), slice_along(states, 1, 0, size - 2)], axis=1)
    place = arange(size, dtype="int32")
    skips = logical_and(logical_and(not_equal(states, mask_index), not_equal(states, before)), logical_not(less(place, 2)))
    never = cast(IMPOSSIBLE, dtype)
    first = select(less(place, 2), _first_slice(emitted), never)
    lengths = cast(output_length, "int32")

    def step(alpha: Tensor, item: Any) -> tuple[Tensor, None]:
        emission, t = item
        one, two = _moved(alpha, 1, never), _moved(alpha, 2, never)
        paths = stack([alpha, one, select(skips, two, never)], axis=2)
        new = add(logsumexp(paths, axis=2), emission)
        counts = expand_dims(less(t, lengths), 1)
        return select(counts, new, alpha), None

    rest = slice_along(emitted, 0, 1, None)
    alpha, _ = scan(step, first, (rest, arange(1, steps, dtype="int32")), length=None)
    last = expand_dims(multiply(cast(target_length, "int32"), 2), 1)
    ends = stack([gather_along_axis(alpha, last, axis=1), _before_last(alpha, last, never)], axis=2)
    return cast(negative(reshape(logsumexp(ends, axis=2), (batch,))), own)


def _at_states(logits: Tensor, states: Tensor, steps: Any) -> Tensor:
    """The log probability of each state's class at every step, shape (batch, steps, states)."""
    return gather_along_axis(logits, multiply(expand_dims(states, 1), _ones(steps)), axis=2)


def _ones(steps: Any) -> Tensor:
    return engine.current().asarray(np.ones((1, steps, 1)), "int32")


def _first_slice(x: Tensor) -> Tensor:
    """The first slice, without its axis."""
    sizes = shape_of(x)
    return reshape(slice_along(x, 0, 0, 1), sizes[1:])


def _moved(alpha: Tensor, places: int, never: Tensor) -> Tensor:
    """`alpha` of the state `places` before."""
    size = shape_of(alpha)[1]
    start = add(multiply(slice_along(alpha, 1, 0, places), 0.0), never)
    return concatenate([start, slice_along(alpha, 1, 0, size - places)], axis=1)


def _before_last(alpha: Tensor, last: Tensor, never: Tensor) -> Tensor:
    """The path that ends on the last label; none for an empty target."""
    empty = equal(last, 0)
    found = gather_along_axis(alpha, select(empty, last, add(last, -1)), axis=1)
    return select(logical_not(empty), found, never)
