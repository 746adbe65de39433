"""Cases of convolutions and pooling, against loops over places."""

from __future__ import annotations

from typing import Any

import numpy as np
from op_table import case, floats


def _each(value: Any, count: int) -> tuple[int, ...]:
    return (value,) * count if isinstance(value, int) else tuple(value)


def _pairs(padding: Any, sizes: Any, kernel: Any, strides: Any, dilation: Any) -> list[tuple[int, int]]:
    """TensorFlow's definition of 'same': ceil(size / stride) places, the odd element of padding at the end."""
    if not isinstance(padding, str):
        return list(padding)
    pairs = []
    for n, k, s, d in zip(sizes, kernel, strides, dilation, strict=True):
        extent = (k - 1) * d + 1
        total = max((-(-n // s) - 1) * s + extent - n, 0)
        pairs.append({"valid": (0, 0), "same": (total // 2, total - total // 2), "causal": (extent - 1, 0)}[padding])
    return pairs


def conv_oracle(
    x: np.ndarray, w: np.ndarray, strides: Any = 1, padding: Any = "valid", data_format: str = "channels_last", dilation_rate: Any = 1
) -> np.ndarray:
    """The convolution by its definition."""
    if data_format == "channels_first":
        return np.moveaxis(conv_oracle(np.moveaxis(x, 1, -1), w, strides, padding, "channels_last", dilation_rate), -1, 1)
    count = x.ndim - 2
    strides, dilation, kernel = _each(strides, count), _each(dilation_rate, count), w.shape[:count]
    pairs = _pairs(padding, x.shape[1:-1], kernel, strides, dilation)
    x = np.pad(x, ((0, 0), *pairs, (0, 0)))
    places = tuple((n - (k - 1) * d - 1) // s + 1 for n, k, s, d in zip(x.shape[1:-1], kernel, strides, dilation, strict=True))
    groups = x.shape[-1] // w.shape[-2]
    filters = w.shape[-1] // groups
    out = np.zeros((x.shape[0], *places, w.shape[-1]))
    for tap in np.ndindex(*kernel):
        region = tuple(slice(t * d, t * d + s * (p - 1) + 1, s) for t, d, s, p in zip(tap, dilation, strides, places, strict=True))
        part = x[(slice(None), *region)]
        for group in range(groups):
            channels = slice(group * w.shape[-2], (group + 1) * w.shape[-2])
            wanted = slice(group * filters, (group + 1) * filters)
            out[..., wanted] += part[..., channels] @ w[tap][:, wanted]
    return out


def conv_transpose_oracle(x: np.ndarray, w: np.ndarray, strides: Any = 1, padding: str = "valid") -> np.ndarray:
    """Every input place adds its kernel to the output; 'same' cuts the output to size * stride."""
    count = x.ndim - 2
    strides, kernel = _each(strides, count), w.shape[:count]
    full = tuple((n - 1) * s + builtin_max(k, s) for n, k, s in zip(x.shape[1:-1], kernel, strides, strict=True))
    out = np.zeros((x.shape[0], *full, w.shape[-2]))
    for place in np.ndindex(*x.shape[1:-1]):
        for tap in np.ndindex(*kernel):
            at = tuple(p * s + t for p, s, t in zip(place, strides, tap, strict=True))
            out[(slice(None), *at)] += x[(slice(None), *place)] @ w[tap].T
    if padding == "same":
        cut = []
        for n, k, s in zip(x.shape[1:-1], kernel, strides, strict=True):
            total = builtin_max(k - s, 0)
            cut.append(slice(total // 2, total // 2 + n * s))
        out = out[(slice(None), *cut)]
    return out


builtin_max = max


def pool_oracle(function: Any, fill: float) -> Any:
    """Pooling by its definition; `fill` stands outside."""

    def oracle(
        x: np.ndarray, pool_size: Any, strides: Any = None, padding: Any = "valid", data_format: str = "channels_last"
    ) -> np.ndarray:
        if data_format == "channels_first":
            return np.moveaxis(oracle(np.moveaxis(x, 1, -1), pool_size, strides, padding), -1, 1)
        count = x.ndim - 2
        window = _each(pool_size, count)
        steps = window if strides is None else _each(strides, count)
        pairs = _pairs(padding, x.shape[1:-1], window, steps, (1,) * count)
        x = np.pad(x, ((0, 0), *pairs, (0, 0)), constant_values=fill)
        view = np.lib.stride_tricks.sliding_window_view(x, window, axis=tuple(range(1, 1 + count)))
        view = view[(slice(None), *(slice(None, None, s) for s in steps))]
        return function(view, axis=tuple(range(2 + count, 2 + 2 * count)))

    return oracle


IMAGES, LINES, VOLUMES = floats(2, 6, 7, 3), floats(2, 9, 3), floats(2, 4, 5, 4, 2)
KERNEL, LINE_KERNEL, VOLUME_KERNEL = floats(3, 2, 3, 4, salt="w"), floats(3, 3, 4, salt="w"), floats(2, 2, 2, 2, 3, salt="w")
CLOSE = {"rtol": 2e-5, "atol": 2e-5}

for options in [
    {}, {"padding": "same"}, {"strides": 2}, {"strides": (2, 1), "padding": "same"}, {"dilation_rate": 2}, {"dilation_rate": 2,
    "padding": "same"},
]:  # fmt: skip
    label = "_".join(f"{k}{v}" for k, v in options.items()).replace(" ", "") or "plain"
    case("conv", IMAGES, KERNEL, **options, oracle=conv_oracle, label=label, batch=(0,), **CLOSE)
    if "dilation_rate" not in options:
        case(
            "conv",
            LINES,
            LINE_KERNEL,
            **{k: v if isinstance(v, (int, str)) else v[0] for k, v in options.items()},
            oracle=conv_oracle,
            label=label + "1d",
            batch=(0,),
            **CLOSE,
        )
case("conv", LINES, LINE_KERNEL, padding="causal", dilation_rate=2, oracle=conv_oracle, label="causal", batch=(0,), **CLOSE)
case("conv", VOLUMES, VOLUME_KERNEL, padding="same", oracle=conv_oracle, label="3d", batch=(0,), **CLOSE)
case(
    "conv",
    floats(2, 3, 6, 7),
    KERNEL,
    data_format="channels_first",
    padding="same",
    oracle=conv_oracle,
    label="channels_first",
    batch=(0,),
    **CLOSE,
)
case("conv", floats(2, 6, 7, 4), floats(3, 3, 2, 6), oracle=conv_oracle, label="groups", batch=(0,), **CLOSE)
case("conv", floats(2, 6, 7, 4), floats(1, 1, 4, 2), strides=2, oracle=conv_oracle, label="pointwise", batch=(0,), **CLOSE)


def _depthwise(x: np.ndarray, w: np.ndarray, **options: Any) -> np.ndarray:
    return conv_oracle(x, w.reshape(*w.shape[:-2], 1, -1), **options)


case("depthwise_conv", IMAGES, floats(3, 3, 3, 2, salt="w"), oracle=_depthwise, batch=(0,), **CLOSE)
case(
    "depthwise_conv", IMAGES, floats(3, 3, 3, 1, salt="w"), strides=2, padding="same", oracle=_depthwise, batch=(0,), label="same", **CLOSE
)
case(
    "separable_conv", IMAGES, floats(3, 3, 3, 2, salt="w"), floats(1, 1, 6, 5, salt="p"), padding="same", batch=(0,),
    oracle=lambda x, d, p, padding: conv_oracle(_depthwise(x, d, padding=padding), p), **CLOSE,
)  # fmt: skip
for options in [{}, {"strides": 2}, {"padding": "same"}, {"strides": 2, "padding": "same"}, {"strides": (3, 2)}]:
    label = "_".join(f"{k}{v}" for k, v in options.items()).replace(" ", "") or "plain"
    case(
        "conv_transpose",
        floats(2, 4, 5, 3),
        floats(3, 2, 4, 3, salt="w"),
        **options,
        oracle=conv_transpose_oracle,
        label=label,
        batch=(0,),
        **CLOSE,
    )
case("conv_transpose", floats(2, 5, 3), floats(3, 4, 3, salt="w"), strides=2, oracle=conv_transpose_oracle, label="1d", batch=(0,), **CLOSE)

GEOMETRY = {"strides": (2, 1), "padding": ((1, 0), (0, 1)), "dilation": (1, 2), "groups": 1}
case(
    "conv_channels_last", IMAGES, KERNEL, **GEOMETRY, batch=(0,), **CLOSE,
    oracle=lambda x, w, strides, padding, dilation, groups: conv_oracle(x, w, strides, padding, dilation_rate=dilation),
)  # fmt: skip
BIAS = np.linspace(-1.0, 1.0, KERNEL.shape[-1])
for activation in (None, "relu"):
    case(
        "conv_bias", IMAGES, KERNEL, BIAS, **GEOMETRY, activation=activation, batch=(0,), **CLOSE,
        oracle=lambda x, w, bias, strides, padding, dilation, groups, activation: (np.maximum if activation else np.add)(
            conv_oracle(x, w, strides, padding, dilation_rate=dilation) + bias, 0
        ),
    )  # fmt: skip
PLACES = conv_oracle(IMAGES, KERNEL, GEOMETRY["strides"], GEOMETRY["padding"], dilation_rate=GEOMETRY["dilation"]).shape


def _input_gradient(g: np.ndarray, w: np.ndarray, x_shape: Any, **options: Any) -> np.ndarray:
    """By linearity: the inner product of g with the convolution of each unit vector."""
    out = np.zeros(x_shape)
    for place in np.ndindex(*x_shape[1:]):
        unit = np.zeros((1, *x_shape[1:]))
        unit[(0, *place)] = 1
        made = conv_oracle(unit, w, options["strides"], options["padding"], dilation_rate=options["dilation"])
        out[(slice(None), *place)] = (g * made).reshape(len(g), -1).sum(-1)
    return out


def _filter_gradient(x: np.ndarray, g: np.ndarray, w_shape: Any, **options: Any) -> np.ndarray:
    out = np.zeros(w_shape)
    for place in np.ndindex(*w_shape):
        unit = np.zeros(w_shape)
        unit[place] = 1
        out[place] = (g * conv_oracle(x, unit, options["strides"], options["padding"], dilation_rate=options["dilation"])).sum()
    return out


G = floats(*PLACES, salt="g")
case("conv_input_gradient", G, KERNEL, **GEOMETRY, x_shape=IMAGES.shape, oracle=_input_gradient, batch=(), **CLOSE)
case("conv_filter_gradient", IMAGES, G, **GEOMETRY, w_shape=KERNEL.shape, oracle=_filter_gradient, batch=(), **CLOSE)

MAXIMUM, AVERAGE = pool_oracle(np.max, -np.inf), pool_oracle(np.nanmean, np.nan)
for options in [
    {"pool_size": 2},
    {"pool_size": (3, 2), "strides": 1},
    {"pool_size": 3, "strides": 2, "padding": "same"},
    {"pool_size": 2, "padding": "same"},
]:
    label = "_".join(f"{k}{v}" for k, v in options.items()).replace(" ", "")
    case("max_pool", IMAGES, **options, oracle=MAXIMUM, label=label)
    case("average_pool", IMAGES, **options, oracle=AVERAGE, label=label)
case("max_pool", LINES, 2, oracle=MAXIMUM, label="1d")
case("average_pool", VOLUMES, 2, oracle=AVERAGE, label="3d")
case("max_pool", floats(2, 3, 6, 7), 2, data_format="channels_first", oracle=MAXIMUM, label="channels_first")
WINDOWS = {"window": (3, 2), "strides": (2, 2), "padding": ((1, 0), (0, 1))}
case("max_pool_channels_last", IMAGES, **WINDOWS, oracle=lambda x, window, strides, padding: MAXIMUM(x, window, strides, padding))
case("average_pool_channels_last", IMAGES, **WINDOWS, oracle=lambda x, window, strides, padding: AVERAGE(x, window, strides, padding))


def _windows(x: np.ndarray, window: Any, strides: Any, padding: Any, value: float = 0.0) -> np.ndarray:
    x = np.pad(x, ((0, 0), *padding, (0, 0)), constant_values=value)
    view = np.lib.stride_tricks.sliding_window_view(x, window, axis=(1, 2))[:, :: strides[0], :: strides[1]]
    return np.moveaxis(view, 3, -1)


def _folded(g: np.ndarray, window: Any, strides: Any, padding: Any, x_shape: Any) -> np.ndarray:
    places = np.arange(int(np.prod(x_shape[1:-1]))).reshape(1, *x_shape[1:-1], 1) + 1.0
    numbers = _windows(places, window, strides, padding)[..., 0][0].astype(int)
    out = np.zeros((x_shape[0], int(np.prod(x_shape[1:-1])) + 1, x_shape[-1]))
    for place in np.ndindex(*numbers.shape):
        out[:, numbers[place]] += g[(slice(None), *place)]
    return out[:, 1:].reshape(x_shape)


def _max_gradient(g: np.ndarray, x: np.ndarray, y: np.ndarray, **windows: Any) -> np.ndarray:
    patches = _windows(x, **windows, value=-np.inf)
    flat = patches.reshape(*patches.shape[:3], -1, patches.shape[-1])
    spread = np.zeros(flat.shape)
    np.put_along_axis(spread, np.argmax(flat, axis=3)[:, :, :, None], g[:, :, :, None], axis=3)
    return _folded(spread.reshape(patches.shape), **windows, x_shape=x.shape)


case("extract_windows", IMAGES, **WINDOWS, value=1.5, oracle=_windows)
case("add_windows", floats(2, 3, 4, 3, 2, 3), **WINDOWS, x_shape=IMAGES.shape, oracle=_folded, batch=())
POOLED = np.asarray(MAXIMUM(IMAGES, (3, 2), (2, 2), ((1, 0), (0, 1))), "float32")
case("max_pool_gradient", floats(*POOLED.shape, salt="g"), IMAGES, POOLED, **WINDOWS, oracle=_max_gradient, differentiable=False)
