"""How targets, predictions, weights and masks are brought to one dtype and one rank before anything is computed with them."""

from __future__ import annotations

from typing import Any

from keras.core import dims as D
from keras.core import engine
from keras.core.op import as_operand
from keras.core.tensor import Symbol
from keras.ops.elementwise import cast, dtype_of
from keras.ops.shaping import expand_dims, reshape, shape_of, squeeze

Tensor = Any


def as_tensor(x: Any, dtype: str | None = None) -> Tensor:
    """`x` as a tensor, of `dtype` if one is given. A tensor that fits already comes back as it is, so that gradients see what made it."""
    x = as_operand(x)
    if not isinstance(x, Symbol):
        current = engine.current()
        if not current.owns(x):
            return current.asarray(x, dtype)
    return x if dtype is None or dtype_of(x) == dtype else cast(x, dtype)


def mask_of(x: Any) -> Tensor | None:
    """The mask that a layer left on its output: true where a step counts."""
    return getattr(x, "_keras_mask", None)


def same_rank(x1: Tensor, x2: Tensor) -> tuple[Tensor, Tensor]:
    """Both with one rank where they differ by one last axis of size 1: vectors get that axis, other tensors lose it.

    Example:
        >>> import numpy as np
        >>> a, b = same_rank(np.zeros(3), np.zeros((3, 1)))
        >>> a.shape, b.shape
        ((3, 1), (3, 1))
    """
    sizes1, sizes2 = shape_of(x1), shape_of(x2)
    if len(sizes1) == len(sizes2) + 1 and sizes1[-1] == 1:
        return (x1, expand_dims(x2, -1)) if len(sizes2) == 1 else (squeeze(x1, axis=-1), x2)
    if len(sizes2) == len(sizes1) + 1 and sizes2[-1] == 1:
        return (expand_dims(x1, -1), x2) if len(sizes1) == 1 else (x1, squeeze(x2, axis=-1))
    return x1, x2


def differ(a: Any, b: Any) -> bool:
    """Whether two shapes are known to be unequal."""
    return len(a) != len(b) or any(D.unify(m, n) is None for m, n in zip(a, b, strict=True))


def matched(name: str, y_true: Any, y_pred: Any) -> tuple[Tensor, Tensor]:
    """Targets and predictions of an elementwise loss: one dtype, one rank, one shape (a single number stands for every element)."""
    y_pred = as_tensor(y_pred)
    y_true = as_tensor(y_true, dtype_of(y_pred))
    true_shape, pred_shape = shape_of(y_true), shape_of(y_pred)
    if true_shape == pred_shape:
        return y_true, y_pred
    y_true, y_pred = same_rank(y_true, y_pred)
    if true_shape and pred_shape and differ(shape_of(y_true), shape_of(y_pred)):
        raise ValueError(
            f"{name}(y_true, y_pred): y_true has shape {D.display(true_shape)}, but y_pred has shape {D.display(pred_shape)}. "
            f"Accepted: targets with the same shape as the output, a broadcast between them is almost always a mistake. "
            f"{_advice(true_shape, pred_shape)}"
        )
    return y_true, y_pred


def _advice(true_shape: Any, pred_shape: Any) -> str:
    repeat = "keras.ops.broadcast_to(y_true, keras.ops.shape(y_pred))"
    if len(true_shape) == len(pred_shape) and true_shape[-1] == 1 and true_shape[:-1] == pred_shape[:-1]:
        return f"Write Dense(1) as the last layer; if one column is meant for all, {repeat}."
    return f"If one is meant to be repeated, write {repeat}."


def weights_for(values: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Values and their weights with ranks that multiply: one weight per sample counts for all of the sample's values."""
    values, weights = same_rank(values, weights)
    sizes, wanted = shape_of(weights), shape_of(values)
    if len(sizes) < len(wanted) and sizes and not differ(sizes, wanted[: len(sizes)]):
        return values, reshape(weights, (*sizes, *(1,) * (len(wanted) - len(sizes))))
    if sizes and wanted and (len(sizes) > len(wanted) or D.broadcast(sizes, wanted) is None or differ(D.broadcast(sizes, wanted), wanted)):
        raise ValueError(
            f"sample_weight: got shape {D.display(sizes)} for losses of shape {D.display(wanted)}. Accepted: one weight per sample, shape "
            f"{D.display(wanted[:1])}, or one per loss value, shape {D.display(wanted)}."
        )
    return values, weights
