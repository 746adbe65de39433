"""Cases of ops that join, cut, turn, read diagonals, and make tensors from a few numbers."""

import numpy as np
from op_table import array, case, floats, integers

X, CUBE, V, U = floats(3, 4), floats(2, 3, 4), floats(4), floats(3, salt="u")

case("hstack", [V, U], oracle=np.hstack)
case("hstack", [X, floats(3, 2)], oracle=np.hstack, batch=(0,))
case("vstack", [V, floats(4, salt="b")], oracle=np.vstack)
case("vstack", [X, floats(2, 4)], oracle=np.vstack)
case("dstack", [V, floats(4, salt="b")], oracle=np.dstack)
case("dstack", [CUBE, floats(2, 3, 2)], oracle=np.dstack, batch=(0,))
case("append", X, V, oracle=np.append)
case("append", X, floats(3, 2), axis=1, oracle=np.append, batch=(0, 1))
case("array_split", floats(7, 2), 3, oracle=np.array_split, batch=())
case("array_split", X, [1, 3], axis=1, oracle=np.array_split)
case("hsplit", X, 2, oracle=np.hsplit)
case("hsplit", V, 2, oracle=np.hsplit, batch=())
case("vsplit", floats(4, 2), 2, oracle=np.vsplit, batch=())
case("dsplit", CUBE, 2, oracle=np.dsplit)
case("fliplr", X, oracle=np.fliplr)
case("flipud", X, oracle=np.flipud)
for shift, axis in [(1, None), (1, 1), (-6, 1), (2, 0), ((1, -1), (0, 1)), (0, 0)]:
    case("roll", X, shift, axis=axis, oracle=np.roll, label=f"{shift}_{axis}".replace(" ", ""), batch=(0,) if axis == 1 else ())
for k in (-1, 0, 1, 2):
    case("rot90", X, k, oracle=np.rot90, label=f"{k}")
    case("tril", CUBE, k, oracle=np.tril, label=f"{k}")
    case("triu", CUBE, k, oracle=np.triu, label=f"{k}")
    case("diagonal", X, k, oracle=np.diagonal, label=f"{k}", batch=())
    case("diag", V, k, oracle=np.diag, label=f"vector{k}", batch=())
    case("diag", X, k, oracle=np.diag, label=f"matrix{k}", batch=())
    case("trace", CUBE, k, axis1=1, axis2=2, oracle=np.trace, label=f"{k}")
case("rot90", CUBE, axes=(1, 2), oracle=np.rot90)
case("tril", V, oracle=np.tril, batch=())
case("diagonal", CUBE, 1, axis1=2, axis2=1, oracle=np.diagonal)
case("diagonal", X, 9, oracle=np.diagonal, label="outside", batch=())
case("diagflat", X, 1, oracle=np.diagflat, batch=())
case("trace", integers(3, 3), oracle=np.trace, batch=())
case("meshgrid", V, U, oracle=np.meshgrid, batch=())
case("meshgrid", V, U, indexing="ij", oracle=np.meshgrid, batch=())
case("meshgrid", V, U, floats(2), oracle=np.meshgrid, batch=())
case("outer", X, U, oracle=np.outer, batch=())
case("kron", X, floats(2, 2), oracle=np.kron)
case("kron", V, floats(2, 2), oracle=np.kron, batch=())
case("cross", floats(2, 3), floats(2, 3, salt="b"), oracle=np.cross)
case("cross", floats(3, 2), floats(3, 2, salt="b"), axis=0, oracle=lambda a, b, axis: np.cross(a, b, axis=axis), batch=())
case("cross", floats(4, 2), floats(4, 2, salt="b"), oracle=lambda a, b: a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
case("rearrange", CUBE, "b h w -> w (b h)", oracle=lambda x, p: x.transpose(2, 0, 1).reshape(4, 6), batch=())
case(
    "rearrange",
    floats(2, 6, 3),
    "b (h w) c -> b c w h",
    kwargs={"h": 2},
    oracle=lambda x, p, h: x.reshape(2, 2, 3, 3).transpose(0, 3, 2, 1),
)

case("linspace", 0.0, 1.0, 7, oracle=np.linspace)
case("linspace", 0, 10, num=4, endpoint=False, oracle=np.linspace)
case("linspace", V, 3.0, 5, axis=1, oracle=np.linspace)
case("linspace", V, floats(4, salt="s"), 5, oracle=np.linspace, batch=())
case("linspace", 1.0, 2.0, 3, retstep=True, oracle=np.linspace)
case("linspace", 1.0, 2.0, 1, oracle=np.linspace)
case("linspace", 0.0, 9.0, 4, dtype="int32", oracle=np.linspace)
case("logspace", 0.0, 2.0, 5, oracle=np.logspace, rtol=1e-5)
case("logspace", V, 1.0, 5, base=2, oracle=np.logspace, batch=(), rtol=1e-5)
case("geomspace", 1.0, 1000.0, 4, oracle=np.geomspace, rtol=1e-5)
case("geomspace", -8.0, -1.0, 4, oracle=np.geomspace, rtol=1e-5)
case("identity", 3, oracle=np.identity)
case("tri", 3, 4, 1, oracle=np.tri)
case("tri", 3, dtype="int32", oracle=np.tri)
case("empty", (2, 3), oracle=np.zeros)
case("empty_like", X, dtype="int32", oracle=np.zeros_like)
case("vander", array([1.5, 2.0, 3.0]), oracle=np.vander, batch=())
case("vander", array([1, 2, 3], "int32"), 4, increasing=True, oracle=np.vander)
for name in ("bartlett", "hanning", "hamming", "blackman"):
    case(name, 7, oracle=getattr(np, name))
case("kaiser", 7, 14.0, oracle=np.kaiser)
