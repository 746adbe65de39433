"""A module of PyTorch as a layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras.core import tree
from keras.core.tensor import KerasTensor
from keras.layers.foreign import is_symbolic, need_engine, outputs_of
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
        self.__dict__["module"] = module
        self._output_shape = output_shape
        self._weights_of = {
            key: self._adopted(key, value, trainable)
            for pairs, trainable in ((module.named_parameters(), True), (module.named_buffers(), False))
            for key, value in pairs
        }

    def _adopted(self, key: str, value: Any, trainable: bool) -> Any:
        numbers: np.ndarray = value.detach().cpu().numpy()
        return self.add_weight(
            shape=numbers.shape, initializer=lambda shape, dtype=None: numbers, dtype=numbers.dtype.name,
            trainable=trainable and bool(getattr(value, "requires_grad", True)), name=key.replace(".", "_"),
        )  # fmt: skip

    def call(self, *args: Any, training: bool | None = None, **kwargs: Any) -> Any:
        """What the module gives for the layer's weights; new values of its buffers are kept."""
        if is_symbolic([list(args), kwargs]):
            return self._symbols(args, kwargs)
        if training is not None:
            self.module.train(training)
        values = {key: v.value if v.trainable else v.value.clone() for key, v in self._weights_of.items()}
        outputs = self._run_module(values, args, kwargs)
        for key, _ in self.module.named_buffers():
            self._weights_of[key].assign(values[key])
        return outputs

    def _run_module(self, values: dict[str, Any], args: Any, kwargs: Any) -> Any:
        import torch

        return torch.func.functional_call(self.module, values, tuple(args), kwargs)

    def _symbols(self, args: Any, kwargs: Any) -> Any:
        import torch

        first = next(x for x in tree.leaves([list(args), kwargs]) if hasattr(x, "dims"))
        if self._output_shape is not None:
            return KerasTensor(tuple(self._output_shape), first.dtype)

        def run(sized: Any) -> Any:
            zeros = tree.map_structure(lambda x: torch.zeros(x.shape, dtype=getattr(torch, x.dtype)), sized)
            values = {key: torch.as_tensor(v.numpy()).clone() for key, v in self._weights_of.items()}
            with torch.no_grad():
                return self._run_module(values, zeros[0], zeros[1])

        was_training = self.module.training
        self.module.eval()
        try:
            return outputs_of(run, [list(args), dict(kwargs)])
        except RuntimeError as error:
            raise ValueError(
                f"TorchModuleWrapper {self.name!r}: the module cannot be tried on small inputs ({error}). Write output_shape=(None, ...)."
            ) from error
        finally:
            self.module.train(was_training)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; the module as it is."""
        return {**self._base_config(), "module": self.module, "output_shape": self._output_shape}
