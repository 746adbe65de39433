"""Stochastic gradient descent, with momentum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core.variable import Variable
from keras.ops.elementwise import add, multiply, subtract
from keras.optimizers.base import Optimizer, Slots, Tensor


class SGD(Optimizer):
    """Gradient descent: w -= learning_rate * g, or with momentum v = momentum * v - learning_rate * g, w += v.

    Arguments:
        learning_rate: float >= 0, a schedule, or a function without arguments. Default 0.01.
        momentum: float in [0, 1], how much of the last step is kept. Default 0.0.
        nesterov: bool, whether the gradient counts as taken after the momentum's step: w += momentum * v - learning_rate * g. Default False.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
            gradient_accumulation_steps, name: see `Optimizer`.
    Example:
        >>> w = Variable(1.0, name="w")
        >>> SGD(0.5).apply([1.0], [w])
        >>> float(w)
        0.5
    Source: Sutskever, Martens, Dahl, Hinton 2013; keras.optimizers.SGD of Keras 3.
    """

    def __init__(self, learning_rate: Any = 0.01, momentum: float = 0.0, nesterov: bool = False, **kwargs: Any) -> None:
        if isinstance(momentum, (str, bool)) or not 0 <= momentum <= 1:
            raise ValueError(f"SGD(momentum): got {momentum!r}. Accepted: a float in [0, 1]. Write momentum=0.9.")
        super().__init__(learning_rate, **kwargs)
        self.momentum = momentum
        self.nesterov = nesterov

    def slots(self, variable: Variable) -> Sequence[Sequence[str]]:
        """The velocity, if there is momentum; Keras calls it momentum."""
        return (("momentum",),) if self.momentum else ()

    def update(self, parameter: Tensor, gradient: Tensor, slots: Slots, learning_rate: Tensor, step: Tensor) -> tuple[Tensor, Slots]:
        """The new parameter and velocity."""
        change = multiply(gradient, learning_rate)
        if not self.momentum:
            return subtract(parameter, change), {}
        velocity = subtract(multiply(slots["momentum"], self.momentum), change)
        if not self.nesterov:
            return add(parameter, velocity), {"momentum": velocity}
        return add(parameter, subtract(multiply(velocity, self.momentum), change)), {"momentum": velocity}
