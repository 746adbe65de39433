"""Layers that join several tensors into one, and their functional forms."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from keras.core import dims as D
from keras.layers.layer import Layer
from keras.ops import elementwise, shaping
from keras.ops.activations import to_float
from keras.ops.contraction import matmul
from keras.ops.elementwise import divide, logical_or, sqrt, square
from keras.ops.reduction import sum
from keras.ops.shaping import expand_dims, ones_like, reshape, shape_of, transpose

_COMMON = """
    Input: list of tensors with equal shapes, or shapes that broadcast; a tensor with fewer axes gets new ones after the batch axis.
    Returns: tensor of the common shape.
    Raises: ValueError if there are too few inputs or the shapes do not fit.
    Source: keras.layers.{name} of Keras 3.
    """


class MergeLayer(Layer):
    """Base of layers that take a list of tensors and combine them element by element."""

    supports_masking = True
    fewest = 1

    def call(self, inputs: Sequence[Any]) -> Any:
        """The tensors combined."""
        tensors = self._tensors(inputs)
        ranks = [len(shape_of(x)) for x in tensors]
        tensors = [_with_rank(x, max(ranks)) for x in tensors]
        if D.broadcast(*map(shape_of, tensors)) is None:
            self._refuse_shapes(inputs, tensors)
        return self.merged(tensors)

    def merged(self, tensors: list[Any]) -> Any:
        """The combination of tensors with equal ranks."""
        raise NotImplementedError(f"{type(self).__name__} does not define merged().")

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Where at least one input is valid; None if an input has no mask."""
        if previous_mask is None or any(m is None for m in previous_mask):
            return None
        return functools.reduce(logical_or, previous_mask)

    def _tensors(self, inputs: Any) -> list[Any]:
        name = type(self).__name__
        if not isinstance(inputs, (list, tuple)):
            raise ValueError(
                f"{name} {self.name!r}: got one tensor of shape {D.display(shape_of(inputs))}. Accepted: a list of tensors. "
                f"Write {name}()([a, b])."
            )
        if len(inputs) < self.fewest:
            raise ValueError(
                f"{name} {self.name!r}: got {len(inputs)} tensor(s). Accepted: at least {self.fewest}. Write {name}()([a, b])."
            )
        return list(inputs)

    def _refuse_shapes(self, inputs: Sequence[Any], tensors: Sequence[Any]) -> None:
        """Name the inputs' layers and the axis in which they differ."""
        shapes = [shape_of(x) for x in tensors]
        for axis in range(len(shapes[0])):
            if D.broadcast(*((s[axis],) for s in shapes)) is None:
                break
        described = ", ".join(f"{_origin(x)}{D.display(shape_of(x))}" for x in inputs)
        sizes = " and ".join(str(s[axis]) for s in shapes)
        raise ValueError(
            f"{type(self).__name__} {self.name!r}: the inputs {described} differ on axis {axis}: {sizes}. "
            f"Accepted: equal shapes. Make the layers before it give the same size there, or write Concatenate(axis={axis})."
        )


def _origin(x: Any) -> str:
    history = getattr(x, "_keras_history", None)
    return f"{history[0].name!r} " if history else ""


def _with_rank(x: Any, rank: int) -> Any:
    missing = rank - len(shape_of(x))
    return expand_dims(x, tuple(range(1, 1 + missing))) if missing else x


class Add(MergeLayer):
    __doc__ = """The sum of the inputs, element by element.

    Example:
        >>> Add()([np.ones((1, 2), "float32"), np.ones((1, 2), "float32")]).tolist()
        [[2.0, 2.0]]""" + _COMMON.format(name="Add")

    def merged(self, tensors: list[Any]) -> Any:
        """x1 + x2 + ..."""
        return functools.reduce(elementwise.add, tensors)


class Subtract(MergeLayer):
    __doc__ = """The difference of two inputs, element by element.

    Example:
        >>> Subtract()([np.ones((1, 2), "float32"), np.ones((1, 2), "float32")]).tolist()
        [[0.0, 0.0]]""" + _COMMON.format(name="Subtract")
    fewest = 2

    def merged(self, tensors: list[Any]) -> Any:
        """x1 - x2."""
        if len(tensors) != 2:
            raise ValueError(f"Subtract {self.name!r}: got {len(tensors)} tensors. Accepted: exactly 2. Write Subtract()([a, b]).")
        return elementwise.subtract(*tensors)


class Multiply(MergeLayer):
    __doc__ = """The product of the inputs, element by element.

    Example:
        >>> Multiply()([np.full((1, 2), 3.0, "float32"), np.full((1, 2), 2.0, "float32")]).tolist()
        [[6.0, 6.0]]""" + _COMMON.format(name="Multiply")

    def merged(self, tensors: list[Any]) -> Any:
        """x1 * x2 * ..."""
        return functools.reduce(elementwise.multiply, tensors)


class Average(MergeLayer):
    __doc__ = """The mean of the inputs, element by element.

    Example:
        >>> Average()([np.zeros((1, 2), "float32"), np.ones((1, 2), "float32")]).tolist()
        [[0.5, 0.5]]""" + _COMMON.format(name="Average")

    def merged(self, tensors: list[Any]) -> Any:
        """(x1 + x2 + ...) / n."""
        return divide(functools.reduce(elementwise.add, tensors), float(len(tensors)))


class Maximum(MergeLayer):
    __doc__ = """The largest of the inputs, element by element.

    Example:
        >>> Maximum()([np.zeros((1, 2), "float32"), np.ones((1, 2), "float32")]).tolist()
        [[1.0, 1.0]]""" + _COMMON.format(name="Maximum")

    def merged(self, tensors: list[Any]) -> Any:
        """max(x1, x2, ...)."""
        return functools.reduce(elementwise.maximum, tensors)


class Minimum(MergeLayer):
    __doc__ = """The smallest of the inputs, element by element.

    Example:
        >>> Minimum()([np.zeros((1, 2), "float32"), np.ones((1, 2), "float32")]).tolist()
        [[0.0, 0.0]]""" + _COMMON.format(name="Minimum")

    def merged(self, tensors: list[Any]) -> Any:
        """min(x1, x2, ...)."""
        return functools.reduce(elementwise.minimum, tensors)


class Concatenate(MergeLayer):
    """The inputs side by side along one axis.

    Arguments:
        axis: int, the axis that grows. Default: the last.
    Input: list of tensors that are equal in every other axis.
    Raises: ValueError if the shapes differ elsewhere.
    Example:
        >>> Concatenate()([np.ones((2, 3), "float32"), np.ones((2, 1), "float32")]).shape
        (2, 4)
    Source: keras.layers.Concatenate of Keras 3.
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Sequence[Any]) -> Any:
        """The tensors joined."""
        tensors = self._tensors(inputs)
        shapes = [shape_of(x) for x in tensors]
        rank = len(shapes[0])
        axis = self.axis % rank if -rank <= self.axis < rank else self.axis
        for i in range(rank):
            equal = all(len(s) == rank and D.unify(shapes[0][i], s[i]) is not None for s in shapes)
            if i != axis and not equal:
                described = ", ".join(f"{_origin(x)}{D.display(shape_of(x))}" for x in inputs)
                raise ValueError(
                    f"Concatenate {self.name!r}: the inputs {described} differ on axis {i}. "
                    f"Accepted: tensors that are equal in every axis but axis={self.axis}."
                )
        return shaping.concatenate(tensors, axis=axis)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The masks side by side if the masked axis grows, else where at least one input is valid; no mask means valid everywhere."""
        if previous_mask is None or all(m is None for m in previous_mask):
            return None
        filled = []
        for x, mask in zip(inputs, previous_mask, strict=True):
            rank = len(next(shape_of(m) for m in previous_mask if m is not None))
            filled.append(mask if mask is not None else ones_like(_first_features(x, rank), dtype="bool"))
        axis = self.axis % len(shape_of(inputs[0]))
        return shaping.concatenate(filled, axis=axis) if axis < len(shape_of(filled[0])) else functools.reduce(logical_or, filled)


def _first_features(x: Any, rank: int) -> Any:
    """The first element of every axis from `rank` on: a tensor of that rank."""
    for _ in range(len(shape_of(x)) - rank):
        x = shaping.squeeze(shaping.slice_along(x, len(shape_of(x)) - 1, 0, 1), axis=-1)
    return x


class Dot(MergeLayer):
    """The product of two tensors, summed over one axis of each.

    Arguments:
        axes: int, or 2 ints (one per input): the axes that are multiplied and summed, not the batch axis.
        normalize: whether each input is divided by its length first: the result is then the cosine of the angle.
    Returns: tensor, shape (batch, rest of the first, rest of the second); (batch, 1) where nothing is left.
    Raises: ValueError if the axes' sizes differ.
    Example:
        >>> Dot(axes=1)([np.ones((2, 3), "float32"), np.ones((2, 3), "float32")]).tolist()
        [[3.0], [3.0]]
    Source: keras.layers.Dot of Keras 3.
    """

    fewest = 2

    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axes = axes if isinstance(axes, int) else list(axes) if isinstance(axes, (list, tuple)) else None
        if self.axes is None or (isinstance(self.axes, list) and len(self.axes) != 2):
            raise ValueError(f"Dot(axes): got {axes!r}. Accepted: an integer or two integers. Write Dot(axes=1).")
        self.normalize = normalize

    def call(self, inputs: Sequence[Any]) -> Any:
        """The products summed."""
        tensors = self._tensors(inputs)
        if len(tensors) != 2:
            raise ValueError(f"Dot {self.name!r}: got {len(tensors)} tensors. Accepted: exactly 2. Write Dot(axes=1)([a, b]).")
        a, b = tensors
        i, j = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        i, j = i % len(shape_of(a)), j % len(shape_of(b))
        if 0 in (i, j) or D.unify(shape_of(a)[i], shape_of(b)[j]) is None:
            raise ValueError(
                f"Dot {self.name!r}: axes {self.axes} of shapes {D.display(shape_of(a))} and {D.display(shape_of(b))} "
                f"have sizes {shape_of(a)[i]} and {shape_of(b)[j]}. "
                f"Accepted: axes of equal size, not the batch axis."
            )
        if self.normalize:
            a, b = _unit_length(a, i), _unit_length(b, j)
        return _batch_dot(a, b, i, j)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """None: the masked axis may be gone."""
        return None


def _unit_length(x: Any, axis: int) -> Any:
    x = to_float(x)
    length = sqrt(elementwise.maximum(sum(square(x), axis=axis, keepdims=True), 1e-12))
    return divide(x, length)


def _batch_dot(a: Any, b: Any, i: int, j: int) -> Any:
    """sum over axis i of a and axis j of b, sample by sample, as one batched matrix product."""
    shape_a, shape_b = shape_of(a), shape_of(b)
    rest_a = [k for k in range(1, len(shape_a)) if k != i]
    rest_b = [k for k in range(1, len(shape_b)) if k != j]
    left = reshape(transpose(a, (0, *rest_a, i)), (shape_a[0], D.product(shape_a[k] for k in rest_a), shape_a[i]))
    right = reshape(transpose(b, (0, j, *rest_b)), (shape_b[0], shape_b[j], D.product(shape_b[k] for k in rest_b)))
    rest = [shape_a[k] for k in rest_a] + [shape_b[k] for k in rest_b]
    return reshape(matmul(left, right), (shape_a[0], *(rest or [1])))


def add(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """`Add(**kwargs)(inputs)`: the sum, element by element."""
    return Add(**kwargs)(inputs)


def subtract(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """`Subtract(**kwargs)(inputs)`: the difference of two tensors."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """`Multiply(**kwargs)(inputs)`: the product, element by element."""
    return Multiply(**kwargs)(inputs)


def average(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """`Average(**kwargs)(inputs)`: the mean, element by element."""
    return Average(**kwargs)(inputs)


def maximum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """`Maximum(**kwargs)(inputs)`: the largest, element by element."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """`Minimum(**kwargs)(inputs)`: the smallest, element by element."""
    return Minimum(**kwargs)(inputs)


def concatenate(inputs: Sequence[Any], axis: int = -1, **kwargs: Any) -> Any:
    """`Concatenate(axis, **kwargs)(inputs)`: the tensors side by side."""
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs: Sequence[Any], axes: Any = -1, **kwargs: Any) -> Any:
    """`Dot(axes, **kwargs)(inputs)`: the product summed over one axis of each."""
    return Dot(axes=axes, **kwargs)(inputs)
