"""Every layer of the table on every engine as on numpy: outputs, gradients, a few training steps, mixed precision, unknown sizes."""

from __future__ import annotations

import functools
from typing import Any

import layer_properties as properties
import numpy as np
import pytest
from layer_table import CALLED, Case

from keras.core import engine
from keras.core.state import StateScope
from keras.ops.control import value_and_grad
from keras.ops.elementwise import add, cast, multiply
from keras.ops.reduction import sum as total_of
from keras.testing.properties import flat

STEPS = 3
WRAPPERS = ("Bidirectional", "TimeDistributed", "SpectralNormalization", "RNN", "StackedRNNCells")
NARROW = {"torch": "float16", "tensorflow": "float16"}
"""The narrow float to try where it is not bfloat16: oneDNN's products of these stop the process on processors that announce AMX to a
system which does not allow it."""
NOT_YET = {("tensorflow", "MaxPooling3D"): "TensorFlow has no float16 max pooling over three axes on a processor"}
EVERY = pytest.mark.parametrize("case", CALLED, ids=[c.name for c in CALLED])


def _built(case: Case, weights: list[np.ndarray] | None) -> Any:
    """A layer of the engine in use with these weights, or random ones."""
    layer = case.make()
    case.run(layer, properties.symbols_of(case, case.inputs(), False))  # builds it; a call on numbers would compile every op by itself
    if weights is None:
        properties.randomize(layer)
    else:
        layer.set_weights(weights)
    return layer


def _trained(case: Case, weights: list[np.ndarray] | None) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray], list[float]]:
    """First weights, outputs, gradients, and the losses of a few steps down the slope."""
    chosen = engine.current()
    layer = _built(case, weights)
    start = [v.numpy() for v in layer.weights]
    inputs = [chosen.asarray(x) for x in case.inputs()]
    kept = [(v, chosen.asarray(v.numpy())) for v in [*properties.seeds_of(layer), *(v for v in layer.weights if v.kind == "statistic")]]
    trained = [v for v in layer.weights if v.kind == "weight" and v.trainable]
    floats = [] if case.largest else inputs

    def loss(parameters: Any) -> Any:
        given, values = parameters[: len(floats)], parameters[len(floats) :]
        with StateScope([*kept, *zip(trained, values, strict=True)]):
            outputs = flat(case.run(layer, list(given) or inputs))
        result: Any = 0.0
        for number, y in enumerate(outputs):
            probe = np.random.default_rng(number).normal(size=tuple(y.shape)).astype("float32")
            wide = cast(y, "float32")
            result = add(result, total_of(multiply(multiply(wide, wide), probe)))
        return result, outputs

    def step(*parameters: Any) -> Any:
        (value, outputs), gradients = value_and_grad(loss, has_aux=True)(list(parameters))
        return value, outputs, gradients

    compiled = chosen.compile(step)
    parameters = [*floats, *(chosen.asarray(v.numpy()) for v in trained)]
    losses, first = [], None
    for _ in range(STEPS):
        value, outputs, gradients = compiled(*parameters)
        first = first or ([chosen.to_numpy(y) for y in outputs], [chosen.to_numpy(g) for g in gradients])
        losses.append(float(chosen.to_numpy(value)))
        moved = [chosen.to_numpy(p) - np.float32(0.01) * chosen.to_numpy(g) for p, g in zip(parameters, gradients, strict=True)]
        parameters = [chosen.asarray(p) for p in moved]
    return start, *first, losses  # type: ignore[misc]


@functools.cache
def _on_numpy(name: str) -> Any:
    with engine.use("numpy"):
        return _trained(next(c for c in CALLED if c.name == name), None)


@EVERY
def test_outputs_gradients_and_training_agree_with_numpy(other: Any, case: Case) -> None:
    weights, outputs, gradients, losses = _on_numpy(case.name)
    _, found, slopes, fallen = _trained(case, weights)
    for a, b in zip(found, outputs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
    for a, b in zip(slopes, gradients, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4 * max(1.0, float(np.abs(b).max(initial=0.0))))
    np.testing.assert_allclose(fallen, losses, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    "case", [c for c in CALLED if c.layer not in WRAPPERS and not c.largest], ids=lambda c: c.name if isinstance(c, Case) else None
)
def test_mixed_precision_and_unknown_sizes(other: Any, case: Case) -> None:
    if (other.name, case.layer) in NOT_YET:
        pytest.skip(NOT_YET[other.name, case.layer])
    narrow = NARROW.get(other.name, "bfloat16")
    layer = case.make(dtype=f"mixed_{narrow}")
    inputs = case.inputs()
    outputs = flat(other.compile(lambda *xs: case.run(layer, list(xs)))(*map(other.asarray, inputs)))
    assert {other.dtype_of(y) for y in outputs} == {narrow}
    assert {v.dtype for v in layer.weights} <= {"float32"}
    specs = flat(case.run(case.make(), properties.symbols_of(case, inputs, True)))
    for spec, y in zip(specs, outputs, strict=True):
        assert all(n is None or n == m for n, m in zip(spec.shape, y.shape, strict=True))
