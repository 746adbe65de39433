"""One loop for all phases: batches go through a step, and hooks are called around them."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from keras.callbacks.callback_list import CallbackList
from keras.core import tree
from keras.training.data.array_adapter import ArrayAdapter
from keras.training.data.base import DataAdapter

_RESIDENT_BYTES = 1 << 30
"""Data up to this size is moved to the device as a whole."""

_HEARD_SECONDS, _UNHEARD_SECONDS = 0.5, 2.0
"""How long one dispatch of many steps takes at most, about: the progress bar and callbacks are heard between dispatches. Each dispatch gets
its memory anew from the system: for one step of the MNIST convnet alone 24,000 pages, a quarter of its time on two cores."""

_resident: weakref.WeakKeyDictionary[ArrayAdapter, dict[int, Any]] = weakref.WeakKeyDictionary()
"""The steps over a fit's data on the device, as long as the fit has its data."""


class Hooks:
    """The batch hooks of one phase; without a callback that listens they cost nothing."""

    def __init__(self, callbacks: CallbackList, phase: str) -> None:
        self.active = callbacks.has_batch_hooks_in(phase)
        self.may_wait = not callbacks.needs_batch_hooks_in(phase)
        self.begin: Callable[..., Any] = getattr(callbacks, f"on_{phase}_batch_begin")
        self.end: Callable[..., Any] = getattr(callbacks, f"on_{phase}_batch_end")


def run_epoch(
    step: Any,
    adapter: DataAdapter,
    hooks: Hooks,
    logs: Callable[[Any], Any],
    stop: Callable[[], bool],
    generator: np.random.Generator | None = None,
    epoch: int = 0,
) -> tuple[int, Any]:
    """Run `step` on every batch of one epoch.

    Arguments:
        step: function of (x, y, sample_weight); a compiled one is fed straight into its buffers.
        adapter: the data. hooks: what to call around batches. logs: what a step returned -> logs for the hooks.
        stop: asked after every batch. generator: source of the shuffling. epoch: for messages.
    Returns: the number of batches, and what the last step returned.
    """
    number = 0
    returned: Any = None
    for run in _runs(step, adapter, generator, epoch, hooks):
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


def _runs(step: Any, adapter: DataAdapter, generator: np.random.Generator | None, epoch: int, hooks: Hooks) -> Iterator[Callable[[], Any]]:
    """One call per batch."""
    if isinstance(adapter, ArrayAdapter) and hasattr(step, "resident") and hooks.may_wait and _fits(adapter):
        return _resident_runs(step, adapter, generator, _HEARD_SECONDS if hooks.active else _UNHEARD_SECONDS)
    if isinstance(adapter, ArrayAdapter) and hasattr(step, "prepare"):
        return _direct_runs(step, adapter, generator)
    return (lambda batch=batch: step(*batch) for batch in adapter.batches(epoch, generator))


def _direct_runs(step: Any, adapter: ArrayAdapter, generator: np.random.Generator | None) -> Iterator[Callable[[], Any]]:
    """Rows gathered into the compiled step's own buffers: no copy but that one."""
    prepared: dict[int, tuple[Any, Any]] = {}
    rows: Any = None

    def run() -> Any:
        size = _count(rows)
        found = prepared.get(size)
        if found is None or not found[0].is_current():
            replay = step.prepare(*adapter.gather(rows))
            iterator = iter(replay.inputs)
            places = tree.map_structure(lambda spec: None if spec is None else next(iterator), adapter.structure)
            found = prepared[size] = (replay, tuple(places))
        adapter.gather(rows, out=found[1])
        return found[0].replay()

    for rows in adapter.index_batches(generator):  # noqa: B007  (`run` reads it)
        yield run


def _fits(adapter: ArrayAdapter) -> bool:
    """Whether the data may lie on the device as a whole, and has at least two full batches."""
    return adapter.nbytes <= _RESIDENT_BYTES and (adapter.num_samples or 0) >= 2 * (adapter.batch_size or 1)


def _resident_runs(step: Any, adapter: ArrayAdapter, generator: np.random.Generator | None, seconds: float) -> Iterator[Callable[[], Any]]:
    """Full batches many at a time, by their row numbers; the first call of a chunk does its work, the others tell of it."""
    size = adapter.batch_size or 1
    steps = _resident.get(adapter, {}).get(id(step))
    if steps is None:
        rest = (adapter.num_samples or 0) % size
        if rest:
            step.compile_ahead(*adapter.gather(slice(0, rest)))
        steps = step.resident(adapter.gather(slice(0, adapter.num_samples)), adapter.gather(slice(0, size)))
        _resident.setdefault(adapter, {})[id(step)] = steps
    for is_full, group in itertools.groupby(adapter.index_batches(generator), key=lambda rows: _count(rows) == size):
        batches = list(group)
        if not is_full:
            for rows in batches:
                yield lambda rows=rows: step(*adapter.gather(rows))
            continue
        steps.begin(np.concatenate([np.arange(r.start, r.stop) if isinstance(r, slice) else r for r in batches]), seconds)
        done = 0
        while done < len(batches):
            count = min(steps.count, len(batches) - done)
            yield from _chunk(steps, done, count)
            done += count


def _chunk(steps: Any, first: int, count: int) -> Iterator[Callable[[], Any]]:
    result: list[Any] = []

    def run() -> Any:
        if not result:
            result.append(steps.run(first, count))
        return result[0]

    for _ in range(count):
        yield run


def _count(rows: Any) -> int:
    return rows.stop - rows.start if isinstance(rows, slice) else len(rows)
