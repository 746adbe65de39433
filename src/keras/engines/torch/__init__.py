"""The torch engine: eager with torch's own gradients; `compile` traces a step once and replays it as a list of torch calls."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Any

import numpy as np
import torch
import torch.utils.checkpoint

from keras.core import tree
from keras.core.dtypes import numpy_dtype
from keras.engines.base import Engine, default_dtype
from keras.engines.torch.autograd import custom_gradient, value_and_grad
from keras.engines.torch.dtypes import CARRIERS, NAMES, TORCH_DTYPES, UNSIGNED
from keras.engines.torch.eager import EAGER
from keras.engines.torch.kernels import KERNELS, by_int64
from keras.engines.torch.modules import LayerModule, parts_of
from keras.engines.torch.natives import NATIVES
from keras.engines.torch.shapes import concretely, eval_shape
from keras.engines.torch.step import CompiledFunction

Tensor = torch.Tensor
_device: ContextVar[torch.device | None] = ContextVar("device", default=None)


@contextlib.contextmanager
def _on(device: torch.device) -> Iterator[None]:
    token = _device.set(device)
    try:
        yield
    finally:
        _device.reset(token)


def _default_device() -> torch.device:
    chosen = torch.get_default_device()
    return torch.device("cuda") if chosen.type == "cpu" and torch.cuda.is_available() else chosen


class TorchEngine(Engine):
    """PyTorch as an engine."""

    name = "torch"
    tensor_type = Tensor
    kernels = KERNELS
    natives = NATIVES
    eager = EAGER
    recomputes = True
    gradients_of_natives = frozenset(NATIVES)
    errors = (*Engine.errors, RuntimeError)
    UNSUPPORTED = dict.fromkeys(
        ("scan_graph", "while_graph", "cond_graph"), "loops are Python loops here; write keras.ops.scan, while_loop or cond"
    )

    def __init__(self) -> None:
        super().__init__()
        self._default_device = _default_device()
        self._number = functools.lru_cache(maxsize=1024, typed=True)(self._make_number)

    def kernel(self, name: str, dtypes: Sequence[str]) -> Callable[..., Any]:
        """The kernel of a primitive for operands of these dtypes."""
        return KERNELS[name] if UNSIGNED.isdisjoint(dtypes) else by_int64(KERNELS[name])

    @property
    def device(self) -> torch.device:
        """Where new tensors are made."""
        return _device.get() or self._default_device

    layer_base = LayerModule
    parts_of = staticmethod(parts_of)

    def owns(self, x: Any) -> bool:
        """Whether `x` is a torch tensor."""
        return isinstance(x, Tensor)

    def dtype_of(self, x: Any) -> str:
        """The canonical dtype name of a tensor (or NumPy array)."""
        return NAMES.get(x.dtype) or super().dtype_of(x)

    def asarray(self, x: Any, dtype: str | None = None) -> Tensor:
        """`x` as a tensor on the engine's device, with memory of its own."""
        if isinstance(x, Tensor):
            return x if dtype is None else x.to(TORCH_DTYPES[dtype])
        if isinstance(x, (list, tuple)) and any(isinstance(leaf, Tensor) for leaf in tree.leaves(x)):
            stacked = torch.stack([self.asarray(item) for item in x])
            return stacked if dtype is None else stacked.to(TORCH_DTYPES[dtype])
        array = np.asarray(x)
        dtype = dtype or default_dtype(array, came_from_python=not hasattr(x, "dtype"))
        return self.moved(np.array(array if dtype is None else array.astype(numpy_dtype(dtype))))

    def moved(self, array: np.ndarray) -> Tensor:
        """A tensor of the same numbers, on the CPU the same memory."""
        name = array.dtype.name
        if not array.flags.writeable or any(s < 0 for s in array.strides):
            array = array.copy()
        if name in CARRIERS:
            return torch.from_numpy(array.view(CARRIERS[name])).view(TORCH_DTYPES[name]).to(self.device)
        return torch.from_numpy(array).to(self.device)

    def operand(self, x: Any, dtype: str) -> Tensor:
        """`x` as a kernel takes it; numbers are made once, as they come again at every step."""
        if isinstance(x, (int, float)) and x:
            return self._number(x, dtype, self.device)
        return self.asarray(x, dtype)

    def _make_number(self, x: Any, dtype: str, device: torch.device) -> Tensor:
        with concretely():
            return torch.tensor(x, dtype=TORCH_DTYPES[dtype], device=device)

    def to_numpy(self, x: Any) -> np.ndarray:
        """`x` as a NumPy array."""
        if not isinstance(x, Tensor):
            return np.asarray(x)
        x = x.detach().cpu().resolve_conj().resolve_neg()
        carrier = CARRIERS.get(NAMES[x.dtype])
        return x.numpy() if carrier is None else x.contiguous().view(TORCH_DTYPES[carrier]).numpy().view(numpy_dtype(NAMES[x.dtype]))

    def new_storage(self, value: Any, dtype: str | None) -> Tensor:
        """What a new variable holds: memory of its own, which stays where it is."""
        return self.asarray(value, dtype).detach().clone(memory_format=torch.contiguous_format)

    def mark_trainable(self, storage: Tensor, trainable: bool) -> None:
        """Weights that are trained require gradients, and are parameters to torch."""
        if storage.is_floating_point() or storage.is_complex():
            storage.requires_grad_(trainable)
            if trainable:
                storage._is_param = True  # type: ignore[attr-defined]

    def detached(self, value: Tensor) -> Tensor:
        """A copy: assignments write into a variable's memory."""
        return value.clone()

    def store(self, storage: Tensor, value: Tensor) -> Tensor:
        """What a variable holds after an assignment: the same tensor with new numbers."""
        with torch.no_grad():
            return storage.copy_(value)

    def compile(self, function: Callable[..., Any]) -> CompiledFunction:
        """`function` traced once and replayed, or run as it is where it cannot be traced."""
        return CompiledFunction(function, self.moved)

    def devices(self) -> list[str]:
        """The GPUs, and the CPU."""
        return [*(f"gpu:{number}" for number in range(torch.cuda.device_count())), "cpu:0"]

    def remat(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` whose inner values are computed again for the gradient."""
        return functools.partial(torch.utils.checkpoint.checkpoint, function, use_reentrant=False)

    def device_scope(self, name: str) -> AbstractContextManager[None]:
        """Context in which new tensors are made on a device: "cpu", "gpu:0" (or "cuda:0"), or "meta" for tensors without numbers."""
        kind, _, number = name.lower().partition(":")
        if kind not in ("cpu", "meta") and f"gpu:{number or 0}" not in self.devices():
            raise ValueError(self.no_device(name))
        return _on(torch.device(kind if kind in ("cpu", "meta") else f"cuda:{number or 0}"))

    eval_shape = staticmethod(eval_shape)
    concretely = staticmethod(concretely)
    value_and_grad = staticmethod(value_and_grad)
    custom_gradient = staticmethod(custom_gradient)


engine = TorchEngine()
