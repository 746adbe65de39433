"""`Metric`, the base of all metrics: a few variables, one function that changes them, one that reads the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras.core import config, dtype_policy, dtypes, naming, tree
from keras.core.configurable import Configurable
from keras.core.state import StateScope
from keras.core.variable import Variable

Tensor = Any

_NUMPY_INITIALIZERS: dict[str, Callable[..., np.ndarray]] = {"zeros": np.zeros, "ones": np.ones}


class Metric(Configurable):
    """A number gathered over batches.

    A subclass makes its variables with `add_variable`, changes them in `update_state` and calculates the number in `result`.

    Arguments:
        dtype: dtype of the variables and of the result. Default: the default float.
        name: text shown in logs. Default: the class name in snake case.
    Raises: RuntimeError if a subclass does not call `super().__init__()` first.
    Example:
        >>> class Largest(Metric):
        ...     def __init__(self, name="largest", **kwargs):
        ...         super().__init__(name=name, **kwargs)
        ...         self.largest = self.add_variable(shape=(), initializer="zeros", name="largest")
        ...     def update_state(self, y_true, y_pred, sample_weight=None):
        ...         self.largest.assign(max(float(self.largest), float(np.max(y_pred))))
        ...     def result(self):
        ...         return self.largest.value
        >>> metric = Largest()
        >>> metric.update_state([0.0], [2.0])
        >>> float(metric.result())
        2.0

    Source: keras.metrics.Metric of Keras 3.
    """

    _variables: list[Variable]
    _metrics: list[Metric]

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.__dict__["_variables"] = []
        self.__dict__["_metrics"] = []
        self.name = name or naming.auto_name(naming.to_snake_case(type(self).__name__))
        self._dtype: str = dtype_policy.get(dtype or config.floatx()).compute_dtype

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, (Variable, Metric, list, tuple, dict)) and not name.startswith("_init"):
            self._track(value)
        super().__setattr__(name, value)

    def _track(self, value: Any) -> None:
        for leaf in tree.leaves(value):
            kept: Any = (
                self._tracked_list("_variables")
                if isinstance(leaf, Variable)
                else self._tracked_list("_metrics")
                if isinstance(leaf, Metric)
                else None
            )
            if kept is not None and not any(leaf is other for other in kept):
                kept.append(leaf)

    def _tracked_list(self, name: str) -> list[Any]:
        if name not in self.__dict__:
            raise RuntimeError(
                f"{type(self).__name__}: a variable or metric was set before the base class was ready. "
                f"Write super().__init__(name=name) first."
            )
        return self.__dict__[name]

    @property
    def dtype(self) -> str:
        """The dtype of the variables and of the result."""
        return self._dtype

    def add_variable(
        self, shape: Sequence[int], initializer: Any, dtype: Any = None, aggregation: str = "sum", name: str | None = None
    ) -> Variable:
        """A new variable of the metric.

        Arguments:
            shape: tuple of int, () for a number.
            initializer: 'zeros', 'ones', the name of another initializer, or a function of (shape, dtype). None: zeros.
            dtype: default: the metric's.
            aggregation: how copies on several devices are put together.
            name: last part of the variable's path.
        """
        kept = self._tracked_list("_variables")
        dtype = dtypes.standardize(dtype or self.dtype)
        initializer = initializer or "zeros"
        if isinstance(initializer, str) and initializer in _NUMPY_INITIALIZERS:
            initializer = _NUMPY_INITIALIZERS[initializer](tuple(shape), dtypes.numpy_dtype(dtype))
        name = name or f"variable_{len(kept)}"
        variable = Variable(
            initializer,
            tuple(shape),
            dtype,
            trainable=False,
            autocast=False,
            aggregation=aggregation,
            name=name,
            kind="metric",
            path=f"{self.name}/{name}",
        )
        kept.append(variable)
        return variable

    def add_weight(self, shape: Sequence[int] = (), initializer: Any = None, dtype: Any = None, name: str | None = None) -> Variable:
        """A new variable of the metric; `add_weight("total")`, with the name first as in tf.keras, works as well."""
        if isinstance(shape, str):
            shape, name = (), shape
        return self.add_variable(shape, initializer, dtype, name=name)

    @property
    def variables(self) -> list[Variable]:
        """The variables of this metric and of the metrics in it."""
        return [*self._variables, *(v for metric in self._metrics for v in metric.variables)]

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Count in one batch. To be written by subclasses."""
        raise NotImplementedError(
            f"{type(self).__name__}.update_state is not written. Write def update_state(self, y_true, y_pred, sample_weight=None): ..."
        )

    def result(self) -> Tensor:
        """The number so far. To be written by subclasses."""
        raise NotImplementedError(f"{type(self).__name__}.result is not written. Write def result(self): ... returning a number.")

    def reset_state(self) -> None:
        """Set every variable to 0."""
        for variable in self.variables:
            variable.assign(np.zeros(variable.shape, dtypes.numpy_dtype(variable.dtype)))

    def reset_states(self) -> None:
        """`reset_state` in the spelling of Keras 2."""
        self.reset_state()

    def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
        """Count in one batch and return the number so far."""
        self._tracked_list("_variables")
        self.update_state(*args, **kwargs)
        return self.result()

    def stateless_update_state(self, metric_variables: Sequence[Any], *args: Any, **kwargs: Any) -> list[Tensor]:
        """The values of the variables after one batch; the metric itself does not change.

        Arguments:
            metric_variables: one value per variable, in the order of `variables`.
        Raises: ValueError if the number of values differs.
        """
        with self._scope_of("stateless_update_state", metric_variables) as scope:
            self.update_state(*args, **kwargs)
        return [scope.read(variable) for variable in self.variables]

    def stateless_result(self, metric_variables: Sequence[Any]) -> Tensor:
        """The number for these values of the variables."""
        with self._scope_of("stateless_result", metric_variables):
            return self.result()

    def stateless_reset_state(self) -> list[Tensor]:
        """The values of the variables at the start."""
        with StateScope() as scope:
            self.reset_state()
        return [scope.read(variable) for variable in self.variables]

    def _scope_of(self, method: str, values: Sequence[Any]) -> StateScope:
        variables = self.variables
        if len(values) != len(variables):
            raise ValueError(
                f"{type(self).__name__}.{method}(metric_variables): got {len(values)} values. Accepted: one for each of the "
                f"{len(variables)} variables, {', '.join(v.path for v in variables)}. "
                f"Write metric.{method}([v.value for v in metric.variables])."
            )
        return StateScope(zip(variables, (v.value if isinstance(v, Variable) else v for v in values), strict=True))

    def _base_config(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"
