"""Rematerialization: inner values of a function are not kept for the gradient but computed again, which saves memory for time.

An engine's verb `remat` does it; on an engine without one the values are kept, and nothing else changes. What is assigned to variables
inside, and what layers add to the loss, is handed out as results, so that the function that runs again is pure.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from contextvars import ContextVar, Token
from typing import Any

from keras.core import engine, masks, tree
from keras.core.graph import Traced
from keras.core.state import LossScope, StateScope, collected_losses
from keras.core.tensor import Symbol

MODES = ("full", "activations", "larger_than", "list_of_layers", None)
_current: ContextVar[RematScope | None] = ContextVar("remat", default=None)


class RematScope:
    """Context in which layers are made whose inner values are computed again for the gradient instead of being kept.

    Arguments:
        mode: 'full' (every layer), 'activations' (the activation functions of layers), 'larger_than' (layers whose output has more than
            `output_size_threshold` numbers), 'list_of_layers' (those named in `layer_names`), or None (no layer).
        output_size_threshold: int, numbers of an output. layer_names: list of text.
    Raises: ValueError if `mode` is none of these.
    Example:
        >>> from keras import layers
        >>> with RematScope(mode="full"):
        ...     block = layers.Dense(4, activation="gelu")

    Source: keras.RematScope of Keras 3; Chen et al. 2016. JAX and torch compute again; numpy and TensorFlow keep the values.
    """

    def __init__(self, mode: str | None = "full", output_size_threshold: int = 1024, layer_names: Sequence[str] | None = None) -> None:
        if mode not in MODES:
            raise ValueError(f"RematScope(mode): got {mode!r}. Accepted: {', '.join(map(repr, MODES))}.")
        self.mode = mode
        self.output_size_threshold = output_size_threshold
        self.layer_names = list(layer_names or [])
        self._tokens: list[Token[RematScope | None]] = []

    def __enter__(self) -> RematScope:
        self._tokens.append(_current.set(self))
        return self

    def __exit__(self, *_: Any) -> None:
        _current.reset(self._tokens.pop())

    def covers(self, name: str, output_sizes: Callable[[], Sequence[int]]) -> bool:
        """Whether a layer of this name is computed again; `output_sizes` is asked in mode 'larger_than' only."""
        if self.mode == "larger_than":
            return any(size > self.output_size_threshold for size in output_sizes())
        return self.mode == "full" or (self.mode == "list_of_layers" and name in self.layer_names)


def current_remat() -> RematScope | None:
    """The innermost scope, or None."""
    return _current.get()


def remat(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f`, whose inner values are computed again for the gradient instead of being kept.

    Arguments:
        f: function of tensors (in lists, tuples and dicts) and of other arguments.
    Returns: a function with the same results and gradients.
    Example:
        >>> from keras import ops
        >>> float(remat(lambda x: ops.sum(ops.exp(x)))(ops.zeros((3,))))
        3.0

    Source: keras.remat of Keras 3. JAX and torch compute again; numpy and TensorFlow keep the values.
    """

    @functools.wraps(f)
    def recomputed(*args: Any, **kwargs: Any) -> Any:
        leaves = tree.flatten([list(args), kwargs])
        current = engine.current()
        if any(isinstance(x, Symbol) for x in leaves):
            if current.recomputes and any(isinstance(x, Traced) for x in leaves):
                raise NotTraced("remat: a program keeps its values; the step runs op by op instead, with the engine's own gradients.")
            return f(*args, **kwargs)
        places = [i for i, x in enumerate(leaves) if current.owns(x)]
        call = _PureCall(f, [args, kwargs], leaves, places)
        return call.handed_out(current.remat(call)(*[leaves[i] for i in places]))

    return recomputed


class NotTraced(Exception):
    """Ends a trace: what it would record does not do what was asked for. The engine then runs the step without one."""


class _Remembered(StateScope):
    """A scope whose first reads are remembered: a second run of the same code reads what the first one read."""

    def __init__(self, first_reads: dict[int, Any]) -> None:
        super().__init__()
        self.first_reads = first_reads

    def read(self, variable: Any) -> Any:
        if id(variable) in self.values:
            return self.values[id(variable)]
        if id(variable) not in self.first_reads:
            self.first_reads[id(variable)] = super().read(variable)
        return self.first_reads[id(variable)]


class _PureCall:
    """A call as a function of tensors that returns tensors: its results, the values it assigned, and the losses it added."""

    def __init__(self, f: Callable[..., Any], arguments: list[Any], leaves: list[Any], places: list[int]) -> None:
        self.f, self.arguments, self.leaves, self.places = f, arguments, leaves, places
        self.first_reads: dict[int, Any] = {}
        self.outputs: Any = None
        self.updated: list[Any] = []
        self.losses = 0

    def __call__(self, *tensors: Any) -> tuple[Any, ...]:
        leaves = list(self.leaves)
        for place, tensor in zip(self.places, tensors, strict=True):
            mask = masks.get_mask(self.leaves[place])
            if mask is not None and tensor is not leaves[place]:
                masks.set_mask(tensor, mask)
            leaves[place] = tensor
        args, kwargs = tree.pack_as([list(self.arguments[0]), self.arguments[1]], leaves)
        with LossScope() as losses, _Remembered(self.first_reads) as scope:
            outputs = self.f(*args, **kwargs)
        flat = tree.flatten(outputs)
        tensors_out = [x for x in flat if x is not None]
        self.outputs = tree.map_structure(lambda x: None if x is None else "*", outputs)
        self.updated = [variable for variable, _ in scope.updates.values()]
        self.losses = len(losses)
        return (*tensors_out, *[value for _, value in scope.updates.values()], *losses)

    def handed_out(self, results: Sequence[Any]) -> Any:
        """The outputs as they were; assignments and losses go to the scopes around."""
        flat = tree.flatten(self.outputs)
        count = sum(x is not None for x in flat)
        outputs = iter(results[:count])
        for variable, value in zip(self.updated, results[count : count + len(self.updated)], strict=True):
            variable.assign(value)
        collected = collected_losses()
        if collected is not None and self.losses:
            collected.extend(results[-self.losses :])
        return tree.pack_as(self.outputs, [None if x is None else next(outputs) for x in flat])


def sizes_of(outputs: Any) -> list[int]:
    """The numbers of elements of specs or tensors; an unknown size counts as 1."""
    return [math.prod(n or 1 for n in x.shape) for x in tree.leaves(outputs) if hasattr(x, "shape")]
