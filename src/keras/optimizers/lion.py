"""Lion: steps of one size, by the sign of a running mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core.variable import Variable
from keras.ops.elementwise import multiply, sign, subtract
from keras.optimizers.base import Optimizer, Slots, Tensor
from keras.optimizers.transforms import moving_average


class Lion(Optimizer):
    """Evolved sign momentum: every element moves by exactly the learning rate.

    w -= learning_rate * sign(beta_1 * m + (1 - beta_1) * g),  m = beta_2 * m + (1 - beta_2) * g

    Arguments:
        learning_rate: float >= 0, a schedule, or a function without arguments; 3 to 10 times smaller than Adam's. Default 0.001.
        beta_1: float in (0, 1], the weight of the mean in the step. Default 0.9.
        beta_2: float in [0, 1), how slowly the mean changes. Default 0.99.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
            gradient_accumulation_steps, name: see `Optimizer`.
    Example:
        >>> w = Variable(1.0, name="w")
        >>> Lion(0.25).apply([3.0], [w])
        >>> float(w)
        0.75
    Source: Chen et al. 2023; keras.optimizers.Lion of Keras 3.
    """

    def __init__(self, learning_rate: Any = 0.001, beta_1: float = 0.9, beta_2: float = 0.99, **kwargs: Any) -> None:
        if isinstance(beta_1, (str, bool)) or not 0 < beta_1 <= 1:
            raise ValueError(
                f"Lion(beta_1): got {beta_1!r}. Accepted: a float in (0, 1]; with 0 the step is the sign of the gradient. Write beta_1=0.9."
            )
        super().__init__(learning_rate, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def slots(self, variable: Variable) -> Sequence[Sequence[str]]:
        """The mean."""
        return (("momentum",),)

    def update(self, parameter: Tensor, gradient: Tensor, slots: Slots, learning_rate: Tensor, step: Tensor) -> tuple[Tensor, Slots]:
        """The new parameter and mean."""
        direction = sign(moving_average(slots["momentum"], gradient, self.beta_1))
        mean = moving_average(slots["momentum"], gradient, self.beta_2)
        return subtract(parameter, multiply(direction, learning_rate)), {"momentum": mean}
