"""Configs of layers as Keras 2 and tf.keras wrote them, where a word means something else today."""

from __future__ import annotations

from typing import Any

from keras.legacy.activations import hard_sigmoid

_ACTIVATIONS = ("activation", "recurrent_activation")


def translate(cls: type, config: dict[str, Any]) -> dict[str, Any]:
    """The config with Keras 2's hard sigmoid, the GRU of before `reset_after`, and its variance of a sample."""
    config = {name: hard_sigmoid if name in _ACTIVATIONS and value == "hard_sigmoid" else value for name, value in config.items()}
    if cls.__name__ in ("GRU", "GRUCell"):
        config.setdefault("reset_after", False)
    if cls.__name__ == "BatchNormalization":
        config["sample_variance"] = "tf.keras" if isinstance(config.get("axis"), (list, tuple)) else "keras 2"
    return config
