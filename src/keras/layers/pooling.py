"""Pooling of one, two and three dimensions, written once."""

from __future__ import annotations

from typing import Any

from keras.core import config
from keras.layers.arguments import choice, sizes
from keras.layers.input_spec import InputSpec, check_mask
from keras.layers.layer import Layer
from keras.layers.ranked import described, spatial_axes
from keras.ops import pooling
from keras.ops.elementwise import cast, divide, dtype_of, multiply
from keras.ops.reduction import amax, mean, sum
from keras.ops.shaping import expand_dims

POOLING = """The {statistic} of every window of `pool_size`, channel by channel.

    Arguments:
        pool_size: {sizes}, the size of the window.{default}
        strides: {sizes}, the steps of the window. Default None: `pool_size`.
        padding: 'valid' (the window stays inside) or 'same' (ceil(size / stride) places; what lies outside does not count).
        data_format: 'channels_last' (batch, {spatial}, channels), 'channels_first', or None for the global setting.
    Returns: tensor, shape (batch, smaller {spatial}, channels).
    Raises: ValueError if no window fits.
    Example:
        >>> {name}(2)({example}).shape
        {result}
    Source: keras.layers.{name} of Keras 3.
    """
_EXAMPLES = {
    1: ('np.ones((1, 4, 3), "float32")', "(1, 2, 3)"),
    2: ('np.ones((1, 4, 4, 3), "float32")', "(1, 2, 2, 3)"),
    3: ('np.ones((1, 4, 4, 4, 3), "float32")', "(1, 2, 2, 2, 3)"),
}


def _pooling_text(name: str, statistic: str, rank: int) -> str:
    example, result = _EXAMPLES[rank]
    default = " Default 2." if name.startswith("Max") else ""
    return described(POOLING, rank, name=name, statistic=statistic, example=example, result=result, default=default)


class Pooling(Layer):
    """Base of pooling layers; `rank` is the number of spatial axes."""

    rank: int

    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.pool_size = sizes(self, "pool_size", pool_size, self.rank)
        self.strides = self.pool_size if strides is None else sizes(self, "strides", strides, self.rank)
        self.padding = choice(self, "padding", padding, ("valid", "same"))
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)


class AveragePooling(Pooling):
    """Base of AveragePooling1D, 2D and 3D."""

    def call(self, inputs: Any) -> Any:
        """The mean of every window."""
        return pooling.average_pool(inputs, self.pool_size, self.strides, self.padding, self.data_format)


class MaxPooling(Pooling):
    """Base of MaxPooling1D, 2D and 3D."""

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)

    def call(self, inputs: Any) -> Any:
        """The largest element of every window."""
        return pooling.max_pool(inputs, self.pool_size, self.strides, self.padding, self.data_format)


class MaxPooling1D(MaxPooling):
    __doc__ = _pooling_text("MaxPooling1D", "largest element", 1)
    rank = 1


class MaxPooling2D(MaxPooling):
    __doc__ = _pooling_text("MaxPooling2D", "largest element", 2)
    rank = 2


class MaxPooling3D(MaxPooling):
    __doc__ = _pooling_text("MaxPooling3D", "largest element", 3)
    rank = 3


class AveragePooling1D(AveragePooling):
    __doc__ = _pooling_text("AveragePooling1D", "mean", 1)
    rank = 1


class AveragePooling2D(AveragePooling):
    __doc__ = _pooling_text("AveragePooling2D", "mean", 2)
    rank = 2


class AveragePooling3D(AveragePooling):
    __doc__ = _pooling_text("AveragePooling3D", "mean", 3)
    rank = 3


# ------------------------------------------------------------------------------------------------------------------ global

GLOBAL = """The {statistic} over all places, channel by channel: (batch, {spatial}, channels) becomes (batch, channels).

    Arguments:
        data_format: 'channels_last', 'channels_first', or None for the global setting.
        keepdims: whether the spatial axes stay, with size 1.{mask}
    Example:
        >>> {name}()({example}).shape
        (1, 3)
    Source: keras.layers.{name} of Keras 3.
    """


def _global_text(name: str, statistic: str, rank: int, mask: str = "") -> str:
    return described(GLOBAL, rank, name=name, statistic=statistic, example=_EXAMPLES[rank][0], mask=mask)


class GlobalPooling(Layer):
    """Base of global pooling layers; `rank` is the number of spatial axes."""

    rank: int

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = config.standardize_data_format(data_format)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self._axes = spatial_axes(self.data_format, self.rank + 2)


class GlobalMaxPooling(GlobalPooling):
    """Base of GlobalMaxPooling1D, 2D and 3D."""

    def call(self, inputs: Any) -> Any:
        """The largest element of every channel."""
        return amax(inputs, axis=self._axes, keepdims=self.keepdims)


class GlobalAveragePooling(GlobalPooling):
    """Base of GlobalAveragePooling2D and 3D."""

    def call(self, inputs: Any) -> Any:
        """The mean of every channel."""
        return mean(inputs, axis=self._axes, keepdims=self.keepdims)


class GlobalMaxPooling1D(GlobalMaxPooling):
    __doc__ = _global_text("GlobalMaxPooling1D", "largest element", 1)
    rank = 1


class GlobalMaxPooling2D(GlobalMaxPooling):
    __doc__ = _global_text("GlobalMaxPooling2D", "largest element", 2)
    rank = 2


class GlobalMaxPooling3D(GlobalMaxPooling):
    __doc__ = _global_text("GlobalMaxPooling3D", "largest element", 3)
    rank = 3


class GlobalAveragePooling1D(GlobalPooling):
    __doc__ = _global_text("GlobalAveragePooling1D", "mean", 1, "\n    Call: `mask` (batch, steps) leaves steps out of the mean.")
    rank = 1
    supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The mean of every channel over the steps that count."""
        check_mask(self, mask, inputs)
        if mask is None:
            return mean(inputs, axis=self._axes, keepdims=self.keepdims)
        axis = self._axes[0]
        weight = expand_dims(cast(mask, dtype_of(inputs)), 3 - axis)
        return divide(sum(multiply(inputs, weight), axis=axis, keepdims=self.keepdims), sum(weight, axis=axis, keepdims=self.keepdims))

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """None: there are no steps left."""
        return None


class GlobalAveragePooling2D(GlobalAveragePooling):
    __doc__ = _global_text("GlobalAveragePooling2D", "mean", 2)
    rank = 2


class GlobalAveragePooling3D(GlobalAveragePooling):
    __doc__ = _global_text("GlobalAveragePooling3D", "mean", 3)
    rank = 3
