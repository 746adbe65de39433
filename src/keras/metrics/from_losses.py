"""Means of loss functions, as metrics."""

from __future__ import annotations

from typing import Any

from keras.losses import crossentropy, divergence, margin, regression
from keras.losses.alignment import as_tensor, matched, weights_for
from keras.metrics.reduction import FunctionMetric, Mean
from keras.ops.elementwise import multiply, not_equal, sqrt, square, subtract
from keras.ops.reduction import sum

Tensor = Any

_ARGUMENTS = """
    Arguments:
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
    Source: keras.metrics.{name}; the formula is that of keras.losses.{function}.
    """


class LossMetric(FunctionMetric):
    """Base of metrics that are the mean of a loss function; a subclass has a first docstring line, the rest is filled in."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__doc__ and "Arguments:" not in cls.__doc__:
            cls.__doc__ = cls.__doc__.rstrip() + "\n" + _ARGUMENTS.format(name=cls.__name__, function=cls.function.__name__)


class MeanSquaredError(LossMetric):
    """The mean squared difference of predictions and targets.

    Example:
        >>> float(MeanSquaredError()([[0.0], [0.0]], [[1.0], [3.0]]))
        5.0
    """

    function = staticmethod(regression.mean_squared_error)

    def __init__(self, name: str = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)


class MeanAbsoluteError(LossMetric):
    """The mean absolute difference of predictions and targets.

    Example:
        >>> float(MeanAbsoluteError()([[0.0], [0.0]], [[1.0], [3.0]]))
        2.0
    """

    function = staticmethod(regression.mean_absolute_error)

    def __init__(self, name: str = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)


class MeanAbsolutePercentageError(LossMetric):
    """The mean absolute difference of predictions and targets in percent of the target."""

    function = staticmethod(regression.mean_absolute_percentage_error)

    def __init__(self, name: str = "mean_absolute_percentage_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)


class MeanSquaredLogarithmicError(LossMetric):
    """The mean squared difference of the logarithms of predictions and targets."""

    function = staticmethod(regression.mean_squared_logarithmic_error)

    def __init__(self, name: str = "mean_squared_logarithmic_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)


class LogCoshError(LossMetric):
    """The mean of log(cosh(prediction - target))."""

    function = staticmethod(regression.log_cosh)

    def __init__(self, name: str = "logcosh", dtype: Any = None) -> None:
        super().__init__(name, dtype)


class RootMeanSquaredError(Mean):
    """The root of the mean squared difference of predictions and targets.

    Arguments:
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
    Example:
        >>> float(RootMeanSquaredError()([[0.0], [0.0]], [[2.0], [2.0]]))
        2.0

    Source: keras.metrics.RootMeanSquaredError.
    """

    def __init__(self, name: str = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Count in a batch of targets and predictions of one shape."""
        y_true, y_pred = matched(self.name, y_true, as_tensor(y_pred, self.dtype))
        super().update_state(square(subtract(y_pred, y_true)), sample_weight)

    def result(self) -> Tensor:
        """The root of the mean so far."""
        return sqrt(super().result())


def cosine(y_true: Tensor, y_pred: Tensor, axis: int = -1) -> Tensor:
    """The cosine of the angle between targets and predictions: minus `keras.losses.cosine_similarity`."""
    y_true, y_pred = matched("cosine_similarity", y_true, y_pred)
    return sum(multiply(regression.unit_length(y_true, axis), regression.unit_length(y_pred, axis)), axis=axis)


class CosineSimilarity(FunctionMetric):
    """The mean cosine of the angle between targets and predictions: 1 for one direction, unlike the loss, which is -1 there.

    Arguments:
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
        axis: int, the axis of the vectors. Default -1.
    Example:
        >>> float(CosineSimilarity()([[3.0, 0.0]], [[2.0, 0.0]]))
        1.0

    Source: keras.metrics.CosineSimilarity.
    """

    function = staticmethod(cosine)

    def __init__(self, name: str = "cosine_similarity", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(name, dtype, axis=axis)


class KLDivergence(LossMetric):
    """The mean Kullback-Leibler divergence of the predictions from the targets."""

    function = staticmethod(divergence.kl_divergence)

    def __init__(self, name: str = "kl_divergence", dtype: Any = None) -> None:
        super().__init__(name, dtype)


class Poisson(LossMetric):
    """The mean negative log-likelihood of counts under Poisson distributions."""

    function = staticmethod(divergence.poisson)

    def __init__(self, name: str = "poisson", dtype: Any = None) -> None:
        super().__init__(name, dtype)


class Hinge(LossMetric):
    """The mean distance by which predictions stay behind a margin of 1."""

    function = staticmethod(margin.hinge)

    def __init__(self, name: str = "hinge", dtype: Any = None) -> None:
        super().__init__(name, dtype)


class SquaredHinge(LossMetric):
    """The mean squared distance by which predictions stay behind a margin of 1."""

    function = staticmethod(margin.squared_hinge)

    def __init__(self, name: str = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(name, dtype)


class CategoricalHinge(LossMetric):
    """The mean distance by which the true class stays behind a margin of 1 above the best other class."""

    function = staticmethod(margin.categorical_hinge)

    def __init__(self, name: str = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(name, dtype)


class BinaryCrossentropy(FunctionMetric):
    """The mean cross-entropy of independent yes/no predictions.

    Arguments:
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
        from_logits: whether predictions are logits. Default False: probabilities.
        label_smoothing: float in [0, 1]; targets become y * (1 - s) + s / 2. Default 0.
    Example:
        >>> round(float(BinaryCrossentropy()([[0.0], [1.0]], [[0.5], [0.5]])), 4)
        0.6931

    Source: keras.metrics.BinaryCrossentropy.
    """

    function = staticmethod(crossentropy.binary_crossentropy)

    def __init__(self, name: str = "binary_crossentropy", dtype: Any = None, from_logits: bool = False, label_smoothing: float = 0) -> None:
        super().__init__(name, dtype, from_logits=from_logits, label_smoothing=label_smoothing)


class CategoricalCrossentropy(FunctionMetric):
    """The mean cross-entropy of class probabilities against one-hot targets.

    Arguments:
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
        from_logits: whether predictions are logits. Default False: probabilities.
        label_smoothing: float in [0, 1]; targets become y * (1 - s) + s / classes. Default 0.
        axis: int, the axis of the classes. Default -1.
    Example:
        >>> round(float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931

    Source: keras.metrics.CategoricalCrossentropy.
    """

    function = staticmethod(crossentropy.categorical_crossentropy)

    def __init__(
        self,
        name: str = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        super().__init__(name, dtype, from_logits=from_logits, label_smoothing=label_smoothing, axis=axis)


class SparseCategoricalCrossentropy(FunctionMetric):
    """The mean cross-entropy of class probabilities against integer class indices.

    Arguments:
        name: text shown in logs.
        dtype: dtype of the result. Default: the default float.
        from_logits: whether predictions are logits. Default False: probabilities.
        ignore_class: int, targets with this index count as 0. Default None.
        axis: int, the axis of the classes. Default -1.
    Example:
        >>> round(float(SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])), 4)
        0.6931

    Source: keras.metrics.SparseCategoricalCrossentropy.
    """

    function = staticmethod(crossentropy.sparse_categorical_crossentropy)
    ignore_class: int | None
    axis: int
    integer_targets = True

    def __init__(
        self, name: str = "sparse_categorical_crossentropy", dtype: Any = None, from_logits: bool = False,
        ignore_class: int | None = None, axis: int = -1,
    ) -> None:  # fmt: skip
        super().__init__(name, dtype, from_logits=from_logits, ignore_class=ignore_class, axis=axis)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count in a batch. As in Keras 3, ignored targets weigh nothing where weights are given, and else count as 0."""
        if self.ignore_class is not None and sample_weight is not None:
            indices, _ = crossentropy.class_indices_pair(self.name, y_true, as_tensor(y_pred), self.axis)
            counted = as_tensor(not_equal(indices, self.ignore_class), self.dtype)
            sample_weight = multiply(*weights_for(counted, as_tensor(sample_weight, self.dtype)))
        super().update_state(y_true, y_pred, sample_weight)
