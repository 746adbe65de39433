"""Losses, weights and metrics of several outputs, in lists and dicts."""

from __future__ import annotations

import numpy as np
import pytest

import keras
from keras import layers, ops

RNG = np.random.default_rng(8)
X = RNG.normal(size=(12, 3)).astype("float32")
A = RNG.normal(size=(12, 2)).astype("float32")
B = (RNG.random((12, 1)) > 0.5).astype("float32")
W = RNG.uniform(0.5, 2.0, size=12).astype("float32")


def two_outputs(outputs=list):
    x = keras.Input((3,), name="x")
    a = layers.Dense(2, name="a", kernel_initializer="ones")(x)
    b = layers.Dense(1, activation="sigmoid", name="b", kernel_initializer="ones")(x)
    return keras.Model(x, [a, b] if outputs is list else {"b": b, "a": a} if outputs == "reversed" else {"a": a, "b": b})


def expected(weight=None):
    a = X @ np.ones((3, 2)) - A
    p = 1 / (1 + np.exp(-(X @ np.ones((3, 1)))))
    weight = np.ones(12) if weight is None else weight
    mse = ((a**2).mean(-1) * weight).mean()
    bce = (-(B * np.log(p) + (1 - B) * np.log(1 - p)).mean(-1) * weight).mean()
    return float(mse), float(bce)


MSE, BCE = expected()


@pytest.mark.parametrize(
    "loss, weights, factor",
    [
        (["mse", "binary_crossentropy"], None, (1, 1)),
        ({"a": "mse", "b": "binary_crossentropy"}, None, (1, 1)),
        ({"b": "binary_crossentropy", "a": "mse"}, {"b": 0.5, "a": 2.0}, (2, 0.5)),
        (["mse", keras.losses.BinaryCrossentropy()], [0.5, 3.0], (0.5, 3)),
        (["mse", "binary_crossentropy"], {"a": 4.0}, (4, 1)),
        (("mse", keras.losses.binary_crossentropy), (0.25, 1.0), (0.25, 1)),
    ],
)
def test_losses_and_their_weights(loss, weights, factor):
    model = two_outputs()
    model.compile("sgd", loss, loss_weights=weights)
    found = model.evaluate(X, [A, B], verbose=0, return_dict=True)
    assert found == pytest.approx({"a_loss": MSE, "b_loss": BCE, "loss": factor[0] * MSE + factor[1] * BCE}, rel=1e-5)
    assert model.evaluate(X, [A, B], verbose=0) == pytest.approx([found["loss"], MSE, BCE], rel=1e-5)


@pytest.mark.parametrize("outputs", [list, dict, "reversed"])
@pytest.mark.parametrize("y", [{"a": A, "b": B}, {"b": B, "a": A}], ids=["a b", "b a"])
def test_targets_in_dicts_find_their_outputs(outputs, y):
    model = two_outputs(outputs)
    model.compile("sgd", {"a": "mse", "b": "binary_crossentropy"}, metrics={"a": ["mae"], "b": "accuracy"})
    found = model.evaluate(X, y, verbose=0, return_dict=True)
    assert set(found) == {"loss", "a_loss", "b_loss", "a_mae", "b_accuracy"}
    assert found["loss"] == pytest.approx(MSE + BCE, rel=1e-5) and found["b_loss"] == pytest.approx(BCE, rel=1e-5)
    history = model.fit(X, y, epochs=2, verbose=0).history
    assert set(history) == set(found)
    predicted = model.predict(X, verbose=0)
    assert isinstance(predicted, list if outputs is list else dict)
    assert outputs is list or list(predicted) == (["a", "b"] if outputs is dict else ["b", "a"])


def test_generators_and_validation_of_several_outputs():
    model = two_outputs()
    model.compile("sgd", ["mse", "binary_crossentropy"])
    triples = [(X, {"b": B, "a": A}, {"a": W, "b": W})]
    history = model.fit(iter(triples), validation_data=(X, [A, B]), verbose=0).history
    mse, bce = expected(W)
    assert history["loss"][0] == pytest.approx(mse + bce, rel=1e-5)
    assert {"val_loss", "val_a_loss", "val_b_loss"} <= set(history)


def test_outputs_without_a_loss():
    model = two_outputs()
    for loss in (["mse", None], {"a": "mse"}, {"a": "mse", "b": None}):
        model.compile("sgd", loss)
        assert model.evaluate(X, [A, B], verbose=0, return_dict=True) == pytest.approx({"loss": MSE}, rel=1e-5)
    model.compile("sgd", {"a": "mse"})
    assert model.evaluate(X, {"a": A}, verbose=0) == pytest.approx(MSE, rel=1e-5)
    before = model.get_layer("b").get_weights()
    model.fit(X, {"a": A}, verbose=0)
    np.testing.assert_array_equal(before[0], model.get_layer("b").get_weights()[0])


def test_one_loss_for_all_outputs_and_metrics_per_output():
    model = two_outputs()
    model.compile("sgd", "mse", metrics=[["mae"], ["mse", "accuracy"]])
    found = model.evaluate(X, [A, B], verbose=0, return_dict=True)
    assert set(found) == {"loss", "a_loss", "b_loss", "a_mae", "b_mse", "b_accuracy"}
    model.compile("sgd", "mse", metrics=[None, ["mae"]])
    assert "a_mae" not in model.evaluate(X, [A, B], verbose=0, return_dict=True)


def test_sample_weights_for_all_or_for_each_output():
    model = two_outputs()
    model.compile("sgd", ["mse", "binary_crossentropy"], weighted_metrics=[["mae"], []])
    mse, bce = expected(W)
    found = model.evaluate(X, [A, B], sample_weight=W, verbose=0, return_dict=True)
    assert found["a_loss"] == pytest.approx(mse, rel=1e-5) and found["b_loss"] == pytest.approx(bce, rel=1e-5)
    error = np.abs(X @ np.ones((3, 2)) - A).mean(-1)
    assert found["a_mae"] == pytest.approx(float((error * W).sum() / W.sum()), rel=1e-5)
    ones = np.ones(12, "float32")
    for weights in ([W, ones], {"a": W, "b": ones}, {"b": ones, "a": W}):
        found = model.evaluate(X, [A, B], sample_weight=weights, verbose=0, return_dict=True)
        assert found["a_loss"] == pytest.approx(mse, rel=1e-5) and found["b_loss"] == pytest.approx(BCE, rel=1e-5)


def test_class_weights_of_one_of_the_outputs():
    labels = B.astype(int)[:, 0]
    model = two_outputs(dict)
    model.compile("sgd", {"a": "mse", "b": "binary_crossentropy"})
    weighted = model.train_on_batch(X, {"a": A, "b": labels}, class_weight={"b": {1: 3.0}}, return_dict=True)
    _, bce = expected(np.where(labels == 1, 3.0, 1.0))
    assert weighted["b_loss"] == pytest.approx(bce, rel=1e-5) and weighted["a_loss"] == pytest.approx(MSE, rel=1e-5)


def test_own_functions_and_objects_as_losses_and_metrics():
    def doubled(y, p):
        return 2 * ops.mean(ops.square(y - p), axis=-1)

    def worst(y, p):
        return ops.max(ops.abs(y - p), axis=-1)

    class Spread(keras.metrics.Metric):
        def __init__(self, name="spread", **kwargs):
            super().__init__(name=name, **kwargs)
            self.total = self.add_variable((), "zeros", name="total")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.total.assign(ops.maximum(self.total, ops.max(y_pred) - ops.min(y_pred)))

        def result(self):
            return self.total

    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, kernel_initializer="ones")])
    model.compile("sgd", doubled, metrics=[worst, Spread(), "mse"])
    p = X @ np.ones((3, 2), "float32")
    found = model.evaluate(X, A, verbose=0, return_dict=True)
    assert found == pytest.approx(
        {"loss": 2 * MSE, "mse": MSE, "worst": np.abs(p - A).max(-1).mean(), "spread": p.max() - p.min()}, rel=1e-5
    )
    model.fit(X, A, epochs=2, verbose=0)
    assert model.evaluate(X[:2], A[:2], verbose=0, return_dict=True)["spread"] < found["spread"]


def test_metrics_of_equal_name_are_told_apart():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    model.compile("sgd", "mse", metrics=["mae", keras.metrics.MeanAbsoluteError(name="mae"), lambda y, p: ops.mean(p, axis=-1)])
    found = model.evaluate(X, A, verbose=0, return_dict=True)
    assert len(found) == 4 and "mae" in found and "mae_1" in found


def test_metrics_names_are_those_of_evaluate():
    model = two_outputs()
    model.compile("sgd", ["mse", "binary_crossentropy"], metrics=[["mae"], ["accuracy"]])
    values = model.evaluate(X, [A, B], verbose=0)
    assert model.metrics_names == ["loss", "a_loss", "b_loss", "a_mae", "b_accuracy"] and len(values) == 5


def test_evaluate_lists_values_in_the_order_of_keras():
    x = keras.Input((3,))
    z, b = layers.Dense(2, name="z")(x), layers.Dense(1, activation="sigmoid", name="b")(x)
    order = {
        "list": ["loss", "z_loss", "b_loss", "b_mse", "b_accuracy", "z_mae"],
        "dict": ["loss", "b_loss", "z_loss", "b_mse", "b_accuracy", "z_mae"],
    }
    for form, outputs, y in (("list", [z, b], [A, B]), ("dict", {"z": z, "b": b}, {"z": A, "b": B})):
        model = keras.Model(x, outputs)
        model.compile("sgd", {"z": "mse", "b": "binary_crossentropy"}, metrics={"z": ["mae"], "b": ["mse", "accuracy"]})
        named = model.evaluate(X, y, verbose=0, return_dict=True)
        names = order[form][:3] + sorted(order[form][3:])
        assert model.evaluate(X, y, verbose=0) == [named[n] for n in names]
    single = keras.Model(x, z)
    single.compile("sgd", "mse", metrics=["mse", "mae"])
    single.evaluate(X, A, verbose=0)
    assert single.metrics_names == ["loss", "mse", "mae"]


def test_weighted_metrics_of_the_same_name_say_so():
    model = two_outputs()
    model.compile("sgd", "mse", metrics=[["mae"], ["mae"]], weighted_metrics=[["mae"], ["mse"]])
    names = set(model.evaluate(X, [A, B], sample_weight=W, verbose=0, return_dict=True))
    assert names == {"loss", "a_loss", "b_loss", "a_mae", "a_weighted_mae", "b_mae", "b_mse"}


@pytest.mark.parametrize(
    "units, activation, y, chosen",
    [
        (1, "sigmoid", B, "binary_accuracy"),
        (1, "sigmoid", B[:, 0], "binary_accuracy"),
        (3, "softmax", np.arange(12) % 3, "sparse_categorical_accuracy"),
        (3, "softmax", (np.arange(12) % 3)[:, None], "sparse_categorical_accuracy"),
        (3, "softmax", np.eye(3, dtype="float32")[np.arange(12) % 3], "categorical_accuracy"),
    ],
)
def test_accuracy_means_the_one_that_fits(units, activation, y, chosen):
    loss = {"b": "binary_crossentropy", "s": "sparse_categorical_crossentropy", "c": "categorical_crossentropy"}[chosen[0]]
    model = keras.Sequential([keras.Input((3,)), layers.Dense(units, activation=activation)])
    model.compile("sgd", loss, metrics=["accuracy", chosen, "acc"])
    found = model.evaluate(X, y, verbose=0, return_dict=True)
    assert found["accuracy"] == found[chosen] == found["acc"]
