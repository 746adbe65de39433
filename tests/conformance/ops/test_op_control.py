"""Loops and branches: numbers, symbols, gradients, traces and replays say the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from op_properties import compiled, directional_difference, directions_for, inner, leaves_of
from op_table import floats

import keras.ops  # noqa: F401 (fills the registry)
from keras.core.autodiff import value_and_grad
from keras.core.tensor import REGISTRY, KerasTensor

R = REGISTRY


def f64(*shape: int, salt: str = "") -> np.ndarray:
    """Float64 numbers, read-only."""
    array = floats(*shape, salt=salt).astype("float64")
    array.setflags(write=False)
    return array


def cell(w: Any) -> Any:
    """A recurrent step that captures `w`: the state and its square's sum."""

    def step(state: Any, x: Any) -> Any:
        new = R["tanh"](R["add"](R["matmul"](state, w), x))
        return new, R["sum"](R["square"](new), axis=-1)

    return step


def scan_by_hand(step: Any, state: Any, xs: np.ndarray, reverse: bool = False) -> Any:
    """The loop in Python."""
    order = range(len(xs))[::-1] if reverse else range(len(xs))
    outputs = {}
    for t in order:
        state, outputs[t] = step(state, xs[t])
    return state, np.stack([outputs[t] for t in range(len(xs))])


STATE, XS, W = f64(2, 3), f64(5, 2, 3, salt="xs"), f64(3, 3, salt="w")


@pytest.mark.parametrize("reverse", [False, True])
def test_scan(reverse: bool) -> None:
    expected = scan_by_hand(cell(W), STATE, XS, reverse)
    replay = compiled(lambda s, xs, w: R["scan"](cell(w), s, xs, reverse=reverse))
    for found in (R["scan"](cell(W), STATE, XS, reverse=reverse), replay(STATE, XS, W), replay(STATE, XS, W)):
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12)


def loss_of(function: Any) -> Any:
    """The weighted sum of all float results of a function of a list."""

    def loss(parameters: list[Any]) -> Any:
        total = None
        for i, result in enumerate(leaves_of(function(*parameters))):
            part = R["multiply"](R["sum"](R["sin"](R["add"](result, 0.3 * i))), 1.0 + i)
            total = part if total is None else R["add"](total, part)
        return total

    return loss


def check_gradient(function: Any, *parameters: np.ndarray) -> None:
    """Eager, traced and replayed gradient against a finite difference."""
    loss = loss_of(function)
    directions = directions_for(list(parameters))
    expected = directional_difference(loss, list(parameters), directions)
    replay = compiled(lambda *p: value_and_grad(loss)(list(p)))
    for value, gradient in (value_and_grad(loss)(list(parameters)), replay(*parameters), replay(*parameters)):
        assert float(value) == pytest.approx(float(loss(list(parameters))), rel=1e-10)
        assert inner(gradient, directions) == pytest.approx(expected, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("reverse", [False, True])
def test_scan_gradient(reverse: bool) -> None:
    check_gradient(lambda s, xs, w: list(R["scan"](cell(w), s, xs, reverse=reverse)), STATE, XS, W)


def test_scan_second_gradient() -> None:
    loss = loss_of(lambda s, w: R["scan"](cell(w), s, XS)[0])

    def slope(parameters: list[Any]) -> Any:
        return R["add"](*[R["sum"](R["square"](g)) for g in value_and_grad(loss)(parameters)[1]])

    directions = directions_for([STATE, W])
    expected = directional_difference(slope, [STATE, W], directions)
    replay = compiled(lambda *p: value_and_grad(slope)(list(p))[1])
    for gradient in (value_and_grad(slope)([STATE, W])[1], replay(STATE, W)):
        assert inner(gradient, directions) == pytest.approx(expected, rel=1e-6)


def test_scan_without_sequences_and_without_outputs() -> None:
    halve = lambda state, _: (R["multiply"](state, 0.5), None)  # noqa: E731
    replay = compiled(lambda s: R["scan"](halve, s, length=3))
    for final, outputs in (R["scan"](halve, STATE, length=3), replay(STATE)):
        np.testing.assert_allclose(final, STATE / 8)
        assert outputs is None


def test_scan_of_length_zero() -> None:
    nothing = np.zeros((0, 2, 3))
    replay = compiled(lambda s, xs, w: R["scan"](cell(w), s, xs))
    for final, outputs in (R["scan"](cell(W), STATE, nothing), replay(STATE, nothing, W)):
        np.testing.assert_array_equal(final, STATE)
        assert np.shape(outputs) == (0, 2)


def test_scan_of_nests() -> None:
    def step(carry: Any, xs: Any) -> Any:
        total = R["add"](carry["total"], R["multiply"](xs["x"], xs["weight"]))
        return {"total": total, "count": R["add"](carry["count"], 1)}, (total, {"half": R["multiply"](total, 0.5)})

    start = {"total": np.zeros(3), "count": np.array(0, "int32")}
    xs = {"x": f64(4, 3), "weight": f64(4)}
    replay = compiled(lambda start, xs: R["scan"](step, start, xs))
    expected = np.cumsum(xs["x"] * xs["weight"][:, None], axis=0)
    for carry, (totals, halves) in (R["scan"](step, start, xs), replay(start, xs)):
        np.testing.assert_allclose(carry["total"], expected[-1])
        assert int(carry["count"]) == 4
        np.testing.assert_allclose(totals, expected)
        np.testing.assert_allclose(halves["half"], expected / 2)


def test_scan_passes_values_through() -> None:
    """A carry that swaps its parts and an output that is the slice or the old carry itself."""
    swap = lambda carry, x: ([carry[1], carry[0]], [x, carry[0]])  # noqa: E731
    replay = compiled(lambda a, b, xs: R["scan"](swap, [a, b], xs))
    a, b = f64(2, 3), f64(2, 3, salt="b")
    for carry, (slices, firsts) in (R["scan"](swap, [a, b], XS), replay(a, b, XS)):
        np.testing.assert_array_equal(carry[0], b)
        np.testing.assert_array_equal(carry[1], a)
        np.testing.assert_array_equal(slices, XS)
        np.testing.assert_array_equal(firsts, [a, b, a, b, a])
    check_gradient(lambda a, b: R["scan"](swap, [a, b], XS), a, b)


def _nested(start: Any, xs: Any, w: Any) -> Any:
    def outer(state: Any, x: Any) -> Any:
        inner_step = lambda s, _: (R["add"](R["multiply"](s, w), x), R["sum"](s))  # noqa: E731
        state, sums = R["scan"](inner_step, state, length=3)
        return state, R["mean"](sums)

    return list(R["scan"](outer, start, xs))


def test_nested_scans() -> None:
    start, xs, w = f64(3), f64(4, 3, salt="n"), f64(3, salt="nw")
    state, means = start, []
    for x in xs:
        sums = []
        for _ in range(3):
            sums.append(state.sum())
            state = state * w + x
        means.append(np.mean(sums))
    replay = compiled(_nested)
    for found in (_nested(start, xs, w), replay(start, xs, w)):
        np.testing.assert_allclose(found[0], state)
        np.testing.assert_allclose(found[1], means)
    check_gradient(_nested, start, xs, w)


def test_scan_on_symbols() -> None:
    carry, y = R["scan"](cell(W), KerasTensor((2, 3), "float64"), KerasTensor((None, 2, 3), "float64"))
    assert (carry.shape, carry.dtype, y.shape, y.dtype) == ((2, 3), "float64", (None, 2), "float64")
    carry, y = R["scan"](cell(W), KerasTensor((None, 3), "float64"), KerasTensor((5, None, 3), "float64"))
    assert (carry.shape, y.shape) == ((None, 3), (5, None))


def test_scan_says_what_is_wrong() -> None:
    with pytest.raises(TypeError, match="a function of \\(carry, x\\)"):
        R["scan"](3, STATE, XS)
    with pytest.raises(ValueError, match="without xs, length is needed"):
        R["scan"](cell(W), STATE)
    with pytest.raises(ValueError, match="first sizes of xs and length differ"):
        R["scan"](cell(W), STATE, XS, length=3)
    with pytest.raises(ValueError, match="the carry changes from float64\\[2, 3\\] to float64\\[3\\]"):
        compiled(lambda s: R["scan"](lambda c, _: (R["sum"](c, axis=0), None), s, length=2))(STATE)


def test_map() -> None:
    square = lambda x: {"square": R["square"](x)}  # noqa: E731
    replay = compiled(lambda xs: R["map"](square, xs))
    for found in (R["map"](square, XS), replay(XS)):
        np.testing.assert_allclose(found["square"], XS**2)
    check_gradient(lambda xs: R["map"](lambda x: R["tanh"](x), xs), XS)
    assert R["map"](lambda x: R["sum"](x), KerasTensor((None, 3))).shape == (None,)


def test_fori_loop() -> None:
    step = lambda i, x: R["add"](R["multiply"](x, 0.5), R["cast"](i, "float64"))  # noqa: E731
    expected = STATE
    for i in range(2, 6):
        expected = expected * 0.5 + i
    replay = compiled(lambda x: R["fori_loop"](2, 6, step, x))
    for found in (
        R["fori_loop"](2, 6, step, STATE),
        replay(STATE),
        compiled(lambda n, x: R["fori_loop"](2, n, step, x))(np.array(6, "int32"), STATE),
    ):
        np.testing.assert_allclose(found, expected)
    np.testing.assert_array_equal(R["fori_loop"](3, 3, step, STATE), STATE)
    np.testing.assert_array_equal(R["fori_loop"](5, 3, step, STATE), STATE)
    check_gradient(lambda x: R["fori_loop"](0, 3, step, x), STATE)


def test_while_loop() -> None:
    small = lambda i, x: R["less"](R["sum"](x), 100.0)  # noqa: E731
    double = lambda i, x: (R["add"](i, 1), R["multiply"](x, 2.0))  # noqa: E731
    start = (np.array(0, "int32"), np.ones(3))
    replay = compiled(lambda i, x: R["while_loop"](small, double, (i, x)))
    for i, x in (R["while_loop"](small, double, start), replay(*start), replay(*start)):
        assert int(i) == 6
        np.testing.assert_array_equal(x, np.full(3, 64.0))
    i, x = R["while_loop"](small, double, start, maximum_iterations=2)
    assert (int(i), float(x[0])) == (2, 4.0)
    i, x = compiled(lambda i, x: R["while_loop"](small, double, [i, x], maximum_iterations=2))(*start)
    assert (int(i), float(x[0])) == (2, 4.0)


def test_while_loop_with_captures_and_one_variable() -> None:
    function = lambda limit, factor, x: R["while_loop"](lambda v: R["less"](v, limit), lambda v: R["multiply"](v, factor), x)  # noqa: E731
    arguments = [np.array(v) for v in (50.0, 3.0, 1.0)]
    for found in (function(*arguments), compiled(function)(*arguments)):
        assert float(found) == 81.0
    assert R["while_loop"](lambda v: v < 3, lambda v: v + 1, KerasTensor((), "int32")).shape == ()


def test_while_loop_has_no_gradient() -> None:
    with pytest.raises(ValueError, match="keras.ops.scan or keras.ops.fori_loop"):
        compiled(lambda x: value_and_grad(lambda p: R["while_loop"](lambda v: R["less"](v, 3.0), lambda v: R["add"](v, 1.0), p))(x))(
            np.array(0.0)
        )


def test_cond() -> None:
    def choose(p: Any, x: Any, y: Any) -> Any:
        return R["cond"](p, lambda: [R["multiply"](x, y), R["sum"](x)], lambda: [R["add"](x, 1.0), R["sum"](y)])

    x, y = f64(2, 3), f64(2, 3, salt="y")
    replay = compiled(choose)
    for p in (True, False):
        expected = [x * y, x.sum()] if p else [x + 1, y.sum()]
        for found in (choose(p, x, y), choose(np.array(p), x, y), replay(np.array(p), x, y), replay(np.array(p), x, y)):
            for a, b in zip(found, expected, strict=True):
                np.testing.assert_allclose(a, b)
        check_gradient(lambda x, y, p=p: choose(np.array(p), x, y), x, y)
        check_gradient(lambda x, y, p=p: choose(R["greater"](R["sum"](R["square"](x)), -1.0 if p else 1e9), x, y), x, y)


def test_cond_returns_captured_values_and_constants() -> None:
    choose = compiled(lambda p, x, y: R["cond"](p, lambda: (x, np.float32(1.0)), lambda: (y, np.float32(2.0))))
    x, y = floats(3), floats(3, salt="y")
    for p, wanted, number in ((True, x, 1.0), (False, y, 2.0)):
        found = choose(np.array(p), x, y)
        np.testing.assert_array_equal(found[0], wanted)
        assert float(found[1]) == number


def test_cond_inside_scan_inside_cond() -> None:
    def step(state: Any, x: Any) -> Any:
        new = R["cond"](R["greater"](R["sum"](x), 0.0), lambda: R["add"](state, x), lambda: R["multiply"](state, x))
        return new, R["sum"](new)

    def function(s: Any, xs: Any) -> Any:
        looped = lambda: R["scan"](step, s, xs)[1]  # noqa: E731
        return R["cond"](R["less"](R["sum"](s), 1e9), looped, lambda: R["zeros"]((5,), "float64"))

    start, xs = f64(3), f64(5, 3, salt="c")
    state, expected = start, []
    for x in xs:
        state = state + x if x.sum() > 0 else state * x
        expected.append(state.sum())
    for found in (function(start, xs), compiled(function)(start, xs)):
        np.testing.assert_allclose(found, expected)
    check_gradient(function, start, xs)


def test_branches_must_agree() -> None:
    with pytest.raises(ValueError, match="true_fn returns float64\\[2, 3\\] and false_fn float64\\[\\]"):
        compiled(lambda p, x: R["cond"](p, lambda: x, lambda: R["sum"](x)))(np.array(True), STATE)


def test_cond_on_symbols() -> None:
    found = R["cond"](KerasTensor((), "bool"), lambda: KerasTensor((2, 3)), lambda: KerasTensor((2, 3)))
    assert found.shape == (2, 3)
