"""Layers that add, cut or repeat places at the spatial axes."""

from __future__ import annotations

from typing import Any

from keras.core import config
from keras.core import dims as D
from keras.layers.arguments import choice, sizes
from keras.layers.input_spec import InputSpec
from keras.layers.interpolation import interpolated
from keras.layers.layer import Layer
from keras.layers.ranked import described, spatial_axes
from keras.ops.shaping import pad_constant, repeat, shape_of, slice_along

_PAIRS = {
    1: "int, or 2 ints (before, after)",
    2: "int, 2 ints (height, width; the same on both sides), or ((top, bottom), (left, right))",
    3: "int, 3 ints (the same on both sides), or 3 pairs (before, after)",
}
_LAYOUT = "\n        data_format: 'channels_last', 'channels_first', or None for the global setting."


def _pairs(layer: Any, name: str, value: Any, rank: int) -> tuple[tuple[int, int], ...]:
    """A (before, after) for each spatial axis."""
    given = (value,) * rank if isinstance(value, int) else tuple(value) if isinstance(value, (list, tuple)) else ()
    if rank == 1 and len(given) == 2:
        given = (tuple(given),)
    pairs = tuple((v, v) if isinstance(v, int) else tuple(v) if isinstance(v, (list, tuple)) else () for v in given)
    if len(pairs) != rank or any(len(p) != 2 or not all(isinstance(n, int) and n >= 0 for n in p) for p in pairs):
        raise ValueError(f"{type(layer).__name__}({name}): got {value!r}. Accepted: {_PAIRS[rank]}, none negative. Write {name}=1.")
    return pairs  # type: ignore[return-value]


class _Border(Layer):
    """What padding and cropping share: pairs for each spatial axis, kept in `argument`."""

    rank: int
    argument: str

    def _take(self, value: Any, data_format: str | None) -> None:
        self._edges = _pairs(self, self.argument, value, self.rank)
        setattr(self, self.argument, self._edges[0] if self.rank == 1 else self._edges)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)


ZERO_PADDING = """Zeros added before and after along the spatial axes.

    Arguments:
        padding: {pairs}. Default 1.
        data_format: 'channels_last', 'channels_first', or None for the global setting.
    Example:
        >>> ZeroPadding{rank}D(2)({example}).shape
        {result}
    Source: keras.layers.ZeroPadding{rank}D of Keras 3.
    """


class ZeroPadding(_Border):
    """Base of ZeroPadding1D, 2D and 3D."""

    argument = "padding"

    def __init__(self, padding: Any = 1, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._take(padding, data_format)

    def call(self, inputs: Any) -> Any:
        """The padded inputs."""
        edges = [(0, 0)] * (self.rank + 2)
        for axis, pair in zip(spatial_axes(self.data_format, self.rank + 2), self._edges, strict=True):
            edges[axis] = pair
        return pad_constant(inputs, tuple(edges))


class ZeroPadding1D(ZeroPadding):
    __doc__ = described(ZERO_PADDING, 1, pairs=_PAIRS[1], example='np.ones((1, 3, 2), "float32")', result="(1, 7, 2)")
    rank = 1


class ZeroPadding2D(ZeroPadding):
    __doc__ = described(ZERO_PADDING, 2, pairs=_PAIRS[2], example='np.ones((1, 3, 3, 2), "float32")', result="(1, 7, 7, 2)")
    rank = 2


class ZeroPadding3D(ZeroPadding):
    __doc__ = described(ZERO_PADDING, 3, pairs=_PAIRS[3], example='np.ones((1, 3, 3, 3, 2), "float32")', result="(1, 7, 7, 7, 2)")
    rank = 3

    def __init__(self, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(padding, data_format, **kwargs)


CROPPING = """The inputs without some places at the ends of the spatial axes.

    Arguments:
        cropping: {pairs}.{data_format}
    Raises: ValueError if nothing would be left.
    Example:
        >>> Cropping{rank}D(1)({example}).shape
        {result}
    Source: keras.layers.Cropping{rank}D of Keras 3.
    """


class Cropping(_Border):
    """Base of Cropping1D, 2D and 3D."""

    argument = "cropping"

    def call(self, inputs: Any) -> Any:
        """The cropped inputs."""
        x = inputs
        for axis, (low, high) in zip(spatial_axes(self.data_format, self.rank + 2), self._edges, strict=True):
            n = shape_of(x)[axis]
            if isinstance(n, int) and low + high >= n:
                raise ValueError(
                    f"{type(self).__name__} {self.name!r}: cropping {(low, high)} leaves nothing of axis {axis} "
                    f"of {D.display(shape_of(inputs))}. Write a smaller cropping."
                )
            if low or high:
                x = slice_along(x, axis, low, -high if high else None)
        return x


class Cropping1D(Cropping):
    __doc__ = described(CROPPING, 1, pairs=_PAIRS[1], data_format="", example='np.ones((1, 5, 2), "float32")', result="(1, 3, 2)")
    rank = 1

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._take(cropping, "channels_last")


class Cropping2D(Cropping):
    __doc__ = described(
        CROPPING, 2, pairs=_PAIRS[2], data_format=_LAYOUT, example='np.ones((1, 5, 5, 2), "float32")', result="(1, 3, 3, 2)"
    )
    rank = 2

    def __init__(self, cropping: Any = ((0, 0), (0, 0)), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._take(cropping, data_format)


class Cropping3D(Cropping):
    __doc__ = described(
        CROPPING, 3, pairs=_PAIRS[3], data_format=_LAYOUT, example='np.ones((1, 5, 5, 5, 2), "float32")', result="(1, 3, 3, 3, 2)"
    )
    rank = 3

    def __init__(self, cropping: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._take(cropping, data_format)


UP_SAMPLING = """Every place repeated `size` times along the spatial axes.

    Arguments:
        size: {sizes}, how often. Default 2.{more}
    Example:
        >>> UpSampling{rank}D(2)({example}).shape
        {result}
    Source: keras.layers.UpSampling{rank}D of Keras 3.
    """
_INTERPOLATION = (
    _LAYOUT + "\n        interpolation: 'nearest' (repeat), or 'bilinear', 'bicubic', 'lanczos3', 'lanczos5' between the places."
)


class UpSampling(Layer):
    """Base of UpSampling1D, 2D and 3D."""

    rank: int

    def _take(self, size: Any, data_format: str | None) -> None:
        self._sizes = sizes(self, "size", size, self.rank)
        self.size: Any = self._sizes if self.rank > 1 else self._sizes[0]
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Any) -> Any:
        """The repeated inputs."""
        x = inputs
        for axis, n in zip(spatial_axes(self.data_format, self.rank + 2), self._sizes, strict=True):
            x = repeat(x, n, axis=axis)
        return x


class UpSampling1D(UpSampling):
    __doc__ = described(UP_SAMPLING, 1, more="", example='np.ones((1, 3, 2), "float32")', result="(1, 6, 2)")
    rank = 1

    def __init__(self, size: Any = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._take(size, "channels_last")


class UpSampling2D(UpSampling):
    __doc__ = described(UP_SAMPLING, 2, more=_INTERPOLATION, example='np.ones((1, 3, 3, 2), "float32")', result="(1, 6, 6, 2)")
    rank = 2

    def __init__(self, size: Any = (2, 2), data_format: str | None = None, interpolation: str = "nearest", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._take(size, data_format)
        self.interpolation = choice(self, "interpolation", interpolation, ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"))

    def call(self, inputs: Any) -> Any:
        """The repeated or interpolated inputs."""
        if self.interpolation == "nearest":
            return super().call(inputs)
        x = inputs
        for axis, n in zip(spatial_axes(self.data_format, 4), self._sizes, strict=True):
            x = interpolated(x, axis, n, self.interpolation)
        return x


class UpSampling3D(UpSampling):
    __doc__ = described(UP_SAMPLING, 3, more=_LAYOUT, example='np.ones((1, 3, 3, 3, 2), "float32")', result="(1, 6, 6, 6, 2)")
    rank = 3

    def __init__(self, size: Any = (2, 2, 2), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._take(size, data_format)
