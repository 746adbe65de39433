"""Padding of sequences to one length."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

_ENDS = ("pre", "post")


def pad_sequences(
    sequences: Iterable[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """One array of all sequences, shorter ones padded with `value`, longer ones cut.

    Arguments:
        sequences: iterable of n sequences; each is a list or array of steps, and all steps have the same shape.
        maxlen: int >= 0, length of all sequences; None means that of the longest.
        dtype: dtype of the result. Use "float32" for real numbers and object for strings. Default int32.
        padding: "pre" or "post", the end at which `value` is added. Default "pre", so that the last step of an RNN sees data.
        truncating: "pre" or "post", the end at which longer sequences lose steps. Default "pre".
        value: padding value. Default 0.
    Returns: array of `dtype`, shape (n, maxlen) + shape of a step.
    Raises: ValueError if `sequences` holds something without length, if steps differ in shape, or an argument is not accepted.
    Example:
        >>> pad_sequences([[1], [2, 3]])
        array([[0, 1],
               [2, 3]], dtype=int32)

    Source: keras.utils.pad_sequences, in Keras 1 and 2 keras.preprocessing.sequence.pad_sequences.
    """
    for name, end in (("padding", padding), ("truncating", truncating)):
        if end not in _ENDS:
            raise ValueError(f"{name} must be 'pre' or 'post'. Got {end!r}. Write {name}='post'.")
    rows = list(sequences) if isinstance(sequences, Iterable) else _refuse(sequences)
    for row in rows:
        if not hasattr(row, "__len__"):
            _refuse(row)
    if maxlen is None:
        maxlen = max((len(row) for row in rows), default=0)
    elif maxlen < 0:
        raise ValueError(f"maxlen must be an integer >= 0 or None. Got {maxlen!r}.")
    is_text = isinstance(value, (str, bytes))
    if is_text and np.dtype(dtype) != object and np.dtype(dtype).kind not in "SU":
        raise ValueError(f"value={value!r} does not fit dtype={dtype!r}. Write dtype=object to pad strings.")
    step_shape = next((np.shape(row)[1:] for row in rows if len(row)), ())
    result = np.full((len(rows), maxlen, *step_shape), value, dtype=dtype)
    for number, row in enumerate(rows):
        kept = row[max(len(row) - maxlen, 0) :] if truncating == "pre" else row[:maxlen]
        if not len(kept):
            continue
        steps = np.asarray(kept, dtype=dtype)
        if steps.shape[1:] != step_shape:
            raise ValueError(
                f"All steps must have the same shape. Sequence {number} has steps of shape {steps.shape[1:]}, the first has {step_shape}."
            )
        part = slice(maxlen - len(steps), maxlen) if padding == "pre" else slice(0, len(steps))
        result[number, part] = steps
    return result


def _refuse(value: object) -> list[Any]:
    raise ValueError(
        f"pad_sequences needs a list of sequences. Got {value!r}, which has no length. For one sequence write pad_sequences([sequence])."
    )
