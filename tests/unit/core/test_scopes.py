"""Scopes, names, and what variables say about themselves."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

import keras
from keras import ops
from keras.core import engine


class TestVariableAttributes:
    def test_they_can_be_read(self) -> None:
        with keras.name_scope("a"):
            v = keras.Variable([1.0, 2.0], name="v", aggregation="sum", synchronization="on_read")
        found = (v.name, v.path, v.dtype, v.shape, v.aggregation, v.synchronization, v.regularizer, v.constraint, v.overwrite_with_gradient)
        assert found == ("v", "a/v", "float32", (2,), "sum", "on_read", None, None, False)
        assert keras.Variable(1.0, aggregation=None, synchronization=None).aggregation == "none"

    @pytest.mark.parametrize("name", ["name", "path", "dtype", "shape", "aggregation", "synchronization"])
    def test_some_never_change(self, name: str) -> None:
        with pytest.raises(AttributeError):
            setattr(keras.Variable(1.0), name, "x")

    @pytest.mark.parametrize(
        ("change", "error", "text"),
        [
            (
                lambda v: setattr(v, "constraint", "non_neg"),
                ValueError,
                r"Variable.constraint: got 'non_neg'. Accepted: a function such as",
            ),
            (lambda v: setattr(v, "regularizer", 3), ValueError, r"Variable.regularizer: got 3. Accepted: a function such as"),
            (lambda v: setattr(v, "overwrite_with_gradient", 3), TypeError, "got 3. Accepted: True or False"),
            (lambda v: keras.Variable(1.0, aggregation="zz"), ValueError, r"Variable\(aggregation\): got 'zz'. Accepted: 'none', 'mean'"),
            (
                lambda v: keras.Variable(1.0, synchronization="zz"),
                ValueError,
                r"Variable\(synchronization\): got 'zz'. Accepted: 'none', 'on_read'",
            ),
        ],
    )
    def test_wrong_values(self, change: Any, error: type[Exception], text: str) -> None:
        v = keras.Variable(1.0)
        with pytest.raises(error, match=text):
            change(v)
        assert (v.constraint, v.regularizer, v.overwrite_with_gradient) == (None, None, False)


class TestNameScope:
    def test_it_nests(self) -> None:
        with keras.name_scope("a") as outer, keras.name_scope(""), keras.name_scope("b"):
            assert keras.Variable(1.0, name="w").path == "a/b/w"
        assert outer.name == "a" and keras.Variable(1.0, name="w").path == "w"

    def test_a_layer_built_by_hand_has_its_name_in_the_paths(self) -> None:
        layer = keras.layers.Dense(2, name="d")
        layer.build((None, 3))
        assert [v.path for v in layer.weights] == ["d/kernel", "d/bias"] and layer.path == "d"

    @pytest.mark.parametrize("name", ["a/b", 3, None])
    def test_wrong_names(self, name: Any) -> None:
        with pytest.raises(ValueError, match=r"name_scope\(name\): got .* Accepted: a text without '/'"):
            keras.name_scope(name)

    def test_uids_count_until_the_session_is_cleared(self) -> None:
        assert [keras.backend.get_uid("q"), keras.backend.get_uid("q"), keras.backend.get_uid()] == [1, 2, 1]
        keras.backend.clear_session()
        assert keras.backend.get_uid("q") == 1


class TestStatelessScope:
    def test_reads_and_writes_stay_inside(self) -> None:
        v = keras.Variable([1.0, 2.0])
        with keras.StatelessScope([(v, np.zeros(2))]) as scope:
            assert np.asarray(v.value).tolist() == [0.0, 0.0]
            v.assign([5.0, 5.0])
            assert np.asarray(v.value).tolist() == [5.0, 5.0]
        assert v.numpy().tolist() == [1.0, 2.0]
        assert np.asarray(scope.get_current_value(v)).tolist() == [5.0, 5.0]
        assert list(scope.state_mapping) == [id(v)]
        assert keras.StatelessScope().get_current_value(v) is None

    def test_losses_are_collected(self) -> None:
        layer = keras.layers.ActivityRegularization(l2=1.0)
        with keras.StatelessScope(collect_losses=True) as scope:
            layer(np.ones((1, 2), "float32"))
        assert [float(x) for x in scope.losses] == [2.0]
        scope.add_loss(1.0)
        assert len(scope.losses) == 2

    def test_updates_can_be_added(self) -> None:
        v = keras.Variable(1.0)
        with keras.StatelessScope() as scope:
            scope.add_update((v, 3.0))
            assert float(v) == 3.0

    @pytest.mark.parametrize(
        ("pairs", "text"),
        [
            (lambda v: [(v, np.zeros(3))], r"got a value of shape \(3,\) for 'variable', which has shape \(2,\)"),
            (lambda v: [(1, np.zeros(3))], "Accepted: pairs"),
            (lambda v: {v: 1}, "Accepted: pairs"),
        ],
    )
    def test_wrong_mappings(self, pairs: Any, text: str) -> None:
        with pytest.raises(ValueError, match=text):
            keras.StatelessScope(pairs(keras.Variable([1.0, 2.0])))


def test_a_symbolic_scope_leaves_no_history() -> None:
    with keras.SymbolicScope():
        y = ops.exp(keras.KerasTensor((None, 3)))
    assert y.shape == (None, 3) and not hasattr(y, "_keras_history")


class TestRemat:
    @pytest.mark.parametrize("mode", ["full", "activations", "larger_than", "list_of_layers", None])
    def test_training_is_the_same(self, mode: str | None) -> None:
        x = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")

        def losses(scope: Any) -> list[float]:
            keras.utils.set_random_seed(3)
            with scope:
                stack = [
                    keras.layers.Dense(6, "gelu", name="one"),
                    keras.layers.BatchNormalization(),
                    keras.layers.Dropout(0.5),
                    keras.layers.Dense(1),
                ]
            model = keras.Sequential([keras.Input((4,)), *stack])
            model.compile("sgd", "mse")
            return [*model.fit(x, x[:, :1], epochs=3, batch_size=4, verbose=0).history["loss"], model.evaluate(x, x[:, :1], verbose=0)]

        scope = keras.RematScope(mode, output_size_threshold=4, layer_names=["one"])
        np.testing.assert_allclose(losses(scope), losses(keras.name_scope("")), rtol=1e-6)

    @pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
    @pytest.mark.parametrize(("mode", "calls"), [("full", 2), (None, 1)])
    def test_torch_computes_again(self, mode: str | None, calls: int) -> None:
        class Counting(keras.layers.Layer):
            calls = 0

            def call(self, x: Any) -> Any:
                if not isinstance(x, keras.KerasTensor):
                    self.calls += 1
                return ops.tanh(ops.multiply(x, 2.0))

        with engine.use("torch"):
            with keras.RematScope(mode):
                layer = Counting()
            model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2), layer])
            model.compile("sgd", "mse")
            model.train_on_batch(np.ones((2, 2), "float32"), np.ones((2, 2), "float32"))
        assert layer.calls == calls

    def test_which_layers_are_covered(self) -> None:
        assert keras.RematScope("full").covers("a", list)
        assert keras.RematScope("list_of_layers", layer_names=["a"]).covers("a", list)
        assert not keras.RematScope("list_of_layers", layer_names=["a"]).covers("b", list)
        assert keras.RematScope("larger_than", output_size_threshold=5).covers("a", lambda: [6])
        assert not keras.RematScope("larger_than", output_size_threshold=5).covers("a", lambda: [5])
        assert not keras.RematScope(None).covers("a", list)

    def test_structures_pass_through(self) -> None:
        counter = keras.Variable(0.0)

        @keras.remat
        def f(pair: Any, *, scale: float = 1.0) -> Any:
            counter.assign_add(1.0)
            return {"sum": ops.add(pair[0], pair[1]), "none": None, "scaled": [ops.multiply(pair[0], scale)]}

        out = f((ops.ones((2,)), ops.ones((2,))), scale=3.0)
        assert np.asarray(out["sum"]).tolist() == [2.0, 2.0] and out["none"] is None and np.asarray(out["scaled"][0]).tolist() == [3.0, 3.0]
        assert float(counter) == 1.0

    def test_wrong_mode(self) -> None:
        with pytest.raises(
            ValueError, match=r"RematScope\(mode\): got 'zz'. Accepted: 'full', 'activations', 'larger_than', 'list_of_layers', None"
        ):
            keras.RematScope("zz")


def test_sources_of_symbols() -> None:
    a, b = keras.Input((2,)), keras.Input((2,))
    y = keras.layers.Dense(1)(ops.add(ops.multiply(a, b), a))
    assert [x is s for x, s in zip(keras.utils.get_source_inputs(y), [a, b], strict=True)] == [True, True]
    assert keras.utils.get_source_inputs(3) == 3


def test_the_version() -> None:
    assert keras.version() == keras.__version__
