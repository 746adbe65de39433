"""Random numbers from a key of two words, by TensorFlow's stateless generators."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from keras.engines.tensorflow.places import numbers

Tensor = Any


def _seed(key: Tensor) -> Tensor:
    return tf.bitcast(tf.cast(key, tf.uint32), tf.int32)


def _wide(dtype: str) -> str:
    return dtype if dtype in ("float32", "float64") else "float32"


def uniform(key: Tensor, shape: Any, dtype: str) -> Tensor:
    """Numbers in [0, 1)."""
    return tf.cast(tf.random.stateless_uniform(numbers(shape), _seed(key), dtype=_wide(dtype)), dtype)


def normal(key: Tensor, shape: Any, dtype: str) -> Tensor:
    """Numbers of the standard normal distribution."""
    return tf.cast(tf.random.stateless_normal(numbers(shape), _seed(key), dtype=_wide(dtype)), dtype)


def truncated_normal(key: Tensor, shape: Any, dtype: str) -> Tensor:
    """Numbers of the standard normal distribution between -2 and 2."""
    return tf.cast(tf.random.stateless_truncated_normal(numbers(shape), _seed(key), dtype=_wide(dtype)), dtype)


def mask(key: Tensor, shape: Any, rate: float, dtype: str) -> Tensor:
    """0 with probability `rate`, else 1 / (1 - rate)."""
    kept = tf.random.stateless_uniform(numbers(shape), _seed(key)) >= rate
    return tf.cast(kept, dtype) * tf.cast(0.0 if rate >= 1 else 1.0 / (1.0 - rate), dtype)


def integers(key: Tensor, shape: Any, low: int, high: int, dtype: str) -> Tensor:
    """Integers from `low` to `high` - 1."""
    if high <= low:
        raise ValueError(f"keras.random.randint(minval, maxval): got {low} and {high}. Accepted: minval < maxval.")
    return tf.cast(tf.random.stateless_uniform(numbers(shape), _seed(key), low, high, tf.int64), dtype)
