"""How each kind of node becomes a line: tables of torch functions first, then functions for what torch has in another form.

`METHODS` gives the text after the operand, `FUNCTIONS` the function that is called in place of the kernel; a function of `EMIT` writes its
node itself. Each gives None (or False) where the next one serves, and in the end the kernel of the op table.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch

from keras.core.autodiff import body_gradient
from keras.core.graph import Node, Traced
from keras.core.simplify import is_constant
from keras.core.writer import Writer, signature
from keras.engines.torch import control, convolution, fused
from keras.engines.torch.dtypes import TORCH_DTYPES, UNSIGNED
from keras.engines.torch.kernels import ELEMENTWISE, KERNELS, by_int64
from keras.engines.torch.natives import NATIVES
from keras.engines.torch.optimizers import emit_update

Tensor = torch.Tensor

_MIRRORED: dict[str, str | None] = {
    "add": "add", "multiply": "multiply", "equal": "equal", "not_equal": "not_equal", "less": "greater", "less_equal": "greater_equal",
    "greater": "less", "greater_equal": "less_equal", "subtract": "rsub", "divide": None, "power": None,
}  # fmt: skip
"""Functions that take a Python number as second operand, faster than a tensor of one number -> those that take it as the first."""
_CALLED: dict[str, Callable[..., Tensor]] = {**ELEMENTWISE, "rsub": torch.rsub}

_FRESH = ELEMENTWISE.keys() - {"stop_gradient", "copy"} | {
    "relu_gradient", "conv_channels_last", "conv_input_gradient", "normalize_by_batch", "body_gradient", "max_pool_channels_last", "max_pool_gradient",
}  # fmt: skip
"""Nodes whose results are memory of their own, in which a later node may write when it is the last to read it."""
_IN_PLACE: dict[str, Callable[..., Tensor]] = {
    "relu": torch.relu_, "sigmoid": torch.sigmoid_, "tanh": torch.tanh_, "exp": torch.exp_, "negative": torch.neg_, "sqrt": torch.sqrt_,
    "square": torch.square_, "log": torch.log_, "add": Tensor.add_, "subtract": Tensor.sub_, "multiply": Tensor.mul_, "divide": Tensor.div_,
}  # fmt: skip


def emit(w: Writer, node: Node) -> None:
    """Write one node."""
    name = node.op.name
    special, method, choose = EMIT.get(name), METHODS.get(name), FUNCTIONS.get(name)
    if special is not None and special(w, node):
        return
    text = method(w, node) if method else None
    function = choose(w, node) if choose else None
    if text is not None:
        (w.put if name == "sum" else w.view)(node, w.name(node.inputs[0]) + text)
    elif function is not None:
        w.put(node, f"{w.bind(function, name)}({', '.join(map(w.name, node.inputs))})")
    else:
        _generic(w, node)


def absorb(w: Writer) -> None:
    """Find the nodes that are computed together with later ones, and those whose gradient follows."""
    for node in w.graph.nodes:
        forward = _forward_of(w, node) if node.op is body_gradient else None
        if forward is not None:
            w.residuals[id(forward)] = f"r{forward.position}"
        product = _biased_product(w, node)
        if product is not None:
            w.absorb(product, node)


def _arguments(w: Writer, node: Node) -> str:
    names = ", ".join(w.name(x) for x in node.inputs)
    return f"[{names}]" if node.op.operands == "list" and node.op.body is not None else names


def _generic(w: Writer, node: Node) -> None:
    """A call of the kernel or native, its attributes bound."""
    name, unsigned = node.op.name, any(x.dtype in UNSIGNED for x in node.inputs)
    if name in ELEMENTWISE and not unsigned:
        if not _with_number(w, node):
            inputs = node.inputs
            if name in ("add", "multiply") and not _is_last_reader(w, node, inputs[0]):
                inputs = inputs[::-1]
            w.put(node, f"{_elementwise(w, name, node, inputs[0])}({', '.join(map(w.name, inputs))})")
    elif id(node) in w.residuals:
        made = ", ".join(w.new(x) for x in node.outputs)
        w.lines.append(f"({made},), {w.residuals[id(node)]} = {_recorded(w, node.op, node.inputs, node.attributes)}")
    else:
        function = NATIVES[name] if node.op.body is not None else by_int64(KERNELS[name]) if unsigned else KERNELS[name]
        bound = functools.partial(function, **node.attributes) if node.attributes else function
        w.put(node, f"{w.bind(bound, name)}({_arguments(w, node)})")


def _elementwise(w: Writer, name: str, node: Node, x: Traced) -> str:
    """The function for an elementwise node, the one that writes into `x` where nobody reads that later."""
    function = _IN_PLACE.get(name)
    if function is None or not _is_last_reader(w, node, x):
        return w.bind(_CALLED[name], name)
    return w.bind(function, f"{name}_")


def _is_last_reader(w: Writer, node: Node, x: Traced) -> bool:
    """Whether a result like `x` may be written where `x` is: it is fresh memory, and neither it nor a view of it is read later."""
    maker, result = x.node, node.outputs[0]
    if (
        maker is None
        or maker.op.name not in _FRESH
        or x.dims != result.dims
        or x.dtype != result.dtype
        or w.last_use[id(x)] > node.position
    ):
        return False
    if id(maker) in w.residuals and maker.op.name not in fused.FORWARD and maker.op.name != "max_pool_channels_last":
        return False  # autograd keeps it
    if maker.op is body_gradient and maker.attributes["of"].name not in fused.BACKWARD:
        return False
    if sum(y is x for y in node.inputs) > 1 or w.is_output(x) or w.root(x) != id(x):
        return False
    return not any(root == id(x) and (w.last_use.get(key, -1) >= node.position or key in w.output_ids) for key, root in w.roots.items())


def _recorded(w: Writer, op: Any, inputs: Sequence[Traced], attributes: dict[str, Any]) -> str:
    """A call of a native that also gives what its gradient needs."""
    function = functools.partial(fused.FORWARD.get(op.name) or fused.recorded(NATIVES[op.name], op.operands == "list"), **attributes)
    return f"{w.bind(function, op.name)}({', '.join(map(w.name, inputs))})"


def _with_number(w: Writer, node: Node) -> bool:
    """x op 2.0: the number as it is."""
    name = node.op.name
    if name not in _MIRRORED or node.inputs[0].dtype not in ("float32", "float64", "int32", "int64"):
        return False
    first, second = node.inputs
    for function, x, y in ((name, first, second), (_MIRRORED[name], second, first)):
        number = w.scalar(y)
        if function is not None and number is not None and not is_constant(x):
            w.put(node, f"{_elementwise(w, function, node, x)}({w.name(x)}, {number})")
            return True
    return False


# ------------------------------------------------------------------------------------------------------------------- products


def _biased_product(w: Writer, node: Node) -> Node | None:
    """The matrix product or convolution to which this node adds a row, if nothing else reads it."""
    if node.op.name != "add":
        return None
    for y, bias in (node.inputs, node.inputs[::-1]):
        maker = y.node
        if (
            maker is not None
            and (maker.op.name == "conv_channels_last" or (maker.op.name == "matmul" and len(y.dims) == len(maker.inputs[0].dims) == 2))
            and w.uses[id(y)] == 1
            and bias.dims == y.dims[-1:]
            and y.dtype.startswith(("float", "bfloat"))
        ):
            return maker
    return None


def _add(w: Writer, node: Node) -> bool:
    product = w.inside.get(id(node))
    if product is None:
        return False
    bias = next(x for x in node.inputs if x is not product.outputs[0])
    a, b = map(w.name, product.inputs)
    if product.op.name == "matmul":
        w.put(node, f"{w.bind(torch.addmm, 'addmm')}({w.name(bias)}, {a}, {b})")
    else:
        function = functools.partial(convolution.conv, **_conv_options(product))
        w.put(node, f"{w.bind(function, 'conv')}({a}, {b}, bias={w.name(bias)})")
    return True


def _matmul(w: Writer, node: Node) -> Any:
    return torch.mm if all(len(x.dims) == 2 and x.dtype.startswith(("float", "bfloat")) for x in node.inputs) else None


# ------------------------------------------------------------------------------------------------------- shapes and reductions


def _transposed_variable(w: Writer, node: Node) -> bool:
    """The view is made once."""
    x = node.inputs[0]
    variable = w.variables.get(id(x)) if len(x.dims) == 2 else None
    if variable is None:
        return False
    w.names[id(node.outputs[0])] = w.bind(variable._value.detach().t(), "t")
    w.roots[id(node.outputs[0])] = w.root(x)
    return True


def _transpose(w: Writer, node: Node) -> str:
    axes, ndim = node.attributes["axes"], len(node.inputs[0].dims)
    return ".t()" if ndim == 2 else f".permute({tuple(reversed(range(ndim))) if axes is None else tuple(axes)})"


def _slice(w: Writer, node: Node) -> str:
    ranges = zip(*(node.attributes[key] for key in ("starts", "stops", "steps")), strict=True)
    return f"[{', '.join(':'.join('' if n is None else str(int(n)) for n in numbers) for numbers in ranges)}]"


def _sum(w: Writer, node: Node) -> str | None:
    x, axes, keepdims = node.inputs[0], node.attributes["axis"], bool(node.attributes["keepdims"])
    axes = tuple(range(len(x.dims))) if axes is None else (axes,) if isinstance(axes, int) else tuple(axes)
    if not x.dtype.startswith(("float", "bfloat")) or not axes:
        return None
    return ".sum()" if len(axes) == len(x.dims) and not keepdims else f".sum({axes}, {keepdims})"


METHODS: dict[str, Callable[[Writer, Node], str | None]] = {
    "transpose": _transpose,
    "reshape": lambda w, node: f".reshape({tuple(node.outputs[0].dims)})",
    "broadcast_to": lambda w, node: f".expand({tuple(node.outputs[0].dims)})",
    "strided_slice": _slice,
    "cast": lambda w, node: f".to({w.bind(TORCH_DTYPES[node.outputs[0].dtype], 'dtype')})",
    "sum": _sum,
}
"""Methods of the first operand; all but the sum show its memory."""


def _relu_gradient(w: Writer, node: Node) -> Any:
    return fused.relu_gradient_in_place if _is_last_reader(w, node, node.inputs[0]) else fused.relu_gradient


# ---------------------------------------------------------------------------------------------------------------- convolutions


def _conv_options(node: Node) -> dict[str, Any]:
    """The attributes that a convolution and its gradients share."""
    return {name: node.attributes[name] for name in ("strides", "padding", "dilation", "groups")}


def _conv_gradients(w: Writer, node: Node) -> bool:
    """Both gradients of a convolution in one call, at the first of them."""
    if id(node) in w.pairs:
        return True
    for other in w.graph.nodes[node.position + 1 :]:
        of_input, of_kernel = (node, other) if node.op.name == "conv_input_gradient" else (other, node)
        if (of_input.op.name, of_kernel.op.name) != ("conv_input_gradient", "conv_filter_gradient") or id(other) in w.pairs:
            continue
        (g, kernel), (x, same_g) = of_input.inputs, of_kernel.inputs
        fits = g is same_g and _conv_options(node) == _conv_options(other) and tuple(x.dims) == tuple(of_input.attributes["x_shape"])
        is_made = all(v.node is None or v.node.position < node.position for v in (x, kernel))
        if fits and is_made and tuple(kernel.dims) == tuple(of_kernel.attributes["w_shape"]):
            function = functools.partial(convolution.gradients, **_conv_options(node))
            made = f"{w.new(of_input.outputs[0])}, {w.new(of_kernel.outputs[0])}"
            w.lines.append(f"{made} = {w.bind(function, 'conv_gradients')}({w.name(g)}, {w.name(x)}, {w.name(kernel)})")
            w.pairs.add(id(other))
            return True
    return False


# ----------------------------------------------------------------------------------------------------------------------- loops


def _scan(w: Writer, node: Node) -> Any:
    a = node.attributes
    outputs = len(a["body"].outputs) - a["carries"]
    is_read = tuple(w.uses[id(x)] > 0 for x in node.outputs[a["carries"] :])
    return functools.partial(
        control.scan, w.subprogram(a["body"]), a["carries"], a["sequences"], a["length"], a["reverse"], is_read[:outputs], is_read[outputs:]
    )


def _while(w: Writer, node: Node) -> Any:
    a = node.attributes
    return functools.partial(
        control.while_loop, w.subprogram(a["condition"]), w.subprogram(a["body"]), a["variables"], a["condition_captures"]
    )


def _cond(w: Writer, node: Node) -> Any:
    return functools.partial(control.cond, w.subprogram(node.attributes["true_body"]), w.subprogram(node.attributes["body"]))


# --------------------------------------------------------------------------------------------------------------------- lookups


def _add_at(w: Writer, node: Node) -> bool:
    """Rows added to zeros: the gradient of a look-up."""
    x, indices, updates = node.inputs
    maker = x.node
    is_zero = (is_constant(x) and not x.value.any()) or (maker and maker.op.name == "filled_like" and not maker.attributes["value"])
    if not is_zero or len(x.dims) != 2 or node.attributes["axis"] not in (0, -2) or indices.dtype not in ("int32", "int64"):
        return False
    w.put(node, f"{w.bind(fused.rows_gradient, 'rows_gradient')}({w.name(updates)}, {w.name(indices)}, {x.dims[0]})")
    return True


# -------------------------------------------------------------------------------------------- composites with their gradients


def _forward_of(w: Writer, node: Node) -> Node | None:
    """The node of which this one is the gradient."""
    a = node.attributes
    return w.forward.get(signature(a["of"], node.inputs[: len(node.inputs) - sum(a["given"])], a["options"]))


def _body_gradient(w: Writer, node: Node) -> bool:
    """The gradient of a native composite: by what its forward node has left."""
    a = node.attributes
    count = len(node.inputs) - sum(a["given"])
    name = a["of"].name
    forward = _forward_of(w, node)
    residual = w.residuals[id(forward)] if forward is not None else f"r{node.position}"
    if forward is None:  # nobody reads its results
        w.lines.append(f"_, {residual} = {_recorded(w, a['of'], node.inputs[:count], a['options'])}")
    cotangents = iter([w.name(x) for x in node.inputs[count:]])
    given = ", ".join(next(cotangents) if has else "None" for has in a["given"])
    backward = functools.partial(fused.BACKWARD.get(name, fused.backward), wrt=a["wrt"])
    w.put(node, f"{w.bind(backward, name + '_gradient')}({residual}, [{given}])")
    w.lines.append(f"del {residual}")
    return True


def _pool_options(node: Node) -> dict[str, Any]:
    return {name: node.attributes[name] for name in ("window", "strides", "padding")}


def _max_pool(w: Writer, node: Node) -> bool:
    """The largest elements with their places, which the gradient reads."""
    x, options = node.inputs[0], _pool_options(node)
    followed = [n for n in w.graph.nodes if n.op.name == "max_pool_gradient" and n.inputs[1] is x and _pool_options(n) == options]
    if len(followed) != 1 or not fused.pools_natively(x, **options):
        return False
    places = w.residuals[id(node)] = w.residuals[id(followed[0])] = f"r{node.position}"
    w.lines.append(f"{w.new(node.outputs[0])}, {places} = {w.bind(functools.partial(fused.max_pool, **options), 'max_pool')}({w.name(x)})")
    return True


def _max_pool_gradient(w: Writer, node: Node) -> bool:
    places = w.residuals.get(id(node))
    if places is None:
        return False
    back = functools.partial(fused.max_pool_gradient, **_pool_options(node))
    w.put(node, f"{w.bind(back, 'max_pool_gradient')}({w.name(node.inputs[0])}, {w.name(node.inputs[1])}, {places})")
    w.lines.append(f"del {places}")
    return True


FUNCTIONS: dict[str, Callable[[Writer, Node], Any]] = {
    "matmul": _matmul,
    "relu_gradient": _relu_gradient,
    "scan_graph": _scan,
    "while_graph": _while,
    "cond_graph": _cond,
}
EMIT: dict[str, Callable[[Writer, Node], bool]] = {
    "add": _add,
    "transpose": _transposed_variable,
    "conv_input_gradient": _conv_gradients,
    "conv_filter_gradient": _conv_gradients,
    "add_at": _add_at,
    "body_gradient": _body_gradient,
    "max_pool_channels_last": _max_pool,
    "max_pool_gradient": _max_pool_gradient,
    "adam_update": emit_update,
}
