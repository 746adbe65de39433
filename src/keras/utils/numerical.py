"""Array utilities: one-hot encoding and normalization to unit length."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from keras import ops
from keras.core import engine
from keras.training.data.convert import join_number_lists, to_array


def to_categorical(x: Any, num_classes: int | None = None) -> Any:
    """One-hot rows of class numbers.

    result[..., k] = 1 where x == k, else 0

    Arguments:
        x: array-like of class numbers 0..num_classes - 1, any shape; a last axis of size 1 is dropped.
        num_classes: int > 0, size of the new last axis; None means the largest class number plus 1.
    Returns: float64 array, shape `x.shape + (num_classes,)`; a float32 tensor for a tensor of an engine other than numpy.
    Raises: ValueError if a label is negative, no whole number, or not below `num_classes`.
    Example:
        >>> to_categorical([0, 2, 1])
        array([[1., 0., 0.],
               [0., 0., 1.],
               [0., 1., 0.]])

    Source: keras.utils.to_categorical; Keras wraps negative labels around and cuts off fractions without a word.
    """
    if _is_tensor(x) and num_classes is not None:
        last = x.shape[-1:] == (1,) and len(x.shape) > 1
        return ops.one_hot(ops.squeeze(x, axis=-1) if last else x, num_classes)
    if _is_tensor(x):
        return ops.cast(ops.convert_to_tensor(to_categorical(engine.current().to_numpy(x))), "float32")
    array = np.asarray(x, dtype=np.float64) if isinstance(x, (list, tuple)) and not len(x) else to_array(join_number_lists(x, "x"), "x")
    labels = _whole_numbers(array)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels.reshape(labels.shape[:-1])
    if labels.size == 0 and num_classes is None:
        raise ValueError("to_categorical of no labels needs num_classes. Write to_categorical(x, num_classes=10).")
    low, high = (int(labels.min()), int(labels.max())) if labels.size else (0, -1)
    num_classes = high + 1 if num_classes is None else int(num_classes)
    _check_range(low, high, num_classes)
    if low > 0 and num_classes == high + 1 and labels.size > 1:
        warnings.warn(
            f"to_categorical: class 0 never occurs in x (labels are {low}..{high}), so column 0 of the result is all 0. "
            "If the labels are 1-based, use to_categorical(x - 1).",
            stacklevel=2,
        )
    result = np.zeros((labels.size, num_classes))
    result[np.arange(labels.size), labels.ravel()] = 1.0
    return result.reshape(*labels.shape, num_classes)


def _is_tensor(x: Any) -> bool:
    """Whether `x` is a tensor of the current engine that is no NumPy array."""
    return not isinstance(x, (np.ndarray, np.generic)) and engine.current().owns(x)


def _whole_numbers(array: np.ndarray) -> np.ndarray:
    """Labels as int64. Raises ValueError naming the first label that is no whole number."""
    if array.dtype.kind in "biu":
        return array.astype(np.int64, copy=False)
    if array.dtype.kind == "f":
        whole = np.rint(array)
        # NaN is unequal to itself, so it is found too.
        wrong = ~np.equal(whole, array) | np.isinf(array)
        if not wrong.any():
            return whole.astype(np.int64)
        bad = array[wrong].flat[0].item()
    else:
        try:
            return array.astype(np.int64)
        except (TypeError, ValueError):
            bad = next((item for item in array.ravel().tolist() if not str(item).strip().isdigit()), array.ravel().tolist()[0])
    raise ValueError(
        f"to_categorical needs whole class numbers. Got {bad!r} in x of dtype {array.dtype}. "
        "Turn names into numbers first: names, x = np.unique(x, return_inverse=True)."
    )


def _check_range(low: int, high: int, num_classes: int) -> None:
    if low < 0:
        raise ValueError(
            f"to_categorical needs labels >= 0. Got labels {low}..{high}. "
            f"Use to_categorical(x - ({low})), or drop the rows with the negative label."
        )
    if num_classes <= 0:
        raise ValueError(f"num_classes must be an integer > 0. Got {num_classes}. Write num_classes={high + 1}.")
    if high >= num_classes:
        remedy = "The labels seem 1-based: use to_categorical(x - 1)" if low >= 1 and high == num_classes else "Check the labels"
        raise ValueError(
            f"Labels are {low}..{high}, but num_classes={num_classes} allows 0..{num_classes - 1}. {remedy}, or num_classes={high + 1}."
        )


def normalize(x: Any, axis: int = -1, order: float = 2) -> Any:
    """`x` divided by its norm along `axis`; rows of zeros stay zeros.

    y = x / (sum |x|^order)^(1/order)

    Arguments:
        x: array-like of numbers, at least one axis.
        axis: int, axis along which the norm is taken. Default -1.
        order: number >= 1, or infinity. Default 2, the Euclidean norm.
    Returns: float array with the shape of `x`; floating dtypes stay, integers become float64. A tensor of an engine stays a tensor.
    Raises: ValueError if `order` is below 1.
    Example:
        >>> normalize([3.0, 4.0])
        array([0.6, 0.8])

    Source: keras.utils.normalize.
    """
    if not isinstance(order, (int, float, np.number)) or not order >= 1:
        raise ValueError(f"order must be a number >= 1. Got {order!r}. Write order=2 for the Euclidean norm.")
    if _is_tensor(x):
        norm = ops.norm(x, ord=order, axis=axis, keepdims=True)
        return ops.divide(x, ops.where(ops.equal(norm, 0), ops.ones_like(norm), norm))
    array = np.atleast_1d(to_array(join_number_lists(x, "x"), "x", "float64"))
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    norm = np.linalg.norm(array, order, axis, keepdims=True).astype(array.dtype, copy=False)
    return array / np.where(norm == 0, np.ones_like(norm), norm)
