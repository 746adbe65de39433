"""The table of optimizers: one maker per kind of update, with every branch of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from keras import optimizers
from keras.core.variable import Variable

MAKERS: dict[str, Callable[[], optimizers.Optimizer]] = {
    "SGD": lambda: optimizers.SGD(0.1),
    "SGD-momentum": lambda: optimizers.SGD(0.1, momentum=0.9),
    "SGD-nesterov": lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
    "RMSprop": lambda: optimizers.RMSprop(0.1),
    "RMSprop-all": lambda: optimizers.RMSprop(0.1, momentum=0.5, centered=True, clipnorm=0.5),
    "Adam": lambda: optimizers.Adam(0.1),
    "Adam-amsgrad": lambda: optimizers.Adam(0.1, amsgrad=True, clipvalue=0.5),
    "Adam-schedule": lambda: optimizers.Adam(optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)),
    "Adam-function": lambda: optimizers.Adam(_rate),
    "AdamW": lambda: optimizers.AdamW(0.1, weight_decay=0.1, global_clipnorm=0.5),
    "Adadelta": lambda: optimizers.Adadelta(1.0),
    "Adagrad": lambda: optimizers.Adagrad(0.1, loss_scale_factor=2.0),
    "Adamax": lambda: optimizers.Adamax(0.1, use_ema=True, ema_momentum=0.5),
    "Nadam": lambda: optimizers.Nadam(0.1),
    "Ftrl": lambda: optimizers.Ftrl(0.1, l1_regularization_strength=0.1, l2_shrinkage_regularization_strength=0.1, beta=0.1),
    "Lion": lambda: optimizers.Lion(0.1, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2),
    "Lamb": lambda: optimizers.Lamb(0.1, gradient_accumulation_steps=2),
    "Adafactor": lambda: optimizers.Adafactor(0.1),
    "Muon": lambda: optimizers.Muon(0.1),
    "Muon-plain": lambda: optimizers.Muon(0.1, nesterov=False, rms_rate=None, exclude_layers=["nothing"]),
    "ScheduleFreeAdamW": lambda: optimizers.ScheduleFreeAdamW(0.1, warmup_steps=2),
    "LossScaleOptimizer": lambda: optimizers.LossScaleOptimizer(optimizers.Adam(0.1), initial_scale=4.0, dynamic_growth_steps=2),
    "MultiOptimizer": lambda: optimizers.MultiOptimizer(optimizers.OptimizerMap(optimizers.Adam(0.1), {"bias": optimizers.SGD(0.1)})),
    "decay": lambda: optimizers.SGD(lr=0.1, decay=0.5, momentum=0.9),
    "decay-RMSprop": lambda: optimizers.RMSprop(lr=0.1, decay=0.5),
}
"""Short name -> a new optimizer."""

NOT_CONFIGURED = {"Adam-function": "a function has no config"}


def _rate() -> float:
    return 0.1


def parameters(dtype: str = "float32") -> list[Variable]:
    """A matrix and a vector, always the same."""
    kernel = np.linspace(-1, 1, 12).reshape(4, 3)
    return [
        Variable(kernel, dtype=dtype, name="kernel", path="net/dense/kernel"),
        Variable(np.ones(3), dtype=dtype, name="bias", path="net/dense/bias"),
    ]


def gradients(step: int, dtype: str = "float32") -> list[np.ndarray]:
    """Read-only gradients for `parameters`, different at each step."""
    generator = np.random.default_rng(step)
    found = [generator.normal(size=(4, 3)).astype(dtype), generator.normal(size=3).astype(dtype)]
    for gradient in found:
        gradient.setflags(write=False)
    return found
