"""Cross-entropies of classes: binary, categorical (one-hot) and sparse (integer) targets."""

from __future__ import annotations

from typing import Any

from keras.core import dims as D
from keras.core.dtypes import is_float
from keras.losses.alignment import as_tensor, differ, matched
from keras.losses.loss import FunctionLoss
from keras.ops import activations as ops
from keras.ops.elementwise import add, cast, dtype_of, multiply, not_equal, select, zeros_of
from keras.ops.reduction import mean
from keras.ops.shaping import shape_of, squeeze

Tensor = Any


def smoothed(y_true: Tensor, smoothing: float, classes: int) -> Tensor:
    """Targets moved towards 1 / classes: y * (1 - smoothing) + smoothing / classes."""
    if not smoothing:
        return y_true
    if not 0.0 <= smoothing <= 1.0:
        raise ValueError(f"label_smoothing: got {smoothing!r}. Accepted: a float in the range [0, 1]. Write label_smoothing=0.1.")
    return add(multiply(y_true, 1.0 - smoothing), smoothing / classes)


def binary_crossentropy(y_true: Tensor, y_pred: Tensor, from_logits: bool = False, label_smoothing: float = 0.0, axis: Any = -1) -> Tensor:
    """The mean cross-entropy of independent yes/no predictions.

    loss = mean(-(y_true * log(p) + (1 - y_true) * log(1 - p)), axis)

    Arguments:
        y_true: targets 0 or 1, shape (..., d). A last axis of size 1 may be missing.
        y_pred: probabilities, same shape.
        from_logits: whether `y_pred` holds logits, of which the sigmoid is still to be taken. Default False: probabilities.
        label_smoothing: float in [0, 1]; targets become y * (1 - s) + s / 2. Default 0: as they are.
        axis: int or tuple, the axes of the mean. Default -1.
    Returns: tensor without `axis`.
    Raises: ValueError if the shapes differ, or if `label_smoothing` is outside [0, 1].
    Example:
        >>> round(float(binary_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0]), 4)
        0.6931

    Source: keras.losses.binary_crossentropy; probabilities are clipped to [epsilon, 1 - epsilon].
    """
    y_true, y_pred = matched("binary_crossentropy", y_true, as_float(y_pred))
    return mean(ops.binary_crossentropy(smoothed(y_true, label_smoothing, 2), y_pred, from_logits=from_logits), axis=axis)


def categorical_crossentropy(
    y_true: Tensor, y_pred: Tensor, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Tensor:
    """The cross-entropy of class probabilities against one-hot targets.

    loss = -sum(y_true * log(p), axis)

    Arguments:
        y_true: one-hot (or probability) targets, shape (..., classes).
        y_pred: probabilities, same shape; they are divided by their sum over `axis`.
        from_logits: whether `y_pred` holds logits, of which the softmax is still to be taken. Default False: probabilities.
        label_smoothing: float in [0, 1]; targets become y * (1 - s) + s / classes. Default 0: as they are.
        axis: int, the axis of the classes. Default -1.
    Returns: tensor without `axis`.
    Raises: ValueError if the targets are integers or have another number of classes, or if there is only one class.
    Example:
        >>> round(float(categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0]), 4)
        0.6931

    Source: keras.losses.categorical_crossentropy.
    """
    y_true, y_pred = one_hot_pair("categorical_crossentropy", y_true, y_pred, axis)
    y_true = smoothed(y_true, label_smoothing, shape_of(y_pred)[axis])
    return ops.categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


def sparse_categorical_crossentropy(
    y_true: Tensor, y_pred: Tensor, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Tensor:
    """The cross-entropy of class probabilities against integer class indices.

    loss = -log(p[y_true])

    Arguments:
        y_true: class indices from 0 to classes - 1, shape (...) or (..., 1).
        y_pred: probabilities, shape (..., classes); they are divided by their sum over `axis`.
        from_logits: whether `y_pred` holds logits, of which the softmax is still to be taken. Default False: probabilities.
        ignore_class: int, targets with this index cost nothing and do not count in the mean of the loss class. Default None: all count.
        axis: int, the axis of the classes. Default -1.
    Returns: tensor of shape (...).
    Raises: ValueError if the targets are one-hot or do not fit the predictions.
    Example:
        >>> round(float(sparse_categorical_crossentropy([1], [[0.5, 0.5]])[0]), 4)
        0.6931

    Source: keras.losses.sparse_categorical_crossentropy.
    """
    y_true, y_pred = class_indices_pair("sparse_categorical_crossentropy", y_true, as_float(y_pred), axis)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)
    valid = not_equal(y_true, ignore_class)
    losses = ops.sparse_categorical_crossentropy(select(valid, y_true, zeros_of(y_true)), y_pred, from_logits=from_logits, axis=axis)
    return select(valid, losses, zeros_of(losses))


def as_float(y_pred: Any) -> Tensor:
    """Predictions as a tensor of a float dtype."""
    y_pred = as_tensor(y_pred)
    return y_pred if is_float(dtype_of(y_pred)) else ops.to_float(y_pred)


def one_hot_pair(name: str, y_true: Any, y_pred: Any, axis: int) -> tuple[Tensor, Tensor]:
    """One-hot targets and predictions, or the message that says which loss or which targets to take."""
    y_pred = as_float(y_pred)
    true_shape, pred_shape = shape_of(as_tensor(y_true)), shape_of(y_pred)
    shapes = f"{name}(y_true, y_pred): y_true has shape {D.display(true_shape)}, but y_pred has shape {D.display(pred_shape)}."
    if pred_shape and pred_shape[axis] == 1:
        raise ValueError(
            f"{name}(y_true, y_pred): y_pred has shape {D.display(pred_shape)}, so axis {axis} holds one class, whose "
            f"probability is always 1: nothing can be learned. Accepted: two or more classes. "
            f"Write Dense(1, activation='sigmoid') with loss='binary_crossentropy'."
        )
    if differ(true_shape, pred_shape):
        classes = D.display((pred_shape[axis],))[1:-2] if pred_shape else "?"
        if len(true_shape) < len(pred_shape) or true_shape[-1:] == (1,):
            keep = f"loss='sparse_{name}' and keep the targets, or " if name == "categorical_crossentropy" else ""
            raise ValueError(
                f"{shapes} Targets that are class indices do not fit. Accepted: one-hot targets of the same shape as y_pred. "
                f"Write {keep}y = keras.utils.to_categorical(y, num_classes={classes})."
            )
        raise ValueError(
            f"{shapes} Accepted: equal shapes, one column per class. Write a last layer with as many units as the targets have columns; "
            f"if the labels start at 1, keras.utils.to_categorical(y - 1) has no column for a class 0 that never occurs."
        )
    return as_tensor(y_true, dtype_of(y_pred)), y_pred


def class_indices_pair(name: str, y_true: Any, y_pred: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """Integer targets without an axis of size 1, and predictions."""
    y_true = as_tensor(y_true)
    sizes = shape_of(y_pred)
    axis = axis % len(sizes) if sizes else 0
    wanted = tuple(n for i, n in enumerate(sizes) if i != axis)
    found = shape_of(y_true)
    if len(found) == len(sizes) and differ(found, sizes):
        y_true = squeeze(y_true, axis=axis if found[axis] == 1 else -1) if 1 in (found[axis], found[-1]) else y_true
    elif len(found) == len(sizes) and found and found[axis] == 1:
        y_true = squeeze(y_true, axis=axis)
    if differ(shape_of(y_true), wanted):
        shapes = f"{name}(y_true, y_pred): y_true has shape {D.display(found)}, y_pred has shape {D.display(sizes)}."
        if not differ(found, sizes):
            raise ValueError(
                f"{shapes} The targets look one-hot. Accepted: class indices of shape {D.display(wanted)}. "
                f"Write loss='categorical_crossentropy' and keep the targets, or y = y.argmax({axis if axis != len(sizes) - 1 else -1})."
            )
        raise ValueError(f"{shapes} Accepted: class indices of shape {D.display(wanted)}, one for each row of y_pred.")
    return cast(y_true, "int32") if dtype_of(y_true) != "int32" else y_true, y_pred


class BinaryCrossentropy(FunctionLoss):
    """The mean cross-entropy of independent yes/no predictions.

    Example:
        >>> round(float(BinaryCrossentropy()([[0.0], [1.0]], [[0.5], [0.5]])), 4)
        0.6931
    """

    function = staticmethod(binary_crossentropy)

    def __init__(
        self, from_logits: bool = False, label_smoothing: float = 0.0, axis: Any = -1, reduction: str | None = "sum_over_batch_size",
        name: str = "binary_crossentropy", dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(name, reduction, dtype)
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


class CategoricalCrossentropy(FunctionLoss):
    """The mean cross-entropy of class probabilities against one-hot targets.

    Example:
        >>> float(CategoricalCrossentropy(from_logits=True)([[1.0, 0.0]], [[100.0, 0.0]]))
        0.0
    """

    function = staticmethod(categorical_crossentropy)

    def __init__(
        self, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1, reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_crossentropy", dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(name, reduction, dtype)
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


class SparseCategoricalCrossentropy(FunctionLoss):
    """The mean cross-entropy of class probabilities against integer class indices.

    Example:
        >>> float(SparseCategoricalCrossentropy(from_logits=True)([0], [[100.0, 0.0]]))
        0.0
    """

    function = staticmethod(sparse_categorical_crossentropy)
    integer_targets = True

    def __init__(
        self, from_logits: bool = False, ignore_class: int | None = None, reduction: str | None = "sum_over_batch_size", axis: int = -1,
        name: str = "sparse_categorical_crossentropy", dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(name, reduction, dtype)
        self.from_logits = from_logits
        self.ignore_class = ignore_class
        self.axis = axis

    def _target_mask(self, y_true: Tensor, y_pred: Tensor) -> Tensor | None:
        if self.ignore_class is None:
            return None
        return not_equal(class_indices_pair(self.name, y_true, y_pred, self.axis)[0], self.ignore_class)
