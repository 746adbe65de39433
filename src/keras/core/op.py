"""The op record and its dispatch: one record says everything about an op; values, symbols and traces all go through it.

A *primitive* has a family (which operands are tensors, how dtypes promote, the shape rule) and a gradient written with ops; engines
run it. A *composite* has a body written with other ops; it needs nothing else. Public functions keep the signature and docstring of
the definition and hold their record in `function.record`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from types import FunctionType
from typing import Any

import numpy as np

from keras.core import dtypes, engine, operation
from keras.core.families import DTYPES_ALONE
from keras.core.graph import Traced, Tracer, current_tracer, tracer_of
from keras.core.state import current_scope
from keras.core.tensor import REGISTRY, KerasTensor, Spec, Symbol
from keras.core.variable import Variable

ZERO = None
"""The gradient of an op that is constant almost everywhere (`floor`, `argmax`, comparisons)."""

_inside_composite: ContextVar[bool] = ContextVar("inside_composite", default=False)
_SHOWN = {
    "choose": "where", "max_over": "max", "min_over": "min", "product_over": "prod", "running_sum": "cumsum", "running_product": "cumprod",
    "take_along": "take", "gather_along_axis": "take_along_axis", "order": "argsort", "sorted_along": "sort", "largest": "top_k",
    "cholesky_lower": "cholesky", "linear_solve": "solve", "triangular_solve": "solve_triangular", "strided_slice": "get_item",
    "reverse": "flip", "pad_constant": "pad", "filled_like": "full_like", "singular_values_and_vectors": "svd",
}  # fmt: skip
"""What messages call a primitive that has no public name: the op that users write."""
_SCALARS = (bool, int, float, complex)
_PLAIN = frozenset({*_SCALARS, type(None), str})
"""What is neither a tensor nor holds one."""
_CONVERTED = (list, tuple, Variable)
"""What becomes a tensor before a composite sees it."""


class NotDifferentiable:
    """Marks a primitive through which no gradient can be taken; `reason` ends the error message."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


class Op:
    """The record of one op.

    Attributes:
        name: public name. shown: what messages call it. function: public function. operands: how many leading parameters are tensors; "list" if the first is a list.
        promote: operand dtypes -> wanted dtypes (primitives). rule: specs, attributes -> specs, attributes (primitives).
        vjp: one function of (g, y, *operands, **attributes) per operand, or one that returns all cotangents, or ZERO.
        through: {(operand, producer's name): function}, a gradient taken at once through the op that made that operand.
        body: the definition of a composite.
        kernels: (engine, dtypes of the operands) -> kernel, for operands that it takes as they are: what most calls need to know.
        family: the family whose operands and results the op has, from which its documentation is completed.
    """

    __slots__ = (
        "body",
        "category",
        "defaults",
        "family",
        "foldable",
        "function",
        "kernels",
        "name",
        "operands",
        "parameters",
        "promote",
        "rule",
        "shown",
        "through",
        "vjp",
    )

    def __init__(self, name: str, definition: Callable[..., Any], operands: int | str, **fields: Any) -> None:
        self.name = name
        self.shown = _SHOWN.get(name, name)
        self.operands = operands
        code = definition.__code__  # `inspect.signature` for every op would be half of the import's time
        self.parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        count = 1 if operands == "list" else int(operands)
        positional = definition.__defaults__ or ()
        defaults = dict(zip(self.parameters[code.co_argcount - len(positional) : code.co_argcount], positional, strict=True)) | (
            definition.__kwdefaults__ or {}
        )
        self.defaults = {name: value for name, value in defaults.items() if name in self.parameters[count:]}
        self.kernels: dict[Any, Any] = {}
        self.foldable = fields.pop("foldable", True)
        self.category = fields.pop("category", "")
        self.family = fields.pop("family", None)
        self.promote = fields.pop("promote", None)
        self.rule = fields.pop("rule", None)
        self.vjp = fields.pop("vjp", ZERO)
        self.through = fields.pop("through", {})
        self.body = fields.pop("body", None)
        self.function = functools.wraps(definition)(_composite_call(self) if self.body else _primitive_call(self))
        self.function.record = self  # type: ignore[attr-defined]

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The operands and the attributes of a call."""
        count = 1 if self.operands == "list" else int(self.operands)
        names, attributes = self.parameters[count:], self.defaults | kwargs
        attributes.update(zip(names, args[count:], strict=False))
        if (
            len(args) < count
            or len(attributes) != len(names)
            or len(args) > len(self.parameters)
            or not kwargs.keys() <= {*names[len(args) - count :]}
        ):
            bound = inspect.signature(self.function).bind(*args, **kwargs)  # operands by name; or it says what is missing or given twice
            bound.apply_defaults()
            args = tuple(bound.arguments.values())
            attributes = dict(zip(names, args[count:], strict=True))
        return (tuple(args[0]) if self.operands == "list" else args[:count]), attributes

    def infer(self, inputs: Sequence[Any], attributes: dict[str, Any]) -> Any:
        """The spec(s) of the result for operands that are promoted already."""
        if self.rule is not None:
            return self.rule(self.shown, inputs, attributes)[0]
        with_symbols = [KerasTensor.of(x) for x in inputs]
        token = _inside_composite.set(True)
        try:
            arguments = [with_symbols] if self.operands == "list" else with_symbols
            return self.body(*arguments, **attributes)
        finally:
            _inside_composite.reset(token)

    def evaluate(self, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        """The number(s) for operands that are engine tensors, promoted already."""
        current = engine.current()
        if self.rule is not None:
            return current.kernel(self.name, [current.dtype_of(x) for x in operands])(*operands, **attributes)
        native = current.natives.get(self.name)
        arguments = [list(operands)] if self.operands == "list" else operands
        return (native or self.body)(*arguments, **attributes)

    def apply(self, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        """The op on operands of any kind with complete attributes."""
        return self.function(list(operands), **attributes) if self.operands == "list" else self.function(*operands, **attributes)

    def __reduce__(self) -> Any:
        return _record_of, (self.name,)

    def __repr__(self) -> str:
        return f"<Op {self.name}>"


def _record_of(name: str) -> Op:
    return REGISTRY[name].record  # type: ignore[attr-defined, no-any-return]


def as_operand(x: Any) -> Any:
    """What an op works on: variables give their value; lists and foreign arrays become engine tensors; scalars stay weak."""
    if isinstance(x, Variable):
        return _unmoved(x.value)
    if isinstance(x, Symbol) or type(x) in _SCALARS:
        return x
    current = engine.current()
    return x if current.owns(x) else engine.converted(x)


def _unmoved(value: Any) -> Any:
    """A variable's value as the tape may keep it: an assignment later on writes into the variable's own memory."""
    tracer = current_tracer()
    if tracer is None or not tracer.compute or isinstance(value, Symbol):
        return value
    return engine.current().detached(value)


def _dtype_key(x: Any, current: Any) -> Any:
    if isinstance(x, Symbol):
        return x.dtype
    kind = type(x)
    return kind if kind in _SCALARS else current.dtype_of(x)


def _primitive_call(op: Op) -> Callable[..., Any]:
    in_list = op.operands == "list"
    count = 1 if in_list else int(op.operands)
    has_attributes = len(op.parameters) > count
    kernels = op.kernels

    def call(*args: Any, **kwargs: Any) -> Any:
        given = len(args)
        if given >= count and (has_attributes or (given == count and not kwargs)):
            current = engine.current()
            tensor_type, name, x = current.tensor_type, current.name, args[0]
            key: tuple[Any, ...] = ()
            if in_list:
                if type(x) in (list, tuple):
                    key = (name, *[y.dtype if type(y) is tensor_type else None for y in x])
            elif type(x) is tensor_type:
                if count == 1:
                    key = name, x.dtype
                elif count == 2:
                    y = args[1]
                    key = name, x.dtype, y.dtype if type(y) is tensor_type else type(y)
                else:
                    key = (name, *[y.dtype if type(y) is tensor_type else None for y in args[:count]])
            kernel = kernels.get(key)
            if kernel is not None:
                try:
                    return kernel(*args, **kwargs)
                except current.errors:  # what follows words the error
                    pass
        return _dispatch(op, args, kwargs)

    return call


def _dispatch(op: Op, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A primitive on operands of any kind."""
    operands, attributes = op.bind(args, kwargs)
    current = engine.current()
    for x in operands:
        if type(x) is not current.tensor_type:
            operands = tuple(map(as_operand, operands))
            break
    for x in operands:
        if isinstance(x, Symbol):
            return _on_symbols(op, operands, attributes, args, kwargs)
    return _on_values(op, current, operands, attributes)


def _is_dtype_name(dtype: Any) -> bool:
    return isinstance(dtype, str) and dtype in dtypes.ALL


def _remember(op: Op, current: Any, kernel: Any, operands: Sequence[Any], arrays: Sequence[Any], keys: Any, wanted: Sequence[str]) -> None:
    """The kernel for the next call with operands of these dtypes, if they go in as they are (a Python number in the tensor's dtype)."""
    if op.promote not in DTYPES_ALONE or any(type(x) is not current.tensor_type for x in arrays):
        return
    same = [key == target for key, target in zip(keys, wanted, strict=True)]
    leading = 1 if op.operands == "list" else len(arrays)
    if all(same):
        op.kernels[(current.name, *[x.dtype for x in arrays])] = (
            kernel
            if len(op.parameters) == leading
            else _with_signature(op.operands, op.parameters, tuple(op.defaults))(kernel, op.defaults)
        )
    elif len(same) == len(op.parameters) == 2 and same[0] and type(operands[1]) in _SCALARS:
        operand, dtype = current.operand, wanted[1]
        op.kernels[(current.name, arrays[0].dtype, type(operands[1]))] = lambda x, y: kernel(x, operand(y, dtype))


@functools.cache
def _with_signature(operands: int | str, parameters: tuple[str, ...], optional: tuple[str, ...]) -> Callable[..., Any]:
    """(kernel, defaults) -> the kernel as a function with the op's own signature, so that Python binds the arguments of a call.

    The text is compiled, as a call bound by hand takes longer than what most kernels compute.
    """
    count = 1 if operands == "list" else int(operands)
    leading = [f"*{parameters[0]}"] if operands == "list" else list(parameters[:count])
    given = [f"{p}={'named(dtype)' if p == 'dtype' else p}" for p in parameters[count:]]
    signature = ", ".join(f"{p}=defaults[{p!r}]" if p in optional else p for p in parameters)
    text = f"lambda kernel, defaults: lambda {signature}: kernel({', '.join([*leading, *given])})"
    return eval(text, {"named": _named})  # type: ignore[no-any-return]


def _named(dtype: Any) -> Any:
    return dtype if dtype is None or _is_dtype_name(dtype) else dtypes.standardize(dtype)


def _on_values(op: Op, current: Any, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
    keys = tuple([_dtype_key(x, current) for x in operands])
    wanted = op.promote(keys, attributes)
    arrays = [x if key == target else current.operand(x, target) for x, key, target in zip(operands, keys, wanted, strict=True)]
    if "dtype" in attributes:
        attributes = {**attributes, "dtype": _named(attributes["dtype"])}
    try:
        kernel = current.kernel(op.name, wanted)
        result = kernel(*arrays, **attributes)
        _remember(op, current, kernel, operands, arrays, keys, wanted)
        return result
    except KeyError as error:
        if error.args == (op.name,):
            raise NotImplementedError(current.unsupported(op.name)) from None
        raise
    except current.errors:
        specs = [Spec(tuple(np.shape(x)), dtypes.result_type(key)) for x, key in zip(operands, keys, strict=True)]
        canonical = op.rule(op.shown, specs, attributes)[1]  # says what is wrong in the same words as for symbols
        if canonical == attributes:
            places = engine.devices_text(op.name, arrays)
            if places is not None:
                raise ValueError(places) from None
            raise
        return kernel(*arrays, **canonical)  # attributes that the array library takes only in another spelling


def _on_symbols(op: Op, operands: Sequence[Any], attributes: dict[str, Any], args: Any, kwargs: Any) -> Any:
    current = engine.current()
    keys = tuple([_dtype_key(x, current) for x in operands])
    wanted = op.promote(keys, attributes)
    if any(isinstance(x, Traced) for x in operands):
        tracer = tracer_of(operands)
        cast = REGISTRY["cast"]
        inputs = []
        for x, key, target in zip(operands, keys, wanted, strict=True):
            if isinstance(x, Traced):
                inputs.append(x if key == target else cast(x, target))
            else:
                inputs.append(tracer.constant(x, target))
        attributes = op.rule(op.shown, inputs, attributes)[1]
        return tracer.record(op, inputs, attributes)
    specs = [Spec(x.dims if isinstance(x, Symbol) else tuple(np.shape(x)), target) for x, target in zip(operands, wanted, strict=True)]
    return _keras_tensors(op, op.rule(op.shown, specs, attributes)[0], args, kwargs)


def _keras_tensors(op: Op, specs: Any, args: Any, kwargs: Any) -> Any:
    """Symbols of a Functional model for these specs, with their history unless an op or layer around this one will have it."""
    outputs = tuple(map(KerasTensor.of, specs)) if isinstance(specs, tuple) else KerasTensor.of(specs)
    if not _inside_composite.get():
        operation.record_op(op, args, kwargs, outputs)
    return outputs


def _find_symbol(args: Any) -> type | None:
    """Traced if a (nested) argument is one, else KerasTensor if one is, else None."""
    found: type | None = None
    for x in args:
        if isinstance(x, Variable):
            x = x.value if current_scope() is not None else None
        if isinstance(x, Traced):
            return Traced
        if isinstance(x, KerasTensor):
            found = KerasTensor
        elif type(x) in (list, tuple, dict):
            inner = _find_symbol(x.values() if type(x) is dict else x)
            if inner is Traced:
                return Traced
            found = inner or found
    return found


def _composite_call(op: Op) -> Callable[..., Any]:
    body = op.body
    name = op.name
    count = op.operands if isinstance(op.operands, int) else 0

    def call(*args: Any, **kwargs: Any) -> Any:
        current = engine.current()
        tensor_type = current.tensor_type
        at_once = current.eager.get(name)
        if at_once is not None and args:
            accepted, function = at_once
            x = _like_all(args[0], tensor_type) if op.operands == "list" else args[0]
            if type(x) is tensor_type and x.dtype in accepted:
                try:
                    result = function(*args, **kwargs)
                    if result is not NotImplemented:
                        return result
                except current.errors:  # the body words the error
                    pass
        for x in (*args, *kwargs.values()):
            if type(x) is not tensor_type and type(x) not in _PLAIN:
                return _dispatch_composite(op, args, kwargs)
        native = current.natives.get(name)
        return body(*args, **kwargs) if native is None else _native_result(native, body, count, args, kwargs)

    return call


def _like_all(xs: Any, tensor_type: Any) -> Any:
    """The first of several tensors of one dtype, None for anything else."""
    if type(xs) not in (list, tuple) or not xs:
        return None
    first = xs[0]
    for x in xs:
        if type(x) is not tensor_type or x.dtype != first.dtype:
            return None
    return first


def _dispatch_composite(op: Op, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A composite on arguments of any kind."""
    count = op.operands if isinstance(op.operands, int) else 0
    given = {key: x for key, x in kwargs.items() if type(x) in _CONVERTED and key in op.parameters[:count]}
    if given or any(type(x) in _CONVERTED for x in args[:count]):
        converted = [as_operand(x) if type(x) in _CONVERTED else x for x in args[:count]]
        return op.function(*converted, *args[count:], **kwargs | {key: as_operand(x) for key, x in given.items()})
    kind = _find_symbol(args) or (_find_symbol(kwargs.values()) if kwargs else None)
    native = engine.current().natives.get(op.name)
    if kind is None:
        return op.body(*args, **kwargs) if native is None else _native_result(native, op.body, count, args, kwargs)
    if kind is Traced:
        if op.vjp is ZERO and native is None:
            return op.body(*args, **kwargs)
        operands, attributes = op.bind(args, kwargs)
        if _find_symbol(attributes.values()) is not None:  # an optional tensor: not a node's attribute
            return op.body(*args, **kwargs)
        return _record_composite(op, operands, attributes)
    if _inside_composite.get():
        return op.body(*args, **kwargs)
    token = _inside_composite.set(True)
    try:
        outputs = op.body(*args, **kwargs)
    finally:
        _inside_composite.reset(token)
    return operation.record_op(op, args, kwargs, outputs)


def _native_result(native: Callable[..., Any], body: Callable[..., Any], count: int, args: Any, kwargs: Any) -> Any:
    current = engine.current()
    for x in args[:count]:
        if type(x) is not current.tensor_type:
            args = tuple(x if x is None else as_operand(x) for x in args[:count]) + args[count:]
            break
    try:
        return native(*args, **kwargs)
    except current.errors:
        return body(*args, **kwargs)  # words the error


def _record_composite(op: Op, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
    """A composite with a gradient of its own is one node of the trace; its operands are promoted like a primitive's."""
    operands = tuple(map(as_operand, operands))
    tracer = tracer_of(operands)
    current = engine.current()
    keys = tuple([_dtype_key(x, current) for x in operands])
    wanted = op.promote(keys, attributes) if op.promote else keys
    cast = REGISTRY["cast"]
    inputs = [
        (x if key == target else cast(x, target)) if isinstance(x, Traced) else tracer.constant(x, dtypes.result_type(target))
        for x, key, target in zip(operands, keys, wanted, strict=True)
    ]
    return tracer.record(op, inputs, attributes)


def primitive(
    family: Any, *, vjp: Any = ZERO, through: Any = None, name: str | None = None, category: str = "numpy", foldable: bool = True
) -> Callable[[Callable[..., Any]], Any]:
    """Define a primitive by its signature and docstring; `family` gives `operands`, `promote` and `rule`."""

    def define(definition: Callable[..., Any]) -> Any:
        key = name or definition.__name__
        record = Op(
            key,
            definition,
            family.operands,
            family=family,
            promote=family.promote,
            rule=family.rule,
            vjp=vjp,
            through=through or {},
            category=category,
            foldable=foldable,
        )
        REGISTRY[key] = record.function
        return record.function

    return define


Tensor = Any


def _of_one(x: Tensor) -> Tensor:
    """The signature of an elementwise primitive of one operand."""


def _of_two(x1: Tensor, x2: Tensor) -> Tensor:
    """The signature of an elementwise primitive of two operands."""


def definer(module: str) -> Callable[..., Any]:
    """How a module defines primitives that its tables describe in a line: their signature is (x) or (x1, x2)."""

    def define(name: str, family: Any, vjp: Any = ZERO, *, doc: str, category: str = "numpy") -> Any:
        signature = _of_one if family.operands == 1 else _of_two
        definition = FunctionType(signature.__code__, {"__name__": module}, name)
        definition.__qualname__ = name
        definition.__annotations__ = signature.__annotations__
        definition.__doc__ = doc
        return primitive(family, vjp=vjp, category=category)(definition)

    return define


def op(
    *,
    category: str = "numpy",
    operands: int | str = 1,
    family: Any = None,
    vjp: Any = ZERO,
    through: Any = None,
    promote: Any = None,
    name: str | None = None,
) -> Callable[[Callable[..., Any]], Any]:
    """Define a composite: the decorated body is its value, its spec and (unless `vjp` is given) its gradient.

    `family` says that operands and result are those of a family; it gives `operands` and completes the documentation.
    """

    def define(body: Callable[..., Any]) -> Any:
        key = name or body.__name__
        count = operands if family is None else family.operands
        record = Op(key, body, count, body=body, family=family, vjp=vjp, through=through or {}, promote=promote, category=category)
        REGISTRY[key] = record.function
        return record.function

    return define


def abstractly() -> Any:
    """Context: ops on `KerasTensor`s inside leave no history (a layer around them will)."""
    return _Abstractly(True)


def leaving_history() -> Any:
    """Context: symbols get their history although an op or layer around is running on symbols: a model is built inside of it."""
    return _Abstractly(False)


def history_is_kept() -> bool:
    """Whether symbols get their history here: not inside an op or layer that will be the node itself."""
    return not _inside_composite.get()


class _Abstractly:
    def __init__(self, inside: bool) -> None:
        self.inside = inside

    def __enter__(self) -> None:
        self._token = _inside_composite.set(self.inside)

    def __exit__(self, *_: Any) -> None:
        _inside_composite.reset(self._token)


def lift(tracer: Tracer, x: Any) -> Traced:
    """Any operand as a value of the trace."""
    return tracer.lift(as_operand(x))
