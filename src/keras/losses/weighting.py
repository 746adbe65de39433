"""From one loss value per sample to one number: masks, sample weights, and the five reductions."""

from __future__ import annotations

from typing import Any

from keras.core import config
from keras.core import dims as D
from keras.losses.alignment import as_tensor, same_rank, weights_for
from keras.ops.elementwise import add, divide, divide_no_nan, multiply
from keras.ops.reduction import mean, sum
from keras.ops.shaping import shape_of

Tensor = Any

REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none", None)
_MEANS = ("sum_over_batch_size", "mean")


def standardize_reduction(reduction: str | None) -> str | None:
    """`reduction` checked; 'auto' of tf.keras is today's default."""
    if reduction == "auto":
        return "sum_over_batch_size"
    if reduction not in REDUCTIONS:
        accepted = ", ".join(map(repr, REDUCTIONS))
        raise ValueError(
            f"reduction: got {reduction!r}. Accepted: {accepted}. Write reduction='sum_over_batch_size' for the mean over the batch."
        )
    return reduction


def masked_weights(mask: Tensor | None, weights: Tensor | None, dtype: str, reduction: str | None) -> Tensor | None:
    """Weights that also leave out what the mask leaves out.

    For a mean they are scaled by (all places) / (places that count), so that dividing by the number of all places gives the mean over
    those that count.
    """
    weights = None if weights is None else as_tensor(weights, dtype)
    if mask is None:
        return weights
    mask = as_tensor(mask, dtype)
    total = D.product(shape_of(mask))
    if reduction in _MEANS and not isinstance(total, D.Dim):
        mask = multiply(mask, divide(float(total), add(sum(mask), config.epsilon())))
    if weights is None:
        return mask
    return multiply(*weights_for(*same_rank(mask, weights)))


def reduce_values(values: Tensor, weights: Tensor | None, reduction: str | None) -> Tensor:
    """One number from loss values that are multiplied by their weights already."""
    if reduction in (None, "none") or not shape_of(values):
        return values
    if reduction == "sum":
        return sum(values)
    if reduction == "mean_with_sample_weight" and weights is not None:
        return divide_no_nan(sum(values), sum(weights))
    return mean(values)


def reduce_weighted(values: Tensor, weights: Tensor | None, mask: Tensor | None, reduction: str | None, dtype: str) -> Tensor:
    """Loss values reduced to one number with masks and weights counted in."""
    values = as_tensor(values, dtype)
    weights = masked_weights(mask, weights, dtype, reduction)
    if weights is not None:
        values, weights = weights_for(values, weights)
        values = multiply(values, weights)
    return reduce_values(values, weights, reduction)
