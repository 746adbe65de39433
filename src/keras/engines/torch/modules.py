"""Layers as `torch.nn.Module`: a base class whose parameters, buffers and children are the layer's own, read when somebody asks.

`Layer` gets `LayerModule` among its bases when this engine is chosen. Nothing is stored twice: a layer's variables hold tensors that
require gradients, and torch's dictionaries of them are made anew at each look.
"""

from __future__ import annotations

import functools
import itertools
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

from keras.core import dtype_policy, dtypes
from keras.core.variable import Variable
from keras.engines.torch.dtypes import NAMES

Tensor = torch.Tensor


class _Own:
    """An attribute that `nn.Module.__init__` would have made, made for a layer when it is first read."""

    def __init__(self, name: str, make: Callable[[], Any]) -> None:
        self.name = name
        self.make = make

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else instance.__dict__.setdefault(self.name, self.make())


class LayerModule(nn.Module):
    """What a layer is to torch."""

    @property
    def _parameters(self) -> dict[str, Any]:  # type: ignore[override]
        return {name: v._value for name, v in self._named_variables() if v.kind == "weight" and v.made_trainable}

    @property
    def _buffers(self) -> dict[str, Any]:  # type: ignore[override]
        found = {
            name: v._value for name, v in self._named_variables() if v.kind == "statistic" or (v.kind == "weight" and not v.made_trainable)
        }
        return {**found, **self.__dict__.get("_given_buffers", {})}

    @property
    def _modules(self) -> dict[str, Any]:  # type: ignore[override]
        return dict(self._named_parts(lambda value: isinstance(value, nn.Module)))

    def _named_variables(self) -> Iterable[tuple[str, Variable]]:
        own: Iterable[tuple[str, Any]] = self._named_parts(lambda value: isinstance(value, Variable))
        given = self._named_parts(lambda value: isinstance(value, nn.Parameter) and not isinstance(value, Variable))
        return itertools.chain(own, ((name, variable_of(value, name)) for name, value in given))

    @property
    def training(self) -> bool:  # type: ignore[override]
        """What `train()` or `eval()` said last; before, layers train where `fit` or the caller says so."""
        return bool(self.__dict__.get("_training_mode"))

    @training.setter
    def training(self, mode: bool) -> None:
        self.__dict__["_training_mode"] = mode

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The layer's call."""
        return self(*args, **kwargs)

    def register_forward_pre_hook(self, *args: Any, **kwargs: Any) -> Any:
        """Call a function before each call of the layer."""
        self.__dict__["call"] = functools.partial(_call_with_hooks, self)
        return super().register_forward_pre_hook(*args, **kwargs)

    def register_forward_hook(self, *args: Any, **kwargs: Any) -> Any:
        """Call a function after each call of the layer."""
        self.__dict__["call"] = functools.partial(_call_with_hooks, self)
        return super().register_forward_hook(*args, **kwargs)

    def register_parameter(self, name: str, param: Any) -> None:
        """A parameter as an attribute."""
        setattr(self, name, param)

    def register_buffer(self, name: str, tensor: Any, persistent: bool = True) -> None:
        """A tensor as an attribute that travels with the layer."""
        setattr(self, name, tensor)
        self.__dict__.setdefault("_given_buffers", {})[name] = tensor
        if not persistent:
            self._non_persistent_buffers_set.add(name)

    def add_module(self, name: str, module: Any) -> None:
        """A module as an attribute."""
        setattr(self, name, module)

    register_module = add_module

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)

    def __dir__(self) -> Iterable[str]:
        return object.__dir__(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Any:
        """Move or cast every variable where it stands: `to`, `half`, `cuda` and the like come here."""
        for module in self.children() if recurse else ():
            module._apply(fn)
        for _, variable in self._named_variables():
            with torch.no_grad():
                new = fn(variable._value)
                if new is not variable._value:
                    variable._value.data = new
                    variable._dtype = NAMES[new.dtype]
        own = {v.dtype for _, v in self._named_variables() if dtypes.is_float(v.dtype)}
        if len(own) == 1 and self.dtype_policy.variable_dtype not in own:
            self.dtype_policy = dtype_policy.get(own.pop())
        return self

    _non_persistent_buffers_set = _Own("_non_persistent_buffers_set", set)


for _name in (
    "_backward_pre_hooks", "_backward_hooks", "_forward_hooks", "_forward_hooks_with_kwargs", "_forward_hooks_always_called", "_forward_pre_hooks",
    "_forward_pre_hooks_with_kwargs", "_state_dict_hooks", "_state_dict_pre_hooks", "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks",
):  # fmt: skip
    setattr(LayerModule, _name, _Own(_name, OrderedDict))
LayerModule._is_full_backward_hook = None  # type: ignore[assignment]


def _call_with_hooks(layer: Any, *args: Any, **kwargs: Any) -> Any:
    """The layer's `call` between its hooks; what they return takes the place of the arguments, and of the result."""
    for key, hook in layer._forward_pre_hooks.items():
        if key in layer._forward_pre_hooks_with_kwargs:
            args, kwargs = hook(layer, args, kwargs) or (args, kwargs)
        else:
            found = hook(layer, args)
            args = args if found is None else found if isinstance(found, tuple) else (found,)
    result = type(layer).call(layer, *args, **kwargs)
    for key, hook in layer._forward_hooks.items():
        found = hook(layer, args, kwargs, result) if key in layer._forward_hooks_with_kwargs else hook(layer, args, result)
        result = result if found is None else found
    return result


def parts_of(value: Any) -> Iterable[Any]:
    """What of a torch module or parameter in a layer's attribute belongs to the layer: variables, and layers inside."""
    if isinstance(value, nn.Parameter):
        return [variable_of(value, "parameter")]
    if not isinstance(value, nn.Module) or isinstance(value, LayerModule):
        return ()
    found: list[Any] = [variable_of(p, name) for name, p in value._parameters.items() if p is not None]
    found += [variable_of(b, name) for name, b in value._buffers.items() if b is not None]
    for child in value.children():
        found += [child] if isinstance(child, LayerModule) else parts_of(child)
    return found


def variable_of(tensor: Tensor, name: str) -> Variable:
    """The variable whose memory is a torch module's parameter or buffer."""
    known = getattr(tensor, "_keras_variable", None)
    if known is not None and known._value is tensor:
        return known
    is_parameter = isinstance(tensor, nn.Parameter)
    variable = Variable(
        tensor.detach(), trainable=is_parameter and tensor.requires_grad, autocast=False, name=name.replace(".", "_"),
        kind="weight" if is_parameter else "statistic",
    )  # fmt: skip
    variable._value = tensor
    tensor._keras_variable = variable  # type: ignore[attr-defined]
    return variable
