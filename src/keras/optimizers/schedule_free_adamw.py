"""Schedule-free AdamW: averaging in place of a learning rate schedule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras.core.variable import Variable
from keras.ops.elementwise import add, divide, minimum, multiply, power, sqrt, square, subtract
from keras.optimizers.adam import approach
from keras.optimizers.base import Optimizer, Slots, Tensor, positive_epsilon


class ScheduleFreeAdamW(Optimizer):
    """Adam's steps move z; the mean x of all z is the result; gradients are taken at y between the two, which the parameter holds.

    z -= rate * g / (sqrt(v / (1 - beta_2 ** t)) + epsilon),  x += (z - x) / t,  y = beta_1 * x + (1 - beta_1) * z

    Arguments:
        learning_rate: float >= 0, a schedule, or a function without arguments. Default 0.0025.
        beta_1: float in (0, 1], where y stands between z and x. Default 0.9.
        beta_2: float in [0, 1), how slowly the mean square v changes. Default 0.999.
        epsilon: float >= 0. Default 1e-8.
        warmup_steps: int >= 0, over how many steps the rate rises in a straight line. Default 0.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
            gradient_accumulation_steps, name: see `Optimizer`.
    Example:
        >>> w = Variable(1.0, name="w")
        >>> ScheduleFreeAdamW(0.25).apply([3.0], [w])
        >>> round(float(w), 4)
        0.75
    Source: Defazio et al. 2024; keras.optimizers.ScheduleFreeAdamW of Keras 3.
    """

    def __init__(
        self,
        learning_rate: Any = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
        **kwargs: Any,
    ) -> None:
        if isinstance(beta_1, (str, bool)) or not 0 < beta_1 <= 1:
            raise ValueError(f"ScheduleFreeAdamW(beta_1): got {beta_1!r}. Accepted: a float in (0, 1]. Write beta_1=0.9.")
        super().__init__(learning_rate, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = positive_epsilon("ScheduleFreeAdamW", epsilon)
        self.warmup_steps = warmup_steps

    def slots(self, variable: Variable) -> Sequence[Sequence[str]]:
        """z, which Keras calls momentum, and the mean square."""
        return (("momentum", "velocity"),)

    def initial_slot(self, name: str, variable: Variable) -> Variable:
        """z starts at the parameter."""
        slot = super().initial_slot(name, variable)
        if name == "momentum":
            slot.assign(np.array(variable.numpy()))
        return slot

    def update(self, parameter: Tensor, gradient: Tensor, slots: Slots, learning_rate: Tensor, step: Tensor) -> tuple[Tensor, Slots]:
        """The new parameter and slots."""
        if self.warmup_steps:
            learning_rate = multiply(learning_rate, minimum(divide(step, self.warmup_steps), 1.0))
        squares = approach(slots["velocity"], square(gradient), self.beta_2)
        root = add(sqrt(divide(squares, subtract(1.0, power(self.beta_2, step)))), self.epsilon)
        fast = subtract(slots["momentum"], divide(multiply(gradient, learning_rate), root))
        mean = divide(subtract(parameter, multiply(slots["momentum"], 1 - self.beta_1)), self.beta_1)
        mean = add(mean, divide(subtract(fast, mean), step))
        return add(multiply(mean, self.beta_1), multiply(fast, 1 - self.beta_1)), {"momentum": fast, "velocity": squares}
