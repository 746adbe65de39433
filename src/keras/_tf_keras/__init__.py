"""Where TensorFlow looks for its Keras: `tf.keras` and `tensorflow.keras` are this package."""
