"""A callback made of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keras.callbacks.callback import Callback

_BATCH_FORMS = {"on_batch_begin": "on_train_batch_begin", "on_batch_end": "on_train_batch_end"}


class LambdaCallback(Callback):
    """A callback whose hooks are the functions that it is given.

    Arguments:
        on_epoch_begin, on_epoch_end: function of (epoch, logs).
        on_train_begin, on_train_end: function of (logs).
        on_train_batch_begin, on_train_batch_end: function of (batch, logs).
        **kwargs: functions for the other hooks, among them the old names `on_batch_begin` and `on_batch_end`.

    Raises:
        ValueError: if a name is not a hook, or its value is not callable.

    Example:
        >>> callback = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs))
        >>> callback.on_epoch_end(0, {"loss": 0.5})
        0 {'loss': 0.5}

    Source: keras.callbacks.LambdaCallback of Keras 3.15.
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        functions = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for name, function in functions.items():
            if function is not None:
                self._set_hook(name, function)

    def _set_hook(self, name: str, function: Callable[..., Any]) -> None:
        hooks = [hook for hook in dir(Callback) if hook.startswith("on_")]
        if name not in hooks:
            raise ValueError(f"LambdaCallback has no hook {name!r}. The hooks are: {', '.join(hooks)}.")
        if not callable(function):
            raise ValueError(f"The {name!r} argument of LambdaCallback must be a function. Got {function!r} instead.")
        # `fit` passes the logs by position, so that a function may call its arguments as it likes.
        setattr(self, name, function)
        if name in _BATCH_FORMS:
            setattr(self, _BATCH_FORMS[name], function)
