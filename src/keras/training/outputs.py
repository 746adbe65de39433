"""Where `predict` puts what comes out: arrays for all samples, filled batch by batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras.core import tree


class OutputBuffer:
    """Collects batches of outputs in arrays of their final size.

    Arguments:
        samples: how many samples will come, or None if unknown.
    """

    def __init__(self, samples: int | None) -> None:
        self._samples = samples
        self._arrays: Any = None
        self._parts: list[Any] = []
        self._filled = 0

    def append(self, batch: Any) -> None:
        """Add the outputs of one batch."""
        first = next(tree.leaves(batch))
        if self._samples is None or first.ndim == 0:
            self._parts.append(batch)
            return
        if self._arrays is None:
            self._arrays = tree.map_structure(lambda a: np.empty((self._samples, *a.shape[1:]), a.dtype), batch)
        fits = all(
            a.shape[1:] == b.shape[1:] and len(b) == len(first) for a, b in zip(tree.leaves(self._arrays), tree.leaves(batch), strict=True)
        )
        if not fits or self._parts or self._filled + len(first) > self._samples:  # sizes that change from batch to batch
            self._spill()
            self._parts.append(batch)
            return
        stop = self._filled + len(first)
        for whole, part in zip(tree.leaves(self._arrays), tree.leaves(batch), strict=True):
            whole[self._filled : stop] = part
        self._filled = stop

    def _spill(self) -> None:
        if self._filled:
            self._parts.insert(0, tree.map_structure(lambda a: a[: self._filled], self._arrays))
            self._filled = 0

    def result(self) -> Any:
        """All outputs, in the structure of one batch's."""
        if self._parts:
            self._spill()
            return tree.map_structure(lambda *parts: np.concatenate([np.atleast_1d(p) for p in parts]), *self._parts)
        if self._arrays is None:
            return None
        return tree.map_structure(lambda a: a[: self._filled], self._arrays)
