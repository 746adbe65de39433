"""The base of all callbacks."""

from __future__ import annotations

from typing import Any


class Callback:
    """Code that runs at fixed moments of `fit`, `evaluate` and `predict`: override the hooks that you need.

    A callback may read and assign `self.model` (`get_weights`, `set_weights`, `stop_training = True`,
    `optimizer.learning_rate.assign`), and reads `self.params`: `verbose`, `epochs`, `steps`.

    `logs` is a dict of floats, the means so far. Its numbers are fetched from the device when they are read; a hook
    that does not read them costs nothing. Overriding a hook of the batches makes training stop at every batch: set
    the class attribute `batch_hooks_may_wait = True` where it is fine to be called some batches later, in order.

    Example:
        >>> class Announce(Callback):
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         print(epoch, logs["loss"])
        >>> Announce().on_epoch_end(0, {"loss": 0.5})
        0 0.5

    Source: keras.callbacks.Callback of Keras 3.15; `on_batch_begin` and `on_batch_end` are the names of Keras 1 and 2.
    """

    batch_hooks_may_wait = False
    # Class attributes, since a subclass may leave out super().__init__().
    model: Any = None
    params: dict[str, Any] | None = None
    has_validation: bool | None = None  # whether this fit has validation data; None: not known

    def __init__(self) -> None:
        self.model = None
        self.params = None

    def set_params(self, params: dict[str, Any]) -> None:
        """Take the parameters of the run: `verbose`, `epochs`, `steps`."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Take the model of the run."""
        self.model = model

    def on_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Old name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Old name of `on_train_batch_end`."""

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Called when an epoch of `fit` starts; `epoch` counts from 0."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Called when an epoch of `fit` ends, after its validation; the validation's logs are named `val_...`."""

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Called before a batch of `fit`; `batch` counts from 0 in each epoch."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Called after a batch of `fit`."""
        self.on_batch_end(batch, logs)

    def on_test_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Called before a batch of `evaluate`, and of the validation in `fit`."""

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Called after a batch of `evaluate`, and of the validation in `fit`."""

    def on_predict_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Called before a batch of `predict`."""

    def on_predict_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Called after a batch of `predict`; `logs["outputs"]` are its outputs."""

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Called when `fit` starts."""

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Called when `fit` ends; `logs` are those of the last epoch."""

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Called when `evaluate`, or the validation in `fit`, starts."""

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Called when `evaluate`, or the validation in `fit`, ends."""

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Called when `predict` starts."""

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        """Called when `predict` ends."""


# phase -> hooks of its batches. Training has two names for each.
BATCH_HOOKS = {
    "train": ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end"),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
    "predict": ("on_predict_batch_begin", "on_predict_batch_end"),
}


def overrides(callback: Any, hook: str) -> bool:
    """Whether `callback` has its own `hook`, in its class or as an attribute of the object."""
    method = getattr(callback, hook, None)
    if method is None:
        return False
    return getattr(method, "__func__", method) is not getattr(Callback, hook)
