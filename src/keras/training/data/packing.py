"""The tuple forms of one batch: (x,), (x, y), (x, y, sample_weight)."""

from __future__ import annotations

from typing import Any

from keras.training.data.nest import is_nest


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """The triple (x, y, sample_weight) of one batch in any of its tuple forms.

    Arguments:
        data: `x` alone, or a tuple or list `(x,)`, `(x, y)` or `(x, y, sample_weight)`.
    Returns: tuple of three; what is missing is None.
    Raises: ValueError if a tuple or list has no or more than three items.
    Example:
        >>> unpack_x_y_sample_weight((1, 2))
        (1, 2, None)

    Source: keras.utils.unpack_x_y_sample_weight of Keras 3.
    """
    if not isinstance(data, (tuple, list)):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(
            f"A batch must be (x,), (x, y) or (x, y, sample_weight). Got a {type(data).__name__} of {len(data)} items. "
            "Several inputs go together in the first place: ((x1, x2), y)."
        )
    x, y, sample_weight = (*data, None, None)[:3]
    return x, y, sample_weight


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """The shortest form of a batch: `x` itself (or `(x,)` when `x` is a nest), `(x, y)`, or all three.

    Arguments:
        x: array, or nest of arrays.
        y: array, nest of arrays, or None.
        sample_weight: array, nest of arrays, or None.
    Returns: `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`.
    Example:
        >>> pack_x_y_sample_weight(1, 2)
        (1, 2)

    Source: keras.utils.pack_x_y_sample_weight of Keras 3.
    """
    if sample_weight is not None:
        return x, y, sample_weight
    if y is not None:
        return x, y
    # A bare list or tuple would be read back as (x, y).
    return (x,) if is_nest(x) else x
