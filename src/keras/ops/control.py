"""Loops and branches: scan, while_loop, fori_loop, cond, map. In a traced step each is one node with its body as a graph."""

# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from keras.core import dims as D
from keras.core import engine, graph, tree
from keras.core.autodiff import over_variables, vjp_graph
from keras.core.autodiff import value_and_grad as value_and_grad_by_table
from keras.core.families import Family, each
from keras.core.graph import Graph, Traced
from keras.core.op import NotDifferentiable, abstractly, as_operand, op, primitive
from keras.core.tensor import KerasTensor, Spec, any_symbolic
from keras.ops.contraction import matmul
from keras.ops.elementwise import add, convert_to_tensor, less, logical_and
from keras.ops.shaping import arange, reshape, shape_of, transpose, zeros, zeros_like

Tensor = Any


def _flat_operands(nest: Any) -> list[Any]:
    return [as_operand(x) for x in tree.flatten(nest) if x is not None]


def _pack(nest: Any, flat: Sequence[Any]) -> Any:
    iterator = iter(flat)
    return tree.pack_as(nest, [None if x is None else next(iterator) for x in tree.flatten(nest)])


def _is_traced(operands: Sequence[Any]) -> bool:
    tracer = graph.current_tracer()
    return tracer is not None and not tracer.compute or any(isinstance(x, Traced) and not x.tracer.compute for x in operands)


# --------------------------------------------------------------------------------------------------------------------- scan


def _scan_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[tuple[Spec, ...], dict[str, Any]]:
    body, carries, length = attributes["body"], attributes["carries"], attributes["length"]
    outputs = [Spec(x.dims, x.dtype) for x in body.outputs[:carries]]
    outputs += [Spec((length, *x.dims), x.dtype) for x in body.outputs[carries:]]
    outputs += [Spec((length, *x.dims), x.dtype) for x in body.outputs[:carries]]
    return tuple(outputs), attributes


def _scan_gradient(g: Any, y: Any, *operands: Any, body: Graph, carries: int, sequences: int, length: int, reverse: bool) -> list[Any]:
    """A scan in the other direction: its carry is the carry's cotangent and the sum of the constants' cotangents."""
    wrt = [i for i, x in enumerate(body.inputs) if x.dtype.startswith(("float", "bfloat"))]
    carry_wrt = [i for i in wrt if i < carries]
    sequence_wrt = [i for i in wrt if carries <= i < carries + sequences]
    constant_wrt = [i for i in wrt if i >= carries + sequences]
    backward, products = _with_hoisted_products(vjp_graph(body, wrt), wrt, constant_wrt)
    summed_wrt = [i for i in constant_wrt if i not in products]
    count = len(body.outputs)
    constants = list(operands[carries + sequences :])
    saved_carries = list(y[count:])
    saved_wrt = [i for i in carry_wrt if isinstance(g[count + i], Traced)]  # second gradients reach the saved carries as well
    sequence_cotangents = list(g[carries:count])
    initial = [g[i] for i in carry_wrt] + [zeros_like(operands[i]) for i in summed_wrt]

    def step(carry: list[Any], slices: list[Any]) -> tuple[list[Any], list[Any]]:
        carry_g = dict(zip(carry_wrt, carry, strict=False))
        saved_g = dict(zip(saved_wrt, slices[len(slices) - len(saved_wrt) :], strict=True))
        states, xs, gs = slices[:carries], slices[carries : carries + sequences], slices[carries + sequences : sequences + count]
        outputs_g = [carry_g[i] if i in carry_g else zeros_like(states[i]) for i in range(carries)] + gs
        made = backward.call(*states, *xs, *constants, *outputs_g)
        found = dict(zip([i for i in wrt if i not in products], made, strict=False))
        totals = [add(total, found[i]) for total, i in zip(carry[len(carry_wrt) :], summed_wrt, strict=True)]
        carried = [add(found[i], saved_g[i]) if i in saved_g else found[i] for i in carry_wrt]
        return carried + totals, [found[i] for i in sequence_wrt] + made[len(found) :]

    xs = saved_carries + list(operands[carries : carries + sequences]) + sequence_cotangents + [g[count + i] for i in saved_wrt]
    final, per_step = scan(step, initial, xs, length=length, reverse=not reverse)
    cotangents: list[Any] = [None] * len(operands)
    for i, c in zip([*carry_wrt, *summed_wrt], final, strict=True):
        cotangents[i] = c
    for i, c in zip(sequence_wrt, per_step, strict=False):
        cotangents[i] = c
    factors = per_step[len(sequence_wrt) :]
    for i, a, b in zip(products, factors[::2], factors[1::2], strict=True):
        cotangents[i] = matmul(transpose(reshape(a, (-1, a.dims[-1]))), reshape(b, (-1, b.dims[-1])))
    return cotangents


def _with_hoisted_products(backward: Graph, wrt: list[int], constant_wrt: list[int]) -> tuple[Graph, list[int]]:
    """The cotangent of a matrix that every step multiplies by is the sum of a product per step: one product over all steps is the same
    and faster, so the graph gives the two factors of such cotangents, after all others, instead of the products."""
    outputs, factors, products = [], [], []
    for i, x in zip(wrt, backward.outputs, strict=True):
        node = x.node
        left = node.inputs[0].node if node is not None and node.op.name == "matmul" else None
        if (
            i in constant_wrt
            and node is not None
            and left is not None
            and left.op.name == "transpose"
            and len(x.dims) == 2
            and len(node.inputs[1].dims) == 2
        ):
            products.append(i)
            factors += [left.inputs[0], node.inputs[1]]
        else:
            outputs.append(x)
    return Graph(backward.inputs, outputs + factors, backward.nodes), products


@primitive(Family("list", each, _scan_rule), vjp=_scan_gradient, category="internal", name="scan_graph", foldable=False)
def scan_graph(operands: Sequence[Tensor], body: Graph, carries: int, sequences: int, length: int, reverse: bool) -> tuple[Tensor, ...]:
    """A loop over the first axis: operands are carries, sequences, constants; results are carries, outputs, every carry before its step."""


@op(category="core", operands=0)
def scan(
    f: Callable[..., Any], init: Any, xs: Any = None, length: int | None = None, reverse: bool = False, unroll: Any = 1
) -> tuple[Any, Any]:
    """A loop that carries a state, carry, y = f(carry, x) for each slice x of `xs`: the final carry and the stacked y.
    Arguments:
        f: function of (carry, x) that returns (carry, y); the carry keeps its structure, shapes and dtypes.
        init: tensor or nest of tensors, the first carry.
        xs: tensor or nest of tensors of one first size, of which each step gets a slice. Default None: every step gets None.
        length: int, the number of steps. Default None: the first size of `xs`.
        reverse: bool, whether to go from the last slice to the first.
        unroll: int or bool, taken for compatibility.
    Returns: (carry, y): a nest like `init`, and one like the y of a step with a new first axis.
    Raises: TypeError if `f` is no function; ValueError if the number of steps is not known, or sizes or the carry's shape differ.
    Source: keras.ops.scan of Keras 3, jax.lax.scan.
    >>> keras.ops.scan(lambda total, x: (total + x, total * 10.0), 0.0, np.array([1.0, 2.0, 3.0], "float32"))
    (np.float32(6.0), array([ 0., 10., 30.], dtype=float32))"""
    if not isinstance(unroll, int) or unroll < (0 if isinstance(unroll, bool) else 1):
        raise ValueError(f"keras.ops.scan(unroll): got {unroll!r}. Accepted: True, False or an integer > 0.")
    if not callable(f):
        raise TypeError(f"keras.ops.scan(f): got {f!r}. Accepted: a function of (carry, x) that returns (carry, y).")
    flat_init, flat_xs = _flat_operands(init), _flat_operands(xs)
    steps = _scan_length(flat_xs, length)
    if any_symbolic(flat_init, flat_xs):
        return _scan_abstractly(f, init, xs, steps, flat_xs)
    if not isinstance(steps, int):
        raise ValueError("keras.ops.scan: the number of steps is unknown. Write length=... .")
    if not _is_traced([*flat_init, *flat_xs]):
        if steps == 0:
            return _scan_of_nothing(f, init, xs, flat_init, flat_xs)
        return engine.current().scan(f, init, xs, steps, reverse)
    return _scan_traced(f, init, xs, steps, reverse, flat_init, flat_xs)


def _scan_length(flat_xs: Sequence[Any], length: Any) -> Any:
    sizes = [shape_of(x)[0] for x in flat_xs]
    if length is None and not sizes:
        raise ValueError("keras.ops.scan: without xs, length is needed. Write scan(f, init, length=10).")
    result = sizes[0] if length is None else length
    for n in sizes:
        if D.unify(n, result) is None:
            raise ValueError(
                f"keras.ops.scan: the first sizes of xs and length differ: {[D.to_public((n,))[0] for n in sizes]} and {length}."
            )
        result = D.unify(n, result)
    return result


def _scan_abstractly(f: Any, init: Any, xs: Any, steps: Any, flat_xs: Sequence[Any]) -> Any:
    with abstractly():
        slices = _pack(xs, [KerasTensor.of(Spec(tuple(shape_of(x))[1:], graph.dtype_name(x))) for x in flat_xs])
        carry, y = f(init, slices)
        return carry, tree.map_structure(
            lambda v: None if v is None else KerasTensor.of(Spec((steps, *shape_of(v)), graph.dtype_name(v))), y
        )


def _scan_of_nothing(f: Any, init: Any, xs: Any, flat_init: list[Any], flat_xs: list[Any]) -> Any:
    """No step: the first carry, and outputs whose shapes only symbols can tell."""
    start = _pack(init, [KerasTensor.of(Spec(tuple(shape_of(x)), graph.dtype_name(x))) for x in flat_init])
    _, y = _scan_abstractly(f, start, xs, 0, flat_xs)
    return init, tree.map_structure(lambda v: None if v is None else zeros(v.shape, v.dtype), y)


def _scan_traced(f: Any, init: Any, xs: Any, steps: int, reverse: bool, flat_init: list[Any], flat_xs: list[Any]) -> Any:
    made: dict[str, Any] = {}

    def body(*arguments: Any) -> list[Any]:
        carry, y = f(_pack(init, arguments[: len(flat_init)]), _pack(xs, arguments[len(flat_init) :]))
        made["y"] = y
        flat_carry = _flat_operands(carry)
        for before, after in zip(flat_init, flat_carry, strict=True):
            if tuple(shape_of(before)) != tuple(shape_of(after)) or graph.dtype_name(before) != graph.dtype_name(after):
                raise ValueError(
                    f"keras.ops.scan: the carry changes from {graph.dtype_name(before)}{list(shape_of(before))} to "
                    f"{graph.dtype_name(after)}{list(shape_of(after))}. It must keep its shape and dtype."
                )
        return [*flat_carry, *_flat_operands(y)]

    specs = [Spec(tuple(shape_of(x)), graph.dtype_name(x)) for x in flat_init]
    specs += [Spec(tuple(shape_of(x))[1:], graph.dtype_name(x)) for x in flat_xs]
    traced, _, captured = graph.trace(body, specs)
    results = scan_graph(
        [*flat_init, *flat_xs, *captured], body=traced, carries=len(flat_init), sequences=len(flat_xs), length=steps, reverse=bool(reverse)
    )
    count = len(traced.outputs)
    return _pack(init, results[: len(flat_init)]), _pack(made["y"], results[len(flat_init) : count])


# ------------------------------------------------------------------------------------------------------- while and branches


def _body_specs(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[tuple[Spec, ...], dict[str, Any]]:
    return tuple(Spec(x.dims, x.dtype) for x in attributes["body"].outputs), attributes


@primitive(
    Family("list", each, _body_specs),
    vjp=NotDifferentiable("the number of steps of a while loop is not known beforehand. Write keras.ops.scan or keras.ops.fori_loop."),
    category="internal",
    name="while_graph",
    foldable=False,
)
def while_graph(operands: Sequence[Tensor], condition: Graph, body: Graph, variables: int, condition_captures: int) -> tuple[Tensor, ...]:
    """A loop: operands are the loop variables, the condition's captures and the body's captures."""


@op(category="core", operands=0)
def while_loop(cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, maximum_iterations: int | None = None) -> Any:
    """The variables after a loop: loop_vars = body(*loop_vars) is repeated while cond(*loop_vars) holds.
    Arguments:
        cond: function of the variables that returns a bool scalar.
        body: function of the variables that returns new ones, in the same structure, shapes and dtypes.
        loop_vars: tensor, or list or tuple of (nests of) tensors.
        maximum_iterations: int, how often the body runs at most. Default None: no limit.
    Returns: the variables, in the structure of `loop_vars`.
    Source: keras.ops.while_loop of Keras 3, tf.while_loop.
    >>> keras.ops.while_loop(lambda i, total: i < 5, lambda i, total: (i + 1, total + i), (0, 0))
    (np.int32(5), np.int32(10))"""
    single = not isinstance(loop_vars, (list, tuple))
    variables = (loop_vars,) if single else tuple(loop_vars)
    variables = tree.map_structure(lambda x: convert_to_tensor(x) if isinstance(x, (bool, int, float)) else x, variables)
    if maximum_iterations is not None:
        counted = while_loop(
            lambda i, *v: logical_and(less(i, maximum_iterations), cond(*v)),
            lambda i, *v: (add(i, 1), *_as_tuple(body(*v))),
            (engine.current().asarray(0, "int32"), *variables),
        )
        return counted[1] if single else tuple(counted[1:])
    flat = _flat_operands(variables)
    if any_symbolic(*flat):
        with abstractly():
            result = _as_tuple(body(*variables))
    elif not _is_traced(flat):
        result = engine.current().while_loop(cond, lambda *v: _as_tuple(body(*v)), variables)
    else:
        specs = [Spec(tuple(shape_of(x)), graph.dtype_name(x)) for x in flat]
        condition_graph, _, condition_captured = graph.trace(lambda *v: cond(*_pack(variables, v)), specs)
        body_graph, _, captured = graph.trace(lambda *v: _flat_operands(_as_tuple(body(*_pack(variables, v)))), specs)
        result = _pack(
            variables,
            while_graph(
                [*flat, *condition_captured, *captured],
                condition=condition_graph,
                body=body_graph,
                variables=len(flat),
                condition_captures=len(condition_captured),
            ),
        )
    return result[0] if single else tuple(result)


def _as_tuple(x: Any) -> tuple[Any, ...]:
    return tuple(x) if isinstance(x, (list, tuple)) else (x,)


@op(category="core", operands=0)
def fori_loop(lower: int, upper: int, body_fun: Callable[..., Any], init_val: Any) -> Any:
    """The value after a loop over numbers: value = body_fun(i, value) for i from `lower` to `upper` - 1.
    Arguments:
        lower: int or integer scalar, the first number.
        upper: int or integer scalar, the number after the last.
        body_fun: function of (i, value) that returns a value of the same structure, shapes and dtypes.
        init_val: tensor or nest of tensors, the first value.
    Returns: the last value, a nest like `init_val`.
    Source: keras.ops.fori_loop of Keras 3, jax.lax.fori_loop.
    >>> keras.ops.fori_loop(1, 5, lambda i, product: product * i, np.int32(1))
    np.int32(24)"""
    if isinstance(lower, int) and isinstance(upper, int):
        steps = arange(lower, max(upper, lower), dtype="int32")
        return scan(lambda value, i: (body_fun(i, value), None), init_val, steps)[0]
    return while_loop(lambda i, v: less(i, upper), lambda i, v: (add(i, 1), body_fun(i, v)), (lower, init_val))[1]


def _cond_gradient(g: Any, y: Any, *operands: Any, true_body: Graph, body: Graph) -> list[Any]:
    predicate, captured = operands[0], list(operands[1:])
    wrt = [i for i, x in enumerate(captured) if x.dtype.startswith(("float", "bfloat"))]
    g = list(g) if isinstance(g, tuple) else [g]
    branches = [vjp_graph(b, wrt) for b in (true_body, body)]
    found = cond(predicate, lambda: branches[0].call(*captured, *g), lambda: branches[1].call(*captured, *g))
    cotangents: list[Any] = [None] * len(operands)
    for i, c in zip(wrt, found, strict=True):
        cotangents[i + 1] = c
    return cotangents


@primitive(Family("list", each, _body_specs), vjp=_cond_gradient, category="internal", name="cond_graph", foldable=False)
def cond_graph(operands: Sequence[Tensor], true_body: Graph, body: Graph) -> tuple[Tensor, ...]:
    """One of two graphs on the same captured values; the first operand says which."""


@op(category="core", operands=0)
def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """true_fn() if `pred` holds, else false_fn(); in a compiled step both are part of it, and one is computed.
    Arguments:
        pred: bool scalar.
        true_fn: function without arguments.
        false_fn: function without arguments that returns the structure, shapes and dtypes of the other.
    Returns: what the function returns.
    Raises: ValueError if the functions of a compiled step return other shapes or dtypes.
    Source: keras.ops.cond of Keras 3, jax.lax.cond.
    >>> keras.ops.cond(True, lambda: "then", lambda: "else")
    'then'"""
    predicate = as_operand(pred)
    if isinstance(predicate, KerasTensor):
        with abstractly():
            return true_fn()
    if graph.is_known(predicate):
        if isinstance(predicate, Traced) or not hasattr(engine.current(), "cond"):
            return true_fn() if bool(predicate) else false_fn()
        return engine.current().cond(predicate, true_fn, false_fn)
    return _cond_traced(predicate, true_fn, false_fn)


def _cond_traced(predicate: Any, true_fn: Any, false_fn: Any) -> Any:
    made: dict[str, Any] = {}

    def flat(function: Any, key: str) -> Any:
        def run(*_: Any) -> list[Any]:
            made[key] = function()
            return _flat_operands(made[key])

        return run

    true_graph, _, true_captured = graph.trace(flat(true_fn, "true"), [])
    false_graph, _, false_captured = graph.trace(flat(false_fn, "false"), [])
    for a, b in zip(true_graph.outputs, false_graph.outputs, strict=True):
        if a.dims != b.dims or a.dtype != b.dtype:
            raise ValueError(
                f"keras.ops.cond: true_fn returns {a.dtype}{list(a.dims)} and false_fn {b.dtype}{list(b.dims)}. "
                "Both must return the same shapes and dtypes."
            )
    captured = list({id(x): x for x in [*true_captured, *false_captured]}.values())
    results = cond_graph(
        [predicate, *captured],
        true_body=_with_inputs(true_graph, true_captured, captured),
        body=_with_inputs(false_graph, false_captured, captured),
    )
    return _pack(made["true"], results)


def _with_inputs(body: Graph, own: Sequence[Traced], wanted: Sequence[Traced]) -> Graph:
    """The graph with one input for each of `wanted`, of which it uses its own."""
    by_outer = {id(outer): inner for outer, inner in zip(own, body.inputs, strict=True)}
    inputs = [by_outer[id(x)] if id(x) in by_outer else Traced(x.tracer, x.dims, x.dtype) for x in wanted]
    return Graph(inputs, body.outputs, body.nodes)


@op(category="core", operands=0)
def map(f: Callable[..., Any], xs: Any) -> Any:
    """`f` applied to each slice along the first axis, one after another, the results stacked.
    Arguments:
        f: function of a slice that returns a tensor or a nest of them.
        xs: tensor, or nest of tensors of one first size.
    Returns: tensor or nest like a result of `f`, with a new first axis.
    Source: keras.ops.map of Keras 3, jax.lax.map.
    >>> keras.ops.map(lambda row: row.sum(), np.array([[1.0, 2.0], [3.0, 4.0]], "float32"))
    array([3., 7.], dtype=float32)"""
    return scan(lambda carry, x: (carry, f(x)), [], xs)[1]


def value_and_grad(function: Callable[..., Any], has_aux: bool = False) -> Callable[..., Any]:
    """A function that returns what `function` returns and its gradient with respect to its first argument, on every engine.

    Variables in the first argument have the values that are differentiated wherever `function` reads them, also inside of layers;
    what `function` assigns to variables is kept.

    Arguments:
        function: function of (parameters, *args) that returns one number, or with `has_aux` a pair (number, anything).
            `parameters` is a number, a tensor, a variable, or a nest of them.
    Example:
        >>> value, gradient = value_and_grad(lambda x: x * x)(3.0)
        >>> float(value), float(gradient)
        (9.0, 6.0)
    """
    return over_variables(_value_and_grad, function, has_aux)


def _value_and_grad(function: Callable[..., Any], has_aux: bool) -> Callable[..., Any]:
    current = engine.current()
    if graph.current_tracer() is not None or not hasattr(current, "value_and_grad"):
        return value_and_grad_by_table(function, has_aux)
    return current.value_and_grad(function, has_aux)
