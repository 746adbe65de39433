"""Optimizer updates of all parameters in one call, written straight into the variables."""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from keras.core.graph import Node, Traced
from keras.core.writer import Writer

Tensor = torch.Tensor
_SMALL = 1 << 16
"""So many numbers are updated before a second thread has woken up."""


def adam_lists(
    parameters: Sequence[Tensor], gradients: Sequence[Tensor], momenta: Sequence[Tensor], velocities: Sequence[Tensor], rate: Tensor, step: Tensor,
    beta_1: float, beta_2: float, epsilon: float,
) -> None:  # fmt: skip
    """Adam's step for many parameters, in place."""
    if parameters[0].device.type == "cpu" and parameters[0].dtype in (torch.float32, torch.float64):
        gradients = [g if g.is_contiguous() else g.contiguous() for g in gradients]
        # torch corrects the start in double precision and adds epsilon afterwards; the definition's numbers are those of its dtype
        t, kind = step.item(), np.float32 if step.dtype is torch.float32 else np.float64
        slow, fast = (1.0 - float(kind(beta) ** kind(t)) for beta in (beta_2, beta_1))
        root = math.sqrt(1.0 - beta_2**t)
        small = sum(p.numel() for p in parameters) < _SMALL
        threads = torch.get_num_threads()
        wanted = rate.item() * math.sqrt(slow) / fast
        if small:
            torch.set_num_threads(1)
        torch._fused_adam_(
            parameters, gradients, momenta, velocities, [], [step.to(torch.float32)] * len(parameters), lr=wanted * (1.0 - beta_1**t) / root,
            beta1=beta_1, beta2=beta_2, weight_decay=0.0, eps=epsilon / root, amsgrad=False, maximize=False,
        )  # fmt: skip
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


def adam_update(
    parameter: Tensor, gradient: Tensor, momentum: Tensor, velocity: Tensor, rate: Tensor, step: Tensor, beta_1: float, beta_2: float, epsilon: float
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """One parameter's new value and its new slots."""
    with torch.no_grad():
        new = tuple(x.detach().clone(memory_format=torch.contiguous_format) for x in (parameter, momentum, velocity))
        adam_lists([new[0]], [gradient], [new[1]], [new[2]], rate, step, beta_1, beta_2, epsilon)
    return new


def absorb_updates(w: Writer) -> None:
    """Updates with equal numbers are one call, made when the last gradient is there."""
    groups: dict[Any, list[Node]] = defaultdict(list)
    for node in w.graph.nodes:
        if node.op.name == "adam_update":
            groups[_key(node)].append(node)
    for *others, last in groups.values():
        for node in others:
            w.absorb(node, last)


def _key(node: Node) -> Any:
    rate, step = node.inputs[4:]
    return (id(rate), id(step), node.inputs[0].dtype, *sorted(node.attributes.items()))


def emit_update(w: Writer, node: Node) -> bool:
    """The call for all updates like this one."""
    group = [n for n in w.graph.nodes if n.op.name == "adam_update" and _key(n) == _key(node)]
    places = [[_place(w, n.inputs[source], n.outputs[made], node) for n in group] for source, made in ((0, 0), (2, 1), (3, 2))]
    gradients = ", ".join(w.name(n.inputs[1]) for n in group)
    function = w.bind(functools.partial(adam_lists, **node.attributes), "adam")
    parameters, momenta, velocities = (", ".join(names) for names in places)
    w.lines.append(
        f"{function}([{parameters}], [{gradients}], [{momenta}], [{velocities}], {w.name(node.inputs[4])}, {w.name(node.inputs[5])})"
    )
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
