"""Normalization of each sample by itself: over features, groups of channels, or to unit length."""

from __future__ import annotations

from typing import Any

from keras._surface import attach
from keras.layers.arguments import keep, within
from keras.layers.layer import Layer
from keras.ops.activations import moments
from keras.ops.elementwise import add, cast, divide, dtype_of, maximum, multiply, rsqrt, sqrt, square, subtract
from keras.ops.normalization import normalize_last
from keras.ops.reduction import mean, sum
from keras.ops.shaping import reshape, shape_of


def _axes(axis: Any, rank: int) -> tuple[int, ...]:
    return tuple(sorted(a % rank for a in (axis if isinstance(axis, (list, tuple)) else (axis,))))


def _several(layer: Any, axis: Any) -> int | list[int]:
    """An axis, or several as a list."""
    axes = list(axis) if isinstance(axis, (list, tuple)) else [axis]
    if not axes or not all(isinstance(a, int) for a in axes):
        raise TypeError(
            f"{type(layer).__name__}(axis): got {axis!r}. Accepted: an integer or several. Write {type(layer).__name__}(axis=-1)."
        )
    return axes if isinstance(axis, (list, tuple)) else axes[0]


def _standardized(x: Any, axes: tuple[int, ...], epsilon: float) -> Any:
    """(x - mean) / sqrt(variance + epsilon) over the axes."""
    average, variance = moments(x, axes=axes, keepdims=True)
    return multiply(subtract(x, average), rsqrt(add(variance, epsilon)))


class _ScaledAndShifted(Layer):
    """What normalizations with a trained scale and shift share; they compute in float32 or wider."""

    supports_masking = True

    def _build_scale_and_shift(self, shape: tuple[int, ...]) -> None:
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = self.add_weight(
                shape=shape,
                name="gamma",
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                autocast=False,
            )
        if self.center and not getattr(self, "rms_scaling", False):
            self.beta = self.add_weight(
                shape=shape,
                name="beta",
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                autocast=False,
            )

    def _wide(self, inputs: Any) -> Any:
        return cast(inputs, "float32") if self.compute_dtype in ("float16", "bfloat16") else inputs

    def _scaled(self, x: Any, shape: tuple[int, ...]) -> Any:
        if self.gamma is not None:
            x = multiply(x, cast(reshape(self.gamma, shape), x.dtype))
        if self.beta is not None:
            x = add(x, cast(reshape(self.beta, shape), x.dtype))
        return cast(x, self.compute_dtype) if self.compute_dtype in ("float16", "bfloat16") else x


def _known(layer: Any, input_shape: Any, axes: tuple[int, ...]) -> tuple[int, ...]:
    sizes = tuple(input_shape[a] for a in axes)
    if None in sizes:
        raise ValueError(
            f"{type(layer).__name__} {layer.name!r}: axis {axes} of the input shape {tuple(input_shape)} must be known. "
            f"Write Input with numbers there."
        )
    return sizes


class LayerNormalization(_ScaledAndShifted):
    """Zero mean and unit variance of each sample over `axis`, then scale and shift.

    y = (x - mean) / sqrt(variance + epsilon) * gamma + beta      (biased variance)

    Arguments:
        axis: int or several, the axes that are normalized together. Default: the last.
        epsilon: float > 0, added inside the root. 1e-3 is Keras' value; PyTorch uses 1e-5.
        center, scale: whether `beta` is added and `gamma` multiplied.
        beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: name or object.
        rms_scaling: whether the mean stays: x / sqrt(variance + epsilon) * gamma, what Keras 3.0 to 3.8 offered before RMSNormalization.
    Example:
        >>> LayerNormalization()(np.array([[1.0, 3.0]], "float32")).round(2).tolist()
        [[-1.0, 1.0]]
    Source: Ba, Kiros, Hinton 2016; keras.layers.LayerNormalization of Keras 3.
    """

    def __init__(
        self, axis: Any = -1, epsilon: float = 0.001, center: bool = True, scale: bool = True, beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones", beta_regularizer: Any = None, gamma_regularizer: Any = None, beta_constraint: Any = None,
        gamma_constraint: Any = None, rms_scaling: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        keep(self, locals())
        self.axis = _several(self, axis)

    def build(self, input_shape: Any) -> None:
        """Make `gamma` and `beta`: the sizes of the normalized axes."""
        within(self, self.axis, input_shape)
        self.axis = self.axis if isinstance(self.axis, list) else [self.axis]
        self._build_scale_and_shift(_known(self, input_shape, _axes(self.axis, len(input_shape))))

    def call(self, inputs: Any) -> Any:
        """The normalized inputs."""
        x = self._wide(inputs)
        sizes = shape_of(x)
        axes = _axes(self.axis, len(sizes))
        if self.rms_scaling:
            variance = moments(x, axes=axes, keepdims=True)[1]
            normalized = multiply(x, rsqrt(add(variance, self.epsilon)))
        elif axes == (len(sizes) - 1,) and self.dtype == dtype_of(x):
            factors = [v.value for v in (self.gamma, self.beta) if v is not None]
            made = normalize_last([x, *factors], epsilon=self.epsilon, scaled=self.gamma is not None, centred=self.beta is not None)
            return cast(made, self.compute_dtype)
        else:
            normalized = _standardized(x, axes, self.epsilon)
        return self._scaled(normalized, tuple(n if i in axes else 1 for i, n in enumerate(sizes)))


class GroupNormalization(_ScaledAndShifted):
    """Zero mean and unit variance of each sample over groups of channels and all places, then scale and shift per channel.

    Arguments:
        groups: int, a divisor of the channels. Default 32; -1 for one channel per group (instance normalization), 1 for all together.
        axis: int, the channels' axis. Default: the last.
        epsilon, center, scale, beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint:
            as in LayerNormalization.
    Raises: ValueError if the groups do not divide the channels.
    Example:
        >>> GroupNormalization(groups=2)(np.ones((1, 5, 4), "float32")).shape
        (1, 5, 4)
    Source: Wu and He 2018; keras.layers.GroupNormalization of Keras 3.
    """

    def __init__(
        self, groups: int = 32, axis: int = -1, epsilon: float = 0.001, center: bool = True, scale: bool = True,
        beta_initializer: Any = "zeros", gamma_initializer: Any = "ones", beta_regularizer: Any = None, gamma_regularizer: Any = None,
        beta_constraint: Any = None, gamma_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        keep(self, locals())

    def build(self, input_shape: Any) -> None:
        """Make `gamma` and `beta`, each (channels,)."""
        within(self, self.axis, input_shape)
        axis = self.axis % len(input_shape)
        channels = _known(self, input_shape, (axis,))[0]
        if self.groups == -1:
            self.groups = channels
        if self.groups < 1 or channels % self.groups:
            raise ValueError(
                f"GroupNormalization {self.name!r}: groups={self.groups} do not divide the {channels} channels. "
                f"Write a divisor of {channels}, or -1."
            )
        self._build_scale_and_shift((channels,))

    def call(self, inputs: Any) -> Any:
        """The normalized inputs."""
        x = self._wide(inputs)
        sizes = shape_of(x)
        axis = self.axis % len(sizes)
        split = (*sizes[:axis], self.groups, sizes[axis] // self.groups, *sizes[axis + 1 :])
        axes = tuple(i for i in range(1, len(split)) if i != axis)
        normalized = reshape(_standardized(reshape(x, split), axes, self.epsilon), sizes)
        return self._scaled(normalized, tuple(n if i == axis else 1 for i, n in enumerate(sizes)))


class RMSNormalization(Layer):
    """Each sample divided by its root mean square over `axis`, then scaled.

    y = x / sqrt(mean(x^2) + epsilon) * scale

    Arguments:
        axis: int or several, the axes that are normalized together. Default: the last.
        epsilon: float > 0, added inside the root.
    Example:
        >>> RMSNormalization()(np.array([[3.0, 3.0]], "float32")).round(3).tolist()
        [[1.0, 1.0]]
    Source: Zhang and Sennrich 2019; keras.layers.RMSNormalization of Keras 3.
    """

    def __init__(self, axis: Any = -1, epsilon: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = _several(self, axis)
        self.epsilon = epsilon

    def build(self, input_shape: Any) -> None:
        """Make `scale`: the sizes of the normalized axes."""
        within(self, self.axis, input_shape)
        self.axis = self.axis if isinstance(self.axis, list) else [self.axis]
        self.scale = self.add_weight(
            shape=_known(self, input_shape, _axes(self.axis, len(input_shape))), name="scale", initializer="ones", autocast=False
        )

    def call(self, inputs: Any) -> Any:
        """The normalized inputs."""
        narrow = self.compute_dtype in ("float16", "bfloat16")
        x = cast(inputs, "float32") if narrow else inputs
        sizes = shape_of(x)
        axes = _axes(self.axis, len(sizes))
        normalized = multiply(x, rsqrt(add(mean(square(x), axis=axes, keepdims=True), self.epsilon)))
        outputs = multiply(normalized, cast(reshape(self.scale, tuple(n if i in axes else 1 for i, n in enumerate(sizes))), x.dtype))
        return cast(outputs, self.compute_dtype) if narrow else outputs


class UnitNormalization(Layer):
    """Each sample divided by its length over `axis`: sum(y^2) = 1.

    Arguments:
        axis: int or several. Default: the last.
    Example:
        >>> UnitNormalization()(np.array([[0.0, 4.0]], "float32")).tolist()
        [[0.0, 1.0]]
    Source: keras.layers.UnitNormalization of Keras 3.
    """

    supports_masking = True

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else axis

    def call(self, inputs: Any) -> Any:
        """The inputs with length 1."""
        axes = _axes(self.axis, len(shape_of(inputs)))
        length = sqrt(maximum(sum(square(inputs), axis=axes, keepdims=True), 1e-12))
        return divide(inputs, length)


__getattr__, __dir__, __all__ = attach(__name__)
