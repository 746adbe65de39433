"""Adafactor: mean squares kept by rows and columns, for large matrices in little memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core.variable import Variable
from keras.ops.elementwise import add, divide, maximum, minimum, multiply, power, rsqrt, sqrt, square, subtract
from keras.ops.reduction import mean
from keras.ops.shaping import expand_dims
from keras.optimizers.base import Optimizer, Slots, Tensor


class Adafactor(Optimizer):
    """Adaptive steps from the mean squares of a matrix' rows r and columns c, relative to the parameter's size.

    v = r * c / mean(r),  u = g / sqrt(v),  w -= rate * max(epsilon_2, rms(w)) * u / max(1, rms(u) / clip_threshold)

    Arguments:
        learning_rate: float >= 0, a schedule, or a function without arguments. Default 0.001.
        beta_2_decay: float < 0; the mean squares change by a part t ** beta_2_decay. Default -0.8.
        epsilon_1: float, added to squared gradients. Default 1e-30.
        epsilon_2: float, the least size of a parameter. Default 0.001.
        clip_threshold: float, the largest root mean square of a step. Default 1.0.
        relative_step: bool, whether the rate is at most 1 / sqrt(t). Default True.
        weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
            gradient_accumulation_steps, name: see `Optimizer`.
    Example:
        >>> w = Variable(1.0, name="w")
        >>> Adafactor(0.25).apply([3.0], [w])
        >>> round(float(w), 4)
        0.75
    Source: Shazeer and Stern 2018; keras.optimizers.Adafactor of Keras 3.
    """

    def __init__(
        self, learning_rate: Any = 0.001, beta_2_decay: float = -0.8, epsilon_1: float = 1e-30, epsilon_2: float = 0.001,
        clip_threshold: float = 1.0, relative_step: bool = True, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(learning_rate, **kwargs)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def slots(self, variable: Variable) -> Sequence[Sequence[str]]:
        """The mean squares of rows, of columns and, for vectors, of elements. All three have a place in Keras' files."""
        return (("rows", "columns", "velocity"),)

    def initial_slot(self, name: str, variable: Variable) -> Variable:
        """Zeros; a slot that a parameter has no use for is one integer 0."""
        if name == "velocity":
            return super().initial_slot(name, variable)
        label = variable.path.replace("/", "_")
        if variable.ndim < 2:
            return self.add_variable((), dtype="int32", name=label)
        shape = variable.shape[:-1] if name == "rows" else (*variable.shape[:-2], variable.shape[-1])
        return self.add_variable(shape, dtype=variable.dtype, name=label)

    def update(self, parameter: Tensor, gradient: Tensor, slots: Slots, learning_rate: Tensor, step: Tensor) -> tuple[Tensor, Slots]:
        """The new parameter and mean squares."""
        rate = minimum(learning_rate, rsqrt(step)) if self.relative_step else learning_rate
        rate = multiply(rate, maximum(sqrt(mean(square(parameter))), self.epsilon_2))
        part = power(step, self.beta_2_decay)

        def moved(average: Tensor, value: Tensor) -> Tensor:
            return add(multiply(average, subtract(1.0, part)), multiply(value, part))

        squares = add(square(gradient), self.epsilon_1)
        if len(gradient.shape) < 2:
            new = {"velocity": moved(slots["velocity"], squares)}
            change = multiply(gradient, rsqrt(new["velocity"]))
        else:
            new = {"rows": moved(slots["rows"], mean(squares, axis=-1)), "columns": moved(slots["columns"], mean(squares, axis=-2))}
            rows = divide(new["rows"], mean(new["rows"], axis=-1, keepdims=True))
            change = multiply(multiply(gradient, rsqrt(expand_dims(rows, -1))), rsqrt(expand_dims(new["columns"], -2)))
        size = maximum(divide(sqrt(mean(square(change))), self.clip_threshold), 1.0)
        return subtract(parameter, multiply(change, divide(rate, size))), new
