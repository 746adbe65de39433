"""What 1-D, 2-D and 3-D layers share: where the spatial axes are, and docstrings written once."""

from __future__ import annotations

from typing import Any

SPATIAL = {1: "steps", 2: "height, width", 3: "depth, height, width"}
_SIZES = {1: "int", 2: "int or 2 ints (height, width)", 3: "int or 3 ints (depth, height, width)"}
_WORDS = {1: "one", 2: "two", 3: "three"}


def described(template: str, rank: int, **words: str) -> str:
    """The docstring of a layer of one rank: `{rank}`, `{count}`, `{spatial}`, `{sizes}` and the given words put in."""
    return template.format(rank=rank, count=_WORDS[rank], spatial=SPATIAL[rank], sizes=_SIZES[rank], **words)


def channel_axis(data_format: str, ndim: int) -> int:
    """The axis of the channels."""
    return ndim - 1 if data_format == "channels_last" else 1


def spatial_axes(data_format: str, ndim: int) -> tuple[int, ...]:
    """The axes between batch and channels (or after both)."""
    return tuple(range(1, ndim - 1)) if data_format == "channels_last" else tuple(range(2, ndim))


def batch_shape(batch: Any, spatial: Any, channels: Any, data_format: str) -> tuple[Any, ...]:
    """A shape in the layout of `data_format`."""
    return (batch, *spatial, channels) if data_format == "channels_last" else (batch, channels, *spatial)


def along_channels(vector: Any, data_format: str, rank: int) -> Any:
    """A vector with one number per channel in a shape that broadcasts along the channels."""
    return vector if data_format == "channels_last" else vector.reshape((vector.shape[0], *(1,) * rank))
