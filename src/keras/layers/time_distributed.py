"""A layer applied to every step of a sequence."""

from __future__ import annotations

from typing import Any

from keras.core import tree
from keras.layers.input_spec import InputSpec, check_mask
from keras.layers.nested import build_inside
from keras.layers.wrapper import Wrapper
from keras.ops.shaping import reshape, shape_of, slice_along, squeeze, stack


class TimeDistributed(Wrapper):
    """A layer applied to each step of a sequence, with the same weights.

    The steps of all samples go through the layer as one batch; one by one if the layer learns statistics or carries a state.

    Arguments:
        layer: the layer for one step.
    Input: tensor, shape (batch, time, ...).
    Call: a `mask` (batch, time) is given to the layer, step by step, if it takes one.
    Example:
        >>> from keras.layers.dense import Dense
        >>> TimeDistributed(Dense(4))(np.ones((2, 5, 3), "float32")).shape
        (2, 5, 4)
    Source: keras.layers.TimeDistributed of Keras 3.
    """

    supports_masking = True

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.input_spec = InputSpec(min_ndim=3)

    def build(self, input_shape: Any) -> None:
        """Build the layer for one step."""
        build_inside(self.layer, (input_shape[0], *input_shape[2:]))

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """The layer's outputs for each step."""
        check_mask(self, mask, inputs)
        sizes = shape_of(inputs)
        if isinstance(sizes[1], int) and self._steps_differ(training):
            return self._step_by_step(inputs, sizes[1], training, mask)
        merged = reshape(inputs, (sizes[0] * sizes[1], *sizes[2:]))
        options: dict[str, Any] = {"training": training}
        if mask is not None and "mask" in self.layer._call_signature.names:
            options["mask"] = reshape(mask, (sizes[0] * sizes[1],))
        outputs = self.layer(merged, **options)
        return tree.map_structure(lambda y: reshape(y, (sizes[0], sizes[1], *shape_of(y)[1:])), outputs)

    def _steps_differ(self, training: bool | None) -> bool:
        """Whether it matters which samples are computed together: statistics of a batch, or a state carried on."""
        layers = list(self.layer._flatten_layers())
        learns = bool(training) and any(v.kind == "statistic" for v in self.layer.weights)
        return learns or any(getattr(layer, "stateful", False) for layer in layers)

    def _step_by_step(self, inputs: Any, count: int, training: bool | None, mask: Any) -> Any:
        """The layer called once for each step."""
        takes_mask = mask is not None and "mask" in self.layer._call_signature.names

        def step(x: Any, t: int) -> Any:
            return squeeze(slice_along(x, 1, t, t + 1), axis=1)

        made = [self.layer(step(inputs, t), training=training, **({"mask": step(mask, t)} if takes_mask else {})) for t in range(count)]
        return tree.map_structure(lambda *ys: stack(ys, axis=1), *made)
