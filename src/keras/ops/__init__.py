from keras.ops import activations, contraction, control, convolution, elementwise, indexing, pooling, random, reduction, shape, sorting  # noqa: F401
