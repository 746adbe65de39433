"""What runs inside a measured process: plain Keras 3 code that real Keras 3.15.1 runs unchanged."""
