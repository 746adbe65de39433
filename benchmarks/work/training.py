"""Seconds per training step inside `fit`, once the first epoch has compiled what there is to compile."""

from __future__ import annotations

import time
from typing import Any

import keras
from benchmarks.work import models


class EpochClock(keras.callbacks.Callback):
    """Notes the time at the start of training and at the end of each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def on_train_begin(self, logs: Any = None) -> None:
        self.times.append(time.perf_counter())

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        # Reading one log waits for the epoch's computation where an engine runs ahead of Python.
        float(logs["loss"])
        self.times.append(time.perf_counter())


def fit_steps(model: str, rows: int, batch_size: int, epochs: int) -> dict[str, list[float]]:
    """The duration of each epoch after the first, divided by its steps; and the first epoch, compilation included."""
    problem = getattr(models, model)(rows)
    clock = EpochClock()
    problem.model.fit(problem.x, problem.y, batch_size=batch_size, epochs=epochs, verbose=0, callbacks=[clock])
    durations = [later - earlier for earlier, later in zip(clock.times, clock.times[1:], strict=False)]
    steps = -(-rows // batch_size)
    return {"step": [duration / steps for duration in durations[1:]], "first_epoch": durations[:1]}
