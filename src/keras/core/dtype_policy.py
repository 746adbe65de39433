"""Dtype policies: in which dtype a layer computes and in which it keeps its variables."""

from __future__ import annotations

from typing import Any

from keras.core import config, dtypes
from keras.core.configurable import Configurable

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
_global: DTypePolicy | None = None


class DTypePolicy(Configurable):
    """The dtypes of a layer.

    Arguments:
        name: a dtype name (compute and keep variables in it), or 'mixed_float16' / 'mixed_bfloat16' (compute narrow, keep float32).
    Example:
        >>> policy = DTypePolicy("mixed_bfloat16")
        >>> policy.compute_dtype, policy.variable_dtype
        ('bfloat16', 'float32')
    Source: keras.DTypePolicy of Keras 3.
    """

    def __init__(self, name: str | None = None, source_name: str | None = None) -> None:
        self.name = config.floatx() if name is None else name
        if not isinstance(self.name, str):
            raise TypeError(f"DTypePolicy(name): got {name!r}. Accepted: a text such as 'float32' or 'mixed_float16'.")
        self.compute_dtype: str = _MIXED.get(self.name) or dtypes.standardize(self.name)
        self.variable_dtype: str = "float32" if self.name in _MIXED else self.compute_dtype
        self.quantization_mode = None

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"name": self.name}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self.name}">'


def get(identifier: Any) -> DTypePolicy:
    """The policy for None (the global one), a name, a config or a policy."""
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return DTypePolicy(**identifier["config"])
    return DTypePolicy(identifier if identifier in _MIXED else dtypes.standardize(identifier))


def dtype_policy() -> DTypePolicy:
    """The policy of layers that name none."""
    return _global or DTypePolicy(config.floatx())


def set_dtype_policy(policy: Any) -> None:
    """Set the policy of layers that name none."""
    global _global
    _global = None if policy is None else get(policy)
