"""Loops and branches of compiled steps: Python around functions that were made from the bodies' graphs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

Tensor = torch.Tensor


def scan(
    body: Callable[..., list[Tensor]], carries: int, sequences: int, length: int, reverse: bool, read_outputs: Sequence[bool], read_carries: Sequence[bool],
    *operands: Tensor,
) -> tuple[Any, ...]:  # fmt: skip
    """The last carries, the stacked outputs, and the stacked carries before every step; None for what nobody reads."""
    carry = list(operands[:carries])
    slices = [x.unbind(0) for x in operands[carries : carries + sequences]]
    constants = operands[carries + sequences :]
    outputs: list[list[Tensor]] = [[] for _ in read_outputs]
    before: list[list[Tensor]] = [[] for _ in read_carries]
    for t in range(length - 1, -1, -1) if reverse else range(length):
        for kept, x in zip(before, carry, strict=True):
            kept.append(x)
        made = body(*carry, *[x[t] for x in slices], *constants)
        carry = made[:carries]
        for kept, x in zip(outputs, made[carries:], strict=True):
            kept.append(x)
    stacked = [
        torch.stack(xs[::-1] if reverse else xs) if read else None
        for xs, read in zip([*outputs, *before], [*read_outputs, *read_carries], strict=True)
    ]
    return (*carry, *stacked)


def while_loop(
    condition: Callable[..., list[Tensor]], body: Callable[..., list[Tensor]], variables: int, condition_captures: int, *operands: Tensor
) -> tuple[Tensor, ...]:
    """The loop's variables at its end."""
    values = operands[:variables]
    asked, captured = operands[variables : variables + condition_captures], operands[variables + condition_captures :]
    while bool(condition(*values, *asked)[0]):
        values = tuple(body(*values, *captured))
    return values


def cond(
    true_body: Callable[..., list[Tensor]], body: Callable[..., list[Tensor]], predicate: Tensor, *captured: Tensor
) -> tuple[Tensor, ...]:
    """The results of one of two branches."""
    return tuple((true_body if bool(predicate) else body)(*captured))
