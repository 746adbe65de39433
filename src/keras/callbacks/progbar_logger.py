"""The callback behind the progress bar."""

from __future__ import annotations

from typing import Any

from keras.callbacks.callback import Callback
from keras.utils.progbar import Progbar, print_message, resolve_verbose


class ProgbarLogger(Callback):
    """Prints `Epoch 1/2` and the progress bar of `fit`, `evaluate` and `predict`, as `verbose` in the parameters says.

    Example:
        >>> bar = ProgbarLogger()
        >>> bar.set_params({"verbose": 2, "epochs": 1, "steps": 1})
        >>> bar.on_train_begin()
        >>> bar.on_epoch_begin(0)
        >>> bar.on_train_batch_end(0, {"loss": 0.5})
        >>> bar.on_epoch_end(0, {"loss": 0.5})  # doctest: +ELLIPSIS
        1/1 - 0s - ...s/step - loss: 0.5000

    Source: keras.callbacks.ProgbarLogger of Keras 3.15.
    """

    batch_hooks_may_wait = True

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0
        self.progbar: Progbar | None = None
        self.verbose = 1
        self.epochs = 1
        self.target: int | None = None
        self._in_fit = False

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params
        self.verbose = resolve_verbose(params.get("verbose", 1))
        self.epochs = params.get("epochs") or 1
        self.target = params.get("steps")
        self.progbar = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._in_fit = True

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._start()
        if self.verbose and self.epochs > 1:
            print_message(f"Epoch {epoch + 1}/{self.epochs}")

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._update(batch, logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._finish(logs)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._in_fit = False

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        # The validation in `fit` has no bar: the line of its epoch shows it.
        if not self._in_fit:
            self._start()

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if not self._in_fit:
            self._update(batch, logs)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        if not self._in_fit:
            self._finish(logs)

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._start()

    def on_predict_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._update(batch, None)  # the logs hold the outputs

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        self._finish(None)

    def _start(self) -> None:
        self.seen = 0
        # Nothing is averaged here: the logs are means over the batches already.
        self.progbar = Progbar(self.target, verbose=self.verbose, stateless_metrics=())

    def _update(self, batch: int, logs: dict[str, Any] | None) -> None:
        self.seen = batch + 1
        if self.verbose and self.progbar is not None:
            self.progbar.update(self.seen, _lazy_pairs(logs), finalize=False)

    def _finish(self, logs: dict[str, Any] | None) -> None:
        if not self.verbose or self.progbar is None:
            return
        if self.target is None:
            # Now the number of steps is known, also for the next epoch.
            self.target = self.progbar.target = self.seen or None
        self.progbar.update(self.seen, _lazy_pairs(logs), finalize=True)


class _LazyValue:
    """One number of the logs, read when it is shown."""

    __slots__ = ("_logs", "_name")

    def __init__(self, logs: dict[str, Any], name: str) -> None:
        self._logs, self._name = logs, name

    def __float__(self) -> float:
        return float(self._logs[self._name])

    def __str__(self) -> str:
        return str(self._logs[self._name])


def _lazy_pairs(logs: dict[str, Any] | None) -> list[tuple[str, Any]]:
    return [(name, _LazyValue(logs, name)) for name in logs] if logs else []
