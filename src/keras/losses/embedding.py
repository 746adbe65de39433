"""The circle loss of embeddings."""

from __future__ import annotations

from typing import Any

from keras.core import dims as D
from keras.losses.alignment import as_tensor, differ
from keras.losses.loss import FunctionLoss
from keras.ops.activations import softplus
from keras.ops.contraction import matmul
from keras.ops.elementwise import (
    add,
    cast,
    dtype_of,
    equal,
    exp,
    log,
    logical_and,
    logical_not,
    maximum,
    minimum,
    multiply,
    not_equal,
    select,
    stop_gradient,
    subtract,
    zeros_of,
)
from keras.ops.reduction import any, max, running_sum, sum
from keras.ops.shaping import expand_dims, ones_like, reshape, shape_of, transpose

Tensor = Any


def _masked_logsumexp(x: Tensor, mask: Tensor) -> Tensor:
    """log(sum(exp(x))) over the elements of each row for which the mask holds; 0 for a row without any."""
    found = any(mask, axis=1, keepdims=True)
    lowest = select(mask, x, cast(-1e30, dtype_of(x)))
    largest = stop_gradient(select(found, max(lowest, axis=1, keepdims=True), zeros_of(x)))
    weight = cast(mask, dtype_of(x))
    total = sum(multiply(exp(select(mask, subtract(x, largest), zeros_of(x))), weight), axis=1, keepdims=True)
    return reshape(add(log(select(found, total, add(total, 1.0))), largest), (-1,))


def _pairs(labels: Tensor, references: Tensor, remove_diagonal: bool) -> tuple[Tensor, Tensor]:
    """Which pairs are of one class, and which are of two."""
    same = equal(expand_dims(labels, 1), expand_dims(references, 0))
    other = logical_not(same)
    if remove_diagonal:
        row, column = (running_sum(ones_like(x), axis=0) for x in (labels, references))  # 1, 2, ... also for sizes unknown yet
        same = logical_and(same, not_equal(expand_dims(row, 1), expand_dims(column, 0)))
    return same, other


def _has_both(same: Tensor, other: Tensor) -> Tensor:
    return logical_and(any(same, axis=1), any(other, axis=1))


def circle(
    y_true: Tensor, y_pred: Tensor, ref_labels: Tensor | None = None, ref_embeddings: Tensor | None = None, remove_diagonal: bool = True,
    gamma: float = 80, margin: float = 0.4,
) -> Tensor:  # fmt: skip
    """How little embeddings of one class are nearer to each other than to those of other classes.

    loss = log(1 + sum_n exp(gamma * [s_n + m]+ * (s_n - m)) * sum_p exp(-gamma * [1 + m - s_p]+ * (s_p - 1 + m)))

    s_p and s_n are the cosines to the embeddings of the same class and of other classes; a sample without either costs 0.

    Arguments:
        y_true: class indices, shape (n,) or (n, 1).
        y_pred: embeddings of length 1, shape (n, d).
        ref_labels: class indices of the embeddings to compare with, shape (m,). Default None: `y_true`.
        ref_embeddings: embeddings to compare with, shape (m, d). Default None: `y_pred`.
        remove_diagonal: whether the pairs (i, i) are left out. Default True.
        gamma: float > 0, the scale of the similarities. Default 80.
        margin: float in [0, 1], how far same and other classes are to be apart. Default 0.4.
    Returns: tensor of shape (n,).
    Raises: ValueError if the shapes do not fit.
    Example:
        >>> [round(float(x), 4) for x in circle([0, 0, 1], [[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]], gamma=1.0)]
        [0.6163, 0.9617, 0.0]

    Source: Sun et al. 2020, eq. 6; keras.losses.circle.
    """
    y_pred = as_tensor(y_pred)
    labels = reshape(as_tensor(y_true), (-1,))
    if len(shape_of(y_pred)) != 2 or differ(shape_of(labels), shape_of(y_pred)[:1]):
        raise ValueError(
            f"circle(y_true, y_pred): got y_true of shape {D.display(shape_of(y_true))} and y_pred of shape {D.display(shape_of(y_pred))}. "
            f"Accepted: class indices of shape (n,) and embeddings of shape (n, d). Write y.argmax(-1) for one-hot labels."
        )
    references = y_pred if ref_embeddings is None else as_tensor(ref_embeddings, dtype_of(y_pred))
    reference_labels = labels if ref_labels is None else reshape(as_tensor(ref_labels, dtype_of(labels)), (-1,))
    similar = minimum(matmul(y_pred, transpose(references)), 1.0)
    same, other = _pairs(labels, reference_labels, remove_diagonal)
    far = maximum(subtract(1.0 + margin, similar), 0.0)
    near = maximum(add(similar, float(margin)), 0.0)
    positive = multiply(multiply(far, subtract(similar, 1.0 - margin)), -float(gamma))
    negative = multiply(multiply(near, subtract(similar, float(margin))), float(gamma))
    losses = softplus(add(_masked_logsumexp(positive, same), _masked_logsumexp(negative, other)))
    return select(_has_both(same, other), losses, zeros_of(losses))


class Circle(FunctionLoss):
    """The mean circle loss of embeddings, over the samples that have others of their class and of other classes.

    Example:
        >>> loss = Circle(gamma=1.0)
        >>> round(float(loss([0, 0, 1], [[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])), 4)
        0.789
    """

    function = staticmethod(circle)
    integer_targets = True

    def __init__(
        self, gamma: float = 80.0, margin: float = 0.4, remove_diagonal: bool = True, reduction: str | None = "sum_over_batch_size",
        name: str = "circle", dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(name, reduction, dtype)
        self.gamma = gamma
        self.margin = margin
        self.remove_diagonal = remove_diagonal

    def _target_mask(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        labels = reshape(y_true, (-1,))
        return _has_both(*_pairs(labels, labels, self.remove_diagonal))
