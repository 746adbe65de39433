"""Stop when the loss is no number any more."""

from __future__ import annotations

import math
from typing import Any

from keras.callbacks.callback import Callback
from keras.utils.progbar import print_message


class TerminateOnNaN(Callback):
    """Stops training at the first batch whose loss is NaN or infinite.

    Arguments:
        raise_error: bool, whether to raise instead of stopping with a message.

    Raises:
        RuntimeError: at such a batch, if `raise_error` is set.

    Example:
        >>> TerminateOnNaN(raise_error=True).on_batch_end(0, {"loss": 0.5})

    Source: keras.callbacks.TerminateOnNaN of Keras 3.15.
    """

    # The weights are lost at that batch: to hear of it some batches later changes nothing.
    batch_hooks_may_wait = True

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(float(loss)):
            return
        if self.raise_error:
            raise RuntimeError(
                f"NaN or Inf loss encountered at batch {batch}: the loss is {float(loss)}. "
                "Often helps: a lower learning_rate, clipnorm=1.0 in the optimizer, inputs without NaN and scaled to about -1 ... 1."
            )
        # The rest of a chunk of batches comes after the stop.
        if not self.model.stop_training:
            print_message(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
