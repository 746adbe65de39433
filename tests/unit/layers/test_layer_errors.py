"""What layers say about mistakes: the layer, what came, what is accepted, what to write."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from keras.core.tensor import KerasTensor
from keras.layers.activation import LeakyReLU, PReLU, ReLU
from keras.layers.attention import Attention
from keras.layers.batch_normalization import BatchNormalization
from keras.layers.bidirectional import Bidirectional
from keras.layers.borders import Cropping1D, UpSampling2D, ZeroPadding2D
from keras.layers.cells import LSTMCell
from keras.layers.convolution import Conv1D, Conv2D
from keras.layers.convolutional_recurrent import ConvLSTM2D, ConvLSTMCell
from keras.layers.dense import Dense
from keras.layers.dropout import Dropout, GaussianNoise
from keras.layers.einsum_dense import EinsumDense
from keras.layers.embedding import Embedding
from keras.layers.merging import Add, Concatenate, Dot, Subtract
from keras.layers.multi_head_attention import GroupQueryAttention, MultiHeadAttention
from keras.layers.normalization import GroupNormalization, LayerNormalization
from keras.layers.pooling import GlobalAveragePooling1D, MaxPooling2D
from keras.layers.recurrent import RNN
from keras.layers.recurrent_layers import GRU, LSTM
from keras.layers.reshaping import Flatten, Permute, RepeatVector, Reshape
from keras.layers.spectral_normalization import SpectralNormalization
from keras.layers.stacked_cells import StackedRNNCells
from keras.layers.time_distributed import TimeDistributed
from keras.layers.transposed_convolution import Conv2DTranspose
from keras.layers.wrapper import Lambda


def zeros(*shape: int) -> np.ndarray:
    return np.zeros(shape, "float32")


def symbol(*shape: int | None) -> KerasTensor:
    return KerasTensor(shape)


def dense_built_for_784() -> Any:
    layer = Dense(4)
    layer.build((None, 784))
    return layer


def built(layer: Any, *shape: int) -> Any:
    """The layer after a call on zeros."""
    layer(zeros(*shape))
    return layer


def mask_of(*shape: int) -> np.ndarray:
    return np.ones(shape, bool)


def last_step() -> KerasTensor:
    """The output of a recurrent layer without `return_sequences`."""
    return LSTM(3, name="before")(symbol(None, 4, 8))


FOLLOWS = r"It follows 'before', which returns only its last step: write LSTM\(\.\.\., return_sequences=True\) there"


MISTAKES: list[tuple[Callable[[], Any], type[Exception], str]] = [
    # a layer that was built for something else
    (lambda: built(LSTM(3), 1, 4, 8)(zeros(1, 4, 9)), ValueError, r"LSTM 'lstm' expects size 8 on axis -1, got .*\(1, 4, 9\)"),
    (
        lambda: built(ConvLSTM2D(2, 1, data_format="channels_first"), 1, 2, 3, 4, 4)(zeros(1, 2, 4, 4, 4)),
        ValueError,
        r"expects size 3 on axis 2",
    ),
    (
        lambda: built(Conv2D(3, 3), 1, 32, 32, 3)(zeros(1, 3, 32, 32)),
        ValueError,
        r"expects size 3 on axis 3.*channels first.*np\.moveaxis\(x, 1, -1\)",
    ),
    (lambda: BatchNormalization(axis=3)(zeros(2, 3)), ValueError, r"axis 3 of an input of shape \(2, 3\)\. Accepted: -2 to 1"),
    (lambda: LayerNormalization(axis=[1, 2])(zeros(2, 3)), ValueError, r"axis 2 of an input of shape \(2, 3\)"),
    # a missing return_sequences=True
    (lambda: GRU(3)(last_step()), ValueError, rf"GRU 'gru' expects 3 axes.*{FOLLOWS}"),
    (lambda: Bidirectional(GRU(3))(last_step()), ValueError, FOLLOWS),
    (lambda: TimeDistributed(Dense(3))(last_step()), ValueError, FOLLOWS),
    (lambda: Conv1D(3, 2)(last_step()), ValueError, FOLLOWS),
    (lambda: GlobalAveragePooling1D()(last_step()), ValueError, FOLLOWS),
    (lambda: MultiHeadAttention(2, 3)(last_step(), last_step()), ValueError, FOLLOWS),
    (lambda: LSTM(3)(LSTM(3)(zeros(2, 4, 8))), ValueError, r"write return_sequences=True there"),
    # states
    (
        lambda: built(LSTM(3, stateful=True), 2, 4, 8)(zeros(3, 4, 8)),
        ValueError,
        r"stateful=True carries .* has batch size 2, the input has 3\. Accepted: equal sizes\. Write batch_size=2",
    ),
    (
        lambda: LSTM(3)(zeros(2, 4, 8), initial_state=[zeros(2, 3), zeros(2, 4)]),
        ValueError,
        r"initial_state has shape \(2, 4\)\. Accepted: \(batch, 3\)",
    ),
    (lambda: GRU(3)(zeros(2, 4, 8), initial_state=zeros(3, 3)), ValueError, r"initial_state has batch size 3, the input has 2"),
    # masks
    (
        lambda: LSTM(3)(zeros(2, 4, 8), mask=mask_of(2, 5)),
        ValueError,
        r"LSTM 'lstm': mask has shape \(2, 5\) for an input of shape \(2, 4, 8\)\. Accepted: \(2, 4\)",
    ),
    (lambda: GRU(3)(zeros(2, 4, 8), mask=mask_of(2)), ValueError, r"mask has shape \(2,\)"),
    (lambda: TimeDistributed(Dense(3))(zeros(2, 4, 8), mask=mask_of(2, 5)), ValueError, r"TimeDistributed .* mask has shape"),
    (lambda: GlobalAveragePooling1D()(zeros(2, 4, 8), mask=mask_of(2, 5)), ValueError, r"GlobalAveragePooling1D .* mask has shape"),
    (lambda: BatchNormalization()(zeros(2, 4, 8), mask=mask_of(2, 5)), ValueError, r"BatchNormalization .* mask has shape"),
    (
        lambda: Attention()([zeros(2, 4, 8), zeros(2, 5, 8)], mask=[None, mask_of(2, 4)]),
        ValueError,
        r"Attention 'attention': mask\[1\] has shape \(2, 4\)",
    ),
    (
        lambda: MultiHeadAttention(2, 3)(zeros(2, 4, 8), zeros(2, 5, 8), query_mask=mask_of(2, 5)),
        ValueError,
        r"query_mask has shape \(2, 5\)",
    ),
    (
        lambda: MultiHeadAttention(2, 3)(zeros(2, 4, 8), zeros(2, 5, 8), attention_mask=mask_of(2, 4, 4)),
        ValueError,
        r"attention_mask has shape \(2, 4, 4\) for 4 queries and 5 keys.*np\.ones\(\(batch, 4, 5\), bool\)",
    ),
    # what an op refuses is said with the layer's name
    (lambda: Conv1D(3, 5)(zeros(1, 3, 3)), ValueError, r"^Conv1D 'conv1d': keras\.ops\.conv: the output would have size"),
    (
        lambda: ConvLSTM2D(3, 5)(zeros(1, 2, 3, 3, 1)),
        ValueError,
        r"the output would have size \(-1, -1\): a kernel of \(5, 5\) does not fit",
    ),
    # inputs of the wrong shape
    (
        lambda: LSTM(32)(symbol(None, 9)),
        ValueError,
        r"LSTM 'lstm' expects 3 axes, got an input of shape \(None, 9\).*Input\(\(9, 1\)\).*Input\(\(1, 9\)\)",
    ),
    (
        lambda: Conv2D(8, 3)(symbol(None, 28, 28)),
        ValueError,
        r"Conv2D 'conv2d' expects 4 axes.*channel axis: write Input\(\(28, 28, 1\)\) and x\[\.\.\., None\]",
    ),
    (lambda: MaxPooling2D()(symbol(None, 28, 28)), ValueError, r"MaxPooling2D.*channel axis"),
    (
        lambda: dense_built_for_784()(zeros(2, 28)),
        ValueError,
        r"Dense 'dense' expects size 784 on axis -1, got an input of shape \(2, 28\).*28\*28 = 784: x\.reshape\(-1, 784\)",
    ),
    (lambda: dense_built_for_784()(zeros(2, 28, 28)), ValueError, r"Flatten\(\) before it, or x\.reshape\(-1, 784\)"),
    (lambda: Dense(4)(zeros(5)), ValueError, r"Dense 'dense' expects at least 2 axes.*add the batch axis: x\[None\]"),
    (lambda: Dense(4)(symbol(None, None)), ValueError, r"the last axis of the input shape \(None, None\) must be known"),
    (lambda: Conv1D(4, 3)(symbol(None, 8, None)), ValueError, r"axis 2 \(the channels\).*must be known"),
    (lambda: Conv2D(4, 2, groups=2)(zeros(1, 4, 4, 3)), ValueError, r"the input has 3 channels, which 2 groups cannot share"),
    (lambda: Conv2D(4, 5)(zeros(1, 3, 3, 1)), ValueError, r"a kernel of \(5, 5\) does not fit into \(3, 3\)"),
    (lambda: MaxPooling2D(4)(zeros(1, 3, 3, 1)), ValueError, r"a window of \(4, 4\) does not fit into \(3, 3\)"),
    (lambda: BatchNormalization()(symbol(None, None)), ValueError, r"BatchNormalization.*axis -1 .* must be known"),
    (lambda: LayerNormalization()(symbol(None, None)), ValueError, r"LayerNormalization.*must be known"),
    (lambda: GroupNormalization(groups=3)(zeros(1, 4)), ValueError, r"groups=3 do not divide the 4 channels"),
    (lambda: Cropping1D(3)(zeros(1, 5, 2)), ValueError, r"cropping \(3, 3\) leaves nothing of axis 1 of \(1, 5, 2\)"),
    (lambda: Reshape((3, 4))(zeros(2, 10)), ValueError, r"a sample of shape \(10,\) has 10 elements and cannot become \(3, 4\)"),
    (lambda: RepeatVector(2)(zeros(2, 3, 4)), ValueError, r"RepeatVector 'repeat_vector' expects 2 axes"),
    (lambda: TimeDistributed(Dense(2))(zeros(2, 3)), ValueError, r"Accepted: \(batch, time, \.\.\.\)"),
    (
        lambda: Embedding(10, 2)(np.array([[3, 10]])),
        IndexError,
        r"Embedding 'embedding': an id is outside of 0 to 9 .*index 10.*input_dim=largest_id \+ 1",
    ),
    (lambda: ConvLSTM2D(2, 2)(symbol(None, 3, 4, 4, None)), ValueError, r"the number of channels of the input must be known"),
    # several inputs
    (lambda: Add()([zeros(2, 8), zeros(2, 16)]), ValueError, r"Add 'add': the inputs \(2, 8\), \(2, 16\) differ on axis 1: 8 and 16"),
    (
        lambda: Add()([Dense(8, name="a")(symbol(None, 3)), Dense(16, name="b")(symbol(None, 3))]),
        ValueError,
        r"'a' \(None, 8\), 'b' \(None, 16\) differ on axis 1",
    ),
    (
        lambda: Concatenate()([zeros(1, 32, 32, 3), zeros(1, 16, 16, 3)]),
        ValueError,
        r"Concatenate 'concatenate': the inputs .* differ on axis 1.*axis=-1",
    ),
    (lambda: Add()(zeros(2, 3)), ValueError, r"got one tensor of shape \(2, 3\).*Add\(\)\(\[a, b\]\)"),
    (lambda: Subtract()([zeros(2, 3)]), ValueError, r"Subtract 'subtract': got 1 tensor\(s\)"),
    (lambda: Subtract()([zeros(2, 3)] * 3), ValueError, r"got 3 tensors. Accepted: exactly 2"),
    (lambda: Dot(1)([zeros(2, 3), zeros(2, 4)]), ValueError, r"have sizes 3 and 4"),
    (lambda: Dot(1)([zeros(2, 3)] * 3), ValueError, r"got 3 tensors. Accepted: exactly 2"),
    (lambda: Attention()(zeros(2, 3, 4)), ValueError, r"Accepted: \[query, value\]"),
    (lambda: Attention()([zeros(2, 3, 4)] * 2, mask=zeros(2, 3)), ValueError, r"Accepted: \[query_mask, value_mask\]"),
    (
        lambda: LSTM(4)(zeros(2, 5, 3), initial_state=[zeros(2, 4)]),
        ValueError,
        r"initial_state has 1 tensor\(s\). Accepted: 2, of sizes \[4, 4\]",
    ),
    (lambda: LSTM(4, stateful=True)(symbol(None, 5, 3)), ValueError, r"stateful=True needs a fixed batch size.*batch_shape=\(32, 5, 3\)"),
    # arguments
    (lambda: Dense(0), ValueError, r"Dense\(units\): got 0. Accepted: an integer > 0"),
    (lambda: Dense("8"), ValueError, r"Dense\(units\): got '8'"),
    (lambda: Dense(8, activaton="relu"), TypeError, r"Dense: got an unknown argument 'activaton'. Did you mean 'activation'\?"),
    (lambda: Dense(8, quantization_config=object()), NotImplementedError, r"quantized layers are not available"),
    (lambda: Dense(8).enable_lora(2), ValueError, r"enable_lora needs a built layer"),
    (lambda: Conv2D(8, (3, 3, 3)), ValueError, r"Conv2D\(kernel_size\): got \(3, 3, 3\). Accepted: an integer >= 1 or 2 of them"),
    (lambda: Conv2D(8, 3, padding="full"), ValueError, r"Conv2D\(padding\): got 'full'. Accepted: 'valid', 'same'"),
    (lambda: Conv2D(8, 3, data_format="last"), ValueError, r"data_format: got 'last'"),
    (lambda: Conv2D(8, 3, groups=3), ValueError, r"Conv2D\(groups\): got 3 for 8 filters"),
    (lambda: Conv2DTranspose(8, 3, strides=2, output_padding=2), ValueError, r"output_padding\): got 2 for strides \(2, 2\)"),
    (lambda: Dropout(1.5), ValueError, r"Dropout\(rate\): got 1.5. Accepted: a number from 0 to 1"),
    (lambda: GaussianNoise(-1), ValueError, r"GaussianNoise\(stddev\): got -1"),
    (lambda: LSTM(4, dropout=2), ValueError, r"LSTMCell\(dropout\): got 2"),
    (lambda: ReLU(max_value=-1), ValueError, r"ReLU\(max_value\): got -1"),
    (lambda: LeakyReLU(-1), ValueError, r"LeakyReLU\(negative_slope\): got -1"),
    (lambda: Reshape((-1, -1)), ValueError, r"Reshape\(target_shape\): got \(-1, -1\)"),
    (lambda: Permute((0, 1)), ValueError, r"Permute\(dims\): got \(0, 1\)"),
    (lambda: ZeroPadding2D((1, 2, 3)), ValueError, r"ZeroPadding2D\(padding\): got \(1, 2, 3\)"),
    (lambda: UpSampling2D(interpolation="cubic"), ValueError, r"UpSampling2D\(interpolation\): got 'cubic'"),
    (lambda: LayerNormalization(axis="last"), TypeError, r"LayerNormalization\(axis\): got 'last'"),
    (lambda: Dot("last"), ValueError, r"Dot\(axes\): got 'last'"),
    (lambda: Lambda(3), TypeError, r"Lambda\(function\): got 3"),
    (lambda: Bidirectional(Dense(3)), ValueError, r"Dense has no `go_backwards`"),
    (lambda: Bidirectional(GRU(3), backward_layer=GRU(3)), ValueError, r"both layers have go_backwards=False"),
    (
        lambda: Bidirectional(GRU(3), backward_layer=GRU(3, go_backwards=True, return_sequences=True)),
        ValueError,
        r"`return_sequences` is False forwards and True backwards",
    ),
    (lambda: TimeDistributed(3), TypeError, r"TimeDistributed\(layer\): got 3. Accepted: a layer"),
    (lambda: RNN(Flatten()), ValueError, r"has no `state_size`"),
    (lambda: StackedRNNCells([Dense(3)]), ValueError, r"StackedRNNCells\(cells\): got <Dense"),
    (lambda: ConvLSTMCell(2, 4, 3).get_initial_state(batch_size=2), ValueError, r"get_initial_state needs inputs"),
    (lambda: SpectralNormalization(Flatten())(zeros(2, 3)), ValueError, r"Flatten has no kernel and no embeddings"),
    (lambda: MultiHeadAttention(0, 3), ValueError, r"MultiHeadAttention\(num_heads\): got 0"),
    (lambda: GroupQueryAttention(3, 4, 3), ValueError, r"3 does not divide 4 query heads"),
    (lambda: EinsumDense("abc,cd", 4), ValueError, r"EinsumDense\(equation\): got 'abc,cd'"),
    (lambda: EinsumDense("ab,bc->ac", 4)(zeros(2, 3, 4)), ValueError, r"names 2 axes of an input of shape \(2, 3, 4\)"),
    (lambda: EinsumDense("ab,bc->ac", None)(zeros(2, 3)), ValueError, r"the size of 'c' in 'ab,bc->ac' is unknown"),
    (
        lambda: EinsumDense("abc,cd->abd", (5, 4))(zeros(2, 3, 6)),
        ValueError,
        r"'b' of 'abc,cd->abd' is 5 in output_shape and 3 in the input",
    ),
    (
        lambda: EinsumDense("ab,bc->ac", 4, bias_axes="x")(zeros(2, 3)),
        ValueError,
        r"EinsumDense\(bias_axes\): 'x' is not in the output 'ac'",
    ),
    (lambda: StackedRNNCells([LSTMCell(2)])(zeros(2, 3), [[zeros(2, 5)] * 2]), ValueError, r"matmul"),
    (lambda: PReLU()(symbol(None, None, 3)), ValueError, r"add_weight\(shape\) got \(None, 3\): every size must be known"),
]


@pytest.mark.parametrize(("mistake", "kind", "text"), MISTAKES, ids=[re.sub(r"\W+", " ", t)[:50] for _, _, t in MISTAKES])
def test_mistake_is_explained(mistake: Callable[[], Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        mistake()


def test_softmax_over_one_unit_warns() -> None:
    with pytest.warns(UserWarning, match="Did you mean to use a sigmoid"):
        Dense(1, activation="softmax")(zeros(2, 3))


def test_channels_first_images_in_a_channels_last_layer_warn() -> None:
    with pytest.warns(UserWarning, match=r"\(None, 3, 32, 32\) looks like channels first.*np\.moveaxis"):
        Conv2D(8, 3)(symbol(None, 3, 32, 32))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Conv2D(8, 3)(symbol(None, 32, 32, 3))
        Conv2D(8, 3, data_format="channels_first")(symbol(None, 3, 32, 32))


def test_a_failed_build_leaves_the_layer_unbuilt() -> None:
    layer = Conv2D(4, 2, groups=2)
    with pytest.raises(ValueError, match="groups"):
        layer(zeros(1, 4, 4, 3))
    assert not layer.built and layer.weights == []
    assert layer(zeros(1, 4, 4, 2)).shape == (1, 3, 3, 4)
