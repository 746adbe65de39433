"""The table of op cases: what an op is called with, and what NumPy in float64 says comes out."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

CASES: list[Case] = []


@dataclass
class Case:
    """One call of an op.

    Attributes: op: name in the registry. args, kwargs: arrays are operands, all else attributes. oracle: function of the same arguments
    (floats as float64). batch: numbers of the arguments whose first axis may have an unknown size. differentiable: False, or why not.
    second: whether the gradient's own gradient is checked. rtol, atol: tolerances of the value in float32. zero: whether it takes
    a batch of size 0. dynamic: whether the shape depends on the numbers.
    """

    op: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    oracle: Callable[..., Any] | None = None
    batch: tuple[int, ...] = ()
    differentiable: bool = True
    second: bool = True
    rtol: float = 2e-6
    atol: float = 2e-6
    zero: bool = True
    dynamic: bool = False
    label: str = ""

    @property
    def name(self) -> str:
        """A name for reports."""
        shapes = "_".join("x".join(map(str, a.shape)) or "scalar" for a in arrays_of(self.args))
        return f"{self.op}-{self.label or shapes}"


def case(op: str, *args: Any, oracle: Any = None, **options: Any) -> None:
    """Add a case; options that are not fields of `Case` are keyword arguments of the op."""
    fields = {k: options.pop(k) for k in list(options) if k in Case.__dataclass_fields__}
    kwargs = {**fields.pop("kwargs", {}), **options}
    if "batch" not in fields:
        fields["batch"] = default_batch(args)
    count = sum(c.op == op for c in CASES)
    fields.setdefault("label", f"{count}")
    CASES.append(Case(op, args, kwargs, oracle, **fields))


def default_batch(args: tuple[Any, ...]) -> tuple[int, ...]:
    """Arguments that share the first argument's number of axes and first size."""
    first = args[0] if args else None
    if not isinstance(first, np.ndarray) or first.ndim < 1:
        return ()
    return tuple(i for i, a in enumerate(args) if isinstance(a, np.ndarray) and a.ndim == first.ndim and a.shape[0] == first.shape[0])


def arrays_of(nest: Any) -> Iterator[np.ndarray]:
    """The arrays in a nest of lists, tuples and dicts."""
    if isinstance(nest, np.ndarray):
        yield nest
    elif isinstance(nest, (list, tuple)):
        for item in nest:
            yield from arrays_of(item)
    elif isinstance(nest, dict):
        for item in nest.values():
            yield from arrays_of(item)


def replace_arrays(nest: Any, function: Callable[[np.ndarray], Any]) -> Any:
    """The nest with `function` applied to its arrays."""
    if isinstance(nest, np.ndarray):
        return function(nest)
    if isinstance(nest, (list, tuple)):
        return type(nest)(replace_arrays(item, function) for item in nest)
    if isinstance(nest, dict):
        return {key: replace_arrays(item, function) for key, item in nest.items()}
    return nest


def _generator(shape: tuple[int, ...], salt: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(f"{shape}{salt}".encode()))


def _frozen(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array


def floats(*shape: int, low: float = -2.0, high: float = 2.0, salt: str = "") -> np.ndarray:
    """Read-only float32 numbers, evenly spread from `low` to `high`, no two equal."""
    return _frozen(_generator(shape, salt).uniform(low, high, shape).astype("float32"))


def positive(*shape: int, salt: str = "") -> np.ndarray:
    """Read-only float32 numbers from 0.2 to 3."""
    return floats(*shape, low=0.2, high=3.0, salt=salt + "+")


def integers(*shape: int, low: int = 0, high: int = 5, dtype: str = "int32", salt: str = "") -> np.ndarray:
    """Read-only integers from `low` to `high` - 1."""
    return _frozen(_generator(shape, salt + "i").integers(low, high, shape).astype(dtype))


def booleans(*shape: int, salt: str = "") -> np.ndarray:
    """Read-only True and False."""
    return _frozen(_generator(shape, salt + "b").integers(0, 2, shape).astype("bool"))


def probabilities(*shape: int, salt: str = "") -> np.ndarray:
    """Read-only float32 rows that sum to 1."""
    raw = _generator(shape, salt + "p").uniform(0.1, 1.0, shape)
    return _frozen((raw / raw.sum(axis=-1, keepdims=True)).astype("float32"))


def array(values: Any, dtype: str = "float32") -> np.ndarray:
    """A read-only array of these values."""
    return _frozen(np.array(values, dtype))
