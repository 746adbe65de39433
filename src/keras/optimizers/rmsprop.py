"""RMSprop: steps divided by the root of a running mean of squared gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core.variable import Variable
from keras.ops.elementwise import add, divide, multiply, sqrt, square, subtract
from keras.optimizers.base import Optimizer, Slots, Tensor, positive_epsilon
from keras.optimizers.transforms import moving_average


class RMSprop(Optimizer):
    """Gradient descent by the gradient over the root of its running mean square.

    v = rho * v + (1 - rho) * g ** 2,  w -= learning_rate * g / sqrt(v + epsilon)

    Arguments:
        learning_rate: float >= 0, a schedule, or a function without arguments. Default 0.001.
        rho: float in [0, 1], how slowly the mean square changes. Default 0.9.
        momentum: float >= 0, how much of the last step is kept. Default 0.0.
        epsilon: float >= 0, inside of the root. Default 1e-7.
        centered: bool, whether the variance takes the place of the mean square. Default False.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
            gradient_accumulation_steps, name: see `Optimizer`.
    Example:
        >>> w = Variable(1.0, name="w")
        >>> RMSprop(0.1).apply([2.0], [w])
        >>> round(float(w), 4)
        0.6838
    Source: Hinton 2012, lecture 6e; keras.optimizers.RMSprop of Keras 3.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, **kwargs)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = positive_epsilon("RMSprop", epsilon)
        self.centered = centered

    def slots(self, variable: Variable) -> Sequence[Sequence[str]]:
        """The mean square (Keras calls it velocity), the last step, the mean."""
        return ("velocity",), ("momentum",) if self.momentum else (), ("average_gradient",) if self.centered else ()

    def update(self, parameter: Tensor, gradient: Tensor, slots: Slots, learning_rate: Tensor, step: Tensor) -> tuple[Tensor, Slots]:
        """The new parameter and slots."""
        new = {"velocity": moving_average(slots["velocity"], square(gradient), self.rho)}
        spread = new["velocity"]
        if self.centered:
            new["average_gradient"] = moving_average(slots["average_gradient"], gradient, self.rho)
            spread = subtract(spread, square(new["average_gradient"]))
        outside = self.generation < 3
        root = add(sqrt(spread), self.epsilon) if outside else sqrt(add(spread, self.epsilon))
        change = divide(multiply(gradient, learning_rate), root)
        if self.momentum:
            change = new["momentum"] = add(multiply(slots["momentum"], self.momentum), change)
        return subtract(parameter, change), new
