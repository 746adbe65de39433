"""The variables of an optimizer: how they are made, named, saved and restored."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras.core import engine
from keras.core.configurable import Configurable
from keras.core.variable import Variable


class OptimizerState(Configurable):
    """What an optimizer owns: a list of variables under its name."""

    name: str
    rate_decay: float
    _variables: list[Variable]
    _learning_rate: Any

    @property
    def variables(self) -> list[Variable]:
        """All of its variables, in the order of Keras 3's files: iteration, learning rate, then the slots."""
        return list(self._variables)

    def add_variable(
        self, shape: Sequence[int], initializer: Any = "zeros", dtype: Any = None, aggregation: str = "none", layout: Any = None,
        name: str | None = None,
    ) -> Variable:  # fmt: skip
        """A new variable of the optimizer, which is saved and restored with it."""
        name = name or "variable"
        if initializer == "zeros":
            initializer = engine.current().zeros  # without looking the name up
        variable = Variable(
            initializer, shape, dtype, trainable=False, name=name, path=f"{self.name}/{name}", kind="slot", aggregation=aggregation
        )
        self._variables.append(variable)
        return variable

    def add_variable_from_reference(self, reference_variable: Variable, name: str | None = None, initializer: Any = "zeros") -> Variable:
        """A new variable of the shape and dtype of a parameter, named after it: `dense_kernel_momentum`."""
        prefix = reference_variable.path.replace("/", "_")
        return self.add_variable(
            reference_variable.shape, initializer, reference_variable.dtype, name=f"{prefix}_{name}" if name else prefix
        )

    def add_optimizer_variables(self, trainable_variables: Sequence[Variable], name: Any, initializer: Any = "zeros") -> Any:
        """One new variable for each parameter (None where it takes its gradient as value); lists of names give lists of lists."""
        names = [name] if isinstance(name, str) else list(name)
        initializers = initializer if isinstance(initializer, (list, tuple)) else [initializer] * len(names)
        found: list[list[Variable | None]] = [[] for _ in names]
        for variable in trainable_variables:
            for row, slot, first in zip(found, names, initializers, strict=True):
                row.append(None if variable.overwrite_with_gradient else self.add_variable_from_reference(variable, slot, first))
        return found[0] if isinstance(name, str) else tuple(found)

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Give all variables new values, in the order of `variables`."""
        weights = list(weights)
        shapes = [tuple(np.shape(w)) for w in weights]
        if shapes != [v.shape for v in self.variables]:
            raise ValueError(
                f"{type(self).__name__}.set_weights(weights): got {len(weights)} arrays of shapes {shapes}. Accepted: "
                f"{len(self.variables)} of shapes {[v.shape for v in self.variables]}. Build the optimizer first: optimizer.build(model.trainable_variables)."
            )
        for variable, value in zip(self.variables, weights, strict=True):
            variable.assign(value)

    def get_weights(self) -> list[np.ndarray]:
        """The values of `variables`."""
        return [v.numpy() for v in self.variables]

    def _saved_variables(self) -> list[Variable]:
        """What goes into files: with `rate_decay` the config holds a schedule in place of the learning rate's variable."""
        return [v for v in self.variables if not (self.rate_decay and v is self._learning_rate)]

    def save_own_variables(self, store: Any) -> None:
        """Write the variables into a mapping, under '0', '1', ..."""
        for i, variable in enumerate(self._saved_variables()):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Read the variables from a mapping; one with another number of them gives a warning and is not read."""
        variables = self._saved_variables()
        if len(store.keys()) != len(variables):
            warnings.warn(
                f"The state of optimizer {self.name!r} was not restored: it has {len(variables)} variables, the file has {len(store.keys())}. "
                "Training goes on from the weights with fresh slots.",
                stacklevel=2,
            )
            return
        for i, variable in enumerate(variables):
            variable.assign(np.asarray(store[str(i)]))
