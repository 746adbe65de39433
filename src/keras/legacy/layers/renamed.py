"""Names of layers that were given up, with the order in which Keras 1 took their arguments: each makes today's layer."""

from __future__ import annotations

import inspect
from typing import Any

from keras.layers.convolution import Conv1D, Conv2D, Conv3D
from keras.layers.dense import Dense
from keras.layers.depthwise_convolution import SeparableConv2D
from keras.layers.transposed_convolution import Conv2DTranspose, Conv3DTranspose
from keras.legacy.spellings import note

_CONV_1D = ("filters", "kernel_size", "init", "activation", "weights", "border_mode", "subsample_length")
_CONV_2D = ("filters", "nb_row", "nb_col", "init", "activation", "weights", "border_mode", "subsample", "dim_ordering")
_CONV_3D = ("filters", "kernel_dim1", "kernel_dim2", "kernel_dim3", "init", "activation", "weights", "border_mode", "subsample")
_DECONV_2D = ("filters", "nb_row", "nb_col", "output_shape", "init", "activation", "weights", "border_mode", "subsample")
_DENSE = ("units", "init", "activation", "weights")


class Renamed(type):
    """Metaclass of a name that stands for another class: calling it makes an object of that class.

    A class made from it says with `today` what it stands for, and with `order` how Keras 1 ordered the arguments. That order is
    meant if the arguments after the first are of the kinds that Keras 1 took; a subclass of the user's is an ordinary layer.
    """

    today: type
    order: tuple[str, ...]

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> None:
        super().__init__(name, bases, namespace)
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]  # type: ignore[misc]
        cls.__signature__ = inspect.Signature(parameters)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """The layer of today."""
        if "today" not in cls.__dict__:
            return super().__call__(*args, **kwargs)
        note(cls.__name__, cls.today.__name__)
        if cls._is_old_order(args):
            return cls.today(**{**dict(zip(cls.order, args, strict=False)), **kwargs})
        return cls.today(*args, **kwargs)

    def _is_old_order(cls, args: tuple[Any, ...]) -> bool:
        """Whether each kernel size came as a number of its own, or an initializer came where strides are today."""
        sizes = sum(name.startswith(("nb_", "kernel_dim")) for name in cls.order)
        if len(args) > len(cls.order):
            return False
        if sizes:
            return len(args) > sizes and all(isinstance(n, int) for n in args[: sizes + 1])
        at = cls.order.index("init")
        return len(args) > at and not isinstance(args[at], (int, tuple, list)) and not callable(args[at])

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, cls.__dict__["today"]) if "today" in cls.__dict__ else super().__instancecheck__(instance)


class Convolution1D(Conv1D, metaclass=Renamed):
    """Conv1D, also as Convolution1D(nb_filter, filter_length, init, activation, weights, border_mode, subsample_length).

    Example:
        >>> Convolution1D(4, 3, "uniform", "relu", border_mode="same").padding
        'same'
    Source: keras.layers.Convolution1D of Keras 1.
    """

    today, order = Conv1D, _CONV_1D


class Convolution2D(Conv2D, metaclass=Renamed):
    """Conv2D, also as Convolution2D(nb_filter, nb_row, nb_col, ...): three numbers are the filters, rows and columns.

    Example:
        >>> Convolution2D(32, 3, 5, border_mode="same").kernel_size
        (3, 5)
    Source: keras.layers.Convolution2D of Keras 1.
    """

    today, order = Conv2D, _CONV_2D


class Convolution3D(Conv3D, metaclass=Renamed):
    """Conv3D, also as Convolution3D(nb_filter, kernel_dim1, kernel_dim2, kernel_dim3, ...).

    Example:
        >>> Convolution3D(8, 1, 2, 3).kernel_size
        (1, 2, 3)
    Source: keras.layers.Convolution3D of Keras 1.
    """

    today, order = Conv3D, _CONV_3D


class AtrousConvolution1D(Conv1D, metaclass=Renamed):
    """Conv1D; `atrous_rate` is `dilation_rate`.

    Example:
        >>> AtrousConvolution1D(4, 3, atrous_rate=2).dilation_rate
        (2,)
    Source: keras.layers.AtrousConvolution1D of Keras 1.
    """

    today, order = Conv1D, (*_CONV_1D, "atrous_rate")


class AtrousConvolution2D(Conv2D, metaclass=Renamed):
    """Conv2D; `atrous_rate` is `dilation_rate`.

    Example:
        >>> AtrousConvolution2D(4, 3, 3, atrous_rate=(2, 2)).dilation_rate
        (2, 2)
    Source: keras.layers.AtrousConvolution2D of Keras 1.
    """

    today, order = Conv2D, (*_CONV_2D[:-1], "atrous_rate", "dim_ordering")


class SeparableConvolution2D(SeparableConv2D, metaclass=Renamed):
    """SeparableConv2D, also as SeparableConvolution2D(nb_filter, nb_row, nb_col, ...).

    Example:
        >>> SeparableConvolution2D(4, 3, 3).kernel_size
        (3, 3)
    Source: keras.layers.SeparableConvolution2D of Keras 1.
    """

    today, order = SeparableConv2D, (*_CONV_2D[:-1], "depth_multiplier", "dim_ordering")


class Deconvolution2D(Conv2DTranspose, metaclass=Renamed):
    """Conv2DTranspose, also as Deconvolution2D(nb_filter, nb_row, nb_col, output_shape, ...); the output's shape follows from the rest.

    Example:
        >>> Deconvolution2D(3, 3, 3, output_shape=(None, 14, 14, 3), subsample=(2, 2)).strides
        (2, 2)
    Source: keras.layers.Deconvolution2D of Keras 1.
    """

    today, order = Conv2DTranspose, _DECONV_2D


class Deconvolution3D(Conv3DTranspose, metaclass=Renamed):
    """Conv3DTranspose.

    Source: keras.layers.Deconvolution3D of Keras 2.
    """

    today, order = Conv3DTranspose, ("filters", "kernel_dim1", "kernel_dim2", "kernel_dim3", "output_shape")


class TimeDistributedDense(Dense, metaclass=Renamed):
    """Dense, which takes every step of a sequence by itself.

    Example:
        >>> TimeDistributedDense(4)(np.ones((2, 5, 3), "float32")).shape
        (2, 5, 4)
    Source: keras.layers.TimeDistributedDense of Keras 1.
    """

    today, order = Dense, _DENSE
