"""What holds for every layer, written once: calls on symbols, in compiled programs, in float64, sample by sample."""

from __future__ import annotations

from typing import Any

import numpy as np
from layer_table import Case

from keras.core import tree
from keras.core.state import StateScope
from keras.core.tensor import KerasTensor
from keras.core.variable import Variable
from keras.ops.elementwise import add, multiply
from keras.ops.reduction import sum as total_of
from keras.testing.properties import flat, slopes


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


def symbols_of(case: Case, inputs: list[np.ndarray], unknown: bool) -> list[KerasTensor]:
    """Symbols in the inputs' shapes; with `unknown`, every size that the case does not need is None."""
    made = []
    for x in inputs:
        shape = tuple(None if unknown and i not in case.known and (i == 0 or x is inputs[0]) else n for i, n in enumerate(x.shape))
        made.append(KerasTensor(shape, str(x.dtype)))
    return made


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
    return slopes(function, start, [direction], step)[0]
