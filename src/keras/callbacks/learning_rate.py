"""Callbacks that set the learning rate by the epoch."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np

from keras.callbacks.callback import Callback
from keras.utils.progbar import print_message


def read_learning_rate(callback: Callback) -> float:
    """The learning rate of the callback's model, as a float."""
    optimizer = getattr(callback.model, "optimizer", None)
    if optimizer is None or not hasattr(optimizer, "learning_rate"):
        raise ValueError(
            f"{type(callback).__name__} needs an optimizer with a `learning_rate`. Got {optimizer!r}. "
            "Compile the model with one: model.compile(optimizer='sgd', loss=...)."
        )
    return float(optimizer.learning_rate)


def assign_learning_rate(callback: Callback, value: float) -> None:
    """Set the learning rate of the callback's model."""
    rate = callback.model.optimizer.learning_rate
    if not hasattr(rate, "assign"):
        raise TypeError(
            f"{type(callback).__name__} cannot set the learning rate: the optimizer computes it by a schedule. "
            "Use one of the two; for this callback give the optimizer a number: SGD(learning_rate=0.1)."
        )
    rate.assign(value)


class LearningRateScheduler(Callback):
    """Sets the learning rate at the beginning of each epoch to what a function says.

    The rate of the epoch is in the logs as `learning_rate`.

    Arguments:
        schedule: function of (epoch, learning_rate) or of (epoch) that returns the new rate, a number; `epoch` counts from 0.
        verbose: 0 silent, 1 prints each rate.

    Raises:
        ValueError: if the function returns something else than a number.

    Example:
        >>> halve = LearningRateScheduler(lambda epoch, rate: rate / 2)
        >>> halve.schedule(1, 0.1)
        0.05

    Source: keras.callbacks.LearningRateScheduler of Keras 3.15.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        if not callable(schedule):
            raise TypeError(
                f"The 'schedule' argument of LearningRateScheduler must be a function of (epoch, learning_rate). Got {schedule!r}."
            )
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        before = read_learning_rate(self)
        rate = self.schedule(epoch, before) if _takes_two(self.schedule) else self.schedule(epoch)
        number = _as_number(rate)
        if number is None:
            raise ValueError(
                "The 'schedule' function of LearningRateScheduler must return a number, the new learning rate. "
                f"Got {rate!r} for epoch {epoch}."
            )
        assign_learning_rate(self, number)
        if self.verbose > 0:
            print_message(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {number}.")

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if logs is not None:
            logs["learning_rate"] = read_learning_rate(self)


def _takes_two(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind(0, 0.0)
    except TypeError:
        return False
    except ValueError:  # no signature to look at
        return True
    return True


def _as_number(value: Any) -> float | None:
    if isinstance(value, (bool, str, bytes)) or value is None:
        return None
    if isinstance(value, Real) or (hasattr(value, "__float__") and np.ndim(value) == 0):
        return float(value)
    return None
