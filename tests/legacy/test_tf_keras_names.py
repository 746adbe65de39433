"""TensorFlow's names for its Keras are this package, whether TensorFlow is installed or not."""

from __future__ import annotations

import importlib
import sys

import keras


def test_the_package_that_tensorflow_looks_for_is_keras() -> None:
    assert importlib.import_module("keras._tf_keras.keras") is keras


def test_its_packages_are_the_same_modules() -> None:
    layers = importlib.import_module("keras._tf_keras.keras.layers")
    assert layers is keras.layers
    assert sys.modules["keras._tf_keras.keras.layers"] is keras.layers
    assert layers.Dense is keras.layers.Dense


def test_packages_of_the_table_can_be_imported_by_name() -> None:
    assert importlib.import_module("keras.ops.numpy").mean is keras.ops.mean
    assert importlib.import_module("keras.config").floatx() == "float32"
