"""Several optimizers for one model, each for a part of its parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from typing import Any

from keras.core.configurable import Configurable, serialize
from keras.core.variable import Variable
from keras.optimizers.base import Optimizer
from keras.optimizers.registry import deserialize


class OptimizerMap(Configurable, MutableMapping[str, Optimizer]):
    """Patterns to optimizers: a parameter gets the optimizer of the first pattern that is found in its path, else the default one.

    Arguments:
        default_optimizer: an optimizer.
        optimizer_map: dict of pattern -> optimizer. Default: empty.
    Example:
        >>> from keras.optimizers.sgd import SGD
        >>> chosen = OptimizerMap(SGD(0.1), {"kernel": SGD(0.5)})
        >>> round(float(chosen[Variable(1.0, name="kernel")].learning_rate), 4)
        0.5
    Source: keras.optimizers.OptimizerMap of Keras 3.
    """

    def __init__(self, default_optimizer: Optimizer, optimizer_map: dict[str, Optimizer] | None = None) -> None:
        self.default_optimizer = _optimizer(default_optimizer)
        self.optimizer_map = {pattern: _optimizer(optimizer) for pattern, optimizer in (optimizer_map or {}).items()}

    def __call__(self, variable: Variable) -> Optimizer:
        """The optimizer of a parameter."""
        return self[variable]

    def __getitem__(self, key: Any) -> Optimizer:
        if isinstance(key, str):
            return self.optimizer_map.get(key, self.default_optimizer)
        return next(
            (optimizer for pattern, optimizer in self.optimizer_map.items() if re.search(pattern, key.path)), self.default_optimizer
        )

    def __setitem__(self, pattern: str, optimizer: Optimizer) -> None:
        self.optimizer_map[pattern] = _optimizer(optimizer)

    def __delitem__(self, pattern: str) -> None:
        del self.optimizer_map[pattern]

    def __iter__(self) -> Iterator[str]:
        return iter(self.optimizer_map)

    def __len__(self) -> int:
        return len(self.optimizer_map)

    def __hash__(self) -> int:
        return id(self)


def _optimizer(value: Any) -> Optimizer:
    if isinstance(value, dict):
        value = deserialize(value)
    if not isinstance(value, Optimizer):
        raise ValueError(f"OptimizerMap: got {value!r}. Accepted: optimizer objects. Write OptimizerMap(Adam(), {{'encoder/.*': SGD()}}).")
    return value


class MultiOptimizer(Optimizer):
    """An optimizer that gives each parameter to another one.

    Arguments:
        optimizer_map: `OptimizerMap`, or a function from a parameter to its optimizer.
        loss_scale_factor: float by which the loss was multiplied; gradients are divided by it. Default None.
        name: text.
    Example:
        >>> from keras.optimizers.sgd import SGD
        >>> kernel, bias = Variable(1.0, name="kernel"), Variable(1.0, name="bias")
        >>> MultiOptimizer(OptimizerMap(SGD(0.5), {"bias": SGD(0.25)})).apply([1.0, 1.0], [kernel, bias])
        >>> float(kernel), float(bias)
        (0.5, 0.75)
    Source: keras.optimizers.MultiOptimizer of Keras 3.
    """

    def __init__(self, optimizer_map: Any, loss_scale_factor: float | None = None, name: str | None = None) -> None:
        if isinstance(optimizer_map, dict):
            optimizer_map = deserialize(optimizer_map)
        if not callable(optimizer_map):
            raise ValueError(
                f"MultiOptimizer(optimizer_map): got {optimizer_map!r}. Accepted: an OptimizerMap or a function from a variable to an optimizer."
            )
        super().__init__(learning_rate=0.0, loss_scale_factor=loss_scale_factor, name=name)
        self.optimizer_map = optimizer_map
        self.optimizers: list[Optimizer] = []
        self._parts: dict[int, Optimizer] = {}

    @property
    def learning_rate(self) -> Any:
        """There is none: each optimizer has its own."""
        raise AttributeError(
            "MultiOptimizer has no learning rate of its own. Read those of its parts: [o.learning_rate for o in optimizer.optimizers]."
        )

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        raise AttributeError(
            "MultiOptimizer has no learning rate of its own. Set those of its parts: optimizer.optimizers[0].learning_rate = 0.01."
        )

    @property
    def variables(self) -> list[Variable]:
        """Its own variables, then those of its optimizers."""
        return [*self._variables, *(v for optimizer in self.optimizers for v in optimizer.variables)]

    def build(self, variables: Sequence[Variable]) -> None:
        """Give each parameter to its optimizer and build them."""
        if self.built:
            return
        chosen = [self.optimizer_map(variable) for variable in variables]
        mapped = self.optimizer_map
        known = [*mapped.values(), mapped.default_optimizer] if isinstance(mapped, OptimizerMap) else chosen  # Keras 3's order in files
        self.optimizers = list({id(optimizer): optimizer for optimizer in known}.values())
        self._parts = {id(variable): optimizer for variable, optimizer in zip(variables, chosen, strict=True)}
        for optimizer in self.optimizers:
            optimizer.build([variable for variable, own in zip(variables, chosen, strict=True) if own is optimizer])
        super().build(variables)

    def apply(self, grads: Iterable[Any], trainable_variables: Iterable[Variable] | None = None) -> None:
        """One update by every optimizer."""
        gradients, variables = self._matched(list(grads), None if trainable_variables is None else list(trainable_variables))
        if self.loss_scale_factor is not None:
            gradients = [g / self.loss_scale_factor for g in gradients]
        for optimizer in self.optimizers:
            own = [(g, v) for g, v in zip(gradients, variables, strict=True) if self._parts[id(v)] is optimizer]
            if own:
                optimizer.apply([g for g, _ in own], [v for _, v in own])
        self._iterations.assign_add(1)

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """The averages of those optimizers that keep them."""
        for optimizer in self.optimizers:
            optimizer.finalize_variable_values([v for v in var_list if self._parts.get(id(v)) is optimizer])

    def get_config(self) -> dict[str, Any]:
        """The arguments, the optimizers' configs among them."""
        return {"optimizer_map": serialize(self.optimizer_map), "loss_scale_factor": self.loss_scale_factor, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """The optimizer that `get_config` described."""
        return cls(**{**config, "optimizer_map": deserialize(config["optimizer_map"], custom_objects)})
