"""Optimizer updates of all parameters in one call, written straight into the variables."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from keras.core.graph import Node, Traced
from keras.core.op import as_operand
from keras.core.writer import Writer
from keras.engines.base import may_be_written

Tensor = torch.Tensor
_SMALL = 1 << 16
"""So many numbers are updated before a second thread has woken up."""


def adam_lists(
    parameters: Sequence[Tensor], momenta: Sequence[Tensor], velocities: Sequence[Tensor], gradients: Sequence[Tensor], rate: Tensor, step: Tensor,
    beta_1: float, beta_2: float, epsilon: float,
) -> None:  # fmt: skip
    """Adam's step for many parameters, in place."""
    if parameters[0].device.type == "cpu" and parameters[0].dtype in (torch.float32, torch.float64):
        gradients = [g if g.is_contiguous() else g.contiguous() for g in gradients]
        # torch corrects the start in double precision and adds epsilon afterwards; the definition's numbers are those of its dtype
        t, kind = step.item(), np.float32 if step.dtype is torch.float32 else np.float64
        slow, fast = (1.0 - float(kind(beta) ** kind(t)) for beta in (beta_2, beta_1))
        root = math.sqrt(1.0 - beta_2**t)
        small, threads = sum(p.numel() for p in parameters) < _SMALL, torch.get_num_threads()
        if small:
            torch.set_num_threads(1)
        try:
            torch._fused_adam_(
                parameters, gradients, momenta, velocities, [], [step.to(torch.float32)] * len(parameters),
                lr=rate.item() * math.sqrt(slow) / fast * (1.0 - beta_1**t) / root, beta1=beta_1, beta2=beta_2, weight_decay=0.0,
                eps=epsilon / root, amsgrad=False, maximize=False,
            )  # fmt: skip
        finally:
            if small:
                torch.set_num_threads(threads)
        return
    factor = rate * torch.sqrt(1.0 - beta_2**step) / (1.0 - beta_1**step)
    torch._foreach_add_(momenta, torch._foreach_mul(torch._foreach_sub(gradients, momenta), 1.0 - beta_1))
    torch._foreach_add_(
        velocities, torch._foreach_mul(torch._foreach_sub(torch._foreach_mul(gradients, gradients), velocities), 1.0 - beta_2)
    )
    spread = torch._foreach_add(torch._foreach_sqrt(velocities), epsilon)
    torch._foreach_sub_(parameters, torch._foreach_div(torch._foreach_mul(momenta, factor), spread))


def adam_update(operands: Sequence[Any], beta_1: float, beta_2: float, epsilon: float) -> Sequence[Any]:
    """The variables, written where they are; or new values and new slots."""
    rate, step, *values = operands
    count = len(values) // 4
    written, in_place = values[: 3 * count], may_be_written(values[: 3 * count])
    with torch.no_grad():
        new = [v._value for v in written] if in_place else [as_operand(x).clone(memory_format=torch.contiguous_format) for x in written]
        groups = [new[i * count : (i + 1) * count] for i in range(3)]
        adam_lists(*groups, values[3 * count :], torch.as_tensor(rate), torch.as_tensor(step), beta_1, beta_2, epsilon)
    return written if in_place else tuple(new)


def emit_update(w: Writer, node: Node) -> bool:
    """The call for all parameters of a dtype."""
    rate, step, *values = node.inputs
    count = len(values) // 4
    names = [_place(w, source, made, node) for source, made in zip(values[: 3 * count], node.outputs, strict=True)]
    names += map(w.name, values[3 * count :])
    groups = ", ".join(f"[{', '.join(names[i * count : (i + 1) * count])}]" for i in range(4))
    w.lines.append(f"{w.bind(functools.partial(adam_lists, **node.attributes), 'adam')}({groups}, {w.name(rate)}, {w.name(step)})")
    return True


def _place(w: Writer, source: Traced, made: Traced, node: Node) -> str:
    """Where a new value is written: into its variable if nothing reads the old one later, else into a copy."""
    variable = w.variables.get(id(source))
    own = next((x for v, x in w.updates if v is variable), None) if variable is not None else None
    outputs = {id(x) for x in w.graph.outputs}
    shown = [key for key, root in w.roots.items() if root == id(source)]
    read_later = any(w.last_use.get(key, -1) > node.position or key in outputs for key in [id(source), *shown])
    if own is None or read_later:
        w.lines.append(f"{w.new(made)} = {w.name(source)}.clone()")
        return w.names[id(made)]
    w.names[id(made)] = w.name(source)
    w.roots[id(made)] = id(source)
    if own is made:
        w.in_place.add(id(made))
    return w.names[id(made)]
