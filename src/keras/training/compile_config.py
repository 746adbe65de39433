"""The arguments of `compile` as a config and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keras import losses, metrics, optimizers
from keras.core.configurable import serialize


def compile_arguments(trainer: Any) -> dict[str, Any]:
    """What a trainer was compiled with, ready for JSON."""
    given = {name: serialize(value) for name, value in trainer.compile_config.items()}
    return {
        **given,
        "optimizer": optimizers.serialize(trainer.optimizer),
        "run_eagerly": trainer.run_eagerly,
        "steps_per_execution": trainer.steps_per_execution,
        "jit_compile": trainer.jit_compile,
    }


def restored_arguments(config: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `compile` that a config describes."""
    restored = dict(config)
    if config.get("optimizer") is not None:
        restored["optimizer"] = optimizers.deserialize(config["optimizer"])
    restored["loss"] = _each(losses.deserialize, config.get("loss"))
    for name in ("metrics", "weighted_metrics"):
        restored[name] = _each(metrics.deserialize, config.get(name))
    return restored


def _each(deserialize: Callable[[Any], Any], config: Any) -> Any:
    """`deserialize` applied to the configs in a nest; names stay names."""
    if isinstance(config, dict) and "class_name" in config:
        return deserialize(config)
    if isinstance(config, dict):
        return {k: _each(deserialize, v) for k, v in config.items()}
    return [_each(deserialize, v) for v in config] if isinstance(config, (list, tuple)) else config
