"""Cases of elementwise ops, reductions and sums of products."""

import math

import numpy as np
from op_table import array, booleans, case, floats, integers, positive

X, Y = floats(3, 4), floats(3, 4, salt="y")
ROW = floats(1, 4, salt="row")

# name, NumPy's function, sample
for name, oracle, x in [
    ("negative", np.negative, X), ("abs", np.abs, X), ("fabs", np.fabs, X), ("sign", np.sign, X), ("square", np.square, X), ("sqrt", np.sqrt, positive(3, 4)),
    ("rsqrt", lambda x: 1 / np.sqrt(x), positive(3, 4)), ("reciprocal", np.reciprocal, positive(3, 4)), ("exp", np.exp, X), ("expm1",
    np.expm1, X),
    ("log", np.log, positive(3, 4)), ("log1p", np.log1p, positive(3, 4)), ("sin", np.sin, X), ("cos", np.cos, X),
    ("tan", np.tan, floats(3, 4, low=-1, high=1)), ("arcsin", np.arcsin, floats(3, 4, low=-0.9, high=0.9)),
    ("arccos", np.arccos, floats(3, 4, low=-0.9, high=0.9)), ("arctan", np.arctan, X), ("sinh", np.sinh, X), ("cosh", np.cosh, X),
    ("tanh", np.tanh, X),
    ("floor", np.floor, X), ("ceil", np.ceil, X), ("trunc", np.trunc, X), ("rint", np.rint, X), ("round", np.round, X), ("isnan",
    np.isnan, X),
    ("isinf", np.isinf, X), ("isfinite", np.isfinite, X), ("relu", lambda x: np.maximum(x, 0), X), ("sigmoid",
    lambda x: 1 / (1 + np.exp(-x)), X),
    ("erf", np.vectorize(math.erf), X), ("erfc", np.vectorize(math.erfc), X), ("copy", np.array, X), ("convert_to_tensor", np.array, X),
]:  # fmt: skip
    case(name, x, oracle=oracle)
    case(name, x[0, 0] if isinstance(x[0, 0], np.ndarray) else array(x[0, 0]), oracle=oracle)  # no axes

_ERFINV = [-1.1630871536766743, -0.3708071585935579, 0.0, 0.08885599049425768, 0.4769362762044699, 1.8213863677184496]
case("erfinv", array([-0.9, -0.4, 0.0, 0.1, 0.5, 0.99]), oracle=lambda x: np.array(_ERFINV), rtol=5e-6)
case("stop_gradient", X, oracle=np.array, differentiable=False)
case("cast", X, dtype="int32", oracle=lambda x, dtype: x.astype(dtype))
case("cast", X, dtype="float64", oracle=lambda x, dtype: x.astype(dtype))
case("cast", integers(3, 4), dtype="float32", oracle=lambda x, dtype: x.astype(dtype))
case("cast", 0.1, dtype="float64", oracle=lambda x, dtype: np.array(0.1), rtol=1e-15, atol=0)
case("cast", 2**40 + 1, dtype="int64", oracle=lambda x, dtype: np.array(2**40 + 1), rtol=0, atol=0)
case("cast", X, dtype="bool", oracle=lambda x, dtype: x.astype(dtype))
case("convert_to_tensor", X, dtype="float64", oracle=lambda x, dtype: x.astype(dtype), label="float64")
case("round", X, decimals=2, oracle=np.round, differentiable=False)
case("round", integers(3, 4), decimals=-1, oracle=np.round)
case("floor", integers(3, 4), oracle=np.array)
case("isnan", array([[1.0, np.nan, np.inf]]), oracle=np.isnan)
case("isinf", array([[1.0, np.nan, -np.inf]]), oracle=np.isinf)
case("isfinite", array([[1.0, np.nan, np.inf]]), oracle=np.isfinite)

# name, NumPy's function, samples
for name, oracle, x, y in [
    ("add", np.add, X, Y), ("subtract", np.subtract, X, Y), ("multiply", np.multiply, X, Y), ("divide", np.divide, X, positive(3, 4)),
    ("floor_divide", np.floor_divide, X, positive(3, 4)), ("mod", np.mod, X, positive(3, 4)), ("power", np.power, positive(3, 4), Y),
    ("maximum", np.maximum, X, Y), ("minimum", np.minimum, X, Y), ("arctan2", np.arctan2, X, Y), ("equal", np.equal, X, Y),
    ("not_equal", np.not_equal, X, Y), ("less", np.less, X, Y), ("less_equal", np.less_equal, X, Y), ("greater", np.greater, X, Y),
    ("greater_equal", np.greater_equal, X, Y),
]:  # fmt: skip
    case(name, x, y, oracle=oracle)
    case(name, x, np.abs(ROW) + 0.5, oracle=oracle, batch=(0,))
    case(name, x[:, :1], y[0], oracle=oracle, batch=(0,))
    case(name, x, 2.0, oracle=oracle, label="scalar")
    case(name, array([[1.5], [2.5]]), y[0], oracle=oracle) if name != "power" else None
for name, oracle in [("logical_and", np.logical_and), ("logical_or", np.logical_or), ("logical_xor", np.logical_xor)]:
    case(name, booleans(3, 4), booleans(3, 4, salt="y"), oracle=oracle)
    case(name, X, booleans(3, 4), oracle=oracle)
case("logical_not", booleans(3, 4), oracle=np.logical_not)
case("mod", array([-7, 7, -7], "int32"), array([3, -3, -3], "int32"), oracle=np.mod)
case("floor_divide", array([-7, 7, -7], "int32"), array([3, -3, -3], "int32"), oracle=np.floor_divide)
case("power", X, 3, oracle=np.power, label="cube")
case("power", X, 2.0, oracle=np.power, label="square")
case("power", X, 0, oracle=np.power, label="zero")
case("power", 2.0, X, oracle=np.power, label="of_scalar")
case(
    "divide_no_nan",
    X,
    array([[0, 1, 2, 0]] * 3),
    oracle=lambda x, y: np.divide(x, y, out=np.zeros_like(x), where=y != 0),
    differentiable=False,
)
case("divide_no_nan", X, positive(3, 4), oracle=np.divide)
case("choose", booleans(3, 4), X, Y, oracle=np.where)
case("choose", booleans(3, 1), X, 0.0, oracle=np.where, label="scalar")
case("where", booleans(3, 4), X, Y, oracle=np.where)
case("where", booleans(4), X, ROW, oracle=np.where, batch=())
case("where", X > 0, X, 0, oracle=np.where, label="of_comparison", batch=(0, 1))
case("clip", X, -0.5, 0.7, oracle=np.clip)
case("clip", integers(3, 4), 1, 3, oracle=np.clip)
case("clip", X, ROW, 3.0, oracle=lambda x, a, b: np.minimum(np.maximum(x, a), b), batch=(0,))
case("relu_gradient", X, Y, oracle=lambda g, y: g * (y > 0))

CUBE = floats(2, 3, 4)
for axis in (None, 0, -1, (0, 2)):
    for keepdims in (False, True):
        label = f"axis{axis}{'keep' if keepdims else ''}".replace(" ", "")
        for name, oracle in [
            ("sum", np.sum), ("prod", np.prod), ("product_over", np.prod), ("mean", np.mean), ("var", np.var), ("std", np.std), ("max",
            np.max), ("min", np.min), ("amax", np.max),
            ("amin", np.min), ("max_over", np.max), ("min_over", np.min), ("logsumexp", lambda x, axis,
            keepdims: np.log(np.exp(x).sum(axis, keepdims=keepdims))),
        ]:  # fmt: skip
            zero = name in ("sum", "prod", "product_over") or (axis == -1 and name not in ("mean", "var", "std"))
            case(name, CUBE, axis=axis, keepdims=keepdims, oracle=oracle, label=label, zero=zero)
        for name, oracle in [("any", np.any), ("all", np.all)]:
            case(name, booleans(2, 3, 4), axis=axis, keepdims=keepdims, oracle=oracle, label=label)
        if not isinstance(axis, tuple):
            case("argmax", CUBE, axis=axis, keepdims=keepdims, oracle=np.argmax, label=label, zero=axis == -1)
            case("argmin", CUBE, axis=axis, keepdims=keepdims, oracle=np.argmin, label=label, zero=axis == -1)
    if axis is not None:
        case("count_nonzero", integers(2, 3, 4, high=2), axis=axis, oracle=np.count_nonzero, label=f"axis{axis}".replace(" ", ""))
for dtype, wide in [("bool", "int32"), ("int8", "int32"), ("uint8", "uint32"), ("int32", "int32"), ("int64", "int64")]:
    case("sum", integers(3, 4, dtype=dtype), oracle=lambda x, wide=wide: np.sum(x, dtype=wide), label=dtype)
    case("mean", integers(3, 4, dtype=dtype), oracle=np.mean, label=dtype, zero=False)
case("sum", floats(), oracle=np.sum)
case("sum", floats(0, 3), axis=0, oracle=np.sum)
case("prod", array([[2.0, 0.0, 3.0], [0.0, 0.0, 3.0], [1.5, 2.0, 3.0]]), axis=1, oracle=np.prod, label="zeros", second=False)
case("prod", integers(3, 4), dtype="float32", oracle=lambda x, dtype: np.prod(x, dtype="float64"))
case("max", X, axis=1, initial=1.0, oracle=np.max, label="initial")
case("min", X, axis=1, initial=-1.0, oracle=np.min, label="initial")
case(
    "logsumexp",
    array([[1000.0, 1000.0], [-1000.0, -1000.0]]),
    axis=1,
    oracle=lambda x, axis: x[:, 0] + np.log(2),
    label="large",
    differentiable=False,
)
case("logsumexp", array([[-np.inf, -np.inf]]), axis=1, oracle=lambda x, axis: np.array([-np.inf]), label="nothing", differentiable=False)
case("cumsum", CUBE, axis=1, oracle=np.cumsum)
case("cumsum", CUBE, oracle=np.cumsum)
case("cumsum", booleans(3, 4), axis=0, oracle=np.cumsum)
case("running_sum", CUBE, axis=-1, oracle=np.cumsum)

for a, b in [
    ((3, 4), (4, 5)),
    ((4,), (4,)),
    ((3, 4), (4,)),
    ((4,), (4, 5)),
    ((2, 3, 4), (4, 5)),
    ((2, 3, 4), (2, 4, 5)),
    ((2, 1, 3, 4), (3, 4, 2)),
    ((2, 3, 4), (4,)),
]:
    case("matmul", floats(*a), floats(*b, salt="m"), oracle=np.matmul, batch=(0,) if len(a) > 1 and len(b) < 3 else ())
case("matmul", integers(3, 4), integers(4, 2), oracle=np.matmul, batch=())
for a, b in [((3, 4), (4, 5)), ((4,), (4,)), ((2, 3, 4), (4,)), ((2, 3, 4), (5, 4, 6)), ((), (3,))]:
    case("dot", floats(*a), floats(*b, salt="d"), oracle=np.dot, batch=(0,) if len(a) > 1 else ())
for axes in (0, 1, 2, [[0, 1], [1, 0]], [[2], [1]]):
    b = (
        (4, 3, 2)
        if axes == 2
        else (3, 2, 4)
        if isinstance(axes, list) and len(axes[0]) == 2
        else (2, 4, 3)
        if isinstance(axes, list)
        else (4, 3)
    )
    case("tensordot", floats(2, 3, 4), floats(3, 4) if axes == 2 else floats(*b, salt="t"), axes=axes, oracle=np.tensordot, batch=())
for text, shapes in [
    ("ij,jk->ik", [(3, 4), (4, 5)]), ("ij,jk", [(3, 4), (4, 5)]), ("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)]), ("...ij,jk->...ik", [(2, 3,
    4), (4, 5)]),
    ("ij->ji", [(3, 4)]), ("ij->i", [(3, 4)]), ("ij->", [(3, 4)]), ("i,j->ij", [(3,), (4,)]), ("i,i->", [(3,), (3,)]), ("ij,jk,kl->il",
    [(2, 3), (3, 4), (4, 2)]),
    ("bqhd,bkhd->bhqk", [(2, 3, 2, 4), (2, 5, 2, 4)]), ("i,ij->", [(3,), (3, 4)]), ("ij,ij->ij", [(3, 4), (1, 4)]),
]:  # fmt: skip
    samples = [floats(*s, salt=f"e{i}") for i, s in enumerate(shapes)]
    case(
        "einsum", text, *samples, oracle=lambda *a: np.einsum(*a, optimize=True), label=text.replace(",", "_").replace("->", "="), batch=()
    )
    if "..." not in text and "->" in text:
        case(
            "contract",
            samples,
            subscripts=text,
            oracle=lambda a, subscripts: np.einsum(subscripts, *a),
            label=text.replace(",", "_").replace("->", "="),
            batch=(),
        )

NON_FINITE = array([[np.nan, np.inf, -np.inf, 1.5]])
for name, oracle, x in [
    ("log2", np.log2, positive(3, 4)), ("log10", np.log10, positive(3, 4)), ("exp2", np.exp2, X), ("cbrt", np.cbrt, X), ("arcsinh",
    np.arcsinh, X),
    ("arccosh", np.arccosh, floats(3, 4, low=1.2, high=3)), ("arctanh", np.arctanh, floats(3, 4, low=-0.9, high=0.9)), ("sinc", np.sinc, X),
    ("deg2rad", np.deg2rad, X), ("rad2deg", np.rad2deg, X), ("signbit", np.signbit, X), ("nan_to_num", np.nan_to_num, X), ("isposinf",
    np.isposinf, X),
    ("isneginf", np.isneginf, X),
]:  # fmt: skip
    case(name, x, oracle=oracle)
case("sinc", array([[0.0, 1.0]]), oracle=np.sinc, label="zero")
case("log2", array([[1.0, 2.0, 1024.0]]), oracle=np.log2, rtol=0, atol=0, label="exact")
case("isposinf", NON_FINITE, oracle=np.isposinf, differentiable=False)
case("isneginf", NON_FINITE, oracle=np.isneginf, differentiable=False)
case("nan_to_num", NON_FINITE, 1.0, 2.0, 3.0, oracle=lambda x, *v: np.array([[1.0, 2.0, 3.0, 1.5]]), differentiable=False)
case("nan_to_num", integers(3, 4), oracle=np.nan_to_num)
for name, oracle, x, y in [
    ("hypot", np.hypot, X, Y), ("logaddexp", np.logaddexp, X, Y), ("logaddexp2", np.logaddexp2, X, Y), ("fmod", np.fmod, X, positive(3, 4)),
    ("heaviside", np.heaviside, X, Y), ("fmax", np.fmax, X, Y), ("fmin", np.fmin, X, Y),
]:  # fmt: skip
    case(name, x, y, oracle=oracle)
    case(name, x, np.abs(ROW) + 0.5, oracle=oracle, batch=(0,))
case("nextafter", X, Y, oracle=lambda x, y: np.nextafter(x.astype("f4"), y.astype("f4")), differentiable=False)
case(
    "logaddexp",
    array([[1000.0, -np.inf, np.inf]]),
    array([[1000.0, -np.inf, np.inf]]),
    oracle=np.logaddexp,
    differentiable=False,
    label="far",
)
case("heaviside", array([[-1.0, 0.0, 2.0]]), array([[0.5, 0.5, 0.5]]), oracle=np.heaviside, differentiable=False, label="zero")
case("fmax", NON_FINITE, array([[2.0, np.nan, 1.0, np.nan]]), oracle=np.fmax, differentiable=False, label="nan")
case("fmin", NON_FINITE, array([[2.0, np.nan, 1.0, np.nan]]), oracle=np.fmin, differentiable=False, label="nan")
case("ldexp", X, integers(3, 4), oracle=np.ldexp)
case("isclose", X, X + array([[1e-6, 1e-2, 0, 1]]), oracle=np.isclose)
case("isclose", NON_FINITE, NON_FINITE, equal_nan=True, oracle=np.isclose, label="nan")
case("isclose", NON_FINITE, NON_FINITE, oracle=np.isclose, label="not_nan")
case("saturate_cast", array([[-300.0, 3.7, 300.0]]), "int8", oracle=lambda x, d: np.array([[-128, 3, 127]]), label="int8")
case("saturate_cast", array([[-300, 3, 300]], "int32"), "uint8", oracle=lambda x, d: np.array([[0, 3, 255]]), label="uint8")
I, J = integers(3, 4, low=-20, high=20), integers(3, 4, low=1, high=5, salt="j")
for name, oracle in [
    ("bitwise_and", np.bitwise_and), ("bitwise_or", np.bitwise_or), ("bitwise_xor", np.bitwise_xor), ("left_shift", np.left_shift),
    ("right_shift", np.right_shift), ("gcd", np.gcd), ("lcm", np.lcm),
]:  # fmt: skip
    case(name, I, J, oracle=oracle)
    case(name, I, 3, oracle=oracle, label="scalar")
case("bitwise_not", I, oracle=np.invert)
case("bitwise_and", booleans(3, 4), booleans(3, 4, salt="y"), oracle=np.bitwise_and)
case("fabs", integers(3, 4, low=-3), oracle=np.fabs)
