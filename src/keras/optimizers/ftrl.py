"""FTRL: follow the regularized leader, for sparse linear models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core.variable import Variable
from keras.ops.elementwise import add, clip, divide, multiply, power, square, subtract
from keras.optimizers.base import Optimizer, Slots, Tensor, constant


class Ftrl(Optimizer):
    """Follow the regularized leader: parameters that L1 regularization holds at exactly 0 until evidence moves them.

    n' = n + g ** 2,  z += g + 2 * l2_shrinkage * w - (n' ** -power - n ** -power) / learning_rate * w
    w = (clip(z, -l1, l1) - z) / (n' ** -power / learning_rate + 2 * l2 + beta / learning_rate)

    Arguments:
        learning_rate: float >= 0, a schedule, or a function without arguments. Default 0.001.
        learning_rate_power: float <= 0, how the rate falls with n; 0 is a fixed rate. Default -0.5.
        initial_accumulator_value: float >= 0, where n starts. Default 0.1.
        l1_regularization_strength: float >= 0. Default 0.0.
        l2_regularization_strength: float >= 0. Default 0.0.
        l2_shrinkage_regularization_strength: float >= 0, an L2 penalty on the gradient rather than on the solution. Default 0.0.
        beta: float. Default 0.0.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
            gradient_accumulation_steps, name: see `Optimizer`.
    Example:
        >>> w = Variable(0.0, name="w")
        >>> Ftrl(0.5, initial_accumulator_value=0.0).apply([2.0], [w])
        >>> float(w)
        -0.5
    Source: McMahan et al. 2013; keras.optimizers.Ftrl of Keras 3.
    """

    def __init__(
        self, learning_rate: Any = 0.001, learning_rate_power: float = -0.5, initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0, l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0, beta: float = 0.0, **kwargs: Any,
    ) -> None:  # fmt: skip
        limits = {"initial_accumulator_value": initial_accumulator_value, "l1_regularization_strength": l1_regularization_strength,
                  "l2_regularization_strength": l2_regularization_strength,
                  "l2_shrinkage_regularization_strength": l2_shrinkage_regularization_strength}  # fmt: skip
        for argument, value in limits.items():
            if not value >= 0:
                raise ValueError(f"Ftrl({argument}): got {value!r}. Accepted: a float >= 0.")
        if not learning_rate_power <= 0:
            raise ValueError(
                f"Ftrl(learning_rate_power): got {learning_rate_power!r}. Accepted: a float <= 0. Write learning_rate_power=-0.5."
            )
        super().__init__(learning_rate, **kwargs)
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta

    def slots(self, variable: Variable) -> Sequence[Sequence[str]]:
        """n and z."""
        return (("accumulator", "linear"),)

    def initial_slot(self, name: str, variable: Variable) -> Variable:
        """Where n and z start."""
        return self.add_variable_from_reference(variable, name, constant(self.initial_accumulator_value if name == "accumulator" else 0.0))

    def update(self, parameter: Tensor, gradient: Tensor, slots: Slots, learning_rate: Tensor, step: Tensor) -> tuple[Tensor, Slots]:
        """The new parameter, n and z."""
        total = add(slots["accumulator"], square(gradient))
        root, old_root = power(total, -self.learning_rate_power), power(slots["accumulator"], -self.learning_rate_power)
        if self.l2_shrinkage_regularization_strength:
            gradient = add(gradient, multiply(parameter, 2 * self.l2_shrinkage_regularization_strength))
        linear = add(slots["linear"], subtract(gradient, multiply(divide(subtract(root, old_root), learning_rate), parameter)))
        quadratic = add(divide(add(root, self.beta), learning_rate), 2 * self.l2_regularization_strength)
        l1 = self.l1_regularization_strength
        return divide(subtract(clip(linear, -l1, l1), linear), quadratic), {"accumulator": total, "linear": linear}
