"""`keras.testing.check_layer` passes good layers, and names what is wrong with each broken one."""

from __future__ import annotations

import itertools
import re
from typing import Any

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.testing import check_layer
from keras.testing.report import LayerCheckError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 4)).astype("float32")
SEQUENCE = RNG.normal(size=(3, 5, 4)).astype("float32")
COUNTER = itertools.count()


class Scale(layers.Layer):
    """x * w + b, as it should be written."""

    supports_masking = True

    def __init__(self, start: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape: Any) -> None:
        self.w = self.add_weight(shape=(input_shape[-1],), initializer=keras.initializers.Constant(self.start), name="w")
        self.b = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="b")

    def call(self, x: Any) -> Any:
        return x * self.w + self.b


class OtherConfig(Scale):
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "start": float(next(COUNTER))}


class ForgottenArgument(Scale):
    def get_config(self) -> dict[str, Any]:
        return {name: value for name, value in super().get_config().items() if name != "start"}

    def call(self, x: Any) -> Any:
        return super().call(x) * self.start


class ObjectInConfig(Scale):
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "start": object()}


class Mutating(Scale):
    def call(self, x: Any) -> Any:
        if isinstance(x, np.ndarray):
            x *= 2
        return super().call(x)


class StoppedGradient(Scale):
    def call(self, x: Any) -> Any:
        return ops.stop_gradient(x) * self.w + self.b


class StoppedOnlyInTraining(Scale):
    def call(self, x: Any, training: bool = False) -> Any:
        return x * (ops.stop_gradient(self.w) if training else ops.convert_to_tensor(self.w)) + self.b


class BatchMean(Scale):
    def call(self, x: Any) -> Any:
        return super().call(x - ops.mean(x, axis=0, keepdims=True))


class Noisy(Scale):
    def call(self, x: Any) -> Any:
        return super().call(x) + keras.random.normal(ops.shape(x), seed=next(COUNTER))


class Counting(Scale):
    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False, name="calls")

    def call(self, x: Any) -> Any:
        self.calls.assign_add(1.0)
        return super().call(x)


class WrongSpec(Scale):
    def call(self, x: Any) -> Any:
        y = super().call(x)
        return y if isinstance(y, keras.KerasTensor) else y[:, :-1]


class NumPyInside(Scale):
    def call(self, x: Any) -> Any:
        return super().call(np.tanh(np.asarray(x)))


class Float32Constant(Scale):
    def call(self, x: Any) -> Any:
        return ops.cast(super().call(x), "float32")


class NotANumber(Scale):
    def call(self, x: Any, training: bool = False) -> Any:
        return super().call(x) * (float("nan") if training else 1.0)


class MaskOfAnotherShape(Scale):
    def call(self, x: Any) -> Any:
        return ops.mean(super().call(x), axis=1)


class NoCall(layers.Layer):
    pass


GOOD = {
    "own": (Scale, X),
    "dense": (lambda: layers.Dense(3, activation="tanh"), X),
    "dropout": (lambda: layers.Dropout(0.4), X),
    "batch normalization": (layers.BatchNormalization, X),
    "lstm": (lambda: layers.LSTM(2), SEQUENCE),
    "embedding": (lambda: layers.Embedding(9, 2, mask_zero=True), RNG.integers(0, 9, (3, 5)).astype("int32")),
    "two inputs": (layers.Concatenate, [X, X + 1]),
}

BROKEN = {
    OtherConfig: (X, "config", "different values each time: 'start' is"),
    ForgottenArgument: (X, "config", r"differs by up to"),
    ObjectInConfig: (X, "config", "cannot be written as JSON"),
    Mutating: (X, "inputs", r"changed input array 0.*not x \*= 2"),
    StoppedGradient: (X, "gradient", "along input 0 .* the gradient gives 0, finite differences"),
    StoppedOnlyInTraining: (X, "gradient", r"along .*/w \(training=True\) the gradient gives 0"),
    BatchMean: (X, "samples", "sample 0 by itself and in its batch"),
    Noisy: (X, "inference", "the same inputs twice"),
    Counting: (X, "inference", "inference has changed .*/calls"),
    WrongSpec: (X, "spec", r"\(3, 4\) float32 for symbols, but \(3, 3\) float32 for arrays"),
    NumPyInside: (X, "compiled", "Error"),
    Float32Constant: (X, "mixed_precision", "output 0 is float32 instead of bfloat16"),
    NotANumber: (X, "modes", "output 0 has NaN or infinite numbers in training"),
    MaskOfAnotherShape: (SEQUENCE, "masks", r"output 0 is \(3, 4\), but goes on with a mask of shape \(3, 5\)"),
    NoCall: (X, "builds", "NoCall has no `call` method"),
}


@pytest.mark.parametrize(("make", "inputs"), GOOD.values(), ids=GOOD.keys())
def test_good_layers_pass(make: Any, inputs: Any) -> None:
    report = check_layer(make(), inputs, raise_on_failure=True)
    assert report.ok and not report.failures
    assert {finding.check for finding in report if finding.status == "skipped"} <= {"masks"}


@pytest.mark.parametrize("cls", BROKEN, ids=lambda cls: cls.__name__)
def test_what_is_broken_is_named(cls: type) -> None:
    inputs, check, text = BROKEN[cls]
    arguments = {"start": 2.0} if cls is ForgottenArgument else {}
    report = check_layer(cls(**arguments), inputs)
    finding = report[check]
    assert finding.status == "failed", str(report)
    assert re.search(text, finding.text), finding.text
    with pytest.raises(LayerCheckError, match=f"failed   {check}"):
        check_layer(cls(**arguments), inputs, raise_on_failure=True)


def test_only_the_broken_property_fails() -> None:
    for cls, check in ((Mutating, "inputs"), (StoppedGradient, "gradient"), (BatchMean, "samples"), (OtherConfig, "config")):
        failed = {finding.check for finding in check_layer(cls(), X).failures}
        consequences = {"compiled", "gradient"} if cls is Mutating else set()
        assert failed - consequences == {check}


def test_what_is_meant_can_be_said() -> None:
    assert check_layer(BatchMean(), X, batch_independent=False).ok
    report = check_layer(StoppedGradient(), X, skip=("gradient",))
    assert report.ok and report["gradient"].text == "left out by skip="


def test_arrays_and_weights_are_as_before() -> None:
    layer = layers.BatchNormalization()
    layer(X)
    before, x = layer.get_weights(), X.copy()
    check_layer(layer, x)
    np.testing.assert_array_equal(x, X)
    for a, b in zip(layer.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
    assert keras.config.dtype_policy().name == "float32"


def test_arguments_of_the_call_are_handed_on() -> None:
    report = check_layer(layers.MultiHeadAttention(2, 3), SEQUENCE, call_arguments={"value": SEQUENCE})
    assert report.ok and report["samples"].status == "skipped"


def test_the_report_is_a_table() -> None:
    report = check_layer(layers.Dense(2, name="small"), X)
    lines = str(report).splitlines()
    assert lines[0] == "Dense 'small': 11 passed, 1 skipped"
    assert lines[1].split()[:2] == ["passed", "builds"]
    assert len(lines) == len(report) + 1 and max(map(len, lines)) <= 120
    assert repr(report) == "<Report of Dense 'small': 11 passed, 1 skipped>"
    with pytest.raises(KeyError, match="no check is called 'speed'. Accepted: builds, modes"):
        report["speed"]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((layers.Dense, X), TypeError, r"check_layer\(layer\): got .*Accepted: a layer object"),
        ((layers.Dense(2), [[1.0, 2.0]]), TypeError, r"check_layer\(inputs\): got 1.0.*Accepted: a NumPy array"),
        ((layers.Dense(2), []), TypeError, r"check_layer\(inputs\): got \[\]"),
    ],
)
def test_arguments_that_cannot_be_checked(arguments: tuple[Any, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        check_layer(*arguments)


def test_an_unknown_name_in_skip() -> None:
    with pytest.raises(ValueError, match=r"check_layer\(skip\): got \('speed',\). Accepted: a tuple of 'builds'"):
        check_layer(layers.Dense(2), X, skip=("speed",))
