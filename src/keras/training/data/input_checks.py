"""Whether the inputs of the first batch are the ones that the model expects: names, number and shapes, and what to write instead."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Sequence
from typing import Any

Shape = Sequence[int | None]


def fits(shape: Shape, expected: Shape) -> bool:
    """Whether all known sizes agree."""
    return len(shape) == len(expected) and all(a is None or b is None or a == b for a, b in zip(shape, expected, strict=True))


def shape_text(shape: Shape) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def check_input_names(given: Iterable[str], expected: Sequence[str]) -> None:
    """Raises ValueError if a dict of data lacks an input of the model; names a close match.

    Example:
        >>> check_input_names(["b", "a"], ["a", "b"])
    """
    keys = list(given)
    for name in expected:
        if name not in keys:
            close = difflib.get_close_matches(name, [str(key) for key in keys if key not in expected], n=1, cutoff=0.5)
            hint = f" Did you mean {close[0]!r}? Rename it: x[{name!r}] = x.pop({close[0]!r})." if close else ""
            have = f"The data has the keys {keys}, the model's inputs are {list(expected)}."
            raise ValueError(f"There is no data for the input {name!r}. {have}{hint}")


def check_input_count(x: Any, num_inputs: int) -> None:
    """Raises ValueError if a list of arrays does not have one array per input of the model."""
    if not isinstance(x, (list, tuple)) or len(x) == num_inputs:
        return
    remedy = "Use np.stack(x) for one input." if num_inputs == 1 else f"Pass {num_inputs} arrays, in the order of the model's inputs."
    raise ValueError(
        f"x is a list of {len(x)} arrays, but the model has {num_inputs} input{'s' * (num_inputs != 1)}. "
        f"A list means several model inputs. {remedy}"
    )


def explain_input_shape(received: Shape, expected: Shape, *, phase: str = "fit", kind: str = "data", name: str = "x") -> str | None:
    """The likely cause of a wrong input shape and the line that mends it, or None if the shape fits or no cause is known.

    Arguments:
        received: shape of the data, the batch first.
        expected: shape of the model's input, the batch first as None.
        phase: "fit", "evaluate" or "predict".
        kind: what the data comes from ("data", "generator", "tf.data.Dataset", ...).
        name: how the text calls the data.
    Example:
        >>> explain_input_shape((100, 28, 28), (None, 28, 28, 1))
        'x has shape (100, 28, 28), but the model expects (None, 28, 28, 1). The channel axis is missing: use x[..., None].'
    """
    if fits((None, *received[1:]), expected):
        return None
    begin = f"{name} has shape {shape_text(received)}, but the model expects {shape_text(expected)}. "
    inner, wanted = list(received[1:]), list(expected[1:])
    cause = (
        _sample_cause(received, expected, phase, kind, name)
        or _axis_cause(inner, wanted, name)
        or _size_cause(inner, wanted, name)
    )  # fmt: skip
    return begin + cause if cause else None


def _sample_cause(received: Shape, expected: Shape, phase: str, kind: str, name: str) -> str | None:
    if len(expected) > 2 and expected[-1] == 1 and fits(received, expected[1:-1]):
        return f"This is the shape of ONE sample without its last axis. Use {name}[None, ..., None]."
    if not fits(received, expected[1:]):
        return None
    sample = shape_text(received)
    if kind not in ("data", "array"):
        batch = ".batch(32)" if kind == "tf.data.Dataset" else "batches, for example DataLoader(..., batch_size=32) or np.stack"
        return f"The elements of the {kind} look like single samples {sample}, expected batches {shape_text(expected)}: add {batch}."
    if phase == "fit":
        return (
            f"If {received[0]} is the number of samples, it must not be part of the input: use Input(shape={shape_text(received[1:])}). "
            f"If this is one sample, add the batch axis: {name}[None]."
        )
    return f"This is the shape of ONE sample. Add the batch axis: model.{phase}({name}[None])."


def _axis_cause(inner: list[int | None], wanted: list[int | None], name: str) -> str | None:
    if wanted[-1:] == [1] and fits(inner, wanted[:-1]):
        kind = "channel" if len(wanted) >= 3 else "feature"
        return f"The {kind} axis is missing: use {name}[..., None]."
    if len(inner) == len(wanted) + 1 and inner[-1] == 1 and fits(inner[:-1], wanted):
        return f"The last axis is too much: use {name}[..., 0]."
    if len(inner) == len(wanted) >= 3 and fits([*inner[1:], inner[0]], wanted):
        return f"The data looks channels-first, the model is channels-last: use np.moveaxis({name}, 1, -1)."
    if len(inner) == len(wanted) >= 3 and fits([inner[-1], *inner[:-1]], wanted):
        return f"The data looks channels-last, the model is channels-first: use np.moveaxis({name}, -1, 1)."
    return None


def _size_cause(inner: list[int | None], wanted: list[int | None], name: str) -> str | None:
    if None in inner or None in wanted:
        return None
    if math.prod(inner) == math.prod(wanted):  # type: ignore[arg-type]
        sizes = "*".join(map(str, inner))
        flatten = "begin the model with Flatten(), or use " if len(wanted) == 1 else "use "
        target = ", ".join(map(str, wanted))
        return f"The numbers per sample agree ({sizes} = {math.prod(wanted)}): {flatten}{name}.reshape(-1, {target})."  # type: ignore[arg-type]
    if len(inner) == len(wanted):
        return f"Use Input(shape={shape_text(inner)}), or data with {wanted[-1]} features instead of {inner[-1]}."
    return None
