"""A convolutional network for MNIST, and the table of what it mixes up.

The 70,000 digits of MNIST (28 x 28 pixels) are fetched once (11 MB). Without network, or in a short run, the 1,797 smaller digits
(8 x 8 pixels) that come with the package take their place.

    python examples/mnist_convnet.py
    KERAS_SMOKE=1 python examples/mnist_convnet.py      a shorter run, for tests
"""

import os

import numpy as np

import keras
from keras import layers

smoke = "KERAS_SMOKE" in os.environ
keras.utils.set_random_seed(1)


def load():
    """The name of the data, and (x_train, y_train), (x_test, y_test) with pixels from 0 to 1."""
    if not smoke:
        try:
            (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
            return "MNIST", (x_train / 255, y_train), (x_test / 255, y_test)
        except OSError as error:
            print(f"MNIST cannot be had, so the digits of the package are used. {error}\n")
    (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    return "digits", (x_train / 16, y_train), (x_test / 16, y_test)


def convolutional_network(shape):
    """Two convolutions with pooling, then a classifier over ten digits."""
    return keras.Sequential(
        [
            keras.Input(shape),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def print_confusion(labels, predictions):
    """A table with one row for each true digit and one column for each predicted one; a dot stands for zero."""
    table = np.zeros((10, 10), int)
    np.add.at(table, (labels, predictions), 1)
    print("\ntrue \\ predicted")
    print("     " + "".join(f"{digit:5d}" for digit in range(10)))
    for digit, row in enumerate(table):
        print(f"{digit:5d}" + "".join(f"{count:5d}" if count else "    ." for count in row))


name, (x_train, y_train), (x_test, y_test) = load()
x_train, x_test = x_train[..., None].astype("float32"), x_test[..., None].astype("float32")
print(f"{name}: {len(x_train)} digits for training, {len(x_test)} held out, {x_train.shape[1]} x {x_train.shape[2]} pixels")

model = convolutional_network(x_train.shape[1:])
model.summary()
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
if name == "MNIST":
    epochs, batch_size, wanted = 3, 128, 0.98
else:
    epochs, batch_size, wanted = (5, 32, 0.85) if smoke else (30, 32, 0.96)
model.fit(x_train, y_train, epochs=epochs, batch_size=batch_size, validation_split=0.1)

predictions = model.predict(x_test, verbose=0).argmax(axis=-1)
print_confusion(y_test, predictions)
accuracy = np.mean(predictions == y_test)
print(f"\nHeld-out digits recognized: {accuracy:.1%}")
assert accuracy > wanted, f"{accuracy:.1%} of the held-out digits; {wanted:.0%} were expected"
