"""The step: compiled and eager, seeds, tracing, frozen layers, added losses, statistics, own train steps."""

from __future__ import annotations

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.engines.numpy import step as numpy_step

RNG = np.random.default_rng(11)
X = RNG.normal(size=(32, 6)).astype("float32")
Y = RNG.normal(size=(32, 2)).astype("float32")
LABELS = np.arange(32) % 3


def network(middle=list, **options):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((6,)), layers.Dense(8, activation="relu"), *middle(), layers.Dense(2)])
    model.compile(**{"optimizer": "sgd", "loss": "mse", **options})
    return model


def run(model, **options):
    return model.fit(X, Y, **{"batch_size": 8, "epochs": 2, "verbose": 0, **options})


@pytest.fixture
def traces(monkeypatch):
    """How often a step was traced."""
    made = []
    original = numpy_step._Replay.__init__
    monkeypatch.setattr(numpy_step._Replay, "__init__", lambda self, *a: (made.append(self), original(self, *a))[1])
    return made


# ---------------------------------------------------------------------------------------------------------------- compiled and eager

NETWORKS = {
    "dense": list,
    "dropout": lambda: [layers.Dropout(0.4)],
    "batch normalization": lambda: [layers.BatchNormalization()],
    "regularized": lambda: [layers.Dense(4, kernel_regularizer="l2", activity_regularizer=keras.regularizers.L1(0.1))],
    "constrained": lambda: [layers.Dense(4, kernel_constraint=keras.constraints.MaxNorm(0.5))],
    "convolution": lambda: [layers.Reshape((4, 2)), layers.Conv1D(3, 2), layers.Flatten()],
}


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
@pytest.mark.parametrize("middle", NETWORKS)
def test_an_eager_run_gives_the_numbers_of_the_compiled_one(middle, optimizer):
    results = []
    for eager in (False, True):
        model = network(NETWORKS[middle], optimizer=optimizer, run_eagerly=eager, metrics=["mae"])
        history = run(model).history
        results.append((history, model.get_weights()))
    (compiled, weights), (eager, others) = results
    for name in compiled:
        np.testing.assert_allclose(compiled[name], eager[name], rtol=1e-5)
    for a, b in zip(weights, others, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("middle", NETWORKS)
def test_one_seed_gives_one_run(middle):
    first, second = (run(network(NETWORKS[middle])) for _ in range(2))
    assert first.history == second.history
    for a, b in zip(first.model.get_weights(), second.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_another_seed_gives_another_run():
    first = run(network(lambda: [layers.Dropout(0.5)]))
    keras.utils.set_random_seed(2)
    model = keras.Sequential([keras.Input((6,)), layers.Dense(8, activation="relu"), layers.Dropout(0.5), layers.Dense(2)])
    model.compile("sgd", "mse")
    assert run(model).history != first.history


def test_two_fits_are_one_longer_fit():
    twice, once = network(optimizer="adam"), network(optimizer="adam")
    run(twice, epochs=2, shuffle=False)
    run(twice, epochs=4, initial_epoch=2, shuffle=False)
    run(once, epochs=4, shuffle=False)
    for a, b in zip(twice.get_weights(), once.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_dropout_draws_anew_at_every_step():
    model = keras.Sequential([keras.Input((50,)), layers.Dropout(0.3, seed=3)])
    model.compile("sgd", "mse", run_eagerly=False)
    x = np.ones((1, 50), "float32")
    losses = [model.train_on_batch(x, x) for _ in range(4)]
    assert len(set(losses)) > 1
    np.testing.assert_array_equal(model.predict(x, verbose=0), x)
    assert model.test_on_batch(x, x) == 0.0


# ----------------------------------------------------------------------------------------------------------------------- tracing


def test_a_second_fit_of_the_same_shapes_traces_nothing(traces):
    model = network(lambda: [layers.Dropout(0.2), layers.BatchNormalization()], optimizer="adam", metrics=["mae"])
    run(model, validation_data=(X[:8], Y[:8]))
    first = len(traces)
    assert first == 2  # train and test
    run(model, validation_data=(X[:8], Y[:8]))
    model.train_on_batch(X[:8], Y[:8])
    model.evaluate(X, Y, batch_size=8, verbose=0)
    assert len(traces) == first
    model.fit(X[:12], Y[:12], batch_size=8, verbose=0)  # a partial batch of 4
    assert len(traces) == first + 1


def test_new_weights_new_learning_rates_and_metrics_trace_nothing(traces):
    model = network(optimizer="sgd")
    run(model)
    model.set_weights([0 * w for w in model.get_weights()])
    model.optimizer.learning_rate = 0.0
    model.reset_metrics()
    run(model)
    assert len(traces) == 1
    np.testing.assert_allclose(model.get_weights()[0], 0.0)


def test_predict_traces_once_per_shape(traces):
    model = network()
    for _ in range(3):
        model.predict(X, verbose=0)
        model.predict_on_batch(X)
    assert len(traces) == 1
    model.predict(X[:5], verbose=0)
    assert len(traces) == 2


def test_compile_keeps_weights_and_forgets_the_optimizers_state():
    model = network(optimizer=keras.optimizers.SGD(0.1, momentum=0.9))
    run(model)
    weights = model.get_weights()
    model.compile(keras.optimizers.SGD(0.0), "mae")
    assert int(model.optimizer.iterations) == 0
    run(model)
    for a, b in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


# --------------------------------------------------------------------------------------------------------------- trainable or not


def test_frozen_layers_keep_their_weights():
    model = network()
    model.layers[0].trainable = False
    model.compile("adam", "mse")
    frozen, free = model.layers[0].get_weights(), model.layers[1].get_weights()
    run(model)
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], frozen[0])
    assert not np.array_equal(model.layers[1].get_weights()[0], free[0])


def test_freezing_after_compile_takes_effect_and_says_so():
    model = network(optimizer="adam")
    run(model)
    model.layers[0].trainable = False
    frozen = model.layers[0].get_weights()
    with pytest.warns(UserWarning, match=r"'sequential': `trainable` of some layers changed after compile\(\).*compile\(\) again"):
        run(model)
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], frozen[0])
    run(model)  # said once
    model.layers[0].trainable = True
    with pytest.warns(UserWarning, match="changed after compile"):
        run(model)
    assert not np.array_equal(model.layers[0].get_weights()[0], frozen[0])


def test_a_whole_model_can_be_frozen_inside_of_another():
    base = keras.Sequential([keras.Input((6,)), layers.Dense(4), layers.BatchNormalization()], name="base")
    base.trainable = False
    model = keras.Sequential([keras.Input((6,)), base, layers.Dense(2)])
    model.compile("sgd", "mse")
    before = base.get_weights()
    run(model)
    for a, b in zip(before, base.get_weights(), strict=True):  # moving statistics as well
        np.testing.assert_array_equal(a, b)
    assert [w.path for w in model.trainable_weights] == ["sequential/dense_1/kernel", "sequential/dense_1/bias"]


# ------------------------------------------------------------------------------------------------------ losses that layers add


def test_weight_regularizers_are_part_of_the_loss_and_of_the_gradient():
    def build(l2):
        model = keras.Sequential(
            [keras.Input((6,)), layers.Dense(2, kernel_initializer="ones", kernel_regularizer=keras.regularizers.L2(l2))]
        )
        model.compile(keras.optimizers.SGD(0.1), "mse")
        return model

    plain, regularized = build(0.0), build(0.5)
    assert regularized.evaluate(X, Y, verbose=0) == pytest.approx(plain.evaluate(X, Y, verbose=0) + 0.5 * 12, rel=1e-5)
    plain.train_on_batch(X, Y)
    regularized.train_on_batch(X, Y)
    np.testing.assert_allclose(regularized.get_weights()[0], plain.get_weights()[0] - 0.1 * 2 * 0.5 * 1.0, rtol=1e-5)


def test_activity_regularizers_are_divided_by_the_batch():
    x = np.full((4, 3), 2.0, "float32")
    model = keras.Sequential(
        [keras.Input((3,)), layers.Dense(2, kernel_initializer="ones", activity_regularizer=keras.regularizers.L1(0.5))]
    )
    model.compile("sgd", "mse")
    assert model.evaluate(x, np.full((4, 2), 6.0), verbose=0) == pytest.approx(0.5 * 12.0)  # outputs are 6: |6| * 2 per sample
    assert model.train_on_batch(x, np.full((4, 2), 6.0)) == pytest.approx(6.0)


class Penalty(layers.Layer):
    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        self.add_loss(self.factor * ops.mean(ops.square(x)))
        return x


@pytest.mark.parametrize("eager", [False, True])
def test_added_losses_count_once_per_step(eager):
    model = keras.Sequential([keras.Input((6,)), Penalty(3.0), layers.Dense(2, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(0.0), "mse", run_eagerly=eager)
    wanted = float((Y**2).mean() + 3 * (X**2).mean())
    history = model.fit(X, Y, batch_size=32, epochs=3, verbose=0).history
    np.testing.assert_allclose(history["loss"], wanted, rtol=1e-5)
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(wanted, rel=1e-5)


def test_added_losses_can_be_the_only_ones():
    model = keras.Sequential([keras.Input((6,)), layers.Dense(2), Penalty()])
    model.compile(keras.optimizers.SGD(0.5))
    history = model.fit(X, batch_size=32, epochs=8, verbose=0).history
    assert history["loss"][-1] < history["loss"][0] / 4


def test_losses_of_the_last_call_can_be_read():
    layer = Penalty(2.0)
    layer(np.ones((2, 3), "float32"))
    assert [float(v) for v in layer.losses] == [2.0]
    layer(np.zeros((2, 3), "float32"))
    assert [float(v) for v in layer.losses] == [0.0]


def test_constraints_hold_after_every_step():
    model = network(lambda: [layers.Dense(4, kernel_constraint=keras.constraints.NonNeg(), bias_constraint="unit_norm")])
    run(model)
    kernel, bias = model.layers[1].get_weights()
    assert kernel.min() >= 0.0 and (kernel == 0).any()
    assert np.linalg.norm(bias) == pytest.approx(1.0, rel=1e-3)


def test_a_models_own_add_loss():
    class Pulled(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2, kernel_initializer="ones")

        def call(self, x):
            self.add_loss(ops.sum(ops.square(self.dense.kernel)) if self.dense.built else 0.0)
            return self.dense(x)

    model = Pulled()
    model.build((None, 6))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    plain = float(((X @ np.ones((6, 2)) - Y) ** 2).mean())
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(plain + 12.0, rel=1e-5)


# -------------------------------------------------------------------------------------------------------------- state of layers


def test_batch_normalization_moves_its_statistics_in_training_only():
    model = keras.Sequential([keras.Input((6,)), layers.BatchNormalization(momentum=0.8)])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    model.evaluate(X, X, verbose=0)
    np.testing.assert_array_equal(model.layers[0].moving_mean, np.zeros(6))
    model.fit(X, X, batch_size=32, epochs=2, verbose=0)
    mean = variance = 0.0
    variance = np.ones(6)
    for _ in range(2):
        mean = 0.8 * mean + 0.2 * X.mean(0)
        variance = 0.8 * variance + 0.2 * X.var(0)
    np.testing.assert_allclose(model.layers[0].moving_mean.numpy(), mean, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(model.layers[0].moving_variance.numpy(), variance, rtol=1e-4)
    np.testing.assert_allclose(model.predict(X, verbose=0), (X - mean) / np.sqrt(variance + 1e-3), rtol=1e-3, atol=1e-4)


class Counter(layers.Layer):
    def __init__(self):
        super().__init__()
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False, name="calls")
        self.mean = keras.metrics.Mean(name="mean_input")

    def call(self, x, training=False):
        if training:
            self.calls.assign_add(1.0)
        self.mean.update_state(x)
        return x


@pytest.mark.parametrize("eager", [False, True])
def test_layers_keep_counters_and_metrics_of_their_own(eager):
    model = keras.Sequential([keras.Input((6,)), Counter(), layers.Dense(2)])
    model.compile("sgd", "mse", run_eagerly=eager)
    history = run(model, epochs=3).history
    assert float(model.layers[0].calls) == 12.0
    assert set(history) == {"loss", "mean_input"}
    np.testing.assert_allclose(history["mean_input"], float(X.mean()), rtol=1e-4, atol=1e-6)
    model.predict(X, verbose=0)
    assert float(model.layers[0].calls) == 12.0


# --------------------------------------------------------------------------------------------------------- own steps, subclasses


class Own(keras.Model):
    """A train step of its own, in the form that runs on every engine."""

    def train_step(self, data):
        x, y = data
        loss, gradients = keras.value_and_grad(lambda _: self.compute_loss(x, y, self(x, training=True)))(self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": loss}


@pytest.mark.parametrize("eager", [False, True])
@pytest.mark.parametrize("middle", ["dense", "dropout", "batch normalization", "regularized"])
def test_an_own_train_step_does_what_the_given_one_does(middle, eager):
    results = []
    for cls in (keras.Model, Own):
        built = network(NETWORKS[middle])
        model = cls(built.input, built.output)
        model.compile("adam", "mse", run_eagerly=eager)
        history = model.fit(X, Y, batch_size=32, epochs=3, verbose=0).history
        results.append((history["loss"], model.get_weights()))
    (losses, weights), (others, found) = results
    np.testing.assert_allclose(losses, others, rtol=1e-5)
    for a, b in zip(weights, found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_a_train_step_can_add_to_the_given_one():
    class More(keras.Model):
        def train_step(self, data):
            return {**super().train_step(data), "size": ops.sum(ops.abs(self.trainable_variables[0]))}

    inputs = keras.Input((6,))
    model = More(inputs, layers.Dense(2)(inputs))
    model.compile("sgd", "mse", metrics=["mae"])
    history = model.fit(X, Y, epochs=2, verbose=0).history
    assert set(history) == {"loss", "mae", "size"}
    assert history["loss"][0] > history["loss"][1]


def test_compute_loss_can_be_overridden():
    class Doubled(keras.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return 2 * super().compute_loss(x, y, y_pred, sample_weight, training)

    inputs = keras.Input((6,))
    model = Doubled(inputs, layers.Dense(2, kernel_initializer="ones")(inputs))
    model.compile("sgd", "mse")
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(2 * float(((X @ np.ones((6, 2)) - Y) ** 2).mean()), rel=1e-5)


def test_compute_metrics_can_be_overridden():
    class More(keras.Model):
        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            found = super().compute_metrics(x, y, y_pred, sample_weight)
            return {**found, "biggest": ops.max(y_pred)}

    inputs = keras.Input((6,))
    model = More(inputs, layers.Dense(2, kernel_initializer="ones")(inputs))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    history = model.fit(X, Y, batch_size=32, verbose=0).history
    assert history["biggest"] == [pytest.approx(float((X @ np.ones((6, 2))).max()), rel=1e-5)]
    assert "loss" in history


def test_test_step_and_predict_step_can_be_overridden():
    class Shifted(keras.Model):
        def test_step(self, data):
            x, y = data
            return {"shift": ops.mean(self(x, training=False) - y)}

        def predict_step(self, data):
            return self(data, training=False) + 100.0

    inputs = keras.Input((6,))
    model = Shifted(inputs, layers.Dense(2, kernel_initializer="zeros")(inputs))
    model.compile("sgd", "mse")
    assert model.evaluate(X, Y, verbose=0, return_dict=True, batch_size=32) == {"shift": pytest.approx(float(-Y.mean()), rel=1e-4)}
    np.testing.assert_array_equal(model.predict(X, verbose=0), np.full((32, 2), 100.0))


def test_print_and_python_branches_work_eagerly(capsys):
    class Talking(layers.Layer):
        def call(self, x):
            if float(ops.mean(x)) > -100.0:
                print("mean is", round(float(ops.mean(x)), 3))
            return x

    model = keras.Sequential([layers.Dense(2), Talking()])
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(X, Y, batch_size=32, verbose=0)
    assert "mean is" in capsys.readouterr().out


def test_unfreezing_needs_a_new_optimizer_and_says_so():
    model = network()
    model.layers[0].trainable = False
    model.compile("adam", "mse")
    run(model)
    model.layers[0].trainable = True
    with pytest.raises(
        ValueError,
        match=r"'sequential/dense/kernel' became trainable after compile\(\).*model\.compile\(\.\.\.\) again with a new optimizer",
    ):
        run(model)
    model.compile("adam", "mse")
    before = model.get_weights()[0]
    run(model)
    assert not np.array_equal(before, model.get_weights()[0])
