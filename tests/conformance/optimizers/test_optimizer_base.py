"""What surrounds the update: rates, clipping, decay, averages, accumulation, old spellings, custom optimizers, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from optimizer_cases import gradients, parameters

from keras import constraints, legacy, optimizers
from keras.core import engine
from keras.core.variable import Variable


def _one_step(optimizer: Any, grads: Any, start: Any = 1.0, **attributes: Any) -> np.ndarray:
    variable = Variable(np.asarray(start, "float32"), name="w")
    for key, value in attributes.items():
        setattr(variable, key, value)
    optimizer.apply([np.asarray(grads, "float32")], [variable])
    return variable.numpy()


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: optimizers.Adam("x"), r"Adam\(learning_rate\): got 'x'.*Write Adam\(learning_rate=0.001\)"),
        (lambda: optimizers.Adam(-1.0), "got -1.0"),
        (lambda: optimizers.Adam(None), "got None"),
        (lambda: optimizers.Adam(float("nan")), "got nan"),
        (lambda: optimizers.Adam(clipnorm=1.0, clipvalue=1.0), "one of clipnorm, clipvalue and global_clipnorm"),
        (lambda: optimizers.Adam(clipnorm=-1.0), r"Adam\(clipnorm\): got -1.0"),
        (lambda: optimizers.Adam(epsilon=-1.0), r"Adam\(epsilon\): got -1.0"),
        (lambda: optimizers.Adam(use_ema=True, ema_momentum=2.0), r"ema_momentum.*\[0, 1\]"),
        (lambda: optimizers.Adam(ema_overwrite_frequency=0), "an integer >= 1"),
        (lambda: optimizers.Adam(gradient_accumulation_steps=1), "an integer >= 2"),
        (lambda: optimizers.SGD(momentum=2.0), r"SGD\(momentum\): got 2.0"),
        (lambda: optimizers.AdamW(weight_decay=None), r"write Adam\(\)"),
        (lambda: optimizers.Lion(beta_1=0.0), r"Lion\(beta_1\)"),
        (lambda: optimizers.ScheduleFreeAdamW(beta_1=0.0), r"ScheduleFreeAdamW\(beta_1\)"),
        (lambda: optimizers.Ftrl(learning_rate_power=0.5), r"Ftrl\(learning_rate_power\): got 0.5"),
        (lambda: optimizers.Ftrl(l1_regularization_strength=-1.0), r"Ftrl\(l1_regularization_strength\): got -1.0"),
        (lambda: optimizers.LossScaleOptimizer("adam"), r"Write LossScaleOptimizer\(Adam\(\)\)"),
        (lambda: optimizers.MultiOptimizer(3), "Accepted: an OptimizerMap"),
        (lambda: optimizers.OptimizerMap("adam"), "Accepted: optimizer objects"),
        (lambda: optimizers.Nadam(schedule_decay=0.1), "the only value that Keras 2 used"),
        (lambda: optimizers.get("adm"), "Did you mean 'adam'"),
        (lambda: optimizers.get(3), "got 3"),
        (lambda: optimizers.Adam().apply([1.0]), r"Write optimizer.apply\(grads, model.trainable_variables\)"),
        (lambda: optimizers.Adam().stateless_apply([], [], []), "Write optimizer.build"),
        (lambda: optimizers.Adam().set_weights([1.0]), "got 1 arrays"),
        (lambda: optimizers.Adam().exclude_from_weight_decay(var_list=["bias"]), r"var_names=\['bias'\]"),
    ],
)
def test_errors_say_what_to_do(make: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make()


def test_an_unknown_argument_is_named_with_the_closest_one() -> None:
    with pytest.raises(TypeError, match="Adam: got an unknown argument 'learning_rte'. Did you mean 'learning_rate'"):
        optimizers.Adam(learning_rte=0.1)


def test_an_optimizer_serves_one_model() -> None:
    optimizer = optimizers.Adam()
    optimizer.apply(gradients(0), parameters())
    with pytest.raises(ValueError, match=r"built for the 2 parameters of 'net'.*'other/kernel' of 'other'.*Adam.from_config"):
        optimizer.apply([1.0], [Variable(1.0, name="kernel", path="other/kernel")])


def test_paths_of_the_variables_are_those_of_keras() -> None:
    optimizer = optimizers.Adam()
    optimizer.build(parameters())
    assert [v.path for v in optimizer.variables] == [
        "adam/iteration", "adam/learning_rate", "adam/net_dense_kernel_momentum", "adam/net_dense_kernel_velocity",
        "adam/net_dense_bias_momentum", "adam/net_dense_bias_velocity",
    ]  # fmt: skip
    assert {v.kind for v in optimizer.variables} == {"slot"}


def test_the_learning_rate_is_read_and_set() -> None:
    optimizer = optimizers.SGD(0.5)
    assert float(optimizer.learning_rate) == 0.5 and optimizer.get_config()["learning_rate"] == 0.5
    optimizer.learning_rate = 0.25
    assert _one_step(optimizer, 1.0) == 0.75
    with pytest.raises(ValueError, match="got 'fast'"):
        optimizer.learning_rate = "fast"
    optimizer.learning_rate = optimizers.schedules.PiecewiseConstantDecay([10], [0.5, 0.1])
    assert float(optimizer.learning_rate) == 0.5 and [v.name for v in optimizer.variables] == ["iteration"]
    with pytest.raises(TypeError, match=r"follows a PiecewiseConstantDecay.*SGD\(learning_rate=0.1\)"):
        optimizer.learning_rate = 0.1


def test_a_new_learning_rate_reaches_a_compiled_step() -> None:
    optimizer, variable = optimizers.SGD(1.0), Variable(0.0, name="w")
    step = engine.current().compile(lambda g: optimizer.apply([g], [variable]))
    step(np.float32(1.0)[...])
    optimizer.learning_rate = 0.5
    step(np.float32(1.0)[...])
    assert float(variable) == -1.5


def test_clipping() -> None:
    np.testing.assert_allclose(_one_step(optimizers.SGD(1.0, clipvalue=0.5), [3.0, -0.25], [0.0, 0.0]), [-0.5, 0.25])
    np.testing.assert_allclose(_one_step(optimizers.SGD(1.0, clipnorm=1.0), [3.0, 4.0], [0.0, 0.0]), [-0.6, -0.8], rtol=1e-6)
    np.testing.assert_allclose(_one_step(optimizers.SGD(1.0, clipnorm=9.0), [3.0, 4.0], [0.0, 0.0]), [-3.0, -4.0])
    two = [Variable(0.0, name="a"), Variable(0.0, name="b")]
    optimizers.SGD(1.0, global_clipnorm=1.0).apply([np.float32(3.0), np.float32(4.0)], two)
    np.testing.assert_allclose([float(v) for v in two], [-0.6, -0.8], rtol=1e-6)


def test_weight_decay_and_its_exceptions() -> None:
    kernel, bias = parameters()
    before = kernel.numpy(), bias.numpy()
    optimizer = optimizers.SGD(0.5, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.apply([np.zeros((4, 3), "float32"), np.zeros(3, "float32")], [kernel, bias])
    np.testing.assert_allclose(kernel.numpy(), 0.75 * before[0], rtol=1e-6)
    np.testing.assert_array_equal(bias.numpy(), before[1])


def test_muon_decays_what_adam_updates_by_its_own_factor() -> None:
    kernel, bias = parameters()
    before = kernel.numpy()
    optimizers.Muon(0.1, weight_decay=0.5, adam_weight_decay=0.1).apply(
        [np.zeros((4, 3), "float32"), np.zeros(3, "float32")], [kernel, bias]
    )
    np.testing.assert_allclose(kernel.numpy(), 0.95 * before, rtol=1e-6)
    np.testing.assert_allclose(bias.numpy(), 0.99, rtol=1e-6)


def test_accumulated_gradients_make_one_update_with_their_mean() -> None:
    optimizer, variable = optimizers.SGD(1.0, gradient_accumulation_steps=2), Variable(0.0, name="w")
    seen = []
    for gradient in (1.0, 3.0, 5.0, 7.0):
        optimizer.apply([np.float32(gradient)], [variable])
        seen.append((float(variable), int(optimizer.iterations)))
    assert seen == [(0.0, 0), (-2.0, 1), (-2.0, 1), (-8.0, 2)]


def test_averages_take_over_at_the_end() -> None:
    optimizer, variable = optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5), Variable(0.0, name="w")
    for _ in range(2):
        optimizer.apply([np.float32(1.0)], [variable])
    assert float(variable) == -2.0
    optimizer.finalize_variable_values([variable])
    assert float(variable) == -1.5


def test_a_constraint_follows_the_update() -> None:
    assert _one_step(optimizers.SGD(1.0), 3.0, constraint=constraints.NonNeg()) == 0.0


def test_a_parameter_may_take_its_gradient_as_value() -> None:
    assert _one_step(optimizers.Adam(0.1), 7.0, overwrite_with_gradient=True) == 7.0


def test_a_missing_gradient_warns_and_leaves_the_parameter() -> None:
    variables = parameters()
    bias = variables[1].numpy()
    with pytest.warns(UserWarning, match="No gradient for 'net/dense/bias'"):
        optimizers.SGD(0.1).apply([gradients(0)[0], None], variables)
    np.testing.assert_array_equal(variables[1].numpy(), bias)


def test_dynamic_loss_scale() -> None:
    optimizer, variable = (
        optimizers.LossScaleOptimizer(optimizers.SGD(1.0), initial_scale=4.0, dynamic_growth_steps=2),
        Variable(0.0, name="w"),
    )
    assert float(optimizer.scale_loss(np.float32(2.0))) == 8.0
    seen = []
    for gradient in (4.0, np.inf, 2.0, 2.0, np.nan):
        optimizer.apply([np.float32(gradient)], [variable])
        seen.append((float(variable), float(optimizer.dynamic_scale)))
    assert seen == [(-1.0, 4.0), (-1.0, 2.0), (-2.0, 2.0), (-3.0, 4.0), (-3.0, 2.0)]
    optimizer.learning_rate = 0.5
    assert float(optimizer.inner_optimizer.learning_rate) == 0.5


def test_several_optimizers_for_one_model() -> None:
    optimizer = optimizers.MultiOptimizer(optimizers.OptimizerMap(optimizers.SGD(1.0), {"bias$": optimizers.SGD(0.5)}))
    kernel, bias = Variable(0.0, name="kernel"), Variable(0.0, name="bias")
    optimizer.apply_gradients([(np.float32(1.0), kernel), (np.float32(1.0), bias)])
    assert (float(kernel), float(bias), int(optimizer.iterations)) == (-1.0, -0.5, 1)
    assert [float(o.learning_rate) for o in optimizer.optimizers] == [0.5, 1.0]  # Keras 3's order: the patterns, then the default
    with pytest.raises(AttributeError, match="optimizer.optimizers"):
        _ = optimizer.learning_rate


def test_an_optimizer_written_for_keras_3() -> None:
    class Momentum(optimizers.Optimizer):
        def __init__(self, learning_rate: float = 0.5, beta: float = 0.5, **kwargs: Any) -> None:
            super().__init__(learning_rate=learning_rate, **kwargs)
            self.beta = beta

        def build(self, variables: Any) -> None:
            if self.built:
                return
            super().build(variables)
            self.velocities = self.add_optimizer_variables(variables, "velocity")

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            velocity = self.velocities[self._get_variable_index(variable)]
            self.assign(velocity, velocity * self.beta + gradient)
            self.assign_sub(variable, velocity * learning_rate)

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "beta": self.beta}

    for accumulation in (None, 2):
        optimizer, variable = Momentum(clipvalue=2.0, gradient_accumulation_steps=accumulation), Variable(0.0, name="w")
        step = engine.current().compile(lambda g, o=optimizer, v=variable: o.apply([g], [v]))
        optimizer.build([variable])
        for _ in range(4):
            step(np.float32(9.0)[...])
        assert float(variable) == (-6.125 if accumulation is None else -2.5)
        assert Momentum.from_config(optimizer.get_config()).clipvalue == 2.0


def test_an_optimizer_without_an_update_says_what_is_missing() -> None:
    with pytest.raises(NotImplementedError, match="must define update"):
        optimizers.Optimizer(0.1).apply([1.0], [Variable(1.0)])


def test_state_of_another_size_is_not_loaded() -> None:
    optimizer = optimizers.Adam()
    optimizer.build(parameters())
    with pytest.warns(UserWarning, match="it has 6 variables, the file has 1"):
        optimizer.load_own_variables({"0": np.int32(3)})
    assert int(optimizer.iterations) == 0


# -------------------------------------------------------------------------------------------------------------- old spellings


def test_lr_and_decay() -> None:
    optimizer, variable = optimizers.SGD(lr=1.0, decay=1.0), Variable(0.0, name="w")
    values = []
    for _ in range(3):
        optimizer.apply([np.float32(1.0)], [variable])
        values.append(float(variable))
    np.testing.assert_allclose(values, [-1.0, -1.5, -1.5 - 1 / 3], rtol=1e-6)
    assert float(optimizer.lr) == float(optimizer.learning_rate) == 1.0
    assert {"`SGD(lr)` is now `SGD(learning_rate)`", "`optimizer.lr` is now `optimizer.learning_rate`"} <= set(legacy.hints())


def test_lr_can_be_set_and_a_wrong_attribute_is_an_error() -> None:
    optimizer = optimizers.Adam(lr=0.5)
    optimizer.lr = 0.25
    assert float(optimizer.learning_rate) == 0.25
    with pytest.raises(AttributeError, match="Did you mean 'learning_rate'"):
        _ = optimizer.learning_rat


def test_a_decayed_rate_is_written_so_that_keras_3_follows_it() -> None:
    optimizer = optimizers.RMSprop(lr=0.5, decay=0.25)
    config = optimizer.get_config()
    assert config["learning_rate"]["class_name"] == "InverseTimeDecay" and config["decay"] == 0.0
    store: dict[str, Any] = {}
    optimizer.build(parameters())
    optimizer.save_own_variables(store)
    twin = optimizers.RMSprop.from_config(config)
    twin.build(parameters())
    assert len(twin.variables) == len(store) == len(optimizer.variables) - 1
    assert twin.generation == optimizer.generation == 2


@pytest.mark.parametrize(("name", "rate"), [("Adagrad", 0.01), ("Adadelta", 1.0), ("Adamax", 0.002), ("Nadam", 0.002), ("Adam", 0.001)])
def test_default_rates_of_code_for_keras_2(name: str, rate: float) -> None:
    optimizer = getattr(optimizers, name)(decay=0.0, epsilon=None)
    assert float(optimizer.learning_rate) == pytest.approx(rate) and optimizer.epsilon == 1e-7


def test_the_legacy_optimizers_of_tf_keras_are_todays() -> None:
    from keras.optimizers import legacy as old

    assert old.Adam is optimizers.Adam
