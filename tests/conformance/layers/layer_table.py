"""Every public layer with an example: constructor arguments, input shapes, and what holds for it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import keras.layers
from keras.layers.layer import Layer

ELSEWHERE = ("layer", "input_layer", "preprocessing", "augmentation", "foreign")
"""Modules of `keras.layers` (by the beginning of their names) whose classes are proved by tests of their own."""


@dataclass(frozen=True)
class Fresh:
    """An argument made anew for each layer: a layer inside."""

    function: Callable[[], Any]


@dataclass(frozen=True)
class Case:
    """One layer with arguments and inputs.

    Attributes:
        layer: class name. arguments: of the constructor. shapes: of the inputs, batch first. as_list: whether the inputs come as one list.
        states: whether the inputs after the first come as one list.
        call: keyword arguments of the call. weights: the names of the weights, in order. largest: integers below it as inputs.
        known: axes (of the first input) whose sizes must be known. per_sample: whether each sample is computed by itself.
        mask: whether a mask (batch, time) goes through ("passes"), ends ("ends") or is not looked at (None).
        dtype: compute dtype policies that it is tried in beside float32.
    """

    layer: str
    arguments: dict[str, Any]
    shapes: tuple[tuple[int, ...], ...]
    weights: tuple[str, ...] = ()
    as_list: bool = False
    states: bool = False
    call: dict[str, Any] = field(default_factory=dict)
    largest: int = 0
    known: tuple[int, ...] = ()
    per_sample: bool = True
    mask: str | None = None
    id: str = ""

    @property
    def name(self) -> str:
        """The name shown by pytest."""
        return self.id or self.layer

    def make(self, **kwargs: Any) -> Any:
        """A new layer."""
        arguments = {name: value.function() if isinstance(value, Fresh) else value for name, value in self.arguments.items()}
        return CLASSES[self.layer](**{**arguments, **kwargs})

    def inputs(self, dtype: str = "float32", seed: int = 0) -> list[np.ndarray]:
        """Read-only random inputs."""
        rng = np.random.default_rng(seed)
        made = []
        for shape in self.shapes:
            x = rng.integers(0, self.largest, shape).astype("int32") if self.largest else rng.normal(size=shape).astype(dtype)
            x.setflags(write=False)
            made.append(x)
        return made

    def run(self, layer: Any, inputs: Any, **kwargs: Any) -> Any:
        """The layer called on these inputs."""
        options = {**self.call, **kwargs}
        if self.states:
            return layer(inputs[0], list(inputs[1:]), **options)
        return layer(list(inputs), **options) if self.as_list else layer(*inputs, **options)


def _classes() -> dict[str, type]:
    found = {}
    for module in pkgutil.iter_modules(keras.layers.__path__):
        if module.ispkg or module.name.startswith(ELSEWHERE):
            continue
        for name, value in vars(importlib.import_module(f"keras.layers.{module.name}")).items():
            if isinstance(value, type) and issubclass(value, Layer) and value.__module__ == f"keras.layers.{module.name}":
                found[name] = value
    return found


CLASSES = _classes()

DENSE = ("kernel", "bias")
LORA = ("lora_kernel_a", "lora_kernel_b")
RECURRENT = ("kernel", "recurrent_kernel", "bias")
IMAGE = ((2, 5, 6, 3),)
SEQUENCE = ((2, 5, 3),)
HEADS = tuple(f"{name}/{part}" for name in ("query", "key", "value", "attention_output") for part in DENSE)


def _dense() -> list[Case]:
    return [
        Case("Dense", {"units": 4, "activation": "tanh"}, ((3, 5),), DENSE, known=(1,), mask="passes"),
        Case("Dense", {"units": 4}, ((2, 3, 5),), DENSE, known=(2,), mask="passes", id="Dense 3-D"),
        Case(
            "Dense",
            {"units": 4, "use_bias": False, "lora_rank": 2},
            ((3, 5),),
            ("kernel", "lora_kernel_a", "lora_kernel_b"),
            known=(1,),
            id="Dense LoRA",
        ),
        Case("EinsumDense", {"equation": "abc,cd->abd", "output_shape": (None, 4), "bias_axes": "d"}, SEQUENCE, DENSE, known=(2,)),
        Case("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 4}, IMAGE, ("kernel",), known=(3,), id="EinsumDense ellipsis"),
        Case(
            "EinsumDense",
            {"equation": "abc,bd->adc", "output_shape": (4, None), "bias_axes": "dc"},
            SEQUENCE,
            DENSE,
            known=(1, 2),
            id="EinsumDense middle",
        ),
        Case("Embedding", {"input_dim": 7, "output_dim": 3}, ((2, 4),), ("embeddings",), largest=7),
        Case("ReversibleEmbedding", {"input_dim": 7, "output_dim": 3}, ((2, 4),), ("embeddings",), largest=7),
        Case(
            "ReversibleEmbedding",
            {"input_dim": 7, "output_dim": 3, "tie_weights": False, "logit_soft_cap": 2.0},
            ((2, 4, 3),),
            ("embeddings", "reverse_embeddings"),
            call={"reverse": True},
            known=(2,),
            id="ReversibleEmbedding reverse",
        ),
    ]


def _elementwise() -> list[Case]:
    plain: dict[str, dict[str, Any]] = {
        "Activation": {"activation": "tanh"},
        "ReLU": {"negative_slope": 0.1},
        "LeakyReLU": {},
        "ELU": {"alpha": 0.5},
        "Softmax": {},
        "Identity": {},
        "Dropout": {"rate": 0.5},
        "GaussianNoise": {"stddev": 0.1},
        "GaussianDropout": {"rate": 0.3},
        "AlphaDropout": {"rate": 0.3},
        "SpatialDropout1D": {"rate": 0.5},
        "ActivityRegularization": {"l2": 0.1},
        "UnitNormalization": {},
    }
    return [
        *(Case(name, arguments, SEQUENCE, mask="passes") for name, arguments in plain.items()),
        Case("PReLU", {"shared_axes": [1]}, SEQUENCE, ("alpha",), known=(2,), mask="passes"),
        Case("SpatialDropout2D", {"rate": 0.5, "data_format": "channels_first"}, IMAGE, mask="passes"),
        Case("SpatialDropout3D", {"rate": 0.5}, ((2, 3, 2, 2, 4),), mask="passes"),
        Case("Masking", {"mask_value": 0.5}, SEQUENCE),
    ]


def _shapes() -> list[Case]:
    return [
        Case("Flatten", {}, IMAGE),
        Case("Flatten", {"data_format": "channels_first"}, IMAGE, id="Flatten channels first"),
        Case("Reshape", {"target_shape": (3, -1)}, ((2, 6, 2),)),
        Case("Permute", {"dims": (3, 1, 2)}, IMAGE),
        Case("RepeatVector", {"n": 3}, ((2, 4),)),
        Case("Cropping1D", {"cropping": (1, 2)}, SEQUENCE),
        Case("Cropping2D", {"cropping": ((1, 0), (2, 1))}, IMAGE),
        Case("Cropping3D", {"cropping": 1, "data_format": "channels_first"}, ((1, 2, 3, 4, 5),)),
        Case("ZeroPadding1D", {"padding": 2}, SEQUENCE),
        Case("ZeroPadding2D", {"padding": ((1, 0), (2, 1)), "data_format": "channels_first"}, IMAGE),
        Case("ZeroPadding3D", {"padding": (1, 0, 2)}, ((1, 2, 2, 2, 1),)),
        Case("UpSampling1D", {"size": 3}, SEQUENCE),
        Case("UpSampling2D", {"size": (2, 3), "data_format": "channels_first"}, IMAGE),
        Case("UpSampling2D", {"interpolation": "bilinear"}, IMAGE, id="UpSampling2D bilinear"),
        Case("UpSampling3D", {"size": 2}, ((1, 2, 2, 2, 1),)),
    ]


def _convolutions() -> list[Case]:
    separable = ("depthwise_kernel", "pointwise_kernel", "bias")
    volume = ((1, 3, 4, 5, 2),)
    return [
        Case("Conv1D", {"filters": 4, "kernel_size": 3, "padding": "causal", "dilation_rate": 2}, ((2, 8, 3),), DENSE, known=(2,)),
        Case("Conv2D", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "tanh"}, IMAGE, DENSE, known=(3,)),
        Case(
            "Conv2D",
            {"filters": 4, "kernel_size": 2, "groups": 2, "data_format": "channels_first"},
            ((2, 2, 4, 5),),
            DENSE,
            known=(1,),
            id="Conv2D groups",
        ),
        Case("Conv2D", {"filters": 3, "kernel_size": 2, "lora_rank": 2}, IMAGE, (*DENSE, *LORA), known=(3,), id="Conv2D LoRA"),
        Case(
            "Conv1D",
            {"filters": 2, "kernel_size": 3, "padding": "causal", "data_format": "channels_first"},
            ((2, 3, 5),),
            DENSE,
            known=(1,),
            id="Conv1D causal channels first",
        ),
        Case("Conv3D", {"filters": 2, "kernel_size": 2, "strides": (1, 2, 1)}, volume, DENSE, known=(4,)),
        Case("Conv1DTranspose", {"filters": 2, "kernel_size": 3, "strides": 3, "output_padding": 1}, ((2, 4, 2),), DENSE, known=(2,)),
        Case("Conv2DTranspose", {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same"}, ((1, 3, 4, 2),), DENSE, known=(3,)),
        Case("Conv3DTranspose", {"filters": 2, "kernel_size": 2, "strides": 2}, ((1, 2, 3, 2, 2),), DENSE, known=(4,)),
        Case("DepthwiseConv1D", {"kernel_size": 3, "depth_multiplier": 2, "padding": "same"}, SEQUENCE, DENSE, known=(2,)),
        Case("DepthwiseConv2D", {"kernel_size": 3, "data_format": "channels_first"}, ((2, 3, 5, 4),), DENSE, known=(1,)),
        Case("SeparableConv1D", {"filters": 4, "kernel_size": 3}, SEQUENCE, separable, known=(2,)),
        Case("SeparableConv2D", {"filters": 4, "kernel_size": 3, "depth_multiplier": 2, "padding": "same"}, IMAGE, separable, known=(3,)),
    ]


def _pooling() -> list[Case]:
    shapes = {1: ((2, 6, 3),), 2: ((2, 6, 5, 3),), 3: ((1, 4, 4, 5, 2),)}
    cases = []
    for rank, shape in shapes.items():
        layout = {"data_format": "channels_first"} if rank == 2 else {}
        everything = tuple(range(1, rank + 2))
        cases += [
            Case(f"MaxPooling{rank}D", {"pool_size": 2, **layout}, shape),
            Case(f"AveragePooling{rank}D", {"pool_size": 3, "strides": 2, "padding": "same"}, shape, known=everything),
            Case(f"GlobalMaxPooling{rank}D", layout, shape),
            Case(f"GlobalAveragePooling{rank}D", {"keepdims": True}, shape, mask="ends" if rank == 1 else None),
            Case(f"AdaptiveMaxPooling{rank}D", {"output_size": 2}, shape),
            Case(f"AdaptiveAveragePooling{rank}D", {"output_size": 3, **layout}, shape),
        ]
    return cases


def _normalizations() -> list[Case]:
    scaled = ("gamma", "beta")
    moving = (*scaled, "moving_mean", "moving_variance")
    return [
        Case("BatchNormalization", {"momentum": 0.9}, ((6, 4),), moving, known=(1,), mask="passes"),
        Case("BatchNormalization", {"axis": 1, "scale": False}, IMAGE, moving[1:], known=(1,), id="BatchNormalization axis 1"),
        Case(
            "BatchNormalization", {}, IMAGE, moving, call={"training": True}, known=(3,), per_sample=False, id="BatchNormalization training"
        ),
        Case(
            "BatchNormalization",
            {"renorm": True},
            ((6, 4),),
            (*moving, "moving_stddev", "renorm_mean", "renorm_stddev"),
            known=(1,),
            id="BatchNormalization renorm",
        ),
        Case("LayerNormalization", {}, SEQUENCE, scaled, known=(2,), mask="passes"),
        Case("LayerNormalization", {"axis": (1, 2), "epsilon": 0.01}, SEQUENCE, scaled, known=(1, 2), id="LayerNormalization axes"),
        Case("GroupNormalization", {"groups": 2}, ((2, 3, 4),), scaled, known=(2,), mask="passes"),
        Case("GroupNormalization", {"groups": -1, "axis": 1}, IMAGE, scaled, known=(1,), id="GroupNormalization instance"),
        Case("RMSNormalization", {}, SEQUENCE, ("scale",), known=(2,)),
        Case("SpectralNormalization", {"layer": Fresh(lambda: CLASSES["Dense"](3))}, ((3, 5),), ("kernel", "vector_u", "bias"), known=(1,)),
    ]


def _merging() -> list[Case]:
    same = ((3, 4), (3, 4))
    return [
        *(Case(name, {}, same, as_list=True) for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")),
        Case("Add", {}, ((3, 2, 4), (3, 4), (3, 1, 4)), as_list=True, id="Add ranks"),
        Case("Concatenate", {"axis": 1}, ((3, 4, 2), (3, 1, 2)), as_list=True),
        Case("Dot", {"axes": (1, 2)}, ((3, 4, 2), (3, 5, 4)), as_list=True, known=(1,)),
        Case("Dot", {"axes": -1, "normalize": True}, ((3, 2, 4), (3, 3, 4)), as_list=True, known=(2,), id="Dot normalized"),
    ]


def _recurrent() -> list[Case]:
    both = tuple(f"{way}_gru/gru_cell/{name}" for way in ("forward", "backward") for name in RECURRENT)
    grid = {1: ((1, 3, 5, 2),), 2: ((1, 3, 4, 4, 1),), 3: ((1, 2, 3, 3, 3, 1),)}
    make = CLASSES
    return [
        Case("SimpleRNN", {"units": 4}, SEQUENCE, RECURRENT, known=(2,), mask="ends"),
        Case("GRU", {"units": 4, "return_sequences": True}, SEQUENCE, RECURRENT, known=(2,), mask="passes"),
        Case(
            "GRU",
            {"units": 4, "reset_after": False, "go_backwards": True},
            SEQUENCE,
            RECURRENT,
            known=(2,),
            mask="ends",
            id="GRU reset before",
        ),
        Case("LSTM", {"units": 4}, SEQUENCE, RECURRENT, known=(2,), mask="ends"),
        Case(
            "LSTM",
            {"units": 4, "return_sequences": True, "return_state": True},
            SEQUENCE,
            RECURRENT,
            known=(2,),
            mask="passes",
            id="LSTM states",
        ),
        Case(
            "LSTM",
            {"units": 4, "unroll": True, "dropout": 0.2, "recurrent_dropout": 0.2},
            SEQUENCE,
            RECURRENT,
            known=(1, 2),
            mask="ends",
            id="LSTM unrolled",
        ),
        Case("RNN", {"cell": Fresh(lambda: [make["GRUCell"](3), make["LSTMCell"](4)])}, SEQUENCE, RECURRENT * 2, known=(2,), mask="ends"),
        Case("SimpleRNNCell", {"units": 4}, ((2, 3), (2, 4)), RECURRENT, known=(1,), states=True),
        Case("GRUCell", {"units": 4}, ((2, 3), (2, 4)), RECURRENT, known=(1,), states=True),
        Case("LSTMCell", {"units": 4}, ((2, 3), (2, 4), (2, 4)), RECURRENT, known=(1,), states=True),
        Case("StackedRNNCells", {"cells": Fresh(lambda: [make["SimpleRNNCell"](3)])}, ((2, 3), (2, 3)), RECURRENT, known=(1,), states=True),
        Case(
            "Bidirectional",
            {"layer": Fresh(lambda: make["GRU"](3, name="gru")), "merge_mode": "ave"},
            SEQUENCE,
            both,
            known=(2,),
            mask="ends",
        ),
        Case("TimeDistributed", {"layer": Fresh(lambda: make["Conv1D"](4, 2))}, ((2, 3, 5, 2),), DENSE, known=(3,)),
        Case(
            "TimeDistributed",
            {"layer": Fresh(lambda: make["BatchNormalization"]())},
            ((4, 3, 2),),
            ("gamma", "beta", "moving_mean", "moving_variance"),
            call={"training": True},
            known=(2,),
            per_sample=False,
            id="TimeDistributed statistics",
        ),
        *(
            Case(f"ConvLSTM{rank}D", {"filters": 2, "kernel_size": 2, "padding": "same"}, shape, RECURRENT, known=(rank + 2,))
            for rank, shape in grid.items()
        ),
        Case(
            "ConvLSTM2D",
            {"filters": 2, "kernel_size": 2, "data_format": "channels_first"},
            ((1, 3, 1, 4, 4),),
            RECURRENT,
            known=(2,),
            id="ConvLSTM2D channels first",
        ),
    ]


def _attention() -> list[Case]:
    pair = ((2, 4, 6), (2, 5, 6))
    grid = ((2, 3, 4, 6), (2, 3, 4, 6))
    return [
        Case("Attention", {"use_scale": True}, pair, ("scale",), as_list=True),
        Case(
            "Attention",
            {"score_mode": "concat"},
            pair,
            ("concat_score_weight",),
            as_list=True,
            call={"use_causal_mask": True},
            id="Attention concat",
        ),
        Case("AdditiveAttention", {}, pair, ("scale",), as_list=True, known=(2,)),
        Case("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, pair, HEADS, known=(2,), mask="passes"),
        Case(
            "MultiHeadAttention",
            {"num_heads": 2, "key_dim": 3, "value_dim": 2, "output_shape": 5, "use_bias": False, "sliding_window": 2},
            pair,
            HEADS[::2],
            call={"use_causal_mask": True},
            known=(2,),
            id="MultiHeadAttention causal",
        ),
        Case(
            "MultiHeadAttention",
            {"num_heads": 2, "key_dim": 3, "attention_axes": (1, 2)},
            grid,
            HEADS,
            known=(3,),
            id="MultiHeadAttention grid",
        ),
        Case(
            "GroupQueryAttention", {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}, pair, HEADS, known=(2,), mask="passes"
        ),
    ]


def _doubled(x: Any) -> Any:
    return x * 2


CASES = [
    *_dense(),
    *_elementwise(),
    *_shapes(),
    *_convolutions(),
    *_pooling(),
    *_normalizations(),
    *_merging(),
    *_recurrent(),
    *_attention(),
    Case("Lambda", {"function": _doubled}, SEQUENCE),
    Case("Wrapper", {"layer": Fresh(CLASSES["Identity"])}, SEQUENCE),
]

NOT_CALLED = {"Wrapper": "a base: what it computes is its subclasses' matter"}
"""Layers of the table that cannot be called, each with its reason."""
CALLED = [case for case in CASES if case.layer not in NOT_CALLED]
