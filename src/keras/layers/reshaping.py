"""Layers that move elements: flattened, reshaped, permuted, repeated."""

from __future__ import annotations

from typing import Any

from keras.core import config
from keras.core import dims as D
from keras.layers.arguments import positive
from keras.layers.input_spec import InputSpec
from keras.layers.layer import Layer
from keras.ops.convolution import channels_last
from keras.ops.shaping import broadcast_to, expand_dims, reshape, shape_of, transpose


class Flatten(Layer):
    """Each sample as one row: (batch, ...) becomes (batch, product of the rest).

    Arguments:
        data_format: 'channels_last', 'channels_first' (the channels are moved to the end first) or None for the global setting.
    Example:
        >>> Flatten()(np.ones((2, 3, 4), "float32")).shape
        (2, 12)
    Source: keras.layers.Flatten of Keras 3.
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Any:
        """The inputs as rows."""
        x = channels_last(inputs, self.data_format) if len(shape_of(inputs)) > 2 else inputs
        sizes = shape_of(x)
        return reshape(x, (sizes[0], D.product(sizes[1:])))


class Reshape(Layer):
    """Each sample in another shape: (batch, ...) becomes (batch, *target_shape).

    Arguments:
        target_shape: tuple of int without the batch axis; one size may be -1.
    Raises: ValueError if the number of elements changes.
    Example:
        >>> Reshape((2, -1))(np.ones((5, 8), "float32")).shape
        (5, 2, 4)
    Source: keras.layers.Reshape of Keras 3.
    """

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target_shape = (target_shape,) if isinstance(target_shape, int) else tuple(target_shape)
        if sum(n == -1 or n is None for n in self.target_shape) > 1:
            raise ValueError(
                f"Reshape(target_shape): got {self.target_shape}. Accepted: sizes without the batch axis, at most one -1. "
                f"Write Reshape((-1, 8))."
            )

    def call(self, inputs: Any) -> Any:
        """The inputs in the new shape."""
        sizes = shape_of(inputs)
        known = D.product(n for n in self.target_shape if n not in (-1, None))
        total = D.product(sizes[1:])
        open_size = any(n in (-1, None) for n in self.target_shape)
        if isinstance(total, int) and (total % known if open_size and known else total != known):
            raise ValueError(
                f"Reshape {self.name!r}: a sample of shape {D.display(sizes[1:])} has {total} elements "
                f"and cannot become {self.target_shape}. "
                f"Write a target_shape with {total} elements; -1 stands for the size that follows from the others."
            )
        target = tuple(total // known if n in (-1, None) else n for n in self.target_shape)
        return reshape(inputs, (sizes[0], *target))


class Permute(Layer):
    """Each sample with its axes in another order.

    Arguments:
        dims: tuple of int: which axis (counted from 1, without the batch axis) comes at each place.
    Example:
        >>> Permute((2, 1))(np.ones((5, 10, 64), "float32")).shape
        (5, 64, 10)
    Source: keras.layers.Permute of Keras 3.
    """

    def __init__(self, dims: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"Permute(dims): got {dims!r}. Accepted: each axis from 1 to the number of axes once, without the batch axis. "
                f"Write Permute((2, 1))."
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: Any) -> Any:
        """The inputs with their axes permuted."""
        return transpose(inputs, (0, *self.dims))


class RepeatVector(Layer):
    """Each row repeated: (batch, features) becomes (batch, n, features).

    Arguments:
        n: int > 0, how often.
    Example:
        >>> RepeatVector(3)(np.ones((5, 2), "float32")).shape
        (5, 3, 2)
    Source: keras.layers.RepeatVector of Keras 3.
    """

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = positive(self, "n", n)
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: Any) -> Any:
        """The rows repeated."""
        batch, features = shape_of(inputs)
        return broadcast_to(expand_dims(inputs, 1), (batch, self.n, features))
