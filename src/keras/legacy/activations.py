"""Activation functions of Keras 1 and 2 that compute something else today."""

from __future__ import annotations

from typing import Any

from keras.ops.elementwise import add, clip, multiply


def hard_sigmoid(x: Any) -> Any:
    """clip(0.2 * x + 0.5, 0, 1); today's has the slope 1/6.

    Example:
        >>> hard_sigmoid(np.array([-3.0, 0.0, 1.0], "float32")).tolist()
        [0.0, 0.5, 0.699999988079071]
    Source: keras.activations.hard_sigmoid of Keras 1 and 2.
    """
    return clip(add(multiply(x, 0.2), 0.5), 0.0, 1.0)
