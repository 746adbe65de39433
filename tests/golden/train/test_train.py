"""Training as Keras 3.15.1 (JAX) recorded it: what each step returned, and the weights, outputs and histories after it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import keras
from keras.models.cloning import model_from_config

HERE = Path(__file__).parent
CASES = json.loads((HERE / "keras-3.15.1-jax.json").read_text())
ARRAYS = np.load(HERE / "keras-3.15.1-jax.npz")
TOLERANCE = {"rtol": 1e-4, "atol": 1e-5}

NEVER = {
    "train/lossobj_scce_logits": "its metric 'mse' compares class numbers with rows of logits, which is refused here",
}
LOSS_ARGUMENT_LOST = {"train/lossobj_huber_delta": lambda: keras.losses.Huber(delta=0.5)}
"""Losses whose config that Keras wrote lacks an argument."""
UNWEIGHTED_METRIC_IGNORES_MASK = {"train/arch_lstm_mask"}
"""Keras 3 counts masked steps in metrics that are not weighted; Keras 1, Keras 2 and this project leave them out."""


def arrays_of(name):
    """The arrays of a case; `numbered` gives those of one letter in order."""
    found = {key.removeprefix(name + "/"): ARRAYS[key] for key in ARRAYS if key.startswith(name + "/")}

    def numbered(prefix):
        return [found[f"{prefix}{i}"] for i in range(len(found)) if f"{prefix}{i}" in found]

    return found, numbered


def alone(values):
    return values if len(values) > 1 else values[0]


@pytest.mark.parametrize("name", [n for n in CASES if n.startswith("train/") and n not in NEVER])
def test_steps_evaluation_and_weights(name):
    case, (arrays, numbered) = CASES[name], arrays_of(name)
    model = model_from_config({**case["config"], "compile_config": None})
    model.set_weights(numbered("initial_w"))
    model.compile_from_config(case["config"]["compile_config"])
    if name in LOSS_ARGUMENT_LOST:
        model.compile(model.optimizer, LOSS_ARGUMENT_LOST[name](), metrics=case["config"]["compile_config"]["metrics"])
    x, y = alone(numbered("x")), alone(numbered("t"))
    weights = {"sample_weight": arrays["sample_weight"]} if "sample_weight" in arrays else {}
    class_weight = {int(k): v for k, v in case["class_weight"].items()} if "class_weight" in case else None
    columns = slice(1) if name in UNWEIGHTED_METRIC_IGNORES_MASK else slice(None)

    def step():
        return np.atleast_1d(model.train_on_batch(x, y, class_weight=class_weight, **weights))[columns]

    def compare(found, wanted):
        np.testing.assert_allclose(np.atleast_1d(found), wanted, **TOLERANCE)

    compare([step() for _ in range(3)], arrays["first3_train_on_batch"][:, columns])
    for found, wanted in zip(model.get_weights(), numbered("w"), strict=True):
        compare(found, wanted)
    outputs = model.predict(x, verbose=0)
    for found, wanted in zip(outputs if isinstance(outputs, list) else [outputs], numbered("y"), strict=True):
        compare(found, wanted)
    evaluated = np.atleast_1d(model.evaluate(x, y, batch_size=len(numbered("x")[0]), verbose=0, **weights))
    compare(evaluated[columns], arrays["evaluate"][columns])
    compare([step() for _ in range(5)], arrays["train_on_batch"][:, columns])
    for found, wanted in zip(model.get_weights(), numbered("after_w"), strict=True):
        compare(found, wanted)


@pytest.mark.filterwarnings("ignore:The validation part contains")
@pytest.mark.parametrize("name", [n for n in CASES if n.startswith("fit/")])
def test_histories(name):
    case, (arrays, numbered) = CASES[name], arrays_of(name)
    model = model_from_config(case["config"])
    model.set_weights(numbered("w"))
    x, y = alone(numbered("x")), alone(numbered("t"))
    options = dict(case["fit_arguments"])
    if "sample_weight" in options:
        options["sample_weight"] = arrays["sample_weight"]
    if "validation_data" in options:
        options["validation_data"] = (x[:4], y[:4])
    history = model.fit(x, y, shuffle=False, verbose=0, **options)
    assert history.epoch == case["epoch"]
    assert set(history.history) == set(case["history"])
    for key, wanted in case["history"].items():
        np.testing.assert_allclose(history.history[key], wanted, err_msg=key, **TOLERANCE)


@pytest.mark.parametrize("name", CASES)
def test_configs_are_written_as_keras_wrote_them(name):
    wanted = CASES[name]["config"]
    found = json.loads(model_from_config(wanted).to_json())
    assert {k: found[k] for k in ("module", "class_name", "registered_name")} == {
        k: wanted[k] for k in ("module", "class_name", "registered_name")
    }
    ours, theirs = found["config"], wanted["config"]
    for key in ("name", "trainable", "input_layers", "output_layers", "build_input_shape"):
        assert ours.get(key) == theirs.get(key)
    for a, b in zip(ours["layers"], theirs["layers"], strict=True):
        assert [a.get(k) for k in ("class_name", "name", "inbound_nodes")] == [b.get(k) for k in ("class_name", "name", "inbound_nodes")]
