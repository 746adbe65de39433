"""Arguments of layers in the spelling of Keras 1 and 2: one list of rules, from the old name to what may be today's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from keras.legacy.activations import hard_sigmoid
from keras.legacy.spellings import note


class Rule(NamedTuple):
    """An old argument, the names that it may have today (those that the layer accepts get the value), and how its value is written."""

    old: str
    today: tuple[str, ...]
    value: Callable[[Any], Any] = lambda value: value


_LAYOUTS = {"tf": "channels_last", "th": "channels_first", "default": None, None: None}
_KERAS_1_GATES = frozenset(
    {"output_dim", "init", "inner_init", "inner_activation", "forget_bias_init", "consume_less", "dropout_W", "dropout_U"}
)
"""What only Keras 1 wrote: there the gates of LSTM, GRU and ConvLSTM2D were hard sigmoids, and GRU reset before the matrix product."""


def _layout(value: Any) -> Any:
    if value not in _LAYOUTS:
        raise ValueError(f"dim_ordering: got {value!r}. Accepted: 'tf' or 'th'. Write data_format='channels_last' or 'channels_first'.")
    return _LAYOUTS[value]


def _starts_with_ones(value: Any) -> bool:
    return value in ("one", "ones") or type(value).__name__ == "Ones"


def _gate(value: Any) -> Any:
    return hard_sigmoid if value == "hard_sigmoid" else value


_SHARED = (
    Rule("W_regularizer", ("kernel_regularizer", "embeddings_regularizer")),
    Rule("U_regularizer", ("recurrent_regularizer",)),
    Rule("b_regularizer", ("bias_regularizer",)),
    Rule("W_constraint", ("kernel_constraint", "embeddings_constraint")),
    Rule("U_constraint", ("recurrent_constraint",)),
    Rule("b_constraint", ("bias_constraint",)),
    Rule(
        "init",
        ("kernel_initializer", "embeddings_initializer", "alpha_initializer", "depthwise_initializer", "pointwise_initializer"),
    ),
    Rule("bias", ("use_bias",)),
    Rule("output_dim", ("units",)),
    Rule("dim_ordering", ("data_format",), _layout),
    Rule("border_mode", ("padding",)),
)
_CONVOLUTION = (
    Rule("nb_filter", ("filters",)),
    Rule("filter_length", ("kernel_size",)),
    Rule("subsample", ("strides",)),
    Rule("subsample_length", ("strides",)),
    Rule("atrous_rate", ("dilation_rate",)),
)
_POOLING = (Rule("pool_length", ("pool_size",)), Rule("stride", ("strides",)), Rule("length", ("size",)))
_RECURRENT = (
    Rule("inner_init", ("recurrent_initializer",)),
    Rule("inner_activation", ("recurrent_activation",), _gate),
    Rule("forget_bias_init", ("unit_forget_bias",), _starts_with_ones),
    Rule("dropout_W", ("dropout",)),
    Rule("dropout_U", ("recurrent_dropout",)),
)
_NOISE = (Rule("p", ("rate",)), Rule("sigma", ("stddev",)))
_NORMALIZATION = (
    Rule("beta_init", ("beta_initializer",)),
    Rule("gamma_init", ("gamma_initializer",)),
    Rule("gamma_regularizer", ("gamma_regularizer",)),
)
_ACTIVATION = (Rule("alpha", ("negative_slope",)),)
RULES: tuple[Rule, ...] = (*_SHARED, *_CONVOLUTION, *_POOLING, *_RECURRENT, *_NOISE, *_NORMALIZATION, *_ACTIVATION)
_WITHOUT_EFFECT = frozenset({"consume_less", "implementation", "input_length", "time_major", "output_shape"})
"""What chose how to compute, or repeated what the input says."""
_SIZES = (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3"))


def layer_arguments(cls: type, arguments: dict[str, Any], accepted: frozenset[str]) -> dict[str, Any]:
    """The arguments of a layer in today's spelling; of another class as they are."""
    if "batch_input_shape" not in accepted:
        return arguments
    of_keras_1 = not _KERAS_1_GATES.isdisjoint(arguments.keys() - accepted)
    arguments = _with_one_kernel_size(cls, dict(arguments), accepted)
    for rule in RULES:
        today = [name for name in rule.today if name in accepted]
        if rule.old in accepted or rule.old not in arguments or not today:
            continue
        value = rule.value(arguments.pop(rule.old))
        note(f"{cls.__name__}({rule.old})", f"{cls.__name__}({today[0]})")
        for name in today:
            arguments.setdefault(name, value)
    for name in _WITHOUT_EFFECT & arguments.keys() - accepted:
        del arguments[name]
    if of_keras_1 and "recurrent_activation" in accepted:
        arguments.setdefault("recurrent_activation", hard_sigmoid)
        if "reset_after" in accepted:
            arguments.setdefault("reset_after", False)
    _refuse_modes(cls, arguments, accepted)
    return arguments


def _with_one_kernel_size(cls: type, arguments: dict[str, Any], accepted: frozenset[str]) -> dict[str, Any]:
    """The kernel's sizes, which Keras 1 took one by one: by name, or after the filters by position."""
    if "kernel_size" not in accepted:
        return arguments
    for names in _SIZES:
        if arguments.keys() >= set(names):
            note(f"{cls.__name__}({', '.join(names)})", f"{cls.__name__}(kernel_size)")
            arguments["kernel_size"] = tuple(arguments.pop(name) for name in names)
    rank = getattr(cls, "rank", 1)
    old = {"border_mode", "subsample", "init", "dim_ordering", "W_regularizer", "b_regularizer", "bias", "atrous_rate"} & arguments.keys()
    by_position = [arguments.get(name) for name in ("kernel_size", "strides", "padding")][:rank]
    if old and rank > 1 and all(isinstance(n, int) for n in by_position):
        for name in ("strides", "padding")[: rank - 1]:
            del arguments[name]
        arguments["kernel_size"] = tuple(by_position)
    return arguments


def _refuse_modes(cls: type, arguments: dict[str, Any], accepted: frozenset[str]) -> None:
    """Take away what has its only value; refuse what computed something that today another layer computes."""
    if "moving_mean_initializer" in accepted and "mode" in arguments:
        mode = arguments.pop("mode")
        if mode != 0:
            line = "LayerNormalization()(x)" if mode == 1 else "BatchNormalization()(x, training=True)"
            raise ValueError(f"{cls.__name__}(mode): got {mode!r}. Accepted: 0. Write {line}.")
    if "embeddings_initializer" in accepted and arguments.pop("dropout", None):
        raise ValueError(f"{cls.__name__}(dropout): got a rate. Accepted: 0. Write a SpatialDropout1D layer after it.")
