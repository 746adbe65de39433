"""Layers and optimizers as what TensorFlow saves: `tf.train.Checkpoint` and `tf.saved_model.save` find their variables, layers and signature."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from tensorflow.python.trackable.base import Trackable

from keras.core import tree


class _Tracked(Trackable):
    """Children are looked up when TensorFlow asks; by number, as automatic names differ between two equal models."""

    def _children(self) -> dict[str, Any]:
        return {}

    def _trackable_children(self, save_type: str = "checkpoint", **kwargs: Any) -> dict[str, Any]:
        return self._children()

    def _lookup_dependency(self, name: str, cached_dependencies: Any = None) -> Any:
        return self._children().get(name)


class TrackedLayer(_Tracked):
    """What a layer is to TensorFlow."""

    @property
    def distribute_strategy(self) -> Any:
        """TensorFlow's strategy here, which packages around Keras ask a model for."""
        return tf.distribute.get_strategy()

    def _children(self) -> dict[str, Any]:
        below = list(self._flatten_layers(include_self=False, recursive=False))
        inner = {id(v) for layer in below for v in layer.weights}
        own = [v for v in self.weights if id(v) not in inner]
        return {**{f"layer_{i}": layer for i, layer in enumerate(below)}, **{f"variable_{i}": v._value for i, v in enumerate(own)}}

    def _trackable_children(self, save_type: str = "checkpoint", **kwargs: Any) -> dict[str, Any]:
        children = self._children()
        if save_type == "savedmodel" and self.built and getattr(self, "inputs", None):
            cache = kwargs.get("cache")
            functions = {} if cache is None else cache
            if self not in functions:
                functions[self] = self._serving_function()
            children["serve"] = functions[self]
        return children

    def _serving_function(self) -> Any:
        """The outputs for any number of rows, by name: what a saved model answers."""
        specs = [tf.TensorSpec(x.shape, x.dtype, name=x.name) for x in tree.leaves(self.input)]

        def serve(*inputs: Any) -> dict[str, Any]:
            outputs = self(tree.pack_as(self.input, list(inputs)), training=False)
            return {f"output_{i}": x for i, x in enumerate(tree.leaves(outputs))}

        return tf.function(serve, input_signature=specs, autograph=False)


class TrackedOptimizer(_Tracked):
    """What an optimizer is to TensorFlow."""

    def _children(self) -> dict[str, Any]:
        return {f"variable_{i}": v._value for i, v in enumerate(self.variables)}
