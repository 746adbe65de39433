"""Cross-entropies that weigh easy examples less (focal) or noisy labels less (generalized)."""

from __future__ import annotations

from typing import Any

from keras.core import config
from keras.losses.alignment import as_tensor, matched
from keras.losses.crossentropy import as_float, class_indices_pair, one_hot_pair, smoothed
from keras.losses.loss import FunctionLoss
from keras.ops.activations import binary_crossentropy as elementwise_crossentropy
from keras.ops.activations import softmax
from keras.ops.elementwise import add, clip, divide, dtype_of, log, multiply, power, sigmoid, subtract
from keras.ops.indexing import one_hot
from keras.ops.reduction import mean, sum
from keras.ops.shaping import shape_of

Tensor = Any


def binary_focal_crossentropy(
    y_true: Tensor, y_pred: Tensor, apply_class_balancing: bool = False, alpha: float = 0.25, gamma: float = 2.0, from_logits: bool = False,
    label_smoothing: float = 0.0, axis: Any = -1,
) -> Tensor:  # fmt: skip
    """The binary cross-entropy with each element weighed by how wrong its prediction is.

    loss = mean((1 - p_t) ** gamma * crossentropy, axis), p_t = y_true * p + (1 - y_true) * (1 - p)

    Arguments:
        y_true: targets 0 or 1, shape (..., d). A last axis of size 1 may be missing.
        y_pred: probabilities, same shape.
        apply_class_balancing: whether targets 1 are weighed with `alpha` and targets 0 with 1 - alpha. Default False.
        alpha: float in [0, 1], the weight of class 1. Default 0.25.
        gamma: float >= 0; larger ones weigh easy elements less. Default 2.
        from_logits: whether `y_pred` holds logits, of which the sigmoid is still to be taken. Default False: probabilities.
        label_smoothing: float in [0, 1]; targets become y * (1 - s) + s / 2. Default 0: as they are.
        axis: int or tuple, the axes of the mean. Default -1.
    Returns: tensor without `axis`.
    Raises: ValueError if the shapes differ, or if `label_smoothing` is outside [0, 1].
    Example:
        >>> round(float(binary_focal_crossentropy([[1.0]], [[0.5]])[0]), 4)
        0.1733

    Source: Lin et al. 2017; keras.losses.binary_focal_crossentropy.
    """
    y_true, y_pred = matched("binary_focal_crossentropy", y_true, as_float(y_pred))
    y_true = smoothed(y_true, label_smoothing, 2)
    p = sigmoid(y_pred) if from_logits else y_pred
    opposite = subtract(1.0, y_true)
    p_true = add(multiply(y_true, p), multiply(opposite, subtract(1.0, p)))
    losses = multiply(power(subtract(1.0, p_true), float(gamma)), elementwise_crossentropy(y_true, p))
    if apply_class_balancing:
        losses = multiply(add(multiply(y_true, float(alpha)), multiply(opposite, 1.0 - alpha)), losses)
    return mean(losses, axis=axis)


def categorical_focal_crossentropy(
    y_true: Tensor,
    y_pred: Tensor,
    alpha: Any = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """The categorical cross-entropy with each class weighed by how wrong its prediction is.

    loss = -sum(alpha * (1 - p) ** gamma * y_true * log(p), axis)

    Arguments:
        y_true: one-hot (or probability) targets, shape (..., classes).
        y_pred: probabilities, same shape; they are divided by their sum over `axis`.
        alpha: float, or a list with one weight per class. Default 0.25.
        gamma: float >= 0; larger ones weigh easy examples less. Default 2.
        from_logits: whether `y_pred` holds logits, of which the softmax is still to be taken. Default False: probabilities.
        label_smoothing: float in [0, 1]; targets become y * (1 - s) + s / classes. Default 0: as they are.
        axis: int, the axis of the classes. Default -1.
    Returns: tensor without `axis`.
    Raises: ValueError if the targets are integers or have another number of classes, or if there is only one class.
    Example:
        >>> round(float(categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0]), 4)
        0.0433

    Source: Lin et al. 2017; keras.losses.categorical_focal_crossentropy.
    """
    y_true, y_pred = one_hot_pair("categorical_focal_crossentropy", y_true, y_pred, axis)
    y_true = smoothed(y_true, label_smoothing, shape_of(y_pred)[axis])
    p = softmax(y_pred, axis=axis) if from_logits else y_pred
    p = clip(divide(p, sum(p, axis=axis, keepdims=True)), config.epsilon(), 1.0 - config.epsilon())
    weight = multiply(power(subtract(1.0, p), float(gamma)), as_tensor(alpha, dtype_of(p)))
    return multiply(sum(multiply(weight, multiply(y_true, log(p))), axis=axis), -1.0)


def categorical_generalized_cross_entropy(y_true: Tensor, y_pred: Tensor, q: float) -> Tensor:
    """A loss between the cross-entropy (q near 0) and the absolute error (q near 1), which noisy labels disturb less.

    loss = (1 - p[y_true] ** q) / q

    Arguments:
        y_true: class indices, shape (...) or (..., 1).
        y_pred: probabilities, shape (..., classes).
        q: float in (0, 1).
    Returns: tensor of shape (...).
    Raises: ValueError if `q` is outside (0, 1), or if the targets are one-hot.
    Example:
        >>> categorical_generalized_cross_entropy([0], [[0.25, 0.75]], q=0.5).tolist()
        [1.0]

    Source: Zhang and Sabuncu 2018; keras.losses.categorical_generalized_cross_entropy.
    """
    _check_q(q)
    y_true, y_pred = class_indices_pair("categorical_generalized_cross_entropy", y_true, as_float(y_pred), -1)
    p = clip(y_pred, config.epsilon(), 1.0 - config.epsilon())
    chosen = sum(multiply(one_hot(y_true, shape_of(p)[-1], dtype=dtype_of(p)), p), axis=-1)
    return divide(subtract(1.0, power(chosen, float(q))), float(q))


def _check_q(q: float) -> None:
    if not 0 < q < 1:
        raise ValueError(
            f"categorical_generalized_cross_entropy(q): got {q!r}. Accepted: a float between 0 and 1, both excluded. Write q=0.5."
        )


class BinaryFocalCrossentropy(FunctionLoss):
    """The mean binary cross-entropy, easy elements weighed less.

    Example:
        >>> round(float(BinaryFocalCrossentropy()([[1.0]], [[0.5]])), 4)
        0.1733
    """

    function = staticmethod(binary_focal_crossentropy)

    def __init__(
        self, apply_class_balancing: bool = False, alpha: float = 0.25, gamma: float = 2.0, from_logits: bool = False,
        label_smoothing: float = 0.0, axis: Any = -1, reduction: str | None = "sum_over_batch_size",
        name: str = "binary_focal_crossentropy", dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(name, reduction, dtype)
        self.apply_class_balancing = apply_class_balancing
        self.alpha = alpha
        self.gamma = gamma
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


class CategoricalFocalCrossentropy(FunctionLoss):
    """The mean categorical cross-entropy, easy examples weighed less.

    Example:
        >>> round(float(CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.0433
    """

    function = staticmethod(categorical_focal_crossentropy)

    def __init__(
        self, alpha: Any = 0.25, gamma: float = 2.0, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1,
        reduction: str | None = "sum_over_batch_size", name: str = "categorical_focal_crossentropy", dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(name, reduction, dtype)
        self.alpha = alpha
        self.gamma = gamma
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


class CategoricalGeneralizedCrossEntropy(FunctionLoss):
    """The mean generalized cross-entropy, for noisy labels.

    Raises: ValueError if `q` is outside (0, 1).
    Example:
        >>> float(CategoricalGeneralizedCrossEntropy(q=0.5)([0], [[0.25, 0.75]]))
        1.0
    """

    function = staticmethod(categorical_generalized_cross_entropy)
    integer_targets = True

    def __init__(
        self, q: float = 0.5, reduction: str | None = "sum_over_batch_size", name: str = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None:  # fmt: skip
        _check_q(q)
        super().__init__(name, reduction, dtype)
        self.q = q
