"""Values that the recorded cases leave open: masks and gates of attention, masked batches, noise, low-rank adaptation, merged masks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras.core import engine
from keras.core.autodiff import value_and_grad
from keras.core.masks import get_mask, set_mask
from keras.core.state import StateScope
from keras.layers.activation import Softmax
from keras.layers.attention import Attention
from keras.layers.batch_normalization import BatchNormalization
from keras.layers.borders import UpSampling2D
from keras.layers.dense import Dense
from keras.layers.dropout import AlphaDropout, Dropout, GaussianDropout, GaussianNoise, SpatialDropout2D
from keras.layers.einsum_dense import EinsumDense
from keras.layers.embedding import Embedding
from keras.layers.merging import Add, Concatenate, Dot, add, average, concatenate, dot, maximum, minimum, multiply, subtract
from keras.layers.multi_head_attention import GroupQueryAttention, MultiHeadAttention
from keras.layers.pooling import GlobalAveragePooling1D
from keras.layers.recurrent_layers import LSTM
from keras.layers.reshaping import Flatten
from keras.layers.spectral_normalization import SpectralNormalization
from keras.layers.time_distributed import TimeDistributed
from keras.layers.transposed_convolution import Conv1DTranspose
from keras.layers.wrapper import Lambda, Masking
from keras.ops.elementwise import square
from keras.ops.reduction import sum as total_of

RECORDED = np.load(Path(__file__).parents[2] / "golden" / "layers" / "keras-3.15.1-jax-normalization.npz")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def softmax(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def with_mask(x: np.ndarray, mask: Any) -> np.ndarray:
    x = np.array(x)
    set_mask(x, np.array(mask))
    return x


# --------------------------------------------------------------------------------------------------------------- attention


def test_nothing_visible_gives_zero_weights(rng: np.random.Generator) -> None:
    x = rng.normal(size=(1, 2, 3)).astype("float32")
    _, weights = MultiHeadAttention(2, 3)(x, x, attention_mask=np.zeros((1, 2, 2), bool), return_attention_scores=True)
    assert not np.asarray(weights).any()
    blind = np.array([[[True, True], [False, False]]])
    layer = MultiHeadAttention(1, 3, use_bias=False)
    seen = layer(x, x, attention_mask=blind)  # without the weights, Keras' attention gives such a query the mean of all values
    mean = (x[0].mean(0) @ layer.value_dense.kernel.numpy()[:, 0]) @ layer.output_dense.kernel.numpy()[0]
    np.testing.assert_allclose(seen[0, 1], mean, rtol=1e-4, atol=1e-6)
    probabilities = Softmax()(x[0], mask=np.array([[False] * 3, [True, False, True]]))
    assert not np.asarray(probabilities)[0].any() and np.asarray(probabilities)[1, 1] == 0


def test_each_kind_of_mask_hides_pairs(rng: np.random.Generator) -> None:
    x = rng.normal(size=(1, 4, 3)).astype("float32")
    layer = MultiHeadAttention(1, 3)

    def visible(inputs: Any = x, **call: Any) -> np.ndarray:
        return np.asarray(layer(inputs, inputs, return_attention_scores=True, **call)[1])[0, 0] > 0

    causal = np.tril(np.ones((4, 4), bool))
    np.testing.assert_array_equal(visible(use_causal_mask=True), causal)
    np.testing.assert_array_equal(visible(attention_mask=causal[None]), causal)
    layer.sliding_window = 2
    np.testing.assert_array_equal(visible(), np.abs(np.subtract.outer(range(4), range(4))) < 2)
    layer.sliding_window = None
    padded = np.array([[True, True, True, False]])
    np.testing.assert_array_equal(visible(value_mask=padded), np.broadcast_to(padded, (4, 4)))
    np.testing.assert_array_equal(visible(with_mask(x, padded)), padded.T & padded)


def test_the_gate_multiplies_the_heads(rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 4, 3)).astype("float32")
    layer = MultiHeadAttention(2, 3, use_gate=True)
    outputs = layer(x, x)
    kernels = {v.path.split("/")[1]: v.numpy() for v in layer.weights if v.name == "kernel"}
    assert list(kernels) == ["query", "key", "gate", "value", "attention_output"]
    q, k, v, g = (np.einsum("btf,fnh->bnth", x, kernels[name]) for name in ("query", "key", "value", "gate"))
    heads = softmax(q @ k.swapaxes(-1, -2) / np.sqrt(3)) @ v / (1 + np.exp(-g))
    np.testing.assert_allclose(outputs, np.einsum("bnth,nhf->btf", heads, kernels["attention_output"]), rtol=1e-4, atol=1e-5)


def test_attention_over_two_axes_is_attention_over_their_product(rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 3, 4, 6)).astype("float32")
    grid, flat = MultiHeadAttention(2, 3, attention_axes=(1, 2)), MultiHeadAttention(2, 3)
    mask = rng.uniform(size=(2, 3, 4, 3, 4)) > 0.3
    outputs, weights = grid(x, x, attention_mask=mask, return_attention_scores=True)
    rows = x.reshape(2, 12, 6)
    flat(rows, rows)
    flat.set_weights(grid.get_weights())
    expected, expected_weights = flat(rows, rows, attention_mask=mask.reshape(2, 12, 12), return_attention_scores=True)
    np.testing.assert_allclose(np.reshape(outputs, (2, 12, 6)), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(np.reshape(weights, (2, 2, 12, 12)), expected_weights, rtol=1e-5, atol=1e-6)


def test_attention_over_one_of_two_axes(rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 3, 4, 6)).astype("float32")
    rows, one = MultiHeadAttention(2, 3, attention_axes=2), MultiHeadAttention(2, 3)
    outputs = rows(x, x)
    one(x[:, 0], x[:, 0])
    one.set_weights(rows.get_weights())
    for i in range(3):
        np.testing.assert_allclose(np.asarray(outputs)[:, i], one(x[:, i], x[:, i]), rtol=1e-5, atol=1e-6)


def test_one_key_head_per_query_head_is_multi_head_attention(rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 4, 6)).astype("float32")
    grouped, plain = GroupQueryAttention(3, 2, 2), MultiHeadAttention(2, 3)
    expected = plain(x, x, use_causal_mask=True)
    grouped(x, x)
    grouped.set_weights(plain.get_weights())
    np.testing.assert_allclose(grouped(x, x, use_causal_mask=True), expected, rtol=1e-5, atol=1e-6)


def test_projections_start_with_numbers_of_their_own() -> None:
    layer = MultiHeadAttention(2, 3, kernel_initializer="random_normal")
    layer(np.ones((1, 2, 6), "float32"), np.ones((1, 2, 6), "float32"))
    kernels = [v.numpy() for v in layer.weights if v.name == "kernel"]
    assert not np.array_equal(kernels[0], kernels[1])


def test_masked_values_and_queries_of_plain_attention(rng: np.random.Generator) -> None:
    x = rng.normal(size=(1, 3, 2)).astype("float32")
    query_mask, value_mask = np.array([[True, False, True]]), np.array([[True, True, False]])
    layer = Attention()
    outputs, weights = layer([x, x], mask=[query_mask, value_mask], return_attention_scores=True)
    scores = x @ x.swapaxes(-1, -2)
    expected = np.concatenate([softmax(scores[..., :2]), np.zeros((1, 3, 1))], -1)
    np.testing.assert_allclose(weights, expected, rtol=1e-5, atol=1e-6)
    assert not np.asarray(outputs)[0, 1].any()
    found = get_mask(layer([with_mask(x, query_mask), x]))
    np.testing.assert_array_equal(found, query_mask)


# ----------------------------------------------------------------------------------------------------------- normalization


def test_masked_positions_do_not_count_in_the_batch_statistics(rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 3, 4)).astype("float32")
    mask = np.array([[True, False, True], [True, True, False]])
    layer = BatchNormalization(momentum=0.5)
    layer(x, training=True, mask=mask)
    valid = x[mask]
    np.testing.assert_allclose(layer.moving_mean.numpy(), valid.mean(0) / 2, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(layer.moving_variance.numpy(), valid.var(0) / 2 + 0.5, rtol=1e-4)


def test_renormalization_as_recorded() -> None:
    layer = BatchNormalization(renorm=True, momentum=0.5, renorm_momentum=0.25, renorm_clipping={"rmax": 1.2, "rmin": 0.8, "dmax": 0.3})
    layer.build((None, 3))
    layer.set_weights([[1, 2, 3], [0, 1, 2], [0.1, 0.2, 0.3], [1, 2, 3], [1.1, 1.2, 1.3], [0.3, 0.2, 0.1], [0.9, 1.1, 1.4]])
    np.testing.assert_allclose(layer(RECORDED["renorm_x"], training=True), RECORDED["renorm_y"], rtol=1e-4, atol=1e-5)
    for i, variable in enumerate(layer.weights[2:]):
        np.testing.assert_allclose(variable.numpy(), RECORDED[f"renorm_updated_{i}"], rtol=1e-4, atol=1e-5)


def test_a_frozen_batch_normalization_keeps_its_statistics(rng: np.random.Generator) -> None:
    layer = BatchNormalization()
    x = rng.normal(3, 1, size=(8, 2)).astype("float32")
    layer.trainable = False
    np.testing.assert_allclose(layer(x, training=True), x / np.sqrt(1 + 1e-3), rtol=1e-5)
    assert not layer.moving_mean.numpy().any()


def test_spectral_normalization_as_recorded() -> None:
    layer = SpectralNormalization(Dense(2))
    layer.build((None, 3))
    layer.layer.kernel.assign(RECORDED["spectral_k0"])
    layer.vector_u.assign(RECORDED["spectral_u0"])
    np.testing.assert_allclose(layer(RECORDED["spectral_x"], training=True), RECORDED["spectral_y"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(layer.layer.kernel.numpy(), RECORDED["spectral_k1"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(layer.vector_u.numpy(), RECORDED["spectral_u1"], rtol=1e-4, atol=1e-5)


# ------------------------------------------------------------------------------------------------------------------- noise


def test_dropout_keeps_the_mean_and_drops_the_fraction() -> None:
    x = np.ones((100, 100), "float32")
    y = np.asarray(Dropout(0.3, seed=1)(x, training=True))
    assert abs((y == 0).mean() - 0.3) < 0.02 and abs(y.mean() - 1) < 0.02
    np.testing.assert_allclose(y[y > 0], 1 / 0.7, rtol=1e-6)
    rows = np.asarray(Dropout(0.5, noise_shape=(None, 1), seed=1)(x, training=True))
    assert all(len(np.unique(row)) == 1 for row in rows)
    images = np.asarray(SpatialDropout2D(0.5, seed=1)(np.ones((4, 3, 3, 8), "float32"), training=True))
    assert all(len(np.unique(image[..., c])) == 1 for image in images for c in range(8))


@pytest.mark.parametrize(
    "layer", [GaussianNoise(0.5, seed=1), GaussianDropout(0.2, seed=1), AlphaDropout(0.2, seed=1)], ids=lambda v: type(v).__name__
)
def test_noise_keeps_mean_and_variance(layer: Any) -> None:
    x = np.random.default_rng(0).normal(size=(200, 200)).astype("float32")
    y = np.asarray(layer(x, training=True))
    extra = {"GaussianNoise": 0.25, "GaussianDropout": 0.25, "AlphaDropout": 0.0}[type(layer).__name__]
    assert abs(y.mean() - x.mean()) < 0.02 and abs(y.var() - (x.var() + extra)) < 0.05


# ------------------------------------------------------------------------------------------------------------ other layers


def test_masks_of_merged_inputs() -> None:
    x = np.ones((1, 3, 2), "float32")
    a, b = with_mask(x, [[True, False, False]]), with_mask(x, [[False, False, True]])
    np.testing.assert_array_equal(get_mask(Add()([a, b])), [[True, False, True]])
    np.testing.assert_array_equal(get_mask(Concatenate()([a, b])), [[True, False, True]])
    np.testing.assert_array_equal(get_mask(Concatenate(axis=1)([a, x])), [[True, False, False, True, True, True]])
    assert get_mask(Add()([a, x])) is None and get_mask(Dot(2)([a, b])) is None


def test_functional_forms_are_the_layers() -> None:
    a, b = np.full((1, 2), 6.0, "float32"), np.full((1, 2), 2.0, "float32")
    found = [f([a, b]) for f in (add, subtract, multiply, average, maximum, minimum)]
    assert [float(y[0, 0]) for y in found] == [8, 4, 12, 4, 6, 2]
    assert concatenate([a, b]).shape == (1, 4) and float(dot([a, b], axes=1)[0, 0]) == 24


def test_padding_of_an_embedding_and_a_mean_over_what_counts() -> None:
    layer = Embedding(5, 2, mask_zero=True)
    y = layer(np.array([[1, 0, 3]]))
    np.testing.assert_array_equal(get_mask(y), [[True, False, True]])
    table = layer.embeddings.numpy()
    np.testing.assert_allclose(GlobalAveragePooling1D()(y), (table[[1]] + table[[3]]) / 2, rtol=1e-6)
    given = np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(Embedding(3, 2, weights=[given])(np.array([2, 0])), given[[2, 0]])


def test_masking_marks_and_clears() -> None:
    y = Masking(1.0)(np.array([[[1.0, 1.0], [1.0, 2.0]]], "float32"))
    np.testing.assert_array_equal(get_mask(y), [[False, True]])
    np.testing.assert_array_equal(y, [[[0.0, 0.0], [1.0, 2.0]]])


def test_low_rank_adaptation_trains_two_small_matrices(rng: np.random.Generator) -> None:
    x = rng.normal(size=(4, 5)).astype("float32")
    layer = Dense(3)
    before = np.asarray(layer(x))
    layer.enable_lora(2, lora_alpha=4.0)
    np.testing.assert_array_equal(layer(x), before)
    assert [v.name for v in layer.trainable_weights] == ["bias", "lora_kernel_a", "lora_kernel_b"]
    layer.lora_kernel_b.assign(rng.normal(size=(2, 3)).astype("float32"))
    kernel = layer.kernel.numpy() + 2 * layer.lora_kernel_a.numpy() @ layer.lora_kernel_b.numpy()
    np.testing.assert_allclose(layer(x), x @ kernel, rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match="enable_lora was called before"):
        layer.enable_lora(2)


@pytest.mark.parametrize(
    ("equation", "output_shape", "shape"),
    [
        ("abc,cd->abd", (None, 4), (2, 3, 5)),
        ("abc,bcd->ad", 4, (2, 3, 5)),
        ("abc,bd->adc", (4, None), (2, 3, 5)),
        ("ab,ab->a", (), (2, 3)),
        ("a...c,ce->a...e", 4, (2, 3, 3, 5)),
    ],
)
def test_equations_mean_what_numpy_means(equation: str, output_shape: Any, shape: tuple[int, ...], rng: np.random.Generator) -> None:
    x = rng.normal(size=shape).astype("float32")
    layer = EinsumDense(equation, output_shape)
    y = layer(x)
    np.testing.assert_allclose(y, np.einsum(equation, x, layer.kernel.numpy()), rtol=1e-5, atol=1e-5)


def test_time_distributed_gives_each_step_its_mask() -> None:
    class Marked(Dense):
        def call(self, inputs: Any, mask: Any = None) -> Any:
            return super().call(inputs) if mask is None else multiply([inputs, np.asarray(mask, "float32")[:, None]])

    x = np.ones((2, 3, 4), "float32")
    y = TimeDistributed(Marked(4))(x, mask=np.array([[True, False, True], [False, True, True]]))
    np.testing.assert_array_equal(np.asarray(y)[:, :, 0], [[1, 0, 1], [0, 1, 1]])


def test_lambda_hands_on_what_its_function_names() -> None:
    layer = Lambda(lambda x, scale, training=None: x * (scale if training else 1), arguments={"scale": 3})
    x = np.ones((1, 2), "float32")
    assert float(layer(x, training=True)[0, 0]) == 3 and float(layer(x)[0, 0]) == 1


@pytest.mark.parametrize(
    ("kernel_size", "strides", "output_padding", "expected"),
    [
        (2, 2, 0, [0, 1, 2, 0, 0, 0]),
        (2, 2, 1, [0, 0, 1, 2, 0, 0, 0]),
        (3, 2, 0, [0, 1, 2, 3, 0, 0, 0]),
        (3, 2, 1, [0, 0, 1, 2, 3, 0, 0, 0]),
        (4, 3, 0, [0, 1, 2, 3, 4, 0, 0, 0, 0]),
        (5, 3, 2, [0, 0, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0]),
    ],
)
def test_output_padding_of_a_same_transposed_convolution(kernel_size: int, strides: int, output_padding: int, expected: list[int]) -> None:
    x = np.array([0, 1, 0, 0], "float32").reshape(1, 4, 1)
    layer = Conv1DTranspose(1, kernel_size, strides=strides, padding="same", output_padding=output_padding, use_bias=False)
    layer(x)
    layer.set_weights([np.arange(1.0, kernel_size + 1).reshape(-1, 1, 1)])
    assert np.asarray(layer(x)).ravel().tolist() == expected


def test_flatten_moves_channels_to_the_end_first(rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 3, 4, 5)).astype("float32")
    np.testing.assert_array_equal(Flatten(data_format="channels_first")(x), np.moveaxis(x, 1, -1).reshape(2, -1))


@pytest.mark.parametrize("kind", ["bilinear", "bicubic", "lanczos3", "lanczos5"])
def test_interpolation_keeps_constants_and_lines(kind: str) -> None:
    x = np.broadcast_to(np.arange(8.0, dtype="float32")[None, :, None, None], (1, 8, 3, 1))
    y = np.asarray(UpSampling2D((2, 1), interpolation=kind)(np.array(x)))[0, :, 0, 0]
    steps = np.diff(y[6:-6])
    np.testing.assert_allclose(UpSampling2D(interpolation=kind)(np.ones((1, 3, 3, 1), "float32")), np.ones((1, 6, 6, 1)), rtol=1e-5)
    if kind in ("bilinear", "bicubic"):
        np.testing.assert_allclose(steps, 0.5, rtol=1e-4)


def test_the_mean_of_a_whole_training_step_is_compiled_once(rng: np.random.Generator) -> None:
    layer = BatchNormalization()
    layer(np.ones((2, 3), "float32"))

    def step(x: Any) -> Any:
        def loss(values: Any) -> Any:
            with StateScope(list(zip(layer.trainable_weights, values, strict=True))) as scope:
                y = layer(x, training=True)
                updates = [(v, value) for v, value in scope.updates.values()]
            return total_of(square(y)), updates

        (_, updates), gradients = value_and_grad(loss, has_aux=True)([v.value for v in layer.trainable_weights])
        for variable, value in updates:
            variable.assign(value)
        return gradients

    compiled = engine.current().compile(step)
    x = rng.normal(2, 1, size=(64, 3)).astype("float32")
    for _ in range(3):
        compiled(x)
    np.testing.assert_allclose(layer.moving_mean.numpy(), x.mean(0) * (1 - 0.99**3), rtol=1e-4)


def test_time_distributed_statistics_are_those_of_each_step() -> None:
    x = np.random.default_rng(0).normal(size=(5, 3, 2)).astype("float32")
    layer = TimeDistributed(BatchNormalization(momentum=0.5, epsilon=0.0))
    y = layer(x, training=True)
    np.testing.assert_allclose(y, (x - x.mean(0)) / x.std(0), rtol=1e-4, atol=1e-5)
    moved = np.zeros(2)
    for step in range(3):
        moved = moved * 0.5 + x[:, step].mean(0) * 0.5
    np.testing.assert_allclose(layer.layer.moving_mean, moved, rtol=1e-5, atol=1e-6)


def test_a_stateful_layer_inside_goes_step_by_step() -> None:
    x = np.random.default_rng(1).normal(size=(2, 3, 4, 2)).astype("float32")
    inner = LSTM(3, stateful=True)
    y = TimeDistributed(inner)(x)
    inner.reset_state()
    np.testing.assert_allclose(y, np.stack([inner(x[:, t]) for t in range(3)], axis=1), rtol=1e-6)
