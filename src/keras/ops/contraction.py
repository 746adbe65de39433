"""Sums of products: matmul, einsum, dot, tensordot."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

from keras.core import dims as D
from keras.core.families import axis_of, custom, products
from keras.core.op import op, primitive
from keras.core.tensor import Spec
from keras.ops.elementwise import cast, dtype_of, multiply
from keras.ops.shaping import ones_like, reshape, shape_of, slice_along, swapaxes, transpose

Tensor = Any


def _matmul_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    x, y = inputs
    shapes = f"shapes {D.display(x.dims)} and {D.display(y.dims)}"
    if not x.dims or not y.dims:
        raise ValueError(f"keras.ops.{name}: {shapes}: a scalar cannot be matrix-multiplied. Write x1 * x2.")
    a = x.dims if len(x.dims) > 1 else (1, *x.dims)
    b = y.dims if len(y.dims) > 1 else (*y.dims, 1)
    if D.unify(a[-1], b[-2]) is None:
        raise ValueError(f"keras.ops.{name}: {shapes}: the last axis of x1 ({a[-1]}) must equal the second-to-last axis of x2 ({b[-2]}).")
    batch = D.broadcast(a[:-2], b[:-2])
    if batch is None:
        raise ValueError(f"keras.ops.{name}: {shapes}: the batch axes cannot be broadcast together.")
    rows = (a[-2],) if len(x.dims) > 1 else ()
    columns = (b[-1],) if len(y.dims) > 1 else ()
    return Spec((*batch, *rows, *columns), x.dtype), {}


def _matmul_gradients(g: Tensor, z: Tensor, x: Tensor, y: Tensor, wanted: str) -> Tensor:
    if len(x.dims) == 1 and len(y.dims) == 1:
        return multiply(g, y if wanted == "x" else x)
    a = reshape(x, (1, *x.dims)) if len(x.dims) == 1 else x
    b = reshape(y, (*y.dims, 1)) if len(y.dims) == 1 else y
    if len(x.dims) == 1:
        g = reshape(g, (*g.dims[:-1], 1, g.dims[-1]))
    if len(y.dims) == 1:
        g = reshape(g, (*g.dims, 1))
    if wanted == "x":
        found = matmul(g, swapaxes(b, -1, -2))
        return reshape(found, (*found.dims[:-2], found.dims[-1])) if len(x.dims) == 1 else found
    if len(b.dims) == 2 and len(a.dims) > 2:  # one matrix for a whole batch: one large product instead of a batch of small ones
        a, g = reshape(a, (-1, a.dims[-1])), reshape(g, (-1, g.dims[-1]))
    found = matmul(swapaxes(a, -1, -2), g)
    return reshape(found, found.dims[:-1]) if len(y.dims) == 1 else found


@primitive(
    custom(_matmul_rule, operands=2, promote=products),
    vjp=(lambda g, z, x, y: _matmul_gradients(g, z, x, y, "x"), lambda g, z, x, y: _matmul_gradients(g, z, x, y, "y")),
)
def matmul(x1: Tensor, x2: Tensor) -> Tensor:
    """The matrix product over the last two axes: y[..., i, j] = sum over k of x1[..., i, k] * x2[..., k, j].
    Arguments:
        x1: tensor, shape (..., m, k), or a vector of k elements.
        x2: tensor, shape (..., k, n), or a vector of k elements; the axes before the matrices broadcast.
    Returns: tensor, shape (..., m, n), of the common dtype (int32 for int8); an axis that a vector lacks is left out.
    Raises: ValueError if the inner sizes differ, the batch axes do not broadcast, or an operand is a scalar.
    >>> keras.ops.matmul([[1.0, 2.0], [3.0, 4.0]], [[1.0], [10.0]])
    array([[21.],
           [43.]], dtype=float32)"""


# ------------------------------------------------------------------------------------------------------------------- einsum


def parse_einsum(subscripts: str, ranks: Sequence[int]) -> tuple[list[str], str]:
    """The letters of each operand and of the result, `...` replaced by capital letters and an implicit result written out."""
    text = subscripts.replace(" ", "")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        raise ValueError(f"keras.ops.einsum({subscripts!r}): {len(terms)} terms for {len(ranks)} operands. Write one term per operand.")
    spare = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in text]
    widest = builtins.max((rank - len(t.replace("...", "")) for t, rank in zip(terms, ranks, strict=True) if "..." in t), default=0)
    batch = "".join(spare[:widest])
    expanded = []
    for term, rank in zip(terms, ranks, strict=True):
        missing = rank - len(term.replace("...", ""))
        term = term.replace("...", batch[len(batch) - missing :] if missing > 0 else "")
        if len(term) != rank:
            raise ValueError(f"keras.ops.einsum({subscripts!r}): term {term!r} has {len(term)} letters for an operand with {rank} axes.")
        expanded.append(term)
    if arrow:
        result = right.replace("...", batch)
    else:
        joined = "".join(expanded)
        result = batch + "".join(sorted(c for c in set(joined) if joined.count(c) == 1 and c not in batch))
    return expanded, result


def _einsum_rule(name: str, inputs: Sequence[Any], attributes: dict[str, Any]) -> tuple[Spec, dict[str, Any]]:
    subscripts = attributes["subscripts"]
    terms, result = parse_einsum(subscripts, [len(x.dims) for x in inputs])
    sizes: dict[str, Any] = {}
    for term, x in zip(terms, inputs, strict=True):
        for letter, n in zip(term, x.dims, strict=True):
            unified = D.broadcast((sizes.get(letter, 1),), (n,))
            if unified is None:
                raise ValueError(f"keras.ops.einsum({subscripts!r}): letter {letter!r} stands for sizes {sizes[letter]} and {n}.")
            sizes[letter] = unified[0]
    unknown = [c for c in result if c not in sizes]
    if unknown:
        raise ValueError(f"keras.ops.einsum({subscripts!r}): the result names {unknown[0]!r}, which no operand has.")
    return Spec(tuple(sizes[c] for c in result), inputs[0].dtype), {"subscripts": ",".join(terms) + "->" + result}


def _einsum_gradient(g: Tensor, z: Tensor, *operands: Tensor, subscripts: str) -> list[Tensor]:
    left, _, result = subscripts.partition("->")
    terms = left.split(",")
    cotangents = []
    for i, x in enumerate(operands):
        others = [t for j, t in enumerate(terms) if j != i]
        rest = [o for j, o in enumerate(operands) if j != i]
        if len(set(terms[i])) != len(terms[i]):
            raise ValueError(
                f"keras.ops.einsum({subscripts!r}): no gradient for a term that repeats a letter. Write keras.ops.diagonal first."
            )
        reachable = "".join(c for c in terms[i] if c in result or builtins.any(c in t for t in others))
        found = contract([g, *rest], subscripts=",".join([result, *others]) + "->" + reachable)
        if reachable != terms[i]:  # a letter that only this operand has was summed: every element gets the same cotangent
            shape = tuple(n if c in reachable else 1 for c, n in zip(terms[i], x.dims, strict=True))
            found = multiply(reshape(found, shape), ones_like(x))
        cotangents.append(found)
    return cotangents


@primitive(custom(_einsum_rule, operands="list", promote=products), vjp=_einsum_gradient, category="internal", name="contract")
def contract(operands: Sequence[Tensor], subscripts: str) -> Tensor:
    """The sum of products that the subscripts name."""


@op(operands=0)
def einsum(subscripts: str, *operands: Tensor, **kwargs: Any) -> Tensor:
    """The sum of products over the letters that the result does not name: "ij,jk->ik" is a matrix product.
    Arguments:
        subscripts: str, a letter for each axis of each operand, and of the result; '...' stands for further axes.
        *operands: tensors, as many as there are terms.
        **kwargs: taken for compatibility.
    Returns: tensor of the axes that the result names, of the common dtype.
    Raises: ValueError if terms, axes and sizes do not fit together; TypeError if `subscripts` is no text.
    >>> keras.ops.einsum("ij,jk->ik", [[1.0, 2.0]], [[3.0], [4.0]]), keras.ops.einsum("ii", [[1, 2], [3, 4]])
    (array([[11.]], dtype=float32), np.int32(5))"""
    if not isinstance(subscripts, str):
        raise TypeError(f"keras.ops.einsum(subscripts): got {subscripts!r}. Accepted: a text such as 'ij,jk->ik'.")
    terms, result = parse_einsum(subscripts, [len(shape_of(x)) for x in operands])
    if builtins.any(len(set(term)) != len(term) for term in terms):
        pairs = [_without_repeats(term, x) for term, x in zip(terms, operands, strict=True)]
        subscripts, operands = ",".join(term for term, _ in pairs) + "->" + result, tuple(x for _, x in pairs)
    return contract(list(operands), subscripts=subscripts)


def _without_repeats(term: str, x: Tensor) -> tuple[str, Tensor]:
    """The term with every letter once, and the operand's diagonal over the axes that shared one."""
    repeated = next((c for c in term if term.count(c) > 1), None)
    if repeated is None:
        return term, x
    first = term.index(repeated)
    second = term.index(repeated, first + 1)
    sizes = shape_of(x)
    n = sizes[first]
    if not isinstance(n, int) or sizes[second] != n:
        return term, x  # the primitive says what is wrong
    rest = [i for i in range(len(sizes)) if i not in (first, second)]
    flat = reshape(transpose(x, [*rest, first, second]), (*(sizes[i] for i in rest), n * n))
    diagonal = slice_along(flat, len(rest), 0, None, n + 1) if n else flat
    return _without_repeats("".join(term[i] for i in rest) + repeated, diagonal)


@op(operands=2)
def dot(x1: Tensor, x2: Tensor) -> Tensor:
    """The product summed over the last axis of x1 and the second-to-last (or only) axis of x2; scalars multiply.
    Arguments:
        x1: tensor, shape (..., k), or a scalar.
        x2: tensor, shape (..., k, n) or (k,), or a scalar.
    Returns: tensor of the remaining axes of x1 and then those of x2, of the common dtype.
    Raises: ValueError if the sizes of the two axes differ.
    >>> keras.ops.dot([1.0, 2.0], [[3.0, 0.0], [4.0, 1.0]])
    array([11.,  2.], dtype=float32)"""
    a, b = shape_of(x1), shape_of(x2)
    if not a or not b:
        return multiply(x1, x2)
    return tensordot(x1, x2, axes=[[len(a) - 1], [builtins.max(len(b) - 2, 0)]])


@op(operands=2)
def tensordot(x1: Tensor, x2: Tensor, axes: Any = 2) -> Tensor:
    """The product summed over pairs of axes, one of x1 and one of x2 each.
    Arguments:
        axes: int n, for the last n axes of x1 with the first n of x2; or (axes of x1, axes of x2), two ints or two lists.
    Returns: tensor of the remaining axes of x1 and then those of x2, of the common dtype.
    Raises: ValueError if an axis is out of range or the sizes of a pair differ.
    >>> keras.ops.tensordot([[1, 2], [3, 4]], [[1, 0], [0, 10]], axes=1), keras.ops.tensordot([[1, 2], [3, 4]], [[1, 0], [0, 10]])
    (array([[ 1, 20],
           [ 3, 40]], dtype=int32), array(41, dtype=int32))"""
    a, b = shape_of(x1), shape_of(x2)
    if isinstance(axes, int):
        left, right = list(range(len(a) - axes, len(a))), list(range(axes))
    else:
        left, right = ([v] if isinstance(v, int) else list(v) for v in axes)
    left = [axis_of("tensordot", v, len(a), "axes") for v in left]
    right = [axis_of("tensordot", v, len(b), "axes") for v in right]
    keep_a = [i for i in range(len(a)) if i not in left]
    keep_b = [i for i in range(len(b)) if i not in right]
    matrix_a = reshape(transpose(x1, keep_a + left), (D.product(a[i] for i in keep_a), D.product(a[i] for i in left)))
    matrix_b = reshape(transpose(x2, right + keep_b), (D.product(b[i] for i in right), D.product(b[i] for i in keep_b)))
    found = matmul(matrix_a, matrix_b)
    if dtype_of(x1) == dtype_of(x2) == "int8":  # only matmul itself gives 32 bits, in Keras
        found = cast(found, "int8")
    return reshape(found, (*(a[i] for i in keep_a), *(b[i] for i in keep_b)))
