"""What holds for every optimizer: properties over the table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from optimizer_cases import MAKERS, NOT_CONFIGURED, gradients, parameters

from keras import optimizers
from keras.core import engine

every_optimizer = pytest.mark.parametrize("name", MAKERS)
KERAS_CLASSES = [
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "MultiOptimizer",
    "Muon",
    "Nadam",
    "RMSprop",
    "SGD",
    "ScheduleFreeAdamW",
]


def _trained(optimizer: Any, steps: range = range(4), dtype: str = "float32", compiled: bool = False) -> list[np.ndarray]:
    variables = parameters(dtype)
    optimizer.build(variables)
    update: Any = lambda *g: optimizer.apply(list(g), variables)  # noqa: E731
    update = engine.current().compile(update) if compiled else update
    for step in steps:
        update(*gradients(step, dtype))
    return [v.numpy() for v in variables]


@every_optimizer
def test_compiled_equals_eager(name: str) -> None:
    eager, compiled = MAKERS[name](), MAKERS[name]()
    for a, b in zip(_trained(eager), _trained(compiled, compiled=True), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    for a, b in zip(eager.variables, compiled.variables, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5, atol=1e-6, err_msg=a.path)


@every_optimizer
def test_the_second_compiled_step_does_not_trace_again(name: str) -> None:
    optimizer, variables, traces = MAKERS[name](), parameters(), []
    optimizer.build(variables)

    def step(*grads: Any) -> None:
        traces.append(1)
        optimizer.apply(list(grads), variables)

    compiled = engine.current().compile(step)
    for i in range(5):
        compiled(*gradients(i))
    assert len(traces) == 1


@every_optimizer
def test_every_parameter_moves_and_stays_finite(name: str) -> None:
    for before, after in zip(parameters(), _trained(MAKERS[name]()), strict=True):
        assert np.isfinite(after).all() and (after != before.numpy()).any()


@every_optimizer
@pytest.mark.parametrize("dtype", ["float64", "bfloat16"])
def test_dtypes_are_kept(name: str, dtype: str) -> None:
    for value in _trained(MAKERS[name](), dtype=dtype):
        assert value.dtype.name == dtype and np.isfinite(value.astype("float64")).all()


@every_optimizer
def test_config_round_trip(name: str) -> None:
    if name in NOT_CONFIGURED:
        pytest.skip(NOT_CONFIGURED[name])
    optimizer = MAKERS[name]()
    config = optimizers.serialize(optimizer)
    twin = optimizers.deserialize(config)
    assert type(twin) is type(optimizer) and optimizers.serialize(twin) == config
    for a, b in zip(_trained(optimizer), _trained(twin), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


@every_optimizer
def test_state_saved_and_loaded_goes_on_as_before(name: str) -> None:
    optimizer, other = MAKERS[name](), MAKERS[name]()
    weights = _trained(optimizer, range(3))
    variables = parameters()
    for variable, value in zip(variables, weights, strict=True):
        variable.assign(value)
    other.build(variables)
    store: dict[str, Any] = {}
    optimizer.save_own_variables(store)
    assert list(store) == [str(i) for i in range(len(store))]
    other.load_own_variables(store)
    optimizer.apply(gradients(9))
    other.apply(gradients(9))
    for a, b in zip(optimizer.variables, other.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy(), err_msg=a.path)


@every_optimizer
def test_stateless_apply_changes_nothing_and_returns_what_apply_would(name: str) -> None:
    optimizer, variables = MAKERS[name](), parameters()
    optimizer.build(variables)
    before = [v.numpy() for v in [*variables, *optimizer.variables]]
    new_variables, new_state = optimizer.stateless_apply(
        [v.numpy() for v in optimizer.variables], gradients(0), [v.numpy() for v in variables]
    )
    for v, value in zip([*variables, *optimizer.variables], before, strict=True):
        np.testing.assert_array_equal(v.numpy(), value)
    optimizer.apply(gradients(0))
    for v, value in zip([*variables, *optimizer.variables], [*new_variables, *new_state], strict=True):
        np.testing.assert_allclose(v.numpy(), value, rtol=1e-6, err_msg=v.path)


@every_optimizer
def test_a_refused_update_changes_nothing(name: str) -> None:
    optimizer, variables = MAKERS[name](), parameters()
    optimizer.build(variables)
    before = [v.numpy() for v in [*variables, *optimizer.variables]]
    for wrong in ([np.zeros((4, 3), "float32")], [np.zeros(3, "float32"), np.zeros(3, "float32")], [None, None]):
        with pytest.raises(ValueError, match=rf"{type(optimizer).__name__}.apply"):
            optimizer.apply(wrong, variables)
    for v, value in zip([*variables, *optimizer.variables], before, strict=True):
        np.testing.assert_array_equal(v.numpy(), value)


def test_every_class_of_keras_has_a_case_and_a_name() -> None:
    public = set(dir(optimizers))
    assert {*KERAS_CLASSES, "Optimizer", "OptimizerMap", "get", "serialize", "deserialize"} <= public
    assert {type(make()).__name__ for make in MAKERS.values()} == set(KERAS_CLASSES)
    for name in set(KERAS_CLASSES) - {"LossScaleOptimizer", "MultiOptimizer"}:
        for spelling in (name, name.lower(), name.upper()):
            assert type(optimizers.get(spelling)).__name__ == name
