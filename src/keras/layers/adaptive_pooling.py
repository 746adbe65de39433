"""Pooling to a given number of places, whatever the input's size."""

from __future__ import annotations

from typing import Any

from keras.core import config
from keras.layers.arguments import sizes
from keras.layers.input_spec import InputSpec
from keras.layers.layer import Layer
from keras.layers.ranked import described, spatial_axes
from keras.ops.reduction import amax, mean
from keras.ops.shaping import concatenate, shape_of, slice_along

ADAPTIVE = """The {statistic} of `output_size` nearly equal windows that cover the input, channel by channel.

    Window i of n over a size m goes from floor(i * m / n) to ceil((i + 1) * m / n).

    Arguments:
        output_size: {sizes}, the number of places that come out.
        data_format: 'channels_last', 'channels_first', or None for the global setting.
    Returns: tensor, shape (batch, *output_size, channels).
    Example:
        >>> {name}(2)({example}).shape
        {result}
    Source: torch.nn.{torch}; keras.layers.{name} of Keras 3.
    """


def _text(name: str, statistic: str, rank: int) -> str:
    shape = (1, *(5,) * rank, 3)
    result = str((1, *(2,) * rank, 3))
    return described(
        ADAPTIVE,
        rank,
        name=name,
        statistic=statistic,
        example=f'np.ones({shape}, "float32")',
        result=result,
        torch=name.replace("Average", "Avg").replace("Pooling", "Pool").replace("D", "d"),
    )


class AdaptivePooling(Layer):
    """Base of adaptive pooling layers; `reduction` is the statistic of a window."""

    rank: int

    def __init__(self, output_size: Any, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.output_size = sizes(self, "output_size", output_size, self.rank)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def reduction(self, x: Any, axis: int) -> Any:
        """The statistic of a window along one axis, which stays with size 1."""
        raise NotImplementedError(f"{type(self).__name__} does not define reduction().")

    def call(self, inputs: Any) -> Any:
        """The pooled inputs, one axis after the other: a window is a box."""
        x = inputs
        for axis, count in zip(spatial_axes(self.data_format, self.rank + 2), self.output_size, strict=True):
            size = shape_of(x)[axis]
            known = isinstance(size, int)  # if not, these are symbols, and any windows give the shape
            windows = [(i * size // count, -(-(i + 1) * size // count)) if known else (0, 1) for i in range(count)]
            x = concatenate([self.reduction(slice_along(x, axis, low, high), axis) for low, high in windows], axis=axis)
        return x


class AdaptiveAveragePooling(AdaptivePooling):
    """Base of AdaptiveAveragePooling1D, 2D and 3D."""

    def reduction(self, x: Any, axis: int) -> Any:
        """The mean."""
        return mean(x, axis=axis, keepdims=True)


class AdaptiveMaxPooling(AdaptivePooling):
    """Base of AdaptiveMaxPooling1D, 2D and 3D."""

    def reduction(self, x: Any, axis: int) -> Any:
        """The largest element."""
        return amax(x, axis=axis, keepdims=True)


class AdaptiveAveragePooling1D(AdaptiveAveragePooling):
    __doc__ = _text("AdaptiveAveragePooling1D", "mean", 1)
    rank = 1


class AdaptiveAveragePooling2D(AdaptiveAveragePooling):
    __doc__ = _text("AdaptiveAveragePooling2D", "mean", 2)
    rank = 2


class AdaptiveAveragePooling3D(AdaptiveAveragePooling):
    __doc__ = _text("AdaptiveAveragePooling3D", "mean", 3)
    rank = 3


class AdaptiveMaxPooling1D(AdaptiveMaxPooling):
    __doc__ = _text("AdaptiveMaxPooling1D", "largest element", 1)
    rank = 1


class AdaptiveMaxPooling2D(AdaptiveMaxPooling):
    __doc__ = _text("AdaptiveMaxPooling2D", "largest element", 2)
    rank = 2


class AdaptiveMaxPooling3D(AdaptiveMaxPooling):
    __doc__ = _text("AdaptiveMaxPooling3D", "largest element", 3)
    rank = 3
