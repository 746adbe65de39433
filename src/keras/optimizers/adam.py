"""Adam, and AdamW: steps by a running mean of gradients over the root of a running mean of their squares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core import engine
from keras.core.op import op
from keras.core.state import current_scope
from keras.core.variable import Variable
from keras.ops.elementwise import add, divide, maximum, multiply, power, sqrt, square, subtract
from keras.optimizers.base import Optimizer, Slots, Tensor, positive_epsilon


def approach(average: Tensor, value: Tensor, momentum: float) -> Tensor:
    """The running mean moved towards a new value: average + (value - average) * (1 - momentum)."""
    return add(average, multiply(subtract(value, average), 1 - momentum))


def corrected(rate: Tensor, step: Tensor, beta_1: float, beta_2: float) -> Tensor:
    """The learning rate, larger at the start by how much the running means are too small there."""
    return multiply(rate, divide(sqrt(subtract(1.0, power(beta_2, step))), subtract(1.0, power(beta_1, step))))


def moved(parameter: Tensor, momentum: Tensor, spread: Tensor, rate: Tensor, epsilon: float) -> Tensor:
    """parameter - rate * momentum / (sqrt(spread) + epsilon)."""
    return subtract(parameter, divide(multiply(momentum, rate), add(sqrt(spread), epsilon)))


@op(category="internal", operands=6)
def adam_update(
    parameter: Tensor, gradient: Tensor, momentum: Tensor, velocity: Tensor, rate: Tensor, step: Tensor, beta_1: float, beta_2: float, epsilon: float
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """Adam's step for one parameter: its new value, momentum and velocity. An engine may do it for all parameters at once."""
    momentum = approach(momentum, gradient, beta_1)
    velocity = approach(velocity, square(gradient), beta_2)
    return moved(parameter, momentum, velocity, corrected(rate, step, beta_1, beta_2), epsilon), momentum, velocity


class Adam(Optimizer):
    """Adaptive moments: the step is a running mean of the gradient over the root of that of its square.

    m = beta_1 * m + (1 - beta_1) * g,  v = beta_2 * v + (1 - beta_2) * g ** 2
    w -= learning_rate * sqrt(1 - beta_2 ** t) / (1 - beta_1 ** t) * m / (sqrt(v) + epsilon)

    Arguments:
        learning_rate: float >= 0, a schedule, or a function without arguments. Default 0.001.
        beta_1: float in [0, 1), how slowly the mean changes. Default 0.9.
        beta_2: float in [0, 1), how slowly the mean square changes. Default 0.999.
        epsilon: float >= 0, added to the root before the correction of the start ("epsilon hat" of the paper). Default 1e-7.
        amsgrad: bool, whether the largest v so far takes the place of v. Default False.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
            gradient_accumulation_steps, name: see `Optimizer`.
    Example:
        >>> w = Variable(1.0, name="w")
        >>> Adam(0.25).apply([3.0], [w])
        >>> round(float(w), 4)
        0.75
    Source: Kingma and Ba 2015, end of section 2; Reddi, Kale, Kumar 2018 (AMSGrad); keras.optimizers.Adam of Keras 3.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = positive_epsilon(type(self).__name__, epsilon)
        self.amsgrad = amsgrad

    def slots(self, variable: Variable) -> Sequence[Sequence[str]]:
        """The mean and the mean square, which Keras calls momentum and velocity."""
        return ("momentum", "velocity"), ("velocity_hat",) if self.amsgrad else ()

    def _update_all(self, gradients: Sequence[Tensor], variables: Sequence[Variable], rate: Tensor) -> None:
        """Every parameter's update; an engine may write them into the variables' own memory in one kernel per parameter."""
        native = engine.current().natives.get("adam_in_place")
        cls = type(self)
        is_plain = cls.update is Adam.update and cls.update_step is Optimizer.update_step and not self.amsgrad
        if native is None or not is_plain or current_scope() is not None:
            super()._update_all(gradients, variables, rate)
            return
        slots = [self._slots[self._index[id(v)]] for v in variables]
        moments = [(s["momentum"], s["velocity"]) for s in slots]
        native(variables, moments, gradients, rate, add(self.iterations, 1), self.beta_1, self.beta_2, self.epsilon)

    def update(self, parameter: Tensor, gradient: Tensor, slots: Slots, learning_rate: Tensor, step: Tensor) -> tuple[Tensor, Slots]:
        """The new parameter and slots."""
        if not self.amsgrad:
            made = adam_update(
                parameter, gradient, slots["momentum"], slots["velocity"], learning_rate, step, self.beta_1, self.beta_2, self.epsilon
            )
            return made[0], {"momentum": made[1], "velocity": made[2]}
        new = {
            "momentum": approach(slots["momentum"], gradient, self.beta_1),
            "velocity": approach(slots["velocity"], square(gradient), self.beta_2),
        }
        spread = new["velocity_hat"] = maximum(slots["velocity_hat"], new["velocity"])
        rate = corrected(learning_rate, step, self.beta_1, self.beta_2)
        return moved(parameter, new["momentum"], spread, rate, self.epsilon), new


class AdamW(Adam):
    """Adam with weight decay apart from the gradient: each parameter first shrinks by learning_rate * weight_decay of itself.

    Arguments:
        learning_rate: float >= 0, a schedule, or a function without arguments. Default 0.001.
        weight_decay: float >= 0. Default 0.004.
        beta_1: float in [0, 1), how slowly the mean changes. Default 0.9.
        beta_2: float in [0, 1), how slowly the mean square changes. Default 0.999.
        epsilon: float >= 0. Default 1e-7.
        amsgrad: bool. Default False.
        clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
            gradient_accumulation_steps, name: see `Optimizer`.
    Example:
        >>> w = Variable(1.0, name="w")
        >>> AdamW(0.25, weight_decay=0.1).apply([3.0], [w])
        >>> round(float(w), 4)
        0.725
    Source: Loshchilov and Hutter 2019; keras.optimizers.AdamW of Keras 3.
    """

    def __init__(
        self, learning_rate: Any = 0.001, weight_decay: float = 0.004, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7,
        amsgrad: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        if weight_decay is None:
            raise ValueError("AdamW(weight_decay): got None. Accepted: a float >= 0. Without weight decay, write Adam().")
        super().__init__(learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay=weight_decay, **kwargs)
