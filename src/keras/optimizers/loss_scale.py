"""Dynamic loss scaling: gradients of float16 that neither vanish nor overflow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from keras.core.configurable import serialize
from keras.core.variable import Variable
from keras.ops.elementwise import add, divide, equal, isfinite, logical_and, multiply
from keras.ops.reduction import all
from keras.ops.shaping import zeros_like
from keras.optimizers import transforms
from keras.optimizers.base import Optimizer, Tensor, constant
from keras.optimizers.registry import deserialize


class LossScaleOptimizer(Optimizer):
    """An optimizer around another that scales the loss up and the gradients down.

    A step whose gradients are not all finite is skipped and halves the scale; after `dynamic_growth_steps` finite ones it doubles.

    Arguments:
        inner_optimizer: the optimizer that updates.
        initial_scale: float > 0. Default 2 ** 15; a scale that is too high falls fast.
        dynamic_growth_steps: int > 0. Default 2000.
        name: text.
    Example:
        >>> from keras.optimizers.sgd import SGD
        >>> w = Variable(1.0, name="w")
        >>> optimizer = LossScaleOptimizer(SGD(0.5), initial_scale=4.0)
        >>> optimizer.apply([4.0], [w])  # the gradient of 4 * loss
        >>> float(w)
        0.5
    Source: Micikevicius et al. 2018; keras.optimizers.LossScaleOptimizer of Keras 3.
    """

    def __init__(
        self, inner_optimizer: Any, initial_scale: float = 2.0**15, dynamic_growth_steps: int = 2000, name: str | None = None, **kwargs: Any
    ) -> None:
        if isinstance(inner_optimizer, dict):
            inner_optimizer = deserialize(inner_optimizer)
        if not isinstance(inner_optimizer, Optimizer) or isinstance(inner_optimizer, LossScaleOptimizer):
            got = getattr(inner_optimizer, "name", inner_optimizer)
            raise ValueError(
                f"LossScaleOptimizer(inner_optimizer): got {got!r}. Accepted: another optimizer object. Write LossScaleOptimizer(Adam())."
            )
        super().__init__(learning_rate=0.0, name=name, **kwargs)
        self.inner_optimizer = inner_optimizer
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps
        self.step_counter = self.add_variable((), dtype="int32", name="step_counter")
        self.dynamic_scale = self.add_variable((), constant(initial_scale), "float32", name="dynamic_scale")

    @property
    def variables(self) -> list[Variable]:
        """Its own variables, then the inner optimizer's."""
        return [*self._variables, *self.inner_optimizer.variables]

    @property
    def learning_rate(self) -> Any:
        """The inner optimizer's learning rate."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value

    @property
    def iterations(self) -> Any:
        """The inner optimizer's number of updates."""
        return self.inner_optimizer.iterations

    def build(self, variables: Sequence[Variable]) -> None:
        """Build the inner optimizer."""
        self.inner_optimizer.build(variables)
        super().build(variables)

    def apply(self, grads: Iterable[Any], trainable_variables: Iterable[Variable] | None = None) -> None:
        """Scale the gradients down and update, or skip the step where one of them is not finite."""
        gradients, variables = self._matched(list(grads), None if trainable_variables is None else list(trainable_variables))
        is_finite: Any = True
        for g in gradients:
            is_finite = logical_and(is_finite, all(isfinite(g)))

        def update() -> None:
            self.inner_optimizer.apply(
                [divide(g, transforms.in_dtype(self.dynamic_scale.value, v.dtype)) for g, v in zip(gradients, variables, strict=True)],
                variables,
            )
            transforms.conditionally(equal(add(self.step_counter.value, 1), self.dynamic_growth_steps), grow, count, self._variables)

        def grow() -> None:
            self.step_counter.assign(zeros_like(self.step_counter.value))
            self.dynamic_scale.assign(multiply(self.dynamic_scale.value, 2.0))

        def count() -> None:
            self.step_counter.assign_add(1)

        def skip() -> None:
            self.step_counter.assign(zeros_like(self.step_counter.value))
            self.dynamic_scale.assign(multiply(self.dynamic_scale.value, 0.5))

        transforms.conditionally(is_finite, update, skip, [*variables, *self.variables])
        self._iterations.assign_add(1)

    def scale_loss(self, loss: Tensor) -> Tensor:
        """The loss times the scale."""
        return multiply(loss, transforms.in_dtype(self.dynamic_scale.value, transforms.dtype_of(loss)))

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """The inner optimizer's averages, if it keeps them."""
        self.inner_optimizer.finalize_variable_values(var_list)

    def exclude_from_weight_decay(self, var_list: Any = None, var_names: Any = None) -> None:
        """Leave parameters out of the inner optimizer's weight decay."""
        self.inner_optimizer.exclude_from_weight_decay(var_list, var_names)

    def get_config(self) -> dict[str, Any]:
        """The arguments, the inner optimizer's config among them."""
        return {
            "name": self.name, "inner_optimizer": serialize(self.inner_optimizer), "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }  # fmt: skip

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """The optimizer that `get_config` described."""
        return cls(**{**config, "inner_optimizer": deserialize(config["inner_optimizer"], custom_objects)})
