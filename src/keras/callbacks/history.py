"""The record of a training."""

from __future__ import annotations

from typing import Any

from keras.callbacks.callback import Callback
from keras.callbacks.logs import plain_number


class History(Callback):
    """What `fit` returns: `history` maps each name of the logs to its values, one per epoch; `epoch` counts them.

    Example:
        >>> record = History()
        >>> record.on_train_begin()
        >>> record.on_epoch_end(0, {"loss": 0.5})
        >>> record.epoch, record.history
        ([0], {'loss': [0.5]})

    Source: keras.callbacks.History of Keras 3.15.
    """

    def __init__(self) -> None:
        super().__init__()
        self.epoch: list[int] = []
        self.history: dict[str, list[Any]] = {}

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(plain_number(value))
        if self.model is not None:
            self.model.history = self
