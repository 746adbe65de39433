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


@primitive(binary(integers_only))
def bitwise_and(x: Tensor, y: Tensor) -> Tensor:
    """The bits that are set in both.

    Example:
        >>> bitwise_and([6], [3]).tolist()
        [2]
    """


@primitive(binary(integers_only))
def bitwise_or(x: Tensor, y: Tensor) -> Tensor:
    """The bits that are set in at least one.

    Example:
        >>> bitwise_or([6], [3]).tolist()
        [7]
    """


@primitive(binary(integers_only))
def bitwise_xor(x: Tensor, y: Tensor) -> Tensor:
    """The bits that are set in exactly one.

    Example:
        >>> bitwise_xor([6], [3]).tolist()
        [5]
    """


@primitive(unary(integers_only))
def bitwise_not(x: Tensor) -> Tensor:
    """Every bit inverted: -x - 1 for signed integers.

    Example:
        >>> bitwise_not([6]).tolist()
        [-7]
    """


@primitive(binary(integers_only))
def left_shift(x: Tensor, y: Tensor) -> Tensor:
    """The bits of x moved up by y places: x * 2**y.

    Example:
        >>> left_shift([3], [2]).tolist()
        [12]
    """


@primitive(binary(integers_only))
def right_shift(x: Tensor, y: Tensor) -> Tensor:
    """The bits of x moved down by y places: x // 2**y.

    Example:
        >>> right_shift([13], [2]).tolist()
        [3]
    """


@primitive(binary(integers_only))
def gcd(x1: Tensor, x2: Tensor) -> Tensor:
    """The greatest common divisor, >= 0.

    Example:
        >>> gcd([12], [18]).tolist()
        [6]
    """


@primitive(binary(integers_only))
def lcm(x1: Tensor, x2: Tensor) -> Tensor:
    """The least common multiple, >= 0.

    Example:
        >>> lcm([4], [6]).tolist()
        [12]
    """
