"""What holds for every layer, written once: calls on symbols, in compiled programs, in float64, sample by sample."""

from __future__ import annotations

from typing import Any

import numpy as np
from layer_table import Case

from keras.core import tree
from keras.core.autodiff import value_and_grad
from keras.core.state import StateScope
from keras.core.tensor import KerasTensor
from keras.core.variable import Variable
from keras.ops.elementwise import add, multiply
from keras.ops.reduction import sum as total_of


def built(case: Case, inputs: list[np.ndarray], **kwargs: Any) -> Any:
    """A layer with random weights, built by a call."""
    layer = case.make(**kwargs)
    case.run(layer, inputs)
    randomize(layer)
    return layer


def randomize(layer: Any) -> None:
    """Random weights; what must be positive stays so."""
    rng = np.random.default_rng(11)
    for v in layer.weights:
        positive = "variance" in v.name or "stddev" in v.name
        v.assign((rng.uniform(0.5, 1.5, v.shape) if positive else rng.normal(0, 0.5, v.shape)).astype(v.numpy().dtype))


def flat(results: Any) -> list[Any]:
    """The outputs one after another."""
    return [y for y in tree.flatten(results) if y is not None]


def leaves(results: Any) -> list[np.ndarray]:
    """The outputs as arrays."""
    return [np.array(y) for y in flat(results)]


def symbols_of(case: Case, inputs: list[np.ndarray], unknown: bool) -> list[KerasTensor]:
    """Symbols in the inputs' shapes; with `unknown`, every size that the case does not need is None."""
    made = []
    for x in inputs:
        shape = tuple(None if unknown and i not in case.known and (i == 0 or x is inputs[0]) else n for i, n in enumerate(x.shape))
        made.append(KerasTensor(shape, str(x.dtype)))
    return made


def fits(spec: Any, value: np.ndarray) -> bool:
    """Whether a symbol's shape and dtype allow the value's."""
    return (
        len(spec.shape) == value.ndim
        and all(n in (None, m) for n, m in zip(spec.shape, value.shape, strict=True))
        and spec.dtype == value.dtype.name
    )


def seeds_of(layer: Any) -> list[Variable]:
    """The states of the layer's random generators."""
    return layer._seed_variables()


def scalar_function(case: Case, layer: Any, inputs: list[np.ndarray]) -> Any:
    """The sum of squared outputs as a function of (inputs, weights); random masks and statistics stay where they are."""
    fixed = [(v, v.numpy()) for v in [*seeds_of(layer), *(v for v in layer.weights if v.kind == "statistic")]]
    trained = [v for v in layer.weights if v.kind == "weight" and v.trainable]
    rng = np.random.default_rng(5)
    probes: list[np.ndarray] = []

    def function(parameters: dict[str, Any]) -> Any:
        given = parameters["x"] or inputs
        with StateScope([*fixed, *zip(trained, parameters["w"], strict=True)]):
            outputs = [y for y in flat(case.run(layer, given)) if y.dtype == "float64"]
        while len(probes) < len(outputs):
            probes.append(rng.normal(size=tuple(outputs[len(probes)].shape)))
        parts = [total_of(multiply(multiply(y, y), probe)) for y, probe in zip(outputs, probes, strict=True)]
        result = parts[0]
        for part in parts[1:]:
            result = add(result, part)
        return result

    start = {"x": [] if case.largest else [np.array(x) for x in inputs], "w": [v.numpy() for v in trained]}
    return function, start


def along_a_direction(function: Any, start: dict[str, Any], step: float = 1e-6) -> tuple[float, float]:
    """The slope of a function along a random direction, from its gradient and from finite differences."""
    rng = np.random.default_rng(3)
    direction = tree.map_structure(lambda p: rng.normal(size=p.shape), start)
    _, gradient = value_and_grad(function)(start)
    slope = sum(float(np.sum(np.asarray(g) * d)) for g, d in zip(tree.flatten(gradient), tree.flatten(direction), strict=True))
    moved = [tree.map_structure(lambda p, d, s=s: p + s * step * d, start, direction) for s in (1, -1)]
    up, down = (float(value_and_grad(function)(m)[0]) for m in moved)
    return slope, (up - down) / (2 * step)
