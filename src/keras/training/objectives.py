"""What was compiled: the losses and metrics of every output, found by structure or by name."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from keras import losses as losses_module
from keras import metrics as metrics_module
from keras.core import errors, masks
from keras.core.op import as_operand
from keras.losses.alignment import same_rank
from keras.losses.loss import Loss
from keras.metrics.metric import Metric
from keras.ops.elementwise import add, multiply
from keras.ops.shaping import shape_of

_ACCURACIES = ("accuracy", "acc", "crossentropy", "ce")


def flat_outputs(y_pred: Any) -> list[Any]:
    """The outputs in one list (a dict's in the order of its keys)."""
    if isinstance(y_pred, dict):
        return [x for v in y_pred.values() for x in flat_outputs(v)]
    if isinstance(y_pred, (list, tuple)):
        return [x for v in y_pred for x in flat_outputs(v)]
    return [y_pred]


def names_of(y_pred: Any, output_names: Sequence[str] | None) -> list[str]:
    """A name for each output: keys of a dict, the names of the model's output layers, or output_1, output_2, ... ."""
    if isinstance(y_pred, dict):
        return [str(k) for k, v in y_pred.items() for _ in flat_outputs(v)]
    count = len(flat_outputs(y_pred))
    if output_names and len(output_names) == count:
        return list(output_names)
    return ["output"] if count == 1 else [f"output_{i + 1}" for i in range(count)]


def per_output(what: str, value: Any, names: Sequence[str], spread: bool = False) -> list[Any]:
    """One entry of a list, tuple or dict for each output; a single value for all of them (with `spread`) or for the only one."""
    if isinstance(value, dict):
        unknown = [k for k in value if k not in names]
        if unknown:
            raise ValueError(
                f"{what}: got the key {unknown[0]!r}.{errors.suggestion(str(unknown[0]), names)} The model's outputs are {list(names)}."
            )
        return [value.get(name) for name in names]
    if isinstance(value, (list, tuple)):
        flat = flat_outputs(value) if what in ("y", "sample_weight") else list(value)
        if len(flat) != len(names):
            raise ValueError(f"{what}: got {len(flat)} entries for {len(names)} outputs {list(names)}. Write one entry per output.")
        return flat
    if len(names) > 1 and not spread and value is not None:
        raise ValueError(f"{what}: got one value for {len(names)} outputs {list(names)}. Write a list or a dict with one entry per output.")
    return [value] * len(names)


class Losses:
    """The compiled losses.

    Arguments:
        loss: name, function, object, or a list or dict of them. weights: a number for each output, in the same form.
    """

    def __init__(self, loss: Any, weights: Any) -> None:
        self.given = loss
        self.weights_given = weights
        self._functions: list[Any] | None = None
        self.names: list[str] = []
        self.by_key = False
        for x in _leaves(loss):  # unknown names are refused by `compile`
            _resolve_loss(x)

    def bind(self, y_pred: Any, output_names: Sequence[str] | None) -> None:
        """Find each output's loss and weight."""
        if self._functions is None:
            self.names = names_of(y_pred, output_names)
            self.by_key = isinstance(y_pred, dict)
            self._functions = [_resolve_loss(x) for x in per_output("loss", self.given, self.names, spread=True)]
            weights = per_output(
                "loss_weights",
                self.weights_given,
                self.names,
                spread=not isinstance(self.weights_given, (int, float)) or len(self.names) == 1,
            )
            self._weights = [1.0 if w is None else w for w in weights]

    @property
    def functions(self) -> list[Any]:
        """The loss of each output, None where there is none."""
        return self._functions or []

    def __call__(self, y: Any, y_pred: Any, sample_weight: Any) -> tuple[Any, list[tuple[str, Any]]]:
        """The weighted sum, and each output's own loss by name (None for no losses)."""
        targets = targets_of(y, y_pred, self.names)
        weights = per_output("sample_weight", sample_weight, self.names, spread=True)
        total = None
        parts = []
        for name, function, factor, target, output, weight in zip(
            self.names, self.functions, self._weights, targets, flat_outputs(y_pred), weights, strict=True
        ):
            if function is None or target is None:
                continue
            value = function(target, output, sample_weight=weight)
            parts.append((name, value))
            value = value if factor == 1.0 else multiply(value, factor)
            total = value if total is None else add(total, value)
        return total, parts


def targets_of(y: Any, y_pred: Any, names: Sequence[str]) -> list[Any]:
    """The target of each output, None where there is none."""
    return [None] * len(names) if y is None else per_output("y", y, names)


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [x for v in value.values() for x in _leaves(v)]
    if isinstance(value, (list, tuple)):
        return [x for v in value for x in _leaves(v)]
    return [value]


def _resolve_loss(identifier: Any) -> Any:
    if identifier is None:
        return None
    found = losses_module.get(identifier)
    return (
        found
        if isinstance(found, Loss)
        else losses_module.LossFunctionWrapper(found, name=getattr(found, "__name__", type(found).__name__))
    )


class Metrics:
    """The compiled metrics of all outputs.

    Arguments:
        metrics: name, function, object, or a list of them; for several outputs a list of lists or a dict.
        weighted: the same, for metrics that use the sample weights.
    """

    def __init__(self, metrics: Any, weighted: Any) -> None:
        self.given = metrics
        self.weighted_given = weighted
        self._entries: list[tuple[int, str, Metric, bool]] | None = None
        for x in [*_leaves(metrics), *_leaves(weighted)]:
            if isinstance(x, str) and x not in _ACCURACIES:
                metrics_module.get(x)

    @property
    def names(self) -> tuple[str, ...]:
        """The metrics that were given by name."""
        return tuple(x for x in [*_leaves(self.given), *_leaves(self.weighted_given)] if isinstance(x, str))

    @property
    def metrics(self) -> list[Metric]:
        """The metric objects."""
        return [m for _, _, m, _ in self._entries or ()]

    def bind(self, y: Any, y_pred: Any, output_names: Sequence[str] | None) -> None:
        """Find each output's metrics; 'accuracy' becomes the one that fits the output and its targets."""
        if self._entries is not None:
            return
        names = names_of(y_pred, output_names)
        outputs, targets = flat_outputs(y_pred), targets_of(y, y_pred, names)
        entries: list[tuple[int, str, Metric, bool]] = []
        for given, is_weighted in ((self.given, False), (self.weighted_given, True)):
            for number, wanted in enumerate(_metrics_per_output(given, names)):
                for x in wanted:
                    if targets[number] is None and x is not None:
                        continue
                    metric, shown = _resolve_metric(x, targets[number], outputs[number])
                    if metric is not None:
                        if is_weighted and any(n == number and s == shown for n, s, _, _ in entries):
                            shown = f"weighted_{shown}"
                        entries.append((number, shown, metric, is_weighted))
        many = len(names) > 1
        self._entries = [(n, f"{names[n]}_{shown}" if many else shown, metric, w) for n, shown, metric, w in entries]

    def update(self, y: Any, y_pred: Any, sample_weight: Any, names: Sequence[str]) -> None:
        """Take one batch into account."""
        if not self._entries:
            return
        outputs, targets = flat_outputs(y_pred), targets_of(y, y_pred, names)
        weights = per_output("sample_weight", sample_weight, names, spread=True)
        for number, _, metric, is_weighted in self._entries:
            mask = masks.get_mask(outputs[number])
            weight = weights[number] if is_weighted else None
            if mask is not None and weight is None and is_weighted:
                weight = mask
            metric.update_state(targets[number], outputs[number], sample_weight=weight)

    def results(self) -> dict[str, Any]:
        """The values by name; equal names get `_1`, `_2`, ... ."""
        found: dict[str, Any] = {}
        for _, name, metric, _ in self._entries or ():
            result = metric.result()
            for key, value in result.items() if isinstance(result, dict) else [(name, result)]:
                unique, number = key, 0
                while unique in found:
                    number += 1
                    unique = f"{key}_{number}"
                found[unique] = value
        return found


def _metrics_per_output(given: Any, names: Sequence[str]) -> list[list[Any]]:
    if given is None:
        return [[] for _ in names]
    if isinstance(given, dict):
        chosen = per_output("metrics", given, names)
    elif isinstance(given, (list, tuple)):
        nested = len(names) > 1 and any(isinstance(x, (list, tuple)) for x in given)
        if nested or (len(names) > 1 and len(given) == len(names) and any(x is None for x in given)):
            chosen = per_output("metrics", list(given), names)
        elif len(names) == 1 and len(given) == 1 and isinstance(given[0], (list, tuple)):
            chosen = [given[0]]
        else:
            chosen = [list(given)] * len(names)
    else:
        chosen = [given] * len(names)
    return [[] if c is None else list(c) if isinstance(c, (list, tuple)) else [c] for c in chosen]


def _resolve_metric(identifier: Any, target: Any, output: Any) -> tuple[Metric | None, str]:
    if identifier is None:
        return None, ""
    name = identifier if isinstance(identifier, str) else None
    if name is not None and name.lower() in _ACCURACIES:
        found = metrics_module.get(_fitting("accuracy" if name.lower() in ("accuracy", "acc") else "crossentropy", target, output))
    else:
        found = metrics_module.get(identifier)
    if not isinstance(found, Metric):
        found = metrics_module.MeanMetricWrapper(_aligned(found), name=name or getattr(found, "__name__", type(found).__name__))
    return found, name or found.name


def _aligned(function: Any) -> Any:
    """A user's function that gets targets of shape (n,) as (n, 1) where the output is: (n,) - (n, 1) would be (n, n)."""

    @functools.wraps(function)
    def call(y_true: Any, y_pred: Any, **kwargs: Any) -> Any:
        return function(*same_rank(y_true, y_pred), **kwargs)

    return call


def _fitting(kind: str, target: Any, output: Any) -> str:
    """The accuracy or cross-entropy that fits the shapes of the targets and outputs."""
    expected, made = shape_of(as_operand(target)), shape_of(output)
    if made and made[-1] == 1 and (not expected or expected[-1] == 1 or len(expected) < len(made)):
        return f"binary_{kind}"
    if len(expected) < len(made) or (expected[-1] == 1 and made[-1] != 1):
        return f"sparse_categorical_{kind}"
    return f"categorical_{kind}"
