"""Connectionist temporal classification: the likelihood of a labelling without an alignment, and the likeliest labellings."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras.core import dims as D
from keras.core import engine
from keras.core.op import op
from keras.ops.activations import log_softmax, to_float
from keras.ops.control import scan
from keras.ops.elementwise import (
    add, cast, dtype_of, equal, floor_divide, greater, less, logical_and, logical_not, maximum, mod, multiply, negative, not_equal,
    select, subtract, zeros_of,
)  # fmt: skip
from keras.ops.indexing import gather_along_axis
from keras.ops.numeric import logaddexp
from keras.ops.reduction import all, any, argmax, logsumexp, max, sum
from keras.ops.shaping import (
    arange, concatenate, expand_dims, ones_like, reshape, shape_of, slice_along, stack, transpose, zeros,
)  # fmt: skip
from keras.ops.sorting import order, top_k

Tensor = Any

IMPOSSIBLE = -1e5
"""The logarithm that stands for probability 0; finite, so that gradients stay numbers."""


@op(category="nn", operands=4)
def ctc_loss(target: Tensor, output: Tensor, target_length: Tensor, output_length: Tensor, mask_index: int = 0) -> Tensor:
    """-log of the probability that `output` spells `target`, summed over all alignments.
    Arguments:
        target: integer tensor, shape (batch, labels).
        output: logits, shape (batch, steps, classes).
        target_length: integer tensor, shape (batch,): how many labels count.
        output_length: integer tensor, shape (batch,): how many steps count.
        mask_index: int, the class that stands for "no label".
    Returns: float32 tensor (float64 for float64), shape (batch,).
    Source: Graves et al. 2006, "Connectionist Temporal Classification", section 4.1.
    >>> keras.ops.ctc_loss(target=[[1]], output=[[[0.0, 0.0]]], target_length=[1], output_length=[1])
    array([0.6931], dtype=float32)"""
    output = to_float(output)
    dtype = "float64" if dtype_of(output) == "float64" else "float32"  # narrow floats do not hold the sums
    logits = log_softmax(cast(output, dtype), axis=-1)
    batch, steps, _ = shape_of(logits)
    labels = cast(target, "int32")
    count = shape_of(labels)[1]
    blank = multiply(ones_like(labels), mask_index)
    between = reshape(stack([blank, labels], axis=2), (batch, 2 * count))
    states = concatenate([between, slice_along(blank, 1, 0, 1)], axis=1)  # blank, label, blank, ..., label, blank
    size = 2 * count + 1
    emitted = transpose(_at_states(logits, states, steps), (1, 0, 2))
    # a label may follow the one before the blank if the two differ
    before = concatenate([slice_along(states, 1, 0, 2), slice_along(states, 1, 0, size - 2)], axis=1)
    place = arange(size, dtype="int32")
    skips = logical_and(logical_and(not_equal(states, mask_index), not_equal(states, before)), logical_not(less(place, 2)))
    never = cast(IMPOSSIBLE, dtype)
    first = select(less(place, 2), _first_slice(emitted), never)
    lengths = cast(output_length, "int32")

    def step(alpha: Tensor, item: Any) -> tuple[Tensor, None]:
        emission, t = item
        one, two = _moved(alpha, 1, never), _moved(alpha, 2, never)
        paths = stack([alpha, one, select(skips, two, never)], axis=2)
        new = add(logsumexp(paths, axis=2), emission)
        counts = expand_dims(less(t, lengths), 1)
        return select(counts, new, alpha), None

    rest = slice_along(emitted, 0, 1, None)
    alpha, _ = scan(step, first, (rest, arange(1, steps, dtype="int32")), length=None)
    last = expand_dims(multiply(cast(target_length, "int32"), 2), 1)
    ends = stack([gather_along_axis(alpha, last, axis=1), _before_last(alpha, last, never)], axis=2)
    return cast(negative(reshape(logsumexp(ends, axis=2), (batch,))), dtype)


def _at_states(logits: Tensor, states: Tensor, steps: Any) -> Tensor:
    """The log probability of each state's class at every step, shape (batch, steps, states)."""
    return gather_along_axis(logits, multiply(expand_dims(states, 1), _ones(steps)), axis=2)


def _ones(steps: Any) -> Tensor:
    return engine.current().asarray(np.ones((1, steps, 1)), "int32")


def _first_slice(x: Tensor) -> Tensor:
    """The first slice, without its axis."""
    sizes = shape_of(x)
    return reshape(slice_along(x, 0, 0, 1), sizes[1:])


def _moved(alpha: Tensor, places: int, never: Tensor) -> Tensor:
    """`alpha` of the state `places` before."""
    size = shape_of(alpha)[1]
    start = add(multiply(slice_along(alpha, 1, 0, places), 0.0), never)
    return concatenate([start, slice_along(alpha, 1, 0, size - places)], axis=1)


def _before_last(alpha: Tensor, last: Tensor, never: Tensor) -> Tensor:
    """The path that ends on the last label; none for an empty target."""
    empty = equal(last, 0)
    found = gather_along_axis(alpha, select(empty, last, add(last, -1)), axis=1)
    return select(logical_not(empty), found, never)


# ----------------------------------------------------------------------------------------------------------------- decoding


@op(category="nn", operands=2)
def ctc_decode(
    inputs: Tensor, sequence_lengths: Tensor, strategy: str = "greedy", beam_width: int = 100, top_paths: int = 1,
    merge_repeated: bool = True, mask_index: int | None = 0,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """The labellings that `inputs` most likely spell, and their scores.

    'greedy' takes the best class of every step; 'beam_search' sums over the alignments of each labelling and keeps `beam_width` of them.
    Arguments:
        inputs: float tensor of logits, shape (batch, steps, classes).
        sequence_lengths: integer tensor, shape (batch,): how many steps count.
        strategy: 'greedy' or 'beam_search'.
        beam_width: int, how many labellings are kept at every step of a beam search.
        top_paths: int, how many of them are returned.
        merge_repeated: bool, whether equal classes in a row are one label ('greedy'; a beam search always merges them).
        mask_index: int, the class that stands for "no label"; None for the last one.
    Returns: (labels, scores): int32, shape (paths, batch, steps), filled with -1; and for 'greedy' minus the sum of the best logits, shape
        (batch, 1), for 'beam_search' the logarithm of the probability, shape (batch, paths).
    Raises: ValueError for another rank or strategy, or if top_paths exceeds beam_width.
    Source: Graves et al. 2006, section 3.2; Hannun et al. 2014, "First-Pass Large Vocabulary Continuous Speech Recognition".
    >>> keras.ops.ctc_decode(np.log([[[0.1, 0.9], [0.2, 0.8], [0.7, 0.3]]]), [3])[0]
    array([[[ 1, -1, -1]]], dtype=int32)"""
    logits = to_float(inputs)
    if len(shape_of(logits)) != 3:
        raise ValueError(f"keras.ops.ctc_decode(inputs): got shape {D.display(shape_of(logits))}. Accepted: (batch, steps, classes).")
    lengths = cast(sequence_lengths, "int32")
    if mask_index is None:
        mask_index = int(shape_of(logits)[2]) - 1  # type: ignore[arg-type]
    if strategy == "greedy":
        return _greedy(logits, lengths, merge_repeated, mask_index)
    if strategy != "beam_search":
        raise ValueError(f"keras.ops.ctc_decode(strategy): got {strategy!r}. Accepted: 'greedy' or 'beam_search'.")
    if not 0 < top_paths <= beam_width:
        raise ValueError(f"keras.ops.ctc_decode(top_paths): got {top_paths}. Accepted: 1 to beam_width, {beam_width}.")
    return _beam_search(cast(logits, "float32"), lengths, int(beam_width), int(top_paths), mask_index)


def _greedy(logits: Tensor, lengths: Tensor, merge_repeated: bool, mask_index: int) -> tuple[Tensor, Tensor]:
    batch, steps, _ = shape_of(logits)
    counts = less(arange(steps, dtype="int32"), expand_dims(lengths, 1))
    best = argmax(logits, axis=-1)
    kept = logical_and(counts, not_equal(best, mask_index))
    if merge_repeated:
        repeated = equal(slice_along(best, 1, 1, None), slice_along(best, 1, 0, -1))
        first = equal(slice_along(best, 1, 0, 1), -1)
        kept = logical_and(kept, logical_not(concatenate([first, repeated], axis=1)))
    places = order(cast(logical_not(kept), "int32"), axis=1)  # the kept ones first, in their order
    labels = gather_along_axis(select(kept, best, -1), places, axis=1)
    peaks = max(logits, axis=-1)
    scores = negative(sum(select(counts, peaks, zeros_of(peaks)), axis=1, keepdims=True))
    return reshape(labels, (1, batch, steps)), scores


def _beam_search(logits: Tensor, lengths: Tensor, width: int, top_paths: int, mask_index: int) -> tuple[Tensor, Tensor]:
    """A scan over the steps. A beam is a labelling with the probabilities of its alignments that end on a blank and on its last label."""
    batch, steps, classes = shape_of(logits)
    blank = mask_index % int(classes)  # type: ignore[arg-type]
    logs = transpose(log_softmax(logits, axis=-1), (1, 0, 2))
    never = engine.current().asarray(-np.inf, "float32")
    nothing = multiply(zeros((1, width), "int32"), expand_dims(lengths, 1))  # shape (batch, width)
    first = equal(add(nothing, arange(width, dtype="int32")), 0)
    paths = add(multiply(expand_dims(nothing, 2), zeros((1, 1, steps), "int32")), -1)
    start = (paths, nothing, select(first, zeros_of(never), never), add(cast(nothing, "float32"), never))
    numbers = arange(int(classes), dtype="int32")  # type: ignore[arg-type]

    def step(beams: Any, item: Any) -> tuple[Any, None]:
        emitted, t = item
        new = _extended(beams, emitted, numbers, blank, width)
        counts = reshape(less(t, lengths), (batch, 1))
        return tuple(
            select(expand_dims(counts, 2) if i == 0 else counts, a, b) for i, (a, b) in enumerate(zip(new, beams, strict=True))
        ), None

    (paths, _, blanks, labels), _ = scan(step, start, (logs, arange(steps, dtype="int32")))
    scores, places = top_k(logaddexp(blanks, labels), top_paths)
    found = gather_along_axis(paths, expand_dims(places, 2), axis=1)
    return transpose(found, (1, 0, 2)), scores


def _extended(beams: Any, emitted: Tensor, numbers: Tensor, blank: int, width: int) -> Any:
    """The best beams after one more step: each as it is, or with one more label."""
    paths, sizes, ends_blank, ends_label = beams
    batch, _, steps = shape_of(paths)
    never = engine.current().asarray(-np.inf, "float32")
    total = logaddexp(ends_blank, ends_label)
    last_place = expand_dims(subtract(sizes, 1), 2)
    place = arange(steps, dtype="int32")
    at_end = equal(place, last_place)
    last = max(select(at_end, paths, -1), axis=2)
    one = expand_dims(emitted, 1)  # (batch, 1, classes)
    of_last = select(equal(expand_dims(last, 2), numbers), one, never)  # (batch, beams, classes)
    longer = add(select(equal(expand_dims(last, 2), numbers), expand_dims(ends_blank, 2), expand_dims(total, 2)), one)
    longer = select(equal(numbers, blank), never, longer)
    # a beam that is another one with one more label takes that one's share
    shorter = select(at_end, -1, paths)
    child = logical_and(all(equal(expand_dims(paths, 2), expand_dims(shorter, 1)), axis=3), expand_dims(greater(sizes, 0), 1))
    with_last = logical_and(expand_dims(child, 3), expand_dims(equal(expand_dims(last, 2), numbers), 1))  # (batch, parent, child, classes)
    shares = max(select(with_last, expand_dims(longer, 2), never), axis=(1, 3))
    longer = select(any(with_last, axis=2), never, longer)
    stays_blank = add(total, slice_along(emitted, 1, blank, blank + 1))
    stays_label = logaddexp(add(ends_label, max(of_last, axis=2)), shares)
    candidates = concatenate([logaddexp(stays_blank, stays_label), reshape(longer, (batch, -1))], axis=1)
    best, chosen = top_k(candidates, width)
    count = int(shape_of(numbers)[0])  # type: ignore[arg-type]
    stays, alive = less(chosen, width), greater(best, never)
    grown = maximum(subtract(chosen, width), 0)
    origin = select(stays, chosen, floor_divide(grown, count))
    size = gather_along_axis(sizes, origin, axis=1)
    new_paths = gather_along_axis(paths, expand_dims(origin, 2), axis=1)
    written = logical_and(equal(place, expand_dims(size, 2)), expand_dims(logical_not(stays), 2))
    new_paths = select(written, expand_dims(mod(grown, count), 2), new_paths)
    new_paths = select(expand_dims(alive, 2), new_paths, -1)
    size = select(alive, select(stays, size, add(size, 1)), 0)
    new_blank = select(stays, gather_along_axis(stays_blank, origin, axis=1), never)
    new_label = select(stays, gather_along_axis(stays_label, origin, axis=1), best)
    return new_paths, size, select(alive, new_blank, never), select(alive, new_label, never)
