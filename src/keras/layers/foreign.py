"""What layers around code of another library share: the engine that they need, and the shapes that such code gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from keras.core import dims as D
from keras.core import engine, tree
from keras.core.tensor import KerasTensor, Spec, Symbol


@dataclass
class Sized:
    """Shape and dtype of an input."""

    shape: tuple[int, ...]
    dtype: str


def need_engine(layer: str, name: str) -> None:
    """Refuse to work on another engine than the one whose arrays the code takes."""
    current = engine.current().name
    if current != name:
        raise ValueError(
            f"{layer}: needs the engine {name!r}, the current one is {current!r}. Set KERAS_BACKEND={name} in the environment, "
            f"or write keras.config.set_backend({name!r}) before the first layer."
        )


def is_symbolic(nest: Any) -> bool:
    """Whether a nest holds symbols instead of numbers."""
    return any(isinstance(x, Symbol) for x in tree.leaves(nest))


def known_sizes(shape: Any, trial: int = 1) -> tuple[int, ...]:
    """A shape with a number in place of each unknown size."""
    return tuple(size if isinstance(size, int) else trial for size in shape)


def outputs_of(run: Callable[[Any], Any], inputs: Any) -> Any:
    """Symbols of the outputs that `run` gives for a nest of symbols.

    `run` maps a nest of `Sized` to a nest of things with `shape` and `dtype`. It is tried with two numbers for each unknown size,
    each with a difference of its own: an output's size with the same two numbers is that size, one that changes otherwise is unknown.
    """
    unknown = list(dict.fromkeys(size for x in tree.leaves(inputs) for size in x.dims if not isinstance(size, int)))
    found = []
    for trial in (0, 1):
        numbers = {size: 8 + 3 * position + trial * (position + 1) for position, size in enumerate(unknown)}
        sized = tree.map_structure(lambda x, n=numbers: Sized(tuple(n.get(size, size) for size in x.dims), x.dtype), inputs)
        found.append((numbers, run(sized)))
    (first, small), (second, large) = found
    by_numbers = {(first[size], second[size]): size for size in unknown}

    def symbol(a: Any, b: Any) -> KerasTensor:
        sizes = [m if m == n else by_numbers.get((m, n)) for m, n in zip(a.shape, b.shape, strict=True)]
        fresh = D.from_public([size if isinstance(size, int) else None for size in sizes])
        dims = tuple(f if size is None else size for size, f in zip(sizes, fresh, strict=True))
        return KerasTensor.of(Spec(dims, getattr(a.dtype, "name", str(a.dtype).removeprefix("torch."))))

    return tree.map_structure(symbol, small, large)
