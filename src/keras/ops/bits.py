"""Bits and divisors of integers."""

from __future__ import annotations

from typing import Any

from keras.core import dtypes
from keras.core.families import binary, same, unary
from keras.core.op import primitive

Tensor = Any


def integers_only(keys: tuple[Any, ...], attributes: dict[str, Any]) -> Any:
    """All operands in their common dtype, which must be an integer or bool."""
    wanted = same(keys, attributes)
    if not dtypes.is_integer(wanted[0]) and wanted[0] != "bool":
        raise TypeError(f"keras.ops: bits and divisors exist for integers only, got dtype {wanted[0]}. Write keras.ops.cast(x, 'int32').")
    return wanted


def integers_no_bool(keys: tuple[Any, ...], attributes: dict[str, Any]) -> Any:
    """As `integers_only`, bool as int32."""
    return tuple("int32" if d == "bool" else d for d in integers_only(keys, attributes))


@primitive(binary(integers_only))
def bitwise_and(x: Tensor, y: Tensor) -> Tensor:
    """The bits that are set in both: x & y.
    >>> keras.ops.bitwise_and([6], [3])
    array([2], dtype=int32)"""


@primitive(binary(integers_only))
def bitwise_or(x: Tensor, y: Tensor) -> Tensor:
    """The bits that are set in at least one: x | y.
    >>> keras.ops.bitwise_or([6], [3])
    array([7], dtype=int32)"""


@primitive(binary(integers_only))
def bitwise_xor(x: Tensor, y: Tensor) -> Tensor:
    """The bits that are set in exactly one: x ^ y.
    >>> keras.ops.bitwise_xor([6], [3])
    array([5], dtype=int32)"""


@primitive(unary(integers_only))
def bitwise_not(x: Tensor) -> Tensor:
    """Every bit inverted: -x - 1 for signed integers.
    >>> keras.ops.bitwise_not([6])
    array([-7], dtype=int32)"""


@primitive(binary(integers_no_bool))
def left_shift(x: Tensor, y: Tensor) -> Tensor:
    """The bits of x moved up by y places: x * 2^y.
    >>> keras.ops.left_shift([3], [2])
    array([12], dtype=int32)"""


@primitive(binary(integers_no_bool))
def right_shift(x: Tensor, y: Tensor) -> Tensor:
    """The bits of x moved down by y places: floor(x / 2^y).
    >>> keras.ops.right_shift([13], [2])
    array([3], dtype=int32)"""


@primitive(binary(integers_no_bool))
def gcd(x1: Tensor, x2: Tensor) -> Tensor:
    """The greatest common divisor of two integers, >= 0.
    >>> keras.ops.gcd([12], [18])
    array([6], dtype=int32)"""


@primitive(binary(integers_no_bool))
def lcm(x1: Tensor, x2: Tensor) -> Tensor:
    """The least common multiple of two integers, >= 0.
    >>> keras.ops.lcm([4], [6])
    array([12], dtype=int32)"""
