"""Arrays in memory (or in a file) as batches: slices when in order, gathered rows when shuffled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from keras.training.data.base import Batch, DataAdapter, LeafSpec
from keras.training.data.convert import check_same_length, join_number_lists
from keras.training.data.nest import flatten, is_nest, pack_like
from keras.training.data.sources import Rows, Source, sources_of
from keras.training.data.weights import ClassWeight

DEFAULT_BATCH_SIZE = 32


class ArrayAdapter(DataAdapter):
    """Batches of rows of arrays that stay where they are.

    Arguments:
        x: array-like, or a list, tuple or dict of array-likes (several inputs); a list of numbers is one array.
        y: targets, in the same forms, or None.
        sample_weight: weights, in the same forms, or None.
        batch_size: int > 0; None means 32.
        shuffle: True draws a new order of the rows for each pass, "batch" a new order of the batches, False keeps the order.
        class_weight: see `ClassWeight`; multiplies `sample_weight`.
        float_dtype: dtype of floating batches. Whole data is converted only if it is small (16 MiB).
        x_dtype: dtype of the numbers in x, one for all or a list with one per array; None keeps integers and booleans.
        steps_per_epoch: batches per epoch; None means one pass.
        repeat: with `steps_per_epoch`, begin a new pass when one ends.
    Raises: ValueError or TypeError if the arrays cannot be batched; nothing is copied before that is known.
    """

    kind = "data"

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        batch_size: int | None = None,
        shuffle: bool | str = False,
        class_weight: Any = None,
        float_dtype: str = "float32",
        x_dtype: Any = None,
        steps_per_epoch: int | None = None,
        repeat: bool = True,
    ) -> None:
        super().__init__(steps_per_epoch, repeat)
        self.batch_size = DEFAULT_BATCH_SIZE if batch_size is None else int(batch_size)
        self._shuffle = shuffle
        x = join_number_lists(x, "x")
        y = join_number_lists(y, "y")
        sample_weight = join_number_lists(sample_weight, "sample_weight")
        parts = [
            sources_of(x, "x", float_dtype, x_dtype),
            sources_of(y, "y", float_dtype),
            sources_of(sample_weight, "sample_weight", float_dtype, float_dtype),
        ]
        layout = (x, y, sample_weight)
        check_same_length(tuple(pack_like(part, iter(row)) for part, row in zip(layout, parts, strict=True)), len)
        if class_weight is not None:
            targets = pack_like(y, iter([None if source is None else source.read(slice(None)) for source in parts[1]]))
            sample_weight = ClassWeight(class_weight, float_dtype)(targets, sample_weight)
            parts[2] = sources_of(sample_weight, "sample_weight", float_dtype)
            layout = (x, y, sample_weight)
        self._sources: list[Source | None] = [source for part in parts for source in part]
        specs = [None if source is None else LeafSpec((None, *source.shape[1:]), source.dtype) for source in self._sources]
        self.structure = pack_like(layout, iter(specs))
        self._is_nested = any(is_nest(part) for part in layout)
        self.num_samples = len(next(source for source in self._sources if source is not None))
        full, rest = divmod(self.num_samples, self.batch_size)
        self.partial_batch_size = rest or None
        self.num_batches = steps_per_epoch if steps_per_epoch is not None else full + bool(rest)

    @property
    def nbytes(self) -> int:
        """Bytes of all samples in the dtypes of the batches; tells whether the data fits on a device."""
        return sum(s.dtype.itemsize * int(np.prod(s.shape, dtype=np.int64)) for s in self._sources if s is not None)

    def gather(self, indices: Rows, out: Batch | None = None) -> Batch:
        """The rows `indices` of all arrays.

        Arguments:
            indices: slice, or integer array of shape (n,) with values in [0, num_samples).
            out: triple of buffers with the structure of `structure` and at least n rows, of any dtype; None makes new arrays,
                or views of the data when `indices` is a slice and no dtype has to change.
        Returns: triple (x, y, sample_weight); with `out`, the first n rows of the buffers.
        """
        if out is None:
            rows = [None if source is None else source.read(indices) for source in self._sources]
        else:
            buffers = flatten(out) if self._is_nested else out
            rows = [
                None if source is None else source.read_into(indices, buffer) for source, buffer in zip(self._sources, buffers, strict=True)
            ]
        return pack_like(self.structure, iter(rows)) if self._is_nested else (rows[0], rows[1], rows[2])

    def buffers(self, dtypes: Batch | None = None) -> Batch:
        """New buffers for one full batch, to be passed as `out` to `gather`; `dtypes` (a nest like `structure`) overrides dtypes."""
        size = min(self.batch_size or 0, self.num_samples or 0)
        specs = flatten(self.structure)
        wanted = [None if spec is None else spec.dtype for spec in specs] if dtypes is None else flatten(dtypes)
        arrays = [None if spec is None else np.empty((size, *spec.shape[1:]), dtype) for spec, dtype in zip(specs, wanted, strict=True)]
        return pack_like(self.structure, iter(arrays))

    def index_batches(self, generator: np.random.Generator | None = None) -> Iterator[Rows]:
        """The rows of each batch of one epoch: slices when the order is kept, index arrays when rows are shuffled."""
        return self._stream.epoch(lambda: self._index_pass(generator))

    def batches(self, epoch: int = 0, generator: np.random.Generator | None = None) -> Iterator[Batch]:
        """As `DataAdapter.batches`: the gathered rows of `index_batches`."""
        self._epoch = epoch
        return map(self.gather, self.index_batches(generator))

    def _one_pass(self, generator: np.random.Generator | None) -> Iterator[Batch]:
        return map(self.gather, self._index_pass(generator))

    def _index_pass(self, generator: np.random.Generator | None) -> Iterator[Rows]:
        samples, size = self.num_samples or 0, self.batch_size or 1
        starts = range(0, samples, size)
        if not self._shuffle:
            for start in starts:
                yield slice(start, min(start + size, samples))
            return
        generator = np.random.default_rng() if generator is None else generator
        if self._shuffle == "batch":
            # The partial batch stays last, so that only the last batch of a pass has another size.
            full = samples // size
            for batch in [*generator.permutation(full).tolist(), *range(full, len(starts))]:
                yield slice(batch * size, min((batch + 1) * size, samples))
            return
        order = generator.permutation(samples)
        for start in starts:
            yield order[start : start + size]
