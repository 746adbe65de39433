"""All callbacks of one run, called as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from keras.callbacks.callback import BATCH_HOOKS, Callback, overrides
from keras.callbacks.history import History
from keras.callbacks.progbar_logger import ProgbarLogger

_NO_INSTANCE = """{name} was given as a class. Create it:
    callbacks=[{name}(...)]"""


class CallbackList:
    """The callbacks of a run; each hook calls that of every callback, in their order.

    Arguments:
        callbacks: a callback, or a list (also of lists) of callbacks, or None.
        add_history: whether to add a `History` where there is none.
        add_progbar: whether to add a `ProgbarLogger` where there is none.
        model: the model of the run.
        **params: what the callbacks see as `params`: `verbose`, `epochs`, `steps`.

    Raises:
        TypeError: if one of `callbacks` is not a callback.

    Example:
        >>> class Say(Callback):
        ...     def on_train_begin(self, logs=None):
        ...         print("start")
        >>> CallbackList([Say()]).on_train_begin()
        start

    Source: keras.callbacks.CallbackList of Keras 3.15.
    """

    def __init__(
        self, callbacks: Any = None, add_history: bool = False, add_progbar: bool = False, model: Any = None, **params: Any
    ) -> None:
        self.callbacks: list[Any] = list(_flat(callbacks))
        for callback in self.callbacks:
            _check(callback)
        self._history = next((callback for callback in self.callbacks if isinstance(callback, History)), None)
        self._progbar = next((callback for callback in self.callbacks if isinstance(callback, ProgbarLogger)), None)
        if self._progbar is None and add_progbar:
            self._progbar = ProgbarLogger()
            self.callbacks.append(self._progbar)
        # The history comes last: it records what the others add to the logs.
        if self._history is None and add_history:
            self._history = History()
            self.callbacks.append(self._history)
        self.model: Any = None
        self.params: dict[str, Any] = {}
        self._batch_calls: dict[str, list[Callable[..., Any]]] = {}
        if model is not None:
            self.set_model(model)
        if params:
            self.set_params(params)

    @property
    def history(self) -> History | None:
        """The `History` among the callbacks."""
        return self._history

    def append(self, callback: Any) -> None:
        """Add a callback at the end."""
        _check(callback)
        self.callbacks.append(callback)
        self._batch_calls = {}

    def set_params(self, params: dict[str, Any]) -> None:
        """Give all callbacks the parameters of the run."""
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Give all callbacks the model of the run."""
        self.model = model
        if self._history is not None:
            model.history = self._history
        for callback in self.callbacks:
            callback.set_model(model)

    def set_validation(self, has_validation: bool) -> None:
        """Tell the callbacks whether this `fit` has validation data: they can warn before the first epoch."""
        for callback in self.callbacks:
            callback.has_validation = has_validation

    def needs_batch_hooks_in(self, phase: str) -> bool:
        """Whether a callback has to be called at every batch of a phase (`"train"`, `"test"` or `"predict"`), before the next one starts."""
        return any(
            overrides(callback, hook)
            for callback in self.callbacks
            if not getattr(callback, "batch_hooks_may_wait", False)
            for hook in BATCH_HOOKS[phase]
        )

    def has_batch_hooks_in(self, phase: str) -> bool:
        """Whether any callback wants to hear of the batches of a phase at all, be it later."""
        return any(overrides(callback, hook) for callback in self.callbacks for hook in BATCH_HOOKS[phase])

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._call("on_epoch_begin", epoch, {} if logs is None else logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._call("on_epoch_end", epoch, {} if logs is None else logs)

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._call_batch("on_train_batch_begin", "on_batch_begin", batch, logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._call_batch("on_train_batch_end", "on_batch_end", batch, logs)

    on_batch_begin = on_train_batch_begin
    on_batch_end = on_train_batch_end

    def on_test_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._call_batch("on_test_batch_begin", None, batch, logs)

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._call_batch("on_test_batch_end", None, batch, logs)

    def on_predict_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._call_batch("on_predict_batch_begin", None, batch, logs)

    def on_predict_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._call_batch("on_predict_batch_end", None, batch, logs)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._begin("on_train_begin", logs)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._call("on_train_end", {} if logs is None else logs)

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._begin("on_test_begin", logs)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        self._call("on_test_end", {} if logs is None else logs)

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._begin("on_predict_begin", logs)

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        self._call("on_predict_end", {} if logs is None else logs)

    def _begin(self, hook: str, logs: dict[str, Any] | None) -> None:
        self._batch_calls = {}  # hooks may have been assigned since the last run
        self._call(hook, {} if logs is None else logs)

    def _call(self, hook: str, *arguments: Any) -> None:
        for callback in self.callbacks:
            method = getattr(callback, hook, None)  # an old callback may lack newer hooks
            if method is not None:
                method(*arguments)

    def _call_batch(self, hook: str, old_name: str | None, batch: int, logs: dict[str, Any] | None) -> None:
        calls = self._batch_calls.get(hook)
        if calls is None:
            calls = self._batch_calls[hook] = [
                getattr(callback, name)
                for callback in self.callbacks
                # A callback's own `on_train_batch_end` stands before its own `on_batch_end`, which only the base calls.
                for name in _first_overridden(callback, hook, old_name)
            ]
        if not calls:
            return
        logs = {} if logs is None else logs
        for call in calls:
            call(batch, logs)


def _first_overridden(callback: Any, hook: str, old_name: str | None) -> Iterable[str]:
    for name in (hook, old_name):
        if name is not None and overrides(callback, name):
            return (name,)
    return ()


def _flat(callbacks: Any) -> Iterable[Any]:
    if callbacks is None:
        return
    if isinstance(callbacks, (list, tuple)):
        for callback in callbacks:
            yield from _flat(callback)
    elif isinstance(callbacks, CallbackList):
        yield from callbacks.callbacks
    else:
        yield callbacks


def _check(callback: Any) -> None:
    if isinstance(callback, type):
        raise TypeError(_NO_INSTANCE.format(name=callback.__name__))
    # Callbacks of other libraries need not inherit from this `Callback`.
    if not isinstance(callback, Callback) and not (hasattr(callback, "set_model") and hasattr(callback, "set_params")):
        raise TypeError(
            f"`callbacks` must be keras.callbacks.Callback objects. Got {callback!r} of {type(callback)}. "
            "To call a function at the end of each epoch: "
            "callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ...)]."
        )
