"""Batch normalization."""

from __future__ import annotations

from typing import Any

from keras.core import dims as D
from keras.core import hooks
from keras.layers.arguments import fraction, keep, within
from keras.layers.input_spec import InputSpec, check_mask
from keras.layers.layer import Layer
from keras.ops.activations import batch_normalization, moments, normalize_by_batch
from keras.ops.elementwise import add, cast, clip, divide, maximum, multiply, sqrt, square, stop_gradient, subtract
from keras.ops.reduction import sum
from keras.ops.shaping import expand_dims, ones_like, reshape, shape_of


class BatchNormalization(Layer):
    """Zero mean and unit variance for each channel over the batch, then scale and shift.

    y = (x - mean) / sqrt(variance + epsilon) * gamma + beta; while training with the batch's (biased) statistics, otherwise with
    moving averages of them: moving = moving * momentum + batch * (1 - momentum).

    Arguments:
        axis: int, the channels' axis. Default: the last; 1 for channels first.
        momentum: float from 0 to 1, how slowly the moving averages follow.
        epsilon: float > 0, added inside the root. 1e-3 is Keras' value; PyTorch uses 1e-5.
        center, scale: whether `beta` is added and `gamma` multiplied.
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: name or object.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: name or object. Default None.
        renorm, renorm_clipping, renorm_momentum: batch renormalization: training uses nearly the moving statistics; the limits are a
            dict with 'rmin', 'rmax', 'dmax'.
        synchronized: whether the devices of a replicated model share their statistics.
    Call: `training` chooses the statistics; `mask` (batch, ...) leaves positions out of them. With `trainable = False` the moving
        averages are used and kept.
    Example:
        >>> BatchNormalization()(np.array([[-1.0], [1.0]], "float32"), training=True).round(2).tolist()
        [[-1.0], [1.0]]
    Source: Ioffe and Szegedy 2015; renorm: Ioffe 2017; keras.layers.BatchNormalization of Keras 3.
    """

    supports_masking = True
    _sample_variance: str | None = None

    def __init__(
        self, axis: int = -1, momentum: float = 0.99, epsilon: float = 0.001, center: bool = True, scale: bool = True,
        beta_initializer: Any = "zeros", gamma_initializer: Any = "ones", moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones", beta_regularizer: Any = None, gamma_regularizer: Any = None,
        beta_constraint: Any = None, gamma_constraint: Any = None, renorm: bool = False, renorm_clipping: Any = None,
        renorm_momentum: float = 0.99, synchronized: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        keep(self, locals())
        self.renorm_clipping = (renorm_clipping or {}) if renorm else None
        fraction(self, "momentum", momentum)
        if isinstance(axis, (list, tuple)):  # Keras 2 wrote [3]
            self.axis = axis[0]

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The layer that `get_config` described; one of Keras 2 or tf.keras goes on with the moving variance that they had."""
        config = hooks.config_of_today(cls, config)
        layer = cls(**{name: value for name, value in config.items() if name != "sample_variance"})
        layer._sample_variance = config.get("sample_variance")
        return layer

    def build(self, input_shape: Any) -> None:
        """Make `gamma`, `beta`, `moving_mean` and `moving_variance`, each (channels,)."""
        within(self, self.axis, input_shape)
        channels = input_shape[self.axis]
        if channels is None:
            raise ValueError(f"BatchNormalization {self.name!r}: axis {self.axis} of the input shape {tuple(input_shape)} must be known.")
        shape = (channels,)
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = self.add_weight(
                shape=shape,
                name="gamma",
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
            )
        if self.center:
            self.beta = self.add_weight(
                shape=shape,
                name="beta",
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
            )
        self.moving_mean = self._statistic("moving_mean", shape, self.moving_mean_initializer)
        self.moving_variance = self._statistic("moving_variance", shape, self.moving_variance_initializer)
        if self.renorm:
            self.moving_stddev = self._statistic("moving_stddev", shape, "ones")
            self.renorm_mean = self._statistic("renorm_mean", shape, "zeros")
            self.renorm_stddev = self._statistic("renorm_stddev", shape, "ones")
        rank = len(input_shape)
        self.input_spec = InputSpec(ndim=rank, axes={self.axis % rank: channels})

    def _statistic(self, name: str, shape: Any, initializer: Any) -> Any:
        return self.add_weight(shape=shape, name=name, initializer=initializer, trainable=False, autocast=False)

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """The normalized inputs; while training the moving averages move."""
        check_mask(self, mask, inputs)
        narrow = self.compute_dtype in ("float16", "bfloat16")
        x = cast(inputs, "float32") if narrow else inputs
        if training and self.trainable:
            outputs = self._normalize_by_batch(x, mask)
        else:
            outputs = self._normalize(x, self.moving_mean.raw, self.moving_variance.raw, _raw(self.beta), _raw(self.gamma))
        return cast(outputs, self.compute_dtype) if narrow else outputs

    def _normalize(self, x: Any, mean: Any, variance: Any, offset: Any, scale: Any) -> Any:
        return batch_normalization(x, mean, variance, axis=self.axis, offset=offset, scale=scale, epsilon=self.epsilon)

    def _normalize_by_batch(self, x: Any, mask: Any) -> Any:
        offset, scale = _raw(self.beta), _raw(self.gamma)
        if mask is None and not self.renorm:
            factors = [f for f in (scale, offset) if f is not None]
            outputs, mean, variance = normalize_by_batch(
                [x, *factors], axis=self.axis % len(shape_of(x)), epsilon=self.epsilon, scaled=self.scale, centred=self.center
            )
        else:
            mean, variance = self._moments(x, mask)
            if self.renorm:
                offset, scale = self._renormalized(mean, variance, offset, scale)
            outputs = self._normalize(x, mean, variance, offset, scale)
        _follow(self.moving_mean, mean, self.momentum)
        if self.renorm:
            _follow(self.moving_stddev, sqrt(add(variance, self.epsilon)), self.momentum)
            self.moving_variance.assign(maximum(subtract(square(self.moving_stddev.raw), self.epsilon), 0.0))
        else:
            _follow(self.moving_variance, self._of_the_sample(variance, shape_of(x)), self.momentum)
        return outputs

    def _of_the_sample(self, variance: Any, sizes: Any) -> Any:
        """The variance that the moving one follows: the batch's, or as an estimate from a sample, larger by n / (n - 1)."""
        count = D.product(tuple(n for i, n in enumerate(sizes) if i != self.axis % len(sizes)))
        by_fused_kernel = self._sample_variance == "tf.keras" and len(sizes) == 4
        if not isinstance(count, int) or count < 2 or not (by_fused_kernel or self._sample_variance == "keras 2"):
            return variance
        return multiply(variance, count / (count - 1.0 - (0.0 if by_fused_kernel else self.epsilon)))

    def _moments(self, x: Any, mask: Any) -> tuple[Any, Any]:
        """Mean and variance per channel over the positions that the mask keeps."""
        rank = len(shape_of(x))
        axes = tuple(i for i in range(rank) if i != self.axis % rank)
        if mask is None:
            return moments(x, axes=axes)
        weight = cast(mask, x.dtype)
        weight = expand_dims(weight, tuple(range(len(shape_of(weight)), rank))) if len(shape_of(weight)) < rank else weight
        weight = multiply(weight, ones_like(x))
        count = add(sum(weight, axis=axes, keepdims=True), 1e-7)
        mean = divide(sum(multiply(weight, x), axis=axes, keepdims=True), count)
        variance = divide(sum(multiply(weight, square(subtract(x, mean))), axis=axes, keepdims=True), count)
        return reshape(mean, (-1,)), reshape(variance, (-1,))

    def _renormalized(self, mean: Any, variance: Any, offset: Any, scale: Any) -> tuple[Any, Any]:
        """Offset and scale that turn the batch's statistics into the moving ones, as far as the clipping lets them."""
        limits = self.renorm_clipping or {}
        stddev = sqrt(add(variance, self.epsilon))
        r = divide(stddev, self.renorm_stddev.raw)
        d = divide(subtract(mean, self.renorm_mean.raw), self.renorm_stddev.raw)
        if limits.get("rmin") is not None or limits.get("rmax") is not None:
            r = clip(r, limits.get("rmin", 0.0), limits.get("rmax", float("inf")))
        if limits.get("dmax") is not None:
            d = clip(d, -limits["dmax"], limits["dmax"])
        r, d = stop_gradient(r), stop_gradient(d)
        _follow(self.renorm_mean, mean, self.renorm_momentum)
        _follow(self.renorm_stddev, stddev, self.renorm_momentum)
        gamma = scale if scale is not None else 1.0
        shift = multiply(d, gamma)
        return (shift if offset is None else add(shift, offset)), multiply(r, gamma)


def _raw(variable: Any) -> Any:
    return None if variable is None else variable.raw


def _follow(average: Any, value: Any, momentum: float) -> None:
    """average = average * momentum + value * (1 - momentum), outside of the gradient."""
    average.assign(add(multiply(average.raw, momentum), multiply(cast(stop_gradient(value), average.dtype), 1.0 - momentum)))
