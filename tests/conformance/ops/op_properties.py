"""What holds for every op, written once: helpers that turn a case into calls, finite differences and doubled batches."""

from __future__ import annotations

from typing import Any

import numpy as np
from op_table import Case, arrays_of, replace_arrays

import keras.ops  # noqa: F401 (fills the registry)
from keras.core import dtypes, engine
from keras.core.autodiff import value_and_grad
from keras.core.tensor import REGISTRY, KerasTensor


def leaves_of(results: Any) -> list[Any]:
    """The tensors an op returned, one after another."""
    if isinstance(results, (list, tuple)):
        return [leaf for item in results for leaf in leaves_of(item)]
    return [results]


def operands_of(case: Case) -> list[np.ndarray]:
    """The arrays among the arguments, in order."""
    return list(arrays_of([list(case.args), case.kwargs]))


def call(case: Case, operands: Any) -> Any:
    """The op with these operands in place of the case's arrays."""
    values = iter(operands)
    args = [replace_arrays(a, lambda _: next(values)) for a in case.args]
    kwargs = {k: replace_arrays(v, lambda _: next(values)) for k, v in case.kwargs.items()}
    return REGISTRY[case.op](*args, **kwargs)


def oracle_of(case: Case) -> list[np.ndarray]:
    """What NumPy in float64 says."""
    wide = lambda a: a.astype("float64") if dtypes.standardize(a.dtype) in dtypes.FLOAT else np.array(a)  # noqa: E731
    args = [replace_arrays(a, wide) for a in case.args]
    kwargs = {k: replace_arrays(v, wide) for k, v in case.kwargs.items()}
    return leaves_of(case.oracle(*args, **kwargs))


def dtype_of(x: Any) -> str:
    """The canonical dtype name of an array or symbol, or the Python type's."""
    found = getattr(x, "dtype", None)
    return type(x).__name__ if found is None else dtypes.standardize(found)


def is_float(x: Any) -> bool:
    """Whether an array holds real floats."""
    return dtype_of(x) in dtypes.FLOAT


def weights_for(results: list[np.ndarray]) -> list[np.ndarray]:
    """Fixed random weights that turn an op's float results into one number."""
    rng = np.random.default_rng(7)
    return [rng.normal(size=r.shape).astype(r.dtype) for r in results]


def float_results(results: Any) -> list[Any]:
    """The float tensors among the results."""
    return [r for r in leaves_of(results) if hasattr(r, "dtype") and is_float(r)]


def scalar_function(case: Case, operands: list[np.ndarray]) -> Any:
    """A function of the float operands: the sum of the op's float results, each times fixed weights. None if there are none."""
    places = [i for i, a in enumerate(operands) if is_float(a)]
    weights = weights_for(float_results(call(case, operands)))
    if not places or not weights:
        return None

    def function(parameters: list[Any]) -> Any:
        values = list(operands)
        for place, value in zip(places, parameters, strict=True):
            values[place] = value
        total = None
        for result, weight in zip(float_results(call(case, values)), weights, strict=True):
            part = REGISTRY["sum"](REGISTRY["multiply"](result, weight))
            total = part if total is None else REGISTRY["add"](total, part)
        return total

    return function, [operands[i] for i in places]


def directional_difference(function: Any, parameters: list[np.ndarray], directions: list[np.ndarray], step: float = 1e-4) -> float:
    """The derivative along a direction by a difference of fourth order."""

    def at(t: float) -> float:
        return float(function([p + t * d for p, d in zip(parameters, directions, strict=True)]))

    return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)


def directions_for(parameters: list[np.ndarray], seed: int = 3) -> list[np.ndarray]:
    """A random direction of unit size in each parameter."""
    rng = np.random.default_rng(seed)
    drawn = [rng.normal(size=p.shape) for p in parameters]
    return [d / max(np.sqrt((d * d).sum()), 1e-12) * 0.5 for d in drawn]


def inner(a: Any, b: Any) -> float:
    """The sum of the products of two lists of arrays."""
    return float(sum((np.asarray(x) * np.asarray(y)).sum() for x, y in zip(a, b, strict=True)))


def symbols_for(case: Case, operands: list[np.ndarray], unknown: bool) -> list[KerasTensor]:
    """Symbols in the operands' shapes and dtypes; with `unknown` the batch axes have no size."""
    batched = batched_operands(case) if unknown else [False] * len(operands)
    return [KerasTensor((None, *a.shape[1:]) if b else a.shape, dtype_of(a)) for a, b in zip(operands, batched, strict=True)]


def batched_operands(case: Case) -> list[bool]:
    """For every operand, whether its first axis is a batch."""
    flags = []
    for i, argument in enumerate(case.args):
        flags += [i in case.batch] * len(list(arrays_of(argument)))
    return flags + [False] * len(list(arrays_of(case.kwargs)))


def in_dtype(operands: list[np.ndarray], dtype: str) -> list[np.ndarray]:
    """The operands with the floats in another dtype, read-only."""
    changed = []
    for a in operands:
        b = a.astype(dtypes.numpy_dtype(dtype)) if is_float(a) else a
        b.setflags(write=False)
        changed.append(b)
    return changed


def gradient_of(function: Any) -> Any:
    """The list of gradients of a function of a list."""
    return lambda parameters: value_and_grad(function)(parameters)[1]


def compiled(function: Any) -> Any:
    """`function` compiled by the current engine."""
    return engine.current().compile(function)
