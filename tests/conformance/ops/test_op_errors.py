"""Wrong calls: the same text for numbers and for symbols, and it names the op and what is accepted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from op_properties import compiled
from op_table import arrays_of, replace_arrays

import keras.ops  # noqa: F401 (fills the registry)
from keras.core.tensor import REGISTRY, KerasTensor

X, Y = np.ones((3, 4), "float32"), np.ones((5,), "float32")

WRONG: list[tuple[str, tuple[Any, ...], dict[str, Any], str]] = [
    ("add", (X, Y), {}, "keras.ops.add: shapes \\(3, 4\\) and \\(5,\\) cannot be broadcast together"),
    ("choose", (X > 0, X, Y), {}, "cannot be broadcast together"),
    ("sum", (X,), {"axis": 2}, "keras.ops.sum\\(axis\\): got 2 for a tensor with 2 axes. Accepted: -2 to 1"),
    ("sum", (X,), {"axis": (0, 0)}, "names an axis twice"),
    ("sum", (X,), {"axis": 1.5}, "Accepted: an integer from -2 to 1"),
    ("mean", (X,), {"axis": -3}, "got -3 for a tensor with 2 axes"),
    ("argmax", (X,), {"axis": 5}, "keras.ops.argmax\\(axis\\): got 5"),
    ("softmax", (X,), {"axis": 2}, "got 2 for a tensor with 2 axes"),
    ("reshape", (X, (5, 2)), {}, "keras.ops.reshape\\(newshape\\): \\(3, 4\\) has 12 elements and cannot become \\(5, 2\\)"),
    ("reshape", (X, (-1, 5)), {}, "cannot become"),
    ("reshape", (X, (-1, -1)), {}, "at most one -1"),
    ("reshape", (X, (3, "4", "x")), {}, "newshape"),
    ("transpose", (X,), {"axes": (0, 0)}, "keras.ops.transpose\\(axes\\): got \\(0, 0\\)"),
    ("transpose", (X,), {"axes": (0, 1, 2)}, "Accepted"),
    ("squeeze", (X,), {"axis": 0}, "has size 3. Accepted: axes of size 1"),
    ("expand_dims", (X, 4), {}, "keras.ops.expand_dims\\(axis\\): got 4"),
    ("concatenate", ([X, Y],), {"axis": 0}, "differ outside axis 0"),
    ("concatenate", ([X, X[:, :2]],), {"axis": 0}, "differ outside axis 0"),
    ("stack", ([X, Y],), {}, "Accepted: tensors of one shape"),
    ("split", (X, 3), {"axis": 1}, "axis 1 has size 4, which 3 equal sections cannot share"),
    ("broadcast_to", (X, (2, 4)), {}, "keras.ops.broadcast_to\\(shape\\): \\(3, 4\\) cannot be broadcast to \\(2, 4\\)"),
    ("crop_images", (np.ones((1, 4, 5, 1), "float32"), 3, 0, 3, 0), {}, "margins of 3 and 3 places of 4. Accepted: at most all of them"),
    ("pad", (X, ((1, 1), (1, 1), (1, 1))), {}, "got 3 pairs for a tensor with 2 axes"),
    ("matmul", (X, X), {}, "the last axis of x1 \\(4\\) must equal the second-to-last axis of x2 \\(3\\)"),
    ("matmul", (X, np.float32(2)), {}, "a scalar cannot be matrix-multiplied"),
    ("matmul", (np.ones((2, 3, 4)), np.ones((3, 4, 5))), {}, "the batch axes cannot be broadcast together"),
    ("einsum", ("ij,jk", X, X), {}, "letter 'j' stands for sizes 4 and 3"),
    ("einsum", ("ij", X, X), {}, "1 terms for 2 operands"),
    ("einsum", ("ijk->i", X), {}, "3 letters for an operand with 2 axes"),
    ("einsum", ("ij->k", X), {}, "which no operand has"),
    ("take", (X, np.array([0.5])), {"axis": 0}, "keras.ops.take\\(indices\\): got dtype float64. Accepted: integers"),
    ("take", (X, np.array([0])), {"axis": 2}, "keras.ops.take\\(axis\\): got 2"),
    ("take_along_axis", (X, np.array([0])), {"axis": 1}, "got 1 axes for a tensor with 2"),
    ("top_k", (X, 9), {}, "keras.ops.top_k\\(k\\): got 9 for a last axis of size 4"),
    ("slice", (X, (0, 0, 0), (1, 1, 1)), {}, "got 3 sizes for a tensor with 2 axes"),
    ("get_item", (X, 3), {}, "index 3 is out of (range|bounds) for axis 0"),
    ("glu", (X[:, :3],), {}, "axis -1 has size 3. Accepted: an even size"),
    ("categorical_crossentropy", (X, Y), {}, "target has shape \\(3, 4\\) and output \\(5,\\). Accepted: equal shapes"),
    ("sparse_categorical_crossentropy", (X, X), {}, "For one-hot targets write categorical_crossentropy"),
    ("cast", (X, "float33"), {}, "dtype: got 'float33', which is not a dtype"),
    ("conv", (np.ones((1, 2, 2, 3)), np.ones((3, 3, 3, 4))), {}, "a kernel of \\(3, 3\\) does not fit into \\(2, 2\\)"),
    ("conv", (np.ones((1, 5, 5, 3)), np.ones((3, 3, 2, 4))), {}, "inputs have 3 channels, the kernel takes 2 and makes 4"),
    ("depthwise_conv", (np.ones((1, 5, 1)), np.ones((3, 2, 1))), {}, "inputs have 1 channels and the kernel 2"),
    ("solve_triangular", (np.ones((1, 1)), np.ones((2, 1))), {}, "a has 1 rows and b 2"),
    ("fft", ((X, X[:, :1]),), {}, "keras.ops.fft\\(x\\): the parts have shapes \\(3, 4\\) and \\(3, 1\\)"),
    ("psnr", (X, X[:, :1], 1.0), {}, "x1 has shape \\(3, 4\\) and x2 \\(3, 1\\)"),
    ("conv", (np.ones((1, 5, 5, 3)), np.ones((3, 3, 3, 4))), {"padding": "full"}, "keras.ops.conv\\(padding\\): got 'full'"),
    ("conv", (np.ones((1, 5, 5, 3)), np.ones((3, 3, 4))), {}, "Accepted: \\(batch, \\*spatial, channels\\) and"),
    ("max_pool", (np.ones((1, 2, 2, 3)), 3), {}, "a window of \\(3, 3\\) does not fit into \\(2, 2\\)"),
    ("max_pool", (np.ones((1, 4, 4, 3)), (2, 2, 2)), {}, "keras.ops.max_pool\\S*\\(pool_size\\): got \\(2, 2, 2\\)"),
    ("affine_transform", (np.ones((2, 4, 4, 1)), np.ones((2, 7))), {}, "affine_transform\\(transform\\): got shape \\(2, 7\\) for images of shape"),
    ("affine_transform", (np.ones((4, 4)), np.ones(8)), {}, "Accepted: \\(height, width, channels\\) or"),
    ("affine_transform", (np.ones((4, 4, 1)), np.ones(8)), {"fill_mode": "edge"}, "fill_mode\\): got 'edge'. Accepted: 'constant', 'nearest', 'wrap'"),
    ("perspective_transform", (np.ones((4, 4, 1)), np.ones((3, 2)), np.ones((4, 2))), {}, "start_points\\): got shape \\(3, 2\\)"),
    ("map_coordinates", (X, np.ones((3, 5))), {"order": 1}, "got shape \\(3, 5\\) for inputs of shape \\(3, 4\\). Accepted: \\(2, ...\\)"),
    ("map_coordinates", (X, np.ones((2, 5))), {"order": 2}, "map_coordinates\\(order\\): got 2. Accepted: 0, 1"),
    ("scale_and_translate", (X, (3,), np.ones(1), np.ones(1), (0,), "linear"), {}, "for images of shape \\(3, 4\\). Accepted: 2 sizes"),
    ("scale_and_translate", (X, (3, 4), np.ones(1), np.ones(1), (2,), "linear"), {}, "spatial_dims\\): got 2 for a tensor with 2 axes"),
    ("scale_and_translate", (X, (3, 4), np.ones(1), np.ones(1), (0,), "nearest"), {}, "method\\): got 'nearest'. Accepted: 'linear'"),
    ("gaussian_blur", (np.ones((4, 4, 1), "int32"),), {}, "gaussian_blur\\(images\\): got dtype int32. Accepted: floats"),
    ("gaussian_blur", (np.ones((4, 4, 1)),), {"sigma": (0.0, 1.0)}, "sigma\\): got \\(0.0, 1.0\\). Accepted: two numbers > 0"),
    ("ssim", (np.ones((12, 12, 1)), np.ones((12, 13, 1))), {}, "got images of shapes \\(12, 12, 1\\) and \\(12, 13, 1\\). Accepted: equal shapes"),
    ("extract_patches", (np.ones((4, 4, 1)), (2, 0)), {}, "extract_patches\\(size\\): got \\(2, 0\\). Accepted: a positive integer, or 2 of them"),
    ("extract_patches", (np.ones((4, 4, 1)), 2), {"padding": "full"}, "padding\\): got 'full'. Accepted: 'valid' or 'same'"),
    ("extract_patches_3d", (np.ones((4, 4, 1)), 2), {}, "Accepted: \\(batch, depth, height, width, channels\\), or without batch"),
    ("correlate", (X, Y), {}, "got shapes \\(3, 4\\) and \\(5,\\). Accepted: two vectors with elements"),
    ("correlate", (Y, Y), {"mode": "all"}, "correlate\\(mode\\): got 'all'. Accepted: 'valid', 'same' or 'full'"),
    ("ctc_decode", (X, np.ones(3, "int32")), {}, "ctc_decode\\(inputs\\): got shape \\(3, 4\\). Accepted: \\(batch, steps, classes\\)"),
    ("ctc_decode", (X[None], np.ones(1, "int32")), {"strategy": "best"}, "strategy\\): got 'best'. Accepted: 'greedy' or 'beam_search'"),
    ("depth_to_space", (np.ones((1, 2, 2, 4)), 1), {}, "block_size\\): got 1. Accepted: an integer >= 2"),
    ("space_to_depth", (X, 2), {}, "space_to_depth\\(x\\): got shape \\(3, 4\\). Accepted: four axes"),
    ("rgb_to_hsv", (np.ones((2, 2, 3), "uint8"),), {}, "got dtype uint8. Accepted: floats from 0 to 1. Write images / 255"),
    ("pad", (X, -1), {}, "keras.ops.pad\\(pad_width\\): got -1. Accepted: integers >= 0"),
    ("pad", (X, 1), {"mode": "mean"}, "keras.ops.pad\\(mode\\): got 'mean'. Accepted: 'constant', 'reflect'"),
    ("roll", (X, (1, 2, 3)), {"axis": (0, 1)}, "keras.ops.roll\\(shift\\): got \\(1, 2, 3\\) for axis=\\(0, 1\\)"),
    ("split", (X, 0), {}, "keras.ops.split\\(indices_or_sections\\): got 0. Accepted: an integer > 0"),
    ("max", (X,), {"axis": 7}, "keras.ops.max\\(axis\\): got 7 for a tensor with 2 axes"),
    ("cumsum", (X,), {"axis": 7}, "keras.ops.cumsum\\(axis\\): got 7 for a tensor with 2 axes"),
    ("where", (X > 0, X, Y), {}, "keras.ops.where: shapes"),
    ("unstack", (X,), {"num": 5}, "keras.ops.unstack\\(num\\): got 5 for axis 0 of size 3"),
    ("vander", (X,), {}, "keras.ops.vander\\(x\\): got shape \\(3, 4\\). Accepted: a vector"),
    ("diff", (X,), {"n": -1}, "keras.ops.diff\\(n\\): got -1. Accepted: an integer >= 0"),
]  # fmt: skip


def _message(function: Any) -> str:
    with pytest.raises((ValueError, TypeError, IndexError)) as caught:
        function()
    return str(caught.value)


@pytest.mark.parametrize(("name", "args", "kwargs", "match"), WRONG, ids=[f"{w[0]}-{i}" for i, w in enumerate(WRONG)])
def test_wrong_call(name: str, args: Any, kwargs: Any, match: str) -> None:
    function = REGISTRY[name]
    with pytest.raises((ValueError, TypeError, IndexError), match=match):
        function(*args, **kwargs)
    symbols = [replace_arrays(a, lambda v: KerasTensor(v.shape, v.dtype.name)) for a in args]
    on_values = _message(lambda: function(*args, **kwargs))
    on_symbols = _message(lambda: function(*symbols, **kwargs))
    if name != "get_item":  # NumPy's own words for numbers
        assert on_symbols == on_values
    arrays = list(arrays_of(list(args)))

    def traced(*values: Any) -> Any:
        iterator = iter(values)
        return function(*[replace_arrays(a, lambda _: next(iterator)) for a in args], **kwargs)

    assert _message(lambda: compiled(traced)(*arrays)) == on_symbols


def test_an_index_out_of_range_is_named() -> None:
    for name in ("take",):
        with pytest.raises(IndexError, match="got index 7 for an axis of size 4. Accepted: -4 to 3"):
            REGISTRY[name](X, np.array([0, 7]), axis=1)
        with pytest.raises(IndexError, match="got index 7 for an axis of size 4. Accepted: -4 to 3"):
            compiled(lambda x, i: REGISTRY["take"](x, i, axis=1))(X, np.array([0, 7]))


@pytest.mark.parametrize(
    ("use", "match"),
    [
        (lambda s: bool(s), "Python cannot branch on it"), (lambda s: float(s), "cannot become a Python number"),
        (lambda s: np.asarray(s), "cannot become a NumPy array"),
        (lambda s: len(KerasTensor((None, 3))), "no known first size"), (lambda s: list(KerasTensor((None, 3))),
        "needs a known first size"),
        (lambda s: np.fft.rfftn(s), "cannot work on"), (lambda s: np.add(s, s, dtype="float64"), "cannot work on"),
    ],
)  # fmt: skip
def test_symbols_say_why_they_cannot(use: Any, match: str) -> None:
    with pytest.raises(TypeError, match=match):
        use(KerasTensor((2, 2)))


def test_numpy_functions_on_symbols_are_ops() -> None:
    s = KerasTensor((2, 3))
    assert np.exp(s).shape == (2, 3)
    assert np.add(s, 1.0).shape == (2, 3)
    assert np.mean(s, axis=0).shape == (3,)
    assert np.concatenate([s, s], axis=0).shape == (4, 3)
    assert (np.ones((2, 3)) + s).shape == (2, 3)


def test_rows_of_unequal_length_are_named() -> None:
    with pytest.raises(ValueError, match="a nested list whose rows differ in length.*Write keras.utils.pad_sequences"):
        REGISTRY["sum"]([[1], [2, 3]])


def test_sparse_matrices_are_taken_with_their_zeros() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.csr_matrix(np.diag(np.float32([1, 2, 3])))
    np.testing.assert_array_equal(REGISTRY["matmul"](matrix, np.ones((3, 2), "float32")), [[1, 1], [2, 2], [3, 3]])
    assert REGISTRY["convert_to_tensor"](matrix).shape == (3, 3)
