"""The connectionist temporal classification loss."""

from __future__ import annotations

from typing import Any

from keras.core import dims as D
from keras.losses.alignment import as_tensor, differ
from keras.losses.loss import FunctionLoss
from keras.ops.activations import log_softmax
from keras.ops.control import scan
from keras.ops.elementwise import (
    add,
    cast,
    dtype_of,
    equal,
    exp,
    log,
    logical_and,
    logical_or,
    maximum,
    multiply,
    negative,
    not_equal,
    select,
    stop_gradient,
    subtract,
)
from keras.ops.indexing import take_along_axis
from keras.ops.reduction import max, sum
from keras.ops.shaping import (
    arange,
    broadcast_to,
    concatenate,
    expand_dims,
    full_like,
    reshape,
    shape_of,
    slice_along,
    transpose,
    zeros_like,
)

Tensor = Any

_IMPOSSIBLE = -1e5
"""The logarithm of a probability of 0, finite so that gradients stay numbers. It is the value of Keras 3."""


def _log_add(x: Tensor, y: Tensor) -> Tensor:
    """log(exp(x) + exp(y))."""
    largest = stop_gradient(maximum(x, y))
    return add(largest, log(add(exp(subtract(x, largest)), exp(subtract(y, largest)))))


def _shifted(x: Tensor, steps: int) -> Tensor:
    """`x` moved `steps` places along axis 1; what comes in is impossible."""
    front = full_like(slice_along(x, 1, 0, steps), _IMPOSSIBLE)
    return concatenate([front, slice_along(x, 1, 0, shape_of(x)[1] - steps)], axis=1)


def ctc(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Minus the log-probability of a sequence of labels, over all ways to spread it over the time steps.

    Between labels and at both ends stands the blank, class 0; equal neighbours need a blank between them.

    Arguments:
        y_true: labels from 1 to classes - 1, shape (n, length), padded with 0 (or less) at the end.
        y_pred: logits, shape (n, steps, classes).
    Returns: tensor of shape (n,); 1e5 and more where the labels do not fit into the steps.
    Raises: ValueError if the shapes do not fit.
    Example:
        >>> round(float(ctc([[1]], [[[0.0, 0.0]]])[0]), 4)
        0.6931

    Source: Graves et al. 2006; keras.losses.ctc.
    """
    y_pred = as_tensor(y_pred)
    labels = maximum(as_tensor(y_true, "int32"), 0)
    if len(shape_of(labels)) != 2 or len(shape_of(y_pred)) != 3 or differ(shape_of(labels)[:1], shape_of(y_pred)[:1]):
        raise ValueError(
            f"ctc(y_true, y_pred): got y_true of shape {D.display(shape_of(labels))} and y_pred of shape {D.display(shape_of(y_pred))}. "
            f"Accepted: labels of shape (n, length), padded with 0, and logits of shape (n, steps, classes)."
        )
    n, length = shape_of(labels)
    steps, dtype = shape_of(y_pred)[1], dtype_of(y_pred)
    blanks = zeros_like(labels)
    states = reshape(concatenate([expand_dims(blanks, 2), expand_dims(labels, 2)], axis=2), (n, 2 * length))
    states = concatenate([states, slice_along(blanks, 1, 0, 1)], axis=1)
    count = 2 * length + 1
    places = broadcast_to(expand_dims(states, 1), (n, steps, count))
    emitted = transpose(take_along_axis(log_softmax(y_pred), places, axis=2), (1, 0, 2))
    before = concatenate([zeros_like(slice_along(states, 1, 0, 2)), slice_along(states, 1, 0, count - 2)], axis=1)
    may_skip = logical_and(not_equal(states, 0), not_equal(states, before))
    impossible = cast(_IMPOSSIBLE, dtype)

    def step(forward: Tensor, log_probability: Tensor) -> tuple[Tensor, None]:
        skipped = select(may_skip, _shifted(forward, 2), impossible)
        return add(_log_add(_log_add(forward, _shifted(forward, 1)), skipped), log_probability), None

    place = reshape(arange(count, dtype="int32"), (1, -1))
    start = add(zeros_like(states, dtype=dtype), select(equal(place, 0), cast(0.0, dtype), impossible))
    forward, _ = scan(step, start, emitted)
    end = multiply(expand_dims(sum(not_equal(labels, 0), axis=1), 1), 2)
    at_end = select(logical_or(equal(place, end), equal(place, subtract(end, 1))), forward, impossible)
    largest = stop_gradient(max(at_end, axis=1, keepdims=True))
    total = log(sum(exp(subtract(at_end, largest)), axis=1, keepdims=True))
    return negative(reshape(add(total, largest), (n,)))


class CTC(FunctionLoss):
    """The mean connectionist temporal classification loss.

    Example:
        >>> round(float(CTC()([[1]], [[[0.0, 0.0]]])), 4)
        0.6931
    """

    function = staticmethod(ctc)
    integer_targets = True

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "ctc", dtype: Any = None) -> None:
        super().__init__(name, reduction, dtype)
