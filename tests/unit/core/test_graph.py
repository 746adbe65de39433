"""Traces: what is recorded, folded, captured and shared; gradients of traces; variables and state."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import keras.ops  # noqa: F401 (fills the registry)
from keras.core import autodiff, graph
from keras.core.autodiff import value_and_grad
from keras.core.graph import Traced, Tracer, trace
from keras.core.state import Autocast, StateScope
from keras.core.tensor import REGISTRY, Spec
from keras.core.variable import Variable
from keras.engines.numpy.kernels import NATIVES
from keras.engines.numpy.optimize import simplify

R = REGISTRY


def names(traced: Any) -> list[str]:
    """The ops of a graph in order."""
    return [node.op.name for node in traced.nodes]


def test_a_graph_runs_on_numbers_and_on_symbols() -> None:
    traced, _, captured = trace(lambda x, y: [R["add"](R["multiply"](x, y), 1.0), x], [Spec((3,), "float32"), Spec((3,), "float32")])
    assert names(traced) == ["multiply", "add"]
    assert captured == []
    product, same = traced.call(np.arange(3, dtype="float32"), np.full(3, 2.0, "float32"))
    np.testing.assert_array_equal(product, [1, 3, 5])
    np.testing.assert_array_equal(same, [0, 1, 2])
    again, _, _ = trace(lambda x: traced.call(x, x), [Spec((3,), "float32")])
    assert names(again) == ["multiply", "add"]
    assert str(again).splitlines()[0] == "graph(in0: float32[3])"
    assert "v1: float32[3] = multiply(in0, in0)" in str(again)


def test_constants_are_folded() -> None:
    traced, _, _ = trace(lambda x: R["multiply"](x, R["add"](R["ones"]((3,)), R["exp"](np.zeros(3, "float32")))), [Spec((3,), "float32")])
    assert names(traced) == ["multiply"]
    np.testing.assert_array_equal(traced.nodes[0].inputs[1].value, [2, 2, 2])


def test_values_of_an_enclosing_trace_are_captured_once() -> None:
    tracer = Tracer()
    with tracer.active():
        outer = tracer.input(Spec((2,), "float32"))
        inner, _, captured = trace(lambda x: R["add"](R["multiply"](x, outer), outer), [Spec((2,), "float32")])
    assert len(captured) == 1
    assert captured[0] is outer
    assert len(inner.inputs) == 2
    found = inner.call(np.array([1.0, 2.0], "float32"), np.array([3.0, 4.0], "float32"))
    np.testing.assert_array_equal(found[0], [6, 12])


def test_equal_nodes_are_shared_and_dead_ones_dropped() -> None:
    def function(x: Any) -> Any:
        R["exp"](x)
        a, b = R["tanh"](R["add"](x, 1.0)), R["tanh"](R["add"](x, 1.0))
        return R["multiply"](a, b)

    traced, _, _ = trace(function, [Spec((3,), "float32")])
    assert names(simplify(traced, NATIVES)) == ["add", "tanh", "multiply"]


def test_ops_that_change_nothing_disappear() -> None:
    def function(x: Any) -> Any:
        x = R["reshape"](R["transpose"](x, (0, 1)), (2, 3))
        x = R["broadcast_to"](R["cast"](R["stop_gradient"](x), "float32"), (2, 3))
        return R["divide"](R["add"](R["multiply"](x, 1.0), 0.0), 1.0)

    traced, _, _ = trace(function, [Spec((2, 3), "float32")])
    assert names(simplify(traced, NATIVES)) == []


def test_adding_zeros_of_a_wider_shape_stays() -> None:
    traced, _, _ = trace(lambda x: R["add"](x, np.zeros((2, 3), "float32")), [Spec((3,), "float32")])
    assert simplify(traced, NATIVES).outputs[0].dims == (2, 3)


def test_random_draws_with_different_keys_are_not_shared() -> None:
    traced, _, _ = trace(
        lambda a, b: [R["draw_uniform"](a, shape=(2,), dtype="float32"), R["draw_uniform"](b, shape=(2,), dtype="float32")],
        [Spec((2,), "uint32")] * 2,
    )
    assert len(simplify(traced, NATIVES).nodes) == 2


def test_gradient_is_part_of_the_trace_and_leaves_out_what_it_does_not_need() -> None:
    def step(w: Any, x: Any) -> Any:
        return value_and_grad(lambda p: R["sum"](R["square"](R["matmul"](x, p))))(w)[1]

    traced, _, _ = trace(step, [Spec((3, 2), "float32"), Spec((4, 3), "float32")])
    found = names(simplify(traced, NATIVES))
    assert found.count("matmul") == 2  # forwards, and for the weights; none for the input


def test_python_cannot_branch_on_a_traced_value_but_on_a_tape() -> None:
    function = lambda x: R["negative"](x) if x > 0 else x  # noqa: E731
    with pytest.raises(TypeError, match="Python cannot branch on it"):
        trace(function, [Spec((), "float32")])
    value, gradient = value_and_grad(function)(2.0)
    assert (float(value), float(gradient)) == (-2.0, -1.0)


def test_value_and_grad_of_nests_aux_and_unused_parameters() -> None:
    def loss(parameters: Any, scale: float) -> Any:
        y = R["sum"](R["multiply"](parameters["a"], scale))
        return y, {"twice": R["multiply"](y, 2.0), "text": "kept"}

    parameters = {"b": np.ones(2, "float32"), "a": np.array([1.0, 2.0], "float32")}
    (value, aux), gradient = value_and_grad(loss, has_aux=True)(parameters, 3.0)
    assert float(value) == 9.0
    assert float(aux["twice"]) == 18.0
    assert aux["text"] == "kept"
    assert list(gradient) == ["b", "a"]
    np.testing.assert_array_equal(gradient["a"], [3, 3])
    np.testing.assert_array_equal(gradient["b"], [0, 0])


def test_value_and_grad_wants_one_number() -> None:
    with pytest.raises(ValueError, match="must return one number, got shape \\(2,\\). Write keras.ops.mean\\(loss\\)"):
        value_and_grad(lambda x: R["add"](x, 1.0))(np.ones(2))


def test_value_and_grad_of_a_constant_function() -> None:
    value, gradient = value_and_grad(lambda x: 3.0)(np.ones(2, "float32"))
    assert float(value) == 3.0
    np.testing.assert_array_equal(gradient, [0, 0])


def test_cotangents_are_summed_over_broadcast_axes_and_cast_back() -> None:
    parameters = [np.ones((3, 1), "float32"), np.ones(4, "float16"), np.float32(2.0)]
    _, gradients = value_and_grad(lambda p: R["sum"](R["multiply"](R["multiply"](p[0], p[1]), p[2])))(parameters)
    assert [g.shape for g in gradients] == [(3, 1), (4,), ()]
    assert [g.dtype.name for g in gradients] == ["float32", "float16", "float32"]
    np.testing.assert_array_equal(gradients[0], np.full((3, 1), 8.0))
    np.testing.assert_array_equal(gradients[1], np.full(4, 6.0))
    assert float(gradients[2]) == 12.0


def test_a_value_used_twice_gets_both_cotangents() -> None:
    _, gradient = value_and_grad(lambda x: R["add"](R["multiply"](x, x), R["multiply"](x, 3.0)))(2.0)
    assert float(gradient) == 7.0


def test_nested_gradients() -> None:
    cube = lambda x: R["multiply"](R["multiply"](x, x), x)  # noqa: E731
    first = lambda x: value_and_grad(cube)(x)[1]  # noqa: E731
    second = lambda x: value_and_grad(first)(x)[1]  # noqa: E731
    assert [float(f(2.0)) for f in (cube, first, second)] == [8.0, 12.0, 12.0]
    _, third = value_and_grad(second)(2.0)
    assert float(third) == 6.0


def test_gradient_of_an_op_without_one_says_why() -> None:
    from keras.core.op import NotDifferentiable

    record = R["floor"].record
    before, record.vjp = record.vjp, NotDifferentiable("it is made of steps.")
    try:
        with pytest.raises(ValueError, match="No gradient goes through keras.ops.floor: it is made of steps."):
            value_and_grad(lambda x: R["floor"](x))(1.5)
    finally:
        record.vjp = before


def test_vjp_graph() -> None:
    traced, _, _ = trace(lambda x, y: R["multiply"](x, y), [Spec((2,), "float32")] * 2)
    backward = autodiff.vjp_graph(traced, [0, 1])
    x, y, g = (np.array(v, "float32") for v in ([1, 2], [3, 4], [1, 10]))
    dx, dy = backward.call(x, y, g)
    np.testing.assert_array_equal(dx, [3, 40])
    np.testing.assert_array_equal(dy, [1, 20])


def test_state_scope_keeps_writes_to_itself() -> None:
    variable = Variable(np.ones(2, "float32"))
    with StateScope([(variable, np.full(2, 5.0, "float32"))]) as scope:
        variable.assign_add(1.0)
        np.testing.assert_array_equal(variable.value, [6, 6])
    np.testing.assert_array_equal(variable.numpy(), [1, 1])
    ((found, value),) = scope.updates.values()
    assert found is variable
    np.testing.assert_array_equal(value, [6, 6])


def test_autocast_reads_floats_only() -> None:
    weight, counter = Variable(np.ones(2, "float32")), Variable(np.ones(2, "int32"))
    with Autocast("float16"):
        assert weight.value.dtype == np.float16
        assert weight.raw.dtype == np.float32
        assert counter.value.dtype == np.int32
        assert R["mean"](weight).dtype == np.float16
    assert weight.value.dtype == np.float32


def test_traced_constants_have_numbers() -> None:
    tracer = Tracer()
    constant = tracer.constant(np.array([1.0, 2.0], "float32"))
    assert isinstance(constant, Traced)
    assert graph.is_known(constant)
    np.testing.assert_array_equal(np.asarray(constant), [1, 2])
    assert not graph.is_known(tracer.input(Spec((), "float32")))
