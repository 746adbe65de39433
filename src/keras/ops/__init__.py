"""Operations on tensors, the same on every engine."""

from keras._surface import attach
from keras.ops import activations, contraction, control, convolution, elementwise, indexing, pooling, random, reduction, shaping, sorting  # noqa: F401

__getattr__, __dir__, __all__ = attach("keras.ops")
