"""Adam, and AdamW: steps by a running mean of gradients over the root of a running mean of their squares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core.op import op
from keras.core.variable import Variable
from keras.ops.elementwise import add, cast, divide, maximum, multiply, power, sqrt, square, subtract
from keras.optimizers.base import Optimizer, Slots, Tensor, positive_epsilon
from keras.optimizers.transforms import in_dtype


def approach(average: Tensor, value: Tensor, momentum: float) -> Tensor:
    """The running mean moved towards a new value: average + (value - average) * (1 - momentum)."""
    return add(average, multiply(subtract(value, average), 1 - momentum))


def corrected(rate: Tensor, step: Tensor, beta_1: float, beta_2: float) -> Tensor:
    """The learning rate, larger at the start by how much the running means are too small there."""
    return multiply(rate, divide(sqrt(subtract(1.0, power(beta_2, step))), subtract(1.0, power(beta_1, step))))


def moved(parameter: Tensor, momentum: Tensor, spread: Tensor, rate: Tensor, epsilon: float) -> Tensor:
    """parameter - rate * momentum / (sqrt(spread) + epsilon)."""
    return subtract(parameter, divide(multiply(momentum, rate), add(sqrt(spread), epsilon)))


@op(category="internal", operands="list")
def adam_update(operands: Sequence[Any], beta_1: float, beta_2: float, epsilon: float) -> tuple[Tensor, ...]:
    """Adam's step for parameters of one dtype: all their new values, then all momenta, then all velocities.

    An engine may write them where the variables among the operands have theirs; then the result is these variables.
    Arguments:
        operands: rate, step, parameters, momenta, velocities, gradients.
    """
    rate, step, *values = operands
    count = len(values) // 4
    rate = corrected(rate, step, beta_1, beta_2)
    parameters, momenta, velocities = [], [], []
    for parameter, momentum, velocity, gradient in zip(*(values[i * count : (i + 1) * count] for i in range(4)), strict=True):
        momenta.append(approach(momentum, gradient, beta_1))
        velocities.append(approach(velocity, square(gradient), beta_2))
        parameters.append(moved(parameter, momenta[-1], velocities[-1], rate, epsilon))
    return (*parameters, *momenta, *velocities)


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
        """The updates of all parameters of a dtype at once, for engines that have a function for that."""
        cls = type(self)
        if cls.update is not Adam.update or cls.update_step is not Optimizer.update_step or self.amsgrad:
            super()._update_all(gradients, variables, rate)
            return
        for dtype in dict.fromkeys(v.dtype for v in variables):
            chosen = [(v, self._slots[self._index[id(v)]], g) for v, g in zip(variables, gradients, strict=True) if v.dtype == dtype]
            written = [v for v, _, _ in chosen] + [slots[name] for name in ("momentum", "velocity") for _, slots, _ in chosen]
            numbers = in_dtype(rate, dtype), cast(add(self.iterations, 1), dtype)
            made = adam_update([*numbers, *written, *(g for _, _, g in chosen)], self.beta_1, self.beta_2, self.epsilon)
            for variable, value in zip(written, made, strict=True):
                if value is not variable:
                    variable.assign(value)

    def update(self, parameter: Tensor, gradient: Tensor, slots: Slots, learning_rate: Tensor, step: Tensor) -> tuple[Tensor, Slots]:
        """The new parameter and slots."""
        if not self.amsgrad:
            operands = [learning_rate, step, parameter, slots["momentum"], slots["velocity"], gradient]
            made = adam_update(operands, self.beta_1, self.beta_2, self.epsilon)
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
