"""Layers that Keras 1 and 2 had and Keras 3 has not, and those whose arguments came in another order."""
