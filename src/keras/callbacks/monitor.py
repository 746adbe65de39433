"""What the callbacks share that watch one number of the logs."""

from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np

from keras.callbacks.callback import Callback
from keras.callbacks.logs import plain_number

# Names that mean the same number: which one is in the logs depends on how `compile` was written, and on the generation.
_ALIASES = (
    ("accuracy", "acc"),
    ("learning_rate", "lr"),
    ("mean_squared_error", "mse"),
    ("mean_absolute_error", "mae"),
    ("mean_absolute_percentage_error", "mape"),
    ("mean_squared_logarithmic_error", "msle"),
)
_BETTER_WHEN_HIGHER = re.compile(
    r"(^|_)(acc|accuracy|auc|precision|recall|f1|f1_score|fbeta|fbeta_score|fmeasure|iou|mean_io_u|mean_iou|dice|r2|r2_score"
    r"|true_positives|true_negatives|psnr|ssim)(_\d+)?$"
)
_BETTER_WHEN_LOWER = re.compile(
    r"(^|_)(loss|error|mse|mae|mape|msle|rmse|crossentropy|divergence|hinge|poisson|logcosh|log_cosh|perplexity"
    r"|false_positives|false_negatives)(_\d+)?$"
)


def aliases(name: str) -> list[str]:
    """Other names under which the number `name` may be in the logs.

    Example:
        >>> aliases("val_acc")
        ['val_accuracy']
    """
    found = []
    for long, short in _ALIASES:
        for mine, other in ((long, short), (short, long)):
            if name == mine or name.endswith("_" + mine):
                found.append(name[: len(name) - len(mine)] + other)
    return found


class MonitorCallback(Callback):
    """Base of the callbacks that compare one number of the logs from epoch to epoch.

    Arguments:
        monitor: name in the logs. `acc` and `accuracy` (and other short and long names) stand for each other.
        mode: `"min"`, `"max"` or `"auto"`: by the metric's own direction, else by its name.
        min_delta: float >= 0, a smaller change is no improvement.
    """

    _consequence = "this callback does nothing"

    def __init__(self, monitor: str = "val_loss", mode: str = "auto", min_delta: float = 0) -> None:
        super().__init__()
        if not isinstance(monitor, str):
            raise TypeError(f"The 'monitor' argument of {type(self).__name__} must be a name in the logs. Got {monitor!r} instead.")
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"The 'mode' argument of {type(self).__name__} must be 'auto', 'min' or 'max'. Got {mode!r}: going on with 'auto'.",
                stacklevel=3,
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.min_delta = abs(min_delta)
        self._direction: str | None = None if mode == "auto" else mode
        self._warned = False

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._warned = False
        if self.monitor.startswith("val_") and self.has_validation is False:
            self._warned = True
            warnings.warn(
                f"{type(self).__name__}(monitor={self.monitor!r}): this fit has no validation data, so {self.monitor!r} will never be "
                f"in the logs and {self._consequence}. Pass validation_data=(x_val, y_val) or validation_split=0.2 to fit, "
                f"or write monitor={self.monitor.removeprefix('val_')!r}.",
                stacklevel=2,
            )

    def monitored_value(self, logs: dict[str, Any] | None) -> float | None:
        """The watched number, None (and one warning) where the logs have none."""
        logs = logs or {}
        for name in (self.monitor, *aliases(self.monitor)):
            if name in logs:
                return plain_number(logs[name])
        # In epochs that are not validated (`validation_freq`) it is missing without a mistake.
        unvalidated = self.monitor.startswith("val_") and self.has_validation and not any(name.startswith("val_") for name in logs)
        if not self._warned and not unvalidated:
            self._warned = True
            warnings.warn(
                f"{type(self).__name__}(monitor={self.monitor!r}): there is no {self.monitor!r} in the logs, so {self._consequence}. "
                f"Available are: {', '.join(logs) or 'none'}.",
                stacklevel=3,
            )
        return None

    def is_improvement(self, value: float, reference: float | None) -> bool:
        """Whether `value` is better than `reference` by more than `min_delta`."""
        if reference is None:
            return not np.isnan(value)
        if self.direction == "max":
            return bool(np.greater(value - self.min_delta, reference))
        return bool(np.less(value + self.min_delta, reference))

    @property
    def direction(self) -> str:
        """`"min"` or `"max"`, found out at the first use.

        Raises:
            ValueError: if neither the metric nor its name tells.
        """
        if self._direction is None:
            self._direction = self._metric_direction() or self._direction_by_name()
        return self._direction

    def _metric_direction(self) -> str | None:
        names = {name.removeprefix("val_") for name in (self.monitor, *aliases(self.monitor))}
        for metric in getattr(self.model, "metrics", None) or ():
            direction = getattr(metric, "_direction", None)
            if direction is not None and getattr(metric, "name", None) in names:
                return {"up": "max", "down": "min"}.get(direction, direction)
        return None

    def _direction_by_name(self) -> str:
        if _BETTER_WHEN_HIGHER.search(self.monitor):
            return "max"
        if _BETTER_WHEN_LOWER.search(self.monitor):
            return "min"
        raise ValueError(
            f"{type(self).__name__}(monitor={self.monitor!r}): it is not known whether {self.monitor!r} is better when it is higher or "
            "lower. Pass mode='max' or mode='min'."
        )
