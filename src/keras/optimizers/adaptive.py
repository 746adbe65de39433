"""Adagrad, Adadelta, Adamax and Nadam: step sizes per element, from the history of its gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core.variable import Variable
from keras.ops.elementwise import abs, add, divide, maximum, multiply, power, sqrt, square, subtract
from keras.optimizers.adam import approach
from keras.optimizers.base import Optimizer, Slots, Tensor, constant, positive_epsilon
from keras.optimizers.transforms import moving_average


class Adagrad(Optimizer):
    """Gradient descent by the gradient over the root of the sum of all squares so far.

    a += g ** 2,  w -= learning_rate * g / sqrt(a + epsilon)

    Arguments:
        learning_rate: float >= 0, a schedule, or a function without arguments. Default 0.001 (the paper's is 0.01 to 1).
        initial_accumulator_value: float >= 0, where the sum starts. Default 0.1.
        epsilon: float >= 0, inside of the root. Default 1e-7.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
            gradient_accumulation_steps, name: see `Optimizer`.
    Example:
        >>> w = Variable(1.0, name="w")
        >>> Adagrad(0.5, initial_accumulator_value=0.0).apply([3.0], [w])
        >>> round(float(w), 4)
        0.5
    Source: Duchi, Hazan, Singer 2011; keras.optimizers.Adagrad of Keras 3.
    """

    def __init__(self, learning_rate: Any = 0.001, initial_accumulator_value: float = 0.1, epsilon: float = 1e-7, **kwargs: Any) -> None:
        super().__init__(learning_rate, **kwargs)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = positive_epsilon("Adagrad", epsilon)

    def slots(self, variable: Variable) -> Sequence[Sequence[str]]:
        """The sum of squares."""
        return (("accumulator",),)

    def initial_slot(self, name: str, variable: Variable) -> Variable:
        """The sum's start."""
        return self.add_variable_from_reference(variable, name, constant(self.initial_accumulator_value))

    def update(self, parameter: Tensor, gradient: Tensor, slots: Slots, learning_rate: Tensor, step: Tensor) -> tuple[Tensor, Slots]:
        """The new parameter and sum."""
        total = add(slots["accumulator"], square(gradient))
        root = add(sqrt(total), self.epsilon) if self.generation < 3 else sqrt(add(total, self.epsilon))
        return subtract(parameter, divide(multiply(gradient, learning_rate), root)), {"accumulator": total}


class Adadelta(Optimizer):
    """Steps whose size follows the size of the steps before, without a unit of its own.

    a = rho * a + (1 - rho) * g ** 2,  d = g * sqrt(s + epsilon) / sqrt(a + epsilon),  s = rho * s + (1 - rho) * d ** 2
    w -= learning_rate * d

    Arguments:
        learning_rate: float >= 0, a schedule, or a function without arguments. Default 0.001; 1.0 is the paper's.
        rho: float in [0, 1], how slowly the mean squares change. Default 0.95.
        epsilon: float >= 0. Default 1e-7.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
            gradient_accumulation_steps, name: see `Optimizer`.
    Example:
        >>> w = Variable(1.0, name="w")
        >>> Adadelta(1.0, epsilon=0.01).apply([1.0], [w])
        >>> round(float(w), 4)
        0.5918
    Source: Zeiler 2012; keras.optimizers.Adadelta of Keras 3.
    """

    def __init__(self, learning_rate: Any = 0.001, rho: float = 0.95, epsilon: float = 1e-7, **kwargs: Any) -> None:
        super().__init__(learning_rate, **kwargs)
        self.rho = rho
        self.epsilon = positive_epsilon("Adadelta", epsilon)

    def slots(self, variable: Variable) -> Sequence[Sequence[str]]:
        """The mean squares of gradients and of steps."""
        return (("accumulated_grad", "accumulated_delta_var"),)

    def update(self, parameter: Tensor, gradient: Tensor, slots: Slots, learning_rate: Tensor, step: Tensor) -> tuple[Tensor, Slots]:
        """The new parameter and mean squares."""
        squares = moving_average(slots["accumulated_grad"], square(gradient), self.rho)
        steps = slots["accumulated_delta_var"]
        change = multiply(gradient, sqrt(divide(add(steps, self.epsilon), add(squares, self.epsilon))))
        new = {"accumulated_grad": squares, "accumulated_delta_var": moving_average(steps, square(change), self.rho)}
        return subtract(parameter, multiply(change, learning_rate)), new


class Adamax(Optimizer):
    """Adam with the largest recent |gradient| in place of the root mean square.

    m = beta_1 * m + (1 - beta_1) * g,  u = max(beta_2 * u, |g|),  w -= learning_rate / (1 - beta_1 ** t) * m / (u + epsilon)

    Arguments:
        learning_rate: float >= 0, a schedule, or a function without arguments. Default 0.001.
        beta_1: float in [0, 1), how slowly the mean changes. Default 0.9.
        beta_2: float in [0, 1), how slowly the maximum is forgotten. Default 0.999.
        epsilon: float >= 0. Default 1e-7.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
            gradient_accumulation_steps, name: see `Optimizer`.
    Example:
        >>> w = Variable(1.0, name="w")
        >>> Adamax(0.25).apply([3.0], [w])
        >>> round(float(w), 4)
        0.75
    Source: Kingma and Ba 2015, section 7.1; keras.optimizers.Adamax of Keras 3.
    """

    def __init__(
        self, learning_rate: Any = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7, **kwargs: Any
    ) -> None:
        super().__init__(learning_rate, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = positive_epsilon("Adamax", epsilon)

    def slots(self, variable: Variable) -> Sequence[Sequence[str]]:
        """The mean and the maximum, which Keras calls norm."""
        return (("momentum", "norm"),)

    def update(self, parameter: Tensor, gradient: Tensor, slots: Slots, learning_rate: Tensor, step: Tensor) -> tuple[Tensor, Slots]:
        """The new parameter and slots."""
        rate = divide(learning_rate, subtract(1.0, power(self.beta_1, step)))
        mean = approach(slots["momentum"], gradient, self.beta_1)
        largest = maximum(multiply(slots["norm"], self.beta_2), abs(gradient))
        return subtract(parameter, divide(multiply(mean, rate), add(largest, self.epsilon))), {"momentum": mean, "norm": largest}


class Nadam(Optimizer):
    """Adam with Nesterov's momentum: the step looks ahead by the momentum of the next one.

    u(t) = beta_1 * (1 - 0.96 ** t / 2),  p(t) = u(1) * ... * u(t)
    w -= learning_rate * (u(t + 1) * m / (1 - p(t + 1)) + (1 - u(t)) * g / (1 - p(t))) / (sqrt(v / (1 - beta_2 ** t)) + epsilon)

    Arguments:
        learning_rate: float >= 0, a schedule, or a function without arguments. Default 0.001.
        beta_1: float in [0, 1), how slowly the mean m changes. Default 0.9.
        beta_2: float in [0, 1), how slowly the mean square v changes. Default 0.999.
        epsilon: float >= 0. Default 1e-7.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
            gradient_accumulation_steps, name: see `Optimizer`. With generation=2, 0.96 ** (0.004 * t).
    Example:
        >>> w = Variable(1.0, name="w")
        >>> Nadam(0.25).apply([3.0], [w])
        >>> round(float(w), 4)
        0.7343
    Source: Dozat 2016; keras.optimizers.Nadam of Keras 3.
    """

    def __init__(
        self, learning_rate: Any = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7, **kwargs: Any
    ) -> None:
        super().__init__(learning_rate, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = positive_epsilon("Nadam", epsilon)

    def slots(self, variable: Variable) -> Sequence[Sequence[str]]:
        """The mean and the mean square."""
        return (("momentum", "velocity"),)

    def shared_slots(self) -> dict[str, float]:
        """The product of the momentums so far."""
        return {"momentum_product": 1.0}

    def advance(self, shared: Slots, step: Tensor) -> Slots:
        """The product with this step's momentum."""
        return {"momentum_product": multiply(shared["momentum_product"], self._momentum_at(step))}

    def _momentum_at(self, step: Tensor) -> Tensor:
        exponent = multiply(step, 0.004) if self.generation < 3 else step
        return multiply(subtract(1.0, multiply(power(0.96, exponent), 0.5)), self.beta_1)

    def update(self, parameter: Tensor, gradient: Tensor, slots: Slots, learning_rate: Tensor, step: Tensor) -> tuple[Tensor, Slots]:
        """The new parameter and slots."""
        now, following = self._momentum_at(step), self._momentum_at(add(step, 1.0))
        product = slots["momentum_product"]
        ahead = divide(following, subtract(1.0, multiply(product, following)))
        here = divide(subtract(1.0, now), subtract(1.0, product))
        mean = approach(slots["momentum"], gradient, self.beta_1)
        squares = approach(slots["velocity"], square(gradient), self.beta_2)
        numerator = add(multiply(mean, multiply(ahead, learning_rate)), multiply(gradient, multiply(here, learning_rate)))
        spread = divide(squares, subtract(1.0, power(self.beta_2, step)))
        return subtract(parameter, divide(numerator, add(sqrt(spread), self.epsilon))), {"momentum": mean, "velocity": squares}
