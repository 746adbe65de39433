"""Names in configs and files to objects, by an allow-list: what the program registered, and the tables of each kind; nothing is imported by name.

Every generation's spelling of a module leads to the same tables: `keras.layers`, `keras.src.layers.core.dense`, `keras.engine.training`,
`tensorflow.python.keras.optimizer_v2.adam`, `tf_keras.src...`.
"""

from __future__ import annotations

import re
from typing import Any

from keras import constraints, initializers, ops, regularizers
from keras._surface import PACKAGES
from keras.activations import registry as activations
from keras.core import dtype_policy, errors, tensor
from keras.core.custom_objects import registered
from keras.core.registry import Registry
from keras.layers.lookup import registry as layers
from keras.losses.lookup import registry as losses
from keras.metrics.lookup import registry as metrics
from keras.optimizers.registry import registry as optimizers
from keras.optimizers.schedules import registry as schedules

_RANDOM = Registry("random", {"SeedGenerator": "keras.ops.random:SeedGenerator"})
_KINDS: dict[str, tuple[Registry, ...]] = {
    "activations": (activations,),
    "constraints": (constraints.registry,),
    "dtype_policies": (dtype_policy.registry,),
    "initializers": (initializers.registry,),
    "layers": (layers,),
    "losses": (losses,),
    "metrics": (metrics,),
    "optimizers": (optimizers, schedules),
    "random": (_RANDOM,),
    "regularizers": (regularizers.registry,),
}
_FOLDERS = {
    "engine": "layers",
    "models": "layers",
    "legacy_tf_layers": "layers",
    "mixed_precision": "dtype_policies",
    "backend": "random",
    "optimizer_v1": "optimizers",
    "optimizer_v2": "optimizers",
}
"""Where older generations kept the classes of a kind."""

_PREFIX = re.compile(
    r"^(tensorflow(\.python|\._api\.v2)?\.(compat\.v[12]\.)?keras|tf_keras|keras)(\.src|\.api|\._v[12]|\._tf_keras|\.keras)*(\.|$)"
)
_FUNCTIONS = (activations, losses, metrics)


def module_of_kind(module: str) -> str | None:
    """`layers` for any generation's name of a module with layers; "" for the package itself; None for a foreign module."""
    match = _PREFIX.match(module)
    if match is None:
        return None
    folder = module[match.end() :].split(".")[0]
    return _FOLDERS.get(folder, folder)


def find_class(name: str, module: str | None, registered_name: str | None) -> type:
    """The class that a config names. Raises TypeError if it is none of ours and not registered."""
    found = registered(registered_name)
    found = registered(name) if found is None else found
    if found is not None:
        return found  # type: ignore[no-any-return]
    if module is None and registered_name and ">" in registered_name:
        raise TypeError(_unregistered("class", registered_name))
    kind = "" if module is None else module_of_kind(module)
    if kind is None or (kind and kind not in _KINDS):
        raise TypeError(_unregistered("class", name, module))
    tables = _KINDS[kind] if kind else tuple(table for tables in _KINDS.values() for table in tables)
    for table in tables:
        if name in table.table:
            found = table.find(name)
            if isinstance(found, type):
                return found
    if module is None:
        raise TypeError(_unregistered("class", name))
    raise TypeError(
        errors.unknown_name(f"the class of a config, in module {module!r}", name, [n for t in tables for n in t.table if n[:1].isupper()])
    )


def find_function(name: str, module: str | None = None) -> Any:
    """The function that a config names: a registered one, an activation, a loss, a metric, or an op. Raises TypeError for any other."""
    found = registered(name)
    if found is not None:
        return found
    if module is not None and module != "builtins" and module_of_kind(module) is None:
        raise TypeError(_unregistered("function", name, module))
    for table in _FUNCTIONS:
        if name in table.table:
            found = table.find(name)
            if not isinstance(found, type):
                return found
    if name in PACKAGES.get("keras.ops", {}) and hasattr(getattr(ops, name), "record"):
        return tensor.REGISTRY[name]
    raise TypeError(_unregistered("function", name, module))


def _unregistered(what: str, name: str, module: str | None = None) -> str:
    place = "" if module is None else f" of module {module!r}"
    return (
        f"the {what} {name!r}{place} is none of Keras' and the program has not registered it. Write @keras.saving.register_keras_serializable() "
        f"above its definition (and import it), or pass custom_objects={{{name.rsplit('>', 1)[-1]!r}: ...}}."
    )
