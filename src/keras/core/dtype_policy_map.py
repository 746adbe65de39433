"""`DTypePolicyMap`: a dtype policy for each layer of a model, by the layer's path."""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping
from typing import Any

from keras.core.configurable import Configurable, serialize
from keras.core.dtype_policy import DTypePolicy, get


class DTypePolicyMap(Configurable, MutableMapping[str, DTypePolicy]):
    """Dtype policies by path: pass one as `dtype` of several layers, and each takes the policy that its path has here.

    Arguments:
        default_policy: name or policy for paths that are not in the map; None means the global policy.
        policy_map: dict, path or regular expression that matches whole paths -> name or policy.
    Raises: TypeError if `policy_map` is no dict; ValueError if a key is set twice, or if two expressions match one path.
    Example:
        >>> policies = DTypePolicyMap("float32", {"encoder/.*": "mixed_bfloat16"})
        >>> policies["encoder/dense"], policies["head"]
        (<DTypePolicy "mixed_bfloat16">, <DTypePolicy "float32">)

    Source: keras.dtype_policies.DTypePolicyMap of Keras 3.
    """

    by_path = True

    def __init__(self, default_policy: Any = None, policy_map: dict[str, Any] | None = None) -> None:
        if policy_map is not None and not isinstance(policy_map, dict):
            raise TypeError(f"DTypePolicyMap(policy_map): got {policy_map!r}. Accepted: a dict from path to policy.")
        self._given_default = default_policy
        self.default_policy: DTypePolicy = get(default_policy)
        self._policies: dict[str, DTypePolicy] = {path: get(policy) for path, policy in (policy_map or {}).items()}

    @property
    def name(self) -> str:
        """`map_` and the default policy's name."""
        return f"map_{self.default_policy.name}"

    @property
    def compute_dtype(self) -> str:
        """The default policy's compute dtype."""
        return self.default_policy.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """The default policy's variable dtype."""
        return self.default_policy.variable_dtype

    @property
    def quantization_mode(self) -> str | None:
        """The default policy's quantization mode."""
        return self.default_policy.quantization_mode

    def __getitem__(self, key: str) -> DTypePolicy:
        if key in self._policies:
            return self._policies[key]
        matching = [path for path in self._policies if re.fullmatch(path, key)]
        if len(matching) > 1:
            raise ValueError(f"DTypePolicyMap: the path {key!r} matches {matching}. Let each path match one key at most.")
        return self._policies[matching[0]] if matching else self.default_policy

    def __setitem__(self, key: str, policy: Any) -> None:
        if key in self._policies:
            raise ValueError(f"DTypePolicyMap: {key!r} is there already, with {self._policies[key]!r}. Write del policies[{key!r}] first.")
        self._policies[key] = get(policy)

    def __delitem__(self, key: str) -> None:
        del self._policies[key]

    def __contains__(self, key: object) -> bool:
        return key in self._policies

    def __len__(self) -> int:
        return len(self._policies)

    def __iter__(self) -> Iterator[str]:
        return iter(self._policies)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        default = None if self._given_default is None else serialize(self.default_policy)
        return {"default_policy": default, "policy_map": {path: serialize(policy) for path, policy in self._policies.items()}}

    def __repr__(self) -> str:
        return f"<DTypePolicyMap default_policy={self.default_policy.name}, mapping={list(self._policies.items())}>"
