"""`DataAdapter`: what the training loop needs from every kind of input."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

Batch = tuple[Any, Any, Any]
Item = TypeVar("Item")


@dataclass(frozen=True)
class LeafSpec:
    """Shape and dtype of one array of a batch; the size of the batch (and any other size that may vary) is None."""

    shape: tuple[int | None, ...]
    dtype: np.dtype[Any]


class BatchStream(Generic[Item]):
    """Cuts passes over the data into epochs of `steps_per_epoch` batches; the next epoch goes on where the last one stopped.

    Without `steps_per_epoch` an epoch is one pass. With it and with `repeat`, a new pass begins whenever one ends,
    so every epoch has exactly `steps_per_epoch` batches. Without `repeat` the stream ends with its only pass.
    """

    def __init__(self, steps_per_epoch: int | None, repeat: bool, on_short: Callable[[int], None]) -> None:
        self._steps = steps_per_epoch
        self._repeat = repeat
        self._on_short = on_short
        self._current: Iterator[Item] | None = None

    def epoch(self, new_pass: Callable[[], Iterator[Item]]) -> Iterator[Item]:
        """The items of one epoch. `new_pass` starts a pass over the data."""
        if self._steps is None:
            yield from new_pass()
            return
        given, in_pass = 0, -1
        while given < self._steps:
            if self._current is None:
                self._current, in_pass = new_pass(), 0
            item = next(self._current, None)
            if item is None:
                # A pass that gave nothing would repeat for ever.
                if not self._repeat or in_pass == 0:
                    self._on_short(given)
                    return
                self._current = None
                continue
            given, in_pass = given + 1, 1
            yield item

    def close(self) -> None:
        """Ends a pass that is still open, and with it the workers that feed it."""
        current, self._current = self._current, None
        close = getattr(current, "close", None)
        if close is not None:
            close()


class DataAdapter(ABC):
    """Batches of one data source, one epoch at a time.

    Attributes:
        structure: triple (x, y, sample_weight); each is None, a `LeafSpec`, or the user's nest with a `LeafSpec` per array.
        first_batch: the batch that was read to learn the structure, where one was; whoever looks at it puts None in its place.
        num_batches: batches per epoch, or None when that is not known before the epoch ends.
        batch_size: samples per batch, or None when the source decides.
        num_samples: samples per pass, or None.
        partial_batch_size: samples of the last batch when it is smaller than the others, else None.
        exhausted: True once the source can give nothing more (the loop then stops training).
    """

    structure: tuple[Any, Any, Any]
    first_batch: Batch | None = None
    num_batches: int | None = None
    batch_size: int | None = None
    num_samples: int | None = None
    partial_batch_size: int | None = None

    #: How messages name this kind of input.
    kind = "dataset"

    def __init__(self, steps_per_epoch: int | None = None, repeat: bool = True) -> None:
        self.steps_per_epoch = steps_per_epoch
        self.exhausted = False
        self._stream: BatchStream[Any] = BatchStream(steps_per_epoch, repeat, self._ran_short)

    @property
    def has_partial_batch(self) -> bool:
        """Whether the last batch of a pass is known to be smaller than the others."""
        return self.partial_batch_size is not None

    def batches(self, epoch: int = 0, generator: np.random.Generator | None = None) -> Iterator[Batch]:
        """The batches of one epoch, each a triple (x, y, sample_weight) packed like the user's data.

        Arguments:
            epoch: number of the epoch, from 0; used by messages only.
            generator: source of the shuffling; None draws a fresh one from the operating system.
        """
        self._epoch = epoch
        return self._stream.epoch(lambda: self._one_pass(generator))

    @abstractmethod
    def _one_pass(self, generator: np.random.Generator | None) -> Iterator[Batch]:
        """One pass over the data."""

    def on_epoch_begin(self) -> None:  # noqa: B027
        """Called by the loop before each epoch."""

    def on_epoch_end(self) -> None:  # noqa: B027
        """Called by the loop after each epoch."""

    def close(self) -> None:
        """Frees what an interrupted epoch left open. Call it when the loop ends, also on errors."""
        self._stream.close()

    _epoch = 0
    _said_exhausted = False

    def warn_if_exhausted(self) -> bool:
        """Whether the source can give nothing more; says so once. The loop asks before each epoch and stops on True."""
        if self.exhausted:
            self._say_exhausted(
                f"The {self.kind} was exhausted after epoch {self._epoch + 1}, so training ends here. Pass a function that makes a new "
                "generator, or a keras.utils.PyDataset, for more than one epoch."
            )
        return self.exhausted

    def _ran_short(self, given: int) -> None:
        """Says that an epoch got fewer batches than `steps_per_epoch`, and marks the source as exhausted."""
        self._say_exhausted(
            f"The {self.kind} ran out of data in epoch {self._epoch + 1}: {given} of {self.steps_per_epoch} requested batches. "
            "Remove steps_per_epoch (or steps), lower it, or use a generator that repeats."
        )

    def _say_exhausted(self, text: str) -> None:
        if not self._said_exhausted:
            self.exhausted = self._said_exhausted = True
            warnings.warn(text, stacklevel=2)
