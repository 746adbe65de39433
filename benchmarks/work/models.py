"""The models that the cases train, with random data of the right shapes: plain Keras 3 code."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

import keras
from keras import layers


class Problem(NamedTuple):
    """A compiled model with inputs and targets to fit it on."""

    model: Any
    x: np.ndarray
    y: np.ndarray


def _one_hot(random: np.random.Generator, rows: int, classes: int) -> np.ndarray:
    return np.eye(classes, dtype="float32")[random.integers(0, classes, rows)]


def mlp_mnist(rows: int) -> Problem:
    """784-512-10 with Dropout, softmax, adam and accuracy."""
    random = np.random.default_rng(0)
    model = keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return Problem(model, random.random((rows, 784), dtype="float32"), _one_hot(random, rows, 10))


def mlp_small(rows: int) -> Problem:
    """20-64-64-1 with Dropout twice, binary crossentropy."""
    random = np.random.default_rng(0)
    model = keras.Sequential(
        [
            keras.Input((20,)),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    y = random.integers(0, 2, (rows, 1)).astype("float32")
    return Problem(model, random.random((rows, 20), dtype="float32"), y)


def mnist_convnet(rows: int) -> Problem:
    """The classic convnet for MNIST: 3x3x32, 3x3x64, pooling, Dense(128), Dense(10)."""
    random = np.random.default_rng(0)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return Problem(model, random.random((rows, 28, 28, 1), dtype="float32"), _one_hot(random, rows, 10))


def cifar_conv_batchnorm(rows: int) -> Problem:
    """A small CIFAR-shaped network: convolution, batch normalization, relu and pooling, twice."""
    random = np.random.default_rng(0)
    stack: list[Any] = [keras.Input((32, 32, 3))]
    for filters in (32, 64):
        stack += [
            layers.Conv2D(filters, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.MaxPooling2D(2),
        ]
    stack += [layers.GlobalAveragePooling2D(), layers.Dense(10, activation="softmax")]
    model = keras.Sequential(stack)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return Problem(model, random.random((rows, 32, 32, 3), dtype="float32"), random.integers(0, 10, rows).astype("int32"))


def embedding_lstm(rows: int) -> Problem:
    """Words to one probability: Embedding(20000, 128), LSTM(128) over 80 steps, Dense(1)."""
    random = np.random.default_rng(0)
    model = keras.Sequential(
        [
            keras.Input((80,), dtype="int32"),
            layers.Embedding(20000, 128),
            layers.LSTM(128),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    y = random.integers(0, 2, (rows, 1)).astype("float32")
    return Problem(model, random.integers(0, 20000, (rows, 80)).astype("int32"), y)


def one_weight(rows: int, features: int = 1) -> Problem:
    """A single Dense(1): the least that can be trained."""
    model = keras.Sequential([keras.Input((features,)), layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mean_squared_error")
    return Problem(model, np.ones((rows, features), "float32"), np.ones((rows, 1), "float32"))
