"""Gradients by torch's autograd."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import torch

from keras.core import tree
from keras.core.tensor import REGISTRY
from keras.core.variable import Variable

Tensor = torch.Tensor
_depth: ContextVar[int] = ContextVar("gradient_depth", default=0)


def value_and_grad(function: Callable[..., Any], has_aux: bool = False) -> Callable[..., Any]:
    """As `keras.value_and_grad`: nothing of the graph is left in the results, unless this is part of an outer gradient."""

    def wrapped(parameters: Any, *args: Any, **kwargs: Any) -> Any:
        nested = _depth.get() > 0
        leaves = [_leaf(REGISTRY["convert_to_tensor"](x), nested) for x in tree.flatten(parameters)]
        token = _depth.set(_depth.get() + 1)
        try:
            with torch.enable_grad():
                result = function(tree.pack_as(parameters, leaves), *args, **kwargs)
                loss = REGISTRY["convert_to_tensor"](result[0] if has_aux else result)
                if loss.shape != ():
                    raise ValueError(
                        f"value_and_grad: the function must return one number, got shape {tuple(loss.shape)}. Write keras.ops.mean(loss)."
                    )
                gradients = _gradients(loss, leaves, nested)
        finally:
            _depth.reset(token)
        if not nested:
            result = tree.map_structure(_detached, result)
        return result, tree.pack_as(parameters, gradients)

    return wrapped


def _leaf(x: Tensor, nested: bool) -> Tensor:
    if not x.dtype.is_floating_point and not x.dtype.is_complex:
        return x
    if x.is_leaf and x.requires_grad:  # a parameter, which a torch module may use directly
        return x
    return x.view_as(x) if nested and x.requires_grad else x.detach().requires_grad_()


def _detached(x: Any) -> Any:
    x = x.value if isinstance(x, Variable) else x
    return x.detach() if isinstance(x, Tensor) else x


def _gradients(loss: Tensor, leaves: list[Tensor], nested: bool) -> list[Tensor]:
    wanted = [x for x in leaves if x.requires_grad]
    found: list[Any] = [None] * len(wanted)
    if loss.requires_grad and wanted:
        found = list(torch.autograd.grad(loss, wanted, create_graph=nested, allow_unused=True))
    iterator = iter(found)
    gradients = [next(iterator) if x.requires_grad else None for x in leaves]
    return [torch.zeros_like(x) if g is None else g for x, g in zip(leaves, gradients, strict=True)]


class _Given(torch.autograd.Function):
    """A value with the gradient that came with it."""

    @staticmethod
    def forward(ctx: Any, pair: Callable[..., Any], *operands: Tensor) -> Any:
        value, ctx.gradient = pair(*operands)
        return tuple(value) if isinstance(value, (tuple, list)) else value

    @staticmethod
    def backward(ctx: Any, *arrived: Tensor) -> Any:
        found = ctx.gradient(*arrived)
        return (None, *found) if isinstance(found, (tuple, list)) else (None, found)


def custom_gradient(pair: Callable[..., Any], operands: list[Tensor]) -> Any:
    """The value of `pair(*operands)`, a (value, gradient function), with that gradient."""
    return _Given.apply(pair, *operands)
