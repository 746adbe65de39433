"""Stop when training does not get better."""

from __future__ import annotations

from typing import Any

from keras.callbacks.monitor import MonitorCallback
from keras.utils.progbar import print_message


class EarlyStopping(MonitorCallback):
    """Stops training after `patience` epochs without improvement.

    An epoch is an improvement where its value is better than the best so far by more than `min_delta`. With a
    `baseline`, the wait ends only with a value that is better than the baseline too.

    Arguments:
        monitor: str, name in the logs.
        min_delta: float >= 0, a smaller change is no improvement.
        patience: int >= 0, epochs to wait for an improvement.
        verbose: 0 silent, 1 prints the end and the restored epoch.
        mode: `"min"`, `"max"`, or `"auto"`: by the metric's direction, else by its name.
        baseline: float or None, a value that has to be reached.
        restore_best_weights: bool, whether the model gets the weights of the best epoch when training ends.
        start_from_epoch: int >= 0, earlier epochs are not looked at.

    Raises:
        ValueError: if `patience` or `start_from_epoch` is negative, or the direction is not known.

    Example:
        >>> EarlyStopping(monitor="val_accuracy", patience=3).direction
        'max'

    Source: keras.callbacks.EarlyStopping of Keras 3.15.
    """

    _consequence = "training will not be stopped early"

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        for name, value in (("patience", patience), ("start_from_epoch", start_from_epoch)):
            if not value >= 0:
                raise ValueError(f"The {name!r} argument of EarlyStopping must be a number of epochs >= 0. Got {value!r} instead.")
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self.wait = 0
        self.best: float | None = None
        self.best_weights: list[Any] | None = None
        self._reset()

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        self._reset()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        value = self.monitored_value(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            # Also where no epoch is an improvement (the value is NaN from the start) there is something to restore.
            self._keep_weights(epoch)
        self.wait += 1
        if self.is_improvement(value, self.best):
            self.best = value
            self.best_epoch = epoch
            if self.restore_best_weights:
                self._keep_weights(epoch)
            if self.baseline is None or self.is_improvement(value, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        if self.stopped_epoch > 0 and self.verbose > 0:
            print_message(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                print_message(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)

    def _reset(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_weights = None
        self.best_epoch = 0

    def _keep_weights(self, epoch: int) -> None:
        self.best_weights = self.model.get_weights()
        self.best_epoch = epoch
