"""Operations on tensors, the same on every engine."""

from keras._surface import attach
from keras.ops import (  # noqa: F401 (each module puts its ops into the registry)
    activations,
    arrangement,
    attention,
    bits,
    construction,
    contraction,
    control,
    convolution,
    ctc,
    derivatives,
    elementwise,
    filtering,
    images,
    indexing,
    linear_algebra,
    normalization,
    numeric,
    pooling,
    random,
    reduction,
    sampling,
    segment,
    shaping,
    signal,
    sorting,
    statistics,
    tensors,
)  # fmt: skip

__getattr__, __dir__, __all__ = attach("keras.ops")
