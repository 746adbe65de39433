"""LAMB: Adam whose step is as long as the parameter, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core.variable import Variable
from keras.ops.elementwise import add, divide, greater, logical_and, multiply, power, select, sqrt, square, subtract
from keras.ops.reduction import sum
from keras.optimizers.adam import approach
from keras.optimizers.base import Optimizer, Slots, Tensor, positive_epsilon


class Lamb(Optimizer):
    """Layer-wise adaptive moments for large batches: Adam's direction r, scaled to the length of the parameter.

    r = m / (1 - beta_1 ** t) / (sqrt(v / (1 - beta_2 ** t)) + epsilon),  w -= learning_rate * |w| / |r| * r

    Arguments:
        learning_rate: float >= 0, a schedule, or a function without arguments. Default 0.001.
        beta_1: float in [0, 1), how slowly the mean m changes. Default 0.9.
        beta_2: float in [0, 1), how slowly the mean square v changes. Default 0.999.
        epsilon: float >= 0. Default 1e-7.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
            gradient_accumulation_steps, name: see `Optimizer`.
    Example:
        >>> w = Variable(2.0, name="w")
        >>> Lamb(0.25).apply([3.0], [w])
        >>> round(float(w), 4)
        1.5
    Source: You et al. 2020; keras.optimizers.Lamb of Keras 3.
    """

    def __init__(
        self, learning_rate: Any = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7, **kwargs: Any
    ) -> None:
        super().__init__(learning_rate, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = positive_epsilon("Lamb", epsilon)

    def slots(self, variable: Variable) -> Sequence[Sequence[str]]:
        """The mean and the mean square."""
        return (("momentum", "velocity"),)

    def update(self, parameter: Tensor, gradient: Tensor, slots: Slots, learning_rate: Tensor, step: Tensor) -> tuple[Tensor, Slots]:
        """The new parameter and slots."""
        mean = approach(slots["momentum"], gradient, self.beta_1)
        squares = approach(slots["velocity"], square(gradient), self.beta_2)
        root = add(sqrt(divide(squares, subtract(1.0, power(self.beta_2, step)))), self.epsilon)
        direction = divide(divide(mean, subtract(1.0, power(self.beta_1, step))), root)
        length, reach = sqrt(sum(square(parameter))), sqrt(sum(square(direction)))
        both = logical_and(greater(length, 0), greater(reach, 0))
        one = add(multiply(reach, 0.0), 1.0)
        ratio = select(both, divide(length, select(both, reach, one)), one)
        return subtract(parameter, multiply(direction, multiply(ratio, learning_rate))), {"momentum": mean, "velocity": squares}
