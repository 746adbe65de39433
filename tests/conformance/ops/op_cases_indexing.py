"""Cases of ops that pick, put and order elements."""

import numpy as np
from op_table import array, case, floats, integers

X, CUBE = floats(3, 4), floats(2, 3, 4)
COLUMNS = array([2, 0, 2, -1], "int32")


def _added(x: np.ndarray, indices: np.ndarray, updates: np.ndarray, axis: int) -> np.ndarray:
    out = np.moveaxis(x.copy(), axis, 0)
    np.add.at(out, indices, np.moveaxis(updates, axis, 0))
    return np.moveaxis(out, 0, axis)


def _added_along(x: np.ndarray, indices: np.ndarray, updates: np.ndarray, axis: int) -> np.ndarray:
    out = x.copy()
    for place in np.ndindex(*indices.shape):
        target = list(place)
        target[axis] = indices[place]
        out[tuple(target)] += updates[place]
    return out


case("take", X, COLUMNS, axis=1, oracle=np.take, batch=(0,))
case("take", X, array([[2, 0], [1, 1]], "int32"), axis=0, oracle=np.take, batch=())
case("take", X, array([[11, 0], [1, -1]], "int32"), oracle=np.take, batch=())
case("take", X, array(1, "int64"), axis=-1, oracle=np.take, batch=(0,), label="scalar")
case("take", X, array([1, 2], "uint8"), axis=-1, oracle=np.take, batch=(0,), label="uint8")
case("take_along", CUBE, COLUMNS, axis=2, oracle=np.take, batch=(0,))
case("add_at", X, array([0, 2, 0], "int32"), floats(3, 4, salt="u"), axis=0, oracle=_added, batch=())
case("add_at", CUBE, array([0, 3, 0, 1, 0], "int32"), floats(2, 3, 5, salt="u"), axis=2, oracle=_added, batch=(0, 2))
case("take_along_axis", X, integers(3, 2, high=4), axis=1, oracle=np.take_along_axis, batch=(0, 1))
case("take_along_axis", X, array([3, -1, 0], "int32"), oracle=lambda x, i: x.reshape(-1)[i], batch=())
case("gather_along_axis", CUBE, integers(2, 5, 4, high=3), axis=1, oracle=np.take_along_axis, batch=(0, 1))
case(
    "gather_along_axis",
    CUBE,
    integers(1, 5, 4, high=3),
    axis=1,
    oracle=lambda x, i, axis: np.take_along_axis(x, np.broadcast_to(i, (2, 5, 4)), axis),
    batch=(),
)
case("add_along_axis", X, integers(3, 2, high=4), floats(3, 2, salt="u"), axis=1, oracle=_added_along, batch=(0, 1, 2))
case("one_hot", integers(3, 2, high=4), 4, oracle=lambda x, n: np.eye(n)[x])
case("one_hot", integers(3, 2, high=4), 4, axis=1, oracle=lambda x, n, axis: np.moveaxis(np.eye(n)[x], -1, 1))
case("one_hot", array([0, 5, -1], "int32"), 3, dtype="int8", oracle=lambda x, n, dtype: np.array([[1, 0, 0], [0, 0, 0], [0, 0, 0]]))
case("one_hot", array(1, "int32"), 3, oracle=lambda x, n: np.array([0.0, 1.0, 0.0]))

for label, key in [
    ("integer", 1), ("last", -1), ("slice", slice(1, 3)), ("steps", (slice(None), slice(None, None, 2))), ("two", (0, 2)), ("new", (None,
    slice(None), 1)),
    ("dots", (..., 1)), ("dots_new", (..., None)), ("negative", (slice(-2, None), slice(None, -1))), ("middle", (slice(None), 1, None)),
    ("array", (slice(None), [0, 2])),
]:  # fmt: skip
    case("get_item", X, key, oracle=lambda x, k: x[k], label=label, batch=(), zero=False)
case("get_item", CUBE, (slice(None), 1, None, slice(1, None)), oracle=lambda x, k: x[k], label="batch")
case("get_item", CUBE, (slice(None), ..., 0), oracle=lambda x, k: x[k], label="batch_dots")
case("dynamic_slice", X, array([1, 1], "int32"), shape=(2, 2), oracle=lambda x, s, shape: x[1:3, 1:3], batch=())
case("dynamic_slice", X, array([9, -3], "int32"), shape=(2, 2), oracle=lambda x, s, shape: x[1:3, 0:2], batch=(), label="moved_inside")
case(
    "dynamic_update",
    X,
    array([1, 2], "int32"),
    floats(2, 2, salt="u"),
    oracle=lambda x, s, u: np.block([[x[:1, :]], [x[1:, :2], u]]),
    batch=(),
)
case("slice", X, (1, 1), (2, 2), oracle=lambda x, s, shape: x[1:3, 1:3], batch=())
case("slice_update", X, (1, 2), floats(2, 2, salt="u"), oracle=lambda x, s, u: np.block([[x[:1, :]], [x[1:, :2], u]]), batch=())
case(
    "scatter",
    array([[0, 1], [2, 0], [0, 1]], "int32"),
    array([1.0, 2.0, 3.0]),
    (3, 2),
    oracle=lambda i, v, s: np.array([[0, 4.0], [0, 0], [2, 0]]),
    batch=(),
)
case(
    "scatter",
    array([[1], [1]], "int32"),
    floats(2, 3),
    (4, 3),
    oracle=lambda i, v, s: np.stack([v[0] * 0, v.sum(0), v[0] * 0, v[0] * 0]),
    batch=(),
)

case("order", CUBE, axis=1, oracle=np.argsort)
case("order", integers(3, 6), axis=-1, oracle=lambda x, axis: np.argsort(x, axis, kind="stable"))
case("sorted_along", CUBE, axis=1, oracle=np.sort)
case("sort", CUBE, oracle=np.sort)
case("sort", CUBE, axis=None, oracle=np.sort)
case("argsort", CUBE, axis=0, oracle=np.argsort, zero=False)
case("argsort", CUBE, axis=None, oracle=np.argsort)
case("largest", X, k=2, oracle=lambda x, k: (-np.sort(-x)[:, :2], np.argsort(-x)[:, :2]))
case("top_k", X, 3, oracle=lambda x, k: (-np.sort(-x)[:, :3], np.argsort(-x)[:, :3]))
case("top_k", array([[1, 3, 3, 2]], "int32"), 2, oracle=lambda x, k: (np.array([[3, 3]]), np.array([[1, 2]])), label="ties")
case(
    "in_top_k",
    array([2, 0], "int32"),
    array([[0.1, 0.2, 0.7], [0.1, 0.2, 0.7]]),
    1,
    oracle=lambda t, p, k: np.array([True, False]),
    batch=(0, 1),
    label="one",
)
case(
    "in_top_k",
    array([1, 0], "int32"),
    array([[0.1, 0.2, 0.7], [0.1, 0.2, 0.7]]),
    2,
    oracle=lambda t, p, k: np.array([True, False]),
    batch=(0, 1),
)
