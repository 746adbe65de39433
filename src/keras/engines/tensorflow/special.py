"""Elementwise functions that TensorFlow computes with fewer digits than float32 has."""

from __future__ import annotations

import math
from typing import Any

import tensorflow as tf

Tensor = Any
_FAR = 8.0
"""Above, TensorFlow's erfc has lost digits; the asymptotic series has them all."""


def erfc(x: Tensor) -> Tensor:
    """exp(-x^2) with x = h + l, where h * h has no rounding, times the series 1 - 1 / (2 x^2) + 3 / (4 x^4) - ... over x sqrt(pi)."""
    if x.dtype != tf.float32:
        return tf.math.erfc(x)
    far = x > _FAR
    a = tf.where(far, tf.minimum(x, 12.0), _FAR)
    h = tf.round(a * 256) / 256
    u = tf.math.reciprocal(a * a)
    series = 1 - u * (0.5 - u * (0.75 - u * (1.875 - u * 6.5625)))
    tail = tf.exp(-h * h) * tf.exp((h - a) * (h + a)) * series / (a * math.sqrt(math.pi))
    return tf.where(far, tail, tf.math.erfc(x))


def erfinv(x: Tensor) -> Tensor:
    """Two steps of Newton's method from TensorFlow's result: on erf in the middle, and on erfc, to which 1 - |x| is exact, towards -1 and 1."""
    if x.dtype not in (tf.float32, tf.float64):
        return tf.cast(erfinv(tf.cast(x, tf.float32)), x.dtype)
    return _inverse(x)


@tf.custom_gradient
def _inverse(x: Tensor) -> Any:
    size = tf.abs(x)
    rough = tf.math.erfinv(x)
    most = 3.8325 if x.dtype == tf.float32 else 5.8636  # of the number before 1, where TensorFlow has infinity already
    y = tf.clip_by_value(rough, -most, most)
    for _ in range(2):
        missing = tf.where(size < 0.5, tf.math.erf(y) - x, tf.sign(x) * ((1 - size) - tf.math.erfc(tf.abs(y))))
        y -= missing * _slope(y)
    # the slope is that of a result taken from x anew, so that a second gradient finds its way
    return tf.where(size < 1, y, rough), lambda g: g * _slope(_inverse(x))


def _slope(y: Tensor) -> Tensor:
    return math.sqrt(math.pi) / 2 * tf.exp(y * y)


KERNELS = {"erfc": erfc, "erfinv": erfinv}
