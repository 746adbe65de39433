"""Cases of the CTC loss and of decoding, against a sum over all alignments."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from op_table import array, case, floats


def _by_all_alignments(
    target: np.ndarray, output: np.ndarray, target_length: np.ndarray, output_length: np.ndarray, mask_index: int = 0
) -> np.ndarray:
    losses = []
    for labels, logits, n, steps in zip(target, output, target_length, output_length, strict=True):
        p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
        total = 0.0
        for path in itertools.product(range(p.shape[1]), repeat=int(steps)):
            merged = [c for i, c in enumerate(path) if i == 0 or path[i - 1] != c]
            if [c for c in merged if c != mask_index] == list(labels[:n]):
                total += np.prod([p[t, c] for t, c in enumerate(path)])
        losses.append(-np.log(total))
    return np.array(losses)


TARGET = array([[1, 2, 0], [1, 1, 2], [2, 0, 0]], "int32")
CLOSE = {"rtol": 1e-5, "atol": 1e-5}
lengths = array([2, 3, 1], "int32"), array([4, 5, 3], "int32")
case("ctc_loss", TARGET, floats(3, 5, 3), *lengths, oracle=_by_all_alignments, batch=(), **CLOSE)
case(
    "ctc_loss",
    array([[0, 1], [1, 0]], "int32"),
    floats(2, 4, 3),
    array([2, 1], "int32"),
    array([4, 4], "int32"),
    mask_index=2,
    oracle=_by_all_alignments,
    batch=(),
    **CLOSE,
)


def _greedy(logits: np.ndarray, lengths: np.ndarray, merge_repeated: bool = True, mask_index: Any = 0, **_: Any) -> Any:
    mask_index = logits.shape[2] - 1 if mask_index is None else mask_index
    labels, scores = np.full((1, *logits.shape[:2]), -1), np.zeros((len(logits), 1))
    for b, (rows, n) in enumerate(zip(logits, lengths, strict=True)):
        best = rows[:n].argmax(-1)
        kept = [c for t, c in enumerate(best) if c != mask_index and not (merge_repeated and t and best[t - 1] == c)]
        labels[0, b, : len(kept)] = kept
        scores[b] = -rows[:n].max(-1).sum()
    return labels, scores


def _likeliest(logits: np.ndarray, lengths: np.ndarray, strategy: str, top_paths: int, mask_index: int = 0, **_: Any) -> Any:
    """By all alignments: the labellings with the largest sums."""
    labels, scores = np.full((top_paths, *logits.shape[:2]), -1), np.full((len(logits), top_paths), -np.inf)
    for b, (rows, n) in enumerate(zip(logits, lengths, strict=True)):
        p = np.exp(rows) / np.exp(rows).sum(-1, keepdims=True)
        sums: dict[tuple[int, ...], float] = {}
        for path in itertools.product(range(p.shape[1]), repeat=int(n)):
            key = tuple(c for t, c in enumerate(path) if c != mask_index and (t == 0 or path[t - 1] != c))
            sums[key] = sums.get(key, 0.0) + float(np.prod([p[t, c] for t, c in enumerate(path)]))
        for i, (key, total) in enumerate(sorted(sums.items(), key=lambda item: -item[1])[:top_paths]):
            labels[i, b, : len(key)], scores[b, i] = key, np.log(total)
    return labels, scores


LOGITS, STEPS = floats(3, 5, 4, low=-3, high=3), array([5, 3, 4], "int32")
case("ctc_decode", LOGITS, STEPS, oracle=_greedy, batch=(0, 1), differentiable=False)
case("ctc_decode", LOGITS, STEPS, merge_repeated=False, mask_index=2, oracle=_greedy, batch=(0, 1), differentiable=False)
case("ctc_decode", LOGITS, STEPS, mask_index=None, oracle=_greedy, batch=(0, 1), differentiable=False)
case(
    "ctc_decode",
    LOGITS,
    STEPS,
    strategy="beam_search",
    beam_width=150,
    top_paths=3,
    oracle=_likeliest,
    batch=(),
    differentiable=False,
    **CLOSE,
)
case(
    "ctc_decode", LOGITS, STEPS, strategy="beam_search", beam_width=90, top_paths=2, mask_index=3, oracle=_likeliest, batch=(),
    differentiable=False, **CLOSE,
)  # fmt: skip
case(
    "ctc_decode",
    LOGITS[:1, :1],
    array([1], "int32"),
    strategy="beam_search",
    beam_width=8,
    top_paths=6,
    oracle=_likeliest,
    batch=(),
    differentiable=False,
    **CLOSE,
)
