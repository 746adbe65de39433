"""The checks of `check_layer`: each looks at one property, and says what it saw where that does not hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from keras.core import engine, tree
from keras.core.graph import dtype_name
from keras.core.masks import get_mask, set_mask
from keras.core.state import StateScope
from keras.layers.layer import Layer
from keras.ops.elementwise import add, multiply
from keras.ops.reduction import sum as total_of
from keras.testing.properties import arrays, fits, flat, slopes
from keras.testing.report import CheckFailed, CheckSkipped
from keras.testing.specimen import Specimen, is_float, restored, state_of


def _compare(found: list[np.ndarray], expected: list[np.ndarray], tolerance: float, what: str) -> None:
    """Fail unless both have the same numbers."""
    if len(found) != len(expected):
        raise CheckFailed(f"{what}: {len(found)} outputs and {len(expected)}")
    for i, (a, b) in enumerate(zip(found, expected, strict=True)):
        if a.shape != b.shape:
            raise CheckFailed(f"{what}: output {i} has shape {a.shape} and {b.shape}")
        if not np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True):
            apart = np.max(np.abs(a.astype("float64") - b.astype("float64")))
            raise CheckFailed(f"{what}: output {i} differs by up to {apart:.3g}")


def builds(it: Specimen) -> None:
    """A call builds it, and a second call makes no new weights."""
    it.run()
    if not it.layer.built:
        raise CheckFailed("built is still False after a call. Write super().build(input_shape) or self.built = True in build().")
    before = len(it.layer.weights)
    it.values()
    if len(it.layer.weights) != before:
        raise CheckFailed(f"a second call has made new weights ({before}, then {len(it.layer.weights)}). Make them in build().")


def runs_in_both_modes(it: Specimen) -> None:
    """Training and inference both run and give finite numbers in equal shapes."""
    inference, training = it.values(training=False), it.values(training=True)
    for mode, outputs in (("inference", inference), ("training", training)):
        for i, y in enumerate(outputs):
            if is_float(y) and not np.all(np.isfinite(y)):
                raise CheckFailed(f"output {i} has NaN or infinite numbers in {mode}")
    shapes = [[y.shape for y in outputs] for outputs in (inference, training)]
    if shapes[0] != shapes[1]:
        raise CheckFailed(f"shapes are {shapes[0]} in inference and {shapes[1]} in training")


def inference_repeats(it: Specimen) -> None:
    """Inference gives the same numbers twice and leaves the weights alone."""
    before = [np.array(v.numpy()) for v in it.layer.weights]
    with restored(it.layer):
        first, second = arrays(it.run()), arrays(it.run())
        changed = [v.path for v, b in zip(it.layer.weights, before, strict=True) if not np.array_equal(v.numpy(), b, equal_nan=True)]
    if changed:
        raise CheckFailed(f"inference has changed {', '.join(changed)}. Assign to variables only if training.")
    _compare(second, first, 0.0, "the same inputs twice, training=False")


def keeps_inputs(it: Specimen) -> None:
    """The input arrays are not changed."""
    for training in it.modes:
        given = tree.map_structure(np.array, it.inputs)
        with restored(it.layer):
            it.run(given, training)
        for i, (after, before) in enumerate(zip(tree.leaves(given), tree.leaves(it.inputs), strict=True)):
            if not np.array_equal(after, before, equal_nan=is_float(before)):
                raise CheckFailed(f"the call has changed input array {i} (training={training}). Write x = x * 2, not x *= 2.")


def _spec(it: Specimen, known_batch: bool) -> None:
    values = it.values()
    specs = flat(it.run(it.symbols(known_batch)))
    if len(specs) != len(values):
        raise CheckFailed(f"symbols give {len(specs)} outputs, arrays {len(values)}")
    for i, (spec, value) in enumerate(zip(specs, values, strict=True)):
        if not fits(spec, value):
            raise CheckFailed(
                f"output {i} is {tuple(spec.shape)} {spec.dtype} for symbols, but {value.shape} {value.dtype.name} for arrays. "
                "Take sizes from keras.ops.shape(x) in call()."
            )


def spec_known_batch(it: Specimen) -> None:
    """Shape and dtype for symbols are those of the values."""
    _spec(it, True)


def spec_unknown_batch(it: Specimen) -> None:
    """The same for a batch of unknown size."""
    _spec(it, False)


def compiled_equals_eager(it: Specimen) -> None:
    """A compiled call gives the numbers of an eager one."""
    leaves = [np.array(x) for x in tree.leaves(it.inputs)]
    eager = it.values()
    compiled = engine.current().compile(lambda *xs: flat(it.run(tree.pack_as(it.inputs, list(xs)))))
    with restored(it.layer):
        found = arrays(compiled(*leaves))
    _compare(found, eager, it.tolerance, "compiled and eager")
    rng = np.random.default_rng(1)
    others = [rng.permutation(x) for x in leaves]  # numbers that were frozen into the program show with other inputs
    with restored(it.layer):
        found = arrays(compiled(*others))
    _compare(found, it.values(tree.pack_as(it.inputs, others)), it.tolerance, "compiled and eager, with other numbers")


def each_sample_by_itself(it: Specimen) -> None:
    """A sample's outputs do not depend on the rest of its batch."""
    if not it.batch_independent:
        raise CheckSkipped("batch_independent=False")
    size = len(next(tree.leaves(it.inputs)))
    if size < 2:
        raise CheckSkipped("the batch has one sample; give at least two")
    if any(isinstance(x, np.ndarray) for x in tree.leaves(it.arguments)):
        raise CheckSkipped("call_arguments holds arrays, which may belong to samples")
    together = it.values()
    for i in range(size):
        alone = it.values(tree.map_structure(lambda x, i=i: np.array(x[i : i + 1]), it.inputs))
        what = f"sample {i} by itself and in its batch (if that is meant: batch_independent=False)"
        _compare(alone, [y[i : i + 1] for y in together], it.tolerance, what)


def config_makes_an_equal_layer(it: Specimen) -> None:
    """from_config(get_config()) with the same weights gives the same outputs."""
    config = it.layer.get_config()
    try:
        text = json.dumps(config)
    except TypeError as error:
        raise CheckFailed(
            f"get_config() cannot be written as JSON: {error}. Serialize objects with keras.saving or as plain values."
        ) from error
    again = json.dumps(it.layer.get_config())
    if again != text:
        raise CheckFailed(f"get_config() gives different values each time: {_differences(json.loads(text), json.loads(again))}")
    twin = type(it.layer).from_config(json.loads(text))
    if json.dumps(twin.get_config()) != text:
        raise CheckFailed(f"the layer made from the config has another one: {_differences(json.loads(text), twin.get_config())}")
    it.run(layer=twin)
    if len(twin.get_weights()) != len(it.layer.get_weights()):
        raise CheckFailed(f"the layer made from the config has {len(twin.weights)} weights instead of {len(it.layer.weights)}")
    twin.set_weights(it.layer.get_weights())
    _compare(it.values(layer=twin), it.values(), 0.0, "the layer made from the config, with the same weights")


def _differences(first: dict[str, Any], second: dict[str, Any]) -> str:
    names = [name for name in {**first, **second} if first.get(name) != second.get(name)]
    return "; ".join(f"{name!r} is {first.get(name)!r}, then {second.get(name)!r}" for name in names)


def gradient_is_the_slope(it: Specimen) -> None:
    """The gradient of sum(output**2) is the slope found by finite differences in float64."""
    layer = it.twin("float64")
    inputs = tree.map_structure(lambda x: x.astype("float64") if is_float(x) else x, it.inputs)
    outputs = arrays(it.run(inputs, layer=layer))
    if not any(y.dtype == "float64" for y in outputs):
        raise CheckSkipped(f"with dtype='float64' the outputs are {', '.join(sorted({y.dtype.name for y in outputs}))}")
    if len(layer.get_weights()) == len(it.layer.get_weights()):
        layer.set_weights(it.layer.get_weights())
    for training in it.modes:
        function, start, names = _squared_sum(it, layer, inputs, training)
        if not names:
            raise CheckSkipped("there are no floating inputs or trainable weights")
        rng = np.random.default_rng(3)
        directions = [[rng.normal(size=p.shape) if i == j else np.zeros(p.shape) for j, p in enumerate(start)] for i in range(len(start))]
        for name, (by_gradient, by_difference) in zip(names, slopes(function, start, directions), strict=True):
            if not np.isclose(by_gradient, by_difference, rtol=1e-4, atol=1e-5):
                raise CheckFailed(
                    f"along {name} (training={training}) the gradient gives {by_gradient:.6g}, finite differences {by_difference:.6g}. "
                    "Look for stop_gradient, casts to integers, NumPy calls and own gradients on the way."
                )


def _squared_sum(it: Specimen, layer: Layer, inputs: Any, training: bool) -> tuple[Callable[[list[Any]], Any], list[np.ndarray], list[str]]:
    """sum(output**2) as a function of the floating inputs and trainable weights; where it starts; and their names."""
    trained = [v for v in layer.trainable_weights if v.dtype == "float64"]
    fixed = [(v, v.numpy()) for v in state_of(layer) if not any(v is t for t in trained)]
    leaves = list(tree.leaves(inputs))
    moving = [i for i, x in enumerate(leaves) if is_float(x)]
    rng = np.random.default_rng(5)  # weights are moved a little, so that zeros hide nothing
    start = [*(leaves[i] for i in moving), *(v.numpy() + 0.1 * rng.normal(size=v.shape) for v in trained)]

    def function(parameters: list[Any]) -> Any:
        given = list(leaves)
        for i, x in zip(moving, parameters, strict=False):
            given[i] = x
        with StateScope([*fixed, *zip(trained, parameters[len(moving) :], strict=True)]):
            outputs = flat(it.run(tree.pack_as(inputs, given), training, layer))
        parts = [total_of(multiply(y, y)) for y in outputs if dtype_name(y) == "float64"]
        result = parts[0]
        for part in parts[1:]:
            result = add(result, part)
        return result

    return function, start, [*(f"input {i}" for i in moving), *(v.path for v in trained)]


def accepts_masks(it: Specimen) -> None:
    """A mask on the input is accepted, one that hides nothing changes nothing, and the mask that goes on fits the output."""
    first = next(tree.leaves(it.inputs))
    if isinstance(it.inputs, dict | list | tuple) or first.ndim < (3 if is_float(first) else 2):
        raise CheckSkipped("the input is not one array (batch, time, ...)")
    for mask in (np.ones(first.shape[:2], bool), np.arange(first.shape[0] * first.shape[1]).reshape(first.shape[:2]) % 3 != 1):
        x = engine.current().asarray(np.array(first))
        set_mask(x, mask)
        with restored(it.layer):
            outputs = flat(it.run(x))
        if mask.all():
            _compare(arrays(outputs), it.values(), it.tolerance, "with a mask that hides nothing, and without a mask")
        for i, y in enumerate(outputs):
            going_on = get_mask(y)
            if going_on is not None and tuple(going_on.shape) != tuple(y.shape)[: len(going_on.shape)]:
                raise CheckFailed(
                    f"output {i} is {tuple(y.shape)}, but goes on with a mask of shape {tuple(going_on.shape)}. Write compute_mask()."
                )


def respects_mixed_precision(it: Specimen) -> None:
    """Under mixed_bfloat16 it computes in bfloat16 and keeps its weights in float32."""
    if not any(is_float(y) for y in it.values()):
        raise CheckSkipped("no output is floating")
    layer = it.twin("mixed_bfloat16")
    outputs = flat(it.run(layer=layer))
    wrong = [f"output {i} is {dtype_name(y)}" for i, y in enumerate(outputs) if dtype_name(y) in ("float16", "float32", "float64")]
    if wrong:
        raise CheckFailed(f"{', '.join(wrong)} instead of bfloat16. Cast constants to self.compute_dtype.")
    wrong = [f"{v.path} is {v.dtype}" for v in layer.trainable_weights if "float" in v.dtype and v.dtype != "float32"]
    if wrong:
        raise CheckFailed(f"{', '.join(wrong)} instead of float32. Leave out dtype= in add_weight().")


class Check(NamedTuple):
    """A property: its name, and the function that fails where it does not hold."""

    name: str
    function: Callable[[Specimen], None]


CHECKS = (
    Check("builds", builds),
    Check("modes", runs_in_both_modes),
    Check("inference", inference_repeats),
    Check("inputs", keeps_inputs),
    Check("spec", spec_known_batch),
    Check("spec_unknown_batch", spec_unknown_batch),
    Check("compiled", compiled_equals_eager),
    Check("samples", each_sample_by_itself),
    Check("config", config_makes_an_equal_layer),
    Check("gradient", gradient_is_the_slope),
    Check("masks", accepts_masks),
    Check("mixed_precision", respects_mixed_precision),
)
