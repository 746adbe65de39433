"""A recurrent layer that reads a sequence in both directions."""

from __future__ import annotations

from typing import Any

from keras.core import tree
from keras.layers.arguments import choice
from keras.layers.layer import Layer
from keras.layers.nested import as_layer, build_inside
from keras.layers.wrapper import Wrapper
from keras.ops.elementwise import add, divide, multiply
from keras.ops.shaping import concatenate, reverse, shape_of

_MODES = ("concat", "sum", "mul", "ave")


class Bidirectional(Wrapper):
    """A recurrent layer forwards and a copy of it backwards over the same sequence, the outputs joined step by step.

    Arguments:
        layer: recurrent layer.
        merge_mode: 'concat' (side by side), 'sum', 'mul', 'ave', or None: a list of both.
        backward_layer: recurrent layer with go_backwards=True for the other direction. Default: a copy of `layer`.
    Call: as the layer's; `initial_state` holds the states of both, forwards first.
    Returns: the joined outputs; with the layer's `return_state`, a list of these and all states, forwards first.
    Example:
        >>> from keras.layers.recurrent_layers import LSTM
        >>> Bidirectional(LSTM(4, return_sequences=True))(np.ones((2, 5, 3), "float32")).shape
        (2, 5, 8)
    Source: Schuster and Paliwal 1997; keras.layers.Bidirectional of Keras 3.
    """

    supports_masking = True

    def __init__(
        self, layer: Any, merge_mode: str | None = "concat", weights: Any = None, backward_layer: Any = None, **kwargs: Any
    ) -> None:
        layer = as_layer(self, "layer", layer)
        super().__init__(layer, weights=weights, **kwargs)
        self.merge_mode = None if merge_mode is None else choice(self, "merge_mode", merge_mode, _MODES)
        for needed in ("go_backwards", "return_sequences", "return_state"):
            if not hasattr(layer, needed):
                raise ValueError(
                    f"Bidirectional(layer): {type(layer).__name__} has no `{needed}`. Accepted: a recurrent layer. "
                    f"Write Bidirectional(keras.layers.LSTM(8))."
                )
        self.forward_layer = _copy(layer, "forward_", layer.go_backwards)
        if backward_layer is None:
            self.backward_layer = _copy(layer, "backward_", not layer.go_backwards)
        else:
            self.backward_layer = as_layer(self, "backward_layer", backward_layer)
            self._check_pair()
        for inner in (self.forward_layer, self.backward_layer):
            if layer.return_sequences and hasattr(inner, "zero_output_for_mask"):
                inner.zero_output_for_mask = True  # a repeated output would come from the other side of the gap in each direction
        self.layer = self.forward_layer
        self.input_spec = layer.input_spec
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state
        self.stateful = layer.stateful

    def _check_pair(self) -> None:
        forward: Any = self.forward_layer
        backward: Any = self.backward_layer
        if forward.go_backwards == backward.go_backwards:
            raise ValueError(
                f"Bidirectional(backward_layer): both layers have go_backwards={forward.go_backwards}. "
                f"Write backward_layer=LSTM(8, go_backwards=True)."
            )
        for name in ("stateful", "return_sequences", "return_state"):
            if getattr(forward, name) != getattr(backward, name):
                raise ValueError(
                    f"Bidirectional(backward_layer): `{name}` is {getattr(forward, name)} forwards "
                    f"and {getattr(backward, name)} backwards. Write equal values."
                )

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Build both directions."""
        build_inside(self.forward_layer, sequences_shape)
        build_inside(self.backward_layer, sequences_shape)

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool | None = None) -> Any:
        """Both directions' outputs, joined."""
        states: tuple[Any, Any] = (None, None)
        if initial_state is not None:
            half = len(initial_state) // 2
            states = (list(initial_state[:half]), list(initial_state[half:]))
        results = [
            layer(sequences, initial_state=state, mask=mask, training=training)
            for layer, state in zip((self.forward_layer, self.backward_layer), states, strict=True)
        ]
        forward, backward = (r[0] if self.return_state else r for r in results)
        if self.return_sequences:
            backward = reverse(backward, axis=1)
        outputs = self._merged(forward, backward)
        if not self.return_state:
            return outputs
        carried = [*results[0][1:], *results[1][1:]]
        return [*outputs, *carried] if self.merge_mode is None else [outputs, *carried]

    def _merged(self, forward: Any, backward: Any) -> Any:
        if self.merge_mode == "concat":
            return concatenate([forward, backward], axis=len(shape_of(forward)) - 1)
        if self.merge_mode == "sum":
            return add(forward, backward)
        if self.merge_mode == "ave":
            return divide(add(forward, backward), 2.0)
        return multiply(forward, backward) if self.merge_mode == "mul" else [forward, backward]

    def compute_mask(self, sequences: Any, mask: Any = None, **kwargs: Any) -> Any:
        """The input's mask if all steps come back; the last states have none."""
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        if not self.return_sequences:
            return None
        found = [mask] if self.merge_mode is not None else [mask, mask]
        if self.return_state:
            found += [None] * (2 * len(tree.flatten(self.forward_layer.state_size)))
        return found if len(found) > 1 else mask

    def reset_state(self) -> None:
        """Start the next batch from zeros again."""
        for layer in (self.forward_layer, self.backward_layer):
            layer.reset_state()  # type: ignore[attr-defined]

    reset_states = reset_state

    @property
    def states(self) -> Any:
        """The carried states of both directions, forwards first; None if there are none."""
        forward: Any = self.forward_layer
        backward: Any = self.backward_layer
        return None if forward.states is None else [*forward.states, *backward.states]


def _copy(layer: Layer, prefix: str, go_backwards: bool) -> Any:
    config = layer.get_config()
    config["name"] = prefix + layer.name.removeprefix(prefix).removeprefix("forward_")
    config["go_backwards"] = go_backwards
    return type(layer).from_config(config)
