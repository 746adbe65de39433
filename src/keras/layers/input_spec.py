"""What a layer accepts as input, and the words for what it does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.core import dims as D
from keras.core import tree
from keras.core.graph import dtype_name


class InputSpec:
    """Rank, shape, dtype and axis sizes that a layer's input must have; None leaves one open.

    Arguments:
        dtype: name of a dtype. shape: tuple of int or None. ndim, min_ndim, max_ndim: number of axes.
        axes: dict from axis to size. name: key of the input in a dict of inputs. optional: whether it may be missing.
        allow_last_axis_squeeze: accept one axis of size 1 more or less at the end.
    Source: keras.InputSpec of Keras 3.
    """

    def __init__(
        self, dtype: str | None = None, shape: Any = None, ndim: int | None = None, max_ndim: int | None = None, min_ndim: int | None = None,
        axes: dict[int, int] | None = None, allow_last_axis_squeeze: bool = False, name: str | None = None, optional: bool = False,
    ) -> None:  # fmt: skip
        self.dtype = dtype
        self.shape = None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.min_ndim = min_ndim
        self.max_ndim = max_ndim
        self.axes = {int(k): v for k, v in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name = name
        self.optional = optional

    def __repr__(self) -> str:
        given = {k: v for k, v in vars(self).items() if v not in (None, {}, False)}
        return f"InputSpec({', '.join(f'{k}={v}' for k, v in given.items())})"


def check_inputs(layer: Any, specs: Any, inputs: Any) -> None:
    """Raise a ValueError that names the layer, what came and what to write, unless the inputs fit the specs."""
    if not specs:
        return
    expected = tree.flatten(specs)
    values = tree.flatten(inputs)
    if len(values) != len(expected):
        raise ValueError(
            f"{_title(layer)} takes {len(expected)} input(s), got {len(values)}: {[_shape_text(v) for v in values]}. "
            + _many_inputs_hint(len(expected))
        )
    for number, (spec, value) in enumerate(zip(expected, values, strict=True)):
        if spec is None or (value is None and spec.optional):
            continue
        _check_one(layer, number, spec, value)


def _many_inputs_hint(count: int) -> str:
    return "A list means several inputs; use np.stack(x) for one." if count == 1 else f"Pass a list of {count} tensors."


def _title(layer: Any) -> str:
    return f"{type(layer).__name__} {layer.name!r}"


def _dims_of(value: Any) -> D.Shape:
    return value.dims if hasattr(value, "dims") else D.from_public(tuple(value.shape))


def _shape_text(value: Any) -> str:
    return D.display(_dims_of(value)) if hasattr(value, "shape") else repr(value)


def _check_one(layer: Any, number: int, spec: InputSpec, value: Any) -> None:
    if not hasattr(value, "shape"):
        raise TypeError(
            f"{_title(layer)}: input {number} is {value!r}. Accepted: a tensor, an array or a symbol such as keras.Input((8,))."
        )
    dims = _dims_of(value)
    count = len(dims)
    if spec.shape is not None and spec.allow_last_axis_squeeze:
        if count == len(spec.shape) + 1 and dims[-1] == 1:
            dims = dims[:-1]
        elif count == len(spec.shape) - 1 and spec.shape[-1] == 1:
            dims = (*dims, 1)
        count = len(dims)
    problem = None
    if spec.ndim is not None and count != spec.ndim:
        problem = f"expects {spec.ndim} axes"
    elif spec.min_ndim is not None and count < spec.min_ndim:
        problem = f"expects at least {spec.min_ndim} axes"
    elif spec.max_ndim is not None and count > spec.max_ndim:
        problem = f"expects at most {spec.max_ndim} axes"
    if problem:
        raise ValueError(
            f"{_title(layer)} {problem}, got an input of shape {_shape_text(value)} with {count}. {_rank_hint(layer, dims, spec, value)}"
        )
    if spec.dtype is not None and dtype_name(value) != spec.dtype:
        raise ValueError(f"{_title(layer)} expects dtype {spec.dtype}, got {dtype_name(value)}. Write keras.ops.cast(x, {spec.dtype!r}).")
    wanted = dict(enumerate(spec.shape)) if spec.shape is not None else {}
    for axis, size in {**wanted, **spec.axes}.items():
        if size is not None and D.unify(dims[axis], size) is None:
            raise ValueError(
                f"{_title(layer)} expects size {size} on axis {axis}, got an input of shape {_shape_text(value)}. {_size_hint(dims, axis, size)}"
            )


def _rank_hint(layer: Any, dims: D.Shape, spec: InputSpec, value: Any) -> str:
    name = type(layer).__name__
    shape = D.to_public(dims)
    wanted = spec.ndim or spec.min_ndim or 0
    missing_steps = last_step_hint(value) if len(dims) == wanted - 1 else None
    if missing_steps:
        return missing_steps
    if name.startswith("Conv") or "Pooling" in name:
        if len(dims) == wanted - 1:
            return (
                f"Images need a channel axis: write Input({(*shape[1:], 1)}) and x[..., None]." if len(dims) > 1 else "Write x[..., None]."
            )
    elif name == "TimeDistributed" and len(dims) == 2:
        return "Accepted: (batch, time, ...). Write x[..., None] for one feature per step."
    elif name in _SEQUENCES and len(dims) == 2:
        n = shape[-1]
        return (
            f"A recurrent layer needs (batch, time, features). If each row is a sequence of {n} steps, write Input(({n}, 1)) and x[..., None]; "
            f"if it is one step of {n} features, Input((1, {n})) and x[:, None]. "
            f"If it comes from another recurrent layer, write return_sequences=True there."
        )
    if len(dims) == wanted - 1:
        return f"If this is one sample, add the batch axis: x[None], which gives {(1, *shape)}."
    return "Write keras.ops.reshape or a Reshape layer to change the number of axes."


_SEQUENCES = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional")


def last_step_hint(value: Any) -> str | None:
    """What to write if the input is a recurrent layer's last step where all steps are needed; None if it is something else."""
    before = getattr(value, "_keras_history", (None,))[0]
    if before is None or getattr(before, "return_sequences", True) is not False:
        return None
    kind = type(getattr(before, "forward_layer", before)).__name__
    return f"It follows {before.name!r}, which returns only its last step: write {kind}(..., return_sequences=True) there."


def check_mask(layer: Any, mask: Any, value: Any, name: str = "mask") -> None:
    """Raise a ValueError unless the mask has one bool for each (batch, step, ...) of the value; sizes of 1 stand for all."""
    if mask is None or not hasattr(mask, "shape") or not hasattr(value, "shape"):
        return
    dims, given = _dims_of(value), _dims_of(mask)
    wanted = dims[: max(len(given), min(2, len(dims) - 1))]
    fits = len(given) <= len(dims) and all(n == 1 or D.unify(n, m) is not None for n, m in zip(given, wanted, strict=False))
    if not fits or len(given) < min(2, len(dims) - 1):
        raise ValueError(
            f"{_title(layer)}: {name} has shape {D.display(given)} for an input of shape {D.display(dims)}. Accepted: {D.display(wanted)}, "
            f"False where a step is left out. Write {name}=(x != 0).any(axis=-1), or keras.layers.Masking() before the layer."
        )


def _size_hint(dims: D.Shape, axis: int, size: int) -> str:
    inner = dims[1:]
    if len(inner) == 3 and axis in (3, -1) and inner[0] == size and inner[0] != inner[2]:
        return "The data looks channels first, the layer is channels last: use np.moveaxis(x, 1, -1), or data_format='channels_first'."
    known: Sequence[int] = [n for n in inner if isinstance(n, int)]
    if len(known) == len(inner):
        for start in range(len(known)):
            total = 1
            for n in known[start:]:
                total *= n
            if total == size and len(known[start:]) > 1:
                return f"Write Flatten() before it, or x.reshape(-1, {size}): {'*'.join(map(str, known[start:]))} = {size}."
        if len(known) == 1 and known[0] and size % known[0] == 0 and size // known[0] == known[0]:
            return f"Did you mean to flatten each sample? {known[0]}*{known[0]} = {size}: x.reshape(-1, {size})."
    return f"The layer was built for {size}: pass data of that size, or make a new layer."
