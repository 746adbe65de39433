"""Use the moving average of the weights where the model is looked at."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras.callbacks.callback import Callback


class SwapEMAWeights(Callback):
    """Puts the moving average of the weights into the model for evaluation and prediction, and the weights back after it.

    The optimizer keeps the average when it is created with `use_ema=True`.

    Arguments:
        swap_on_epoch: bool, whether the average is in the model at the end of each epoch too (the weights come back when
            the next one begins), so that callbacks after this one, such as one that saves, see it.

    Raises:
        ValueError: if the optimizer keeps no average.

    Example:
        >>> SwapEMAWeights(swap_on_epoch=True).swap_on_epoch
        True

    Source: keras.callbacks.SwapEMAWeights of Keras 3.15.
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._weights: list[Any] | None = None  # the weights, while the average is in the model

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._restore()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self.swap_on_epoch:
            self._use_average()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        # The average stays in the model, and what the weights were is of no use any more.
        self._weights = None

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._use_average()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        self._restore()

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._use_average()

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        self._restore()

    def _use_average(self) -> None:
        if self._weights is not None:
            return
        optimizer = getattr(self.model, "optimizer", None)
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        averages = getattr(optimizer, "_model_variables_moving_average", None)
        if not getattr(optimizer, "use_ema", False) or averages is None:
            raise ValueError(
                f"SwapEMAWeights needs an optimizer that keeps a moving average of the weights. Got {optimizer!r} without one. "
                "Create it with use_ema=True: SGD(learning_rate=0.1, use_ema=True)."
            )
        variables = list(self.model.trainable_variables)
        # The optimizer's average stays where it is: only the model changes.
        self._weights = [np.array(variable.numpy()) for variable in variables]
        for variable, average in zip(variables, averages, strict=True):
            variable.assign(average)

    def _restore(self) -> None:
        if self._weights is None:
            return
        for variable, weight in zip(self.model.trainable_variables, self._weights, strict=True):
            variable.assign(weight)
        self._weights = None
