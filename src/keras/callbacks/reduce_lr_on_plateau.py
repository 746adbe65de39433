"""Lower the learning rate when training does not get better."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras.callbacks.learning_rate import assign_learning_rate, read_learning_rate
from keras.callbacks.monitor import MonitorCallback
from keras.utils.progbar import print_message


class ReduceLROnPlateau(MonitorCallback):
    """Multiplies the learning rate by `factor` after `patience` epochs without improvement.

    The rate of the epoch is in the logs as `learning_rate`.

    Arguments:
        monitor: str, name in the logs.
        factor: float, 0 <= factor < 1.
        patience: int >= 0, epochs to wait for an improvement.
        verbose: 0 silent, 1 prints each reduction.
        mode: `"min"`, `"max"`, or `"auto"`: by the metric's direction, else by its name.
        min_delta: float >= 0, a smaller change is no improvement.
        cooldown: int >= 0, epochs after a reduction in which none is waited for.
        min_lr: float >= 0, the rate never goes below.

    Raises:
        ValueError: if `factor`, `patience` or `cooldown` is out of range, or the direction is not known.

    Example:
        >>> ReduceLROnPlateau(monitor="val_loss", factor=0.2, patience=5).factor
        0.2

    Source: keras.callbacks.ReduceLROnPlateau of Keras 3.15.
    """

    _consequence = "the learning rate will not be reduced"

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 0.0001,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ) -> None:
        if "epsilon" in kwargs:  # its name up to Keras 2.1
            min_delta = kwargs.pop("epsilon")
        if kwargs:
            raise TypeError(f"ReduceLROnPlateau got unexpected arguments: {', '.join(map(repr, kwargs))}.")
        super().__init__(monitor, mode, min_delta)
        if not 0 <= factor < 1:
            raise ValueError(
                f"The 'factor' argument of ReduceLROnPlateau multiplies the learning rate and must be in the range [0, 1). Got {factor!r}."
            )
        for name, value in (("patience", patience), ("cooldown", cooldown)):
            if not value >= 0:
                raise ValueError(f"The {name!r} argument of ReduceLROnPlateau must be a number of epochs >= 0. Got {value!r} instead.")
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self.best: float | None = None
        self._reset()

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        self._reset()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        rate = read_learning_rate(self)
        if logs is not None:
            logs["learning_rate"] = rate
        value = self.monitored_value(logs)
        if value is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_improvement(value, self.best):
            self.best = value
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch, rate)

    def in_cooldown(self) -> bool:
        """Whether a reduction was so recent that the next one is not waited for yet."""
        return self.cooldown_counter > 0

    def _reduce(self, epoch: int, rate: float) -> None:
        # The rate may be stored as float32, where `min_lr` itself can be a little larger.
        if rate <= max(self.min_lr, float(np.float32(self.min_lr))):
            return
        reduced = max(rate * self.factor, self.min_lr)
        assign_learning_rate(self, reduced)
        if self.verbose > 0:
            print_message(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {reduced}.")
        self.cooldown_counter = self.cooldown
        self.wait = 0

    def _reset(self) -> None:
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0
