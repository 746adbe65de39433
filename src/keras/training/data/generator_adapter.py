"""Batches that come one after the other: generators, iterators, functions that make them, and other iterables."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import numpy as np

from keras.training.data.base import Batch, DataAdapter
from keras.training.data.batches import BatchReader, specs_of

#: Batches in one epoch after which a hint says that the generator may be endless.
ENDLESS_HINT_AFTER = 10_000


class GeneratorAdapter(DataAdapter):
    """Batches of an iterator, or of a new iterator for each pass.

    Arguments:
        source: iterator of batches (one pass in all), or a function without arguments that returns a new iterator.
        reader: turns one item into a triple of arrays.
        steps_per_epoch: batches per epoch, taken on from where the last epoch stopped; None means until the iterator ends.
        repeat: with `steps_per_epoch` and a function, begin a new iterator when one ends.
        num_batches: batches per pass where the source knows.
    The shapes in `structure` are those of the first batch; later batches may have other sizes.
    Raises: ValueError if there is no first batch, or if it is no batch.
    """

    def __init__(
        self,
        source: Iterator[Any] | Callable[[], Iterator[Any]],
        reader: BatchReader,
        *,
        steps_per_epoch: int | None = None,
        repeat: bool = True,
        num_batches: int | None = None,
    ) -> None:
        self._make = None if isinstance(source, Iterator) else source
        super().__init__(steps_per_epoch, repeat and self._make is not None)
        self.kind = reader.kind
        self._reader = reader
        iterator = source if isinstance(source, Iterator) else iter(source())
        first = next(iterator, None)
        if first is None:
            raise ValueError(f"The {self.kind} gave no batch at all: it was empty or already used up. Make a new one and pass that.")
        batch = reader(first)
        self.structure = specs_of(batch)
        self.first_batch = batch
        self._ready: Iterator[Batch] | None = chain([batch], map(reader, iterator))
        self.num_batches = steps_per_epoch if steps_per_epoch is not None else num_batches

    def _one_pass(self, generator: np.random.Generator | None) -> Iterator[Batch]:
        batches, self._ready = self._ready, None
        if batches is None:
            if self._make is None:
                self.exhausted = True
                self.warn_if_exhausted()
                return
            batches = map(self._reader, iter(self._make()))
        count = 0
        for batch in batches:
            count += 1
            if count == ENDLESS_HINT_AFTER and self.num_batches is None:
                warnings.warn(
                    f"The {self.kind} has given {count} batches without an end. If it never ends, pass steps_per_epoch=... .", stacklevel=2
                )
            yield batch
        if self.steps_per_epoch is None:
            # The next epoch can show its progress against this number.
            self.num_batches = count
        if self._make is None:
            self.exhausted = True
