"""Cases of the CTC loss, against a sum over all alignments."""

from __future__ import annotations

import itertools

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
