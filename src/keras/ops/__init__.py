from keras.ops import activations, contraction, control, convolution, elementwise, indexing, pooling, random, reduction, shaping, sorting  # noqa: F401
