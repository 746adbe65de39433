"""Dtype policies: in which dtype a layer computes and in which it keeps its variables."""

from __future__ import annotations

from typing import Any

from keras.core import config, dtypes
from keras.core.configurable import Configurable, serialize
from keras.core.custom_objects import scoped
from keras.core.registry import Registry
from keras.core.tensor import REGISTRY

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
_global: DTypePolicy | None = None

_MODULES = {
    "keras.core.dtype_policy": ("DTypePolicy", "FloatDTypePolicy"),
    "keras.core.dtype_policy_map": ("DTypePolicyMap",),
    "keras.core.quantized_policies": (
        "AWQDTypePolicy", "GPTQDTypePolicy", "Int4DTypePolicy", "QuantizedDTypePolicy", "QuantizedFloat8DTypePolicy",
    ),
}  # fmt: skip
_OLD = dict.fromkeys(("Policy", "PolicyV1"), "keras.core.dtype_policy:DTypePolicy")
registry = Registry("dtype_policies", {name: f"{module}:{name}" for module, names in _MODULES.items() for name in names} | _OLD)
"""The classes of policies by name, Keras 2's too; those that most programs never use are loaded when a config or a name asks for them."""


class DTypePolicy(Configurable):
    """The dtypes of a layer.

    Arguments:
        name: a dtype name (compute and keep variables in it), or 'mixed_float16' / 'mixed_bfloat16' (compute narrow, keep float32).
            None means the default float.
    Attributes: name, compute_dtype, variable_dtype (texts), quantization_mode (None).
    Raises: TypeError if `name` is no text; ValueError if it is no dtype.
    Example:
        >>> policy = DTypePolicy("mixed_bfloat16")
        >>> policy.compute_dtype, policy.variable_dtype
        ('bfloat16', 'float32')

    Source: keras.DTypePolicy of Keras 3.
    """

    quantization_mode: str | None = None
    by_path = False
    """Whether layers look their policy up by their path (a `DTypePolicyMap`)."""

    def __init__(self, name: str | None = None) -> None:
        if name is not None and not isinstance(name, str):
            raise TypeError(f"DTypePolicy(name): got {name!r}. Accepted: a text such as 'float32' or 'mixed_float16'.")
        self.name = config.floatx() if name is None else name
        self.compute_dtype, self.variable_dtype = dtypes_of(self.name)

    def convert_input(self, x: Any, autocast: bool, dtype: Any) -> Any:
        """`x` as a layer takes it: a tensor, in `dtype` if it is a float tensor and `autocast` is on; other objects as they are.

        Example:
            >>> import numpy as np
            >>> DTypePolicy("mixed_float16").convert_input(np.ones(2, "float32"), True, "float16").dtype
            dtype('float16')
        """
        wanted = dtypes.standardize(dtype)
        if not hasattr(x, "dtype") or not hasattr(x, "shape"):
            return REGISTRY["convert_to_tensor"](x, dtype=wanted if autocast else None) if isinstance(x, (bool, int, float)) else x
        narrow = autocast and dtypes.is_float(wanted) and dtypes.is_float(dtypes.standardize(x.dtype))
        return REGISTRY["cast"](x, wanted) if narrow else REGISTRY["convert_to_tensor"](x)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"name": self.name}

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.get_config() == self.get_config()  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f'<{type(self).__name__} "{self.name}">'


class FloatDTypePolicy(DTypePolicy):
    """A `DTypePolicy`, under its name in Keras 3.0 to 3.3.

    Example:
        >>> FloatDTypePolicy("float16").compute_dtype
        'float16'

    Source: keras.FloatDTypePolicy of Keras 3.
    """


def dtypes_of(name: str) -> tuple[str, str]:
    """The compute and the variable dtype of a policy's name."""
    if name in _MIXED:
        return _MIXED[name], "float32"
    try:
        dtype = dtypes.standardize(name)
    except ValueError:
        accepted = ", ".join(map(repr, [*_MIXED, *sorted(dtypes.ALL)]))
        raise ValueError(f"DTypePolicy(name): got {name!r}. Accepted: {accepted}. Write DTypePolicy('mixed_bfloat16').") from None
    return dtype, dtype


def get(identifier: Any) -> Any:
    """The policy for None (the global one), a name, a config or a policy.

    Example:
        >>> get("mixed_float16")
        <DTypePolicy "mixed_float16">
        >>> get("int8_from_float32").quantization_mode
        'int8'

    Source: keras.dtype_policies.get of Keras 3.
    """
    if identifier is None:
        return dtype_policy()
    if hasattr(identifier, "by_path"):
        return identifier
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if not isinstance(identifier, str):
        return DTypePolicy(dtypes.standardize(identifier))
    if "_from_" in identifier:
        return registry.find("QuantizedDTypePolicy").named(identifier)
    return DTypePolicy(identifier if identifier in _MIXED else dtypes.standardize(identifier))


def serialize_policy(dtype_policy: Any) -> dict[str, Any]:
    """The config of a policy.

    Example:
        >>> serialize_policy(DTypePolicy("float16"))["config"]
        {'name': 'float16'}

    Source: keras.dtype_policies.serialize of Keras 3.
    """
    return serialize(dtype_policy)  # type: ignore[no-any-return]


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The policy of a config; `custom_objects` adds names for this one.

    Raises: ValueError if the config names no policy.
    Example:
        >>> deserialize({"class_name": "DTypePolicy", "config": {"name": "float16"}})
        <DTypePolicy "float16">

    Source: keras.dtype_policies.deserialize of Keras 3.
    """
    if not isinstance(config, dict) or "class_name" not in config:
        return get(config)
    with scoped(custom_objects):
        return registry.deserialize(config)


def dtype_policy() -> Any:
    """The policy of layers that name none.

    Source: keras.config.dtype_policy of Keras 3.
    """
    return _global or DTypePolicy(config.floatx())


def set_dtype_policy(policy: Any) -> None:
    """Set the policy of layers that name none; None sets the default float.

    Example:
        >>> set_dtype_policy("mixed_bfloat16")
        >>> dtype_policy()
        <DTypePolicy "mixed_bfloat16">
        >>> set_dtype_policy(None)

    Source: keras.config.set_dtype_policy of Keras 3.
    """
    global _global
    _global = None if policy is None else get(policy)
