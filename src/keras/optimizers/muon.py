"""Muon: momentum whose matrix is made orthogonal; AdamW for what is no matrix."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from keras.core.variable import Variable
from keras.ops.contraction import matmul
from keras.ops.elementwise import add, divide, multiply, power, sqrt, square, subtract
from keras.ops.reduction import sum
from keras.ops.shaping import transpose
from keras.optimizers.adam import approach
from keras.optimizers.base import Optimizer, Slots, Tensor, positive_epsilon


class Muon(Optimizer):
    """Momentum orthogonalized by Newton-Schulz iterations, for matrices; AdamW for vectors, embeddings and excluded layers.

    m = momentum * m + g,  w -= learning_rate * rms_rate * sqrt(max(rows, columns)) * orthogonal(g + momentum * m)

    Arguments:
        learning_rate: float >= 0, a schedule, or a function without arguments. Default 0.001.
        adam_beta_1: float in [0, 1), how slowly the mean of AdamW changes. Default 0.9.
        adam_beta_2: float in [0, 1), how slowly the mean square of AdamW changes. Default 0.999.
        adam_weight_decay: float, weight decay of what AdamW updates. Default 0.004.
        epsilon: float >= 0, of AdamW and of the first scaling. Default 1e-7.
        weight_decay: float, weight decay of what Muon updates; None switches off both. Default 0.004.
        exclude_layers: list of patterns; parameters whose path one is found in are updated by AdamW (name the output layer). Default none.
        exclude_embeddings: bool, whether embeddings are updated by AdamW. Default True.
        muon_a, muon_b, muon_c: floats, the polynomial a * x + b * x ** 3 + c * x ** 5 of the iteration.
        adam_lr_ratio: float, AdamW's learning rate over Muon's. Default 1.
        momentum: float. Default 0.95.
        ns_steps: int, the number of iterations. Default 5.
        nesterov: bool, whether the step looks ahead by the momentum. Default True.
        rms_rate: float, the root mean square that a step has; None: sqrt(max(1, rows / columns)). Default 0.2.
        clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
            gradient_accumulation_steps, name: see `Optimizer`.
    Example:
        >>> w = Variable([[1.0, 0.0], [0.0, 1.0]], name="w")
        >>> Muon(0.1, weight_decay=None).apply([[[1.0, 0.0], [0.0, 1.0]]], [w])
        >>> bool(w.numpy()[0, 0] < 1.0)
        True
    Source: Jordan et al. 2024; Liu et al. 2025 (rms_rate); keras.optimizers.Muon of Keras 3.
    """

    def __init__(
        self, learning_rate: Any = 0.001, adam_beta_1: float = 0.9, adam_beta_2: float = 0.999, adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7, weight_decay: float | None = 0.004, clipnorm: float | None = None, clipvalue: float | None = None,
        global_clipnorm: float | None = None, use_ema: bool = False, ema_momentum: float = 0.99, ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None, gradient_accumulation_steps: int | None = None, name: str | None = None,
        exclude_layers: Sequence[str] | None = None, exclude_embeddings: bool = True, muon_a: float = 3.4445, muon_b: float = -4.775,
        muon_c: float = 2.0315, adam_lr_ratio: float = 1, momentum: float = 0.95, ns_steps: int = 5, nesterov: bool = True,
        rms_rate: float | None = 0.2, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            loss_scale_factor, gradient_accumulation_steps, name, **kwargs,
        )  # fmt: skip
        self.adam_beta_1 = adam_beta_1
        self.adam_beta_2 = adam_beta_2
        self.adam_weight_decay = adam_weight_decay
        self.epsilon = positive_epsilon("Muon", epsilon)
        self.exclude_layers = list(exclude_layers or ())
        self.exclude_embeddings = exclude_embeddings
        self.muon_a = muon_a
        self.muon_b = muon_b
        self.muon_c = muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum = momentum
        self.ns_steps = ns_steps
        self.nesterov = nesterov
        self.rms_rate = rms_rate

    def _is_updated_by_adam(self, variable: Variable) -> bool:
        if variable.ndim != 2 or (self.exclude_embeddings and "embedding" in variable.path.lower()):
            return True
        return any(re.search(pattern, variable.path) for pattern in self.exclude_layers)

    def slots(self, variable: Variable) -> Sequence[Sequence[str]]:
        """The momentum, and for AdamW the mean square."""
        return (("momentum", "velocity") if self._is_updated_by_adam(variable) else ("momentum",),)

    def weight_decay_of(self, variable: Variable) -> float | None:
        """AdamW's weight decay for what it updates."""
        return self.adam_weight_decay if self._is_updated_by_adam(variable) else self.weight_decay

    def update(self, parameter: Tensor, gradient: Tensor, slots: Slots, learning_rate: Tensor, step: Tensor) -> tuple[Tensor, Slots]:
        """The new parameter and slots."""
        if "velocity" in slots:
            return self._adam(parameter, gradient, slots, multiply(learning_rate, self.adam_lr_ratio), step)
        momentum = add(multiply(slots["momentum"], self.momentum), gradient)
        direction = add(gradient, multiply(momentum, self.momentum)) if self.nesterov else momentum
        rows, columns = parameter.shape
        scale = math.sqrt(max(1, rows / columns)) if self.rms_rate is None else self.rms_rate * math.sqrt(max(rows, columns))
        return subtract(parameter, multiply(self._orthogonal(direction), multiply(learning_rate, scale))), {"momentum": momentum}

    def _adam(self, parameter: Tensor, gradient: Tensor, slots: Slots, learning_rate: Tensor, step: Tensor) -> tuple[Tensor, Slots]:
        correction = divide(sqrt(subtract(1.0, power(self.adam_beta_2, step))), subtract(1.0, power(self.adam_beta_1, step)))
        mean = approach(slots["momentum"], gradient, self.adam_beta_1)
        squares = approach(slots["velocity"], square(gradient), self.adam_beta_2)
        change = divide(multiply(mean, multiply(learning_rate, correction)), add(sqrt(squares), self.epsilon))
        return subtract(parameter, change), {"momentum": mean, "velocity": squares}

    def _orthogonal(self, x: Tensor) -> Tensor:
        """The nearest orthogonal matrix, roughly: the singular values are driven to about 1."""
        wide = x.shape[0] <= x.shape[1]
        x = x if wide else transpose(x)
        x = divide(x, add(sqrt(sum(square(x))), self.epsilon))
        for _ in range(self.ns_steps):
            gram = matmul(x, transpose(x))
            inner = add(multiply(gram, self.muon_b), multiply(matmul(gram, gram), self.muon_c))
            x = add(multiply(x, self.muon_a), matmul(inner, x))
        return x if wide else transpose(x)
