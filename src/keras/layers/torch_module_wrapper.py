"""A module of PyTorch as a layer."""

from __future__ import annotations

from typing import Any

from keras.core import tree
from keras.core.tensor import KerasTensor
from keras.layers.foreign import need_engine
from keras.layers.layer import Layer


class TorchModuleWrapper(Layer):
    """A `torch.nn.Module` as a layer; its parameters and buffers are the layer's weights.

    Arguments:
        module: torch.nn.Module with all its parameters made.
        output_shape: shape of the output with the batch axis, for a module that cannot be tried on small inputs. Default None: tried.
        name: text.
    Raises: ValueError if the engine is not 'torch' or `module` is something else.
    Source: keras.layers.TorchModuleWrapper of Keras 3.
    """

    def __init__(self, module: Any, name: str | None = None, output_shape: Any = None, **kwargs: Any) -> None:
        need_engine("TorchModuleWrapper", "torch")
        super().__init__(name=name, **kwargs)
        import torch

        if not isinstance(module, torch.nn.Module):
            raise ValueError(f"TorchModuleWrapper(module): got {module!r}. Accepted: a torch.nn.Module. Write torch.nn.Linear(4, 2).")
        self.module = module  # its parameters and buffers are variables of this layer: engines/torch/modules.py
        self._output_shape = output_shape

    def call(self, *args: Any, training: bool | None = None, **kwargs: Any) -> Any:
        """What the module gives; it changes its buffers itself."""
        first = next((x for x in tree.leaves([list(args), kwargs]) if isinstance(x, KerasTensor)), None)
        if first is not None and self._output_shape is not None:
            return KerasTensor(tuple(self._output_shape), first.dtype)
        if training is not None:
            self.module.train(training)
        return self.module(*args, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; the module as it is."""
        return {**self._base_config(), "module": self.module, "output_shape": self._output_shape}
