"""A layer's call whose inner values are computed again for the gradient, as the `RematScope` around its constructor said."""

from __future__ import annotations

from typing import Any

from keras.core import engine, tree
from keras.core.graph import dtype_name
from keras.core.remat import RematScope, remat, sizes_of
from keras.core.state import Outside
from keras.core.tensor import KerasTensor, Symbol


def rematerialized(layer: Any, scope: RematScope, layer_call: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`layer_call`, made to compute again if the scope covers the layer."""
    if scope.mode == "activations":
        return _with_activation_again(layer, layer_call)

    def sizes() -> list[int]:
        with Outside():  # in a trace, weights are symbols of another kind
            return sizes_of(layer.compute_output_spec(*_symbols_of(args), **_symbols_of(kwargs)))

    return remat(layer_call) if scope.covers(layer.name, sizes) else layer_call


def _symbols_of(nest: Any) -> Any:
    """The nest with a symbol in place of each tensor."""
    owns = engine.current().owns
    return tree.map_structure(lambda x: KerasTensor(x.shape, dtype_name(x)) if isinstance(x, Symbol) or owns(x) else x, nest)


def _with_activation_again(layer: Any, layer_call: Any) -> Any:
    """`layer_call` with the values inside the layer's activation computed again."""
    activation = layer.__dict__.get("activation")
    if not callable(activation):
        return layer_call

    def call(*args: Any, **kwargs: Any) -> Any:
        layer.__dict__["activation"] = remat(activation)
        try:
            return layer_call(*args, **kwargs)
        finally:
            layer.__dict__["activation"] = activation

    return call
