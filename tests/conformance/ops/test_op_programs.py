"""Compiled programs against eager code: random graphs, updated variables, aliases, blocks and threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from op_properties import compiled

import keras.ops  # noqa: F401 (fills the registry)
from keras.core.autodiff import value_and_grad
from keras.core.dtypes import standardize
from keras.core.tensor import REGISTRY
from keras.core.variable import Variable
from keras.engines.numpy.emit import ELEMENTWISE

SIZES = {"small": (3, 5), "blocks": (130, 150), "threads": (310, 270), "wide": (2, 20000), "tall": (20000, 3)}


def _call(name: str, *args: Any, **kwargs: Any) -> Any:
    return REGISTRY[name](*args, **kwargs)


class Snapshot(Variable):
    """A variable whose reads are copies, so that eager code is a sure oracle: what was read stays as it was."""

    @property
    def value(self) -> Any:
        """A copy of the value."""
        return self._value.copy()

    raw = value


class RandomProgram:
    """A random function of two arrays and two variables; the seed decides its ops, the shapes decide nothing else."""

    def __init__(self, seed: int, size: str, updates: bool, smooth: bool = False) -> None:
        self.seed, self.updates, self.smooth = seed, updates, smooth
        self.shape = SIZES[size]

    def arrays(self, seed: int) -> list[np.ndarray]:
        """Two input arrays."""
        rng = np.random.default_rng(seed)
        return [rng.normal(size=self.shape).astype("float32"), rng.normal(size=self.shape[1:]).astype("float32")]

    def variables(self, kind: type[Variable] = Variable) -> list[Variable]:
        """Two variables of the first array's shape."""
        rng = np.random.default_rng(self.seed + 99)
        return [kind(rng.normal(size=self.shape).astype("float32")) for _ in range(2)]

    def __call__(self, x: Any, row: Any, variables: list[Any], steps: int = 14) -> list[Any]:
        rng = np.random.default_rng(self.seed)
        pool = [x, row, *variables]
        for _ in range(steps):
            pool.append(self._step(rng, pool))
            if self.updates and rng.random() < 0.3:
                same = [v for v in pool if tuple(v.shape) == self.shape and standardize(v.dtype) == "float32"]
                variable = variables[rng.integers(2)]
                variable.assign(_call("tanh", same[rng.integers(len(same))]) if rng.random() < 0.5 else same[rng.integers(len(same))])
                pool.append(_call("multiply", variable, 0.5))
        chosen = rng.permutation(len(pool))[:4]
        return [pool[i].value if isinstance(pool[i], Variable) else pool[i] for i in chosen] + [pool[-1]]

    def _step(self, rng: np.random.Generator, pool: list[Any]) -> Any:
        a = pool[rng.integers(len(pool))]
        kind = rng.integers(12)
        matching = [v for v in pool if tuple(v.shape) == tuple(a.shape)]
        b = matching[rng.integers(len(matching))]
        count = len(a.shape)
        if kind <= 3:
            name = ["add", "subtract", "multiply", "maximum", "minimum"][rng.integers(5)]
            other = b if rng.random() < 0.7 else 1.5
            return _call("tanh", _call(name, a, other)) if rng.random() < 0.5 else _call(name, a, other)
        if kind == 4:
            return _call(["tanh", "sigmoid", "negative", "sin", "arctan", "relu", "abs"][rng.integers(7)], a)
        if kind == 5:
            return _call("choose", _call("greater", a, 0.1), a, b)
        if kind == 6 and count:
            axis = int(rng.integers(count))
            name = ["sum", "max_over", "mean", "min_over"][rng.integers(4)]
            return _call("add", a, _call("multiply", _call(name, a, axis=axis, keepdims=True), 0.01))
        if kind == 7 and count == 2:
            turned = _call("transpose", a)
            return _call("transpose", _call("multiply", turned, 0.9)) if rng.random() < 0.5 else _call("copy", _call("transpose", turned))
        if kind == 8 and count:
            flat = _call("reshape", a, (-1,))
            return _call("reshape", _call("reverse", flat, axis=0), tuple(a.shape))
        if kind == 9 and count:
            half = a.shape[0] // 2
            first, second = _call("get_item", a, slice(None, half)), _call("get_item", a, slice(half, None))
            return _call("concatenate", [second, _call("negative", first)], axis=0)
        if kind == 10:
            return (
                _call("add", a, _call("broadcast_to", pool[1], self.shape))
                if tuple(a.shape) == self.shape
                else _call("square", _call("tanh", a))
            )
        if self.smooth:
            return _call("stop_gradient", a) if rng.random() < 0.3 else _call("multiply", a, b)
        return _call("cast", _call("cast", _call("multiply", a, 10.0), "int32"), "float32")


def _compare(program: RandomProgram) -> None:
    eager_variables, variables = program.variables(Snapshot), program.variables()
    replay = compiled(lambda x, row: program(x, row, variables))
    for run in range(3):
        arrays = program.arrays(run)
        expected = [np.array(v) for v in program(*arrays, eager_variables)]
        results = replay(*arrays)
        for i, (a, b) in enumerate(zip(results, expected, strict=True)):
            np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5, err_msg=f"output {i} of run {run}")
        for i, (a, b) in enumerate(zip(variables, eager_variables, strict=True)):
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=2e-5, atol=2e-5, err_msg=f"variable {i} after run {run}")


@pytest.mark.parametrize("seed", range(120))
def test_random_small_programs(seed: int) -> None:
    _compare(RandomProgram(seed, "small", updates=seed % 2 == 1))


@pytest.mark.parametrize("size", ["blocks", "threads", "wide", "tall"])
@pytest.mark.parametrize("seed", range(20))
def test_random_large_programs(seed: int, size: str) -> None:
    _compare(RandomProgram(1000 + seed, size, updates=seed % 2 == 1))


@pytest.mark.parametrize("size", ["small", "blocks"])
@pytest.mark.parametrize("seed", range(20))
def test_random_gradients(seed: int, size: str) -> None:
    program = RandomProgram(2000 + seed, size, updates=False, smooth=True)

    def step(x: Any, row: Any) -> Any:
        def loss(parameters: list[Any]) -> Any:
            outputs = program(parameters[0], parameters[1], [parameters[0], parameters[0]], steps=10)
            total = _call("mean", outputs[0])
            for y in outputs[1:]:
                total = _call("add", total, _call("mean", y))
            return total

        return value_and_grad(loss)([x, row])

    arrays = program.arrays(1)
    value, gradients = step(*arrays)
    replay = compiled(step)
    for _ in range(2):
        found, slopes = replay(*arrays)
        assert float(found) == pytest.approx(float(value), rel=1e-5, abs=1e-5)
        for a, b in zip(slopes, gradients, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


# ------------------------------------------------------------------------------------------------- elementwise in blocks

_ARITY = {
    "choose": 3,
    "relu_gradient": 2,
    **dict.fromkeys(("add", "subtract", "multiply", "divide", "floor_divide", "mod", "power", "maximum", "minimum"), 2),
}
_ARITY |= dict.fromkeys(
    ("hypot", "fmod", "nextafter", "bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift", "gcd", "lcm"), 2
)
_INTEGERS = ("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not", "left_shift", "right_shift", "gcd", "lcm")
_ARITY |= dict.fromkeys(
    ("arctan2", "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_and", "logical_or", "logical_xor"), 2
)


@pytest.mark.parametrize("layout", ["flat", "row", "column", "turned", "scalar"])
@pytest.mark.parametrize("name", sorted(ELEMENTWISE))
def test_elementwise_in_blocks(name: str, layout: str) -> None:
    rng = np.random.default_rng(5)
    count = _ARITY.get(name, 1)
    shape = (130, 150)
    arrays = [rng.uniform(0.1, 0.9, shape).astype("float32") for _ in range(count)]
    if layout == "row" and count > 1:
        arrays[0] = arrays[0][:1]
    elif layout == "column" and count > 1:
        arrays[-1] = arrays[-1][:, :1]
    elif layout == "scalar" and count > 1:
        arrays[-1] = arrays[-1][0, 0]
    elif layout == "turned":
        arrays[0] = np.ascontiguousarray(arrays[0].T)
    options = {"dtype": "float64"} if name == "cast" else {}

    def function(*values: Any) -> Any:
        first = _call("transpose", values[0]) if layout == "turned" else values[0]
        shifted = [_call("multiply", v, 0.9) for v in (first, *values[1:])]
        operands = [_call("cast", _call("multiply", v, 8.0), "int32") for v in shifted] if name in _INTEGERS else shifted
        operands = [_call("add", v, 1.5) for v in operands] if name == "arccosh" else operands
        made = _call(name, *operands, **options)
        return [made, _call("multiply", _call("cast", made, "float32"), 2.0), _call("add", shifted[0], 1.0)]

    replay = compiled(function)
    for _ in range(2):
        for a, b in zip(replay(*arrays), function(*arrays), strict=True):
            assert a.dtype == b.dtype
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


# ------------------------------------------------------------------------------------------------------- variables


def _variable_case(function: Any, *starts: float, size: int = 4) -> None:
    """A function of variables, run three times compiled and three times eagerly."""
    for shape in [(size,), (140, 150)]:
        eager = [Snapshot(np.full(shape, v, "float32") + np.arange(shape[-1], dtype="float32") / 7) for v in starts]
        live = [Variable(v.numpy()) for v in eager]
        replay = compiled(lambda: function(*live))  # noqa: B023
        for _ in range(3):
            expected = [np.array(np.asarray(r)) for r in function(*eager)]
            for a, b in zip(replay(), expected, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-6)
            for a, b in zip(live, eager, strict=True):
                np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-6)


def test_swap() -> None:
    def swap(a: Variable, b: Variable) -> list[Any]:
        old = _call("copy", a)
        a.assign(b)
        b.assign(old)
        return [a.value, b.value]

    _variable_case(swap, 1.0, 2.0)


def test_rotate_three() -> None:
    def rotate(a: Variable, b: Variable, c: Variable) -> list[Any]:
        x, y, z = (_call("add", v, 0.0) for v in (a, b, c))
        a.assign(z)
        b.assign(x)
        c.assign(_call("add", y, 1.0))
        return []

    _variable_case(rotate, 1.0, 2.0, 3.0)


def test_update_reads_the_updated_value_of_another() -> None:
    def step(a: Variable, b: Variable) -> list[Any]:
        a.assign(_call("multiply", a, 2.0))
        b.assign(_call("add", b, a))
        a.assign_add(b)
        return [b.value]

    _variable_case(step, 1.0, 2.0)


def test_same_variable_assigned_twice() -> None:
    def step(a: Variable) -> list[Any]:
        a.assign_add(1.0)
        middle = _call("multiply", a, 3.0)
        a.assign(_call("subtract", a, 5.0))
        return [middle, a.value]

    _variable_case(step, 1.0)


def test_output_is_the_old_value() -> None:
    def step(a: Variable) -> list[Any]:
        old = _call("add", a, 0.0)
        a.assign(_call("multiply", a, 0.5))
        return [old, a.value]

    _variable_case(step, 1.0)


def test_update_is_a_view_of_another_variable() -> None:
    def step(a: Variable, b: Variable) -> list[Any]:
        turned = _call("reverse", b, axis=len(b.shape) - 1)
        b.assign(_call("multiply", b, 2.0))
        a.assign(turned)
        return [turned]

    _variable_case(step, 1.0, 2.0)


def test_update_is_a_view_of_itself() -> None:
    def step(a: Variable) -> list[Any]:
        a.assign(_call("reverse", a, axis=len(a.shape) - 1))
        return [a.value]

    _variable_case(step, 1.0)


def test_two_variables_get_one_value() -> None:
    def step(a: Variable, b: Variable) -> list[Any]:
        new = _call("add", a, b)
        a.assign(new)
        b.assign(new)
        return [new]

    _variable_case(step, 1.0, 2.0)


def test_old_value_is_read_by_a_later_group() -> None:
    def step(a: Variable, b: Variable) -> list[Any]:
        new = _call("tanh", _call("multiply", a, 1.1))
        mean = _call("mean", new)
        a.assign(new)
        b.assign(_call("add", b, mean))
        return [mean]

    _variable_case(step, 1.0, 2.0)


def test_momentum_update() -> None:
    def step(w: Variable, m: Variable, v: Variable) -> list[Any]:
        g = _call("multiply", w, 0.3)
        m.assign(_call("add", _call("multiply", m, 0.9), _call("multiply", g, 0.1)))
        v.assign(_call("add", _call("multiply", v, 0.99), _call("multiply", _call("square", g), 0.01)))
        w.assign_sub(_call("divide", m, _call("add", _call("sqrt", v), 1e-3)))
        return [_call("sum", w)]

    _variable_case(step, 1.0, 0.0, 1.0)


def test_a_variable_assigned_without_being_read() -> None:
    def step(a: Variable, b: Variable) -> list[Any]:
        b.assign(_call("multiply", a, 2.0))
        return []

    _variable_case(step, 1.0, 2.0)


def test_outputs_that_are_inputs_or_constants() -> None:
    x = np.arange(6, dtype="float32").reshape(2, 3)
    replay = compiled(
        lambda a: [a, _call("transpose", a), _call("convert_to_tensor", [1.0, 2.0]), 3, None, {"b": _call("get_item", a, 0), "a": a}]
    )
    for _ in range(2):
        same, turned, constant, number, nothing, parts = replay(x)
        np.testing.assert_array_equal(same, x)
        np.testing.assert_array_equal(turned, x.T)
        np.testing.assert_array_equal(constant, [1, 2])
        assert (number, nothing) == (3, None)
        np.testing.assert_array_equal(parts["a"], x)
        np.testing.assert_array_equal(parts["b"], x[0])


def test_results_are_the_callers_own() -> None:
    replay = compiled(lambda a: _call("add", a, 1.0))
    first = replay(np.zeros(3, "float32"))
    replay(np.ones(3, "float32"))
    np.testing.assert_array_equal(first, [1, 1, 1])


def test_new_signature_traces_again_and_old_one_is_kept() -> None:
    traces = []

    def function(x: Any) -> Any:
        traces.append(x.shape)
        return _call("sum", x)

    replay = compiled(function)
    for n in (3, 4, 3, 4, 3):
        assert float(replay(np.ones(n, "float32"))) == n
    assert traces == [(3,), (4,)]
    assert float(replay(np.ones(3, "float64"))) == 3
    assert len(traces) == 3


def test_random_ops_draw_anew_at_every_replay() -> None:
    from keras.ops.random import SeedGenerator, uniform

    generator, twin = SeedGenerator(5), SeedGenerator(5)
    replay = compiled(lambda: uniform((1000,), seed=generator))
    first, second = replay(), replay()
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, uniform((1000,), seed=twin))
    np.testing.assert_array_equal(second, uniform((1000,), seed=twin))


@pytest.mark.parametrize("size", [3, 140])
def test_select_in_the_place_of_each_operand(size: int) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(size, size)).astype("float32")

    def function(x: Any) -> list[Any]:
        condition = _call("greater", x, 0.0)
        bools = _call("choose", _call("logical_not", condition), _call("less", x, 1.0), _call("less", x, -1.0))
        a = _call("multiply", x, 2.0)
        turned = _call("choose", _call("greater", x, 0.5), _call("transpose", a), a)
        b = _call("multiply", x, 3.0)
        straight = _call("choose", _call("greater", x, 0.3), b, _call("transpose", b))
        return [bools, turned, straight]

    for a, b in zip(compiled(function)(x), function(x), strict=True):
        np.testing.assert_array_equal(a, b)
