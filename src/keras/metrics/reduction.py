"""Means and sums over batches, and the metric made from a function of (y_true, y_pred)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, ClassVar

from keras.core import dims as D
from keras.core.configurable import serialize
from keras.losses.alignment import as_tensor, mask_of, same_rank
from keras.losses.weighting import masked_weights
from keras.metrics import lookup
from keras.metrics.metric import Metric
from keras.ops.elementwise import add, divide_no_nan, multiply
from keras.ops.reduction import mean, sum
from keras.ops.shaping import broadcast_to, shape_of

Tensor = Any


def per_sample(x: Tensor) -> Tensor:
    """The mean over all axes but the first."""
    count = len(shape_of(x))
    return mean(x, axis=tuple(range(1, count))) if count > 1 else x


def weighted_samples(values: Any, weights: Any, mask: Any, dtype: str) -> tuple[Tensor, Tensor | None]:
    """Values times their weights, and the weights, each as one number per sample; weights are None where all are 1."""
    values = as_tensor(values, dtype)
    weights = masked_weights(mask, weights, dtype, "sum")
    if weights is None:
        return per_sample(values), None
    values, weights = same_rank(values, weights)
    kept = len(shape_of(weights))
    if 0 < kept < len(shape_of(values)):
        values = mean(values, axis=tuple(range(kept, len(shape_of(values)))))
    if kept and shape_of(weights) != shape_of(values) and shape_of(weights)[0] == 1:
        weights = broadcast_to(weights, shape_of(values))
    return per_sample(multiply(values, weights)), per_sample(weights)


def mean_update(total: Tensor, count: Tensor, values: Tensor, weights: Tensor | None) -> tuple[Tensor, Tensor]:
    """The sums of values and of weights with one batch of weighted values counted in."""
    sizes = shape_of(values)
    number: Any = sum(weights) if weights is not None else sizes[0] if sizes else 1
    if isinstance(number, int):
        number = float(number)
    return add(total, sum(values)), count if isinstance(number, D.Dim) else add(count, number)


class Mean(Metric):
    """The weighted mean of values: sum(values * weights) / sum(weights).

    Arguments:
        name: text shown in logs.
        dtype: dtype of the sums and of the result. Default: the default float.
    Example:
        >>> metric = Mean()
        >>> metric.update_state([1.0, 3.0])
        >>> metric.update_state([8.0])
        >>> float(metric.result())
        4.0

    Source: keras.metrics.Mean.
    """

    def __init__(self, name: str = "mean", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Count in values.

        Arguments:
            values: tensor of any shape; the first axis is that of samples.
            sample_weight: weights that broadcast to `values`. Default None: all 1.
        """
        self._count_in(values, sample_weight, mask_of(values))

    def _count_in(self, values: Any, sample_weight: Any, mask: Any) -> None:
        samples, weights = weighted_samples(values, sample_weight, mask, self.dtype)
        total, count = mean_update(self.total.value, self.count.value, samples, weights)
        self.total.assign(total)
        self.count.assign(count)

    def result(self) -> Tensor:
        """The mean so far, 0 before the first value."""
        return divide_no_nan(self.total.value, self.count.value)


class Sum(Metric):
    """The weighted sum of values.

    Arguments:
        name: text shown in logs.
        dtype: dtype of the sum and of the result. Default: the default float.
    Example:
        >>> metric = Sum()
        >>> metric.update_state([1.0, 3.0])
        >>> float(metric.result())
        4.0

    Source: keras.metrics.Sum.
    """

    def __init__(self, name: str = "sum", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Count in values with their weights."""
        samples, _ = weighted_samples(values, sample_weight, mask_of(values), self.dtype)
        self.total.assign(add(self.total.value, sum(samples)))

    def result(self) -> Tensor:
        """The sum so far."""
        return self.total.value


class MeanMetricWrapper(Mean):
    """The mean of a function of (y_true, y_pred).

    Arguments:
        fn: function of (y_true, y_pred, **kwargs) that returns one value per sample.
        name: text shown in logs. Default: the function's name.
        dtype: dtype of the sums and of the result. Default: the default float.
        kwargs: passed on to `fn`.
    Example:
        >>> metric = MeanMetricWrapper(lambda y_true, y_pred: abs(y_true - y_pred), name="distance")
        >>> metric.update_state([1.0, 2.0], [2.0, 4.0])
        >>> float(metric.result())
        1.5

    Source: keras.metrics.MeanMetricWrapper.
    """

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(name=name or getattr(fn, "__name__", None), dtype=dtype)  # type: ignore[arg-type]
        self._fn = fn
        self._fn_kwargs = kwargs

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Count in a batch.

        Arguments:
            y_true: targets. y_pred: predictions; a mask that a layer left on them is counted in.
            sample_weight: one weight per sample or per value. Default None: all 1.
        """
        mask = mask_of(y_pred)
        values = self._fn(as_tensor(y_true, self._target_dtype()), as_tensor(y_pred, self.dtype), **self._fn_kwargs)
        self._count_in(values, sample_weight, mask if mask is not None else mask_of(values))

    def _target_dtype(self) -> str | None:
        return self.dtype

    def get_config(self) -> dict[str, Any]:
        """The name of the function and what is passed on to it."""
        return {**self._base_config(), "fn": serialize(self._fn), **serialize(self._fn_kwargs)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The metric that `get_config` described; the function is looked up by its name."""
        config = dict(config)
        fn = config.get("fn")
        if isinstance(fn, dict):  # as Keras 3 writes a function
            fn = fn["config"]
        if isinstance(fn, str):
            config["fn"] = lookup.function(fn)
        return cls(**config)


class FunctionMetric(MeanMetricWrapper):
    """Base of the library's metrics that are means: `function` with those of its arguments that the constructor takes."""

    function: ClassVar[Callable[..., Any]]
    integer_targets: ClassVar[bool] = False

    def __init__(self, name: str | None = None, dtype: Any = None, **options: Any) -> None:
        super().__init__(type(self).function, name, dtype, **options)
        for key, value in options.items():
            setattr(self, key, value)

    def _target_dtype(self) -> str | None:
        return None if self.integer_targets else self.dtype

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments that make an equal metric."""
        accepted = inspect.signature(type(self).__init__).parameters
        return {**self._base_config(), **serialize({k: v for k, v in self._fn_kwargs.items() if k in accepted})}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The metric that `get_config` described."""
        return cls(**config)
