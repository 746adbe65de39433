"""How a layer's `call` takes its arguments: which are tensors, whether it knows `training` and `mask`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

_OUTSIDE: Any = object()
_training: ContextVar[Any] = ContextVar("training", default=_OUTSIDE)


def current_training() -> bool | None:
    """Whether the call around is a training one; None if nobody said."""
    training = _training.get()
    return None if training is _OUTSIDE else training


def inside_a_call() -> bool:
    """Whether a layer is being called."""
    return _training.get() is not _OUTSIDE


class TrainingScope:
    """Context in which layers called inside train (or do not)."""

    def __init__(self, training: bool | None) -> None:
        self.training = training

    def __enter__(self) -> None:
        self._token = _training.set(self.training)

    def __exit__(self, *_: Any) -> None:
        _training.reset(self._token)


class CallSignature:
    """What is known of a `call` method from its signature."""

    def __init__(self, call: Callable[..., Any]) -> None:
        parameters = list(inspect.signature(call).parameters.values())
        self.signature = inspect.signature(call)
        self.names = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        self.takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
        self.takes_training = "training" in self.names
        self.training_default = next((p.default for p in parameters if p.name == "training" and p.default is not p.empty), None)
        self.mask_names = [n for n in self.names if n == "mask" or n.endswith("_mask")]
        self.first = self.names[0] if self.names else None

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """The arguments by name, without the defaults."""
        bound = self.signature.bind_partial(*args, **kwargs)
        arguments = dict(bound.arguments)
        extra = next((p.name for p in self.signature.parameters.values() if p.kind is p.VAR_KEYWORD), None)
        if extra in arguments:
            arguments.update(arguments.pop(extra))
        return arguments


@functools.lru_cache(maxsize=1024)
def signature_of_class_call(cls: type) -> CallSignature:
    """The signature of a class's `call`, without self."""
    call = cls.call  # type: ignore[attr-defined]
    return CallSignature(functools.partial(call, None))


def call_signature(layer: Any) -> CallSignature:
    """The signature of a layer's `call`."""
    own = layer.__dict__.get("call")
    return CallSignature(own) if own is not None else signature_of_class_call(type(layer))


@functools.lru_cache(maxsize=1024)
def build_parameters(cls: type) -> tuple[str, ...]:
    """The names of the shapes that a class's `build` takes."""
    parameters = list(inspect.signature(cls.build).parameters.values())[1:]  # type: ignore[attr-defined]
    return tuple(p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY))
