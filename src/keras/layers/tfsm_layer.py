"""A SavedModel of TensorFlow as a layer."""

from __future__ import annotations

from typing import Any

from keras.core import tree
from keras.layers.foreign import is_symbolic, need_engine, outputs_of
from keras.layers.layer import Layer


class TFSMLayer(Layer):
    """An endpoint of a TensorFlow SavedModel as a layer without weights: it computes and is not trained.

    Arguments:
        filepath: folder of the SavedModel.
        call_endpoint: name of the function or signature that computes. Default 'serve'.
        call_training_endpoint: the same while training. Default: `call_endpoint`.
        trainable: kept in the config. name: text. dtype: dtype name or policy.
    Raises: ValueError if the engine is not 'tensorflow' or the SavedModel has no such endpoint.
    Source: keras.layers.TFSMLayer of Keras 3.
    """

    def __init__(
        self, filepath: Any, call_endpoint: str = "serve", call_training_endpoint: str | None = None, trainable: bool = True,
        name: str | None = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        need_engine("TFSMLayer", "tensorflow")
        super().__init__(trainable=trainable, name=name, dtype=dtype)
        import tensorflow

        self.filepath = str(filepath)
        self.call_endpoint = call_endpoint
        self.call_training_endpoint = call_training_endpoint
        self.__dict__["_loaded"] = tensorflow.saved_model.load(self.filepath)
        self.__dict__["_endpoint"] = self._found("call_endpoint", call_endpoint)
        self.__dict__["_training_endpoint"] = self._found("call_training_endpoint", call_training_endpoint or call_endpoint)
        self.built = True

    def _found(self, argument: str, endpoint: str) -> Any:
        signatures = dict(self._loaded.signatures)
        if hasattr(self._loaded, endpoint) and callable(getattr(self._loaded, endpoint)):
            return getattr(self._loaded, endpoint)
        if endpoint not in signatures:
            raise ValueError(
                f"TFSMLayer({argument}): {self.filepath!r} has no endpoint {endpoint!r}. Accepted: {', '.join(signatures) or 'none'}."
            )
        return signatures[endpoint]

    def call(self, inputs: Any, training: bool = False, **kwargs: Any) -> Any:
        """What the endpoint gives."""
        endpoint = self._training_endpoint if training else self._endpoint
        if is_symbolic(inputs):
            import tensorflow

            return outputs_of(lambda sized: endpoint(tree.map_structure(lambda x: tensorflow.zeros(x.shape, x.dtype), sized)), inputs)
        return endpoint(inputs, **kwargs)
