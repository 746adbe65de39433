"""One loop for all phases: batches go through a step, and hooks are called around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from keras.callbacks.callback_list import CallbackList
from keras.core import tree
from keras.training.data.array_adapter import ArrayAdapter
from keras.training.data.base import DataAdapter

Step = Callable[[Any], Any]


class Hooks:
    """The batch hooks of one phase; without a callback that listens they cost nothing."""

    def __init__(self, callbacks: CallbackList, phase: str) -> None:
        self.active = callbacks.has_batch_hooks_in(phase)
        self.begin: Callable[..., Any] = getattr(callbacks, f"on_{phase}_batch_begin")
        self.end: Callable[..., Any] = getattr(callbacks, f"on_{phase}_batch_end")


def run_epoch(step: Any, adapter: DataAdapter, hooks: Hooks, logs: Callable[[Any], Any], stop: Callable[[], bool], generator: np.random.Generator | None = None, epoch: int = 0) -> tuple[int, Any]:
    """Run `step` on every batch of one epoch.

    Arguments:
        step: function of (x, y, sample_weight); a compiled one is fed straight into its buffers.
        adapter: the data. hooks: what to call around batches. logs: what a step returned -> logs for the hooks.
        stop: asked after every batch. generator: source of the shuffling. epoch: for messages.
    Returns: the number of batches, and what the last step returned.
    """
    number = 0
    returned: Any = None
    for run in _runs(step, adapter, generator, epoch):
        if hooks.active:
            hooks.begin(number)
            returned = run()
            hooks.end(number, logs(returned))
        else:
            returned = run()
        number += 1
        if stop():
            break
    return number, returned


def _runs(step: Any, adapter: DataAdapter, generator: np.random.Generator | None, epoch: int) -> Iterator[Callable[[], Any]]:
    """One call per batch."""
    if isinstance(adapter, ArrayAdapter) and hasattr(step, "prepare"):
        yield from _direct_runs(step, adapter, generator)
        return
    for batch in adapter.batches(epoch, generator):
        yield lambda batch=batch: step(*batch)


def _direct_runs(step: Any, adapter: ArrayAdapter, generator: np.random.Generator | None) -> Iterator[Callable[[], Any]]:
    """Rows gathered into the compiled step's own buffers: no copy but that one."""
    prepared: dict[int, tuple[Any, Any]] = {}
    rows: Any = None

    def run() -> Any:
        size = rows.stop - rows.start if isinstance(rows, slice) else len(rows)
        found = prepared.get(size)
        if found is None or not found[0].is_current():
            replay = step.prepare(*adapter.gather(rows))
            iterator = iter(replay.inputs)
            places = tree.map_structure(lambda spec: None if spec is None else next(iterator), adapter.structure)
            found = prepared[size] = (replay, tuple(places))
        adapter.gather(rows, out=found[1])
        return found[0].replay()

    for rows in adapter.index_batches(generator):
        yield run
