"""State given from outside and taken out: layers' own variables, state trees, losses as pure functions, `Function`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import keras
from keras import layers, ops

X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
Y = np.ones((4, 2), "float32")


def model() -> Any:
    made = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="head"), layers.BatchNormalization(name="norm")], name="net")
    made.compile("adam", "mse", metrics=["mae"])
    made.fit(X, Y, verbose=0)
    return made


class TestOwnVariables:
    def test_round_trip(self) -> None:
        one, two = layers.Dense(2), layers.Dense(2)
        store: dict[str, Any] = {}
        for layer in (one, two):
            layer.build((None, 3))
        one.save_own_variables(store)
        assert list(store) == ["0", "1"]
        two.load_own_variables(store)
        np.testing.assert_array_equal(one.get_weights()[0], two.get_weights()[0])

    def test_nothing_changes_unless_all_fit(self) -> None:
        layer = layers.Dense(2, name="d")
        layer.build((None, 3))
        before = layer.get_weights()
        with pytest.raises(ValueError, match=r"Dense 'd': load_own_variables got shape \(3,\) for 'd/bias' of shape \(2,\)"):
            layer.load_own_variables({"0": np.zeros((3, 2)), "1": np.zeros(3)})
        with pytest.raises(ValueError, match=r"got 1 values for 2 variables: \['kernel', 'bias'\]"):
            layer.load_own_variables({"0": np.zeros((3, 2))})
        np.testing.assert_array_equal(layer.get_weights()[0], before[0])
        with pytest.raises(ValueError, match="It is not built yet"):
            layers.Dense(2).load_own_variables({"0": np.zeros((3, 2))})


class TestStateTree:
    def test_groups_and_paths(self) -> None:
        state = model().get_state_tree("numpy_array")
        assert list(state) == ["trainable_variables", "non_trainable_variables", "optimizer_variables", "metrics_variables"]
        assert set(state["trainable_variables"]["net"]) == {"head", "norm"}
        assert set(state["metrics_variables"]) == {"loss", "mean_absolute_error"}

    def test_it_goes_back(self) -> None:
        made = model()
        state = made.get_state_tree()
        made.fit(X, Y, epochs=3, verbose=0)
        after = made.get_weights()
        made.set_state_tree(state)
        assert not np.array_equal(after[0], made.get_weights()[0])
        for now, then in zip(keras.tree.flatten(made.get_state_tree()), keras.tree.flatten(state), strict=True):
            np.testing.assert_array_equal(np.asarray(now), np.asarray(then))

    def test_wrong_trees_change_nothing(self) -> None:
        made = model()
        before = made.get_weights()
        good = made.get_state_tree("numpy_array")["trainable_variables"]
        zeros = keras.tree.map_structure(np.zeros_like, good)
        for wrong, text in (
            ({"zz": 1}, "got the group 'zz' with int. Accepted: dicts under trainable_variables"),
            ({"trainable_variables": {**zeros, "more": {"kernel": 1}}}, "trainable_variables has no variable 'more/kernel'"),
            ({"trainable_variables": {**zeros, "net": {"head": {"kernel": np.zeros(2)}}}}, r"got shape \(2,\) for 'net/head/kernel'"),
        ):
            with pytest.raises(ValueError, match=text):
                made.set_state_tree(wrong)
        np.testing.assert_array_equal(made.get_weights()[0], before[0])
        with pytest.raises(ValueError, match="got 'zz'. Accepted: 'backend_tensor' or 'numpy_array'"):
            made.get_state_tree("zz")

    def test_two_layers_with_one_path(self) -> None:
        twin = [layers.Dense(3, name="same"), layers.Dense(3, name="same")]
        made = keras.Sequential([keras.Input((3,)), twin[0]])
        made.more = twin[1]
        twin[1].build((None, 3))
        for v in twin[1].weights:
            v._path = twin[0].weights[0].path
        with pytest.raises(ValueError, match="two variables have the path"):
            made.get_state_tree()


class TestLossesAsFunctions:
    def values(self, made: Any) -> list[list[Any]]:
        return [[v.value for v in group] for group in (made.trainable_variables, made.non_trainable_variables, made.metrics_variables)]

    def test_stateless_compute_loss(self) -> None:
        made = model()
        loss, (trainable, non_trainable, _) = made.stateless_compute_loss(*self.values(made), x=X, y=Y, y_pred=made(X))
        assert float(loss) == pytest.approx(float(made.compute_loss(X, Y, made(X))), rel=1e-6)
        assert len(trainable) == len(made.trainable_variables) and len(non_trainable) == len(made.non_trainable_variables)

    def test_compute_loss_and_updates_leaves_the_model_alone(self) -> None:
        made = model()
        before = made.get_weights()
        scaled, (loss, y_pred, non_trainable, metrics) = made.compute_loss_and_updates(*self.values(made), X, Y, None, training=True)
        assert float(scaled) == float(loss) and tuple(y_pred.shape) == (4, 2)
        assert not np.array_equal(np.asarray(non_trainable[0]), made.non_trainable_variables[0].numpy())
        assert len(metrics) == len(made.metrics_variables)
        for now, then in zip(made.get_weights(), before, strict=True):
            np.testing.assert_array_equal(now, then)

    def test_the_wrong_number_of_values(self) -> None:
        made = model()
        with pytest.raises(ValueError, match="Model 'net': got 0 values for 4 trainable_variables"):
            made.stateless_compute_loss([], *self.values(made)[1:], x=X, y=Y, y_pred=Y)


class TestStepFunctions:
    def test_they_take_an_iterator(self) -> None:
        made = model()
        train, test, predict = made.make_train_function(), made.make_test_function(), made.make_predict_function()
        batches = iter([(X, Y)] * 3)
        assert set(train(batches)) == {"loss", "mae"} == set(test(batches))
        assert np.asarray(predict(iter([X]))).shape == (4, 2)
        assert made.train_function is train and made.make_train_function() is train
        assert made.make_train_function(force=True) is not train

    def test_jit_compile(self) -> None:
        made = model()
        assert made.jit_compile is (keras.backend.backend() == "jax")
        made.jit_compile = False
        assert made.jit_compile is False
        assert made.jax_state_sync() is None


class TestFunction:
    def test_between_any_symbols(self) -> None:
        x = keras.Input((3,))
        h = layers.Dense(2, name="dense")(x)
        y = ops.relu(h)
        whole, part = keras.Function(x, y, name="f"), keras.Function(h, y)
        np.testing.assert_allclose(np.asarray(part(np.asarray(keras.Function(x, h)(X)))), np.asarray(whole(X)))
        assert whole.name == "f" and [o.name for o in whole.operations][1] == "dense"
        assert whole.compute_output_shape((5, 3)) == (5, 2) and whole.compute_output_spec(x).shape == (None, 2)
        assert whole.inputs == [x] and whole.input is x and len(whole.outputs) == 1

    def test_dicts(self) -> None:
        a = keras.Input((3,), name="a")
        found = keras.Function({"a": a}, {"b": ops.exp(a)})({"a": X})
        assert list(found) == ["b"]

    def test_errors(self) -> None:
        x = keras.Input((3,))
        with pytest.raises(ValueError, match="which is not in inputs"):
            keras.Function(keras.Input((2,)), layers.Dense(2)(x))
        with pytest.raises(ValueError, match=r"got 1. Accepted: symbols"):
            keras.Function(1, x)


def test_add_metric_says_what_to_write() -> None:
    with pytest.raises(
        NotImplementedError, match=r"Dense 'dense': add_metric is gone since Keras 3. Write self.total = keras.metrics.Mean"
    ):
        layers.Dense(1).add_metric(1.0, name="x")


def test_a_call_on_symbols() -> None:
    layer = layers.Dense(2)
    assert layer.symbolic_call(keras.KerasTensor((None, 3))).shape == (None, 2)
    assert layer.rematerialized_call(layer.call, X) == layer.call
